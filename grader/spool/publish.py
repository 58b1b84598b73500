"""Publish: a gradebook -> what each student may see, in returns/ of a shared folder: one file a student, replaced whole, under a name that
needs the student's key to compute. Run after collecting and after grading."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from grader.course import Course
from grader.files import write_atomically
from grader.gradebook.records import Standing
from grader.spool.catalogue import Catalogue
from grader.spool.collect import refusals
from grader.spool.contract import Rejected, Status
from grader.spool.folder import DEADLINES, Returned
from grader.spool.layout import find_spool, returns_name
from grader.spool.receipts import Signer
from grader.spool.shown import hand_ins

if TYPE_CHECKING:
    from grader.gradebook.store import Gradebook


class _Of(Protocol):
    @property
    def student(self) -> str: ...


T = TypeVar("T", bound=_Of)


def publish(folder: Path, gradebook: Gradebook, course: Course, *, signer: Signer | None = None, now: dt.datetime | None = None) -> int:
    """Writes what changed; returns how many files. Students without a token have no file. Raises HarnessError, UsageError."""
    spool, signer, moment = find_spool(folder), signer or Signer.stored(), now or dt.datetime.now(dt.UTC)
    catalogue = Catalogue(course)
    written = _write(spool.folder / DEADLINES, msgspec.json.encode(catalogue.deadlines(moment)))
    submissions, grades = _by_student(gradebook.submissions()), _by_student(gradebook.grades())
    extensions = _by_student(gradebook.extensions())
    rejected = _by_student(refusals(spool))
    standings: dict[str, list[Standing]] = defaultdict(list)
    for standing in gradebook.standings(course, now=moment):
        standings[standing.student.login].append(standing)
    current: set[str] = set()
    for student in gradebook.students():
        key = gradebook.token_key(student.login)
        if key is None:
            continue
        login = student.login
        returned = Returned(
            login=login,
            name=student.name,
            section=student.section,
            status=Status(
                handed_in=hand_ins(submissions[login], grades[login], standings[login], signer),
                rejected=tuple(
                    Rejected(assignment=each.assignment, received_at=each.received_at, reason=each.reason)
                    for each in reversed(rejected[login])
                ),
            ),
            deadlines=catalogue.deadlines(moment, extensions[login]),
        )
        written += _write(spool.returns / returns_name(key), msgspec.json.encode(returned))
        current.add(returns_name(key))
    for file in spool.returns.glob("*.json"):  # of tokens that were renewed, and of people who were forgotten
        if file.name not in current:
            file.unlink(missing_ok=True)
    return written


def _by_student(records: Iterable[T]) -> defaultdict[str, list[T]]:
    found: defaultdict[str, list[T]] = defaultdict(list)
    for each in records:
        found[each.student].append(each)
    return found


def _write(file: Path, content: bytes) -> int:
    """Readable for all who can name it, whatever the umask. A file that says the same already is left alone."""
    with contextlib.suppress(OSError):
        if file.stat().st_mode & 0o777 == 0o644 and file.read_bytes() == content:
            return 0
    write_atomically(file, content)
    file.chmod(0o644)
    return 1
