"""What came out of a room, looked at: is the operator there, are a tensor's type, layout and numbers right, and if not, why not.

drive.py wrote it down, but whatever runs beside it may have written it, so it is read by its form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict

import numpy as np

from grader.checks.rooms import agrees

from .problem_strides import contiguous
from .problem_swiglu import UNIT, Array
from .problem_trials import Trial

SCHEMAS = {
    "swiglu": "ck::swiglu(Tensor gate, Tensor up, float beta=1.) -> Tensor",
    "swiglu_backward": "ck::swiglu_backward(Tensor grad, Tensor gate, Tensor up, float beta) -> (Tensor, Tensor)",
}


class About(TypedDict):
    """A tensor beside its numbers; of results whether they share an operand's memory, or want a gradient."""

    type: str
    sizes: list[int]
    strides: list[int]
    device: NotRequired[str]
    shares: NotRequired[list[Literal["grad", "gate", "up"]]]
    requires_grad: NotRequired[bool]


class Operator(TypedDict):
    schema: str
    keys: list[str]


def ask_there(room: Any, op: str, *keys: str) -> Operator:
    """What was written down of an operator: it is defined, and has a kernel for each of these devices."""
    told: Operator = room.json("operators", dict[str, Operator]).get(op, {"schema": "", "keys": []})
    if not told["schema"]:
        room.fail(
            "NOT_REGISTERED",
            f"op.so defines no operator ck::{op}; TORCH_LIBRARY(ck, m) in op.cpp defines operators",
            message_ko=f"op.so에 연산자 ck::{op}가 없습니다. 연산자는 op.cpp의 TORCH_LIBRARY(ck, m)에서 정의합니다.",
            file="op.cpp",
        )
    for key in keys:
        if key not in told["keys"]:
            room.fail(
                "NOT_REGISTERED",
                f"ck::{op} has no kernel for {key}; see TORCH_LIBRARY_IMPL(ck, {key}, m)",
                message_ko=f"ck::{op}에 {key} 커널이 없습니다. TORCH_LIBRARY_IMPL(ck, {key}, m)을 살펴보세요.",
                file="op.cpp",
            )
    return told


def of_result(label: str, mistakes: Mapping[str, Mapping[str, Array]]) -> dict[str, Array]:
    return {code: results[label] for code, results in mistakes.items()}


def ask_kind(room: Any, what: str, about: Mapping[str, Any], trial: Trial, code: str = "") -> None:
    """A tensor has the operands' type and sizes and is contiguous. `code`: the verdict if it isn't; else one that tells what."""
    wanted = {"type": trial.kind, "sizes": list(trial.sizes), "strides": list(contiguous(trial.sizes))}
    for key, value in wanted.items():
        if about[key] == value or (key == "strides" and _same_places(about[key], trial.sizes)):
            continue
        verdict = code or {"type": "WRONG_DTYPE", "sizes": "WRONG_ANSWER", "strides": "WRONG_STRIDES"}[key]
        korean = {"type": "형", "sizes": "크기", "strides": "스트라이드"}[key]
        shown, right = (" " + str(value) if room.case.visibility == "public" else "" for value in (about[key], value))
        room.fail(
            verdict,
            f"{what}: the {key}{shown} should be{right or ' others'}",
            message_ko=f"{what}: {korean}{shown} 대신{right or ' 다른 값'}이어야 합니다.",
            file="op.py" if code else "op.cpp",
        )


def _same_places(strides: list[int], sizes: tuple[int, ...]) -> bool:
    """Strides of dimensions of one number don't matter, nor do any where there are no numbers."""
    if 0 in sizes:
        return True
    return len(strides) == len(sizes) and all(n == 1 or a == b for n, a, b in zip(sizes, strides, contiguous(sizes), strict=True))


def ask_values(room: Any, name: str, what: str, value: Array, bound: Array, kind: str, mistakes: dict[str, Array], file: str) -> None:
    got = room.array(name)
    if agrees(got, value, bound):
        return
    coarse = {"float64": 2.0**-20, "float32": 2.0**-7, "float16": 2.0**-7, "bfloat16": 2.0**-4}[kind]
    size = float(np.sqrt(np.mean(np.square(value)))) if value.size else 0.0
    if got.shape == value.shape and agrees(got, value, bound + coarse * (abs(value) + 0.1 * size)):
        digits = {"float64": "double", "float32": "single"}.get(kind, "half precision, computed in single and rounded once,")
        room.fail(
            "LOW_PRECISION",
            f"{what}: right to fewer digits than {digits} has ({kind})",
            message_ko=f"{what}: {kind} 형에 기대되는 것보다 적은 자릿수만 맞습니다.",
            file=file,
        )
    code = next((code for code, wrong in mistakes.items() if _is_that(got, wrong, value, bound, kind)), None)
    room.expect(name, value, bound, mistakes={code: got} if code else {}, what=what, file=file)


def _is_that(got: Array, wrong: Array, value: Array, bound: Array, kind: str) -> bool:
    """Whether it is what a mistake gives, rounding errors of the mistake's own size included."""
    size = np.sqrt(np.nanmean(np.square(wrong))) if np.isfinite(wrong).any() else 0.0
    near = bound + 64 * UNIT[kind] * (np.nan_to_num(abs(wrong)) + size)
    return agrees(got, wrong, near) and not agrees(wrong, value, near)
