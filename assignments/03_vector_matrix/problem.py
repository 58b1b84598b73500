"""03_vector_matrix, the mathematics: what z or C must hold, and what they would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Arrays are float32, leading dimensions included: vectors (n,),
A (M, lda), C (M, ldc); B is (M, ldb) in sums and (K, ldb) in products. `expected` also takes arrays of a GPU library that follows NumPy's
protocols (CuPy).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import GEMM_RMS, gemm_bound, gemm_worst, order_free

Array = NDArray[Any]
Floats = NDArray[np.float64]
Mistake = tuple[str, str, Array]  # code, variant, output; a masked array where nobody can tell

ADD, MULTIPLY, SUM, PRODUCT = "ck_vector_add", "ck_vector_multiply", "ck_matrix_add", "ck_matrix_multiply"
TILES = (2, 4, 8, 16, 32, 64)  # steps in which students take K


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """z or C in float64 and its bound. One addition or multiplication rounds to one number, so there the bound is 0; the sums of a product
    may be taken in any order. Padding columns must keep their old content."""
    if case.entry in (ADD, MULTIPLY):
        x, y = arrays["x"], arrays["y"]
        value = (x + y if case.entry == ADD else x * y).astype(np.float64)
        return {"z": Expected(value=value, bound=np.zeros_like(value))}
    n = case.sizes["N"]
    value = arrays["C"].astype(np.float64)
    bound = np.zeros_like(value)
    if case.entry == SUM:
        value[:, :n] = (arrays["A"][:, :n] + arrays["B"][:, :n]).astype(np.float64)
        return {"C": Expected(value=value, bound=bound)}
    k = case.sizes["K"]
    a, b = arrays["A"][:, :k].astype(np.float64), arrays["B"][:k, :n].astype(np.float64)
    value[:, :n] = a @ b
    if case.fill != "small_integers" or not order_free(8, k):
        bound[:, :n] = gemm_bound(abs(a) @ abs(b), k)
    return {"C": Expected(value=value, bound=bound, rms=GEMM_RMS, worst=gemm_worst(k))}


# BEGIN STAFF
def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Rows with NaN between them, for one case; the others get the usual values."""
    if case.id != "product_nan_padding":
        return {}
    made = {}
    for name, rows, columns, pitch in (("A", "M", "K", "lda"), ("B", "K", "N", "ldb")):
        made[name] = np.full((case.sizes[rows], case.sizes[pitch]), np.nan, dtype=np.float32)
        made[name][:, : case.sizes[columns]] = rng.standard_normal((case.sizes[rows], case.sizes[columns]))
    return made


# END STAFF


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the output that this mistake leaves behind, masked where several threads write the same
    element. Variants that change nothing at this case's sizes aren't among them, nor those that leave an allocation."""
    name = "z" if case.entry in (ADD, MULTIPLY) else "C"
    right = expected(case, arrays)[name]
    value, bound = np.asarray(right.value), np.asarray(right.bound)
    mistakes = {ADD: _vectors, MULTIPLY: _vectors, SUM: _sums, PRODUCT: _products}[case.entry]
    found: dict[str, dict[str, Array]] = {}
    for code, variant, wrong in mistakes(case, arrays):
        with np.errstate(invalid="ignore"):
            same = (abs(np.ma.getdata(wrong) - value) <= bound) | (np.isnan(wrong) & np.isnan(value)) | np.ma.getmaskarray(wrong)
        if not same.all():
            found[f"{code}:{variant}"] = {name: wrong}
    return found


def _vectors(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    x, y = arrays["x"].astype(np.float64), arrays["y"].astype(np.float64)
    yield "WRONG_ANSWER", "x in place of y", _rounded(x + x if case.entry == ADD else x * x)
    yield "WRONG_ANSWER", "y in place of x", _rounded(y + y if case.entry == ADD else y * y)
    yield "WRONG_ANSWER", "the other operation", _rounded(x * y if case.entry == ADD else x + y)
    yield "WRONG_ANSWER", "x alone", x
    yield "WRONG_ANSWER", "y alone", y
    with np.errstate(over="ignore"):
        half = [v.astype(np.float16).astype(np.float64) for v in (x, y)]
    yield "LOW_PRECISION", "x and y in fp16", half[0] + half[1] if case.entry == ADD else half[0] * half[1]


def _sums(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    """Each matrix may be read or written by rows as given, by rows some other size apart, or by columns."""
    m, n = case.sizes["M"], case.sizes["N"]
    old = arrays["C"].astype(np.float64)
    a, b = arrays["A"].astype(np.float64), arrays["B"].astype(np.float64)
    for variant, code, (way_a, way_b, way_c) in _ways(case, {"A": a, "B": b, "C": old}, {"A": (m, n), "B": (m, n), "C": (m, n)}):
        if way_a == way_b == way_c == (1, m):  # element for element it is the same as rows of that width: no matrix is turned
            continue
        yield code, variant, _placed(_rounded(_view(a, (m, n), way_a) + _view(b, (m, n), way_b)), old, way_c)
    yield from _only_the_square(case, _rounded(a[:, :n] + b[:, :n]), old)
    for name, result in (("A twice", 2 * a[:, :n]), ("B twice", 2 * b[:, :n]), ("A alone", a[:, :n]), ("B alone", b[:, :n])):
        yield "WRONG_ANSWER", name, _into(result, old)


def _products(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    m, n, k = (case.sizes[name] for name in "MNK")
    old = arrays["C"].astype(np.float64)
    a, b = arrays["A"].astype(np.float64), arrays["B"].astype(np.float64)
    shapes = {"A": (m, k), "B": (k, n), "C": (m, n)}
    for variant, code, (way_a, way_b, way_c) in _ways(case, {"A": a, "B": b, "C": old}, shapes):
        yield code, variant, _placed(_view(a, (m, k), way_a) @ _view(b, (k, n), way_b), old, way_c)
    left, right = a[:, :k], b[:k, :n]
    yield from _only_the_square(case, left @ right, old)
    for name, terms in (("N", n), ("M", m)):
        if terms != k and _inside(a, (m, terms), (a.shape[1], 1)) and _inside(b, (terms, n), (b.shape[1], 1)):
            total = _view(a, (m, terms), (a.shape[1], 1)) @ _view(b, (terms, n), (b.shape[1], 1))
            yield "WRONG_NONSQUARE", f"sums of {name} terms", _into(total, old)
    for tile in TILES:
        kept = k // tile * tile
        if kept < k:
            yield "WRONG_TAIL", f"only whole steps of {tile}", _into(left[:, :kept] @ right[:kept], old)
    if k > 0:  # with one term it is what a dropped tail gives as well, and must be offered beside it
        yield "WRONG_ANSWER", "the last term left out", _into(left[:, : k - 1] @ right[: k - 1], old)
        yield "WRONG_ANSWER", "the first term left out", _into(left[:, 1:] @ right[1:], old)
    if m == k and k == n:
        yield "WRONG_ANSWER", "numbers multiplied in their places", _into(left * right, old)
    with np.errstate(over="ignore"):
        half = [v.astype(np.float16).astype(np.float64) for v in (left, right)]
    yield "LOW_PRECISION", "A and B in fp16", _into(half[0] @ half[1], old)


def _rounded(exact: Floats) -> Floats:
    """What fp32 makes of one addition or multiplication: both are exact in float64, so they round once. The bound of these is 0."""
    return exact.astype(np.float32).astype(np.float64)


Way = tuple[int, int]  # elements between rows, and between columns


def _ways(case: Case, arrays: dict[str, Array], shapes: dict[str, tuple[int, int]]) -> Iterator[tuple[str, str, tuple[Way, Way, Way]]]:
    """(variant, code, strides of A, B and C): one, two or all three of them walked through in a wrong way, and always in the same one."""
    mistakes: dict[str, list[tuple[str, Way | str]]] = {
        "LEADING_DIM": [("the width", "width"), ("lda", "lda"), ("ldb", "ldb"), ("ldc", "ldc")],
        "WRONG_NONSQUARE": [("M", "M")],
        "TRANSPOSED": [("by columns", "columns"), ("by columns as many apart as rows", "tight columns")],
    }
    sizes = case.sizes
    for code, kinds in mistakes.items():
        for text, kind in kinds:
            for chosen in product((False, True), repeat=3):
                if not any(chosen):
                    continue
                ways: list[Way] = []
                for name, wrong in zip("ABC", chosen, strict=True):
                    pitch = arrays[name].shape[1]
                    rows, columns = shapes[name]
                    way = (pitch, 1)
                    if wrong:
                        way = {
                            "width": (columns, 1),
                            "M": (sizes["M"], 1),
                            "columns": (1, pitch),
                            "tight columns": (1, rows),
                        }.get(str(kind), (sizes.get(str(kind), pitch), 1))
                    ways.append(way)
                right = [(arrays[name].shape[1], 1) for name in "ABC"]
                changed = [way != r for way, r in zip(ways, right, strict=True)]
                if changed != list(chosen) or not all(
                    _inside(arrays[name], shapes[name], way) for name, way in zip("ABC", ways, strict=True)
                ):
                    continue
                names = " and ".join(name for name, wrong in zip("ABC", chosen, strict=True) if wrong)
                yield f"{names}: {text}", code, (ways[0], ways[1], ways[2])


def _only_the_square(case: Case, result: Floats, old: Floats) -> Iterator[Mistake]:
    """A guard that holds row and column against the wrong size, or both against both."""
    both = min(case.sizes["M"], case.sizes["N"])
    if case.sizes["M"] != case.sizes["N"]:
        c = old.copy()
        c[:both, :both] = result[:both, :both]
        yield "WRONG_NONSQUARE", "only as far as both dimensions reach", c


def _into(result: Floats, old: Floats) -> Floats:
    c = old.copy()
    c[:, : result.shape[1]] = result
    return c


def _index(shape: tuple[int, int], strides: Way) -> NDArray[np.int64]:
    return np.arange(shape[0])[:, None] * strides[0] + np.arange(shape[1])[None, :] * strides[1]


def _inside(buffer: Array, shape: tuple[int, int], strides: Way) -> bool:
    """Whether a matrix of this shape and these strides (in elements) lies within the buffer."""
    return 0 in shape or (shape[0] - 1) * strides[0] + (shape[1] - 1) * strides[1] < buffer.size


def _view(buffer: Array, shape: tuple[int, int], strides: Way) -> Floats:
    return np.asarray(buffer.reshape(-1)[_index(shape, strides)], dtype=np.float64)


def _placed(result: Floats, old: Floats, strides: Way) -> Floats:
    """C after the result was written at these strides, masked where several elements meet at one address."""
    flat, index = old.reshape(-1).copy(), _index((result.shape[0], result.shape[1]), strides)
    flat[index] = result
    writers = np.bincount(index.ravel(), minlength=flat.size).reshape(old.shape)
    return np.ma.masked_array(flat.reshape(old.shape), writers > 1) if (writers > 1).any() else flat.reshape(old.shape)


# BEGIN STAFF
# ---- what `verify` holds the bounds against ----


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Outputs that every check must accept ("passes:…") or that must lose points in some case ("fails:…"), all in fp32 arithmetic."""
    if case.entry in (ADD, MULTIPLY):
        x, y = arrays["x"], arrays["y"]
        with np.errstate(over="ignore"):
            half = [v.astype(np.float16).astype(np.float32) for v in (x, y)]
        apply = np.add if case.entry == ADD else np.multiply
        right = apply(x, y)
        last = right.copy()
        last[-1:] = 0
        return {
            "passes:backwards": {"z": apply(y, x)},
            "fails:fp16": {"z": apply(*half)},
            "fails:tail dropped": {"z": np.where(np.arange(x.size) < x.size // 32 * 32, right, np.float32(0))},
            "fails:last number dropped": {"z": last},
        }
    n = case.sizes["N"]
    if case.entry == SUM:
        total = arrays["A"][:, :n] + arrays["B"][:, :n]
        made = {"passes:backwards": arrays["B"][:, :n] + arrays["A"][:, :n], "fails:nothing added": arrays["A"][:, :n]}
        made["fails:last column dropped"] = np.where(np.arange(n) < n - 1, total, np.float32(0))
    else:
        k = case.sizes["K"]
        a, b = np.ascontiguousarray(arrays["A"][:, :k]), np.ascontiguousarray(arrays["B"][:k, :n])
        half = k // 2
        with np.errstate(over="ignore"):
            narrow = [v.astype(np.float16).astype(np.float32) for v in (a, b)]
        made = {
            "passes:one after the other": _in_order(a, b),
            "passes:backwards": _in_order(a[:, ::-1], b[::-1]),
            "passes:split K": _in_order(a[:, :half], b[:half]) + _in_order(a[:, half:], b[half:]),
            "passes:fused multiply-add": _in_order(a, b, fused=True),
            "fails:fp16": _in_order(*narrow),
            "fails:last term dropped": _in_order(a[:, : k - 1], b[: k - 1]) if k else _in_order(a, b),
        }
    result = {}
    for name, values in made.items():
        c = arrays["C"].copy()
        c[:, :n] = values
        result[name] = {"C": c}
    return result


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
