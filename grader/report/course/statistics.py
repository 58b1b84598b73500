"""Statistics of a course: Standings -> what teaching assistants look for, by assignment and over all. Pure; students are named by login.

Every list is in a fixed order, so that equal standings give equal pages.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

from grader.gradebook.records import FULL_POINTS, Standing, StoredGrade
from grader.records import Record
from grader.report.check_view import NOT_MEASURED

BINS = 10  # of the histogram, each FULL_POINTS / BINS wide; the last one holds full marks, too
SLOWEST = 10
PASSED = "PASSED"


class Spread(Record, frozen=True, kw_only=True):
    """How points are distributed. All 0 if nobody has any."""

    count: int
    mean: float
    median: float
    low: float  # the first quartile
    high: float  # the third
    bins: tuple[int, ...]  # BINS counts


class CheckRate(Record, frozen=True, kw_only=True):
    """How often one check passes, among the submissions that count."""

    assignment: str
    id: str
    title: str
    title_ko: str
    hidden: bool
    passed: int
    failed: int
    not_run: int  # for a reason of ours, or because the device can't measure it

    @property
    def rate(self) -> float | None:
        """Share of those it was run for, 0 … 1; None if it was run for nobody."""
        judged = self.passed + self.failed
        return self.passed / judged if judged else None


class VerdictCount(Record, frozen=True, kw_only=True):
    """How many submissions have a verdict as their main one, and whose."""

    verdict: str
    logins: tuple[str, ...]


class Slow(Record, frozen=True, kw_only=True):
    """One of the submissions whose grading took longest."""

    login: str
    assignment: str
    wall_s: float
    cpu_s: float


class NotRun(Record, frozen=True, kw_only=True):
    """Checks of one submission that could not run for a reason of ours, and what kept them from it."""

    login: str
    assignment: str
    checks: int
    of: int
    causes: tuple[str, ...]  # verdict codes
    message: str  # "" unless the grade's own message is about it
    message_ko: str


class AssignmentStatistics(Record, frozen=True, kw_only=True):
    """One assignment. The lists hold logins, in the order of the standings."""

    assignment: str
    spread: Spread
    handed: int
    graded: int
    waiting: tuple[str, ...]
    undecided: tuple[str, ...]
    missing: tuple[str, ...]
    late: tuple[str, ...]
    closed: tuple[str, ...]  # of these, too late to count
    overridden: tuple[str, ...]
    checks: tuple[CheckRate, ...]  # in the order of the checks
    verdicts: tuple[VerdictCount, ...]  # commonest first
    slowest: tuple[Slow, ...]
    not_run: tuple[NotRun, ...]


def spread(points: Sequence[float]) -> Spread:
    """Of points out of FULL_POINTS; what a person gave beyond either end counts in the last bin there."""
    if not points:
        return Spread(count=0, mean=0.0, median=0.0, low=0.0, high=0.0, bins=(0,) * BINS)
    bins = [0] * BINS
    for each in points:
        bins[min(BINS - 1, max(0, int(each * BINS / FULL_POINTS)))] += 1
    low, median, high = statistics.quantiles(points, n=4, method="inclusive") if len(points) > 1 else (points[0],) * 3
    return Spread(count=len(points), mean=statistics.fmean(points), median=median, low=low, high=high, bins=tuple(bins))


def of_assignment(slug: str, standings: Sequence[Standing]) -> AssignmentStatistics:
    """The statistics of one assignment's standings."""
    graded = [each for each in standings if each.grade is not None]
    late = [each for each in standings if each.lateness.days or each.lateness.closed]
    return AssignmentStatistics(
        assignment=slug,
        spread=spread([each.points for each in standings if each.points is not None]),
        handed=sum(each.submission is not None for each in standings),
        graded=sum(each.state == "graded" for each in standings),
        waiting=_logins(each for each in standings if each.state == "waiting"),
        undecided=_logins(each for each in standings if each.state == "undecided"),
        missing=_logins(each for each in standings if each.state == "missing" and each.student.enrolled and each.points is None),
        late=_logins(late),
        closed=_logins(each for each in late if each.lateness.closed),
        overridden=_logins(each for each in standings if each.override is not None and each.override.points is not None),
        checks=check_rates(slug, [each.grade for each in graded if each.grade]),
        verdicts=verdict_counts(graded),
        slowest=slowest(graded),
        not_run=tuple(found for each in graded if (found := not_run(each)) is not None),
    )


def check_rates(assignment: str, grades: Iterable[StoredGrade]) -> tuple[CheckRate, ...]:
    """Of every check that some grade has, in the order in which they stand there. A check's title is that of the latest grade."""
    counts: dict[str, list[int]] = {}
    latest: dict[str, tuple[int, tuple[str, str, bool]]] = {}
    for grade in grades:
        for check in grade.checks:
            row = counts.setdefault(check.id, [0, 0, 0])
            row[0 if check.outcome == "passed" else 1 if check.outcome == "failed" else 2] += 1
            if check.id not in latest or latest[check.id][0] < grade.id:
                latest[check.id] = grade.id, (check.title, check.title_ko, check.hidden)
    return tuple(
        CheckRate(
            assignment=assignment,
            id=id,
            title=latest[id][1][0],
            title_ko=latest[id][1][1],
            hidden=latest[id][1][2],
            passed=passed,
            failed=failed,
            not_run=without,
        )
        for id, (passed, failed, without) in counts.items()
    )


def hardest(rates: Iterable[CheckRate], limit: int) -> tuple[CheckRate, ...]:
    """The checks that fewest pass, of those that anybody fails."""
    failing = [each for each in rates if each.failed]
    return tuple(sorted(failing, key=lambda each: (each.rate or 0.0, -each.failed, each.assignment, each.id))[:limit])


def verdict_counts(standings: Iterable[Standing]) -> tuple[VerdictCount, ...]:
    """Main verdicts, the commonest first; PASSED is none. A student who has a verdict twice counts twice."""
    found: dict[str, list[str]] = {}
    for each in standings:
        if each.grade is not None and each.grade.verdict not in (PASSED, ""):
            found.setdefault(each.grade.verdict, []).append(each.student.login)
    rows = [VerdictCount(verdict=code, logins=tuple(logins)) for code, logins in found.items()]
    return tuple(sorted(rows, key=lambda row: (-len(row.logins), row.verdict)))


def slowest(standings: Iterable[Standing], limit: int = SLOWEST) -> tuple[Slow, ...]:
    """What took longest to grade. Grades that were linked to equal files' took no time of their own."""
    timed = [
        Slow(login=each.student.login, assignment=each.assignment, wall_s=each.grade.wall_s, cpu_s=each.grade.cpu_s)
        for each in standings
        if each.grade is not None and each.grade.wall_s > 0
    ]
    return tuple(sorted(timed, key=lambda row: (-row.wall_s, row.login, row.assignment))[:limit])


def not_run(standing: Standing) -> NotRun | None:
    """None if every check ran. What a device can't measure is nobody's fault and isn't looked at."""
    grade = standing.grade
    if grade is None:
        return None
    kept = [check.verdict for check in grade.checks if check.outcome == "not_run" and check.verdict != NOT_MEASURED]
    if not kept:
        return None
    told = grade.verdict in (*kept, "NOT_RUN")
    return NotRun(
        login=standing.student.login,
        assignment=standing.assignment,
        checks=len(kept),
        of=len(grade.checks),
        causes=tuple(dict.fromkeys(code for code in kept if code)),
        message=grade.message if told else "",
        message_ko=grade.message_ko if told else "",
    )


def _logins(standings: Iterable[Standing]) -> tuple[str, ...]:
    return tuple(each.student.login for each in standings)
