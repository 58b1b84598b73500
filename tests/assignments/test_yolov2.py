"""15_yolov2's problem.py against numbers worked out by hand, and its mistakes against the right ways: each must differ somewhere, and be
computable where it is offered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignment import Case, load_assignment
from grader.darknet import layers, mistakes
from grader.darknet.average_precision import matched
from grader.darknet.boxes import iou
from grader.run.inputs import load_problem, make_inputs
from grader.run.seeds import Seed, public_seed

ROOT = Path(__file__).resolve().parents[2]
ASSIGNMENT = load_assignment(ROOT / "assignments" / "15_yolov2")
PROBLEM: Any = load_problem(ASSIGNMENT)


def arrays_of(case: str) -> dict[str, np.ndarray[Any, Any]]:
    return make_inputs(ASSIGNMENT, ASSIGNMENT.case(case), 0, public_seed(ASSIGNMENT.course, ASSIGNMENT.slug), PROBLEM.inputs)


def case_of(entry: str, sizes: dict[str, int], **scalars: float) -> Case:
    return Case(id="shape", visibility="hidden", entry=entry, sizes=sizes, scalars=scalars)


def test_the_hand_outs_reorg_of_four_by_two_by_two() -> None:
    y = layers.reorg(np.arange(16.0).reshape(4, 2, 2), 2)
    assert y.ravel().tolist() == [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15]


def test_one_cell_by_hand() -> None:
    """A grid of 1 x 2 over an image of 32 x 64 that fills the input of 32 x 64: nothing to undo. Second cell, anchor of 1 x 2 cells."""
    region = np.zeros((6, 1, 2))
    region[:, 0, 1] = 0.25, 0.5, 0, np.log(2), 0.5, 1.0
    sizes = {"A": 1, "classes": 1, "D": 6, "H": 1, "W": 2, "image_h": 32, "image_w": 64, "net_h": 32, "net_w": 64}
    arrays = {"region": region.astype(np.float32), "anchors": np.array([1, 2], np.float32)}
    found = PROBLEM.expected(case_of("ck_yolo_decode", sizes), arrays)
    assert found["boxes"].value[1] == pytest.approx([1.25 / 2, 0.5, 1 / 2, 4], rel=1e-6)
    assert found["scores"].value[1] == pytest.approx([0.5])


def test_a_duplicate_counts_against_the_detector() -> None:
    box = (0.5, 0.5, 0.25, 0.25)
    arrays = {
        "detections": np.array([(0, 0, 0.9, *box), (0, 0, 0.8, *box), (1, 0, 0.7, *box)], np.float32),
        "truths": np.array([(0, 0, *box), (1, 0, *box)], np.float32),
    }
    found = PROBLEM.expected(case_of("ck_yolo_average_precision", {"d": 3, "t": 2, "classes": 1}, threshold=0.5), arrays)
    assert found["map"].value[0] == pytest.approx((1 + 2 / 3) / 2)


def precisions_in_fp32(case: Case, arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    def area(right: np.ndarray[Any, Any], truths: int) -> float:
        hits = np.cumsum(right).astype(np.float32)
        precision = np.maximum.accumulate((hits / np.arange(1, len(right) + 1, dtype=np.float32))[::-1])[::-1]
        total = np.float32(0)
        for step, height in zip(np.diff(hits / np.float32(truths), prepend=np.float32(0)), precision, strict=True):
            total += step * height
        return float(total)

    return dict(PROBLEM.problem_host.precisions(case, arrays, matched, area))


@pytest.mark.parametrize("name", ["ap_few", "ap_many", "ap_one_class"])
def test_average_precision_in_fp32_is_within_the_bound(name: str) -> None:
    case, arrays = ASSIGNMENT.case(name), arrays_of(name)
    right, found = PROBLEM.expected(case, arrays), precisions_in_fp32(case, arrays)
    for buffer in ("ap", "map"):
        assert (np.abs(found[buffer] - right[buffer].value) <= right[buffer].bound / 10).all()
    wrong = PROBLEM.hypotheses(case, arrays)
    assert {"MAP_INFLATED:every hit counts", "WRONG_ANSWER:precision at each hit"} <= wrong.keys()


@pytest.mark.parametrize("name", ["ap_few", "ap_many", "ap_one_class"])
def test_no_seed_asks_for_the_order_of_truths(name: str) -> None:
    """Whether a detection that overlaps two truths equally has the first or the last of them is nothing for luck to decide."""
    case = ASSIGNMENT.case(name)
    for number in range(5):
        seed = Seed(secret=number.to_bytes(32, "big"), id="test")
        arrays = make_inputs(ASSIGNMENT, case, 0, seed, PROBLEM.inputs)
        last = {**arrays, "truths": arrays["truths"][::-1]}
        for buffer, expected in PROBLEM.expected(case, arrays).items():
            assert PROBLEM.expected(case, last)[buffer].value == pytest.approx(expected.value, abs=1e-12)


@pytest.mark.parametrize(("version", "bytes_"), [("files", 1880), ("old", 1876), ("thousand", 1876)])
def test_the_header_is_as_long_as_its_version_says(version: str, bytes_: int) -> None:
    arrays = arrays_of(f"weights_{version}")
    assert arrays["file"].size == bytes_
    assert PROBLEM.expected(ASSIGNMENT.case(f"weights_{version}"), arrays)["status"].value[0] == 0


def test_every_spoiled_text_has_its_mistake_in_one_line() -> None:
    for case in ASSIGNMENT.cases:
        if case.entry == "ck_yolo_parse_cfg" and case.id.removeprefix("cfg_") in PROBLEM.problem_inputs.SPOILED:
            arrays = arrays_of(case.id)
            lines = arrays["cfg"].tobytes().decode().splitlines()
            line = int(PROBLEM.expected(case, arrays)["status"].value[0])
            assert line > 0 and lines[line - 1].strip(), case.id


STEPS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "convolve": (mistakes.CONVOLVE, ["conv_3x3", "conv_1x1"]),
    "pool": (mistakes.POOL, ["pool_2", "pool_negative", "pool_3", "pool_stride_1"]),
    "reorg": (mistakes.REORG, ["reorg_2"]),
    "region": (mistakes.REGION, ["region_2", "region_large"]),
    "decode": (mistakes.DECODE, ["decode_2", "decode_wide"]),
    "letterbox": (mistakes.LETTERBOX, ["letterbox_wide"]),
    "suppression": (mistakes.NMS, ["nms_random", "nms_ties", "nms_equal", "nms_loose"]),
    "matching": (mistakes.MATCHING, ["ap_many"]),
}


@pytest.mark.parametrize("step", STEPS)
def test_every_mistake_shows_in_some_case(step: str) -> None:
    table, cases = STEPS[step]
    offered = {name for case in cases for name in PROBLEM.hypotheses(ASSIGNMENT.case(case), arrays_of(case))}
    assert table.keys() <= offered | {"IOU_WRONG:the intersection counts twice in the union"}


def test_the_signed_overlap_is_right_where_boxes_meet() -> None:
    """So only cases with boxes far apart can tell."""
    near, far = np.array([0.5, 0.5, 0.25, 0.25]), np.array([0.9, 0.9, 0.125, 0.125])
    signed = mistakes.IOU["IOU_WRONG:negative sides multiplied"]
    assert signed(near, near + [0.125, 0, 0, 0]) == pytest.approx(iou(near, near + [0.125, 0, 0, 0]))
    assert iou(near, far) == 0 < abs(signed(near, far))
