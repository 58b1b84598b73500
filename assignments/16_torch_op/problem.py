"""16_torch_op, the mathematics: what SwiGLU and its gradients must hold, and what they would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Two kinds of case meet here. Those with an entry (op.cu on a
device) get memory as flat arrays and views of it as sizes and strides. Those with a command (op.cpp and op.py in PyTorch) get the trials that
`room` draws; `trial_results` says what is right in each, `trial_mistakes` what mistakes give.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected

Array = NDArray[Any]

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


# ---- tensors ----


def view(memory: Any, sizes: tuple[int, ...], strides: tuple[int, ...], begin: int = 0) -> Any:
    """Flat memory seen as a tensor, in float64. A copy."""
    if 0 in sizes:
        return memory[:0].reshape(sizes).astype(np.float64)
    if begin == 0 and strides == contiguous(sizes):
        return memory[: int(np.prod(sizes))].reshape(sizes).astype(np.float64)
    index = np.full(sizes, begin, dtype=np.int64)
    for axis, (size, stride) in enumerate(zip(sizes, strides, strict=True)):
        index += (np.arange(size) * stride).reshape(-1, *(1,) * (len(sizes) - 1 - axis))
    return memory.take(index).astype(np.float64)


def contiguous(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a tensor whose last index varies fastest."""
    strides = [1]
    for size in reversed(sizes[1:]):
        strides.insert(0, strides[0] * max(size, 1))
    return tuple(strides) if sizes else ()


def _misread(memory: Array, sizes: tuple[int, ...], strides: tuple[int, ...], begin: int = 0) -> Array | None:
    """What somebody reads who uses other strides than the tensor's; None beyond the end of its memory."""
    last = begin + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    return view(memory, sizes, strides, begin) if last < len(memory) or 0 in sizes else None


# ---- op.cu: cases with an entry ----

KINDS = {"_f64": "float64", "_f16": "float16"}
LETTERS = {"gate": "g", "up": "u", "grad": "d"}


def _kind(case: Case) -> str:
    return KINDS.get(case.entry[-4:], "float32")


def _sizes(case: Case) -> tuple[int, ...]:
    return tuple(case.sizes[name] for name in "ABCD")


def _strides(case: Case, name: str) -> tuple[int, ...]:
    """Over all four sizes; one that counts no dimension has size 1."""
    return tuple(case.sizes[f"{LETTERS[name]}{i}"] for i in range(4))


def _operands(case: Case) -> tuple[str, ...]:
    return ("grad", "gate", "up") if "backward" in case.entry else ("gate", "up")


def _beta(case: Case) -> float:
    beta = case.scalars["beta"]
    return beta if _kind(case) == "float64" else float(np.float32(beta))


def _seen(case: Case, memory: Any, name: str) -> Any:
    """An operand as the operator should see it. Its strides are told on all four sizes, those of contiguous ones as if all counted."""
    sizes, strides = _sizes(case), _strides(case, name)
    own = contiguous(sizes)
    return view(memory, sizes, tuple(o if n == 1 else s for n, s, o in zip(sizes, strides, own, strict=True)))


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Numbers of the cases that need others than the default fill, by the end of the case's name."""
    made: dict[str, Array] = {}
    # BEGIN STAFF
    if case.id.endswith("extreme"):
        made["gate"] = _extreme(case.sizes["G"], rng).astype(np.float32)
    # END STAFF
    return made


# BEGIN STAFF
EXTREMES = (0.0, 1e-30, 1e-7, 0.5, 20.0, 60.0, 88.0, 88.8, 89.0, 104.0, 1e4, 1e30)


def _extreme(count: int, rng: np.random.Generator) -> Array:
    """Each of the numbers with both signs, and again, in random order."""
    return rng.permutation(np.resize(np.array([sign * v for v in EXTREMES for sign in (1.0, -1.0)]), count))


# END STAFF


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """The operator's results in float64, with the error that its type may have."""
    seen = [_seen(case, arrays[name], name) for name in _operands(case)]
    beta, kind = _beta(case), _kind(case)
    if len(seen) == 2:
        return {"out": Expected(value=forward(*seen, beta), bound=forward_bound(*seen, beta, kind))}
    values, bounds = backward(*seen, beta), backward_bound(*seen, beta, kind)
    return {name: Expected(value=value, bound=bound) for name, value, bound in zip(("grad_gate", "grad_up"), values, bounds, strict=True)}


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake leaves behind, where it changes something."""
    right = expected(case, arrays)
    found: dict[str, dict[str, Array]] = {}
    if 0 in _sizes(case):
        return found
    for code, variant, results in _mistakes(case, arrays):
        names = ("out",) if len(results) == 1 else ("grad_gate", "grad_up")
        changed = {name: wrong for name, wrong in zip(names, results, strict=True) if _changes(wrong, right[name])}
        if changed:
            found[f"{code}:{variant}"] = changed
    return found


def _changes(wrong: Array, right: Expected) -> bool:
    value = np.asarray(right.value)
    return not bool(((abs(wrong - value) <= right.bound) | (wrong == value)).all())


def _mistakes(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, str, tuple[Array, ...]]]:
    names, sizes, beta = _operands(case), _sizes(case), _beta(case)
    seen = {name: _seen(case, arrays[name], name) for name in names}

    def results(operands: Mapping[str, Array]) -> tuple[Array, ...]:
        values = [operands[name] for name in names]
        return backward(*values, beta) if len(names) == 3 else (forward(*values, beta),)

    for variant, other in _other_strides(sizes, {name: (arrays[name], _strides(case, name), 0) for name in names}):
        yield "NONCONTIGUOUS", variant, results(seen | other)
    yield from formulas(seen, beta)
    if _kind(case) == "float32":
        with np.errstate(over="ignore"):
            half = {name: values.astype(np.float16).astype(np.float64) for name, values in seen.items()}
        if all(np.isfinite(values).all() for values in half.values()):
            yield "LOW_PRECISION", "operands in fp16", results(half)


def _other_strides(
    sizes: tuple[int, ...], tensors: Mapping[str, tuple[Array, tuple[int, ...], int]]
) -> Iterator[tuple[str, dict[str, Array]]]:
    """Operands read with strides that aren't theirs: as if contiguous, one or all; and all with the strides of one of them."""
    dense = {name: _misread(memory, sizes, contiguous(sizes), begin) for name, (memory, _, begin) in tensors.items()}
    found = {name: values for name, values in dense.items() if values is not None}
    if len(found) == len(tensors):
        yield "all as if contiguous", found
    for name, values in found.items():
        yield f"{name} as if contiguous", {name: values}
    for left_out in found:
        yield f"all but {left_out} as if contiguous", {name: values for name, values in found.items() if name != left_out}
    for name, (_, strides, _) in tensors.items():
        others = {other: _misread(memory, sizes, strides, begin) for other, (memory, _, begin) in tensors.items()}
        if all(values is not None for values in others.values()):
            yield f"all with the strides of {name}", {other: values for other, values in others.items() if values is not None}


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
# ---- what `verify` holds the bounds against ----


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Outputs that every check must accept ("passes:…") or that must lose points in some case ("fails:…")."""
    kind = _kind(case)
    own = np.float64 if kind == "float64" else np.float32
    stored = {"float64": np.float64, "float32": np.float32, "float16": np.float16}[kind]
    with np.errstate(all="ignore"):
        seen = [_seen(case, arrays[name], name).astype(own) for name in _operands(case)]
        beta, one = own(case.scalars["beta"]), own(1)
        t = beta * seen[-2]
        s = one / (one + np.exp(-t))
        if len(seen) == 2:
            gate, up = seen
            return {
                "passes:gate * s * up": {"out": (gate * s * up).astype(stored)},
                "passes:gate / (1 + e^-t)": {"out": (gate / (one + np.exp(-t)) * up).astype(stored)},
                "fails:fp16 on the way": {"out": (gate * s.astype(np.float16).astype(own) * up).astype(stored)},
            }
        grad, gate, up = seen
        of_up = (grad * gate * s).astype(stored)
        return {
            "passes:s * (1 + t * (1 - s))": {"grad_gate": (grad * up * s * (one + t * (one - s))).astype(stored), "grad_up": of_up},
            "passes:s + t * s * (1 - s)": {"grad_gate": (grad * up * (s + t * s * (one - s))).astype(stored), "grad_up": of_up},
            "fails:fp16 on the way": {"grad_gate": (grad * up * s.astype(np.float16).astype(own) * (one + t * (one - s))).astype(stored)},
        }
    return {}


# END STAFF
