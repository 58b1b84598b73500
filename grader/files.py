"""Files: bytes -> a file that nobody ever reads half of. Written aside in the same folder, then given its name."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path

from grader.errors import HarnessError


def write_atomically(file: Path, content: bytes) -> None:
    """The old file or the new one, never a half; readable for whom the umask lets. Raises HarnessError if the place can't be written."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name[:40]}.", dir=file.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            mask = os.umask(0)
            os.umask(mask)
            Path(name).chmod(0o666 & ~mask)  # mkstemp makes 0600; this is an ordinary file
            Path(name).replace(file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise HarnessError(f"{file} can't be written: {error.strerror or error}; name another place") from error


def draw_secret(file: Path, byte_count: int) -> None:
    """Random bytes as a line of hexadecimal digits, for the owner's eyes alone, unless the file is there. Of several that draw at once the
    first wins, and no one sees half a secret. Raises OSError."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = file.parent / f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(byte_count) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        try:
            os.link(aside, file)  # whole at once, and never over another's
        except FileExistsError:
            pass
        except OSError:  # a file system without links
            os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)
