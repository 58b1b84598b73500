"""Topics with exact answers: each is compared with what is right, then with what well-known slips give.

In public cases both stand in problem_values.py; in hidden ones both come of the oracles, which stay with the staff.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from grader.checks.rooms import Room, difference

from .problem_answers import BOUND, BOUNDS, CELLS, NOTEBOOK, allowed, numbers, received, within
from .problem_values import PUBLIC

# BEGIN STAFF
from .oracles_models import ORACLES as MODELS  # isort: skip
from .oracles_training import ORACLES as TRAINING  # isort: skip
# END STAFF

Question = dict[str, Any]
Answers = list[dict[str, Any]]  # one for each question: name -> array or number
Slips = dict[str, tuple[str, str, str, Answers]]  # name -> code, English, Korean, what it gives

EXPONENTIALS = {"regression_losses", "cross_entropy", "activations"}  # what isn't finite there has overflowed
APART = {"regression_losses", "activations", "slopes"}  # each name is a function of its own, so that slips of several may come together


def compare(room: Room, topic: str) -> None:
    """Every answer of a topic against what is right, then against what slips give."""
    questions, right, slips = key(room, topic)
    file, bound = f"{NOTEBOOK}#{CELLS[topic]}", BOUNDS.get(topic, BOUND)
    answers = received(room, topic, len(questions))
    wrong = [(k, name) for k, each in enumerate(right) for name in each if not within(answers[k].get(name), each[name], bound)]
    if not wrong:
        return
    names = {name for _, name in wrong} - {"kept"}
    for code, en, ko, given in slips().values():
        for group in [set(right[0]) - {"kept"}, *([{name} for name in sorted(names)] if topic in APART else [])]:
            pairs = [(k, name) for k, each in enumerate(right) for name in each if name in group or (len(group) > 1 and name != "kept")]
            same = all(within(answers[k].get(name), given[k].get(name), bound) for k, name in pairs)
            if same and not all(within(given[k].get(name), right[k][name], bound) for k, name in pairs):
                room.fail(code, f"{topic}: {en}", message_ko=f"{topic}: {ko}", file=file)
    if not names:
        text, korean = "the numbers of an argument are others after the call", "호출한 뒤에 인자의 수가 달라졌습니다."
        room.fail("ARGUMENT_CHANGED", f"{topic}: {text}", message_ko=f"{topic}: {korean}", file=file)
    k, name = next(pair for pair in wrong if pair[1] != "kept")
    last, failed = len(questions) - 1, {number for number, _ in wrong}
    if last in failed and questions[last] in questions[:last] and questions.index(questions[last]) not in failed:
        text = "the same problem, asked once more, gets another answer: something is kept outside of the state"
        korean = "같은 문제를 다시 물으면 답이 달라집니다. state가 아닌 곳에 무엇인가 남아 있습니다."
        room.fail("STATE_LEAK", f"{topic}: {text}", message_ko=f"{topic}: {korean}", file=file)
    got = numbers(answers[k].get(name))
    where = f"{topic}, question {k + 1}, {name}"
    if got is None:
        text, korean = "nothing that is an array of numbers", "수의 배열이 아닙니다."
        room.fail("WRONG_ANSWER", f"{where}: {text}", message_ko=f"{topic}, 문제 {k + 1}, {name}: {korean}", file=file)
    want = np.asarray(right[k][name], dtype=np.float64)
    text, korean = difference(got, want, allowed(want, bound), room.case.visibility == "hidden")
    code = "WRONG_ANSWER"
    if got.shape == want.shape and (np.isfinite(want) & ~np.isfinite(got)).any():
        code = "OVERFLOW_NAN" if topic in EXPONENTIALS else "NAN_OUTPUT"
    room.fail(code, f"{where}: {text}", message_ko=f"{topic}, 문제 {k + 1}, {name}: {korean}", file=file)


def key(room: Room, topic: str) -> tuple[list[Question], Answers, Callable[[], Slips]]:
    """A topic's questions in this room, the right answers, and those of each slip for whoever asks."""
    # BEGIN STAFF
    if room.case.visibility == "hidden":
        questions = room.given("task/questions.json")[topic]
        if topic == "read_idx":  # the room has the files themselves
            questions = [{**each, "hex": _bytes(room, f"home/{each['path']}").hex()} for each in questions]
        return questions, right(topic, questions), lambda: slipped(topic, questions)
    # END STAFF
    known = PUBLIC[topic]
    return known["questions"], known["right"], lambda: {name: tuple(each) for name, each in known["slips"].items()}


# BEGIN STAFF
def right(topic: str, questions: list[Question]) -> Answers:
    """What the oracle gives."""
    return [oracles()[topic](question, "") for question in questions]


def slipped(topic: str, questions: list[Question]) -> Slips:
    """What the oracle gives with each slip of slips.toml."""
    table = tomllib.loads(Path(__file__).with_name("slips.toml").read_text(encoding="utf-8")).get(topic, {})
    return {
        name: (row["code"], row["en"], row["ko"], [oracles()[topic](question, name) for question in questions])
        for name, row in table.items()
    }


def _bytes(room: Room, name: str) -> bytes:
    content: str = room.given(name)
    return content.encode("utf-8", "surrogateescape")


def oracles() -> dict[str, Callable[[Question, str], dict[str, Any]]]:
    """All topics with exact answers."""
    return {**MODELS, **TRAINING}


# END STAFF


def check_idx(room: Room) -> None:
    """First which files were taken and which refused, then what is in them."""
    questions, right, _ = key(room, "read_idx")
    answers, file = received(room, "read_idx", len(questions)), f"{NOTEBOOK}#read_idx"
    for question, want, got in zip(questions, right, answers, strict=True):
        name, raised, refused = question["path"], str(got.get("raised") or ""), bool(got.get("refused"))
        line = got["line"] if isinstance(got.get("line"), int) else None
        if raised and not refused and "numbers" in want:
            room.fail("EXCEPTION", f"{name}: {raised[:200]}", message_ko=f"{name}: {raised[:200]}", file=file, line=line)
        if refused and "numbers" in want:
            room.fail("GOOD_FILE_REFUSED", f"{name}: {raised[:200]}", message_ko=f"{name}: {raised[:200]}", file=file, line=line)
        if raised and not refused:
            text = f"{name} is broken, and the exception is no ValueError: {raised[:200]}"
            korean = f"{name}은(는) 망가진 파일인데 예외가 ValueError가 아닙니다: {raised[:200]}"
            room.fail("BROKEN_FILE_ACCEPTED", text, message_ko=korean, file=file, line=line)
        if not raised and "numbers" not in want:
            text, korean = f"{name} is broken, and no ValueError is raised", f"{name}은(는) 망가진 파일인데 ValueError가 나지 않습니다."
            room.fail("BROKEN_FILE_ACCEPTED", text, message_ko=korean, file=file)
    compare(room, "read_idx")
