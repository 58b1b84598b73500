"""Outliers: Standings of a course -> the few that deserve a second look. Pure. docs/design/course-report.md says why these rules.

Three kinds: points far from the student's own other points, grading that took unusually long, a verdict that nobody else has.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from grader.gradebook.records import Standing
from grader.records import Record
from grader.report.course.statistics import PASSED

Kind = Literal["points", "time", "verdict"]

OWN_OTHERS = 3  # so many other assignments of the same student make a habit
FAR_POINTS = 40.0  # of 100, at least
FAR_SPREADS = 3.0  # and so many standard deviations of the student's own others: points that vary anyway make no habit
CROWD = 8  # so many grades make "usual" mean something
SLOW_SHARE = 3.0  # times the median, at least
SLOW_MARGIN_S = 1.0  # and so much longer, since fractions of a second are the machine's


class Outlier(Record, frozen=True, kw_only=True):
    """`value` against what is `usual`: points of 100, or seconds; both 0 for a verdict."""

    login: str
    assignment: str
    kind: Kind
    value: float = 0.0
    usual: float = 0.0
    verdict: str = ""


def outliers(standings: Sequence[Standing]) -> tuple[Outlier, ...]:
    """Of the whole course, the farthest first within each kind."""
    by_assignment: dict[str, list[Standing]] = {}
    for each in standings:
        if each.grade is not None and each.raw_points is not None:
            by_assignment.setdefault(each.assignment, []).append(each)
    rare = [found for graded in by_assignment.values() for found in _lone_verdicts(graded)]
    slow = [found for graded in by_assignment.values() for found in _slow(graded)]
    slow.sort(key=lambda row: (-row.value / row.usual, row.login, row.assignment))
    return (*_far(by_assignment), *slow, *rare)


def _far(by_assignment: dict[str, list[Standing]]) -> list[Outlier]:
    """Points that don't fit the same student's others, each taken against the assignment's median: a hard assignment is no outlier."""
    offsets: dict[str, dict[str, float]] = {}  # login -> assignment -> points above the median there
    medians = {}
    for slug, graded in by_assignment.items():
        medians[slug] = statistics.median(each.raw_points or 0.0 for each in graded)
        for each in graded:
            offsets.setdefault(each.student.login, {})[slug] = (each.raw_points or 0.0) - medians[slug]
    found = []
    for login, own in offsets.items():
        if len(own) <= OWN_OTHERS or max(own.values()) - min(own.values()) < FAR_POINTS:
            continue
        for slug, offset in own.items():
            others = [value for other, value in own.items() if other != slug]
            middle = statistics.median(others)
            far = max(FAR_POINTS, FAR_SPREADS * statistics.pstdev(others))
            if abs(offset - middle) >= far:
                usual = min(100.0, max(0.0, medians[slug] + middle))
                found.append(Outlier(login=login, assignment=slug, kind="points", value=medians[slug] + offset, usual=usual))
    return sorted(found, key=lambda row: (-abs(row.value - row.usual), row.login, row.assignment))


def _slow(graded: Sequence[Standing]) -> list[Outlier]:
    """Beyond the third quartile by three times the middle half's width, and by enough to matter."""
    times = [each.grade.wall_s for each in graded if each.grade and each.grade.wall_s > 0]
    if len(times) < CROWD:
        return []
    low, median, high = statistics.quantiles(times, n=4, method="inclusive")
    limit = max(high + 3 * (high - low), SLOW_SHARE * median, median + SLOW_MARGIN_S)
    return [
        Outlier(login=each.student.login, assignment=each.assignment, kind="time", value=each.grade.wall_s, usual=median)
        for each in graded
        if each.grade and each.grade.wall_s > limit
    ]


def _lone_verdicts(graded: Sequence[Standing]) -> list[Outlier]:
    """Verdicts that one submission alone has, where many were graded. A grade that nothing kept from passing has none."""
    if len(graded) < CROWD:
        return []
    counts = Counter(each.grade.verdict for each in graded if each.grade)
    return [
        Outlier(login=each.student.login, assignment=each.assignment, kind="verdict", verdict=each.grade.verdict)
        for each in graded
        if each.grade and each.grade.verdict not in (PASSED, "") and counts[each.grade.verdict] == 1
    ]
