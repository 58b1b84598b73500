"""gcc style: what an editor's error list takes up, in the order of gravity, at paths that it can open."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from grader.cli import gcc
from grader.cli.grade_report import causes
from grader.cli.words import Words
from grader.records import CheckResult, Grade, Isolation, Problem

# Visual Studio Code's $gcc, and vim's %f:%l:%c: %t%*[^:]: %m with and without column
VSCODE = re.compile(r"^(.*?):(\d+):(\d*):?\s+(?:fatal\s+)?(warning|error):\s+(.*)$")
EN, KO = Words("en"), Words("ko")


def check(verdict: str, message: str = "", **values: Any) -> CheckResult:
    return CheckResult(id=verdict, title=verdict, points=0, max_points=5, outcome="failed", verdict=verdict, message=message, **values)


def grade(*checks: CheckResult, problems: tuple[Problem, ...] = ()) -> Grade:
    head = checks[0] if checks else None
    return Grade(
        assignment="09_gemm",
        submission="x",
        score=0,
        max_score=5,
        verdict=head.verdict if head else "PASSED",
        message=head.message if head else "",
        file=head.file if head else None,
        line=head.line if head else None,
        device="emulated:a100",
        isolation=Isolation(level="none"),
        seed_id="1",
        checks=checks,
        problems=problems,
        counters={},
        lines=(),
        timings_s={},
        source={"gemm.cu": ""},
    )


def lines(each: Grade, words: Words = EN) -> list[str]:
    return gcc.lines(each, causes(each), lambda name: f"w/{name}", words)


RACE = Problem(
    verdict="RACE_SHARED",
    message="WAR hazard",
    file="gemm.cu",
    line=23,
    column=9,
    other_file="gemm.cu",
    other_line=27,
    other_thread=(3, 1, 0),
    count=1024,
)


def test_a_finding_with_column_and_its_other_access() -> None:
    found = lines(grade(check("RACE_SHARED", "case a: WAR hazard", file="gemm.cu", line=23), problems=(RACE,)))
    assert found == [
        "w/gemm.cu:23:9: error: WAR hazard (1,024 times) [RACE_SHARED]",
        "w/gemm.cu:27: note: the other access, by thread (3,1,0)",
    ]
    match = VSCODE.match(found[0])
    assert match and match.group(2, 3, 4) == ("23", "9", "error")


def test_without_a_column_the_line_still_matches() -> None:
    (found,) = lines(
        grade(check("OOB_READ", file="gemm.cu", line=4), problems=(Problem(verdict="OOB_READ", message="read", file="gemm.cu", line=4),))
    )
    assert found == "w/gemm.cu:4: error: read [OOB_READ]" and VSCODE.match(found)


def test_a_check_without_a_finding_and_speed_as_a_warning() -> None:
    wrong = check("WRONG_TAIL", "case odd: C[1][2] differs")
    slow = check("REDUNDANT_LOADS", "9 sectors", category="performance")
    assert lines(grade(wrong, slow)) == [
        "w/gemm.cu: error: case odd: C[1][2] differs [WRONG_TAIL]",
        "w/gemm.cu: warning: 9 sectors [REDUNDANT_LOADS]",
    ]


def test_gravest_first_kin_together_notes_last_and_nothing_twice() -> None:
    warp = Problem(verdict="RACE_WARP", message="inside a warp", file="gemm.cu", line=13)
    other = Problem(verdict="RACE_SHARED", message="elsewhere", file="gemm.cu", line=3)
    note = Problem(verdict="LEAK", message="2 bytes", file="gemm.cu", line=5, note=True)
    slow = check("REDUNDANT_LOADS", "9 sectors", category="performance")
    race = check("RACE_SHARED", "WAR hazard", file="gemm.cu", line=23)
    found = lines(grade(race, slow, problems=(note, warp, other, RACE)))
    codes = [line.rpartition("[")[2] for line in found if "note:" not in line]
    assert codes == ["RACE_SHARED]", "RACE_SHARED]", "RACE_WARP]", "REDUNDANT_LOADS]", "LEAK]"]
    assert found[0].startswith("w/gemm.cu:23:9:") and found[-1].startswith("w/gemm.cu:5: warning: 2 bytes")


def test_every_compiler_error_is_there() -> None:
    problems = tuple(Problem(verdict="COMPILE_ERROR", message=f"error {n}", file="gemm.cu", line=n, count=2) for n in (9, 3, 12))
    blocked = check("COMPILE_ERROR", "error 9", file="gemm.cu", line=9)
    assert [line.split(": ")[0] for line in lines(grade(blocked, blocked, problems=problems))] == [
        "w/gemm.cu:9",
        "w/gemm.cu:3",
        "w/gemm.cu:12",
    ]


def test_in_korean_the_verdicts_title_goes_before_the_message() -> None:
    found = lines(grade(check("RACE_SHARED", file="gemm.cu", line=23), problems=(RACE,)), KO)
    assert found[0] == "w/gemm.cu:23:9: error: 두 워프가 공유 메모리에서 경쟁합니다: WAR hazard (1,024번) [RACE_SHARED]"
    assert found[1] == "w/gemm.cu:27: note: 상대 접근, 스레드 (3,1,0)"


def test_a_terminal_obeys_nothing_of_a_message() -> None:
    evil = Problem(verdict="OOB_READ", message="\x1b[2J\nrm -rf", file="g\x1b.cu", line=1)
    (found,) = lines(grade(check("OOB_READ", file="g\x1b.cu", line=1), problems=(evil,)))
    assert "\x1b" not in found and "\n" not in found


@pytest.mark.parametrize(
    ("given", "made", "shown"),
    [
        (".", ["gemm.cu"], "gemm.cu"),
        ("my work", ["my work/gemm.cu"], "my work/gemm.cu"),
        ("과제", ["과제/src/gemm.cu"], "과제/src/gemm.cu"),
        ("a/gemm.cu", ["a/gemm.cu"], "a/gemm.cu"),
        ("two", ["two/x/gemm.cu", "two/y/gemm.cu"], "gemm.cu"),
        ("work.zip", ["work.zip"], "gemm.cu"),
    ],
)
def test_paths_are_seen_from_the_working_folder(
    given: str, made: list[str], shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in made:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert gcc.places(Path(given), ("gemm.cu",))("gemm.cu") == shown
