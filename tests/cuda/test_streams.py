"""Work of several streams and of the host that meets in memory: tests/cuda/streams, each case found at its lines, or clean."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grader.cli.main import run
from tests.cuda.compile import compiled
from tests.cuda.corpus import Case, cases_of

FOLDER = Path(__file__).parent / "streams"
FILES = sorted(FOLDER.glob("*.cu"))
CASES = [case for file in FILES for case in cases_of(file)]
FAULTY = [case for case in CASES if case.kind != "CONTROL"]


@cache
def programs() -> dict[Path, Path]:
    texts = [f'#line 1 "{file}"\n{file.read_text(encoding="utf-8")}' for file in FILES]
    return dict(zip(FILES, compiled(texts, flags=[f"-I{FOLDER}"]), strict=True))


def findings_of(file: Path, *names: str, folder: Path, threads: int) -> list[dict[str, Any]]:
    """What `grader exec` finds in these cases."""
    result = folder / "result.json"
    before = Path.cwd()
    os.chdir(FOLDER)
    try:
        run(["exec", "--threads", str(threads), "--json", str(result), "--", str(programs()[file]), "plain", *names])
    finally:
        os.chdir(before)
    done = json.loads(result.read_text())
    assert done["exit_code"] == 0, done
    found: list[dict[str, Any]] = done["findings"]
    return found


@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.id)
def test_fault_is_named(case: Case, tmp_path: Path) -> None:
    found = findings_of(case.file, case.name, folder=tmp_path, threads=1)
    assert findings_of(case.file, case.name, folder=tmp_path, threads=2) == found
    assert found
    file = cases_of(case.file)
    shared = {mark.line for other in file for mark in other.marks if mark.maybe}  # kernels that several cases use
    for finding in found:
        assert finding["verdict"] == case.file.stem.upper(), finding
        mine = [mark for mark in case.marks if not mark.maybe]
        if mine:
            (mark,) = mine
            assert finding["line"] == mark.line, finding
            assert mark.says in finding["message"], finding
        else:
            assert finding["line"] in shared, finding
        assert finding["file"] in (case.file.name, None)
        assert finding["block"] is None and finding["thread"] is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.parametrize("threads", [1, 2])
def test_controls_are_clean(file: Path, threads: int, tmp_path: Path) -> None:
    for case in cases_of(file):
        if case.kind == "CONTROL":
            assert findings_of(file, case.name, folder=tmp_path, threads=threads) == [], case.id
