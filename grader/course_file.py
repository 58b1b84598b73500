"""course.toml as it is written: text -> CourseFile, each mistake with its key and line. Knows types, keys and what holds within the file;
whether the assignments that it names are there is `grader lint`'s to say.

The structs below are also the published JSON Schema (docs/course.schema.json, `schema()`).
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from grader.records import Record
from grader.toml_file import Table, mistake, read_table

Slug = Annotated[str, Meta(pattern=r"^[0-9]{2}_[a-z0-9_]+$")]
Weight = Annotated[float, Meta(gt=0, le=1000)]
Counts = Literal["last", "best"]
MaxCount = Annotated[int, Meta(ge=0, le=10_000)]
CoolDown = Annotated[int, Meta(ge=0, le=10_080)]
MAX_CLOSES_AFTER_DAYS = 3650


class CourseTitle(Table, frozen=True, kw_only=True):
    """What the course is called, in both its languages."""

    en: Annotated[str, Meta(min_length=1)]
    ko: Annotated[str, Meta(min_length=1)]


class DatesTable(Table, frozen=True, kw_only=True):
    """When one assignment is given out, due, and closed. A date without an offset is one of the course's time zone."""

    release: Annotated[dt.datetime | None, Meta(description="from when on students get it")] = None
    due: Annotated[dt.datetime | None, Meta(description="what comes later is late")] = None
    closes: Annotated[dt.datetime | None, Meta(description="what comes later doesn't count; in place of [late].closes_after_days")] = None


class LateTable(Table, frozen=True, kw_only=True):
    """What a day costs, the same for every assignment; `grader.late` applies it, docs/design/late-policy.md says how."""

    budget_days: Annotated[int, Meta(ge=0, le=365, description="free late days of one student over the whole course")] = 0
    budget_days_each: Annotated[int | None, Meta(description="of these, so many for one assignment at most")] = None
    penalty_per_day: Annotated[float, Meta(ge=0, le=1, description="share of the points that a late day costs beyond the free ones")] = 0.0
    max_penalty: Annotated[float, Meta(ge=0, le=1, description="lateness costs this share at most, unless it is too late to count")] = 1.0
    grace_minutes: Annotated[int, Meta(ge=0, le=1440, description="so much later is not late")] = 0
    closes_after_days: Annotated[int | None, Meta(description="so many days after the due date nothing counts any more")] = None


class SubmitRules(Record, frozen=True, kw_only=True):
    """How often somebody may hand in one assignment, and which of the submissions counts."""

    counts: Counts
    max_count: int | None  # None: as often as one likes
    cool_down_minutes: int


class SubmitEach(Table, frozen=True, kw_only=True):
    """What one assignment has otherwise than `[submit]` says."""

    counts: Counts | None = None
    max_count: Annotated[MaxCount | None, Meta(description="0: as often as one likes")] = None
    cool_down_minutes: CoolDown | None = None


class SubmitTable(Table, frozen=True, kw_only=True):
    """Handing in: the rules for every assignment, and what differs in some."""

    counts: Annotated[Counts, Meta(description="which submission counts: the last one, or the one with most points")] = "last"
    max_count: Annotated[MaxCount, Meta(description="so often one may hand in an assignment; 0: as often as one likes")] = 0
    cool_down_minutes: Annotated[CoolDown, Meta(description="so long until one may hand in again")] = 0
    each: Annotated[dict[str, SubmitEach], Meta(description="slug = { counts, max_count, cool_down_minutes }")] = {}


class CourseFile(Table, frozen=True, kw_only=True):
    """course.toml: which assignments a course has, in which order, what they weigh and when they are due."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", max_length=64, description="part of the seeds' names: keep it")]
    title: CourseTitle | None = None
    time_zone: Annotated[str, Meta(description="of dates without an offset, as Asia/Seoul")] = "UTC"
    order: Annotated[tuple[Slug, ...], Meta(description="one that isn't listed comes last")] = ()
    total_weight: Annotated[
        Annotated[float, Meta(gt=0)] | None, Meta(description="what the weights add up to once every assignment is there")
    ] = None
    weights: Annotated[dict[str, Weight], Meta(description="slug = weight, as in its assignment.toml")] = {}
    dates: Annotated[dict[str, DatesTable], Meta(description="slug = { release, due, closes }")] = {}
    late: LateTable = LateTable()
    submit: SubmitTable = SubmitTable()

    @property
    def zone(self) -> dt.tzinfo:
        """The course's time zone. `read` has made sure that this machine knows it; raises ValueError or KeyError otherwise."""
        return zone_of(self.time_zone)

    def submit_rules(self, slug: str) -> SubmitRules:
        """The rules in force for one assignment: its own where it has them, else the course's."""
        each = self.submit.each.get(slug, SubmitEach())
        count = each.max_count if each.max_count is not None else self.submit.max_count
        cool_down = each.cool_down_minutes if each.cool_down_minutes is not None else self.submit.cool_down_minutes
        return SubmitRules(counts=each.counts or self.submit.counts, max_count=count or None, cool_down_minutes=cool_down)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of course.toml."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "course.toml", **msgspec.json.schema(CourseFile)}


def schema_text() -> str:
    """The schema as docs/course.schema.json holds it."""
    return msgspec.json.format(msgspec.json.encode(schema(), order="sorted"), indent=2).decode() + "\n"


def read(path: Path) -> tuple[CourseFile, str]:
    """The parsed file, its dates with an offset, and its text. Raises AssignmentError naming file, line and key."""
    table, text = read_table(path, CourseFile, "a course needs one")
    twice = next((slug for i, slug in enumerate(table.order) if slug in table.order[:i]), None)
    if twice is not None:
        raise mistake(path, text, ("order",), f"{twice!r} stands twice; each assignment comes once")
    zone = _zone(path, text, table.time_zone)
    dates = {slug: _placed(path, text, slug, each, zone) for slug, each in table.dates.items()}
    late = table.late
    if late.budget_days_each is not None and not 0 <= late.budget_days_each <= late.budget_days:
        raise mistake(path, text, ("late", "budget_days_each"), f"must lie between 0 and budget_days = {late.budget_days}")
    if late.closes_after_days is not None and not 0 <= late.closes_after_days <= MAX_CLOSES_AFTER_DAYS:
        raise mistake(path, text, ("late", "closes_after_days"), f"must be 0 or more, and {MAX_CLOSES_AFTER_DAYS} at most")
    return msgspec.structs.replace(table, dates=dates), text


def zone_of(name: str) -> dt.tzinfo:
    """A time zone by its name. Raises ValueError or KeyError (ZoneInfoNotFoundError) for one that this machine doesn't know."""
    if name == "UTC":  # known without a database of time zones
        return dt.UTC
    import zoneinfo

    return zoneinfo.ZoneInfo(name)


def _zone(path: Path, text: str, name: str) -> dt.tzinfo:
    import zoneinfo

    try:
        return zone_of(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        hint = "write a name such as Asia/Seoul, Europe/Berlin or UTC"
        if re.match(r"(UTC|GMT)?[+-]\d", name):
            hint = "an offset changes with the season; " + hint
        elif not zoneinfo.available_timezones():
            hint = "it has no database of time zones: pip install tzdata"
        raise mistake(path, text, ("time_zone",), f"{name!r} is no time zone that this machine knows; {hint}") from None


def _placed(path: Path, text: str, slug: str, table: DatesTable, zone: dt.tzinfo) -> DatesTable:
    """The dates of one assignment with an offset each, in their order."""
    made: dict[str, dt.datetime] = {}
    for name in DatesTable.__struct_fields__:
        if (given := getattr(table, name)) is not None:
            try:
                made[name] = _moment(given, zone)
            except ValueError as error:
                raise mistake(path, text, ("dates", slug, name), str(error)) from None
    names = list(made)
    for first, second in itertools.pairwise(names):
        if made[second] <= made[first]:
            raise mistake(path, text, ("dates", slug, second), f"{made[second]} must come after {first}, {made[first]}")
    return DatesTable(**made)


def _moment(given: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """A date with an offset. Raises ValueError for a local time that doesn't exist, or exists twice, since clocks change that day."""
    if given.tzinfo is not None:
        return given
    local = given.replace(tzinfo=zone)
    if local.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) != given:
        raise ValueError(f"{given} doesn't exist in {zone}: clocks go forward then; name a time an hour off")
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise ValueError(f"{given} comes twice in {zone}: clocks go back then; write the offset, as {local.isoformat()}")
    return local
