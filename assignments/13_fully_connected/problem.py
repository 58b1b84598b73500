"""13_fully_connected, the mathematics: inputs of one call -> what the outputs must hold, and what they hold after a known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Arrays are float32: x, dx (B, I), W, dW (O, I), y, dy (B, O),
bias, dbias (O,). Every output is a product of two matrices: y = x W^T + bias, dx = dy W, dW = dy^T x, dbias = dy^T 1.
`expected` also takes arrays of a GPU library that follows NumPy's protocols (CuPy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import GEMM_RMS, gemm_bound, gemm_worst, order_free

Array = NDArray[Any]
Floats = NDArray[np.float64]
Mistake = tuple[str, str, Any]  # code, variant, output

TILES = (2, 4, 8, 16, 32, 64, 128)  # the edges of tiles, vectors and splits that students choose
SQUARES = (8, 16, 32)  # tiles whose two indices can be mixed up


@dataclass(frozen=True)
class Product:
    """One output: left (M, K) @ right (K, N), and what is added to each row."""

    left: Any
    right: Any
    bias: Any = None
    flat: bool = False  # one number a row: the output has one dimension

    def of(self, left: Any, right: Any) -> Any:
        total = left @ right if self.bias is None else left @ right + self.bias
        return total[:, 0] if self.flat else total

    @property
    def value(self) -> Any:
        return self.of(self.left, self.right)

    @property
    def magnitude(self) -> Any:
        total = abs(self.left) @ abs(self.right) + (0.0 if self.bias is None else abs(self.bias))
        return total[:, 0] if self.flat else total

    @property
    def terms(self) -> int:
        return int(self.left.shape[1]) + (self.bias is not None)


def products(case: Case, arrays: dict[str, Any]) -> dict[str, Product]:
    """The case's outputs in float64."""
    if case.entry == "ck_fc_forward":
        x, w, bias = (arrays[name].astype(np.float64) for name in ("x", "W", "bias"))
        return {"y": Product(x, w.T, bias)}
    x, w, dy = (arrays[name].astype(np.float64) for name in ("x", "W", "dy"))
    ones = np.ones_like(dy[:, :1]) if dy.shape[1] else np.zeros_like(dy, shape=(dy.shape[0], 1))
    return {"dx": Product(dy, w), "dW": Product(dy.T, x), "dbias": Product(dy.T, ones, flat=True)}


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """Every output in float64 and its bound. Small integers are exact in fp32 in whatever order they are added, so their bound is 0."""
    found = {}
    for name, each in products(case, arrays).items():
        exact = case.fill == "small_integers" and order_free(8, each.terms)
        bound = np.zeros_like(each.value) if exact else gemm_bound(each.magnitude, each.terms)
        found[name] = Expected(value=each.value, bound=bound, rms=GEMM_RMS, worst=gemm_worst(each.terms))
    return found


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffer that this mistake changes. WRONG_ANSWER stands for mistakes without a class.

    Variants that change nothing at this case's sizes aren't among them.
    """
    right = expected(case, arrays)
    found: dict[str, dict[str, Array]] = {}
    for name, each in products(case, arrays).items():
        value, bound = np.asarray(right[name].value), np.asarray(right[name].bound)
        for code, variant, wrong in _mistakes(name, each, arrays):
            if not bool((abs(np.ma.getdata(wrong) - value) <= bound).all()):
                found[f"{code}:{variant} ({name})"] = {name: wrong}
    return found


def _mistakes(name: str, each: Product, arrays: dict[str, Array]) -> Iterator[Mistake]:
    for variant, total in _tails(each):
        yield "WRONG_TAIL", variant, total
    for variant, narrow in NARROW.items():
        yield "LOW_PRECISION", variant, each.of(narrow(each.left), narrow(each.right))
    batch = len(arrays["x"])
    if name == "y":
        yield from _wrong_biases(each, arrays)
    elif batch:
        for variant, factor in (("divided by the batch", 1 / batch), ("times the batch", batch)):
            yield "SCALE_WRONG", variant, each.value * factor
        yield "GRADIENT_WRONG", "the sign is reversed", -each.value
    if name in ("dW", "dbias") and batch:
        yield "GRADIENT_WRONG", "the first sample alone", each.of(each.left[:, :1], each.right[:1])
        yield "GRADIENT_WRONG", "the last sample alone", each.of(each.left[:, -1:], each.right[-1:])
        yield "GRADIENT_WRONG", "without the last sample", each.of(each.left[:, :-1], each.right[:-1])
    if name == "dbias" and batch:
        yield "GRADIENT_WRONG", "the sums of the absolute values", abs(each.left).sum(axis=1)
        yield "GRADIENT_WRONG", "the sum over samples and outputs", np.full_like(each.value, each.left.sum())
        rows = each.left.sum(axis=0)  # over the outputs, a number for each sample
        yield "GRADIENT_WRONG", "sums over the outputs", np.resize(rows, each.value.shape) if len(rows) else each.value
    if name != "dbias":
        yield from _transposed(name, each, arrays)


def _wrong_biases(each: Product, arrays: dict[str, Array]) -> Iterator[Mistake]:
    bias, total = arrays["bias"].astype(np.float64), each.left @ each.right
    yield "WRONG_ANSWER", "without the bias", total
    yield "WRONG_ANSWER", "the bias subtracted", total - bias
    yield "WRONG_ANSWER", "the bias added for each term", total + each.left.shape[1] * bias
    for tile in TILES:
        yield "WRONG_ANSWER", f"the bias added for each tile of {tile}", total + -(-each.left.shape[1] // tile) * bias
    if len(bias):
        yield "WRONG_ANSWER", "the bias of the sample's number", total + np.resize(bias, len(total))[:, None]


def _tails(each: Product) -> Iterator[tuple[str, Any]]:
    """The output as it comes out if the rest behind the last whole tile goes wrong. In K: dropped, added twice, or filled up with something
    else than zeros (the last element, or what the tile held before). In M or N: these rows or columns take part as zeros."""
    a, b = each.left, each.right
    k = a.shape[1]
    for tile in TILES:
        for name, extent, axis in (("rows", a.shape[0], 0), ("columns", b.shape[1], 1)):
            if extent % tile and not (each.flat and axis == 1):
                cut_a, cut_b = a.copy(), b.copy()
                if axis == 0:
                    cut_a[extent // tile * tile :] = 0
                else:
                    cut_b[:, extent // tile * tile :] = 0
                yield f"{name} behind tiles of {tile} count as zeros", each.of(cut_a, cut_b)
        kept = k // tile * tile
        if kept == k:
            continue
        yield f"the sum stops at the last whole tile of {tile}", each.of(a[:, :kept], b[:kept])
        fill = kept + tile - k
        if k > 1:
            yield f"the last element fills tiles of {tile}", each.of(_beside(a, a[:, -1:], fill), _beside(b.T, b[-1:].T, fill).T)
        if kept:
            yield f"the rest behind tiles of {tile} counts twice", each.of(_beside(a, a[:, kept:]), _beside(b.T, b[kept:].T).T)
            stale = slice(k - tile, kept)  # the places of the tile before that the rest doesn't reach
            yield f"tiles of {tile} keep what they held", each.of(_beside(a, a[:, stale]), _beside(b.T, b[stale].T).T)
            again = slice(k - tile, k)
            yield f"the last {tile} once more", each.of(_beside(a[:, :kept], a[:, again]), _beside(b.T[:, :kept], b[again].T).T)


def _beside(matrix: Floats, columns: Floats, times: int = 1) -> Floats:
    return np.concatenate([matrix, *[columns] * times], axis=1)


def _half(x: Any) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(x.astype(np.float16), dtype=np.float64)


def _significant(x: Any, bits: int, nearest: bool) -> Floats:
    """x with so many significant bits, rounded to nearest (ties away) or cut off."""
    dropped = 24 - bits
    word = np.ascontiguousarray(x, dtype=np.float32).view(np.uint32)
    up = np.uint32(1 << (dropped - 1)) if nearest else np.uint32(0)
    return np.asarray(((word + up) >> np.uint32(dropped) << np.uint32(dropped)).view(np.float32), dtype=np.float64)


NARROW: dict[str, Callable[[Any], Floats]] = {
    "fp16": _half,
    "TF32": lambda x: _significant(x, 11, nearest=True),
    "TF32, cut off": lambda x: _significant(x, 11, nearest=False),
    "bf16": lambda x: _significant(x, 8, nearest=True),
    "bf16, cut off": lambda x: _significant(x, 8, nearest=False),
}


def _transposed(name: str, each: Product, arrays: dict[str, Array]) -> Iterator[Mistake]:
    """Rows and columns mixed up in one of the factors, in the output, or in several: a whole matrix as if it lay turned in memory, or each
    of its tiles."""
    names = {"y": ("x", "W"), "dx": ("dy", "W"), "dW": ("dy", "x")}[name]
    turned_left, turned_right = name == "dW", name == "y"
    lefts, rights = (
        [("", factor), (f"{of} lies turned", _misread(arrays[of], turned))]
        + [(f"tiles of {tile} x {tile} of {of}", _tilewise_transposed(factor, tile)) for tile in SQUARES]
        for of, factor, turned in zip(names, (each.left, each.right), (turned_left, turned_right), strict=True)
    )
    pairs = [(0, j) for j in range(len(rights))] + [(i, j) for i in range(1, len(lefts)) for j in (0, i)]  # one of them, or both alike
    for (i, j), stored in product(pairs, ("", f"{name} lies turned")):
        (of_left, left), (of_right, right) = lefts[i], rights[j]
        if not (of_left or of_right or stored):
            continue
        total = each.of(left, right)
        yield "TRANSPOSED", "; ".join(filter(None, (of_left, of_right, stored))), total.T.reshape(total.shape) if stored else total
    for tile in SQUARES:
        yield "TRANSPOSED", f"tiles of {tile} x {tile} of {name}", _tilewise_transposed(each.value, tile)


def _misread(matrix: Array, turned: bool) -> Floats:
    """The matrix's numbers as if its columns, not its rows, followed each other in memory; as a factor that is used turned or not."""
    read = matrix.astype(np.float64).reshape(matrix.shape[::-1]).T
    return read.T if turned else read


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
    made: dict[str, dict[str, Array]] = {}
    for name, each in products(case, arrays).items():
        a, b = (np.ascontiguousarray(m, dtype=np.float32) for m in (each.left, each.right))
        start = np.zeros(1, np.float32) if each.bias is None else each.bias.astype(np.float32)
        k = a.shape[1]
        ways = {
            "passes:the bias first": _in_order(a, b, start),
            "passes:the bias last": _in_order(a, b) + start,
            "passes:backwards": _in_order(a[:, ::-1], b[::-1], start),
            "passes:split": _in_order(a[:, : k // 2], b[: k // 2], start) + _in_order(a[:, k // 2 :], b[k // 2 :]),
            "fails:fp16": _narrowed(a, b, start, "fp16"),
            "fails:TF32": _narrowed(a, b, start, "TF32"),
            "fails:bf16": _narrowed(a, b, start, "bf16"),
            "fails:tail dropped": _in_order(a[:, : k // 16 * 16], b[: k // 16 * 16], start),
            "fails:last term dropped": _in_order(a[:, : max(0, k - 1)], b[: max(0, k - 1)], start),
        }
        for way, total in ways.items():
            made.setdefault(way, {})[name] = total[:, 0] if each.flat else total
    return made


def _narrowed(a: Array, b: Array, start: Array, name: str) -> Array:
    return _in_order(NARROW[name](a).astype(np.float32), NARROW[name](b).astype(np.float32), start)


def _in_order(a: Array, b: Array, start: Array | float = 0.0) -> Array:
    """start + a @ b with one fp32 accumulator an element, term after term."""
    total = np.zeros((a.shape[0], b.shape[1]), np.float32) + np.float32(start)
    for i in range(a.shape[1]):
        total = total + a[:, i : i + 1] * b[i]
    return total


# END STAFF
