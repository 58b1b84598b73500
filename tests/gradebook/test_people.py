"""The roster: who is in it, how people are found, tokens."""

from __future__ import annotations

import hashlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import HarnessError
from grader.gradebook.names import check_login, login_of, name_key
from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from grader.toolchain import UsageError
from tests.gradebook.conftest import Place
from tests.gradebook.making import hand_in

KIM = Student(login="minsu", name="Kim, Minsu", email="Minsu@u.kr", ids={"canvas": "12", "sis": "2026001"}, section="A")
LEE = Student(login="sora", name="이소라", section="B")


def test_an_import_adds_changes_and_drops(book: Gradebook) -> None:
    first = book.enroll([KIM, LEE])
    assert (first.added, first.changed, first.dropped, first.unchanged) == (("minsu", "sora"), (), (), ())
    again = book.enroll([KIM, LEE])
    assert (again.added, again.changed, again.unchanged) == ((), (), ("minsu", "sora"))
    moved = book.enroll([Student(login="minsu", section="B", ids={"github": "kimm"})], drop_missing=True)
    assert (moved.changed, moved.dropped) == (("minsu",), ("sora",))
    assert book.student("minsu") == Student(
        login="minsu", name="Kim, Minsu", email="Minsu@u.kr", ids={"canvas": "12", "github": "kimm", "sis": "2026001"}, section="B"
    ), "what a file leaves empty stays"
    assert not book.student("sora").enrolled
    assert [s.login for s in book.students(enrolled=True)] == ["minsu"]
    assert [s.login for s in book.students(section="B")] == ["minsu", "sora"]
    assert book.enroll([LEE]).changed == ("sora",) and book.student("sora").enrolled


def test_a_dry_run_changes_nothing(book: Gradebook) -> None:
    assert book.enroll([KIM], dry_run=True).added == ("minsu",)
    assert book.students() == []


@pytest.mark.parametrize("who", ["minsu", "minsu@U.KR", "12", "2026001", "Kim, Minsu", "minsu kim", "ＭＩＮＳＵ  Kim"])
def test_people_are_found_by_all_that_names_them(book: Gradebook, who: str) -> None:
    book.enroll([KIM, LEE])
    assert book.student(who).login == "minsu"


def test_two_people_with_one_name_are_told_apart(book: Gradebook) -> None:
    book.enroll([KIM, Student(login="minsu2", name="Minsu Kim", section="C")])
    with pytest.raises(UsageError, match=r"could be 2 people: minsu \(Minsu@u.kr\), minsu2 \(C\); say the login"):
        book.student("Minsu Kim")
    assert book.student("minsu").login == "minsu"


def test_nobody_is_told_with_who_is_like_it(book: Gradebook) -> None:
    with pytest.raises(UsageError, match="the roster is empty"):
        book.student("minso")
    book.enroll([KIM, LEE])
    with pytest.raises(UsageError, match="knows nobody 'minso'; did you mean minsu"):
        book.student("minso")
    with pytest.raises(UsageError, match="knows nobody ''"):
        book.student("  ")


def test_one_id_of_two_people_is_refused_and_nothing_is_stored(book: Gradebook) -> None:
    book.enroll([KIM])
    with pytest.raises(UsageError, match="minsu and other can't both be '12' of canvas"):
        book.enroll([LEE, Student(login="other", ids={"canvas": "12"})])
    assert [s.login for s in book.students()] == ["minsu"]


def test_ids_may_be_swapped_in_one_import(book: Gradebook) -> None:
    book.enroll([Student(login="a", ids={"canvas": "1"}), Student(login="b", ids={"canvas": "2"})])
    book.enroll([Student(login="a", ids={"canvas": "2"}), Student(login="b", ids={"canvas": "1"})])
    assert book.student("1").login == "b" and book.student("2").login == "a"


def test_who_handed_in_before_being_enrolled_becomes_a_student(book: Gradebook) -> None:
    hand_in(book, "sora")
    assert not book.student("sora").enrolled
    assert book.enroll([LEE]).changed == ("sora",)
    assert book.student("sora") == LEE and len(book.submissions(student="sora")) == 1


def test_a_token_is_kept_as_its_hash_only(book: Gradebook, place: Place) -> None:
    book.enroll([KIM, LEE])
    token = book.new_token("minsu")
    found = book.of_token(token)
    assert found is not None and found.login == "minsu" and found.ids == KIM.ids
    assert book.of_token(token[:-1]) is None and book.of_token("") is None and book.of_token("\ud800") is None
    assert book.token_key("minsu") == hashlib.sha256(token.encode()).digest() and book.token_key("sora") is None
    rows = place.execute("SELECT * FROM tokens")
    assert token not in repr(rows) and len(rows) == 1
    second = book.new_token("minsu")
    assert book.of_token(token) is None, "an earlier one no longer works"
    book.enroll([LEE], drop_missing=True)
    assert book.of_token(second) is None and book.token_key("minsu") is None, "nor does one of somebody who was dropped"
    with pytest.raises(UsageError, match="knows nobody 'x'"):
        book.new_token("x")


def test_a_hundred_thousand_students_are_imported_in_seconds(place: Place) -> None:
    people = [
        Student(login=f"s{i:06}", name=f"학생 {i}", email=f"s{i}@u.kr", ids={"sis": str(i)}, section=str(i % 40)) for i in range(100_000)
    ]
    with place.open() as book:
        start = time.monotonic()
        assert len(book.enroll(people).added) == 100_000
        assert len(book.enroll(people).unchanged) == 100_000
        assert time.monotonic() - start < 60
        assert book.student("99999").login == "s099999"
        assert len(book.students(section="7")) == 2500


@pytest.mark.parametrize(
    "login", ["", ".", "..", "a/b", "a\\b", "-rf", ".hidden", "=1+1", "a\nb", " a", "a ", "a.", "x" * 121, "\u202ea", "C:", "a\0"]
)
def test_a_login_that_no_folder_can_have_is_refused(book: Gradebook, login: str) -> None:
    with pytest.raises(UsageError, match="can't be a login"):
        book.enroll([Student(login=login)])
    with pytest.raises(UsageError, match="can't be a login"):
        hand_in(book, login)


@given(st.text())
def test_any_label_makes_a_login(label: str) -> None:
    login = login_of(label)
    assert check_login(login) == login
    assert login_of(login) == login


@given(st.text(), st.text())
def test_a_name_is_found_in_either_order(first: str, last: str) -> None:
    assert name_key(f"{first} {last}") == name_key(f"{last},  {first}")


def test_texts_that_a_database_refuses_are_mended(book: Gradebook) -> None:
    book.enroll([Student(login="a", name="x\0y\ud800")])
    assert book.student("a").name == "x\ufffdy\ufffd"


def test_a_closed_gradebook_opens_again(place: Place) -> None:
    with place.open() as book:
        book.enroll([KIM])
    with place.open(create=False) as book:
        assert book.students() == [KIM]


def test_without_its_driver_postgresql_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "psycopg", None)
    with pytest.raises(HarnessError, match=r"pip install 'warpgrade\[postgres\]'"):
        Gradebook.open("postgresql://nobody@/none")
