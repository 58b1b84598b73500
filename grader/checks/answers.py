"""Answers: the text of a student's answers.json -> each answer with its line, and whether it is what a check asks for.

The file is one flat object, a key a question. Everything that may be wrong with it is the student's to mend, so it is told with file, line
and key, and never raises anything but CheckFailed. No message says, or lets anybody conclude, what the right answer is.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from json.decoder import JSONDecoder
from typing import Any, NamedTuple, NoReturn, Protocol

import msgspec

from grader.checks.evidence import rank
from grader.checks.judge import CheckFailed
from grader.records import Problem

MAX_BYTES = 64 << 10  # more than any questionnaire needs
SHOWN_CHARACTERS = 60
LISTED_KEYS = 6


class Answer(NamedTuple):
    """One key of the file."""

    value: Any
    line: int  # of the key, from 1


class Form(Protocol):
    """What an answer must look like."""

    def fault(self, value: Any) -> str:
        """What is wrong with the value's form, with the remedy; "" if nothing is."""
        ...

    def read(self, value: Any) -> Any:
        """A value of this form as the check compares it."""
        ...


class Number(NamedTuple):
    """A number between two bounds, whole or not."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False

    def fault(self, value: Any) -> str:
        kind = "a whole number" if self.whole else "a number"
        if isinstance(value, str):
            return f"is the text {shown(value)}; write {kind} without quotation marks"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return f"is {shown(value)}; write {kind}"
        if not -1e300 < value < 1e300:
            return "is too large a number"
        if self.whole and value != math.floor(value):
            return f"is {shown(value)}; write a whole number"
        if not self.low <= value <= self.high:
            return f"is {shown(value)}; it must lie between {self.low:g} and {self.high:g}"
        return ""

    def read(self, value: Any) -> float:
        return float(value)


class OneOf(NamedTuple):
    """One of several words; upper and lower case are the same."""

    words: tuple[str, ...]

    def fault(self, value: Any) -> str:
        if not isinstance(value, str):
            return f"is {shown(value)}; write one of {self._listed()}, in quotation marks"
        return "" if self.read(value) in {w.casefold() for w in self.words} else f"is {shown(value)}; write one of {self._listed()}"

    def read(self, value: Any) -> str:
        return " ".join(str(value).split()).casefold()

    def _listed(self) -> str:
        return ", ".join(self.words)


class Place(NamedTuple):
    """A line of a file, as text: "pooling.cu:42"."""

    files: tuple[str, ...]

    def fault(self, value: Any) -> str:
        if not isinstance(value, str):
            return f'is {shown(value)}; write file and line as a text such as "{self.files[0]}:12"'
        found = re.fullmatch(r"([^:\s]+):([0-9]{1,6})", value.strip())
        if not found:
            return f'is {shown(value)}; write file:line, such as "{self.files[0]}:12"'
        return "" if self.read(value)[0] in self.files else f"names {shown(found[1])}; the files are {', '.join(self.files)}"

    def read(self, value: Any) -> tuple[str, int]:
        file, _, line = str(value).strip().rpartition(":")
        return file.rpartition("/")[2], int(line)


class Question(NamedTuple):
    """One answer that a check asks for. `right` gets what `form.read` makes of it."""

    form: Form
    right: Callable[[Any], bool]


def near(wanted: float, relative: float = 0.0, absolute: float = 0.0) -> Callable[[float], bool]:
    """Right within a tolerance, the larger of the two, its edge included; false if what is wanted isn't finite."""
    return lambda got: abs(got - wanted) <= max(absolute, relative * abs(wanted)) * (1 + 1e-9)


def among(wanted: Iterable[Any]) -> Callable[[Any], bool]:
    """Any of several values is right."""
    values = frozenset(wanted)
    return lambda got: got in values


class Answers:
    """The `answers` fixture: a student's answers.json."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self._broken: Problem | None = None
        self._found: dict[str, Answer] = {}
        try:
            self._found = read(content)
        except Unreadable as error:
            self._broken = Problem(verdict="ANSWERS_UNREADABLE", message=str(error), file=name, line=error.line)

    def formed(self, forms: Mapping[str, Form]) -> None:
        """Every key is there and looks as it must, and there are no others; whether it is right is another check's matter. Each key earns
        its equal part of the points."""
        faults = [fault for key, form in forms.items() if (fault := self._fault(key, form)) is not None]
        unknown = next((key for key in self._found if key not in forms), None)
        if unknown is not None and not faults:
            text = f"{shown(unknown)} is no question of this assignment; keep the keys of the starter's file"
            faults = [(unknown, Problem(verdict="ANSWER_FORM", message=text, file=self.name, line=self._found[unknown].line))]
        self._judge(faults, len(forms))

    def expect(self, questions: Mapping[str, Question], named: bool = True) -> None:
        """Every answer is right. Each earns its equal part of the points. With `named` False it is told how many are wrong and not which:
        for choices of a few letters, which would soon be found by trying."""
        faults = []
        wrong = 0
        for key, question in questions.items():
            fault = self._fault(key, question.form)
            if fault is None and not question.right(question.form.read(self._found[key].value)):
                text = f"{shown(key)}: {shown(self._found[key].value)} is not right"
                fault = key, Problem(verdict="ANSWER_WRONG", message=text, file=self.name, line=self._found[key].line)
                wrong += 1
            if fault is not None:
                faults.append(fault)
        if not named and wrong and wrong == len(faults):
            text = f"{wrong} of these {len(questions)} answers {'is' if wrong == 1 else 'are'} not right: {', '.join(questions)}"
            raise CheckFailed(
                Problem(verdict="ANSWER_WRONG", message=text, file=self.name), fraction=max(0.0, 1.0 - wrong / len(questions))
            )
        self._judge([fault for fault in faults if named or fault[1].verdict != "ANSWER_WRONG"], len(questions), len(faults))

    def _fault(self, key: str, form: Form) -> tuple[str, Problem] | None:
        if self._broken is not None:
            raise CheckFailed(self._broken)
        found = self._found.get(key)
        if found is None or found.value is None:
            text = f"{shown(key)} has no answer yet" if found else f"{shown(key)} is missing; keep the keys of the starter's file"
            return key, Problem(verdict="ANSWER_MISSING", message=text, file=self.name, line=found.line if found else None)
        fault = form.fault(found.value)
        if not fault:
            return None
        return key, Problem(verdict="ANSWER_FORM", message=f"{shown(key)} {fault}", file=self.name, line=found.line)

    def _judge(self, faults: list[tuple[str, Problem]], count: int, lost: int | None = None) -> None:
        """Tells of `faults`; `lost` answers, by default so many, earn nothing."""
        if not faults:
            return
        _, worst = min(faults, key=lambda pair: rank(pair[1].verdict))
        message = worst.message
        if len(faults) > 1:
            keys = [key for key, _ in faults]
            message += f" ({len(faults)} of {count} answers: {', '.join(keys[:LISTED_KEYS])}{', …' if len(keys) > LISTED_KEYS else ''})"
        raise CheckFailed(
            msgspec.structs.replace(worst, message=message), fraction=max(0.0, 1.0 - (len(faults) if lost is None else lost) / count)
        )


class Unreadable(Exception):
    """The file isn't one flat JSON object; the message says why and what to do, `line` where."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def read(content: bytes) -> dict[str, Answer]:
    """The file's keys, in order. Raises Unreadable."""
    if len(content) > MAX_BYTES:
        raise Unreadable(f"the file is larger than {MAX_BYTES >> 10} KiB; keep to the starter's questions")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("the file isn't UTF-8; save it as UTF-8", content.count(b"\n", 0, error.start) + 1) from None
    try:
        return _Reader(text).pairs()
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {_plain(error, text)}", error.lineno) from None
    except RecursionError:
        raise Unreadable("brackets lie too deep in each other; each answer is a number or a text", 1) from None


class _Reader:
    """One flat object, by hand as far as keys go: JSON's own reader knows no lines and takes the last of two equal keys."""

    _blank = re.compile(r"[ \t\r\n]*")

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._values = JSONDecoder(parse_constant=self._no_constant, parse_int=self._integer)

    def pairs(self) -> dict[str, Answer]:
        found: dict[str, Answer] = {}
        if self._next() != "{":
            raise Unreadable("the file must be one object: { first, then the questions, } last", self._line())
        self._at += 1
        while self._next() != "}":
            if found:
                self._take(",", "a comma between two answers")
                if self._next() == "}":
                    raise Unreadable("a comma too many before the closing }", self._line())
            if self._next() != '"':
                self._wrong("a key in double quotation marks")
            line = self._line()
            key, self._at = self._values.raw_decode(self._text, self._at)
            if key in found:
                raise Unreadable(f"{shown(key)} stands twice; the first is in line {found[key].line}", line)
            self._take(":", f"a colon behind {shown(key)}")
            self._next()
            try:
                value, self._at = self._values.raw_decode(self._text, self._at)
            except ValueError as error:
                if isinstance(error, json.JSONDecodeError):
                    raise
                raise Unreadable(str(error), self._line()) from None
            found[key] = Answer(value, line)
        self._at += 1
        if self._next():
            raise Unreadable("something stands behind the closing }; remove it", self._line())
        return found

    def _next(self) -> str:
        match = self._blank.match(self._text, self._at)
        self._at = match.end() if match else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, character: str, what: str) -> None:
        if self._next() != character:
            self._wrong(what)
        self._at += 1

    def _wrong(self, what: str) -> NoReturn:
        raise json.JSONDecodeError(f"{what} is expected here", self._text, self._at)

    def _line(self) -> int:
        return self._text.count("\n", 0, self._at) + 1

    def _no_constant(self, name: str) -> NoReturn:
        raise ValueError(f"{name} is no number in JSON; write the number, or null for no answer")

    def _integer(self, digits: str) -> int | float:
        return int(digits) if len(digits) < 300 else math.inf


def _plain(error: json.JSONDecodeError, text: str) -> str:
    """The reader's words, with the usual cause of the usual mistakes."""
    here = text[error.pos : error.pos + 1]
    if error.msg == "Expecting value":
        known = {"'": "texts stand in double quotation marks", "T": "write true", "F": "write false", "N": "no answer is null"}
        return f"an answer is expected here, not {shown(here) if here else 'the end'}{'; ' + known[here] if here in known else ''}"
    if error.msg.startswith("Invalid control character") or error.msg.startswith("Unterminated string"):
        return "a text isn't closed: its second \" is missing"
    if error.msg.startswith("Invalid \\escape"):
        return r"a backslash in a text; write two of them, or /"
    return f"{error.msg}{', not ' + shown(here) if here else ', not the end'}"


def shown(value: Any) -> str:
    """A value as JSON, on one short line."""
    text = "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in json.dumps(value, ensure_ascii=False)[: 4 * SHOWN_CHARACTERS])
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + "…"
