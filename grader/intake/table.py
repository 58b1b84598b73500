"""The layouts by name, most telling first: a folder is read by the first whose marks it has. A new one is a file and a row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from grader.errors import HarnessError
from grader.intake import canvas, classroom, gradescope, moodle, plain
from grader.intake.people import with_namesakes
from grader.intake.record import Found, Scene, links, visible
from grader.records import Record
from grader.toolchain import UsageError


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
    """Who handed in what. `name`: a layout that is known to be it. Looks one folder deeper if there is nothing else (downloads often have
    one). Raises UsageError for an unknown name."""
    if name is not None and name not in LAYOUTS:
        raise UsageError(f"unknown layout {name!r}; known are {', '.join(sorted(LAYOUTS))}")
    try:
        for place in (folder, *_only_folder(folder)):
            for each, layout in LAYOUTS.items():
                if each != "plain" and name in (None, each) and layout.marks(place, scene):
                    return _read(layout, place, scene)
        return _read(LAYOUTS[name or "plain"], folder, scene)
    except OSError as error:
        raise HarnessError(f"can't read {error.filename or folder}: {error.strerror}; check its permissions") from None


def _read(layout: Layout, folder: Path, scene: Scene) -> Found:
    found = layout.read(folder, scene)
    return msgspec.structs.replace(found, intakes=with_namesakes(found.intakes), skipped=(*links(folder), *found.skipped))


def _only_folder(folder: Path) -> list[Path]:
    inside = visible(folder)
    return inside if len(inside) == 1 and inside[0].is_dir() else []
