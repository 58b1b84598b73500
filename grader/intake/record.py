"""What a layout says of one hand-in, before anyone has asked the roster or opened a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from grader.assignment import Assignment
from grader.records import Record


class Part(Record, frozen=True, kw_only=True):
    """One file or folder of a hand-in."""

    path: Path
    name: str  # of a file within the hand-in, as the student called it; "" for a folder, whose files keep their names


class Intake(Record, frozen=True, kw_only=True):
    """One hand-in of one person. No part: somebody is listed who handed nothing in."""

    who: str  # as the layout names the person: a login, or "doejane"
    ids: dict[str, str] = {}  # who that is elsewhere: "canvas", "sis", "email", "github"
    name: str = ""  # if the layout gives one
    namesake: bool = False  # somebody else of this download has the same name: it tells nothing
    own: str = ""  # under which name it is kept if the roster doesn't know them; "": `who`
    assignment: str | None = None  # slug
    parts: tuple[Part, ...] = ()
    received_at: dt.datetime | None = None
    origin: str
    label: str  # the name under which it came
    late: bool = False  # the platform says so, without a time


class Skipped(Record, frozen=True, kw_only=True):
    """Something in the folder that is no hand-in, or not wholly one, and why."""

    path: Path
    reason: str


class Found(Record, frozen=True, kw_only=True):
    """What a layout reads from a folder."""

    layout: str
    intakes: tuple[Intake, ...]
    skipped: tuple[Skipped, ...] = ()


class Scene(Record, frozen=True, kw_only=True):
    """What a layout may know of the course."""

    assignments: Mapping[str, Assignment]  # by slug

    def slug_of(self, name: str) -> str | None:
        """The assignment that a folder's name means: "09_gemm", "gemm", "09-Gemm"."""
        plain = _plain(name)
        found = [slug for slug in self.assignments if plain in (_plain(slug), _plain(slug.partition("_")[2]))]
        return found[0] if len(found) == 1 else None

    def wanted(self) -> set[str]:
        """The names of all files that assignments ask for, without folders."""
        return {name.rpartition("/")[2] for each in self.assignments.values() for name in each.files}


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def links(folder: Path) -> tuple[Skipped, ...]:
    """The links in a folder: a hand-in is what lies there itself."""
    reason = "a symbolic link; put the files themselves there"
    return tuple(Skipped(path=path, reason=reason) for path in sorted(folder.iterdir()) if path.is_symlink() and path.name[0] != ".")


def visible(folder: Path) -> list[Path]:
    """What lies in a folder, by name, without what operating systems leave there. Links are none of it: they lead elsewhere."""
    return sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.name not in _LEFT and not path.is_symlink())


_LEFT = {"__MACOSX", "Thumbs.db", "desktop.ini"}
