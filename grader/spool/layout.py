"""Layout of a shared folder that students hand in to: a folder -> its parts, made with the modes that keep students apart.

spool.json   what it is and of which course; students read it
incoming/    students may create files here, and neither list it nor replace what others put there (mode 1733, or 3733 with a group)
returns/     what was taken, refused and graded, a file a student under a name that only that student can compute (mode 0711)
taken/       packages that are in the gradebook (staff only)
quarantine/  what can't be taken, each with its reason beside it (staff only)
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from pathlib import Path

import msgspec

from grader.errors import HarnessError
from grader.files import write_atomically
from grader.records import Record
from grader.toolchain import UsageError

FORMAT = 1
MARKER = "spool.json"
PART = ".part-"  # a file that is still being written
_NAME = re.compile(r"([0-9a-f]{64})(?:\.[0-9]{1,6})?\.zip")
# mode of each part. Others may enter the spool itself and look up names in returns/, and list nothing.
_MODES = {"incoming": 0o1733, "returns": 0o711, "taken": 0o700, "quarantine": 0o700}


class Marker(Record, frozen=True, kw_only=True):
    """What spool.json says."""

    warpgrade_spool: int
    course: str


class Spool(Record, frozen=True, kw_only=True):
    """The parts of one spool."""

    folder: Path
    course: str

    @property
    def incoming(self) -> Path:
        return self.folder / "incoming"

    @property
    def returns(self) -> Path:
        return self.folder / "returns"

    @property
    def taken(self) -> Path:
        return self.folder / "taken"

    @property
    def quarantine(self) -> Path:
        return self.folder / "quarantine"


def make_spool(folder: Path, course: str, group: int | None = None) -> Spool:
    """Makes the folders that aren't there and sets their modes. With `group`, files get this group, so that staff who aren't root can
    read them without others being able to. Raises UsageError if the folder is another course's, HarnessError if it can't be made."""
    if (folder / MARKER).exists() and (there := find_spool(folder)).course != course:
        raise UsageError(f"{folder} is the hand-in folder of the course {there.course!r}; name another one for {course!r}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        for name, mode in _MODES.items():
            part = folder / name
            part.mkdir(exist_ok=True)
            if name == "incoming" and group is not None:
                os.chown(part, -1, group)
                mode |= stat.S_ISGID
            part.chmod(mode)
    except OSError as error:
        raise HarnessError(
            f"{error.filename or folder} can't be made a part of a hand-in folder: {error.strerror}; name another place"
        ) from None
    if not (folder / MARKER).exists():
        write_atomically(folder / MARKER, msgspec.json.encode(Marker(warpgrade_spool=FORMAT, course=course)) + b"\n")
    (folder / MARKER).chmod(0o644)
    return Spool(folder=folder, course=course)


def find_spool(folder: Path) -> Spool:
    """The spool that is there. Raises UsageError if there is none."""
    try:
        marker = msgspec.json.decode((folder / MARKER).read_bytes(), type=Marker)
    except FileNotFoundError:
        raise UsageError(f"{folder} is no hand-in folder (it has no {MARKER}); ask the staff for its path") from None
    except (OSError, msgspec.MsgspecError) as error:
        raise UsageError(f"{folder / MARKER} can't be read ({error}); ask the staff to mend it") from None
    if marker.warpgrade_spool != FORMAT:
        raise UsageError(f"{folder} has format {marker.warpgrade_spool}; this version knows {FORMAT}: update Warpgrade")
    return Spool(folder=folder, course=marker.course)


def name_of(content: bytes, copy: int = 0) -> str:
    """Under which name a package lies in incoming/. Its digest is part of the name, so that whoever changes the content later (through a
    mapping, even, which needn't touch its times) must rename the file, and a rename sets its time of change."""
    return f"{hashlib.sha256(content).hexdigest()}{f'.{copy}' if copy else ''}.zip"


def digest_in(name: str) -> str | None:
    """The digest that a name in incoming/ promises; None if it is no such name."""
    match = _NAME.fullmatch(name)
    return match.group(1) if match else None


def returns_name(key: bytes) -> str:
    """The name of a student's file in returns/, from the student's key."""
    return hmac.new(key, b"warpgrade returns", hashlib.sha256).hexdigest() + ".json"
