"""What exporters get and give: `Material` (standings, full grades, titles, a template) -> `Exported` (files, and what they leave out)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from grader.export.plain import listed, plain
from grader.gradebook.records import Standing
from grader.gradebook.standing import raw_points
from grader.records import CheckResult, Grade, Problem, Record
from grader.toolchain import UsageError
from grader.verdicts import OPEN

Language = Literal["en", "ko"]


class Graded(Record, frozen=True, kw_only=True):
    """One graded submission, as much of it as other systems show: of a stored Grade, or of what `grader grade --json` prints."""

    assignment: str
    submission: str
    score: float
    max_score: float
    verdict: str
    message: str
    message_ko: str = ""
    file: str | None = None
    line: int | None = None
    device: str = ""
    checks: tuple[CheckResult, ...] = ()
    problems: tuple[Problem, ...] = ()  # not in the JSON: then only the checks' own places are known
    timings_s: dict[str, float] = {}

    @classmethod
    def of(cls, grade: Grade) -> Graded:
        return cls(**{name: getattr(grade, name) for name in cls.__struct_fields__})

    @property
    def faults(self) -> tuple[CheckResult, ...]:
        """Checks that could not be run for a reason of ours."""
        return tuple(check for check in self.checks if check.outcome == "not_run" and check.verdict not in OPEN)

    @property
    def wall_s(self) -> float:
        return sum(self.timings_s.values())


class Item(Record, frozen=True, kw_only=True):
    """One student's work in one assignment, or a lone grade that no gradebook knows (then `standing` is None)."""

    graded: Graded | None  # None: nothing is graded
    standing: Standing | None = None

    @property
    def assignment(self) -> str:
        return self.standing.assignment if self.standing else self.graded.assignment if self.graded else ""

    @property
    def login(self) -> str:
        return self.standing.student.login if self.standing else ""

    @property
    def points(self) -> float | None:
        """What counts, of FULL_POINTS: after lateness, or a person's override. None if there is nothing to tell yet."""
        if self.standing is not None:
            return self.standing.points
        return raw_points(self.graded.score, self.graded.max_score) if self.graded else None

    @property
    def label(self) -> str:
        """For people, in files that hold many: "09_gemm/alice"."""
        return f"{self.assignment}/{self.login or (self.graded.submission if self.graded else '')}"


@dataclass(frozen=True)
class Material:
    """All that an exporter may look at. `grades` gives the full grade of a standing that has one; it may read a file, so ask once each."""

    standings: tuple[Standing, ...] = ()
    grades: Callable[[Standing], Graded | None] = lambda standing: None
    lone: tuple[Graded, ...] = ()  # in place of standings: grades that no gradebook knows
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # slug -> language -> title
    due: Mapping[str, dt.datetime | None] = field(default_factory=dict)  # slug -> the course's due date
    template: bytes | None = None  # a file that the other system wrote, to be filled in
    language: Language = "en"
    version: str = ""  # of the grader

    def items(self) -> Iterator[Item]:
        """Every piece of work, one at a time: the full grades of a big course don't fit into memory at once."""
        for standing in self.standings:
            yield Item(graded=self.grades(standing) if standing.grade is not None else None, standing=standing)
        for graded in self.lone:
            yield Item(graded=graded)

    def graded(self, left: list[str]) -> Iterator[tuple[Item, Graded]]:
        """The pieces of work that are graded, one at a time; the labels of the others go into `left`."""
        for item in self.items():
            if item.graded is None:
                left.append(item.label)
            else:
                yield item, item.graded

    def assignments(self) -> list[str]:
        return list(dict.fromkeys(standing.assignment for standing in self.standings))

    def title(self, slug: str) -> str:
        return self.titles.get(slug, {}).get(self.language) or slug

    def one_assignment(self, format: str) -> str:
        """The only assignment there is. Raises UsageError if there are several: such a file is about one."""
        found = self.assignments()
        if len(found) != 1:
            known = ", ".join(found) or "none"
            raise UsageError(f"a file for {format} is about one assignment: say which with --assignment; known are {known}")
        return found[0]


class File(Record, frozen=True, kw_only=True):
    """One file to write. The name has no folder of its own but what the exporter gave it, and is safe on every file system."""

    name: str
    content: bytes


class Exported(Record, frozen=True, kw_only=True):
    """What is to be written, and what isn't in it, in sentences."""

    files: tuple[File, ...]
    rows: int  # how many grades are in them
    notes: tuple[str, ...] = ()


def not_there(left: list[str]) -> tuple[str, ...]:
    """The note on what is left out, by its labels; none if nothing is."""
    return (f"not graded, so not in it: {listed(left)}",) if left else ()


@dataclass(frozen=True)
class Exporter:
    """A row of the table."""

    name: str
    help: str  # one line
    write: Callable[[Material], Exported]
    many: bool = False  # a file a submission, in a folder
    lone: bool = True  # whether it can do without a gradebook
    template: bool = False  # whether it fills in a file of the other system


def to_json(value: Any) -> bytes:
    """Plain data as readable JSON."""
    return msgspec.json.format(compact_json(value), indent=2) + b"\n"


def compact_json(value: Any) -> bytes:
    """Plain data on one line. Strings are made plain: JSON takes no lone surrogates, and who reads it may show it on a terminal."""
    return msgspec.json.encode(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {plain(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value
