"""Answers of further forms: several choices, quantities with units, texts that a person reads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from grader.checks.answers import Answers, Form, Question, near
from grader.checks.failed import CheckFailed, NotRun
from grader.checks.quiz import UNITS, Choices, FreeText, Quantity, exactly
from grader.verdicts import OPEN, VERDICTS

LETTERS = Choices(("a", "b", "c", "d"))
SIZE = Quantity("bytes")


def answers(**values: Any) -> Answers:
    return Answers("answers.json", json.dumps(values, indent=1, ensure_ascii=False).encode())


def verdict(form: Form, value: Any, right: Any = lambda _: True) -> str:
    """ "" if the answer is right."""
    try:
        answers(other=None, key=value).expect({"key": Question(form, right)})
    except CheckFailed as failed:
        assert failed.problem.file == "answers.json" and failed.problem.line == 3
        assert failed.problem.message and failed.problem.message_ko
        return failed.problem.verdict
    return ""


@pytest.mark.parametrize("value", [["b", "d"], ["D", " B "], ["b", "d", "b"]])
def test_all_choices_and_no_others(value: list[str]) -> None:
    assert verdict(LETTERS, value, exactly({"b", "d"})) == ""


@pytest.mark.parametrize("value", [["b"], ["b", "d", "a"], ["a", "c"]])
def test_too_few_or_too_many_choices(value: list[str]) -> None:
    assert verdict(LETTERS, value, exactly({"b", "d"})) == "ANSWER_WRONG"


@pytest.mark.parametrize("value", ["b, d", "b", [], ["e"], ["b", 4], [["b"]], 3, {"b": True}, True])
def test_what_is_no_list_of_choices(value: Any) -> None:
    assert verdict(LETTERS, value, exactly({"b"})) == "ANSWER_FORM"


@pytest.mark.parametrize(
    "value", ["12 MB", "12MB", " 12.0 MB ", "12,000,000 B", "12e6 bytes", "11.444 MiB", "11719 KiB", "+12 MB", ".012 GB"]
)
def test_a_size_in_any_unit(value: str) -> None:
    assert verdict(SIZE, value, near(12_000_000, relative=0.001)) == ""


@pytest.mark.parametrize("value", ["12 MiB", "12 KB", "-12 MB", "0 B"])
def test_another_size(value: str) -> None:
    assert verdict(SIZE, value, near(12_000_000, relative=0.01)) == "ANSWER_WRONG"


@pytest.mark.parametrize(
    "value", [12000000, "12", "MB", "", "12 Mb", "12 mb", "1 2 MB", "12 MB or so", "12.3.4 MB", "1,2 MB", "12 s", "nan B", None]
)
def test_what_is_no_size(value: Any) -> None:
    assert verdict(SIZE, value) in ("ANSWER_FORM", "ANSWER_MISSING")


def test_every_unit_is_read() -> None:
    for kind, units in UNITS.items():
        assert next(iter(units.values())) == 1
        for unit, factor in units.items():
            assert Quantity(kind).fault(f"2 {unit}") is None
            assert Quantity(kind).read(f"2 {unit}") == pytest.approx(2 * factor)


@pytest.mark.parametrize(
    ("value", "wanted"), [("because", "ANSWER_FORM"), ("x" * 60, "ANSWER_FORM"), (7, "ANSWER_FORM"), (None, "ANSWER_MISSING")]
)
def test_a_text_that_nobody_needs_to_read(value: Any, wanted: str) -> None:
    with pytest.raises(CheckFailed) as failed:
        answers(why=value).by_a_person("why", FreeText(10, 50))
    assert failed.value.problem.verdict == wanted and failed.value.fraction == 0


def test_a_text_waits_for_a_person() -> None:
    with pytest.raises(NotRun) as waiting:
        answers(other=1, why="왜냐하면 바로 앞줄과만 비교하기 때문입니다").by_a_person("why", FreeText(10, 50))
    problem = waiting.value.problem
    assert problem is not None and problem.verdict == "AWAITS_GRADING"
    assert (problem.file, problem.line) == ("answers.json", 3) and problem.message_ko
    assert problem.verdict in OPEN and VERDICTS[problem.verdict].category == "not_run"
