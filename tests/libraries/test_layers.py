"""Pooling, activations, softmax, batch normalisation and elementwise operations of the stand-in for cuDNN beside float64."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from tests.libraries.programs import Array, Case, check, near, words

SCALES = ((1.0, 0.0), (0.5, -2.0), (-1.25, 1.0))
rng = np.random.default_rng(11)


def normal(*shape: int) -> Array:
    return rng.standard_normal(shape).astype(np.float32)


def scaled(line: str, taken: list[Array], found: Array, bound: Array, index: int) -> Case:
    """The same for an alpha and a beta in turn; the old content is the last that the program takes."""
    alpha, beta = SCALES[index % 3]
    old = normal(*found.shape)
    wanted = alpha * found + beta * old.astype(np.float64)
    return words(line, alpha, beta), [*taken, *([old] if beta else [])], wanted, abs(alpha) * bound + near(wanted) + near(beta * old)


# mode, window, padding, stride, shape
POOLS = (
    (0, (2, 2), (0, 0), (2, 2), (2, 3, 6, 8)),
    (0, (3, 2), (1, 1), (2, 1), (1, 2, 7, 5)),
    (3, (3, 3), (1, 1), (1, 1), (2, 2, 5, 6)),
    (1, (3, 3), (1, 2), (2, 2), (1, 3, 7, 6)),
    (2, (3, 3), (2, 1), (2, 3), (2, 1, 6, 7)),
    (0, (5, 4), (0, 0), (1, 1), (1, 1, 5, 4)),
)


def windows(mode: int, window: tuple[int, int], pad: tuple[int, int], stride: tuple[int, int], shape: tuple[int, ...]) -> Array:
    """(p, q) -> the slices of rows and columns that lie on the image, and the count that an average divides by."""
    out = [(shape[2 + i] + 2 * pad[i] - window[i]) // stride[i] + 1 for i in (0, 1)]
    found = np.empty(out, dtype=object)
    for p, q in np.ndindex(*out):
        top, left = p * stride[0] - pad[0], q * stride[1] - pad[1]
        rows = slice(max(0, top), min(shape[2], top + window[0]))
        columns = slice(max(0, left), min(shape[3], left + window[1]))
        area = window[0] * window[1] if mode == 1 else (rows.stop - rows.start) * (columns.stop - columns.start)
        found[p, q] = rows, columns, area
    return found


def pooled(mode: int, x: Array, places: Array) -> Array:
    y = np.zeros((*x.shape[:2], *places.shape))
    for p, q in np.ndindex(*places.shape):
        rows, columns, area = places[p, q]
        part = x[:, :, rows, columns].reshape(*x.shape[:2], -1)
        y[:, :, p, q] = part.max(-1) if mode in (0, 3) else part.sum(-1) / area
    return y


def spread(mode: int, x: Array, dy: Array, places: Array) -> Array:
    dx = np.zeros(x.shape)
    for p, q in np.ndindex(*places.shape):
        rows, columns, area = places[p, q]
        part = x[:, :, rows, columns]
        for n, c in np.ndindex(*x.shape[:2]):
            if mode in (0, 3):
                row, column = np.unravel_index(part[n, c].argmax(), part[n, c].shape)  # the first of equals
                dx[n, c, rows.start + row, columns.start + column] += dy[n, c, p, q]
            else:
                dx[n, c, rows, columns] += dy[n, c, p, q] / area
    return dx


def test_pooling(tmp_path: Path) -> None:
    cases: list[Case] = []
    for index, (mode, window, pad, stride, shape) in enumerate(POOLS):
        x = np.round(normal(*shape) * 2)  # with ties
        places = windows(mode, window, pad, stride, shape)
        y = pooled(mode, x.astype(np.float64), places)
        line = words(mode, 0, window, pad, stride, shape, y.shape)
        cases.append(scaled(f"pool {line}", [x], y, near(y, pooled(1, abs(x), places) * 25, 25), index))
        dy = normal(*y.shape)
        dx = spread(mode, x, dy.astype(np.float64), places)
        bound = near(dx, spread(mode, x, abs(dy.astype(np.float64)), places), 25)
        cases.append(scaled(f"unpool {line}", [x, y.astype(np.float32), dy], dx, bound, index))
    check("layers.cu", cases, tmp_path)


def test_nan_in_a_maximum(tmp_path: Path) -> None:
    x = np.array([[[[1, np.nan, 3, 4], [5, 6, 7, -8], [-1, -2, -3, -4], [-5, -6, -7, -8]]]], dtype=np.float32)
    for_nan = {0: [[6, 7], [-1, -3]], 1: [[np.nan, 7], [-1, -3]]}
    cases = [
        (words("pool 0", nan, (2, 2), (0, 0), (2, 2), x.shape, (1, 1, 2, 2), 1, 0), [x], np.array(wanted, dtype=float), np.zeros((2, 2)))
        for nan, wanted in for_nan.items()
    ]
    check("layers.cu", cases, tmp_path)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


ACTIVATIONS = {
    0: (0.0, sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x))),
    1: (0.0, lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    2: (0.0, np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    3: (1.5, lambda x: np.clip(x, 0, 1.5), lambda x: ((x > 0) & (x < 1.5)) * 1.0),
    4: (
        0.75,
        lambda x: np.where(x > 0, x, 0.75 * np.expm1(np.minimum(x, 0))),
        lambda x: np.where(x > 0, 1, 0.75 * np.exp(np.minimum(x, 0))),
    ),
    5: (0.0, lambda x: x, lambda x: np.ones_like(x)),
}


@pytest.mark.parametrize("mode", list(ACTIVATIONS))
def test_activation(mode: int, tmp_path: Path) -> None:
    coef, function, derivative = ACTIVATIONS[mode]
    cases = []
    for index, shape in enumerate([(1, 1, 1, 1), (2, 3, 5, 7), (3, 1, 1, 129)]):
        x = normal(*shape) * 3
        y, slope = function(x.astype(np.float64)), derivative(x.astype(np.float64))
        line = words(mode, 1, coef, shape)
        cases.append(scaled(f"act {line}", [x], y, near(y, abs(y) + 1, 16), index))
        dy = normal(*shape)
        dx = dy * slope
        cases.append(scaled(f"unact {line}", [x, y.astype(np.float32), dy], dx, near(dx, abs(dy) * 2, 16), index))
    check("layers.cu", cases, tmp_path)


def test_activations_far_out_and_nan(tmp_path: Path) -> None:
    x = np.array([[[[-200.0, -88.8, -0.0, 0.0, 88.8, 200.0, np.nan]]]], dtype=np.float32)
    wanted = {
        (0, 1): [0, 0, 0.5, 0.5, 1, 1, np.nan],
        (1, 1): [0, 0, 0, 0, 88.8, 200, np.nan],
        (1, 0): [0, 0, 0, 0, 88.8, 200, 0],
        (2, 1): [-1, -1, 0, 0, 1, 1, np.nan],
        (3, 1): [0, 0, 0, 0, 6, 6, np.nan],
        (4, 1): [-6, -6, 0, 0, 88.8, 200, np.nan],
    }
    cases = [
        (words("act", mode, nan, 6.0, x.shape, 1, 0), [x], np.array(values), np.full(7, 1e-5)) for (mode, nan), values in wanted.items()
    ]
    check("layers.cu", cases, tmp_path)


def test_softmax(tmp_path: Path) -> None:
    cases: list[Case] = []
    shapes = [(2, 3, 4, 5), (1, 100, 1, 1), (3, 1, 1, 7), (2, 33, 2, 3)]
    for index, (shape, algorithm, mode) in enumerate(itertools.product(shapes, (0, 1, 2), (0, 1))):
        axes = (1, 2, 3) if mode == 0 else (1,)
        x = normal(*shape) * 4
        exact = x.astype(np.float64)
        shares = np.exp(exact - exact.max(axes, keepdims=True))
        shares /= shares.sum(axes, keepdims=True)
        y = np.log(shares) if algorithm == 2 else shares
        line = words(algorithm, mode, shape)
        cases.append(scaled(f"softmax {line}", [x], y, near(y, abs(y) + (algorithm == 2), 300), index))
        given, dy = y.astype(np.float32), normal(*shape)
        held = given.astype(np.float64)
        sums = (dy if algorithm == 2 else held * dy).astype(np.float64).sum(axes, keepdims=True)
        dx = dy - np.exp(held) * sums if algorithm == 2 else held * (dy - sums)
        cases.append(scaled(f"unsoftmax {line}", [given, dy], dx, near(dx, abs(dx) + 1, 300), index))
    check("layers.cu", cases, tmp_path)


def test_softmax_of_large_numbers(tmp_path: Path) -> None:
    x = np.array([[[[1e4]], [[-1e4]], [[1e4]]]], dtype=np.float32)
    half, log = [0.5, 0, 0.5], [-np.log(2), -2e4 - np.log(2), -np.log(2)]
    fast = [np.nan, 0, np.nan]  # ∞/∞
    cases = [
        (words("softmax", algorithm, 1, x.shape, 1, 0), [x], np.array(wanted), np.array([1e-6, 1e-2, 1e-6]))
        for algorithm, wanted in ((0, fast), (1, half), (2, log))
    ]
    check("layers.cu", cases, tmp_path)


def test_batch_normalisation(tmp_path: Path) -> None:
    cases = []
    for index, (mode, shape) in enumerate(itertools.product((0, 1, 2), [(2, 3, 4, 5), (1, 1, 1, 1), (3, 5, 1, 2)])):
        own = (1, *shape[1:]) if mode == 0 else (1, shape[1], 1, 1)
        x, scale, bias, mean, variance = normal(*shape), normal(*own), normal(*own), normal(*own), abs(normal(*own))
        y = scale.astype(np.float64) * (x.astype(np.float64) - mean) / np.sqrt(variance.astype(np.float64) + 1e-3) + bias
        size = abs(scale) * (abs(x) + abs(mean)) / np.sqrt(variance.astype(np.float64) + 1e-3) + abs(bias)
        cases.append(scaled(words("norm", mode, 1e-3, shape), [x, scale, bias, mean, variance], y, near(y, size, 16), index))
    check("layers.cu", cases, tmp_path)


def test_add_tensor(tmp_path: Path) -> None:
    cases = []
    for index, (a, c) in enumerate(
        [((1, 3, 1, 1), (2, 3, 4, 5)), ((2, 3, 4, 5),) * 2, ((1, 1, 4, 1), (2, 2, 4, 3)), ((2, 1, 1, 3), (2, 2, 4, 3)), ((1, 1, 1, 1),) * 2]
    ):
        x = normal(*a)
        found = np.broadcast_to(x.astype(np.float64), c)
        cases.append(scaled(words("add", a, c), [x], found, near(found), index))
    check("layers.cu", cases, tmp_path)


def test_op_tensor(tmp_path: Path) -> None:
    cases: list[Case] = []
    operations = (np.add, np.multiply, np.minimum, np.maximum, lambda a, b: np.sqrt(a), lambda a, b: 1 - a)
    for which, function in enumerate(operations):
        a, b, old = abs(normal(2, 3, 4, 5)), normal(1, 3, 1, 5), normal(2, 3, 4, 5)
        x, y = 0.5 * a.astype(np.float64), -2 * np.broadcast_to(b.astype(np.float64), a.shape)
        found = function(x, y)
        for beta in (0.0, 1.5):
            wanted = found + beta * old
            line = words("op", which, 1, a.shape, b.shape, 0.5, -2.0, beta)
            cases.append(
                (line, [a, b, *([old] if beta else [])], wanted, near(wanted, abs(x) + abs(y) + abs(x * y) + abs(beta * old) + 1, 4))
            )
    check("layers.cu", cases, tmp_path)
