"""Compare: two grades -> what differs in what they rest on, and which results differ. Pure.

If nothing that they rest on differs and a result does, that is a fault of ours, and is said so: a grade must not depend on luck.
"""

from __future__ import annotations

from typing import Literal

from grader.audit.notes import chance, machines, outputs, unknown
from grader.audit.parts import PARTS
from grader.audit.sides import Side
from grader.records import Record
from grader.regrade.difference import POINT, CheckChange, difference


class Reason(Record, frozen=True, kw_only=True):
    """A part that differs: a name of PARTS, or "other"."""

    part: str
    text: str
    details: tuple[str, ...] = ()


class Told(Record, frozen=True, kw_only=True):
    """One grade, as much as a heading needs."""

    id: int
    student: str
    assignment: str
    at: str
    score: float
    max_score: float
    verdict: str
    why: str
    device: str


# Of the results: none differs; some do, and reasons are known; some do by what a machine or a real GPU may do; some do, and nothing says
# what they rest on; some do, and all is equal, which is our fault.
Judgement = Literal["equal", "explained", "chance", "unknown", "unexplained"]


class Comparison(Record, frozen=True, kw_only=True):
    """What an audit says of two grades."""

    old: Told
    new: Told
    reasons: tuple[Reason, ...]  # what differs that shapes a grade
    notes: tuple[str, ...]
    results: tuple[CheckChange, ...]  # checks with another outcome
    points: float  # of 100: gained, or lost
    judgement: Judgement


def compare(old: Side, new: Side) -> Comparison:
    """The whole comparison."""
    reasons = [Reason(part=part, text=text, details=tuple(details)) for part, look in PARTS.items() for text, details in look(old, new)]
    if given := [check.id for side in (old, new) for check in side.grade.checks if check.by]:
        names = ", ".join(dict.fromkeys(given))
        if [c.by and c for c in old.grade.checks] != [c.by and c for c in new.grade.checks]:
            reasons.append(Reason(part="by hand", text=f"points that a person gave: {names}"))
    keys = old.stored.key, new.stored.key
    if not reasons and all(keys) and keys[0] != keys[1]:
        reasons.append(
            Reason(
                part="other",
                text="their content addresses, and no part that is told: one was judged by some of the checks only "
                "(`grader regrade --only`), or by an older grader",
            )
        )
    changes = difference(old.stored, new.grade, "", "")
    differ = bool(changes.checks) or abs(changes.points) > POINT or changes.old_verdict != changes.new_verdict
    luck = chance(old, new) if differ and not reasons else []
    known = all(keys) or (old.grade.grounds is not None and new.grade.grounds is not None)
    judgement: Judgement = (
        "equal" if not differ else "explained" if reasons else "chance" if luck else "unexplained" if known else "unknown"
    )
    return Comparison(
        old=_told(old),
        new=_told(new),
        reasons=tuple(reasons),
        notes=(*luck, *machines(old, new), *outputs(old, new, results=differ), *unknown(old, new)),
        results=changes.checks,
        points=changes.points,
        judgement=judgement,
    )


def _told(side: Side) -> Told:
    stored = side.stored
    return Told(
        id=stored.id,
        student=stored.student,
        assignment=stored.assignment,
        at=stored.at.isoformat(timespec="seconds"),
        score=stored.score,
        max_score=stored.max_score,
        verdict=stored.verdict,
        why=stored.why,
        device=stored.device,
    )
