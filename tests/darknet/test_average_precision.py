"""Average precision on detections that can be counted by hand, and what must hold for any."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.darknet.average_precision import Truths, average_precision, matched, mean_average_precision
from grader.darknet.boxes import Detections
from grader.darknet.errors import DarknetError

BOX = [0.5, 0.5, 0.2, 0.2]
FAR = [0.1, 0.1, 0.1, 0.1]


def detections(*rows: tuple[list[float], float, int]) -> Detections:
    boxes, scores, classes = zip(*rows, strict=True) if rows else ([], [], [])
    return Detections(np.array(boxes).reshape(-1, 4), np.array(scores), np.array(classes, np.int64), np.arange(len(rows)))


def truths(*rows: tuple[list[float], int]) -> Truths:
    boxes, classes = zip(*rows, strict=True) if rows else ([], [])
    return Truths(np.array(boxes).reshape(-1, 4), np.array(classes, np.int64))


@pytest.mark.parametrize(
    ("right", "count", "area", "eleven"),
    [
        ([], 1, 0, 0),
        ([1], 1, 1, 1),
        ([0], 1, 0, 0),
        ([1], 2, 0.5, 6 / 11),  # recall 0.5: of 0, 0.1 … 1 six are reached
        ([0, 1], 1, 0.5, 0.5),
        ([1, 0, 1], 2, (1 + 2 / 3) / 2, (6 + 5 * 2 / 3) / 11),
        ([0, 1, 1, 1], 3, 0.75, 0.75),  # the precision of a lower recall is lifted to that of a higher one
        ([1, 1, 1], 10, 0.3, 4 / 11),  # recall 0.3 reaches 0.3
        ([0] * 5, 3, 0, 0),
    ],
)
def test_by_hand(right: list[int], count: int, area: float, eleven: float) -> None:
    assert average_precision(np.array(right, bool), count, "area") == pytest.approx(area)
    assert average_precision(np.array(right, bool), count, "11 points") == pytest.approx(eleven)


def test_each_truth_is_matched_once_and_the_best_detection_has_it() -> None:
    boxes = np.array([BOX, BOX, BOX])
    assert matched(boxes, np.array([0.5, 0.9, 0.7]), np.array([BOX])).tolist() == [False, True, False]
    assert matched(boxes, np.array([0.5, 0.5, 0.5]), np.array([BOX])).tolist() == [True, False, False]


def test_a_detection_whose_closest_truth_is_taken_has_no_second_choice() -> None:
    """VOC's rule; COCO's would give it the other one."""
    near = [0.5, 0.5, 0.2, 0.21]
    boxes = np.array([BOX, BOX])
    assert matched(boxes, np.array([0.9, 0.8]), np.array([BOX, near])).tolist() == [True, False]


def test_the_threshold_itself_is_not_enough() -> None:
    half = np.array([[0.5, 0.5, 0.5, 0.25]])
    assert matched(half, np.ones(1), np.array([[0.5, 0.5, 0.5, 0.5]])).tolist() == [False]
    assert matched(half, np.ones(1), np.array([[0.5, 0.5, 0.5, 0.5]]), 0.49).tolist() == [True]


def test_pictures_and_classes_are_kept_apart() -> None:
    found = [detections((BOX, 0.9, 0), (BOX, 0.8, 1)), detections((BOX, 0.7, 1), (FAR, 0.95, 1))]
    true = [truths((BOX, 0)), truths((BOX, 1))]
    got = mean_average_precision(found, true, 3)
    # class 0: right. class 1: wrong (0.95), wrong (0.8: in another picture), right. class 2 has no truth.
    assert got.per_class[:2] == pytest.approx([1, 1 / 3])
    assert np.isnan(got.per_class[2])
    assert got.mean == pytest.approx(2 / 3)


def test_duplicates_count_against_the_detector() -> None:
    once = [detections((BOX, 0.9, 0), (FAR, 0.3, 0))]
    twice = [detections((BOX, 0.9, 0), (BOX, 0.8, 0), (FAR, 0.3, 0))]
    true = [truths((BOX, 0), (FAR, 0))]
    assert mean_average_precision(once, true, 1).mean == 1
    assert mean_average_precision(twice, true, 1).mean == pytest.approx((1 + 2 / 3) / 2)


def test_nothing_found_and_nothing_true() -> None:
    assert mean_average_precision([detections()], [truths((BOX, 0))], 1).mean == 0
    assert mean_average_precision([detections((BOX, 0.5, 0))], [truths()], 1).mean == 0
    assert mean_average_precision([], [], 2).mean == 0


def test_what_cannot_be_compared_is_told() -> None:
    with pytest.raises(DarknetError, match="one of each for a picture"):
        mean_average_precision([detections()], [], 1)
    with pytest.raises(DarknetError, match="use one of area, 11 points"):
        mean_average_precision([], [], 1, kind="coco")


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 20))
def test_between_nothing_and_perfect(right: list[bool], missed: int) -> None:
    count = max(1, sum(right) + missed)
    for kind in ("area", "11 points"):
        value = average_precision(np.array(right, bool), count, kind)
        assert 0 <= value <= 1 + 1e-12
        # one more wrong detection at the end takes nothing away, at the start it does
        assert average_precision(np.array([*right, False], bool), count, kind) == pytest.approx(value)
        assert average_precision(np.array([False, *right], bool), count, kind) <= value + 1e-12
        if not missed and all(right) and right:
            assert value == pytest.approx(1)
