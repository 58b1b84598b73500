"""Points that a person gives for a check: the grade with them, and what of them a later grade keeps."""

from __future__ import annotations

import msgspec
import pytest

from grader.records import CheckResult, Grade, Isolation
from grader.score.by_hand import AWAITS, GIVEN, answer, find, given, kept, put
from grader.toolchain import UsageError

ANSWERS = '{\n  "a": 1,\n  "why": "since it is so",\n}\n'


def check(name: str, points: float, of: float, **changes: object) -> CheckResult:
    outcome = "passed" if points == of else "failed"
    usual: dict[str, object] = {"outcome": outcome, "verdict": "" if outcome == "passed" else "WRONG_ANSWER"}
    return CheckResult(id=f"test_hidden.py::test_{name}", title=name, points=points, max_points=of, **{**usual, **changes})  # type: ignore[arg-type]


def waiting(of: float = 20) -> CheckResult:
    return check("why", 0, of, outcome="not_run", verdict=AWAITS, message="will be read", file="answers.json", line=3)


def grade(*checks: CheckResult, answers: str = ANSWERS) -> Grade:
    made = Grade(
        assignment="01_linux_basics",
        submission="",
        score=0,
        max_score=0,
        verdict="",
        message="",
        file=None,
        line=None,
        device="emulated:a100",
        isolation=Isolation(level="none"),
        seed_id="",
        checks=checks,
        problems=(),
        counters={},
        lines=(),
        timings_s={},
        source={"answers.json": answers},
        digest="key",
    )
    return put(made, ())


def test_a_check_that_waits_is_in_no_sum() -> None:
    made = grade(check("runs", 70, 70), waiting(), check("clean", 10, 10, category="cleanliness"))
    assert (made.score, made.max_score, made.verdict) == (80, 80, AWAITS)


def test_part_of_the_points() -> None:
    made = grade(check("runs", 60, 60), waiting(), check("clean", 20, 20, category="cleanliness"))
    done = given(made, made.checks[1], 15, "and what of ties?", "sora")
    assert (done.max_score, done.verdict, done.message, done.line) == (100, GIVEN, "and what of ties?", 3)
    assert done.score == pytest.approx(60 + 15 + 20 * 75 / 80)  # cleanliness counts by the share of correctness
    assert (done.checks[1].by, done.checks[1].outcome, done.checks[1].points) == ("sora", "failed", 15)
    assert made.checks[1].by == "" and made.score == 80, "the computed grade stays as it was"


def test_all_points() -> None:
    made = grade(check("runs", 80, 80), waiting())
    done = given(made, made.checks[1], 20, "very good", "sora")
    assert (done.score, done.max_score, done.verdict) == (100, 100, "PASSED")
    assert (done.checks[1].outcome, done.checks[1].verdict, done.checks[1].message) == ("passed", "", "very good")


@pytest.mark.parametrize("points", [-1, 20.5, float("nan"), float("inf")])
def test_points_that_the_check_has_not_got(points: float) -> None:
    made = grade(waiting())
    with pytest.raises(UsageError, match="between 0 and 20"):
        given(made, made.checks[0], points, "", "sora")


@pytest.mark.parametrize("name", ["test_hidden.py::test_why", "test_why", "why"])
def test_a_check_is_found_by_its_name(name: str) -> None:
    assert find(grade(check("runs", 1, 1), waiting()).checks, name).verdict == AWAITS


def test_a_check_that_is_not_there_or_not_the_only_one() -> None:
    made = grade(check("runs", 1, 1), msgspec.structs.replace(check("runs", 1, 1), id="test_public.py::test_runs"))
    with pytest.raises(UsageError, match="names 2 checks"):
        find(made.checks, "runs")
    with pytest.raises(UsageError, match="no check is called rnus; this grade has runs"):
        find(made.checks, "rnus")


def test_a_grade_of_the_same_work_keeps_what_was_given() -> None:
    old = given(first := grade(check("runs", 40, 80), waiting()), first.checks[0], 80, "on appeal", "sora")
    old = given(old, old.checks[1], 5, "thin", "sora")
    new = kept(grade(check("runs", 30, 80), waiting(), check("more", 1, 1)), old, same_work=True)
    assert [(c.points, c.by) for c in new.checks] == [(80, "sora"), (5, "sora"), (1, "")]
    assert (new.score, new.max_score) == (86, 101)
    assert kept(new, old, same_work=True) == new


def test_other_work_keeps_it_for_an_equal_answer_only() -> None:
    old = given(first := grade(check("runs", 40, 80), waiting()), first.checks[1], 5, "thin", "sora")
    old = given(old, old.checks[0], 80, "on appeal", "sora")
    again = kept(grade(check("runs", 30, 80), waiting()), old, same_work=False)
    assert [(c.points, c.by) for c in again.checks] == [(30, ""), (5, "sora")], "a computed check is another one's"
    better = grade(check("runs", 30, 80), waiting(), answers=ANSWERS.replace("so", "thus"))
    assert kept(better, old, same_work=False) == better
    moved = waiting(of=10)  # worth less now: a person must look again
    assert kept(grade(moved), old, same_work=True).checks[0].by == ""


@pytest.mark.parametrize(
    ("answers", "line", "wanted"),
    [
        ('{\n"why":\n\n  "it is so",\n"b": 1\n}\n', 2, '"why":\n\n  "it is so"'),
        ('{\n"why"\n: "say \\"no\\": so"\n}\n', 2, '"why"\n: "say \\"no\\": so"'),
        ('{\n"a": "x\u2028y",\n"why": "it is so"}\n', 3, '"why": "it is so"}'),
        ('{"a": 1, "why": "it is so"}', 1, '{"a": 1, "why": "it is so"}'),
    ],
)
def test_an_answer_is_all_that_stands_behind_its_key(answers: str, line: int, wanted: str) -> None:
    """A value below its key, or characters that look like a line's end, hide nothing: neither from a person nor from `kept`."""
    waits = msgspec.structs.replace(waiting(), line=line)
    old = given(first := grade(waits, answers=answers), waits, 5, "thin", "sora")
    assert answer(first, waits) == wanted
    assert kept(grade(waits, answers=answers), old, same_work=False).checks[0].by == "sora"
    assert kept(grade(waits, answers=answers.replace("so", "thus")), old, same_work=False).checks[0].by == ""


@pytest.mark.parametrize("place", ["book.ipynb#why", "book.ipynb#why.md"])
def test_an_answer_in_a_notebook_is_its_cell(place: str) -> None:
    def work(text: str) -> Grade:
        waits = msgspec.structs.replace(waiting(), file="book.ipynb#why", line=None)
        return msgspec.structs.replace(grade(waits), source={place: text})

    first = work("it is so\n\nsince")
    assert answer(first, first.checks[0]) == "it is so\n\nsince"
    old = given(first, first.checks[0], 20, "right", "sora")
    assert kept(work("it is so\n\nsince"), old, same_work=False).checks[0].by == "sora"
    assert kept(work("it is so\n\nthus"), old, same_work=False).checks[0].by == ""
    assert kept(msgspec.structs.replace(first, source={}), msgspec.structs.replace(old, source={}), same_work=False).checks[0].by == ""
