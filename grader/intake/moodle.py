"""Moodle: "Download all submissions" -> hand-ins. Folders, or files, named [group-]Full Name_<participant>_assignsubmission_<kind>_[file].

The number is the participant's in this assignment, not the user's anywhere else. "onlinetext" is what was typed into the page: no
program, and kept only if there is nothing else. Source: moodle, mod/assign/locallib.php (download_submissions).
"""

from __future__ import annotations

import re
from pathlib import Path

from grader.intake.record import Found, Intake, Part, Scene, Skipped, visible

ORIGIN = "moodle"
# Moodle takes "_" out of names. What comes after the first number is partly the student's to write.
_NAME = re.compile(r"(?P<who>(?:(?!_\d+_).)+)_(?P<number>\d{1,20})_assignsubmission_(?P<kind>[a-z0-9]+)(?:_(?P<file>.*))?", re.DOTALL)


def marks(folder: Path, scene: Scene) -> bool:
    """Most entries have such a name."""
    entries = visible(folder)
    return 2 * sum(_NAME.fullmatch(path.name) is not None for path in entries) > len(entries)


def read(folder: Path, scene: Scene) -> Found:
    people: dict[tuple[str, str], list[tuple[Path, str, str]]] = {}
    skipped: list[Skipped] = []
    for path in visible(folder):
        parsed = _NAME.fullmatch(path.name)
        if parsed is None:
            skipped.append(Skipped(path=path, reason="not named as Moodle names submissions"))
            continue
        people.setdefault((parsed["who"], parsed["number"]), []).append((path, parsed["kind"], parsed["file"] or path.name))
    intakes = []
    for (who, number), found in people.items():
        files = [each for each in found if each[1] != "onlinetext"] or found
        parts = tuple(Part(path=path, name="" if path.is_dir() else name) for path, _, name in files)
        intakes.append(
            Intake(
                who=who,
                name=who,
                ids={"moodle_participant": number},
                own=f"{who}_{number}",
                assignment=scene.slug_of(folder.resolve().name),
                parts=parts,
                origin=ORIGIN,
                label=files[0][0].name if len(files) == 1 else f"{who}_{number}",
            )
        )
    return Found(layout="moodle", intakes=tuple(intakes), skipped=tuple(skipped))
