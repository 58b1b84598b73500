"""Parameters drawn at random for any network, so spread that numbers stay near 1 through all layers: for tests and graded cases."""

from __future__ import annotations

import numpy as np

from grader.darknet.network import Convolutional, Network
from grader.darknet.weights import Parameters


def invented_parameters(network: Network, random: np.random.Generator) -> list[Parameters | None]:
    """fp32. A layer's bias, scale, mean and variance differ in kind, so that none can stand for another unseen."""
    return [_of(layer, random) if isinstance(layer, Convolutional) else None for layer in network.layers]


def _of(layer: Convolutional, random: np.random.Generator) -> Parameters:
    shape = layer.weights_shape
    spread = np.sqrt(2 / (shape[1] * shape[2] * shape[3]))
    weights = random.normal(0, spread, shape).astype(np.float32)
    bias = random.normal(0, 0.1, layer.filters).astype(np.float32)
    if not layer.batch_normalize:
        return Parameters(bias, weights)
    scale = random.uniform(0.5, 1.5, layer.filters).astype(np.float32)
    mean = random.normal(0, 0.2, layer.filters).astype(np.float32)
    variance = random.uniform(0.3, 2.0, layer.filters).astype(np.float32)
    return Parameters(bias, weights, scale, mean, variance)
