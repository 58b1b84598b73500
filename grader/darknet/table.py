"""A network as the table of ck/yolov2.h, and back: a row a layer, sixteen whole numbers a row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.darknet.network import Convolutional, Layer, Maxpool, Network, Region, Reorg, Route, Shape

Array = NDArray[Any]

ROWS, COLUMNS = 64, 16
ANCHOR_NUMBERS = 32
KINDS: dict[type[Layer], int] = {Convolutional: 1, Maxpool: 2, Reorg: 3, Route: 4, Region: 5}


def table_of(network: Network) -> Array:
    """The rows that ck/yolov2.h describes."""
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


def anchors_of(network: Network) -> Array:
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
