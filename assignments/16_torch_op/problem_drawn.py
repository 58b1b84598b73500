"""What the rooms of op.cpp and op.py are given: trials by name, with the memory, sizes and strides of their operands."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.assignment import Case

from .problem_strides import contiguous
from .problem_swiglu import (
    OPERANDS,
    Array,
    # BEGIN STAFF
    extreme,
    # END STAFF
)

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
    drawn.add("extreme", "kernels", (3, 71), fills={"gate": lambda count: extreme(count, rng)})
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
