"""setup.sh, what is on record of it: its runs on one machine, the calls that it made, and why something is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from grader.checks.shell import Fault, Script

from .problem_machines import STUDENT
from .problem_room import TOO_LONG, line_with, number_in, settings_of

ANSWERS = 60  # lines that wait on stdin for somebody to read them


@dataclass(frozen=True)
class Call:
    """One program that was asked something: by sudo or not, which, and what."""

    sudo: bool
    program: str
    words: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if not word.startswith("-"))


class Setup:
    """The runs of setup.sh on one machine."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.settings = settings_of(room)
        self.home = self.settings["home"].removeprefix(f"{STUDENT}/")
        self.root = self.settings["root"].removeprefix(f"{STUDENT}/")
        self.mirror = self.settings["mirror"]
        self.tree = room.tree()
        if not room.has("student/setup.sh") or not room.has("calls1.txt"):
            _swept_away(room, self.tree)
        self.text = room.text("student/setup.sh")
        self.statuses = [
            number_in(room, f"status{run}.txt") for run in range(1, self.settings["runs"] + 1) if run == 1 or room.has(f"status{run}.txt")
        ]
        self.calls = _calls(room.text("calls1.txt"))
        self.said = room.text("setup1.err") + "\n" + (room.text("setup2.err") if room.has("setup2.err") else "")
        self.asked = number_in(room, "left1.txt") < ANSWERS or "/dev/tty: No such device" in self.said
        trace = room.text("trace1.txt") if room.has("trace1.txt") else ""
        trace = re.sub(r"^\++\S+: (?:\[\[|case) .*\n", "", trace, flags=re.M)  # of these bash shows the words without their quotes
        first = self.text.partition("\n")[0]
        self.script = Script("setup.sh", trace, room.text("setup1.err"), self.statuses[0], first)

    def line(self, pattern: str) -> int | None:
        return line_with(self.text, pattern)

    def given(self, name: str) -> str | None:
        """A file that the machine had, by its path below /home/student."""
        return str(self.room.given(f"home/{name}")) if f"home/{name}" in self.room.run.inputs else None

    def now(self, name: str) -> str | None:
        entry = self.tree.get(name)
        return entry.text if entry is not None and entry.kind == "file" else None

    def _fell_apart(self, names: Iterable[str]) -> Fault | None:
        """A message that quotes a path which ends, or begins, in the middle of a name."""
        for name in names:
            first, _, rest = name.partition(" ")
            for said in self.said.splitlines():
                if re.search(rf"[‘'](?:[^’']*/{re.escape(first)}|{re.escape(rest)}(?:/[^’']*)?)[’']", said):
                    where = re.search(r"[‘'][^’']*/([^/’']+)[’']", said)
                    line = self.line(rf"{re.escape(where[1])}\b") if where else None
                    en = f"the name {name!r} fell apart at its blank: {said[:120]}"
                    return Fault("WORD_SPLIT", en, f"이름 {name!r}이(가) 빈칸에서 나뉘었습니다: {said[:120]}", self.script.last or line)
        return None

    def fail(self, verdict: str, en: str, ko: str, line: int | None = None) -> NoReturn:
        """Names that fell apart, another folder and an early end explain whatever is missing; only else it is what it looks like."""
        names = [name for name in (self.home, self.root, "my setup") if " " in name]
        fault = self.script.cause(names) or self._fell_apart(names)
        if fault is not None and fault.verdict == "WORD_SPLIT":
            self.room.fail("WORD_SPLIT", fault.en, message_ko=fault.ko, file="setup.sh", line=fault.line)
        astray = re.search(r"(?:cannot stat|can't read|cannot access) '?\.?/?(?:bashrc_add|vimrc)'?", self.said)
        if astray:
            self.room.fail(
                "WRONG_FOLDER",
                f"the script looks for its companions in the folder that it was called from: {astray[0]}",
                message_ko=f"스크립트가 함께 있는 파일을 호출한 폴더에서 찾습니다: {astray[0]}",
                file="setup.sh",
                line=self.script.line("cp", "install", "cat", naming="bashrc_add") or self.line(r"\b(bashrc_add|vimrc)\b"),
            )
        if fault is not None and fault.verdict != "TAKEN_AS_OPTION":
            self.room.fail(fault.verdict, fault.en, message_ko=fault.ko, file="setup.sh", line=fault.line)
        self.room.fail(verdict, en, message_ko=ko, file="setup.sh", line=line)


def _swept_away(room: Any, tree: Mapping[str, Any]) -> None:
    """Our own records are gone: if files of the machine are, too, that is what happened."""
    given = [name.removeprefix("home/") for name in room.run.inputs if name.startswith("home/")]
    if lost := [name for name in given if name not in tree]:
        en, ko = (
            f"{len(lost)} of {len(given)} files of the machine are gone",
            f"컴퓨터의 파일 {len(given)}개 가운데 {len(lost)}개가 없어졌습니다.",
        )
        room.fail("FILES_LOST", en, message_ko=ko, file="setup.sh")


def _calls(text: str) -> list[Call]:
    calls = []
    for each in text.split("\x1e\n"):
        sudo, *words = each.split("\x1f")
        if len(words) > {"apt-get": 3, "apt": 3, "pip": 2}.get(words[0] if words else "", 1):  # less is none of ours
            calls.append(Call(sudo == "sudo", words[0], tuple(words[1:-1])))
    return calls


def setup_of(room: Any) -> Setup:
    """The runs, if the script ran as one at all."""
    setup = Setup(room)
    fault = setup.script.broken()
    if fault is not None:
        room.fail(fault.verdict, fault.en, message_ko=fault.ko, file="setup.sh", line=fault.line)
    if TOO_LONG & set(setup.statuses):
        last = setup.script.last
        if setup.asked:
            asks(setup, last)
        room.fail(
            "HOST_TIMEOUT",
            "setup.sh didn't come to an end within 12 seconds",
            message_ko="setup.sh가 12초 안에 끝나지 않았습니다.",
            file="setup.sh",
            line=last,
        )
    return setup


def working(room: Any) -> Setup:
    """The runs, if the script did anything: that nothing is spoilt is no merit of one that does nothing."""
    setup = setup_of(room)
    if not setup.calls:
        setup.fail(
            "WRONG_ANSWER", "the script asked nothing of apt-get, pip or chown", "스크립트가 apt-get, pip, chown을 호출하지 않았습니다."
        )
    return setup


def asks(setup: Setup, line: int | None) -> NoReturn:
    asked = re.findall(r"(?:Do you want to continue\?|Package configuration|Password:)", setup.room.text("setup1.out"))
    what = f" ({asked[0]} …)" if asked else ""
    setup.room.fail(
        "WAITS_FOR_INPUT",
        f"somebody has to answer a question before it goes on{what}",
        message_ko=f"누군가 질문에 답해야 계속됩니다{what}.",
        file="setup.sh",
        line=line,
    )
