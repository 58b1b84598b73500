"""nbgrader's rules for points, on records of cells as a room may have left them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Case
from grader.checks.failed import CheckFailed, NotRun
from grader.checks.rooms import Room
from grader.notebook.rules import score
from grader.records import Exit, Run

ENDED = Exit(cause="exited", code=0)


def room_with(folder: Path, **cell: Any) -> Room:
    """A room whose record has the one cell "sum"."""
    record = {"notebook": "n.ipynb", "cells": [{"name": "sum", "kind": "test", "status": "ok", **cell}]}
    (folder / "cells.json").write_text(json.dumps(record))
    outputs = {"cells.json": str(folder / "cells.json")}
    run = Run(case="c", visibility="public", sizes={}, scalars={}, inputs={}, outputs=outputs, command=True, exit=ENDED)
    return Room(run, Case(id="c", visibility="public", entry="", sizes={}, run=("true",)))


@pytest.mark.parametrize("result", [None, "4", "None", "'text'", "nan", "-1", "True"])
def test_full_points(tmp_path: Path, result: str | None) -> None:
    score(room_with(tmp_path, result=result), "sum", 4)


@pytest.mark.parametrize(
    ("cell", "share"), [({"result": "1"}, 0.25), ({"result": "0"}, 0), ({"complained": True}, 0), ({"status": "error"}, 0)]
)
def test_less(tmp_path: Path, cell: dict[str, Any], share: float) -> None:
    with pytest.raises(CheckFailed) as failed:
        score(room_with(tmp_path, **cell), "sum", 4)
    assert failed.value.fraction == share


@pytest.mark.parametrize("result", ["5", "1e300", "inf"])
def test_more_than_there_is_waits_for_a_person_by_itself(tmp_path: Path, result: str) -> None:
    """Anything else than NotRun would leave all checks of the submission undecided."""
    with pytest.raises(NotRun, match="can't be larger than its points"):
        score(room_with(tmp_path, result=result), "sum", 4)
