"""Traits: which cases fail and which pass -> the class of bug that this alone proves: WRONG_TAIL or LEADING_DIM, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from grader.checks.closeness import Comparison
from grader.checks.observation import Diagnosis, Observation

TILES = (4, 8, 16, 32, 64, 128)


def by_cases(observations: Sequence[Observation], wrong: list[tuple[Observation, Comparison]], explained: set[str]) -> Diagnosis | None:
    """The cases that fail are exactly those whose size is no multiple of a tile, or exactly those with padded rows: and no other trait
    tells them apart."""
    failing = frozenset(c.case for _, c in wrong)
    known = [
        seen
        for seen in observations
        if seen.case.id in failing or (seen.case.id not in explained and all(c.passed for c in seen.comparisons))
    ]
    if len(failing) == len(known):
        return None

    def cases(trait: Callable[[Observation], bool]) -> frozenset[str]:
        return frozenset(seen.case.id for seen in known if trait(seen))

    widths = {leading: width for seen in known for leading, width in seen.widths.items()}

    def spare(leading: str, width: str) -> Callable[[Observation], bool]:
        return lambda s: s.case.sizes.get(leading, 0) > s.case.sizes.get(width, 0)

    padded = [leading for leading, width in widths.items() if cases(spare(leading, width)) == failing]
    tail = _tail_size(known, wrong, failing, widths, cases)
    if bool(padded) == bool(tail) or _other_trait(known, failing, cases):
        return None
    if padded:
        return Diagnosis("LEADING_DIM", f"exactly the cases fail in which {' and '.join(padded)} is more than the row's width")
    return Diagnosis("WRONG_TAIL", f"exactly the cases fail in which {tail}")


def _tail_size(
    known: list[Observation],
    wrong: list[tuple[Observation, Comparison]],
    failing: frozenset[str],
    widths: Mapping[str, str],
    cases: Callable[[Callable[[Observation], bool]], frozenset[str]],
) -> str:
    names = dict.fromkeys(name for seen in known for name in seen.case.sizes if name not in widths)
    for name in names:
        for tile in TILES:
            if cases(lambda s: s.case.sizes.get(name, 0) % tile != 0) != failing:  # noqa: B023
                continue
            if all(_beyond(comparison, seen.case.sizes.get(name, 0), tile, seen) for seen, comparison in wrong):
                return f"{name} is no multiple of {tile}"
    return ""


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


def _other_trait(
    known: list[Observation], failing: frozenset[str], cases: Callable[[Callable[[Observation], bool]], frozenset[str]]
) -> bool:
    """Whether a scalar, the fill, poison or a second call tells the failing cases apart as well: then the sizes prove nothing."""
    traits: list[Callable[[Observation], bool]] = [lambda s: bool(s.case.poison), lambda s: s.case.calls > 1]
    for fill in {seen.case.fill for seen in known}:
        traits.append(lambda s, fill=fill: s.case.fill == fill)  # type: ignore[misc]
    for name in {name for seen in known for name in seen.case.scalars}:
        for usual in (0.0, 1.0):
            traits.append(lambda s, name=name, usual=usual: s.case.scalars.get(name, usual) != usual)  # type: ignore[misc]
    return any(cases(trait) == failing for trait in traits)
