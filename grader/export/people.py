"""People: who a row of another system's table is -> the student of ours. By that system's number first, by name only if it is unique."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from grader.gradebook.records import Student


class People:
    """The students of some standings, to be found by what a table says about them."""

    def __init__(self, students: Iterable[Student]) -> None:
        self._by: dict[tuple[str, str], set[str]] = {}
        for student in {student.login: student for student in students}.values():
            keys = {("login", student.login), ("email", student.email), ("name", student.name), ("name", _turned(student.name))}
            keys |= {(system, value) for system, value in student.ids.items()}
            for kind, value in keys:
                if value:
                    self._by.setdefault((kind, folded(value)), set()).add(student.login)

    def find(self, *clues: tuple[str, str]) -> str | None:
        """The login of the first clue that fits exactly one person: ("canvas", "123"), ("login", "alice"), ("name", "Kim, Minji").

        A clue that fits nobody leaves the next one to decide; one that fits several people decides nothing, and a name least of all."""
        for kind, value in clues:
            found = self._by.get((kind, folded(value)), set()) if value.strip() else set()
            if len(found) == 1:
                return next(iter(found))
        return None


def split_name(name: str) -> tuple[str, str]:
    """(last, first) of "Kim, Minji" and of "Minji Kim"; a name of one word, as most Korean ones, is a last name."""
    last, comma, first = name.partition(",")
    if comma:
        return last.strip(), first.strip()
    first, _, last = name.strip().rpartition(" ")
    return last.strip(), first.strip()


def _turned(name: str) -> str:
    """ "Kim, Minji" as "Minji Kim", which is how other systems write it; and the other way round."""
    last, comma, first = name.partition(",")
    if comma:
        return f"{first.strip()} {last.strip()}"
    first, space, last = name.strip().rpartition(" ")
    return f"{last}, {first}" if space else ""


def folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
