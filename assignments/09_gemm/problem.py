"""09_gemm, the mathematics: inputs of one call -> what C must hold, and what it would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Arrays are float32, leading dimensions included:
A (M, lda), B (K, ldb), C (M, ldc).
`expected` also takes arrays of a GPU library that follows NumPy's protocols (CuPy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import GEMM_RMS, gemm_bound, gemm_worst, order_free

Array = NDArray[Any]
Floats = NDArray[np.float64]
Mistake = tuple[str, str, Floats]  # code, variant, C; a masked array where nobody can tell

TILES = (2, 4, 8, 16, 32, 64, 128)  # the edges of tiles, vectors and splits that students choose
SQUARES = (8, 16, 32)  # tiles whose two indices can be mixed up


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """C (M, ldc) in float64 and its bound; padding columns must keep their old content: bound 0.

    Small integers with whole alpha and beta are exact in fp32 in whatever order they are added, so their bound is 0 too.
    """
    n, k = case.sizes["N"], case.sizes["K"]
    a, b = arrays["A"][:, :k].astype(np.float64), arrays["B"][:k, :n].astype(np.float64)
    value = arrays["C"].astype(np.float64)
    bound = np.zeros_like(value)
    if not _exact(case):
        magnitude = _combine(case, abs(a) @ abs(b), abs(value[:, :n]), absolute=True)
        bound[:, :n] = gemm_bound(magnitude, k)
    value[:, :n] = _combine(case, a @ b, value[:, :n])
    return {"C": Expected(value=value, bound=bound, rms=GEMM_RMS, worst=gemm_worst(k))}


def _combine(case: Case, product_: Any, c: Any, absolute: bool = False) -> Any:
    """alpha * product + beta * C, where beta == 0 means that C isn't read."""
    alpha, beta = (float(np.float32(case.scalars[name])) for name in ("alpha", "beta"))
    if absolute:
        alpha, beta = abs(alpha), abs(beta)
    return alpha * product_ if beta == 0 else alpha * product_ + beta * c


def _exact(case: Case) -> bool:
    whole = all(float(value).is_integer() for value in case.scalars.values())
    return case.fill == "small_integers" and whole and order_free(8, case.sizes["K"])


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake leaves behind, masked where several threads write the same
    element. WRONG_ANSWER stands for mistakes that look like others at some sizes and are none of them.

    Variants that change nothing at this case's sizes aren't among them, nor those that leave an allocation: memcheck tells those.
    """
    right = expected(case, arrays)["C"]
    value, bound = np.asarray(right.value), np.asarray(right.bound)
    found: dict[str, dict[str, Array]] = {}
    for code, variant, wrong in _mistakes(case, arrays):
        with np.errstate(invalid="ignore"):
            same = (abs(np.ma.getdata(wrong) - value) <= bound) | (np.isnan(wrong) & np.isnan(value)) | np.ma.getmaskarray(wrong)
        if not same.all():
            found[f"{code}:{variant}"] = {"C": wrong}
    return found


def _mistakes(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    """Every mistake that can be computed at this case's sizes, as (code, variant, C)."""
    n, k = case.sizes["N"], case.sizes["K"]
    a, b = arrays["A"][:, :k].astype(np.float64), arrays["B"][:k, :n].astype(np.float64)
    old = arrays["C"].astype(np.float64)

    def result(total: Floats) -> Floats:
        c = old.copy()
        c[:, :n] = _combine(case, total, old[:, :n])
        return c

    for variant, total in _tails(a, b):
        yield "WRONG_TAIL", variant, result(total)
    yield from _transposed(case, arrays, a, b, old)
    for tile in SQUARES:
        turned_a, turned_b = _tilewise_transposed(a, tile), _tilewise_transposed(b, tile)
        for variant, left, right in (("A", turned_a, b), ("B", a, turned_b), ("A and B", turned_a, turned_b)):
            yield "TRANSPOSED", f"tiles of {tile} x {tile} of {variant}", result(left @ right)
        turned_c = old.copy()
        turned_c[:, :n] = _tilewise_transposed(_combine(case, a @ b, old[:, :n]), tile)
        yield "TRANSPOSED", f"tiles of {tile} x {tile} of C", turned_c
    yield from _leading_dimensions(case, arrays, old)
    for name, narrow in NARROW.items():
        yield "LOW_PRECISION", f"A and B in {name}", result(narrow(arrays["A"][:, :k]) @ narrow(arrays["B"][:k, :n]))
    swapped = _view(arrays["B"], (case.sizes["M"], k), (case.sizes["lda"], 1)), _view(arrays["A"], (k, n), (case.sizes["ldb"], 1))
    if swapped[0] is not None and swapped[1] is not None:
        yield "WRONG_ANSWER", "A and B exchanged", result(swapped[0] @ swapped[1])
    yield from _factors(case, a @ b, old)


def _factors(case: Case, total: Floats, old: Floats) -> Iterator[Mistake]:
    """alpha or beta left out or put in the wrong place; `total` is A @ B."""
    n = total.shape[1]
    alpha, beta = (float(np.float32(case.scalars[name])) for name in ("alpha", "beta"))
    before = old[:, :n]
    formulas: dict[str, tuple[float, float]] = {  # factors of A @ B and of the old C
        "alpha ignored": (1, beta),
        "beta * C left out": (alpha, 0),
        "beta taken as 1": (alpha, 1),
        "alpha ignored and beta * C left out": (1, 0),
        "alpha ignored and beta taken as 1": (1, 1),
        "alpha multiplied to C too": (alpha, alpha * beta),
        "alpha and beta exchanged": (beta, alpha),
    }
    told = {(alpha, beta)}
    for variant, (factor, kept) in formulas.items():
        if (factor, kept) in told:  # at these factors it is the same as a simpler mistake, or none
            continue
        told.add((factor, kept))
        c = old.copy()
        c[:, :n] = factor * total + (kept * before if kept else 0)
        yield "WRONG_ANSWER", variant, c


def _tails(a: Floats, b: Floats) -> Iterator[tuple[str, Floats]]:
    """A @ B as it comes out if the rest behind the last whole tile goes wrong. In K: dropped, added twice, or filled up with something else
    than zeros (the last element, or what the tile held before). In M or N: these rows or columns take part as zeros."""
    k = a.shape[1]
    for tile in TILES:
        for name, extent, axis in (("M", a.shape[0], 0), ("N", b.shape[1], 1)):
            if extent % tile:
                total = a @ b
                total[(slice(None),) * axis + (slice(extent // tile * tile, None),)] = 0
                yield f"{name} behind tiles of {tile} counts as zeros", total
        kept = k // tile * tile
        if kept == k:
            continue
        whole = a[:, :kept] @ b[:kept]
        rest = a[:, kept:] @ b[kept:]
        yield f"K stops at the last whole tile of {tile}", whole
        if k > 1:
            yield f"the last element fills tiles of {tile}", whole + rest + (kept + tile - k) * (a[:, -1:] @ b[-1:])
        if kept:
            yield f"the rest behind tiles of {tile} counts twice", whole + 2 * rest
            stale = slice(k - tile, kept)  # the places of the tile before that the rest doesn't reach
            yield f"tiles of {tile} keep what they held", whole + rest + a[:, stale] @ b[stale]
            again = slice(k - tile, k)
            yield f"the last {tile} once more", whole + a[:, again] @ b[again]


def _half(x: Array) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(x.astype(np.float16), dtype=np.float64)


def _significant(x: Array, bits: int, nearest: bool) -> Floats:
    """x with so many significant bits, rounded to nearest (ties away) or cut off."""
    dropped = 24 - bits
    word = np.ascontiguousarray(x).view(np.uint32)
    up = np.uint32(1 << (dropped - 1)) if nearest else np.uint32(0)
    return np.asarray(((word + up) >> np.uint32(dropped) << np.uint32(dropped)).view(np.float32), dtype=np.float64)


NARROW: dict[str, Callable[[Array], Floats]] = {
    "fp16": _half,
    "TF32": lambda x: _significant(x, 11, nearest=True),
    "TF32, cut off": lambda x: _significant(x, 11, nearest=False),
    "bf16": lambda x: _significant(x, 8, nearest=True),
    "bf16, cut off": lambda x: _significant(x, 8, nearest=False),
}


def _transposed(case: Case, arrays: dict[str, Array], a: Floats, b: Floats, old: Floats) -> Iterator[Mistake]:
    """Row- and column-major mixed up in A, B, C or any two or three of them: columns lie the leading dimension as given apart, or as many
    elements as a column has."""
    m, n, k = (case.sizes[name] for name in "MNK")
    ways_a = {"": a} | {
        f"A, columns {text} apart": _view(arrays["A"], (m, k), (1, ld)) for text, ld in (("lda", case.sizes["lda"]), ("M", m))
    }
    ways_b = {"": b} | {
        f"B, columns {text} apart": _view(arrays["B"], (k, n), (1, ld)) for text, ld in (("ldb", case.sizes["ldb"]), ("K", k))
    }
    ways_c = {"": (case.sizes["ldc"], 1), "C, columns ldc apart": (1, case.sizes["ldc"]), "C, columns M apart": (1, m)}
    for (name_a, left), (name_b, right), (name_c, strides) in product(ways_a.items(), ways_b.items(), ways_c.items()):
        if left is None or right is None or not (name_a or name_b or name_c):
            continue
        if _inside(old, (a.shape[0], b.shape[1]), strides):
            result = _combine(case, left @ right, _view(old, (a.shape[0], b.shape[1]), strides))
            yield "TRANSPOSED", "; ".join(filter(None, (name_a, name_b, name_c))), _placed(result, old, strides)


def _leading_dimensions(case: Case, arrays: dict[str, Array], old: Floats) -> Iterator[Mistake]:
    """One of lda, ldb, ldc replaced by another size (most often the width), or several each by its own width; C's in reading or writing."""
    m, n, k = (case.sizes[name] for name in "MNK")
    true = {name: case.sizes[name] for name in ("lda", "ldb", "ldc")}
    widths = {"lda": k, "ldb": n, "ldc": n}
    several = (("lda", "ldb", "ldc"), ("lda", "ldb"), ("lda", "ldc"), ("ldb", "ldc"))
    choices = [(f"{', '.join(names)} are the widths", true | {name: widths[name] for name in names}) for names in several]
    sizes = {"K": k, "N": n, "M": m, **true}
    choices += [(f"{name} is {other}", true | {name: size}) for name, (other, size) in product(true, sizes.items()) if name != other]
    for variant, ld in choices:
        left = _view(arrays["A"], (m, k), (ld["lda"], 1))
        right = _view(arrays["B"], (k, n), (ld["ldb"], 1))
        if ld == true or left is None or right is None:
            continue
        read = _view(old, (m, n), (ld["ldc"], 1))
        if read is None:
            continue
        total = left @ right
        yield "LEADING_DIM", variant, _placed(_combine(case, total, read), old, (ld["ldc"], 1))
        if ld["ldc"] != true["ldc"] and case.scalars["beta"] != 0:
            c = old.copy()
            c[:, :n] = _combine(case, total, read)
            yield "LEADING_DIM", f"{variant}, in reading only", c
            yield "LEADING_DIM", f"{variant}, in writing only", _placed(_combine(case, total, old[:, :n]), old, (ld["ldc"], 1))


def _index(shape: tuple[int, int], strides: tuple[int, int]) -> NDArray[np.int64]:
    return np.arange(shape[0])[:, None] * strides[0] + np.arange(shape[1])[None, :] * strides[1]


def _inside(buffer: Array, shape: tuple[int, int], strides: tuple[int, int]) -> bool:
    """Whether a matrix of this shape and these strides (in elements) lies within the buffer."""
    return 0 in shape or (shape[0] - 1) * strides[0] + (shape[1] - 1) * strides[1] < buffer.size


def _view(buffer: Array, shape: tuple[int, int], strides: tuple[int, int]) -> Floats | None:
    """The buffer's numbers seen with other strides, in float64; None if that leaves the buffer."""
    if not _inside(buffer, shape, strides):
        return None
    return np.asarray(buffer.reshape(-1)[_index(shape, strides)], dtype=np.float64)


def _placed(result: Floats, old: Floats, strides: tuple[int, int]) -> Floats:
    """C after the result was written at these strides, masked where several elements meet at one address."""
    flat, index = old.reshape(-1).copy(), _index((result.shape[0], result.shape[1]), strides)
    flat[index] = result
    writers = np.bincount(index.ravel(), minlength=flat.size).reshape(old.shape)
    return np.ma.masked_array(flat.reshape(old.shape), writers > 1) if (writers > 1).any() else flat.reshape(old.shape)


def _tilewise_transposed(matrix: Floats, tile: int) -> Floats:
    """Each tile x tile piece transposed in its place, zeros where a tile hangs over the edge: what a mix-up of a tile's indices reads."""
    rows, columns = (-(-extent // tile) for extent in matrix.shape)
    padded = np.zeros((rows * tile, columns * tile))
    padded[: matrix.shape[0], : matrix.shape[1]] = matrix
    tiles = padded.reshape(rows, tile, columns, tile).transpose(0, 3, 2, 1)
    return np.ascontiguousarray(tiles.reshape(padded.shape)[: matrix.shape[0], : matrix.shape[1]])


# BEGIN STAFF
# ---- what `verify` holds the bounds against ----


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Outputs that every check must accept ("passes:…") or that must lose points in some case ("fails:…"), all in fp32 arithmetic."""
    n, k = case.sizes["N"], case.sizes["K"]
    a, b = np.ascontiguousarray(arrays["A"][:, :k]), np.ascontiguousarray(arrays["B"][:k, :n])
    half = k // 2
    totals = {
        "passes:one after the other": _in_order(a, b),
        "passes:backwards": _in_order(a[:, ::-1], b[::-1]),
        "passes:split K": _in_order(a[:, :half], b[:half]) + _in_order(a[:, half:], b[half:]),
        "passes:fused multiply-add": _in_order(a, b, fused=True),
        "fails:fp16": _narrowed(a, b, "fp16"),
        "fails:TF32": _narrowed(a, b, "TF32"),
        "fails:bf16": _narrowed(a, b, "bf16"),
        "fails:K tail dropped": _in_order(a[:, : k // 16 * 16], b[: k // 16 * 16]),
        "fails:last term dropped": _in_order(a[:, : k - 1], b[: k - 1]) if k else _in_order(a, b),
    }
    made = {}
    for name, total in totals.items():
        c = arrays["C"].copy()
        alpha, beta = np.float32(case.scalars["alpha"]), np.float32(case.scalars["beta"])
        c[:, :n] = alpha * total if beta == 0 else alpha * total + beta * c[:, :n]
        made[name] = {"C": c}
    return made


def _narrowed(a: Array, b: Array, name: str) -> Array:
    return _in_order(NARROW[name](a).astype(np.float32), NARROW[name](b).astype(np.float32))


def _in_order(a: Array, b: Array, fused: bool = False) -> Array:
    """A @ B with one fp32 accumulator an element, term after term; `fused` rounds once a term, not twice."""
    total = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for i in range(a.shape[1]):
        if fused:
            total = (total.astype(np.float64) + a[:, i : i + 1].astype(np.float64) * b[i]).astype(np.float32)
        else:
            total = total + a[:, i : i + 1] * b[i]
    return total


# END STAFF
