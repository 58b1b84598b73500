"""14_softmax_xent's second oracle: PyTorch in float64, gradients by autograd. problem.py has formulas of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

if TYPE_CHECKING:
    from grader.assignment import Case

MOST = 4000  # elements of a random case


def oracle(case: Case, arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    """Every output in float64; masked where rows have padding, of which PyTorch knows nothing."""
    import torch
    from torch.nn import functional

    def tensor(name: str) -> Any:
        return torch.from_numpy(arrays[name].astype(np.float64))

    if case.entry == "ck_batchnorm_inference":
        if arrays["x"].size == 0:
            return {}
        y = functional.batch_norm(
            tensor("x"), tensor("mean"), tensor("var"), tensor("gamma"), tensor("beta"), eps=float(np.float32(case.scalars["eps"]))
        )
        return {"y": y.numpy()}
    b, c = case.sizes["B"], case.sizes["C"]
    x = tensor("x")[:, :c].clone().requires_grad_()
    if case.entry == "ck_softmax_forward":
        return {"y": _padded(torch.softmax(x, dim=1).detach().numpy(), arrays["y"])} if c else {}
    if b == 0:  # the contract's own choice: PyTorch says NaN
        return {}
    loss = functional.cross_entropy(x, torch.from_numpy(arrays["labels"].astype(np.int64)), reduction="mean")
    loss.backward()  # type: ignore[no-untyped-call]
    return {"loss": np.array([loss.item()]), "dx": _padded(x.grad.numpy(), arrays["dx"])}


def _padded(rows: np.ndarray[Any, Any], buffer: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The rows within a buffer whose other columns are masked."""
    full, mask = np.zeros(buffer.shape), np.ones(buffer.shape, dtype=bool)
    full[:, : rows.shape[1]], mask[:, : rows.shape[1]] = rows, False
    return np.ma.MaskedArray(full, mask)


def shapes() -> st.SearchStrategy[dict[str, Any]]:
    """Random small cases of the three launchers: one row, one class and none, padding or none."""

    @st.composite
    def rows(draw: st.DrawFn, entry: str, leading: str) -> dict[str, Any]:
        loses = entry == "ck_softmax_xent"
        c = draw(st.one_of(st.integers(1 if loses else 0, 80), st.sampled_from([1, 31, 32, 33, 255, 256, 257, 1023, 1025])))
        b = draw(st.integers(0, max(1, min(40, MOST // (c + 8)))))
        spare = st.one_of(st.just(0), st.integers(0, 7))
        sizes = {"B": b, "C": c, "ldx": max(1, c) + draw(spare), leading: max(1, c) + draw(spare)}
        return {"entry": entry, "sizes": sizes, "scalars": {}}

    @st.composite
    def images(draw: st.DrawFn) -> dict[str, Any]:
        n, c, h = draw(st.integers(0, 4)), draw(st.integers(1, 9)), draw(st.integers(0, 9))
        w = draw(st.integers(0, max(1, min(40, MOST // max(1, n * c * h)))))
        return {
            "entry": "ck_batchnorm_inference",
            "sizes": {"N": n, "C": c, "H": h, "W": w},
            "scalars": {"eps": draw(st.sampled_from([1e-5, 1e-3, 0.25]))},
        }

    return st.one_of(rows("ck_softmax_forward", "ldy"), rows("ck_softmax_xent", "lddx"), images())
