"""Assignments: hand-ins whose layout doesn't say of which assignment they are -> the one whose files they hold, or that all others are
of."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

import msgspec

from grader.errors import SubmissionError
from grader.intake.contents import ZIP_NAME
from grader.intake.record import Intake, Scene
from grader.unpack.archives import members_of


def placed(intakes: list[Intake], scene: Scene, content: Callable[[Intake], tuple[str, bytes]]) -> list[Intake]:
    """The same with `assignment` wherever it can be told. What remains None could be of several, and somebody must say."""
    if all(each.assignment for each in intakes):
        return intakes
    guessed = [each if each.assignment else _of(each, slug_by_files(*content(each), scene)) for each in intakes]
    known = {each.assignment for each in guessed if each.assignment}
    # a misnamed file among the submissions of one assignment is of that assignment
    return [_of(each, next(iter(known))) if len(known) == 1 else each for each in guessed]


def slug_by_files(filename: str, content: bytes, scene: Scene) -> str | None:
    """The only assignment all of whose files are there; None if there is none, or several."""
    names = _names(filename, content)
    found = [slug for slug, each in scene.assignments.items() if {PurePosixPath(name).name for name in each.files} <= names]
    if len(found) > 1:  # files of one may be among another's: the one that asks for most
        most = max(len(scene.assignments[slug].files) for slug in found)
        found = [slug for slug in found if len(scene.assignments[slug].files) == most]
    return found[0] if len(found) == 1 else None


def _names(filename: str, content: bytes) -> set[str]:
    if filename == ZIP_NAME:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                return {os.path.basename(name) for name in archive.namelist()}
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return set()
    try:
        members = members_of(content)
    except SubmissionError:
        return set()
    return {PurePosixPath(member.name).name for member in members} if members is not None else {filename}


def _of(intake: Intake, slug: str | None) -> Intake:
    return msgspec.structs.replace(intake, assignment=intake.assignment or slug)
