"""Pieces that several pages show alike: points, moments, verdicts and flags, in one language. Values -> text and small records. Pure."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping

from grader.gradebook.records import FULL_POINTS, Lateness, Standing
from grader.records import Record
from grader.report.check_view import verdict_view
from grader.report.course.about import About
from grader.report.course.words import COURSE_WORDS
from grader.report.text import number


class Title(Record, frozen=True, kw_only=True):
    """A title in the page's language, or in another one that has to be marked."""

    text: str
    lang: str = ""  # "" if it is the page's


class Verdict(Record, frozen=True, kw_only=True):
    """A verdict's code, title and kind of mark."""

    code: str
    title: str
    kind: str


class Flag(Record, frozen=True, kw_only=True):
    """A remark beside points. `kind` picks the mark: late, closed, override, undecided."""

    kind: str
    text: str


class Score(Record, frozen=True, kw_only=True):
    """Points of FULL_POINTS as a cell shows them. `text` is "" if there are none; then `state` says why."""

    text: str
    state: str
    flags: tuple[Flag, ...] = ()


class Total(Record, frozen=True, kw_only=True):
    """Weighted points of one student over the assignments in play."""

    points: float
    partial: bool  # something is handed in and not decided

    @property
    def text(self) -> str:
        return number(self.points, 1)


@functools.cache
def verdict(code: str, language: str) -> Verdict:
    view = verdict_view(code, language)
    return Verdict(code=code, title=view.title, kind=view.kind)


def title(texts: Mapping[str, str], language: str, otherwise: str) -> Title:
    """In the page's language, else in English, else `otherwise`, which belongs to no language."""
    if texts.get(language):
        return Title(text=texts[language])
    return Title(text=texts["en"], lang="en") if texts.get("en") else Title(text=otherwise)


def told(english: str, korean: str, language: str) -> Title:
    """A text that may have a Korean version: that on a Korean page, else the English one, marked where the page isn't English."""
    if language == "ko" and korean:
        return Title(text=korean)
    return Title(text=english, lang="" if language == "en" else "en")


def moment(at: dt.datetime | None, zone: dt.tzinfo) -> str:
    """On the course's clock, with its offset: "2026-10-15 23:59 +09:00". "" for None."""
    if at is None:
        return ""
    text = at.astimezone(zone).isoformat(" ", "seconds")
    minute, second, offset = text[:16], text[16:19], text[19:]
    return f"{minute}{'' if second == ':00' else second} {'UTC' if zone is dt.UTC else offset}"


def score(standing: Standing, language: str) -> Score:
    """What counts in the end, with what was done to it."""
    t = COURSE_WORDS[language]
    flags = []
    lateness = standing.lateness
    if lateness.closed:
        flags.append(Flag(kind="closed", text=t["closed_n"]))
    elif lateness.days:
        flags.append(Flag(kind="late", text=late_in_short(lateness, language)))
    if standing.override is not None and standing.override.points is not None:
        flags.append(Flag(kind="override", text=t["flag_override"]))
    if standing.state == "undecided":
        flags.append(Flag(kind="undecided", text=t["flag_undecided"]))
    text = "" if standing.points is None else number(standing.points, 1)
    return Score(text=text, state=standing.state, flags=tuple(flags))


def late_in_short(lateness: Lateness, language: str) -> str:
    """In numbers alone, which tell of nobody: "2 days late, 1 of them free, 10 % deducted"."""
    t = COURSE_WORDS[language]
    if lateness.closed:
        return t["too_late"]
    if not lateness.days:
        return ""
    parts = [t["late_day"] if lateness.days == 1 else t["late_days"].format(days=lateness.days)]
    if lateness.free_days:
        parts.append(t["free_days"].format(days=lateness.free_days))
    percent = number(100 * lateness.penalty)
    parts.append(t["deducted"].format(percent=percent) if lateness.penalty else t["nothing_deducted"])
    return ", ".join(parts)


def total(standings: Mapping[str, Standing], assignments: tuple[About, ...]) -> Total:
    """Of one student: assignment -> standing. `assignments`: those in play; each is worth its weight."""
    points, partial = 0.0, False
    for each in assignments:
        standing = standings.get(each.slug)
        if standing is None:
            continue
        if standing.points is not None:
            points += each.weight * standing.points / FULL_POINTS
        fixed = standing.override is not None and standing.override.points is not None
        partial = partial or (standing.state in ("waiting", "undecided") and not fixed)
    return Total(points=points, partial=partial)
