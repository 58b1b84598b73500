"""Results: what execute.py wrote down of each cell -> records for checks and for the report. It explains; no points come from it alone,
but in assignments that were imported from nbgrader, where that is how they are graded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from grader.records import Record

CELLS = "cells.json"
SHOWN_CHARACTERS = 4000  # of a cell's output in the report
SHOWN_IN_ALL = 100_000
MAX_CELLS_BYTES = 16 << 20
Status = Literal["ok", "error", "timeout", "output", "died", "skipped"]
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")


class CellResult(Record, frozen=True, kw_only=True):
    """What became of one cell, or of one probe."""

    name: str  # "adam", "adam+1", "probe 12"
    kind: str
    status: Status
    seconds: float = 0.0
    cpu_s: float = 0.0
    output: str = ""  # what it printed, the first 16 KiB
    message: str = ""  # the exception, or why it wasn't executed
    message_ko: str = ""  # but for an exception, whose words are Python's
    type: str = ""  # the exception's class
    file: str | None = None  # "dl_basics.ipynb#adam"
    line: int | None = None
    complained: bool = False  # something came on stderr
    result: str | None = None  # what its last expression's value looks like, if there is one


class Executed(Record, frozen=True, kw_only=True):
    """One notebook's execution."""

    notebook: str
    cells: tuple[CellResult, ...]
    missing: tuple[str, ...] = ()  # cells of ours that the student deleted
    restored: tuple[str, ...] = ()  # locked cells that the student changed or deleted
    doubled: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()  # cells for a person to grade that are as they were handed out


def read_cells(data: bytes) -> Executed | None:
    """cells.json, which anybody in the room may have written; None if it doesn't do."""
    if len(data) > MAX_CELLS_BYTES:
        return None
    try:
        return msgspec.json.decode(data, type=Executed)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None


def executed(room: Any) -> Executed:
    """A check's room -> how its notebook was executed. Fails the check if there is no such record."""
    found = read_cells(room.content(CELLS))
    if found is None:
        room.fail("UNWRITTEN_OUTPUT", "the record of the notebook's cells can't be read", message_ko="셀 실행 기록을 읽을 수 없습니다.")
        raise AssertionError("fail returns nowhere")
    return found


def cells(room: Any) -> Mapping[str, CellResult]:
    """The cells by name. Fails the check if there is no record of them."""
    return {cell.name: cell for cell in executed(room).cells}


def shown_outputs(runs: Iterable[Any]) -> dict[str, str]:
    """ "dl_basics.ipynb#adam" -> what the cell printed in our execution, for the report. Of public cases: others have hidden inputs."""
    found: dict[str, str] = {}
    total = 0
    for run in runs:
        path = run.outputs.get(CELLS) if run.visibility == "public" else None
        book = read_cells(_content(path)) if path else None
        for cell in book.cells if book else ():
            text = _ANSI.sub("", cell.output).replace("\r\n", "\n").strip("\n")
            name = f"{book.notebook}#{cell.name}" if book else ""
            if not text or cell.kind == "probe" or name in found or total >= SHOWN_IN_ALL:
                continue
            cut = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}\n…"
            total += len(cut)
            found[name] = cut
    return found


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""
