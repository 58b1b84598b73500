"""Diagnosis: which wrong outputs there are, and in which cases -> the class of the bug behind each. Looks at outputs alone, never at the
source.

`diagnose` is pure. It prefers silence to a guess: where two classes explain the same pictures, the answer is WRONG_ANSWER. In order:
later calls wrong while the first is right (STATE_LEAK); elements that still hold what was there before (UNWRITTEN_OUTPUT,
UNWRITTEN_TAIL); NaN only where the old content was poison (NAN_PROPAGATION); then, over all that is left, what the assignment's own
hypotheses predict (TRANSPOSED, ...), errors of the size of a lesser precision (LOW_PRECISION), which cases fail (WRONG_TAIL,
LEADING_DIM), NaN of another origin (NAN_OUTPUT).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grader.checks.closeness import Comparison, Mask, agrees
from grader.checks.observation import Diagnosis, Key, Observation, key
from grader.checks.tolerances import DOWNGRADE
from grader.checks.traits import by_cases

# Root mean square of the error over that of the value. fp16 or bf16 inputs and fp16 sums of up to about 1000 terms stay below 2**-7;
# one dropped term of 4096 is 2**-6.
COARSE = 2.0**-7
LARGE, ENOUGH = 1 << 14, 3  # elements: hypotheses of larger outputs take long, and so many smaller ones tell as much
SPREAD = 0.1  # a lesser precision touches many elements, a wrong index few


def diagnose(observations: Sequence[Observation]) -> dict[Key, Diagnosis]:
    """Every wrong output of one entry point's cases -> its diagnosis."""
    found: dict[Key, Diagnosis] = {}
    left: list[tuple[Observation, Comparison]] = []
    # buffers that came back changed in some case
    written = {c.buffer for seen in observations for c in seen.comparisons if (c.required & ~c.same_bits).any()}
    for seen in observations:
        for comparison in seen.comparisons:
            if comparison.passed:
                continue
            diagnosis = _state(seen, comparison) or _unwritten(seen, comparison, written) or _propagated(observations, comparison)
            if diagnosis:
                found[key(comparison)] = diagnosis
            else:
                left.append((seen, comparison))
    if left:
        explained = {k[0] for k in found}
        found |= _together(observations, left, explained)
    return found


def _state(seen: Observation, comparison: Comparison) -> Diagnosis | None:
    """A later call is wrong although the first, with other values at the same addresses, was right: something of the first stayed."""
    if comparison.call == 0 or not all(c.passed for c in seen.comparisons if c.call == 0):
        return None
    remark = "the first call is right, a later one isn't"
    before = [c for c in seen.comparisons if c.buffer == comparison.buffer and c.call < comparison.call]
    if before and agrees(comparison, comparison.value + np.sum([c.value for c in before], axis=0), slack=16.0):
        remark += "; it holds the results of the calls before it as well"
    return Diagnosis("STATE_LEAK", remark)


def _unwritten(seen: Observation, comparison: Comparison, written: set[str]) -> Diagnosis | None:
    """Every wrong element still has the bits from before the call."""
    wrong, required = comparison.wrong, comparison.required
    if not (comparison.same_bits | ~wrong).all():
        return None
    if (wrong == required).all():
        # It stored, and elsewhere into this buffer, so the same bits came back: a sum that added nothing, or NaN + x, whose payload
        # survives
        if seen.stored and comparison.buffer in written:
            return None
        return Diagnosis("UNWRITTEN_OUTPUT", "every element still holds what was there before the call")
    if is_tail(wrong, required):
        return Diagnosis("UNWRITTEN_TAIL", "the elements at the end still hold what was there before the call")
    if comparison.poisoned:
        return Diagnosis("UNWRITTEN_OUTPUT", "some elements still hold what was there before the call")
    return None


def is_tail(marked: Mask, within: Mask) -> bool:
    """Whether the marked elements are what lies beyond some index in one or more dimensions, or at the end of memory, and not all of
    `within`."""
    if not marked.any() or (marked & ~within).any() or (marked == within).all():
        return False
    flat = np.flatnonzero(within.ravel())
    end = marked.ravel()[flat]
    if end[int(np.argmax(end)) :].all():
        return True
    covered = np.zeros_like(marked)
    for axis in range(marked.ndim):
        others = tuple(a for a in range(marked.ndim) if a != axis)
        used = within.any(axis=others)
        full = np.logical_and(np.all(marked | ~within, axis=others), used)
        first = int(used.size)
        for index in np.flatnonzero(used)[::-1]:
            if not full[index]:
                break
            first = int(index)
        where: list[slice] = [slice(None)] * marked.ndim
        where[axis] = slice(first, None)
        covered[tuple(where)] = True
    return bool(((covered & within) == marked).all())


def _propagated(observations: Sequence[Observation], comparison: Comparison) -> Diagnosis | None:
    """NaN came out of an inout buffer that was poisoned because its old content must not matter, and nowhere else."""
    if comparison.direction != "inout" or not comparison.poisoned or not np.isnan(comparison.got64[comparison.wrong]).all():
        return None
    if not (comparison.wrong & comparison.required).any():
        return None
    for seen in observations:
        for other in seen.comparisons:
            if not other.poisoned and np.isnan(other.got64[other.wrong]).any():
                return None
    return Diagnosis("NAN_PROPAGATION", "the old content, which must not matter here, came through")


def _together(observations: Sequence[Observation], left: list[tuple[Observation, Comparison]], explained: set[str]) -> dict[Key, Diagnosis]:
    """What needs a look at all wrong outputs at once."""
    small = sum(comparison.got.size <= LARGE for _, comparison in left)
    nothing = _Guesses(frozenset(), frozenset(), frozenset())
    guesses = [_guesses(seen, c) if c.got.size <= LARGE or small < ENOUGH else nothing for seen, c in left]
    common = _common(guesses)
    result: dict[Key, Diagnosis] = {}
    unsolved: list[tuple[Observation, Comparison]] = []
    for (seen, comparison), guess in zip(left, guesses, strict=True):
        # one output alone may have a bug of its own, but only a prediction that says something speaks for it
        alone = next(iter(guess.telling)) if len(guess.agreeing) == len(guess.telling) == 1 else None
        if code := common or alone:
            result[key(comparison)] = Diagnosis(code, "the output is what such a bug gives")
        else:
            unsolved.append((seen, comparison))
    if not unsolved:
        return result
    explained = explained | {k[0] for k in result}
    whole = _imprecise(observations, [c for _, c in unsolved]) or by_cases(observations, unsolved, explained)
    for _, comparison in unsolved:
        broken = not np.isfinite(comparison.got64[comparison.wrong & ~comparison.guarded]).all()
        if whole:
            result[key(comparison)] = whole
        elif broken:
            result[key(comparison)] = Diagnosis("NAN_OUTPUT")
        else:
            result[key(comparison)] = Diagnosis("WRONG_ANSWER", _padding(comparison))
    return result


@dataclass(frozen=True)
class _Guesses:
    """What the hypotheses say of one wrong output, as codes."""

    offered: frozenset[str]  # that predict anything
    agreeing: frozenset[str]  # whose prediction it agrees with
    telling: frozenset[str]  # of these, whose prediction isn't what an idle kernel would leave as well


def _guesses(seen: Observation, comparison: Comparison) -> _Guesses:
    offered, agreeing, telling = set(), set(), set()
    for name, buffers in seen.hypotheses(comparison.call).items():
        if comparison.buffer in buffers:
            code = name.partition(":")[0]
            offered.add(code)
            guess = np.asarray(buffers[comparison.buffer], dtype=np.float64)
            if agrees(comparison, guess):
                agreeing.add(code)
                if not _idle(comparison, guess):
                    telling.add(code)
    return _Guesses(frozenset(offered), frozenset(agreeing), frozenset(telling))


def _idle(comparison: Comparison, guess: NDArray[np.float64]) -> bool:
    """Whether the prediction is one number everywhere or the old content times a number: many bugs end like that."""
    inside = comparison.required
    values, old = guess[inside], comparison.old.astype(np.float64)[inside]
    if values.size == 0 or not np.isfinite(values).all() or np.ptp(values) == 0:
        return True
    if not np.isfinite(old).all():
        return False
    factor = float(values @ old) / float(old @ old) if old.any() else 0.0
    return bool(np.abs(values - factor * old).max() <= 1e-6 * np.abs(values).max())


def _common(guesses: list[_Guesses]) -> str | None:
    """The one code that explains every wrong output of which the hypotheses say anything.

    A hypothesis that isn't offered for a case changes nothing there: if that output is wrong too, it isn't the cause.
    """
    asked = [guess.agreeing for guess in guesses if guess.offered]
    codes = frozenset.intersection(*asked) if asked else frozenset()
    return next(iter(codes)) if len(codes) == 1 else None


def _imprecise(observations: Sequence[Observation], wrong: list[Comparison]) -> Diagnosis | None:
    """Small errors nearly everywhere, of the size that 11 significant bits make, and no systematic factor."""
    fills = {seen.case.id: seen.case.fill for seen in observations}
    rounding = [c for seen in observations for c in seen.comparisons if fills[c.case] != "small_integers" and c.required.any()]
    failing = [c for c in wrong if fills[c.case] != "small_integers"]
    if not failing or 2 * len(failing) < len(rounding):
        return None
    for comparison in wrong:
        if (comparison.wrong & comparison.guarded).any() or not np.isfinite(comparison.got64[~comparison.guarded]).all():
            return None
        statistics = comparison.statistics()
        if statistics["relative"] > COARSE or (fills[comparison.case] != "small_integers" and statistics["excess"] > 8 * DOWNGRADE):
            return None
    shares = [c.wrong_count / max(1, int(np.count_nonzero(c.required))) for c in failing]
    if max(shares) < SPREAD or all(_scaled(c) for c in failing):
        return None
    relative = max(c.statistics()["relative"] for c in failing)
    return Diagnosis("LOW_PRECISION", f"all errors are small (relative {relative:.1g}) but far above what fp32 arithmetic gives")


def _scaled(comparison: Comparison) -> bool:
    """Whether one factor explains the error: got = factor * expected. That is a wrong formula, not a lesser precision."""
    inside = comparison.required & (comparison.value != 0)
    value, error = comparison.value[inside], comparison.got64[inside] - comparison.value[inside]
    if value.size < 2:
        return False
    factor = float(value @ error) / float(value @ value)
    rest = float(np.sqrt(np.mean((error - factor * value) ** 2)))
    return rest < 0.1 * float(np.sqrt(np.mean(error**2)))


def _padding(comparison: Comparison) -> str:
    if not (comparison.wrong & comparison.required).any():
        return "only elements that must keep their old content were changed"
    return ""
