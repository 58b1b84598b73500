"""Verdict: one row of the table, and the small constructor with which the family files write their rows."""

from __future__ import annotations

from typing import Literal

from grader.records import Record

Category = Literal["build", "crash", "device", "output", "performance", "not_run", "passed"]
Checker = Literal["", "memcheck", "racecheck", "initcheck", "synccheck", "leak", "launches", "transfers"]
Words = tuple[str, str, str]  # title, explanation, what to look at


class Text(Record, frozen=True, kw_only=True):
    """The same words in the course's two languages. `text.en`, `text["ko"]`; an unknown language falls back to English."""

    en: str
    ko: str

    def __getitem__(self, language: str) -> str:
        return self.ko if language == "ko" else self.en


class Verdict(Record, frozen=True, kw_only=True):
    """One verdict code with what a student reads about it.

    `rank` orders codes, lower is graver. Its hundreds are the class: 0 build, 1 crash and timeout, 2 findings of the device, 3 diagnosed
    outputs, 4 a wrong answer without diagnosis, 5 performance, 8 nothing could be run,
    9 passed. Within a class, a cause ranks before its usual effects (a race
    before the uninitialised read that it causes); codes of equal rank are ordered by the first case that showed them.
    """

    code: str
    rank: int
    category: Category
    title: Text
    explanation: Text
    look_at: Text
    checker: Checker = ""  # the cleanliness check that this code fails


def row(code: str, rank: int, category: Category, checker: Checker, en: Words, ko: Words) -> Verdict:
    """One row: English and Korean words side by side, so that a missing translation is an error when the module loads."""
    title, explanation, look_at = (Text(en=left, ko=right) for left, right in zip(en, ko, strict=True))
    return Verdict(code=code, rank=rank, category=category, checker=checker, title=title, explanation=explanation, look_at=look_at)
