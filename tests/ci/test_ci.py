"""The workflows against their forges' schemas, and what lint and verify find as annotations, SARIF and GitLab's report."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
import yaml

from grader.ci import SHOWN, WORKFLOWS, Remark, annotated, codequality, of_json, sarif
from grader.course import Course, find_course
from grader.toolchain import UsageError
from tests import scale_course
from tests.export.making import NASTY

SCHEMAS = Path(__file__).parent.parent / "export" / "schemas"
ERROR = Remark(level="error", rule="verify/mutant", message="m: 50 % off\nhere", file="reference/01_scale/mutants.toml", line=3)
WARNING = Remark(level="warning", rule="lint/words", message="typo", file="assignments/01_scale/README.md")


def schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def course(tmp_path: Path) -> Course:
    folder = scale_course.write_course(tmp_path / "repo")
    found = find_course(tmp_path / "repo")
    (folder / "starter").mkdir()
    (folder / "starter" / "scale.cu").write_text("")
    reference = found.reference / "01_scale"
    (reference / "honest").mkdir(parents=True)
    for name in ("scale.cu", "rung_two.cu", "honest/loop.cu"):
        (reference / name).write_text("")
    (reference / "mutants.toml").write_text('[[mutant]]\nname = "off_by_one"\nverdict = "X"\n[[mutant]]\nverdict = "Y"\nname = "race"\n')
    return found


# ---- workflows


@pytest.mark.parametrize("where", ["", "course", "a/b/course-1"])
def test_the_workflow_of_github(where: str) -> None:
    text = WORKFLOWS["github"].text(requirement="warpgrade==0.1.0", course=where, branch="main")
    workflow = yaml.safe_load(text)
    workflow["on"] = workflow.pop(True)  # YAML 1.1 takes the key `on` for a truth value; GitHub doesn't
    jsonschema.Draft7Validator(schema("github-workflow")).validate(workflow)
    steps = workflow["jobs"]["verify"]["steps"]
    assert workflow["jobs"]["verify"]["env"]["GRADER_COURSE"] == (where or ".")
    assert workflow["on"]["push"]["branches"] == ["main"] and workflow["permissions"]["contents"] == "read"
    commands = "\n".join(step.get("run", "") for step in steps)
    assert 'pip install "warpgrade==0.1.0"' in commands and "grader verify --json" in commands and "grader ci annotate" in commands
    assert [step["uses"] for step in steps if "upload-sarif" in step.get("uses", "")]
    assert set(re.findall(r"\$\{\{ (.*?) \}\}", text)) == {
        "github.ref",
        "!cancelled() && steps.install.outcome == 'success'",
        "runner.temp",
    }


def test_the_workflow_of_gitlab() -> None:
    pipeline = yaml.safe_load(WORKFLOWS["gitlab"].text(requirement="warpgrade", course="course"))
    jsonschema.Draft7Validator(schema("gitlab-ci")).validate(pipeline)
    job = pipeline["verify-course"]
    assert job["artifacts"]["when"] == "always" and job["script"][-1] == "exit $status" and job["variables"] == {"GRADER_COURSE": "course"}


def test_the_schemas_refuse_what_is_wrong() -> None:
    workflow = yaml.safe_load(WORKFLOWS["github"].text(requirement="x"))
    workflow["on"] = workflow.pop(True)
    workflow["jobs"]["verify"]["steps"].append({"uses": 3})
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema("github-workflow")).validate(workflow)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema("gitlab-ci")).validate({"job": {"script": 3}})


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"requirement": "x; rm -rf /"}, "--install"),
        ({"requirement": "-r evil"}, "--install"),
        ({"requirement": "$(x)"}, "--install"),
        ({"requirement": ""}, "--install"),
        ({"requirement": "x", "branch": "a]\nb"}, "--branch"),
        ({"requirement": "x", "course": "../up"}, "the course lies in '../up'"),
        ({"requirement": "x", "course": "a b"}, "the course lies in 'a b'"),
    ],
)
def test_nothing_but_words_gets_into_a_workflow(given: dict[str, str], says: str) -> None:
    for workflow in WORKFLOWS.values():
        with pytest.raises(UsageError) as caught:
            workflow.text(**given)
        assert says in str(caught.value)


# ---- what was found


def verified(*troubles: str) -> bytes:
    return msgspec.json.encode({"ok": False, "confusion": {}, "assignments": [{"slug": "01_scale", "ok": False, "troubles": troubles}]})


@pytest.mark.parametrize(
    ("trouble", "file", "line"),
    [
        ("mutant race: expected Y, got PASSED: nothing was found", "reference/01_scale/mutants.toml", 6),
        ("mutant off_by_one: t was not run: gone", "reference/01_scale/mutants.toml", 2),
        ("mutant gone: expected Y", "reference/01_scale/mutants.toml", 1),
        ("reference reference: 90 of 100 points", "reference/01_scale/scale.cu", 1),
        ("rung rung_two: 1 of 2 points", "reference/01_scale/rung_two.cu", 1),
        ("honest loop: 1 of 2 points", "reference/01_scale/honest/loop.cu", 1),
        ("starter: 50 of 100 points", "assignments/01_scale/starter/scale.cu", 1),
        ("starter starter: no check was run", "assignments/01_scale/starter/scale.cu", 1),
        ("honest [a]: 1 of 2 points", "assignments/01_scale/assignment.toml", 1),
        ("something else entirely", "assignments/01_scale/assignment.toml", 1),
    ],
)
def test_each_trouble_has_a_place(course: Course, tmp_path: Path, trouble: str, file: str, line: int) -> None:
    (remark,) = of_json(verified(trouble), course, tmp_path / "repo", "verify.json")
    assert (remark.file, remark.line, remark.level) == (file, line, "error") and remark.message == f"01_scale: {trouble}"
    assert (tmp_path / "repo" / file).exists()


def test_a_broken_mutants_toml_is_no_second_fault(course: Course, tmp_path: Path) -> None:
    (course.reference / "01_scale" / "mutants.toml").write_text("[[")
    (remark,) = of_json(verified("mutant race: x"), course, tmp_path / "repo", "verify.json")
    assert remark.line == 1


def test_findings_of_lint(course: Course, tmp_path: Path) -> None:
    rows = [
        {"rule": "words", "severity": "warning", "file": str(course.file), "line": 4, "message": "typo", "remedy": "mend it"},
        {"rule": "points", "severity": "error", "file": "/elsewhere/x", "line": None, "message": "no points", "remedy": ""},
    ]
    found = of_json(msgspec.json.encode({"ok": False, "findings": rows}), course, tmp_path / "repo", "lint.json")
    assert found[0] == Remark(level="warning", rule="lint/words", message="typo. mend it", file=found[0].file, line=4)
    assert found[0].file.endswith("course.toml") and not found[0].file.startswith("/") and found[1].file == "/elsewhere/x"


@pytest.mark.parametrize("content", [b"{", b"[]", b"{}", b'{"assignments": 3}', b'{"findings": [1]}', b"\xff", b'{"assignments": [{}]}'])
def test_what_is_neither_is_told(course: Course, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UsageError, match=r"x\.json is not what `grader lint --json`"):
        of_json(content, course, tmp_path, "x.json")


def test_annotations() -> None:
    assert annotated([WARNING, ERROR]) == (
        "::error file=reference/01_scale/mutants.toml,line=3,title=verify/mutant::m: 50 %25 off%0Ahere\n"
        "::warning file=assignments/01_scale/README.md,title=lint/words::typo\n"
    )
    assert annotated([]) == ""


def test_what_github_does_not_show_is_counted() -> None:
    lines = annotated([ERROR] * 25 + [WARNING] * 10).splitlines()
    assert len(lines) == 20 and lines[9] == "::error title=grader::16 more; all stand in the log and in the SARIF file"


def test_sarif_and_code_quality() -> None:
    for remarks in ([ERROR, WARNING], [], [Remark(level="error", rule=NASTY, message=NASTY, file=NASTY, line=1)]):
        jsonschema.Draft4Validator(schema("sarif-2.1.0")).validate(json.loads(sarif(remarks)))
        rows = json.loads(codequality(remarks))
        assert len(rows) == len(remarks)
        for row in rows:
            assert set(row) == {"description", "check_name", "fingerprint", "severity", "location"}
            assert row["severity"] in ("info", "minor", "major", "critical", "blocker") and row["location"]["lines"]["begin"] >= 1
        assert "\x1b" not in annotated(remarks) and len(annotated(remarks).splitlines()) == len(remarks)
    (first, second) = json.loads(sarif([ERROR, WARNING]))["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"]["region"] == {"startLine": 3} and second["level"] == "warning"
    assert set(SHOWN) == {"annotate", "sarif", "codequality"}
