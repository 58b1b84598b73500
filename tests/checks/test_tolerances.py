"""tolerances: honest orders of summation pass, lesser precision and lost terms don't."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks import Expected, elementwise_bound, exact, gemm_bound, reduction_bound
from grader.checks.closeness import compare
from grader.checks.tolerances import GEMM_RMS, gemm_worst, order_free, reduction_worst


def matrices(k: int) -> tuple[Any, Any, Any, Any]:
    rng = np.random.default_rng(k)
    a, b = rng.standard_normal((24, k)).astype(np.float32), rng.standard_normal((k, 20)).astype(np.float32)
    return a, b, a.astype(np.float64) @ b, gemm_bound(np.abs(a.astype(np.float64)) @ np.abs(b), k)


def in_order(a: Any, b: Any) -> Any:
    total = np.zeros((a.shape[0], b.shape[1]), np.float32)
    for i in range(a.shape[1]):
        total += a[:, i : i + 1] * b[i]
    return total


@pytest.mark.parametrize("k", [1, 2, 17, 256, 1000])
def test_a_gemm_in_any_honest_order_passes_and_a_lesser_one_fails(k: int) -> None:
    a, b, value, bound = matrices(k)
    half = k // 2
    for honest in (in_order(a, b), in_order(a[:, ::-1], b[::-1]), in_order(a[:, :half], b[:half]) + in_order(a[:, half:], b[half:])):
        assert (np.abs(honest - value) <= bound).all()
    half_precision = a.astype(np.float16).astype(np.float64) @ b.astype(np.float16).astype(np.float64)
    for wrong in (half_precision, np.zeros_like(value), a[:, : k - 1].astype(np.float64) @ b[: k - 1], value * np.nan):
        assert not (np.abs(wrong - value) <= bound).all()


def test_a_sequential_sum_of_ones_that_stops_growing_fails() -> None:
    n = 2**25
    bound = reduction_bound(n, n)
    assert not abs(2.0**24 - n) <= bound
    numbers = np.random.default_rng(0).standard_normal(100_000).astype(np.float32)
    wide = numbers.astype(np.float64)
    assert abs(float(numbers.sum(dtype=np.float32)) - wide.sum()) <= reduction_bound(np.abs(wide).sum(), numbers.size)


def test_bounds_of_the_edges() -> None:
    assert (exact(np.ones((2, 3))) == np.zeros((2, 3))).all()
    assert gemm_bound(np.zeros((2, 2)), 0).max() < 1e-40
    assert reduction_bound(0.0, 0) < 1e-40
    x = np.linspace(-80, 80, 1001, dtype=np.float32)
    assert (np.abs(np.exp(x).astype(np.float64) - np.exp(x.astype(np.float64))) <= elementwise_bound(np.exp(x.astype(np.float64)))).all()
    for call in (lambda: gemm_bound(np.ones(1), -1), lambda: reduction_bound(1.0, -1), lambda: gemm_bound(np.ones(1), 1, type_name="f8")):
        with pytest.raises(ValueError, match=r"negative|unknown"):
            call()


class Elsewhere:
    """An array of another library, as CuPy's are: it follows NumPy's protocols and never becomes a NumPy array by itself."""

    def __init__(self, values: Any) -> None:
        self.values = values

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("implicit conversion to a NumPy array is not allowed")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Elsewhere:
        return Elsewhere(getattr(ufunc, method)(*(i.values if isinstance(i, Elsewhere) else i for i in inputs), **options))

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Elsewhere:
        return Elsewhere(function(*(a.values if isinstance(a, Elsewhere) else a for a in args), **options))

    def __mul__(self, other: Any) -> Any:
        return np.multiply(self, other)

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Any:
        return np.add(self, other)

    __radd__ = __add__

    def __matmul__(self, other: Any) -> Any:
        return np.matmul(self, other)

    def __abs__(self) -> Any:
        return np.abs(self)

    def __getitem__(self, index: Any) -> Any:
        return Elsewhere(self.values[index])

    def __setitem__(self, index: Any, value: Any) -> None:
        self.values[index] = value.values

    def astype(self, dtype: Any) -> Elsewhere:
        return Elsewhere(self.values.astype(dtype))

    @property
    def shape(self) -> Any:
        return self.values.shape


def test_bounds_of_another_librarys_arrays_stay_there() -> None:
    values = np.array([[1.0, -2.0], [3.0, 0.0]], np.float32)
    for bound in (lambda x: gemm_bound(x, 64), lambda x: reduction_bound(x, 64), elementwise_bound, exact):
        found = bound(Elsewhere(values))
        assert isinstance(found, Elsewhere) and found.values.dtype == np.float64
        assert np.array_equal(found.values, bound(values))


def test_the_oracle_of_gemm_takes_another_librarys_arrays() -> None:
    from pathlib import Path

    from grader.assignment import load_assignment
    from grader.run.inputs import load_problem, make_inputs
    from grader.run.seeds import public_seed

    gemm = load_assignment(Path(__file__).parents[2] / "assignments" / "09_gemm")
    problem: Any = load_problem(gemm)
    for name in ("padded", "alpha_beta", "integers"):
        case = gemm.case(name)
        arrays = make_inputs(gemm, case, 0, public_seed("course", gemm.slug))
        here = problem.expected(case, arrays)["C"]
        there = problem.expected(case, {key: Elsewhere(value) for key, value in arrays.items()})["C"]
        assert isinstance(there.value, Elsewhere) and np.array_equal(there.value.values, here.value, equal_nan=True)
        assert np.array_equal(there.bound.values, here.bound)


@pytest.mark.parametrize(("share", "passes"), [(0.2, True), (0.3, False), (0.9, False)])
def test_the_norm_gate_refuses_many_errors_within_their_bounds(share: float, passes: bool) -> None:
    value, old = np.full((8, 8), 4.0), np.zeros((8, 8))
    found = compare("c", 0, "C", value + share, old, Expected(value, 1.0, rms=GEMM_RMS))
    assert found.passed is passes and (passes or found.wrong.all())
    one = value.copy()
    one[3, 3] += share  # a single error within its bound is none
    assert compare("c", 0, "C", one, old, Expected(value, 1.0, rms=GEMM_RMS)).passed


def test_half_precision_at_a_large_k_is_caught_by_the_norm_alone() -> None:
    rng = np.random.default_rng(5)
    a, b = ((1 + rng.random(shape)).astype(np.float32) * rng.choice(np.float32([-1, 1]), shape) for shape in ((24, 4096), (4096, 24)))
    value, bound = a.astype(float) @ b, gemm_bound(np.abs(a).astype(float) @ np.abs(b), 4096)
    half = (a.astype(np.float16).astype(float) @ b.astype(np.float16).astype(float)).astype(np.float32)
    old = np.zeros_like(half)
    assert compare("c", 0, "C", half, old, Expected(value, bound)).passed
    assert not compare("c", 0, "C", half, old, Expected(value, bound, rms=GEMM_RMS)).passed
    assert compare("c", 0, "C", in_order(a, b), old, Expected(value, bound, rms=GEMM_RMS)).passed


def test_the_worst_order_errs_by_the_classic_bound() -> None:
    u, terms = 2.0**-24, 1000
    assert gemm_worst(terms) * gemm_bound(1.0, terms) == pytest.approx((terms + 2) * u)
    assert reduction_worst(terms) * reduction_bound(1.0, terms) == pytest.approx(terms * u)


@pytest.mark.parametrize(("largest", "terms", "free"), [(8, 70, True), (8, 1 << 18, True), (8, (1 << 18) + 1, False), (9, 1 << 18, False)])
def test_small_whole_numbers_are_exact_in_every_order(largest: int, terms: int, free: bool) -> None:
    assert order_free(largest, terms) is free


def test_sums_of_small_whole_numbers_keep_their_bits_at_the_limit() -> None:
    """The largest sums that `order_free` allows, in three orders of fp32 additions."""
    terms = 1 << 18
    rng = np.random.default_rng(6)
    for signs in (np.ones(terms), rng.choice([-1.0, 1.0], terms)):
        products = (64 * signs).astype(np.float32)
        forward, backward = (np.add.accumulate(x, dtype=np.float32)[-1] for x in (products, products[::-1]))
        rows = np.add.accumulate(products.reshape(512, 512), axis=0, dtype=np.float32)[-1]
        assert forward == backward == np.add.accumulate(rows, dtype=np.float32)[-1] == products.sum(dtype=np.float64)


def test_reductions_in_tree_or_strided_order_pass_and_a_sequence_of_many_does_not() -> None:
    numbers = np.random.default_rng(7).random(1 << 20).astype(np.float32)
    exact_sum = numbers.sum(dtype=np.float64)
    bound = reduction_bound(exact_sum, numbers.size)

    def tree(x: Any) -> Any:
        while x.size > 1:
            x = x[: x.size // 2] + x[x.size // 2 :]
        return x[0]

    for honest in (tree(numbers), tree(np.add.accumulate(numbers.reshape(-1, 1024), axis=0, dtype=np.float32)[-1])):
        assert abs(honest - exact_sum) <= bound / 10
    assert abs(np.add.accumulate(numbers, dtype=np.float32)[-1] - exact_sum) > bound
