"""Receive: a package whose sender is known, and when it came -> a Submission with a signed receipt. Both targets end here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

from grader.blobs import digest_of_content
from grader.gradebook.records import Submission
from grader.spool.contract import Package
from grader.spool.receipts import Claim, Signer

if TYPE_CHECKING:
    from grader.gradebook.store import Gradebook

FILENAME = "submission.zip"  # of every package in the gradebook: it says how to unpack it


def receive(gradebook: Gradebook, signer: Signer, student: str, package: Package, at: dt.datetime, *, origin: str) -> Submission:
    """In the gradebook, and on the disk, when this returns. Raises UsageError for a student that can be no login."""
    claim = Claim(student=student, assignment=package.assignment, digest=package.digest, received_at=at)
    return gradebook.receive(
        student,
        package.assignment,
        package.content,
        filename=FILENAME,
        received_at=at,
        origin=origin,
        label=student,
        receipt=signer.sign(claim),
    )


def same_again(package: Package, earlier: Iterable[Submission]) -> Submission | None:
    """The latest of a student's submissions in an assignment, if these files are it: then they are no new hand-in."""
    latest = max(earlier, key=lambda each: each.number, default=None)
    return latest if latest is not None and latest.content == digest_of_content(package.content) else None
