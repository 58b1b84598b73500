"""Tolerances: how far a correct fp32 kernel may lie from the FP64 oracle. Bounds in, bounds out; no data of any assignment.

All bounds are absolute and per element, float64. `u` is the unit roundoff of the arithmetic: eps / 2.

Derivation (Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1; Higham & Mary, SIAM J. Sci. Comput. 41(5),
2019): a sum of K products in any order has the error at most gamma_K * sum|a||b| with gamma_K = K*u / (1 - K*u). Rounding errors are as
good as independent with mean zero, so in practice and with a probability that is one for our purpose the factor K becomes sqrt(K): c * u
* sqrt(K) * sum|a||b| with a small constant c. The +2 is for the products with alpha and beta. With c = 4 naive, tiled, split-K and FMA
orders pass by a wide margin while fp16 or TF32 inputs (u larger by 2**13), a dropped tail and zeros fail.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]

UNIT_ROUNDOFF = {"f64": 2.0**-53, "f32": 2.0**-24, "tf32": 2.0**-11, "f16": 2.0**-11, "bf16": 2.0**-8}
SMALLEST = {"f64": 2.0**-1074, "f32": 2.0**-149, "f16": 2.0**-24}  # below it a result is flushed or rounded: no bound may be less

# fp16 and TF32 keep 11 significant bits, fp32 24: what was within c*u is within this many times c*u after a downgrade
DOWNGRADE = UNIT_ROUNDOFF["f16"] / UNIT_ROUNDOFF["f32"]


def _roundoff(type_name: str) -> float:
    try:
        return UNIT_ROUNDOFF[type_name]
    except KeyError:
        raise ValueError(f"unknown arithmetic {type_name!r}; known are {', '.join(UNIT_ROUNDOFF)}") from None


def gemm_bound(magnitude: Array, terms: int, c: float = 4.0, type_name: str = "f32") -> Floats:
    """The bound of a sum of `terms` products: c * u * sqrt(terms + 2) * magnitude.

    `magnitude`: the same formula over absolute values, in float64, of the output's shape: `abs(alpha) * (absA @ absB) + abs(beta) * absC`.
    It serves every inner product: matrix products, convolutions (terms = C*R*S), fully connected layers.
    """
    if terms < 0:
        raise ValueError(f"terms = {terms} must not be negative")
    return np.asarray(c * _roundoff(type_name) * np.sqrt(terms + 2.0) * np.abs(magnitude) + SMALLEST.get(type_name, 0.0), dtype=np.float64)


def reduction_bound(magnitude: Array | float, terms: int, c: float = 4.0, type_name: str = "f32") -> Floats:
    """The bound of a sum of `terms` numbers added as a tree: c * u * (log2(terms) + 1) * sum|x|.

    A tree of any shape has depth log2(n), so its error is at most log2(n) * u * sum|x| (Higham, section 4.2). A sequential fp32 sum of
    2**25 ones stops at 2**24 and fails by far.
    """
    if terms < 0:
        raise ValueError(f"terms = {terms} must not be negative")
    depth = np.log2(max(terms, 1)) + 1.0
    return np.asarray(
        c * _roundoff(type_name) * depth * np.abs(np.asarray(magnitude, dtype=np.float64)) + SMALLEST.get(type_name, 0.0), dtype=np.float64
    )


def elementwise_bound(value: Array, units: float = 4.0, type_name: str = "f32") -> Floats:
    """The bound of one function per element that errs by at most `units` roundoffs: CUDA's expf has 2 ulp, tanhf 2, logf 1 (Programming
    Guide, appendix on mathematical functions)."""
    return np.asarray(
        units * 2 * _roundoff(type_name) * np.abs(np.asarray(value, dtype=np.float64)) + SMALLEST.get(type_name, 0.0), dtype=np.float64
    )


def exact(value: Array) -> Floats:
    """Bound 0 everywhere: for small integers (|x| <= 8, K < 2**18: every order gives the same fp32 bits), indices, counts, untouched
    padding."""
    return np.zeros(np.shape(value), dtype=np.float64)
