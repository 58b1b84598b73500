"""SwiGLU and its gradients: their values, how far an honest result may be away, and what other formulas give. Float64 NumPy, which knows of
no strides and no rooms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

OPERANDS = ("grad", "gate", "up")
RESULTS = {"swiglu": ("out",), "swiglu_backward": ("grad_gate", "grad_up")}

UNIT = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}  # unit roundoffs
TINY = {"float64": 2.0**-1022, "float32": 2.0**-126, "float16": 2.0**-24, "bfloat16": 2.0**-126}  # what is smaller may be taken for 0
ROUNDINGS = 8  # exp errs by 2 ulp, and five products, sums and quotients by half a one each


# ---- what is right ----


def sigmoid(t: Any) -> Any:
    """1 / (1 + e^-t) in float64, without an exponential that overflows."""
    e = np.exp(-abs(t))
    return np.where(t >= 0, 1.0, e) / (1 + e)


def forward(gate: Any, up: Any, beta: float) -> Any:
    return gate * sigmoid(beta * gate) * up


def backward(grad: Any, gate: Any, up: Any, beta: float) -> tuple[Any, Any]:
    """The gradients of gate and up."""
    t = beta * gate
    s = sigmoid(t)
    return grad * up * s * (1 + t * sigmoid(-t)), grad * gate * s


def forward_bound(gate: Any, up: Any, beta: float, kind: str) -> Any:
    """An error of t = beta * gate is one of e^-t's exponent. Where e^-t is beyond what the type holds, a sigmoid of 0 will do."""
    t = beta * gate
    size = abs(forward(gate, up, beta))
    return _bound(size * (1 + abs(t) * sigmoid(-t)), size, abs(gate * up), kind)


def backward_bound(grad: Any, gate: Any, up: Any, beta: float, kind: str) -> tuple[Any, Any]:
    """The terms of grad_gate may cancel, and so does 1 - s: errors are shares of the terms. s is 1 from t = 40 on, in every type."""
    t = beta * gate
    s, exponent = sigmoid(t), 1 + abs(t) * sigmoid(-t)
    of_gate, of_up = backward(grad, gate, up, beta)
    terms = abs(grad * up) * s * (exponent + np.minimum(abs(t), 40.0))
    return (
        _bound(terms * exponent, abs(of_gate), abs(grad * up) * (1 + abs(t)), kind),
        _bound(abs(of_up) * exponent, abs(of_up), abs(grad * gate), kind),
    )


def _bound(terms: Any, size: Any, factor: Any, kind: str) -> Any:
    """`factor` is what the sigmoid is multiplied by. Half precision is computed in single and rounded once, at the end."""
    within = "float32" if kind in ("float16", "bfloat16") else kind
    inside = ROUNDINGS * UNIT[within] * terms + TINY[within] * (1 + factor)
    # half an ulp, and a little for what lies next to the middle of two numbers
    return inside if within == kind else inside + 1.001 * UNIT[kind] * size + TINY[kind]


# ---- what is wrong ----


def formulas(seen: Mapping[str, Array], beta: float) -> Iterator[tuple[str, str, tuple[Array, ...]]]:
    """Other formulas than the contract's: (code, variant, results)."""
    gate, up = seen["gate"], seen["up"]
    t = beta * gate
    s = sigmoid(t)
    nan = np.where(t > 88.7228, np.nan, 1.0)
    if "grad" not in seen:
        yield "OVERFLOW_NAN", "e^t / (1 + e^t)", (gate * s * up * nan,)
        for variant, wrong in {
            "gate and up exchanged": forward(up, gate, beta),
            "beta left out": forward(gate, up, 1.0),
            "the gate left out: s * up": s * up,
            "up left out": gate * s,
            "the sigmoid left out": gate * up,
            "the sign of t turned": gate * sigmoid(-t) * up,
            "tanh for the sigmoid": gate * np.tanh(t) * up,
        }.items():
            yield "WRONG_ANSWER", variant, (wrong,)
        return
    grad = seen["grad"]
    right_gate, right_up = backward(grad, gate, up, beta)
    yield "OVERFLOW_NAN", "e^t / (1 + e^t)", (right_gate * nan, right_up * nan)
    factors = {
        "s alone: gate's share in the sigmoid is left out": s,
        "s * (1 - s): the sigmoid's derivative alone": s * (1 - s),
        "t * s * (1 - s): the product's first term left out": t * s * (1 - s),
        "1 + t * s in place of 1 + t * (1 - s)": s * (1 + t * s),
        "1 - t * (1 - s)": s * (1 - t * (1 - s)),
        "gate for t: beta left out of the inner derivative": s * (1 + gate * (1 - s)),
        "beta left out": sigmoid(gate) * (1 + gate * (1 - sigmoid(gate))),
        "beta as a factor of all": beta * s * (1 + t * (1 - s)),
    }
    for variant, factor in factors.items():
        yield "GRADIENT_WRONG", variant, (grad * up * factor, grad * gate * sigmoid(gate) if variant == "beta left out" else right_up)
    one = np.ones_like(grad)
    for variant, wrong in {
        "grad left out": backward(one, gate, up, beta),
        "the two gradients exchanged": (right_up, right_gate),
        "gate and up exchanged": backward(grad, up, gate, beta),
        "up left out": (grad * s * (1 + t * (1 - s)), right_up),
        "up's gradient without gate": (right_gate, grad * s),
        "up's gradient without the sigmoid": (right_gate, grad * gate),
        "up's gradient times up": (right_gate, right_up * up),
        "grad twice": backward(grad * grad, gate, up, beta),
        "zeros for gate": (0 * one, right_up),
        "zeros for up": (right_gate, 0 * one),
    }.items():
        yield "GRADIENT_WRONG", variant, wrong


# BEGIN STAFF
EXTREMES = (0.0, 1e-30, 1e-7, 0.5, 20.0, 60.0, 88.0, 88.8, 89.0, 104.0, 1e4, 1e30)


def extreme(count: int, rng: np.random.Generator) -> Array:
    """Each of the numbers with both signs, and again, in random order."""
    return rng.permutation(np.resize(np.array([sign * v for v in EXTREMES for sign in (1.0, -1.0)]), count))


# END STAFF
