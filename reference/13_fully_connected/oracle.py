"""13_fully_connected's second oracle: PyTorch's linear layer in float64, gradients by autograd. problem.py has formulas of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

if TYPE_CHECKING:
    from grader.assignment import Case

MOST = 4000  # elements of a random case


def oracle(case: Case, arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    """Every output in float64. The loss whose gradients are asked for is the sum of y * dy."""
    import torch
    from torch.nn import functional

    def tensor(name: str) -> Any:
        return torch.from_numpy(arrays[name].astype(np.float64))

    if case.entry == "ck_fc_forward":
        return {"y": functional.linear(tensor("x"), tensor("W"), tensor("bias")).numpy()}
    x, weight = tensor("x").requires_grad_(), tensor("W").requires_grad_()
    bias = torch.zeros(case.sizes["O"], dtype=torch.float64, requires_grad=True)
    gradients = torch.autograd.grad(functional.linear(x, weight, bias), (x, weight, bias), tensor("dy"))
    return {name: gradient.numpy() for name, gradient in zip(("dx", "dW", "dbias"), gradients, strict=True)}


def shapes() -> st.SearchStrategy[dict[str, Any]]:
    """Random small cases of both passes: one sample, one input, one output and none, and sizes around those of tiles."""

    @st.composite
    def layers(draw: st.DrawFn) -> dict[str, Any]:
        sizes = {
            name: draw(st.one_of(st.integers(0, 40), st.sampled_from([1, 15, 16, 17, 31, 32, 33, 63, 65]))) for name in ("B", "I", "O")
        }
        if draw(st.booleans()):  # one of them long
            name = draw(st.sampled_from(["B", "I", "O"]))
            sizes[name] = draw(st.integers(100, 500))
        for name in ("B", "I", "O"):  # the largest matrix within bounds
            others = max(sizes[other] for other in sizes if other != name)
            sizes[name] = min(sizes[name], MOST // max(1, others))
        return {"entry": draw(st.sampled_from(["ck_fc_forward", "ck_fc_backward"])), "sizes": sizes, "scalars": {}}

    return layers()
