"""What well-known mistakes give."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.darknet import mistakes
from grader.darknet.average_precision import average_precision, matched
from grader.darknet.errors import DarknetError
from grader.darknet.misread import ORDERS, USUAL, read_as
from grader.darknet.rounding import RIGHT
from grader.darknet.table import network_of
from grader.darknet.weights import Header, file_size_bytes, read_header

from .problem_device import values
from .problem_host import NUMBER, OK, TRAILING, TRUNCATED, length_of, precisions
from .problem_right import expected

Array = NDArray[Any]


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake leaves behind. Variants that change nothing here aren't among
    them."""
    right = expected(case, arrays)
    found: dict[str, dict[str, Array]] = {}
    for name, wrong in _mistakes(case, arrays):
        changed = {buffer: value for buffer, value in wrong.items() if _differs(value, right[buffer])}
        if changed:
            found[name] = changed
    return found


def _differs(value: Array, right: Expected) -> bool:
    with np.errstate(invalid="ignore"):
        same = np.abs(np.ma.getdata(value) - right.value) <= right.bound
    return not (same | np.ma.getmaskarray(value)).all()


MOST_ELEMENTS = 1 << 17  # of a case's arrays: larger ones tell nothing more


def _mistakes(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    if sum(a.size for a in arrays.values()) > MOST_ELEMENTS or any(0 in a.shape for a in arrays.values()):
        return
    if case.entry in HOST_MISTAKES:
        with np.errstate(all="ignore"):
            yield from HOST_MISTAKES[case.entry](case, arrays)
        return
    uses = USES.get(case.entry, tuple(DEVICE_MISTAKES))
    for field in uses:
        for name, way in DEVICE_MISTAKES[field].items():
            try:
                with np.errstate(all="ignore"):
                    yield name, values(case, arrays, replace(RIGHT, **{field: way}))
            except (ValueError, IndexError):  # this mistake leads out of the arrays here: memcheck tells of it
                continue


USES: dict[str, tuple[str, ...]] = {
    "ck_yolo_convolution": ("convolve",),
    "ck_yolo_maxpool": ("pool",),
    "ck_yolo_reorg": ("reorg",),
    "ck_yolo_route": ("route",),
    "ck_yolo_region": ("region",),
    "ck_yolo_decode": ("decode",),
    "ck_yolo_letterbox": ("letterbox",),
    "ck_yolo_forward": ("convolve", "pool", "reorg", "route", "region"),
}

DEVICE_MISTAKES = {
    "convolve": mistakes.CONVOLVE,
    "pool": mistakes.POOL,
    "reorg": mistakes.REORG,
    "route": mistakes.ROUTE,
    "region": mistakes.REGION,
    "decode": mistakes.DECODE,
    "letterbox": mistakes.LETTERBOX,
}
MANY_BOXES = 2000


def _wrong_suppressions(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    if case.sizes["n"] <= MANY_BOXES:
        limits = [float(np.float32(case.scalars[name])) for name in ("least", "threshold")]
        for name, way in mistakes.NMS.items():
            yield name, {"kept": way(arrays["boxes"], arrays["scores"], *limits)}


def _wrong_precisions(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    for name, way in mistakes.MATCHING.items():
        yield name, precisions(case, arrays, way, average_precision)
    for name, area in mistakes.AREA.items():
        yield name, precisions(case, arrays, matched, area)


def _wrong_files(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    network, data = network_of(arrays["table"], case.sizes["layers"]), arrays["file"].tobytes()
    total = case.sizes["total"]

    def refused(status: int) -> dict[str, Array]:
        return {"parameters": np.zeros(total), "status": np.array([status])}

    try:
        right = read_header(data).size_bytes
    except DarknetError:
        return
    for at in (0, 12, 16, 20, 24):
        if at != right:
            length = len(data) - at - (file_size_bytes(network, Header()) - 20)
            yield f"HEADER_OFFSET:numbers from byte {at} on, length seen", refused(TRAILING if length > 0 else TRUNCATED)
            value, negative = read_as(network, data, at, USUAL)
            yield f"HEADER_OFFSET:numbers from byte {at} on", {"parameters": np.ma.masked_invalid(value), "status": np.array([OK])}
            if negative:
                yield f"HEADER_OFFSET:numbers from byte {at} on, variance seen", refused(NUMBER)
    if length_of(network, data) != OK:
        return
    for name, order in ORDERS.items():
        value, negative = read_as(network, data, right, order)
        yield f"WEIGHT_ORDER:{name}", {"parameters": value, "status": np.array([OK])}
        if negative:
            yield f"WEIGHT_ORDER:{name}, variance seen", refused(NUMBER)


HOST_MISTAKES: dict[str, Callable[[Case, dict[str, Array]], Iterator[tuple[str, dict[str, Array]]]]] = {
    "ck_yolo_nms": _wrong_suppressions,
    "ck_yolo_average_precision": _wrong_precisions,
    "ck_yolo_read_weights": _wrong_files,
    "ck_yolo_parse_cfg": lambda case, arrays: iter(()),
}
