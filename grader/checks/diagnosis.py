"""Diagnosis: which wrong outputs there are, and in which cases -> the class of the bug behind each. Looks at outputs alone, never at the
source.

A detector is a pure function: Scene -> the outputs that it claims, each with its class. They stand in one table, stronger evidence first:
bits that are still there from before the call; what known mistakes predict, element by element; the size and spread of errors; which cases
fail. An output that one level claims is closed for those after it. Two detectors of one level that claim it for different classes, or none
at all: WRONG_ANSWER, since silence is better than a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.checks.closeness import Comparison
from grader.checks.detectors.by_cases import leading_dimension, tail
from grader.checks.detectors.exchanged import exchanged
from grader.checks.detectors.not_a_number import broken, propagated
from grader.checks.detectors.padding import padding, padding_only
from grader.checks.detectors.precision import lesser_precision, order_of_summation
from grader.checks.detectors.predicted import predicted
from grader.checks.detectors.state import state_kept
from grader.checks.detectors.unwritten import unwritten
from grader.checks.observation import Claims, Diagnosis, Key, Observation, Scene, key

Detector = Callable[[Scene], Claims]

LEVELS: tuple[tuple[Detector, ...], ...] = (
    (state_kept,),
    (padding_only,),
    (exchanged,),
    (unwritten,),
    (propagated,),
    (predicted,),
    (order_of_summation,),
    (lesser_precision,),
    (tail, leading_dimension),
    (broken,),
    (padding,),
)


def diagnose(observations: Sequence[Observation], levels: Sequence[Sequence[Detector]] = LEVELS) -> Claims:
    """Every wrong output of one entry point's cases -> its diagnosis."""
    found: dict[Key, Diagnosis] = {}
    for level in levels:
        scene = Scene(tuple(observations), dict(found))
        if not scene.open():
            break
        claims = [detector(scene) for detector in level]
        for claimed in dict.fromkeys(k for each in claims for k in each):
            several = [each[claimed] for each in claims if claimed in each]
            alike = len({diagnosis.verdict for diagnosis in several}) == 1
            found[claimed] = several[0] if alike else Diagnosis("WRONG_ANSWER")
    for _, comparison in Scene(tuple(observations), dict(found)).open():
        found[key(comparison)] = Diagnosis("WRONG_ANSWER", _remark(comparison))
    return found


def _remark(comparison: Comparison) -> str:
    if not (comparison.wrong & comparison.required).any():
        return "only elements that must keep their old content were changed"
    return ""
