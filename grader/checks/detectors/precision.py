"""LOW_PRECISION and NUMERIC_ERROR: errors that only rounding makes. Told apart by size.

NUMERIC_ERROR: no error exceeds what the worst order of summation may give in fp32 (`Expected.worst`): the type is right, the order isn't.
LOW_PRECISION: errors beyond that, small and nearly everywhere, as 11 or 8 significant bits make them, or outputs that hold no more bits
than that. Neither fits errors that one factor or one offset explains: those are a wrong formula.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.checks.closeness import Comparison, Floats
from grader.checks.observation import Claims, Diagnosis, Observation, Scene, key
from grader.checks.tolerances import DOWNGRADE

# Root mean square of the error over that of the value. fp16 inputs and fp16 sums of up to about 1000 terms stay below 2**-7; one dropped
# term of 4096 is 2**-6.
COARSE = 2.0**-7
COARSE_IF_SEEN = 2.0**-3  # when the outputs themselves show how few bits they hold
FINE = 2.0**-9  # as far as the worst order in fp32 tells anything: beyond it every mistake fits
SPREAD = 0.1  # a lesser precision touches many elements, a wrong index few
ENOUGH = 3  # outputs of a single number that it takes to speak of a pattern
FEW = 16
MANTISSA_BITS = 23
NARROW = (10, 7)  # bits that fp16 and TF32, and bf16, keep behind the leading one


def order_of_summation(scene: Scene) -> Claims:
    """All errors lie between the bound and what the worst order of fp32 additions may err by."""
    wrong = [c for _, c in scene.open()]
    if not all(_within_worst_order(c) for c in wrong) or _one_formula(wrong):
        return {}
    remark = "the errors are as large as a bad order of single precision additions makes them"
    return {key(c): Diagnosis("NUMERIC_ERROR", remark) for c in wrong}


def _within_worst_order(comparison: Comparison) -> bool:
    inside = comparison.required & np.isfinite(comparison.value)
    allowed = comparison.worst_order * comparison.bound
    if (comparison.wrong & ~inside).any() or (comparison.error > allowed)[inside].any():
        return False
    return _rms(allowed[inside]) <= FINE * _rms(comparison.value[inside])


def lesser_precision(scene: Scene) -> Claims:
    """Small errors nearly everywhere, in at least half of the cases that round at all."""
    wrong = scene.open()
    rounding = [(seen, c) for seen, c in scene.outputs() if _rounds(seen) and c.required.any()]
    failing = [c for seen, c in wrong if _rounds(seen)]
    if not failing or 2 * len(failing) < len(rounding) or not all(_only_numbers(c) for _, c in wrong):
        return {}
    limit = COARSE_IF_SEEN if any(_narrow(c) for c in failing) else COARSE
    relative = max(c.statistics()["relative"] for _, c in wrong)
    if relative > limit or (limit == COARSE and max(c.statistics()["excess"] for c in failing) > 8 * DOWNGRADE):
        return {}
    shares = [c.wrong_count / max(1, int(np.count_nonzero(c.required))) for c in failing]
    if max(shares) < SPREAD or _one_formula(failing):
        return {}
    if len(failing) < ENOUGH and all(np.count_nonzero(c.required) < FEW for c in failing):
        return {}
    remark = f"all errors are small (relative {relative:.1g}) but far above what fp32 arithmetic gives"
    return {key(c): Diagnosis("LOW_PRECISION", remark) for _, c in wrong}


def _rounds(seen: Observation) -> bool:
    return seen.case.fill != "small_integers"


def _only_numbers(comparison: Comparison) -> bool:
    """No padding touched, nothing but finite numbers where finite ones are asked for."""
    inside = ~comparison.padding & np.isfinite(comparison.value)
    return not (comparison.wrong & ~inside).any() and bool(np.isfinite(comparison.got64[inside]).all())


def _narrow(comparison: Comparison) -> bool:
    """Whether the outputs hold so few significant bits that they passed through a narrower type. The last bit kept must be set now and
    then: whole numbers end in zeros too."""
    got = comparison.got[comparison.required]
    if comparison.got.dtype != np.float32 or got.size < FEW:
        return False
    bits = got.view(np.uint32)
    for kept in NARROW:
        dropped = np.uint32(MANTISSA_BITS - kept)
        empty = (bits & ((np.uint32(1) << dropped) - np.uint32(1))) == 0
        last = (bits >> dropped) & np.uint32(1)
        if empty.mean() >= 0.95 and last.mean() >= 0.25:
            return True
    return False


def _one_formula(comparisons: Sequence[Comparison]) -> bool:
    """Whether one factor or one offset explains nearly all of the error: in each output, or over all of them if they are single numbers."""
    pairs = [_pair(c) for c in comparisons]
    large = [pair for pair in pairs if pair[0].size >= 2]
    if not large:
        pooled = tuple(np.concatenate(each) for each in zip(*pairs, strict=True))
        large = [(pooled[0], pooled[1])] if pooled[0].size >= 2 else []
    return bool(large) and all(_explained(value, error) for value, error in large)


def _pair(comparison: Comparison) -> tuple[Floats, Floats]:
    inside = comparison.required & (comparison.value != 0) & np.isfinite(comparison.value)
    return comparison.value[inside], comparison.got64[inside] - comparison.value[inside]


def _explained(value: Floats, error: Floats) -> bool:
    size = _rms(error)
    factor = float(value @ error) / float(value @ value)
    return min(_rms(error - factor * value), _rms(error - error.mean())) < 0.1 * size


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(np.square(values)))) if values.size else 0.0
