"""The layouts by name, most telling first: a folder is read by the first whose marks it has. A new one is a file and a row."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec

from grader.errors import HarnessError
from grader.intake import canvas, classroom, gradescope, moodle, plain
from grader.intake.people import with_namesakes
from grader.intake.record import Found, Scene, links, visible
from grader.records import Record
from grader.toolchain import UsageError
from grader.unpack.members import show

# As Gradescope and `gh classroom` call the folder around everything.
_WRAPPER = re.compile(r"assignment_\d+_export|.+-submissions", re.DOTALL)


class Layout(Record, frozen=True, kw_only=True):
    """How one platform leaves submissions."""

    marks: Callable[[Path, Scene], bool]  # whether a folder looks like it
    read: Callable[[Path, Scene], Found]


LAYOUTS: dict[str, Layout] = {
    "gradescope": Layout(marks=gradescope.marks, read=gradescope.read),
    "moodle": Layout(marks=moodle.marks, read=moodle.read),
    "github": Layout(marks=classroom.marks, read=classroom.read),
    "canvas": Layout(marks=canvas.marks, read=canvas.read),
    "plain": Layout(marks=plain.marks, read=plain.read),
}


def read_layout(folder: Path, scene: Scene, name: str | None = None) -> Found:
    """Who handed in what. `name`: a layout that is known to be it. Looks one folder deeper if there is nothing else and that folder is
    the platform's, or `name` says so: a single student's folder may hold whatever that student likes, somebody else's name too. Raises
    UsageError for an unknown name, and where only the reader can tell a download from a student's folder."""
    if name is not None and name not in LAYOUTS:
        raise UsageError(f"unknown layout {name!r}; known are {', '.join(sorted(LAYOUTS))}")
    try:
        if (found := _marked(folder, scene, name)) is not None:
            return _read(LAYOUTS[found], folder, scene)
        for inner in _only_folder(folder):
            if (found := _marked(inner, scene, name)) is None:
                continue
            if name is None and not _WRAPPER.fullmatch(inner.name):
                raise UsageError(
                    f"{folder} holds nothing but the folder {show(inner.name)}, in which it looks like a download of {found.capitalize()}: "
                    f"say --layout {found} if it is one, or --layout plain if {show(inner.name)} is a student"
                )
            return _read(LAYOUTS[found], inner, scene)
        if name is None and (only := plain.wrapped(folder, scene)) is not None and only.name != folder.resolve().name:
            raise UsageError(
                f"{folder} holds nothing but the folder {show(only.name)}, and that holds folders again: name {show(only.name)} itself if "
                "these are students, or say --layout plain if it is a student"
            )
        return _read(LAYOUTS[name or "plain"], folder, scene)
    except OSError as error:
        raise HarnessError(f"can't read {error.filename or folder}: {error.strerror}; check its permissions") from None


def _marked(folder: Path, scene: Scene, name: str | None) -> str | None:
    """The first layout, or the named one, whose marks a folder has; plain has none."""
    return next((each for each, row in LAYOUTS.items() if each != "plain" and name in (None, each) and row.marks(folder, scene)), None)


def _read(layout: Layout, folder: Path, scene: Scene) -> Found:
    found = layout.read(folder, scene)
    intakes = (msgspec.structs.replace(each, label=_printable(each.label)) for each in with_namesakes(found.intakes))
    return msgspec.structs.replace(found, intakes=tuple(intakes), skipped=(*links(folder), *found.skipped))


def _printable(name: str) -> str:
    """A label is kept and shown: no control characters, directions or bytes that are no text."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in name)


def _only_folder(folder: Path) -> list[Path]:
    inside = visible(folder)
    return inside if len(inside) == 1 and inside[0].is_dir() else []
