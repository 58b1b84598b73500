"""Target: the path that `check` is given -> the assignment it is of: by name, marker, folder, or the student file's own name."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from grader.assignment import Assignment, find_assignment, load_assignment
from grader.course import Course, find_course, slugs
from grader.errors import AssignmentError
from grader.handout import marked
from grader.toolchain import UsageError


def assignment_of(path: Path, name: str | None = None) -> Assignment:
    """The assignment of a student's folder or file. Raises UsageError if nothing tells, or several could be meant."""
    if name is not None:
        return find_assignment(name)
    absolute = path.absolute()
    folder = absolute if absolute.is_dir() else absolute.parent
    course = find_course()
    known = slugs(course)
    if absolute.is_file() and len(found := _by_files(absolute, course, known)) == 1:
        return found[0]
    if (slug := marked(folder)) is not None:
        return find_assignment(slug, course)
    for parent in (folder, *folder.parents[:1]):
        for slug in known:
            if parent.name.casefold() in (slug, slug.partition("_")[2]):
                return find_assignment(slug, course)
    found = _by_files(absolute, course, known)
    if len(found) == 1:
        return found[0]
    here = "this folder" if path == Path(".") else str(path)
    names = ", ".join(slug.partition("_")[2] for slug in known) or "none"
    if found:
        meant = " or ".join(each.slug.partition("_")[2] for each in found)
        raise UsageError(f"{here} could be of {meant}: say which with --assignment NAME")
    raise UsageError(
        f"nothing in {here} tells which assignment it is of. Say --assignment NAME, or begin with `grader start NAME`. Known are: {names}"
    )


def _by_files(path: Path, course: Course, known: list[str]) -> list[Assignment]:
    """Assignments whose files are all there: by the file's own name, else at the folder's root."""
    found = []
    for slug in known:
        try:
            each = load_assignment(course.assignments / slug, course)
        except AssignmentError:  # someone else's mistake; it must not keep this one from being found
            continue
        here = {path.name} if path.is_file() else {file.name for file in path.iterdir() if file.is_file()}
        if {PurePosixPath(name).name for name in each.files} <= here:
            found.append(each)
    return found
