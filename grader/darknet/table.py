"""A network as the table of ck/yolov2.h, and back: a row a layer, sixteen whole numbers a row.

The table holds fewer networks than grader/darknet knows: 64 layers, routes from two of them, 16 anchors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.darknet.errors import DarknetError
from grader.darknet.network import Convolutional, Layer, Maxpool, Network, Region, Reorg, Route, Shape

Array = NDArray[Any]

ROWS, COLUMNS = 64, 16
MOST_SOURCES = 2
MOST_ANCHORS = 16
ANCHOR_NUMBERS = 2 * MOST_ANCHORS
KINDS: dict[type[Layer], int] = {Convolutional: 1, Maxpool: 2, Reorg: 3, Route: 4, Region: 5}


def table_of(network: Network) -> Array:
    """The rows that ck/yolov2.h describes; DarknetError for a network that they can't hold."""
    _must_fit(network)
    table = np.zeros((ROWS, COLUMNS), np.int32)
    for number, layer in enumerate(network.layers):
        first = layer.sources[0] + 1 if isinstance(layer, Route) else number
        inputs = network.layers[layer.sources[0]].outputs if isinstance(layer, Route) else layer.inputs
        row = [KINDS[type(layer)], 0, 0, 0, 0, 0, 0, first, 0, *inputs, *layer.outputs, 0]
        match layer:
            case Convolutional():
                row[1:7] = [layer.filters, layer.size, layer.stride, layer.padding, layer.batch_normalize, layer.activation == "leaky"]
            case Maxpool():
                row[2:5] = [layer.size, layer.stride, layer.padding]
            case Reorg():
                row[3] = layer.stride
            case Route():
                row[8] = layer.sources[1] + 1 if len(layer.sources) > 1 else 0
            case Region():
                row[1], row[15] = len(layer.anchors), layer.classes
        table[number] = row
    return table


def _must_fit(network: Network) -> None:
    if len(network.layers) > ROWS:
        raise DarknetError(f"{len(network.layers)} layers: there must be {ROWS} at most", network.layers[ROWS].line)
    for layer in network.layers:
        if isinstance(layer, Route) and len(layer.sources) > MOST_SOURCES:
            raise DarknetError(f"a route from {len(layer.sources)} layers: name {MOST_SOURCES} at most", layer.sources_line)
        if isinstance(layer, Region) and len(layer.anchors) > MOST_ANCHORS:
            raise DarknetError(f"{len(layer.anchors)} anchors: there must be {MOST_ANCHORS} at most", layer.anchors_line)


def anchors_of(network: Network) -> Array:
    """Width and height of each anchor, in cells, and zeros behind them; DarknetError for more than 16."""
    _must_fit(network)
    anchors = np.zeros(ANCHOR_NUMBERS, np.float32)
    found = np.ravel(network.region.anchors if network.region else [])
    anchors[: len(found)] = found
    return anchors


def network_of(table: Array, layers: int) -> Network:
    """Of a table's rows, what a file of weights depends on."""
    made: list[Layer] = []
    for row in table[:layers].tolist():
        kind, filters, size, stride, padding, normalized, leaky, *_ = row
        inputs, outputs = Shape(*row[9:12]), Shape(*row[12:15])
        activation = "leaky" if leaky else "linear"
        convolution = Convolutional(0, inputs, outputs, filters, size, stride, padding, 1, bool(normalized), activation)
        made.append(convolution if kind == KINDS[Convolutional] else Layer(0, inputs, outputs))
    return Network(made[0].inputs, tuple(made))
