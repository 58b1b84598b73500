"""PrairieLearn and Autolab: a graded submission -> the JSON that their external graders hand back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from grader.export.feedback import check_text, check_title, sentences
from grader.export.names import path
from grader.export.record import Exported, File, Graded, Item, Language, Material, compact_json, not_there, to_json


def prairielearn(item: Item, graded: Graded, language: Language) -> dict[str, Any]:
    """`gradable: false` costs the student no attempt: so it is where something of ours failed."""
    if graded.faults or graded.max_score <= 0:
        return {"gradable": False, "message": "\n".join(sentences(item, language))}
    return {
        "gradable": True,
        "score": max(0.0, min(1.0, round((item.points or 0.0) / 100, 6))),
        "message": "\n".join(sentences(item, language)),
        "tests": [
            {
                "name": check_title(check, language),
                "description": check.id,
                "points": round(check.points, 2),
                "max_points": round(check.max_points, 2),
                "output": check_text(check, language),
            }
            for check in graded.checks
            if check.outcome != "not_run"
        ],
    }


def autolab(item: Item, graded: Graded, language: Language) -> dict[str, Any]:
    """One problem, `total`, since Autolab wants its problems named in advance; the scoreboard shows the same."""
    points = round(item.points or 0.0, 2)
    return {"scores": {"total": points}, "scoreboard": [points]}


def write_prairielearn(material: Material) -> Exported:
    """A results.json for each graded submission."""
    return _each(material, lambda item, graded: to_json(prairielearn(item, graded, material.language)))


def write_autolab(material: Material) -> Exported:
    """The feedback of each graded submission, and as its last line the scores, as Autolab's autodriver prints them."""

    def content(item: Item, graded: Graded) -> bytes:
        # Autolab takes the last line for the scores, whatever stands before it
        lines = [*sentences(item, material.language), compact_json(autolab(item, graded, material.language)).decode()]
        return ("\n".join(lines) + "\n").encode("utf-8")

    return _each(material, content, ".txt")


def _each(material: Material, content: Callable[[Item, Graded], bytes], suffix: str = ".json") -> Exported:
    left: list[str] = []
    files = tuple(File(name=path(item, suffix), content=content(item, graded)) for item, graded in material.graded(left))
    return Exported(files=files, rows=len(files), notes=not_there(left))
