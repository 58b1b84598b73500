"""Who a page is about: names for lists, names of files, pseudonyms."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import HarnessError
from grader.gradebook.records import Student
from grader.report.course.people import anchor, key_of, one_line, page_name, persons, pseudonyms
from grader.toolchain import UsageError

KEY = b"k" * 32


@given(st.lists(st.text(min_size=1), max_size=30, unique=True))
def test_pages_have_names_of_their_own_that_any_file_system_takes(logins: list[str]) -> None:
    names = [page_name("student", login) for login in logins]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert re.fullmatch(r"student-[a-z0-9._~-]+\.html", name) and len(name) < 120


@pytest.mark.parametrize("login", ["../../etc/passwd", "Alice", "김민수", "a b", "x" * 500, "<b>", "a\nb", "con/aux"])
def test_odd_logins_get_a_digest_and_lead_nowhere(login: str) -> None:
    name = page_name("student", login)
    assert "~" in name and "/" not in name and not re.search(r"\s", anchor("a", login))


@given(st.text(max_size=600))
def test_a_name_is_one_line_and_shows_what_it_holds(name: str) -> None:
    text = one_line(name)
    assert "\n" not in text and "\u202e" not in text and "\u200b" not in text


@given(st.lists(st.text(min_size=1), max_size=40, unique=True), st.binary(min_size=16, max_size=40))
def test_pseudonyms_are_stable_differ_and_spell_nothing(logins: list[str], key: bytes) -> None:
    found = pseudonyms(logins, key)
    assert len(set(found.values())) == len(logins)
    assert found == pseudonyms(reversed(logins), key)
    assert all(re.fullmatch(r"[bcdfghjklmnpqrstvwxz]{5}(-[bcdfghjklmnpqrstvwxz]{5})+", name) for name in found.values())


def test_another_key_gives_other_pseudonyms_and_none_is_refused() -> None:
    logins = ["alice", "bob"]
    assert not set(pseudonyms(logins, KEY).values()) & set(pseudonyms(logins, b"z" * 32).values())
    with pytest.raises(HarnessError, match="secret key"):
        pseudonyms(logins, b"")


def test_an_anonymous_person_has_nothing_but_a_pseudonym_and_the_order_tells_nothing() -> None:
    students = [Student(login=f"s{n}", name=f"Name {n}", email=f"s{n}@example.edu", section=f"Dr {n}") for n in range(50)]
    found = persons(students, "anonymous", KEY)
    assert all(not each.login and not each.section for each in found.values())
    assert [each.name for each in found.values()] == sorted(each.name for each in found.values())
    assert list(found) != sorted(found)


def test_two_people_with_one_name_are_told_apart_by_login_and_nobody_is_nameless() -> None:
    found = persons([Student(login="kim2", name="Kim"), Student(login="kim1", name="Kim"), Student(login="solo")], "staff")
    assert [(each.name, each.login) for each in found.values()] == [("Kim", "kim1"), ("Kim", "kim2"), ("solo", "")]
    assert len({each.page for each in found.values()}) == 3


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "files" / "pseudonyms.key"
    key = key_of(file)
    assert len(key) >= 32 and key_of(file) == key and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(file.parent) == ["pseudonyms.key"]
    file.write_bytes(b"short\n")
    with pytest.raises(UsageError, match="no key"):
        key_of(file)
    with pytest.raises(HarnessError, match="name another file"):
        key_of(tmp_path)
