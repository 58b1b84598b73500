"""JUnit XML, read by `junitparser` and by the standard library."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from grader.export import EXPORTERS, Graded, Material
from tests.export.making import NASTY, check, faulty, graded, late, material, missing, standing, student

ALICE = student("alice")


def write(made: Material) -> bytes:
    (file,) = EXPORTERS["junit"].write(made).files
    return file.content


def test_a_suite_a_submission_and_a_case_a_check() -> None:
    suites = list(JUnitXml.fromstring(write(material(late(ALICE), standing(student("bob")), missing(student("carol"))))))
    assert [suite.name for suite in suites] == ["01_scale/alice", "01_scale/bob"]
    suite = suites[0]
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (3, 1, 0, 0) and suite.time == 1.75
    assert {each.name: each.value for each in suite.properties()} == {"verdict": "RACE_SHARED", "score": "60/100", "points": "54"}
    cases = list(suite)
    assert [case.name for case in cases] == ["values", "odd sizes", "secret"] and cases[0].is_passed
    (failure,) = cases[1].result
    assert isinstance(failure, Failure) and failure.type == "WRONG_ANSWER" and failure.message == "scale.cu, line 7"
    assert "C[0] is wrong" in failure.text and "0 of 40 points" in failure.text
    assert ET.fromstring(write(material(late(ALICE)))).get("failures") == "1"


def test_a_fault_of_ours_is_an_error_and_no_failure() -> None:
    (suite,) = JUnitXml.fromstring(write(material(lone=(faulty(),))))
    kinds = [type(result) for case in suite for result in case.result]
    assert kinds == [Error, Skipped] and (suite.errors, suite.skipped, suite.failures) == (1, 1, 0)


def test_a_grade_without_checks_does_not_look_passed() -> None:
    empty = Graded(assignment="01_scale", submission="x", score=0, max_score=0, verdict="MISSING_FILE", message="nothing there")
    (suite,) = JUnitXml.fromstring(write(material(lone=(empty,))))
    assert suite.errors == 1 and "nothing there" in next(iter(suite)).result[0].message


@pytest.mark.parametrize("language", ["en", "ko"])
def test_whatever_a_submission_says(language: str) -> None:
    odd = graded(text=NASTY, checks=(check(NASTY, 0, 10, verdict=NASTY, message=NASTY, file=NASTY, line=1),))
    (suite,) = JUnitXml.fromstring(write(material(standing(student("x\x00\ud800")), grades=lambda each: odd, language=language)))
    assert suite.failures == 1


def test_korean() -> None:
    assert next(iter(next(iter(JUnitXml.fromstring(write(material(late(ALICE), language="ko"))))))).name == "값"
