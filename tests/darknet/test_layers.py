"""Each layer on numbers worked out by hand, and against the loops of Darknet's C code where indices are what matters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.darknet.cfg import parse_cfg
from grader.darknet.errors import DarknetError
from grader.darknet.invented import invented_parameters
from grader.darknet.layers import cross_correlation, fold_batch_norm, forward, logistic, maxpool, region, reorg, softmax
from grader.darknet.weights import Parameters
from tests.darknet.cfgs import convolution, net, random_cfg


def test_a_filter_lies_on_the_image_as_it_is() -> None:
    image = np.arange(9.0).reshape(1, 3, 3)
    corner = np.zeros((1, 1, 3, 3))
    corner[0, 0, 0, 0] = 1  # the pixel above and to the left
    assert cross_correlation(image, corner, 1, 1).tolist() == [[[0, 0, 0], [0, 0, 1], [0, 3, 4]]]


def test_stride_and_two_filters_over_two_channels() -> None:
    image = np.stack([np.ones((4, 4)), np.arange(16.0).reshape(4, 4)])
    weights = np.array([[[[1.0]], [[0.0]]], [[[10.0]], [[2.0]]]])
    assert cross_correlation(image, weights, 2, 0).tolist() == [[[1, 1], [1, 1]], [[10, 14], [26, 30]]]


def test_groups_see_their_own_channels_only() -> None:
    image = np.array([1.0, 10, 100, 1000]).reshape(4, 1, 1)
    weights = np.ones((2, 2, 1, 1))
    assert cross_correlation(image, weights, 1, 0, groups=2).ravel().tolist() == [11, 1100]


def test_batch_normalisation_then_bias_then_leak() -> None:
    """x = 3, mean 1, variance 4, scale 5, bias -10: 2 / (2 + 1e-6) * 5 - 10 = -5 - 2.5e-6, a tenth of it."""
    network = parse_cfg(net(1, 1, 1) + convolution(1, 1))
    own = Parameters(
        *(np.array([value], np.float32) for value in (-10,)),
        np.ones((1, 1, 1, 1), np.float32),
        *(np.array([v], np.float32) for v in (5, 1, 4)),
    )
    (y,) = forward(network, [own], np.full((1, 1, 1), 3.0))
    assert y.item() == pytest.approx(0.1 * (2 / (2 + 1e-6) * 5 - 10), rel=1e-15)
    assert abs(y.item() + 0.5) < 3e-7


def test_folding_batch_normalisation_changes_nothing() -> None:
    network = parse_cfg(random_cfg(np.random.default_rng(5)))
    own = invented_parameters(network, np.random.default_rng(6))
    image = np.random.default_rng(7).random(tuple(network.inputs))
    folded = [None if one is None else fold_batch_norm(one) for one in own]
    assert all(one is None or one.scale is None for one in folded)
    for a, b in zip(forward(network, own, image), forward(network, folded, image), strict=True):
        assert np.allclose(a, b, rtol=1e-9, atol=1e-9)


def test_pool_of_2_with_stride_1_pads_right_and_below() -> None:
    image = np.array([[[9.0, 1, 2], [3, 4, 5], [6, 7, 8]]])
    assert maxpool(image, 2, 1, 1).tolist() == [[[9, 5, 5], [7, 8, 8], [7, 8, 8]]]


def test_pool_of_3_with_stride_1_pads_on_all_sides() -> None:
    image = np.array([[[9.0, 1, 2], [3, 4, 5], [6, 7, 8]]])
    assert maxpool(image, 3, 1, 2).tolist() == [[[9, 9, 5], [9, 9, 8], [7, 8, 8]]]


def test_padding_never_wins() -> None:
    assert maxpool(np.full((1, 3, 3), -7.0), 2, 2, 1).tolist() == [[[-7, -7], [-7, -7]]]


@given(st.integers(1, 4), st.integers(1, 9), st.integers(1, 9), st.integers(1, 4), st.integers(1, 3), st.integers(0, 3))
def test_pool_as_in_forward_maxpool_layer(channels: Any, height: Any, width: Any, size: Any, stride: Any, padding: Any) -> None:
    padding = min(padding, size - 1)
    if min(height, width) + padding < size:
        return
    x = np.random.default_rng(height * 10 + width).normal(size=(channels, height, width))
    out_h, out_w = (height + padding - size) // stride + 1, (width + padding - size) // stride + 1
    expected = np.empty((channels, out_h, out_w))
    for k in range(channels):
        for i in range(out_h):
            for j in range(out_w):
                best = -np.inf
                for n in range(size):
                    for m in range(size):
                        row, column = -(padding // 2) + i * stride + n, -(padding // 2) + j * stride + m
                        if 0 <= row < height and 0 <= column < width:
                            best = max(best, x[k, row, column])
                expected[k, i, j] = best
    assert np.array_equal(maxpool(x, size, stride, padding), expected)


def reorg_cpu(x: np.ndarray, stride: int) -> np.ndarray:
    """The loop of Darknet's blas.c: out[in_index] = x[out_index], with the input's sides."""
    c, h, w = x.shape
    few, flat = c // stride**2, x.ravel()
    out = np.empty(x.size)
    for k in range(c):
        for j in range(h):
            for i in range(w):
                offset = k // few
                column, row = i * stride + offset % stride, j * stride + offset // stride
                out[i + w * (j + h * k)] = flat[column + w * stride * (row + h * stride * (k % few))]
    return out.reshape(c * stride**2, h // stride, w // stride)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_reorg_as_in_reorg_cpu(few: Any, rows: Any, columns: Any, stride: Any) -> None:
    x = np.arange(float(few * stride**4 * rows * columns)).reshape(few * stride**2, rows * stride, columns * stride)
    assert np.array_equal(reorg(x, stride), reorg_cpu(x, stride))


def test_reorg_is_not_space_to_depth() -> None:
    x = np.arange(4 * 2 * 2.0).reshape(4, 2, 2)
    depth = x.reshape(4, 1, 2, 1, 2).transpose(0, 2, 4, 1, 3).reshape(16, 1, 1)
    assert reorg(x, 2).ravel().tolist() == [0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15]
    assert sorted(reorg(x, 2).ravel()) == depth.ravel().tolist() != reorg(x, 2).ravel().tolist()


def test_region_by_hand() -> None:
    x = np.array([0.0, np.log(3), 5, -5, -np.log(4), np.log(1), np.log(3)]).reshape(7, 1, 1)
    assert region(x, 1, 2).ravel() == pytest.approx([0.5, 0.75, 5, -5, 0.2, 0.25, 0.75])


def test_large_numbers_overflow_nowhere() -> None:
    with np.errstate(all="raise", under="ignore"):
        assert logistic(np.array([-1e4, 0, 1e4])).tolist() == [0, 0.5, 1]
        assert softmax(np.array([1e4, -1e4]), 0).tolist() == [1, 0]


def test_every_layer_has_its_output_in_the_shape_that_the_cfg_says() -> None:
    for seed in range(5):
        network = parse_cfg(random_cfg(np.random.default_rng(seed)))
        own = invented_parameters(network, np.random.default_rng(seed))
        outputs = forward(network, own, np.random.default_rng(seed).random(tuple(network.inputs)))
        assert [y.shape for y in outputs] == [tuple(layer.outputs) for layer in network.layers]
        assert all(np.isfinite(y).all() and y.dtype == np.float64 for y in outputs)


def test_an_image_that_does_not_fit_is_refused() -> None:
    network = parse_cfg(net(3, 8, 6) + convolution(2))
    own = invented_parameters(network, np.random.default_rng(0))
    with pytest.raises(DarknetError, match="letterbox it first"):
        forward(network, own, np.zeros((3, 6, 8)))
    with pytest.raises(DarknetError, match="letterbox it first"):
        forward(network, own, np.zeros((0,)))
    with pytest.raises(DarknetError, match="NaN or infinite"):
        forward(network, own, np.full((3, 8, 6), np.nan))
