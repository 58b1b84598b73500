"""Closeness: an output and what was expected of it -> where it differs, how much and how to say it. Knows nothing of runs, cases or causes.

An element passes if `abs(got - value) <= bound`: agreement is demanded, so NaN never passes, and neither does infinity, since values and
bounds are finite.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grader.errors import AssignmentError

Array = NDArray[Any]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

RELATIVE = 2.0**-17  # of the largest value: rounding of a sum whose terms nearly cancel


@dataclass(frozen=True, eq=False)
class Expected:
    """What one output buffer must hold: `value` and `bound` in float64, both of the buffer's full shape, leading dimension included.

    Bound 0 demands equality. Value NaN with bound 0 demands that the element still holds the poison it was filled with: take the buffer's
    old content (`arrays["C"].copy()`) and put the results in, and the padding is guarded whether it was poisoned or not.
    """

    value: ArrayLike
    bound: ArrayLike


def untouched(got: Array, old: Array) -> Mask:
    """Where `got` holds the very bits of `old`: also for NaN, unlike `==`, and telling -0 from 0."""
    if got.dtype != old.dtype or got.shape != old.shape:
        raise ValueError(f"can't compare {got.dtype}{got.shape} with {old.dtype}{old.shape} bit by bit")
    word = np.dtype(f"u{got.dtype.itemsize}")
    same: Mask = np.ascontiguousarray(got).view(word) == np.ascontiguousarray(old).view(word)
    return same


@dataclass(frozen=True, eq=False)
class Comparison:
    """One output buffer of one call, compared. Arrays have the buffer's full shape; `old` is what was uploaded before the call."""

    case: str
    call: int
    buffer: str
    got: Array
    old: Array
    value: Floats
    bound: Floats
    poisoned: bool = False  # the buffer started as NaN
    direction: str = "out"

    @cached_property
    def got64(self) -> Floats:
        return self.got.astype(np.float64)

    @cached_property
    def same_bits(self) -> Mask:
        return untouched(self.got, self.old)

    @cached_property
    def guarded(self) -> Mask:
        """Elements that must keep their poison: expected NaN, bound 0."""
        return np.isnan(self.value)

    @cached_property
    def wrong(self) -> Mask:
        with np.errstate(invalid="ignore", over="ignore"):
            close = np.abs(self.got64 - self.value) <= self.bound
        ok: Mask = np.where(self.guarded, self.same_bits, close)
        return ~ok

    @cached_property
    def required(self) -> Mask:
        """Elements that a correct kernel must change: leaving the old content there would be wrong."""
        with np.errstate(invalid="ignore", over="ignore"):
            kept = np.abs(self.old.astype(np.float64) - self.value) <= self.bound
        return ~kept & ~self.guarded

    @cached_property
    def wrong_count(self) -> int:
        return int(np.count_nonzero(self.wrong))

    @property
    def passed(self) -> bool:
        return self.wrong_count == 0

    @cached_property
    def error(self) -> Floats:
        """abs(got - value); infinite where it is undefined (NaN), 0 where nothing is wrong with a guarded element."""
        with np.errstate(invalid="ignore", over="ignore"):
            error = np.abs(self.got64 - self.value)
        error[np.isnan(error)] = np.inf
        error[self.guarded & ~self.wrong] = 0.0
        return error

    @cached_property
    def worst(self) -> tuple[int, ...]:
        """The index of the wrong element whose error exceeds its bound by the largest factor; the first of equals. Raises ValueError if
        all pass."""
        if self.passed:
            raise ValueError("no element is wrong")
        with np.errstate(divide="ignore", invalid="ignore"):
            excess = np.where(self.wrong, self.error / self.bound, -1.0)
        excess[np.isnan(excess)] = np.inf
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(excess)), self.got.shape))

    def statistics(self) -> dict[str, float]:
        """Root mean squares of error and value over the elements that may change, their ratio, and the largest error / bound. Infinite if
        NaN is about."""
        inside = ~self.guarded & np.isfinite(self.value)
        if not inside.any():
            return {"rms_error": 0.0, "rms_value": 0.0, "relative": 0.0, "excess": 0.0}
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            error = float(np.sqrt(np.mean(self.error[inside] ** 2)))
            value = float(np.sqrt(np.mean(self.value[inside] ** 2)))
            ratio = np.where(self.error[inside] == 0, 0.0, self.error[inside] / self.bound[inside])
        relative = error / value if value else (0.0 if error == 0 else np.inf)
        return {"rms_error": error, "rms_value": value, "relative": float(relative), "excess": float(ratio.max())}


def compare(
    case: str, call: int, buffer: str, got: Array, old: Array, expected: Expected, *, poisoned: bool = False, direction: str = "out"
) -> Comparison:
    """Compares one output. Raises AssignmentError if what is expected is itself unfit: a wrong shape, a bound that lets everything pass,
    NaN where no poison was."""
    where = f"expected {buffer} of case {case}, call {call}"
    value = np.asarray(expected.value, dtype=np.float64)
    bound = np.asarray(expected.bound, dtype=np.float64)
    if value.shape != got.shape or bound.shape not in (got.shape, ()):
        raise AssignmentError(
            f"problem.py: {where} has shape {value.shape} and bound {bound.shape}; the buffer has {got.shape}, leading dimension included"
        )
    bound = np.broadcast_to(bound, got.shape)
    if not (np.isfinite(bound) & (bound >= 0)).all():
        raise AssignmentError(f"problem.py: {where} has a bound that is negative, infinite or NaN: such a bound decides nothing")
    if np.isinf(value).any():
        raise AssignmentError(f"problem.py: {where} is infinite; choose inputs whose result is finite")
    guarded = np.isnan(value)
    if guarded.any():
        if not (np.isnan(old.astype(np.float64)) & (bound == 0))[guarded].all():
            raise AssignmentError(
                f"problem.py: {where} is NaN where the buffer held no poison or the bound isn't 0; NaN only means 'still poisoned'"
            )
        if guarded.all():
            raise AssignmentError(f"problem.py: {where} is NaN everywhere, so no kernel could be told from one that does nothing")
    return Comparison(
        case=case,
        call=call,
        buffer=buffer,
        got=got,
        old=old,
        value=value,
        bound=np.ascontiguousarray(bound),
        poisoned=poisoned,
        direction=direction,
    )


def agrees(comparison: Comparison, candidate: ArrayLike, slack: float = 4.0) -> bool:
    """Whether a wrong output is what a hypothesis predicts: close in each element, far closer than to what was expected where it is
    wrong, and NaN where NaN is predicted.

    A buggy sum has other magnitudes than the right one, so its rounding errors have too: the largest prediction sets a scale of its own.
    """
    guess = np.asarray(candidate, dtype=np.float64)
    if guess.shape != comparison.got.shape:
        return False
    have, bound = comparison.got64, comparison.bound
    finite = guess[np.isfinite(guess)]
    largest = float(np.abs(finite).max(initial=0.0)) if bound.any() else 0.0  # where equality is demanded, predictions are exact too
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = slack * np.maximum(bound, float(np.median(bound)) if bound.size else 0.0) + RELATIVE * largest
        distance = np.abs(have - guess)
        close = (distance <= allowed) & (~comparison.wrong | (distance <= comparison.error / 4))
    return bool((close | (np.isnan(have) & np.isnan(guess)) | (have == guess)).all())


def element(buffer: str, index: tuple[int, ...]) -> str:
    """C[32][5], as the student would write it for a two-dimensional array."""
    return buffer + "".join(f"[{i}]" for i in index)


def number(value: float) -> str:
    """Short and exact enough to tell 7.5 from 7.50001."""
    return f"{value:.7g}"


def magnitude(value: float) -> str:
    return "not a number" if np.isnan(value) else "infinite" if np.isinf(value) else f"{value:.2g}"


def region(mask: Mask, within: Mask | None = None) -> str:
    """Where the marked elements lie, in words: "all in the last row", "all in columns 64 to 72", "every element", or "spread over the
    array"."""
    inside = np.ones_like(mask) if within is None else within
    marked = int(np.count_nonzero(mask))
    if marked == 0:
        return "nowhere"
    if marked == int(np.count_nonzero(inside)) and not (mask & ~inside).any():
        return "every element"
    names = {1: ("elements",), 2: ("rows", "columns")}.get(mask.ndim, tuple(f"indices of dimension {d}" for d in range(mask.ndim)))
    best: tuple[float, str] = (0.75, "spread over the array")  # a range that spans most of the dimension says nothing
    for axis, name in enumerate(names):
        others = tuple(a for a in range(mask.ndim) if a != axis)
        hit = np.flatnonzero(mask.any(axis=others))
        used = np.flatnonzero(inside.any(axis=others))
        if used.size < 2:
            continue
        first, last, end = int(hit[0]), int(hit[-1]), int(used[-1])
        share = (last - first + 1) / used.size
        if share < best[0]:
            single = name.removesuffix("s") if mask.ndim <= 2 else name.replace("indices", "index")
            if first == last == end:
                best = (share, f"all in the last {single}")
            elif first == last:
                best = (share, f"all in {single} {first}")
            elif last == end:
                best = (share, f"all in the last {last - first + 1} {name}")
            else:
                best = (share, f"all in {name} {first} to {last}")
    return best[1]


def describe(comparison: Comparison, hidden: bool) -> str:
    """One sentence: the worst element, how many are wrong and where. For a hidden case no values, which could be learned by heart: sizes
    of errors only."""
    index = comparison.worst
    inside = comparison.required | comparison.wrong if comparison.required.any() else None
    share = f"{comparison.wrong_count} of {comparison.got.size} elements differ, {region(comparison.wrong, inside)}"
    got, value, bound, error = (float(a[index]) for a in (comparison.got64, comparison.value, comparison.bound, comparison.error))
    call = f" after call {comparison.call + 1}" if comparison.call else ""
    if np.isnan(value):
        what = f"{element(comparison.buffer, index)}{call}: is padding that must stay as it was, but it was overwritten"
        return f"{what}; {share}"
    if hidden:
        size = magnitude(error / abs(value)) if value else magnitude(error)
        kind = "not a number" if np.isnan(got) else f"the worst {'relative ' if value else ''}error is {size}"
        return f"{comparison.buffer}{call}: {kind}; {share}"
    if np.isnan(got) or np.isinf(got):
        return f"{element(comparison.buffer, index)}{call}: got {number(got)}, expected {number(value)}; {share}"
    limit = f"error {error:.3g} > bound {bound:.3g}" if bound else "must be equal"
    return f"{element(comparison.buffer, index)}{call}: got {number(got)}, expected {number(value)} ({limit}); {share}"
