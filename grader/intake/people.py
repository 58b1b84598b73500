"""People: who a layout says handed in, and the roster -> a login. Nobody is guessed: who isn't surely known is kept under a name of their
own, told, and graded like all others.

An id that the platform gave counts most; a student whose id there is another one is not meant, however alike the names are. On GitHub
people choose their names themselves, so that only the roster's own "github" ids count. A display name is no login, even if somebody has
that login, and two people of one download who have the same name are not told apart by it.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

from grader.gradebook.names import email_key, login_of
from grader.gradebook.records import Student
from grader.intake.record import Intake
from grader.records import Record

_SHOWN = 4
_KEPT_BYTES = 100  # of a name that is made a login
_CHOSEN = {"github"}  # where a name says nothing about who has it
_ACCENTS = {chr(code) for code in range(0x300, 0x370)}


class Match(Record, frozen=True, kw_only=True):
    """Whose a hand-in is."""

    login: str
    known: bool  # in the roster, and surely that person
    note: str = ""  # why not
    keys: tuple[str, ...] = ()  # how a table may name them: the login, and of the roster's person the e-mail and ids


class Roster:
    """The people of a gradebook, to be found by what layouts know of them. One look each."""

    def __init__(self, students: Sequence[Student]) -> None:
        self._logins = {student.login: student for student in students}
        self._folded = _index((student.login.casefold(), student) for student in students)
        self._emails = _index((email_key(student.email), student) for student in students if student.email)
        self._ids = _index((f"{system}\0{value}", student) for student in students for system, value in student.ids.items())
        self._any_id = _index((value, student) for student in students for system, value in student.ids.items() if system not in _CHOSEN)
        self._names = _index((key, student) for student in students for key in name_keys(student.name))

    def match(self, intake: Intake) -> Match:
        """The person, or the name under which the hand-in is kept and why."""
        owners = {value: found[0] for system, value in intake.ids.items() if len(found := self._of_id(system, value)) == 1}
        people = {student.login: student for student in owners.values()}
        if len(people) == 1 and not _another(next(iter(people.values())), intake):
            return self._is(next(iter(people.values())))
        own = self._own(intake)
        if people:
            conflict = ", ".join(f"{value} is {student.login}'s" for value, student in owners.items())
            return Match(login=own, known=False, note=f"{conflict}, and not the other ids; mend the roster", keys=(own,))
        chosen = any(system in _CHOSEN for system in intake.ids)
        candidates: list[Student] = []
        for found in () if chosen else self._ways(intake):
            candidates = [student for student in found if not _another(student, intake)]
            if len(candidates) == 1 and not intake.namesake:
                return self._is(candidates[0])
            if candidates:
                break
        if (before := self._logins.get(own)) is not None and not before.enrolled and not candidates:
            return Match(login=own, known=False, note="in no roster", keys=(own,))
        if candidates:
            listed = ", ".join(student.login for student in candidates[:_SHOWN]) + (", …" if len(candidates) > _SHOWN else "")
            several = f"could be {len(candidates)} people of the roster ({listed})"
            note = f"several people of this name handed in, and one may be {listed}" if len(candidates) == 1 else several
            note += "; name it by the login if you know whose it is"
        elif chosen:
            system = next(system for system in intake.ids if system in _CHOSEN)
            note = f"the roster has nobody with this {system} name; give it a column {system!r}"
        else:
            note = "in no roster"
        return Match(login=own, known=False, note=note, keys=(own,))

    def _of_id(self, system: str, value: str) -> list[Student]:
        return self._emails.get(email_key(value), []) if system == "email" else self._ids.get(f"{system}\0{value}", [])

    def _ways(self, intake: Intake) -> Iterable[list[Student]]:
        who = unicodedata.normalize("NFC", intake.who.strip())
        logins = [[self._logins[who]] if who in self._logins else [], self._folded.get(who.casefold(), [])]
        if intake.who == intake.name:  # not how a machine knows somebody: "leesam" is Sam Lee, whoever has it as a login
            yield from self._by_name(intake.name)
            yield from ([student for student in found if not student.name] for found in logins)
            return
        yield from logins
        yield self._emails.get(email_key(who), [])
        yield self._any_id.get(who, [])
        for name in dict.fromkeys(filter(None, (intake.name, who))):
            yield from self._by_name(name)

    def _by_name(self, name: str) -> Iterable[list[Student]]:
        yield self._names.get(name_key(name), [])
        # Moodle puts a group before: "Group 1-Kim Minsu". But Anne-Marie Doe isn't Marie Doe.
        for place in (place for place, letter in enumerate(name) if letter == "-"):
            group, rest = name_key(name[:place]), name_key(name[place + 1 :])
            numbered = any(letter.isdigit() for letter in group)  # which nobody's name is
            yield [each for each in self._names.get(rest, []) if group and (numbered or group == name_key(each.section))]

    def _is(self, student: Student) -> Match:
        keys = tuple(filter(None, (student.login, student.email, *student.ids.values())))
        return Match(login=student.login, known=student.enrolled, note="" if student.enrolled else "in no roster", keys=keys)

    def _own(self, intake: Intake) -> str:
        """A login that is nobody else's."""
        text = unicodedata.normalize("NFC", intake.own or intake.who)
        own = login_of(text)
        taken = self._logins.get(own)
        if own != text or (taken is not None and taken.enrolled):  # "a:b" and "a?b" are two people, and neither is the roster's "a_b"
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
            own = f"{login_of(own.encode()[:_KEPT_BYTES].decode('utf-8', 'ignore'))}~{digest}"
        return own


def name_keys(name: str) -> set[str]:
    """All ways in which a platform may run a name together: "Jane Doe" -> janedoe, doejane."""
    words = [key for word in name.replace(",", " ").split() if (key := name_key(word))]
    return {"".join(words[place:] + words[:place]) for place in range(len(words))}


def name_key(name: str) -> str:
    """Letters and digits alone, without case, width and accents. The vowel signs of Indic scripts, marks as well, are letters."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    kept = (letter for letter in plain if letter.isalnum() or (unicodedata.category(letter)[0] == "M" and letter not in _ACCENTS))
    return unicodedata.normalize("NFKC", "".join(kept))


def with_namesakes(intakes: Sequence[Intake]) -> tuple[Intake, ...]:
    """The same, with `namesake` where another person of these has that name: one whom the platform knows by other ids."""
    people: dict[str, set[tuple[tuple[str, str], ...]]] = {}
    for each in intakes:
        if key := min(name_keys(each.name), default=""):
            people.setdefault(key, set()).add(tuple(sorted(each.ids.items())))
    shared = {key for key, ids in people.items() if len(ids) > 1}
    return tuple(
        msgspec.structs.replace(each, namesake=True) if min(name_keys(each.name), default="") in shared else each for each in intakes
    )


def _another(student: Student, intake: Intake) -> bool:
    """Whether the roster has another id for this student in the system that the hand-in came by."""
    return any(student.ids.get(system, value) != value for system, value in intake.ids.items() if system != "email")


def _index(pairs: Iterable[tuple[str, Student]]) -> dict[str, list[Student]]:
    found: dict[str, list[Student]] = {}
    for key, student in pairs:
        people = found.setdefault(key, [])
        if not people or people[-1] is not student:  # one student's keys come one after another
            people.append(student)
    return found
