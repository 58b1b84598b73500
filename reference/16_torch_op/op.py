"""op.py: what Python adds to the operators of op.cpp: a fake kernel for each, and autograd."""

import os

import torch

torch.ops.load_library(os.environ.get("CK_OP_LIBRARY", "/task/lib/op.so"))


# BEGIN SOLUTION TODO: torch.library.register_fake for "ck::swiglu" and "ck::swiglu_backward": sizes, type, device, strides of the results?
@torch.library.register_fake("ck::swiglu")
def _(gate, up, beta=1.0):
    torch._check(gate.shape == up.shape, lambda: "swiglu: tensors must have the same shape")
    torch._check(gate.dtype == up.dtype, lambda: "swiglu: tensors must have the same type")
    return torch.empty(gate.shape, dtype=gate.dtype, device=gate.device)


@torch.library.register_fake("ck::swiglu_backward")
def _(grad, gate, up, beta):
    return (
        torch.empty(gate.shape, dtype=gate.dtype, device=gate.device),
        torch.empty(up.shape, dtype=up.dtype, device=up.device),
    )


# END SOLUTION


# BEGIN SOLUTION TODO: torch.library.register_autograd("ck::swiglu", …): what does backward need that forward knew?
def setup_context(ctx, inputs, output):
    gate, up, ctx.beta = inputs
    ctx.save_for_backward(gate, up)


def backward(ctx, grad):
    gate, up = ctx.saved_tensors
    grad_gate, grad_up = torch.ops.ck.swiglu_backward(grad, gate, up, ctx.beta)
    return grad_gate, grad_up, None


torch.library.register_autograd("ck::swiglu", backward, setup_context=setup_context)
# END SOLUTION


def swiglu(gate, up, beta=1.0):
    """gate * sigmoid(beta * gate) * up, number by number. The two tensors have the same shape, type and device."""
    return torch.ops.ck.swiglu(gate, up, beta)
