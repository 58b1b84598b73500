"""Convolutions of the stand-in for cuDNN beside float64: every algorithm, both modes, strides, dilations, groups, alpha and beta."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from tests.libraries.programs import Array, Case, check, near, words


class Geometry(NamedTuple):
    x: tuple[int, int, int, int]
    w: tuple[int, int, int, int]  # k, c of one group, r, s
    pad: tuple[int, int] = (0, 0)
    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1
    mode: int = 1  # cross-correlation

    @property
    def y(self) -> tuple[int, int, int, int]:
        def extent(axis: int) -> int:
            return (self.x[2 + axis] + 2 * self.pad[axis] - (self.w[2 + axis] - 1) * self.dilation[axis] - 1) // self.stride[axis] + 1

        return self.x[0], self.w[0], extent(0), extent(1)


GEOMETRIES = (
    Geometry(x=(1, 1, 1, 1), w=(1, 1, 1, 1)),
    Geometry(x=(2, 3, 7, 9), w=(5, 3, 3, 3), pad=(1, 1)),
    Geometry(x=(1, 2, 8, 5), w=(3, 2, 3, 2), stride=(2, 3), pad=(2, 1)),
    Geometry(x=(2, 2, 11, 10), w=(4, 2, 3, 3), dilation=(3, 2), pad=(3, 0)),
    Geometry(x=(3, 6, 5, 6), w=(4, 3, 2, 3), groups=2, pad=(1, 2), stride=(2, 1)),
    Geometry(x=(2, 5, 6, 4), w=(5, 1, 3, 3), groups=5, pad=(1, 1), mode=0),  # depthwise, turned
    Geometry(x=(1, 4, 9, 7), w=(6, 2, 3, 2), groups=2, dilation=(2, 1), stride=(1, 2), pad=(4, 3), mode=0),
    Geometry(x=(2, 33, 4, 4), w=(17, 33, 1, 1)),
    Geometry(x=(1, 2, 3, 3), w=(2, 2, 3, 3), pad=(5, 5), stride=(2, 2)),  # windows that lie beside the image
    Geometry(x=(2, 3, 9, 8), w=(4, 3, 2, 2), stride=(3, 4)),  # pixels that no window covers
)


def windows(g: Geometry) -> list[tuple[int, int, int, int]]:
    """For each tap: its row and column in w, and how far it lies below and to the right of a window's corner."""
    taps = []
    for r in range(g.w[2]):
        for s in range(g.w[3]):
            turned = (r, s) if g.mode == 1 else (g.w[2] - 1 - r, g.w[3] - 1 - s)
            taps.append((*turned, r * g.dilation[0], s * g.dilation[1]))
    return taps


def forward(g: Geometry, x: Array, w: Array) -> Array:
    _, _, height, width = g.y
    padded = np.pad(x, ((0, 0), (0, 0), (g.pad[0],) * 2, (g.pad[1],) * 2))
    y = np.zeros(g.y)
    for group in range(g.groups):
        channels = slice(group * g.w[1], (group + 1) * g.w[1])
        filters = slice(group * g.w[0] // g.groups, (group + 1) * g.w[0] // g.groups)
        for r, s, down, right in windows(g):
            seen = padded[:, channels, down :: g.stride[0], right :: g.stride[1]][:, :, :height, :width]
            y[:, filters] += np.einsum("nchw,kc->nkhw", seen, w[filters, :, r, s])
    return y


def backward_data(g: Geometry, w: Array, dy: Array) -> Array:
    n, _, height, width = g.y
    padded = np.zeros((n, g.x[1], g.x[2] + 2 * g.pad[0], g.x[3] + 2 * g.pad[1]))
    for group in range(g.groups):
        channels = slice(group * g.w[1], (group + 1) * g.w[1])
        filters = slice(group * g.w[0] // g.groups, (group + 1) * g.w[0] // g.groups)
        for r, s, down, right in windows(g):
            view = padded[:, channels, down :: g.stride[0], right :: g.stride[1]][:, :, :height, :width]
            view += np.einsum("nkhw,kc->nchw", dy[:, filters], w[filters, :, r, s])
    return padded[:, :, g.pad[0] : g.pad[0] + g.x[2], g.pad[1] : g.pad[1] + g.x[3]]


def backward_filter(g: Geometry, x: Array, dy: Array) -> Array:
    _, _, height, width = g.y
    padded = np.pad(x, ((0, 0), (0, 0), (g.pad[0],) * 2, (g.pad[1],) * 2))
    dw = np.zeros(g.w)
    for group in range(g.groups):
        channels = slice(group * g.w[1], (group + 1) * g.w[1])
        filters = slice(group * g.w[0] // g.groups, (group + 1) * g.w[0] // g.groups)
        for r, s, down, right in windows(g):
            seen = padded[:, channels, down :: g.stride[0], right :: g.stride[1]][:, :, :height, :width]
            dw[filters, :, r, s] = np.einsum("nchw,nkhw->kc", seen, dy[:, filters])
    return dw


ALGORITHMS = {"forward": (0, 1, 2), "data": (0, 1), "filter": (0, 1), "bias": (0,)}
OPERANDS = {"forward": "xw", "data": "wy", "filter": "xy", "bias": "y"}


def case(what: str, algorithm: int, g: Geometry, alpha: float, beta: float, seed: int) -> Case:
    rng = np.random.default_rng(seed)
    shapes = {"x": g.x, "w": g.w, "y": g.y}
    taken = [rng.standard_normal(shapes[name]).astype(np.float32) for name in OPERANDS[what]]
    exact = [a.astype(np.float64) for a in taken]
    if what == "bias":
        found, size, terms = exact[0].sum((0, 2, 3)), abs(exact[0]).sum((0, 2, 3)), g.y[0] * g.y[2] * g.y[3]
    else:
        function = {"forward": forward, "data": backward_data, "filter": backward_filter}[what]
        found, size = function(g, *exact), function(g, *(abs(a) for a in exact))
        terms = {
            "forward": g.w[1] * g.w[2] * g.w[3],
            "data": g.w[0] // g.groups * g.w[2] * g.w[3],
            "filter": g.y[0] * g.y[2] * g.y[3],
        }[what]
    old = rng.standard_normal(found.shape).astype(np.float32)
    line = words(what, algorithm, g.x, g.w, g.y, g.pad, g.stride, g.dilation, g.groups, g.mode, alpha, beta)
    wanted = alpha * found + beta * old.astype(np.float64)
    return line, [*taken, *([old] if beta else [])], wanted, near(wanted, abs(alpha) * size + abs(beta * old), terms)


@pytest.mark.parametrize("what", list(ALGORITHMS))
def test_beside_float64(what: str, tmp_path: Path) -> None:
    scales = ((1.0, 0.0), (0.5, -2.0), (-1.25, 1.0))
    cases = [
        case(what, algorithm, g, *scales[(i + j) % 3], seed=100 * i + j)
        for i, algorithm in enumerate(ALGORITHMS[what])
        for j, g in enumerate(GEOMETRIES)
    ]
    ran = check("convolutions.cu", cases, tmp_path)
    assert all(launch.stream for launch in ran.record.launches)  # the handle's
    waits = [c.name for c in ran.record.trace if "Synchronize" in c.name]
    assert waits == ["cudaStreamSynchronize"] * len(cases)  # the program's own
