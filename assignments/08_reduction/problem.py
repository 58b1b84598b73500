"""08_reduction, the mathematics: inputs of one call -> what result or index must hold, and what they would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home.
x is float32 of n numbers; result and index are arrays of one number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import reduction_bound

Array = NDArray[Any]
Floats = NDArray[np.float64]

LAST: tuple[str, ...] = ("odd",)  # of max and argmax: here the largest number stands last, so that no tail may go missing
EARLY: tuple[str, ...] = ()  # and here it doesn't, so that the last number is no answer
# BEGIN STAFF
LAST += ("33", "257")
EARLY += ("31", "255", "1001")
# END STAFF
UNITS = tuple(2**k for k in range(1, 13))  # vectors, warps, blocks: what a student's loop may take at a time
STARTS = tuple(
    float(np.float32(v)) for v in (0.0, 2.0**-126, -1.0, -100.0, -1e6, -(2.0**31), -1e10, -1e30, -1e38, np.finfo(np.float32).min)
)


# ---- inputs ----


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """x of the cases that need more than the default fill, by the case's name."""
    kind, _, name = case.id.partition("_")
    n = case.sizes["n"]
    # BEGIN STAFF
    if name == "ones":
        return {"x": np.ones(n, np.float32)}
    if name in FILLS:
        return {"x": FILLS[name](n, rng)}
    if name == "infinite":
        return {"x": _with(rng.standard_normal(n), {0: -np.inf, n // 3: np.inf} if kind == "max" else {n // 3: np.inf})}
    if name == "nan":
        # a NaN is larger than +infinity, and the first of several counts
        places = {n // 3: np.nan} if kind != "argmax" else {n // 3: np.nan, n // 3 + 1: np.nan, n - 2: np.nan}
        return {"x": _with(rng.standard_normal(n), places if kind == "sum" else {n // 5: np.inf, **places})}
    if kind != "sum" and name == "1":
        return {"x": -1 - np.abs(rng.standard_normal(n)).astype(np.float32)}  # negative whatever the seed: the score must not depend on it
    # END STAFF
    if kind != "sum" and name in LAST + EARLY:
        x = rng.standard_normal(n).astype(np.float32)
        largest, place = int(np.argmax(x)), n - 1 if name in LAST else int(rng.integers(n // 2))
        x[largest], x[place] = x[place], x[largest]
        return {"x": x}
    return {}


# BEGIN STAFF
def _with(values: Floats, places: dict[int, float]) -> Array:
    x = values.astype(np.float32)
    for place, value in places.items():
        x[place] = value
    return x


def _ties(n: int, rng: np.random.Generator) -> Array:
    """The largest number stands at many places: behind the first one in its float4, its warp and its block, at every stride that a thread
    may walk with (powers of two and multiples of 256), and last."""
    x = rng.integers(-8, 8, n).astype(np.float32)
    strides = {3, 5, *(2**k for k in range(20)), *range(256, 256 * 400, 256)}
    places = np.array([0, *sorted(strides)]) + n // 7
    x[places[places < n]] = x[-1] = 8
    return x


def _zeros(n: int, rng: np.random.Generator) -> Array:
    return _with(-1 - np.abs(rng.standard_normal(n)), {n // 3: -0.0, n // 3 + 2: 0.0, n // 2: 0.0, n - 3: -0.0})


FILLS: dict[str, Callable[[int, np.random.Generator], Array]] = {
    "negative": lambda n, rng: np.asarray(-1 - np.abs(rng.standard_normal(n)), dtype=np.float32),
    "lowest": lambda n, _: np.full(n, -np.inf, np.float32),
    "ties": _ties,
    "zeros": _zeros,
}
# END STAFF


# ---- what is right ----


def expected(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    """The one number in float64 and its bound. NaN is NumPy's rule too: the largest of all, and the first of several."""
    x = arrays["x"]
    value = REDUCE[case.entry](x)
    bound = 0.0
    if case.entry == "ck_reduce_sum" and np.isfinite(value) and case.fill != "small_integers":
        bound = float(reduction_bound(np.abs(x).sum(dtype=np.float64), x.size))
    return {_output(case): Expected(value=np.array([value]), bound=np.array([bound]), nan=np.isnan(value))}


def _sum(x: Array) -> float:
    with np.errstate(invalid="ignore"):
        return float(np.sum(x, dtype=np.float64))


def _max(x: Array) -> float:
    return float(np.max(x, initial=-np.inf))


def _argmax(x: Array) -> float:
    return float(np.argmax(x)) if x.size else -1.0


REDUCE: dict[str, Callable[[Array], float]] = {"ck_reduce_sum": _sum, "ck_reduce_max": _max, "ck_reduce_argmax": _argmax}


def _output(case: Case) -> str:
    return "index" if case.entry == "ck_reduce_argmax" else "result"


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffer that this mistake leaves behind. Variants that change nothing here aren't among
    them, nor is anything where there is nothing to reduce: what n = 0 gives tells nothing of the rest."""
    x, right = arrays["x"], expected(case, arrays)[_output(case)]
    value, bound = float(np.asarray(right.value)[0]), float(np.asarray(right.bound)[0])
    found: dict[str, dict[str, Array]] = {}
    seen: set[tuple[str, float]] = set()
    for code, variant, wrong in _mistakes(case, x, value) if x.size else ():
        same = wrong == value or abs(wrong - value) <= bound or (np.isnan(wrong) and np.isnan(value))
        if not same and (code, wrong) not in seen:
            seen.add((code, wrong))
            found[f"{code}:{variant}"] = {_output(case): np.array([wrong])}
    return found


def _mistakes(case: Case, x: Array, right: float) -> Iterator[tuple[str, str, float]]:
    """Every mistake that can be computed for this case, as (code, variant, the number that comes out)."""
    reduce = REDUCE[case.entry]
    for unit in UNITS:
        if x.size % unit:
            yield "WRONG_TAIL", f"only whole pieces of {unit}", reduce(x[: x.size // unit * unit])
    if case.entry == "ck_reduce_sum":
        yield from _wrong_sums(x, right)
    elif case.entry == "ck_reduce_max":
        for start in STARTS:
            if right < start:
                yield "WRONG_NEGATIVE", f"starts at {start:g}", start
        for number in x[~np.isnan(x)] if np.isnan(right) else ():
            yield "NAN_LOST", f"{number} instead", float(number)
    else:
        yield from _wrong_indices(x, int(right))


def _wrong_sums(x: Array, right: float) -> Iterator[tuple[str, str, float]]:
    if np.isnan(right):
        yield "NAN_LOST", "left out", float(np.nansum(x, dtype=np.float64))
    if not np.isfinite(right):
        return
    for unit in UNITS:
        yield "WRONG_TAIL", f"the last one again up to {unit}", right + (-x.size % unit) * float(x[-1])
    yield "NUMERIC_ERROR", "one after the other in single precision", float(sequential(x))
    yield "LOW_PRECISION", "x in half precision", _sum(half(x))
    yield "LOW_PRECISION", "x in 8 significant bits", _sum(_bfloat16(x))


def _wrong_indices(x: Array, right: int) -> Iterator[tuple[str, str, float]]:
    largest = x[right]
    nans = np.isnan(x)
    for place in np.flatnonzero(nans if np.isnan(largest) else x == largest):
        yield "TIE_RULE", f"{place} instead", float(place)
    if np.isnan(largest):
        for place in np.flatnonzero(~nans):
            yield "NAN_LOST", f"{place} instead", float(place)
    else:
        for start in (*STARTS, -np.inf):
            for index in (-1, 0):
                if largest <= start:  # no number is larger than the start, so the index stays what it was
                    yield "WRONG_NEGATIVE", f"starts at {start:g} with index {index}", float(index)


def sequential(x: Array) -> np.float32:
    """x added one after the other in fp32: what a single accumulator gives."""
    return np.float32(np.add.accumulate(x, dtype=np.float32)[-1]) if x.size else np.float32(0)


def half(x: Array) -> Array:
    with np.errstate(over="ignore"):
        return x.astype(np.float16).astype(np.float32)


def _bfloat16(x: Array) -> Array:
    return (np.ascontiguousarray(x).view(np.uint32) + np.uint32(0x8000) & np.uint32(0xFFFF0000)).view(np.float32)


# BEGIN STAFF
# ---- what `verify` holds the bounds against ----


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Outputs that every check must accept ("passes:…") or that must lose points in some case ("fails:…")."""
    x, reduce = arrays["x"], REDUCE[case.entry]
    kind = np.int64 if case.entry == "ck_reduce_argmax" else np.float32
    made: dict[str, Any] = {"fails:zeros": 0, "fails:tail dropped": reduce(x[: x.size // 32 * 32])}
    if case.entry == "ck_reduce_sum":
        with np.errstate(invalid="ignore"):
            made |= {"passes:pairwise": np.sum(x), "passes:block trees": _blocks(x, 256), "passes:grid stride": _strided(x)}
            made |= {"fails:one after the other": sequential(x), "fails:half precision": np.sum(half(x))}
    elif case.entry == "ck_reduce_max":
        made |= {"passes:backwards": reduce(x[::-1]), "fails:starts at zero": max(reduce(x), 0.0)}
        made |= {"fails:NaN lost": np.max(x[~np.isnan(x)], initial=-np.inf)}
    else:
        kept = np.where(np.isnan(x), -np.inf, x)
        made |= {"passes:by rank": _first_by_rank(x), "fails:last tie": x.size - 1 - reduce(x[::-1]) if x.size else -1}
        made |= {"fails:NaN lost": reduce(kept)}
    return {name: {_output(case): np.array([value]).astype(kind)} for name, value in made.items()}


def _padded(x: Array, width: int) -> Array:
    """x as rows of `width`, filled up with zeros; at least one row."""
    rows = max(1, -(-x.size // width))
    padded = np.zeros(rows * width, np.float32)
    padded[: x.size] = x
    return padded.reshape(rows, width)


def _tree(rows: Array) -> Array:
    """Each row's sum in fp32, halving its width (a power of two) in every step."""
    while rows.shape[-1] > 1:
        middle = rows.shape[-1] // 2
        rows = rows[..., :middle] + rows[..., middle:]
    return np.asarray(rows[..., 0])


def _blocks(x: Array, width: int) -> np.float32:
    """A tree for each block of `width` numbers, and again for what they leave."""
    while x.size > 1:
        x = _tree(_padded(x, width))
    return np.float32(x[0]) if x.size else np.float32(0)


def _strided(x: Array) -> np.float32:
    """A thousand threads or fewer, each adding every so-many-th number, then a tree."""
    rows = _padded(x, 1024)
    return np.float32(_tree(np.add.accumulate(rows, axis=0, dtype=np.float32)[-1]))


def _first_by_rank(x: Array) -> int:
    """The index by sorting (NaN last), stable from the front: another way to the same rule."""
    if not x.size:
        return -1
    order = np.argsort(x, kind="stable")
    top = x[order[-1]]
    return int(np.flatnonzero(np.isnan(x) if np.isnan(top) else x == top)[0])


# END STAFF
