"""Links: what the chain of a gradebook is made of, and the hashes that hold it together. Pure.

A link is small, says nothing of anybody and is never deleted. What it vouches for stands in its seal, with a random salt: when a student's
data is deleted the seal goes too, and nothing can be found out from the link any more, also not by trying what it may have been.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import secrets
from typing import Any, Literal

import msgspec

from grader.records import Grounds, Record
from grader.toolchain import UsageError

Kind = Literal["grade", "override", "extension", "forgotten"]
NOUN: dict[Kind, str] = {"grade": "grade", "override": "override", "extension": "extension", "forgotten": "deletion"}  # what it is called
Row = dict[str, Any]  # a row's columns as JSON knows them; times are microseconds since 1970

START = "0" * 64  # what the first link follows
_PLAIN_LETTERS = 64  # a longer text is sealed by its digest: it is in the row, or a blob's name stands for it
_HEAD = re.compile(r"(?:(\d{1,18}):)?([0-9a-f]{16,64})")


class Link(Record, frozen=True, kw_only=True):
    """One link."""

    number: int  # 1, 2, 3, … without gaps
    previous: str  # hash of the link before; START
    kind: Kind
    subject: int  # number of the grade, override, extension; of the deletion, if it is "forgotten"
    at: int  # microseconds since 1970
    sealed: str  # sha256 of the seal's text
    hash: str = ""  # hash_of the others

    @property
    def head(self) -> str:
        """As it is written down: "12:ab34…"."""
        return f"{self.number}:{self.hash}"


class Seal(Record, frozen=True, kw_only=True):
    """What a link vouches for, as it was when it was linked."""

    salt: str
    row: Row
    student: str = ""  # login
    submission: Row = {}  # of a grade
    grounds: dict[str, str] = {}  # of a grade: name of what it rests on -> digest
    afterwards: bool = False  # the row was there before the chain began: what happened to it until then nobody vouches for
    forgotten: tuple[int, ...] = ()  # of a deletion: the links whose seals went with it


class Written(Record, frozen=True, kw_only=True):
    """A head that somebody wrote down."""

    number: int | None
    hash: str  # at least 16 digits of it

    @property
    def text(self) -> str:
        return self.hash if self.number is None else f"{self.number}:{self.hash}"


def hash_of(link: Link) -> str:
    """sha256 over [number, previous, kind, subject, at, sealed] as JSON without blanks: anybody can compute it."""
    parts = [link.number, link.previous, link.kind, link.subject, link.at, link.sealed]
    # what SQLite lets somebody put in place of a text is no link's of ours, and no reason to stop
    return sha256(json.dumps(parts, separators=(",", ":"), default=repr).encode())


def sealed(seal: Seal) -> tuple[str, str]:
    """A seal's text and its sha256."""
    text = msgspec.json.encode(seal, order="sorted").decode()
    return text, sha256(text.encode())


def new_salt() -> str:
    return secrets.token_hex(16)


def row_of(values: Row) -> Row:
    """A row as a seal has it: through JSON, so that one that was kept and one that is read now compare equal; long texts by digest."""
    return msgspec.json.decode(msgspec.json.encode({name: _short(value) for name, value in values.items()}), type=Row)


def _short(value: object) -> object:
    if isinstance(value, str) and len(value) > _PLAIN_LETTERS:
        return f"sha256:{sha256(value.encode())}"
    if isinstance(value, float) and not math.isfinite(value):  # JSON would make nothing of it
        return repr(value)
    return value


def digests(grounds: Grounds | None) -> dict[str, str]:
    """A digest of each part of what a grade rests on; what is one word anyway stays as it is."""
    if grounds is None:
        return {}
    found = {}
    for name, value in msgspec.structs.asdict(grounds).items():
        found[name] = value if isinstance(value, str) else sha256(msgspec.json.encode(value, order="sorted"))
    return found


def written(text: str) -> Written:
    """ "12:ab34…" or "ab34…" -> Written. Raises UsageError for what is neither."""
    found = _HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(
            f"{text[:80]!r} is no head of a chain: it looks as `grader audit --head` prints it, 16 digits of the hash at least"
        )
    return Written(number=int(found[1]) if found[1] else None, hash=found[2])


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
