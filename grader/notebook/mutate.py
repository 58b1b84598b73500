"""Mutate: a notebook of ours and a .cells text -> the notebook with those cells replaced, added or deleted. For known-wrong and for honest
solutions: a cell is written whole, so that lines within it are lines of the text.

    # %% id=adam
    def adam(...): ...

    # %% id=try_adam drop

    # %% id=extra after=adam
    import os; os._exit(0)
"""

from __future__ import annotations

import json
from typing import Any

from grader.notebook.ipynb import readable, source_lines, written
from grader.notebook.percent import Block, MasterError, blocks

SUFFIX = ".cells"


def mutated(notebook: str, text: str, name: str) -> str:
    """The notebook's JSON text after the edits of `text`; `name` is for messages. Raises MasterError for a cell that isn't there, and if
    nothing changes."""
    book = json.loads(notebook)
    edits = blocks(text, name)
    if not edits:
        raise MasterError(f"{name}: has no cell; one begins with a line as `# %% id=adam`")
    cells: list[dict[str, Any]] = book["cells"]
    before = written(book)
    for block in edits:
        _edit(cells, block, name)
    after = written(book)
    if after == before:
        raise MasterError(f"{name} changes nothing")
    return after


def _edit(cells: list[dict[str, Any]], block: Block, name: str) -> None:
    place, words = f"{name}:{block.line}", block.words
    if unknown := [word for word in words if word not in ("id", "after", "drop", "raw")]:
        raise MasterError(f"{place}: unknown word {unknown[0]!r}; known are id, after, drop, raw")
    ids = [cell["id"] for cell in cells]
    wanted = words.get("after", words.get("id", ""))
    if wanted not in ids:
        raise MasterError(f"{place}: no cell is called {wanted!r}; known are {', '.join(ids)}")
    at = ids.index(wanted)
    if "drop" in words:
        del cells[at]
        return
    if "raw" not in words and not block.markdown:  # raw: it is no Python, and that is the point of it
        readable(block.source, f"{name}: cell {words.get('id', '')}")
    if "after" not in words:
        cells[at]["source"] = source_lines(block.source)
        return
    made: dict[str, Any] = {"cell_type": "markdown" if block.markdown else "code", "metadata": {}, "source": source_lines(block.source)}
    made["id"] = f"student-{words.get('id', str(len(cells)))}"  # as a student's own cell: no author's name
    if not block.markdown:
        made |= {"execution_count": None, "outputs": []}
    cells.insert(at + 1, made)
