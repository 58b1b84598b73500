"""Every check of the emulated GPU on a corpus of programs with one fault each, in four forms: the code, the exact lines, and no more.

The corpus is tests/cuda/checkers; what a case must lead to stands in it, line by line.
"""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grader.cli.main import run
from tests.cuda.compile import compiled
from tests.cuda.corpus import FOLDER, FORMS, Case, cases_of, program_text

FILES = sorted(FOLDER.glob("*.cu"))
CASES = [case for file in FILES for case in cases_of(file)]
FAULTY = [case for case in CASES if case.kind != "CONTROL"]
INSTRUCTIONS = 100_000  # of a block: what is never going to end is told soon


@cache
def programs() -> dict[Path, Path]:
    return dict(zip(FILES, compiled([program_text(file) for file in FILES]), strict=True))


def findings_of(case_file: Path, form: str, *names: str, folder: Path) -> list[dict[str, Any]]:
    """What `grader exec` finds in these cases, notes apart."""
    result = folder / "result.json"
    checks = "all,leak" if case_file.stem == "leak" else "all"
    command = ["exec", "--check", checks, "--max-instructions", str(INSTRUCTIONS), "--threads", "2", "--json", str(result), "--"]
    before = Path.cwd()
    os.chdir(FOLDER)
    try:
        status = run([*command, str(programs()[case_file]), form, *names])
    finally:
        os.chdir(before)
    done = json.loads(result.read_text())
    assert done["exit_code"] == 0, done
    found = [finding for finding in done["findings"] if not finding["note"]]
    assert status == int(bool(found))
    return found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", FAULTY, ids=lambda case: case.id)
def test_fault_is_named(case: Case, form: str, tmp_path: Path) -> None:
    found = findings_of(case.file, form, case.name, folder=tmp_path)
    told = {(finding["verdict"], finding["line"]) for finding in found}
    host = {mark.verdict for mark in case.marks if mark.host}
    wanted = {(mark.verdict, mark.line) for mark in case.marks if not mark.maybe}
    allowed = {(mark.verdict, mark.line) for mark in case.marks if mark.maybe}
    assert wanted <= told and told <= wanted | allowed, found
    assert not allowed or told & allowed, found
    for finding in found:
        marks = [mark for mark in case.marks if mark.verdict == finding["verdict"] and finding["line"] == mark.line]
        assert any(mark.says in finding["message"] for mark in marks), finding
        assert finding["file"] == case.file.name
        if finding["verdict"] in host:
            continue
        kernel = finding["kernel"].partition("(")[0].partition("<")[0]
        assert kernel.rpartition("::")[2] in case.kernels and form in finding["kernel"]
        ran = finding["verdict"] not in {"UNSUPPORTED", "CROSS_STREAM_RACE"}  # nothing ran; whole launches met
        assert (finding["block"] is not None) == (finding["thread"] is not None) == ran
        if finding["other_line"] is not None:
            assert finding["other_file"] == case.file.name
            assert finding["other_line"] in case.others | {mark.line for mark in case.marks}, finding
    assert case.others <= {finding["other_line"] for finding in found} | {finding["line"] for finding in found}, found


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_controls_are_clean(file: Path, form: str, tmp_path: Path) -> None:
    names = [case.name for case in cases_of(file) if case.kind == "CONTROL"]
    assert findings_of(file, form, *names, folder=tmp_path) == []


def test_the_corpus_is_whole() -> None:
    """Each code has an easy case, a subtle one and a control, and names itself in its file."""
    assert sum(case.kind == "STUDENT" for case in CASES) >= 12
    for file in FILES:
        kinds = {case.kind for case in cases_of(file)}
        assert kinds & {"POSITIVE", "STUDENT"} and {"SUBTLE", "CONTROL"} <= kinds, file.name
        assert file.stem.upper() in {mark.verdict for case in cases_of(file) for mark in case.marks}, file.name
    assert all(case.marks for case in FAULTY)
    assert not any(case.marks or case.others for case in CASES if case.kind == "CONTROL")
