"""The host's functions: text, file, suppression, average precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import elementwise_bound
from grader.darknet import boxes as darknet_boxes
from grader.darknet.average_precision import average_precision, matched
from grader.darknet.cfg import parse_cfg
from grader.darknet.errors import DarknetError
from grader.darknet.misread import folded_numbers
from grader.darknet.network import Network
from grader.darknet.table import ANCHOR_NUMBERS, COLUMNS, ROWS, anchors_of, network_of, table_of
from grader.darknet.weights import file_size_bytes, read_header, read_weights

Array = NDArray[Any]
Floats = NDArray[np.float64]

OK, TRUNCATED, TRAILING, NUMBER = 0, 10, 11, 12  # CK_WEIGHTS_… in ck/yolov2.h
AP_BOUND = 1e-5  # of a precision: what sums of a few hundred of them in fp32 stay far below, and a box more or less far above
ALMOST_0 = 1e-30  # a bound for zeros: a mistake's numbers are compared to within rounding, then


def _expect_cfg(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    try:
        network = parse_cfg(arrays["cfg"].tobytes())
        table, anchors, status = table_of(network), anchors_of(network), [0, len(network.layers)]
    except DarknetError as error:
        table, anchors, status = np.zeros((ROWS, COLUMNS), np.int32), np.zeros(ANCHOR_NUMBERS, np.float32), [error.line or 1, 0]
    made = {"table": table, "anchors": anchors, "status": np.array(status)}
    return {
        name: Expected(value=value.astype(np.float64), bound=elementwise_bound(value, 1) * (name == "anchors"))
        for name, value in made.items()
    }


def _expect_weights(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    network, data = network_of(arrays["table"], case.sizes["layers"]), arrays["file"].tobytes()
    value = magnitude = np.zeros(case.sizes["total"])
    status = OK
    try:
        value, magnitude = folded_numbers(network, read_weights(network, data)[1])
    except DarknetError:
        status = length_of(network, data) or NUMBER
    result = {"status": Expected(value=np.array([float(status)]), bound=np.zeros(1))}
    bound = elementwise_bound(magnitude, 4) if status == OK else np.full(magnitude.shape, ALMOST_0)
    return result | {"parameters": Expected(value=value, bound=bound)}


def length_of(network: Network, data: bytes) -> int:
    """What a file's length says about it."""
    try:
        wanted = file_size_bytes(network, read_header(data))
    except DarknetError:
        return TRUNCATED
    return TRUNCATED if len(data) < wanted else TRAILING if len(data) > wanted else OK


def _expect_nms(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    least, above = (float(np.float32(case.scalars[name])) for name in ("least", "threshold"))
    found = darknet_boxes.detect(arrays["boxes"], arrays["scores"], least, above)
    kept = np.zeros(arrays["scores"].shape)
    kept[found.candidates, found.classes] = found.scores
    return {"kept": Expected(value=kept, bound=np.full(kept.shape, ALMOST_0))}


def precisions(case: Case, arrays: dict[str, Array], matched: Callable[..., Array], area: Callable[..., float]) -> dict[str, Floats]:
    """The average precision of each class, 0 for one without a truth, and the mean over those that have any."""
    rows, truths = arrays["detections"].astype(np.float64), arrays["truths"].astype(np.float64)
    above, ap, counted = float(np.float32(case.scalars["threshold"])), np.zeros(case.sizes["classes"]), []
    for number in range(len(ap)):
        mine, theirs = rows[rows[:, 1] == number], truths[truths[:, 1] == number]
        right = np.zeros(len(mine), bool)
        for image in np.unique(mine[:, 0]):
            own = mine[:, 0] == image
            right[own] = matched(mine[own, 3:], mine[own, 2], theirs[theirs[:, 0] == image, 2:], above)
        if len(theirs):
            ap[number] = area(right[np.argsort(-mine[:, 2], kind="stable")], len(theirs))
            counted.append(ap[number])
    return {"ap": ap, "map": np.array([np.mean(counted) if counted else 0.0])}


def _expect_precision(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    found = precisions(case, arrays, matched, average_precision)
    return {name: Expected(value=value, bound=np.full(value.shape, AP_BOUND)) for name, value in found.items()}


EXPECTED: dict[str, Callable[[Case, dict[str, Array]], dict[str, Expected]]] = {
    "ck_yolo_parse_cfg": _expect_cfg,
    "ck_yolo_read_weights": _expect_weights,
    "ck_yolo_nms": _expect_nms,
    "ck_yolo_average_precision": _expect_precision,
}
