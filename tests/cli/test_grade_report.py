"""What `grader grade` prints of one submission: each cause once, with what it cost, and nothing that a terminal would obey."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from rich.console import Console

from grader.assignment import find_assignment
from grader.cli.grade_report import causes, in_full, one_line
from grader.records import CheckResult, Grade, Isolation


def check(title: str, outcome: str = "failed", points: float = 0.0, **values: Any) -> CheckResult:
    return CheckResult(id=title, title=title, points=points, max_points=5.0, outcome=outcome, **values)  # type: ignore[arg-type]


RACE = {"verdict": "RACE_SHARED", "file": "gemm.cu", "line": 14}
GRADE = Grade(
    assignment="09_gemm",
    submission="alice/gemm.cu",
    score=8.0,
    max_score=25.0,
    verdict="RACE_SHARED",
    message="case b: a race",
    file="gemm.cu",
    line=14,
    device="emulated:a100",
    isolation=Isolation(level="local"),
    seed_id="1",
    checks=(
        check("Slow", points=3, verdict="REDUNDANT_LOADS", message="many sectors", hint="A larger tile?"),
        check("First", message="case a: a race The output is wrong as well", cases=("a",), **RACE),
        check("Second", message="case b: a race", cases=("b",), hint="Who waits?", **RACE),
        check("Odd", "not_run", message="the machine was away"),
        check("Good", "passed", points=5),
    ),
    problems=(),
    counters={},
    lines=(),
    timings_s={"total": 1.0},
    source={},
)


def printed(each: Grade, width: int = 70, *, wrap: bool = True) -> str:
    out = Console(file=io.StringIO(), width=width, soft_wrap=not wrap, highlight=False)
    in_full(out, each, find_assignment("gemm"))
    text: str = out.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_causes_come_by_gravity_with_their_checks() -> None:
    found = [[c.title for c in group] for group in causes(GRADE)]
    assert found == [["Second", "First"], ["Slow"], ["Odd"]], "the check that the grade's message is from speaks for its group"


def test_a_cause_is_said_once_and_a_hint_on_a_line_of_its_own() -> None:
    text = printed(GRADE)
    assert text.count("a race") == 1 and "-10 points" in text and "-2 points" in text
    lines = [line.strip() for line in text.splitlines()]
    assert "Who waits?" in lines and "A larger tile?" in lines and "case b: a race" in lines
    assert lines.index("--     0/5  Second") < lines.index("--     0/5  First") < lines.index("ok     5/5  Good")
    assert "it costs no points" in text and "the machine was away" in text


def test_without_a_line_each_check_keeps_its_own_message() -> None:
    wrong = [
        check(t, verdict="WRONG_ANSWER", message=f"case {t}: C[{i}] differs" if t != "z" else "case z: C[0] differs", cases=(t,))
        for i, t in enumerate("xyz")
    ]
    text = printed(
        msgspec.structs.replace(GRADE, verdict="WRONG_ANSWER", message=wrong[0].message, file=None, line=None, checks=tuple(wrong))
    )
    assert "case x: C[0] differs" in text and "case y: C[1] differs" in text and "case z" not in text, "z says what x says"


@pytest.mark.parametrize("wrap", [True, False])
def test_long_messages_wrap_on_a_terminal_and_stay_a_line_in_a_pipe(wrap: bool) -> None:
    long = msgspec.structs.replace(GRADE, message="word " * 60, checks=(check("Long", message="word " * 60, **RACE),))
    lines = [line for line in printed(long, wrap=wrap).splitlines() if "word" in line]
    assert all(len(line) <= 70 and line.startswith("    word") for line in lines) and len(lines) > 4 if wrap else len(lines) == 1


def test_a_terminal_obeys_nothing_of_a_submission() -> None:
    evil = "\x1b[2J\x1b]0;title\x07[bold]not markup[/bold]"
    each = msgspec.structs.replace(GRADE, submission=evil, message=evil, checks=(check(evil, message=evil, hint=evil, **RACE),))
    assert "\x1b" not in printed(each) and "\x07" not in printed(each) and "[bold]not markup[/bold]" in printed(each)
    assert "\x1b" not in one_line(each).plain and one_line(each).plain.startswith("8/25  RACE_SHARED  gemm.cu:14  \\x1b[2J")
