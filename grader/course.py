"""Course: where the assignments are. A folder name or nothing -> Course; "gemm" -> the assignment's folder.

The order of lookup (contracts): the nearest parent folder with course.toml, then $GRADER_COURSE, then the bundled course.
A course's root holds assignments/ (with course.toml), reference/ and kernels/; course.toml may also stand in the root itself.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from grader import course_file
from grader.course_file import CourseFile
from grader.errors import AssignmentError
from grader.records import Record

PACKAGE = Path(__file__).resolve().parent


class Course(Record, frozen=True, kw_only=True):
    """The folders of one course. Paths are absolute; `reference` may not exist in what students get."""

    id: str
    file: Path  # course.toml
    assignments: Path
    reference: Path
    include: Path  # kernels/include: the CUDA headers that starters and references share
    title: dict[str, str] = {}  # language -> what the course is called; may be empty
    order: tuple[str, ...] = ()  # of its assignments; one that isn't listed comes last
    table: CourseFile  # all of course.toml: weights, dates, the late policy


def find_course(start: Path | None = None) -> Course:
    """The course in force for `start` (default: the working folder). Raises AssignmentError if there is none."""
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if file := _course_file(folder):
            return _course(file)
    if named := os.environ.get("GRADER_COURSE"):
        if file := _course_file(Path(named).expanduser().resolve()):
            return _course(file)
        raise AssignmentError(f"$GRADER_COURSE is {named!r}, but there is no course.toml in it; point it to a course's folder or unset it")
    return bundled_course()


def refuse_own_checks(assignment: Path, submission: Path) -> None:
    """Raises AssignmentError if the assignment's folder lies within what is to be graded: its checks, which run with the judge's rights,
    would be the submitter's."""
    folder = submission.resolve()
    folder = folder if folder.is_dir() else folder.parent
    if assignment.resolve().is_relative_to(folder) and not assignment.resolve().is_relative_to(bundled_course().assignments):
        raise AssignmentError(
            f"the checks in {assignment} lie in the submission {submission} itself: they would be the submitter's own. Work in another "
            "folder, so that the course is the nearest course.toml above it, or the one that $GRADER_COURSE names"
        )


def bundled_course() -> Course:
    """The course that comes with the package: its own copy, or the repository's root in an editable install."""
    for folder in (PACKAGE / "course", PACKAGE.parent):
        if file := _course_file(folder):
            return _course(file)
    raise AssignmentError("no course.toml in any parent folder, $GRADER_COURSE is not set and this installation has no bundled course")


def folder_of(name: str, course: Course | None = None) -> tuple[Path, Course]:
    """ "gemm", "09_gemm" or a path -> the assignment's folder and its course. An unknown name's error lists the known ones."""
    path = Path(name)
    # a bare name is never a folder that happens to lie here: its checks would run with the judge's rights
    if ("/" in name or name in (".", "..")) and (path / "assignment.toml").is_file():
        return path.resolve(), course or find_course(path)
    course = course or find_course()
    known = slugs(course)
    found = [slug for slug in known if name in (slug, slug.partition("_")[2])]
    if len(found) > 1 and name not in found:
        raise AssignmentError(f"{name!r} could be {' or '.join(found)} in {course.assignments}: say the whole name")
    if found:
        return course.assignments / (name if name in found else found[0]), course
    short = [slug.partition("_")[2] for slug in known]
    close = difflib.get_close_matches(name, short + known, n=1)
    hint = f" Did you mean {close[0]}?" if close else ""
    raise AssignmentError(f"there is no assignment {name!r} in {course.assignments}.{hint} Known are: {', '.join(short) or 'none'}")


def slugs(course: Course) -> list[str]:
    """The names of the folders that hold an assignment.toml, in the course's order."""
    places = {slug: place for place, slug in enumerate(course.order)}
    names = (f.parent.name for f in course.assignments.glob("*/assignment.toml"))
    return sorted(names, key=lambda name: (places.get(name, len(places)), name))


def _course_file(folder: Path) -> Path | None:
    for file in (folder / "course.toml", folder / "assignments" / "course.toml"):
        if file.is_file():
            return file
    return None


def _course(file: Path) -> Course:
    table, _ = course_file.read(file)
    folder = file.parent
    inner = folder / "assignments"
    root = folder if inner.is_dir() else folder.parent if folder.name == "assignments" else folder
    assignments = inner if inner.is_dir() else folder
    include = root / "kernels" / "include"
    if not include.is_dir():  # a course of its own may use the headers that come with the package
        ours = (folder / "kernels" / "include" for folder in (PACKAGE / "course", PACKAGE.parent))
        include = next((f for f in ours if f.is_dir()), include)
    return Course(
        id=table.id,
        file=file,
        assignments=assignments,
        reference=root / "reference",
        include=include,
        title={"en": table.title.en, "ko": table.title.ko} if table.title else {},
        order=table.order,
        table=table,
    )
