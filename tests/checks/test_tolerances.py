"""tolerances: honest orders of summation pass, lesser precision and lost terms don't."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.checks import elementwise_bound, exact, gemm_bound, reduction_bound


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
