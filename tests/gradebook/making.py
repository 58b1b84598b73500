"""Made-up grades, people and courses for tests of what is built on the gradebook."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from grader.course import Course
from grader.course_file import read
from grader.evidence import Evidence
from grader.gradebook.records import Submission
from grader.gradebook.store import Gradebook
from grader.records import CheckResult, Grade, Isolation, Program, Source

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def at(days: float = 0, **more: float) -> dt.datetime:
    return NOON + dt.timedelta(days=days, **more)


def grade(
    score: float = 80, *, max_score: float = 100, key: str = "key", assignment: str = "01_scale", message: str = "", not_run: int = 0
) -> Grade:
    """Of one check that was run and `not_run` that weren't."""
    checks = [
        CheckResult(
            id="t::square", title="Square", points=score, max_points=max_score, outcome="passed" if score == max_score else "failed"
        )
    ]
    checks += [CheckResult(id=f"t::gone{i}", title="", points=0, max_points=0, outcome="not_run") for i in range(not_run)]
    return Grade(
        assignment=assignment,
        submission="where/it/lay",
        score=score,
        max_score=max_score,
        verdict="PASSED" if score == max_score else "WRONG_ANSWER",
        message=message,
        file="scale.cu",
        line=7,
        device="emulated:a100",
        isolation=Isolation(level="local"),
        seed_id="seed",
        checks=tuple(checks),
        problems=(),
        counters={},
        lines=(),
        timings_s={},
        source={"scale.cu": "// mine"},
        digest=key,
    )


def evidence(**changes: Any) -> Evidence:
    """Of no run."""
    plain = Evidence(
        assignment="01_scale",
        source=Source(files={"scale.cu": b"x"}),
        program=Program(library=None),
        runs=(),
        results=(),
        device="emulated:a100",
        isolation=Isolation(level="none"),
        seed_id="s",
        environment={},
        run_key="k",
    )
    return msgspec.structs.replace(plain, **changes)


def hand_in(
    book: Gradebook, login: str, assignment: str = "01_scale", when: dt.datetime | None = NOON, content: bytes | None = None
) -> Submission:
    data = content if content is not None else f"{login} {when}".encode()
    return book.receive(login, assignment, data, filename="scale.cu", received_at=when, origin="folder", label=f"in/{login}")


def course(folder: Path, text: str = "", slugs: tuple[str, ...] = ("01_scale", "02_reverse")) -> Course:
    """A course of assignments that have a name and nothing else, with lines of course.toml."""
    assignments = folder / "assignments"
    for slug in slugs:
        (assignments / slug).mkdir(parents=True, exist_ok=True)
        (assignments / slug / "assignment.toml").touch()
    file = assignments / "course.toml"
    file.write_text('id = "test"\n' + text, encoding="utf-8")
    table, _ = read(file)
    return Course(id="test", file=file, assignments=assignments, reference=folder, include=folder, order=table.order, table=table)
