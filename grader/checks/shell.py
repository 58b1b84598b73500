"""Shell: what a student's script did, by bash's own trace and messages -> why it went wrong, and in which line. Pure; decides no points.

The trace is a text that was written beside the student's code, so it may say anything: it gives a failed check its line and its cause, and
never makes a check pass or fail.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_TRACED = re.compile(r"\++([^\s:]+):(\d+): (.*)")
_TOLD = re.compile(r"([^\s:]+): line (\d+): (.*)")
_OPTION = re.compile(
    r"(?:invalid|unrecognized|unknown|illegal) (?:option|predicate|argument)|requires an argument|must specify one of", re.I
)
MOST_LINES = 20_000  # of a trace that are looked at: its end tells how a script ended


class Step(NamedTuple):
    """One command as bash was about to run it, its words expanded."""

    line: int
    words: tuple[str, ...]


class Fault(NamedTuple):
    """Why something went wrong: a verdict, a sentence in both languages, and the line if it is known."""

    verdict: str
    en: str
    ko: str
    line: int | None


class Script:
    """One run of one script."""

    def __init__(self, file: str, trace: str, stderr: str, status: int | None = None, first: str = "#!/bin/bash", source: str = "") -> None:
        self.file = file
        self.source = tuple(source.splitlines())
        self.status = status
        self.first = first
        self.messages = tuple(stderr.splitlines())
        self.steps = tuple(_steps(file, trace.splitlines()[-MOST_LINES:]))

    @property
    def last(self) -> int | None:
        """The line of the last command."""
        return self.steps[-1].line if self.steps else None

    def line(self, *commands: str, naming: str = "") -> int | None:
        """The last line that runs one of these commands, by itself or by xargs, find or sudo: one that names `naming` if there is any, else
        one of the first command that was run at all. None if no line does."""
        runs = {command: [step for step in self.steps if _command(step) == command or command in step.words] for command in commands}
        if naming:
            named = [step for step in self.steps if any(step in of for of in runs.values()) and any(naming in word for word in step.words)]
            if named:
                return named[-1].line
        return next((of[-1].line for of in runs.values() if of), None)

    def writes(self, path: str) -> int | None:
        """The last line of the script, comments aside, that names this file: a trace doesn't tell where output goes to."""
        name = path.rpartition("/")[2]
        found = [i for i, text in enumerate(self.source, 1) if name in text and not text.lstrip().startswith("#")]
        return found[-1] if found else None

    def git(self, command: str) -> int | None:
        """The first line that runs this command of git, options in front of it or not."""
        for step in self.steps:
            words = [word for word in step.words[1:] if not word.startswith("-")]
            if _command(step) == "git" and command in words[:2] and "remote" not in words[:1]:
                return step.line
        return None

    def broken(self) -> Fault | None:
        """Why the script didn't run as a script at all: interpreter, syntax, a command that there isn't."""
        if self.first.startswith("#!") and self.first.endswith("\r"):
            return Fault(
                "BAD_INTERPRETER",
                f"the first line ends with a carriage return (CR), so the system looks for an interpreter called {self.first[2:]!r}",
                "첫 줄 끝에 캐리지 리턴(CR)이 있어서, 시스템은 이름 끝에 CR이 붙은 인터프리터를 찾습니다.",
                1,
            )
        if not self.first.startswith("#!"):
            return Fault(
                "NO_SHEBANG",
                "the first line doesn't begin with #!, so nothing says which program is to read the script",
                "첫 줄이 #!로 시작하지 않아서, 어느 프로그램이 스크립트를 읽어야 하는지 알 수 없습니다.",
                1,
            )
        for said in self.messages:
            if "bad interpreter" in said or (
                self.status in (126, 127) and not self.steps and self.first[2:].split()[:1] and "No such file" in said
            ):
                return Fault(
                    "BAD_INTERPRETER",
                    f"the interpreter that the first line names isn't there: {self.first[:60]}",
                    f"첫 줄이 가리키는 인터프리터가 없습니다: {self.first[:60]}",
                    1,
                )
        for line, text in self._told():
            if "syntax error" in text or "unexpected EOF" in text:
                return Fault("SYNTAX_ERROR", f"bash can't read the script: {text}", f"bash가 스크립트를 읽지 못합니다: {text}", line)
        return None

    def cause(self, names: Iterable[str], about: str = "") -> Fault | None:
        """What usually goes wrong with names and commands; `names` are those that the script had to do with, `about` the one that is wrong
        now. None if nothing shows."""
        names = tuple(names)
        return self._split(names) or self._split_by_xargs(about) or self._option(names) or self._unknown_command()

    def _split(self, names: Sequence[str]) -> Fault | None:
        for name in names:
            pieces = [piece for piece in name.split() if piece not in names and len(piece) > 1]
            if len(name.split()) < 2 or not pieces:
                continue
            for step in self.steps:
                if not any(name in word for word in step.words) and any(word.rpartition("/")[2] in pieces for word in step.words[1:]):
                    return _split(name, step.line)
            for said in self.messages:
                quoted = re.findall(r"[‘'](.*?)[’']", said)
                if any(each.rpartition("/")[2] in pieces for each in quoted):
                    return _split(name, self._xargs() or self._line_of(said))
        return None

    def _split_by_xargs(self, about: str) -> Fault | None:
        line = self._xargs()
        return _split(about, line) if line is not None and " " in about else None

    def _xargs(self) -> int | None:
        """The last line with an xargs that cuts at blanks."""
        safe = re.compile(r"-0|--null|-d.*|--delimiter.*|-[a-zA-Z]*0")
        found = [step for step in self.steps if _command(step) == "xargs" and not any(safe.fullmatch(word) for word in step.words)]
        return found[-1].line if found else None

    def _option(self, names: Sequence[str]) -> Fault | None:
        dashed = [name for name in names if name.rpartition("/")[2].startswith("-")]
        for said in self.messages:
            if dashed and _OPTION.search(said):
                command = said.partition(":")[0] if "line " not in said else ""
                line = self._line_of(said) or self.line(command, naming=dashed[0])
                name = dashed[0]
                return Fault(
                    "TAKEN_AS_OPTION",
                    f"the name {name!r} begins with a dash and was taken for an option: {said[:120]}",
                    f"이름 {name!r}이(가) -로 시작해서 옵션으로 받아들여졌습니다: {said[:120]}",
                    line,
                )
        return None

    def _unknown_command(self) -> Fault | None:
        for line, text in self._told():
            if "command not found" in text:
                return Fault("COMMAND_NOT_FOUND", text[:120], f"명령을 찾지 못했습니다: {text[:120]}", line)
        return None

    def _told(self) -> Iterable[tuple[int, str]]:
        """bash's own messages that name a line of the script."""
        for said in self.messages:
            found = _TOLD.search(said)
            if found and found[1].rpartition("/")[2] == self.file:
                yield int(found[2]), found[3]

    def _line_of(self, said: str) -> int | None:
        found = _TOLD.search(said)
        return int(found[2]) if found else None


def _steps(file: str, lines: Sequence[str]) -> Iterable[Step]:
    for text in lines:
        found = _TRACED.match(text)
        if found and found[1] == file:
            yield Step(int(found[2]), _words(found[3]))


def _words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text.replace("$'", "'")))
    except ValueError:
        return tuple(text.split())


def _command(step: Step) -> str:
    words = [word for word in step.words if not re.fullmatch(r"\w+=.*", word)]
    return words[0].rpartition("/")[2] if words else ""


def _split(name: str, line: int | None) -> Fault:
    return Fault(
        "WORD_SPLIT",
        f"the name {name!r} fell apart at its blanks: a command got its pieces as names of their own",
        f"이름 {name!r}이(가) 빈칸에서 나뉘어, 명령이 조각들을 저마다 하나의 이름으로 받았습니다.",
        line,
    )
