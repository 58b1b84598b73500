"""Token: where a student's secret is found ($GRADER_TOKEN, else a file of mode 0600), for which address it was stored, and its key.

A stored token is only ever sent to the address that it was stored for: a folder or a message that names another one gets nothing.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from grader.errors import HarnessError
from grader.records import Record
from grader.toolchain import UsageError

VARIABLE = "GRADER_TOKEN"
_PLAIN = re.compile(r"[\x21-\x7e]{8,512}")


class Token(Record, frozen=True, kw_only=True):
    """A secret and the address that it is for; "" for whichever is named."""

    secret: str
    to: str = ""

    @property
    def key(self) -> bytes:
        return key_of(self.secret)


def token_file(environment: Mapping[str, str] = os.environ) -> Path:
    """~/.config/warpgrade/token, or below $XDG_CONFIG_HOME."""
    base = environment.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "warpgrade" / "token"


def find_token(environment: Mapping[str, str] = os.environ) -> Token | None:
    """The token; None if there is none. Raises UsageError for a file that others can read (and says how to mend it) or that holds none."""
    if named := environment.get(VARIABLE):
        return Token(secret=checked(named, f"${VARIABLE}"))
    file = token_file(environment)
    try:
        if file.stat().st_mode & 0o077:
            raise UsageError(
                f"{file} can be read by others: `chmod 600 {file}`, and ask the staff for a new token if others use this machine"
            )
        lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} can't be read ({error}); store the token again with `grader whoami --token-stdin`") from None
    secret, to = [*lines, "", ""][:2]
    return Token(secret=checked(secret, str(file)), to=to.strip())


def checked(text: str, where: str) -> str:
    """The token in a text, blanks around it left out. Raises UsageError; the text itself is never shown."""
    token = text.strip()
    if not _PLAIN.fullmatch(token):
        raise UsageError(
            f"{where} holds no token (one word of 8 to 512 letters, digits and signs); store it with `grader whoami --token-stdin`"
        )
    return token


def store_token(token: Token, file: Path) -> None:
    """Keeps it for its owner alone: never readable by others, not even for a moment."""
    aside = file.parent / f".token.{os.getpid()}"
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside.unlink(missing_ok=True)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(f"{token.secret}\n{token.to}\n")
        os.replace(aside, file)
    except OSError as error:
        raise HarnessError(f"can't keep the token in {file}: {error.strerror}; set ${VARIABLE} instead") from None
    finally:
        aside.unlink(missing_ok=True)


def key_of(secret: str) -> bytes:
    """What the staff's side keeps of it, and what hand-ins to a folder are signed with."""
    return hashlib.sha256(secret.encode()).digest()
