"""WRONG_TAIL and LEADING_DIM by which cases fail: exactly those whose size is no multiple of a tile, or exactly those with padded rows, and
no other trait tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grader.checks.closeness import Comparison
from grader.checks.observation import Claims, Diagnosis, Observation, Scene, key

TILES = (2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)
Trait = Callable[[Observation], bool]


class Cases:
    """The cases that are right or unexplained, and which of them fail."""

    def __init__(self, scene: Scene) -> None:
        self.wrong = scene.open()
        self.failing = frozenset(c.case for _, c in self.wrong)
        explained = {case for case, _, _ in scene.found}
        self.known = [
            seen for seen in scene.observations if seen.case.id in self.failing or (seen.case.id not in explained and _right(seen))
        ]
        self.widths = {leading: width for seen in self.known for leading, width in seen.widths.items()}

    @property
    def decidable(self) -> bool:
        results = all((c.wrong & c.required).any() for _, c in self.wrong)  # and not only what was to be left alone
        return 0 < len(self.failing) < len(self.known) and results and not self._other_trait()

    def fail_with(self, trait: Trait) -> bool:
        """Whether exactly the cases with this trait fail."""
        return frozenset(seen.case.id for seen in self.known if trait(seen)) == self.failing

    def _other_trait(self) -> bool:
        """Whether a scalar, the fill, poison or a second call tells the failing cases apart as well: then the sizes prove nothing."""
        traits: list[Trait] = [lambda s: bool(s.case.poison), lambda s: s.case.calls > 1]
        for fill in {seen.case.fill for seen in self.known}:
            traits.append(lambda s, fill=fill: s.case.fill == fill)  # type: ignore[misc]
        for name in {name for seen in self.known for name in seen.case.scalars}:
            for usual in (0.0, 1.0):
                traits.append(lambda s, name=name, usual=usual: s.case.scalars.get(name, usual) != usual)  # type: ignore[misc]
        return any(self.fail_with(trait) for trait in traits)


def _right(seen: Observation) -> bool:
    """An output with nothing to write is right whatever the bug."""
    return all(c.passed for c in seen.comparisons) and any(c.required.any() for c in seen.comparisons)


def leading_dimension(scene: Scene) -> Claims:
    """Exactly the cases fail whose rows lie further apart than they are wide."""
    cases = Cases(scene)
    if not cases.decidable:
        return {}
    padded = [leading for leading, width in cases.widths.items() if cases.fail_with(_spare(leading, width))]
    remark = f"exactly the cases fail in which {' and '.join(padded)} is more than the row's width"
    return {key(c): Diagnosis("LEADING_DIM", remark) for _, c in cases.wrong} if padded else {}


def _spare(leading: str, width: str) -> Trait:
    return lambda s: s.case.sizes.get(leading, 0) > s.case.sizes.get(width, 0)


def tail(scene: Scene) -> Claims:
    """Exactly the cases fail whose size is no multiple of a tile, one of whole tiles is right, and the wrong elements are where such a tail
    can be."""
    cases = Cases(scene)
    if not cases.decidable or all(_untouched(seen, c) for seen, c in cases.wrong):
        return {}
    for name in dict.fromkeys(name for seen in cases.known for name in seen.case.sizes if name not in cases.widths):
        for tile in TILES:
            whole = any(s.case.sizes.get(name, 0) >= tile for s in cases.known if s.case.id not in cases.failing)
            # what a whole tile leaves behind for the partial one spoils nothing where there is only the partial one
            for least, than in ((0, ""), (tile, f"more than {tile} and ")):
                if whole and cases.fail_with(_partial(name, tile, least)) and _fits(cases.wrong, name, tile):
                    remark = f"exactly the cases fail in which {name} is {than}no multiple of {tile}"
                    return {key(c): Diagnosis("WRONG_TAIL", remark) for _, c in cases.wrong}
    return {}


def _untouched(seen: Observation, comparison: Comparison) -> bool:
    """Whether nothing may have been written at all: as well the end of a grid as the end of a sum."""
    return not seen.stored and bool(comparison.same_bits[comparison.wrong].all())


def _partial(name: str, tile: int, least: int) -> Trait:
    return lambda s: s.case.sizes.get(name, 0) % tile != 0 and s.case.sizes.get(name, 0) >= least


def _fits(wrong: Sequence[tuple[Observation, Comparison]], name: str, tile: int) -> bool:
    return all(_beyond(comparison, seen.case.sizes.get(name, 0), tile, seen) for seen, comparison in wrong)


def _beyond(comparison: Comparison, size: int, tile: int, seen: Observation) -> bool:
    """Whether the wrong elements fit a tail of this size: in a dimension of the output only the last partial tile may be wrong; in a
    dimension that is summed over, every element may."""
    axes = [axis for axis, used in enumerate(_extents(comparison)) if used == size]
    if not axes:
        return True
    start = size // tile * tile
    outside = np.zeros_like(comparison.wrong)
    for axis in axes:
        where: list[slice] = [slice(None)] * comparison.wrong.ndim
        where[axis] = slice(start, None)
        outside[tuple(where)] = True
    # the same number may be both an output's extent and the length of a sum: then any place fits as long as no smaller explanation is
    # asked for
    others = [n for n, v in seen.case.sizes.items() if v == size and n not in seen.widths]
    return len(others) > 1 or not (comparison.wrong & ~outside).any()


def _extents(comparison: Comparison) -> tuple[int, ...]:
    """How far the elements that a kernel must write reach in each dimension."""
    inside = comparison.required | comparison.wrong
    return tuple(
        int(np.flatnonzero(inside.any(axis=tuple(a for a in range(inside.ndim) if a != axis))).max(initial=-1)) + 1
        for axis in range(inside.ndim)
    )
