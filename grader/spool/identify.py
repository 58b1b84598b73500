"""Identify: a package that lies in a shared folder, and the account that owns the file -> whose it is, or why nobody can tell.

Two witnesses: the file's owner, whom the machine vouches for, and the signature with the student's token. Where both speak they must
agree. What the manifest merely says proves nothing.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable
from typing import Protocol

from grader.errors import GraderError
from grader.gradebook.records import Student
from grader.spool.contract import Package
from grader.spool.package import signed_by

FIRST_PERSON = 1000  # uids below are the system's own, on every Linux we know
NOBODY = 65534  # whom a file server says when it doesn't say who


class Unidentified(GraderError):
    """Nobody can tell whose it is, or two witnesses disagree."""


class Roster(Protocol):
    """What is asked of the gradebook."""

    def students(self, *, section: str | None = None, enrolled: bool | None = None) -> list[Student]: ...

    def token_key(self, login: str) -> bytes | None: ...


OwnerOf = Callable[[int], str | None]


def owner_name(uid: int) -> str | None:
    """The account of a person with this uid; None for the system's accounts, our own, and numbers without a name."""
    if uid < FIRST_PERSON or uid in (NOBODY, os.geteuid()):
        return None
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None


class Identifier:
    """Asks the roster once, then each package."""

    def __init__(self, roster: Roster, owner_of: OwnerOf = owner_name) -> None:
        self._roster, self._owner_of = roster, owner_of
        students = roster.students()
        self._logins = {student.login for student in students}
        # an account's name is the login, unless the roster says under which account somebody works
        self._accounts = {student.login: student.login for student in students if not student.ids.get("unix")}
        self._accounts |= {student.ids["unix"]: student.login for student in students if student.ids.get("unix")}

    def whose(self, package: Package, uid: int) -> str:
        """The login. Raises Unidentified, which says what the staff can do."""
        account = self._owner_of(uid)
        owner = self._accounts.get(account) if account else None
        said = package.student if package.student in self._logins else self._accounts.get(package.student, package.student)
        signed = self._signed(package, said)
        if owner is not None:
            if said not in ("", owner):
                raise Unidentified(
                    f"the file is {owner}'s and says that it is {package.student}'s"
                    + (", with that student's signature: somebody else's package was put here again" if signed else "")
                )
            return owner
        if signed:
            return said
        if package.signature:
            raise Unidentified(f"its signature isn't {package.student or 'anybody'}'s: the token is wrong, or was renewed since")
        if account and account not in self._logins and package.student in ("", account):
            return account  # in no roster (yet): it is kept under that name
        raise Unidentified(
            f"it says {package.student or 'nobody'} and has no signature, and "
            + (f"its owner {account!r} is somebody else" if account else f"the uid {uid} of its owner is no student's account here")
        )

    def _signed(self, package: Package, login: str) -> bool:
        key = self._roster.token_key(login) if package.signature and login in self._logins else None
        return key is not None and signed_by(package, key)
