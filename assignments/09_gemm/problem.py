"""09_gemm, the mathematics: inputs of one call -> what C must hold, and what it would hold after a well-known mistake.

Runs in the judge only and is never handed out. Arrays are float32, leading dimensions included: A (M, lda), B (K, ldb), C (M, ldc).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import gemm_bound

Array = NDArray[Any]
Floats = NDArray[np.float64]

TILES = (4, 8, 16, 32, 64, 128)  # the edges of tiles that students choose


def expected(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    """C (M, ldc) in float64 and its bound; padding columns must keep their old content: bound 0.

    Small integers with whole alpha and beta are exact in fp32 in whatever order they are added, so their bound is 0 too.
    """
    m, n, k = (case.sizes[name] for name in "MNK")
    a, b = arrays["A"][:, :k].astype(np.float64), arrays["B"][:k, :n].astype(np.float64)
    value = arrays["C"].astype(np.float64)
    bound = np.zeros_like(value)
    value[:, :n] = _combine(case, a @ b, value[:, :n])
    if not _exact(case):
        magnitude = _combine(case, np.abs(a) @ np.abs(b), np.abs(arrays["C"][:, :n].astype(np.float64)), absolute=True)
        bound[:, :n] = gemm_bound(magnitude.reshape(m, n), k)
    return {"C": Expected(value=value, bound=bound)}


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake leaves behind.

    Variants that change nothing at this case's sizes aren't among them, nor those that leave an allocation: memcheck tells those.
    """
    right = np.asarray(expected(case, arrays)["C"].value)
    found: dict[str, dict[str, Array]] = {}
    seen: set[tuple[str, bytes]] = set()
    for code, variant, wrong in _mistakes(case, arrays):
        key = (code, wrong.tobytes())
        if key not in seen and not np.allclose(wrong, right, rtol=1e-6, atol=1e-6, equal_nan=True):
            seen.add(key)
            found[f"{code}:{variant}"] = {"C": wrong}
    return found


def _combine(case: Case, product_: Floats, c: Floats, absolute: bool = False) -> Floats:
    """alpha * product + beta * C, where beta == 0 means that C isn't read."""
    alpha, beta = (np.float64(np.float32(case.scalars[name])) for name in ("alpha", "beta"))
    if absolute:
        alpha, beta = abs(alpha), abs(beta)
    return np.asarray(alpha * product_ if beta == 0 else alpha * product_ + beta * c, dtype=np.float64)


def _exact(case: Case) -> bool:
    return case.fill == "small_integers" and all(float(value).is_integer() for value in case.scalars.values())


def _mistakes(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, str, Floats]]:
    """Every mistake that can be computed at this case's sizes, as (code, variant, C)."""
    n, k = case.sizes["N"], case.sizes["K"]
    a, b = arrays["A"][:, :k].astype(np.float64), arrays["B"][:k, :n].astype(np.float64)
    old = arrays["C"].astype(np.float64)

    def result(left: Floats, right: Floats) -> Floats:
        c = old.copy()
        c[:, :n] = _combine(case, left @ right, old[:, :n])
        return c

    for tile in TILES:
        kept = k // tile * tile
        yield "WRONG_TAIL", f"K stops at the last whole tile of {tile}", result(a[:, :kept], b[:kept])

    yield from _transposed(case, arrays, a, b, old)
    for tile in (8, 16, 32):
        yield "TRANSPOSED", f"A's tiles of {tile} x {tile}", result(_tilewise_transposed(a, tile), b)
        yield "TRANSPOSED", f"B's tiles of {tile} x {tile}", result(a, _tilewise_transposed(b, tile))
    yield from _leading_dimensions(case, arrays, old)


def _transposed(case: Case, arrays: dict[str, Array], a: Floats, b: Floats, old: Floats) -> Iterator[tuple[str, str, Floats]]:
    """Row- and column-major mixed up in A, B, C or any two or three of them, leading dimensions as given."""
    m, n, k = (case.sizes[name] for name in "MNK")
    turned_a = _view(arrays["A"], (m, k), (1, case.sizes["lda"]))
    turned_b = _view(arrays["B"], (k, n), (1, case.sizes["ldb"]))
    for turn_a, turn_b, turn_c in product((False, True), repeat=3):
        left, right = (turned_a if turn_a else a), (turned_b if turn_b else b)
        if left is None or right is None or not (turn_a or turn_b or turn_c):
            continue
        strides = (1, case.sizes["ldc"]) if turn_c else (case.sizes["ldc"], 1)
        written = _written(case, left @ right, old, strides)
        if written is not None:
            names = [name for name, turned in zip("ABC", (turn_a, turn_b, turn_c), strict=True) if turned]
            yield "TRANSPOSED", " and ".join(names), written


def _leading_dimensions(case: Case, arrays: dict[str, Array], old: Floats) -> Iterator[tuple[str, str, Floats]]:
    """One of lda, ldb, ldc replaced by another size (most often the width), or each by its own width."""
    m, n, k = (case.sizes[name] for name in "MNK")
    true = {name: case.sizes[name] for name in ("lda", "ldb", "ldc")}
    choices = [{**true, "lda": k, "ldb": n, "ldc": n}, {**true, "lda": k, "ldb": n}]
    choices += [{**true, name: size} for name, size in product(true, dict.fromkeys((k, n, m, *true.values())))]
    for ld in choices:
        left = _view(arrays["A"], (m, k), (ld["lda"], 1))
        right = _view(arrays["B"], (k, n), (ld["ldb"], 1))
        if ld == true or left is None or right is None:
            continue
        written = _written(case, left @ right, old, (ld["ldc"], 1))
        if written is not None:
            changed = ", ".join(f"{name} = {ld[name]}" for name in ld if ld[name] != true[name])
            yield "LEADING_DIM", changed, written


def _view(buffer: Array, shape: tuple[int, int], strides: tuple[int, int]) -> Floats | None:
    """The buffer's numbers seen with other strides (in elements), in float64; None if that leaves the buffer."""
    flat = buffer.reshape(-1).astype(np.float64)
    index = np.arange(shape[0])[:, None] * strides[0] + np.arange(shape[1])[None, :] * strides[1]
    if index.size and index.max() >= flat.size:
        return None
    return np.asarray(flat[index], dtype=np.float64)


def _written(case: Case, product_: Floats, old: Floats, strides: tuple[int, int]) -> Floats | None:
    """C after the product was combined with it and written at these strides; None if that leaves C or two elements meet at one address."""
    flat = old.reshape(-1).copy()
    rows, columns = product_.shape
    index = np.arange(rows)[:, None] * strides[0] + np.arange(columns)[None, :] * strides[1]
    if index.size and (index.max() >= flat.size or np.unique(index).size != index.size):
        return None
    flat[index] = _combine(case, product_, flat[index])
    return np.asarray(flat.reshape(old.shape), dtype=np.float64)


def _tilewise_transposed(matrix: Floats, tile: int) -> Floats:
    """Each tile x tile piece transposed in its place, zeros where a tile hangs over the edge: what a mix-up of a tile's indices reads."""
    rows, columns = (-(-extent // tile) for extent in matrix.shape)
    padded = np.zeros((rows * tile, columns * tile))
    padded[: matrix.shape[0], : matrix.shape[1]] = matrix
    tiles = padded.reshape(rows, tile, columns, tile).transpose(0, 3, 2, 1)
    return np.ascontiguousarray(tiles.reshape(padded.shape)[: matrix.shape[0], : matrix.shape[1]])
