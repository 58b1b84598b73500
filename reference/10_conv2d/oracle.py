"""10_conv2d, an oracle that we did not write: PyTorch in float64, gradients by autograd."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from grader.assignment import Case


def oracle(case: Case, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The outputs of a case; parameters and MACs of a network are counted on modules of PyTorch."""
    if case.entry == "ck_conv_cost":
        return _cost(arrays["layers"])
    import torch

    z = case.sizes
    steps = {name: (z[f"{name}_h"], z[f"{name}_w"]) for name in ("stride", "dilation")}

    def leaf(name: str, shape: tuple[int, ...]) -> torch.Tensor:
        array = arrays[name] if name in arrays else np.zeros(shape)
        return torch.tensor(array.astype(np.float64), requires_grad=True)

    x = leaf("x", (z["N"], z["C"], z["H"], z["W"]))
    w = leaf("w", (z["K"], z["C"] // z["groups"], z["R"], z["S"]))
    bias = leaf("bias", (z["K"],))
    y = torch.nn.functional.conv2d(x, w, bias, padding=(z["pad_h"], z["pad_w"]), groups=z["groups"], **steps)
    if "dy" not in arrays:
        return {"y": y.detach().numpy()}
    y.backward(torch.tensor(arrays["dy"].astype(np.float64)))
    if case.entry == "ck_conv2d_backward_data":
        return {"dx": x.grad.numpy()}
    return {"dw": w.grad.numpy(), "db": bias.grad.numpy()}


def _cost(layers: np.ndarray) -> dict[str, np.ndarray]:
    """Parameters as PyTorch's modules have them; MACs of one image as weights times pixels of an output whose shape PyTorch infers."""
    import torch

    parameters, macs = [], []
    for c, h, w, k, r, s, stride_h, stride_w, pad_h, pad_w, groups, extra in layers.tolist():
        with torch.device("meta"):  # shapes without numbers: a large layer costs nothing
            options: dict[str, Any] = {"stride": (stride_h, stride_w), "padding": (pad_h, pad_w), "groups": groups, "bias": extra == 1}
            conv = torch.nn.Conv2d(c, k, (r, s), **options)
            modules = [conv, torch.nn.BatchNorm2d(k)] if extra == 2 else [conv]
            pixels = conv(torch.empty(1, c, h, w))[0, 0].numel()
        parameters.append(sum(p.numel() for module in modules for p in module.parameters()))
        macs.append(conv.weight.numel() * pixels)
    totals = np.array([sum(parameters), sum(macs)], np.int64)
    return {"parameters": np.array(parameters, np.int64), "macs": np.array(macs, np.int64), "totals": totals}


@st.composite
def _convolutions(draw: st.DrawFn) -> dict[str, Any]:
    """Any small convolution: groups up to depthwise, steps larger than the filter, pads as large as it, no image."""
    names = ("forward", "im2col_gemm", "backward_data", "backward_weight", "cudnn")
    groups = draw(st.integers(1, 4))
    z = {"N": draw(st.integers(0, 3)), "groups": groups, "Cg": draw(st.integers(1, 4))}
    z |= {"C": groups * z["Cg"], "K": groups * draw(st.integers(1, 4))}
    for side, filter_side, out, axis in (("H", "R", "P", "h"), ("W", "S", "Q", "w")):
        taps, stride, pad = draw(st.integers(1, 4)), draw(st.integers(1, 5)), draw(st.integers(0, 4))
        dilation = draw(st.integers(1, 3))
        least = max(1, dilation * (taps - 1) + 1 - 2 * pad)
        extent = draw(st.integers(least, least + 8))
        z |= {filter_side: taps, f"stride_{axis}": stride, f"pad_{axis}": pad, f"dilation_{axis}": dilation, side: extent}
        z[out] = (extent + 2 * pad - dilation * (taps - 1) - 1) // stride + 1
    return {"entry": f"ck_conv2d_{draw(st.sampled_from(names))}", "sizes": z | {"workspace_bytes": 65536}, "scalars": {}}


def shapes() -> st.SearchStrategy[dict[str, Any]]:
    return _convolutions()
