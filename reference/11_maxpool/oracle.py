"""11_maxpool by PyTorch, in double precision: an oracle that we did not write.

Forward is `torch.nn.functional.max_pool2d` over a plane that is padded by hand, since the four paddings may differ. Backward is autograd's
through the choice that argmax describes. Two things PyTorch leaves open or answers otherwise, and they are masked: of several NaN it names
the last, and where everything is -infinity a place in the padding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.assignment import Case


def oracle(case: Case, arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    import torch
    import torch.nn.functional as F

    s = case.sizes
    if s["N"] * s["C"] == 0:
        return {}
    kernel, stride = (s["kh"], s["kw"]), s["stride"]
    if case.entry == "ck_maxpool_forward":
        around = (s["pad_left"], s["pad_right"], s["pad_top"], s["pad_bottom"])
        x = F.pad(torch.from_numpy(arrays["x"].astype(np.float64)), around, value=-torch.inf)
        y, place = F.max_pool2d(x, kernel, stride, return_indices=True)
        nans = F.avg_pool2d(x.isnan().double(), kernel, stride) * (s["kh"] * s["kw"])
        row = place // x.shape[3] - s["pad_top"]
        column = place % x.shape[3] - s["pad_left"]
        inside = (row >= 0) & (row < s["H"]) & (column >= 0) & (column < s["W"])
        open_ = (~inside | (nans > 1.5)).numpy()
        return {"y": y.numpy(), "argmax": np.ma.masked_array((row * s["W"] + column).numpy(), open_)}
    plane = torch.zeros(s["N"], s["C"], s["H"] * s["W"], dtype=torch.float64, requires_grad=True)
    chosen = plane.gather(2, torch.from_numpy(arrays["argmax"].astype(np.int64)).flatten(2))
    chosen.backward(torch.from_numpy(arrays["dy"].astype(np.float64)).flatten(2))
    assert plane.grad is not None
    return {"dx": plane.grad.reshape(s["N"], s["C"], s["H"], s["W"]).numpy()}


def shapes() -> Any:
    """Random small cases: any window, paddings up to one less than the window, strides below and above it, planes as small as allowed."""
    from hypothesis import strategies as st

    @st.composite
    def shape(draw: Any) -> dict[str, Any]:
        kh, kw = draw(st.integers(1, 5)), draw(st.integers(1, 5))
        top, bottom = draw(st.integers(0, kh - 1)), draw(st.integers(0, kh - 1))
        left, right = draw(st.integers(0, kw - 1)), draw(st.integers(0, kw - 1))
        height, width = draw(st.integers(max(1, kh - top - bottom), 21)), draw(st.integers(max(1, kw - left - right), 37))
        stride = draw(st.integers(1, 6))
        sizes = {
            "N": draw(st.integers(0, 2)),
            "C": draw(st.integers(0, 2)),
            "H": height,
            "W": width,
            "P": (height + top + bottom - kh) // stride + 1,
            "Q": (width + left + right - kw) // stride + 1,
            "kh": kh,
            "kw": kw,
            "stride": stride,
            "pad_top": top,
            "pad_left": left,
            "pad_bottom": bottom,
            "pad_right": right,
        }
        entry = draw(st.sampled_from(["ck_maxpool_forward", "ck_maxpool_backward"]))
        return {"entry": entry, "sizes": sizes, "scalars": {}}

    return shape()
