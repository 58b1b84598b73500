"""Files: bytes -> a file that nobody ever reads half of. Written aside in the same folder, then renamed."""

from __future__ import annotations

import os
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
