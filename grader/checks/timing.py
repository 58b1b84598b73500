"""Timing: the timed calls of one case -> how many times as long as the reference the student took, with a confidence interval. Pure.

Student and reference take turns, so that what slows the card down for a while slows both: the ratio is the median over the pairs, and its
interval comes from order statistics, which ask nothing of the distribution (the ranks of a sample's median are binomial).
"""

from __future__ import annotations

import math
from statistics import median

from grader.records import Record, Timing

CONFIDENCE = 0.95
# A reference that is slower beside the student than alone by more than this was held up by the student's process: its time alone counts.
HELD_UP = 1.3


class Compared(Record, frozen=True, kw_only=True):
    """One case's comparison. Times are medians in seconds; `ratio` is student / reference, in [low, high] with 95 % confidence."""

    ratio: float
    low: float
    high: float
    student_s: float
    reference_s: float
    count: int


def compared(timing: Timing) -> Compared:
    """The comparison that a record of timed calls allows."""
    count = min(len(timing.student_s), len(timing.reference_s))
    if count == 0:
        return Compared(ratio=math.inf, low=0.0, high=math.inf, student_s=math.inf, reference_s=0.0, count=0)
    most = HELD_UP * median(timing.alone_s) if timing.alone_s else math.inf
    reference = [min(each, most) for each in timing.reference_s[:count]]
    ratios = sorted(mine / theirs for mine, theirs in zip(timing.student_s, reference, strict=False))
    first, last = median_interval(count)
    return Compared(
        ratio=median(ratios),
        low=ratios[first],
        high=ratios[last],
        student_s=median(timing.student_s[:count]),
        reference_s=median(reference),
        count=count,
    )


def median_interval(count: int) -> tuple[int, int]:
    """Indices (from 0) of the order statistics between which the median of `count` independent samples lies with at least 95 % confidence;
    the whole range where there are too few (fewer than 6). Source: David and Nagaraja, Order Statistics, section 7.1."""
    below = 0.0  # probability that at most `first` of the samples are smaller than the median
    first = 0
    for rank in range(count // 2):
        below += math.comb(count, rank) / 2.0**count
        if 2 * below > 1 - CONFIDENCE:
            break
        first = rank
    return first, count - 1 - first
