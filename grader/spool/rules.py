"""Rules of handing in again: what was handed in before, and when -> whether one more is taken. Pure; both targets ask here.

Late work is always taken: whether it counts is the late policy's to say, and a deadline may still be moved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from grader.gradebook.records import Submission
from grader.spool.contract import Deadline, Refused


def refusal(deadline: Deadline, earlier: Sequence[Submission], at: dt.datetime) -> Refused | None:
    """Why a hand-in of this moment isn't taken, None if it is. `earlier`: this student's in this assignment."""
    if deadline.max_count is not None and len(earlier) >= deadline.max_count:
        count = deadline.max_count
        return Refused(
            f"{deadline.assignment} may be handed in {count} time{'s' if count != 1 else ''}, and you did; what you handed in stands",
            f"{deadline.assignment}은(는) {count}번까지만 제출할 수 있고, 이미 모두 제출했습니다. 앞서 제출한 것은 그대로 유효합니다",
            code="too_often",
        )
    times = [each.received_at for each in earlier if each.received_at is not None and each.received_at <= at]
    if not times or not deadline.cool_down_minutes:
        return None
    wait = max(times) + dt.timedelta(minutes=deadline.cool_down_minutes) - at
    if wait <= dt.timedelta(0):
        return None
    seconds = -int(-wait.total_seconds() // 1)  # rounded up: a retry after that many is taken
    minutes = deadline.cool_down_minutes
    return Refused(
        f"between two hand-ins of {deadline.assignment} {minutes} minutes must pass: try again in {_short(seconds)}; what you handed in "
        "before stands",
        f"{deadline.assignment}은(는) 제출한 뒤 {minutes}분이 지나야 다시 제출할 수 있습니다. {_short(seconds, korean=True)} 뒤에 다시 "
        "하세요. 앞서 제출한 것은 그대로 유효합니다",
        code="too_soon",
        retry_after_s=seconds,
    )


def _short(seconds: int, *, korean: bool = False) -> str:
    minutes = -(-seconds // 60)
    if seconds < 120:
        return f"{seconds}초" if korean else f"{seconds} s"
    return f"{minutes}분" if korean else f"{minutes} minutes"
