"""A home as its script left it, and how a fault in it is told: with the line that the trace shows, and where two texts begin to differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from grader.checks.shell import Fault, Script

from .problem_names import Plan


class Home:
    """One run, with what every task asks of it: the plan, the script's trace, the home as it was left."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.plan: Plan = room.given("task/plan.json")
        self.task: str = room.case.given["task"]
        self.file: str = room.case.run[2]
        self.after: Mapping[str, Any] = room.tree()
        trace = "".join(room.text(f"trace{run}.txt") for run in (1, 2, 3) if room.has(f"trace{run}.txt"))
        # drive.sh wrote these files, or whatever ran beside it: what has another form isn't there
        statuses = [int(each) for each in re.findall(r"(?<!\S)[0-9]{1,3}(?!\S)", room.text("status.txt"))] if room.has("status.txt") else []
        self.statuses = statuses
        first = room.text("first.txt").removesuffix("\n") if room.has("first.txt") else "#!"
        source = room.text("script.txt") if room.has("script.txt") else ""
        self.script = Script(self.file, trace, room.stderr, statuses[-1] if statuses else None, first, source)

    def fail(self, verdict: str, en: str, ko: str, *, line: int | None = None, blame: bool = True, about: str = "") -> NoReturn:
        """Fails with this verdict, or with the cause that the trace shows, if `blame`. `about`: the name that it is about."""
        cause = self.script.cause(self.plan["names"], about) if blame else None
        fault = cause or Fault(verdict, en, ko, line)
        text = fault.en if cause is None else f"{fault.en}. So: {en}"
        korean = fault.ko if cause is None else f"{fault.ko} 그래서: {ko}"
        raise_(self.room, fault.verdict, text, korean, self.file, fault.line or line)

    def line(self, *commands: str, naming: str = "") -> int | None:
        return self.script.line(*commands, naming=naming)

    def wanted(self, path: str, text: str, *commands: str, loose: bool = False, **mistakes: str) -> None:
        """A file that the script had to write, with this text. `loose`: blanks at the beginning of lines don't matter."""
        entry = self.after.get(path)
        at = self.script.writes(path) or self.line(*commands)
        if entry is None or entry.kind != "file":
            self.fail("FILE_NOT_MADE", f"~/{path} isn't there", f"~/{path} 파일이 없습니다.", line=at or self.script.last)
        got = entry.text if entry.text is not None else ""
        trim = (lambda t: [" ".join(line.split()) for line in t.split("\n")]) if loose else (lambda t: t)
        if trim(got) == trim(text):
            return
        if len(self.statuses) > 1 and got and got == got[: len(got) // 2] * 2:
            self.fail(
                "NOT_IDEMPOTENT",
                f"after a second run ~/{path} holds everything twice",
                f"두 번째 실행 뒤 ~/{path}에 모든 것이 두 번 들어 있습니다.",
                line=at,
                blame=False,
            )
        for verdict, mistake in mistakes.items():
            if trim(got) == trim(mistake):
                self.fail(
                    verdict,
                    f"~/{path} isn't right: {first_difference(got, text)}",
                    f"~/{path}이(가) 맞지 않습니다: {first_difference(got, text, korean=True)}",
                    line=at,
                )
        self.fail(
            "WRONG_ANSWER",
            f"~/{path} isn't right: {first_difference(got, text)}",
            f"~/{path}이(가) 맞지 않습니다: {first_difference(got, text, korean=True)}",
            line=at,
        )


def raise_(room: Any, verdict: str, en: str, ko: str, file: str, line: int | None) -> NoReturn:
    room.fail(verdict, en, message_ko=ko, file=file, line=line)
    raise AssertionError("room.fail returned")


def first_difference(got: str, wanted: str, *, korean: bool = False) -> str:
    """Where two texts begin to differ. What is wanted isn't told."""
    have, want = got.split("\n"), wanted.split("\n")
    number = next((i for i, (a, b) in enumerate(zip(have, want, strict=False), 1) if a != b), min(len(have), len(want)))
    line = have[number - 1][:60] if number <= len(have) else ""
    if korean:
        return f"{len(have) - 1}줄이며, {number}번째 줄 {line!r}에서 달라집니다"
    return f"{len(have) - 1} lines, and it differs from line {number} on: {line!r}"


def one_a_line(texts: Any) -> str:
    return "".join(f"{text}\n" for text in texts)


def bytewise(names: Any) -> list[str]:
    return sorted(names, key=lambda name: name.encode())
