"""Access patterns: which lanes of a warp ask for which bytes at one source position, and what it costs. Of many, the worst is kept.

Field for field what docs/design/internal-contracts.md says of "pattern" in device.json. In the records of a run a pattern is the plain
dict of its JSON, so that a cached grade and a fresh one are alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Literal

import msgspec

from grader.records import Record


class AccessPattern(Record, frozen=True, kw_only=True):
    """One access of one warp. Costs are sectors of 32 bytes (global) or wavefronts (shared)."""

    space: Literal["global", "shared"]
    op: Literal["ld", "st", "atom"]
    bytes: int  # accessed by each lane
    mask: int  # bit i: lane i takes part
    offsets: tuple[int, ...]  # of 32 lanes: bytes from the lowest address; 0 for inactive lanes
    residue: int  # the lowest address modulo 128: position in its 128-byte line, or bank * 4 + byte
    cost: int
    ideal: int  # the fewest that so many lanes and bytes need when they lie side by side; a broadcast costs less

    def as_json(self) -> dict[str, Any]:
        """A plain dict that is the same before and after a journey through JSON."""
        return {**msgspec.to_builtins(self), "offsets": list(self.offsets)}


def worst(patterns: Iterable[dict[str, Any] | None]) -> dict[str, Any] | None:
    """The pattern with most cost beyond the ideal, then with most cost per ideal cost, then with most cost; ties by content, so that no
    order of arrival decides."""
    known = [pattern for pattern in patterns if pattern is not None]
    return min(known, key=_order) if known else None


def worst_by_space(patterns: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The worst pattern of each memory space, in the spaces' alphabetical order."""
    by_space: dict[str, list[dict[str, Any]]] = {}
    for pattern in patterns:
        by_space.setdefault(pattern["space"], []).append(pattern)
    return [min(by_space[space], key=_order) for space in sorted(by_space)]


def _order(pattern: dict[str, Any]) -> tuple[Any, ...]:
    cost, ideal, lanes = pattern["cost"], pattern["ideal"], pattern["mask"].bit_count()
    content = (pattern["residue"], pattern["mask"], pattern["space"], pattern["op"], pattern["bytes"], *pattern["offsets"])
    return (ideal - cost, -Fraction(cost, ideal), -cost, -lanes, *content)
