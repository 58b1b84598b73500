"""Address: a URL or a host as somebody typed it -> the same without what would betray a token, or an error that says why. Pure."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from grader.toolchain import UsageError


def checked_url(url: str, *, insecure: bool = False) -> str:
    """The address without a slash at its end. Raises UsageError for one that would show the token to others."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url} is no address of a server; it begins with https://")
    if parts.username or parts.password:
        raise UsageError("an address with a password in it ends up in logs; store the token with `grader whoami --token-stdin`")
    if parts.query or parts.fragment:
        raise UsageError(f"{url}: leave out what follows ? or #")
    if parts.scheme == "http" and not insecure and not is_loopback(parts.hostname):
        raise UsageError(f"{url}: over http:// everybody on the way could read your token; use https://, or say --insecure")
    return url.rstrip("/").removesuffix("/v1")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach that host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
