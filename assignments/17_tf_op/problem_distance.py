"""The distances that are clipped, their gradients and Jacobians: what is right, how far a result may be off, and what well-known mistakes
give. All in float64 NumPy: TensorFlow is never asked what is right."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

ROUNDOFF = {np.dtype(np.float32): 2.0**-24, np.dtype(np.float64): 2.0**-53}


# ---- what is right ----


def distances(x: Array, centers: Array) -> Array:
    """|x[i] - centers[j]|^2 in float64, before anything is clipped."""
    with np.errstate(invalid="ignore", over="ignore"):
        difference = x.astype(np.float64)[:, None, :] - centers.astype(np.float64)[None, :, :]
        return np.asarray((difference * difference).sum(axis=2))


def clipped(x: Array, centers: Array, limit: float) -> Array:
    d = distances(x, centers)
    return np.where(d >= limit, float(np.float32(limit)), d)  # NaN isn't >= anything


def bound(x: Array, centers: Array, limit: float) -> Array:
    """How far y may be off: D additions of squares that were rounded, in the arithmetic of x. Nothing where it is clipped for certain."""
    d = distances(x, centers)
    worst = (x.shape[1] + 4) * ROUNDOFF[x.dtype] * d
    with np.errstate(invalid="ignore"):
        return np.where(~np.isfinite(d) | (d - worst > limit), 0.0, worst)


def gradients(x: Array, centers: Array, dy: Array, limit: float) -> dict[str, Array]:
    """dx and dcenters. From limit on y is constant: such a pair passes nothing on."""
    x, centers = x.astype(np.float64), centers.astype(np.float64)
    passed = np.where(distances(x, centers) < limit, 2.0 * dy.astype(np.float64), 0.0)
    return by_pairs(x, centers, passed)


def by_pairs(x: Array, centers: Array, passed: Array) -> dict[str, Array]:
    """The sums over pairs of passed[i, j] * (x[i] - centers[j]), for x and, with the other sign, for centers."""
    difference = x[:, None, :] - centers[None, :, :]
    return {"dx": np.einsum("ij,ijd->id", passed, difference), "dcenters": -np.einsum("ij,ijd->jd", passed, difference)}


def gradient_bounds(x: Array, centers: Array, dy: Array) -> dict[str, Array]:
    """The gradient may be summed as sum(g) * x - g @ centers: each of the two terms is rounded for itself."""
    u, g = ROUNDOFF[x.dtype], 2 * abs(dy.astype(np.float64))
    a, b = abs(x.astype(np.float64)), abs(centers.astype(np.float64))
    n, k = dy.shape
    return {
        "dx": (k + 6) * u * (g.sum(axis=1)[:, None] * a + g @ b) + 1e-300,
        "dcenters": (n + 6) * u * (g.sum(axis=0)[:, None] * b + g.T @ a) + 1e-300,
    }


def jacobians(x: Array, centers: Array, limit: float) -> dict[str, Array]:
    """dy/dx and dy/dcenters as matrices: a row for each number of y, a column for each of the input."""
    n, k, d = x.shape[0], centers.shape[0], x.shape[1]
    slope = 2.0 * (x.astype(np.float64)[:, None, :] - centers.astype(np.float64)[None, :, :])
    slope *= (distances(x, centers) < limit)[:, :, None]
    of_x, of_centers = np.zeros((n, k, n, d)), np.zeros((n, k, k, d))
    for i in range(n):
        for j in range(k):
            of_x[i, j, i], of_centers[i, j, j] = slope[i, j], -slope[i, j]
    return {"x": of_x.reshape(n * k, n * d), "centers": of_centers.reshape(n * k, k * d)}


# ---- what well-known mistakes give ----


def in_place(x: Array, centers: Array, limit: float) -> Array:
    """What y becomes if it lies where x does, a square matrix: every number that is written is read again."""
    memory, c = x.astype(np.float64).copy(), centers.astype(np.float64)
    for i in range(memory.shape[0]):
        for j in range(c.shape[0]):
            d = float(((memory[i] - c[j]) ** 2).sum())
            memory[i, j] = limit if d >= limit else d
    return memory


def value_mistakes(x: Array, centers: Array, limit: float) -> dict[str, Array]:
    d, cut = distances(x, centers), float(np.float32(limit))
    right = clipped(x, centers, limit)
    found = {
        "NAN_LOST:clipped": np.where(np.isnan(d), cut, right),
        "NAN_LOST:zero": np.where(np.isnan(d), 0.0, right),
        "WRONG_ANSWER:not clipped": d,
    }
    if d.shape[0] == d.shape[1]:
        found["TRANSPOSED:"] = right.T
    return found


def gradient_mistakes(x: Array, centers: Array, dy: Array, limit: float) -> dict[str, dict[str, Array]]:
    """Variant -> both gradients after this slip."""
    x, centers, dy = x.astype(np.float64), centers.astype(np.float64), dy.astype(np.float64)
    d = distances(x, centers)
    inside = d < limit
    passed = np.where(inside, 2 * dy, 0.0)
    right = by_pairs(x, centers, passed)
    return {
        "the factor 2 left out": by_pairs(x, centers, passed / 2),
        "clipped pairs pass something on": by_pairs(x, centers, 2 * dy),
        "pairs at the limit pass something on": by_pairs(x, centers, np.where(d <= limit, 2 * dy, 0.0)),
        "what arrives from behind left out": by_pairs(x, centers, np.where(inside, 2.0, 0.0)),
        "the sign turned": {name: -value for name, value in right.items()},
        "a mean in place of a sum": {"dx": right["dx"] / max(dy.shape[1], 1), "dcenters": right["dcenters"] / max(dy.shape[0], 1)},
        "the clipped pairs instead of the others": by_pairs(x, centers, np.where(inside, 0.0, 2 * dy)),
        "nothing": {name: np.zeros_like(value) for name, value in right.items()},
    }
