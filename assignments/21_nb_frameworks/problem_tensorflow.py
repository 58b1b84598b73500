"""The judgements of TensorFlow cells: graph, tape, keras, compiled_step; and of dynamic_and_static, which has both frameworks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.checks.rooms import Room, agrees

from .problem_findings import LOSSES, WEIGHTS, expect, fail, formed
from .problem_networks import bound
from .problem_results import graph, keras, recurrent, step, tape


def judge_graph(room: Room) -> None:
    told, want, cell = room.json("graph", dict[str, Any]), graph(room.given), "graph"
    if not told.get("eager"):
        fail(
            room,
            "EAGER_OFF",
            cell,
            "after build_graph and train_graph TensorFlow doesn't execute eagerly any more",
            "build_graph와 train_graph를 호출한 뒤 TensorFlow가 더 이상 즉시 실행하지 않습니다.",
        )
    rows = len(want["w1"])
    for name in ("w1", "w2"):
        start = np.stack([room.given(f"task/graph_{name}.npy")] * rows)
        expect(room, f"graph_{name}_after", want[name], WEIGHTS, cell, {"UPDATE_LOST": start})
    expect(room, "graph_losses", want["losses"], LOSSES, cell)


def judge_graph_grows(room: Room) -> None:
    sizes = formed(room, room.json("graph", dict[str, Any]), "operations", list[int], []) or [0]
    if len(set(sizes)) != 1:
        fail(
            room,
            "GRAPH_GROWS",
            "graph",
            f"the graph had {sizes[0]} operations when it was built and {sizes[-1]} after it was run",
            f"그래프의 연산이 만들었을 때는 {sizes[0]}개, 실행한 뒤에는 {sizes[-1]}개입니다.",
        )


def judge_tape(room: Room) -> None:
    want, cell = tape(room.given), "tape"
    for name in ("w1", "w2"):
        expect(room, f"tape_{name}_after", want[name], WEIGHTS, cell, {"UPDATE_LOST": room.given(f"task/tape_{name}.npy")})
    expect(room, "tape_losses", want["losses"], LOSSES, cell)


def judge_saliency(room: Room) -> None:
    if room.json("saliency", dict[str, bool]).get("none"):
        fail(
            room,
            "NOT_WATCHED",
            "tape",
            "saliency returns None: x is a constant, and the tape wasn't told of it",
            "saliency가 None을 반환합니다. x는 상수인데 테이프에 알리지 않았습니다.",
        )
    expect(room, "saliency_slope", tape(room.given)["slope"], ("the gradient of x", "x의 그래디언트"), "tape")


def judge_keras(room: Room) -> None:
    want, plan, cell = keras(room.given), room.given("task/keras_plan.json"), "keras"
    shapes = room.json("keras", dict[str, list[list[int]]]).get("shapes", [])
    right = [[plan["d"], plan["h"]], [plan["h"]], [plan["h"], plan["o"]], [plan["o"]]]
    if shapes != right:
        fail(
            room,
            "WRONG_ANSWER",
            cell,
            f"the model's weights have the shapes {shapes!s:.120}; they should be {right}",
            f"모델 가중치의 모양이 {shapes!s:.120}입니다. {right}이어야 합니다.",
        )
    if agrees(room.array("keras_before"), want["linear"], bound(want["before"])):
        fail(
            room,
            "WRONG_ANSWER",
            cell,
            "the first layer has no activation: the whole model is linear",
            "첫 층에 활성화 함수가 없습니다. 모델 전체가 선형입니다.",
        )
    expect(room, "keras_before", want["before"], ("the model's output", "모델의 출력"), cell)
    outputs = ("the output after training", "학습한 뒤의 출력")
    expect(room, "keras_after", want["after"], outputs, cell, {"UPDATE_LOST": want["before"]})
    expect(room, "keras_losses", want["losses"], LOSSES, cell)


def judge_step(room: Room) -> None:
    want, cell = step(room.given), "compiled_step"
    for name in ("w1", "w2"):
        expect(room, f"step_{name}_after", want[name], WEIGHTS, cell, {"UPDATE_LOST": room.given(f"task/step_{name}.npy")})
    expect(room, "step_losses", want["losses"], LOSSES, cell)


def _compiled(room: Room, name: str, cell: str, differs: Callable[[int], tuple[str, str]]) -> None:
    """Python ran in the first call only. `differs` tells what was new in a call."""
    told = room.json(name, dict[str, Any])
    traces = formed(room, told, "traces", list[int], []) or [0]
    if told.get("eager"):
        fail(
            room,
            "NOT_COMPILED",
            cell,
            "Python ran in the calls themselves: nothing was compiled",
            "호출할 때마다 Python이 실행되었습니다. 컴파일된 것이 없습니다.",
        )
    again = [i for i, count in enumerate(traces) if i and count]
    if again:
        new, new_ko = differs(again[0])
        fail(
            room,
            "RETRACING",
            cell,
            f"traced again in {len(again)} of {len(traces) - 1} further calls, first in call {again[0] + 1}, where {new}",
            f"이후 호출 {len(traces) - 1}번 가운데 {len(again)}번 다시 트레이스했습니다. 처음은 {again[0] + 1}번째 호출이며, {new_ko}",
        )


def judge_step_traces(room: Room) -> None:
    plan = room.given("task/step_plan.json")

    def differs(call: int) -> tuple[str, str]:
        if plan["lr"][call] not in plan["lr"][:call]:
            return "the learning rate was new", "그때 학습률이 새로웠습니다."
        if plan["rows"][call] not in plan["rows"][:call]:
            return "the number of samples was new", "그때 샘플 수가 새로웠습니다."
        return "nothing was new but the numbers", "그때 새로운 것은 값뿐이었습니다."

    _compiled(room, "step", "compiled_step", differs)


def judge_dynamic(room: Room) -> None:
    want, cell = recurrent(room.given), "dynamic_and_static"
    expect(room, "dynamic_h", want["h"], ("PyTorch: the last states", "PyTorch: 마지막 상태"), cell)
    slope = ("PyTorch: the gradient through the steps", "PyTorch: 걸음들을 거친 그래디언트")
    expect(room, "dynamic_dwh", want["dwh"], slope, cell, {"GRADIENT_WRONG": np.zeros_like(want["dwh"])})


def judge_static(room: Room) -> None:
    want, cell = recurrent(room.given), "dynamic_and_static"
    expect(room, "static_h", want["h"], ("TensorFlow: the last states", "TensorFlow: 마지막 상태"), cell)
    slope = ("TensorFlow: the gradient through the steps", "TensorFlow: 걸음들을 거친 그래디언트")
    expect(room, "static_dwh", want["dwh"], slope, cell, {"GRADIENT_WRONG": np.zeros_like(want["dwh"])})


def judge_static_traces(room: Room) -> None:
    lengths = room.given("task/recurrent_plan.json")["lengths"]

    def differs(call: int) -> tuple[str, str]:
        if lengths[call] not in lengths[:call]:
            return "the sequence's length was new", "그때 시퀀스의 길이가 새로웠습니다."
        return "nothing was new but the numbers", "그때 새로운 것은 값뿐이었습니다."

    _compiled(room, "static", "dynamic_and_static", differs)
