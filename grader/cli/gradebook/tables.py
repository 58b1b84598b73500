"""Tables on a terminal, for the gradebook's words: rows of text -> aligned columns. Text of students and files is never taken as markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from grader.cli import output

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def plain(text: object) -> str:
    """Without what a terminal would act on."""
    return _CONTROL.sub("\ufffd", "" if text is None else str(text))


def show(columns: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[str] = ()) -> None:
    """Prints a table; the columns named in `right` are numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(cell).replace("\n", " ")) for cell in row))
    output.console().print(table)


def say(text: str, indent: int = 0, style: str = "") -> None:
    output.paragraph(output.console(), plain(text), indent, style)


def points(value: float | None) -> str:
    """80, 79.5, -"""
    return "-" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")
