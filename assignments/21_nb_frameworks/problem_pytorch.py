"""The judgements of PyTorch cells: standardise, train_by_hand, parallel_block, train_and_evaluate, checkpoint, fine_tune."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.checks.rooms import Room, agrees

from .problem_findings import LOSSES, WEIGHTS, expect, fail, formed, mean_of, place, refused_by_autograd
from .problem_networks import NAMES, Net, bound
from .problem_results import block, by_hand, checkpoint, epoch, evaluated, fine_tune, standardised

TORCH_NAMES = dict(
    zip(NAMES, ("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "4.weight", "4.bias"), strict=True)
)


def judge_standardise(room: Room) -> None:
    a, told, cell = room.given("task/standardise_a.npy"), room.json("standardise", dict[str, Any]), "standardise"
    if told.get("changed"):
        fail(
            room,
            "ARGUMENT_CHANGED",
            cell,
            "the array that was given holds other numbers afterwards",
            "호출한 뒤 전달한 배열의 값이 달라졌습니다.",
        )
    want = standardised(a)
    room.expect(
        "standardise_x",
        want,
        1e-6 * (1 + np.abs(want).max()),
        mistakes={"SCALE_WRONG": standardised(a, ddof=1)},
        what="the columns",
        what_ko="열",
        file=place(cell),
    )
    if not told.get("tensor") or told.get("dtype") != "torch.float32":
        fail(
            room,
            "WRONG_ANSWER",
            cell,
            f"a tensor of torch.float32 is asked for; this is {told.get('dtype')!s:.40}",
            f"torch.float32 텐서가 필요한데 {told.get('dtype')!s:.40}입니다.",
        )
    if told.get("shared"):
        fail(
            room,
            "WRONG_ANSWER",
            cell,
            "the tensor changes when the caller's array does: they share memory",
            "호출한 쪽의 배열이 바뀌면 텐서도 바뀝니다. 메모리를 함께 쓰고 있습니다.",
        )


def judge_by_hand(room: Room) -> None:
    refused_by_autograd(room, "by_hand")
    told, cell = room.json("by_hand", dict[str, Any]), "train_by_hand"
    losses, w1, w2, _ = by_hand(room.given)
    if not all(formed(room, told, "leaves", list[bool], [])) or not all(formed(room, told, "learns", list[bool], [])):
        fail(
            room,
            "AUTOGRAD_LEAK",
            cell,
            "the weights aren't leaves that require gradients any more",
            "가중치가 더 이상 그래디언트를 요구하는 잎이 아닙니다.",
        )
    kept = [by_hand(room.given, keep) for keep in ("always", "first")]
    for i, name in ((1, "w1"), (2, "w2")):
        mistakes = {"GRAD_ACCUMULATES:always": kept[0][i], "GRAD_ACCUMULATES:first": kept[1][i]}
        mistakes["UPDATE_LOST"] = room.given(f"task/by_hand_{name}.npy")
        expect(room, f"by_hand_{name}_after", (w1, w2)[i - 1], WEIGHTS, cell, mistakes)
    expect(room, "by_hand_losses", losses, LOSSES, cell)


def judge_block(room: Room) -> None:
    want, plan, cell = block(room.given), room.given("task/block_plan.json"), "parallel_block"
    found = room.json("block", dict[str, dict[str, list[int]]]).get("parameters", {})
    names = {f"branches.{k}.weight": [plan["d_out"], plan["d_in"]] for k in range(plan["count"])}
    names |= {f"branches.{k}.bias": [plan["d_out"]] for k in range(plan["count"])}
    if found != names:
        missing = ", ".join(sorted(set(names) - set(found))[:2]) or ", ".join(sorted(set(found) - set(names))[:2]) or "the shapes"
        fail(
            room,
            "PARAMETERS_MISSING",
            cell,
            f"named_parameters() gives {len(found)} of {len(names)} parameters, or others; look at: {missing}",
            f"named_parameters()가 파라미터 {len(names)}개 가운데 {len(found)}개를 내놓거나 다른 것을 내놓습니다. 볼 곳: {missing}",
        )
    if agrees(room.array("block_y"), want["relu_each"], bound(want["y"])) and not agrees(want["relu_each"], want["y"], bound(want["y"])):
        fail(
            room,
            "WRONG_ANSWER",
            cell,
            "ReLU is applied to each branch; it belongs behind their sum",
            "ReLU를 갈래마다 적용했습니다. 갈래들을 더한 다음에 적용해야 합니다.",
        )
    expect(room, "block_y", want["y"], ("the block's output", "블록의 출력"), cell)
    expect(room, "block_dx", want["dx"], ("the gradient of x", "x의 그래디언트"), cell)
    expect(room, "block_dw", want["dw"], ("the gradients of the weights", "가중치의 그래디언트"), cell)


def _modes(room: Room, seen: Any, training: bool, what: tuple[str, str]) -> None:
    if any(not isinstance(row, dict) or row.get("training") is not training for row in seen):
        fail(
            room,
            "MODE_WRONG",
            "train_and_evaluate",
            f"{what[0]} calls the model in {'evaluation' if training else 'training'} mode",
            f"{what[1]}이(가) 모델을 {'평가' if training else '학습'} 모드로 호출합니다.",
        )


def judge_epoch(room: Room) -> None:
    told, cell = room.json("epoch", dict[str, list[Any]]), "train_and_evaluate"
    want, kept, asleep = epoch(room.given), epoch(room.given, keep=True), epoch(room.given, training=False)
    _modes(room, told.get("seen", []), True, ("train_epoch", "train_epoch"))
    still, start = epoch(room.given, still=True), Net("epoch", room.given).state()
    for name in ("state", "state_second"):
        mistakes = {"GRAD_ACCUMULATES": kept[name], "MODE_WRONG": asleep[name], "UPDATE_LOST": still[name], "UPDATE_LOST:at_all": start}
        expect(room, f"epoch_{name}", want[name], ("parameters and running statistics", "파라미터와 이동 통계"), cell, mistakes)
    mean_of(room, "epoch_losses", want["losses"], ("the epoch's loss", "에폭의 손실"), cell)


def judge_evaluate(room: Room) -> None:
    told, cell = room.json("evaluate", dict[str, list[Any]]), "train_and_evaluate"
    want = evaluated(room.given)
    _modes(room, told.get("seen", []), False, ("evaluate", "evaluate"))
    if told.get("modes") != [True, False]:
        fail(
            room,
            "MODE_WRONG",
            cell,
            "afterwards the model isn't in the mode in which it was before",
            "호출한 뒤 모델의 모드가 전과 다릅니다.",
        )
    room.expect("evaluate_state", want["state"], mistakes={}, what="the model's numbers", what_ko="모델의 수", file=place(cell))
    mean_of(room, "evaluate_losses", want["losses"], ("the loss", "손실"), cell)


def judge_no_graph(room: Room) -> None:
    """Nothing that is returned holds a graph, and evaluation records none."""
    refused_by_autograd(room, "by_hand")
    kept = room.json("by_hand", dict[str, Any]).get("graphs", 0)
    if kept:
        fail(
            room,
            "AUTOGRAD_LEAK",
            "train_by_hand",
            f"{kept} of the losses are tensors that still hold their graph",
            f"손실 가운데 {kept}개가 그래프를 붙잡고 있는 텐서입니다.",
        )
    epochs, told = room.json("epoch", dict[str, list[Any]]), room.json("evaluate", dict[str, list[Any]])
    if any(epochs.get("graphs", [])) or any(told.get("graphs", [])):
        fail(
            room,
            "AUTOGRAD_LEAK",
            "train_and_evaluate",
            "the loss that is returned is a tensor that still holds its graph",
            "반환한 손실이 그래프를 붙잡고 있는 텐서입니다.",
        )
    if any(isinstance(row, dict) and row.get("grad") for row in told.get("seen", [])):
        fail(
            room,
            "AUTOGRAD_LEAK",
            "train_and_evaluate",
            "evaluate records a graph that nobody will go back through",
            "evaluate가 아무도 되짚어 가지 않을 그래프를 기록합니다.",
        )


def judge_checkpoint(room: Room) -> None:
    told, want, cell = room.json("checkpoint", dict[str, Any]), checkpoint(room.given), "checkpoint"
    if not told.get("file"):
        fail(room, "RELOAD_DIFFERS", cell, "there is no file under the name that was given", "주어진 이름으로 된 파일이 없습니다.")
    state, saved = room.array("checkpoint_state"), want["state"]
    if not agrees(state, saved, bound(saved)):
        sizes = [Net("checkpoint", room.given).p[name].size for name in NAMES]
        owner = np.repeat(NAMES, sizes)
        names = [n for n in NAMES if state.shape != saved.shape or not agrees(state[owner == n], saved[owner == n], bound(saved))]
        shown = ", ".join(TORCH_NAMES[n] for n in names)
        fail(
            room,
            "RELOAD_DIFFERS",
            cell,
            f"after reloading, the model's {shown} differ from what was saved",
            f"다시 읽은 모델의 {shown}이(가) 저장한 것과 다릅니다.",
        )
    if not agrees(room.array("checkpoint_output"), want["output"], bound(want["output"])):
        fail(room, "RELOAD_DIFFERS", cell, "the reloaded model gives other outputs", "다시 읽은 모델의 출력이 다릅니다.")
    if not agrees(room.array("checkpoint_continued"), want["continued"], bound(want["continued"])):
        fail(
            room,
            "RELOAD_DIFFERS",
            cell,
            "the model is as it was, but its next training step isn't: the optimizer doesn't go on where it stopped",
            "모델은 그대로인데 다음 학습 걸음이 다릅니다. 옵티마이저가 멈춘 곳에서 이어 가지 않습니다.",
        )
    if told.get("epoch") != room.given("task/checkpoint_plan.json")["epoch"]:
        fail(
            room,
            "WRONG_ANSWER",
            cell,
            f"load_checkpoint returns {told.get('epoch')!s:.40}, which isn't the epoch that was saved",
            f"load_checkpoint가 {told.get('epoch')!s:.40}을(를) 반환합니다. 저장한 에폭이 아닙니다.",
        )


def judge_fine_tune(room: Room) -> None:
    told, want, cell = room.json("fine_tune", dict[str, list[Any]]), fine_tune(room.given), "fine_tune"
    moved = ", ".join(str(name)[:40] for name in told.get("moved", [])[:8])
    if moved or not agrees(room.array("fine_tune_backbone"), want["backbone"], 1e-6):
        fail(
            room,
            "FROZEN_MOVED",
            cell,
            f"these tensors of the backbone changed: {moved or 'some'}",
            f"몸통의 다음 텐서가 바뀌었습니다: {moved or '일부'}",
        )
    if not told.get("frozen") or not all(told["frozen"]):
        fail(
            room,
            "FROZEN_MOVED",
            cell,
            "parameters of the backbone still ask for gradients",
            "몸통의 파라미터가 아직 그래디언트를 요구합니다.",
        )
    expect(room, "fine_tune_head", want["head"], ("the head afterwards", "학습한 뒤의 머리"), cell)
    expect(room, "fine_tune_losses", want["losses"], LOSSES, cell)
