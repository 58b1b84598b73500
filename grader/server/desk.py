"""Desk: what the server does for one student, without a word of HTTP: hand-ins, the own list, the own contents, receipts. Runs in threads.

The student comes from the token and never from the request: there is no way to name anybody else.
"""

from __future__ import annotations

import datetime as dt
import threading
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from grader.errors import SubmissionError
from grader.gradebook.records import Student, Submission
from grader.records import Record
from grader.server.checking import Check, Checks
from grader.server.problems import ApiError
from grader.spool.catalogue import Catalogue
from grader.spool.contract import Deadline, HandIn, Identity, Package, Receipt, Status
from grader.spool.package import opened
from grader.spool.receipts import Signer
from grader.spool.receive import receive, same_again
from grader.spool.rules import refusal
from grader.spool.shown import hand_ins, receipt_of
from grader.unpack.members import show
from grader.unpack.text import source_text

if TYPE_CHECKING:
    from grader.gradebook.store import Gradebook

_STRIPES = 64


class Verified(Record, frozen=True, kw_only=True):
    """Whether a receipt is this server's and the asking student's; only then what it says."""

    genuine: bool
    assignment: str = ""
    digest: str = ""
    received_at: dt.datetime | None = None


class Desk:
    """Everything that a request can come to. Raises ApiError for what is the student's to mend, HarnessError for what is ours."""

    def __init__(
        self,
        gradebook: Gradebook,
        catalogue: Catalogue,
        signer: Signer,
        checks: Checks | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.gradebook, self.catalogue, self.signer, self.checks, self.now = gradebook, catalogue, signer, checks, now
        # A student's hand-ins come one after the other, so that the same one, sent twice at once, is one.
        self._locks = [threading.Lock() for _ in range(_STRIPES)]

    def student(self, token: str) -> Student | None:
        return self.gradebook.of_token(token)

    def whoami(self, student: Student) -> Identity:
        return Identity(login=student.login, name=student.name, section=student.section, course=self.catalogue.course.id, known_by="token")

    def assignments(self, student: Student) -> tuple[Deadline, ...]:
        return self.catalogue.deadlines(self.now(), self.gradebook.extensions(student=student.login))

    def hand_in(self, student: Student, slug: str, content: bytes) -> Receipt:
        """Takes a package. It is in the gradebook, and on the disk, when this returns."""
        package, _ = self._package(student, slug, content)
        with self._locks[zlib.crc32(student.login.encode()) % _STRIPES]:
            earlier = self.gradebook.submissions(student=student.login, assignment=slug)
            if (latest := same_again(package, earlier)) is not None:
                return receipt_of(latest, self.signer, again=True)
            at = self.now()
            if (no := refusal(self.catalogue.deadline(slug), earlier, at)) is not None:
                raise ApiError(no.code, no.message, detail_ko=no.message_ko, retry_after_s=no.retry_after_s)
            submission = receive(self.gradebook, self.signer, student.login, package, at, origin="server")
            return receipt_of(submission, self.signer)

    def status(self, student: Student, slug: str | None = None) -> Status:
        if slug is not None:
            self._known(slug)
        login = student.login
        submissions = self.gradebook.submissions(student=login, assignment=slug)
        grades = self.gradebook.grades(student=login, assignment=slug)
        standings = self.gradebook.standings(self.catalogue.course, student=login, assignment=slug, now=self.now())
        return Status(handed_in=hand_ins(submissions, grades, standings, self.signer))

    def hand_in_of(self, student: Student, id: int) -> HandIn:
        for each in self.status(student).handed_in:
            if each.id == id:
                return each
        raise ApiError("not_found")

    def content(self, student: Student, id: int) -> tuple[Submission, bytes]:
        """What was handed in, as it came."""
        for each in self.gradebook.submissions(student=student.login):
            if each.id == id:
                return each, self.gradebook.content(each)
        raise ApiError("not_found")

    def verify(self, student: Student, text: str) -> Verified:
        claim = self.signer.verify(text)
        if claim is None or claim.student != student.login:
            return Verified(genuine=False)
        return Verified(genuine=True, assignment=claim.assignment, digest=claim.digest, received_at=claim.received_at)

    def ask_check(self, student: Student, slug: str, content: bytes) -> Check:
        if self.checks is None:
            raise ApiError("no_checks")
        package, files = self._package(student, slug, content)
        return self.checks.ask(student.login, slug, package.digest, files)

    def check(self, student: Student, id: str) -> Check:
        found = self.checks.of(student.login, id) if self.checks is not None else None
        if found is None:
            raise ApiError("not_found")
        return found

    def _known(self, slug: str) -> None:
        released = self.catalogue.released(self.now())
        if slug not in released:
            raise ApiError("unknown_assignment", show(slug), known=", ".join(released) or "none")

    def _package(self, student: Student, slug: str, content: bytes) -> tuple[Package, dict[str, bytes]]:
        self._known(slug)
        try:
            package, files = opened(content)
            wanted = self.catalogue.assignments[slug].files
            if set(files) == set(wanted):
                files = {name: source_text(name, each) for name, each in files.items()}
        except SubmissionError as error:
            raise ApiError("bad_package", str(error)) from None
        if package.assignment != slug:
            raise ApiError("not_yours", show(package.assignment), known=slug)
        if package.student not in ("", student.login):
            raise ApiError("not_yours", show(package.student), known=student.login)
        if set(files) != set(wanted):
            raise ApiError("wrong_files", ", ".join(show(name) for name in sorted(files)[:5]), known=", ".join(wanted))
        return package, files
