"""What the gradebook keeps, as it is handed out: frozen records, times with an offset, in UTC. Rows of the database stay inside.

Points of a `Standing` are in the assignment's own units, which add up to 100 (`FULL_POINTS`).
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from grader.records import Outcome, Record
from grader.verdicts import OPEN

FULL_POINTS = 100.0


class Student(Record, frozen=True, kw_only=True):
    """One person of the roster. `login` is the key: folders, the spool and the command line name people by it."""

    login: str
    name: str = ""
    email: str = ""
    ids: dict[str, str] = {}  # system -> who that is there: "canvas", "sis", "gradescope", "moodle", "github"
    section: str = ""
    enrolled: bool = True  # False: seen in a batch, in no roster; or dropped from it


class Extension(Record, frozen=True, kw_only=True):
    """A later due date of one student in one assignment, by whom and why. The latest record counts; `until` None takes it back."""

    student: str
    assignment: str
    until: dt.datetime | None
    reason: str
    author: str
    at: dt.datetime


class Submission(Record, frozen=True, kw_only=True):
    """What somebody handed in, once. `content` names the bytes in the Blobs: a file as it came, or a zip of a folder."""

    id: int
    student: str  # login
    assignment: str
    number: int  # 1, 2, … of this student in this assignment, in order of receipt
    received_at: dt.datetime | None  # None: the layout doesn't say, and it counts as in time
    origin: str  # "folder", "canvas", "gradescope", "moodle", "github", "spool", "server"
    label: str  # the name under which it came
    filename: str  # of the content: "gemm.cu", "submission.zip"
    content: str
    receipt: str = ""  # of the server or the spool, as it was given


class CheckSummary(Record, frozen=True, kw_only=True):
    """One check of a stored grade, as much of it as lists and statistics need."""

    id: str
    title: str
    title_ko: str
    category: str
    points: float
    max_points: float
    outcome: Outcome
    verdict: str
    hidden: bool
    by: str | None = None  # who gave the points by hand


class StoredGrade(Record, frozen=True, kw_only=True):
    """One grade of one submission. Never changed: a regrade is a new one, and the latest counts."""

    id: int
    submission: int
    student: str
    assignment: str
    at: dt.datetime
    score: float
    max_score: float
    verdict: str
    message: str
    message_ko: str
    file: str | None
    line: int | None
    device: str
    seed_id: str
    key: str  # content address: source, assignment, toolchain, device profile, policy, seed
    record: str  # blob of the whole Grade as JSON
    evidence: str  # blob of the Evidence; "" if none was kept
    checks: tuple[CheckSummary, ...]
    same_as: int | None  # the grade that this one was linked to instead of grading equal files again
    why: str  # "graded", "linked", "regraded: …", "evaluated again: …"
    author: str  # who asked for it; "" for the batch itself
    cpu_s: float = 0.0
    wall_s: float = 0.0

    @property
    def decided(self) -> bool:
        """Whether every check could be run (what a device can't measure, and what a person is to read, is nobody's fault)."""
        return self.max_score > 0 and all(c.outcome != "not_run" or c.verdict in OPEN for c in self.checks)


class Override(Record, frozen=True, kw_only=True):
    """Points that a person gave in place of the computed ones. The latest counts; `points` None takes it back."""

    id: int
    student: str
    assignment: str
    points: float | None  # of FULL_POINTS, after lateness
    reason: str
    author: str
    at: dt.datetime


class Comment(Record, frozen=True, kw_only=True):
    """A remark of a person on a student's work; `private` ones never reach the student."""

    id: int
    student: str
    assignment: str
    text: str
    author: str
    at: dt.datetime
    private: bool = False


class Lateness(Record, frozen=True, kw_only=True):
    """What the late policy says of one submission, in numbers and in words."""

    days: int = 0  # begun days after due date (or extension) and grace
    free_days: int = 0  # of these, paid from the student's budget
    penalty: float = 0.0  # share of the points that is deducted, 0 … 1
    closed: bool = False  # too late to count at all
    budget_left: int = 0  # after this assignment
    text: str = ""  # "2 days late: 1 free day of your 5 is used, the other costs 10 %"; "" if there is nothing to say
    text_ko: str = ""


StandingState = Literal["graded", "undecided", "waiting", "missing"]


class Standing(Record, frozen=True, kw_only=True):
    """One student in one assignment, with all that decides the points: the one view that reports and exports read."""

    student: Student
    assignment: str
    state: StandingState  # waiting: handed in and not graded; undecided: a fault of ours kept checks from running; missing: nothing came
    submission: Submission | None  # the one that counts
    grade: StoredGrade | None  # its latest
    lateness: Lateness
    override: Override | None
    comments: tuple[Comment, ...]
    raw_points: float | None  # of FULL_POINTS, before lateness; None if not graded
    points: float | None  # what counts: after lateness, or the override's


class RosterChange(Record, frozen=True, kw_only=True):
    """What an import did to the roster; logins each."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    dropped: tuple[str, ...]  # in the roster before, and not in the file
    unchanged: tuple[str, ...]


JournalState = Literal["started", "graded", "linked", "fault"]


class JournalEntry(Record, frozen=True, kw_only=True):
    """One step of a batch with one submission."""

    id: int
    batch: int
    submission: int
    state: JournalState
    attempt: int
    text: str
    at: dt.datetime


class Forgotten(Record, frozen=True, kw_only=True):
    """What was deleted of a student's data."""

    login: str
    submissions: int
    grades: int
    remarks: int  # overrides, comments, extensions
    files: int  # contents that nobody else's work shares
