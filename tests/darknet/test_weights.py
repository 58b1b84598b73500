"""bytes <-> parameters: header, order, sizes that are known, and damaged files."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.darknet.cfg import parse_cfg
from grader.darknet.errors import DarknetError
from grader.darknet.invented import invented_parameters
from grader.darknet.known import yolov2_tiny_voc, yolov2_voc
from grader.darknet.weights import Header, count, file_size_bytes, read_header, read_weights, write_weights
from tests.darknet.cfgs import convolution, maxpool, net

SMALL = parse_cfg(net(3, 8, 8) + convolution(2, 1) + maxpool(2, 2) + convolution(1, 1, bn=0))
NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 20, 30, 31]  # bias 2, scale 2, mean 2, variance 2, weights 6; bias 1, weights 2


def small_file(*header: Any) -> bytes:
    return struct.pack(*header) + struct.pack("<17f", *NUMBERS)


def test_sizes_of_the_published_files() -> None:
    """yolov2-tiny-voc.weights and yolov2-voc.weights, and the older ones of the same networks with a header of 16 bytes."""
    for text, size in ((yolov2_tiny_voc(), 63_471_560), (yolov2_voc(), 202_704_264)):
        network = parse_cfg(text)
        assert file_size_bytes(network) == size
        assert file_size_bytes(network, Header(0, 1)) == size - 4


def test_order_within_a_layer() -> None:
    header, (first, pool, last) = read_weights(SMALL, small_file("<iiiQ", 0, 2, 0, 77))
    assert header == Header(0, 2, 0, 77)
    assert pool is None
    assert first.bias.tolist() == [1, 2]
    assert first.scale.tolist() == [3, 4]
    assert first.mean.tolist() == [5, 6]
    assert first.variance.tolist() == [7, 8]
    assert first.weights.tolist() == [[[[10]], [[11]], [[12]]], [[[13]], [[14]], [[15]]]]
    assert last.scale is None
    assert last.bias.tolist() == [20]
    assert last.weights.ravel().tolist() == [30, 31]


@pytest.mark.parametrize(
    ("major", "minor", "size"),
    [(0, 0, 16), (0, 1, 16), (0, 2, 20), (0, 999, 20), (0, 1000, 16), (1, 0, 20), (1000, 0, 16), (-1, 5, 16), (1, -9, 16), (1, -8, 20)],
)
def test_length_of_seen(major: Any, minor: Any, size: Any) -> None:
    data = small_file("<iiiQ" if size == 20 else "<iiiI", major, minor, 5, 123)
    assert read_header(data) == Header(major, minor, 5, 123)
    header, parameters = read_weights(SMALL, data)
    assert header.size_bytes == size
    assert parameters[2].weights.ravel().tolist() == [30, 31]
    assert write_weights(SMALL, parameters, header) == data


def test_groups_share_the_channels() -> None:
    network = parse_cfg(net(4, 8, 8) + convolution(6, 3) + "groups=2\n")
    assert network.layers[0].weights_shape == (6, 2, 3, 3)
    assert count(network) == 4 * 6 + 6 * 2 * 9


def test_what_is_written_is_read_back() -> None:
    own = invented_parameters(SMALL, np.random.default_rng(1))
    header, back = read_weights(SMALL, write_weights(SMALL, own, Header(seen=2**40)))
    assert header.seen == 2**40
    for a, b in zip(own, back, strict=True):
        assert (a is None) == (b is None)
        if a is not None:
            assert all(np.array_equal(getattr(a, name), getattr(b, name)) for name in ("bias", "weights"))


@pytest.mark.parametrize("length", [0, 3, 11])
def test_not_even_a_header(length: Any) -> None:
    with pytest.raises(DarknetError, match="not even a header's 12"):
        read_weights(SMALL, b"\0" * length)


def test_cut_within_seen() -> None:
    with pytest.raises(DarknetError, match="less than their header of 20"):
        read_weights(SMALL, struct.pack("<iiii", 0, 2, 0, 0))


@pytest.mark.parametrize("less", [1, 4, 68])
def test_a_truncated_file(less: Any) -> None:
    with pytest.raises(DarknetError, match=r"network needs 88 .* cut off"):
        read_weights(SMALL, small_file("<iiiQ", 0, 2, 0, 0)[:-less])


def test_bytes_that_are_left_over() -> None:
    with pytest.raises(DarknetError, match="3 bytes are left over"):
        read_weights(SMALL, small_file("<iiiQ", 0, 2, 0, 0) + b"abc")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize(
    ("position", "where"), [(0, "layer 0: 1 of 2 numbers of its bias"), (12, "layer 0: 1 of 6 .* at 4"), (16, "layer 2: .*weights")]
)
def test_numbers_that_are_none(value: Any, position: Any, where: Any) -> None:
    data = bytearray(small_file("<iiiQ", 0, 2, 0, 0))
    struct.pack_into("<f", data, 20 + 4 * position, value)
    with pytest.raises(DarknetError, match=where):
        read_weights(SMALL, bytes(data))


def test_a_variance_below_zero_tells_of_a_wrong_order() -> None:
    data = bytearray(small_file("<iiiQ", 0, 2, 0, 0))
    struct.pack_into("<f", data, 20 + 4 * 7, -0.5)
    with pytest.raises(DarknetError, match=r"variance .* -0.5 at 1.*wrong header or order"):
        read_weights(SMALL, bytes(data))


def test_nothing_is_written_that_is_not_the_networks() -> None:
    own = invented_parameters(SMALL, np.random.default_rng(1))
    with pytest.raises(DarknetError, match="2 layers for a network of 3"):
        write_weights(SMALL, own[:2])
    with pytest.raises(DarknetError, match="layer 1 takes no parameters"):
        write_weights(SMALL, [own[0], own[0], own[2]])
    with pytest.raises(DarknetError, match="layer 0: scale is missing"):
        write_weights(SMALL, [replace(own[0], scale=None), None, own[2]])
    with pytest.raises(DarknetError, match=r"should have the shape \(1,\)"):
        write_weights(SMALL, [own[0], None, replace(own[2], bias=np.zeros(3))])
    with pytest.raises(DarknetError, match="header"):
        write_weights(SMALL, own, Header(seen=-1))
