"""Told: what a room's own files say went wrong, part by part -> Problems. Anybody in the room may have written them: they can only cost
points, and of a hidden case nothing of their words is passed on. It could be the case's inputs, which the next hand-in would know then.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from grader.records import Problem
from grader.verdicts import VERDICTS

ERROR_SUFFIX = ".error.json"
MAX_LINE = 20_000
MOST = 100  # errors of one case: names and lines tell something, too, and the room chooses how many there are
_TOLD = ("build", "crash", "output")  # categories of verdicts that a driver may give: nothing that would take checks out of the grade
PYTHONS = {name for name, each in vars(builtins).items() if isinstance(each, type) and issubclass(each, BaseException)}


class ToldError(msgspec.Struct, frozen=True):
    """NAME.error.json, as ck_room writes it."""

    verdict: str
    message: str
    message_ko: str = ""
    file: str | None = None
    line: int | None = None


def told(outputs: Mapping[str, str], places: Collection[str], hidden: bool) -> list[Problem]:
    """The errors among a command's outputs. Only verdicts of a student's fault count, and `places`: files and cells."""
    problems = []
    for name in sorted(name for name in outputs if name.endswith(ERROR_SUFFIX))[:MOST]:
        try:
            found = msgspec.json.decode(Path(outputs[name]).read_bytes(), type=ToldError)
        except (OSError, msgspec.MsgspecError):
            continue
        row = VERDICTS.get(found.verdict)
        verdict = found.verdict if row is not None and row.category in _TOLD else "EXCEPTION"
        file = found.file if found.file in places else None
        line = found.line if file and found.line and 0 < found.line < MAX_LINE else None
        message, korean = _plain(found.message), _plain(found.message_ko)
        if hidden:
            message, korean = unsaid(verdict, message.partition(":")[0])
        phase = name.removesuffix(ERROR_SUFFIX)
        problems.append(Problem(verdict=verdict, message=message, message_ko=korean, file=file, line=line, phase=phase))
    return problems


def _plain(text: str) -> str:
    """Without control characters, and not too long."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", text)[:500].strip()


def unsaid(verdict: str, kind: str = "") -> tuple[str, str]:
    """What is told of an error in a hidden case, in English and Korean: its verdict's title, an exception's class if it is Python's."""
    row, named = VERDICTS[verdict], f" ({kind})" if kind in PYTHONS else ""
    return (
        f"{row.title.en}{named}; in a hidden case the program's own words aren't shown",
        f"{row.title.ko}{named}. 비공개 케이스에서는 프로그램이 출력한 말을 보여 주지 않습니다.",
    )
