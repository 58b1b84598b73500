"""nbgrader's notebooks: the source of an assignment -> the version for students and the one that is graded with, as nbgrader makes them;
and metadata of schema versions 0 to 2 brought up to 3. Standard library only.

What nbgrader calls a region stands between lines that contain BEGIN X and END X, whatever else they contain.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from grader.notebook.percent import MasterError

CODE_STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
TEXT_STUB = ("YOUR ANSWER HERE",)
MARK = {"from": "nbgrader"}  # of a notebook that came from there, in its metadata: the starter is made by these rules
SCHEMA = 3
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def came_from_nbgrader(book: dict[str, Any]) -> bool:
    """Whether a notebook of ours was imported."""
    return bool(book.get("metadata", {}).get("warpgrade") == MARK)


def read_source(text: str, name: str) -> dict[str, Any]:
    """An instructor's notebook: format 4.5, every cell with an id, metadata of schema 3, no outputs. Raises MasterError with the cell."""
    try:
        book = json.loads(text)
        cells = book["cells"]
        if book["nbformat"] != 4 or not isinstance(cells, list):
            raise MasterError(f"{name}: is of notebook format {book['nbformat']}; open it in Jupyter and save it there")
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, MasterError):
            raise
        raise MasterError(f"{name}: no notebook: {type(error).__name__}: {error}") from None
    seen: set[str] = set()
    made = []
    for number, cell in enumerate(cells, 1):
        try:
            made.append(_cell(cell, number, f"{name}: cell {number}", seen))
        except (KeyError, TypeError, AttributeError) as error:
            raise MasterError(f"{name}: cell {number} isn't as it should be: {type(error).__name__}: {error}") from None
    kernel = book.get("metadata", {}).get("kernelspec", {})
    if kernel.get("language", "python") != "python":
        raise MasterError(f"{name}: its language is {kernel['language']}; notebooks are executed in Python here")
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
        "warpgrade": MARK,
    }
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def upgraded(flags: dict[str, Any]) -> dict[str, Any] | None:
    """A cell's nbgrader metadata of any schema version, as version 3; None if it makes the cell nothing that nbgrader knows."""
    found = {key: bool(flags.get(key, False)) for key in ("grade", "solution", "locked", "task")}
    if not any(found.values()):
        return None
    made: dict[str, Any] = {"grade_id": str(flags.get("grade_id", "")), **found, "schema_version": SCHEMA}
    if found["grade"] or found["task"]:
        points = flags.get("points")
        try:
            made["points"] = max(0.0, float(points)) if points not in ("", None) else 0.0
        except (TypeError, ValueError):
            made["points"] = 0.0
    return made


def release(source: dict[str, Any], name: str = "notebook") -> dict[str, Any]:
    """What students get: without solutions, hidden tests and mark schemes."""
    book = _without(graded_with(source, name), "HIDDEN TESTS", name)
    return _without(book, "MARK SCHEME", name)


def graded_with(source: dict[str, Any], name: str = "notebook") -> dict[str, Any]:
    """What is graded with: without solutions, with hidden tests."""
    book = copy.deepcopy(source)
    for cell in book["cells"]:
        flags = cell["metadata"].get("nbgrader", {})
        stub = CODE_STUB if cell["cell_type"] == "code" else TEXT_STUB
        text, found = _replaced("".join(cell["source"]), "SOLUTION", stub, f"{name}#{cell['id']}")
        if found and not flags.get("solution"):
            raise MasterError(f"{name}#{cell['id']}: has a solution and isn't marked as a solution cell; mark it in nbgrader's toolbar")
        if flags.get("solution") and not found:
            text = "\n".join(stub)
        cell["source"] = text.splitlines(keepends=True)
    return book


def has_hidden_tests(cell: dict[str, Any]) -> bool:
    """Whether a part of a test cell isn't for students."""
    return "BEGIN HIDDEN TESTS" in "".join(cell["source"])


def _without(book: dict[str, Any], region: str, name: str) -> dict[str, Any]:
    for cell in book["cells"]:
        text, _ = _replaced("".join(cell["source"]), region, (), f"{name}#{cell['id']}")
        cell["source"] = text.splitlines(keepends=True)
    return book


def _replaced(text: str, region: str, stub: tuple[str, ...], place: str) -> tuple[str, bool]:
    """The text with its regions replaced by a stub at their indentation, and whether there was one."""
    lines: list[str] = []
    inside = found = False
    for line in text.split("\n"):
        if f"BEGIN {region}" in line:
            if inside:
                raise MasterError(f"{place}: BEGIN {region} inside of another; end that first")
            inside = found = True
            indent = line[: len(line) - len(line.lstrip())]
            lines += [indent + part for part in stub]
        elif f"END {region}" in line:
            inside = False
        elif not inside:
            lines.append(line)
    if inside:
        raise MasterError(f"{place}: BEGIN {region} is never ended")
    return "\n".join(lines), found


def _cell(cell: dict[str, Any], number: int, place: str, seen: set[str]) -> dict[str, Any]:
    flags = upgraded(cell["metadata"].get("nbgrader", {}))
    name = flags["grade_id"] if flags else ""
    if flags is not None:
        if not _ID.fullmatch(name):
            raise MasterError(f"{place}: its id {name!r} won't do; letters, digits, - and _, at most 64, are fine")
        if name in seen:
            raise MasterError(f"{place}: the id {name} is there twice; give each cell its own in nbgrader's toolbar")
    seen.add(name)
    source = cell["source"]
    text = source if isinstance(source, str) else "".join(source)
    made: dict[str, Any] = {
        "cell_type": cell["cell_type"],
        "id": name.replace(".", "_") or f"cell-{number}",
        "metadata": {"nbgrader": {"cell_type": cell["cell_type"], **flags}} if flags else {},
        "source": text.splitlines(keepends=True),
    }
    if cell["cell_type"] == "code":
        made |= {"execution_count": None, "outputs": []}
    return made
