"""Mean average precision of detections against what is true of the pictures, as Pascal VOC's development kit has it.

Of each class, the detections of all pictures in order of their scores, each compared with the truth of its picture that it overlaps most:
right if their IoU is above 0.5 and no better detection has had that truth; wrong else, so that a second box on one object counts against
the detector. Then, with precision p at recall r,

- "area" (VOC from 2010 on): the integral over r of the largest p at any recall of at least r;
- "11 points" (VOC 2007): the mean of that largest p at r = 0, 0.1, … 1.

The mean is over the classes that have a truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.darknet.boxes import Detections, iou
from grader.darknet.errors import DarknetError

MATCHED_ABOVE = 0.5
KINDS = ("area", "11 points")


@dataclass(frozen=True)
class Truths:
    """What is true of one picture: boxes (n, 4) in the units of the detections, and their classes (n,)."""

    boxes: np.ndarray
    classes: np.ndarray


@dataclass(frozen=True)
class Precisions:
    mean: float  # 0 if nothing is true of any picture
    per_class: np.ndarray  # NaN for a class without a truth


def mean_average_precision(
    found: Sequence[Detections], truths: Sequence[Truths], classes: int, above: float = MATCHED_ABOVE, kind: str = "area"
) -> Precisions:
    """`found` and `truths`: one entry a picture, in the same order."""
    if len(found) != len(truths):
        raise DarknetError(f"detections of {len(found)} pictures and truths of {len(truths)}: there must be one of each for a picture")
    if kind not in KINDS:
        raise DarknetError(f"{kind!r} is no average precision that is known here: use one of {', '.join(KINDS)}")
    per_class = np.full(classes, np.nan)
    for number in range(classes):
        scores, right = [np.empty(0)], [np.empty(0, bool)]
        count = 0
        for own, true in zip(found, truths, strict=True):
            mine, theirs = own.classes == number, true.classes == number
            scores.append(own.scores[mine])
            right.append(matched(own.boxes[mine], own.scores[mine], true.boxes[theirs], above))
            count += int(theirs.sum())
        if count:
            best = np.argsort(-np.concatenate(scores), kind="stable")
            per_class[number] = average_precision(np.concatenate(right)[best], count, kind)
    known = per_class[~np.isnan(per_class)]
    return Precisions(float(known.mean()) if len(known) else 0.0, per_class)


def matched(boxes: np.ndarray, scores: np.ndarray, truths: np.ndarray, above: float = MATCHED_ABOVE) -> np.ndarray:
    """Which detections of one class in one picture are right."""
    right = np.zeros(len(boxes), bool)
    taken = np.zeros(len(truths), bool)
    for number in np.argsort(-scores, kind="stable") if len(truths) else ():
        overlap = iou(boxes[number], truths)
        closest = int(np.argmax(overlap))
        if overlap[closest] > above and not taken[closest]:
            right[number] = taken[closest] = True
    return right


def average_precision(right: np.ndarray, truths: int, kind: str = "area") -> float:
    """Of detections in order of their scores, `right` or not, with so many truths."""
    hits = np.cumsum(right)
    precision = hits / np.arange(1, len(right) + 1)
    largest = np.maximum.accumulate(precision[::-1])[::-1]  # at this recall or any higher one
    if kind == "area":
        return float((largest * right).sum() / truths)  # recall grows by 1 / truths at each hit
    reached = np.searchsorted(10 * hits, np.arange(11) * truths)  # in whole numbers: 3 of 10 is a recall of 0.3
    return float(np.append(largest, 0.0)[reached].sum() / 11)
