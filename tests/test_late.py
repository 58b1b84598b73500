"""The late policy: the borders by the second, days across a change of clocks, the budget, extensions, and what must hold for any course."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_
from hypothesis import strategies as st
from msgspec.structs import replace

from grader.course_file import DatesTable, LateTable
from grader.gradebook.records import Lateness
from grader.late import Handed, after, day_end, days_late, hand_in, lateness


def given(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Without a deadline: a busy machine is no failure."""
    return lambda test: settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])(given_(*strategies)(test))


BERLIN, SEOUL = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Seoul")
SECOND, MINUTE, HOUR, DAY = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
DUE = dt.datetime(2026, 6, 15, 23, 59, tzinfo=SEOUL)
POLICY = LateTable(budget_days=5, budget_days_each=2, penalty_per_day=0.1, grace_minutes=15, closes_after_days=7)


def one(received: dt.datetime | None, policy: LateTable = POLICY, due: dt.datetime | None = DUE, **more: dt.datetime | None) -> Lateness:
    until = more.pop("until", None)
    return lateness([hand_in("01_a", received, DatesTable(due=due, **more), until)], policy, SEOUL)["01_a"]


def test_the_borders_by_the_second() -> None:
    grace = 15 * MINUTE
    assert one(DUE) == Lateness(budget_left=5)
    assert (one(DUE + SECOND).days, one(DUE + SECOND).penalty) == (0, 0.0), "within grace"
    assert one(DUE + grace).days == 0 and one(DUE + grace + SECOND).days == 1
    assert one(DUE + DAY + grace).days == 1 and one(DUE + DAY + grace + dt.timedelta(microseconds=1)).days == 2, "grace at every border"
    assert not one(DUE + 7 * DAY + grace).closed and one(DUE + 7 * DAY + grace + SECOND).closed
    no_grace = LateTable(penalty_per_day=0.25)
    assert one(DUE, no_grace).penalty == 0 and one(DUE + SECOND, no_grace).penalty == 0.25, "late by one second is late"


def test_nobody_knows_when_it_came_or_when_it_was_due() -> None:
    assert one(None) == Lateness(budget_left=5)
    assert one(DUE + 90 * DAY, due=None) == Lateness(budget_left=5)


def test_a_late_day_has_as_many_hours_as_the_clock_says() -> None:
    policy = LateTable(penalty_per_day=0.1)
    for due, hours in ((dt.datetime(2027, 3, 27, 12, tzinfo=BERLIN), 23), (dt.datetime(2026, 10, 24, 12, tzinfo=BERLIN), 25)):
        end = day_end(due, 1, BERLIN)
        assert end - due.astimezone(dt.UTC) == hours * HOUR and end.astimezone(BERLIN).hour == 12
        assert days_late(end, due, policy, BERLIN) == 1 and days_late(end + SECOND, due, policy, BERLIN) == 2


def test_a_day_that_ends_in_the_hour_that_comes_never_or_twice_ends_at_the_later_reading() -> None:
    never = day_end(dt.datetime(2027, 3, 27, 2, 30, tzinfo=BERLIN), 1, BERLIN)
    assert never.astimezone(BERLIN).replace(tzinfo=None) == dt.datetime(2027, 3, 28, 3, 30)
    twice = day_end(dt.datetime(2026, 10, 24, 2, 30, tzinfo=BERLIN), 1, BERLIN)
    assert twice == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC), "the second 02:30"


def test_within_the_hour_that_comes_twice_order_is_that_of_time() -> None:
    due = dt.datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)  # the first
    policy = LateTable(penalty_per_day=0.1)
    assert days_late(due.replace(minute=10, fold=1), due, policy, BERLIN) == 1, "20 minutes earlier on the clock, 40 later in time"


def test_a_country_may_leave_out_a_date() -> None:
    apia = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
    due = dt.datetime(2011, 12, 29, 12, tzinfo=apia)
    policy = LateTable(penalty_per_day=0.1)
    assert days_late(dt.datetime(2011, 12, 31, 12, tzinfo=apia), due, policy, apia) == 1
    assert days_late(dt.datetime(2011, 12, 31, 12, 0, 1, tzinfo=apia), due, policy, apia) == 3, "the second day had no length"


def test_the_budget_is_spent_in_the_order_of_due_dates() -> None:
    dates = {f"0{i}_x": DatesTable(due=DUE + 10 * i * DAY) for i in range(1, 5)}
    came = [hand_in(slug, (table.due or DUE) + 3 * DAY, table) for slug, table in reversed(dates.items())]
    found = lateness(came, POLICY, SEOUL)
    assert [(found[slug].free_days, found[slug].penalty, found[slug].budget_left) for slug in dates] == [
        (2, 0.1, 3),
        (2, 0.1, 1),
        (1, 0.2, 0),
        (0, 0.3, 0),
    ]


def test_what_is_closed_spends_no_budget() -> None:
    first = hand_in("01_a", DUE + 30 * DAY, DatesTable(due=DUE))
    second = hand_in("02_b", DUE + 11 * DAY, DatesTable(due=DUE + 10 * DAY))
    found = lateness([first, second], POLICY, SEOUL)
    assert found["01_a"].closed and found["01_a"].penalty == 1 and found["01_a"].budget_left == 5
    assert (found["02_b"].free_days, found["02_b"].penalty) == (1, 0.0)


def test_a_date_of_closing_stands_in_place_of_days_and_holds_to_the_second() -> None:
    closes = DUE + 2 * DAY
    assert not one(closes + 15 * MINUTE, closes=closes).closed and one(closes + 15 * MINUTE + SECOND, closes=closes).closed
    assert not one(DUE + 20 * DAY, closes=DUE + 30 * DAY).closed


def test_an_extension_moves_the_due_date_and_opens_what_was_closed() -> None:
    received = DUE + 10 * DAY
    assert one(received).closed
    english, korean = "in time: due 2026-06-25 23:59 +09:00, with your extension", "제시간에 제출: 연장된 마감 2026-06-25 23:59 +09:00"
    assert one(received, until=DUE + 10 * DAY) == Lateness(budget_left=5, text=english, text_ko=korean)
    assert one(received, until=DUE + 9 * DAY).days == 1
    assert not one(received, closes=DUE + DAY, until=received).closed, "a closing date before the extension gives way"
    assert one(DUE, until=DUE - 9 * DAY) == one(DUE), "the deadline has moved beyond the extension meanwhile: it takes nothing away"


def test_an_extension_beyond_another_due_date_keeps_its_place_in_the_budget() -> None:
    policy = LateTable(budget_days=2, penalty_per_day=0.1)
    second = hand_in("02_b", DUE + 7 * DAY, DatesTable(due=DUE + 5 * DAY))
    before = lateness([hand_in("01_a", DUE + 2 * DAY, DatesTable(due=DUE)), second], policy, SEOUL)
    assert before["01_a"].free_days == 2 and before["02_b"].penalty == 0.2
    extended = hand_in("01_a", DUE + 11 * DAY, DatesTable(due=DUE), DUE + 10 * DAY)
    found = lateness([extended, second], policy, SEOUL)
    assert (found["01_a"].free_days, found["01_a"].penalty, found["02_b"].free_days) == (1, 0.0, 1)


def test_an_assignment_comes_once() -> None:
    with pytest.raises(ValueError, match="01_a comes twice"):
        lateness([hand_in("01_a", DUE, None)] * 2, POLICY, SEOUL)


@pytest.mark.parametrize(
    ("received", "policy", "text", "korean"),
    [
        (DUE - SECOND, POLICY, "", ""),
        (
            DUE + 3 * MINUTE,
            POLICY,
            "3 minutes after the due date (2026-06-15 23:59 +09:00), within the grace of 15 minutes: not late",
            "마감 2026-06-15 23:59 +09:00에서 3분 지났지만 유예 시간 15분 안이므로 지각이 아닙니다",
        ),
        (
            DUE + DAY,
            POLICY,
            "1 day late (due 2026-06-15 23:59 +09:00): 1 of your 5 free days is used, 4 left",
            "1일 지각(마감 2026-06-15 23:59 +09:00): 무료 지각 일수 5일 중 1일을 사용해 4일이 남았습니다",
        ),
        (
            DUE + 3 * DAY,
            POLICY,
            "3 days late (due 2026-06-15 23:59 +09:00): 2 of your 5 free days are used, 3 left; the other costs 10 %",
            "3일 지각(마감 2026-06-15 23:59 +09:00): 무료 지각 일수 5일 중 2일을 사용해 3일이 남았습니다, "
            "나머지 1일에 대해 10 % 감점합니다",
        ),
        (
            DUE + 3 * DAY,
            LateTable(penalty_per_day=0.3, max_penalty=0.5),
            "3 days late (due 2026-06-15 23:59 +09:00): the 3 days cost 50 %, the most that lateness can cost",
            "3일 지각(마감 2026-06-15 23:59 +09:00): 3일에 대해 50 %(지각 감점의 상한) 감점합니다",
        ),
        (
            DUE + DAY,
            LateTable(),
            "1 day late (due 2026-06-15 23:59 +09:00): it costs nothing",
            "1일 지각(마감 2026-06-15 23:59 +09:00): 1일에 대해 감점은 없습니다",
        ),
        (
            DUE + 8 * DAY + SECOND,
            POLICY,
            "too late to count: it closed 2026-06-22 23:59 +09:00, this came 2026-06-23 23:59:01 +09:00",
            "너무 늦어 점수에 들어가지 않습니다: 2026-06-22 23:59 +09:00에 접수가 끝났고 2026-06-23 23:59:01 +09:00에 제출되었습니다",
        ),
    ],
)
def test_each_deduction_is_told_in_words(received: dt.datetime, policy: LateTable, text: str, korean: str) -> None:
    found = one(received, policy)
    assert (found.text, found.text_ko) == (text, korean)


# ---- for any course

ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC")]
zones = st.sampled_from(ZONES)
moments = st.datetimes(dt.datetime(2026, 9, 1), dt.datetime(2026, 12, 1), timezones=st.just(dt.UTC)) | st.datetimes(
    dt.datetime(2026, 10, 24, 22), dt.datetime(2026, 10, 26, 3), timezones=zones
)
policies = st.builds(
    LateTable,
    budget_days=st.integers(0, 6),
    budget_days_each=st.none(),
    penalty_per_day=st.sampled_from([0.0, 0.05, 0.1, 0.3, 1.0]),
    max_penalty=st.sampled_from([0.5, 1.0]),
    grace_minutes=st.sampled_from([0, 1, 15, 1440]),
    closes_after_days=st.none() | st.integers(0, 10),
) | st.builds(LateTable, budget_days=st.just(4), budget_days_each=st.integers(0, 4), penalty_per_day=st.just(0.1))

Came = list[tuple[str, dt.datetime | None, DatesTable]]


@st.composite
def courses(draw: st.DrawFn) -> Came:
    made = []
    for number in range(draw(st.integers(1, 5))):
        due = draw(st.none() | moments)
        closes = (
            draw(st.none() | moments) if due is None else draw(st.none() | st.timedeltas(SECOND, 9 * DAY).map(lambda d, due=due: due + d))
        )
        made.append((f"0{number}_x", draw(st.none() | moments), DatesTable(due=due, closes=closes)))
    return made


def cost(found: Lateness) -> float:
    return 1.0 if found.closed else found.penalty


@given(courses(), policies, zones, st.floats(0, 100))
def test_never_more_than_the_points_and_never_more_than_the_budget(course: Came, policy: LateTable, zone: ZoneInfo, points: float) -> None:
    found = lateness([hand_in(*each) for each in course], policy, zone)
    assert set(found) == {slug for slug, _, _ in course}
    assert sum(each.free_days for each in found.values()) <= policy.budget_days
    for each in found.values():
        assert 0 <= each.free_days <= each.days and 0 <= each.budget_left <= policy.budget_days and 0 <= each.penalty <= 1
        assert policy.budget_days_each is None or each.free_days <= policy.budget_days_each
        assert 0 <= after(points, each) <= points
        assert bool(each.text) == bool(each.text_ko) and (each.text or not (each.days or each.closed)), "no deduction without words"


@given(st.lists(moments, min_size=2, max_size=6), moments, policies, zones)
def test_later_never_costs_less(times: list[dt.datetime], due: dt.datetime, policy: LateTable, zone: ZoneInfo) -> None:
    in_order = sorted(times, key=lambda moment: moment.astimezone(dt.UTC))
    found = [lateness([hand_in("a", each, DatesTable(due=due))], policy, zone)["a"] for each in in_order]
    assert all(cost(a) <= cost(b) and a.days <= b.days for a, b in pairwise(found))


@given(courses(), st.integers(0, 4), moments, policies, zones)
def test_an_extension_never_makes_its_assignment_worse_nor_the_others(
    course, which: int, until: dt.datetime, policy: LateTable, zone: ZoneInfo
) -> None:
    which %= len(course)
    before = lateness([hand_in(*each) for each in course], policy, zone)
    found = lateness([hand_in(*each, until if i == which else None) for i, each in enumerate(course)], policy, zone)
    slug = course[which][0]
    assert cost(found[slug]) <= cost(before[slug]) and found[slug].days <= before[slug].days
    if not before[slug].closed:  # what didn't count at all spent no budget
        assert all(cost(found[other]) <= cost(before[other]) for other in found)


@given(courses(), st.integers(0, 4), st.timedeltas(dt.timedelta(), 9 * DAY), policies, zones)
def test_a_deadline_moved_back_never_costs_that_assignment_more(
    course, which: int, by: dt.timedelta, policy: LateTable, zone: ZoneInfo
) -> None:
    """As long as the order of due dates stays; else the budget goes elsewhere."""
    slug, received, dates = course[which % len(course)]
    if dates.due is None:
        return
    later = (dates.due.astimezone(dt.UTC) + by).astimezone(zone)
    moved = DatesTable(due=later, closes=dates.closes and max(dates.closes, later, key=lambda moment: moment.astimezone(dt.UTC)))
    alone = [lateness([hand_in(slug, received, table)], policy, zone)[slug] for table in (dates, moved)]
    if dates.due.astimezone(zone).utcoffset() == later.utcoffset():  # in the hour that comes twice, later can have the earlier face
        assert cost(alone[1]) <= cost(alone[0])


@given(courses(), policies, zones, st.randoms())
def test_order_of_asking_changes_nothing(course: Came, policy: LateTable, zone: ZoneInfo, random: Random) -> None:
    came = [hand_in(*each) for each in course]
    shuffled = list(came)
    random.shuffle(shuffled)
    assert lateness(shuffled, policy, zone) == lateness(came, policy, zone)


@given(courses(), policies, zones, st.integers(0, 4))
def test_words_are_made_for_what_is_asked_and_change_no_number(course: Came, policy: LateTable, zone: ZoneInfo, count: int) -> None:
    came = [hand_in(*each) for each in course]
    whole, asked = lateness(came, policy, zone), {slug for slug, _, _ in course[:count]}
    assert lateness(came, policy, zone, in_words=asked) == {
        slug: each if slug in asked else replace(each, text="", text_ko="") for slug, each in whole.items()
    }


@given(moments, st.integers(0, 40), policies, zones)
def test_a_day_ends_where_the_next_begins(due: dt.datetime, days: int, policy: LateTable, zone: ZoneInfo) -> None:
    end = day_end(due, days, zone) + policy.grace_minutes * MINUTE
    assert days_late(end, due, policy, zone) <= days < days_late(end + dt.timedelta(microseconds=1), due, policy, zone)


def test_records_travel_with_nothing_but_what_they_say() -> None:
    each = Handed(assignment="01_a", received_at=DUE + DAY, due=DUE, closes=None, extended=False)
    assert lateness([each], LateTable(penalty_per_day=0.1), SEOUL)["01_a"].penalty == 0.1
