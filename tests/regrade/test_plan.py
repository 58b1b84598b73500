"""Plan and difference: the cheapest honest way to a new grade, and what it changes. Pure, so nothing is graded here."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from grader.address import Address, Basis
from grader.errors import HarnessError, SubmissionError
from grader.evidence import Evidence
from grader.gradebook.records import CheckSummary, StoredGrade
from grader.records import CheckResult, Grade, Isolation, Source
from grader.regrade.difference import difference
from grader.regrade.plan import Step, plan
from tests.gradebook.making import evidence

SOURCE = Source(files={"a.cu": b"x"}, digest="d")
BASIS = Basis(slug="05_transpose", runs="r", checks="c")
NOW = BASIS.of(SOURCE)


def summary(name: str, points: float, verdict: str = "", outcome: str = "") -> CheckSummary:
    found = outcome or ("passed" if not verdict else "failed")
    return CheckSummary(
        id=f"test_public.py::{name}",
        title=name,
        title_ko="",
        category="correctness",
        points=points,
        max_points=50.0,
        outcome=found,  # type: ignore[arg-type]
        verdict=verdict,
        hidden=False,
    )


def stored(
    key: str = NOW.grade, checks: tuple[CheckSummary, ...] = (summary("one", 50.0), summary("two", 50.0)), evidence: str = "e"
) -> StoredGrade:
    return StoredGrade(
        id=1,
        submission=7,
        student="alice",
        assignment="05_transpose",
        at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC),
        score=sum(c.points for c in checks),
        max_score=sum(c.max_points for c in checks if c.outcome != "not_run"),
        verdict="PASSED",
        message="",
        message_ko="",
        file=None,
        line=None,
        device="emulated:a100",
        seed_id="s",
        key=key,
        record="g",
        evidence=evidence,
        checks=checks,
        same_as=None,
        why="graded",
        author="",
    )


def step(old: StoredGrade, kept: Evidence | Exception | None = None, **options: object) -> Step:
    def read(_: StoredGrade) -> str:
        if isinstance(kept, Exception):
            raise kept
        return kept.run_key if kept else ""

    (found,) = plan([old], lambda slug: BASIS, read, lambda _: SOURCE, **options)  # type: ignore[arg-type]
    return found


def test_nothing_changed() -> None:
    assert step(stored(), evidence(run_key=NOW.runs)).way == "unchanged"


def test_a_changed_check_is_replayed() -> None:
    found = step(stored("old"), evidence(run_key=NOW.runs))
    assert (found.way, found.address) == ("replay", NOW) and "checks have changed" in found.reason


def test_changed_cases_run_again() -> None:
    found = step(stored("old"), evidence(run_key="other runs"))
    assert found.way == "run" and found.source == SOURCE


@pytest.mark.parametrize("kept", [None, HarnessError("gone"), msgspec.DecodeError("damaged")])
def test_without_recorded_runs_it_runs(kept: Exception | None) -> None:
    assert step(stored("old"), kept).way == "run"


def test_only_takes_recorded_runs_as_they_are() -> None:
    found = step(stored("old"), evidence(run_key="other runs"), only=["test_public.py::one"])
    assert found.way == "replay" and "only test_public.py::one" in found.reason
    assert step(stored(), evidence(run_key=NOW.runs), only=["test_public.py::one"]).way == "replay"  # asked for, so done


def test_what_a_fault_of_ours_left_undecided_runs_again() -> None:
    old = stored(checks=(summary("one", 50.0), summary("two", 0.0, outcome="not_run")))
    assert step(old, evidence(run_key=NOW.runs)).way == "run"


def test_again_runs_everything() -> None:
    assert step(stored(), evidence(run_key=NOW.runs), everything=True).way == "run"


def test_what_can_not_be_read_stays() -> None:
    def refuse(_: StoredGrade) -> Source:
        raise SubmissionError("a.cu is missing", file="a.cu")

    (found,) = plan([stored("old")], lambda slug: BASIS, lambda _: "", refuse)
    assert found.way == "unchanged" and "a.cu is missing" in found.reason


def grade(*checks: CheckResult) -> Grade:
    return Grade(
        assignment="05_transpose",
        submission="alice",
        score=sum(c.points for c in checks),
        max_score=sum(c.max_points for c in checks if c.outcome != "not_run"),
        verdict="WRONG_ANSWER" if any(c.outcome == "failed" for c in checks) else "PASSED",
        message="",
        file=None,
        line=None,
        device="emulated:a100",
        isolation=Isolation(level="none"),
        seed_id="s",
        checks=tuple(checks),
        problems=(),
        counters={},
        lines=(),
        timings_s={},
        source={},
    )


def check(name: str, points: float, verdict: str = "") -> CheckResult:
    outcome = "failed" if verdict else "passed"
    return CheckResult(id=f"test_public.py::{name}", title=name, points=points, max_points=50.0, outcome=outcome, verdict=verdict)  # type: ignore[arg-type]


def test_equal_grades_do_not_differ() -> None:
    found = difference(stored(), grade(check("one", 50.0), check("two", 50.0 + 1e-9)), "replay", "")
    assert not found.changed and found.points == 0 and found.checks == ()


def test_each_changed_check_is_named() -> None:
    found = difference(stored(), grade(check("one", 50.0), check("two", 10.0, "WRONG_ANSWER")), "replay", "")
    assert found.changed and found.points == -40.0
    assert [(c.id, c.old_points, c.new_points, c.old_verdict, c.new_verdict) for c in found.checks] == [
        ("test_public.py::two", 50.0, 10.0, "PASSED", "WRONG_ANSWER")
    ]


def test_checks_that_came_and_went_are_named() -> None:
    found = difference(stored(), grade(check("one", 50.0), check("three", 50.0)), "replay", "")
    assert found.points == 0 and found.changed
    assert [(c.title, c.old_points, c.new_points) for c in found.checks] == [("two", 50.0, None), ("three", None, 50.0)]


def test_points_are_of_a_hundred_whatever_was_not_run() -> None:
    old = stored(checks=(summary("one", 25.0, "WRONG_ANSWER"), summary("two", 0.0, outcome="not_run")))
    found = difference(old, grade(check("one", 25.0, "WRONG_ANSWER"), check("two", 50.0)), "run", "")
    assert found.points == 25.0  # 50 % before, 75 % now


def test_addresses_of_equal_files_are_equal() -> None:
    assert BASIS.of(SOURCE) == NOW != BASIS.of(Source(files={}, digest="e"))
    assert isinstance(NOW, Address)
