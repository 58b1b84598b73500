"""The device's functions, by the ways of grader/darknet or others, and how far fp32 may be off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import GEMM_RMS, exact, gemm_bound, gemm_worst, order_free
from grader.darknet.letterbox import fit
from grader.darknet.rounding import (
    BOUND,
    RIGHT,
    TINY,
    Ways,
    boxed,
    decode_bounds,
    decoded,
    forward,
    letterbox_error,
    magnitude,
    region_error,
)

Array = NDArray[Any]
Floats = NDArray[np.float64]


def values(case: Case, arrays: dict[str, Array], ways: Ways = RIGHT) -> dict[str, Floats]:
    """The outputs of a device function, with the right ways of computing or others."""
    s = case.sizes
    image = arrays["image"].astype(np.float64) if "image" in arrays else np.zeros(0)
    match case.entry.removeprefix("ck_yolo_"):
        case "convolution":
            return {"y": ways.convolve(arrays["x"], arrays["weights"], arrays["bias"], s["stride"], s["padding"], s["leaky"])}
        case "maxpool":
            return {"y": ways.pool(arrays["x"].astype(np.float64), s["size"], s["stride"], s["padding"])}
        case "reorg":
            return {"y": ways.reorg(arrays["x"].astype(np.float64), s["stride"]).reshape(arrays["x"].shape)}
        case "route":
            return {"y": ways.route(arrays["a"], arrays["b"]).astype(np.float64)}
        case "region":
            return {"y": ways.region(arrays["x"].astype(np.float64), s["anchors"], s["classes"])}
        case "decode":
            sizes = (s["image_h"], s["image_w"]), (s["net_h"], s["net_w"])
            boxes, scores = ways.decode(arrays["region"].astype(np.float64), arrays["anchors"], s["classes"], *sizes)
            return {"boxes": boxes, "scores": scores}
        case "letterbox":
            return {"y": ways.letterbox(image, s["net_h"], s["net_w"])}
    rows = rows_of(arrays, s["layers"])
    if case.entry == "ck_yolo_forward":
        pairs = forward(rows, arrays["parameters"], image, np.zeros(image.shape), ways)
        return {"outputs": np.concatenate([np.ravel(y) for y, _ in pairs])}
    net = rows[0][10], rows[0][11]
    y = forward(rows, arrays["parameters"], ways.letterbox(image, *net), np.zeros((rows[0][9], *net)), ways)[-1][0]
    boxes, scores = ways.decode(y, arrays["anchors"], s["classes"], (s["image_h"], s["image_w"]), net)
    return {"boxes": boxes, "scores": scores}


def rows_of(arrays: dict[str, Array], layers: int) -> list[list[int]]:
    return [[int(v) for v in row] for row in arrays["table"][:layers]]


def _expect_convolution(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    s = case.sizes
    x, weights, bias = arrays["x"], arrays["weights"], arrays["bias"]
    value = values(case, arrays)["y"]
    terms = s["C"] * s["size"] ** 2
    whole = case.fill == "small_integers" and not s["leaky"] and order_free(8, terms)
    bound = exact(value) if whole else gemm_bound(magnitude(x, weights, bias, s["stride"], s["padding"]), terms)
    return {"y": Expected(value=value, bound=bound, rms=GEMM_RMS, worst=gemm_worst(terms))}


def _expect_exact(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    return {name: Expected(value=value, bound=exact(value)) for name, value in values(case, arrays).items()}


def _expect_region(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    y = values(case, arrays)["y"]
    bound = BOUND * region_error(arrays["x"], y, case.sizes["anchors"])
    return {"y": Expected(value=y, bound=bound.reshape(y.shape))}


def _expect_decode(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    found = values(case, arrays)
    s = case.sizes
    place = fit(s["image_w"], s["image_h"], s["net_w"], s["net_h"])
    bounds = decode_bounds(found["boxes"], found["scores"], place, np.zeros(arrays["region"].shape))
    return {name: Expected(value=found[name], bound=bound) for name, bound in zip(("boxes", "scores"), bounds, strict=True)}


def _expect_letterbox(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    y = values(case, arrays)["y"]
    return {"y": Expected(value=y, bound=BOUND * letterbox_error(arrays["image"], y.shape))}


def _expect_forward(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    image = arrays["image"].astype(np.float64)
    pairs = forward(rows_of(arrays, case.sizes["layers"]), arrays["parameters"], image, np.zeros(image.shape))
    value, error = (np.concatenate([np.ravel(pair[i]) for pair in pairs]) for i in (0, 1))
    return {"outputs": Expected(value=value, bound=BOUND * error + TINY)}


def _expect_detect(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    s, rows = case.sizes, rows_of(arrays, case.sizes["layers"])
    field = boxed(arrays["image"], *rows[0][10:12])
    y, error = forward(rows, arrays["parameters"], field, letterbox_error(arrays["image"], field.shape))[-1]
    boxes, scores = decoded(y, arrays["anchors"], s["classes"], (s["image_h"], s["image_w"]), (rows[0][10], rows[0][11]))
    bounds = decode_bounds(boxes, scores, fit(s["image_w"], s["image_h"], rows[0][11], rows[0][10]), error)
    return {"boxes": Expected(value=boxes, bound=bounds[0]), "scores": Expected(value=scores, bound=bounds[1])}


EXPECTED: dict[str, Callable[[Case, dict[str, Array]], dict[str, Expected]]] = {
    "ck_yolo_convolution": _expect_convolution,
    "ck_yolo_maxpool": _expect_exact,
    "ck_yolo_reorg": _expect_exact,
    "ck_yolo_route": _expect_exact,
    "ck_yolo_region": _expect_region,
    "ck_yolo_decode": _expect_decode,
    "ck_yolo_letterbox": _expect_letterbox,
    "ck_yolo_forward": _expect_forward,
    "ck_yolo_detect": _expect_detect,
}
