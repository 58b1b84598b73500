"""07_debug_profile, the mathematics: inputs of one call -> what each of the four programs must give.

Runs in the judge, at home too; a release has it without its STAFF parts.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import elementwise_bound, exact, reduction_bound

Array = NDArray[Any]


# ---- inputs ----


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    if case.entry == "ck_histogram":
        return {"x": _histogram(case, rng)}
    if case.entry == "ck_normalise":
        return {"x": _signed(case, rng)}
    return {}


def _histogram(case: Case, rng: np.random.Generator) -> Array:
    """Numbers at the beginning, in the middle and at the end of bins, low and high themselves."""
    n, bins = case.sizes["n"], case.sizes["bins"]
    low, high = case.scalars["low"], case.scalars["high"]
    width = (high - low) / bins
    values = [low + (b + part) * width for b in range(bins) for part in (0.1, 0.5, 0.9)] + [low, high, high]
    # BEGIN STAFF
    if case.id == "histogram_outside":  # what belongs to no bin, too
        values += [low - 0.75 * width, high + 0.75 * width, high + 5 * width, -np.inf, np.inf, np.nan]
    # END STAFF
    x = rng.permutation(np.resize(np.array(values), n)).astype(np.float32)  # each of them somewhere
    x[-1:] = high  # in every case that has a number
    return x


def _signed(case: Case, rng: np.random.Generator) -> Array:
    """Rows of numbers of both signs; somewhere in each, one has the largest absolute value by far."""
    rows, columns = case.sizes["rows"], case.sizes["columns"]
    x = rng.uniform(-3.0, 3.0, size=(rows, columns)).astype(np.float32)
    for row in range(rows):
        place = int(rng.integers(columns))
        # BEGIN STAFF
        if case.visibility == "hidden":  # where a thread may be forgotten
            place = (columns - 1, 0, columns // 2)[row % 3]
        # END STAFF
        x[row, place] = -(4.0 + row)
    # BEGIN STAFF
    if case.id == "normalise_zeros":
        x[::2] = 0.0
    # END STAFF
    return x


# ---- what must come out ----


def expected(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    name, value, bound = {"ck_histogram": _counts, "ck_prefix": _sums, "ck_mean_square": _mean, "ck_normalise": _divided}[case.entry](
        case, arrays["x"]
    )
    return {name: Expected(value, bound)}


def _counts(case: Case, x: Array) -> tuple[str, Array, Any]:
    low, high, bins = case.scalars["low"], case.scalars["high"], case.sizes["bins"]
    wide = x.astype(np.float64)
    value = np.histogram(wide[~np.isnan(wide)], bins=bins, range=(low, high))[0].astype(np.float64)
    return "counts", value, exact(value)


def _sums(case: Case, x: Array) -> tuple[str, Array, Any]:
    value = np.cumsum(x.astype(np.float64), axis=1)
    return "y", value, exact(value)


def _mean(case: Case, x: Array) -> tuple[str, Array, Any]:
    n = case.sizes["n"]
    value = np.array([np.mean(np.square(x.astype(np.float64))) if n else 0.0])
    return "result", value, reduction_bound(value, max(1, n))


def _divided(case: Case, x: Array) -> tuple[str, Array, Any]:
    wide = x.astype(np.float64)
    peak = np.max(np.abs(wide), axis=1, keepdims=True, initial=0.0)
    value = wide / np.where(peak > 0, peak, 1.0)
    return "y", value, elementwise_bound(value)


# ---- outputs that the bounds must tell apart (grader verify) ----


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    x = arrays["x"]
    if case.entry == "ck_mean_square" and case.sizes["n"]:
        tree = np.float32(np.sum(np.square(x)) / np.float32(case.sizes["n"]))
        half = np.float32(np.mean(np.square(x.astype(np.float16).astype(np.float32))))
        return {"passes:a tree in fp32": {"result": np.array([tree])}, "fails:fp16": {"result": np.array([half])}}
    if case.entry == "ck_normalise" and x.size:
        peak = np.max(np.abs(x), axis=1, keepdims=True)
        inverse = np.float32(1) / np.where(peak > 0, peak, np.float32(1))
        half = (x * inverse).astype(np.float16).astype(np.float32)
        return {"passes:times the inverse": {"y": x * inverse}, "fails:fp16": {"y": half}}
    return {}
