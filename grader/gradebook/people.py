"""People: the roster, who somebody is in other systems, and the tokens that students show to the server."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, delete, insert, select, update

from grader.gradebook.models import IdentityRow, StudentRow, TokenRow
from grader.gradebook.names import check_login, email_key, name_key
from grader.gradebook.records import RosterChange, Student
from grader.gradebook.shelf import Shelf, among, nobody, now, portions
from grader.toolchain import UsageError

COLUMNS: tuple[Any, ...] = (StudentRow.id, StudentRow.login, StudentRow.name, StudentRow.email, StudentRow.section, StudentRow.enrolled)
_SHOWN = 5  # people that fit a name


class People(Shelf):
    """The roster."""

    def students(self, *, section: str | None = None, enrolled: bool | None = None) -> list[Student]:
        """All, by login."""
        query = select(*COLUMNS).order_by(StudentRow.login)
        if section is not None:
            query = query.where(StudentRow.section == section)
        if enrolled is not None:
            query = query.where(StudentRow.enrolled == enrolled)
        with self.database.reading() as connection:
            return list(people(connection, query).values())

    def student(self, who: str) -> Student:
        """By login, else e-mail, else who it is in any other system, else a name that one person has. Raises UsageError that lists
        candidates."""
        who = who.strip()
        ways = (
            StudentRow.login == who,
            StudentRow.email_key == email_key(who),
            StudentRow.id.in_(select(IdentityRow.student_id).where(IdentityRow.value == who)),
            StudentRow.name_key == name_key(who),
        )
        with self.database.reading() as connection:
            for way in ways if who else ():
                found = list(people(connection, select(*COLUMNS).where(way).order_by(StudentRow.login)).values())
                if len(found) == 1:
                    return found[0]
                if found:
                    names = ", ".join(f"{s.login} ({s.email or s.section or s.name})" for s in found[:_SHOWN])
                    raise UsageError(f"{who!r} could be {len(found)} people: {names}; say the login")
            known = connection.execute(select(StudentRow.login, StudentRow.name)).all()
        raise UsageError(nobody(who, [text for row in known for text in row if text]))

    def enroll(self, students: Iterable[Student], *, drop_missing: bool = False, dry_run: bool = False) -> RosterChange:
        """Adds and changes people, all or nobody. What a student's record leaves empty stays as it was: a file without e-mails deletes
        none. With `drop_missing`, whoever is enrolled and not among them is no longer; their work stays. `dry_run`: only say it."""
        wanted: dict[str, Student] = {}
        for student in students:
            login = check_login(student.login)
            if login in wanted:
                raise UsageError(f"the login {login!r} comes twice in the roster")
            wanted[login] = msgspec.structs.replace(student, login=login)
        with self.database.writing() as connection:
            self.database.alone(connection, "roster")
            numbers, old = {}, {}
            for number, student in people(connection, select(*COLUMNS)).items():
                numbers[student.login], old[student.login] = number, student
            new = {login: _merged(old.get(login), student) for login, student in wanted.items()}
            dropped = [s.login for s in old.values() if drop_missing and s.enrolled and s.login not in new]
            added = [login for login in new if login not in old]
            changed = [login for login in new if login in old and new[login] != old[login]]
            _check_identities({**old, **new})
            touched = {*added, *changed}
            change = RosterChange(
                added=tuple(added),
                changed=tuple(changed),
                dropped=tuple(sorted(dropped)),
                unchanged=tuple(login for login in new if login not in touched),
            )
            if dry_run:
                return change
            if added:
                connection.execute(insert(StudentRow), [_row(new[login]) for login in added])
                for part in portions(added):
                    rows = connection.execute(select(StudentRow.login, StudentRow.id).where(StudentRow.login.in_(part)))
                    numbers.update((login, number) for login, number in rows)
            for login in changed:
                connection.execute(update(StudentRow).where(StudentRow.id == numbers[login]), _row(new[login]))
            for part in portions(dropped):
                connection.execute(update(StudentRow).where(StudentRow.login.in_(part)).values(enrolled=False))
            for few in portions(numbers[login] for login in changed):
                connection.execute(delete(IdentityRow).where(IdentityRow.student_id.in_(few)))
            identities = [
                {"system": system, "value": value, "student_id": numbers[login]}
                for login in [*added, *changed]
                for system, value in new[login].ids.items()
            ]
            if identities:
                connection.execute(insert(IdentityRow), identities)
        return change

    def new_token(self, login: str) -> str:
        """A token of 256 random bits, shown this once: only its hash is kept. An earlier one of the student no longer counts."""
        token = f"wg_{secrets.token_urlsafe(32)}"
        with self.database.writing() as connection:
            number = self._student_id(connection, login)
            connection.execute(delete(TokenRow).where(TokenRow.student_id == number))
            connection.execute(insert(TokenRow).values(student_id=number, key=_key(token), made_at=now()))
        return token

    def of_token(self, token: str) -> Student | None:
        """Whose it is; None if nobody's, or of somebody who was dropped. What is looked up is the hash: how long it takes tells nothing of
        another token."""
        query = select(*COLUMNS).join(TokenRow, TokenRow.student_id == StudentRow.id)
        with self.database.reading() as connection:
            found = people(connection, query.where(TokenRow.key == _key(token), StudentRow.enrolled))
        return next(iter(found.values()), None)

    def token_key(self, login: str) -> bytes | None:
        """sha256 of the student's token, which signs what comes by a shared folder; None if they have none or were dropped."""
        query = select(TokenRow.key).join(StudentRow, TokenRow.student_id == StudentRow.id)
        with self.database.reading() as connection:
            return connection.execute(query.where(StudentRow.login == login, StudentRow.enrolled)).scalar()


def people(connection: Connection, query: Select[Any]) -> dict[int, Student]:
    """The students that a query of `COLUMNS` finds, by their number, with who they are elsewhere."""
    rows = connection.execute(query).all()
    ids: dict[int, dict[str, str]] = {}
    wanted = select(IdentityRow.student_id, IdentityRow.system, IdentityRow.value).order_by(IdentityRow.system)
    for number, system, value in connection.execute(wanted.where(among(connection, IdentityRow.student_id, [row[0] for row in rows]))):
        ids.setdefault(number, {})[system] = value
    return {
        number: Student(login=login, name=name, email=email, ids=ids.get(number, {}), section=section, enrolled=enrolled)
        for number, login, name, email, section, enrolled in rows
    }


def unknown_student(connection: Connection, login: str) -> int:
    """Adds somebody who handed in and is in no roster. Returns the number."""
    row = _row(Student(login=check_login(login), enrolled=False))
    return int(connection.execute(insert(StudentRow).returning(StudentRow.id), [row]).scalar_one())


def _merged(old: Student | None, new: Student) -> Student:
    if old is None:
        return new
    ids = {**old.ids, **{system: value for system, value in new.ids.items() if value}}
    return Student(
        login=new.login,
        name=new.name or old.name,
        email=new.email or old.email,
        ids=dict(sorted(ids.items())),
        section=new.section or old.section,
        enrolled=new.enrolled,
    )


def _row(student: Student) -> dict[str, Any]:
    return {
        "login": student.login,
        "name": student.name,
        "name_key": name_key(student.name),
        "email": student.email,
        "email_key": email_key(student.email),
        "section": student.section,
        "enrolled": student.enrolled,
    }


def _check_identities(students: dict[str, Student]) -> None:
    owners: dict[tuple[str, str], str] = {}
    for login, student in students.items():
        for identity in student.ids.items():
            other = owners.setdefault(identity, login)
            if other != login:
                raise UsageError(
                    f"{other} and {login} can't both be {identity[1]!r} of {identity[0]}: mend the roster, or "
                    f"`grader gradebook forget` the one that is somebody's old login"
                )


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
