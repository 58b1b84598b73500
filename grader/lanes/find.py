"""Find: a lane's name -> where it is and what is in it, or why it isn't there and what makes it."""

from __future__ import annotations

import os
import sys
from functools import lru_cache
from pathlib import Path

import msgspec

from grader.errors import AssignmentError
from grader.lanes.table import LANES, Lane
from grader.records import Record

NOTE = "lane.json"
INSIDE = "/lane"  # where a sandbox shows the first part; the others at /lane1, /lane2 …


class Note(Record, frozen=True, kw_only=True):
    """lane.json: what `make` put into a lane's folder."""

    name: str
    python: str  # "3.11.7"
    packages: dict[str, str]  # distribution -> version
    requirements: tuple[str, ...]
    borrows: tuple[tuple[str, str], ...] = ()


class Part(Record, frozen=True, kw_only=True):
    """One folder of a lane that is there."""

    folder: Path
    inside: str
    note: Note


class Found(Record, frozen=True, kw_only=True):
    """A lane that can be used. `interpreter` and `python_path` are as a sandbox sees them."""

    lane: Lane
    parts: tuple[Part, ...]

    @property
    def interpreter(self) -> str:
        first = self.parts[0]
        return f"{first.inside}/base/bin/python{minor(first.note.python)}"

    @property
    def python_path(self) -> tuple[str, ...]:
        return tuple(f"{part.inside}/packages" for part in self.parts)

    def flags(self, linking: bool) -> tuple[str, ...]:
        """For g++ in a sandbox that shows the parts."""
        return tuple(
            word.replace("{packages}", f"{part.inside}/packages")
            for part in self.parts
            for word in (LANES[part.note.name].link if linking else LANES[part.note.name].compile)
        )


class Missing(Record, frozen=True, kw_only=True):
    """A lane that isn't there: no fault of a submission's."""

    lane: Lane
    remedy: str


def lanes_root() -> Path:
    """$GRADER_LANES, else a folder of this Python's environment, which goes when that goes. An unprivileged user must get there."""
    if named := os.environ.get("GRADER_LANES"):
        return Path(named).expanduser()
    return Path(sys.prefix) / "share" / "warpgrade" / "lanes"


def lane_named(name: str) -> Lane:
    """Raises AssignmentError; its message lists the known ones."""
    if name not in LANES:
        raise AssignmentError(f"there is no lane {name!r}; known are {', '.join(LANES)}")
    return LANES[name]


def parts_of(name: str) -> tuple[str, ...]:
    """The lanes that must be made for this one: itself, or those that it consists of."""
    lane = lane_named(name)
    return lane.parts or (lane.name,)


def find(name: str, root: Path | None = None) -> Found | Missing:
    """Looks at the disk each time it is asked: lanes are made and removed while a server runs."""
    lane, root = lane_named(name), root or lanes_root()
    parts: list[Part] = []
    for part in parts_of(name):
        note = _note(root / part)
        if note is None or (note.requirements, note.borrows) != (LANES[part].requirements, LANES[part].borrows):
            stale = "was made for other versions of its packages" if note else "isn't there"
            return Missing(lane=lane, remedy=f"the lane {part} {stale}: `grader lane make {part}` makes it")
        parts.append(Part(folder=root / part, inside=f"{INSIDE}{len(parts) or ''}", note=note))
    return Found(lane=lane, parts=tuple(parts))


def versions(names: tuple[str, ...]) -> dict[str, str]:
    """For a grade's environment: "lane torch" -> "Python 3.11.7, torch 2.13.0+cpu"; of those that are there."""
    told = {}
    for name in names:
        found = find(name)
        if isinstance(found, Found):
            told[f"lane {name}"] = "; ".join(_told(part.note) for part in found.parts)
    return told


def digest(name: str) -> str:
    """What a grade's address says of a lane: changes with its interpreter, its packages and whether it is there."""
    found = find(name)
    return "missing" if isinstance(found, Missing) else msgspec.json.encode([part.note for part in found.parts]).decode()


def minor(version: str) -> str:
    """ "3.11.7" -> "3.11" """
    return ".".join(version.split(".")[:2])


def _told(note: Note) -> str:
    wanted = [requirement.partition("=")[0].partition("<")[0] for requirement in note.requirements]
    return ", ".join([f"Python {note.python}", *(f"{name} {note.packages[name]}" for name in wanted if name in note.packages)])


def _note(folder: Path) -> Note | None:
    try:
        status = (folder / NOTE).stat()
        return _read(str(folder / NOTE), status.st_mtime_ns)
    except OSError:
        return None


@lru_cache(maxsize=32)
def _read(path: str, _changed_ns: int) -> Note | None:
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=Note)
    except (OSError, msgspec.MsgspecError):
        return None
