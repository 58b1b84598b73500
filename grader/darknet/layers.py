"""The forward pass of every layer in float64, as Darknet's CPU code computes it. Images are (channels, height, width).

Batch normalisation divides by sqrt(variance) + 1e-6 (Darknet's CPU form, `normalize_cpu` in src/blas.c; its GPU code has sqrt(variance +
1e-5)).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from grader.darknet.errors import DarknetError
from grader.darknet.network import Convolutional, Layer, Maxpool, Network, Region, Reorg, Route
from grader.darknet.weights import Parameters

EPSILON = 1e-6  # beside the standard deviation, not under the root
LEAK = 0.1


def forward(network: Network, parameters: list[Parameters | None], image: np.ndarray) -> list[np.ndarray]:
    """The output of every layer, in order. `image`: of the network's input shape, finite."""
    image = np.asarray(image, np.float64)
    if image.shape != tuple(network.inputs):
        raise DarknetError(f"an image of shape {image.shape} for a network that takes {network.inputs}: letterbox it first")
    if not np.isfinite(image).all():
        raise DarknetError("the image has NaN or infinite pixels: pixels are numbers from 0 to 1")
    outputs: list[np.ndarray] = []
    for layer, own in zip(network.layers, parameters, strict=True):
        outputs.append(_forward(layer, own, outputs[-1] if outputs else image, outputs))
    return outputs


def _forward(layer: Layer, own: Parameters | None, x: np.ndarray, outputs: list[np.ndarray]) -> np.ndarray:
    match layer:
        case Convolutional():
            assert own is not None
            return convolutional(layer, own, x)
        case Maxpool():
            return maxpool(x, layer.size, layer.stride, layer.padding)
        case Route():
            return np.concatenate([outputs[source] for source in layer.sources])
        case Reorg():
            return reorg(x, layer.stride)
        case Region():
            return region(x, len(layer.anchors), layer.classes)
    raise AssertionError(layer)


def convolutional(layer: Convolutional, own: Parameters, x: np.ndarray) -> np.ndarray:
    y = cross_correlation(x, own.weights, layer.stride, layer.padding, layer.groups)
    if own.scale is not None and own.mean is not None and own.variance is not None:
        scale, mean, variance = (_per_filter(array) for array in (own.scale, own.mean, own.variance))
        y = (y - mean) / (np.sqrt(variance) + EPSILON) * scale
    y += _per_filter(own.bias)
    return np.where(y > 0, y, LEAK * y) if layer.activation == "leaky" else y


def cross_correlation(x: np.ndarray, weights: np.ndarray, stride: int, padding: int, groups: int = 1) -> np.ndarray:
    """The filter lies on the image as it is, not turned. `weights`: (filters, channels / groups, size, size).

    One matrix product for each place in the filter, so that no more memory is taken than for the input and the output.
    """
    filters, channels, size, _ = weights.shape
    x = np.pad(x, ((0, 0), (padding, padding), (padding, padding)))
    height, width = ((side - size) // stride + 1 for side in x.shape[1:])
    y = np.zeros((groups, filters // groups, height * width))
    taps = weights.astype(np.float64).reshape(groups, filters // groups, channels, size, size)
    for row in range(size):
        for column in range(size):
            seen = x[:, row : row + (height - 1) * stride + 1 : stride, column : column + (width - 1) * stride + 1 : stride]
            y += taps[..., row, column] @ seen.reshape(groups, channels, height * width)
    return y.reshape(filters, height, width)


def maxpool(x: np.ndarray, size: int, stride: int, padding: int) -> np.ndarray:
    """`forward_maxpool_layer`: of `padding` on both sides together, padding // 2 is left and above; what lies outside never wins."""
    _, height, width = x.shape
    before = padding // 2
    rows, columns = ((side + padding - size) // stride + 1 for side in (height, width))
    after = [max(0, (count - 1) * stride + size - before - side) for count, side in ((rows, height), (columns, width))]
    padded = np.pad(x, ((0, 0), (before, after[0]), (before, after[1])), constant_values=-np.inf)
    y = np.full((x.shape[0], rows, columns), -np.inf)
    for row in range(size):
        for column in range(size):
            np.maximum(
                y, padded[:, row : row + (rows - 1) * stride + 1 : stride, column : column + (columns - 1) * stride + 1 : stride], out=y
            )
    return y


def reorg(x: np.ndarray, stride: int) -> np.ndarray:
    """`reorg_cpu` with forward = 0, as the layer calls it: out[in_index] = x[out_index] with the *input's* height, width and channels.

    So it isn't space-to-depth of x. It is space-to-depth of what x becomes when its elements are read, in order, as an image of
    c / s^2 channels, h * s rows and w * s columns; the result, again in order, is what the next layer sees as c * s^2 channels.
    """
    channels, height, width = x.shape
    few = channels // stride**2
    blocks = x.reshape(few, height, stride, width, stride)  # channel, row, row in its block, column, column in its block
    return blocks.transpose(2, 4, 0, 1, 3).reshape(channels * stride**2, height // stride, width // stride)


def region(x: np.ndarray, anchors: int, classes: int) -> np.ndarray:
    """Of each anchor: the logistic function of x, y and the objectness, softmax over the classes; w and h stay as they are."""
    y = x.reshape(anchors, 5 + classes, *x.shape[1:]).copy()
    y[:, [0, 1, 4]] = logistic(y[:, [0, 1, 4]])
    y[:, 5:] = softmax(y[:, 5:], axis=1)
    return y.reshape(x.shape)


def logistic(x: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(x))  # never overflows
    return np.asarray(np.where(x >= 0, 1 / (1 + e), e / (1 + e)))


def softmax(x: np.ndarray, axis: int) -> np.ndarray:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def fold_batch_norm(own: Parameters) -> Parameters:
    """The same layer as weights and a bias alone, float64: with f = scale / (sqrt(variance) + 1e-6), w * f and bias - mean * f."""
    if own.scale is None or own.mean is None or own.variance is None:
        return own
    factor = own.scale.astype(np.float64) / (np.sqrt(own.variance.astype(np.float64)) + EPSILON)
    bias = own.bias.astype(np.float64) - factor * own.mean
    return replace(own, bias=bias, weights=own.weights * factor[:, None, None, None], scale=None, mean=None, variance=None)


def _per_filter(array: np.ndarray) -> np.ndarray:
    return np.asarray(array, np.float64)[:, None, None]
