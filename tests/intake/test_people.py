"""Whose a hand-in is: ids before names, nobody guessed, nobody dropped, and the same from run to run."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.gradebook.names import check_login
from grader.gradebook.records import Student
from grader.intake.people import Match, Roster, name_key, with_namesakes
from grader.intake.record import Intake


def hand_in(who: str, *, name: str = "", own: str = "", **ids: str) -> Intake:
    return Intake(who=who, name=name, own=own, ids=ids, origin="x", label=who)


def match(intake: Intake, *students: Student) -> Match:
    return Roster(students).match(intake)


JANE = Student(login="jane", name="Jane Doe", email="Jane.Doe@x.edu", ids={"canvas": "101", "sis": "00123", "github": "jd"}, section="A1")
MINSU = Student(login="ms", name="김민수", email="ms@x.kr")


@pytest.mark.parametrize(
    "intake",
    [
        hand_in("jane"),
        hand_in("JANE"),
        hand_in("jane.doe@X.edu"),
        hand_in("00123"),
        hand_in("Jane Doe"),
        hand_in("Doe, Jane"),
        hand_in("doejane", name="doejane", canvas="101"),
        hand_in("someone", name="someone", canvas="101"),
        hand_in("doejane", name="doejane", canvas="101"),
        hand_in("jane.doe@x.edu", name="J. D.", email="jane.doe@x.edu"),
        hand_in("jd", github="jd"),
        hand_in("A1-Jane Doe", name="A1-Jane Doe"),
        hand_in("Group 7-Jane Doe", name="Group 7-Jane Doe"),
    ],
)
def test_found(intake: Intake) -> None:
    found = match(intake, JANE, MINSU)
    assert (found.login, found.known, found.note) == ("jane", True, "")
    assert set(found.keys) == {"jane", "Jane.Doe@x.edu", "101", "00123", "jd"}


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_korean_in_every_form(form: str) -> None:
    assert match(hand_in(unicodedata.normalize(form, "김민수")), JANE, MINSU).login == "ms"
    assert match(hand_in("x", name=unicodedata.normalize(form, "김 민수")), JANE, MINSU).login == "ms"


@pytest.mark.parametrize(
    ("intake", "students"),
    [
        (hand_in("kimminsu", name="kimminsu"), [Student(login="a", name="Kim Minsu"), Student(login="b", name="Minsu Kim")]),
        (hand_in("doejane", name="doejane", canvas="999"), [JANE]),  # another Jane: Canvas knows her by another number
        (hand_in("Anne-Marie Doe", name="Anne-Marie Doe"), [Student(login="md", name="Marie Doe")]),
        (hand_in("leesam", name="leesam"), [Student(login="leesam", name="Other Person")]),  # Sam Lee isn't in the roster
        (hand_in("jane", github="jane"), [JANE]),  # on GitHub anybody may be called jane
        (hand_in("रम कुमर", name="रम कुमर"), [Student(login="r", name="राम कुमार")]),
        (hand_in("x", canvas="101", sis="777"), [JANE, Student(login="other", ids={"sis": "777"})]),
        (hand_in("x", canvas="5", email="b@x.edu"), [Student(login="a", ids={"canvas": "5"}), Student(login="b", email="b@x.edu")]),
    ],
)
def test_not_guessed(intake: Intake, students: list[Student]) -> None:
    found = match(intake, *students)
    assert not found.known
    assert found.note
    assert found.login not in {each.login for each in students}


def test_a_display_name_before_a_login() -> None:
    sam = Student(login="sl", name="Sam Lee")
    assert match(hand_in("leesam", name="leesam"), Student(login="leesam", name="Other Person"), sam).login == "sl"
    assert match(hand_in("leesam", name="leesam"), Student(login="leesam")).login == "leesam"  # a roster without names


def test_two_of_one_name_in_a_download() -> None:
    one, other = (hand_in("Kim Minsu", name="Kim Minsu", own=f"Kim Minsu_{n}", moodle_participant=str(n)) for n in (1, 2))
    alone = hand_in("Jane Doe", name="Jane Doe", moodle_participant="3")
    marked = with_namesakes([one, other, alone])
    assert [each.namesake for each in marked] == [True, True, False]
    roster = Roster([Student(login="ms", name="Kim Minsu"), JANE])
    found = [roster.match(each) for each in marked]
    assert [each.login for each in found] == ["Kim Minsu_1", "Kim Minsu_2", "jane"]
    assert "ms" in found[0].note


def test_one_person_twice_is_no_namesake() -> None:
    same = hand_in("Jane Doe", name="Jane Doe", email="j@x.edu")
    assert not any(each.namesake for each in with_namesakes([same, same]))


def test_unknown_again_is_the_same_login() -> None:
    first = match(hand_in("newcomer"))
    again = match(hand_in("newcomer"), Student(login=first.login, enrolled=False))
    assert (again.login, again.known) == (first.login, False)


def test_dropped_from_the_roster() -> None:
    found = match(hand_in("jane"), Student(login="jane", enrolled=False))
    assert (found.login, found.known, found.note) == ("jane", False, "in no roster")


NAMES = st.text(st.characters(), min_size=1, max_size=40) | st.sampled_from(
    ["a:b", "a?b", "a_b", "\x1b[31mred", "\u202eevil", "a\nb", "\udcff", "-rf", "=1+1", ".", "..", "김민수", "é" * 130, "x" * 255, " x "]
)


@given(NAMES, NAMES)
def test_any_name_has_a_login_of_its_own(one: str, other: str) -> None:
    students = [Student(login="a_b", name="A B"), Student(login="x")]
    roster = Roster(students)
    first, second = roster.match(hand_in(one)), roster.match(hand_in(other))
    for found in (first, second):
        assert check_login(found.login) == found.login
    unknown = not first.known and not second.known
    if unknown and unicodedata.normalize("NFC", one) != unicodedata.normalize("NFC", other):
        assert first.login != second.login
    assert roster.match(hand_in(one)) == first


@given(st.text(st.characters(), max_size=30))
def test_name_keys_fold_once(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
    assert name_key(unicodedata.normalize("NFD", name)) == name_key(unicodedata.normalize("NFC", name))
