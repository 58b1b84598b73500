"""What `grader grade` prints of one submission: each cause once, with what it cost, and nothing that a terminal would obey."""

from __future__ import annotations

import io
from typing import Any

import msgspec
import pytest
from rich.console import Console

from grader.assignment import find_assignment
from grader.cli.grade import exit_status
from grader.cli.grade_report import causes, in_full, one_line
from grader.cli.words import Words
from grader.records import CheckResult, Grade, Isolation, Problem


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


def printed(each: Grade, width: int = 70, *, wrap: bool = True, language: str = "en", **options: Any) -> str:
    out = Console(file=io.StringIO(), width=width, soft_wrap=not wrap, highlight=False)
    in_full(out, each, find_assignment("gemm"), Words(language), **options)
    text: str = out.file.getvalue()  # type: ignore[attr-defined]
    return text


def test_a_message_is_korean_where_it_has_such_a_text() -> None:
    slow = check("Slow", points=3, verdict="REDUNDANT_LOADS", message="case a: many", message_ko="a 경우: 많습니다.", cases=("a",))
    each = msgspec.structs.replace(GRADE, checks=(slow,), message="case a: many", message_ko="a 경우: 많습니다.")
    korean, english = printed(each, language="ko"), printed(each)
    assert "많습니다." in korean and "many" not in korean and "case a: many" in english and "많습니다" not in english
    assert one_line(each, Words("ko")).plain.endswith("a 경우: 많습니다.") and one_line(each, Words("en")).plain.endswith("many")


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
    line = one_line(each, Words("en")).plain
    assert "\x1b" not in line and line.startswith("8/25  RACE_SHARED  gemm.cu:14  \\x1b[2J")


def test_in_korean_titles_hints_and_our_own_words_are_korean() -> None:
    race = check("First", title_ko="첫 번째", hint="Who waits?", hint_ko="누가 기다리나요?", message="a race", **RACE)
    each = msgspec.structs.replace(
        GRADE, message="a race", checks=(race, check("Second", message="a race", **RACE), check("Good", "passed"))
    )
    text = printed(each, language="ko", width=200)
    assert "첫 번째" in text and "누가 기다리나요?" in text and "Who waits?" not in text and "다음에 볼 곳" in text
    assert "Second" in text, "a check whose author gave no Korean title keeps its own"


def test_one_cause_of_everything_is_a_single_line() -> None:
    same = tuple(check(name, verdict="COMPILE_ERROR", message="no such name", file="gemm.cu", line=9) for name in "abc")
    each = msgspec.structs.replace(GRADE, verdict="COMPILE_ERROR", message="no such name", line=9, checks=same)
    text = printed(each)
    assert "this keeps all 3 checks from passing" in text and "0/5" not in text


PROBLEM = Problem(verdict="RACE_SHARED", message="a race", file="gemm.cu", line=14, column=9, other_file="gemm.cu", other_line=16, count=3)


def test_with_jumps_findings_are_gcc_lines_beside_their_cause() -> None:
    text = printed(msgspec.structs.replace(GRADE, problems=(PROBLEM,)), jump=lambda name: f"alice/{name}")
    lines = text.splitlines()
    at = lines.index("alice/gemm.cu:14:9: error: a race (3 times) [RACE_SHARED]")
    assert lines[at + 1] == "alice/gemm.cu:16: note: the other access"
    assert "-10 points" in lines[at - 1], "title and points stand above"
    assert "Warps run in any order" in text and "What to look at next" in text, "the first cause is explained"
    assert "The output is wrong as well" in text and text.count("a race") == 1, "a check says only what the finding doesn't"


def test_a_jump_line_is_never_broken() -> None:
    long = msgspec.structs.replace(PROBLEM, message="word " * 60)
    text = printed(msgspec.structs.replace(GRADE, problems=(long,)), jump=lambda name: name, width=60)
    assert any(line.startswith("gemm.cu:14:9: error: word") and line.endswith("[RACE_SHARED]") for line in text.splitlines())


def test_not_measured_is_nobodys_fault() -> None:
    fast = check("Fast", "not_run", verdict="NOT_MEASURED", message="no counters on this device")
    each = msgspec.structs.replace(GRADE, verdict="PASSED", message="", checks=(check("Good", "passed", points=5), fast))
    text = printed(each)
    assert "Not measured on this device" in text and "a reason of ours" not in text
    assert exit_status([msgspec.structs.replace(each, score=5.0, max_score=5.0)], []) == 0
    ours = msgspec.structs.replace(fast, verdict="")
    assert exit_status([msgspec.structs.replace(each, checks=(ours,))], []) == 3


def test_more_detail_on_request() -> None:
    each = msgspec.structs.replace(GRADE, isolation=Isolation(level="none", enforced=("wall time",), not_enforced=("network: open",)))
    assert "network: open" not in printed(each)
    text = printed(each, verbose=True)
    assert "time: total 1.000 s" in text and "in force: wall time" in text and "not in force: network: open" in text


def test_the_other_access_of_a_race_is_named_beside_the_first() -> None:
    checks = (check("Raced", message="case a: a race", other_line=20, **RACE),)
    each = msgspec.structs.replace(GRADE, checks=checks, message="case a: a race")
    assert "RACE_SHARED gemm.cu:14 (the other access: gemm.cu:20)" in printed(each, 120)
    there = (msgspec.structs.replace(checks[0], other_file="tile.cuh"),)
    assert "(the other access: tile.cuh:20)" in printed(msgspec.structs.replace(each, checks=there), 120)
