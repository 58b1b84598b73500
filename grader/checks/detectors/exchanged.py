"""WRONG_NONSQUARE: what was written ends where a matrix of exchanged dimensions would end, so square ones are right and others are not.

The grid, or the guard, has rows and columns mixed up: of an output with R rows and C columns, at most C rows and R columns are reached,
each rounded up to whole tiles. One tile must explain all cases, the right ones included. Where a tail that nobody wrote explains them as
well, nothing is claimed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from grader.checks.closeness import Comparison
from grader.checks.detectors.unwritten import extents_of, tail_along_axes, written_up_to
from grader.checks.observation import Claims, Diagnosis, Scene, key

EDGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # of tiles and blocks
Written = tuple[Comparison, tuple[int, ...]]  # an output, and how far along each axis it was written


def exchanged(scene: Scene) -> Claims:
    """The wrong outputs of each matrix, looked at together: they all hold what they held before the call where they are wrong."""
    claims: Claims = {}
    for buffer in dict.fromkeys(c.buffer for _, c in scene.open()):
        wrong = [c for _, c in scene.open() if c.buffer == buffer]
        kept = [c for c in wrong if c.got.ndim == 2 and bool((c.same_bits | ~c.wrong).all())]
        right = [c for _, c in scene.outputs() if c.buffer == buffer and c.passed and c.required.any()]
        partly = [c for c in kept if not bool((c.wrong == c.required).all())]
        if len(partly) < len(wrong) or not partly or not any(_oblong(c) for c in right + partly):
            continue
        edges = _edges(partly, right)
        if edges is not None and not tail_along_axes(partly, [], right):
            rows, columns = edges
            remark = "the output was written as far as a matrix of exchanged dimensions reaches"
            # an edge of 1 is the smallest that explains the cases, seldom the tile's: to name it would lead astray
            remark += f", in tiles of {rows} x {columns}" if min(edges) > 1 else ""
            claims |= {key(c): Diagnosis("WRONG_NONSQUARE", remark) for c in partly}
    return claims


def _oblong(comparison: Comparison) -> bool:
    rows, columns = extents_of(comparison)
    return rows != columns


def _edges(partly: Sequence[Comparison], right: Sequence[Comparison]) -> tuple[int, int] | None:
    """Rows and columns of the tile with which exchanged dimensions explain all; None if there is none."""
    written: list[Written] = [(c, extents_of(c)) for c in right]
    for c in partly:
        start = written_up_to(c)
        if start is None:
            return None
        written.append((c, start))
    for edges in product(EDGES, EDGES):
        if all(start == _reached(extents_of(c), edges) for c, start in written):
            return edges
    return None


def _reached(extents: tuple[int, ...], edges: tuple[int, int]) -> tuple[int, int]:
    rows, columns = extents
    return min(rows, -(-columns // edges[0]) * edges[0]), min(columns, -(-rows // edges[1]) * edges[1])
