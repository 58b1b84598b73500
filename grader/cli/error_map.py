"""Error map: where an output is wrong, as lines of a terminal. Enters: records.ErrorMap. Leaves: rich Texts with a frame and a legend."""

from __future__ import annotations

from itertools import groupby

from rich.text import Text

from grader.cli.words import Words
from grader.records import ErrorMap

STYLES = {".": "green", "+": "yellow", "x": "red", "n": "magenta", "u": "cyan", "g": "red reverse"}


def drawn(found: ErrorMap, words: Words) -> list[Text]:
    """Title, map with the legend of the characters in it at its side, and the first wrong element."""
    title = words("map_title", buffer=found.buffer, case=found.case, wrong=f"{found.wrong:,}", total=f"{found.total:,}")
    if found.call:
        title += words("map_call", call=found.call + 1)
    width = max((len(row) for row in found.rows), default=0)
    legend = [Text.assemble((mark, STYLES[mark]), f" {words(f'map_{mark}')}") for mark in STYLES if any(mark in row for row in found.rows)]
    first = Text(_first(found, words), style="dim")
    if set("".join(found.rows)) <= {"x"}:  # a picture of nothing but x says no more than the title
        return [Text(title, style="bold"), first]
    framed = [Text(f"+{'-' * width}+"), *(_row(row, width) for row in found.rows), Text(f"+{'-' * width}+")]
    lines = [Text(title, style="bold")]
    for number, line in enumerate(framed):
        lines.append(line + Text("   ") + legend[number - 1] if 0 < number <= len(legend) else line)
    lines += [Text(" " * (width + 5)) + rest for rest in legend[max(0, len(framed) - 1) :]]  # a map of fewer rows than its legend has
    if len(found.shape) < 2:  # its rows are pieces of one long row
        cell = words("map_folded", row=f"{width * found.column_elements:,}", columns=found.column_elements)
    else:
        cell = words("map_cell", rows=found.row_elements, columns=found.column_elements)
    return [*lines, Text(f"{cell}; ", style="dim") + first]


def _row(row: str, width: int) -> Text:
    text = Text("|")
    for mark, cells in groupby(row.ljust(width)):
        text.append("".join(cells), STYLES.get(mark, ""))
    return text.append("|")


def _first(found: ErrorMap, words: Words) -> str:
    index = found.buffer + "".join(f"[{i}]" for i in found.first)
    if found.got and found.expected:
        return words("map_values", index=index, got=found.got, expected=found.expected)
    return words("map_first", index=index)
