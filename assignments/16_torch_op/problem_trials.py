"""The trials of a room as the judge sees them: their operands, what is right for them and what mistakes give."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .problem_strides import other_strides, view
from .problem_swiglu import OPERANDS, RESULTS, Array, backward, backward_bound, formulas, forward, forward_bound


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
        for variant, other in other_strides(self.sizes, {each: (self.memory[each], *self.layout[each]) for each in names}):
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
