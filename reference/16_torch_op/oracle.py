"""16_torch_op by PyTorch, in double precision: an oracle that we did not write. `torch.nn.functional.silu` and autograd, over tensors that
`as_strided` makes of the cases' memory."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.assignment import Case

LETTERS = {"gate": "g", "up": "u", "grad": "d"}


def oracle(case: Case, arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    import torch
    import torch.nn.functional as F

    sizes = [case.sizes[name] for name in "ABCD"]
    if 0 in sizes:
        return {}
    beta = case.scalars["beta"] if case.entry.endswith("_f64") else float(np.float32(case.scalars["beta"]))

    def tensor(name: str, grad: bool = False) -> Any:
        strides = [case.sizes[f"{LETTERS[name]}{i}"] for i in range(4)]
        return torch.from_numpy(arrays[name].astype(np.float64)).as_strided(sizes, strides).contiguous().requires_grad_(grad)

    gate, up = tensor("gate", grad=True), tensor("up", grad=True)
    # silu(beta x) / beta is x * sigmoid(beta x); for beta = 0 the sigmoid is a half
    out = (F.silu(beta * gate) / beta if beta else gate / 2) * up
    if "backward" not in case.entry:
        return {"out": out.detach().numpy()}
    out.backward(tensor("grad"))
    return {"grad_gate": gate.grad.numpy(), "grad_up": up.grad.numpy()}


def shapes() -> Any:
    """Random small cases: up to four dimensions, each tensor with an order, gaps and repetitions of its own."""
    from hypothesis import strategies as st

    @st.composite
    def case(draw: Any) -> dict[str, Any]:
        backward = draw(st.booleans())
        dims = draw(st.integers(0, 4))
        sizes = [1] * (4 - dims) + [draw(st.integers(0, 7)) for _ in range(dims)]
        count = int(np.prod(sizes))
        table = {"dims": dims, **dict(zip("ABCD", sizes, strict=True))}
        for letter, memory in (("g", "G"), ("u", "U"), ("d", "E")):
            if letter == "d" and not backward:
                continue
            strides, next_stride = [0] * 4, draw(st.integers(1, 3))
            for axis in draw(st.permutations(range(4 - dims, 4))):
                if draw(st.integers(0, 4)) == 0:
                    continue  # expanded: every index is the same number
                strides[axis] = next_stride
                next_stride *= max(sizes[axis], 1)
            table |= {f"{letter}{i}": stride for i, stride in enumerate(strides)}
            table[memory] = max(count, 1 + sum((n - 1) * s for n, s in zip(sizes, strides, strict=True)) if count else 0)
        beta = draw(st.sampled_from([0.0, 0.5, 1.0, 1.702, -0.75]))
        kind = draw(st.sampled_from(["", "_f64", "_f16"]))
        return {"entry": f"ck_swiglu_{'backward' if backward else 'forward'}{kind}", "sizes": table, "scalars": {"beta": beta}}

    return case()
