"""14_softmax_xent, the mathematics: inputs of one call -> what the outputs must hold, and what they would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Arrays are float32, leading dimensions included: x (B, ldx),
y (B, ldy), dx (B, lddx), loss (1,); x and y of the normalisation (N, C, H, W); labels are int32 (B,).
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import UNIT_ROUNDOFF, reduction_bound

Array = NDArray[Any]
Floats = NDArray[np.float64]
Mistake = tuple[str, str, dict[str, Any]]  # code, variant, buffers

U = UNIT_ROUNDOFF["f32"]
TINY = 2.0**-126  # what is smaller than every normal number may be flushed to zero
UNITS = (4, 8, 16, 32, 64, 128, 256, 512, 1024)  # vectors, warps, blocks: what a loop along a row may take at a time


# ---- inputs ----


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Labels and variances of every case, and logits of those whose name says which."""
    if case.entry == "ck_batchnorm_inference":
        c = case.sizes["C"]
        var = np.zeros(c) if case.id.endswith("zero_var") else rng.uniform(0.1, 4.0, c)
        return {"var": var.astype(np.float32)}
    b, c = case.sizes["B"], case.sizes["C"]
    made: dict[str, Array] = {}
    if case.entry == "ck_softmax_xent":
        made["labels"] = rng.integers(0, max(c, 1), b).astype(np.int32)
    if (kind := case.id.rpartition("_")[2]) in ("extreme", "high", "low", "masked"):
        x = rng.standard_normal((b, c))
        if kind == "extreme":
            x = rng.uniform(-1e4, 1e4, (b, c))
            x[:, :: max(1, c // 4)] = 1e4 - rng.uniform(0, 4, (b, c))[:, :: max(1, c // 4)]  # so that more than one class has a chance
            x[1::2] = rng.standard_normal((b, c))[1::2]  # rows that come out right whatever is done: a mistake tells itself apart by them
        # BEGIN STAFF
        if kind in ("high", "low"):
            x += 9990.0 if kind == "high" else -9990.0
        if kind == "masked":
            hidden = rng.random((b, c)) < 0.4
            hidden[0], hidden[1, : c // 2] = True, True
            hidden[np.arange(b), made["labels"] if made else rng.integers(0, c, b)] = False
            x[hidden] = -np.inf
        # END STAFF
        made["x"] = _with_padding(case, x)
    return made


def _with_padding(case: Case, x: Floats) -> Array:
    """x in rows ldx apart; canaries between them, large finite numbers that differ from their neighbours."""
    ld = case.sizes.get("ldx", max(1, x.shape[1]))
    padded = 4096.0 + 8 * (np.arange(x.shape[0] * ld) % 257).reshape(x.shape[0], ld)
    padded[:, : x.shape[1]] = x
    return padded.astype(np.float32)


# ---- what is right ----


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """Every output in float64 and its bound; padding columns must keep what they held: bound 0."""
    if case.entry == "ck_batchnorm_inference":
        x, mean, var, gamma, beta = _norm_parts(arrays)
        deviation = np.sqrt(var + _eps(case))
        magnitude = abs(gamma) / deviation * (abs(x) + abs(mean)) + abs(beta)
        return {"y": Expected(value=gamma * (x - mean) / deviation + beta, bound=8 * U * magnitude + TINY)}
    b, c = case.sizes["B"], case.sizes["C"]
    x = arrays["x"][:, :c].astype(np.float64)
    p, relative = _softmax(x), _relative(x)
    if case.entry == "ck_softmax_forward":
        return {"y": _in_rows(arrays["y"], p, p * relative + TINY)}
    if b == 0:
        zero = np.zeros_like(arrays["loss"], dtype=np.float64)
        return {"loss": Expected(value=zero, bound=zero), "dx": _in_rows(arrays["dx"], x, x)}
    hot, losses = _one_hot(arrays["labels"], c), _losses(x, arrays["labels"])
    loss = losses.mean(keepdims=True)
    magnitude = abs(x.max(axis=1)) + abs(_at(x, arrays["labels"]))  # which the loss is a difference of
    bound = (U * (4 * magnitude + 4 * losses) + relative.min(axis=1)).mean(keepdims=True)
    return {
        "loss": Expected(value=loss, bound=bound + reduction_bound(loss, b)),
        "dx": _in_rows(arrays["dx"], (p - hot) / b, (p * relative + 4 * U * abs(p - hot)) / b + TINY),
    }


def _in_rows(old: Any, value: Any, bound: Any) -> Expected:
    """Rows of results within a buffer whose padding stays."""
    c = value.shape[1]
    full, bounds = old.astype(np.float64), np.zeros_like(old, dtype=np.float64)
    full[:, :c], bounds[:, :c] = value, bound
    return Expected(value=full, bound=bounds)


def _softmax(x: Any) -> Any:
    if x.size == 0:
        return x
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _relative(x: Any) -> Any:
    """How far a probability may be from the right one, relative to it: exponentials and the quotient err by a few units each, an online
    sum by a few more for every rescaling, the sum's tree by log2 C, and each exponential by its argument's rounding, x - max, which counts
    in the numerator and, weighted, in the sum."""
    if x.size == 0:
        return x
    below = x.max(axis=1, keepdims=True) - x
    below = np.where(np.isfinite(below), below, 0.0)  # of -infinity: a probability of 0, without any error
    weighted = (_softmax(x) * below).sum(axis=1, keepdims=True)
    return U * (16 + 4 * (log2(x.shape[1]) + 1) + 2 * (below + weighted))


def _at(x: Any, labels: Any) -> Any:
    """Each row's number at its label."""
    return np.take_along_axis(x, labels[:, None].astype(np.int64), axis=1)[:, 0]


def _losses(x: Any, labels: Any) -> Any:
    """-log softmax at each row's label."""
    largest = x.max(axis=1)
    return np.log(np.exp(x - largest[:, None]).sum(axis=1)) + (largest - _at(x, labels))


def _one_hot(labels: Any, c: int) -> Any:
    return (labels[:, None] == np.arange(c, like=labels)[None, :]) * 1.0


def _norm_parts(arrays: dict[str, Any]) -> tuple[Any, ...]:
    """x, and the four numbers of each channel in the shape that meets it."""
    of_channel = (arrays[name].astype(np.float64)[None, :, None, None] for name in ("mean", "var", "gamma", "beta"))
    return (arrays["x"].astype(np.float64), *of_channel)


def _eps(case: Case) -> float:
    return float(np.float32(case.scalars["eps"]))


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake changes. WRONG_ANSWER stands for mistakes without a class.

    Outputs that a mistake leaves right aren't among its buffers, nor are mistakes among the variants that change nothing here.
    """
    right = expected(case, arrays)
    found: dict[str, dict[str, Array]] = {}
    with np.errstate(all="ignore"):
        for code, variant, outputs in _mistakes(case, arrays):
            wrong = {name: np.ma.asanyarray(value) for name, value in outputs.items() if _differs(right[name], value)}
            if wrong:
                found[f"{code}:{variant}"] = wrong
    return found


def _differs(right: Expected, wrong: Any) -> bool:
    value, bound = np.asarray(right.value), np.asarray(right.bound)
    data = np.ma.getdata(wrong)
    same = (abs(data - value) <= bound) | (data == value) | (np.isnan(data) & np.isnan(value)) | np.ma.getmaskarray(wrong)
    return not bool(same.all())


def _mistakes(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    if case.entry == "ck_batchnorm_inference":
        yield from _wrong_norms(case, arrays)
        return
    c = case.sizes["C"]
    x = arrays["x"][:, :c].astype(np.float64)
    if x.size == 0:
        return
    for code, variant, p, losses in _wrong_probabilities(x, arrays):
        yield code, variant, _outputs(case, arrays, p, losses)
    yield from _leading_dimensions(case, arrays)
    if case.entry == "ck_softmax_xent":
        yield from _wrong_scales(case, arrays, x)
        yield from _wrong_gradients(case, arrays, x)


def _outputs(case: Case, arrays: dict[str, Array], p: Any, losses: Any = None) -> dict[str, Any]:
    """The entry's outputs if the probabilities (and the rows' losses) come out as these."""
    if case.entry == "ck_softmax_forward":
        return {"y": _put(arrays["y"], p)}
    made: dict[str, Any] = {"dx": _put(arrays["dx"], (p - _one_hot(arrays["labels"], p.shape[1])) / p.shape[0])}
    if losses is not None:
        made["loss"] = np.array([losses.mean()])
    return made


def _put(old: Array, value: Any) -> Floats:
    full = old.astype(np.float64)
    full[:, : value.shape[1]] = value
    return full


def _wrong_probabilities(x: Floats, arrays: dict[str, Array]) -> Iterator[tuple[str, str, Floats, Floats | None]]:
    """(code, variant, probabilities, rows' losses); losses None if they are right or nobody can tell."""
    labels = arrays.get("labels", np.zeros(len(x), np.int32))
    here = np.arange(len(x))
    largest = x.max(axis=1, keepdims=True)
    e = np.exp(x - largest)
    total = e.sum(axis=1, keepdims=True)
    p = e / total

    raw = np.exp(x.astype(np.float32)).astype(np.float64)
    raw_total = raw.sum(axis=1, keepdims=True).astype(np.float32).astype(np.float64)
    bare = raw / raw_total
    yield "OVERFLOW_NAN", "no maximum subtracted", bare, np.log(raw_total[:, 0]) - x[here, labels]
    yield "OVERFLOW_NAN", "no maximum subtracted, logarithm of the quotient", bare, -np.log(bare[here, labels])
    yield "OVERFLOW_NAN", "no maximum subtracted from the loss", p, np.log(raw_total[:, 0]) - x[here, labels]
    yield "OVERFLOW_NAN", "logarithm of a probability of 0", p, -np.log(p.astype(np.float32)[here, labels].astype(np.float64))

    for unit in UNITS:
        rest = x.shape[1] % unit
        if rest:
            whole = e[:, : x.shape[1] - rest].sum(axis=1, keepdims=True)
            zeros = total + (unit - rest) * np.exp(-largest)
            ones = total + (unit - rest)
            for variant, wrong in (
                (f"sums over whole pieces of {unit}", whole),
                (f"zeros fill pieces of {unit}", zeros),
                (f"ones in the sum fill pieces of {unit}", ones),
            ):
                yield "WRONG_TAIL", variant, e / wrong, np.log(wrong[:, 0]) + (largest[:, 0] - x[here, labels])
    for name, narrow in (("half precision", _half), ("8 significant bits", _bfloat16)):
        rounded = narrow(x)
        yield "LOW_PRECISION", f"x in {name}", _softmax(rounded), _losses(rounded, labels)
    yield "WRONG_ANSWER", "softmax over the batch", _softmax(x.T).T, None
    yield "WRONG_ANSWER", "a sigmoid of each logit", 1 / (1 + np.exp(-x)), None
    yield "WRONG_ANSWER", "logarithms of the probabilities", np.log(p), None


def _half(x: Floats) -> Floats:
    return np.asarray(x.astype(np.float16), dtype=np.float64)


def _bfloat16(x: Floats) -> Floats:
    word = np.ascontiguousarray(x.astype(np.float32)).view(np.uint32)
    return np.asarray((word + np.uint32(0x8000) & np.uint32(0xFFFF0000)).view(np.float32), dtype=np.float64)


def _wrong_scales(case: Case, arrays: dict[str, Array], x: Floats) -> Iterator[Mistake]:
    """dx or the loss divided by the batch twice, or not at all, or by the number of classes too."""
    b, c = x.shape
    loss = _losses(x, arrays["labels"]).mean()
    dx = (_softmax(x) - _one_hot(arrays["labels"], c)) / b
    for variant, factor in (("B twice", 1 / b), ("nothing", b), ("B and C", 1 / c), ("C", b / c)):
        yield "SCALE_WRONG", f"dx is divided by {variant}", {"dx": _put(arrays["dx"], dx * factor)}
        yield "SCALE_WRONG", f"the loss is divided by {variant}", {"loss": np.array([loss * factor])}


def _wrong_gradients(case: Case, arrays: dict[str, Array], x: Floats) -> Iterator[Mistake]:
    """Slips in the derivative; each with the usual mistakes of scale, which are then the lesser fault."""
    labels, (b, c) = arrays["labels"], x.shape
    p, hot = _softmax(x), _one_hot(arrays["labels"], c)
    forms: dict[str, Any] = {
        "the label's 1 is missing": p,
        "the sign is reversed": hot - p,
        "only the label's element, 0 elsewhere": (p - 1) * hot,
        "times p (1 - p)": (p - hot) * p * (1 - p),
        "times p": (p - hot) * p,
        "the logit instead of the probability": x - hot,
        "the logarithm instead of the probability": np.log(p) - hot,
        "1 / p at the label": -hot / p,
        "the 1 at the label before": p - _one_hot(labels - 1, c),
        "the 1 at the label behind": p - _one_hot(labels + 1, c),
        "the 1 taken from every class": p - 1,
        "the label's 1 added": p + hot,
    }
    for variant, dx in forms.items():
        yield "GRADIENT_WRONG", variant, {"dx": _put(arrays["dx"], dx / b)}


def _leading_dimensions(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    """A leading dimension replaced by the width, or by the other one."""
    out = "y" if case.entry == "ck_softmax_forward" else "dx"
    (b, ldx), ldo, c = arrays["x"].shape, arrays[out].shape[1], case.sizes["C"]
    for reads in sorted({ldx, c, ldo}):
        for writes in sorted({ldo, c, ldx}):
            index_in, index_out = (np.arange(b)[:, None] * ld + np.arange(c) for ld in (reads, writes))
            if (reads, writes) == (ldx, ldo) or index_in.max() >= arrays["x"].size or index_out.max() >= arrays[out].size:
                continue
            x = arrays["x"].ravel()[index_in].astype(np.float64)
            made = _outputs(
                case, {**arrays, out: np.zeros((b, c))}, _softmax(x), _losses(x, arrays["labels"]) if "labels" in arrays else None
            )
            flat = arrays[out].astype(np.float64).ravel()
            flat[index_out] = made[out]
            made[out] = flat.reshape(arrays[out].shape)
            yield "LEADING_DIM", f"rows of x {reads} apart, of {out} {writes}", made


def _wrong_norms(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    x, mean, var, gamma, beta = _norm_parts(arrays)
    eps, c = _eps(case), x.shape[1]
    deviation = np.sqrt(var + eps)
    forms: dict[str, Any] = {
        "eps outside of the root": gamma * (x - mean) / (np.sqrt(var) + eps) + beta,
        "without eps": gamma * (x - mean) / np.sqrt(var) + beta,
        "without the root": gamma * (x - mean) / (var + eps) + beta,
        "times the deviation": gamma * (x - mean) * deviation + beta,
        "without gamma and beta": (x - mean) / deviation,
        "gamma and beta exchanged": beta * (x - mean) / deviation + gamma,
        "without the mean": gamma * x / deviation + beta,
        "mean and variance exchanged": gamma * (x - var) / np.sqrt(mean + eps) + beta,
    }
    last = (np.arange(x.size) % max(c, 1)).reshape(x.shape)  # the channel as if it ran fastest
    forms["channels that run fastest"] = (
        (gamma.ravel()[last] * (x - mean.ravel()[last]) / deviation.ravel()[last] + beta.ravel()[last]) if x.size else x
    )
    for variant, y in forms.items():
        yield "WRONG_ANSWER", variant, {"y": y}
    for name, narrow in (("half precision", _half), ("8 significant bits", _bfloat16)):
        yield "LOW_PRECISION", f"x in {name}", {"y": gamma * (narrow(x) - mean) / deviation + beta}


# BEGIN STAFF
# ---- what `verify` holds the bounds against ----


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Outputs that every check must accept ("passes:…") or that must lose points in some case ("fails:…"), in fp32 arithmetic."""
    f = np.float32
    if case.entry == "ck_batchnorm_inference":
        x, mean, var, gamma, beta = (part.astype(f) for part in _norm_parts(arrays))
        scale = gamma / np.sqrt(var + f(_eps(case)))
        return {
            "passes:the mean first": {"y": (x - mean) * scale + beta},
            "passes:scale and shift": {"y": x * scale + (beta - mean * scale)},
            "fails:normalisation in half precision": {"y": (_half(x).astype(f) - mean) * scale + beta},
        }
    c = case.sizes["C"]
    x = arrays["x"][:, :c].copy()
    if x.size == 0:
        return {}
    with np.errstate(all="ignore"):
        largest = x.max(axis=1, keepdims=True)
        e = np.exp(x - largest)
        running_max, running = _online(x)
        tail = np.maximum(e[:, : c // 32 * 32].sum(axis=1, keepdims=True), f(1e-30))
        ways = {
            "passes:three passes": (e / e.sum(axis=1, keepdims=True), largest, e.sum(axis=1, keepdims=True)),
            "passes:one after the other": (e / np.add.accumulate(e, axis=1)[:, -1:], largest, np.add.accumulate(e, axis=1)[:, -1:]),
            "passes:online": (np.exp(x - running_max) / running, running_max, running),
            "passes:by logarithms": (np.exp((x - largest) - np.log(e.sum(axis=1, keepdims=True))), largest, e.sum(axis=1, keepdims=True)),
            "fails:half precision": (_softmax(_half(x)).astype(f), largest, e.sum(axis=1, keepdims=True)),
            "fails:tail dropped": (e / tail, largest, tail),
        }
    made = {}
    for name, (p, top, total) in ways.items():
        made[name] = {k: v.astype(f) for k, v in _outputs(case, arrays, p).items()}
        if case.entry == "ck_softmax_xent":
            losses = (top - x[np.arange(len(x)), arrays["labels"]][:, None]) + np.log(total)
            made[name]["loss"] = np.add.accumulate(losses[:, 0] / f(len(x)))[-1:].astype(f)
    return made


def _online(x: Array) -> tuple[Array, Array]:
    """Running maximum and sum of each row in fp32, one logit after the other."""
    top, total = np.full((len(x), 1), -np.inf, np.float32), np.zeros((len(x), 1), np.float32)
    for i in range(x.shape[1]):
        new = np.maximum(top, x[:, i : i + 1])
        factor = np.where(np.isneginf(top), np.float32(0), np.exp(top - new))
        term = np.where(np.isneginf(x[:, i : i + 1]), np.float32(0), np.exp(x[:, i : i + 1] - new))
        top, total = new, total * factor + term
    return top, total


# END STAFF
