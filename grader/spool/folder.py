"""A shared folder as a target: package -> a file in incoming/, whole or not at all; what the staff's side left in returns/ -> status.

Written aside, synced, renamed. The receipt's time is the file server's (st_ctime). What was sent is also noted on the student's side, so
that `grader status` can tell of it before the staff's side has looked.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import itertools
import os
import pwd
import secrets
import stat
from pathlib import Path

import msgspec

from grader.errors import HarnessError
from grader.records import Record
from grader.spool.contract import Deadline, HandIn, Identity, Package, Receipt, Refused, Status
from grader.spool.layout import PART, Spool, find_spool, name_of, returns_name

DEADLINES = "deadlines.json"


class Returned(Record, frozen=True, kw_only=True):
    """A student's file in returns/: who the key belongs to, and all that the staff's side says of the hand-ins."""

    login: str
    name: str
    section: str
    status: Status
    deadlines: tuple[Deadline, ...]


class Note(Record, frozen=True, kw_only=True):
    """One line of the student's own notes."""

    spool: str
    file: str  # in incoming/
    receipt: Receipt


class FolderTarget:
    """Hands in to a shared folder. `key`: sha256 of the token, None without one; `notes`: a file of the student's own."""

    def __init__(self, folder: Path, *, key: bytes | None = None, notes: Path | None = None, account: str | None = None) -> None:
        self.name = str(folder)
        self.spool: Spool = find_spool(folder)
        self.key, self._notes = key, notes
        self._account = account or account_name()

    def whoami(self) -> Identity:
        """By the token if the staff's side has answered to it, else by the account that owns the files."""
        course = self.spool.course
        if (returned := self._returned()) is not None:
            return Identity(login=returned.login, name=returned.name, section=returned.section, course=course, known_by="token")
        return Identity(login=self._account, course=course, known_by="account")

    def assignments(self) -> tuple[Deadline, ...]:
        """What the staff's side says; () before it has said anything."""
        if (returned := self._returned()) is not None:
            return returned.deadlines
        try:
            return msgspec.json.decode((self.spool.folder / DEADLINES).read_bytes(), type=tuple[Deadline, ...])
        except (OSError, msgspec.MsgspecError):
            return ()

    def hand_in(self, package: Package) -> Receipt:
        known = self.assignments()
        if known and package.assignment not in {each.assignment for each in known}:
            names = ", ".join(each.assignment for each in known)
            raise Refused(
                f"{package.assignment} is no assignment of this course's hand-in folder; known are {names}",
                f"{package.assignment}은(는) 이 제출 폴더의 과제가 아닙니다. 과제: {names}",
                code="unknown_assignment",
            )
        if (receipt := self._latest(package)) is not None:
            return msgspec.structs.replace(receipt, again=True)
        # A copy of what lies there already is no mistake: the staff's side knows equal neighbours for one hand-in, and files that were
        # handed in before something else are meant to be the latest again.
        free = (name_of(package.content, copy) for copy in itertools.count())
        name = next(each for each in free if not os.path.lexists(self.spool.incoming / each))
        file = self.spool.incoming / name
        self._deliver(file, package.content)
        try:
            at = changed_at(os.lstat(file))
        except FileNotFoundError:  # the staff's side was quicker than this line
            at = dt.datetime.now(dt.UTC)
        student = package.student or self.whoami().login
        receipt = Receipt(student=student, assignment=package.assignment, digest=package.digest, received_at=at, state="delivered")
        self._note(name, receipt)
        return receipt

    def status(self, assignment: str | None = None) -> Status:
        returned = self._returned()
        there = returned.status if returned else Status(handed_in=())
        digests = {(each.receipt.assignment, each.receipt.digest, each.receipt.received_at) for each in there.handed_in}
        rejected = {(each.assignment, each.received_at) for each in there.rejected}
        noted = [
            HandIn(id=0, receipt=self._up_to_date(note))
            for note in self._noted()
            if (note.receipt.assignment, note.receipt.digest, note.receipt.received_at) not in digests
            and (note.receipt.assignment, note.receipt.received_at) not in rejected
        ]
        every = sorted((*there.handed_in, *noted), key=lambda each: each.receipt.received_at, reverse=True)
        return Status(
            handed_in=tuple(each for each in every if assignment in (None, each.receipt.assignment)),
            rejected=tuple(each for each in there.rejected if assignment in (None, each.assignment)),
        )

    def _deliver(self, file: Path, content: bytes) -> None:
        """Aside in the same folder, then renamed: what has its final name is whole. A sticky folder lets nobody replace another's file."""
        incoming = self.spool.incoming
        aside = incoming / f"{PART}{secrets.token_hex(8)}"
        try:
            # Where the folder hands its group on, staff read through that; elsewhere by everyone's right, which a name that nobody can
            # list or guess keeps from everyone else.
            mode = 0o640 if incoming.stat().st_mode & stat.S_ISGID else 0o644
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
            try:
                with os.fdopen(descriptor, "wb") as stream:
                    os.fchmod(stream.fileno(), mode)  # whatever the umask is
                    stream.write(content)
                    stream.flush()
                    os.fsync(stream.fileno())
                os.rename(aside, file)
            except BaseException:
                with contextlib.suppress(OSError):
                    aside.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise _failed(self.spool, error) from None

    def _latest(self, package: Package) -> Receipt | None:
        """The receipt of these files, if we know that they are what was handed in last."""
        noted = [note for note in self._noted() if note.receipt.assignment == package.assignment]
        waiting = [note for note in noted if (self.spool.incoming / note.file).exists()]
        if waiting:
            return waiting[-1].receipt if waiting[-1] is noted[-1] and noted[-1].receipt.digest == package.digest else None
        received = self.status(package.assignment).handed_in
        latest = received[0].receipt if received else None
        return latest if latest and latest.state == "received" and latest.digest == package.digest else None

    def _returned(self) -> Returned | None:
        if self.key is None:
            return None
        try:
            return msgspec.json.decode((self.spool.returns / returns_name(self.key)).read_bytes(), type=Returned)
        except (OSError, msgspec.MsgspecError):  # not there yet, or of a newer version: what we know ourselves is still told
            return None

    def _up_to_date(self, note: Note) -> Receipt:
        there = (self.spool.incoming / note.file).exists()
        return note.receipt if there else msgspec.structs.replace(note.receipt, state="collected")

    def _note(self, name: str, receipt: Receipt) -> None:
        """Best effort: the hand-in stands without it."""
        if self._notes is None:
            return
        line = msgspec.json.encode(Note(spool=os.path.realpath(self.name), file=name, receipt=receipt)) + b"\n"
        with contextlib.suppress(OSError):
            self._notes.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(self._notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "ab") as stream:
                stream.write(line)

    def _noted(self) -> list[Note]:
        try:
            lines = self._notes.read_bytes().splitlines() if self._notes else []
        except OSError:
            return []
        here, notes = os.path.realpath(self.name), []
        for line in lines:
            with contextlib.suppress(msgspec.MsgspecError):  # a line that a full disk cut off
                note = msgspec.json.decode(line, type=Note)
                if note.spool == here:
                    notes.append(note)
        return notes


def changed_at(status: os.stat_result) -> dt.datetime:
    """When the file server last saw the file change, to the microsecond. Its owner can make that later, and never earlier."""
    seconds, nanoseconds = divmod(status.st_ctime_ns, 1_000_000_000)
    return dt.datetime.fromtimestamp(seconds, dt.UTC).replace(microsecond=nanoseconds // 1000)


def account_name() -> str:
    """The login of whoever runs this; the number if the machine has no name for it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _failed(spool: Spool, error: OSError) -> HarnessError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return HarnessError(f"nothing was handed in: the disk of {spool.folder} is full. Try again in a while, and tell the staff")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return HarnessError(f"nothing was handed in: you may not write into {spool.incoming}; tell the staff")
    return HarnessError(f"nothing was handed in: {spool.incoming}: {error.strerror}; try again, and tell the staff if it stays so")
