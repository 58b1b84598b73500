"""Closeness: an output and what was expected of it -> where it differs, how much and how to say it. Knows nothing of runs, cases or causes.

An element passes if `abs(got - value) <= bound`: agreement is demanded, so NaN and infinity pass only where they are expected.
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

    Bound 0 demands equality, and an infinite value needs it. Value NaN with bound 0 demands that the element still holds the poison it was
    filled with: take the buffer's old content (`arrays["C"].copy()`) and put the results in, and the padding is guarded whether it was
    poisoned or not. Where `nan` is true the result is NaN, of any bits but those from before the call; value and bound don't matter there.
    """

    value: ArrayLike
    bound: ArrayLike
    nan: ArrayLike = False
    rms: float = 1.0  # the errors' root mean square may be so many times the bounds': 1 asks nothing new, 0.25 catches many small errors
    worst: float = 0.0  # the worst order of summation errs by so many bounds (0: no sum, or not known): tells NUMERIC_ERROR


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
    nan: Mask  # where the result is NaN; `value` is NaN there too
    rms: float = 1.0
    worst_order: float = 0.0
    poisoned: bool = False  # the buffer started as NaN
    direction: str = "out"
    width: int | None = None  # columns of the last dimension from here on are padding

    @cached_property
    def got64(self) -> Floats:
        return self.got.astype(np.float64)

    @cached_property
    def same_bits(self) -> Mask:
        return untouched(self.got, self.old)

    @cached_property
    def guarded(self) -> Mask:
        """Elements that must keep their poison: expected NaN, bound 0."""
        return np.asarray(np.isnan(self.value) & ~self.nan)

    @cached_property
    def padding(self) -> Mask:
        """Elements beyond the row's logical width, poisoned or not."""
        mask = self.guarded.copy()
        if self.width is not None and mask.ndim:
            mask[..., self.width :] = True
        return mask

    @cached_property
    def close(self) -> Mask:
        """Within the bound, or the very infinity that is expected."""
        with np.errstate(invalid="ignore", over="ignore"):
            distance = np.abs(self.got64 - self.value)
            return np.asarray((distance <= self._limit(distance) * self.bound) | (self.got64 == self.value))

    def _limit(self, distance: Floats) -> float:
        """The share of its bound that an element may err by: 1, or `rms` if the errors as a whole are too large; then some do exceed it."""
        if self.rms >= 1:
            return 1.0
        inside = np.isfinite(self.value) & ~self.padding
        errors, bounds = (float(np.sum(np.square(a[inside]))) for a in (distance, self.bound))
        return self.rms if errors > self.rms**2 * bounds else 1.0

    @cached_property
    def wrong(self) -> Mask:
        ok: Mask = np.where(self.guarded, self.same_bits, self.close)
        if self.nan.any():
            ok = np.where(self.nan, np.isnan(self.got64) & ~self.same_bits, ok)
        return ~ok

    @cached_property
    def required(self) -> Mask:
        """Elements that a correct kernel must change: leaving the old content there would be wrong."""
        with np.errstate(invalid="ignore", over="ignore"):
            old = self.old.astype(np.float64)
            kept = (np.abs(old - self.value) <= self.bound) | (old == self.value)
        return np.asarray((~kept | self.nan) & ~self.guarded)

    @cached_property
    def wrong_count(self) -> int:
        return int(np.count_nonzero(self.wrong))

    @property
    def passed(self) -> bool:
        return self.wrong_count == 0

    @cached_property
    def only_padding(self) -> bool:
        """Whether it is wrong between its rows and nowhere else."""
        return not self.passed and not (self.wrong & ~self.padding).any()

    @cached_property
    def error(self) -> Floats:
        """abs(got - value); infinite where it is undefined (NaN), 0 where NaN or an infinity is right."""
        with np.errstate(invalid="ignore", over="ignore"):
            error = np.abs(self.got64 - self.value)
        error[np.isnan(error)] = np.inf
        error[~self.wrong & ~np.isfinite(self.value)] = 0.0
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
        NaN is about where a number is asked for."""
        if (self.wrong & ~self.guarded & ~np.isfinite(self.value)).any():
            return {"rms_error": np.inf, "rms_value": np.inf, "relative": np.inf, "excess": np.inf}
        inside = np.isfinite(self.value) & ~self.padding
        if not inside.any():
            return {"rms_error": 0.0, "rms_value": 0.0, "relative": 0.0, "excess": 0.0}
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            error = float(np.sqrt(np.mean(self.error[inside] ** 2)))
            value = float(np.sqrt(np.mean(self.value[inside] ** 2)))
            ratio = np.where(self.error[inside] == 0, 0.0, self.error[inside] / self.bound[inside])
        relative = error / value if value else (0.0 if error == 0 else np.inf)
        return {"rms_error": error, "rms_value": value, "relative": float(relative), "excess": float(ratio.max())}


def compare(
    case: str,
    call: int,
    buffer: str,
    got: Array,
    old: Array,
    expected: Expected,
    *,
    poisoned: bool = False,
    direction: str = "out",
    width: int | None = None,
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
    if not 0 < expected.rms <= 1:
        raise AssignmentError(f"problem.py: {where} has rms = {expected.rms}; it is a share of the bounds, above 0 and at most 1")
    nan = np.broadcast_to(np.asarray(expected.nan, dtype=np.bool_), got.shape)
    value, bound = np.where(nan, np.nan, value), np.where(nan, 0.0, bound)
    if not (np.isfinite(bound) & (bound >= 0)).all():
        raise AssignmentError(f"problem.py: {where} has a bound that is negative, infinite or NaN: such a bound decides nothing")
    if (np.isinf(value) & (bound != 0)).any():
        raise AssignmentError(f"problem.py: {where} is infinite with a bound that isn't 0; equality is all that can be asked there")
    guarded = np.isnan(value) & ~nan
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
        nan=nan,
        rms=expected.rms,
        worst_order=expected.worst,
        width=width,
    )


def nearest(comparison: Comparison, candidate: ArrayLike) -> Array:
    """A prediction of the output's own shape. One that has an axis more, in front, offers several numbers for each element, where chance
    decides which of them comes out (who is last to store, say): of those the one that is nearest to what the element holds."""
    masked: Any = np.ma.asanyarray(candidate)
    if masked.ndim != comparison.got.ndim + 1 or masked.shape[1:] != comparison.got.shape or len(masked) < 2:
        return masked  # type: ignore[no-any-return]
    with np.errstate(invalid="ignore", over="ignore"):
        distance = np.abs(masked.data.astype(np.float64) - comparison.got64)
    distance[np.isnan(distance) | np.ma.getmaskarray(masked)] = np.inf
    chosen: Array = np.take_along_axis(masked, np.argmin(distance, axis=0)[None], axis=0)[0]
    return chosen


def agrees(comparison: Comparison, candidate: ArrayLike, slack: float = 4.0) -> bool:
    """Whether a wrong output is what a hypothesis predicts: close in each element, far closer than to what was expected where it is
    wrong, and NaN where NaN is predicted. Masked elements (np.ma) are those that nobody can predict. Of several predictions for an
    element (`nearest`) one has to agree.

    A buggy sum has other magnitudes than the right one, so its rounding errors have too: the largest prediction sets a scale of its own.
    """
    masked: Any = nearest(comparison, candidate)
    guess, open_ = masked.data.astype(np.float64), np.ma.getmaskarray(masked)
    if guess.shape != comparison.got.shape:
        return False
    have, bound = comparison.got64, comparison.bound
    finite = guess[np.isfinite(guess) & ~open_]
    largest = float(np.abs(finite).max(initial=0.0)) if bound.any() else 0.0  # where equality is demanded, predictions are exact too
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = slack * np.maximum(bound, float(np.median(bound)) if bound.size else 0.0) + RELATIVE * largest
        distance = np.abs(have - guess)
        close = (distance <= allowed) & (~comparison.wrong | (distance <= comparison.error / 4))
    return bool((close | (np.isnan(have) & np.isnan(guess)) | (have == guess) | open_).all())
