"""Decode, IoU, suppression and the letterbox: by hand, by the definition, and at sizes that nobody expects."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.darknet.boxes import decode, detect, iou, suppress
from grader.darknet.cfg import parse_cfg
from grader.darknet.errors import DarknetError
from grader.darknet.letterbox import fit, letterbox, resize, undo
from tests.darknet.cfgs import convolution, net, region

TWO = parse_cfg(net(1, 2, 4) + convolution(14, 1, bn=0, a="linear") + region([(1, 2), (3, 4)], 2)).region


def test_decode_by_hand() -> None:
    """Anchor 1 (3 x 4 cells) in row 1, column 2 of 2 x 4 cells."""
    output = np.zeros((2, 7, 2, 4))
    output[1, :, 1, 2] = [0.25, 0.5, np.log(2), np.log(0.5), 0.8, 0.3, 0.7]
    boxes, scores = decode(TWO, output.reshape(14, 2, 4))
    candidate = 1 * 8 + 1 * 4 + 2  # anchor, row, column
    assert boxes[candidate] == pytest.approx([2.25 / 4, 1.5 / 2, 2 * 3 / 4, 0.5 * 4 / 2])
    assert scores[candidate] == pytest.approx([0.24, 0.56])
    assert boxes[5] == pytest.approx([1 / 4, 1 / 2, 1 / 4, 1])  # anchor 0, row 1, column 1: e^0 = 1
    assert boxes.shape == (16, 4)
    assert scores.shape == (16, 2)


def test_decode_refuses_another_shape() -> None:
    with pytest.raises(DarknetError, match="for a region of 14x2x4"):
        decode(TWO, np.zeros((14, 4, 2)))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([0.5, 0.5, 1, 1], [0.5, 0.5, 1, 1], 1),
        ([0.5, 0.5, 1, 1], [1, 0.5, 1, 1], 1 / 3),
        ([0.5, 0.5, 1, 1], [0.5, 0.5, 0.5, 0.5], 0.25),
        ([0, 0, 1, 1], [1, 0, 1, 1], 0),  # they touch
        ([0, 0, 1, 1], [3, 0, 1, 1], 0),
        ([0, 0, 1, 1], [3, 3, 1, 1], 0),  # two negative overlaps, whose product is positive
        ([0, 0, 0, 0], [0, 0, 0, 0], 0),
        ([-5, -5, 2, 2], [-5, -4, 2, 2], 1 / 3),  # outside of the image
        ([0, 0, np.inf, 1], [0, 0, 1, 1], 0),
        ([0, 0, np.inf, np.inf], [0, 0, np.inf, np.inf], 0),
        ([0, 0, 1e-200, 1e-200], [0, 0, 1e-200, 1e-200], 0),
    ],
)
def test_iou(a: Any, b: Any, expected: Any) -> None:
    assert iou(np.array(a), np.array(b)) == pytest.approx(expected)
    assert iou(np.array(b), np.array(a)) == pytest.approx(expected)


boxes_of = st.lists(
    st.tuples(*[st.integers(-8, 24).map(lambda n: n / 16)] * 2, *[st.integers(0, 24).map(lambda n: n / 16)] * 2), max_size=25
)


@given(boxes_of, st.sampled_from([0.0, 0.1, 0.25, 0.45, 0.5, 0.9]), st.integers(0, 2**32 - 1))
def test_suppression_is_the_definition(listed: Any, above: Any, seed: Any) -> None:
    boxes = np.array(listed).reshape(-1, 4)
    scores = np.random.default_rng(seed).integers(0, 5, len(boxes)) / 4  # many are equal
    stay = []
    for candidate in sorted(range(len(boxes)), key=lambda number: (-scores[number], number)):
        if all(iou(boxes[candidate], boxes[other]) <= above for other in stay):
            stay.append(candidate)
    assert suppress(boxes, scores, above).tolist() == stay


def test_classes_do_not_suppress_each_other() -> None:
    boxes = np.array([[0.5, 0.5, 0.2, 0.2], [0.5, 0.5, 0.2, 0.21], [2.0, -1.0, 0.2, 0.2]])
    scores = np.array([[0.9, 0.0, 0.3], [0.8, 0.7, 0.3], [0.2, 0.0, 0.3]])
    found = detect(boxes, scores, 0.1)
    # of equal scores first the lower class, then the lower candidate; the third box lies outside of the image and stays
    assert list(zip(found.classes.tolist(), found.candidates.tolist(), found.scores.tolist(), strict=True)) == [
        (0, 0, 0.9),
        (1, 1, 0.7),
        (2, 0, 0.3),
        (2, 2, 0.3),
        (0, 2, 0.2),
    ]


def test_exactly_the_threshold_stays_and_is_no_candidate() -> None:
    """IoU 0.5 suppresses only above it; a score must be above its threshold."""
    boxes = np.array([[0.5, 0.5, 0.5, 0.5], [0.5, 0.5, 0.5, 0.25]])
    assert suppress(boxes, np.array([0.9, 0.8]), 0.5).tolist() == [0, 1]
    assert suppress(boxes, np.array([0.9, 0.8]), 0.49).tolist() == [0]
    assert detect(boxes, np.array([[0.5], [0.25]]), 0.25).candidates.tolist() == [0]


def test_nothing_found_is_an_answer() -> None:
    found = detect(np.empty((0, 4)), np.empty((0, 3)), 0.1)
    assert (found.boxes.shape, found.scores.shape, found.classes.shape) == ((0, 4), (0,), (0,))
    assert len(detect(np.ones((3, 4)), np.zeros((3, 2)), 0.1).scores) == 0


def test_not_a_number_is_refused() -> None:
    with pytest.raises(DarknetError, match="NaN"):
        detect(np.full((1, 4), np.nan), np.ones((1, 1)), 0.1)
    with pytest.raises(DarknetError, match="must be"):
        detect(np.ones((2, 4)), np.ones((3, 1)), 0.1)


def test_a_hundred_thousand_candidates() -> None:
    random = np.random.default_rng(3)
    boxes = np.concatenate([random.uniform(-0.2, 1.2, (100_000, 2)), random.uniform(0.2, 0.6, (100_000, 2))], axis=1)
    scores = random.random((100_000, 1))
    start = time.process_time()
    found = detect(boxes, scores, 0.0)
    assert time.process_time() - start < 30  # 1 s on an idle machine
    assert 100 < len(found.scores) < 10_000
    assert (np.diff(found.scores) <= 0).all()


# letterbox


@pytest.mark.parametrize(
    ("image", "network", "expected"),
    [
        ((640, 480), (416, 416), (416, 312, 0, 52)),
        ((480, 640), (416, 416), (312, 416, 52, 0)),
        ((416, 416), (416, 416), (416, 416, 0, 0)),
        ((100, 33), (64, 64), (64, 21, 0, 21)),  # 64 * 33 / 100 = 21.12; 43 / 2 = 21 rows above, 22 below
        ((1000, 1), (64, 64), (64, 1, 0, 31)),
        ((1, 1000), (64, 32), (1, 32, 31, 0)),
        ((1, 1), (64, 32), (32, 32, 16, 0)),
    ],
)
def test_where_an_image_lies(image: Any, network: Any, expected: Any) -> None:
    place = fit(*image, *network)
    assert (place.width, place.height, place.left, place.top) == expected


def test_corners_lie_on_corners() -> None:
    image = np.array([[[0.0, 1.0], [2.0, 3.0]]])
    assert resize(image, 3, 3)[0].tolist() == [[0, 0.5, 1], [1, 1.5, 2], [2, 2.5, 3]]
    assert resize(image, 2, 2).tolist() == image.tolist()
    assert resize(image, 1, 1).tolist() == [[[3.0]]]  # the last of each
    assert resize(image[:, :1, :1], 3, 2).tolist() == [[[0, 0, 0], [0, 0, 0]]]


def test_the_field_is_grey() -> None:
    field, place = letterbox(np.ones((2, 2, 4)), 8, 8)
    assert (place.top, place.height) == (2, 4)
    assert field[:, 2:6].min() == 1
    assert (field[:, :2] == 0.5).all()
    assert (field[:, 6:] == 0.5).all()


@pytest.mark.parametrize("shape", [(0, 4, 4), (3, 0, 4), (3, 4, 0), (4, 4), (1, 3, 4, 4)])
def test_an_empty_image_is_refused(shape: Any) -> None:
    with pytest.raises(DarknetError, match="with a pixel at least"):
        letterbox(np.zeros(shape), 8, 8)


@given(*[st.integers(1, 700)] * 2, *[st.integers(1, 100)] * 2)
def test_the_whole_image_is_what_its_place_undoes_to(image_w: Any, image_h: Any, w: Any, h: Any) -> None:
    place = fit(image_w, image_h, w, h)
    assert 1 <= place.width <= w
    assert 1 <= place.height <= h
    assert place.width == w or place.height == h
    whole = [(place.left + place.width / 2) / w, (place.top + place.height / 2) / h, place.width / w, place.height / h]
    assert undo(np.array([whole]), place)[0] == pytest.approx([0.5, 0.5, 1, 1])


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 40))
def test_a_ramp_stays_a_ramp(width: Any, height: Any, count: Any) -> None:
    ramp = np.arange(float(width))[None, None] * np.ones((1, height, 1))
    got = resize(ramp, count, height)
    expected = np.linspace(0, width - 1, count) if count > 1 else [width - 1]
    assert np.allclose(got, np.broadcast_to(expected, got.shape), atol=1e-12)
