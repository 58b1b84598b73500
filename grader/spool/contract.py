"""What every target of a hand-in promises: one record goes out, a receipt comes back, and the same files again get the same receipt.

Two targets keep it, tests/contracts/test_target.py runs on both: a shared folder (grader/spool/folder.py) and `grader serve`
(grader/server/client.py).
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, Protocol

from grader.errors import GraderError
from grader.records import Outcome, Record


class Refused(GraderError):
    """The target took nothing, for a reason that its student can read and act on. `code` is a key of
    grader/server/problems.py, or "replaced" for a remote check that another one took the place of."""

    def __init__(self, message: str, message_ko: str = "", *, code: str, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.message, self.message_ko = message, message_ko or message
        self.code, self.retry_after_s = code, retry_after_s


class PackedFile(Record, frozen=True, kw_only=True):
    """One file of a package, as it is listed before it is sent."""

    name: str
    size_bytes: int
    sha256: str


class Package(Record, frozen=True, kw_only=True):
    """What is handed in: a zip, and what its manifest says. Equal files of one student make equal bytes."""

    assignment: str  # slug
    student: str  # login; "" if the sender doesn't know it and the target does
    digest: str  # over names and contents of the files, as Source.digest
    files: tuple[PackedFile, ...]
    content: bytes  # the zip
    signature: str = ""  # of the manifest with the student's key; "" if there is none
    renamed: str = ""  # the one file's name before it got the assignment's


class Receipt(Record, frozen=True, kw_only=True):
    """That something was handed in, and when: the time of the receiving side, never the sender's."""

    student: str
    assignment: str
    digest: str  # of the files
    received_at: dt.datetime
    # delivered: it lies in the shared folder; collected: it was taken up from there, and the answer can't be read without a token
    state: Literal["received", "delivered", "collected"]
    number: int = 0  # of this student in this assignment; 0 before the staff's side has counted it
    text: str = ""  # signed by the receiving side, to be shown in a dispute; "" while only delivered
    again: bool = False  # these files were the latest already: nothing new was taken


class ShownCheck(Record, frozen=True, kw_only=True):
    """A check of a grade, as much as its student sees."""

    id: str
    title: str
    title_ko: str
    points: float
    max_points: float
    outcome: Outcome
    verdict: str
    hidden: bool


class ShownGrade(Record, frozen=True, kw_only=True):
    """A grade, as much as its student sees: no values of hidden cases are in it."""

    at: dt.datetime
    score: float
    max_score: float
    verdict: str
    message: str
    message_ko: str
    file: str | None
    line: int | None
    checks: tuple[ShownCheck, ...]


class HandIn(Record, frozen=True, kw_only=True):
    """One hand-in and what became of it."""

    id: int  # of the submission; 0 while it is only delivered
    receipt: Receipt
    filename: str = ""
    grade: ShownGrade | None = None
    counts: bool = False  # whether this is the one that counts now
    points: float | None = None  # of 100, after lateness; only of the one that counts
    late: str = ""  # what the late policy says of it
    late_ko: str = ""
    comments: tuple[str, ...] = ()  # of the staff, of the one that counts


class Rejected(Record, frozen=True, kw_only=True):
    """A hand-in that arrived and wasn't taken, and why. It is kept aside; the staff can still take it."""

    assignment: str
    received_at: dt.datetime
    reason: str


class Deadline(Record, frozen=True, kw_only=True):
    """One assignment as its student has it: dates with the own extension applied, and how often it may be handed in."""

    assignment: str
    title: dict[str, str]
    files: tuple[str, ...]
    release: dt.datetime | None = None
    due: dt.datetime | None = None
    closes: dt.datetime | None = None
    grace_minutes: int = 0  # after each of the two, in which a hand-in still counts as before it
    extended: bool = False
    counts: Literal["last", "best"] = "last"
    max_count: int | None = None  # hand-ins at most
    cool_down_minutes: int = 0  # between two of them


class Status(Record, frozen=True, kw_only=True):
    """All hand-ins of one student, latest first, and what was not taken."""

    handed_in: tuple[HandIn, ...]
    rejected: tuple[Rejected, ...] = ()


class Identity(Record, frozen=True, kw_only=True):
    """Who the target takes the sender for."""

    login: str
    name: str = ""
    section: str = ""
    course: str = ""
    known_by: Literal["token", "account"] = "token"  # account: the owner of the files on a shared machine


class Target(Protocol):
    """A place to hand in to. Raises Refused, UsageError (a wrong token or address) and HarnessError (no connection, full disk: worth
    another try, and the same files again are the same hand-in)."""

    name: str  # as people gave it: a URL without credentials, or a folder
    key: bytes | None  # to sign packages with; None where the target knows the sender otherwise, or without a token

    def whoami(self) -> Identity: ...

    def assignments(self) -> tuple[Deadline, ...]: ...

    def hand_in(self, package: Package) -> Receipt: ...

    def status(self, assignment: str | None = None) -> Status: ...
