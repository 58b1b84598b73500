"""Standings: the view of a whole course."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from grader.toolchain import UsageError
from tests.gradebook.making import NOON, at, course, grade, hand_in

FIRST, SECOND = "01_scale", "02_reverse"
DATES = f"[dates]\n{FIRST} = {{ due = {NOON.isoformat()} }}\n{SECOND} = {{ due = {at(7).isoformat()} }}\n"


@pytest.fixture(autouse=True)
def _people(book: Gradebook) -> None:
    book.enroll([Student(login="minsu"), Student(login="sora")])


def test_everybody_stands_in_every_assignment(book: Gradebook, tmp_path: Path) -> None:
    graded = book.store(hand_in(book, "minsu"), grade(40, max_score=50))
    hand_in(book, "sora", SECOND)
    undecided = book.store(hand_in(book, "sora"), grade(0, max_score=0, not_run=1))
    hand_in(book, "guest")
    found = {(s.student.login, s.assignment): s for s in book.standings(course(tmp_path))}
    assert {pair: s.state for pair, s in found.items()} == {
        ("guest", FIRST): "waiting",
        ("minsu", FIRST): "graded",
        ("minsu", SECOND): "missing",
        ("sora", FIRST): "undecided",
        ("sora", SECOND): "waiting",
    }
    mine = found["minsu", FIRST]
    assert mine.grade == graded and mine.submission is not None and mine.submission.id == graded.submission
    assert mine.raw_points == mine.points == 80
    assert found["sora", FIRST].grade == undecided and found["sora", FIRST].points is None
    assert [(s.student.login, s.assignment) for s in book.standings(course(tmp_path), student="sora")] == [
        ("sora", FIRST),
        ("sora", SECOND),
    ]
    assert [s.student.login for s in book.standings(course(tmp_path), assignment=SECOND)] == ["minsu", "sora"]
    for asked in ({"student": "minsu"}, {"assignment": FIRST}, {"student": "sora", "assignment": SECOND}):
        part = book.standings(course(tmp_path), **asked)
        assert part and all(s == found[s.student.login, s.assignment] for s in part), "a part is a part of the whole"
    with pytest.raises(UsageError, match="knows nobody 'minso'"):
        book.standings(course(tmp_path), student="minso")


def test_the_order_is_the_courses(book: Gradebook, tmp_path: Path) -> None:
    turned = course(tmp_path, f'order = ["{SECOND}", "{FIRST}"]\n')
    hand_in(book, "sora", "99_gone")
    assert [(s.student.login, s.assignment) for s in book.standings(turned, student="sora")] == [
        ("sora", SECOND),
        ("sora", FIRST),
        ("sora", "99_gone"),
    ], "what is no longer in the course is still told"


def test_a_moved_deadline_counts_at_once(book: Gradebook, tmp_path: Path) -> None:
    book.store(hand_in(book, "minsu", when=at(seconds=1)), grade(100))
    late = "[late]\npenalty_per_day = 0.1\n"

    def points(dates: str) -> float | None:
        return book.standings(course(tmp_path, late + dates), student="minsu", assignment=FIRST)[0].points

    assert points(DATES) == 90
    assert points(DATES.replace(NOON.isoformat(), at(1).isoformat())) == 100
    assert points("") == 100
    book.extend("minsu", FIRST, at(seconds=1), reason="ill", author="ta")
    assert points(DATES) == 100


def test_free_days_spent_elsewhere_count_in_a_part_of_the_view(book: Gradebook, tmp_path: Path) -> None:
    of = course(tmp_path, "[late]\nbudget_days = 1\npenalty_per_day = 0.1\n" + DATES)
    for slug, days in ((FIRST, 0.5), (SECOND, 7.5)):
        book.store(hand_in(book, "minsu", slug, at(days)), grade(100))
    assert [s.points for s in book.standings(of, student="minsu")] == [100, 90]
    (second,) = book.standings(of, student="minsu", assignment=SECOND)
    assert second.points == 90 and "1 day late" in second.lateness.text


def test_the_best_counts_where_the_course_says_so(book: Gradebook, tmp_path: Path) -> None:
    best = hand_in(book, "minsu", when=at(-2))
    book.store(best, grade(20))
    book.store(best, grade(90), why="regraded: mended")
    book.store(hand_in(book, "minsu", when=at(-1)), grade(50))
    hand_in(book, "minsu", when=NOON)
    of = course(tmp_path, f'[submit.each.{FIRST}]\ncounts = "best"\n')
    (standing,) = book.standings(of, student="minsu", assignment=FIRST)
    assert standing.submission == best and standing.points == 90
    (last,) = book.standings(course(tmp_path), student="minsu", assignment=FIRST)
    assert last.state == "waiting" and last.points is None


def test_remarks_are_part_of_it(book: Gradebook, tmp_path: Path) -> None:
    by_hand = book.override("minsu", FIRST, 70, reason="appeal", author="ta")
    remark = book.comment("minsu", FIRST, "see me", author="ta", private=True)
    (standing,) = book.standings(course(tmp_path), student="minsu", assignment=FIRST)
    assert (standing.state, standing.points, standing.override, standing.comments) == ("missing", 70, by_hand, (remark,))
    book.override("minsu", FIRST, None, reason="wrong", author="ta")
    assert book.standings(course(tmp_path), student="minsu", assignment=FIRST)[0].points is None


def test_what_one_of_a_group_hands_in_counts_for_all(book: Gradebook, tmp_path: Path) -> None:
    book.enroll([Student(login="third")])
    book.set_group(FIRST, "team", ["minsu", "sora"])
    book.store(hand_in(book, "minsu", when=at(-2)), grade(10))
    last = hand_in(book, "sora", when=at(-1))
    book.store(last, grade(60))
    found = {s.student.login: s for s in book.standings(course(tmp_path), assignment=FIRST)}
    assert [found[login].submission for login in ("minsu", "sora")] == [last, last] and found["minsu"].points == 60
    assert found["third"].state == "missing"
    assert book.standings(course(tmp_path), student="minsu", assignment=FIRST) == [found["minsu"]]
    (second,) = book.standings(course(tmp_path), student="minsu", assignment=SECOND)
    assert second.state == "missing", "a group is one of one assignment"


def test_as_things_stood_then(book: Gradebook, tmp_path: Path) -> None:
    early = hand_in(book, "minsu", when=at(-1))
    hand_in(book, "minsu", when=at(1))
    (then,) = book.standings(course(tmp_path), student="minsu", assignment=FIRST, now=NOON)
    assert then.submission == early


@pytest.mark.parametrize("seed", range(6))
def test_a_part_of_the_view_is_a_part_of_the_whole(book: Gradebook, tmp_path: Path, seed: int) -> None:
    """One assignment, or one student, is answered from fewer rows; whatever happened elsewhere, the answer is the same."""
    lots = random.Random(seed)
    slugs = ("01_a", "02_b", "03_c", "04_d")
    counts = lots.choice(["last", "best"])
    dates = "".join(f"{slug} = {{ due = {at(7 * i).isoformat()} }}\n" for i, slug in enumerate(slugs[:3]))
    late = f"[late]\nbudget_days = {lots.choice([0, 2, 3])}\npenalty_per_day = 0.1\ncloses_after_days = 4\n"
    of = course(tmp_path, f'[dates]\n{dates}{late}[submit]\ncounts = "{counts}"\n', slugs)
    logins = [f"s{i}" for i in range(6)]
    book.enroll([Student(login=login) for login in logins])
    for slug in lots.sample(slugs, 2):
        book.set_group(slug, "team", lots.sample(logins, 3))
    for _ in range(40):
        slug = lots.choice(slugs)
        when = None if lots.random() < 0.1 else at(7 * slugs.index(slug) + lots.uniform(-3, 5))
        submission = hand_in(book, lots.choice(logins), slug, when)
        if lots.random() < 0.8:
            book.store(submission, grade(lots.randrange(101)))
    for login in lots.sample(logins, 3):
        slug = lots.choice(slugs)
        book.extend(login, slug, at(7 * slugs.index(slug) + lots.uniform(-1, 4)), reason="x", author="ta")
    book.override(logins[0], slugs[0], 5, reason="x", author="ta")
    whole = book.standings(of)
    assert len(whole) == 32 and any(s.lateness.days for s in whole)
    for slug in slugs:
        assert book.standings(of, assignment=slug) == [s for s in whole if s.assignment == slug]
    for login in logins:
        assert book.standings(of, student=login) == [s for s in whole if s.student.login == login]
        for slug in slugs:
            assert book.standings(of, student=login, assignment=slug) == [
                s for s in whole if (s.student.login, s.assignment) == (login, slug)
            ]
