"""How YOLOv2 is usually misread: for each step of it, "VERDICT:variant" -> the same step with one mistake, in float64.

Each table's functions take what the right one takes (layers.py, boxes.py, letterbox.py), so that a whole network can be computed with one
of them. What can't be computed for a shape raises ValueError or IndexError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.darknet import layers
from grader.darknet.average_precision import average_precision
from grader.darknet.boxes import iou
from grader.darknet.letterbox import GREY, fit, letterbox, resize

Array = NDArray[Any]
Size = tuple[int, int]  # height, width
Steps = dict[str, Callable[..., Any]]

TAILS = (2, 4, 8, 16, 32)


# ---- convolution: x (C, H, W), weights (F, C, k, k), bias (F,), stride, padding, leaky ----


def _activated(y: Array, leaky: bool, slope: float = layers.LEAK) -> Array:
    return np.where(y > 0, y, slope * y) if leaky else y


def _convolve(x: Array, weights: Array, bias: Array, stride: int, padding: int, leaky: bool, slope: float = layers.LEAK) -> Array:
    return _activated(layers.cross_correlation(x, weights, stride, padding) + bias[:, None, None], leaky, slope)


def _right_and_below(x: Array, weights: Array, bias: Array, stride: int, padding: int, leaky: bool) -> Array:
    return _convolve(np.pad(x, ((0, 0), (0, 2 * padding), (0, 2 * padding))), weights, bias, stride, 0, leaky)


def _left_and_above(x: Array, weights: Array, bias: Array, stride: int, padding: int, leaky: bool) -> Array:
    """All zeros on these two sides."""
    return _convolve(np.pad(x, ((0, 0), (2 * padding, 0), (2 * padding, 0))), weights, bias, stride, 0, leaky)


def _edges(x: Array, weights: Array, bias: Array, stride: int, padding: int, leaky: bool) -> Array:
    return _convolve(np.pad(x, ((0, 0), (padding, padding), (padding, padding)), mode="edge"), weights, bias, stride, 0, leaky)


def _without_tail(tile: int) -> Callable[..., Array]:
    def convolve(x: Array, weights: Array, *rest: Any) -> Array:
        flat = weights.reshape(len(weights), -1).copy()
        flat[:, flat.shape[1] // tile * tile :] = 0
        return _convolve(x, flat.reshape(weights.shape), *rest)

    return convolve


def _half(x: Array, weights: Array, *rest: Any) -> Array:
    return _convolve(x.astype(np.float16), weights.astype(np.float16).astype(np.float64), *rest)


CONVOLVE: Steps = {
    "NOT_CROSS_CORRELATION:filters turned around": lambda x, w, *rest: _convolve(x, w[:, :, ::-1, ::-1], *rest),
    "WRONG_ANSWER:filters transposed": lambda x, w, *rest: _convolve(x, w.swapaxes(2, 3), *rest),
    "WRONG_PADDING:right and below only": _right_and_below,
    "WRONG_PADDING:left and above only": _left_and_above,
    "WRONG_PADDING:the edge repeated": _edges,
    "WRONG_ANSWER:no bias": lambda x, w, b, *rest: _convolve(x, w, 0 * b, *rest),
    "WRONG_ANSWER:no activation": lambda x, w, b, s, p, leaky: _convolve(x, w, b, s, p, False),
    "WRONG_ANSWER:always leaky": lambda x, w, b, s, p, leaky: _convolve(x, w, b, s, p, True),
    "WRONG_ANSWER:a slope of 0.01": lambda x, w, b, s, p, leaky: _convolve(x, w, b, s, p, leaky, 0.01),
    "WRONG_ANSWER:a slope of 0": lambda x, w, b, s, p, leaky: _convolve(x, w, b, s, p, leaky, 0.0),
    "WRONG_ANSWER:the bias after the activation": lambda x, w, b, s, p, leaky: _convolve(x, w, 0 * b, s, p, leaky) + b[:, None, None],
    "LOW_PRECISION:half precision": _half,
    **{f"WRONG_TAIL:the sum stops at a whole tile of {tile}": _without_tail(tile) for tile in TAILS},
}


# ---- pooling: x (C, H, W), size, stride, padding ----


def _pool(x: Array, size: int, stride: int, padding: int, before: int, fill: float = -np.inf) -> Array:
    rows, columns = ((side + padding - size) // stride + 1 for side in x.shape[1:])
    after = [max(0, (count - 1) * stride + size - before - side) for count, side in ((rows, x.shape[1]), (columns, x.shape[2]))]
    padded = np.pad(x.astype(np.float64), ((0, 0), (before, after[0]), (before, after[1])), constant_values=fill)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(1, 2))
    return np.asarray(windows[:, ::stride, ::stride][:, :rows, :columns].max(axis=(3, 4)))


POOL: Steps = {
    "WRONG_PADDING:more of it left and above": lambda x, size, stride, padding: _pool(x, size, stride, padding, padding - padding // 2),
    "WRONG_PADDING:all of it left and above": lambda x, size, stride, padding: _pool(x, size, stride, padding, padding),
    "WRONG_PADDING:all of it right and below": lambda x, size, stride, padding: _pool(x, size, stride, padding, 0),
    "WRONG_NEGATIVE:zeros around the image take part": lambda x, size, stride, padding: _pool(x, size, stride, padding, padding // 2, 0.0),
    "WRONG_NEGATIVE:starts at 0": lambda *a: np.maximum(layers.maxpool(*a), 0),
    "WRONG_NEGATIVE:starts at FLT_MIN": lambda *a: np.maximum(layers.maxpool(*a), 2.0**-126),
}


# ---- reorg: x (C, H, W), stride ----


def _to_depth(*order: int) -> Callable[[Array, int], Array]:
    """Blocks of x itself become channels; axes: 0 channel, 2 row in the block, 4 column in it."""

    def reorg(x: Array, stride: int) -> Array:
        c, h, w = x.shape
        blocks = x.reshape(c, h // stride, stride, w // stride, stride)
        return blocks.transpose(*order, 1, 3).reshape(c * stride**2, h // stride, w // stride)

    return reorg


def _backwards(x: Array, stride: int) -> Array:
    places = layers.reorg(np.arange(x.size).reshape(x.shape), stride)
    y = np.empty(x.size)
    y[places.ravel()] = x.ravel()
    return y.reshape(places.shape)


REORG: Steps = {
    "REORG_SEMANTICS:space to depth, places first": _to_depth(2, 4, 0),
    "REORG_SEMANTICS:space to depth, columns first": _to_depth(4, 2, 0),
    "REORG_SEMANTICS:space to depth, channels first": _to_depth(0, 2, 4),
    "REORG_SEMANTICS:space to depth, channels first, columns before rows": _to_depth(0, 4, 2),
    "REORG_SEMANTICS:the other direction": _backwards,
    "REORG_SEMANTICS:nothing moved": lambda x, stride: x.reshape(layers.reorg(x, stride).shape),
}

ROUTE: Steps = {"WRONG_ANSWER:the second source first": lambda a, b: np.concatenate([b, a])}


# ---- region: x (A * (5 + classes), H, W), anchors, classes ----


def _region(change: Callable[[Array, Array], None]) -> Callable[[Array, int, int], Array]:
    """`change` gets what is right, to be changed, and x, both (anchors, 5 + classes, H, W)."""

    def region(x: Array, anchors: int, classes: int) -> Array:
        split = (anchors, 5 + classes, *x.shape[1:])
        y = layers.region(x.astype(np.float64), anchors, classes).reshape(split)
        change(y, x.reshape(split))
        return y.reshape(x.shape)

    return region


def _put(entries: Any, way: Callable[[Array], Array]) -> Callable[[Array, Array], None]:
    def change(y: Array, x: Array) -> None:
        y[:, entries] = way(x[:, entries])

    return change


def _naive_softmax(x: Array) -> Array:
    e = np.exp(x.astype(np.float32))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


REGION: Steps = {
    "DECODE_WRONG:sigmoid of w and h": _region(_put(slice(2, 4), layers.logistic)),
    "DECODE_WRONG:sigmoid of the classes": _region(_put(slice(5, None), layers.logistic)),
    "DECODE_WRONG:x and y as they are": _region(_put(slice(0, 2), lambda x: x)),
    "DECODE_WRONG:objectness as it is": _region(_put(slice(4, 5), lambda x: x)),
    "DECODE_WRONG:classes as they are": _region(_put(slice(5, None), lambda x: x)),
    "DECODE_WRONG:softmax over the cells": _region(_put(slice(5, None), lambda x: layers.softmax(x, axis=3))),
    "OVERFLOW_NAN:exp without a shift": _region(_put(slice(5, None), _naive_softmax)),
}


# ---- decode: region output, anchors (2 A,), classes, size of the image, size of the network's input ----


def _decode(
    y: Array,
    anchors: Array,
    classes: int,
    image: Size,
    net: Size,
    *,
    offset: Callable[[Array, Array], tuple[Array, Array]] = lambda column, row: (column, row),
    centre: Callable[[Array], Array] = lambda v: v,
    growth: Callable[[Array], Array] = np.exp,
    grid: Callable[[Size], Size] = lambda size: size,
    anchor_grid: Callable[[Size, Size], tuple[float, float]] = lambda grid, net: grid,
    pairs: slice = slice(None),
    boxed: bool = True,
    half_pixels: bool = False,
    corners: bool = False,
    objectness: bool = True,
    cells_first: bool = False,
) -> tuple[Array, Array]:
    height, width = y.shape[1:]
    e = y.reshape(-1, 5 + classes, height, width)
    sizes = anchors.reshape(-1, 2)[:, pairs].astype(np.float64)[:, :, None, None]
    column, row = offset(np.arange(width)[None, :], np.arange(height)[:, None])
    rows, columns = grid((height, width))
    anchor_rows, anchor_columns = anchor_grid((height, width), net)
    box = np.empty((len(e), 4, height, width))
    box[:, 0], box[:, 1] = (column + centre(e[:, 0])) / columns, (row + centre(e[:, 1])) / rows
    box[:, 2], box[:, 3] = growth(e[:, 2]) * sizes[:, 0] / anchor_columns, growth(e[:, 3]) * sizes[:, 1] / anchor_rows
    scores = e[:, 5:] * (e[:, 4:5] if objectness else 1)
    order = (2, 3, 0, 1) if cells_first else (0, 2, 3, 1)
    boxes, scores = box.transpose(order).reshape(-1, 4), scores.transpose(order).reshape(-1, classes)
    if boxed:
        place = fit(image[1], image[0], net[1], net[0])
        left, top = ((net[1] - place.width) / 2, (net[0] - place.height) / 2) if half_pixels else (place.left, place.top)
        boxes = (boxes * np.array([net[1], net[0]] * 2) - [left, top, 0, 0]) / ([place.width, place.height] * 2)
    if corners:
        boxes = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2], axis=1)
    return boxes, scores


def _as(**changes: Any) -> Callable[..., tuple[Array, Array]]:
    return lambda *a: _decode(*a, **changes)


DECODE: Steps = {
    "ANCHOR_UNITS:anchors in pixels": _as(anchor_grid=lambda grid, net: net),
    "ANCHOR_UNITS:anchors in shares of the image": _as(anchor_grid=lambda grid, net: (1, 1)),
    "ANCHOR_UNITS:anchors divided by 32 more": _as(anchor_grid=lambda grid, net: (32 * grid[0], 32 * grid[1])),
    "ANCHOR_UNITS:boxes in cells": _as(anchor_grid=lambda grid, net: (1, 1), grid=lambda size: (1, 1)),
    "DECODE_WRONG:sigmoid of w and h": _as(growth=layers.logistic),
    "DECODE_WRONG:w and h without exp": _as(growth=lambda v: v),
    "DECODE_WRONG:sigmoid a second time": _as(centre=layers.logistic),
    "DECODE_WRONG:no cell": _as(offset=lambda column, row: (0 * column, 0 * row)),
    "DECODE_WRONG:row and column exchanged": _as(offset=lambda column, row: (row, column)),
    "DECODE_WRONG:height and width of the grid exchanged": _as(grid=lambda s: s[::-1], anchor_grid=lambda grid, net: grid[::-1]),
    "DECODE_WRONG:anchors' width and height exchanged": _as(pairs=slice(None, None, -1)),
    "DECODE_WRONG:the letterbox stays": _as(boxed=False),
    "DECODE_WRONG:half of an odd margin with its half pixel": _as(half_pixels=True),
    "DECODE_WRONG:corners": _as(corners=True),
    "DECODE_WRONG:no objectness": _as(objectness=False),
    "DECODE_WRONG:cells before anchors": _as(cells_first=True),
}


# ---- letterbox: image (3, h, w), height and width of the network's input ----


def _placed(border: float = GREY, corner: bool = False, half: bool = False) -> Callable[[Array, int, int], Array]:
    def boxed(image: Array, net_h: int, net_w: int) -> Array:
        place = fit(image.shape[2], image.shape[1], net_w, net_h)
        inner = _half_pixels(image, place.height, place.width) if half else resize(image, place.width, place.height)
        top, left = (0, 0) if corner else (place.top, place.left)
        field = np.full((len(image), net_h, net_w), border)
        field[:, top : top + place.height, left : left + place.width] = inner
        return field

    return boxed


def _half_pixels(image: Array, height: int, width: int) -> Array:
    """Bilinear with the edges, not the centres of the corners, on each other."""
    for axis, count in ((1, height), (2, width)):
        last = image.shape[axis] - 1
        position = np.clip((np.arange(count) + 0.5) * (last + 1) / count - 0.5, 0, last)
        low = position.astype(int)
        share = (position - low).reshape([-1 if d == axis else 1 for d in range(3)])
        image = (1 - share) * image.take(low, axis) + share * image.take(np.minimum(low + 1, last), axis)
    return image


def _nearest(image: Array, net_h: int, net_w: int) -> Array:
    place = fit(image.shape[2], image.shape[1], net_w, net_h)
    field = np.full((len(image), net_h, net_w), GREY)
    rows, columns = (np.arange(n) * side // n for n, side in ((place.height, image.shape[1]), (place.width, image.shape[2])))
    field[:, place.top : place.top + place.height, place.left : place.left + place.width] = image[:, rows][:, :, columns]
    return field


LETTERBOX: Steps = {
    "WRONG_PADDING:the image in the corner": _placed(corner=True),
    "WRONG_PADDING:a black border": _placed(border=0.0),
    "WRONG_ANSWER:stretched over the whole input": lambda image, net_h, net_w: resize(image, net_w, net_h),
    "WRONG_ANSWER:the nearest pixel": _nearest,
    "WRONG_ANSWER:edges on edges": _placed(half=True),
    "WRONG_ANSWER:red and blue exchanged": lambda image, net_h, net_w: letterbox(image[::-1], net_w, net_h)[0],
}


# ---- overlap: boxes (..., 4), with broadcasting ----


def _sides(a: Array, b: Array) -> tuple[Array, Array]:
    low, high = (
        np.maximum(a[..., :2] - a[..., 2:] / 2, b[..., :2] - b[..., 2:] / 2),
        np.minimum(a[..., :2] + a[..., 2:] / 2, b[..., :2] + b[..., 2:] / 2),
    )
    return high[..., 0] - low[..., 0], high[..., 1] - low[..., 1]


def _areas(a: Array, b: Array) -> Array:
    return np.asarray(a[..., 2] * a[..., 3] + b[..., 2] * b[..., 3])


def _signed(a: Array, b: Array) -> Array:
    across, down = _sides(a, b)
    return np.asarray(across * down / (_areas(a, b) - across * down))


def _one_more(a: Array, b: Array) -> Array:
    across, down = (np.maximum(side + 1, 0) for side in _sides(a, b))
    return np.asarray(across * down / ((a[..., 2] + 1) * (a[..., 3] + 1) + (b[..., 2] + 1) * (b[..., 3] + 1) - across * down))


def _both(a: Array, b: Array) -> Array:
    across, down = (np.maximum(side, 0) for side in _sides(a, b))
    return np.asarray(across * down)


IOU: Steps = {
    "IOU_WRONG:negative sides multiplied": _signed,
    "IOU_WRONG:one added to each side": _one_more,
    "IOU_WRONG:the intersection counts twice in the union": lambda a, b: _both(a, b) / _areas(a, b),
    "IOU_WRONG:the share of the smaller box": lambda a, b: _both(a, b) / np.minimum(a[..., 2] * a[..., 3], b[..., 2] * b[..., 3]),
    "IOU_WRONG:x and y of a corner": lambda a, b: iou(_from_corner(a), _from_corner(b)),
    "IOU_WRONG:two corners": lambda a, b: iou(_from_corners(a), _from_corners(b)),
    "IOU_WRONG:twice the size": lambda a, b: iou(a * [1, 1, 2, 2], b * [1, 1, 2, 2]),
}


def _from_corner(box: Array) -> Array:
    return np.concatenate([box[..., :2] + box[..., 2:] / 2, box[..., 2:]], axis=-1)


def _from_corners(box: Array) -> Array:
    return np.concatenate([(box[..., :2] + box[..., 2:]) / 2, box[..., 2:] - box[..., :2]], axis=-1)


# ---- suppression: boxes (n, 4), scores (n, classes), least score, threshold -> scores ----


def suppressed(
    boxes: Array,
    scores: Array,
    least: float,
    threshold: float,
    *,
    overlap: Callable[[Array, Array], Array] = iou,
    order: Callable[[Array], Array] = lambda scores: np.argsort(-scores, kind="stable"),
    takes: Callable[[Array, float], Array] = lambda share, threshold: share > threshold,
    greedy: bool = True,
    whole: bool = False,
) -> Array:
    """Each class by itself. `greedy` False: what was taken away takes others away all the same. `whole`: a box loses all its scores."""
    kept = np.where(scores > least, scores, 0).astype(np.float64)
    boxes = boxes.astype(np.float64)
    for c in range(kept.shape[1]):
        candidates = np.flatnonzero(scores[:, c] > least)
        candidates = candidates[order(scores[candidates, c])]
        for place, i in enumerate(candidates):
            if kept[i, c] == 0 and greedy:
                continue
            later = candidates[place + 1 :]
            gone = later[takes(overlap(boxes[i], boxes[later]), threshold)]
            kept[gone] = 0 if whole else kept[gone]
            kept[gone, c] = 0
    return kept


def _of_all_classes(boxes: Array, scores: Array, least: float, threshold: float) -> Array:
    """Boxes in the order of their best scores, whatever the class."""
    best = suppressed(boxes, scores.max(axis=1, keepdims=True), least, threshold)
    return np.where((best > 0) & (scores > least), scores, 0.0)


def _of_all_scores(boxes: Array, scores: Array, least: float, threshold: float) -> Array:
    """Every score by itself, whatever the class: a box meets itself, too."""
    classes = scores.shape[1]
    return suppressed(np.repeat(boxes, classes, axis=0), scores.reshape(-1, 1), least, threshold).reshape(scores.shape)


def _with(**changes: Any) -> Callable[..., Array]:
    return lambda *a: suppressed(*a, **changes)


NMS: Steps = {
    "NMS_WRONG:boxes of other classes count": _of_all_classes,
    "NMS_WRONG:scores of other classes count": _of_all_scores,
    "NMS_WRONG:all scores of a box go": _with(whole=True),
    "NMS_WRONG:what was suppressed suppresses": _with(greedy=False),
    "NMS_WRONG:worst first": _with(order=lambda s: np.argsort(s, kind="stable")),
    "NMS_WRONG:in the order of the boxes": _with(order=lambda s: np.arange(len(s))),
    "NMS_WRONG:from the threshold on": _with(takes=lambda share, threshold: share >= threshold),
    "NMS_WRONG:below the threshold": _with(takes=lambda share, threshold: share < threshold),
    "TIE_RULE:the last of equals": _with(order=lambda s: np.argsort(s, kind="stable")[::-1]),
    **{name: _with(overlap=way) for name, way in IOU.items()},
}


# ---- average precision: how boxes are matched with truths, and what is made of right and wrong ----


def matched(
    boxes: Array,
    scores: Array,
    truths: Array,
    above: float,
    *,
    overlap: Callable[[Array, Array], Array] = iou,
    duplicates: bool = False,
    next_best: bool = False,
) -> Array:
    right, taken = np.zeros(len(boxes), bool), np.zeros(len(truths), bool)
    for number in np.argsort(-scores, kind="stable") if len(truths) else ():
        share = overlap(boxes[number], truths)
        if next_best:
            share = np.where(taken, -1, share)
        closest = int(np.argmax(share))
        if share[closest] > above and (duplicates or not taken[closest]):
            right[number] = taken[closest] = True
    return right


def _matching(**changes: Any) -> Callable[..., Array]:
    return lambda *a: matched(*a, **changes)


MATCHING: Steps = {
    "MAP_INFLATED:every hit counts": _matching(duplicates=True),
    "MAP_INFLATED:a duplicate takes the next best truth": _matching(next_best=True),
    **{name: _matching(overlap=way) for name, way in IOU.items()},
}


def _without_envelope(right: Array, truths: int) -> float:
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    return float((precision * right).sum() / truths)


AREA: Steps = {
    "WRONG_ANSWER:11 points": lambda right, truths: average_precision(right, truths, "11 points"),
    "WRONG_ANSWER:precision at each hit": _without_envelope,
}
