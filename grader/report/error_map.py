"""Error maps: where a wrong output is wrong → a grid to draw and the same in words. Lengths are in CSS pixels. No HTML here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from grader.records import ErrorMap

CELL = 13
LEFT, TOP, RIGHT, BOTTOM = 48, 18, 4, 4  # room for the ticks; runs are relative to (LEFT, TOP)
KINDS = {".": "right", "+": "some", "x": "wrong", "n": "nan", "u": "unwritten", "g": "padding", " ": "blank"}
TEXT_ROWS = 24  # sentences of the text; a map that needs more is no pattern, and its summary says how much is wrong


@dataclass(frozen=True)
class Run:
    """Neighbouring cells of one kind in one row."""

    x: int
    y: int
    cells: int
    kind: str

    @property
    def width(self) -> int:
        return self.cells * CELL


@dataclass(frozen=True)
class Map:
    """One map. `ticks` are (x, y, anchor, text); `legend` the kinds that occur with the number of their cells; `text` a sentence for each
    run of equal rows."""

    id: str
    map: ErrorMap
    width: int
    height: int
    runs: tuple[Run, ...]
    ticks: tuple[tuple[int, int, str, str], ...]
    legend: tuple[tuple[str, int], ...]
    summary: str
    cell: str
    text: tuple[str, ...]
    more: int  # sentences beyond TEXT_ROWS


def view(found: ErrorMap, anchor: str, words: Mapping[str, str]) -> Map:
    """The map in one language. `anchor` must be unique on the page."""
    columns = max((len(row) for row in found.rows), default=0)
    runs = tuple(_runs(found.rows))
    counts = {kind: sum(run.cells for run in runs if run.kind == kind) for kind in KINDS.values()}
    text = _text(found, words)
    key = "map_cell_folded" if folded(found) else "map_cell"
    return Map(
        id=anchor,
        map=found,
        width=LEFT + columns * CELL + RIGHT,
        height=TOP + len(found.rows) * CELL + BOTTOM,
        runs=runs,
        ticks=_ticks(found, columns),
        legend=tuple((kind, count) for kind, count in counts.items() if count),
        summary=_summary(found, words),
        cell=words[key].format(rows=found.row_elements, columns=found.column_elements, row=f"{columns * found.column_elements:,}"),
        text=tuple(text[:TEXT_ROWS]),
        more=max(0, len(text) - TEXT_ROWS),
    )


def _runs(rows: tuple[str, ...]) -> Iterator[Run]:
    for line, row in enumerate(rows):
        column = 0
        for mark, cells in groupby(row):
            count = len(list(cells))
            if mark in KINDS:
                yield Run(column * CELL, line * CELL, count, KINDS[mark])
            column += count


def folded(found: ErrorMap) -> bool:
    """Whether the rows are pieces of one long row."""
    return len(found.shape) < 2


def _extent(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of the two-dimensional view."""
    if len(shape) < 2:
        return 1, shape[0] if shape else 0
    rows = 1
    for size in shape[:-1]:
        rows *= size
    return rows, shape[-1]


def _span(first: int, count: int, elements: int, size: int) -> str:
    """Cells first … first + count - 1 as a range of elements, none beyond `size`."""
    start, end = first * elements, min((first + count) * elements, size) - 1
    return f"{start}–{end}" if end > start else str(start)


def _ticks(found: ErrorMap, columns: int) -> tuple[tuple[int, int, str, str], ...]:
    """The first and last column's number above, the first and last row's at the left; the first element of each row if it is folded."""
    rows, width = _extent(found.shape)
    middle = CELL * 3 // 4
    if folded(found):
        shown = range(0, len(found.rows), max(1, len(found.rows) // 8))
        return tuple((LEFT - 6, TOP + line * CELL + middle, "end", f"{line * columns * found.column_elements:,}") for line in shown)
    last = len(found.rows) - 1
    ticks = [(LEFT, TOP - 5, "start", "0")]
    if columns > 1:
        ticks.append((LEFT + columns * CELL, TOP - 5, "end", f"{width - 1:,}"))
    ticks.append((LEFT - 6, TOP + middle, "end", "0"))
    if last > 0:
        ticks.append((LEFT - 6, TOP + last * CELL + middle, "end", f"{rows - 1:,}"))
    return tuple(ticks)


def _summary(found: ErrorMap, words: Mapping[str, str]) -> str:
    shape = "".join(f"[{size}]" for size in found.shape)
    buffer, wrong, total = f"`{found.buffer}{shape}`", f"{found.wrong:,}", f"{found.total:,}"
    text = words["map_summary"].format(buffer=buffer, wrong=wrong, total=total, case=f"`{found.case}`")
    if found.call:
        text += " " + words["map_call"].format(call=found.call + 1)
    if found.first:
        place = f"`{found.buffer}{''.join(f'[{index}]' for index in found.first)}`"
        key = "map_first_values" if found.got or found.expected else "map_first"
        text += " " + words[key].format(place=place, got=found.got or "–", expected=found.expected or "–")
    return text


def _text(found: ErrorMap, words: Mapping[str, str]) -> list[str]:
    """A sentence for each run of equal rows: "Rows 0–31: columns 0–63 all right, 64–127 all wrong"; for each run of cells if folded."""
    rows, width = _extent(found.shape)

    def parts(marks: str) -> list[str]:
        spans, column = [], 0
        for mark, cells in groupby(marks):
            length = len(list(cells))
            if mark in KINDS:
                spans.append(f"{_span(column, length, found.column_elements, width)} {words[f'map_{KINDS[mark]}']}")
            column += length
        return spans

    if folded(found):
        return [words["map_elements"].format(part=part) for part in parts("".join(found.rows).rstrip(" "))]  # the last row is filled up
    sentences, line = [], 0
    for marks, group in groupby(found.rows):
        count = len(list(group))
        if said := parts(marks):
            sentences.append(words["map_rows"].format(rows=_span(line, count, found.row_elements, rows), parts=", ".join(said)))
        line += count
    return sentences
