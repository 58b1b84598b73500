"""From the region layer's output to detections: decode, intersection over union, suppression in each class.

A box is (centre x, centre y, width, height) in shares of the network's input, float64; it may leave the image.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader.darknet.errors import DarknetError
from grader.darknet.network import Region

SUPPRESSED_ABOVE = 0.45


@dataclass(frozen=True)
class Detections:
    """In order of the score, best first; of equal ones first the lower class, then the lower candidate."""

    boxes: np.ndarray  # (n, 4)
    scores: np.ndarray  # (n,)
    classes: np.ndarray  # (n,) int64
    candidates: np.ndarray  # (n,) int64: which of `decode`'s boxes it is


def decode(layer: Region, output: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Boxes (n, 4) and scores (n, classes) of every anchor in every cell; candidate a * H * W + row * W + column.

    `output`: what `layers.region` gives. bx = (column + x) / W, by = (row + y) / H, bw = e^w * anchor width / W, bh = e^h * anchor height
    / H, score of a class = objectness * its share of the softmax (`get_region_box` and `get_region_detections`, src/region_layer.c).
    """
    if output.shape != tuple(layer.outputs):
        raise DarknetError(f"an output of shape {output.shape} for a region of {layer.outputs}")
    _, height, width = layer.outputs
    y = np.asarray(output, np.float64).reshape(len(layer.anchors), 5 + layer.classes, height, width)
    anchors = np.array(layer.anchors)[:, :, None, None]
    boxes = np.empty((len(layer.anchors), 4, height, width))
    boxes[:, 0] = (np.arange(width) + y[:, 0]) / width
    boxes[:, 1] = (np.arange(height)[:, None] + y[:, 1]) / height
    with np.errstate(over="ignore"):  # an untrained network may ask for a box without end
        boxes[:, 2] = np.exp(y[:, 2]) * anchors[:, 0] / width
        boxes[:, 3] = np.exp(y[:, 3]) * anchors[:, 1] / height
    scores = y[:, 4:5] * y[:, 5:]
    return boxes.transpose(0, 2, 3, 1).reshape(-1, 4), scores.transpose(0, 2, 3, 1).reshape(-1, layer.classes)


def iou(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes (..., 4), with broadcasting. No pixel is added to a side; boxes that don't
    meet, and those without an area, have 0.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        across = _overlap(a[..., 0], a[..., 2], b[..., 0], b[..., 2])
        down = _overlap(a[..., 1], a[..., 3], b[..., 1], b[..., 3])
        intersection = across * down
        union = a[..., 2] * a[..., 3] + b[..., 2] * b[..., 3] - intersection
        share = np.divide(intersection, union, out=np.zeros(np.broadcast(intersection, union).shape), where=union > 0)
    return np.where(np.isfinite(share), share, 0.0)


def suppress(boxes: np.ndarray, scores: np.ndarray, above: float = SUPPRESSED_ABOVE) -> np.ndarray:
    """The candidates of one class that stay, best first; of equal scores the lower index comes first. Each takes away all later ones with
    IoU > `above`.

    Memory grows with n. A box is compared only with those that are near enough along one axis, so that 100,000 boxes take seconds also
    where all of them stay.
    """
    boxes, scores = np.asarray(boxes, np.float64), np.asarray(scores, np.float64)
    ordered, place, first, last = min(
        (_neighbours(boxes, axis, above) for axis in (0, 1)), key=lambda found: int((found[3] - found[2]).sum())
    )
    gone = np.zeros(len(boxes), bool)  # in the order along the axis
    stay = []
    for candidate in np.argsort(-scores, kind="stable"):
        if not gone[place[candidate]]:
            stay.append(candidate)
            near = slice(first[candidate], last[candidate])
            gone[near] |= iou(boxes[candidate], ordered[near]) > above
    return np.array(stay, np.int64)


def _neighbours(boxes: np.ndarray, axis: int, above: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The boxes sorted along an axis, each one's place there, and from where to where the boxes lie with which it can have IoU > above.

    Two such boxes have sides w within a factor of `above`, so their centres are less than (w + w / above) / 2 apart.
    """
    order = np.argsort(boxes[:, axis], kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    centre, side = boxes[:, axis], boxes[:, 2 + axis]
    reach = side * ((1 + 1 / above) / 2) if above > 0 else np.full(len(order), np.inf)
    first = np.searchsorted(centre[order], centre - reach, "left")
    return boxes[order], place, first, np.searchsorted(centre[order], centre + reach, "right")


def detect(boxes: np.ndarray, scores: np.ndarray, threshold: float, above: float = SUPPRESSED_ABOVE) -> Detections:
    """Candidates with a score > `threshold` in a class, suppressed class by class. `boxes` (n, 4), `scores` (n, classes)."""
    boxes, scores = np.asarray(boxes, np.float64), np.asarray(scores, np.float64)
    if boxes.ndim != 2 or boxes.shape[1] != 4 or scores.ndim != 2 or len(scores) != len(boxes):
        raise DarknetError(f"boxes of shape {boxes.shape} and scores of shape {scores.shape}: they must be (n, 4) and (n, classes)")
    if np.isnan(boxes).any() or np.isnan(scores).any():
        raise DarknetError("boxes or scores are NaN: the weights or the image were")
    kept, classes = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for number in range(scores.shape[1]):
        candidates = np.flatnonzero(scores[:, number] > threshold)
        kept.append(candidates[suppress(boxes[candidates], scores[candidates, number], above)])
        classes.append(np.full(len(kept[-1]), number))
    candidate, of = np.concatenate(kept), np.concatenate(classes)
    score = scores[candidate, of]
    best = np.argsort(-score, kind="stable")
    return Detections(boxes[candidate[best]], score[best], of[best], candidate[best])


def _overlap(centre_a: np.ndarray, side_a: np.ndarray, centre_b: np.ndarray, side_b: np.ndarray) -> np.ndarray:
    low = np.maximum(centre_a - side_a / 2, centre_b - side_b / 2)
    high = np.minimum(centre_a + side_a / 2, centre_b + side_b / 2)
    return np.asarray(np.maximum(high - low, 0))
