"""verify: which promises of an assignment it holds it to. Grading is faked by reading the verdict from the solution itself; checks are
real."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import Assignment, load_assignment
from grader.errors import AssignmentError
from grader.records import CheckResult, Grade, Isolation, Problem
from grader.verify import Subject, as_json, confusion, subjects, verify
from grader.verify.patch import apply

TOML = """
slug = "03_scale"
kind = "cuda"
title = { en = "Scale", ko = "배율" }
files = ["scale.cu"]
[[entry]]
name = "ck_scale"
args = ["in f32 x[n]", "out f32 y[n]", "i64 n", "stream"]
[[case]]
id = "even"
visibility = "public"
sizes = { n = 64 }
[[case]]
id = "odd"
sizes = { n = 37 }
[[case]]
id = "empty"
sizes = { n = 0 }
"""
PROBLEM = """
import numpy as np
from grader.checks import Expected, exact

def expected(case, arrays):
    value = 2.0 * arrays["x"].astype(float)
    return {"y": Expected(value, exact(value))}
"""
CHECK = """
import pytest

@pytest.mark.points(50)
@pytest.mark.cases("even", "odd")
def test_it(judge):
    judge.correct()

@pytest.mark.points(1)
@pytest.mark.cases("empty")
def test_empty(judge):
    judge.correct()
"""
MUTANTS = """
ladder = ["naive.cu"]

[[mutant]]
name = "no_guard"
verdict = "OOB_WRITE"
lines = [2]
cases = ["odd"]

[[mutant]]
name = "wrong_factor"
file = "factor.patch"
rung = "naive"
verdict = "WRONG_ANSWER"
blind = true
"""
REFERENCE = "// PASSED\n// line 2\n// line 3\n"
PATCH = """--- a/naive.cu
+++ b/naive.cu
@@ -1,2 +1,2 @@
-// PASSED
+// WRONG_ANSWER
 // naive
"""


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    folder, reference = tmp_path / "assignments" / "03_scale", tmp_path / "reference" / "03_scale"
    for path, text in {
        tmp_path / "course.toml": 'id = "test"\n',
        folder / "assignment.toml": TOML,
        folder / "problem.py": PROBLEM,
        folder / "test_public.py": CHECK,
        folder / "starter" / "scale.cu": "// UNWRITTEN_OUTPUT\n",
        reference / "scale.cu": REFERENCE,
        reference / "naive.cu": "// PASSED\n// naive\n",
        reference / "notes.cu": "// not in the ladder\n",
        reference / "honest" / "templates.cu": "// PASSED\n",
        reference / "mutants" / "no_guard.cu": "// OOB_WRITE 2\n",
        reference / "mutants" / "factor.patch": PATCH,
        reference / "mutants.toml": MUTANTS,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load_assignment(folder)


def grade_of(subject: Subject, assignment: Assignment) -> Grade:
    """`// VERDICT [line]` in the first line is what the solution gets; it loses everything but performance then."""
    words = subject.files["scale.cu"].decode().split("\n")[0].split()
    verdict, line = words[1], int(words[2]) if len(words) > 2 else None
    passed = verdict == "PASSED"
    place: dict[str, Any] = {"verdict": "" if passed else verdict, "message": "" if passed else "as asked", "line": line}
    place["file"] = "scale.cu" if line else None
    outcome: Any = "passed" if passed else "failed"
    checks = (
        CheckResult(id="c", title="c", points=80 if passed else 0, max_points=80, outcome=outcome, cases=("even", "odd"), **place),
        CheckResult(id="p", title="p", points=20 if passed else 5, max_points=20, outcome=outcome, category="performance", **place),
    )
    problems = (Problem(verdict=verdict, message="", file="scale.cu", line=line, other_line=9),) if line else ()
    return Grade(
        assignment=assignment.slug,
        submission=subject.name,
        score=sum(c.points for c in checks),
        max_score=100,
        verdict=verdict,
        message=place["message"],
        file=place["file"],
        line=line,
        device="fake",
        isolation=Isolation(level="none"),
        seed_id="",
        checks=checks,
        problems=problems,
        counters={},
        lines=(),
        timings_s={},
        source={},
    )


def fake(work: Sequence[tuple[Subject, Assignment]]) -> Iterator[Grade]:
    return (grade_of(subject, assignment) for subject, assignment in work)


def rewrite(assignment: Assignment, name: str, text: str) -> None:
    (assignment.reference / name).write_text(text)


def troubles(assignment: Assignment) -> str:
    return "\n".join(t for a in verify([assignment], fake).assignments for t in a.troubles)


def test_an_assignment_that_keeps_its_promises(assignment: Assignment) -> None:
    result = verify([assignment], fake)
    # 5 points of the starter's 100 are performance's
    assert result.ok, troubles(assignment)
    shown = json.loads(json.dumps(as_json(result)))
    (one,) = shown["assignments"]
    assert shown["ok"] is True and one["slug"] == "03_scale"
    assert one["reference"] == {"score": 100, "max_score": 100} and one["starter"] == {"score": 5, "max_score": 100}
    assert one["honest"] == [{"name": "templates", "score": 80, "max_score": 80}] and one["rungs"] == [
        {"name": "naive", "score": 80, "max_score": 80}
    ]
    assert one["mutants"] == [
        {"name": "no_guard", "expected": "OOB_WRITE", "got": "OOB_WRITE", "expected_lines": [2], "got_line": 2, "ok": True, "blind": False},
        {
            "name": "wrong_factor",
            "expected": "WRONG_ANSWER",
            "got": "WRONG_ANSWER",
            "expected_lines": [],
            "got_line": None,
            "ok": True,
            "blind": True,
        },
    ]
    assert shown["confusion"] == {"codes": ["OOB_WRITE", "WRONG_ANSWER"], "matrix": [[1, 0], [0, 1]], "blind": [0, 1]}


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("scale.cu", "// TOO_SLOW\n", "reference"),
        ("naive.cu", "// RACE_SHARED 4\n// naive\n", "doesn't fit"),
        ("honest/templates.cu", "// RACE_SHARED 4\n", "honest templates: 0 of 80 points"),
        ("mutants/no_guard.cu", "// OOB_READ 2\n", "mutant no_guard: expected OOB_WRITE at line 2, got OOB_READ at line 2"),
        ("mutants/no_guard.cu", "// OOB_WRITE 3\n", "mutant no_guard: expected OOB_WRITE at line 2, got OOB_WRITE at line 3"),
        ("mutants/no_guard.cu", "// PASSED\n", "mutant no_guard: expected OOB_WRITE at line 2, got PASSED"),
        ("mutants/factor.patch", PATCH.replace("WRONG_ANSWER", "PASSED?"), "mutant wrong_factor"),
    ],
)
def test_a_broken_promise_is_named(assignment: Assignment, name: str, text: str, says: str) -> None:
    rewrite(assignment, name, text)
    try:
        result = verify([assignment], fake)
    except AssignmentError as error:
        assert says in str(error)
    else:
        assert not result.ok and says in "\n".join(result.assignments[0].troubles)


def test_the_other_line_of_a_finding_counts_too(assignment: Assignment) -> None:
    rewrite(assignment, "mutants.toml", MUTANTS.replace("lines = [2]", "lines = [9]"))
    assert verify([assignment], fake).assignments[0].mutants[0].got_line == 9


def test_a_verdict_in_other_cases_does_not_count(assignment: Assignment) -> None:
    rewrite(assignment, "mutants.toml", MUTANTS.replace('cases = ["odd"]', 'cases = ["empty"]'))
    assert "no_guard" in troubles(assignment)


def test_a_starter_may_not_score_nor_fail_to_build(assignment: Assignment) -> None:
    starter = assignment.folder / "starter" / "scale.cu"
    starter.write_text("// PASSED\n")
    assert "starter: 100 of 100 points" in troubles(assignment)
    starter.write_text("// COMPILE_ERROR 1\n")
    assert "doesn't build" in troubles(assignment)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        (MUTANTS.replace("OOB_WRITE", "OOB_WRITES"), "OOB_WRITES"),
        (MUTANTS.replace('["odd"]', '["off"]'), "off"),
        (MUTANTS.replace("lines", "line"), "line"),
        (MUTANTS.replace("factor.patch", "gone.patch"), "gone.patch"),
        (MUTANTS.replace('rung = "naive"', 'rung = "fast"'), "fast"),
        (MUTANTS.replace("wrong_factor", "no_guard"), "two mutants"),
        (MUTANTS.replace("naive.cu", "tiled.cu"), "tiled.cu"),
        ("[[mutant", "mutants.toml"),
    ],
)
def test_mistakes_in_mutants_toml_are_named(assignment: Assignment, toml: str, says: str) -> None:
    rewrite(assignment, "mutants.toml", toml)
    with pytest.raises(AssignmentError, match=says):
        subjects(assignment)


def test_missing_parts_are_named(assignment: Assignment) -> None:
    (assignment.reference / "scale.cu").unlink()
    with pytest.raises(AssignmentError, match=r"scale\.cu is missing"):
        subjects(assignment)
    (assignment.folder / "starter" / "scale.cu").unlink()


def test_checks_that_zeros_or_nan_pass_are_named(assignment: Assignment) -> None:
    (assignment.folder / "problem.py").write_text(PROBLEM.replace("exact(value)", "abs(value) + 1"))
    assert "test_public.py::test_it gives 50 of 50 points to outputs that are all zeros" in troubles(assignment)
    (assignment.folder / "problem.py").write_text(PROBLEM)
    (assignment.folder / "test_public.py").write_text(CHECK.replace("judge.correct()", "judge.runs", 1))
    assert "outputs that are all nan" in troubles(assignment)
    (assignment.folder / "test_public.py").write_text("def test_it(judge):\n    judge.correct()\n")
    assert "points" in troubles(assignment)


def test_the_confusion_matrix_counts_pairs_and_off_the_diagonal_nothing_is_ok(assignment: Assignment) -> None:
    rewrite(assignment, "mutants/no_guard.cu", "// HOST_CRASH\n")
    result = verify([assignment], fake)
    found = confusion(result.assignments[0].mutants)
    assert found.codes == ("HOST_CRASH", "OOB_WRITE", "WRONG_ANSWER")  # gravest first
    assert found.matrix == ((0, 0, 0), (1, 0, 0), (0, 0, 1)) and found.blind == (0, 0, 1)
    assert not result.ok and as_json(result)["ok"] is False


CALIBRATION = """
def calibration(case, arrays):
    x = arrays["x"]
    return {"passes:doubled": {"y": x + x}, "fails:tripled": {"y": x + x + x}, "fails:RULE": {"y": OUTPUT}}
"""


@pytest.mark.parametrize(
    ("rule", "output", "says"),
    [
        ("zeros", "x * 0", ""),
        ("only once", "x + x if case.sizes['n'] == 64 else x", ""),
        ("right", "x + x", "calibration: right should lose points"),
        ("no such type", "(x + x).astype(float)", "float64"),
        ("no such place", "x[:1]", "(1,)"),
    ],
)
def test_bounds_are_held_against_outputs_of_known_quality(assignment: Assignment, rule: str, output: str, says: str) -> None:
    text = CALIBRATION.replace("RULE", rule).replace("OUTPUT", output)
    (assignment.folder / "problem.py").write_text(PROBLEM + text)
    assert says in troubles(assignment) and (bool(troubles(assignment)) == bool(says))


def test_a_bound_that_refuses_honest_outputs_is_named(assignment: Assignment) -> None:
    (assignment.folder / "problem.py").write_text(
        PROBLEM + CALIBRATION.replace("RULE", "zeros").replace("OUTPUT", "x * 0").replace("x + x}", "x + x + 1e-6}")
    )
    assert "doubled should pass, but case even refuses it: y[" in troubles(assignment)
    (assignment.folder / "problem.py").write_text(PROBLEM.replace("value = 2.0 *", "value = 1e-9 + 2.0 *"))
    assert "the oracle should pass" in troubles(assignment)  # its own value can't be said in fp32


def test_an_output_that_is_all_zeros_may_be_right(assignment: Assignment) -> None:
    """Then it proves nothing; the check's other cases still have to refuse it."""
    zero = PROBLEM.replace("value = 2.0 *", "value = (case.id == 'even') * 2.0 *").replace("exact(value)", "exact(value) + BOUND")
    (assignment.folder / "problem.py").write_text(zero.replace("BOUND", "0"))
    assert not troubles(assignment)
    (assignment.folder / "problem.py").write_text(zero.replace("BOUND", "100"))
    assert "gives 50 of 50 points to outputs that are all zeros" in troubles(assignment)


ORACLE = """
import numpy as np

def oracle(case, arrays):
    return {} if case.id == "empty" else {"y": FACTOR * arrays["x"].astype(float)}
"""


@pytest.mark.parametrize(
    ("oracle", "says"),
    [
        (ORACLE.replace("FACTOR", "2"), ""),
        (ORACLE.replace("FACTOR", "np.ma.masked_greater(np.full(case.sizes['n'], 2), 1)"), ""),
        (ORACLE.replace("FACTOR", "2.5"), "oracle.py and problem.py disagree in case even, y[0]: "),
        (ORACLE.replace("FACTOR", "np.nan"), "nan by the oracle"),
        (ORACLE.replace("FACTOR", "np.ones((1, 1))"), "the oracle gives shape (1, 64), expected() (64,)"),
        (ORACLE.replace("FACTOR", "[]"), "oracle() of case even failed: ValueError"),
        (ORACLE.replace('"y"', '"z"'), "speaks of 'z'"),
        ("import nonsense_of_ours.part\n", None),
        (ORACLE.replace("    return", "    import nonsense_of_ours\n    return"), None),
        ("1 / 0\n", "oracle.py: ZeroDivisionError"),
    ],
)
def test_a_second_oracle_must_agree(assignment: Assignment, oracle: str, says: str | None) -> None:
    rewrite(assignment, "oracle.py", oracle.replace("FACTOR", "2"))
    (one,) = verify([assignment], fake).assignments
    if says:
        assert not one.ok and says in "\n".join(one.troubles)
        return
    assert one.ok and one.opinion is not None
    assert (one.opinion.cases, one.opinion.missing) == ((0, "nonsense_of_ours") if says is None else (2, ""))


def test_the_second_oracle_is_held_to_a_thousandth_of_the_bound(assignment: Assignment) -> None:
    rounding = PROBLEM.replace("exact(value)", "np.full_like(value, 1e-3)")
    (assignment.folder / "problem.py").write_text(rounding)
    rewrite(assignment, "oracle.py", ORACLE.replace("FACTOR *", "9e-7 + 2 *"))
    assert not troubles(assignment)
    rewrite(assignment, "oracle.py", ORACLE.replace("FACTOR *", "2e-6 + 2 *"))
    assert "± 0.001 by expected() (64 elements)" in troubles(assignment)


def test_patches_apply_exactly_or_not_at_all() -> None:
    old = "one\ntwo\nthree\nfour\nfive\nsix\n"
    diff = "--- a/x.cu\n+++ b/x.cu\n@@ -1,2 +1,3 @@\n one\n+one and a half\n two\n@@ -5,2 +6,1 @@\n-five\n six\n"
    assert apply(diff, {"x.cu": old}, "p") == {"x.cu": "one\none and a half\ntwo\nthree\nfour\nsix\n"}
    assert apply("--- a/x.cu\n+++ b/x.cu\n@@ -0,0 +1 @@\n+zero\n", {"x.cu": old}, "p")["x.cu"].startswith("zero\none")
    assert apply("--- a/x.cu\n+++ b/x.cu\n@@ -6 +6 @@\n-six\n+--- six\n\\ No newline at end of file\n", {"x.cu": old}, "p")[
        "x.cu"
    ].endswith("five\n--- six")
    for bad in (diff.replace(" two", " too"), diff.replace("-5,2", "-50,2"), "no diff", diff.replace("x.cu", "y.cu")):
        with pytest.raises(AssignmentError):
            apply(bad, {"x.cu": old, "z.cu": ""}, "p")


def test_the_command_prints_tables_or_json_and_ends_with_its_verdict(
    assignment: Assignment, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import grader.verify.grading as grading
    from grader.cli.main import run

    monkeypatch.setattr(grading, "grade_one", lambda subject, assignment, settings, workers: grade_of(subject, assignment))
    monkeypatch.chdir(assignment.folder)
    assert run(["verify", "scale", "--json", "--jobs", "1"]) == 0
    usual = json.loads(capfd.readouterr().out)
    assert usual["ok"] is True and [m["name"] for m in usual["assignments"][0]["mutants"]] == ["no_guard"]
    assert run(["verify", "scale", "--json", "--blind", "--jobs", "1"]) == 0
    assert [m["blind"] for m in json.loads(capfd.readouterr().out)["assignments"][0]["mutants"]] == [False, True]
    rewrite(assignment, "mutants/no_guard.cu", "// PASSED\n")
    rewrite(assignment, "oracle.py", ORACLE.replace("FACTOR", "2"))
    assert run(["verify", "--blind", "--jobs", "1"]) == 1
    out = capfd.readouterr()
    assert "03_scale" in out.out and "no_guard" in out.out and "not as promised" in out.out and "1 of 2 mutants" in out.out
    assert "oracle.py: 2 outputs of 2 cases compared" in out.out
    assert "mutant wrong_factor" in out.err
    assert run(["verify", "nonsense"]) == 2
