"""Run: an application, an address, a certificate -> uvicorn. Refuses to send tokens through a network unencrypted."""

from __future__ import annotations

import contextlib
import importlib.util
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.errors import HarnessError
from grader.records import Record
from grader.server.address import is_loopback
from grader.toolchain import UsageError

CONCURRENCY = 1024  # open connections; more get 503 at once


class Address(Record, frozen=True, kw_only=True):
    """Where to listen, and how."""

    host: str = "127.0.0.1"
    port: int = 8470
    certificate: Path | None = None  # PEM, with its chain
    key: Path | None = None
    insecure: bool = False  # tokens may travel unencrypted
    proxy: str = ""  # address of a reverse proxy whose X-Forwarded-For is believed; "" for none

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}"


def checked(address: Address) -> Address:
    """Raises UsageError for an address at which tokens could be read by others, or half a certificate."""
    if (address.certificate is None) != (address.key is None):
        raise UsageError("--certificate and --key belong together: name both, or neither")
    for file in (address.certificate, address.key):
        if file is not None and not file.is_file():
            raise UsageError(f"there is no file {file}")
    if address.certificate is None and not is_loopback(address.host) and not address.insecure:
        raise UsageError(
            f"on {address.host} without a certificate everybody on the way could read the students' tokens. Give --certificate and --key, "
            "or listen on 127.0.0.1 behind a reverse proxy that has one; --insecure if you know that nobody else is on that network"
        )
    return address


def require() -> None:
    """Raises HarnessError if what the extra `server` brings isn't there."""
    missing = [name for name in ("starlette", "uvicorn") if importlib.util.find_spec(name) is None]
    if missing:
        raise HarnessError(f"`grader serve` needs {' and '.join(missing)}: pip install 'warpgrade[server]'")


def server(app: Any, address: Address, *, log_level: str = "info") -> Any:
    """A uvicorn.Server, not yet running. Raises HarnessError if the certificate can't be used."""
    import uvicorn

    class Server(uvicorn.Server):
        """Ends in order at SIGINT and SIGTERM, and gives control back: uvicorn's own sends itself the signal once more at the end."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            if threading.current_thread() is not threading.main_thread():
                yield
                return
            before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

    checked(address)
    config = uvicorn.Config(
        app,
        host=address.host,
        port=address.port,
        ssl_certfile=str(address.certificate) if address.certificate else None,
        ssl_keyfile=str(address.key) if address.key else None,
        # who a request comes from limits wrong tokens: nobody may say it who isn't named
        proxy_headers=bool(address.proxy),
        forwarded_allow_ips=address.proxy or None,
        server_header=False,
        log_level=log_level,
        limit_concurrency=CONCURRENCY,
        backlog=CONCURRENCY,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=10,  # hand-ins that are being read are finished
        lifespan="on",
    )
    try:
        config.load()
    except OSError as error:
        raise HarnessError(f"the certificate {address.certificate} or its key can't be used: {error}") from None
    return Server(config)
