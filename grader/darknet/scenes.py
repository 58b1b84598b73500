"""Pictures of rectangles and circles with their boxes, from a seed: data for a detector without anybody's photographs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.darknet.boxes import iou

NAMES = ("rectangle", "circle")
LONGEST_SIDE = 64
SHORTEST_SIDE = 40
MOST_SHAPES = 4
PUBLIC_SEED = 1_000_003  # of the picture that 15_yolov2 shows; its network was trained on others


@dataclass(frozen=True)
class Scene:
    """`image` (3, height, width), multiples of 1/255. `boxes` (n, 4) in shares of the image, (centre x, centre y, width, height);
    `classes` (n,) into NAMES."""

    image: np.ndarray
    boxes: np.ndarray
    classes: np.ndarray


def scene(seed: int, width: int | None = None, height: int | None = None) -> Scene:
    """One picture: a shaded, noisy ground, and one to four shapes that hardly overlap. Its size is drawn too unless it is given."""
    random = np.random.default_rng([seed, 2017])
    sides = np.full(2, LONGEST_SIDE)
    sides[random.integers(2)] = random.integers(SHORTEST_SIDE, LONGEST_SIDE + 1)
    width, height = width or int(sides[0]), height or int(sides[1])
    image = _ground(random, width, height)
    boxes = np.empty((0, 4))
    classes: list[int] = []
    for _ in range(int(random.integers(1, MOST_SHAPES + 1))):
        for _ in range(20):  # a place that is free; if there is none, one shape fewer
            kind = int(random.integers(len(NAMES)))
            mask = _circle(random, width, height) if kind else _rectangle(random, width, height)
            box = _bounds(mask)
            if (iou(box, boxes) < 0.1).all():
                image[:, mask] = _colour(random, image[:, mask].mean(axis=1))[:, None]
                boxes, classes = np.concatenate([boxes, box[None]]), [*classes, kind]
                break
    image += random.normal(0, 0.03, image.shape)
    return Scene(np.round(image.clip(0, 1) * 255) / 255, boxes, np.array(classes, np.int64))


def _ground(random: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A colour that changes evenly from one corner to the opposite one."""
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    share = (across + down) / 2
    first, last = random.random((2, 3))
    return np.asarray(first[:, None, None] * (1 - share) + last[:, None, None] * share)


def _colour(random: np.random.Generator, ground: np.ndarray) -> np.ndarray:
    """One that differs from the ground's by at least 0.35 in some channel."""
    while True:
        colour = random.random(3)
        if np.abs(colour - ground).max() > 0.35:
            return colour


def _rectangle(random: np.random.Generator, width: int, height: int) -> np.ndarray:
    w, h = (int(random.integers(10, side * 2 // 3)) for side in (width, height))
    left, top = int(random.integers(width - w + 1)), int(random.integers(height - h + 1))
    mask = np.zeros((height, width), bool)
    mask[top : top + h, left : left + w] = True
    return mask


def _circle(random: np.random.Generator, width: int, height: int) -> np.ndarray:
    """All pixels whose centre is within the radius."""
    radius = random.uniform(5.5, min(width, height) / 3)
    x, y = random.uniform(radius, width - radius), random.uniform(radius, height - radius)
    columns, rows = np.arange(width) + 0.5, np.arange(height)[:, None] + 0.5
    return np.asarray((columns - x) ** 2 + (rows - y) ** 2 <= radius**2)


def _bounds(mask: np.ndarray) -> np.ndarray:
    """The box of the pixels that are set."""
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left, right, top, bottom = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    return np.array([(left + right) / 2 / width, (top + bottom) / 2 / height, (right - left) / width, (bottom - top) / height])
