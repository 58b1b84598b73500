"""GitHub Classroom: a graded submission -> the result of an autograding step (base64) and the two notices that carry the points.

In a workflow of one's own: `grader grade gemm . --json > grade.json; grader export github-classroom --from grade.json`. The result is what
the reporter action takes as `GRADER_RESULTS`; the notices count without that action too.
"""

from __future__ import annotations

import base64
from typing import Any

from grader.export.annotations import command
from grader.export.feedback import check_text, check_title
from grader.export.names import path
from grader.export.plain import number, one_line
from grader.export.record import Exported, File, Graded, Item, Language, Material, compact_json, not_there
from grader.verdicts import OPEN

STATUS = {"passed": "pass", "failed": "fail", "not_run": "error"}


def result(graded: Graded, language: Language = "en") -> dict[str, Any]:
    """`status` is "error" if something of ours failed: then nobody failed."""
    tests = [
        {
            "name": check_title(check, language),
            "status": STATUS[check.outcome],
            "score": 0 if check.outcome == "not_run" else round(check.points, 2),
            "message": check_text(check, language) or None,
            "test_code": check.id,
            "filename": one_line(check.file or ""),
            "line_no": check.line or 0,
            "duration": 0,
        }
        for check in graded.checks
        if check.verdict not in OPEN
    ]
    full = 0 < graded.max_score <= graded.score + 1e-6
    status = "error" if graded.faults or graded.max_score <= 0 else "pass" if full else "fail"
    return {"version": 1, "status": status, "max_score": round(graded.max_score, 2), "tests": tests}


def encoded(graded: Graded, language: Language = "en") -> str:
    return base64.b64encode(compact_json(result(graded, language))).decode("ascii")


def notices(points: float, maximum: float) -> list[str]:
    """Workflow commands; Classroom reads the points from the second, and from the first where that isn't there."""
    report = f'{{"totalPoints":{number(points)},"maxPoints":{number(maximum)}}}'
    return [
        command("notice", f"Points {number(points)}/{number(maximum)}", title="Autograding complete"),
        command("notice", report, title="Autograding report"),
    ]


def write(material: Material) -> Exported:
    """For each graded submission NAME.result.txt (base64) and NAME.notices.txt."""
    files: list[File] = []
    left: list[str] = []
    for item, graded in material.graded(left):
        files += [
            File(name=path(item, ".result.txt"), content=encoded(graded, material.language).encode()),
            File(name=path(item, ".notices.txt"), content=("\n".join(_notices(item, graded)) + "\n").encode()),
        ]
    return Exported(files=tuple(files), rows=len(files) // 2, notes=not_there(left))


def _notices(item: Item, graded: Graded) -> list[str]:
    if item.standing is not None and item.points is not None:  # what counts, of 100
        return notices(item.points, 100)
    return notices(graded.score, graded.max_score)
