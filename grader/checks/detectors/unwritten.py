"""UNWRITTEN_OUTPUT and UNWRITTEN_TAIL: every wrong element still has the bits from before the call.

A tail is what whole tiles don't cover: along an axis everything from `extent // tile * tile` on, or the same over all elements in order.
One tile size must explain all cases: those that are right have no remainder, the others lack exactly theirs; a grid may have one tile at
least. What is missing in another way (every second block, the lower half) is no tail, only unwritten.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from grader.checks.closeness import Comparison, agrees
from grader.checks.observation import Claims, Diagnosis, Observation, Scene, key

TILES = range(1, 257)  # along an axis; 1 leaves no remainder
BLOCKS = range(2, 1025)  # over all elements in order
WHOLE = Diagnosis("UNWRITTEN_OUTPUT", "every element still holds what was there before the call")
PART = Diagnosis("UNWRITTEN_OUTPUT", "these elements still hold what was there before the call")
TAIL = Diagnosis("UNWRITTEN_TAIL", "the elements behind the last whole tile still hold what was there before the call")


def unwritten(scene: Scene) -> Claims:
    """The outputs of each buffer, looked at together."""
    claims: Claims = {}
    for buffer in dict.fromkeys(c.buffer for _, c in scene.open()):
        kept = [(seen, c) for seen, c in scene.open() if c.buffer == buffer and bool((c.same_bits | ~c.wrong).all())]
        touched = any((c.required & ~c.same_bits).any() for _, c in scene.outputs() if c.buffer == buffer)
        whole = [(seen, c) for seen, c in kept if _whole(c)]
        partly = [c for _, c in kept if not _whole(c)]
        # where pointers begin off their usual alignment, kernels that move several elements at a time take another way: no evidence
        right = [c for seen, c in scene.outputs() if c.buffer == buffer and c.passed and c.required.any() and not seen.case.offset]
        all_whole = [c for _, c in whole]
        if partly and (tail_along_axes(partly, all_whole, right) or _in_order(partly, all_whole, right)):
            claims |= {key(c): TAIL for c in (*partly, *all_whole)}
        else:
            claims |= {key(c): PART for c in partly}
            claims |= {key(c): WHOLE for seen, c in whole if not (touched and _came_back(seen, c))}
    return claims


def _came_back(seen: Observation, comparison: Comparison) -> bool:
    """Whether the same bits may have been written: something was stored (a sum that added nothing), or stores aren't counted and a known
    mistake gives the old content here. Poison doesn't come back: no store makes the integers' by chance, and fp32 arithmetic with a NaN
    gives the canonical one. In fp64 and fp16 its payload may survive."""
    if comparison.poisoned:
        return bool(seen.stored) and comparison.got.dtype in (np.float64, np.float16)
    if seen.stored is None:
        guesses = (buffers.get(comparison.buffer) for buffers in seen.hypotheses(comparison.call).values())
        return any(guess is not None and agrees(comparison, guess) for guess in guesses)
    return seen.stored


def _whole(comparison: Comparison) -> bool:
    return bool((comparison.wrong == comparison.required).all())


def extents_of(comparison: Comparison) -> tuple[int, ...]:
    """The logical shape: without padding."""
    shape = comparison.got.shape
    return shape if comparison.width is None else (*shape[:-1], comparison.width)


def tail_along_axes(partly: Sequence[Comparison], whole: Sequence[Comparison], right: Sequence[Comparison]) -> bool:
    """Whether one tile explains all: the output's rest along one or more axes."""
    written = [(c, start) for c in partly if (start := written_up_to(c)) is not None] + [(c, extents_of(c)) for c in right]
    if len(written) < len(partly) + len(right):
        return False

    def fits(axis: int, tile: int, least: int) -> bool:
        return all(_covered(extents_of(c)[axis], tile, least) == start[axis] for c, start in written)

    for least in (0, 1):
        fitting = [[tile for tile in TILES if fits(axis, tile, least)] for axis in range(partly[0].got.ndim)]
        for tiles in product(*fitting):
            if max(tiles) > 1 and all(
                any(_covered(extent, tile, least) == 0 for extent, tile in zip(extents_of(c), tiles, strict=True)) for c in whole
            ):
                return True
    return False


def _covered(extent: int, tile: int, least: int) -> int:
    """How far whole tiles reach, if at least `least` of them are launched."""
    return min(extent, max(extent // tile, least) * tile)


def written_up_to(comparison: Comparison) -> tuple[int, ...] | None:
    """Along each axis, from where on nothing was written; None if that isn't all that is missing."""
    wrong, required = comparison.wrong, comparison.required
    covered = np.zeros_like(wrong)
    starts = []
    for axis, extent in enumerate(extents_of(comparison)):
        others = tuple(a for a in range(wrong.ndim) if a != axis)
        lacking = np.all(wrong | ~required, axis=others, keepdims=True).reshape(-1)[:extent]
        first = int(np.flatnonzero(~lacking).max(initial=-1)) + 1
        starts.append(first)
        where: list[slice] = [slice(None)] * wrong.ndim
        where[axis] = slice(first, None)
        covered[tuple(where)] = True
    return tuple(starts) if bool(((covered & required) == wrong).all()) else None


def _in_order(partly: Sequence[Comparison], whole: Sequence[Comparison], right: Sequence[Comparison]) -> bool:
    """Whether one block size explains all: the rest of the elements that aren't padding, in order."""
    edges = []  # size; the last element that was written is before `low`, the first that wasn't is `first`
    for c in partly:
        wrong, required = np.asarray(c.wrong[~c.padding]), np.asarray(c.required[~c.padding])
        first = int(np.argmax(wrong))
        if not np.array_equal(wrong[first:], required[first:]):
            return False
        edges.append((wrong.size, int(np.flatnonzero(required[:first]).max(initial=-1)) + 1, first))
    return any(
        all(low <= _covered(size, block, least) <= first for size, low, first in edges)
        and all(_covered(_size(c), block, least) == _size(c) for c in right)
        and all(_covered(_size(c), block, least) == 0 for c in whole)
        for block in BLOCKS
        for least in (0, 1)
    )


def _size(comparison: Comparison) -> int:
    return int(np.prod(extents_of(comparison)))
