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

from grader.blobs import digest_of_content
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
from grader.spool.receipts import Signer
from grader.spool.receive import receive, same_again
from grader.spool.rules import refusal
from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.gradebook.store import Gradebook

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
        submission = receive(gradebook, signer or Signer.stored(), login, package, refused.received_at, origin="spool")
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
        elif isinstance(each, Received):
            self._receive(each)
        elif each.stays:
            self.refused.append((str(each.path), each.reason))
        else:
            self._aside(each, each.reason, assignment=each.package.assignment if each.package else "")

    def _receive(self, each: Received) -> None:
        slug, package = each.package.assignment, each.package
        if slug not in self.catalogue.assignments:
            known = ", ".join(self.catalogue.assignments) or "none"
            self._aside(each, f"{slug!r} is no assignment of this course; known are {known}", each.student, slug)
            return
        earlier = self.gradebook.submissions(student=each.student, assignment=slug)
        if (known_already := _known(each, earlier)) is not None:
            self.again.append(known_already)
        else:
            if (no := refusal(self.catalogue.deadline(slug), earlier, each.received_at)) is not None:
                self._aside(each, str(no), each.student, slug)
                return
            try:
                made = receive(self.gradebook, self.signer, each.student, package, each.received_at, origin="spool")
            except UsageError as error:  # an account's name that can be no login
                self._aside(each, str(error), assignment=slug)
                return
            self.received.append(made)
        with contextlib.suppress(FileNotFoundError):  # its sender has taken it away; the gradebook has it
            os.rename(each.path, _free(self.spool.taken / each.path.name))

    def _aside(self, each: Received | Unfit, reason: str, student: str = "", assignment: str = "") -> None:
        """The reason first, then the file; both under a name that a second try would find again."""
        path, at = each.path, each.received_at
        id = hashlib.sha256(os.fsencode(path.name) + str(at.timestamp()).encode()).hexdigest()[:16]
        name = ascii(path.name)[1:-1]
        refused = Refusal(id=id, name=name, reason=reason, received_at=at, uid=each.uid, student=student, assignment=assignment)
        try:
            write_atomically(self.spool.quarantine / f"{id}{_REASON}", msgspec.json.encode(refused) + b"\n")
            os.rename(path, _free(self.spool.quarantine / id))
        except (HarnessError, OSError) as error:
            cause = error.strerror if isinstance(error, OSError) else str(error)
            reason += f" (left where it is: {cause})"
        self.refused.append((str(path.parent / name), reason))

    def collected(self) -> Collected:
        return Collected(received=tuple(self.received), again=tuple(self.again), refused=tuple(self.refused), waiting=self.waiting)


def _known(each: Received, earlier: list[Submission]) -> Submission | None:
    """The submission that this is: taken before a run was killed, or the latest one's files again."""
    digest = digest_of_content(each.package.content)
    taken = (known for known in earlier if known.content == digest and known.received_at == each.received_at)
    return next(taken, None) or same_again(each.package, earlier)


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
