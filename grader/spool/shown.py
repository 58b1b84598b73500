"""Shown: a gradebook -> what one student may see of it: the own hand-ins, receipts, grades as `grader grade` says them, public comments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec

from grader.gradebook.records import Standing, StoredGrade, Submission
from grader.spool.contract import HandIn, Receipt, ShownGrade
from grader.spool.receipts import Signer

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)  # of work that came by a way that has no times


def hand_ins(
    submissions: Sequence[Submission], grades: Iterable[StoredGrade], standings: Iterable[Standing], signer: Signer
) -> tuple[HandIn, ...]:
    """One student's hand-ins, latest first. `grades`: the latest of each submission; `standings`: of the same student. What a mate of the
    student's group handed in is among them where it is what counts, without the mate's receipt."""
    latest = {each.submission: each for each in grades}
    counting = {each.submission.id: each for each in standings if each.submission is not None}
    found = [_hand_in(each, latest.get(each.id), counting.get(each.id), signer) for each in submissions]
    own = {each.id for each in submissions}
    for id, standing in counting.items():
        if id not in own and standing.submission is not None:
            hidden = msgspec.structs.replace(standing.submission, receipt="", label="")
            found.append(_hand_in(hidden, standing.grade, standing, signer))
    return tuple(sorted(found, key=lambda each: (each.receipt.received_at, each.id), reverse=True))


def receipt_of(submission: Submission, signer: Signer, *, again: bool = False) -> Receipt:
    """The receipt of a submission, with the signature that was given with it."""
    claim = signer.verify(submission.receipt)
    return Receipt(
        student=submission.student,
        assignment=submission.assignment,
        digest=claim.digest if claim else "",
        received_at=submission.received_at or NEVER,
        state="received",
        number=submission.number,
        text=submission.receipt,
        again=again,
    )


def shown(grade: StoredGrade) -> ShownGrade:
    """The fields that ShownGrade and ShownCheck have, and no others."""
    return msgspec.convert(grade, ShownGrade, from_attributes=True)


def _hand_in(submission: Submission, grade: StoredGrade | None, standing: Standing | None, signer: Signer) -> HandIn:
    return HandIn(
        id=submission.id,
        receipt=receipt_of(submission, signer),
        filename=submission.filename,
        grade=shown(grade) if grade else None,
        counts=standing is not None,
        points=standing.points if standing else None,
        late=standing.lateness.text if standing else "",
        late_ko=standing.lateness.text_ko if standing else "",
        comments=tuple(each.text for each in standing.comments if not each.private) if standing else (),
    )
