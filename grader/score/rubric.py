"""Score: the results of the checks -> a Grade. Pure: the same results give the same grade, on every machine and on every day.

Correctness first: what cleanliness and performance earned is multiplied by the share of the correctness points that were earned, and is 0
if no kernel of the student ever ran. A check that was not run is in neither the score nor `max_score`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from grader.assignment import Assignment
from grader.checks.whose_work import launched
from grader.errors import SubmissionError
from grader.records import CheckResult, Grade, Isolation, Problem, Program, Run, Source
from grader.score.merge import merged_counters, merged_lines, merged_problems
from grader.verdicts import rank

PASSED = "PASSED"
NOT_RUN = "NOT_RUN"  # nothing could be decided, for a reason of ours
NOT_MEASURED = "NOT_MEASURED"  # of a check: the device can't see it, which is nobody's fault
DIGITS = 4  # points are rounded to 1e-4 so that sums of thirds look the same everywhere


def score(
    results: Sequence[CheckResult],
    assignment: Assignment,
    source: Source,
    program: Program,
    runs: Sequence[Run],
    *,
    submission: str = "",
    device: str = "",
    isolation: Isolation | None = None,
    seed_id: str = "",
    timings_s: Mapping[str, float] | None = None,
    environment: Mapping[str, str] | None = None,
    from_cache: bool = False,
    digest: str = "",
) -> Grade:
    """The grade of one submission. Points are in the units of the checks' marks; the keyword arguments only travel through."""
    checks = weighted(results, kernel_ran(runs))
    # What students may see of hidden cases costs points: else kernels could be made to tell those inputs, by counters and by notes.
    shown = [run for run in runs if run.visibility == "public"]
    problems = (p for run in runs for p in run.problems if run.visibility == "public" or not p.note)
    verdict, culprit = main_verdict(checks)
    possible = round(sum(c.max_points for c in checks if c.outcome != "not_run"), DIGITS)
    return Grade(
        assignment=assignment.slug,
        submission=submission,
        score=min(round(sum(c.points for c in checks), DIGITS), possible),
        max_score=possible,
        verdict=verdict,
        message=culprit.message if culprit else "",
        message_ko=culprit.message_ko if culprit else "",
        file=culprit.file if culprit else None,
        line=culprit.line if culprit else None,
        device=device,
        isolation=isolation or Isolation(level="none"),
        seed_id=seed_id,
        checks=checks,
        problems=merged_problems([*program.problems, *problems]),
        counters=merged_counters(shown),
        lines=merged_lines(shown, set(assignment.files)),
        timings_s=dict(timings_s or {}),
        source={name: content.decode("utf-8", errors="replace") for name, content in source.files.items()},
        build_log=program.log,
        environment=dict(environment or {}),
        from_cache=from_cache,
        digest=digest,
    )


def refused(
    error: SubmissionError, assignment: Assignment, results: Sequence[CheckResult] = (), *, source: Source | None = None, **context: Any
) -> Grade:
    """The grade of a submission that couldn't even be read: 0 points, the error as verdict.

    `results` are those of `evaluate([], assignment, blocked=blocked(error))`; without them the assignment's points are unknown here and
    max_score is 0. `context`: the keyword arguments of `score`.
    """
    problem = blocked(error)
    grade = score(results, assignment, source or Source(files={}), Program(library=None, problems=(problem,)), [], **context)
    return msgspec.structs.replace(
        grade, verdict=problem.verdict, message=problem.message, message_ko=problem.message_ko, file=problem.file, line=problem.line
    )


def blocked(error: SubmissionError) -> Problem:
    """A refused submission as the problem with which every check fails."""
    return Problem(verdict=error.verdict, message=str(error), file=error.file, line=error.line)


def kernel_ran(runs: Sequence[Run]) -> bool:
    """Whether any kernel that a launcher started ran without a launch error, or a command ran at all."""
    return any(launched(run) or (run.command and run.exit is not None) for run in runs if not run.not_run)


def weighted(results: Sequence[CheckResult], ran: bool) -> tuple[CheckResult, ...]:
    """The results with the points that count: cleanliness and performance times the share of correctness, nothing for a check that was
    not run."""
    correctness = [r for r in results if r.category == "correctness" and r.outcome != "not_run"]
    possible = sum(r.max_points for r in correctness)
    # if no correctness check could be run, the others are all there is to go by
    share = sum(_earned(r) for r in correctness) / possible if possible else 1.0
    out = []
    for result in results:
        points = _earned(result)
        changes: dict[str, object] = {}
        if result.category != "correctness" and result.outcome != "not_run":
            points *= share if ran else 0.0
            if result.outcome == "passed" and points < result.max_points:
                changes = _lost(ran)
        out.append(msgspec.structs.replace(result, points=points, **changes))
    return tuple(out)


def _earned(result: CheckResult) -> float:
    """Between 0 and the check's maximum whatever the check says, NaN included."""
    if result.outcome == "not_run" or not result.points > 0:
        return 0.0
    return min(result.points, result.max_points)


def _lost(ran: bool) -> dict[str, object]:
    """What a passed check says when it doesn't count in full."""
    if ran:
        return {"message": "passed; it counts by the share of the correctness points earned"}
    return {"outcome": "failed", "verdict": "KERNEL_NOT_RUN", "message": "no kernel ran on the device, so there is nothing to judge here"}


def main_verdict(checks: Sequence[CheckResult]) -> tuple[str, CheckResult | None]:
    """The gravest verdict of the checks that lost points, and the check it comes from; ties by the first case. PASSED if nothing was
    lost."""
    failed = [c for c in checks if c.outcome == "failed" and c.verdict]
    if failed:
        # a check that knows the line before one that doesn't, among equals
        worst = min(failed, key=lambda c: (rank(c.verdict), c.order, c.line is None))
        return worst.verdict, worst
    undecided = [c for c in checks if c.outcome == "not_run"]
    named = [c for c in undecided if c.verdict and c.verdict != NOT_MEASURED]
    if named:
        worst = min(named, key=lambda c: (rank(c.verdict), c.order))
        return worst.verdict, worst
    if undecided and len(undecided) == len(checks):
        return NOT_RUN, undecided[0]
    return PASSED, None
