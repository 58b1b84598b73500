"""score: points, the order of verdicts, and what the report gets; pure, so results are written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import Assignment, load_assignment
from grader.errors import SubmissionError
from grader.records import CheckResult, KernelCounters, Launch, Problem, Program, Run, Source
from grader.score import blocked, refused, score

TOML = """
slug = "08_sum"
kind = "cuda"
title = { en = "Sum", ko = "합" }
files = ["sum.cu"]
[[entry]]
name = "ck_sum"
args = ["in f32 x[n]", "out f32 y[1]", "i64 n", "stream"]
[[case]]
id = "small"
visibility = "public"
sizes = { n = 4 }
"""


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    folder: Path = tmp_path_factory.mktemp("course") / "assignments" / "08_sum"
    folder.mkdir(parents=True)
    (folder.parents[1] / "course.toml").write_text('id = "test"\n')
    (folder / "assignment.toml").write_text(TOML)
    return load_assignment(folder)


def check(points: float, max_points: float = 10, category: Any = "correctness", **more: Any) -> CheckResult:
    outcome = "passed" if points == max_points else "failed"
    values = {"id": "t", "title": "t", "outcome": outcome, "verdict": "" if outcome == "passed" else "WRONG_ANSWER"}
    return CheckResult(**values | {"points": points, "max_points": max_points, "category": category} | more)


def run(**changes: Any) -> Run:
    launches = (Launch(index=0, kernel="k", phase="call:0", grid=(1, 1, 1), block=(1, 1, 1)),)
    return Run(
        **{"case": "small", "visibility": "public", "sizes": {}, "scalars": {}, "inputs": {}, "outputs": {}, "launches": launches} | changes
    )


def graded(assignment: Assignment, *checks: CheckResult, runs: Any = None, **more: Any) -> Any:
    return score(
        checks, assignment, Source(files={"sum.cu": b"// \xff"}), Program(library="p.so"), [run()] if runs is None else runs, **more
    )


def test_full_marks(assignment: Assignment) -> None:
    grade = graded(
        assignment,
        check(10),
        check(5, 5, "cleanliness"),
        check(20, 20, "performance"),
        submission="a.cu",
        device="emulated:a100",
        seed_id="s",
    )
    assert (grade.score, grade.max_score, grade.verdict, grade.message, grade.line) == (35, 35, "PASSED", "", None)
    assert (grade.assignment, grade.submission, grade.device, grade.seed_id, grade.source) == (
        "08_sum",
        "a.cu",
        "emulated:a100",
        "s",
        {"sum.cu": "// \ufffd"},
    )


def test_cleanliness_and_performance_count_by_the_share_of_correctness(assignment: Assignment) -> None:
    grade = graded(assignment, check(10), check(5), check(8, 8, "cleanliness"), check(10, 20, "performance", verdict="TOO_SLOW"))
    assert [c.points for c in grade.checks] == [10, 5, 6, 7.5]
    assert grade.score == 28.5 and grade.max_score == 48
    assert grade.checks[2].outcome == "passed" and "share" in grade.checks[2].message


def test_nothing_for_cleanliness_and_performance_without_a_kernel(assignment: Assignment) -> None:
    cpu_only = run(launches=())
    failed = run(launches=(Launch(index=0, kernel="k", phase="call:0", grid=(1, 1, 1), block=(2048, 1, 1), error=9),))
    for runs in ([], [cpu_only], [failed]):
        grade = graded(assignment, check(10), check(5, 5, "cleanliness"), check(9, 9, "performance"), runs=runs)
        assert grade.score == 10 and grade.max_score == 24 and grade.verdict == "KERNEL_NOT_RUN"


def test_what_was_not_run_leaves_both_sides(assignment: Assignment) -> None:
    skipped = check(0, 30, outcome="not_run", verdict="")
    grade = graded(assignment, check(10), skipped, check(4, 5, "performance", verdict="TOO_SLOW", outcome="not_run"))
    assert (grade.score, grade.max_score) == (10, 10)
    grade = graded(assignment, skipped, skipped)
    assert (grade.score, grade.max_score, grade.verdict) == (0, 0, "NOT_RUN")
    grade = graded(assignment, check(0, 30, outcome="not_run", verdict="UNSUPPORTED", message="no such instruction", line=4))
    assert (grade.score, grade.max_score, grade.verdict, grade.line) == (0, 0, "UNSUPPORTED", 4)


def test_the_main_verdict_is_the_gravest_then_the_first_case(assignment: Assignment) -> None:
    order = ["COMPILE_ERROR", "HOST_CRASH", "OOB_WRITE", "RACE_SHARED", "WRONG_TAIL", "WRONG_ANSWER", "BANK_CONFLICT"]
    for index, expected in enumerate(order):
        checks = [check(0, verdict=code, message=code, line=i) for i, code in enumerate(order[index:])]
        grade = graded(assignment, *reversed(checks))
        assert (grade.verdict, grade.message, grade.line) == (expected, expected, 0)
    tie = [check(0, verdict="TRANSPOSED", order=3, line=1), check(0, verdict="WRONG_TAIL", order=1, line=2)]
    assert graded(assignment, *tie).line == 2


def test_problems_counters_and_lines_are_merged(assignment: Assignment) -> None:
    ratio = "l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_ld.ratio"
    sectors, requests = "l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum", "l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"

    def kernel(s: float, r: float, occupancy: float, launches: int) -> KernelCounters:
        metrics = {sectors: s, requests: r, ratio: s / r}
        lines = ({"file": "sum.cu", "line": 7, "metrics": metrics}, {"file": "ck/math.cuh", "line": 3, "metrics": metrics})
        return KernelCounters(name="k(int)", base="k", launches=launches, metrics=metrics | {"occupancy.pct": occupancy}, lines=lines)

    race = Problem(verdict="RACE_SHARED", message="race", file="sum.cu", line=5, count=3)
    runs = [
        run(kernels=(kernel(80, 10, 50, 1),), problems=(race,)),
        run(kernels=(kernel(20, 10, 100, 3),), problems=(race, Problem(verdict="LEAK", message="leak"))),
    ]
    grade = graded(assignment, check(10), runs=runs)
    assert grade.counters == {"k(int)": {"launches": 4, sectors: 100, requests: 20, ratio: 5, "occupancy.pct": 87.5}}
    assert grade.lines == ({"file": "sum.cu", "line": 7, "metrics": {sectors: 100, requests: 20, ratio: 5}},)
    assert [(p.verdict, p.count) for p in grade.problems] == [("RACE_SHARED", 6), ("LEAK", 1)]


def test_hidden_cases_tell_nothing_that_costs_no_points(assignment: Assignment) -> None:
    """A kernel's counters, and notes, can be made to depend on its inputs."""
    kernel = KernelCounters(
        name="k(int)", base="k", launches=3, metrics={"m.sum": 5}, lines=({"file": "sum.cu", "line": 7, "metrics": {}},)
    )
    note, fault = Problem(verdict="LEAK", message="so many", note=True), Problem(verdict="RACE_SHARED", message="race")
    hidden = msgspec.structs.replace(run(kernels=(kernel,), problems=(note, fault)), visibility="hidden")
    grade = graded(assignment, check(10), runs=[hidden])
    assert (grade.counters, grade.lines, [p.verdict for p in grade.problems]) == ({}, (), ["RACE_SHARED"])
    public = graded(assignment, check(10), runs=[run(kernels=(kernel,), problems=(note,)), hidden])
    assert public.counters["k(int)"]["launches"] == 3 and len(public.lines) == 1 and len(public.problems) == 2


def test_a_refused_submission_scores_zero_of_everything(assignment: Assignment) -> None:
    error = SubmissionError("sum.cu is missing; keep the name from starter/", file="sum.cu")
    problem = blocked(error)
    results = [check(0, 60, verdict=problem.verdict), check(0, 40, "performance", verdict=problem.verdict)]
    grade = refused(error, assignment, results, submission="x.zip")
    assert (grade.score, grade.max_score, grade.verdict, grade.message, grade.file) == (0, 100, "MISSING_FILE", str(error), "sum.cu")
    assert refused(error, assignment).verdict == "MISSING_FILE"


anything = st.one_of(st.floats(), st.floats(0, 100))
results = st.lists(
    st.builds(
        lambda points, top, category, outcome: check(points, top, category, outcome=outcome, verdict="WRONG_ANSWER"),
        anything,
        st.floats(0.5, 100),
        st.sampled_from(["correctness", "cleanliness", "performance"]),
        st.sampled_from(["passed", "failed", "not_run"]),
    ),
    max_size=8,
)


@given(results, st.booleans())
def test_a_score_stays_between_zero_and_its_maximum(checks: list[CheckResult], ran: bool) -> None:
    from grader.score.rubric import weighted

    out = weighted(checks, ran)
    for before, after in zip(checks, out, strict=True):
        assert 0 <= after.points <= before.max_points
    assert 0 <= sum(c.points for c in out) <= sum(c.max_points for c in out if c.outcome != "not_run") + 1e-3
