"""The questions that are op.cpp's to answer: what is registered, results of both operators, untouched operands, refusals."""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np

from .problem_results import SCHEMAS, About, ask_kind, ask_there, ask_values, of_result
from .problem_swiglu import OPERANDS
from .problem_trials import trials


class Refused(TypedDict):
    raised: str


def ask_registered(room: Any) -> None:
    """Both operators, with the contract's schemas, and kernels for CPU and CUDA: of op.so by itself."""
    for op, schema in SCHEMAS.items():
        told = ask_there(room, op, "CPU", "CUDA")
        if told["schema"] != schema:
            room.fail(
                "OPCHECK_SCHEMA",
                f"the schema is {str(told['schema'])[:200]}; the contract's is {schema}",
                message_ko=f"스키마가 {str(told['schema'])[:200]}입니다. 계약의 스키마는 {schema}입니다.",
                file="op.cpp",
            )


def ask_untouched(room: Any, *names: str) -> None:
    """Operands hold after a call what they held before it, and results have memory of their own. Nobody earns that by doing nothing."""
    _ask_works(room)
    for trial in trials(room, "kernels", *names):
        for op in SCHEMAS:
            for each in OPERANDS[1:] if op == "swiglu" else OPERANDS:
                after = room.array(f"kernel/{trial.name}/{op}.{each}_after")
                if not np.array_equal(after, trial.memory[each]):
                    room.fail(
                        "OPCHECK_SCHEMA",
                        f"ck::{op} changes its operand {each} ({trial.name}); its schema says that it changes nothing",
                        message_ko=f"ck::{op}가 피연산자 {each}를 바꿉니다({trial.name}). 스키마는 아무것도 바꾸지 않는다고 말합니다.",
                        file="op.cpp",
                    )
            for about in room.json(f"kernel/{trial.name}/{op}.about", list[About]):
                if about.get("shares"):
                    room.fail(
                        "OPCHECK_SCHEMA",
                        f"a result of ck::{op} lies in the memory of {about['shares'][0]} ({trial.name}); by its schema it is new",
                        message_ko=f"ck::{op}의 결과가 {about['shares'][0]}의 메모리에 있습니다({trial.name}). "
                        "스키마는 결과가 새 텐서라고 말합니다.",
                        file="op.cpp",
                    )


def ask_kernels(room: Any, of: str, op: str, *names: str) -> None:
    """Type, layout and numbers of an operator's results, called as op.cpp registers it."""
    ask_there(room, op, "CPU")
    for trial in trials(room, of, *names):
        place = f"kernel/{trial.name}/{op}"
        right, mistakes = trial.right(op), trial.mistakes(op)
        told = room.json(f"{place}.about", list[About])
        for (label, (value, bound)), about in zip(right.items(), told, strict=False):
            ask_kind(room, f"{label} ({trial.name})", about, trial)
            ask_values(room, f"{place}.{label}", f"{label} ({trial.name})", value, bound, trial.kind, of_result(label, mistakes), "op.cpp")
        if len(told) != len(right):
            room.fail("WRONG_ANSWER", f"ck::{op} returns {len(told)} tensors", message_ko=f"ck::{op}가 텐서 {len(told)}개를 돌려줍니다.")


def _ask_works(room: Any) -> None:
    """Forward is right for a contiguous tensor."""
    ask_kernels(room, "kernels", "swiglu", "plain", "list")


def ask_refused(room: Any, *names: str) -> None:
    """Operands that don't fit together are refused with an exception, and others aren't."""
    _ask_works(room)
    for op in SCHEMAS:
        ask_there(room, op, "CPU")
    for table in room.given("task/trials.json")["refused"]:
        if names and table["name"] not in names:
            continue
        told = room.json(f"refused/{table['name']}", Refused)
        if not told["raised"]:
            given = ", ".join(f"{table[each]['type']}{table[each]['sizes']}" for each in table["operands"])
            shown = given if room.case.visibility == "public" else table["name"].rstrip("_0123456789").replace("_", " ")
            room.fail(
                "INPUT_UNCHECKED",
                f"ck::{table['op']} takes operands that don't fit together: {shown}",
                message_ko=f"ck::{table['op']}가 서로 맞지 않는 피연산자를 받아들입니다: {shown}",
                file="op.cpp",
            )
