"""Two grades to compare: everything equal, until a test changes something. And an assignment's copy that it may change."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import msgspec

from grader.assignment import Assignment, load_assignment
from grader.audit.sides import Side
from grader.gradebook.graded import summaries
from grader.gradebook.records import StoredGrade
from grader.records import Grade, Grounds, Isolation, Run
from tests.gradebook.making import evidence
from tests.gradebook.making import grade as plain_grade

GROUNDS = Grounds(
    submission={"scale.cu": "s1"},
    assignment={"assignment.toml": "a1", "problem.py": "p1"},
    checks={"test_public.py": "c1", "test_hidden.py": "h1"},
    limits={"time_s": 20.0, "memory_mib": 1024.0},
    toolchain={"nvidia-cuda-nvcc": "13.0.88", "host compiler": "g++-12"},
    grader={"version": "0.1.0", "runs": "r1", "checks": "j1", "programs": "n1", "python": "3.11.7", "numpy": "2.4"},
    device="emulated:a100",
    profile="f1",
    sandbox="x1",
    seed_id="seed",
)
MACHINE = {"grader": "0.1.0", "compiler": "nvcc 13.0.88", "python": "3.11.7", "numpy": "2.4", "kernel": "Linux 6.1", "cpu": "one"}


def run(case: str = "small", **changes: Any) -> Run:
    values: dict[str, Any] = {
        "case": case,
        "visibility": "public",
        "sizes": {"n": 1024},
        "scalars": {"a": 2.0},
        "inputs": {"x.0": "i1"},
        "outputs": {"y.0": "o1"},
    }
    return Run(**{**values, **changes})


def grade(score: float = 30, **changes: Any) -> Grade:
    base = msgspec.structs.replace(plain_grade(score), grounds=GROUNDS, environment=MACHINE, isolation=Isolation(level="local"))
    return msgspec.structs.replace(base, **changes)


def side(grade_: Grade, *, id: int = 1, runs: tuple[Run, ...] | None = (run(), run("large")), why: str = "graded", **changes: Any) -> Side:
    recorded = None
    if runs is not None:
        shared = {name: getattr(grade_, name) for name in ("assignment", "device", "isolation", "seed_id")}
        recorded = evidence(runs=runs, **shared)
    stored = StoredGrade(
        id=id,
        submission=1,
        student="minsu",
        assignment=grade_.assignment,
        at=dt.datetime(2026, 3, 2, tzinfo=dt.UTC),
        score=grade_.score,
        max_score=grade_.max_score,
        verdict=grade_.verdict,
        message="",
        message_ko="",
        file=None,
        line=None,
        device=grade_.device,
        seed_id=grade_.seed_id,
        key=grade_.digest,
        record="",
        evidence="",
        checks=summaries(grade_),
        same_as=None,
        why=why,
        author="",
    )
    return Side(stored=msgspec.structs.replace(stored, **changes), grade=grade_, evidence=recorded)


def copied(assignment: Assignment, folder: Path, file: str, text: str) -> Assignment:
    """The assignment in a course of its own, with more at the end of one file."""
    copy = folder / "course" / "assignments"
    shutil.copytree(assignment.folder, copy / assignment.slug)
    (copy / "course.toml").write_text('id = "warpgrade"\n')
    path = copy / assignment.slug / file
    path.write_text(path.read_text() + text)
    return load_assignment(copy / assignment.slug)
