"""The forward pass in steps that can be exchanged (for a mistake, for single precision), and how far one in fp32 may lie from it.

Errors go from layer to layer as standard errors: rounding errors are as good as independent, so squares add up (docs/design/tolerances.md
has the reasons for a single sum). What may differ is `BOUND` of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.darknet import boxes as darknet_boxes
from grader.darknet import layers as darknet
from grader.darknet.letterbox import GREY, Fit, fit, letterbox, undo
from grader.darknet.network import Convolutional, Maxpool, Region, Reorg, Route, Shape
from grader.darknet.table import KINDS

Array = NDArray[Any]
Floats = NDArray[np.float64]

U = 2.0**-24
TINY = 2.0**-126  # below it fp32 has few bits or none
BOUND = 4.0  # standard errors


def _convolve(x: Array, weights: Array, bias: Array, stride: int, padding: int, leaky: bool) -> Floats:
    y = darknet.cross_correlation(x.astype(np.float64), weights, stride, padding) + bias[:, None, None]
    return np.where(y > 0, y, darknet.LEAK * y) if leaky else y


def decoded(y: Array, anchors: Array, classes: int, image: tuple[int, int], net: tuple[int, int]) -> tuple[Floats, Floats]:
    """Boxes of the original image and scores; sizes are (height, width)."""
    shape = Shape(*y.shape)
    layer = Region(0, shape, shape, tuple((float(w), float(h)) for w, h in anchors.reshape(-1, 2)), classes)
    found, scores = darknet_boxes.decode(layer, y)
    return undo(found, fit(image[1], image[0], net[1], net[0])), scores


def boxed(image: Array, net_h: int, net_w: int) -> Floats:
    if 0 in image.shape:
        return np.full((image.shape[0], net_h, net_w), GREY)
    return np.asarray(letterbox(image, net_w, net_h)[0])


def _route(a: Array, b: Array) -> Array:
    return np.concatenate([a, b])


@dataclass(frozen=True)
class Ways:
    convolve: Callable[..., Floats] = _convolve
    pool: Callable[..., Floats] = darknet.maxpool
    reorg: Callable[..., Floats] = darknet.reorg
    route: Callable[..., Array] = _route
    region: Callable[..., Floats] = darknet.region
    decode: Callable[..., tuple[Floats, Floats]] = decoded
    letterbox: Callable[..., Floats] = boxed


RIGHT = Ways()


def forward(rows: list[list[int]], parameters: Array, image: Floats, error: Floats, ways: Ways = RIGHT) -> list[tuple[Floats, Floats]]:
    """Each layer's output and the standard error of an fp32 forward pass: rounding errors of different terms are independent, so a
    convolution adds up their squares, and puts its own to it."""
    found: list[tuple[Floats, Floats]] = []
    at = 0
    for row in rows:
        kind, filters, size, stride, padding, _, leaky, first, second, channels, *_ = row
        x, e = found[first - 1] if first else (image, error)
        if kind == KINDS[Convolutional]:
            count = filters * channels * size * size
            weights, bias = (
                parameters[at : at + count].reshape(filters, channels, size, size),
                parameters[at + count : at + count + filters],
            )
            at += count + filters
            y = ways.convolve(x, weights, bias, stride, padding, leaky)
            own = U * np.sqrt(channels * size * size + 2) * magnitude(x, weights, bias, stride, padding)
            e = np.sqrt(darknet.cross_correlation(e**2, weights.astype(np.float64) ** 2, stride, padding)) + own
        elif kind == KINDS[Maxpool]:
            y, e = ways.pool(x, size, stride, padding), darknet.maxpool(e, size, stride, padding)
        elif kind == KINDS[Reorg]:
            y, e = ways.reorg(x, stride), darknet.reorg(e, stride)
        elif kind == KINDS[Route]:
            y = ways.route(x, found[second - 1][0]) if second else x
            e = np.concatenate([e, found[second - 1][1]]) if second else e
        else:
            y = ways.region(x, filters, row[15])
            e = region_error(x, darknet.region(x, filters, row[15]), filters, e)
        found.append((y, e))
    return found


def magnitude(x: Array, weights: Array, bias: Array, stride: int, padding: int) -> Floats:
    return darknet.cross_correlation(np.abs(x), np.abs(weights), stride, padding) + np.abs(bias)[:, None, None]


def region_error(x: Array, y: Floats, anchors: int, error: Array | float = 0.0) -> Floats:
    """Of sigmoid and softmax in fp32, where the input errs by `error`."""
    split = (anchors, -1, *x.shape[1:])
    x, y, e = x.reshape(split), y.reshape(split), np.broadcast_to(error, x.shape).reshape(split)
    result = e / 4 + 2 * U * y * (1 + np.abs(x)) + TINY
    result[:, 2:4] = e[:, 2:4]
    logits, p = x[:, 5:].astype(np.float64), y[:, 5:]
    down = logits.max(axis=1, keepdims=True) - logits  # the argument of exp is rounded, and so is the sum
    mean = (p * (e[:, 5:] + U * down)).sum(axis=1, keepdims=True)
    result[:, 5:] = p * (e[:, 5:] + U * (down + 4 + np.sqrt(p.shape[1])) + mean) + TINY
    shaped: Floats = result.reshape(error.shape if isinstance(error, np.ndarray) else (-1, *x.shape[2:]))
    return shaped


def decode_bounds(boxes: Floats, scores: Floats, place: Fit, error: Floats) -> tuple[Floats, Floats]:
    """`error`: the standard error of the region's output. Centres are differences of positions in the input, of which `place` says where
    the image lies in it."""
    grow = np.array([place.network_width / place.width, place.network_height / place.height] * 2)
    e = error.reshape(-1, 5 + scores.shape[1], error.shape[1] * error.shape[2]).transpose(0, 2, 1).reshape(len(boxes), -1)
    bound = BOUND * (np.abs(boxes) + grow) * (4 * U)
    bound[:, :2] += BOUND * e[:, :2] * grow[:2]  # in cells, which are smaller than the image
    bound[:, 2:] += BOUND * e[:, 2:4] * np.abs(boxes[:, 2:])
    return bound, BOUND * (e[:, 4:5] + e[:, 5:]) + 4 * U * scores + TINY


def letterbox_error(image: Array, shape: tuple[int, ...]) -> Floats:
    """Bilinear: a position errs by some ulps of itself, which between two pixels changes the result by a share of their difference."""
    largest = float(np.abs(image).max(initial=0.5))
    return np.full(shape, U * largest * (2 + 2 * max(image.shape[1:])))
