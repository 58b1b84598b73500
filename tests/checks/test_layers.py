"""judge.layers: the first wrong layer of a network is named, with its map and every layer's error; show_detections: a picture for the
report."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import msgspec
import numpy as np
import pytest

from grader.checks.drawing import MOST_BOXES, detections, overlap, png
from grader.errors import AssignmentError
from grader.records import CheckResult, DrawnBox

CHECK = '''
import pytest

PIECES = [("0 input", (1, 2, 4)), ("1 pool", (3, 4)), ("2 sum", (4,))]

@pytest.mark.points(1)
def test_it(judge):
    """Title"""
    judge.layers("C", lambda case: PIECES)
'''
SHAPE = {"M": 6, "N": 4, "K": 3}  # 24 elements: 8, 12 and 4 of the layers


def wrong(*places: int) -> Any:
    def kernel(case: Any, arrays: Any, call: int) -> Any:
        right = (arrays["A"].astype(float) @ arrays["B"].astype(float)).astype(np.float32)
        right.ravel()[list(places)] += 100
        return right

    return kernel


def judged(make: Any, kernel: Any, hidden: bool = False, check: str = CHECK) -> CheckResult:
    cases = {"one": SHAPE, "two": SHAPE}
    if hidden:
        cases = {name: {**sizes, "visibility": "hidden"} for name, sizes in cases.items()}
    bench = make(cases, **({"public": "", "hidden": check} if hidden else {"public": check}))
    results: list[CheckResult] = bench.judge([bench.run("one"), bench.run("two", kernel)])
    return results[-1]


def test_the_first_wrong_layer_is_named_with_its_own_map(make: Any) -> None:
    result = judged(make, wrong(9, 19, 21))
    assert result.verdict == "WRONG_ANSWER" and result.points == 0.5
    assert "case two: layer 1 pool is the first that is wrong; what goes into it is right." in result.message
    assert "two 경우: 처음으로 틀린 계층은 1 pool입니다." in result.message_ko
    assert [(row.name, row.shape, row.wrong, row.total) for row in result.layers] == [
        ("0 input", (1, 2, 4), 0, 8),
        ("1 pool", (3, 4), 2, 12),
        ("2 sum", (4,), 1, 4),
    ]
    errors = [row.error for row in result.layers]
    assert errors[0] is not None and errors[0] < 1e-6 and errors[1] is not None and errors[1] > 1
    assert result.error_map is not None and (result.error_map.shape, result.error_map.rows) == ((3, 4), (".x..", "....", "...x"))
    assert result.error_map.buffer == "C, layer 1 pool"


def test_nan_in_a_layer_is_undefined_and_stays_so_in_json(make: Any) -> None:
    def kernel(case: Any, arrays: Any, call: int) -> Any:
        return np.where(np.arange(24).reshape(6, 4) == 9, np.nan, arrays["A"].astype(float) @ arrays["B"].astype(float))

    result = msgspec.json.decode(msgspec.json.encode(judged(make, kernel)), type=CheckResult)
    assert [(row.error is None, row.undefined) for row in result.layers] == [(False, False), (True, True), (False, False)]


def test_a_hidden_case_tells_no_errors(make: Any) -> None:
    result = judged(make, wrong(0), hidden=True)
    assert [(row.error, row.undefined) for row in result.layers] == [(None, False)] * 3 and [row.wrong for row in result.layers] == [
        1,
        0,
        0,
    ]


def test_right_layers_and_halted_runs_have_no_rows(make: Any) -> None:
    assert judged(make, wrong()).outcome == "passed"
    crashed = judged(make, lambda *_: None)
    assert crashed.verdict == "EARLY_EXIT" and crashed.layers == () and crashed.message.startswith("case two: ")


def test_layers_must_fill_the_buffer(make: Any) -> None:
    result = judged(make, wrong(0), check=CHECK.replace('("2 sum", (4,))', '("2 sum", (5,))'))
    assert result.outcome == "not_run" and "have 25 elements together" in result.message


# ---- pictures ----

SHOWN = '''
import msgspec
import numpy as np
import pytest

@pytest.mark.points(1)
def test_it(judge):
    """Title"""
    for run in judge.runs:
        judge.show_detections(run, np.zeros((3, 8, 16)), [("dot", 0.9, (1, 1, 5, 5))], [("dot", 0.8, (1, 1, 5, 6))])
    judge.correct()
'''


@pytest.mark.parametrize("kernel", [wrong(), wrong(3)])
def test_a_picture_stays_with_a_check_that_passes_or_fails(make: Any, kernel: Any) -> None:
    shown = judged(make, kernel, check=SHOWN).detections
    assert shown is not None and (shown.case, shown.width, shown.height) == ("two", 16, 8)
    assert shown.boxes == (DrawnBox(left=1, top=1, right=5, bottom=5, label="dot", score=0.9, kind="right"),)
    assert judged(make, kernel, hidden=True, check=SHOWN).detections is None


def test_each_expected_box_answers_for_one() -> None:
    here, there = (0, 0, 10, 10), (50, 50, 60, 60)
    found = [("a", 0.9, here), ("a", 0.8, (0, 0, 10, 9)), ("b", 0.7, here), ("a", 0.6, (np.nan, 0, 1, 1))]
    drawn = detections("c", np.zeros((3, 4, 4)), found, [("a", 1.0, here), ("b", 1.0, there)])
    assert [(b.label, b.score, b.kind) for b in drawn.boxes] == [
        ("a", 0.9, "right"),
        ("a", 0.8, "wrong"),
        ("b", 0.7, "wrong"),
        ("b", 1.0, "missed"),
    ]
    many = detections("c", np.zeros((3, 4, 4)), [("a", i / 1e5, here) for i in range(10**5)], [])
    assert len(many.boxes) == MOST_BOXES and many.boxes[0].score == 99999 / 1e5


@pytest.mark.parametrize(
    ("other", "share"), [((0, 0, 2, 2), 1), ((1, 0, 3, 2), 1 / 3), ((5, 5, 7, 7), 0), ((2, 0, 4, 2), 0), ((0, 0, 0, 0), 0)]
)
def test_overlap_of_boxes_that_lie_apart_is_nothing(other: Any, share: float) -> None:
    assert overlap((0, 0, 2, 2), other) == pytest.approx(share)


def test_the_picture_is_a_png_of_its_pixels() -> None:
    image = np.zeros((3, 2, 3))
    image[0, 0, 0], image[1, 1, 2], image[2, 0, 1] = 1.0, 7.0, np.nan
    data = base64.b64decode(png(image))
    assert data.startswith(b"\x89PNG\r\n\x1a\n") and struct.unpack(">II", data[16:24]) == (3, 2)
    size = struct.unpack(">I", data[33:37])[0]
    rows = np.frombuffer(zlib.decompress(data[41 : 41 + size]), np.uint8).reshape(2, 10)
    assert not rows[:, 0].any()
    assert rows[:, 1:].reshape(2, 3, 3).tolist() == [[[255, 0, 0], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0], [0, 255, 0]]]


@pytest.mark.parametrize("shape", [(3, 0, 4), (4, 4), (1, 4, 4), (3, 1024, 1024)])
def test_pictures_of_other_shapes_are_refused(shape: Any) -> None:
    with pytest.raises(AssignmentError, match="a picture is"):
        detections("c", np.zeros(shape), [], [])
