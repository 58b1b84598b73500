"""What comes one a submission: Gradescope, GitHub Classroom, PrairieLearn, Autolab; read back strictly."""

from __future__ import annotations

import base64
from typing import Any, Literal

import msgspec
import pytest

from grader.export import EXPORTERS, Exported, Graded
from tests.export.making import NASTY, check, faulty, graded, late, material, missing, override, standing, student

ALICE, BOB = student("alice"), student("../b ob")
Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]
Format = Literal["text", "html", "simple_format", "md", "ansi"]


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    """Fields of Gradescope's specification and no others."""


class Test(Strict, kw_only=True):
    __test__ = False
    score: float | None = None
    max_score: float | None = None
    status: Literal["passed", "failed"] | None = None
    name: str
    name_format: Format = "text"
    number: str
    output: str
    output_format: Format = "text"
    tags: list[str] = []
    visibility: Visibility
    extra_data: dict[str, Any] = {}


class Board(Strict, kw_only=True):
    name: str
    value: float | str
    order: Literal["asc", "desc"] = "desc"


class Results(Strict, kw_only=True):
    score: float | None = None
    execution_time: int | None = None
    output: str
    output_format: Format
    test_output_format: Format
    test_name_format: Format
    visibility: Visibility
    stdout_visibility: Visibility
    extra_data: dict[str, Any] = {}
    tests: list[Test]
    leaderboard: list[Board] = []


class ClassroomTest(Strict, kw_only=True):
    __test__ = False
    name: str
    status: Literal["pass", "fail", "error"]
    score: float
    message: str | None
    test_code: str
    filename: str
    line_no: int
    duration: float


class Classroom(Strict, kw_only=True):
    version: Literal[1]
    status: Literal["pass", "fail", "error"]
    max_score: float
    tests: list[ClassroomTest]


def files(made: Exported) -> dict[str, bytes]:
    return {file.name: file.content for file in made.files}


def gradescope(content: bytes) -> Results:
    return msgspec.json.decode(content, type=Results)


def test_gradescope_has_what_its_specification_has() -> None:
    made = EXPORTERS["gradescope"].write(material(late(ALICE), missing(student("carol")), standing(BOB)))
    assert [name for name in files(made) if "alice" in name] == ["01_scale/alice.json"] and made.rows == 2
    results = gradescope(files(made)["01_scale/alice.json"])
    assert (results.score, results.execution_time) == (54.0, 2), "what counts: after lateness"
    assert "2 days late" in results.output and "Before lateness: 60 of 100" in results.output
    assert [(test.score, test.max_score, test.status, test.visibility) for test in results.tests] == [
        (40, 40, "passed", "visible"),
        (0, 40, "failed", "visible"),
        (20, 20, "passed", "after_published"),
    ]
    assert results.tests[1].output == "scale.cu, line 7\nC[0] is wrong\nWhich thread?" and results.tests[2].name == "secret (hidden)"
    assert "not graded, so not in it: 01_scale/carol" in made.notes[0]


def test_an_override_without_a_grade_still_counts() -> None:
    made = EXPORTERS["gradescope"].write(material(override(ALICE), grades=lambda each: None))
    results = gradescope(files(made)["01_scale/alice.json"])
    assert results.score == 91.5 and results.tests == [] and "copied?" not in results.output


def test_gradescope_gets_no_points_for_what_we_could_not_run() -> None:
    made = EXPORTERS["gradescope"].write(material(lone=(faulty(),)))
    results = gradescope(made.files[0].content)
    assert results.score == 100.0, "what was run was right; the rest has left the denominator"
    assert [(test.score, test.status) for test in results.tests] == [(40, "passed"), (None, None), (None, None)]
    assert "for a reason of ours" in results.tests[1].output and "Not measured on this device" in results.tests[2].output


def test_names_of_files_are_safe_and_different() -> None:
    made = EXPORTERS["gradescope"].write(material(standing(BOB), standing(student("b ob")), standing(student("b-ob"))))
    names = list(files(made))
    assert len(set(names)) == 3 and all(name.count("/") == 1 and ".." not in name and " " not in name for name in names)


@pytest.mark.parametrize("format", [name for name, row in EXPORTERS.items() if row.many])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_that_a_submission_says_breaks_a_file(format: str, language: str) -> None:
    checks = tuple(check(NASTY, 0, 10, id=NASTY, verdict=NASTY, message=NASTY, message_ko=NASTY, file=NASTY, line=1) for _ in range(2))
    odd = Graded(
        **{name: getattr(graded(text=NASTY), name) for name in Graded.__struct_fields__}
        | {"submission": NASTY, "checks": checks, "verdict": NASTY}
    )
    for made in (
        EXPORTERS[format].write(material(override(student("x", NASTY), reason=NASTY), grades=lambda each: odd, language=language)),
        EXPORTERS[format].write(material(lone=(odd,), language=language)),
    ):
        assert made.rows == 1
        for file in made.files:
            text = file.content.decode("utf-8")
            assert "\x1b" not in text and "\x00" not in text and "\n::error::" not in text
            if file.name.endswith(".json"):
                msgspec.json.decode(file.content)


def test_github_classroom_result_and_notices() -> None:
    made = files(EXPORTERS["github-classroom"].write(material(lone=(graded(),))))
    encoded = next(content for name, content in made.items() if name.endswith(".result.txt"))
    result = msgspec.json.decode(base64.b64decode(encoded), type=Classroom)
    assert (result.status, result.max_score, sum(test.score for test in result.tests)) == ("fail", 100, 60)
    assert result.tests[1] == ClassroomTest(
        name="odd sizes",
        status="fail",
        score=0,
        message="scale.cu, line 7\nC[0] is wrong\nWhich thread?",
        test_code="test_public.py::odd sizes",
        filename="scale.cu",
        line_no=7,
        duration=0,
    )
    notices = next(content for name, content in made.items() if name.endswith(".notices.txt")).decode().splitlines()
    assert notices == [
        "::notice title=Autograding complete::Points 60/100",
        '::notice title=Autograding report::{"totalPoints":60,"maxPoints":100}',
    ]


def test_github_classroom_counts_what_the_gradebook_counts_and_never_fails_for_us() -> None:
    made = files(EXPORTERS["github-classroom"].write(material(late(ALICE))))
    assert b"Points 54/100" in made["01_scale/alice.notices.txt"]
    made = files(EXPORTERS["github-classroom"].write(material(standing(ALICE), grades=lambda each: faulty())))
    result = msgspec.json.decode(base64.b64decode(made["01_scale/alice.result.txt"]), type=Classroom)
    assert result.status == "error" and result.max_score == 40 and [test.status for test in result.tests] == ["pass", "error"]
    whole = graded(checks=(check("a", 100, 100),), score=100)
    made = files(EXPORTERS["github-classroom"].write(material(standing(ALICE), grades=lambda each: whole)))
    assert msgspec.json.decode(base64.b64decode(made["01_scale/alice.result.txt"]), type=Classroom).status == "pass"


def test_prairielearn() -> None:
    made = EXPORTERS["prairielearn"].write(material(late(ALICE)))
    result = msgspec.json.decode(made.files[0].content)
    assert result["gradable"] is True and result["score"] == 0.54 and len(result["tests"]) == 3
    ours = msgspec.json.decode(EXPORTERS["prairielearn"].write(material(lone=(faulty(),))).files[0].content)
    assert ours["gradable"] is False and "score" not in ours, "an attempt that we failed costs none"


def test_autolab_takes_the_last_line() -> None:
    made = EXPORTERS["autolab"].write(material(late(ALICE)))
    lines = made.files[0].content.decode().splitlines()
    assert msgspec.json.decode(lines[-1]) == {"scores": {"total": 54.0}, "scoreboard": [54.0]} and "2 days late" in "\n".join(lines[:-1])


def test_of_the_json_of_grade() -> None:
    """`grader grade --json` has no findings of the device; what it has is enough."""
    content = msgspec.json.encode({**msgspec.to_builtins(graded()), "isolation": "local", "new_key": 1})
    assert msgspec.json.decode(content, type=Graded) == graded()
