"""21_nb_frameworks, the mathematics in double precision: what each function of the notebook must leave, and what well-known mistakes leave.

Students have it without its STAFF parts: `grader check` needs it at home. The judge imports neither PyTorch nor TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case

Array = NDArray[Any]
Given = Mapping[str, Any]

RELATIVE = 2e-4  # some hundred float32 operations one after another; every mistake that is told apart is 10 times as far away
MARGIN = 2e-4  # ReLU bends at 0: no number of a case lies so close to it that rounding decides
MOMENTUM, BN_EPS, BN_MOMENTUM = 0.9, 1e-5, 0.1


def bound(want: Any) -> float:
    """How far a float32 result may be off."""
    return RELATIVE * float(1 + np.max(np.abs(want), initial=0.0))


# ---- two layers without biases: sections 2, 8, 9, 11 ----


def two_layers(x: Any, y: Any, w1: Any, w2: Any, per_sample: bool) -> tuple[float, Array, Array, float]:
    """Loss, its gradients, and how close a number comes to ReLU's bend. `per_sample`: the mean over samples of sums, else over all."""
    x, y, w1, w2 = (np.asarray(v, np.float64) for v in (x, y, w1, w2))
    a = x @ w1
    h = np.maximum(a, 0)
    diff = h @ w2 - y
    scale = len(x) if per_sample else diff.size
    d = 2 * diff / scale
    return float((diff**2).sum() / scale), x.T @ ((d @ w2.T) * (a > 0)), h.T @ d, float(np.abs(a).min())


def descend(
    batches: list[tuple[Any, Any, float]], w1: Any, w2: Any, per_sample: bool, keep: str = "", stale: bool = False
) -> tuple[Array, Array, Array, float]:
    """Losses before each step (x, y, lr), both weights after the last, the margin. `keep`: "always", gradients are never cleared;
    "first", only those that stood there before."""
    w1, w2 = np.asarray(w1, np.float64), np.asarray(w2, np.float64)
    old1, old2 = np.full_like(w1, float(stale)), np.full_like(w2, float(stale))
    losses, margin = [], np.inf
    for step, (x, y, lr) in enumerate(batches):
        loss, g1, g2, close = two_layers(x, y, w1, w2, per_sample)
        if keep == "always" or (keep == "first" and step == 0):
            g1, g2 = g1 + old1, g2 + old2
        old1, old2 = g1, g2
        w1, w2 = w1 - lr * g1, w2 - lr * g2
        losses.append(loss)
        margin = min(margin, close)
    return np.array(losses), w1, w2, margin


# ---- linear, batch norm, ReLU, linear: sections 4, 5, 6 ----

NAMES = ("w1", "b1", "scale", "shift", "mean", "var", "w2", "b2")  # the order of the state dict
LEARNED = tuple(name for name in NAMES if name not in ("mean", "var"))


class Net:
    """The network of room/probing.py, its batch norm as PyTorch has it: biased variance to normalise, unbiased to remember."""

    def __init__(self, part: str, given: Callable[[str], Any]) -> None:
        self.p: dict[str, Array] = {name: np.asarray(given(f"task/{part}_{name}.npy"), np.float64).copy() for name in NAMES}
        self.old = {name: np.zeros_like(self.p[name]) for name in LEARNED}  # gradients that weren't cleared
        self.speed = {name: np.zeros_like(self.p[name]) for name in LEARNED}
        self.margin = np.inf

    def state(self) -> Array:
        return np.concatenate([self.p[name].ravel() for name in NAMES])

    def forward(self, x: Any, training: bool) -> tuple[Array, tuple[Array, ...]]:
        """Output, and what backward needs. In training the running statistics move."""
        p, x = self.p, np.asarray(x, np.float64)
        z = x @ p["w1"].T + p["b1"]
        mean, var = (z.mean(0), z.var(0)) if training else (p["mean"], p["var"])
        if training:
            p["mean"] = (1 - BN_MOMENTUM) * p["mean"] + BN_MOMENTUM * mean
            p["var"] = (1 - BN_MOMENTUM) * p["var"] + BN_MOMENTUM * z.var(0, ddof=1)
        inverse = 1 / np.sqrt(var + BN_EPS)
        n = (z - mean) * inverse
        a = n * p["scale"] + p["shift"]
        self.margin = min(self.margin, float(np.abs(a).min()))
        h = np.maximum(a, 0)
        return h @ p["w2"].T + p["b2"], (x, n, inverse, a, h)

    def loss(self, x: Any, y: Any, training: bool) -> tuple[float, dict[str, Array]]:
        """Mean squared error and the gradients of what is learned."""
        out, (x, n, inverse, a, h) = self.forward(x, training)
        diff = out - np.asarray(y, np.float64)
        d = 2 * diff / diff.size
        da = (d @ self.p["w2"]) * (a > 0)
        dn = da * self.p["scale"]
        dz = inverse * (dn - dn.mean(0) - n * (dn * n).mean(0)) if training else inverse * dn
        grads = {"w1": dz.T @ x, "b1": dz.sum(0), "scale": (da * n).sum(0), "shift": da.sum(0), "w2": d.T @ h, "b2": d.sum(0)}
        return float((diff**2).mean()), grads

    def step(self, grads: dict[str, Array], lr: float, momentum: float = 0.0) -> None:
        for name in LEARNED:
            self.speed[name] = momentum * self.speed[name] + grads[name]
            self.p[name] = self.p[name] - lr * self.speed[name]


def batches_of(x: Any, y: Any, size: int) -> list[tuple[Any, Any]]:
    return [(x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)]


def one_epoch(net: Net, batches: list[tuple[Any, Any]], lr: float, training: bool = True, keep: bool = False) -> tuple[float, float]:
    """The mean loss over samples, and the mean over batches, which is the mistake. `keep`: gradients are never cleared."""
    losses = []
    for x, y in batches:
        loss, grads = net.loss(x, y, training)
        if keep:
            grads = {name: grads[name] + net.old[name] for name in LEARNED}
        net.old = grads
        net.step(grads, lr)
        losses.append(loss)
    sizes = [len(x) for x, _ in batches]
    return float(np.average(losses, weights=sizes)), float(np.mean(losses))


def measured(net: Net, batches: list[tuple[Any, Any]], training: bool = False) -> tuple[float, float]:
    """As one_epoch, without learning."""
    losses = [net.loss(x, y, training)[0] for x, y in batches]
    return float(np.average(losses, weights=[len(x) for x, _ in batches])), float(np.mean(losses))


# ---- each section's right results ----


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


def epoch(given: Callable[[str], Any], training: bool = True, keep: bool = False) -> dict[str, Any]:
    """What the probe's calls leave: train, evaluate, evaluate, train. `training` and `keep` are the mistakes' switches."""
    plan = given("task/epoch_plan.json")
    net = Net("epoch", given)
    if plan["stale"]:
        net.old = {name: np.ones_like(net.p[name]) for name in LEARNED}
    batches = batches_of(given("task/epoch_x.npy"), given("task/epoch_y.npy"), plan["batch"])
    first = one_epoch(net, batches, plan["lr"], training, keep)
    state = net.state()
    value = measured(net, batches)
    second = one_epoch(net, batches, plan["lr"], training, keep)
    pairs = {"losses": np.array([first, second]), "evaluated": np.array([value, value])}  # (call, over samples or over batches)
    return pairs | {"state": state, "state_second": net.state(), "margin": net.margin}


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


def makespan(loaded: list[int], load: list[float], compute: list[float]) -> float:
    """When the last batch is computed, in virtual time. `loaded[i]`: how many batches were loaded before batch i's computation ended.

    A batch that is loaded while batch i < k is used waits for the batch before it and, from i = 1 on, for the start of that use, which made
    room for it. One that wasn't loaded before its own use waits for the end of the use before.
    """
    starts: list[float] = []
    ready = end = 0.0
    for k, (reading, using) in enumerate(zip(load, compute, strict=True)):
        seen = next((i for i, count in enumerate(loaded) if count > k), k)
        free = (starts[seen] if seen else 0.0) if seen < k else end
        ready = max(ready, free) + reading
        starts.append(max(end, ready))
        end = starts[k] + using
    return end


def durations(count: int, depth: int) -> tuple[list[float], list[float]]:
    """Virtual times of loading and of using each batch: the disk is faster on the whole, but now and then it takes a break that only a
    loader rides out that is `depth` batches ahead."""
    pause = 0.3 + 0.6 * depth
    return [pause if k % (depth + 1) == depth else 0.3 for k in range(count)], [1.0] * count


# ---- inputs ----


def room(case: Case, rng: np.random.Generator) -> dict[str, Any]:
    """Everything that the probes read, as files of /task."""
    made: dict[str, Any] = {}
    sizes = PUBLIC
    # BEGIN STAFF
    if case.visibility == "hidden":
        sizes = HIDDEN
    # END STAFF
    for part in (
        _standardise,
        _by_hand,
        _block,
        _epoch,
        _checkpoint,
        _fine_tune,
        _files,
        _graph,
        _tape,
        _keras,
        _step,
        _recurrent,
        _prefetch,
    ):
        made |= part(sizes, rng)
    return made


PUBLIC: dict[str, Any] = {
    "constant": False,
    "by_hand_steps": [6],
    "stale": False,
    "branches": 2,
    "samples": 20,  # in batches of 8: 8, 8 and 4
    "classes": 3,
    "files": 11,
    "rows": [12],
    "tape_steps": 4,
    "keras": {"samples": 20, "batch": 8},
    "step": {"rows": [8, 8, 8, 5], "lr": [0.02, 0.02, 0.01, 0.01]},
    "lengths": [4, 4, 7, 2],
    "prefetch": {"count": 12, "depth": 2, "nothing": [], "fails_after": 5},
}
# BEGIN STAFF
HIDDEN: dict[str, Any] = {
    "constant": True,
    "by_hand_steps": [3, 1, 4],
    "stale": True,
    "branches": 5,
    "samples": 27,  # 8, 8, 8 and 3
    "classes": 5,
    "files": 22,
    "rows": [9, 13],
    "tape_steps": 7,
    "keras": {"samples": 23, "batch": 6},
    "step": {"rows": [7, 7, 7, 3, 7, 1], "lr": [0.02, 0.02, 0.015, 0.015, 0.01, 0.005]},
    "lengths": [3, 3, 8, 1, 0],
    "prefetch": {"count": 17, "depth": 3, "nothing": [4, 16], "fails_after": 9},
}
# END STAFF


def _array(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Array:
    return (scale * rng.standard_normal(shape)).astype(np.float32)


def _apart(draw: Callable[[], dict[str, Any]], margin: Callable[[Callable[[str], Any]], float]) -> dict[str, Any]:
    """Draws until no number comes close to ReLU's bend."""
    for _ in range(200):
        made = draw()
        if margin(made.__getitem__) > MARGIN:
            return made
    raise ValueError("no inputs far enough from ReLU's bend in 200 draws")


def _layers(part: str, rng: np.random.Generator, rows: int, d: int, h: int, o: int) -> dict[str, Any]:
    x, w1, w2 = _array(rng, rows, d), _array(rng, d, h, scale=0.6), _array(rng, h, o, scale=0.6)
    y = _array(rng, rows, o, scale=2.0)
    return {f"task/{part}_x.npy": x, f"task/{part}_y.npy": y, f"task/{part}_w1.npy": w1, f"task/{part}_w2.npy": w2}


def _net(part: str, rng: np.random.Generator, d: int, h: int, o: int) -> dict[str, Any]:
    values = {"w1": _array(rng, h, d, scale=0.7), "b1": _array(rng, h), "scale": 1 + _array(rng, h, scale=0.2), "shift": _array(rng, h)}
    values |= {
        "mean": _array(rng, h),
        "var": (0.5 + rng.random(h)).astype(np.float32),
        "w2": _array(rng, o, h, scale=0.7),
        "b2": _array(rng, o),
    }
    return {f"task/{part}_{name}.npy": value for name, value in values.items()}


def _standardise(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    a = rng.standard_normal((9, 4)) * rng.uniform(0.5, 20, 4) + rng.uniform(-50, 50, 4)
    if sizes["constant"]:
        a[:, 2] = 0.1  # the mean of such numbers isn't always 0.1, nor their deviation 0
    return {"task/standardise_a.npy": a}


def _by_hand(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan = {"lr": 0.05, "steps": sizes["by_hand_steps"], "stale": sizes["stale"]}
    return _apart(lambda: _layers("by_hand", rng, 10, 5, 6, 2) | {"task/by_hand_plan.json": plan}, lambda given: by_hand(given)[3])


def _block(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    k, d, o, n = sizes["branches"], 5, 4, 7
    plan = {"d_in": d, "d_out": o, "count": k}

    def draw() -> dict[str, Any]:
        values = {"weights": _array(rng, k, o, d), "biases": _array(rng, k, o), "x": _array(rng, n, d), "dy": _array(rng, n, o)}
        return {f"task/block_{name}.npy": value for name, value in values.items()} | {"task/block_plan.json": plan}

    return _apart(draw, lambda given: float(np.abs(block(given)["a"]).min()))


def _epoch(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan, n = {"lr": 0.05, "batch": 8, "stale": sizes["stale"]}, sizes["samples"]

    def draw() -> dict[str, Any]:
        data = {"task/epoch_x.npy": _array(rng, n, 4), "task/epoch_y.npy": _array(rng, n, 2, scale=2.0), "task/epoch_plan.json": plan}
        return data | _net("epoch", rng, 4, 6, 2)

    return _apart(draw, lambda given: float(epoch(given)["margin"]))


def _checkpoint(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan = {"lr": 0.05, "steps": 3, "epoch": int(rng.integers(5, 90))}

    def draw() -> dict[str, Any]:
        data = {"x": _array(rng, 9, 4), "y": _array(rng, 9, 2, scale=2.0), "probe": _array(rng, 6, 4)}
        return (
            {f"task/checkpoint_{k}.npy": v for k, v in data.items()}
            | {"task/checkpoint_plan.json": plan}
            | _net("checkpoint", rng, 4, 6, 2)
        )

    return _apart(draw, lambda given: float(checkpoint(given)["margin"]))


def _fine_tune(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    classes, n, features = sizes["classes"], 15, 4
    plan = {"lr": 0.2, "steps": 6, "features": features, "classes": classes}

    def draw() -> dict[str, Any]:
        y = rng.integers(0, classes, n).astype(np.int64)
        data = {"x": _array(rng, n, 5), "y": y, "wh": _array(rng, classes, features), "bh": _array(rng, classes)}
        return (
            {f"task/fine_tune_{k}.npy": v for k, v in data.items()}
            | {"task/fine_tune_plan.json": plan}
            | _net("fine_tune", rng, 5, 6, features)
        )

    return _apart(draw, lambda given: float(fine_tune(given)["margin"]))


def _files(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    n = sizes["files"]
    x = _array(rng, n, 3)
    x[:, 0] = np.arange(n)  # tells the file
    plan = {"batch": 4, "seed": int(rng.integers(1, 10**6)), "one": int(rng.integers(n))}
    return {"task/files_x.npy": x, "task/files_y.npy": rng.integers(0, 9, n), "task/files_plan.json": plan}


def _graph(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan = {"lr": 0.02, "steps": 5, "rows": sizes["rows"]}
    return _apart(
        lambda: _layers("graph", rng, max(sizes["rows"]), 5, 6, 2) | {"task/graph_plan.json": plan},
        lambda given: float(graph(given)["margin"]),
    )


def _tape(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan = {"lr": 0.02, "steps": sizes["tape_steps"]}
    return _apart(
        lambda: _layers("tape", rng, 10, 5, 6, 2) | {"task/tape_v.npy": _array(rng, 5), "task/tape_plan.json": plan},
        lambda given: float(tape(given)["margin"]),
    )


def _keras(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    n, d, h, o = sizes["keras"]["samples"], 5, 6, 2
    plan = {"lr": 0.05, "batch": sizes["keras"]["batch"], "epochs": 3, "d": d, "h": h, "o": o}
    return _apart(
        lambda: (
            _layers("keras", rng, n, d, h, o)
            | {"task/keras_b1.npy": _array(rng, h), "task/keras_b2.npy": _array(rng, o), "task/keras_plan.json": plan}
        ),
        lambda given: float(keras(given)["margin"]),
    )


def _step(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    return _apart(
        lambda: _layers("step", rng, sum(sizes["step"]["rows"]), 5, 6, 2) | {"task/step_plan.json": sizes["step"]},
        lambda given: float(step(given)["margin"]),
    )


def _recurrent(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    lengths, d, k = sizes["lengths"], 3, 4
    values = {
        "wx": _array(rng, d, k),
        "wh": _array(rng, k, k, scale=0.5),
        "h0": _array(rng, k),
        "xs": _array(rng, len(lengths), max(lengths), d),
    }
    return {f"task/recurrent_{name}.npy": value for name, value in values.items()} | {"task/recurrent_plan.json": {"lengths": lengths}}


def _prefetch(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    why = f"bad sector {int(rng.integers(1000, 9999))}"
    return {"task/prefetch_plan.json": sizes["prefetch"] | {"why": why}}
