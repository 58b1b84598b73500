"""Drawing: a picture and the boxes that a detector found on it -> what the report shows, each box right, wrong or missed.

A box is right if a box of the same label is expected whose overlap with it is at least a half; each expected box answers for one.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grader.errors import AssignmentError
from grader.records import Detections, DrawnBox

Found = tuple[str, float, tuple[float, float, float, float]]  # label, score, (left, top, right, bottom) in pixels
OVERLAP = 0.5
MOST_BOXES, MOST_PIXELS = 100, 1 << 18


def detections(case: str, image: ArrayLike, found: Sequence[Found], expected: Sequence[Found]) -> Detections:
    """`image` is float [3, height, width] of 0 to 1. Of more than a hundred boxes the best are kept. Raises AssignmentError for a picture
    of another shape, or one that is too large to be shown."""
    pixels = np.asarray(image)
    if pixels.ndim != 3 or pixels.shape[0] != 3 or not 0 < pixels[0].size <= MOST_PIXELS:
        raise AssignmentError(f"judge.show_detections: a picture is [3, height, width] of at most {MOST_PIXELS} pixels, not {pixels.shape}")
    best = sorted((each for each in found if _finite(each)), key=lambda each: -each[1])[:MOST_BOXES]
    open_ = list(expected)
    boxes = []
    for each in best:
        match = max((e for e in open_ if e[0] == each[0]), key=lambda e: overlap(e[2], each[2]), default=None)
        right = match is not None and overlap(match[2], each[2]) >= OVERLAP
        if right and match is not None:
            open_.remove(match)
        boxes.append(_box(each, "right" if right else "wrong"))
    boxes += [_box(each, "missed") for each in open_[:MOST_BOXES]]
    _, height, width = pixels.shape
    return Detections(case=case, width=width, height=height, image=png(pixels), boxes=tuple(boxes))


def overlap(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes (left, top, right, bottom)."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    areas = ((b[2] - b[0]) * (b[3] - b[1]) for b in (one, other))
    return wide * high / (sum(areas) - wide * high)


def _finite(found: Found) -> bool:
    return bool(np.isfinite([found[1], *found[2]]).all())


def _box(found: Found, kind: Literal["right", "wrong", "missed"]) -> DrawnBox:
    label, score, (left, top, right, bottom) = found
    return DrawnBox(
        left=float(left), top=float(top), right=float(right), bottom=float(bottom), label=str(label), score=float(score), kind=kind
    )


def png(pixels: NDArray[Any]) -> str:
    """A float picture [3, height, width] of 0 to 1 as PNG (W3C Portable Network Graphics, 8-bit truecolour), in base64."""
    rows = np.moveaxis(np.clip(np.nan_to_num(pixels.astype(np.float64)) * 255, 0, 255).round().astype(np.uint8), 0, 2)
    height, width, _ = rows.shape
    data = b"".join(b"\0" + row.tobytes() for row in rows)  # filter 0: none
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(data, 9)), (b"IEND", b""))
    body = b"".join(struct.pack(">I", len(c)) + name + c + struct.pack(">I", zlib.crc32(name + c)) for name, c in chunks)
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode()
