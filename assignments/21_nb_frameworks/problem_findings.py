"""How a finding is made: the cell it is about, numbers within float32's bound, losses that are means over samples, PyTorch's own refusals,
records of another form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

import msgspec

from grader.checks.rooms import Room, agrees
from grader.records import Problem

from .problem_networks import Array, bound

NOTEBOOK = "frameworks.ipynb"
LOSSES = ("the losses", "손실")
WEIGHTS = ("the weights afterwards", "학습한 뒤의 가중치")


def place(cell: str) -> str:
    """How a cell is called in findings."""
    return f"{NOTEBOOK}#{cell}"


def fail(room: Room, code: str, cell: str, en: str, ko: str) -> NoReturn:
    room.fail(code, en, message_ko=ko, file=place(cell))


def _raised(room: Room, name: str) -> Problem | None:
    return next((problem for problem in room.run.problems if problem.phase == name), None)


def refused_by_autograd(room: Room, name: str) -> None:
    """PyTorch refuses to update a leaf in place while it records; a weight that became a result of the graph has no gradient."""
    found = _raised(room, name)
    if found is None:
        return
    # The words themselves, to be recognised and not passed on: of a hidden case a program could tell its inputs in them.
    words = str(room.json(f"{name}.error", dict[str, Any]).get("message", ""))
    where = {"file": found.file, "line": found.line}
    if "leaf Variable" in words:
        text = "weights are updated while autograd records: PyTorch refuses to change a leaf in place"
        korean = "autograd가 기록하는 동안 가중치를 고칩니다. PyTorch는 잎 텐서를 그 자리에서 고치는 것을 거부합니다."
        room.fail("AUTOGRAD_LEAK", text, message_ko=korean, **where)
    if "'float' and 'NoneType'" in words or "'NoneType' and 'float'" in words:
        text = "a weight has no gradient any more: it became a result of the graph by its update"
        korean = "가중치에 더 이상 그래디언트가 없습니다. 갱신하면서 그래프의 결과가 되었습니다."
        room.fail("AUTOGRAD_LEAK", text, message_ko=korean, **where)


def expect(room: Room, name: str, want: Any, what: tuple[str, str], cell: str, mistakes: dict[str, Any] | None = None) -> None:
    room.expect(name, want, bound(want), mistakes=mistakes, what=what[0], what_ko=what[1], file=place(cell))


def mean_of(room: Room, name: str, pairs: Array, what: tuple[str, str], cell: str) -> None:
    """Losses are means over samples; pairs[:, 1] are means over batches."""
    if agrees(room.array(name), pairs[:, 1], bound(pairs)) and not agrees(pairs[:, 1], pairs[:, 0], bound(pairs)):
        fail(
            room,
            "WRONG_ANSWER",
            cell,
            f"{what[0]}: this is the mean of the batches' means, in which a sample of the smaller last batch counts for more",
            f"{what[1]}: 배치 평균들의 평균입니다. 그러면 더 작은 마지막 배치의 샘플이 더 크게 반영됩니다.",
        )
    expect(room, name, pairs[:, 0], what, cell)


def formed(room: Room, told: Mapping[str, Any], key: str, form: Any, default: Any) -> Any:
    """What a probe, or whoever shares its process, wrote under a key; the default if nothing is there. Another form is a missing result."""
    try:
        return msgspec.convert(told.get(key, default), form)
    except msgspec.ValidationError:
        room.fail("UNWRITTEN_OUTPUT", f"{key} doesn't have the form of a result", message_ko=f"{key}의 형식이 결과의 형식이 아닙니다.")
