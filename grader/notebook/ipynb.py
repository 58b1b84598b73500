"""Ipynb: MasterCells -> the JSON of a notebook, one source line a line, so that it can be read and compared; and a solution's JSON -> the
students' version. Standard library only. For files of ours: what students hand in is read by `cells.py`."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterable
from typing import Any

from grader.notebook.nbgrader import came_from_nbgrader, release
from grader.notebook.percent import MasterCell, MasterError

# As nbgrader's metadata of schema version 3 has them: grade, solution, locked, task.
FLAGS = {
    "given": (False, False, True),
    "setup": (False, False, True),
    "solution": (False, True, False),
    "free": (False, False, False),
    "test": (True, False, True),
    "manual": (True, True, False),
}


def notebook(cells: Iterable[MasterCell]) -> dict[str, Any]:
    """A notebook of format 4.5 with stable ids and no outputs."""
    return {
        "cells": [_cell(cell) for cell in cells],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def written(book: dict[str, Any]) -> str:
    """The JSON text: keys sorted, indented by one, as Jupyter itself writes it."""
    return json.dumps(book, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def source_lines(source: str) -> list[str]:
    """A cell's source as the format has it: lines with their ends."""
    return source.splitlines(keepends=True)


def starter(solution: str, place: str) -> str:
    """The JSON text of a solution -> the one that students begin with: without what stands in the fences, and without outputs.

    Raises MasterError if a solution cell has no fence, or if what is left of it is no Python."""
    from grader.fences import FenceError, starter_of

    try:
        book = json.loads(solution)
    except ValueError as error:
        raise MasterError(f"{place}:{getattr(error, 'lineno', 1)}: not JSON: {error}") from None
    if came_from_nbgrader(book):
        return written(release(book, place))
    for cell in book["cells"]:
        if cell["cell_type"] != "code":
            continue
        cell["outputs"], cell["execution_count"] = [], None
        flags = cell["metadata"].get("nbgrader", {})
        if not flags.get("solution") or flags.get("grade"):
            continue
        name = f"{place}#{cell['id']}"
        try:
            source = starter_of("".join(cell["source"]), name).rstrip("\n")
        except FenceError as error:
            raise MasterError(str(error)) from None
        readable(source, f"{name} (as students get it)")
        cell["source"] = source_lines(source)
    return written(book)


def readable(source: str, name: str) -> None:
    """Raises MasterError if a cell is no Python. One with a magic of IPython is taken as it is."""
    if any(line.lstrip().startswith(("%", "!")) for line in source.splitlines()):
        return
    try:
        compile(source, name, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        raise MasterError(f"{name}:{error.lineno}: {error.msg}") from None


def _cell(cell: MasterCell) -> dict[str, Any]:
    grade, solution, locked = FLAGS[cell.kind]
    flags: dict[str, Any] = {
        "cell_type": cell.type,
        "grade": grade,
        "grade_id": cell.id,
        "locked": locked,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if cell.points is not None:
        flags["points"] = int(cell.points) if cell.points == int(cell.points) else cell.points
    own: dict[str, Any] = {"kind": "setup"} if cell.kind == "setup" else {}
    if cell.time_s is not None:
        own["time_s"] = cell.time_s
    metadata: dict[str, Any] = {"nbgrader": flags}
    if own:
        metadata["warpgrade"] = own
    made: dict[str, Any] = {"cell_type": cell.type, "id": cell.id, "metadata": metadata, "source": source_lines(cell.source)}
    if cell.type == "code":
        made |= {"execution_count": None, "outputs": []}
    return made
