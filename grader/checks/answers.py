"""Answers: the text of a student's answers.json -> each answer with its line, and whether it is what a check asks for.

The file is one flat object, a key a question. Everything that may be wrong with it is the student's to mend, so it is told with file, line
and key, and never raises anything but CheckFailed and NotRun. No message says, or lets anybody conclude, what the right answer is.
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
from grader.checks.failed import CheckFailed, NotRun
from grader.records import Problem

MAX_BYTES = 64 << 10  # more than any questionnaire needs
SHOWN_CHARACTERS = 60
LISTED_KEYS = 6


class Answer(NamedTuple):
    """One key of the file."""

    value: Any
    line: int  # of the key, from 1


class Said(NamedTuple):
    """A message in both languages."""

    en: str
    ko: str


class Form(Protocol):
    """What an answer must look like."""

    def fault(self, value: Any) -> Said | None:
        """What is wrong with the value's form, with the remedy, behind "KEY" or "KEY: "; None if nothing is."""
        ...

    def read(self, value: Any) -> Any:
        """A value of this form as the check compares it."""
        ...


class Number(NamedTuple):
    """A number between two bounds, whole or not."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False

    def fault(self, value: Any) -> Said | None:
        kind, kind_ko = ("a whole number", "정수를") if self.whole else ("a number", "수를")
        if isinstance(value, str):
            korean = f"문자열 {shown(value)}입니다. 따옴표 없이 {kind_ko} 적으세요."
            return Said(f"is the text {shown(value)}; write {kind} without quotation marks", korean)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return Said(f"is {shown(value)}; write {kind}", f"{shown(value)}입니다. {kind_ko} 적으세요.")
        if not -1e300 < value < 1e300:
            return Said("is too large a number", "수가 너무 큽니다.")
        if self.whole and value != math.floor(value):
            return Said(f"is {shown(value)}; write a whole number", f"{shown(value)}입니다. 정수를 적으세요.")
        if not self.low <= value <= self.high:
            return self._outside(shown(value))
        return None

    def _outside(self, value: str) -> Said:
        if self.high == math.inf:
            return Said(f"is {value}; it must be {self.low:g} or more", f"{value}입니다. {self.low:g} 이상이어야 합니다.")
        if self.low == -math.inf:
            return Said(f"is {value}; it must be {self.high:g} or less", f"{value}입니다. {self.high:g} 이하여야 합니다.")
        korean = f"{value}입니다. {self.low:g}에서 {self.high:g} 사이여야 합니다."
        return Said(f"is {value}; it must lie between {self.low:g} and {self.high:g}", korean)

    def read(self, value: Any) -> float:
        return float(value)


class OneOf(NamedTuple):
    """One of several words; upper and lower case are the same."""

    words: tuple[str, ...]

    def fault(self, value: Any) -> Said | None:
        korean = f"{shown(value)}입니다. {self._listed()} 가운데 하나를 "
        if not isinstance(value, str):
            return Said(f"is {shown(value)}; write one of {self._listed()}, in quotation marks", f"{korean}따옴표 안에 적으세요.")
        if self.read(value) in {w.casefold() for w in self.words}:
            return None
        return Said(f"is {shown(value)}; write one of {self._listed()}", f"{korean}적으세요.")

    def read(self, value: Any) -> str:
        return " ".join(str(value).split()).casefold()

    def _listed(self) -> str:
        return ", ".join(self.words)


class Place(NamedTuple):
    """A line of a file, as text: "pooling.cu:42"."""

    files: tuple[str, ...]

    def fault(self, value: Any) -> Said | None:
        example = f'"{self.files[0]}:12"'
        if not isinstance(value, str):
            korean = f"{shown(value)}입니다. 파일과 줄을 {example}처럼 문자열로 적으세요."
            return Said(f"is {shown(value)}; write file and line as a text such as {example}", korean)
        found = re.fullmatch(r"([^:\s]+):([0-9]{1,6})", value.strip())
        if not found:
            return Said(
                f"is {shown(value)}; write file:line, such as {example}", f"{shown(value)}입니다. {example}처럼 파일:줄로 적으세요."
            )
        if self.read(value)[0] in self.files:
            return None
        listed = ", ".join(self.files)
        return Said(f"names {shown(found[1])}; the files are {listed}", f"파일 이름이 {shown(found[1])}입니다. 파일은 {listed}입니다.")

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
            self._broken = Problem(verdict="ANSWERS_UNREADABLE", message=str(error), message_ko=error.korean, file=name, line=error.line)

    def formed(self, forms: Mapping[str, Form]) -> None:
        """Every key is there and looks as it must, and there are no others; whether it is right is another check's matter. Each key earns
        its equal part of the points."""
        faults = [fault for key, form in forms.items() if (fault := self._fault(key, form)) is not None]
        unknown = next((key for key in self._found if key not in forms), None)
        if unknown is not None and not faults:
            text = f"{shown(unknown)} is no question of this assignment; keep the keys of the starter's file"
            korean = f"{shown(unknown)}: 이 과제에 없는 질문입니다. 시작 파일의 키를 그대로 두세요."
            faults = [(unknown, self._problem("ANSWER_FORM", Said(text, korean), self._found[unknown].line))]
        self._judge(faults, len(forms))

    def expect(self, questions: Mapping[str, Question], named: bool = True) -> None:
        """Every answer is right. Each earns its equal part of the points. With `named` False it is told how many are wrong and not which:
        for choices of a few letters, which would soon be found by trying."""
        faults = []
        wrong = 0
        for key, question in questions.items():
            fault = self._fault(key, question.form)
            if fault is None and not question.right(question.form.read(self._found[key].value)):
                given = shown(self._found[key].value)
                text = Said(f"{shown(key)}: {given} is not right", f"{shown(key)}: {given}은(는) 맞지 않습니다.")
                fault = key, self._problem("ANSWER_WRONG", text, self._found[key].line)
                wrong += 1
            if fault is not None:
                faults.append(fault)
        if not named and wrong and wrong == len(faults):
            several = f"{wrong} of these {len(questions)} answers {'is' if wrong == 1 else 'are'} not right: {', '.join(questions)}"
            korean = f"이 답 {len(questions)}개 가운데 {wrong}개가 맞지 않습니다: {', '.join(questions)}"
            raise CheckFailed(self._problem("ANSWER_WRONG", Said(several, korean), None), fraction=max(0.0, 1.0 - wrong / len(questions)))
        self._judge([fault for fault in faults if named or fault[1].verdict != "ANSWER_WRONG"], len(questions), len(faults))

    def by_a_person(self, key: str, form: Form) -> None:
        """The answer is there and has its form; what it is worth, a person says (`grader override --check`). Until then the check counts
        neither for nor against anybody."""
        fault = self._fault(key, form)
        if fault is not None:
            raise CheckFailed(fault[1])
        said = Said("your answer is there; a person will read it and give the points", "답이 들어왔습니다. 사람이 읽고 점수를 줍니다.")
        problem = self._problem("AWAITS_GRADING", said, self._found[key].line)
        raise NotRun(problem.message, problem)

    def _fault(self, key: str, form: Form) -> tuple[str, Problem] | None:
        if self._broken is not None:
            raise CheckFailed(self._broken)
        found = self._found.get(key)
        if found is None or found.value is None:
            open_ = Said(f"{shown(key)} has no answer yet", f"{shown(key)}: 아직 답이 없습니다.")
            gone = Said(
                f"{shown(key)} is missing; keep the keys of the starter's file",
                f"{shown(key)}: 키가 없습니다. 시작 파일의 키를 그대로 두세요.",
            )
            return key, self._problem("ANSWER_MISSING", open_ if found else gone, found.line if found else None)
        fault = form.fault(found.value)
        if fault is None:
            return None
        return key, self._problem("ANSWER_FORM", Said(f"{shown(key)} {fault.en}", f"{shown(key)}: {fault.ko}"), found.line)

    def _problem(self, verdict: str, said: Said, line: int | None) -> Problem:
        return Problem(verdict=verdict, message=said.en, message_ko=said.ko, file=self.name, line=line)

    def _judge(self, faults: list[tuple[str, Problem]], count: int, lost: int | None = None) -> None:
        """Tells of `faults`; `lost` answers, by default so many, earn nothing."""
        if not faults:
            return
        _, worst = min(faults, key=lambda pair: rank(pair[1].verdict))
        message, korean = worst.message, worst.message_ko
        # others of its kind are told in full, each with its line: nobody should mend one to learn of the next
        others = [p for _, p in faults if p is not worst and p.verdict == worst.verdict and p.verdict != "ANSWER_MISSING"]
        for other in others[: LISTED_KEYS - 1]:
            message += f"; line {other.line}: {other.message}"
            korean += f" {other.line}번째 줄, {other.message_ko}"
        if len(faults) > 1:
            keys = [key for key, _ in faults]
            listed = ", ".join(keys[:LISTED_KEYS]) + (", …" if len(keys) > LISTED_KEYS else "")
            message += f" ({len(faults)} of {count} answers: {listed})"
            korean += f" (답 {count}개 가운데 {len(faults)}개: {listed})"
        raise CheckFailed(
            msgspec.structs.replace(worst, message=message, message_ko=korean),
            fraction=max(0.0, 1.0 - (len(faults) if lost is None else lost) / count),
        )


class Unreadable(Exception):
    """The file isn't one flat JSON object; the message says why and what to do, `line` where."""

    def __init__(self, message: str, line: int | None = None, korean: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.korean = korean


def read(content: bytes) -> dict[str, Answer]:
    """The file's keys, in order. Raises Unreadable."""
    if len(content) > MAX_BYTES:
        most = MAX_BYTES >> 10
        korean = f"파일이 {most} KiB보다 큽니다. 시작 파일의 질문만 두세요."
        raise Unreadable(f"the file is larger than {most} KiB; keep to the starter's questions", korean=korean)
    try:
        # lines as everybody else counts them; no JSON text holds such a character as it is
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable("the file isn't UTF-8; save it as UTF-8", line, "파일이 UTF-8이 아닙니다. UTF-8로 저장하세요.") from None
    try:
        return _Reader(text).pairs()
    except json.JSONDecodeError as error:
        raise Unreadable(f"not JSON: {_plain(error, text)}", error.lineno) from None
    except RecursionError:
        text = "brackets lie too deep in each other; each answer is a number or a text"
        raise Unreadable(text, 1, "괄호가 너무 깊이 겹쳐 있습니다. 답은 수 하나 또는 문자열 하나입니다.") from None


class _Reader:
    """One flat object, by hand as far as keys go: JSON's own reader knows no lines and takes the last of two equal keys."""

    _blank = re.compile(r"[ \t\r\n]*")

    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0
        self._values = JSONDecoder(parse_constant=self._no_constant, parse_int=self._integer)

    def pairs(self) -> dict[str, Answer]:
        found: dict[str, Answer] = {}
        if self._next() != "{":
            korean = "파일 전체가 객체 하나여야 합니다. 맨 앞에 {, 다음에 질문들, 맨 뒤에 }를 두세요."
            raise Unreadable("the file must be one object: { first, then the questions, } last", self._line(), korean)
        self._at += 1
        while self._next() != "}":
            if found:
                self._take(",", "a comma between two answers")
                if self._next() == "}":
                    raise Unreadable("a comma too many before the closing }", self._line(), "닫는 } 앞에 쉼표가 하나 더 있습니다.")
            if self._next() != '"':
                self._wrong("a key in double quotation marks")
            line = self._line()
            key, self._at = self._values.raw_decode(self._text, self._at)
            if key in found:
                korean = f"{shown(key)}이(가) 두 번 나옵니다. 첫 번째는 {found[key].line}번째 줄에 있습니다."
                raise Unreadable(f"{shown(key)} stands twice; the first is in line {found[key].line}", line, korean)
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
            raise Unreadable("something stands behind the closing }; remove it", self._line(), "닫는 } 뒤에 무엇인가 있습니다. 지우세요.")
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
