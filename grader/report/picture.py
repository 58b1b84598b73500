"""Access pictures: a line's worst access pattern → a drawing of 32 lanes and the sectors or banks they want, and the same in words.

Lanes stand in a column on the left, so that the drawing keeps its size on a phone. Lengths are in CSS pixels. No HTML here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.report.counters import requests, sectors, shared_requests, shared_wavefronts
from grader.report.pattern import BANKS, SECTOR_BYTES, WARP, Pattern, all_banks, ranges, read_pattern, touched_sectors, waste

HUES = 4  # colours, in turn
TOP, PITCH, BOX = 22, 14, 12  # of the column of lanes
LANE_WIDTH, MEMORY, WIDTH = 24, 88, 316  # right edge of the lanes, left edge of the memory, whole drawing
BYTE = 5  # of a sector
CHIPS = 118  # left edge of the banks' queues
BOTTOM = TOP + WARP * PITCH


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    css: str
    text: str = ""
    to: float = 0.0  # where a wire ends; unused by other boxes

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Picture:
    """One drawing. `rows` says the same as a table: sector or bank, its lanes, bytes used or words in the queue."""

    id: str
    file: str
    line: int
    pattern: Pattern
    lanes: tuple[Box, ...]
    wires: tuple[Box, ...]
    memory: tuple[Box, ...]
    labels: tuple[Box, ...]
    rows: tuple[tuple[str, str, str], ...]
    asked_bytes: int
    places: int  # sectors or banks that are touched
    average: float  # cost of a request of this line, over all of them; 0 if it wasn't counted
    requests: float
    worth: float

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def size(self) -> tuple[int, int]:
        return WIDTH, BOTTOM + 2


def pictures(lines: Sequence[Mapping[str, Any]]) -> list[Picture]:
    """The lines that cost more than they must, the worst first: by what they waste over the whole run, then by a single request's waste."""
    drawn = []
    for row in lines:
        pattern = read_pattern(row)
        if pattern is not None and pattern.wasteful:
            drawn.append(draw(str(row["file"]), int(row["line"]), pattern, row["metrics"]))
    drawn.sort(key=lambda each: (-each.worth, -each.pattern.cost / each.pattern.ideal, -each.pattern.cost, each.file, each.line))
    return [replace(each, id=f"access-{index}") for index, each in enumerate(drawn, start=1)]


def draw(file: str, line: int, pattern: Pattern, metrics: Mapping[str, float]) -> Picture:
    lanes = tuple(
        Box(0.5, TOP + lane * PITCH, LANE_WIDTH, BOX, "idle" if not pattern.mask >> lane & 1 else "", str(lane)) for lane in range(WARP)
    )
    part = _shared(pattern, lanes) if pattern.space == "shared" else _global(pattern, lanes)
    shared = pattern.space == "shared"
    asked, cost = (shared_requests(metrics), shared_wavefronts(metrics)) if shared else (requests(metrics), sectors(metrics))
    return Picture(
        id="",
        file=file,
        line=line,
        pattern=pattern,
        **part,
        average=cost / asked if asked else 0.0,
        requests=asked,
        worth=waste(pattern, metrics),
    )


def _rows(count: int) -> tuple[float, float]:
    """Pitch and first y of `count` rows beside the lanes, in the middle if they need less room."""
    pitch = min(26.0, WARP * PITCH / count)
    return pitch, TOP + (WARP * PITCH - pitch * count) / 2


def _hue(index: int) -> str:
    return f"hue{index % HUES}"


def _coloured(lanes: Sequence[Box], hue: Mapping[int, str]) -> tuple[Box, ...]:
    return tuple(Box(box.x, box.y, box.width, box.height, hue.get(int(box.text), "idle"), box.text) for box in lanes)


def _wire(lane: Box, y: float, css: str) -> Box:
    return Box(LANE_WIDTH + 1, lane.middle, MEMORY - LANE_WIDTH - 3, 0, css, to=y)


def _global(pattern: Pattern, lanes: Sequence[Box]) -> dict[str, Any]:
    """Each touched sector is a row of 32 bytes with the asked ones filled; a bracket on the right holds the sectors of a 128-byte line."""
    found = touched_sectors(pattern)
    pitch, y = _rows(len(found))
    height = min(pitch - 3, 16.0)
    memory: list[Box] = []
    wires: list[Box] = []
    labels: list[Box] = []
    hue: dict[int, str] = {}
    brackets: dict[int, tuple[float, float]] = {}
    for index, sector in enumerate(found):
        top, css = y + index * pitch + (pitch - height) / 2, _hue(index)
        memory.append(Box(MEMORY, top, SECTOR_BYTES * BYTE, height, "sector"))
        memory.extend(Box(MEMORY + first * BYTE, top, length * BYTE, height, f"used {css}") for first, length in sector.used)
        for lane in sector.lanes:
            hue.setdefault(lane, css)
            wires.append(_wire(lanes[lane], top + height / 2, css))
        start, _ = brackets.get(sector.line_byte, (top, 0.0))
        brackets[sector.line_byte] = (start, top + height)
    for line_byte, (start, end) in brackets.items():
        x = MEMORY + SECTOR_BYTES * BYTE + 6
        memory.append(Box(x, start, 2, end - start, "bracket"))
        labels.append(Box(x + 8, start, 0, end - start, "", f"+{line_byte:,}"))
    rows = tuple((f"+{s.line_byte + s.index * SECTOR_BYTES:,}", ranges(s.lanes), f"{s.used_bytes}/{SECTOR_BYTES}") for s in found)
    return {
        "lanes": _coloured(lanes, hue),
        "wires": tuple(wires),
        "memory": tuple(memory),
        "labels": tuple(labels),
        "rows": rows,
        "asked_bytes": sum(sector.used_bytes for sector in found),
        "places": len(found),
    }


def _shared(pattern: Pattern, lanes: Sequence[Box]) -> dict[str, Any]:
    """Each bank with its queue of words: a chip a word, since lanes that want the same word are served at once."""
    found = all_banks(pattern)
    longest = max(len(bank.queue) for bank in found)
    chip = min(20.0, (WIDTH - CHIPS - 26) / longest)
    memory: list[Box] = []
    wires: list[Box] = []
    labels: list[Box] = []
    hue: dict[int, str] = {}
    for bank in found:
        y, css = TOP + bank.index * PITCH, _hue(bank.index) if bank.queue else "idle"
        memory.append(Box(MEMORY, y, LANE_WIDTH, BOX, f"bank {css}", str(bank.index)))
        for place, word in enumerate(bank.queue):
            text = ranges(word) if chip >= 18 and len(word) == 1 else ""
            memory.append(Box(CHIPS + place * chip, y, chip - (1.5 if chip > 4 else 0.5), BOX, f"word {css}", text))
        for lane in bank.lanes:
            hue.setdefault(lane, css)
            wires.append(_wire(lanes[lane], y + BOX / 2, css))
        if len(bank.queue) > 1:
            labels.append(Box(CHIPS + len(bank.queue) * chip + 4, y, 0, BOX, "", f"×{len(bank.queue)}"))
    busy = [bank for bank in found if bank.queue]
    rows = tuple((str(bank.index), ranges(bank.lanes), str(len(bank.queue))) for bank in busy)
    return {
        "lanes": _coloured(lanes, hue),
        "wires": tuple(wires),
        "memory": tuple(memory),
        "labels": tuple(labels),
        "rows": rows,
        "asked_bytes": pattern.bytes * len(pattern.lanes),
        "places": len(busy),
    }


def reading(picture: Picture, words: Mapping[str, str]) -> str:
    """The drawing in one sentence: what is asked for, what it costs, what would do."""
    pattern = picture.pattern
    asked = {"lanes": len(pattern.lanes), "bytes": picture.asked_bytes, "places": picture.places, "banks": BANKS}
    return words[f"reading_{pattern.space}"].format(cost=pattern.cost, ideal=pattern.ideal, **asked)
