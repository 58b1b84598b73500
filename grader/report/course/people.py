"""Who a page is about: Students and an audience -> how each is shown, and the name of their page. Pseudonyms are made here.

In an anonymous report nothing that leaves this module tells who somebody is: the pseudonym is an HMAC of the login under a secret key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from grader.errors import HarnessError
from grader.files import draw_secret
from grader.gradebook.records import Student
from grader.records import Record
from grader.report.text import slug, visible
from grader.toolchain import UsageError

Audience = Literal["staff", "students", "anonymous"]

LETTERS = "bcdfghjklmnpqrstvwxz"  # no vowels and no digits: a pseudonym never spells a word, a name or a number of somebody
PSEUDONYM_LETTERS = 10  # 43 bits: among 10,000 people, two share one in about 1 of 200,000 courses; then both get longer ones
KEY_BYTES = 32
NAME_LENGTH = 80
_PLAIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class Person(Record, frozen=True, kw_only=True):
    """One student as pages show them."""

    name: str  # or the pseudonym
    login: str = ""  # "" if it would only repeat the name, or may not be told
    section: str = ""
    page: str  # file name
    enrolled: bool = True


def persons(students: Iterable[Student], audience: Audience, key: bytes = b"") -> dict[str, Person]:
    """Login -> Person, in the order in which lists show them: by name and login, or by pseudonym. Raises HarnessError if an anonymous
    report has no key."""
    everyone = {student.login: student for student in students}
    if audience == "anonymous":
        names = pseudonyms(everyone, key)
        return {
            login: Person(name=name, page=f"student-{name}.html", enrolled=everyone[login].enrolled)
            for login, name in sorted(names.items(), key=lambda pair: pair[1])
        }
    shown = sorted(everyone.values(), key=lambda each: (one_line(each.name or each.login).casefold(), each.login))
    return {each.login: _person(each) for each in shown}


def _person(student: Student) -> Person:
    name = shortened(one_line(student.name))
    login = shortened(one_line(student.login))
    return Person(
        name=name or login,
        login=login if name and name != login else "",
        section=shortened(one_line(student.section)),
        page=page_name("student", student.login),
        enrolled=student.enrolled,
    )


def pseudonyms(logins: Iterable[str], key: bytes) -> dict[str, str]:
    """Login -> pseudonym, no two alike; a login's stays the same as long as the key does."""
    if len(key) < 16:
        raise HarnessError("an anonymous report needs a secret key of 16 bytes or more; without one, pseudonyms could be traced back")
    found = {login: _letters(key, login, PSEUDONYM_LETTERS) for login in sorted(set(logins))}
    by_name: dict[str, list[str]] = {}
    for login, name in found.items():
        by_name.setdefault(name, []).append(login)
    for same in by_name.values():
        if len(same) > 1:
            found.update({login: _letters(key, login, 2 * PSEUDONYM_LETTERS) for login in same})
    return found


def _letters(key: bytes, login: str, count: int) -> str:
    number = int.from_bytes(hmac.new(key, login.encode("utf-8", "surrogatepass"), hashlib.sha256).digest())
    text = ""
    for _ in range(count):
        number, digit = divmod(number, len(LETTERS))
        text += LETTERS[digit]
    return "-".join(text[at : at + 5] for at in range(0, count, 5))


def key_of(file: Path) -> bytes:
    """The key in a file, made there on first use and readable for its owner only. Raises UsageError for a file that holds none."""
    try:
        draw_secret(file, KEY_BYTES)
        key = file.read_bytes().strip()
    except OSError as error:
        raise HarnessError(f"the pseudonyms' key can't be kept in {file}: {error.strerror}; name another file") from error
    if len(key) < 16:
        raise UsageError(f"{file} holds no key: it needs 16 bytes or more. Remove it and a new one is made, with new pseudonyms")
    return key


def one_line(text: str) -> str:
    """Runs of white space, line breaks among them, as one blank; what can't be seen or reorders text made visible."""
    return " ".join(visible(text).split())


def shortened(text: str, limit: int = NAME_LENGTH) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def page_name(kind: str, name: str) -> str:
    """ "student", "alice" -> "student-alice.html"; names that no file system would take, or that differ in case only, get a digest."""
    if _PLAIN.fullmatch(name):
        return f"{kind}-{name}.html"
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{kind}-{slug(name)}~{digest}.html"  # "~" stands in no plain name


def anchor(kind: str, name: str) -> str:
    """The id of a part of a page: no blank in it, whatever the name."""
    return page_name(kind, name).removesuffix(".html")
