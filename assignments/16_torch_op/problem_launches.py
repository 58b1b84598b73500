"""op.cu: the cases with an entry. They get memory as flat arrays, and sizes and strides that make tensors of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from grader.assignment import Case
from grader.checks.closeness import Expected

from .problem_strides import contiguous, other_strides, view
from .problem_swiglu import (
    Array,
    backward,
    backward_bound,
    # BEGIN STAFF
    extreme,
    # END STAFF
    formulas,
    forward,
    forward_bound,
)

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
        made["gate"] = extreme(case.sizes["G"], rng).astype(np.float32)
    # END STAFF
    return made


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

    for variant, other in other_strides(sizes, {name: (arrays[name], _strides(case, name), 0) for name in names}):
        yield "NONCONTIGUOUS", variant, results(seen | other)
    yield from formulas(seen, beta)
    if _kind(case) == "float32":
        with np.errstate(over="ignore"):
            half = {name: values.astype(np.float16).astype(np.float64) for name, values in seen.items()}
        if all(np.isfinite(values).all() for values in half.values()):
            yield "LOW_PRECISION", "operands in fp16", results(half)


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
            "fails:fp16 on the way": {
                "grad_gate": (grad * up * s.astype(np.float16).astype(own) * (one + t * (one - s))).astype(stored),
                "grad_up": of_up,
            },
        }
    return {}


# END STAFF
