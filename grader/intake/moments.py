"""Moments: a time as a table writes it -> the time in UTC. What could be two days is none: nobody is late by a guess."""

from __future__ import annotations

import datetime as dt
import re

_WRITTEN = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M", "%d %B %Y, %I:%M %p", "%Y-%m-%d %H:%M:%S %z")
# 2026/3/1 23:59, and as Korean spreadsheets have it: 2026. 3. 1. 오후 11:59, 2026-03-01 오후 11:59:00
_YEAR_FIRST = re.compile(
    r"(\d{4})\s?[./-]\s?(\d{1,2})\s?[./-]\s?(\d{1,2})\.?\s+(오전|오후|AM|PM)?\s?(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s?(AM|PM))?", re.IGNORECASE
)
# 31/12/2026 23:59 or 12/31/2026 11:59 PM
_YEAR_LAST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}),?\s+(\d{1,2}):(\d\d)(?::(\d\d))?(?:\s?(AM|PM))?", re.IGNORECASE)


def moment_of(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """None for what is no time, or could be several: 3/4/2026 is one day here and another there. A time without an offset is the zone's;
    of one that a clock shows twice (the end of summer time) it is the earlier, which costs nobody anything."""
    moment = _iso(text) or _written(text) or _numeric(text)
    if moment is None:
        return None
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
    except (OverflowError, ValueError):
        return None


def _iso(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text.removesuffix(" UTC") + "+00:00" if text.endswith(" UTC") else text)
    except ValueError:
        return None


def _written(text: str) -> dt.datetime | None:
    for form in _WRITTEN:
        try:
            return dt.datetime.strptime(text, form)
        except ValueError:
            continue
    return None


def _numeric(text: str) -> dt.datetime | None:
    if (found := _YEAR_FIRST.fullmatch(text)) is not None:
        year, month, day, before, hour, minute, second, after = found.groups()
        return _made(year, month, day, hour, minute, second, before or after)
    if (found := _YEAR_LAST.fullmatch(text)) is not None:
        one, other, year, hour, minute, second, half = found.groups()
        both = {_made(year, month, day, hour, minute, second, half) for month, day in ((one, other), (other, one))} - {None}
        return both.pop() if len(both) == 1 else None
    return None


def _made(year: str, month: str, day: str, hour: str, minute: str, second: str | None, half: str | None) -> dt.datetime | None:
    """`half`: of the day, in English or Korean."""
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.casefold() in ("pm", "오후") else 0)
    try:
        return dt.datetime(int(year), int(month), int(day), hours, int(minute), int(second or 0))
    except ValueError:
        return None
