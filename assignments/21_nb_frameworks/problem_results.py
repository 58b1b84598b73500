"""What each function of the notebook must leave, section by section, and what well-known mistakes leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .problem_networks import LEARNED, MOMENTUM, Array, Net, batches_of, descend, measured, one_epoch


def standardised(a: Any, ddof: int = 0) -> Array:
    spread = np.std(a, axis=0, ddof=ddof)
    return np.asarray((a - np.mean(a, axis=0)) / np.where(np.ptp(a, axis=0) > 0, spread, 1.0))


def by_hand(given: Callable[[str], Any], keep: str = "") -> tuple[Array, Array, Array, float]:
    plan = given("task/by_hand_plan.json")
    x, y, w1, w2 = (given(f"task/by_hand_{name}.npy") for name in ("x", "y", "w1", "w2"))
    return descend([(x, y, plan["lr"])] * sum(plan["steps"]), w1, w2, per_sample=False, keep=keep, stale=plan["stale"])


def block(given: Callable[[str], Any]) -> dict[str, Array]:
    x, w, b, dy = (np.asarray(given(f"task/block_{name}.npy"), np.float64) for name in ("x", "weights", "biases", "dy"))
    a = x @ w.sum(0).T + b.sum(0)
    d = dy * (a > 0)
    each = np.maximum(np.einsum("nd,kod->kno", x, w) + b[:, None], 0).sum(0)  # the mistake: ReLU in each branch
    return {"y": np.maximum(a, 0), "dx": d @ w.sum(0), "dw": np.stack([d.T @ x] * len(w)), "a": a, "relu_each": each}


def epoch(given: Callable[[str], Any], training: bool = True, keep: bool = False, still: bool = False) -> dict[str, Any]:
    """Two epochs. Evaluation mode, gradients that are kept, and weights that stand `still` are mistakes. Losses: (epoch, over samples or
    over batches)."""
    plan = given("task/epoch_plan.json")
    lr = 0.0 if still else plan["lr"]
    net = Net("epoch", given)
    if plan["stale"]:
        net.old = {name: np.ones_like(net.p[name]) for name in LEARNED}
    batches = batches_of(given("task/epoch_x.npy"), given("task/epoch_y.npy"), plan["batch"])
    first = one_epoch(net, batches, lr, training, keep)
    state = net.state()
    second = one_epoch(net, batches, lr, training, keep)
    return {"losses": np.array([first, second]), "state": state, "state_second": net.state(), "margin": net.margin}


def evaluated(given: Callable[[str], Any], training: bool = False) -> dict[str, Any]:
    """Twice the same network's loss: (call, over samples or over batches). `training` is the mistake's switch."""
    net = Net("epoch", given)
    before = net.state()
    batches = batches_of(given("task/epoch_x.npy"), given("task/epoch_y.npy"), given("task/epoch_plan.json")["batch"])
    return {"losses": np.array([measured(net, batches, training), measured(net, batches, training)]), "state": before, "margin": net.margin}


def checkpoint(given: Callable[[str], Any], momentum: str = "kept") -> dict[str, Any]:
    """State and output after loading, and the state one step later. `momentum`: "kept", or "lost", when the optimizer's state wasn't saved
    and it goes on with its own numbers."""
    plan, net = given("task/checkpoint_plan.json"), Net("checkpoint", given)
    x, y = given("task/checkpoint_x.npy"), given("task/checkpoint_y.npy")
    for _ in range(plan["steps"]):
        net.step(net.loss(x, y, True)[1], plan["lr"], MOMENTUM)
    state = net.state()
    output = net.forward(given("task/checkpoint_probe.npy"), False)[0]
    lr, factor = plan["lr"], MOMENTUM
    if momentum == "lost":
        lr, factor = 0.5 * lr, 0.0
    net.step(net.loss(x, y, True)[1], lr, factor)
    return {"state": state, "output": output, "continued": net.state(), "margin": net.margin}


def fine_tune(given: Callable[[str], Any]) -> dict[str, Any]:
    plan, net = given("task/fine_tune_plan.json"), Net("fine_tune", given)
    before = net.state()
    features = net.forward(given("task/fine_tune_x.npy"), False)[0]
    y = np.asarray(given("task/fine_tune_y.npy"))
    w, b = (np.asarray(given(f"task/fine_tune_{name}.npy"), np.float64) for name in ("wh", "bh"))
    losses = []
    for _ in range(plan["steps"]):
        z = features @ w.T + b
        z = z - z.max(1, keepdims=True)
        p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
        losses.append(-np.log(p[np.arange(len(y)), y]).mean())
        d = (p - np.eye(p.shape[1])[y]) / len(y)
        w, b = w - plan["lr"] * d.T @ features, b - plan["lr"] * d.sum(0)
    return {"backbone": before, "losses": np.array(losses), "head": np.concatenate([w.ravel(), b]), "margin": net.margin}


def graph(given: Callable[[str], Any]) -> dict[str, Any]:
    plan = given("task/graph_plan.json")
    x, y, w1, w2 = (given(f"task/graph_{name}.npy") for name in ("x", "y", "w1", "w2"))
    turns = [descend([(x[:rows], y[:rows], plan["lr"])] * plan["steps"], w1, w2, per_sample=True) for rows in plan["rows"]]
    stacked = {name: np.stack([turn[i] for turn in turns]) for i, name in enumerate(("losses", "w1", "w2"))}
    return stacked | {"margin": min(turn[3] for turn in turns)}


def tape(given: Callable[[str], Any]) -> dict[str, Any]:
    plan = given("task/tape_plan.json")
    x, y, w1, w2, v = (given(f"task/tape_{name}.npy") for name in ("x", "y", "w1", "w2", "v"))
    losses, a, b, margin = descend([(x, y, plan["lr"])] * plan["steps"], w1, w2, per_sample=True)
    slope = (1 - np.tanh(x.astype(np.float64)) ** 2) * v.astype(np.float64)
    return {"losses": losses, "w1": a, "w2": b, "slope": slope, "margin": margin}


def keras(given: Callable[[str], Any]) -> dict[str, Any]:
    """Keras reports an epoch's loss as the mean over samples of the losses before each step."""
    plan = given("task/keras_plan.json")
    x, y, w1, b1, w2, b2 = (np.asarray(given(f"task/keras_{name}.npy"), np.float64) for name in ("x", "y", "w1", "b1", "w2", "b2"))
    margin, losses = np.inf, []

    def forward(part: Array) -> tuple[Array, Array]:
        a = part @ w1 + b1
        return a, np.maximum(a, 0) @ w2 + b2

    before = forward(x)[1]
    linear = (x @ w1 + b1) @ w2 + b2  # the mistake: no activation
    for _ in range(plan["epochs"]):
        total = 0.0
        for bx, by in batches_of(x, y, plan["batch"]):
            a, out = forward(bx)
            margin = min(margin, float(np.abs(a).min()))
            diff = out - by
            total += float((diff**2).mean()) * len(bx)
            d = 2 * diff / diff.size
            da = (d @ w2.T) * (a > 0)
            w2, b2 = w2 - plan["lr"] * np.maximum(a, 0).T @ d, b2 - plan["lr"] * d.sum(0)
            w1, b1 = w1 - plan["lr"] * bx.T @ da, b1 - plan["lr"] * da.sum(0)
        losses.append(total / len(x))
    return {"before": before, "linear": linear, "after": forward(x)[1], "losses": np.array(losses), "margin": margin}


def step(given: Callable[[str], Any]) -> dict[str, Any]:
    plan = given("task/step_plan.json")
    x, y, w1, w2 = (given(f"task/step_{name}.npy") for name in ("x", "y", "w1", "w2"))
    ends = np.cumsum(plan["rows"])
    parts = [(x[e - n : e], y[e - n : e], float(np.float32(lr))) for e, n, lr in zip(ends, plan["rows"], plan["lr"], strict=True)]
    losses, a, b, margin = descend(parts, w1, w2, per_sample=True)
    return {"losses": losses, "w1": a, "w2": b, "margin": margin}


def recurrent(given: Callable[[str], Any]) -> dict[str, Array]:
    """Last states and the gradients of their sums with respect to wh, a row for each sequence."""
    lengths = given("task/recurrent_plan.json")["lengths"]
    wx, wh, h0, xs = (np.asarray(given(f"task/recurrent_{name}.npy"), np.float64) for name in ("wx", "wh", "h0", "xs"))
    states, slopes = [], []
    for sequence, length in zip(xs, lengths, strict=True):
        path = [h0]
        for x in sequence[:length]:
            path.append(np.tanh(x @ wx + path[-1] @ wh))
        d, slope = np.ones_like(h0), np.zeros_like(wh)
        for before, after in zip(path[-2::-1], path[:0:-1], strict=True):
            da = d * (1 - after**2)
            slope += np.outer(before, da)
            d = wh @ da
        states.append(path[-1])
        slopes.append(slope)
    return {"h": np.stack(states), "dwh": np.stack(slopes)}
