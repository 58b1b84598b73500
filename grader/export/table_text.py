"""CSV: rows <-> bytes, in the way of the file that was given: its byte-order mark, delimiter and line ends are kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from grader.export.plain import cell
from grader.records import Record
from grader.toolchain import UsageError

BOM = "\ufeff"


class Dialect(Record, frozen=True, kw_only=True):
    """How a table is written."""

    delimiter: str = ","
    bom: bool = False
    line_end: str = "\r\n"


def write(rows: Iterable[Sequence[str | float | int | None]], dialect: Dialect | None = None) -> bytes:
    """Every cell guarded against formulas."""
    dialect = dialect or Dialect()
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=dialect.delimiter, lineterminator=dialect.line_end)
    writer.writerows([cell(value) for value in row] for row in rows)
    return ((BOM if dialect.bom else "") + out.getvalue()).encode("utf-8")


def read(content: bytes, what: str) -> tuple[list[list[str]], Dialect]:
    """The rows of a template and how it is written. Raises UsageError that says what to do with a file that isn't such a table."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif content[:4] == b"PK\x03\x04":
        raise UsageError(f"{what} is a workbook, not CSV; download it as CSV")
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} is not UTF-8 (byte {error.start}); download it again and don't save it from a spreadsheet") from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    line_end = "\r\n" if "\r\n" in text or "\n" not in text else "\n"
    dialect = Dialect(delimiter=delimiter, bom=content.startswith(b"\xef\xbb\xbf"), line_end=line_end)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise UsageError(f"{what} can't be read as CSV: {error}; download it again") from None
    if not rows or not any(rows[0]):
        raise UsageError(f"{what} is empty; download it again")
    return rows, dialect
