"""Gradescope: a graded submission -> results.json, as Gradescope's autograder specification has it. Fields and words are theirs."""

from __future__ import annotations

from typing import Any

from grader.export.feedback import check_text, check_title, say, sentences
from grader.export.names import path
from grader.export.record import Exported, File, Item, Language, Material, not_there, to_json
from grader.records import CheckResult

# A hidden check's result is for after the deadline; its points count from the start.
HIDDEN = "after_published"


def results(item: Item, language: Language, version: str = "") -> dict[str, Any]:
    """Of 100 points. What could not be judged for a reason of ours stands among the tests without a score."""
    graded = item.graded
    found: dict[str, Any] = {
        "output": "\n".join(sentences(item, language)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {"assignment": item.assignment, "grader": version},
        "tests": [],
    }
    if item.points is not None:
        found["score"] = round(item.points, 2)
    if graded is not None:
        found["execution_time"] = round(graded.wall_s)
        found["extra_data"] |= {"verdict": graded.verdict, "device": graded.device}
        found["tests"] = [_test(number, check, language) for number, check in enumerate(graded.checks, 1)]
    return found


def write(material: Material) -> Exported:
    """A results.json for each graded submission."""
    files, left = [], []
    for item in material.items():
        if item.graded is None and item.points is None:
            left.append(item.label)
            continue
        files.append(File(name=path(item, ".json"), content=to_json(results(item, material.language, material.version))))
    return Exported(files=tuple(files), rows=len(files), notes=not_there(left))


def _test(number: int, check: CheckResult, language: Language) -> dict[str, Any]:
    name = check_title(check, language)
    found: dict[str, Any] = {
        "name": f"{name} ({say('hidden', language)})" if check.hidden else name,
        "number": str(number),
        "output": check_text(check, language),
        "tags": [check.category],
        "visibility": HIDDEN if check.hidden else "visible",
        "extra_data": {"id": check.id, "verdict": check.verdict},
    }
    if check.outcome == "not_run":
        return found  # without a score it takes no part in the sum
    return found | {"score": round(check.points, 2), "max_score": round(check.max_points, 2), "status": check.outcome}
