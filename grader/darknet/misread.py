"""A file of weights, folded, and how it is usually misread: from another byte on, or in another order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.darknet import layers as darknet
from grader.darknet.network import Convolutional, Network
from grader.darknet.weights import Header, Parameters, file_size_bytes

Array = NDArray[Any]
Floats = NDArray[np.float64]


def folded_numbers(network: Network, parameters: list[Parameters | None]) -> tuple[Floats, Floats]:
    """W and bias of each convolution, one after another, and the magnitudes that their rounding errors go by."""
    found, magnitude = [np.zeros(0)], [np.zeros(0)]
    for own in parameters:
        if own is not None:
            folded = darknet.fold_batch_norm(own)
            found += [folded.weights.ravel(), folded.bias]
            magnitude += [np.abs(folded.weights).ravel(), np.abs(own.bias) + np.abs(folded.bias - own.bias)]
    return np.concatenate(found), np.concatenate(magnitude)


USUAL = ("bias", "scale", "mean", "variance", "weights")
ORDERS = {
    "scale and mean exchanged": ("bias", "mean", "scale", "variance", "weights"),
    "mean and variance exchanged": ("bias", "scale", "variance", "mean", "weights"),
    "scale and variance exchanged": ("bias", "variance", "mean", "scale", "weights"),
    "bias and scale exchanged": ("scale", "bias", "mean", "variance", "weights"),
    "bias and mean exchanged": ("mean", "scale", "bias", "variance", "weights"),
    "bias last of the four": ("scale", "mean", "variance", "bias", "weights"),
    "weights first": ("weights", "bias", "scale", "mean", "variance"),
    "weights behind the bias": ("bias", "weights", "scale", "mean", "variance"),
}


def read_as(network: Network, data: bytes, at: int, order: tuple[str, ...]) -> tuple[Floats, bool]:
    """Parameters folded as if the numbers began at byte `at` and stood in this order; NaN where the file has ended. And whether a variance
    is below 0."""
    count = (file_size_bytes(network, Header()) - 20) // 4
    numbers = np.full(count, np.nan)
    there = np.frombuffer(data[at : at + 4 * count], "<f4", offset=0, count=min(count, max(0, len(data) - at) // 4))
    numbers[: len(there)] = there
    own: list[Parameters | None] = []
    place, negative = 0, False
    for layer in network.layers:
        if not isinstance(layer, Convolutional):
            own.append(None)
            continue
        sizes = dict.fromkeys(("bias", "scale", "mean", "variance") if layer.batch_normalize else ("bias",), (layer.filters,))
        shapes: dict[str, tuple[int, ...]] = {**sizes, "weights": layer.weights_shape}
        found = {}
        for name in order:
            if name in shapes:
                size = int(np.prod(shapes[name]))
                found[name] = numbers[place : place + size].reshape(shapes[name])
                place += size
        negative |= "variance" in found and bool((found["variance"] < 0).any())
        own.append(Parameters(**found))
    return folded_numbers(network, own)[0], negative
