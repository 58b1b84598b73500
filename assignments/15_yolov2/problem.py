"""15_yolov2, the mathematics: inputs of one call -> what every output must hold, and what it would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. The formulas are those of grader/darknet, in float64; what stands
here is how fp32 may differ from them, how inputs are made, and in which ways the formulas are usually misread.

    problem_networks  the networks, as short texts
    problem_inputs    what the calls are given
    problem_device    the device's functions, and how far fp32 may be off
    problem_host      the host's functions: text, file, suppression, average precision
    problem_right     both, by name: expected
    problem_mistakes  hypotheses
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from grader.assignment import Case
from grader.darknet import layers as darknet
from grader.darknet import mistakes
from grader.darknet.rounding import RIGHT

from .problem_inputs import inputs
from .problem_mistakes import hypotheses
from .problem_right import expected

__all__ = [
    # BEGIN STAFF
    "calibration",
    # END STAFF
    "expected",
    "hypotheses",
    "inputs",
]
# BEGIN STAFF
from .problem_device import Array, Floats, values


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Whole networks and single convolutions in fp32 must pass; in half precision, or without the last terms, they must fail somewhere."""
    if case.entry not in ("ck_yolo_convolution", "ck_yolo_forward", "ck_yolo_detect") or any(0 in a.shape for a in arrays.values()):
        return {}
    ways: dict[str, Callable[..., Floats]] = {
        "passes:single precision": _single,
        "fails:half precision": mistakes.CONVOLVE["LOW_PRECISION:half precision"],
        "fails:the sum stops at a whole tile": mistakes.CONVOLVE["WRONG_TAIL:the sum stops at a whole tile of 4"],
    }
    made = {name: values(case, arrays, replace(RIGHT, convolve=way)) for name, way in ways.items()}
    return {name: {buffer: value.astype(np.float32) for buffer, value in buffers.items()} for name, buffers in made.items()}


def _single(x: Array, weights: Array, bias: Array, stride: int, padding: int, leaky: bool) -> Floats:
    """One matrix product in fp32, as the linear algebra library orders it."""
    padded = np.pad(x.astype(np.float32), ((0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weights.shape[2:], axis=(1, 2))[:, ::stride, ::stride]
    y = np.tensordot(weights.astype(np.float32), windows, axes=([1, 2, 3], [0, 3, 4])) + bias.astype(np.float32)[:, None, None]
    return np.where(y > 0, y, np.float32(darknet.LEAK) * y) if leaky else y


# END STAFF
