"""Remarks: the JSON of `grader lint` or `grader verify` -> what is wrong in a course, each with the file and line to open."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from grader.course import Course
from grader.lint.finding import Finding
from grader.records import Record
from grader.toml_file import line_of
from grader.toolchain import UsageError

_KIND = re.compile(r"(reference|rung|starter|honest|mutant)(?: ([^:\s]+))?: (.*)", re.DOTALL)


class Remark(Record, frozen=True, kw_only=True):
    """One thing to mend. `file` is relative to the repository, as its web pages name it."""

    level: Literal["error", "warning"]
    rule: str  # "lint/starter", "verify/mutant"
    message: str
    file: str
    line: int | None = None


class _Verified(Record, frozen=True, kw_only=True):
    slug: str
    troubles: tuple[str, ...]


def of_json(content: bytes, course: Course, root: Path, name: str) -> list[Remark]:
    """What `lint --json` or `verify --json` printed. Raises UsageError that names `name` if it is neither."""
    try:
        raw: Any = msgspec.json.decode(content)
        if isinstance(raw, dict) and "findings" in raw:
            return [_of_finding(each, root) for each in msgspec.convert(raw["findings"], tuple[Finding, ...])]
        assignments = msgspec.convert(raw["assignments"], tuple[_Verified, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        said = f"no {error}" if isinstance(error, KeyError) else str(error)
        raise UsageError(f"{name} is not what `grader lint --json` or `grader verify --json` prints: {said}") from None
    return [remark for each in assignments for remark in _of_troubles(each, course, root)]


def _of_finding(finding: Finding, root: Path) -> Remark:
    message = f"{finding.message}. {finding.remedy}" if finding.remedy else finding.message
    file = relative(Path(finding.file), root)
    return Remark(level=finding.severity, rule=f"lint/{finding.rule}", message=message, file=file, line=finding.line)


def _of_troubles(verified: _Verified, course: Course, root: Path) -> Iterator[Remark]:
    for trouble in verified.troubles:
        found = _KIND.fullmatch(trouble)
        kind, name = (found[1], found[2] or "") if found else ("assignment", "")
        file, line = _place(kind, name, verified.slug, course)
        yield Remark(level="error", rule=f"verify/{kind}", message=f"{verified.slug}: {trouble}", file=relative(file, root), line=line)


def _place(kind: str, name: str, slug: str, course: Course) -> tuple[Path, int]:
    """The solution that a trouble is about; of a mutant its row, which holds the promise; assignment.toml if nothing else is there."""
    folder = course.reference / slug
    if kind == "mutant":
        file = folder / "mutants.toml"
        return file, _row(file, name)
    places = {
        "starter": [course.assignments / slug / "starter"],
        "reference": [folder],
        "rung": [*folder.glob(f"{glob.escape(name)}.*")],
        "honest": [*(folder / "honest").glob(f"{glob.escape(name)}.*"), folder / "honest" / name],
    }
    for place in places.get(kind, []):
        for file in sorted(place.glob("*.cu")) if place.is_dir() else [place]:
            if file.is_file() and (kind != "reference" or (course.assignments / slug / "starter" / file.name).is_file()):
                return file, 1
    return course.assignments / slug / "assignment.toml", 1


def _row(file: Path, name: str) -> int:
    """The line of a mutant's name in mutants.toml."""
    import tomllib

    try:
        text = file.read_text(encoding="utf-8")
        rows = tomllib.loads(text).get("mutant", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return 1
    index = next((i for i, row in enumerate(rows) if row.get("name") == name), None)
    return (line_of(text, ("mutant", index, "name")) or 1) if index is not None else 1


def relative(file: Path, root: Path) -> str:
    """As the repository's web pages name it; the whole path of a file that lies elsewhere."""
    try:
        return file.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return file.as_posix()
