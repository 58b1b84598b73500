"""12_activation, the mathematics: what y, dx and dslope must hold, and what they would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Arrays are float32: x, y, dy, dx of n numbers, in PReLU of
(N, C, S); slope and dslope of C. `expected` also takes arrays of a GPU library that follows NumPy's protocols (CuPy).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import elementwise_bound, order_free, reduction_bound

Array = NDArray[Any]
Mistake = tuple[str, str, dict[str, Array]]  # code, variant, buffers; masked where nobody can tell

FORWARD, BACKWARD = "ck_activation_forward", "ck_activation_backward"
PRELU, PRELU_BACKWARD = "ck_prelu_forward", "ck_prelu_backward"
SIGMOID, TANH, RELU, LEAKY, ELU = range(5)
NAMES = ("the sigmoid", "tanh", "ReLU", "leaky ReLU", "ELU")
ULP = 4  # expf and tanhf err by 2 at most, expm1f by 1 (Programming Guide, mathematical functions); a sum and a quotient add less than 2
FLUSHED = 2.0**-126  # what is smaller may be taken for 0


def _alpha(case: Case) -> float:
    return float(np.float32(case.scalars["alpha"]))


# ---- inputs ----


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """x of the cases that need more than the default fill, by the end of the case's name; y of the backward cases, from x."""
    made: dict[str, Array] = {}
    shape = (case.sizes["n"],) if "n" in case.sizes else tuple(case.sizes[name] for name in "NCS")
    # BEGIN STAFF
    fill = FILLS.get(case.id.rpartition("_")[2])
    if fill is not None:
        made["x"] = fill(shape, rng).astype(np.float32)
    # END STAFF
    if case.entry == BACKWARD:
        if "x" not in made:
            made["x"] = _usual(case.fill, shape, rng)
        made["y"] = activation(case.sizes["kind"], made["x"].astype(np.float64), _alpha(case)).astype(np.float32)
    return made


def _usual(fill: str, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    x = rng.standard_normal(shape).astype(np.float32)
    if fill == "mantissa_rich":  # ±[1, 2), and the last bit set
        sign, word = np.sign(x), rng.integers(0, 1 << 22, shape)
        return np.asarray(sign * (1 + (2 * word + 1) * 2.0**-23), dtype=np.float32)
    return x


# BEGIN STAFF
LARGE = (20.0, 44.5, 88.0, 88.8, 89.0, 104.0, 1e4, 3e38)
TINY = (0.0, 1e-45, 1e-40, 1.2e-38, 1e-20, 1e-7, 1e-3, 0.1, 0.5)


def _extreme(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Each of the numbers with both signs, and again, in random order."""
    numbers = np.array([sign * v for v in (*LARGE, *TINY) for sign in (1.0, -1.0)])
    return rng.permutation(np.resize(numbers, int(np.prod(shape)))).reshape(shape)


def _small(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    return np.asarray(rng.choice([-1.0, 1.0], shape) * 10 ** rng.uniform(-7, -1, shape))


def _sprinkled(*numbers: float) -> Callable[[tuple[int, ...], np.random.Generator], Array]:
    """Usual numbers, with one of these at a fifth of the places, the first one for certain."""

    def fill(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        x = np.where(rng.random(shape) < 0.2, rng.choice(np.array(numbers), shape), 2 * rng.standard_normal(shape))
        x.reshape(-1)[0] = numbers[0]
        return x

    return fill


FILLS: dict[str, Callable[[tuple[int, ...], np.random.Generator], Array]] = {
    "extreme": _extreme,
    "small": _small,
    "nan": _sprinkled(np.nan, np.inf, -np.inf),
    "zeros": _sprinkled(0.0, -0.0),
}
# END STAFF


# ---- what is right ----


def activation(kind: int, x: Any, alpha: float) -> Any:
    """f(x) in float64; products round once, as fp32 does it."""
    with np.errstate(over="ignore", invalid="ignore"):
        if kind == SIGMOID:
            return 1 / (1 + np.exp(-x))
        if kind == TANH:
            return np.tanh(x)
        if kind == RELU:
            return np.where(x <= 0, 0.0, x)
        return np.where(x > 0, x, _rounded(alpha * x) if kind == LEAKY else alpha * np.expm1(np.where(x > 0, 0.0, x)))


def derivative(kind: int, x: Any, alpha: float) -> Any:
    """f'(x) in float64, without a difference that would lose digits."""
    if kind in (SIGMOID, TANH):
        e = np.exp(-abs(x) if kind == SIGMOID else -2 * abs(x))
        return (1 if kind == SIGMOID else 4) * e / (1 + e) ** 2
    left = {RELU: 0.0, LEAKY: alpha, ELU: alpha * np.exp(np.where(x > 0, 0.0, x))}[kind]
    return np.where(x > 0, 1.0, left)


def _rounded(product: Any) -> Any:
    """What fp32 makes of one multiplication of floats: it is exact in float64, so it rounds once."""
    with np.errstate(over="ignore"):
        return product.astype(np.float32).astype(np.float64)


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """Comparisons and single products are exact. Sigmoid, tanh and ELU may err by ULP ulp. Backward, the derivative may be computed from x
    or from the rounded y, so errors are as large as those of its terms: y of y * (1 - y), 1 of 1 - y * y, alpha of y + alpha."""
    x = arrays["x"].astype(np.float64)
    if case.entry == PRELU:
        y = np.where(x > 0, x, _rounded(_by_channel(arrays["slope"]) * x))
        return {"y": _exact(y)}
    if case.entry == PRELU_BACKWARD:
        return _prelu_backward(case, arrays, x)
    kind, alpha = case.sizes["kind"], _alpha(case)
    y = activation(kind, x, alpha)
    if case.entry == FORWARD:
        if kind in (RELU, LEAKY):
            return {"y": _exact(y)}
        exact = ~np.isfinite(y) | (x > 0) & (kind == ELU)
        bound = np.where(exact, 0.0, elementwise_bound(np.where(exact, 0.0, y), ULP) + FLUSHED)
        return {"y": Expected(value=y, bound=bound, nan=np.isnan(y))}
    dy = arrays["dy"].astype(np.float64)
    value = dy * derivative(kind, x, alpha)
    if kind in (RELU, LEAKY):
        return {"dx": _exact(_rounded(value))}
    size = {SIGMOID: y, TANH: np.ones_like(y), ELU: np.where(x > 0, 0.0, alpha)}[kind]
    return {"dx": Expected(value=value, bound=np.where((x > 0) & (kind == ELU), 0.0, elementwise_bound(dy * size, ULP) + FLUSHED))}


def _prelu_backward(case: Case, arrays: dict[str, Any], x: Any) -> dict[str, Expected]:
    dy = arrays["dy"].astype(np.float64)
    dx = np.where(x > 0, dy, _rounded(_by_channel(arrays["slope"]) * dy))
    terms = np.where(x > 0, 0.0, x * dy)
    dslope, count = terms.sum(axis=(0, 2)), case.sizes["N"] * case.sizes["S"]
    bound = np.zeros_like(dslope)
    if count and not (case.fill == "small_integers" and order_free(8, count)):
        bound = reduction_bound(abs(terms).sum(axis=(0, 2)), count)
    return {"dx": _exact(dx), "dslope": Expected(value=dslope, bound=bound)}


def _exact(value: Any) -> Expected:
    return Expected(value=value, bound=np.zeros_like(value), nan=np.isnan(value))


def _by_channel(slope: Any) -> Any:
    return slope.astype(np.float64).reshape(1, -1, 1)


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake leaves behind, masked where nobody can tell. What a mistake
    doesn't change here isn't among them."""
    right = expected(case, arrays)
    found: dict[str, dict[str, Array]] = {}
    if not arrays["x"].size:
        return found
    mistakes = {FORWARD: _forward, BACKWARD: _backward, PRELU: _prelu, PRELU_BACKWARD: _prelu_gradients}[case.entry]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for code, variant, buffers in mistakes(case, arrays):
            # what is asked for exactly is predicted as it is stored
            stored = {name: wrong if np.any(right[name].bound) else _rounded(wrong) for name, wrong in buffers.items()}
            changed = {name: wrong for name, wrong in stored.items() if _changes(wrong, right[name])}
            if changed:
                found[f"{code}:{variant}"] = changed
    return found


def _changes(wrong: Array, right: Expected) -> bool:
    data, value = np.ma.getdata(wrong), np.asarray(right.value)
    same = (abs(data - value) <= right.bound) | (data == value) | (np.isnan(data) & np.isnan(value)) | np.ma.getmaskarray(wrong)
    return not bool(same.all())


def _exp(x: Array) -> Array:
    """e^x as single precision has it: infinite from 88.7 on."""
    return np.where(x > 88.7228, np.inf, np.exp(np.minimum(x, 89.0)))


def _forward(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    x, kind, alpha = arrays["x"].astype(np.float64), case.sizes["kind"], _alpha(case)
    y = activation(kind, x, alpha)
    if kind == SIGMOID:
        yield "OVERFLOW_NAN", "e^x / (1 + e^x)", {"y": np.where(np.isinf(_exp(x)), np.nan, y)}
        yield "WRONG_ANSWER", "the sign of x turned", {"y": activation(kind, -x, alpha)}
    if kind == TANH:
        for variant, exponent in (("e^x and e^-x", abs(x)), ("e^2x above and below", 2 * x), ("e^-2x above and below", -2 * x)):
            # close to 0 such a difference has few digits left, too
            yield "OVERFLOW_NAN", variant, {"y": np.where(np.isinf(_exp(exponent)), np.nan, _around(y, 1.0))}
        half = _around(np.tanh(x / 2), 1.0)
        yield "WRONG_ANSWER", "tanh(x / 2), and NaN where e^-x overflows", {"y": np.where(np.isinf(_exp(-x)), np.nan, half)}
        yield "WRONG_ANSWER", "tanh(x / 2)", {"y": half}
        yield "LOW_PRECISION", "a difference close to 0", {"y": _around(y, 1.0)}
    if kind == ELU:
        yield "OVERFLOW_NAN", "0 times infinity where x > 0", {"y": np.where(np.isinf(_exp(x)), np.nan, y)}
        yield "WRONG_ANSWER", "alpha left out", {"y": np.where(x > 0, x, np.expm1(np.minimum(x, 0)))}
        yield "WRONG_ANSWER", "the 1 left out", {"y": np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)))}
        yield "LOW_PRECISION", "e^x - 1 close to 0", {"y": np.where(x > 0, x, alpha * _around(np.expm1(np.minimum(x, 0)), 0.5))}
    if kind == RELU:
        for other in (0.0, np.inf):
            yield "NAN_LOST", f"NaN gives {other:g}", {"y": np.where(np.isnan(x), other, y)}
    elif np.isnan(x).any():
        yield "NAN_LOST", "NaN gives 0", {"y": np.where(np.isnan(x), 0.0, y)}
    for other, name in enumerate(NAMES):
        if other != kind:
            yield "WRONG_ANSWER", f"{name} in its place", {"y": activation(other, x, alpha)}
    yield "WRONG_ANSWER", "nothing done to x", {"y": x}
    if kind == LEAKY:
        yield "WRONG_ANSWER", "alpha on the wrong side", {"y": np.where(x > 0, _rounded(alpha * x), x)}
    half = arrays["x"].astype(np.float16).astype(np.float64)
    yield "LOW_PRECISION", "x in fp16", {"y": activation(kind, half, alpha)}
    yield "LOW_PRECISION", "y in fp16", {"y": y.astype(np.float16).astype(np.float64)}


def _around(value: Array, one: float) -> Array:
    """What a difference of two rounded numbers around `one` may be in place of this value: off by anything up to some roundings of `one`,
    in steps of a quarter, and 0 where it is less than a rounding. Along a first axis."""
    steps = one * 2.0**-20 * 1.25 ** -np.arange(90)
    near = value + np.concatenate([-steps, [0.0], steps]).reshape(-1, *(1,) * value.ndim)
    return np.concatenate([near, np.where(abs(value) < one * 2.0**-23, 0.0, value)[None]])


def _backward(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    x, y, dy = (arrays[name].astype(np.float64) for name in ("x", "y", "dy"))
    kind, alpha = case.sizes["kind"], _alpha(case)
    right = derivative(kind, x, alpha)
    e = np.exp(np.minimum(x, 0))
    wrong: dict[int, dict[str, Array]] = {
        SIGMOID: {"y": y, "1 - y": 1 - y, "x * (1 - x)": x * (1 - x), "y * (1 + y)": y * (1 + y)},
        TANH: {
            "1 - y": 1 - y,
            "1 - x * x": 1 - x * x,
            "y * (1 - y)": y * (1 - y),
            "1 + y * y": 1 + y * y,
            "tanh(x / 2)'s": derivative(SIGMOID, x, 0) * 2,
        },
        RELU: {"1 everywhere": np.ones_like(x), "y": y},
        LEAKY: {
            "0 on the left": np.where(x > 0, 1.0, 0.0),
            "1 everywhere": np.ones_like(x),
            "alpha * x on the left": np.where(x > 0, 1.0, alpha * x),
        },
        ELU: {
            "y on the left": np.where(x > 0, 1.0, y),
            "alpha on the left": np.where(x > 0, 1.0, alpha),
            "e^x on the left": np.where(x > 0, 1.0, e),
            "y + 1 on the left": np.where(x > 0, 1.0, y + 1),
            "alpha * (e^x - 1) on the left": np.where(x > 0, 1.0, alpha * (e - 1)),
            "alpha * e^y on the left": np.where(x > 0, 1.0, alpha * np.exp(np.minimum(y, 0))),
            "e^x everywhere": alpha * _exp(x),
        },
    }
    for variant, factor in wrong[kind].items():
        yield "GRADIENT_WRONG", variant, {"dx": dy * factor}
    if kind in (RELU, LEAKY, ELU):
        yield "GRADIENT_WRONG", "1 at 0", {"dx": np.where(x == 0, dy, dy * right)}
        yield "GRADIENT_WRONG", "a half at 0", {"dx": np.where(x == 0, dy / 2, dy * right)}
    yield "GRADIENT_WRONG", "dy left out", {"dx": right}
    if kind in (SIGMOID, TANH):
        over = _exp(-x if kind == SIGMOID else 2 * abs(x))
        yield "OVERFLOW_NAN", "e^-x / (1 + e^-x)^2", {"dx": np.where(np.isinf(over * over), np.nan, dy * right)}
        yield "OVERFLOW_NAN", "e^-x / (1 + e^-x)^2, where e^-x is infinite", {"dx": np.where(np.isinf(over), np.nan, dy * right)}
        half = np.exp(np.minimum(-x, 88.8)) if kind == SIGMOID else np.zeros_like(x)
        squared = np.where(half.astype(np.float32).astype(np.float64) ** 2 > 3.4e38, 0.0, dy * right)
        yield "OVERFLOW_NAN", "(1 + e^-x)^2 is infinite before e^-x is", {"dx": np.where(np.isinf(over), np.nan, squared)}
    for other, name in enumerate(NAMES):
        if other != kind:
            yield "GRADIENT_WRONG", f"the derivative of {name}", {"dx": dy * derivative(other, x, alpha)}
    with np.errstate(over="ignore"):
        yield "LOW_PRECISION", "dy in fp16", {"dx": arrays["dy"].astype(np.float16).astype(np.float64) * right}
        yield "LOW_PRECISION", "x in fp16", {"dx": dy * derivative(kind, arrays["x"].astype(np.float16).astype(np.float64), alpha)}


def _slopes(case: Case, slope: Array) -> Iterator[tuple[str, Array]]:
    """Slopes of other channels than they should be, as an array of (N, C, S)."""
    n, c, s = (case.sizes[name] for name in "NCS")
    i = np.arange(n * c * s).reshape(n, c, s)
    values = slope.astype(np.float64)
    yield "one slope for all channels", np.broadcast_to(values[0], i.shape)
    yield "channels that vary fastest", values[i % c]
    if s != c:
        yield "a slope for each image's number", values[np.minimum(i // s, c - 1)]
    if n > 1:
        yield "the slopes of the image's number", values[np.minimum(i // (c * s), c - 1)]


def _prelu(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    x = arrays["x"].astype(np.float64)
    for variant, slope in _slopes(case, arrays["slope"]):
        yield "WRONG_ANSWER", variant, {"y": np.where(x > 0, x, _rounded(slope * x))}
    own = _by_channel(arrays["slope"])
    yield "WRONG_ANSWER", "the slope on the wrong side", {"y": np.where(x > 0, _rounded(own * x), x)}
    yield "WRONG_ANSWER", "a slope where x > 0 too", {"y": _rounded(own * x)}
    if np.isnan(x).any():
        yield "NAN_LOST", "NaN gives 0", {"y": np.where(np.isnan(x), 0.0, np.where(x > 0, x, _rounded(own * x)))}
    half = arrays["x"].astype(np.float16).astype(np.float64)
    yield "LOW_PRECISION", "x in fp16", {"y": np.where(half > 0, half, _rounded(own * half))}


def _prelu_gradients(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    x, dy = arrays["x"].astype(np.float64), arrays["dy"].astype(np.float64)
    n, _, s = (case.sizes[name] for name in "NCS")
    own = _by_channel(arrays["slope"])
    for variant, slope in _slopes(case, arrays["slope"]):
        yield "WRONG_ANSWER", variant, {"dx": np.where(x > 0, dy, _rounded(slope * dy))}
    yield "GRADIENT_WRONG", "1 at 0", {"dx": np.where(x >= 0, dy, _rounded(own * dy))}
    yield "GRADIENT_WRONG", "the slope everywhere", {"dx": _rounded(own * dy)}
    yield "GRADIENT_WRONG", "dy everywhere", {"dx": dy}
    terms = np.where(x > 0, 0.0, x * dy)
    total = terms.sum(axis=(0, 2))
    sums: dict[str, Array] = {
        "the first image only": terms[0].sum(axis=1),
        "the last image only": terms[-1].sum(axis=1),
        "the first number of each plane only": terms[..., 0].sum(axis=0),
        "the last number of each plane only": terms[..., -1].sum(axis=0),
        "the very first number only": terms[0, :, 0],
        "the very last number only": terms[-1, :, -1],
        "all channels together": np.full_like(total, terms.sum()),
        "x * dy of every number": (x * dy).sum(axis=(0, 2)),
        "the other side": np.where(x > 0, x * dy, 0.0).sum(axis=(0, 2)),
        "x left out": np.where(x > 0, 0.0, dy).sum(axis=(0, 2)),
        "x left out, and 0 too": np.where(x < 0, dy, 0.0).sum(axis=(0, 2)),
        "dy left out": np.where(x > 0, 0.0, x).sum(axis=(0, 2)),
        "the slope multiplied to it": total * arrays["slope"],
        "the sign turned": -total,
    }
    for variant, wrong in sums.items():
        yield "GRADIENT_WRONG", f"dslope: {variant}", {"dslope": wrong}
    for name, count in (("N", n), ("S", s), ("N * S", n * s)):
        if count > 1:
            yield "SCALE_WRONG", f"divided by {name}", {"dslope": total / count}
    half = arrays["x"].astype(np.float16).astype(np.float64), arrays["dy"].astype(np.float16).astype(np.float64)
    yield (
        "LOW_PRECISION",
        "x and dy in fp16",
        {
            "dx": np.where(half[0] > 0, half[1], _rounded(own * half[1])),
            "dslope": np.where(half[0] > 0, 0.0, half[0] * half[1]).sum(axis=(0, 2)),
        },
    )
    yield "LOW_PRECISION", "x and dy in fp16, in the sum", {"dslope": np.where(half[0] > 0, 0.0, half[0] * half[1]).sum(axis=(0, 2))}


# BEGIN STAFF
# ---- what `verify` holds the bounds against ----


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Outputs that every check must accept ("passes:…") or that must lose points in some case ("fails:…"), all in fp32 arithmetic."""
    x, one = arrays["x"], np.float32(1)
    if case.entry in (PRELU, PRELU_BACKWARD):
        return {}
    kind, alpha = case.sizes["kind"], np.float32(_alpha(case))
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        if case.entry == FORWARD:
            if kind == SIGMOID:
                return {
                    "passes:1 / (1 + e^-x)": {"y": one / (one + np.exp(-x))},
                    "fails:fp16": {"y": _through_half(one / (one + np.exp(-x)))},
                }
            if kind == ELU:
                left = np.minimum(x, 0)
                return {
                    "passes:expm1": {"y": np.where(x > 0, x, alpha * np.expm1(left))},
                    "fails:e^x - 1": {"y": np.where(x > 0, x, alpha * (np.exp(left) - one))},
                }
            return {}
        y, dy = arrays["y"], arrays["dy"]
        if kind == SIGMOID:
            return {
                "passes:from y": {"dx": dy * y * (one - y)},
                "passes:from x": {"dx": dy * (one / (one + np.exp(-x))) * (one / (one + np.exp(x)))},
            }
        if kind == TANH:
            return {"passes:from y": {"dx": dy * (one - y * y)}, "passes:from x": {"dx": dy * (one - np.tanh(x) ** 2)}}
        if kind == ELU:
            left = np.minimum(x, 0)
            return {
                "passes:from y": {"dx": np.where(x > 0, dy, dy * (y + alpha))},
                "passes:from x": {"dx": np.where(x > 0, dy, dy * alpha * np.exp(left))},
                "fails:y for y + alpha": {"dx": np.where(x > 0, dy, dy * y)},
            }
    return {}


def _through_half(values: Array) -> Array:
    return values.astype(np.float16).astype(np.float32)


# END STAFF
