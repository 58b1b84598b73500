"""21_nb_frameworks, the mathematics in double precision: what each function of the notebook must leave, and what well-known mistakes leave.

Students have it without its STAFF parts: `grader check` needs it at home. The judge imports neither PyTorch nor TensorFlow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import msgspec
import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.rooms import Room, agrees
from grader.records import Problem

Array = NDArray[Any]
Given = Mapping[str, Any]

RELATIVE = 2e-4  # some hundred float32 operations one after another; every mistake that is told apart is 10 times as far away
MARGIN = 2e-4  # ReLU bends at 0: no number of a case lies so close to it that rounding decides
FULL_RATIO = 1.15  # virtual time of an epoch to that of its slower half
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


def makespan(loaded: list[int], waited_for: Mapping[int, int], load: list[float], compute: list[float]) -> float:
    """When the last batch is computed, in virtual time, by what happened during what.

    `loaded[i]`: how many batches were loaded when the use of batch i ended. `waited_for`: batches that were loaded while the consumer
    waited, and how many it had used by then.
    """
    seen = {k: next((i for i, count in enumerate(loaded) if count > k), k) for k in range(len(load)) if k not in waited_for}
    ready, ready_at, end = 0.0, [0.0] * len(load), 0.0
    for i, using in enumerate(compute):
        start = end
        for k in range(len(load)):
            if waited_for.get(k) == i or (k == i and seen.get(k, -1) >= i):  # it waits for these
                ready = ready_at[k] = max(ready, end) + load[k]
                start = max(start, ready)
        start = max(start, ready_at[i])
        for k in range(i + 1, len(load)):
            if seen.get(k) == i:
                ready = ready_at[k] = max(ready, start) + load[k]
        end = start + using
    return end


def durations(count: int, depth: int) -> tuple[list[float], list[float]]:
    """Virtual times of loading and of using each batch: the disk is faster on the whole, but now and then it takes a break that only a
    loader rides out that is `depth` batches ahead."""
    return [float(depth) if k and k % (2 * depth) == 0 else 0.3 for k in range(count)], [1.0] * count


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
    "prefetch": {"count": 23, "depth": 2, "nothing": [], "fails_after": 5},
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
    "prefetch": {"count": 31, "depth": 3, "nothing": [4, 30], "fails_after": 9},
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

    return _apart(draw, lambda given: float(min(epoch(given)["margin"], evaluated(given)["margin"])))


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


# ---- what the checks ask of a room ----

NOTEBOOK = "frameworks.ipynb"
TORCH_NAMES = dict(
    zip(NAMES, ("0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var", "4.weight", "4.bias"), strict=True)
)


def place(cell: str) -> str:
    """How a cell is called in findings."""
    return f"{NOTEBOOK}#{cell}"


def _fail(room: Room, code: str, cell: str, en: str, ko: str) -> NoReturn:
    room.fail(code, en, message_ko=ko, file=place(cell))


def _raised(room: Room, name: str) -> Problem | None:
    return next((problem for problem in room.run.problems if problem.phase == name), None)


def _refused_by_autograd(room: Room, name: str) -> None:
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


def _expect(room: Room, name: str, want: Any, what: tuple[str, str], cell: str, mistakes: dict[str, Any] | None = None) -> None:
    room.expect(name, want, bound(want), mistakes=mistakes, what=what[0], what_ko=what[1], file=place(cell))


def _mean_of(room: Room, name: str, pairs: Array, what: tuple[str, str], cell: str) -> None:
    """Losses are means over samples; pairs[:, 1] are means over batches."""
    if agrees(room.array(name), pairs[:, 1], bound(pairs)) and not agrees(pairs[:, 1], pairs[:, 0], bound(pairs)):
        _fail(
            room,
            "WRONG_ANSWER",
            cell,
            f"{what[0]}: this is the mean of the batches' means, in which a sample of the smaller last batch counts for more",
            f"{what[1]}: 배치 평균들의 평균입니다. 그러면 더 작은 마지막 배치의 샘플이 더 크게 반영됩니다.",
        )
    _expect(room, name, pairs[:, 0], what, cell)


LOSSES = ("the losses", "손실")
WEIGHTS = ("the weights afterwards", "학습한 뒤의 가중치")


def _formed(room: Room, told: Mapping[str, Any], key: str, form: Any, default: Any) -> Any:
    """What a probe, or whoever shares its process, wrote under a key; the default if nothing is there. Another form is a missing result."""
    try:
        return msgspec.convert(told.get(key, default), form)
    except msgspec.ValidationError:
        room.fail("UNWRITTEN_OUTPUT", f"{key} doesn't have the form of a result", message_ko=f"{key}의 형식이 결과의 형식이 아닙니다.")


def judge_standardise(room: Room) -> None:
    a, told, cell = room.given("task/standardise_a.npy"), room.json("standardise", dict[str, Any]), "standardise"
    if told.get("changed"):
        _fail(
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
        _fail(
            room,
            "WRONG_ANSWER",
            cell,
            f"a tensor of torch.float32 is asked for; this is {told.get('dtype')!s:.40}",
            f"torch.float32 텐서가 필요한데 {told.get('dtype')!s:.40}입니다.",
        )
    if told.get("shared"):
        _fail(
            room,
            "WRONG_ANSWER",
            cell,
            "the tensor changes when the caller's array does: they share memory",
            "호출한 쪽의 배열이 바뀌면 텐서도 바뀝니다. 메모리를 함께 쓰고 있습니다.",
        )


def judge_by_hand(room: Room) -> None:
    _refused_by_autograd(room, "by_hand")
    told, cell = room.json("by_hand", dict[str, Any]), "train_by_hand"
    losses, w1, w2, _ = by_hand(room.given)
    if not all(_formed(room, told, "leaves", list[bool], [])) or not all(_formed(room, told, "learns", list[bool], [])):
        _fail(
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
        _expect(room, f"by_hand_{name}_after", (w1, w2)[i - 1], WEIGHTS, cell, mistakes)
    _expect(room, "by_hand_losses", losses, LOSSES, cell)


def judge_block(room: Room) -> None:
    want, plan, cell = block(room.given), room.given("task/block_plan.json"), "parallel_block"
    found = room.json("block", dict[str, dict[str, list[int]]]).get("parameters", {})
    names = {f"branches.{k}.weight": [plan["d_out"], plan["d_in"]] for k in range(plan["count"])}
    names |= {f"branches.{k}.bias": [plan["d_out"]] for k in range(plan["count"])}
    if found != names:
        missing = ", ".join(sorted(set(names) - set(found))[:2]) or ", ".join(sorted(set(found) - set(names))[:2]) or "the shapes"
        _fail(
            room,
            "PARAMETERS_MISSING",
            cell,
            f"named_parameters() gives {len(found)} of {len(names)} parameters, or others; look at: {missing}",
            f"named_parameters()가 파라미터 {len(names)}개 가운데 {len(found)}개를 내놓거나 다른 것을 내놓습니다. 볼 곳: {missing}",
        )
    if agrees(room.array("block_y"), want["relu_each"], bound(want["y"])) and not agrees(want["relu_each"], want["y"], bound(want["y"])):
        _fail(
            room,
            "WRONG_ANSWER",
            cell,
            "ReLU is applied to each branch; it belongs behind their sum",
            "ReLU를 갈래마다 적용했습니다. 갈래들을 더한 다음에 적용해야 합니다.",
        )
    _expect(room, "block_y", want["y"], ("the block's output", "블록의 출력"), cell)
    _expect(room, "block_dx", want["dx"], ("the gradient of x", "x의 그래디언트"), cell)
    _expect(room, "block_dw", want["dw"], ("the gradients of the weights", "가중치의 그래디언트"), cell)


def _modes(room: Room, seen: Any, training: bool, what: tuple[str, str]) -> None:
    if any(not isinstance(row, dict) or row.get("training") is not training for row in seen):
        _fail(
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
        _expect(room, f"epoch_{name}", want[name], ("parameters and running statistics", "파라미터와 이동 통계"), cell, mistakes)
    _mean_of(room, "epoch_losses", want["losses"], ("the epoch's loss", "에폭의 손실"), cell)


def judge_evaluate(room: Room) -> None:
    told, cell = room.json("evaluate", dict[str, list[Any]]), "train_and_evaluate"
    want = evaluated(room.given)
    _modes(room, told.get("seen", []), False, ("evaluate", "evaluate"))
    if told.get("modes") != [True, False]:
        _fail(
            room,
            "MODE_WRONG",
            cell,
            "afterwards the model isn't in the mode in which it was before",
            "호출한 뒤 모델의 모드가 전과 다릅니다.",
        )
    room.expect("evaluate_state", want["state"], mistakes={}, what="the model's numbers", what_ko="모델의 수", file=place(cell))
    _mean_of(room, "evaluate_losses", want["losses"], ("the loss", "손실"), cell)


def judge_no_graph(room: Room) -> None:
    """Nothing that is returned holds a graph, and evaluation records none."""
    _refused_by_autograd(room, "by_hand")
    kept = room.json("by_hand", dict[str, Any]).get("graphs", 0)
    if kept:
        _fail(
            room,
            "AUTOGRAD_LEAK",
            "train_by_hand",
            f"{kept} of the losses are tensors that still hold their graph",
            f"손실 가운데 {kept}개가 그래프를 붙잡고 있는 텐서입니다.",
        )
    epochs, told = room.json("epoch", dict[str, list[Any]]), room.json("evaluate", dict[str, list[Any]])
    if any(epochs.get("graphs", [])) or any(told.get("graphs", [])):
        _fail(
            room,
            "AUTOGRAD_LEAK",
            "train_and_evaluate",
            "the loss that is returned is a tensor that still holds its graph",
            "반환한 손실이 그래프를 붙잡고 있는 텐서입니다.",
        )
    if any(isinstance(row, dict) and row.get("grad") for row in told.get("seen", [])):
        _fail(
            room,
            "AUTOGRAD_LEAK",
            "train_and_evaluate",
            "evaluate records a graph that nobody will go back through",
            "evaluate가 아무도 되짚어 가지 않을 그래프를 기록합니다.",
        )


def judge_checkpoint(room: Room) -> None:
    told, want, cell = room.json("checkpoint", dict[str, Any]), checkpoint(room.given), "checkpoint"
    if not told.get("file"):
        _fail(room, "RELOAD_DIFFERS", cell, "there is no file under the name that was given", "주어진 이름으로 된 파일이 없습니다.")
    state, saved = room.array("checkpoint_state"), want["state"]
    if not agrees(state, saved, bound(saved)):
        sizes = [Net("checkpoint", room.given).p[name].size for name in NAMES]
        owner = np.repeat(NAMES, sizes)
        names = [n for n in NAMES if state.shape != saved.shape or not agrees(state[owner == n], saved[owner == n], bound(saved))]
        shown = ", ".join(TORCH_NAMES[n] for n in names)
        _fail(
            room,
            "RELOAD_DIFFERS",
            cell,
            f"after reloading, the model's {shown} differ from what was saved",
            f"다시 읽은 모델의 {shown}이(가) 저장한 것과 다릅니다.",
        )
    if not agrees(room.array("checkpoint_output"), want["output"], bound(want["output"])):
        _fail(room, "RELOAD_DIFFERS", cell, "the reloaded model gives other outputs", "다시 읽은 모델의 출력이 다릅니다.")
    if not agrees(room.array("checkpoint_continued"), want["continued"], bound(want["continued"])):
        _fail(
            room,
            "RELOAD_DIFFERS",
            cell,
            "the model is as it was, but its next training step isn't: the optimizer doesn't go on where it stopped",
            "모델은 그대로인데 다음 학습 걸음이 다릅니다. 옵티마이저가 멈춘 곳에서 이어 가지 않습니다.",
        )
    if told.get("epoch") != room.given("task/checkpoint_plan.json")["epoch"]:
        _fail(
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
        _fail(
            room,
            "FROZEN_MOVED",
            cell,
            f"these tensors of the backbone changed: {moved or 'some'}",
            f"몸통의 다음 텐서가 바뀌었습니다: {moved or '일부'}",
        )
    if not told.get("frozen") or not all(told["frozen"]):
        _fail(
            room,
            "FROZEN_MOVED",
            cell,
            "parameters of the backbone still ask for gradients",
            "몸통의 파라미터가 아직 그래디언트를 요구합니다.",
        )
    _expect(room, "fine_tune_head", want["head"], ("the head afterwards", "학습한 뒤의 머리"), cell)
    _expect(room, "fine_tune_losses", want["losses"], LOSSES, cell)


def judge_files(room: Room) -> None:
    told, plan, cell = room.json("files", dict[str, Any]), room.given("task/files_plan.json"), "files"
    x, y = room.given("task/files_x.npy"), room.given("task/files_y.npy")
    if told.get("opened") != [0, 1]:
        first, one = (*_formed(room, told, "opened", list[int], []), 0, 0)[:2]
        _fail(
            room,
            "LOADER_GREEDY",
            cell,
            f"{first} files were opened when the data set was made, and {one} when one sample was asked for",
            f"데이터셋을 만들 때 파일 {first}개를, 샘플 하나를 요청했을 때 {one}개를 열었습니다.",
        )
    right = {"length": len(x), "kinds": ["torch.float32", "int64"], "y": int(y[plan["one"]])}
    for name, value in right.items():
        if told.get(name) != value:
            _fail(
                room,
                "WRONG_ANSWER",
                cell,
                f"a sample's {name}: {told.get(name)!s:.60} instead of {value}",
                f"샘플의 {name}: {value}이어야 하는데 {told.get(name)!s:.60}입니다.",
            )
    room.expect("files_one", x[plan["one"]], what="a sample's x", what_ko="샘플의 x", file=place(cell))


def judge_loader(room: Room) -> None:
    told, plan, cell = room.json("loader", dict[str, list[list[int]]]), room.given("task/files_plan.json"), "files"
    x, y = room.given("task/files_x.npy"), room.given("task/files_y.npy")
    orders, sizes = told.get("orders", []), told.get("sizes", [])
    for order in orders:
        if sorted(order) != list(range(len(x))):
            gone = len(set(range(len(x))) - set(order))
            _fail(
                room,
                "LOADER_LOSS",
                cell,
                f"an epoch has {len(order)} samples, and {gone} of {len(x)} files are missing",
                f"한 에폭에 샘플이 {len(order)}개이고, 파일 {len(x)}개 가운데 {gone}개가 빠졌습니다.",
            )
    cut = [len(part) for part, _ in batches_of(x, y, plan["batch"])]
    if len(orders) != 4 or any(size != cut for size in sizes):
        _fail(
            room,
            "WRONG_ANSWER",
            cell,
            f"the batches of an epoch have {sizes[0] if sizes else []} samples; it should be {cut}",
            f"한 에폭의 배치 크기가 {sizes[0] if sizes else []}입니다. {cut}이어야 합니다.",
        )
    first, second, same, other = orders
    faults = {
        "two loaders with the same seed give different orders": ("시드가 같은 두 로더의 순서가 다릅니다.", first != same),
        "the samples come in the order of the files": ("샘플이 파일 순서대로 나옵니다.", first == sorted(first)),
        "two epochs have the same order": ("두 에폭의 순서가 같습니다.", first == second),
        "two loaders with different seeds give the same order": ("시드가 다른 두 로더의 순서가 같습니다.", first == other),
    }
    for text, (korean, wrong) in faults.items():
        if wrong:
            room.fail("LOADER_ORDER", text, message_ko=korean, file=place(cell))
    want = np.concatenate([x.astype(np.float64), y[:, None]], axis=1)[[i for order in orders for i in order]]
    room.expect("loader_rows", want, what="the batches", what_ko="배치", file=place(cell))


def judge_graph(room: Room) -> None:
    told, want, cell = room.json("graph", dict[str, Any]), graph(room.given), "graph"
    if not told.get("eager"):
        _fail(
            room,
            "EAGER_OFF",
            cell,
            "after build_graph and train_graph TensorFlow doesn't execute eagerly any more",
            "build_graph와 train_graph를 호출한 뒤 TensorFlow가 더 이상 즉시 실행하지 않습니다.",
        )
    rows = len(want["w1"])
    for name in ("w1", "w2"):
        start = np.stack([room.given(f"task/graph_{name}.npy")] * rows)
        _expect(room, f"graph_{name}_after", want[name], WEIGHTS, cell, {"UPDATE_LOST": start})
    _expect(room, "graph_losses", want["losses"], LOSSES, cell)


def judge_graph_grows(room: Room) -> None:
    sizes = _formed(room, room.json("graph", dict[str, Any]), "operations", list[int], []) or [0]
    if len(set(sizes)) != 1:
        _fail(
            room,
            "GRAPH_GROWS",
            "graph",
            f"the graph had {sizes[0]} operations when it was built and {sizes[-1]} after it was run",
            f"그래프의 연산이 만들었을 때는 {sizes[0]}개, 실행한 뒤에는 {sizes[-1]}개입니다.",
        )


def judge_tape(room: Room) -> None:
    want, cell = tape(room.given), "tape"
    for name in ("w1", "w2"):
        _expect(room, f"tape_{name}_after", want[name], WEIGHTS, cell, {"UPDATE_LOST": room.given(f"task/tape_{name}.npy")})
    _expect(room, "tape_losses", want["losses"], LOSSES, cell)


def judge_saliency(room: Room) -> None:
    if room.json("saliency", dict[str, bool]).get("none"):
        _fail(
            room,
            "NOT_WATCHED",
            "tape",
            "saliency returns None: x is a constant, and the tape wasn't told of it",
            "saliency가 None을 반환합니다. x는 상수인데 테이프에 알리지 않았습니다.",
        )
    _expect(room, "saliency_slope", tape(room.given)["slope"], ("the gradient of x", "x의 그래디언트"), "tape")


def judge_keras(room: Room) -> None:
    want, plan, cell = keras(room.given), room.given("task/keras_plan.json"), "keras"
    shapes = room.json("keras", dict[str, list[list[int]]]).get("shapes", [])
    right = [[plan["d"], plan["h"]], [plan["h"]], [plan["h"], plan["o"]], [plan["o"]]]
    if shapes != right:
        _fail(
            room,
            "WRONG_ANSWER",
            cell,
            f"the model's weights have the shapes {shapes!s:.120}; they should be {right}",
            f"모델 가중치의 모양이 {shapes!s:.120}입니다. {right}이어야 합니다.",
        )
    if agrees(room.array("keras_before"), want["linear"], bound(want["before"])):
        _fail(
            room,
            "WRONG_ANSWER",
            cell,
            "the first layer has no activation: the whole model is linear",
            "첫 층에 활성화 함수가 없습니다. 모델 전체가 선형입니다.",
        )
    _expect(room, "keras_before", want["before"], ("the model's output", "모델의 출력"), cell)
    outputs = ("the output after training", "학습한 뒤의 출력")
    _expect(room, "keras_after", want["after"], outputs, cell, {"UPDATE_LOST": want["before"]})
    _expect(room, "keras_losses", want["losses"], LOSSES, cell)


def judge_step(room: Room) -> None:
    want, cell = step(room.given), "compiled_step"
    for name in ("w1", "w2"):
        _expect(room, f"step_{name}_after", want[name], WEIGHTS, cell, {"UPDATE_LOST": room.given(f"task/step_{name}.npy")})
    _expect(room, "step_losses", want["losses"], LOSSES, cell)


def _compiled(room: Room, name: str, cell: str, differs: Callable[[int], tuple[str, str]]) -> None:
    """Python ran in the first call only. `differs` tells what was new in a call."""
    told = room.json(name, dict[str, Any])
    traces = _formed(room, told, "traces", list[int], []) or [0]
    if told.get("eager"):
        _fail(
            room,
            "NOT_COMPILED",
            cell,
            "Python ran in the calls themselves: nothing was compiled",
            "호출할 때마다 Python이 실행되었습니다. 컴파일된 것이 없습니다.",
        )
    again = [i for i, count in enumerate(traces) if i and count]
    if again:
        new, new_ko = differs(again[0])
        _fail(
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
    _expect(room, "dynamic_h", want["h"], ("PyTorch: the last states", "PyTorch: 마지막 상태"), cell)
    slope = ("PyTorch: the gradient through the steps", "PyTorch: 걸음들을 거친 그래디언트")
    _expect(room, "dynamic_dwh", want["dwh"], slope, cell, {"GRADIENT_WRONG": np.zeros_like(want["dwh"])})


def judge_static(room: Room) -> None:
    want, cell = recurrent(room.given), "dynamic_and_static"
    _expect(room, "static_h", want["h"], ("TensorFlow: the last states", "TensorFlow: 마지막 상태"), cell)
    slope = ("TensorFlow: the gradient through the steps", "TensorFlow: 걸음들을 거친 그래디언트")
    _expect(room, "static_dwh", want["dwh"], slope, cell, {"GRADIENT_WRONG": np.zeros_like(want["dwh"])})


def judge_static_traces(room: Room) -> None:
    lengths = room.given("task/recurrent_plan.json")["lengths"]

    def differs(call: int) -> tuple[str, str]:
        if lengths[call] not in lengths[:call]:
            return "the sequence's length was new", "그때 시퀀스의 길이가 새로웠습니다."
        return "nothing was new but the numbers", "그때 새로운 것은 값뿐이었습니다."

    _compiled(room, "static", "dynamic_and_static", differs)


def _ends(room: Room, told: dict[str, Any], what: tuple[str, str]) -> None:
    if told.get("hangs"):
        _fail(
            room,
            "LOADER_HANGS",
            "prefetch",
            f"{what[0]}: whoever asks for the next batch waits forever",
            f"{what[1]}: 다음 배치를 요청한 쪽이 영원히 기다립니다.",
        )


def _all_there(room: Room, got: Any, want: list[Any], what: tuple[str, str]) -> None:
    """The batches that came out, in order."""
    if got == want:
        return
    got = got if isinstance(got, list) else []
    kept = iter(want)
    if len(got) < len(want) and all(any(batch == value for value in kept) for batch in got):
        _fail(
            room,
            "LOADER_LOSS",
            "prefetch",
            f"{what[0]}: {len(got)} of {len(want)} batches came out",
            f"{what[1]}: 배치 {len(want)}개 가운데 {len(got)}개가 나왔습니다.",
        )
    mixed = sorted(map(repr, got)) == sorted(map(repr, want))
    _fail(
        room,
        "LOADER_ORDER" if mixed else "WRONG_ANSWER",
        "prefetch",
        f"{what[0]}: {'all batches came out, in another order' if mixed else 'other batches came out than went in'}",
        f"{what[1]}: {'배치가 모두 나왔지만 순서가 다릅니다.' if mixed else '들어간 것과 다른 배치가 나왔습니다.'}",
    )


def judge_prefetch(room: Room) -> None:
    plan = room.given("task/prefetch_plan.json")
    want = [None if number in plan["nothing"] else number for number in range(plan["count"])]
    whole, empty = room.json("prefetch", dict[str, Any]), room.json("prefetch_empty", dict[str, Any])
    _ends(room, whole, ("all batches", "모든 배치"))
    _all_there(room, whole.get("values"), want, ("all batches", "모든 배치"))
    _ends(room, empty, ("an empty source", "빈 소스"))
    _all_there(room, empty.get("values"), [], ("an empty source", "빈 소스"))


def judge_prefetch_failing(room: Room) -> None:
    plan, told = room.given("task/prefetch_plan.json"), room.json("prefetch_failing", dict[str, Any])
    what = ("a source that fails", "실패하는 소스")
    _ends(room, told, what)
    if told.get("error") != ["ValueError", plan["why"]]:
        error = told.get("error")
        came = f"{error[0]!s:.40} came instead" if isinstance(error, list) and error else "the loop just ended"
        came_ko = f"대신 {error[0]!s:.40}이(가) 나왔습니다." if isinstance(error, list) and error else "반복이 그냥 끝났습니다."
        _fail(
            room,
            "EXCEPTION_LOST",
            "prefetch",
            f"the source raised ValueError after {plan['fails_after']} batches, and {came}",
            f"소스가 배치 {plan['fails_after']}개 뒤에 ValueError를 냈는데, {came_ko}",
        )
    _all_there(room, told.get("values"), list(range(plan["fails_after"])), ("the batches before the failure", "실패하기 전의 배치"))


def judge_prefetch_closed(room: Room) -> None:
    told = room.json("prefetch_closed", dict[str, Any])
    _ends(room, told, ("a generator that is closed early", "일찍 닫은 제너레이터"))
    if told.get("threads"):
        _fail(
            room,
            "THREAD_LEFT",
            "prefetch",
            "the generator was closed after two batches, and its thread is still there",
            "배치 두 개를 꺼내고 제너레이터를 닫았는데 스레드가 남아 있습니다.",
        )


def _ahead(room: Room) -> dict[str, Any]:
    """What was loaded when, for each batch of a consumer that used them all."""
    plan, told = room.given("task/prefetch_plan.json"), room.json("prefetch_ahead", dict[str, Any])
    _ends(room, told, ("a slow consumer", "느린 소비자"))
    count = len(_formed(room, told, "loaded", list[int], []))
    _all_there(room, list(range(count)), list(range(plan["count"])), ("a slow consumer", "느린 소비자"))
    return told


def judge_overlap(room: Room) -> None:
    told, plan = _ahead(room), room.given("task/prefetch_plan.json")
    load, compute = durations(plan["count"], plan["depth"])
    waited_for = dict(_formed(room, told, "waited_for", list[tuple[int, int]], []))
    ratio = makespan(told["loaded"], waited_for, load, compute) / max(sum(load), sum(compute))
    if not ratio <= FULL_RATIO:
        _fail(
            room,
            "LOADER_WAITS",
            "prefetch",
            f"in virtual time the epoch takes {ratio:.2f} times as long as the slower of loading and computing; at most {FULL_RATIO}",
            f"가상 시간으로 한 에폭이 읽기와 계산 가운데 느린 쪽의 {ratio:.2f}배 걸립니다. {FULL_RATIO}배 이하여야 합니다.",
        )


def judge_greed(room: Room) -> None:
    most, depth = _formed(room, _ahead(room), "most", int, 0), room.given("task/prefetch_plan.json")["depth"]
    if most > depth + 1:
        _fail(
            room,
            "LOADER_GREEDY",
            "prefetch",
            f"{most} batches were loaded ahead; depth is {depth}, and one more may be in the thread's hand",
            f"배치 {most}개를 미리 읽었습니다. depth는 {depth}이고, 스레드의 손에 하나 더 있을 수 있습니다.",
        )
