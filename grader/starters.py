"""Starters: a file of the reference -> what students begin it with, by its kind. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Collection

from grader.fences import FenceError, starter_of
from grader.notebook.ipynb import starter
from grader.notebook.percent import MasterError


def starter_text(name: str, reference: str, given: Collection[str] = (), place: str = "") -> str | None:
    """What students begin a file with, by its kind; None for a file that is handed out as it is written, `given` to be mended.

    Answers (.json) begin with every answer null, notebooks have the fences in their solution cells, all else is the reference without its
    fences. Raises FenceError."""
    if name in given:
        return None
    if name.endswith(".ipynb"):
        try:
            return starter(reference, place or name)
        except MasterError as error:
            raise FenceError(str(error)) from None
    if not name.endswith(".json"):
        return starter_of(reference, place or name)
    try:
        answers = json.loads(reference)
    except ValueError as error:
        raise FenceError(f"{place or name}:{getattr(error, 'lineno', 1)}: not JSON: {error}") from None
    return json.dumps(dict.fromkeys(answers), indent=2, ensure_ascii=False) + "\n"
