"""Networks: each layer's error, and what a detector found on a picture → what the page draws. Lengths are in CSS pixels. No HTML here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from grader.records import CheckResult, Detections, DrawnBox, LayerError

BAR = 160  # the longest bar
LEAST = 1e-8  # the error of a bar without length: below what single precision tells
WIDEST = 416  # a picture is drawn so wide at most, and at least half as wide
FONT = 10
KINDS = ("right", "wrong", "missed")


@dataclass(frozen=True)
class Layer:
    """One row. `state`: right, first (the first wrong one) or after (wrong, behind it). `bar` is the error's length on a logarithmic
    scale."""

    row: LayerError
    state: str
    shape: str
    error: str  # "" in a hidden case
    bar: float


@dataclass(frozen=True)
class Box:
    """One box on the picture, in pixels of the page. `words` says the same in a sentence."""

    box: DrawnBox
    x: float
    y: float
    width: float
    height: float
    text: str
    text_y: float
    text_width: int  # of the plate that it stands on: the picture may be of any colour
    words: str


@dataclass(frozen=True)
class Scene:
    """A picture with its boxes. `legend` are the kinds that occur with their numbers."""

    id: str
    detections: Detections
    width: float
    height: float
    boxes: tuple[Box, ...]
    legend: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Network:
    """What one check shows of a network: its layers, its picture, or both."""

    check: CheckResult
    layers: tuple[Layer, ...]
    scene: Scene | None


def network(check: CheckResult, anchor: str, words: Mapping[str, str]) -> Network | None:
    """None for a check that shows neither. `anchor` must be unique on the page."""
    if not check.layers and check.detections is None:
        return None
    scene = _scene(check.detections, anchor, words) if check.detections is not None else None
    return Network(check, tuple(_layers(check.layers)), scene)


def _layers(rows: tuple[LayerError, ...]) -> list[Layer]:
    found, state = [], "first"
    for row in rows:
        found.append(Layer(row, state if row.wrong else "right", "×".join(map(str, row.shape)), _error(row), _bar(row)))
        state = "after" if row.wrong else state
    return found


def _error(row: LayerError) -> str:
    return "NaN, ∞" if row.undefined else "" if row.error is None else f"{row.error:.1e}"


def _bar(row: LayerError) -> float:
    error = 1.0 if row.undefined else min(row.error or 0.0, 1.0)
    return round(BAR * math.log10(error / LEAST) / -math.log10(LEAST), 1) if error > LEAST else 0.0


def _scene(found: Detections, anchor: str, words: Mapping[str, str]) -> Scene:
    scale = WIDEST / found.width if found.width > WIDEST or found.width < WIDEST / 2 else 1.0
    counts = {kind: sum(box.kind == kind for box in found.boxes) for kind in KINDS}
    return Scene(
        id=anchor,
        detections=found,
        width=round(found.width * scale, 1),
        height=round(found.height * scale, 1),
        boxes=tuple(_box(box, found, scale, words) for box in sorted(found.boxes, key=lambda b: KINDS.index(b.kind))),
        legend=tuple((kind, count) for kind, count in counts.items() if count),
    )


def _box(box: DrawnBox, found: Detections, scale: float, words: Mapping[str, str]) -> Box:
    """Its part on the picture: edges may lie far outside of it."""
    left, right = (min(max(edge, 0.0), found.width) * scale for edge in (box.left, box.right))
    top, bottom = (min(max(edge, 0.0), found.height) * scale for edge in (box.top, box.bottom))
    text = f"{box.label} {box.score:.2f}" if box.kind != "missed" else box.label
    place = ", ".join(f"{edge:.1f}" for edge in (box.left, box.top, box.right, box.bottom))
    return Box(
        box=box,
        x=round(left, 1),
        y=round(top, 1),
        width=round(max(right - left, 1.0), 1),
        height=round(max(bottom - top, 1.0), 1),
        text=text,
        text_y=round(top - 3 if top > FONT + 3 else top + FONT + 1, 1),
        text_width=round(0.62 * FONT * len(text)) + 4,
        words=words[f"box_{box.kind}_at"].format(text=text, place=place),
    )
