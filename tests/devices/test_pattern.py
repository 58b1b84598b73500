"""Which of several access patterns is the worst: the same for the judge as for the device."""

from __future__ import annotations

import itertools
from typing import Any

from grader.devices.pattern import worst, worst_by_space


def pattern(cost: int, ideal: int, **more: Any) -> dict[str, Any]:
    base = {"space": "global", "op": "ld", "bytes": 4, "mask": 0xFFFFFFFF, "offsets": [4 * i for i in range(32)], "residue": 0}
    return base | {"cost": cost, "ideal": ideal} | more


def test_nothing_has_no_worst() -> None:
    assert worst([]) is None
    assert worst([None, None]) is None


def test_the_worst_whatever_the_order() -> None:
    ranked = [
        pattern(32, 1, space="shared"),
        pattern(32, 4),  # 28 more than the ideal
        pattern(8, 1, mask=0xFF),  # 7 more, and 8 times the ideal, as above
        pattern(8, 1, mask=0xFF, residue=4),
        pattern(8, 1, mask=0xFF, residue=4, offsets=[5] * 32),
        pattern(8, 1, mask=0xF),
        pattern(11, 4),  # as many more, but less than 3 times the ideal
        pattern(5, 4),
        pattern(1, 4, offsets=[0] * 32),  # a broadcast
    ]
    for first in range(len(ranked)):
        for order in itertools.islice(itertools.permutations(ranked[first:]), 0, 5040, 97):
            assert worst([None, *order]) is ranked[first]


def test_the_worst_of_each_space() -> None:
    spaces = [pattern(2, 1, space="shared"), pattern(5, 4), pattern(32, 1, space="shared"), pattern(8, 4)]
    assert worst_by_space(spaces) == [pattern(8, 4), pattern(32, 1, space="shared")]
    assert worst_by_space([]) == []
