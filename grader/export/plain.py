"""Text that a submission or a student had a say in, made fit for one line of a log, a cell of a table, an element of XML. str -> str."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.report.text import visible

# Escape sequences of terminals: CSI, OSC up to its end, and the two-character ones.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What makes a cell a formula in Excel, LibreOffice or Google Sheets; the wide ones do in East Asian settings.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?%?")


def plain(text: str) -> str:
    """Without escape sequences; other invisible characters, NUL and lone surrogates are shown as pictures or numbers. Can be encoded."""
    return visible(_ESCAPES.sub("", text))


def one_line(text: str) -> str:
    return " ".join(plain(text).split())


def xml(text: str) -> str:
    """Plain, and only what XML 1.0 allows."""
    return _NOT_XML.sub("�", plain(text))


def cell(value: str | float | int | None) -> str:
    """A cell of a CSV file. Numbers stay numbers; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return number(value)
    text = plain(value)
    first = text.lstrip(" ")
    if len(first) > 1 and first.startswith(_FORMULA) and not _NUMBER.fullmatch(first):
        return "'" + text
    return text


def number(value: float) -> str:
    """Points with two decimals at most, as every import reads them: "87.5", "0"."""
    return f"{round(value + 0.0, 2):.2f}".rstrip("0").rstrip(".")


def listed(names: Sequence[str], most: int = 10) -> str:
    """The first of some names, and how many more there are; each on one line."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(one_line(name) for name in names[:most]) + more
