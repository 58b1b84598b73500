"""SARIF: against the schema of 2.1.0, and what code scanning needs beyond it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from grader.export import EXPORTERS, Material
from grader.verdicts import VERDICTS
from tests.export.making import NASTY, check, faulty, graded, material, missing, standing, student

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
ALICE = student("alice")


def write(made: Material) -> dict[str, Any]:
    (file,) = EXPORTERS["sarif"].write(made).files
    log: dict[str, Any] = json.loads(file.content)
    jsonschema.Draft4Validator(SCHEMA).validate(log)
    return log


def test_the_schema_refuses_what_is_wrong() -> None:
    log = write(material(standing(ALICE)))
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SCHEMA).validate(log)


def test_findings_have_places_and_rules() -> None:
    (run,) = write(material(standing(ALICE)))["runs"]
    race, leak, wrong = run["results"]
    (location,) = race["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "01_scale/alice/scale.cu", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 9, "startColumn": 3},
    }
    assert race["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 4} and race["occurrenceCount"] == 5
    assert (race["level"], leak["level"], wrong["level"]) == ("error", "note", "error") and "locations" not in leak
    assert wrong["message"]["text"] == "odd sizes: scale.cu, line 7 C[0] is wrong Which thread?"
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert rules[0]["help"]["text"] == VERDICTS["RACE_SHARED"].look_at.en and rules[0]["name"] == "RaceShared"


def test_a_lone_grade_has_the_paths_of_its_repository() -> None:
    (run,) = write(material(lone=(graded(),)))["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "scale.cu"


def test_a_finding_keeps_its_fingerprint_when_lines_move() -> None:
    first, moved = (
        write(material(lone=(each,)))["runs"][0]["results"][2]["partialFingerprints"]
        for each in (graded(), graded(checks=(check("odd sizes", 0, 40, verdict="WRONG_ANSWER", message="m", file="scale.cu", line=70),)))
    )
    assert first == moved
    other = write(material(standing(ALICE)))["runs"][0]["results"][2]["partialFingerprints"]
    assert other != first, "of another student"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_verdict_is_a_valid_rule(language: str) -> None:
    checks = tuple(check(code, 0, 1, verdict=code, message=code, file="a b%.cu", line=1) for code in VERDICTS)
    (run,) = write(material(lone=(graded(checks=checks),), language=language))["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} >= set(VERDICTS)
    assert run["results"][2]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "a%20b%25.cu"


def test_a_finding_is_told_once() -> None:
    twice = graded(checks=(check("a", 0, 1, verdict="RACE_SHARED", message="m", file="scale.cu", line=9), check("b", 0, 1, verdict="X")))
    assert [each["ruleId"] for each in write(material(lone=(twice,)))["runs"][0]["results"]] == ["RACE_SHARED", "LEAK", "X"]


def test_whatever_a_submission_says_and_nothing_at_all() -> None:
    odd = graded(text=NASTY, checks=(check(NASTY, 0, 10, verdict=NASTY, message=NASTY, file=NASTY, line=0),))
    write(material(standing(student("x\x00\ud800")), grades=lambda each: odd))
    assert write(material(missing(ALICE)))["runs"][0]["results"] == []
    assert [each["ruleId"] for each in write(material(lone=(faulty(),)))["runs"][0]["results"]] == ["RACE_SHARED", "LEAK"]
