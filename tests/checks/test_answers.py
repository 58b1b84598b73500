"""answers.json: what is read, and that each mistake in it is told with its line and key, whatever a student wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Assignment, load_assignment
from grader.checks import evaluate
from grader.checks.answers import Answers, Number, OneOf, Place, Question, Unreadable, among, near, read
from grader.checks.judge import CheckFailed
from grader.records import CheckResult, Problem

WORDS = OneOf(("memcheck", "racecheck"))
FORMS = {"tool": WORDS, "line": Number(low=1, high=99, whole=True), "share": Number(low=0, high=1), "place": Place(("pool.cu", "relu.cc"))}
RIGHT = {
    "tool": Question(WORDS, among({"memcheck"})),
    "line": Question(Number(whole=True), among({16, 17})),
    "share": Question(Number(), near(0.875, absolute=0.01)),
    "place": Question(FORMS["place"], among({("pool.cu", 12)})),
}
GOOD: dict[str, Any] = {"tool": "memcheck", "line": 16, "share": 0.88, "place": "pool.cu:12"}


def of(text: str | bytes) -> Answers:
    return Answers("answers.json", text.encode() if isinstance(text, str) else text)


def written(**changes: Any) -> str:
    return json.dumps({**GOOD, **changes}, indent=1)


def failed(call: Any, *arguments: Any) -> tuple[Problem, float]:
    with pytest.raises(CheckFailed) as caught:
        call(*arguments)
    return caught.value.problem, caught.value.fraction


def test_good_answers_pass() -> None:
    of(written()).formed(FORMS)
    of(written()).expect(RIGHT)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + written(), id="byte order mark"),
        pytest.param(written().replace("\n", "\r\n"), id="CRLF"),
        pytest.param(json.dumps(dict(reversed(GOOD.items()))), id="another order, one line"),
        pytest.param(written(tool=" MemCheck ", line=17.0, place=" src/pool.cu:12 "), id="what nobody should lose points for"),
    ],
)
def test_what_is_no_mistake(text: str) -> None:
    of(text).formed(FORMS)
    of(text).expect(RIGHT)


@pytest.mark.parametrize(
    ("change", "verdict", "line", "says"),
    [
        ({"line": None}, "ANSWER_MISSING", 3, '"line" has no answer yet'),
        ({"line": "16"}, "ANSWER_FORM", 3, "without quotation marks"),
        ({"line": 16.5}, "ANSWER_FORM", 3, "whole number"),
        ({"line": True}, "ANSWER_FORM", 3, "whole number"),
        ({"line": [16]}, "ANSWER_FORM", 3, "whole number"),
        ({"line": 0}, "ANSWER_FORM", 3, "between 1 and 99"),
        ({"share": 87.5}, "ANSWER_FORM", 4, "between 0 and 1"),
        ({"tool": "valgrind"}, "ANSWER_FORM", 2, "one of memcheck, racecheck"),
        ({"tool": 3}, "ANSWER_FORM", 2, "one of memcheck, racecheck"),
        ({"tool": {"a": 1}}, "ANSWER_FORM", 2, "one of memcheck, racecheck"),
        ({"place": "pool.cu line 12"}, "ANSWER_FORM", 5, "file:line"),
        ({"place": "pool.cu:"}, "ANSWER_FORM", 5, "file:line"),
        ({"place": "poll.cu:12"}, "ANSWER_FORM", 5, "the files are pool.cu, relu.cc"),
        ({"place": 12}, "ANSWER_FORM", 5, '"pool.cu:12"'),
        ({"surplus": 1}, "ANSWER_FORM", 6, "no question"),
    ],
)
def test_the_form_of_an_answer(change: dict[str, Any], verdict: str, line: int, says: str) -> None:
    problem, fraction = failed(of(written(**change)).formed, FORMS)
    assert (problem.verdict, problem.file, problem.line) == (verdict, "answers.json", line)
    assert says in problem.message and problem.message_ko
    assert fraction == 0.75  # the other keys keep their part


def test_each_answer_of_a_wrong_form_is_told_with_its_line() -> None:
    problem, fraction = failed(of(written(line="16", share=87.5, tool="valgrind")).formed, FORMS)
    assert (problem.verdict, problem.line, fraction) == ("ANSWER_FORM", 2, 0.25)
    assert '; line 3: "line" is the text "16"; write' in problem.message and '; line 4: "share" is 87.5; it must lie' in problem.message
    assert problem.message.endswith("(3 of 4 answers: tool, line, share)")
    assert problem.message_ko.startswith('"tool": "valgrind"입니다.') and ' 3번째 줄, "line": 문자열 "16"입니다.' in problem.message_ko


def test_a_number_with_one_bound_is_told_that_one() -> None:
    problem, _ = failed(of('{"n": -1}').formed, {"n": Number(low=0)})
    assert problem.message == '"n" is -1; it must be 0 or more' and problem.message_ko == '"n": -1입니다. 0 이상이어야 합니다.'
    problem, _ = failed(of('{"n": 9}').formed, {"n": Number(high=5)})
    assert "5 or less" in problem.message and "5 이하" in problem.message_ko


def test_a_key_that_is_missing() -> None:
    answers = {key: value for key, value in GOOD.items() if key != "share"}
    problem, fraction = failed(of(json.dumps(answers)).formed, FORMS)
    assert (problem.verdict, problem.line, fraction) == ("ANSWER_MISSING", None, 0.75)
    assert '"share"' in problem.message


@pytest.mark.parametrize(
    ("change", "line"),
    [({"tool": "racecheck"}, 2), ({"line": 18}, 3), ({"share": 0.5}, 4), ({"place": "pool.cu:13"}, 5), ({"place": "relu.cc:12"}, 5)],
)
def test_a_wrong_answer_tells_its_line_and_nothing_of_the_right_one(change: dict[str, Any], line: int) -> None:
    problem, fraction = failed(of(written(**change)).expect, RIGHT)
    assert (problem.verdict, problem.line, fraction) == ("ANSWER_WRONG", line, 0.75)
    for secret in ("memcheck", "16", "17", "0.875", "cu:12"):
        assert secret not in problem.message


def test_all_wrong_answers_are_counted_and_the_gravest_is_told() -> None:
    problem, fraction = failed(of(written(tool="racecheck", line="x", share=None)).expect, RIGHT)
    assert problem.verdict == "ANSWER_MISSING" and fraction == 0.25
    assert "3 of 4 answers: tool, line, share" in problem.message


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (b"", 1, "one object"),
        (b"   \n", 2, "one object"),
        (b"[1, 2]", 1, "one object"),
        (b'"text"', 1, "one object"),
        (b'{"a": 1,\n "b": 2,\n}', 3, "a comma too many"),
        (b'{"a": 1\n "b": 2}', 2, "a comma between two answers"),
        (b'{"a" 1}', 1, "a colon"),
        (b"{'a': 1}", 1, "double quotation marks"),
        (b"{\"a\":\n 'x'}", 2, "double quotation marks"),
        (b'{"a": True}', 1, "write true"),
        (b'{"a": None}', 1, "no answer is null"),
        (b'{"a": NaN}', 1, "NaN is no number"),
        (b'{"a": -Infinity}', 1, "no number"),
        (b'{"a": 1,\n "a": 2}', 2, "stands twice"),
        (b'{"a": 1} {"b": 2}', 1, "behind the closing"),
        (b'{"a": "open}', 1, "second"),
        (b'{"a": "two\nlines"}', 1, "second"),
        (b'{"a": "C:\\dir"}', 1, "backslash"),
        (b'{"a": 1', 1, "comma"),
        (b'{"a":', 1, "the end"),
        (b'{\n"a": "\xff"}', 2, "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), 1, "UTF-8"),
        (b'{"a": ' + b"[" * 30000 + b"]" * 30000 + b"}", 1, "too deep"),
        (b'{"a": "' + b"x" * 70000 + b'"}', None, "larger than 64 KiB"),
    ],
)
def test_a_file_that_cannot_be_read(text: bytes, line: int | None, says: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(text)
    assert caught.value.line == line and says in str(caught.value)
    problem, fraction = failed(of(text).formed, FORMS)
    assert (problem.verdict, problem.line, fraction) == ("ANSWERS_UNREADABLE", line, 0.0)


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5000, "123456789" * 40])
def test_numbers_beyond_all_bounds(number: str) -> None:
    problem, _ = failed(of(f'{{"line": {number}}}').expect, {"line": RIGHT["line"]})
    assert problem.verdict == "ANSWER_FORM" and "too large" in problem.message


def test_what_is_shown_of_an_answer_is_short_and_printable() -> None:
    problem, _ = failed(of(json.dumps({"tool": "\ud800\u202e\x1b[2J" + "x" * 5000})).expect, {"tool": RIGHT["tool"]})
    assert len(problem.message) < 200
    assert problem.message.isprintable() and problem.message.encode()


def test_a_tolerance_refuses_what_is_no_number() -> None:
    assert near(2.0, relative=0.1)(2.2) and not near(2.0, relative=0.1)(2.3)
    assert near(0.0, absolute=0.01)(0.005) and not near(0.0, relative=0.5)(0.005)
    assert not near(float("nan"), absolute=1.0)(0.0)


# ---- as fixtures of checks ----

TOML = """
slug = "05_asked"
kind = "cuda"
title = { en = "Asked", ko = "질문" }
files = ["mine.cu"ANSWERS]
[[entry]]
name = "ck_mine"
args = ["out f32 y[n]", "i32 n", "stream"]
[[case]]
id = "small"
visibility = "public"
sizes = { n = 4 }
"""
CHECKS = '''
import pytest
from grader.assignment import Assignment, load_assignment
from grader.checks import evaluate
from grader.checks.answers import Number, OneOf, Question, among


@pytest.mark.points(4)
@pytest.mark.korean("답", hint="다시 읽어 보세요.")
def test_answers(answers):
    """Answers

    Read chapter 3 again.
    """
    answers.expect({"a": Question(Number(), among({1.0})), "b": Question(Number(), among({2.0}))})


@pytest.mark.points(4)
def test_choices(answers):
    """Choices"""
    letter = OneOf(("a", "b"))
    answers.expect({key: Question(letter, among({"a"})) for key in ("c", "d")}, named=False)


@pytest.mark.points(2)
def test_given(given):
    """What we gave"""
    given("anything")


@pytest.mark.points(2)
def test_program(judge):
    """The program"""
    judge.correct()
'''


def asked(tmp_path: Path, answers: bool = True) -> Assignment:
    folder = tmp_path / "assignments" / "05_asked"
    folder.mkdir(parents=True)
    (tmp_path / "assignments" / "course.toml").write_text('id = "demo"\n')
    (folder / "assignment.toml").write_text(TOML.replace("ANSWERS", ', "answers.json"' if answers else ""), encoding="utf-8")
    (folder / "test_public.py").write_text(CHECKS, encoding="utf-8")
    return load_assignment(folder)


BROKEN = Problem(verdict="COMPILE_ERROR", message="expected a ';'", file="mine.cu", line=3)


def test_answers_count_beside_a_program_that_cannot_be_built(tmp_path: Path) -> None:
    files = {"mine.cu": b"", "answers.json": b'{"a": 1, "b": 3, "c": "a", "d": "b"}'}
    found = {r.title: r for r in evaluate([], asked(tmp_path), blocked=BROKEN, files=files)}
    assert (found["Answers"].points, found["Answers"].verdict, found["Answers"].line) == (2.0, "ANSWER_WRONG", 1)
    assert found["Answers"].hint == "Read chapter 3 again." and found["Answers"].hint_ko and found["Answers"].cases == ()
    assert (found["The program"].points, found["The program"].verdict) == (0.0, "COMPILE_ERROR")
    assert (found["What we gave"].outcome, found["What we gave"].message) == ("not_run", "the given programs were not run")


def test_of_choices_only_the_number_of_wrong_ones_is_told(tmp_path: Path) -> None:
    assignment = asked(tmp_path)

    def judged(c: str, d: str) -> CheckResult:
        files = {"mine.cu": b"", "answers.json": f'{{\n"a": 1,\n"b": 2,\n"c": {c},\n"d": {d}}}'.encode()}
        return next(r for r in evaluate([], assignment, blocked=BROKEN, files=files) if r.title == "Choices")

    one, other, both = judged('"b"', '"a"'), judged('"a"', '"b"'), judged('"b"', '"b"')
    assert (one.message, one.line, one.points) == (other.message, other.line, other.points) == (one.message, None, 2.0)
    assert "1 of these 2 answers is not right" in one.message and "2 of these 2 answers are not right" in both.message and both.points == 0
    open_ = judged('"b"', "null")  # what is missing is told; that the other one is wrong, too, isn't
    assert (open_.verdict, open_.line, open_.points) == ("ANSWER_MISSING", 5, 0.0) and '"c"' not in open_.message
    assert judged('"a"', "null").points == 2.0 and judged('"a"', "7").verdict == "ANSWER_FORM"


def test_without_the_files_nothing_is_decided(tmp_path: Path) -> None:
    refused = {r.title: r for r in evaluate([], asked(tmp_path), blocked=BROKEN)}
    assert refused["Answers"].verdict == "COMPILE_ERROR" and refused["Answers"].outcome == "failed"
    others = {r.title: r for r in evaluate([], asked(tmp_path / "more", answers=False), blocked=BROKEN, files={"mine.cu": b""})}
    assert others["Answers"].outcome == "not_run" and "name no .json file" in others["Answers"].message


def test_lines_end_as_everybody_else_has_them_end() -> None:
    """The report, and whoever reads an answer, go by these numbers."""
    found = read(b'{\r\r"a": 1,\r\n"b": 2,\n"c": 3}')
    assert {key: each.line for key, each in found.items()} == {"a": 3, "b": 4, "c": 5}
