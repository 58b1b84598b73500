"""Sighted: Standings, and what the static look saw of their grades -> the submissions worth a look, for the staff's lists.

The sightings lie in the grades' own records, which are read in part. Most have none: which these are is kept in a file beside the
contents, so that a report that is brought up to date doesn't read the same thousands of records again. It names digests and nothing else.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from grader.blobs import Blobs
from grader.errors import HarnessError
from grader.files import write_atomically
from grader.gradebook.contents import NO_SIGHTINGS
from grader.gradebook.records import Standing
from grader.look.rules import KNOWN
from grader.records import Record, Sighting


class Sighted(Record, frozen=True, kw_only=True):
    """One submission that counts. `grade`: its number."""

    login: str
    assignment: str
    grade: int
    sightings: tuple[Sighting, ...]


class _Part(msgspec.Struct):
    """As much of a Grade as is needed here; records of before have none."""

    sightings: tuple[Sighting, ...] = ()


_DECODER = msgspec.json.Decoder(_Part)


def recorded(blobs: Blobs, standings: Sequence[Standing]) -> dict[int, tuple[Sighting, ...]]:
    """Number of a grade that counts -> its sightings, if it has any. A record that is gone has none: the full report tells of that."""
    found, file = {}, blobs.folder / NO_SIGHTINGS
    known = _known(file)
    new = set()
    for each in standings:
        if each.grade is None or each.grade.record in known or each.grade.record in new:
            continue
        sightings = _of(blobs, each.grade.record)
        if sightings:
            found[each.grade.id] = sightings
        elif sightings is not None:
            new.add(each.grade.record)
    if new:
        kept = sorted({digest for digest in known if blobs.has(digest)} | new)
        with contextlib.suppress(HarnessError):  # it only saves time
            write_atomically(file, msgspec.json.encode(kept))
    return found


def _known(file: Path) -> set[str]:
    try:
        return set(msgspec.json.decode(file.read_bytes(), type=list[str]))
    except (OSError, msgspec.MsgspecError):
        return set()


def sighted(standings: Sequence[Standing], sightings: Mapping[int, tuple[Sighting, ...]]) -> tuple[Sighted, ...]:
    """Those with most of the strong ones first."""
    found = [
        Sighted(login=each.student.login, assignment=each.assignment, grade=each.grade.id, sightings=sightings[each.grade.id])
        for each in standings
        if each.grade is not None and sightings.get(each.grade.id)
    ]
    return tuple(sorted(found, key=lambda each: (-_strong(each), -len(each.sightings), each.login, each.assignment)))


def _strong(each: Sighted) -> int:
    return sum(KNOWN[one.code].strong for one in each.sightings if one.code in KNOWN)


def _of(blobs: Blobs, record: str) -> tuple[Sighting, ...] | None:
    try:
        return _DECODER.decode(blobs.get(record)).sightings
    except (HarnessError, msgspec.MsgspecError):
        return None
