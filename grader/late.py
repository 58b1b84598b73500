"""Late policy: when one student handed in, and course.toml's rules -> what lateness costs in each assignment, in numbers and in words.

Pure and cheap, so nothing of it is stored: a moved date or an extension counts from the next look on. docs/design/late-policy.md has the
reasons. In short: a late day ends at the due date's time of day on the course's clock (a day on which clocks change has 23 or 25 hours);
grace is added at every border; the budget is spent in the order of the course's due dates; hard stops are hard.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from grader.course_file import DatesTable, LateTable
from grader.gradebook.records import Lateness
from grader.records import Record

DAY = dt.timedelta(days=1)


class Handed(Record, frozen=True, kw_only=True):
    """What the policy has to know of one student's submission that counts. Times have an offset."""

    assignment: str
    received_at: dt.datetime | None  # None: nobody knows, and it counts as in time
    due: dt.datetime | None  # with an extension applied; None: never late
    closes: dt.datetime | None  # with an extension applied; None: what the policy's closes_after_days says
    extended: bool
    due_of_course: dt.datetime | None = None  # without the extension; orders the spending of the budget. None: same as `due`


def hand_in(assignment: str, received_at: dt.datetime | None, dates: DatesTable | None, until: dt.datetime | None = None) -> Handed:
    """A submission with the dates that count for its student. `until`: the extension in force, if there is one. An extension never takes
    time away: the later of both dates counts, and what is given a later due date isn't closed before it."""
    dates = dates or DatesTable()
    due, closes = dates.due, dates.closes
    extended = until is not None and due is not None and _utc(until) > _utc(due)
    if until is not None and due is not None:
        due = max(due, until, key=_utc)
    if until is not None and closes is not None:
        closes = max(closes, until, key=_utc)
    return Handed(assignment=assignment, received_at=received_at, due=due, closes=closes, extended=extended, due_of_course=dates.due)


def lateness(
    handed: Sequence[Handed], policy: LateTable, zone: dt.tzinfo, *, in_words: Collection[str] | None = None
) -> dict[str, Lateness]:
    """One student's whole course -> assignment -> what lateness costs there. The order of `handed` doesn't matter. Only the assignments
    `in_words` get sentences, which take longer to make than the numbers; None: all. Raises ValueError if an assignment comes twice: its
    budget would be spent twice."""
    left = policy.budget_days
    found: dict[str, Lateness] = {}
    for each in sorted(handed, key=_order):
        if each.assignment in found:
            raise ValueError(f"{each.assignment} comes twice; only the submission that counts may be asked about")
        days = min(days_late(each.received_at, due, policy, zone) for due in _dues(each))
        told = in_words is None or each.assignment in in_words
        if is_closed(each, policy, zone):
            text, text_ko = _closed_words(each, policy, zone) if told else ("", "")
            found[each.assignment] = Lateness(days=days, penalty=1.0, closed=True, budget_left=left, text=text, text_ko=text_ko)
            continue
        most = left if policy.budget_days_each is None else min(left, policy.budget_days_each)
        free = min(days, most)
        left -= free
        penalty = min(policy.max_penalty, 1.0, round((days - free) * policy.penalty_per_day, 9))
        text, text_ko = _words(each, policy, zone, days, free, penalty, left) if told else ("", "")
        found[each.assignment] = Lateness(days=days, free_days=free, penalty=penalty, budget_left=left, text=text, text_ko=text_ko)
    return found


def days_late(received_at: dt.datetime | None, due: dt.datetime | None, policy: LateTable, zone: dt.tzinfo) -> int:
    """How many late days have begun. 0 at the due date and until grace ends; 1 from the first moment after it."""
    if received_at is None or due is None:
        return 0
    moment = _utc(received_at) - dt.timedelta(minutes=policy.grace_minutes)
    if moment <= _utc(due):
        return 0
    # near the answer by the calendar, then step by step: days differ in length
    days = max(1, (moment.astimezone(zone).date() - due.astimezone(zone).date()).days - 2)
    while moment > day_end(due, days, zone):
        days += 1
    return days


def day_end(due: dt.datetime, days: int, zone: dt.tzinfo) -> dt.datetime:
    """The end of so many late days, without grace, in UTC: the due date's time of day, so many dates later on the course's clock. Where
    clocks change, that time may come twice or never: the later reading counts, in the student's favour."""
    if days == 0:
        return _utc(due)
    wall = due.astimezone(zone).replace(tzinfo=None) + days * DAY
    return max(_utc(wall.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))


def closing(each: Handed, policy: LateTable, zone: dt.tzinfo) -> dt.datetime | None:
    """When nothing counts any more, without grace, in UTC; None if never. A date in course.toml stands in place of closes_after_days."""
    if each.closes is not None:
        return _utc(each.closes)
    if each.due is not None and policy.closes_after_days is not None:
        return max(day_end(due, policy.closes_after_days, zone) for due in _dues(each) if due)
    return None


def is_closed(each: Handed, policy: LateTable, zone: dt.tzinfo) -> bool:
    """Whether a submission came too late to count at all. Grace holds here too."""
    if each.received_at is None or (end := closing(each, policy, zone)) is None:
        return False
    return _utc(each.received_at) - dt.timedelta(minutes=policy.grace_minutes) > end


def after(points: float, lateness: Lateness) -> float:
    """Points after lateness: 0 if it came too late, never less than 0 and never more than `points`."""
    return 0.0 if lateness.closed else max(0.0, points * (1.0 - lateness.penalty))


def _dues(each: Handed) -> tuple[dt.datetime | None, ...]:
    """The due dates of which the kinder one counts, day by day. Two, since in the hour that comes twice an extension by minutes may have
    the earlier face on the clock, and its late days would end earlier."""
    return (each.due,) if each.due is None or each.due_of_course is None else (each.due, each.due_of_course)


def _order(each: Handed) -> tuple[bool, dt.datetime, str]:
    """By the course's own due date: an extension that moves one assignment behind another must not move the budget away from it."""
    due = each.due_of_course or each.due
    return (due is None, _utc(due) if due else dt.datetime.min.replace(tzinfo=dt.UTC), each.assignment)


def _utc(moment: dt.datetime) -> dt.datetime:
    """Datetimes of one time zone compare by the clock's face, which is wrong where clocks go back: everything is compared in UTC."""
    return moment.astimezone(dt.UTC)


# ---- in words


def _words(each: Handed, policy: LateTable, zone: dt.tzinfo, days: int, free: int, penalty: float, left: int) -> tuple[str, str]:
    received, due = each.received_at, each.due
    if received is None or due is None:
        return "", ""
    date = _date(due, zone)
    date_ko = f"연장된 마감 {date}" if each.extended else f"마감 {date}"
    if each.extended:
        date = f"{date}, with your extension"
    if days == 0 and _utc(received) <= _utc(due):
        original = each.due_of_course
        if each.extended and original is not None and days_late(received, original, policy, zone):
            return f"in time: due {date}", f"제시간에 제출: {date_ko}"
        return "", ""
    if days == 0:
        late, late_ko = _span(_utc(received) - _utc(due))
        return (
            f"{late} after the due date ({date}), within the grace of {_count(policy.grace_minutes, 'minute')}: not late",
            f"{date_ko}에서 {late_ko} 지났지만 유예 시간 {policy.grace_minutes}분 안이므로 지각이 아닙니다",
        )
    paid = days - free
    parts, parts_ko = [], []
    if free:
        are = "is" if free == 1 else "are"
        parts.append(f"{free} of your {_count(policy.budget_days, 'free day')} {are} used, {left} left")
        parts_ko.append(f"무료 지각 일수 {policy.budget_days}일 중 {free}일을 사용해 {left}일이 남았습니다")
    if paid:
        which = ("the other" if paid == 1 else f"the other {paid}") if free else ("it" if paid == 1 else f"the {paid} days")
        cost = "costs" if paid == 1 else "cost"
        limit = "" if penalty >= round(paid * policy.penalty_per_day, 9) - 1e-12 else ", the most that lateness can cost"
        limit_ko = "(지각 감점의 상한)" if limit else ""
        parts.append(f"{which} {cost} {_percent(penalty) if penalty else 'nothing'}{limit}")
        deducted = f"{_percent(penalty)}{limit_ko} 감점합니다" if penalty else "감점은 없습니다"
        parts_ko.append(f"{'나머지 ' if free else ''}{paid}일에 대해 {deducted}")
    return (
        f"{_count(days, 'day')} late (due {date}): {'; '.join(parts)}",
        f"{days}일 지각({date_ko}): {', '.join(parts_ko)}",
    )


def _closed_words(each: Handed, policy: LateTable, zone: dt.tzinfo) -> tuple[str, str]:
    end = closing(each, policy, zone)
    assert end is not None and each.received_at is not None
    closed, received = _date(end, zone), _date(each.received_at, zone)
    return (
        f"too late to count: it closed {closed}, this came {received}",
        f"너무 늦어 점수에 들어가지 않습니다: {closed}에 접수가 끝났고 {received}에 제출되었습니다",
    )


def _date(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """On the course's clock, with its offset: "2026-10-15 23:59 +09:00"; seconds only where they aren't 0."""
    local = moment.astimezone(zone)
    offset = local.isoformat()[len(local.replace(tzinfo=None).isoformat()) :]
    return f"{local:%Y-%m-%d %H:%M}{f':{local:%S}' if local.second else ''} {'UTC' if zone is dt.UTC else offset}"


def _span(length: dt.timedelta) -> tuple[str, str]:
    """A length under a day or so, in its largest unit, rounded up: never "0 minutes"."""
    seconds = -(-length // dt.timedelta(seconds=1))
    for unit, name, korean in ((3600, "hour", "시간"), (60, "minute", "분")):
        if seconds >= unit:
            return _count(-(-seconds // unit), name), f"{-(-seconds // unit)}{korean}"
    return _count(seconds, "second"), f"{seconds}초"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _percent(share: float) -> str:
    return f"{100 * share:.4g} %"
