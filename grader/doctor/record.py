"""What probes find, and what is made of it. Texts in both languages; commands are the same in both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from grader.doctor.machine import Machine
from grader.records import Record
from grader.verdicts import Text

Status = Literal["ok", "missing-optional", "problem"]


class Found(Record, frozen=True, kw_only=True):
    """What one probe saw. `fix` is a command or a sentence; None if there is nothing to do."""

    status: Status
    found: Text
    fix: Text | None = None


class Probe(Record, frozen=True, kw_only=True):
    """One row of the table. `needed`: without it nothing can be graded on the emulated GPU."""

    name: str
    title: Text
    why: Text
    look: Callable[[Machine], Found]
    needed: bool = False


class Finding(Record, frozen=True, kw_only=True):
    """A probe with what it saw."""

    name: str
    title: Text
    why: Text
    status: Status
    found: Text
    fix: Text | None
    needed: bool


class Diagnosis(Record, frozen=True, kw_only=True):
    """Everything: can this machine do what the table is about, what a sentence says of it, and the rows."""

    ready: bool
    summary: Text
    findings: tuple[Finding, ...]


def both(en: str, ko: str) -> Text:
    return Text(en=en, ko=ko)


def same(text: str) -> Text:
    """A command, a version, a path: not for translating."""
    return Text(en=text, ko=text)


def ok(found: Text) -> Found:
    return Found(status="ok", found=found)


def problem(found: Text, fix: Text | None = None) -> Found:
    return Found(status="problem", found=found, fix=fix)


def missing(found: Text, fix: Text | None = None) -> Found:
    return Found(status="missing-optional", found=found, fix=fix)
