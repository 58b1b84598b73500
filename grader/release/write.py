"""Write: a release's files -> a folder, whole or not at all. Nothing with an answer in it is ever written."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.assignment import Assignment
from grader.course import Course
from grader.errors import AssignmentError, HarnessError
from grader.files import write_atomically
from grader.handout import place
from grader.release.course import HEAD, course_files
from grader.release.leaks import leaks
from grader.toolchain import UsageError


def release(
    course: Course, assignments: Sequence[Assignment], folder: Path, *, tried: bool = True, update: bool = False
) -> dict[str, bytes]:
    """Writes the release into `folder`, where none of its files may be yet unless it is an `update`, and returns it.

    Raises AssignmentError, with nothing written, if an answer would get out or, unless `tried` is false, if the public part doesn't work by
    itself; UsageError if the folder can't be used.
    """
    files = course_files(course, assignments)
    if found := leaks(files, assignments):
        listed = "; ".join(f"{leak.file}{f':{leak.line}' if leak.line else ''} has {leak.what}" for leak in found[:5])
        more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
        raise AssignmentError(f"nothing was written, since answers would get out: {listed}{more}. `grader lint` lists all")
    if tried:
        from grader.release.tryout import try_out

        with tempfile.TemporaryDirectory(prefix="warpgrade-release-") as made:
            root = Path(made) / "course"
            place(files, root)
            try_out(root.resolve())
    if update and folder.is_dir():
        _written_over(files, folder)
    else:
        place(files, folder)
    return files


def _written_over(files: Mapping[str, bytes], folder: Path) -> None:
    """Each file whole, old or new. Only over an earlier release: what else lies there might be somebody's work."""
    marker = folder / "assignments" / "course.toml"
    if any(folder.iterdir()) and not (marker.is_file() and marker.read_bytes().startswith(HEAD.encode())):
        raise UsageError(f"{folder} holds something and is no earlier release; nothing was written. Name another folder")
    for name, content in files.items():
        file = folder / name
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HarnessError(f"{file.parent} can't be made ({error.strerror or error}); name another folder") from None
        if not file.is_file() or file.read_bytes() != content:
            write_atomically(file, content)
