"""cfg -> Network: shapes, defaults, and a clear error with its line for everything that is no network of YOLOv2's layers."""

from __future__ import annotations

from typing import Any

import pytest

from grader.darknet.cfg import parse_cfg
from grader.darknet.errors import DarknetError
from grader.darknet.known import yolov2_tiny_voc, yolov2_voc
from grader.darknet.network import Convolutional, Maxpool, Region, Route
from tests.darknet.cfgs import convolution, maxpool, net, region


def shapes(text: str) -> list[str]:
    return [str(layer.outputs) for layer in parse_cfg(text).layers]


def test_tiny_voc_has_the_layers_of_the_paper() -> None:
    network = parse_cfg(yolov2_tiny_voc())
    assert [type(layer) for layer in network.layers].count(Convolutional) == 9
    assert [type(layer) for layer in network.layers].count(Maxpool) == 6
    assert network.layers[11].outputs == network.layers[10].outputs  # the pool with stride 1
    assert str(network.outputs) == "125x13x13"
    assert network.region.anchors == ((1.08, 1.19), (3.42, 4.41), (6.63, 11.38), (9.42, 5.11), (16.62, 10.52))


def test_voc_passes_layer_16_through() -> None:
    network = parse_cfg(yolov2_voc())
    assert len(network.layers) == 32
    assert network.layers[25].sources == (16,)
    assert str(network.layers[16].outputs) == "512x26x26"
    assert [str(layer.outputs) for layer in network.layers[26:29]] == ["64x26x26", "256x13x13", "1280x13x13"]
    assert network.layers[28].sources == (27, 24)


@pytest.mark.parametrize(
    ("side", "size", "stride", "expected"),
    [(8, 2, 2, 4), (7, 2, 2, 4), (13, 2, 1, 13), (13, 3, 1, 13), (9, 3, 2, 5), (1, 2, 1, 1), (5, 1, 1, 5), (5, 1, 2, 3)],
)
def test_side_of_a_pool(side: Any, size: Any, stride: Any, expected: Any) -> None:
    """(side + padding - size) / stride + 1 with padding = size - 1, rounded down."""
    assert shapes(net(2, side, side) + maxpool(size, stride)) == [f"2x{expected}x{expected}"]


@pytest.mark.parametrize(
    ("side", "size", "stride", "expected"), [(8, 3, 1, 8), (8, 3, 2, 4), (7, 3, 2, 4), (8, 1, 1, 8), (5, 5, 1, 5), (8, 2, 1, 9)]
)
def test_side_of_a_convolution_with_pad(side: Any, size: Any, stride: Any, expected: Any) -> None:
    assert shapes(net(2, side, side) + convolution(4, size, stride)) == [f"4x{expected}x{expected}"]


def test_pad_wins_over_padding_and_padding_counts_alone() -> None:
    base = "[convolutional]\nfilters=1\nsize=5\nactivation=linear\n"
    assert shapes(net(1, 9, 9) + base + "padding=1\n") == ["1x7x7"]
    assert shapes(net(1, 9, 9) + base + "padding=1\npad=1\n") == ["1x9x9"]


def test_white_space_comments_and_line_ends_mean_nothing() -> None:
    text = (
        net(3, 16, 16)
        + convolution(10)
        + maxpool(2, 2)
        + "[route]\nlayers=-1,-1\n"
        + convolution(14, 1, bn=0, a="linear")
        + region([(1, 2), (3, 4)], 2)
    )
    noisy = "# begin\r\n\r\n" + text.replace("=", " \t= ").replace("\n", " \r\n; a comment [with brackets] = 3\r\n").replace(",", " , ")
    plain, other = parse_cfg(text), parse_cfg("\ufeff" + noisy)
    assert [(type(a), a.outputs) for a in plain.layers] == [(type(a), a.outputs) for a in other.layers]
    assert other.region == Region(other.layers[-1].line, plain.region.inputs, plain.region.outputs, ((1, 2), (3, 4)), 2)
    assert parse_cfg(text.encode()) == plain == parse_cfg(text.replace("\n", "\r"))


def test_routes_count_from_here_or_from_the_start() -> None:
    text = net(3, 8, 8) + convolution(2) + convolution(5) + "[route]\nlayers=-2, 1\n"
    assert parse_cfg(text).layers[2] == Route(19, parse_cfg(text).layers[1].outputs, parse_cfg(text).layers[2].outputs, (0, 1))
    assert shapes(text)[2] == "7x8x8"


HEAD = net(3, 8, 8)  # 4 lines
LAYER = convolution(14, 1, bn=0, a="linear")  # 7 lines, from line 5


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "empty"),
        ("# nothing\n", None, "empty"),
        (HEAD, 1, "at least one layer"),
        (LAYER, 1, "begins with [net]"),
        ("width=3\n" + HEAD, 1, "before the first section"),
        (HEAD + "[yolo]\nmask=1\n", 5, "[yolo]"),
        (HEAD + HEAD + LAYER, 5, "[net] is no layer"),
        (HEAD + "[convolutional\nfilters=1\n", 5, "opens no section"),
        (HEAD + LAYER + "nonsense\n", 12, "no option"),
        (HEAD + LAYER + "=5\n", 12, "no option"),
        (HEAD + LAYER + "filters=\n", 12, "no option"),
        (HEAD + LAYER + "size=3\n", 12, "second time (line 8"),
        (HEAD.replace("width=8\n", ""), 1, "at least one layer"),
        (HEAD.replace("width=8\n", "") + LAYER, 1, "no `width`"),
        (HEAD.replace("width=8", "width=0") + LAYER, 2, "from 1 to"),
        (HEAD.replace("width=8", "width=-416") + LAYER, 2, "from 1 to"),
        (HEAD.replace("width=8", "width=99999999999999999999") + LAYER, 2, "whole number"),
        (HEAD.replace("width=8", "width=1e3") + LAYER, 2, "whole number"),
        (HEAD.replace("width=8", "width=8 # wide") + LAYER, 2, "lines of their own"),
        (HEAD.replace("width=8", "width=٨") + LAYER, 2, "whole number"),
        (HEAD.replace("8", "4096").replace("channels=3", "channels=4096") + LAYER, 5, "elements in all outputs"),
        (HEAD + LAYER.replace("filters=14\n", ""), 5, "no `filters`"),
        (HEAD + LAYER.replace("activation=linear\n", ""), 5, "no `activation`"),
        (HEAD + LAYER.replace("linear", "mish"), 11, "mish"),
        (HEAD + LAYER.replace("size=1", "size=0"), 8, "from 1 to"),
        (HEAD + LAYER.replace("size=1", "size=65"), 8, "from 1 to 64"),
        (HEAD + LAYER.replace("stride=1", "stride=0"), 9, "from 1 to"),
        (HEAD + LAYER.replace("pad=1", "pad=2"), 10, "from 0 to 1"),
        (HEAD + LAYER.replace("pad=1", "pad=0").replace("size=1", "size=9"), 5, "doesn't fit"),
        (HEAD + LAYER + "groups=2\n", 5, "remainder"),
        (HEAD.replace("=3", "=4096") + LAYER.replace("size=1", "size=63").replace("filters=14", "filters=900"), 5, "weights up to here"),
        (HEAD + "[maxpool]\nsize=2\n" + "stride=-1\n", 7, "from 1 to"),
        (HEAD + "[maxpool]\nsize=9\nstride=1\npadding=0\n", 5, "doesn't fit"),
        (HEAD + LAYER + "[route]\n", 12, "no `layers`"),
        (HEAD + LAYER + "[route]\nlayers=1\n", 13, "only layers 0 to 0"),
        (HEAD + LAYER + "[route]\nlayers=-2\n", 13, "only layers 0 to 0"),
        (HEAD + "[route]\nlayers=-1\n", 6, "no layer stands before"),
        (HEAD + LAYER + "[route]\nlayers=0,\n", 13, "whole number"),
        (HEAD + LAYER + maxpool(2, 2) + "[route]\nlayers=0,1\n", 16, "must be equal"),
        (HEAD + LAYER + "[reorg]\nstride=3\n", 12, "must divide"),
        (HEAD + LAYER + "[reorg]\nstride=2\n", 12, "and 4 the channels"),
        (HEAD + LAYER + "[reorg]\nstride=1\nreverse=1\n", 12, "reverse"),
        (HEAD + LAYER + region([(1, 1), (2, 2)], 0), 14, "`classes` is 0"),
        (HEAD + LAYER + region([(1, 1), (2, 2)], 3), 12, "16"),
        (HEAD + LAYER + region([(1, 1), (2, 2)], 2).replace("num=2", "num=3"), 13, "write 6"),
        (HEAD + LAYER + region([(1, 1), (2, -2)], 2), 13, "positive"),
        (HEAD + LAYER + region([(1, 1), (2, 2)], 2).replace("2,2", "2,nan"), 13, "number should be"),
        (HEAD + LAYER + region([(1, 1), (2, 2)], 2).replace("2,2", "2,1e999"), 13, "number should be"),
        (HEAD + LAYER + region([(1, 1), (2, 2)], 2).replace("softmax=1", "softmax=0"), 12, "softmax=1"),
        (HEAD + LAYER + region([(1, 1), (2, 2)], 2).replace("coords=4", "coords=5"), 15, "from 4 to 4"),
        (HEAD + LAYER + region([(1, 1), (2, 2)], 2) + maxpool(2, 2), 18, "the last one"),
        (b"\x00\x00\x00\x00\x02\xff", None, "no UTF-8"),
        ("x" * (1 << 20) + "y", None, "characters"),
        ("[a]\n" * 2000, 1025, "1024 sections"),
    ],
)
def test_what_is_no_network_is_told_with_its_line(text: Any, line: Any, words: Any) -> None:
    with pytest.raises(DarknetError) as caught:
        parse_cfg(text)
    assert words in str(caught.value)
    assert caught.value.line == line
    if line:
        assert str(caught.value).startswith(f"line {line}: ")
    assert len(str(caught.value)) < 400
