"""16_torch_op, the mathematics: what SwiGLU and its gradients must hold, and what they would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Two kinds of case meet here. Those with an entry (op.cu on a
device) get memory as flat arrays, and sizes and strides that make tensors of it. Those with a command (op.cpp and op.py in PyTorch) get the
trials that `room` draws, and `ask_…` are the questions that checks ask of what came out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.rooms import agrees

Array = NDArray[Any]


# What drive.py writes down. Whatever runs beside it may have written it, so it is read by its form.


class About(TypedDict):
    """A tensor beside its numbers; of results whether they share an operand's memory, or want a gradient."""

    type: str
    sizes: list[int]
    strides: list[int]
    device: NotRequired[str]
    shares: NotRequired[list[Literal["grad", "gate", "up"]]]
    requires_grad: NotRequired[bool]


class Operator(TypedDict):
    schema: str
    keys: list[str]


class Refused(TypedDict):
    raised: str


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


# ---- op.cpp and op.py: cases with a command ----

OPERANDS = ("grad", "gate", "up")
SCHEMAS = {
    "swiglu": "ck::swiglu(Tensor gate, Tensor up, float beta=1.) -> Tensor",
    "swiglu_backward": "ck::swiglu_backward(Tensor grad, Tensor gate, Tensor up, float beta) -> (Tensor, Tensor)",
}
RESULTS = {"swiglu": ("out",), "swiglu_backward": ("grad_gate", "grad_up")}
PUBLIC_TESTS = ("test_schema", "test_autograd_registration", "test_faketensor", "test_aot_dispatch_dynamic")


def _strides_of(layout: str, sizes: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """(strides, where the tensor begins in its memory) of a kind of layout."""
    dense = contiguous(sizes)
    if layout == "turned":  # the first index varies fastest
        return tuple(reversed(contiguous(tuple(reversed(sizes))))), 0
    if layout in ("left", "right"):  # half of a tensor that is twice as wide
        return (*(2 * stride for stride in dense[:-1]), 1), 0 if layout == "left" else sizes[-1]
    if layout == "steps":  # every third number, and not from the first on
        return tuple(3 * stride for stride in dense), 2
    if layout == "row":  # the first index doesn't matter
        return (0, *dense[1:]), 1
    if layout == "column":  # the last index doesn't matter
        return (*contiguous(sizes[:-1]), 0), 0
    if layout == "one":  # one number, expanded
        return (0,) * len(sizes), 3
    return dense, 0


def _held(kind: str, values: Array) -> Array:
    """Numbers as the type holds them, in float64."""
    if kind == "bfloat16":  # the upper half of a float's bits
        return (values.astype(np.float32).view(np.uint32) & np.uint32(0xFFFF0000)).view(np.float32).astype(np.float64)
    with np.errstate(over="ignore"):
        return values.astype(kind).astype(np.float64)


class _Drawn:
    """Trials as they are drawn: their tables, and the files that go with them."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.files: dict[str, Any] = {}
        self.tables: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("kernels", "autograd", "fakes", "opcheck", "refused", "empty")
        }

    def add(
        self,
        name: str,
        lists: str,
        sizes: tuple[int, ...],
        layouts: tuple[str, str, str] = ("dense", "dense", "dense"),
        kinds: str | tuple[str, str, str] = "float32",
        **more: Any,
    ) -> None:
        """One trial for each of the lists. `layouts` and `kinds` are those of grad, gate and up; `shapes` gives each its own sizes."""
        table: dict[str, Any] = {"name": name, "beta": more.pop("beta", 1.0), "way": "beta", "needs": ["gate", "up"], "modes": ["meta"]}
        shapes, fills = more.pop("shapes", (sizes,) * 3), more.pop("fills", {})
        kinds = (kinds,) * 3 if isinstance(kinds, str) else kinds
        for operand, shape, layout, kind in zip(OPERANDS, shapes, layouts, kinds, strict=True):
            strides, begin = _strides_of(layout, shape)
            count = int(np.prod(shape)) if shape else 1
            last = begin + sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) if count else 0
            memory = (
                fills[operand](max(last + 1, begin + count)) if operand in fills else self.rng.standard_normal(max(last + 1, begin + count))
            )
            table[operand] = {"type": kind, "sizes": list(shape), "strides": list(strides), "begin": begin if count else 0}
            whole = "int" in kind
            self.files[f"task/{name}/{operand}.npy"] = np.round(4 * memory) if whole else _held(kind, memory)
        for each in lists.split():
            self.tables[each].append(table | more)

    def refuse(self, name: str, op: str, sizes: tuple[int, ...], **more: Any) -> None:
        """Operands that don't fit together."""
        self.add(name, "refused", sizes, op=op, operands=list(OPERANDS[1:] if op == "swiglu" else OPERANDS), **more)


def room(case: Case, rng: np.random.Generator) -> dict[str, Any]:
    """The trials of a case that runs /task/drive.py, and the memory of their tensors."""
    drawn = _Drawn(rng)
    hidden = case.visibility == "hidden"
    # BEGIN STAFF
    if hidden:
        _hidden_trials(drawn)
    # END STAFF
    if not hidden:
        _public_trials(drawn)
    return drawn.files | {"task/trials.json": drawn.tables}


def _public_trials(drawn: _Drawn) -> None:
    drawn.add("plain", "kernels autograd", (5, 7), way="default")
    drawn.add("double", "kernels autograd fakes opcheck", (3, 4, 5), kinds="float64", beta=1.702, tests=PUBLIC_TESTS)
    drawn.add("half", "kernels autograd fakes", (6, 11), kinds="float16", beta=0.5)
    drawn.add("bfloat", "kernels autograd", (6, 11), kinds="bfloat16")
    drawn.add("halves", "kernels autograd fakes", (4, 9), ("dense", "left", "right"), modes=["meta", "fake"])
    drawn.add("turned", "kernels autograd fakes", (8, 5), ("dense", "turned", "turned"), kinds="float64", modes=["meta", "fake"])
    drawn.add("summed", "kernels autograd", (8, 5), ("one", "dense", "dense"))
    drawn.refuse("two_types", "swiglu", (4, 3), kinds=("float32", "float32", "float64"))
    drawn.refuse("two_shapes", "swiglu", (4, 3), shapes=((4, 3), (4, 3), (3, 4)))


# BEGIN STAFF
def _hidden_trials(drawn: _Drawn) -> None:
    rng = drawn.rng

    def drawn_sizes(*most: int) -> tuple[int, ...]:
        return tuple(int(rng.integers(2, n)) for n in most)

    four = drawn_sizes(4, 5, 6, 7)
    drawn.add("scalar", "kernels autograd fakes", ())
    drawn.add("list", "kernels autograd", drawn_sizes(40), beta=0.25)
    drawn.add("steps", "kernels autograd fakes", drawn_sizes(8, 9), ("turned", "steps", "turned"))
    drawn.add("row", "kernels autograd fakes", drawn_sizes(8, 9), ("dense", "row", "dense"), kinds="float64", beta=2.0)
    drawn.add("column", "kernels autograd fakes", drawn_sizes(8, 9), ("steps", "dense", "column"))
    drawn.add("four", "kernels autograd fakes", four, ("one", "right", "turned"), kinds="float64", beta=-0.5)
    drawn.add("grad_turned", "kernels autograd", drawn_sizes(6, 7, 8), ("turned", "dense", "dense"))
    drawn.add("half_steps", "kernels autograd fakes", drawn_sizes(20, 20), ("column", "steps", "left"), kinds="float16")
    drawn.add("bfloat_turned", "kernels autograd fakes", drawn_sizes(20, 20), ("turned", "dense", "turned"), kinds="bfloat16", beta=1.5)
    drawn.add("extreme", "kernels", (3, 71), fills={"gate": lambda count: _extreme(count, rng)})
    drawn.add("beta_0", "kernels autograd", drawn_sizes(9, 9), beta=0.0)
    drawn.add("gate_only", "autograd", drawn_sizes(6, 7), kinds="float64", needs=["gate"], beta=1.25)
    drawn.add("up_only", "autograd", drawn_sizes(6, 7), kinds="float64", needs=["up"], beta=1.25)
    drawn.add("same", "autograd", drawn_sizes(6, 7), kinds="float64", needs=["gate"], way="same", beta=0.75)
    drawn.add("twice", "autograd", drawn_sizes(6, 7), ("turned", "turned", "dense"), kinds="float64", way="twice", beta=1.5)
    for number, kinds in enumerate(
        (("float32", "float16", "float32"), ("float32", "bfloat16", "float16"), ("float64", "float64", "float32"))
    ):
        drawn.refuse(f"types_{number}", "swiglu", (3, 5), kinds=kinds)
    drawn.refuse("type_of_grad", "swiglu_backward", (3, 5), kinds=("float64", "float32", "float32"))
    drawn.refuse("whole_numbers", "swiglu", (3, 5), kinds="int64")
    drawn.refuse("row_for_all", "swiglu", (4, 6), shapes=((4, 6), (4, 6), (1, 6)))
    drawn.refuse("other_rank", "swiglu", (4, 6), shapes=((4, 6), (4, 6), (24,)))
    drawn.refuse("shape_of_grad", "swiglu_backward", (4, 6), shapes=((6, 4), (4, 6), (4, 6)))
    drawn.add("empty", "empty", (0,))
    drawn.add("empty_rows", "empty", (int(rng.integers(2, 9)), 0), kinds="float64")
    drawn.add("empty_turned", "empty", (3, 0, int(rng.integers(2, 9))), ("dense", "turned", "dense"))


# END STAFF


class Trial:
    """One trial of a room as the judge sees it: its operands in float64, what is right, and what mistakes give."""

    def __init__(self, room: Any, table: Mapping[str, Any]) -> None:
        self.name, self.beta, self.way = str(table["name"]), float(table["beta"]), str(table["way"])
        self.needs: list[str] = table["needs"]
        self.modes: list[str] = table["modes"]
        self.kind = str(table["gate"]["type"])
        self.sizes = tuple(int(n) for n in table["gate"]["sizes"])
        self.memory = {each: room.given(f"task/{self.name}/{each}.npy") for each in OPERANDS}
        self.layout = {each: (tuple(table[each]["strides"]), int(table[each]["begin"])) for each in OPERANDS}
        self.seen = {each: view(self.memory[each], self.sizes, *self.layout[each]) for each in OPERANDS}
        if self.kind != "float64":
            self.beta = float(np.float32(self.beta))

    def right(self, op: str) -> dict[str, tuple[Array, Array]]:
        """Result -> (values, bounds)."""
        seen = [self.seen[each] for each in (OPERANDS[1:] if op == "swiglu" else OPERANDS)]
        if op == "swiglu":
            return {"out": (forward(*seen, self.beta), forward_bound(*seen, self.beta, self.kind))}
        pairs = zip(backward(*seen, self.beta), backward_bound(*seen, self.beta, self.kind), strict=True)
        return dict(zip(RESULTS[op], pairs, strict=True))

    def mistakes(self, op: str) -> dict[str, dict[str, Array]]:
        """Code:variant -> result -> values."""
        names = OPERANDS[1:] if op == "swiglu" else OPERANDS
        seen = {each: self.seen[each] for each in names}
        found: dict[str, dict[str, Array]] = {}
        if not np.prod(self.sizes):
            return found
        for variant, other in _other_strides(self.sizes, {each: (self.memory[each], *self.layout[each]) for each in names}):
            values = [(seen | other)[each] for each in names]
            results = (forward(*values, self.beta),) if op == "swiglu" else backward(*values, self.beta)
            found[f"NONCONTIGUOUS:{variant}"] = dict(zip(RESULTS[op], results, strict=True))
        with np.errstate(invalid="ignore", over="ignore"):
            for code, variant, results in formulas(seen, self.beta):
                found[f"{code}:{variant}"] = dict(zip(RESULTS[op], results, strict=True))
        return found

    def gradients(self) -> dict[str, tuple[Array, Array]]:
        """What autograd must give for `needs`: operand -> (values, bounds)."""
        right = self.right("swiglu_backward")
        of = {"gate": right["grad_gate"], "up": right["grad_up"]}
        grad, gate, up = (self.seen[each] for each in OPERANDS)
        if self.way == "same":
            values = backward(grad, gate, gate, self.beta)
            bounds = backward_bound(grad, gate, gate, self.beta, self.kind)
            of["gate"] = (values[0] + values[1], 2 * (bounds[0] + bounds[1]))
        if self.way == "twice":
            inner = forward(gate, up, self.beta)
            to_inner, outer_up = backward(grad, inner, up, self.beta)
            to_gate, to_up = backward(to_inner, gate, up, self.beta)
            of = {"gate": (to_gate, np.full(self.sizes, 1e-11)), "up": (to_up + outer_up, np.full(self.sizes, 1e-11))}
        return {each: of[each] for each in self.needs}

    def out(self) -> tuple[Array, Array]:
        """What the function of op.py must give."""
        gate, up = self.seen["gate"], self.seen["up"]
        if self.way == "twice":
            return forward(forward(gate, up, self.beta), up, self.beta), np.full(self.sizes, 1e-11)
        up = gate if self.way == "same" else up
        return forward(gate, up, self.beta), forward_bound(gate, up, self.beta, self.kind)


def trials(room: Any, of: str, *names: str) -> list[Trial]:
    """The trials of one of the lists; those that are named, in their order, or all. None where the case has none of them."""
    tables = {table["name"]: table for table in room.given("task/trials.json")[of]}
    return [Trial(room, tables[name]) for name in (names or tables) if name in tables]


# ---- questions that the checks ask of a room ----


def ask_registered(room: Any) -> None:
    """Both operators, with the contract's schemas, and kernels for CPU and CUDA: of op.so by itself."""
    for op, schema in SCHEMAS.items():
        told = _ask_there(room, op, "CPU", "CUDA")
        if told["schema"] != schema:
            room.fail(
                "OPCHECK_SCHEMA",
                f"the schema is {str(told['schema'])[:200]}; the contract's is {schema}",
                message_ko=f"스키마가 {str(told['schema'])[:200]}입니다. 계약의 스키마는 {schema}입니다.",
                file="op.cpp",
            )


def _ask_there(room: Any, op: str, *keys: str) -> Operator:
    """What was written down of an operator: it is defined, and has a kernel for each of these devices."""
    told: Operator = room.json("operators", dict[str, Operator]).get(op, {"schema": "", "keys": []})
    if not told["schema"]:
        room.fail(
            "NOT_REGISTERED",
            f"op.so defines no operator ck::{op}; TORCH_LIBRARY(ck, m) in op.cpp defines operators",
            message_ko=f"op.so에 연산자 ck::{op}가 없습니다. 연산자는 op.cpp의 TORCH_LIBRARY(ck, m)에서 정의합니다.",
            file="op.cpp",
        )
    for key in keys:
        if key not in told["keys"]:
            room.fail(
                "NOT_REGISTERED",
                f"ck::{op} has no kernel for {key}; see TORCH_LIBRARY_IMPL(ck, {key}, m)",
                message_ko=f"ck::{op}에 {key} 커널이 없습니다. TORCH_LIBRARY_IMPL(ck, {key}, m)을 살펴보세요.",
                file="op.cpp",
            )
    return told


def ask_untouched(room: Any, *names: str) -> None:
    """Operands hold after a call what they held before it, and results have memory of their own. Nobody earns that by doing nothing."""
    _ask_works(room)
    for trial in trials(room, "kernels", *names):
        for op in SCHEMAS:
            for each in OPERANDS[1:] if op == "swiglu" else OPERANDS:
                after = room.array(f"kernel/{trial.name}/{op}.{each}_after")
                if not np.array_equal(after, trial.memory[each]):
                    room.fail(
                        "OPCHECK_SCHEMA",
                        f"ck::{op} changes its operand {each} ({trial.name}); its schema says that it changes nothing",
                        message_ko=f"ck::{op}가 피연산자 {each}를 바꿉니다({trial.name}). 스키마는 아무것도 바꾸지 않는다고 말합니다.",
                        file="op.cpp",
                    )
            for about in room.json(f"kernel/{trial.name}/{op}.about", list[About]):
                if about.get("shares"):
                    room.fail(
                        "OPCHECK_SCHEMA",
                        f"a result of ck::{op} lies in the memory of {about['shares'][0]} ({trial.name}); by its schema it is new",
                        message_ko=f"ck::{op}의 결과가 {about['shares'][0]}의 메모리에 있습니다({trial.name}). "
                        "스키마는 결과가 새 텐서라고 말합니다.",
                        file="op.cpp",
                    )


def ask_kernels(room: Any, of: str, op: str, *names: str) -> None:
    """Type, layout and numbers of an operator's results, called as op.cpp registers it."""
    _ask_there(room, op, "CPU")
    for trial in trials(room, of, *names):
        place = f"kernel/{trial.name}/{op}"
        right, mistakes = trial.right(op), trial.mistakes(op)
        told = room.json(f"{place}.about", list[About])
        for (label, (value, bound)), about in zip(right.items(), told, strict=False):
            _ask_kind(room, f"{label} ({trial.name})", about, trial)
            _ask_values(room, f"{place}.{label}", f"{label} ({trial.name})", value, bound, trial.kind, _of(label, mistakes), "op.cpp")
        if len(told) != len(right):
            room.fail("WRONG_ANSWER", f"ck::{op} returns {len(told)} tensors", message_ko=f"ck::{op}가 텐서 {len(told)}개를 돌려줍니다.")


def _ask_works(room: Any) -> None:
    """Forward is right for a contiguous tensor."""
    ask_kernels(room, "kernels", "swiglu", "plain", "list")


def _of(label: str, mistakes: Mapping[str, Mapping[str, Array]]) -> dict[str, Array]:
    return {code: results[label] for code, results in mistakes.items()}


def _ask_kind(room: Any, what: str, about: Mapping[str, Any], trial: Trial, code: str = "") -> None:
    """A tensor has the operands' type and sizes and is contiguous. `code`: the verdict if it isn't; else one that tells what."""
    wanted = {"type": trial.kind, "sizes": list(trial.sizes), "strides": list(contiguous(trial.sizes))}
    for key, value in wanted.items():
        if about[key] == value or (key == "strides" and _same_places(about[key], trial.sizes)):
            continue
        verdict = code or {"type": "WRONG_DTYPE", "sizes": "WRONG_ANSWER", "strides": "WRONG_STRIDES"}[key]
        korean = {"type": "형", "sizes": "크기", "strides": "스트라이드"}[key]
        shown, right = (" " + str(value) if room.case.visibility == "public" else "" for value in (about[key], value))
        room.fail(
            verdict,
            f"{what}: the {key}{shown} should be{right or ' others'}",
            message_ko=f"{what}: {korean}{shown} 대신{right or ' 다른 값'}이어야 합니다.",
            file="op.py" if code else "op.cpp",
        )


def _same_places(strides: list[int], sizes: tuple[int, ...]) -> bool:
    """Strides of dimensions of one number don't matter, nor do any where there are no numbers."""
    if 0 in sizes:
        return True
    return len(strides) == len(sizes) and all(n == 1 or a == b for n, a, b in zip(sizes, strides, contiguous(sizes), strict=True))


def _ask_values(room: Any, name: str, what: str, value: Array, bound: Array, kind: str, mistakes: dict[str, Array], file: str) -> None:
    got = room.array(name)
    if agrees(got, value, bound):
        return
    coarse = {"float64": 2.0**-20, "float32": 2.0**-7, "float16": 2.0**-7, "bfloat16": 2.0**-4}[kind]
    size = float(np.sqrt(np.mean(np.square(value)))) if value.size else 0.0
    if got.shape == value.shape and agrees(got, value, bound + coarse * (abs(value) + 0.1 * size)):
        digits = {"float64": "double", "float32": "single"}.get(kind, "half precision, computed in single and rounded once,")
        room.fail(
            "LOW_PRECISION",
            f"{what}: right to fewer digits than {digits} has ({kind})",
            message_ko=f"{what}: {kind} 형에 기대되는 것보다 적은 자릿수만 맞습니다.",
            file=file,
        )
    code = next((code for code, wrong in mistakes.items() if _is_that(got, wrong, value, bound, kind)), None)
    room.expect(name, value, bound, mistakes={code: got} if code else {}, what=what, file=file)


def _is_that(got: Array, wrong: Array, value: Array, bound: Array, kind: str) -> bool:
    """Whether it is what a mistake gives, rounding errors of the mistake's own size included."""
    size = np.sqrt(np.nanmean(np.square(wrong))) if np.isfinite(wrong).any() else 0.0
    near = bound + 64 * UNIT[kind] * (np.nan_to_num(abs(wrong)) + size)
    return agrees(got, wrong, near) and not agrees(wrong, value, near)


def ask_gradients(room: Any, of: str, *names: str) -> None:
    """The function of op.py and its gradients by autograd."""
    _ask_there(room, "swiglu", "CPU")
    ask_autograd(room)
    for trial in trials(room, of, *names):
        place = f"autograd/{trial.name}"
        about = room.json(f"{place}/about", About)
        if not about.get("requires_grad"):
            _fail_autograd(room, f"the result doesn't require a gradient although an operand does ({trial.name})")
        _ask_kind(room, f"out ({trial.name})", about, trial)
        _ask_values(room, f"{place}/out", f"out ({trial.name})", *trial.out(), trial.kind, {}, "op.py")
        missing = room.json(f"{place}/missing", list[Literal["gate", "up"]])
        if missing:
            _fail_autograd(room, f"autograd gives no gradient for {missing[0]} ({trial.name})")
        plain = trial.mistakes("swiglu_backward") if trial.way in ("beta", "default") else {}
        for each, (value, bound) in trial.gradients().items():
            mistakes = _of(f"grad_{each}", plain) | {"GRADIENT_WRONG:nothing passed on": np.zeros_like(value)}
            what = f"the gradient of {each} ({trial.name})"
            _ask_values(room, f"{place}/{each}", what, value, bound, trial.kind, mistakes, "op.py")


def ask_autograd(room: Any) -> None:
    """Whether a formula for autograd was registered at all. Where op.py itself failed, its error is told by what is missing."""
    if not room.has("autograd.error.json") and "swiglu/Autograd" not in room.json("registered", list[str]):
        _fail_autograd(room, "no formula for autograd is registered for ck::swiglu; see torch.library.register_autograd")


def _fail_autograd(room: Any, message: str) -> None:
    korean = "ck::swiglu를 지나 그래디언트가 흐르지 않습니다. torch.library.register_autograd를 살펴보세요."
    room.fail("NO_AUTOGRAD", message, message_ko=korean, file="op.py")


def ask_fakes(room: Any, *names: str) -> None:
    """What the fake kernels say of results that nobody computed: type, sizes, strides, device."""
    registered = room.json("registered", list[str])
    for op in SCHEMAS:
        _ask_there(room, op)
        if not room.has("fake.error.json") and f"{op}/Meta" not in registered:
            room.fail(
                "OPCHECK_FAKE",
                f"no fake kernel is registered for ck::{op}; see torch.library.register_fake",
                message_ko=f"ck::{op}에 가짜 커널이 없습니다. torch.library.register_fake를 살펴보세요.",
                file="op.py",
            )
    for trial in trials(room, "fakes", *names):
        for op, labels in RESULTS.items():
            for mode, device in ((mode, {"meta": "meta", "fake": "cpu"}[mode]) for mode in trial.modes):
                told = room.json(f"fake/{trial.name}/{op}/{mode}", list[About])
                if len(told) != len(labels) or any(about.get("device") != device for about in told):
                    text = f"the fake kernel of ck::{op} should return {len(labels)} tensor(s) on its operands' device ({trial.name})"
                    korean = f"ck::{op}의 가짜 커널은 피연산자와 같은 장치의 텐서 {len(labels)}개를 돌려주어야 합니다({trial.name})."
                    room.fail("OPCHECK_FAKE", text, message_ko=korean, file="op.py")
                for label, about in zip(labels, told, strict=True):
                    _ask_kind(room, f"the fake kernel's {label} ({trial.name})", about, trial, "OPCHECK_FAKE")


def ask_refused(room: Any, *names: str) -> None:
    """Operands that don't fit together are refused with an exception, and others aren't."""
    _ask_works(room)
    for op in SCHEMAS:
        _ask_there(room, op, "CPU")
    for table in room.given("task/trials.json")["refused"]:
        if names and table["name"] not in names:
            continue
        told = room.json(f"refused/{table['name']}", Refused)
        if not told["raised"]:
            given = ", ".join(f"{table[each]['type']}{table[each]['sizes']}" for each in table["operands"])
            shown = given if room.case.visibility == "public" else table["name"].rstrip("_0123456789").replace("_", " ")
            room.fail(
                "INPUT_UNCHECKED",
                f"ck::{table['op']} takes operands that don't fit together: {shown}",
                message_ko=f"ck::{table['op']}가 서로 맞지 않는 피연산자를 받아들입니다: {shown}",
                file="op.cpp",
            )


def ask_opcheck(room: Any) -> None:
    """What torch.library.opcheck said. A success told from inside is no proof; an error is one."""
    for op in SCHEMAS:
        _ask_there(room, op)
    codes = {"test_schema": "OPCHECK_SCHEMA", "test_autograd_registration": "NO_AUTOGRAD"}
    told = room.json("opcheck/told", dict[str, str])
    for op in SCHEMAS:
        for test in PUBLIC_TESTS:
            answer = told.get(f"{op}/{test}")
            if answer is None:
                room.json(f"opcheck/{op}/{test}")  # never written: fails with the reason
            if answer:
                code = codes.get(test, "OPCHECK_FAKE")
                said = f": {answer[:300]}" if room.case.visibility == "public" else " finds something"
                room.fail(code, f"opcheck, {test} of ck::{op}{said}", file="op.cpp" if code == "OPCHECK_SCHEMA" else "op.py")


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
