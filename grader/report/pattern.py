"""Patterns: what one warp-wide access asked of memory. The device's record of it → sectors or banks, each with the lanes that want it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from grader.records import Record
from grader.report.counters import conflicts, requests, sectors, shared_requests

WARP = 32
SECTOR_BYTES, LINE_BYTES = 32, 128
BANKS, BANK_BYTES = 32, 4


class Pattern(Record, frozen=True, kw_only=True):
    """The worst request that a source line made, as the device recorded it."""

    space: Literal["global", "shared"]
    op: Literal["ld", "st", "atom"]
    bytes: Annotated[int, msgspec.Meta(ge=1, le=16)]  # of each lane
    mask: Annotated[int, msgspec.Meta(ge=1, lt=2**32)]
    offsets: Annotated[tuple[int, ...], msgspec.Meta(min_length=WARP, max_length=WARP)]  # bytes, relative to each other
    residue: Annotated[int, msgspec.Meta(ge=0, lt=LINE_BYTES)]  # of the lowest address, modulo 128
    cost: Annotated[int, msgspec.Meta(ge=0)]  # sectors or wavefronts
    ideal: Annotated[int, msgspec.Meta(ge=1)]  # the fewest that this mask and width can need

    @property
    def lanes(self) -> tuple[int, ...]:
        """The active ones."""
        return tuple(lane for lane in range(WARP) if self.mask >> lane & 1)

    def address(self, lane: int) -> int:
        """Byte address of a lane, counted from the start of the 128-byte line that holds the lowest address."""
        return self.residue + self.offsets[lane] - min(self.offsets[each] for each in self.lanes)

    @property
    def wasteful(self) -> bool:
        return self.cost > self.ideal


@dataclass(frozen=True)
class Sector:
    """A 32-byte sector that the request fetches or writes."""

    line_byte: int  # of its 128-byte line, from the first line
    index: int  # 0 … 3 in that line
    lanes: tuple[int, ...]
    used: tuple[tuple[int, int], ...]  # runs of bytes that a lane asked for: (first, length)

    @property
    def used_bytes(self) -> int:
        return sum(length for _, length in self.used)


@dataclass(frozen=True)
class Bank:
    """A bank of shared memory and who waits there: lanes that want the same word are served together."""

    index: int
    queue: tuple[tuple[int, ...], ...]  # lanes of each different word, in the order of their first lane

    @property
    def lanes(self) -> tuple[int, ...]:
        return tuple(sorted(lane for word in self.queue for lane in word))


def read_pattern(row: Mapping[str, Any]) -> Pattern | None:
    """The pattern of a row of Grade.lines. None without one, and for one of another shape: a page of an older or newer grade goes without
    its picture, it doesn't fail."""
    try:
        return msgspec.convert(row["pattern"], Pattern)
    except (KeyError, msgspec.ValidationError):
        return None


def touched_sectors(pattern: Pattern) -> list[Sector]:
    """In order of address."""
    lanes: dict[int, list[int]] = {}
    used: dict[int, set[int]] = {}
    for lane in pattern.lanes:
        for byte in range(pattern.address(lane), pattern.address(lane) + pattern.bytes):
            sector = byte // SECTOR_BYTES
            used.setdefault(sector, set()).add(byte % SECTOR_BYTES)
            if lane not in lanes.setdefault(sector, []):
                lanes[sector].append(lane)
    per_line = LINE_BYTES // SECTOR_BYTES
    return [
        Sector(sector // per_line * LINE_BYTES, sector % per_line, tuple(lanes[sector]), tuple(runs(sorted(used[sector]))))
        for sector in sorted(lanes)
    ]


def all_banks(pattern: Pattern) -> list[Bank]:
    """All 32, in order; most of a bad pattern's are idle."""
    words: dict[int, list[int]] = {}
    for lane in pattern.lanes:
        first, last = pattern.address(lane) // BANK_BYTES, (pattern.address(lane) + pattern.bytes - 1) // BANK_BYTES
        for word in range(first, last + 1):
            words.setdefault(word, []).append(lane)
    queues: list[list[tuple[int, ...]]] = [[] for _ in range(BANKS)]
    for word, lanes in words.items():
        queues[word % BANKS].append(tuple(lanes))
    return [Bank(index, tuple(sorted(queue))) for index, queue in enumerate(queues)]


def waste(pattern: Pattern, metrics: Mapping[str, float]) -> float:
    """Sectors or wavefronts beyond the fewest, over all that the line did: how much it is worth looking at. 0 if its requests are fine as
    a rule, whatever a single one costs (rows of an odd length straddle sectors now and then)."""
    if not pattern.wasteful:
        return 0.0
    if pattern.space == "shared":
        return conflicts(metrics) if shared_requests(metrics) else float(pattern.cost - pattern.ideal)
    full_warp = WARP * pattern.bytes / SECTOR_BYTES
    return max(0.0, sectors(metrics) - requests(metrics) * full_warp) if requests(metrics) else float(pattern.cost - pattern.ideal)


def runs(numbers: list[int]) -> list[tuple[int, int]]:
    """Ascending numbers → runs of neighbours as (first, length)."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and sum(found[-1]) == number:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((number, 1))
    return found


def ranges(numbers: tuple[int, ...]) -> str:
    """(0, 1, 2, 7) → "0–2, 7"."""
    return ", ".join(f"{first}–{first + length - 1}" if length > 1 else str(first) for first, length in runs(sorted(numbers)))
