"""Which submission counts and what it is worth: a pure function of one student's submissions, the dates and the rules."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from grader.course_file import CourseFile, DatesTable, LateTable, SubmitEach, SubmitTable
from grader.gradebook.models import microseconds
from grader.gradebook.records import Lateness, Override
from grader.gradebook.standing import Hand, Rules, dates_of, points_of, raw_points
from grader.late import hand_in, lateness
from tests.gradebook.making import NOON, at

SLUG, OTHER = "01_scale", "02_reverse"


def rules(counts: str = "last", closes: int | None = None, **late: float) -> CourseFile:
    """Both assignments are due at NOON and a week later."""
    dates = {SLUG: DatesTable(due=NOON, closes=None if closes is None else at(closes)), OTHER: DatesTable(due=at(7))}
    return CourseFile(id="c", dates=dates, late=LateTable(**late), submit=SubmitTable(counts=counts))  # type: ignore[arg-type]


def hand(id: int, days: float | None, raw: float | None = None) -> Hand:
    return Hand(id, None if days is None else microseconds(at(days)), raw)


def chosen(course: CourseFile, *hands: Hand, until: dt.datetime | None = None) -> tuple[int | None, Lateness]:
    found = Rules(course).counted({SLUG: hands}, {SLUG: dates_of(course, SLUG, until)})[SLUG]
    return found.hand.id if found.hand else None, found.lateness


def test_the_last_counts_in_order_of_receipt() -> None:
    assert chosen(rules(), hand(1, -1, 90), hand(2, -2, 10))[0] == 2, "whatever the clock said"
    assert chosen(rules())[0] is None
    assert chosen(rules(), hand(1, None))[0] == 1


def test_a_last_one_that_is_too_late_doesnt_take_an_earlier_ones_place() -> None:
    course = rules(closes=2, penalty_per_day=0.1)
    assert chosen(course, hand(1, -1), hand(2, 1), hand(3, 3))[0] == 2
    number, late = chosen(course, hand(1, 3), hand(2, 4))
    assert number == 2 and late.closed and points_of(100, late, None) == 0


def test_the_best_is_the_one_with_most_points_after_lateness() -> None:
    course = rules("best", penalty_per_day=0.1)
    assert chosen(course, hand(1, -1, 60), hand(2, 0.5, 80))[0] == 2, "72 after a day"
    assert chosen(course, hand(1, -1, 75), hand(2, 0.5, 80))[0] == 1
    assert chosen(course, hand(1, -2, 70), hand(2, -1, 70), hand(3, 1, None))[0] == 1, "of equals the earliest"
    assert chosen(course, hand(1, -2), hand(2, -1))[0] == 2, "none is graded: the last"
    each = CourseFile(id="c", submit=SubmitTable(counts="last", each={SLUG: SubmitEach(counts="best")}))
    assert chosen(each, hand(1, None, 9), hand(2, None, 3))[0] == 1


def test_free_days_are_not_spent_for_nothing_and_are_spent_in_order_of_due_dates() -> None:
    course = rules("best", budget_days=1, penalty_per_day=0.5)
    hands = {OTHER: [hand(9, 7.5, 100)], SLUG: [hand(1, -1, 80), hand(2, 0.5, 80), hand(3, 0.6, 90)]}
    found = Rules(course).counted(hands, {slug: dates_of(course, slug, None) for slug in (OTHER, SLUG)})
    assert found[SLUG].hand == hands[SLUG][2] and found[SLUG].lateness.free_days == 1
    assert found[OTHER].lateness.penalty == 0.5 and found[OTHER].lateness.budget_left == 0
    hands[SLUG].pop()
    found = Rules(course).counted(hands, {slug: dates_of(course, slug, None) for slug in (OTHER, SLUG)})
    assert found[SLUG].hand == hands[SLUG][0] and found[SLUG].lateness.budget_left == 1
    assert found[OTHER].lateness.penalty == 0 and found[OTHER].lateness.free_days == 1


def test_a_second_decides_and_an_extension_moves_it() -> None:
    course = rules(penalty_per_day=0.1)
    second = 1 / 86400
    assert chosen(course, hand(1, 0))[1].penalty == 0
    assert chosen(course, hand(1, second))[1].penalty == 0.1
    assert chosen(course, hand(1, second), until=at(1))[1].penalty == 0
    assert chosen(course, hand(1, 1 + second), until=at(1))[1].penalty == 0.1
    assert chosen(course, hand(1, second), until=at(-1))[1].penalty == 0.1, "an earlier one changes nothing"


def test_points() -> None:
    late = Lateness(penalty=0.1)
    by_hand = Override(id=1, student="a", assignment=SLUG, points=33, reason="x", author="x", at=NOON)
    assert raw_points(40, 80) == 50 and raw_points(0, 0) is None
    assert points_of(50, late, None) == 45 and points_of(None, late, None) is None
    assert points_of(50, late, by_hand) == points_of(None, late, by_hand) == 33
    assert points_of(90, Lateness(penalty=1.0, closed=True), None) == 0


DAYS = st.none() | st.integers(-30, 30).map(lambda tenths: tenths / 10)
HANDS = st.lists(st.tuples(DAYS, st.none() | st.integers(0, 100)), max_size=5).map(
    lambda rows: [hand(i, *row) for i, row in enumerate(rows, 1)]
)
COURSES = st.builds(
    rules,
    st.sampled_from(["last", "best"]),
    closes=st.none() | st.integers(1, 4),
    budget_days=st.integers(0, 3),
    penalty_per_day=st.sampled_from([0.0, 0.1, 0.6]),
    grace_minutes=st.sampled_from([0, 30]),
)


@given(COURSES, HANDS, HANDS, st.none() | st.integers(-2, 4).map(at))
def test_lateness_is_the_policys_of_all_that_counts(
    course: CourseFile, first: list[Hand], second: list[Hand], until: dt.datetime | None
) -> None:
    """Most submissions are in time and the policy isn't asked of them: what it would say is what stands there."""
    dates = {SLUG: dates_of(course, SLUG, until), OTHER: dates_of(course, OTHER, None)}
    found = Rules(course).counted({SLUG: first, OTHER: second}, dates)
    asked = [
        hand_in(
            slug,
            None if each.hand.received_us is None else at(0) + dt.timedelta(microseconds=each.hand.received_us - microseconds(at(0))),
            course.dates[slug],
            until if slug == SLUG else None,
        )
        for slug, each in found.items()
        if each.hand is not None
    ]
    said = lateness(asked, course.late, dt.UTC)
    assert {slug: each.lateness for slug, each in found.items() if each.hand is not None} == said
    assert all(0 <= (points_of(100, each.lateness, None) or 0) <= 100 for each in found.values())


@given(COURSES, HANDS)
def test_one_counts_if_there_is_any_and_the_best_is_best(course: CourseFile, hands: list[Hand]) -> None:
    number, late = chosen(course, *hands)
    assert (number is None) == (not hands)
    if course.submit.counts == "best" and any(h.raw is not None for h in hands):
        raw = {h.id: h.raw for h in hands}
        alone = [(points_of(h.raw, chosen(course, h)[1], None) or 0) for h in hands if h.raw is not None]
        assert number is not None and (points_of(raw[number], late, None) or 0) == max(alone)
