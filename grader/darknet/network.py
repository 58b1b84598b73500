"""A Darknet network as frozen records: what a cfg says, with the shape of every layer worked out.

Shapes are (channels, height, width) of one image; Darknet's arrays are in this order, row-major. Layers count from 0; `[net]` isn't one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Shape:
    channels: int
    height: int
    width: int

    @property
    def size(self) -> int:
        """Elements of one image."""
        return self.channels * self.height * self.width

    def __str__(self) -> str:
        return f"{self.channels}x{self.height}x{self.width}"

    def __iter__(self) -> Iterator[int]:
        return iter((self.channels, self.height, self.width))


@dataclass(frozen=True)
class Layer:
    """`line`: of the section in the cfg."""

    line: int
    inputs: Shape
    outputs: Shape


@dataclass(frozen=True)
class Convolutional(Layer):
    """Cross-correlation, then batch normalisation or a bias, then the activation, "leaky" (0.1) or "linear". `padding`: on each side."""

    filters: int
    size: int
    stride: int
    padding: int
    groups: int
    batch_normalize: bool
    activation: str

    @property
    def weights_shape(self) -> tuple[int, int, int, int]:
        return self.filters, self.inputs.channels // self.groups, self.size, self.size


@dataclass(frozen=True)
class Maxpool(Layer):
    """`padding` is the sum of both sides, size - 1 by default; padding // 2 of it lies left and above. Size 2 pads right and below only."""

    size: int
    stride: int
    padding: int


@dataclass(frozen=True)
class Route(Layer):
    """The outputs of other layers, one after the other along the channels. `sources` are their numbers from 0; `sources_line`: where the
    cfg says them."""

    sources: tuple[int, ...]
    sources_line: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Reorg(Layer):
    """Darknet's rearrangement of s x s blocks into channels, which isn't space-to-depth: `layers.reorg`."""

    stride: int


@dataclass(frozen=True)
class Region(Layer):
    """YOLOv2's last layer. Channels: anchor a has 5 + classes of them (x, y, w, h, objectness, classes). Anchors: (width, height) in
    cells; `anchors_line`: where the cfg says them."""

    anchors: tuple[tuple[float, float], ...]
    classes: int
    anchors_line: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Network:
    inputs: Shape
    layers: tuple[Layer, ...]

    @property
    def outputs(self) -> Shape:
        return self.layers[-1].outputs

    @property
    def region(self) -> Region | None:
        last = self.layers[-1]
        return last if isinstance(last, Region) else None
