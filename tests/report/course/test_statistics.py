"""Statistics: nothing is lost or counted twice, whatever the standings; order doesn't matter where it should not."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.gradebook.records import Lateness, Standing
from grader.report.course import outliers as rules
from grader.report.course.outliers import outliers
from grader.report.course.statistics import BINS, hardest, of_assignment, slowest, spread, verdict_counts
from tests.report.course.synthetic import course

MADE = course(30, 6)
SLUG = MADE.about.assignments[0].slug
OF_ONE = [each for each in MADE.standings if each.assignment == SLUG]

points = st.floats(min_value=-10, max_value=120, allow_nan=False)


@given(st.lists(points, max_size=60))
def test_every_student_is_in_one_bin(values: list[float]) -> None:
    found = spread(values)
    assert sum(found.bins) == found.count == len(values) and len(found.bins) == BINS
    if values:
        assert min(values) - 1e-9 <= found.low <= found.median <= found.high <= max(values) + 1e-9
        assert min(values) - 1e-9 <= found.mean <= max(values) + 1e-9


@pytest.mark.parametrize(("value", "bin"), [(0, 0), (9.99, 0), (10, 1), (89.9, 8), (90, 9), (100, 9), (120, 9), (-5, 0)])
def test_borders_of_bins(value: float, bin: int) -> None:
    assert spread([value]).bins.index(1) == bin


@given(st.permutations(OF_ONE))
def test_the_order_of_standings_changes_no_number(shuffled: list[Standing]) -> None:
    one, other = of_assignment(SLUG, OF_ONE), of_assignment(SLUG, shuffled)
    assert one.spread == other.spread and one.slowest == other.slowest
    assert {each.id: each for each in one.checks} == {each.id: each for each in other.checks}
    assert [(each.verdict, len(each.logins)) for each in one.verdicts] == [(each.verdict, len(each.logins)) for each in other.verdicts]


def test_every_standing_is_in_one_state() -> None:
    found = of_assignment(SLUG, OF_ONE)
    assert found.graded + len(found.waiting) + len(found.undecided) + len(found.missing) == len(OF_ONE)
    assert found.handed == sum(each.submission is not None for each in OF_ONE)
    graded = [each for each in OF_ONE if each.grade]
    assert sum(len(each.logins) for each in found.verdicts) == sum(each.grade.verdict != "PASSED" for each in graded if each.grade)


def test_rates_leave_out_what_did_not_run() -> None:
    graded = next(each for each in OF_ONE if each.grade and each.state == "graded")
    assert graded.grade
    first, *others = graded.grade.checks
    away = msgspec.structs.replace(first, outcome="not_run", verdict="NOT_RUN")
    changed = [
        msgspec.structs.replace(graded, grade=msgspec.structs.replace(graded.grade, id=id, checks=(check, *others)))
        for id, check in enumerate(
            (away, msgspec.structs.replace(first, outcome="passed"), msgspec.structs.replace(first, outcome="failed"))
        )
    ]
    found = of_assignment(SLUG, changed).checks[0]
    assert (found.passed, found.failed, found.not_run, found.rate) == (1, 1, 1, 0.5)
    assert of_assignment(SLUG, changed[:1]).checks[0].rate is None
    assert hardest(of_assignment(SLUG, changed[:2]).checks[:1], 5) == (), "a check that nobody fails is not hard"


def test_a_checks_title_is_the_latest_grades() -> None:
    graded = next(each for each in OF_ONE if each.grade)
    assert graded.grade
    new = msgspec.structs.replace(graded.grade.checks[0], title="New title")
    later = msgspec.structs.replace(graded.grade, id=10_000, checks=(new,))
    standings = [msgspec.structs.replace(graded, grade=later), graded]
    assert of_assignment(SLUG, standings).checks[0].title == "New title"


def test_what_the_device_cannot_measure_is_on_no_list_of_faults() -> None:
    graded = next(each for each in OF_ONE if each.grade and each.state == "graded")
    assert graded.grade
    check = msgspec.structs.replace(graded.grade.checks[0], outcome="not_run", verdict="NOT_MEASURED")
    standing = msgspec.structs.replace(graded, grade=msgspec.structs.replace(graded.grade, checks=(check,)))
    assert of_assignment(SLUG, [standing]).not_run == ()


def test_linked_grades_took_no_time_and_are_not_slow() -> None:
    assert all(row.wall_s > 0 for row in slowest(MADE.standings, 10_000))
    graded = next(each for each in OF_ONE if each.grade)
    assert graded.grade
    linked = msgspec.structs.replace(graded, grade=msgspec.structs.replace(graded.grade, wall_s=0.0, same_as=1))
    assert slowest([linked]) == ()


def test_somebody_dropped_or_excused_is_not_missing() -> None:
    gone = next(each for each in MADE.standings if each.state == "missing")
    assert of_assignment(SLUG, [gone]).missing == (gone.student.login,)
    dropped = msgspec.structs.replace(gone, student=msgspec.structs.replace(gone.student, enrolled=False))
    excused = msgspec.structs.replace(gone, points=80.0)
    assert of_assignment(SLUG, [dropped, excused]).missing == ()


def test_late_and_too_late() -> None:
    base = next(each for each in OF_ONE if each.grade)
    late = msgspec.structs.replace(base, lateness=Lateness(days=1))
    closed = msgspec.structs.replace(base, lateness=Lateness(days=9, closed=True))
    found = of_assignment(SLUG, [msgspec.structs.replace(base, lateness=Lateness()), late, closed])
    assert len(found.late) == 2 and len(found.closed) == 1


def test_commonest_first() -> None:
    rows = verdict_counts(MADE.standings)
    assert [len(row.logins) for row in rows] == sorted((len(row.logins) for row in rows), reverse=True)
    assert "PASSED" not in {row.verdict for row in rows}


# ---- outliers


def standing(login: str, slug: str, raw: float, *, wall_s: float = 1.0, verdict: str = "PASSED") -> Standing:
    base = next(each for each in MADE.standings if each.grade)
    assert base.grade
    return msgspec.structs.replace(
        base,
        student=msgspec.structs.replace(base.student, login=login),
        assignment=slug,
        grade=msgspec.structs.replace(base.grade, student=login, assignment=slug, wall_s=wall_s, verdict=verdict),
        raw_points=raw,
        points=raw,
    )


def steady(**changed: float) -> list[Standing]:
    """Ten students in five assignments with 80 each, but for s0's of the assignments named."""
    return [standing(f"s{n}", f"a{k}", changed.get(f"a{k}", 80.0) if n == 0 else 80.0) for n in range(10) for k in range(5)]


def test_points_far_from_the_students_own() -> None:
    (found,) = outliers(steady(a3=20.0))
    assert (found.login, found.assignment, found.kind, found.value, found.usual) == ("s0", "a3", "points", 20.0, 80.0)
    assert outliers(steady(a3=60.0)) == (), "not far enough"
    assert outliers(steady(a0=20.0, a1=95.0, a2=10.0, a3=90.0, a4=15.0)) == (), "somebody whose points vary has no usual"


def test_an_assignment_that_is_hard_for_all_is_no_outlier_and_few_others_make_no_habit() -> None:
    hard = [standing(f"s{n}", f"a{k}", 20.0 if k == 2 else 90.0) for n in range(10) for k in range(5)]
    assert outliers(hard) == ()
    few = [standing(f"s{n}", f"a{k}", 10.0 if (n, k) == (0, 0) else 90.0) for n in range(10) for k in range(rules.OWN_OTHERS)]
    assert outliers(few) == ()


def test_unusually_slow() -> None:
    crowd = [standing(f"s{n}", "a0", 80.0, wall_s=1.0 + n / 100) for n in range(10)]
    (found,) = outliers([*crowd, standing("slow", "a0", 80.0, wall_s=9.0)])
    assert (found.login, found.kind, found.value) == ("slow", "time", 9.0)
    assert outliers([*crowd, standing("slow", "a0", 80.0, wall_s=1.9)]) == ()
    assert outliers([*crowd[: rules.CROWD - 2], standing("slow", "a0", 80.0, wall_s=9.0)]) == (), "too few to know what is usual"


def test_a_verdict_that_nobody_else_has() -> None:
    crowd = [standing(f"s{n}", "a0", 80.0, verdict="WRONG_TAIL" if n < 3 else "PASSED") for n in range(10)]
    (found,) = outliers([*crowd, standing("odd", "a0", 80.0, verdict="DEADLOCK")])
    assert (found.login, found.kind, found.verdict) == ("odd", "verdict", "DEADLOCK")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), points, st.floats(0, 50, allow_nan=False)), max_size=40))
def test_outliers_are_among_the_graded_and_in_a_fixed_order(rows: list[tuple[int, int, float, float]]) -> None:
    unique = {(n, k): standing(f"s{n}", f"a{k}", raw, wall_s=wall_s) for n, k, raw, wall_s in rows}
    found = outliers(list(unique.values()))
    assert {(each.login, each.assignment) for each in found} <= {(f"s{n}", f"a{k}") for n, k in unique}
    assert found == outliers(list(unique.values()))
