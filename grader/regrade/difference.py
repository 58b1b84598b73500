"""Difference: an old grade and a new one -> what changed, check by check, in points and verdicts. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from grader.gradebook.records import CheckSummary, StoredGrade
from grader.records import CheckResult, Grade, Record

POINT = 1e-6  # less is rounding


class CheckChange(Record, frozen=True, kw_only=True):
    """One check whose outcome, points or verdict differ. None: it isn't in that grade."""

    id: str
    title: str
    old_points: float | None
    new_points: float | None
    old_verdict: str
    new_verdict: str


class Difference(Record, frozen=True, kw_only=True):
    """What a regrade would change for one student."""

    student: str
    assignment: str
    submission: int
    way: str
    reason: str
    old_score: float
    old_max: float
    new_score: float
    new_max: float
    old_verdict: str
    new_verdict: str
    checks: tuple[CheckChange, ...]
    old_device: str = ""
    new_device: str = ""

    @property
    def points(self) -> float:
        """Of 100: how much is gained (or, negative, lost)."""
        return round(_share(self.new_score, self.new_max) - _share(self.old_score, self.old_max), 4)

    @property
    def changed(self) -> bool:
        """Whether a student could tell the difference."""
        other = self.old_device != self.new_device
        return abs(self.points) > POINT or self.old_verdict != self.new_verdict or bool(self.checks) or other


def difference(old: StoredGrade, new: Grade, way: str, reason: str) -> Difference:
    """Old against new, of the same submission."""
    return Difference(
        student=old.student,
        assignment=old.assignment,
        submission=old.submission,
        way=way,
        reason=reason,
        old_score=old.score,
        old_max=old.max_score,
        new_score=new.score,
        new_max=new.max_score,
        old_verdict=old.verdict,
        new_verdict=new.verdict,
        checks=tuple(_changes(old.checks, new.checks)),
        old_device=old.device,
        new_device=new.device,
    )


def _changes(old: Sequence[CheckSummary], new: Sequence[CheckResult]) -> list[CheckChange]:
    before, after = {c.id: c for c in old}, {c.id: c for c in new}
    changes = []
    for name in [*before, *(name for name in after if name not in before)]:
        one, two = before.get(name), after.get(name)
        same = one and two and (one.outcome, one.verdict, one.max_points) == (two.outcome, two.verdict, two.max_points)
        if one and two and same and abs(one.points - two.points) <= POINT:
            continue
        known = two or one
        assert known is not None
        changes.append(
            CheckChange(
                id=name,
                title=known.title,
                old_points=one.points if one else None,
                new_points=two.points if two else None,
                old_verdict=_told(one),
                new_verdict=_told(two),
            )
        )
    return changes


def _told(check: CheckSummary | CheckResult | None) -> str:
    if check is None:
        return ""
    return check.verdict or {"passed": "PASSED", "not_run": "NOT_RUN"}.get(check.outcome, "")


def _share(score: float, maximum: float) -> float:
    return 100 * score / maximum if maximum > 0 else 0.0
