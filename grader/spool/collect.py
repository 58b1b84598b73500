"""Collect: a spool and a gradebook -> every hand-in in the gradebook once, whatever is wrong put aside with its reason, each student told.

Killed at any moment, the next run ends up the same: a file leaves incoming/ only after the gradebook has committed it, under the time that
it had there; and a hand-in that the gradebook knows already is only moved.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.course import Course
from grader.errors import HarnessError
from grader.files import write_atomically
from grader.gradebook.records import Submission
from grader.records import Record
from grader.spool.catalogue import Catalogue
from grader.spool.identify import OwnerOf, owner_name
from grader.spool.layout import Spool, find_spool
from grader.spool.package import opened
from grader.spool.reading import Found, Received, Unfit, Waiting, look
from grader.spool.receipts import Claim, Signer
from grader.spool.rules import refusal
from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.gradebook.store import Gradebook

FILENAME = "submission.zip"  # of every package in the gradebook: it says how to unpack it
_REASON = ".json"


class Refusal(Record, frozen=True, kw_only=True):
    """Why something was put aside; it lies beside it in quarantine/."""

    id: str  # its name there
    name: str  # as it was in incoming/, unprintable characters spelled out
    reason: str
    received_at: dt.datetime
    uid: int
    student: str = ""  # whose it is, if that is sure: the student is told
    assignment: str = ""


class Collected(Record, frozen=True, kw_only=True):
    """What one run did."""

    received: tuple[Submission, ...]
    again: tuple[Submission, ...]  # known already: the same files as the latest, or a run that was killed
    refused: tuple[tuple[str, str], ...]  # (path, reason)
    waiting: int  # still being written


def collect(
    folder: Path,
    gradebook: Gradebook,
    course: Course,
    *,
    signer: Signer | None = None,
    owner_of: OwnerOf = owner_name,
    now: dt.datetime | None = None,
) -> Collected:
    """Takes up everything in incoming/. Raises HarnessError if the gradebook or the folder can't be used (what isn't taken stays where
    it is), UsageError if the folder is no spool, or another course's."""
    spool = find_spool(folder)
    if spool.course != course.id:
        raise UsageError(f"{folder} is the hand-in folder of the course {spool.course!r}, and this is {course.id!r}")
    signer = signer or Signer.stored()
    with _alone(spool):
        run = _Run(spool, gradebook, Catalogue(course), signer)
        for each in look(folder, gradebook, owner_of=owner_of, now=now):
            run.take(each)
    return run.collected()


def refusals(spool: Spool) -> list[Refusal]:
    """What lies in quarantine/, by time."""
    found = []
    for file in spool.quarantine.glob(f"*{_REASON}"):
        with contextlib.suppress(OSError, msgspec.MsgspecError):
            found.append(msgspec.json.decode(file.read_bytes(), type=Refusal))
    return sorted(found, key=lambda each: each.received_at)


def admit(folder: Path, gradebook: Gradebook, id: str, student: str, *, signer: Signer | None = None) -> Submission:
    """Takes a package out of quarantine after all, as this student's, with the time at which it came. Raises UsageError."""
    spool = find_spool(folder)
    known = {each.id: each for each in refusals(spool)}
    if id not in known:
        raise UsageError(f"there is no {id!r} in {spool.quarantine}; known are {', '.join(known) or 'none'}")
    login = gradebook.student(student).login
    refused = known[id]
    with _alone(spool):
        try:
            content = (spool.quarantine / id).read_bytes()
        except OSError as error:
            raise UsageError(f"{spool.quarantine / id} can't be read ({error.strerror}): it is no package") from None
        package, _ = opened(content)
        submission = _receive(gradebook, signer or Signer.stored(), login, package.assignment, package.digest, content, refused.received_at)
        os.rename(spool.quarantine / id, _free(spool.taken / f"{id}.zip"))
        (spool.quarantine / f"{id}{_REASON}").unlink(missing_ok=True)
    return submission


class _Run:
    """One run's state."""

    def __init__(self, spool: Spool, gradebook: Gradebook, catalogue: Catalogue, signer: Signer) -> None:
        self.spool, self.gradebook, self.catalogue, self.signer = spool, gradebook, catalogue, signer
        self.received: list[Submission] = []
        self.again: list[Submission] = []
        self.refused: list[tuple[str, str]] = []
        self.waiting = 0

    def take(self, each: Found) -> None:
        if isinstance(each, Waiting):
            self.waiting += 1
        elif isinstance(each, Unfit):
            assignment = each.package.assignment if each.package else ""
            if each.stays:
                self.refused.append((str(each.path), each.reason))
            else:
                self._aside(each.path, each.reason, each.received_at, each.uid, "", assignment)
        else:
            self._receive(each)

    def _receive(self, each: Received) -> None:
        slug, package = each.package.assignment, each.package
        if slug not in self.catalogue.assignments:
            known = ", ".join(self.catalogue.assignments) or "none"
            self._aside(
                each.path, f"{slug!r} is no assignment of this course; known are {known}", each.received_at, each.uid, each.student, slug
            )
            return
        earlier = self.gradebook.submissions(student=each.student, assignment=slug)
        if (known_already := _known(earlier, package.content, each.received_at)) is not None:
            self.again.append(known_already)
        else:
            if (no := refusal(self.catalogue.deadline(slug), earlier, each.received_at)) is not None:
                self._aside(each.path, str(no), each.received_at, each.uid, each.student, slug)
                return
            try:
                made = _receive(self.gradebook, self.signer, each.student, slug, package.digest, package.content, each.received_at)
            except UsageError as error:  # an account's name that can be no login
                self._aside(each.path, str(error), each.received_at, each.uid, "", slug)
                return
            self.received.append(made)
        with contextlib.suppress(FileNotFoundError):  # its sender has taken it away; the gradebook has it
            os.rename(each.path, _free(self.spool.taken / each.path.name))

    def _aside(self, path: Path, reason: str, at: dt.datetime, uid: int, student: str, assignment: str) -> None:
        """The reason first, then the file; both under a name that a second try would find again."""
        id = hashlib.sha256(os.fsencode(path.name) + str(at.timestamp()).encode()).hexdigest()[:16]
        refused = Refusal(
            id=id,
            name=ascii(path.name)[1:-1],
            reason=reason,
            received_at=at,
            uid=uid,
            student=student,
            assignment=assignment,
        )
        try:
            write_atomically(self.spool.quarantine / f"{id}{_REASON}", msgspec.json.encode(refused) + b"\n")
            os.rename(path, _free(self.spool.quarantine / id))
        except (HarnessError, OSError) as error:
            cause = error.strerror if isinstance(error, OSError) else str(error)
            reason += f" (left where it is: {cause})"
        self.refused.append((str(path.parent / refused.name), reason))

    def collected(self) -> Collected:
        return Collected(received=tuple(self.received), again=tuple(self.again), refused=tuple(self.refused), waiting=self.waiting)


def _known(earlier: list[Submission], content: bytes, at: dt.datetime) -> Submission | None:
    """The submission that this is: taken before a run was killed, or the latest one's files again."""
    digest = hashlib.sha256(content).hexdigest()
    for each in earlier:
        if each.content == digest and each.received_at == at:
            return each
    latest = max(earlier, key=lambda each: each.number, default=None)
    return latest if latest is not None and latest.content == digest else None


def _receive(
    gradebook: Gradebook, signer: Signer, student: str, assignment: str, digest: str, content: bytes, at: dt.datetime
) -> Submission:
    receipt = signer.sign(Claim(student=student, assignment=assignment, digest=digest, received_at=at))
    return gradebook.receive(
        student, assignment, content, filename=FILENAME, received_at=at, origin="spool", label=student, receipt=receipt
    )


def _free(path: Path) -> Path:
    """A name that isn't taken, beside this one. Only we write there, one run at a time."""
    number, free = 0, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.name}.{number}")
    return free


@contextlib.contextmanager
def _alone(spool: Spool) -> Iterator[None]:
    """One run at a time on a spool, until this one ends or is killed."""
    try:
        descriptor = os.open(spool.taken / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise HarnessError(f"{spool.taken} can't be used ({error.strerror}): only the owner of a spool can read it") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HarnessError(f"another process is reading {spool.folder} now; try again when it is done") from None
        yield
    finally:
        os.close(descriptor)
