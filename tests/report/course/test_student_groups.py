"""A student's page sums the checks as the submission's own page does: what was not run is in neither number."""

from __future__ import annotations

from grader.gradebook.records import CheckSummary
from grader.report.course.student_view import groups


def check(name: str, points: float, outcome: str) -> CheckSummary:
    return CheckSummary(
        id=name,
        title=name,
        title_ko="",
        category="correctness",
        points=points,
        max_points=40.0,
        outcome=outcome,  # type: ignore[arg-type]
        verdict="",
        hidden=False,
    )


def test_what_was_not_run_leaves_the_sums() -> None:
    (group,) = groups([check("one", 40.0, "passed"), check("two", 0.0, "not_run")], "en")
    assert (group.points, group.of, len(group.checks)) == ("40", "40", 2)
