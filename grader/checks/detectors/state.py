"""STATE_LEAK: a later call is wrong although the first, with other values at the same addresses, was right: something of the first
stayed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from grader.checks.closeness import Comparison, Floats, agrees
from grader.checks.observation import Claims, Diagnosis, Observation, Scene, key

FEW = 16  # elements: an output of fewer may be right by chance, so that a right first call proves little
LARGE_ERROR = 2.0**-4  # of the value: what rounding, right once and wrong once, doesn't reach


def state_kept(scene: Scene) -> Claims:
    """Every wrong output of a later call."""
    wrong = scene.open()
    later = {key(c) for seen, c in wrong if _later(seen, c)}
    claims: Claims = {}
    for seen, comparison in wrong:
        if key(comparison) not in later:
            continue
        held = _held(seen, comparison)
        few = int(np.count_nonzero(comparison.required)) < FEW
        if (
            few
            and not held
            and (len(later) < len(wrong) or comparison.statistics()["relative"] < LARGE_ERROR or _guessed(seen, comparison))
        ):
            continue
        remark = "the first call is right, a later one isn't"
        claims[key(comparison)] = Diagnosis("STATE_LEAK", f"{remark}; {held}" if held else remark)
    return claims


def _later(seen: Observation, comparison: Comparison) -> bool:
    return comparison.call > 0 and all(c.passed for c in seen.comparisons if c.call == 0)


def _held(seen: Observation, comparison: Comparison) -> str:
    """What of the calls before the output visibly holds, in words; "" if nothing."""
    before = [c for c in seen.comparisons if c.buffer == comparison.buffer and c.call < comparison.call]
    for text, guess in _remains(comparison, before):
        if np.isfinite(guess).all() and agrees(comparison, guess, slack=16.0):
            return text
    return ""


def _remains(comparison: Comparison, before: list[Comparison]) -> Iterator[tuple[str, Floats]]:
    value = comparison.value
    with np.errstate(invalid="ignore"):
        if before:
            yield "it holds the results of the calls before it as well", value + np.sum([c.value for c in before], axis=0)
        for earlier in before:
            yield "it holds the result of an earlier call as well", value + earlier.value
            yield "it is the result of an earlier call", earlier.value
            yield "it is the larger one of this call's result and an earlier call's", np.maximum(value, earlier.value)


def _guessed(seen: Observation, comparison: Comparison) -> bool:
    """Whether a known mistake that needs no state explains the output too."""
    found = (buffers.get(comparison.buffer) for buffers in seen.hypotheses(comparison.call).values())
    return any(agrees(comparison, guess) for guess in found if guess is not None)
