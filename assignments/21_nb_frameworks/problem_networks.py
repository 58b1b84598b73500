"""The two networks of the notebook in double precision, their gradients written out: two layers without biases, and one with batch norm.
How far float32 may be off of them, and how close their numbers may come to ReLU's bend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

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
