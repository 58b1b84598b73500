"""Moments: "2026-10-20" or "2026-10-20T23:59" as somebody types it -> a time with an offset, the course's unless it has its own."""

from __future__ import annotations

import datetime as dt

from grader.toolchain import UsageError


def moment(text: str, zone: dt.tzinfo, *, end_of_day: bool = False) -> dt.datetime:
    """A date alone means its first moment, or with `end_of_day` its last second. Of a time that comes twice, the later one."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text!r} is no date; write 2026-10-20, 2026-10-20T23:59 or 2026-10-20T23:59+09:00") from None
    if end_of_day and len(text.strip()) <= len("2026-10-20"):
        found = found.replace(hour=23, minute=59, second=59)
    return found if found.tzinfo else found.replace(tzinfo=zone, fold=1)
