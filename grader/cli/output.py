"""Output: what the commands print with. Colours on a terminal, plain lines in a pipe, NO_COLOR honoured; JSON by msgspec."""

from __future__ import annotations

import sys
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text


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
        line.rstrip()
        out.print(Text(" " * indent) + line)


def to_json(value: Any) -> bytes:
    """A record or plain data -> readable JSON with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def print_json(value: Any) -> None:
    """JSON to stdout, as bytes: never wrapped, never coloured."""
    sys.stdout.flush()
    sys.stdout.buffer.write(to_json(value))
    sys.stdout.buffer.flush()
