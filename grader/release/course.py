"""Course files: a course and some of its assignments -> relative path -> content, as students get them. Writes nothing, runs nothing.

A list of what is given, not of what is held back, as in `grader.handout`: whatever else lies in an assignment's folder stays.
Standard library and msgspec only: a wheel's build calls it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from grader.assignment import OWN_HEADERS, ROOM, Assignment
from grader.course import Course
from grader.errors import AssignmentError
from grader.fences import FenceError, without
from grader.handout import GIVEN, PUBLIC_CHECKS, TEXTS, below, header_names
from grader.records import Record
from grader.toml_text import toml_text

HEAD = "# What students get, made by `grader release`. Change the course it was made from, not this.\n"


class Released(Record, frozen=True, kw_only=True):
    """One assignment as it is given out. `files` are relative to its folder; `hidden` counts what stayed."""

    slug: str
    files: dict[str, bytes]
    public_cases: int
    hidden_cases: int


def course_files(course: Course, assignments: Sequence[Assignment]) -> dict[str, bytes]:
    """The whole release, by path below its root. Of the shared headers those that some assignment hands out: ck/reduce.cuh holds what
    08_reduction asks for. Raises AssignmentError for an assignment that has no public part."""
    slugs = {each.slug for each in assignments}
    files = {"README.md": _readme(course, assignments).encode(), "assignments/course.toml": _course_toml(course, slugs).encode()}
    for each in assignments:
        files |= {f"assignments/{each.slug}/{path}": content for path, content in released(each).files.items()}
    names = {name for each in assignments for name in header_names(each)}
    return files | {f"kernels/include/{path}": content for path, content in below(course.include) if path in names}


def released(assignment: Assignment) -> Released:
    """One assignment's files. Raises AssignmentError naming what is missing or can't be split."""
    folder = assignment.folder
    table, public, hidden = _public_toml(assignment)
    files = {"assignment.toml": (HEAD + toml_text(table)).encode()}
    files |= {name: (folder / name).read_bytes() for name in TEXTS if (folder / name).is_file()}
    files |= {f.name: f.read_bytes() for f in sorted(folder.iterdir()) if f.suffix.lower() in GIVEN and f.is_file()}
    for name in (PUBLIC_CHECKS, *(file.name for file in assignment.problem_files)):
        if (folder / name).is_file():
            files[name] = _public_part(assignment, name)
    for part in ("starter", OWN_HEADERS, ROOM):
        files |= {f"{part}/{path}": content for path, content in below(folder / part)}
    if PUBLIC_CHECKS not in files:
        raise AssignmentError(f"{folder / PUBLIC_CHECKS} is missing: without public checks students have nothing to check with")
    return Released(slug=assignment.slug, files=files, public_cases=public, hidden_cases=hidden)


def _public_part(assignment: Assignment, name: str) -> bytes:
    """A file of Python without what stands between its STAFF fences."""
    file = assignment.folder / name
    try:
        text = without(file.read_text(encoding="utf-8"), str(file), "STAFF")
    except (FenceError, UnicodeDecodeError) as error:
        raise AssignmentError(str(error)) from None
    return (re.sub(r"\n{4,}", "\n\n\n", text).rstrip("\n") + "\n").encode()


def _public_toml(assignment: Assignment) -> tuple[dict[str, Any], int, int]:
    """assignment.toml without its hidden cases, and how many cases are public and hidden. A case is hidden unless it says otherwise."""
    table = tomllib.loads((assignment.folder / "assignment.toml").read_text(encoding="utf-8"))
    cases = table.get("case", [])
    public = [case for case in cases if case.get("visibility") == "public"]
    if cases and not public:
        raise AssignmentError(f"{assignment.folder / 'assignment.toml'}: case: none is public; students would have nothing to run")
    kept = {key: _without_hidden(value) for key, value in table.items() if key != "case"} | ({"case": public} if cases else {})
    return kept, len(public), len(cases) - len(public)


def _without_hidden(value: Any) -> Any:
    """Whatever other tables there are, now or later: one that calls itself hidden stays."""
    if isinstance(value, list):
        return [each for each in value if not (isinstance(each, dict) and each.get("visibility") == "hidden")]
    return value


def _course_toml(course: Course, slugs: set[str]) -> str:
    """course.toml for the assignments that are given out. The id stays: the public inputs depend on it."""
    table = tomllib.loads(course.file.read_text(encoding="utf-8"))
    for key in ("weights", "dates"):
        table[key] = {slug: value for slug, value in table.get(key, {}).items() if slug in slugs}
    table["order"] = [slug for slug in table.get("order", []) if slug in slugs]
    table.pop("total_weight", None)
    return HEAD + toml_text({key: value for key, value in table.items() if value not in ({}, [])})


def _readme(course: Course, assignments: Sequence[Assignment]) -> str:
    """What to do with the folder, in both languages."""
    title: Mapping[str, str] = course.title or {"en": course.id, "ko": course.id}
    rows = "".join(f"| `{each.slug}` | {each.title['en']} | {each.title['ko']} |\n" for each in assignments)
    first = assignments[0].slug.partition("_")[2] if assignments else "NAME"
    return f"""\
# {title["en"]} · {title["ko"]}

| assignment | | |
| --- | --- | --- |
{rows}
In this folder, `grader list` shows the assignments, `grader start {first}` makes a folder to work in, and `grader check` in that folder
runs the public checks. `grader doctor` says what your machine still needs. Hidden checks run when you hand in.

이 폴더에서 `grader list`를 실행하면 과제 목록이 나오고, `grader start {first}`를 실행하면 작업할 폴더가 생깁니다.
그 폴더에서 `grader check`를 실행하면 공개 검사를 합니다. 컴퓨터에 무엇이 더 필요한지는 `grader doctor`가 알려 줍니다.
비공개 검사는 제출할 때 실행됩니다.
"""
