"""Whatever text or bytes come in: a network, parameters or a DarknetError, in bounded time and memory."""

from __future__ import annotations

import contextlib
import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.darknet.cfg import parse_cfg
from grader.darknet.errors import DarknetError
from grader.darknet.invented import invented_parameters
from grader.darknet.network import Network
from grader.darknet.scenes import NAMES, scene
from grader.darknet.weights import file_size_bytes, read_weights, write_weights
from tests.darknet.cfgs import convolution, maxpool, net, random_cfg, region

WORDS = ["net", "convolutional", "maxpool", "route", "reorg", "region", "yolo"]
KEYS = ["width", "height", "channels", "filters", "size", "stride", "pad", "padding", "groups", "batch_normalize", "activation"]
KEYS += ["layers", "anchors", "classes", "num", "coords", "softmax", "reverse", ""]
VALUES = [
    "0",
    "1",
    "2",
    "3",
    "5",
    "7",
    "-1",
    "-3",
    "4096",
    "99999999999999999999",
    "leaky",
    "linear",
    "1,2",
    "-1,-2",
    "1.5,2.5",
    "nan",
    "1e400",
    ",",
    "",
    "٣",
    " 4 ",
]
LINES = st.one_of(
    st.sampled_from(WORDS).map("[{}]".format),
    st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)).map("=".join),
    st.text(max_size=12),
)
VALID = (
    net(3, 16, 16)
    + convolution(8)
    + maxpool(2, 1)
    + "[reorg]\nstride=2\n[route]\nlayers=-1,-1\n"
    + convolution(14, 1, bn=0)
    + region([(1, 1), (2, 3)], 2)
)


def parsed(text: str | bytes) -> Network | None:
    with contextlib.suppress(DarknetError):
        return parse_cfg(text)
    return None


@given(st.lists(LINES, max_size=30).map("\n".join))
def test_lines_that_look_like_a_cfg(text: str) -> None:
    parsed(text)


@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_anything(text: str | bytes) -> None:
    parsed(text)


@settings(max_examples=300)
@given(st.data())
def test_a_cfg_with_one_place_changed(data: st.DataObject) -> None:
    lines = VALID.splitlines()
    number = data.draw(st.integers(0, len(lines) - 1))
    change = data.draw(st.sampled_from(["drop", "double", "value", "line"]))
    line = lines[number]
    lines[number : number + 1] = {
        "drop": [],
        "double": [line, line],
        "value": [line.split("=")[0] + "=" + data.draw(st.sampled_from(VALUES))],
        "line": [data.draw(LINES)],
    }[change]
    network = parsed("\n".join(lines))
    if network is not None:
        assert all(min(layer.outputs) >= 1 for layer in network.layers)
        assert file_size_bytes(network) > 0


def test_a_network_that_would_fill_the_memory_is_refused_before_anything_is_allocated() -> None:
    tracemalloc.start()
    start = time.process_time()
    for text in (
        net(3, 4096, 4096) + convolution(4096),
        net(1024, 8, 8) + convolution(1 << 20, 1),
        net(3, 8, 8) + (convolution(1024) * 1000),
        net(3, 4096, 4096) + "[route]\nlayers=-1\n",
        net(3, 64, 64) + convolution(64, 1) + "".join("[route]\nlayers=-1,-1\n" for _ in range(1000)),
    ):
        with pytest.raises(DarknetError):
            parse_cfg(text)
    assert tracemalloc.get_traced_memory()[1] < 8 << 20
    tracemalloc.stop()
    assert time.process_time() - start < 5


SMALL = parse_cfg(net(1, 4, 4) + convolution(2, 1) + convolution(1, 1, bn=0))
GOOD = write_weights(SMALL, invented_parameters(SMALL, np.random.default_rng(0)))


@given(st.one_of(st.binary(max_size=120), st.builds(lambda cut, more: GOOD[:cut] + more, st.integers(0, len(GOOD)), st.binary(max_size=8))))
def test_any_bytes_as_weights(data: bytes) -> None:
    with contextlib.suppress(DarknetError):
        header, parameters = read_weights(SMALL, data)
        assert write_weights(SMALL, parameters, header) == data


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_weights_with_one_byte_changed(position: int, value: int) -> None:
    data = bytearray(GOOD)
    data[position] = value
    with contextlib.suppress(DarknetError):
        read_weights(SMALL, bytes(data))


def test_random_networks_are_what_they_say() -> None:
    """The generator of the oracle's networks: all kinds of layers, in sizes that are read back."""
    for seed in range(30):
        random = np.random.default_rng(seed)
        network = parse_cfg(random_cfg(random))
        assert {type(layer).__name__ for layer in network.layers} == {"Convolutional", "Maxpool", "Route", "Reorg", "Region"}
        data = write_weights(network, invented_parameters(network, random))
        assert len(data) == file_size_bytes(network)


def test_a_scene_has_its_boxes_where_its_shapes_are() -> None:
    for seed in range(40):
        picture = scene(seed)
        assert picture.image.shape[0] == 3
        assert ((picture.image * 255).round() / 255 == picture.image).all()
        assert 1 <= len(picture.boxes) == len(picture.classes) <= 4
        assert set(picture.classes.tolist()) <= set(range(len(NAMES)))
        low, high = picture.boxes[:, :2] - picture.boxes[:, 2:] / 2, picture.boxes[:, :2] + picture.boxes[:, 2:] / 2
        assert low.min() > -1e-9
        assert high.max() < 1 + 1e-9
    again = scene(7)
    assert np.array_equal(again.image, scene(7).image)
    assert scene(7, 96, 32).image.shape == (3, 32, 96)
