"""Cells: the bytes of a notebook that was handed in -> its cells, or a SubmissionError with BAD_NOTEBOOK. Believes nothing in it.

Of a hostile or a huge file only what counts is ever built: msgspec skips outputs, widgets and metadata without making objects of them.
What counts of a cell: its kind, its text, and which cell of ours it is (`grade_id`, else its own id). Points, locks, outputs and
execution counts are read nowhere.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from grader.errors import SubmissionError

MAX_BYTES = 16 << 20  # of the file, outputs included: all that a submission may hold
MAX_PLAIN_BYTES = 2 << 20  # of one that is no strict JSON (NaN, half characters): reading it takes 50 times its size in memory
MAX_CELLS = 2000
MAX_CELL_BYTES = 256 << 10
MAX_SOURCE_BYTES = 2 << 20  # of all cells together

Type = Literal["code", "markdown", "raw"]
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_OWN_ID = re.compile(r"(?![0-9a-f]{8}$)[a-z][a-z0-9_]{0,39}")  # an id that an author wrote; Jupyter's are eight hexadecimal digits
_JUPYTER_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BOMS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}


@dataclass(frozen=True)
class Cell:
    """One cell: what it is, its text with \\n at its lines' ends, and which cell it says it is ("" if it says nothing)."""

    type: Type
    source: str
    id: str = ""
    grade_id: str = ""


class _Meta(msgspec.Struct):
    nbgrader: msgspec.Raw = msgspec.Raw(b"")


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""
    input: str | list[str] = ""  # nbformat 3
    id: msgspec.Raw = msgspec.Raw(b"")
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    level: msgspec.Raw = msgspec.Raw(b"")  # nbformat 3


class _Sheet(msgspec.Struct):
    cells: list[_Cell] = []


class _Book(msgspec.Struct):
    nbformat: int
    cells: list[_Cell] = []
    worksheets: list[_Sheet] = []


class _Flags(msgspec.Struct):
    grade_id: str = ""


_BOOK = msgspec.json.Decoder(_Book)
_FLAGS = msgspec.json.Decoder(_Flags)
_TEXT = msgspec.json.Decoder(str)


def check(data: bytes, name: str = "notebook.ipynb") -> None:
    """Raises SubmissionError (BAD_NOTEBOOK), with what to do, if the bytes are no notebook that can be graded."""
    read(data, name)


def slim(data: bytes, name: str = "notebook.ipynb") -> bytes:
    """The notebook with its cells' texts and names, and nothing else: what is kept, graded and shown of a submission. A notebook of format
    4.5 as every tool reads it. Slimming it again gives the same bytes. Raises SubmissionError as `check`."""
    made = []
    taken: set[str] = set()
    cells = read(data, name)
    named = {cell.id for cell in cells}
    for cell in cells:
        own = cell.id if cell.id not in taken else ""
        number = len(taken) + 1
        while not own or own in taken:  # a cell without an id, or with the one of a cell before, gets one that no cell has
            own, number = f"cell-{number}" if f"cell-{number}" not in named else "", number + 1
        taken.add(own)
        flags = {"nbgrader": {"grade_id": cell.grade_id}} if cell.grade_id else {}
        row: dict[str, Any] = {"cell_type": cell.type, "id": own, "metadata": flags}
        if cell.type == "code":
            row |= {"execution_count": None, "outputs": []}
        made.append(row | {"source": cell.source.splitlines(keepends=True)})
    return (json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1, ensure_ascii=False) + "\n").encode()


def read(data: bytes, name: str = "notebook.ipynb") -> list[Cell]:
    """The cells of a notebook of format 4, or of format 3, in their order. Raises SubmissionError (BAD_NOTEBOOK)."""
    if len(data) > MAX_BYTES:
        raise bad(
            name, f"is larger than {MAX_BYTES >> 20} MiB; clear its outputs (Edit → Clear Outputs of All Cells), save it, submit it again"
        )
    book = _parsed(data.removeprefix(codecs.BOM_UTF8), name)
    if book.nbformat == 3:
        listed = [cell for sheet in book.worksheets[: MAX_CELLS + 1] for cell in sheet.cells]
    elif book.nbformat == 4:
        listed = book.cells
    else:
        raise bad(name, f"is of notebook format {book.nbformat}; open it in Jupyter or Colab, save it there, and submit it again")
    if len(listed) > MAX_CELLS:
        raise bad(name, f"has {len(listed):,} cells, and more than {MAX_CELLS:,} can't be graded; delete those that you don't need")
    cells = [_read_cell(cell, number, name) for number, cell in enumerate(listed, 1)]
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE_BYTES:
        raise bad(name, f"has more than {MAX_SOURCE_BYTES >> 20} MiB of text in its cells; take data out of them")
    return cells


def labels(cells: Sequence[Cell]) -> list[str]:
    """What each cell is called in findings, reports and checks, all different: its grade_id or the id that an author gave it, for the first
    that has it; "adam+1" for the first other code cell behind adam, "top+1" before any; "" for other texts."""
    found: list[str] = []
    taken: set[str] = set()
    last, added = "top", 0
    for cell in cells:
        own = own_name(cell)
        if own and own not in taken:
            last, added = own, 0
            label = own
        elif cell.type == "code":
            added += 1
            label = f"{last}+{added}"
        else:
            label = ""
        taken.add(label)
        found.append(label)
    return found


def own_name(cell: Cell) -> str:
    """Which cell of an author's it says it is; "" if it says nothing, as a cell that a student made."""
    return cell.grade_id or (cell.id if _OWN_ID.fullmatch(cell.id) else "")


def texts(data: bytes, name: str = "notebook.ipynb", outputs: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the report shows of a notebook, in its order: "name#adam" -> a code cell's text, "name#intro.md" -> a markdown cell's,
    "name#adam.out" -> what `outputs` has for "name#adam": what the cell printed when we executed it. {} for what can't be read."""
    try:
        cells = read(data, name)
    except SubmissionError:
        return {}
    shown: dict[str, str] = {}
    for index, (label, cell) in enumerate(zip(labels(cells), cells, strict=True), 1):
        place = f"{name}#{label or index}"
        shown[place if cell.type == "code" else f"{place}.md"] = cell.source
        if cell.type == "code" and outputs and place in outputs:
            shown[f"{place}.out"] = outputs[place]
    return shown


def bad(name: str, message: str) -> SubmissionError:
    return SubmissionError(f"{name} {message}", verdict="BAD_NOTEBOOK", file=name)


def _parsed(data: bytes, name: str) -> _Book:
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            raise bad(name, f"is {encoding}; save it as UTF-8 and submit it again")
    if not data.strip():
        raise bad(name, "is empty; save the notebook in Jupyter and submit it again")
    try:
        try:
            return _BOOK.decode(data)
        except msgspec.ValidationError:
            raise
        except msgspec.DecodeError:
            return msgspec.convert(_lenient(data, name), _Book)
    except msgspec.ValidationError as error:
        raise bad(name, f"is no notebook: {_place(str(error))}; open it in Jupyter, save it there, and submit it again") from None
    except RecursionError:
        raise bad(name, "is nested too deep to be a notebook; open it in Jupyter, save it there, and submit it again") from None


def _lenient(data: bytes, name: str) -> Any:
    """As Python reads JSON: NaN in outputs, half characters. Only for small files, since every object is made."""
    if len(data) > MAX_PLAIN_BYTES:
        remedy = "clear its outputs (Edit → Clear Outputs of All Cells), save it, submit it again"
        raise bad(name, f"isn't quite JSON (its outputs may hold NaN, or it is damaged); {remedy}")
    try:
        found = json.loads(
            data.decode("utf-8"), parse_int=lambda digits: int(digits) if len(digits) < 20 else 0, parse_constant=lambda _: None
        )
    except UnicodeDecodeError:
        raise bad(name, "is not UTF-8 text; save it as UTF-8 and submit it again") from None
    except ValueError as error:
        line = getattr(error, "lineno", None)
        place = f" (line {line})" if line else ""
        raise bad(name, f"is not JSON{place}: it may be cut off; open it in Jupyter, save it there, and submit it again") from None
    if not isinstance(found, dict):
        raise bad(name, "is no notebook: it isn't a JSON object; open it in Jupyter, save it there, and submit it again")
    sheets = found.get("worksheets") or [found]
    for sheet in sheets if isinstance(sheets, list) else ():
        for cell in sheet.get("cells") or () if isinstance(sheet, dict) else ():
            if isinstance(cell, dict):
                _raw(cell)
    return found


def _raw(cell: dict[str, Any]) -> None:
    """What the strict reader leaves unread, as bytes again."""
    for key in ("id", "level"):
        cell[key] = msgspec.Raw(_bytes(cell.get(key)))
    metadata = cell.get("metadata")
    flags = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    cell["metadata"] = {"nbgrader": msgspec.Raw(_bytes({"grade_id": flags.get("grade_id")} if isinstance(flags, dict) else None))}


def _bytes(value: Any) -> bytes:
    return json.dumps(value if isinstance(value, str | int | dict) else None).encode()


def _read_cell(cell: _Cell, number: int, name: str) -> Cell:
    source = cell.source or cell.input
    text = source if isinstance(source, str) else "".join(source)
    if len(text) > MAX_CELL_BYTES:
        raise bad(name, f"has a cell (number {number}) of more than {MAX_CELL_BYTES >> 10} KiB of text; take data out of it")
    text = text.replace("\r\n", "\n").replace("\r", "\n").encode("utf-8", "replace").decode()
    if cell.cell_type == "heading":  # nbformat 3
        level = bytes(cell.level)
        text = f"{'#' * (int(level) if level in (b'1', b'2', b'3', b'4', b'5', b'6') else 1)} {text}"
    kinds: dict[str, Type] = {"code": "code", "markdown": "markdown", "raw": "raw", "heading": "markdown", "html": "markdown"}
    if cell.cell_type not in kinds:
        raise bad(
            name, f"has a cell (number {number}) that is neither code nor text; open it in Jupyter, save it there, and submit it again"
        )
    return Cell(
        type=kinds[cell.cell_type],
        source=text,
        id=_string(cell.id, _TEXT, _JUPYTER_ID),
        grade_id=_string(cell.metadata.nbgrader, _FLAGS, _LABEL),
    )


def _string(raw: msgspec.Raw, decoder: Any, form: re.Pattern[str]) -> str:
    """The name in a piece of JSON, "" if it is none."""
    data = bytes(raw)
    if not 0 < len(data) < 4096:
        return ""
    try:
        found = decoder.decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return ""
    text = found.grade_id if isinstance(found, _Flags) else found
    return text if form.fullmatch(text) else ""


def _place(message: str) -> str:
    """msgspec's "Expected `str`, got `int` - at `$.cells[3].source`" in words that name the cell."""
    if found := re.search(r"\$\.(?:worksheets\[\d+\]\.)?cells\[(\d+|\.\.\.)\]", message):
        where = f"cell {int(found[1]) + 1}" if found[1].isdigit() else "a cell"
        return f"{where} isn't as it should be ({message.partition(' - at ')[0]})"
    return message.replace("`", "")
