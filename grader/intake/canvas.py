"""Canvas: "Download Submissions" -> hand-ins. Files are named lastfirst[_LATE]_<user id>_<attachment id>_<the student's name for it>.

Where graders see no names it is [LATE_]anon_<id>_<attachment id>_…. Canvas numbers a name that comes again: gemm-1.cu. A text typed into
the page is lastfirst_<user id>_text.html. There are no times in it, only whether it was late, so a table of times is wanted (`--times`).
Source: canvas-lms, lib/content_zipper.rb.
"""

from __future__ import annotations

import re
from pathlib import Path

from grader.intake.record import Found, Intake, Part, Scene, Skipped, visible

ORIGIN = "canvas"
_NAME = re.compile(
    r"(?:(?P<who>.+?)(?P<late>_LATE)?_(?P<user>\d{1,20})|(?P<late_anonymous>LATE_)?(?P<anonymous>anon_[0-9A-Za-z]{1,20}))"
    r"_(?:(?P<typed>(?:text|link)\.html)|\d{1,20}_(?P<file>.+))",
    re.DOTALL,
)
_AGAIN = re.compile(r"(?P<stem>.+)-\d{1,4}(?P<suffix>\.[^.]+)", re.DOTALL)


def marks(folder: Path, scene: Scene) -> bool:
    """Most entries have such a name."""
    entries = visible(folder)
    return bool(entries) and 2 * sum(_NAME.fullmatch(path.name) is not None for path in entries) > len(entries)


def read(folder: Path, scene: Scene) -> Found:
    people: dict[tuple[str, str], list[tuple[Path, str, bool]]] = {}
    skipped: list[Skipped] = []
    for path in visible(folder):
        parsed = _NAME.fullmatch(path.name)
        if parsed is None:
            skipped.append(Skipped(path=path, reason="not named as Canvas names submissions"))
            continue
        name = parsed["file"] or parsed["typed"]
        late = parsed["late"] or parsed["late_anonymous"]
        people.setdefault((parsed["who"] or "", parsed["user"] or parsed["anonymous"]), []).append((path, name, late is not None))
    wanted = scene.wanted()
    intakes = []
    for (who, user), files in people.items():
        taken = {name for _, name, _ in files}
        parts = tuple(Part(path=path, name="" if path.is_dir() else student_name(name, wanted, taken)) for path, name, _ in files)
        own = f"{who}_{user}" if who else user
        intakes.append(
            Intake(
                who=who or user,
                ids={"canvas": user} if who else {"canvas_anonymous": user},
                name=who,
                own=own,
                assignment=scene.slug_of(folder.resolve().name),
                parts=parts,
                origin=ORIGIN,
                label=files[0][0].name if len(files) == 1 else own,
                late=any(late for _, _, late in files),
            )
        )
    return Found(layout="canvas", intakes=tuple(intakes), skipped=tuple(skipped))


def student_name(name: str, wanted: set[str], taken: set[str]) -> str:
    """What the student called the file: without Canvas's number, if that is a name that is asked for and nobody else has it."""
    again = _AGAIN.fullmatch(name)
    plain = again["stem"] + again["suffix"] if again else name
    return plain if plain in wanted and name not in wanted and plain not in taken else name
