"""Tolerances: how far a correct fp32 kernel may lie from the FP64 oracle. Magnitudes in, bounds out; no data of any assignment.

All bounds are absolute, per element and float64. `u` is the unit roundoff of the arithmetic, eps / 2: 2**-24 in fp32.
docs/design/tolerances.md has the derivation with figures; in short:

- **A sum of K products, in any order**, has an error of at most gamma_K * sum|a||b| with gamma_K = K*u / (1 - K*u) (Higham, Accuracy and
  Stability of Numerical Algorithms, 2nd ed., section 3.1). Rounding errors are as good as independent with mean zero, so that with a
  probability of one for our purpose the factor K becomes sqrt(K) (Higham & Mary, SIAM J. Sci. Comput. 41(5), 2019). The bound is
  c * u * sqrt(K + 2) * sum|a||b| with c = 4; the +2 is for the products with alpha and beta. Naive, backward, split-K and FMA orders were
  measured below a quarter of it, fp16 and TF32 inputs (u larger by 2**13) at 14 to 1800 times it up to K = 256. Beyond that their errors,
  which average out, fall below a bound that grows with K * sqrt(K).
- **The norm gate**: all errors together, ||C - C64||_F, may be a quarter of what all bounds together allow (`Expected.rms = GEMM_RMS`), so
  that many errors just within their bounds don't pass either: fp16 inputs at K = 4096 fail by this alone.
- **A reduction** adds as a tree: c * u * (log2(n) + 1) * sum|x|. Every tree passes, and so does a grid-stride loop before one (measured: a
  fiftieth of the bound). One accumulator over n positive numbers errs by n * u at worst and in the end stops growing: it was measured at
  0.8 bounds for n = 2**16, 2.8 for 2**20, and fails for good at 2**25 ones. With mixed signs partial sums stay small: every order passes.
- **Whole numbers with |x| <= 8 and K < 2**18**: products are at most 64 and every partial sum below 2**24, thus exact in fp32: all orders
  give the same bits, and the bound is 0. What is left to fail are mistakes of indexing.

Functions take NumPy arrays, numbers, or arrays of a library that follows NumPy's protocols (CuPy), and return what they were given.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

UNIT_ROUNDOFF = {"f64": 2.0**-53, "f32": 2.0**-24, "tf32": 2.0**-11, "f16": 2.0**-11, "bf16": 2.0**-8}
SMALLEST = {"f64": 2.0**-1074, "f32": 2.0**-149, "f16": 2.0**-24}  # below it a result is flushed or rounded: no bound may be less

# fp16 and TF32 keep 11 significant bits, fp32 24: what was within c*u is within this many times c*u after a downgrade
DOWNGRADE = UNIT_ROUNDOFF["f16"] / UNIT_ROUNDOFF["f32"]

C = 4.0
GEMM_RMS = 0.25  # of the bounds' root mean square: c = 1 for all elements together


def gemm_bound(magnitude: Any, terms: int, c: float = C, type_name: str = "f32") -> Any:
    """The bound of a sum of `terms` products: c * u * sqrt(terms + 2) * magnitude.

    `magnitude`: the same formula over absolute values, in float64, of the output's shape: `abs(alpha) * (absA @ absB) + abs(beta) * absC`.
    It serves every inner product: matrix products, convolutions (terms = C*R*S), fully connected layers.
    """
    return _scaled(magnitude, c * _roundoff(type_name) * math.sqrt(_counted(terms) + 2), type_name)


def gemm_worst(terms: int, c: float = C) -> float:
    """How many bounds the worst order of summation may err by (gamma_K over c * u * sqrt(K + 2)): `Expected.worst`."""
    return math.sqrt(_counted(terms) + 2) / c


def reduction_bound(magnitude: Any, terms: int, c: float = C, type_name: str = "f32") -> Any:
    """The bound of a sum of `terms` numbers added as a tree: c * u * (log2(terms) + 1) * sum|x|; `magnitude` is that sum.

    A tree of any shape has depth log2(n), so its error is at most log2(n) * u * sum|x| (Higham, section 4.2).
    """
    return _scaled(magnitude, c * _roundoff(type_name) * _depth(terms), type_name)


def reduction_worst(terms: int, c: float = C) -> float:
    """How many bounds the worst order of summation may err by: n * u over c * u * (log2(n) + 1)."""
    return terms / (c * _depth(terms))


def elementwise_bound(value: Any, units: float = C, type_name: str = "f32") -> Any:
    """The bound of one function per element that errs by at most `units` ulps: CUDA's expf has 2 ulp, tanhf 2, logf 1 (Programming
    Guide, appendix on mathematical functions)."""
    return _scaled(value, units * 2 * _roundoff(type_name), type_name)


def exact(value: Any) -> Any:
    """Bound 0 everywhere: for small integers (see `order_free`), indices, counts, untouched padding."""
    return np.zeros_like(value, dtype=np.float64)


def order_free(largest: float, terms: int) -> bool:
    """Whether sums of `terms` products of whole numbers up to `largest` are exact in fp32 in every order: all partial sums are below
    2**24."""
    return largest * largest * _counted(terms) <= 2.0**24


def _scaled(magnitude: Any, factor: float, type_name: str) -> Any:
    wide = magnitude.astype(np.float64) if hasattr(magnitude, "astype") else np.float64(magnitude)
    return np.abs(wide) * factor + SMALLEST.get(type_name, 0.0)


def _roundoff(type_name: str) -> float:
    try:
        return UNIT_ROUNDOFF[type_name]
    except KeyError:
        raise ValueError(f"unknown arithmetic {type_name!r}; known are {', '.join(UNIT_ROUNDOFF)}") from None


def _counted(terms: int) -> int:
    if terms < 0:
        raise ValueError(f"terms = {terms} must not be negative")
    return terms


def _depth(terms: int) -> float:
    return math.log2(max(_counted(terms), 1)) + 1.0
