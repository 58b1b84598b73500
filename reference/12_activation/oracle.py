"""12_activation by PyTorch, in double precision: an oracle that we did not write. Forward are the functions of `torch.nn.functional`,
backward is autograd's through them. Single precision's alpha is handed over as it is rounded."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.assignment import Case


def oracle(case: Case, arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    import torch
    import torch.nn.functional as F

    def tensor(name: str, grad: bool = False) -> Any:
        return torch.from_numpy(arrays[name].astype(np.float64)).requires_grad_(grad)

    def single(values: Any) -> Any:
        """Products are asked for as single precision rounds them."""
        return values.astype(np.float32).astype(np.float64)

    if not arrays["x"].size:
        return {}
    if case.entry.startswith("ck_prelu"):
        x, slope = tensor("x", grad=True), tensor("slope", grad=True)
        y = F.prelu(x, slope)
        if case.entry == "ck_prelu_forward":
            return {"y": single(y.detach().numpy())}
        y.backward(tensor("dy"))
        return {"dx": single(x.grad.numpy()), "dslope": slope.grad.numpy()}
    alpha = float(np.float32(case.scalars["alpha"]))
    functions = (torch.sigmoid, torch.tanh, torch.relu, lambda x: F.leaky_relu(x, alpha), lambda x: F.elu(x, alpha))
    exact = case.sizes["kind"] in (2, 3)
    x = tensor("x", grad=True)
    y = functions[case.sizes["kind"]](x)
    if case.entry == "ck_activation_forward":
        return {"y": single(y.detach().numpy()) if exact else y.detach().numpy()}
    y.backward(tensor("dy"))
    return {"dx": single(x.grad.numpy()) if exact else x.grad.numpy()}


def shapes() -> Any:
    """Random small cases: each kind with lengths around those of vectors and warps, PReLU with planes of one number and more."""
    from hypothesis import strategies as st

    n = st.one_of(st.integers(0, 9), st.integers(0, 1100))
    kind = st.integers(0, 4)
    activations = st.builds(
        lambda entry, n, kind, alpha: {"entry": entry, "sizes": {"n": n, "kind": kind}, "scalars": {"alpha": alpha}},
        st.sampled_from(["ck_activation_forward", "ck_activation_backward"]),
        n,
        kind,
        st.sampled_from([0.01, 0.1, 0.25, 1.0, 1.5]),
    )
    prelu = st.builds(
        lambda entry, images, channels, plane: {"entry": entry, "sizes": {"N": images, "C": channels, "S": plane}, "scalars": {}},
        st.sampled_from(["ck_prelu_forward", "ck_prelu_backward"]),
        st.integers(0, 3),
        st.integers(0, 9),
        st.one_of(st.integers(0, 5), st.integers(0, 140)),
    )
    return st.one_of(activations, prelu)
