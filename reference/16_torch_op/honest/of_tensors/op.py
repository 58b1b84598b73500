"""Another style: asks what is needed before it computes, and an own name for everything."""

import torch

torch.ops.load_library("/task/lib/op.so")


def fake_forward(gate, up, beta=1.0):
    if gate.shape != up.shape or gate.dtype != up.dtype:
        raise RuntimeError("swiglu: operands differ")
    return torch.empty_like(gate, memory_format=torch.contiguous_format)


def fake_backward(grad, gate, up, beta):
    return tuple(torch.empty_like(each, memory_format=torch.contiguous_format) for each in (gate, up))


def remember(ctx, inputs, output):
    gate, up, beta = inputs
    ctx.save_for_backward(gate, up)
    ctx.set_materialize_grads(False)
    ctx.beta = beta


def differentiate(ctx, grad):
    if grad is None:
        return None, None, None
    gate, up = ctx.saved_tensors
    of_gate, of_up = torch.ops.ck.swiglu_backward(grad, gate, up, ctx.beta)
    need_gate, need_up = ctx.needs_input_grad[:2]
    return of_gate if need_gate else None, of_up if need_up else None, None


torch.library.register_fake("ck::swiglu", fake_forward)
torch.library.register_fake("ck::swiglu_backward", fake_backward)
torch.library.register_autograd("ck::swiglu", differentiate, setup_context=remember)


def swiglu(gate, up, beta=1.0):
    return torch.ops.ck.swiglu.default(gate, up, float(beta))
