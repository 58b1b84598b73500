"""op.cu: the cases that launch it."""

from __future__ import annotations

import numpy as np

from grader.assignment import Case
from grader.checks.closeness import Expected

from .problem_distance import Array, bound, clipped, distances, value_mistakes


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """x and centers of the launches that need more than the default fill, by the end of the case's name."""
    n, k, d = (case.sizes[name] for name in "NKD")
    kind = case.id.rpartition("_")[2]
    # BEGIN STAFF
    if kind == "offset":
        return {name: (rng.standard_normal((rows, d)) + 300).astype(np.float32) for name, rows in (("x", n), ("centers", k))}
    if kind == "nan":
        x = rng.standard_normal((n, d)).astype(np.float32)
        x[rng.random((n, d)) < 0.02] = np.nan
        x[0, 0], x[1, 0] = np.nan, np.inf
        return {"x": x, "centers": rng.standard_normal((k, d)).astype(np.float32)}
    # END STAFF
    if kind == "exact":
        return {name: rng.integers(-2, 3, (rows, d)).astype(np.float32) for name, rows in (("x", n), ("centers", k))}
    return {}


def expected(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    x, centers, limit = arrays["x"], arrays["centers"], float(np.float32(case.scalars["limit"]))
    y = clipped(x, centers, limit)
    exact = case.id.endswith("_exact")
    return {"y": Expected(value=y, bound=np.zeros_like(y) if exact else bound(x, centers, limit), nan=np.isnan(y))}


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> y after this mistake."""
    x, centers, limit = arrays["x"], arrays["centers"], float(np.float32(case.scalars["limit"]))
    right = expected(case, arrays)["y"]
    found = {name: {"y": value} for name, value in value_mistakes(x, centers, limit).items()}
    if x.size and centers.size:
        x64, c64 = x.astype(np.float64), centers.astype(np.float64)
        with np.errstate(invalid="ignore"):
            found["WRONG_ANSWER:the squares of the sums"] = {"y": np.minimum((x64.sum(1)[:, None] - c64.sum(1)[None, :]) ** 2, limit)}
            found["WRONG_ANSWER:the root"] = {"y": np.minimum(np.sqrt(distances(x, centers)), limit)}
            half = clipped(x.astype(np.float16), centers.astype(np.float16), limit)
        found["LOW_PRECISION:inputs in fp16"] = {"y": half}
    return {name: made for name, made in found.items() if not same(made["y"], right)}


def same(value: Array, right: Expected) -> bool:
    want = np.asarray(right.value)
    with np.errstate(invalid="ignore"):
        near = (abs(value - want) <= right.bound) | (value == want) | (np.isnan(value) & np.isnan(want))
    return bool(np.all(near))


# BEGIN STAFF
def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """y of op.cu in fp32, computed in orders that must pass ("passes:…") and in ways that must lose points in some case ("fails:…")."""
    x, centers, limit = arrays["x"], arrays["centers"], np.float32(case.scalars["limit"])
    with np.errstate(invalid="ignore", over="ignore"):
        squares = (x[:, None, :] - centers[None, :, :]) ** 2
        steps = range(x.shape[1])
        forward, backward = (
            sum((squares[:, :, d] for d in order), np.zeros(squares.shape[:2], np.float32)) for order in (steps, steps[::-1])
        )
        expanded = (x * x).sum(1)[:, None] - 2 * (x @ centers.T) + (centers * centers).sum(1)[None, :]
        half = ((x.astype(np.float16)[:, None, :] - centers.astype(np.float16)[None, :, :]) ** 2).sum(2, dtype=np.float32)
        return {
            name: {"y": np.where(d >= limit, limit, d).astype(np.float32)}
            for name, d in (
                ("passes:one sum, forward", forward),
                ("passes:one sum, backward", backward),
                ("passes:a tree", squares.sum(2, dtype=np.float32)),
                ("fails:|x|^2 - 2 x c + |c|^2", expanded),
                ("fails:fp16", half),
                ("fails:the last number left out", squares[:, :, :-1].sum(2, dtype=np.float32)),
            )
        }


# END STAFF
