"""Network <-> table of ck/yolov2.h, and the line of what the table can't hold."""

from __future__ import annotations

import pytest

from grader.darknet.cfg import parse_cfg
from grader.darknet.errors import DarknetError
from grader.darknet.network import Shape
from grader.darknet.table import MOST_ANCHORS, ROWS, anchors_of, network_of, table_of
from tests.darknet.cfgs import convolution, maxpool, net, region

IN, OUT = slice(9, 12), slice(12, 15)
POOLS = maxpool(1, 1)


def line_of(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(words))


def with_anchors(count: int) -> str:
    return net(3, 8, 8) + convolution(6 * count, 1, a="linear") + region([(1.0, 2.0)] * count, 1)


def test_a_routes_input_is_its_first_source() -> None:
    network = parse_cfg(net(3, 8, 8) + convolution(4) + convolution(5) + "[route]\nlayers=-2,-1\n")
    row = table_of(network)[2]
    assert row[7:9].tolist() == [1, 2]
    assert (row[IN].tolist(), row[OUT].tolist()) == ([4, 8, 8], [9, 8, 8])


def test_as_much_as_the_table_holds() -> None:
    assert (table_of(parse_cfg(net(3, 8, 8) + POOLS * ROWS))[:, 0] == 2).all()
    assert (anchors_of(parse_cfg(with_anchors(MOST_ANCHORS))) > 0).all()


def test_one_layer_more() -> None:
    text = net(3, 8, 8) + POOLS * (ROWS + 1)
    with pytest.raises(DarknetError, match="65 layers") as found:
        table_of(parse_cfg(text))
    assert found.value.line == 5 + 3 * ROWS


def test_one_anchor_more() -> None:
    text = with_anchors(MOST_ANCHORS + 1)
    for made in (table_of, anchors_of):
        with pytest.raises(DarknetError, match="17 anchors") as found:
            made(parse_cfg(text))
        assert found.value.line == line_of(text, "anchors")


def test_one_source_more() -> None:
    text = net(3, 8, 8) + POOLS * 3 + "[route]\nlayers=0,1,2\n"
    with pytest.raises(DarknetError, match="3 layers") as found:
        table_of(parse_cfg(text))
    assert found.value.line == line_of(text, "layers")


def test_back_again() -> None:
    network = parse_cfg(net(3, 8, 8) + convolution(4) + maxpool(2, 2) + convolution(5, bn=0, a="linear"))
    again = network_of(table_of(network), 3)
    assert again.inputs == Shape(3, 8, 8)
    assert [layer.outputs for layer in again.layers] == [layer.outputs for layer in network.layers]
