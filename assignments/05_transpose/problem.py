"""05_transpose, the mathematics: what the output must hold, and what it would hold after a well-known mistake.

Runs in the judge, at home too; a release has it without its STAFF parts. Arrays are float32, leading dimensions included: input (M, ldi),
output (N, ldo).
`expected` also takes arrays of a GPU library that follows NumPy's protocols (CuPy).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected

Array = NDArray[Any]
Mistake = tuple[str, str, Array]  # code, variant, output; a masked array where nobody can tell

TILES = (4, 8, 16, 32, 64)  # the edges of tiles that students choose
LARGE = 1 << 18  # numbers: matrices of more tell nothing about tiles that smaller ones don't tell sooner


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Numbers that the case asks for; for others the usual ones do."""
    # BEGIN STAFF
    if case.id == "special":  # every kind of number that has bits to lose
        shape = case.sizes["M"], case.sizes["ldi"]
        special = np.array([np.inf, -np.inf, -0.0, 2.0**-149, -(2.0**-130), np.nan], np.float32)
        special[-1:].view(np.uint32)[0] |= 0x1234  # a NaN with something to tell
        values = rng.standard_normal(shape).astype(np.float32)
        chosen = rng.random(shape) < 0.25
        values[chosen] = rng.choice(special, int(chosen.sum()))
        return {"input": values}
    # END STAFF
    return {}


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """The input's numbers, exactly; padding columns must keep their old content."""
    m, n = case.sizes["M"], case.sizes["N"]
    value = arrays["output"].astype(np.float64)
    value[:, :m] = arrays["input"][:, :n].T
    nan = value != value
    nan[:, m:] = False
    return {"output": Expected(value=value, bound=np.zeros_like(value), nan=nan)}


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the output that this mistake leaves behind, masked where nobody can tell. Variants that change
    nothing at this case's sizes aren't among them, nor those that leave an allocation; those are that may change what is masked."""
    m, n = case.sizes["M"], case.sizes["N"]
    right = arrays["output"].copy()
    right[:, :m] = arrays["input"][:, :n].T
    found: dict[str, dict[str, Array]] = {}
    for code, variant, wrong in _mistakes(case, arrays):
        known = ~np.ma.getmaskarray(wrong)
        if known.any() and (not known.all() or (np.ma.getdata(wrong).view(np.uint32) != right.view(np.uint32))[known].any()):
            found[f"{code}:{variant}"] = {"output": wrong}
    return found


def _mistakes(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    source, old = arrays["input"], arrays["output"]
    matrix = source[:, : case.sizes["N"]]
    for tile in TILES if matrix.size <= LARGE else ():
        yield from _half_done(case, matrix, old, tile)
    yield from _leading_dimensions(case, source, old)
    yield from _exchanged(case, source, old)


def _half_done(case: Case, matrix: Array, old: Array, tile: int) -> Iterator[Mistake]:
    """Tiles go to their new places as they are, or stay where they are and are turned inside. Where such a tile leaves a place empty nobody
    can tell what it gets: nothing, or what stands for a number that doesn't exist."""
    m, n = case.sizes["M"], case.sizes["N"]
    moved, turned = (np.ma.masked_array(old.copy(), mask=True) for _ in range(2))
    for wrong in (moved, turned):
        wrong[:, m:] = old[:, m:]
    for row0, col0 in product(range(0, m, tile), range(0, n, tile)):
        piece = matrix[row0 : row0 + tile, col0 : col0 + tile]
        place = moved[col0 : min(col0 + tile, n), row0 : min(row0 + tile, m)]
        height, width = min(piece.shape[0], place.shape[0]), min(piece.shape[1], place.shape[1])
        place[:height, :width] = piece[:height, :width]
    yield "HALF_TRANSPOSED", f"tiles of {tile} x {tile} moved but not turned", moved
    for row0, col0 in product(range(0, m, tile), range(0, n, tile)):
        piece = matrix[row0 : row0 + tile, col0 : col0 + tile].T
        place = turned[row0 : min(row0 + tile, n), col0 : min(col0 + tile, m)]
        height, width = min(piece.shape[0], place.shape[0]), min(piece.shape[1], place.shape[1])
        place[:height, :width] = piece[:height, :width]
    yield "HALF_TRANSPOSED", f"tiles of {tile} x {tile} turned but not moved", turned


def _leading_dimensions(case: Case, source: Array, old: Array) -> Iterator[Mistake]:
    """One of ldi, ldo replaced by another size, or both by their widths."""
    m, n, ldi, ldo = case.sizes["M"], case.sizes["N"], source.shape[1], old.shape[1]
    choices = {"both are the widths": (n, m), "both are exchanged": (ldo, ldi)}
    choices |= {f"ldi is {name}": (size, ldo) for name, size in (("N", n), ("M", m), ("ldo", ldo))}
    choices |= {f"ldo is {name}": (ldi, size) for name, size in (("M", m), ("N", n), ("ldi", ldi))}
    for variant, (read, written) in choices.items():
        if (read, written) == (ldi, ldo):
            continue
        if _inside(source, (m, n), (read, 1)) and _inside(old, (m, n), (1, written)):
            yield "LEADING_DIM", variant, _placed(_view(source, (m, n), (read, 1)), old, (1, written))


def _exchanged(case: Case, source: Array, old: Array) -> Iterator[Mistake]:
    """M and N exchanged: the guard, or the whole kernel, takes the matrix for one of N x M. And no transposition at all: a copy, as far as
    the guards let it reach, or all numbers in their order."""
    m, n, ldi, ldo = case.sizes["M"], case.sizes["N"], source.shape[1], old.shape[1]
    both = min(m, n)
    if m != n:
        guarded = old.copy()
        guarded[: min(n, m), : min(m, n)] = source[:both, :both].T
        yield "WRONG_NONSQUARE", "only as far as both dimensions reach", guarded
        if _inside(source, (n, m), (ldi, 1)) and _inside(old, (n, m), (1, ldo)):
            yield "WRONG_NONSQUARE", "M and N exchanged", _placed(_view(source, (n, m), (ldi, 1)), old, (1, ldo))
        for read, written in ((m, n), (m, ldo), (ldi, n)):
            if _inside(source, (n, m), (read, 1)) and _inside(old, (n, m), (1, written)):
                variant = f"M and N exchanged, rows {read} and {written} apart"
                yield "WRONG_NONSQUARE", variant, _placed(_view(source, (n, m), (read, 1)), old, (1, written))
    if _inside(old, (m, n), (ldo, 1)):
        yield "HALF_TRANSPOSED", "a copy", _placed(source[:, :n], old, (ldo, 1))
    copied = np.ma.masked_array(old.copy(), mask=True)
    copied[:, m:] = old[:, m:]
    copied[:both, :both] = source[:both, :both]
    yield "HALF_TRANSPOSED", "a copy as far as both dimensions reach", copied
    if m and n:
        in_order = old.copy()
        in_order[:, :m] = source[:, :n].reshape(n, m)
        yield "HALF_TRANSPOSED", "all numbers in the input's order", in_order


def _index(shape: tuple[int, int], strides: tuple[int, int]) -> NDArray[np.int64]:
    return np.arange(shape[0])[:, None] * strides[0] + np.arange(shape[1])[None, :] * strides[1]


def _inside(buffer: Array, shape: tuple[int, int], strides: tuple[int, int]) -> bool:
    """Whether a matrix of this shape and these strides (in elements) lies within the buffer."""
    return 0 in shape or (shape[0] - 1) * strides[0] + (shape[1] - 1) * strides[1] < buffer.size


def _view(buffer: Array, shape: tuple[int, int], strides: tuple[int, int]) -> Array:
    return np.asarray(buffer.reshape(-1)[_index(shape, strides)])


def _placed(values: Array, old: Array, strides: tuple[int, int]) -> Array:
    """The output after the values were written at these strides, masked where several meet at one address."""
    flat, index = old.reshape(-1).copy(), _index((values.shape[0], values.shape[1]), strides)
    flat[index] = values
    writers = np.bincount(index.ravel(), minlength=flat.size).reshape(old.shape)
    return np.ma.masked_array(flat.reshape(old.shape), writers > 1) if (writers > 1).any() else flat.reshape(old.shape)


# ---- what `verify` holds the bounds against ----


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Outputs that every check must accept ("passes:…") or that must lose points in some case ("fails:…")."""
    m, n = case.sizes["M"], case.sizes["N"]
    matrix = arrays["input"][:, :n]

    def result(values: Array) -> dict[str, Array]:
        output = arrays["output"].copy()
        output[:, :m] = values
        return {"output": output}

    with np.errstate(over="ignore", invalid="ignore"):
        half = matrix.T.astype(np.float16).astype(np.float32)
        flushed = np.where(abs(matrix.T) < 2.0**-126, np.float32(0), matrix.T)
    tail = matrix.T.copy()
    tail[n // 32 * 32 :] = 0
    last = matrix.T.copy()
    last[:, -1:] = 0
    return {
        "passes:row by row": result(np.array(list(matrix), np.float32).reshape(m, n).T),
        "fails:half precision": result(half),
        "fails:small numbers flushed": result(flushed),
        "fails:tail dropped": result(tail),
        "fails:last column dropped": result(last),
    }
