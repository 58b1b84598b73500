"""By hand: points that a person gives for one check -> the grade with them. Pure.

What a program computed and what a person gave stand side by side in one Grade: a check says who gave its points (`by`), and its message is
that person's comment. A later grade of the same work keeps them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import msgspec

from grader.records import CheckResult, Grade
from grader.score.rubric import DIGITS, main_verdict
from grader.toolchain import UsageError
from grader.verdicts import VERDICTS

AWAITS = "AWAITS_GRADING"
GIVEN = "GRADED_BY_HAND"
TINY = 1e-9
_NEXT = re.compile(r'\s*(?:,?\s*"(?:[^"\\]|\\.)*"\s*:|\})')  # in answers.json: a key, or the end


def find(checks: Sequence[CheckResult], name: str) -> CheckResult:
    """The check of that name: its whole id, or the last part of it, with or without test_. Raises UsageError unless exactly one fits."""
    fitting = [check for check in checks if name in (check.id, _short(check.id), _short(check.id).removeprefix("test_"))]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise UsageError(f"{name} names {len(fitting)} checks: say one of {', '.join(check.id for check in fitting)}")
    raise UsageError(f"no check is called {name}; this grade has {', '.join(_short(check.id).removeprefix('test_') for check in checks)}")


def given(grade: Grade, check: CheckResult, points: float, comment: str, author: str) -> Grade:
    """The grade with these points for the check. Raises UsageError for points that it hasn't got."""
    if not (math.isfinite(points) and 0 <= points <= check.max_points):
        raise UsageError(f"points of this check lie between 0 and {check.max_points:g}, and {points:g} doesn't")
    full = points >= check.max_points - TINY
    new = msgspec.structs.replace(
        check,
        points=points,
        outcome="passed" if full else "failed",
        verdict="" if full else GIVEN,
        message=comment,
        message_ko=comment,
        hint="",
        hint_ko="",
        error_map=None,
        by=author,
    )
    return put(grade, (new,))


def waiting(check: CheckResult) -> CheckResult:
    """The check as it was before a person gave points for its answer."""
    title = VERDICTS[AWAITS].title
    told = {"verdict": AWAITS, "message": title.en, "message_ko": title.ko, "by": ""}
    return msgspec.structs.replace(check, points=0.0, outcome="not_run", **told)


def kept(grade: Grade, earlier: Grade, *, same_work: bool) -> Grade:
    """The grade with what a person gave in an earlier one: of the same submission every such check, of another one those that wait for a
    person and have the same answer."""
    known = {check.id: check for check in earlier.checks if check.by}
    found = []
    for check in grade.checks:
        old = known.get(check.id)
        if old is None or check.by or old.max_points != check.max_points:
            continue
        if same_work or (check.verdict == AWAITS and answer(grade, check) == answer(earlier, old) != ""):
            place = {"title": check.title, "title_ko": check.title_ko, "file": check.file or old.file, "line": check.line or old.line}
            found.append(msgspec.structs.replace(old, **place))
    return put(grade, tuple(found)) if found else grade


def put(grade: Grade, checks: Sequence[CheckResult]) -> Grade:
    """The grade with these checks in place of those of the same id: points, maximum and main verdict as `score` has them."""
    new = {check.id: check for check in checks}
    before = _share(grade.checks)
    replaced = [new.get(check.id, check) for check in grade.checks]
    after = _share(replaced)
    ratio = after / before if before > 0 else 1.0
    all_ = tuple(_scaled(check, ratio) for check in replaced)
    verdict, culprit = main_verdict(all_)
    possible = round(sum(check.max_points for check in all_ if check.outcome != "not_run"), DIGITS)
    return msgspec.structs.replace(
        grade,
        checks=all_,
        score=min(round(sum(check.points for check in all_), DIGITS), possible),
        max_score=possible,
        verdict=verdict,
        message=culprit.message if culprit else "",
        message_ko=culprit.message_ko if culprit else "",
        file=culprit.file if culprit else None,
        line=culprit.line if culprit else None,
    )


def answer(grade: Grade, check: CheckResult) -> str:
    """What the check is about, of the student's file: the lines of its key in answers.json, or the text of a notebook's cell; "" if it
    is about none."""
    file = check.file or ""
    if not check.line:
        return grade.source.get(file, grade.source.get(f"{file}.md", "")).strip()
    lines = grade.source.get(file, "").split("\n")[check.line - 1 :]
    # a value may stand below its key: up to the next line that begins with a key, or the object's end
    end = next((number for number, line in enumerate(lines) if number and _NEXT.match(line)), len(lines))
    return "\n".join(lines[:end]).strip().rstrip(",")


def _share(checks: Sequence[CheckResult]) -> float:
    """Of the correctness points, as `rubric.weighted` has it."""
    counted = [check for check in checks if check.category == "correctness" and check.outcome != "not_run"]
    possible = sum(check.max_points for check in counted)
    return sum(check.points for check in counted) / possible if possible else 1.0


def _scaled(check: CheckResult, ratio: float) -> CheckResult:
    """Cleanliness and performance count by the share of correctness; what a person gave counts as it is."""
    if check.category == "correctness" or check.outcome == "not_run" or check.by or ratio == 1.0:
        return check
    return msgspec.structs.replace(check, points=min(check.max_points, check.points * ratio))


def _short(id: str) -> str:
    return id.rpartition("::")[2]
