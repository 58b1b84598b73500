"""The questions that are op.py's to answer: gradients by autograd, fake kernels, and what torch.library.opcheck says of all."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from .problem_drawn import PUBLIC_TESTS
from .problem_results import SCHEMAS, About, ask_kind, ask_there, ask_values, of_result
from .problem_swiglu import RESULTS
from .problem_trials import trials


def ask_gradients(room: Any, of: str, *names: str) -> None:
    """The function of op.py and its gradients by autograd."""
    ask_there(room, "swiglu", "CPU")
    ask_autograd(room)
    for trial in trials(room, of, *names):
        place = f"autograd/{trial.name}"
        about = room.json(f"{place}/about", About)
        if not about.get("requires_grad"):
            _fail_autograd(room, f"the result doesn't require a gradient although an operand does ({trial.name})")
        ask_kind(room, f"out ({trial.name})", about, trial)
        ask_values(room, f"{place}/out", f"out ({trial.name})", *trial.out(), trial.kind, {}, "op.py")
        missing = room.json(f"{place}/missing", list[Literal["gate", "up"]])
        if missing:
            _fail_autograd(room, f"autograd gives no gradient for {missing[0]} ({trial.name})")
        plain = trial.mistakes("swiglu_backward") if trial.way in ("beta", "default") else {}
        for each, (value, bound) in trial.gradients().items():
            mistakes = of_result(f"grad_{each}", plain) | {"GRADIENT_WRONG:nothing passed on": np.zeros_like(value)}
            what = f"the gradient of {each} ({trial.name})"
            ask_values(room, f"{place}/{each}", what, value, bound, trial.kind, mistakes, "op.py")


def ask_autograd(room: Any) -> None:
    """Whether a formula for autograd was registered at all. Where op.py itself failed, its error is told by what is missing."""
    if not room.has("autograd.error.json") and "swiglu/Autograd" not in room.json("registered", list[str]):
        _fail_autograd(room, "no formula for autograd is registered for ck::swiglu; see torch.library.register_autograd")


def _fail_autograd(room: Any, message: str) -> None:
    korean = "ck::swiglu를 지나 그래디언트가 흐르지 않습니다. torch.library.register_autograd를 살펴보세요."
    room.fail("NO_AUTOGRAD", message, message_ko=korean, file="op.py")


def ask_fakes(room: Any, *names: str) -> None:
    """What the fake kernels say of results that nobody computed: type, sizes, strides, device."""
    registered = room.json("registered", list[str])
    for op in SCHEMAS:
        ask_there(room, op)
        if not room.has("fake.error.json") and f"{op}/Meta" not in registered:
            room.fail(
                "OPCHECK_FAKE",
                f"no fake kernel is registered for ck::{op}; see torch.library.register_fake",
                message_ko=f"ck::{op}에 가짜 커널이 없습니다. torch.library.register_fake를 살펴보세요.",
                file="op.py",
            )
    for trial in trials(room, "fakes", *names):
        for op, labels in RESULTS.items():
            for mode, device in ((mode, {"meta": "meta", "fake": "cpu"}[mode]) for mode in trial.modes):
                told = room.json(f"fake/{trial.name}/{op}/{mode}", list[About])
                if len(told) != len(labels) or any(about.get("device") != device for about in told):
                    text = f"the fake kernel of ck::{op} should return {len(labels)} tensor(s) on its operands' device ({trial.name})"
                    korean = f"ck::{op}의 가짜 커널은 피연산자와 같은 장치의 텐서 {len(labels)}개를 돌려주어야 합니다({trial.name})."
                    room.fail("OPCHECK_FAKE", text, message_ko=korean, file="op.py")
                for label, about in zip(labels, told, strict=True):
                    ask_kind(room, f"the fake kernel's {label} ({trial.name})", about, trial, "OPCHECK_FAKE")


def ask_opcheck(room: Any) -> None:
    """What torch.library.opcheck said. A success told from inside is no proof; an error is one."""
    for op in SCHEMAS:
        ask_there(room, op)
    codes = {"test_schema": "OPCHECK_SCHEMA", "test_autograd_registration": "NO_AUTOGRAD"}
    told = room.json("opcheck/told", dict[str, str])
    for op in SCHEMAS:
        for test in PUBLIC_TESTS:
            answer = told.get(f"{op}/{test}")
            if answer is None:
                room.json(f"opcheck/{op}/{test}")  # never written: fails with the reason
            if answer:
                code = codes.get(test, "OPCHECK_FAKE")
                said = f": {answer[:300]}" if room.case.visibility == "public" else " finds something"
                room.fail(code, f"opcheck, {test} of ck::{op}{said}", file="op.cpp" if code == "OPCHECK_SCHEMA" else "op.py")
