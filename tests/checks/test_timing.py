"""Times of a card -> a ratio with its confidence interval and points; and the clocks that are believed."""

from __future__ import annotations

import random

import pytest

from grader.checks.timing import compared, median_interval
from grader.devices.contract import Plan
from grader.devices.record import DeviceRecord, TimedCall
from grader.errors import HarnessError
from grader.records import Exit, Problem, Timing
from grader.run.timing import FIRST, Counts, counts_for, seconds, timing_of, trusted_s

COUNTS = Counts(alone=3, warm=1, timed=7, kept=2)


def test_the_ratio_is_the_median_of_the_pairs():
    found = compared(Timing(student_s=(2.0, 2.2, 9.0, 2.0, 4.4), reference_s=(1.0, 1.1, 1.0, 1.0, 2.2)))
    assert found.ratio == 2.0  # a moment in which both were slow counts for neither
    assert (found.low, found.high) == (2.0, 9.0)  # too few for an interval that leaves any out


def test_a_reference_that_the_student_holds_up_is_timed_alone():
    found = compared(Timing(student_s=(2.0,) * 5, reference_s=(2.0,) * 5, alone_s=(1.0,) * 6))
    assert found.ratio == pytest.approx(2.0 / 1.3)


@pytest.mark.parametrize(("count", "ranks"), [(1, (0, 0)), (5, (0, 4)), (6, (0, 5)), (9, (1, 7)), (15, (3, 11)), (20, (5, 14))])
def test_the_interval_of_a_median_by_ranks(count, ranks):
    assert median_interval(count) == ranks  # as in tables of the binomial distribution


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = random.Random(1)
    first, last = median_interval(15)
    hits = 0
    for _ in range(2000):
        sample = sorted(rng.expovariate(1.0) for _ in range(15))
        hits += sample[first] <= 0.6931 <= sample[last]
    assert 0.95 <= hits / 2000 <= 0.99


@pytest.mark.parametrize(("value", "text"), [(1.5, "1.5 s"), (0.00207, "2.07 ms"), (41.3e-6, "41.3 µs")])
def test_seconds_in_words(value, text):
    assert seconds(value) == text


def test_large_cases_are_called_less_often_and_still_have_an_interval():
    counts = [counts_for(size) for size in (1 << 20, 64 << 20, 1 << 30)]
    assert [each.timed for each in counts] == sorted((each.timed for each in counts), reverse=True)
    assert all(median_interval(each.timed) != (0, 0) and each.kept < each.timed and each.alone >= 3 for each in counts)


def record(**changes) -> DeviceRecord:
    """Reference 10 ms, student 20 ms by both clocks, 1 ms of overhead."""
    calls = []
    for call in range(FIRST, FIRST + 14):
        calls.append(TimedCall(guest="reference", call=call, wall_s=0.011, event_s=0.010))
        if FIRST + 3 <= call < FIRST + 11:
            calls.append(TimedCall(guest="student", call=call, wall_s=0.021, event_s=0.020))
    return DeviceRecord(**{"profile": "card", "threads": 0, "timed": tuple(calls), "overhead_s": (0.001,) * 20, **changes})


def plan() -> Plan:
    return Plan(buffers={}, outputs=(), calls=())


def test_a_record_becomes_times_without_the_overhead():
    timing = timing_of(record(), plan(), COUNTS, Exit(cause="exited", code=0))
    assert timing.student_s == pytest.approx((0.020,) * 7) and timing.reference_s == pytest.approx((0.010,) * 7)
    assert len(timing.alone_s) == 6 and not timing.note and not timing.unsteady and timing.fault is None


def test_a_forged_event_gains_no_more_than_the_overhead():
    assert trusted_s(TimedCall(guest="student", call=1, wall_s=0.021, event_s=1e-6), 0.001) == pytest.approx(0.020)
    forged = tuple(TimedCall(guest=c.guest, call=c.call, wall_s=c.wall_s, event_s=1e-6) for c in record().timed)
    timing = timing_of(record(timed=forged), plan(), COUNTS, Exit(cause="exited", code=0))
    assert timing.student_s == pytest.approx((0.020,) * 7) and "own events say" in timing.note


def test_a_clock_that_runs_slow_helps_nobody():
    assert trusted_s(TimedCall(guest="student", call=1, wall_s=0.021, event_s=5.0), 0.001) == 5.0


@pytest.mark.parametrize(("cause", "verdict"), [("timeout", "TIMEOUT"), ("signaled", "HOST_CRASH"), ("exited", "EARLY_EXIT")])
def test_a_student_who_leaves_early_has_no_time(cause, verdict):
    short = tuple(c for c in record().timed if c.guest == "reference" or c.call < FIRST + 6)
    timing = timing_of(record(timed=short), plan(), COUNTS, Exit(cause=cause))
    assert isinstance(timing.fault, Problem) and timing.fault.verdict == verdict and timing.kept == ()


def test_a_reference_that_doesnt_get_through_is_our_fault():
    with pytest.raises(HarnessError, match="reference"):
        timing_of(record(timed=()), plan(), COUNTS, Exit(cause="exited", code=0))


def test_a_card_that_others_use_has_no_steady_clock():
    noisy = tuple(
        TimedCall(guest=c.guest, call=c.call, wall_s=c.wall_s * (3 if c.call >= FIRST + 11 else 1), event_s=0.0) for c in record().timed
    )
    timing = timing_of(record(timed=noisy), plan(), COUNTS, Exit(cause="exited", code=0))
    assert "other programs use the card" in timing.unsteady


# ---- the judge's side

SMALL = {"one": {"M": 4, "N": 5, "K": 3}}
BODY = "import pytest\n\n@pytest.mark.points(10)\n@pytest.mark.on('cuda')\ndef test_it(judge):\n    judge.timed(full=1.2, zero=10)\n"


@pytest.mark.parametrize(("student_s", "points"), [(1.0, 10), (1.19, 10), (2.4, 5), (6.0, 2), (10.0, 0), (50.0, 0)])
def test_points_fall_as_the_time_grows(make, student_s, points):
    bench = make(SMALL, BODY)
    runs = bench.runs(timing=Timing(student_s=(student_s,) * 9, reference_s=(1.0,) * 9))
    (result,) = bench.judge(runs, device="cuda")
    assert result.points == pytest.approx(points)
    assert (result.verdict, result.outcome) == (("", "passed") if points == 10 else ("TOO_SLOW", "failed"))
    assert points == 10 or "95 % interval" in result.message


def test_without_a_clock_the_check_is_not_measured(make):
    bench = make(SMALL, BODY)
    for changes in ({}, {"timing": Timing(student_s=(1.0,), reference_s=(1.0,), unsteady="others use the card")}):
        (result,) = bench.judge(bench.runs(**changes), device="cuda")
        assert (result.outcome, result.verdict) == ("not_run", "NOT_MEASURED")


def test_a_student_who_left_early_fails_the_check(make):
    bench = make(SMALL, BODY)
    fault = Problem(verdict="TIMEOUT", message="stopped")
    (result,) = bench.judge(bench.runs(timing=Timing(student_s=(), reference_s=(1.0,), fault=fault)), device="cuda")
    assert (result.outcome, result.verdict, result.points) == ("failed", "TIMEOUT", 0)
