"""Output: what the commands print with. Colours on a terminal, plain lines in a pipe, NO_COLOR honoured; JSON by msgspec."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from grader.errors import HarnessError


def console(*, stderr: bool = False) -> Console:
    """A console on stdout or stderr. In a pipe it doesn't wrap: a line stays a line, for grep."""
    stream = sys.stderr if stderr else sys.stdout
    wide = None if stream.isatty() else 240
    return Console(stderr=stderr, width=wide, highlight=False, soft_wrap=not stream.isatty(), emoji=False)


def paragraph(out: Console, text: str, indent: int = 0, style: str = "") -> None:
    """Plain text, `indent` columns from the left, wrapped at the terminal's width; one line in a pipe."""
    content = Text(text, style=style)
    lines = [content] if out.soft_wrap else content.wrap(out, max(20, out.width - indent))
    for line in lines:
        out.print(Text(" " * indent) + line)


def to_json(value: Any) -> bytes:
    """A record or plain data -> readable JSON with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def print_json(value: Any) -> None:
    """JSON to stdout, as bytes: never wrapped, never coloured."""
    sys.stdout.flush()
    sys.stdout.buffer.write(to_json(value))
    sys.stdout.buffer.flush()


def write_atomically(file: Path, content: bytes) -> None:
    """Write aside and rename, so that nobody reads half a file. Raises HarnessError if the place can't be written."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
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
        raise HarnessError(f"{file} can't be written: {error.strerror or error}; name another file") from error
