"""An image of any size -> the network's square, and boxes back again: Darknet's `letterbox_image` and `resize_image` (src/image.c).

The image is scaled to fit, whole pixels rounded down, and lies in the middle of a grey (0.5) field. Scaling is bilinear with the corners'
centres on each other: output column c of w' reads at c * (w - 1) / (w' - 1), first along rows, then along columns, in exact positions
(Darknet's are fp32). The last column and row are the image's last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.darknet.errors import DarknetError

GREY = 0.5


@dataclass(frozen=True)
class Fit:
    """Where the image lies in the network's input, in whole pixels."""

    network_width: int
    network_height: int
    width: int
    height: int

    @property
    def left(self) -> int:
        return (self.network_width - self.width) // 2

    @property
    def top(self) -> int:
        return (self.network_height - self.height) // 2


def fit(image_width: int, image_height: int, network_width: int, network_height: int) -> Fit:
    """At least one pixel of each side is left of an image however thin."""
    if min(image_width, image_height, network_width, network_height) < 1:
        raise DarknetError(
            f"an image of {image_width}x{image_height} in a network of {network_width}x{network_height}: there must be a pixel in each"
        )
    if network_width * image_height < network_height * image_width:
        return Fit(network_width, network_height, network_width, max(1, image_height * network_width // image_width))
    return Fit(network_width, network_height, max(1, image_width * network_height // image_height), network_height)


def resize(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """(channels, h, w) -> (channels, height, width), float64."""
    image = np.asarray(image, np.float64)
    return _along(_along(image, 2, width), 1, height)


def letterbox(image: np.ndarray, network_width: int, network_height: int) -> tuple[np.ndarray, Fit]:
    """The network's input for an image (channels, h, w), and where the image lies in it."""
    image = np.asarray(image, np.float64)
    if image.ndim != 3 or 0 in image.shape:
        raise DarknetError(f"an image of shape {image.shape}: it must be (channels, height, width) with a pixel at least")
    place = fit(image.shape[2], image.shape[1], network_width, network_height)
    field = np.full((image.shape[0], network_height, network_width), GREY)
    field[:, place.top : place.top + place.height, place.left : place.left + place.width] = resize(image, place.width, place.height)
    return field, place


def undo(boxes: np.ndarray, place: Fit) -> np.ndarray:
    """Boxes in shares of the network's input -> in shares of the image, both (centre x, centre y, width, height).

    Darknet's `correct_region_boxes`, with the margin that the picture really has: Darknet takes half of an odd margin with its half pixel,
    though its picture begins at a whole one. Nothing is clipped: a box may leave the image.
    """
    sides = np.array([place.network_width, place.network_height] * 2, np.float64)
    margin = np.array([place.left, place.top, 0, 0], np.float64)
    return (np.asarray(boxes, np.float64) * sides - margin) / np.array([place.width, place.height] * 2, np.float64)


def _along(image: np.ndarray, axis: int, count: int) -> np.ndarray:
    """Bilinear along one axis."""
    last = image.shape[axis] - 1
    steps = max(count - 1, 1)
    position = np.arange(count) * last
    low, share = position // steps, (position % steps) / steps
    if count == 1:
        low = np.array([last])  # Darknet: the last column of the output is the last of the image, also where it's the only one
    high = np.minimum(low + 1, last)
    share = share.reshape([-1 if dimension == axis else 1 for dimension in range(3)])
    return np.asarray((1 - share) * image.take(low, axis) + share * image.take(high, axis))
