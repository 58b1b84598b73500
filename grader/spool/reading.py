"""Reading a spool: incoming/ -> each file in the order of the file server's times, as received work or with what is wrong with it.

Changes nothing. A file's time is its st_ctime, taken before and after reading: one that changed meanwhile waits for the next round.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.errors import SubmissionError
from grader.records import Record
from grader.spool.contract import Package
from grader.spool.folder import changed_at
from grader.spool.identify import Identifier, OwnerOf, Roster, Unidentified, owner_name
from grader.spool.layout import PART, digest_in, find_spool
from grader.spool.package import MAX_PACKAGE_BYTES, opened

PATIENCE = dt.timedelta(hours=24)  # with a file that is still being written; then it is half an upload
_KINDS = {stat.S_IFLNK: "a symbolic link", stat.S_IFDIR: "a folder", stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket"}


class Received(Record, frozen=True, kw_only=True):
    """One package that arrived whole, and whose it is."""

    path: Path  # in incoming/
    student: str  # login
    package: Package
    received_at: dt.datetime
    uid: int  # of the file's owner


class Unfit(Record, frozen=True, kw_only=True):
    """Something in incoming/ that is no hand-in, and why."""

    path: Path
    reason: str
    received_at: dt.datetime
    uid: int
    package: Package | None = None  # if it is a whole one, whosever
    stays: bool = False  # it can't be read now, which is no reason to put it aside


class Waiting(Record, frozen=True, kw_only=True):
    """A file that somebody still writes."""

    path: Path


Found = Received | Unfit | Waiting


def look(folder: Path, roster: Roster, *, owner_of: OwnerOf = owner_name, now: dt.datetime | None = None) -> Iterator[Found]:
    """Everything that lies in incoming/, in order of time. One package at a time is held in memory."""
    incoming = find_spool(folder).incoming
    identifier = Identifier(roster, owner_of)
    moment = now or dt.datetime.now(dt.UTC)
    entries: list[tuple[int, str, os.stat_result]] = []
    with os.scandir(incoming) as found:
        for entry in found:
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError:  # gone again
                continue
            entries.append((status.st_ctime_ns, entry.name, status))
    for _, name, status in sorted(entries, key=lambda each: each[:2]):
        yield _one(incoming / name, status, identifier, moment)


def _one(path: Path, status: os.stat_result, identifier: Identifier, now: dt.datetime) -> Found:
    at, uid = changed_at(status), status.st_uid

    def unfit(reason: str, package: Package | None = None, *, stays: bool = False) -> Unfit:
        return Unfit(path=path, reason=reason, received_at=at, uid=uid, package=package, stays=stays)

    if not stat.S_ISREG(status.st_mode):
        return unfit(f"{_KINDS.get(stat.S_IFMT(status.st_mode), 'a device')} and no file")
    if path.name.startswith(PART):
        return unfit("half an upload: its sender never finished it") if now - at > PATIENCE else Waiting(path=path)
    if status.st_nlink != 1:
        return unfit("a second name (hard link) of a file that lies elsewhere too: it could be somebody else's")
    promised = digest_in(path.name)
    if promised is None:
        return unfit("not put here by `grader submit`: it has another name than that gives")
    if status.st_size > MAX_PACKAGE_BYTES:
        return unfit(f"{status.st_size >> 20} MiB; a package has at most {MAX_PACKAGE_BYTES >> 20}")
    try:
        content = _read(path, status)
    except OSError as error:
        return unfit(f"can't be read ({error.strerror}); run this as the owner of the spool, or make it with --group", stays=True)
    if content is None:
        return Waiting(path=path)
    if hashlib.sha256(content).hexdigest() != promised:
        return unfit("not what its name promises: half an upload, or changed after it was handed in")
    try:
        package, _ = opened(content)
    except SubmissionError as error:
        return unfit(str(error))
    try:
        student = identifier.whose(package, uid)
    except Unidentified as error:
        return unfit(str(error), package)
    return Received(path=path, student=student, package=package, received_at=at, uid=uid)


def _read(path: Path, status: os.stat_result) -> bytes | None:
    """The content; None if the file is another one by now, or changed while it was read."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_PACKAGE_BYTES + 1)
        after = os.fstat(descriptor)
    same = (after.st_dev, after.st_ino, after.st_ctime_ns, after.st_size) == (
        status.st_dev,
        status.st_ino,
        status.st_ctime_ns,
        status.st_size,
    )
    return content if same and len(content) == status.st_size else None
