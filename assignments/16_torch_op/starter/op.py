"""op.py: what Python adds to the operators of op.cpp: a fake kernel for each, and autograd."""

import os

import torch

torch.ops.load_library(os.environ.get("CK_OP_LIBRARY", "/task/lib/op.so"))


# TODO: torch.library.register_fake for "ck::swiglu" and "ck::swiglu_backward": sizes, type, device, strides of the results?


# TODO: torch.library.register_autograd("ck::swiglu", …): what does backward need that forward knew?


def swiglu(gate, up, beta=1.0):
    """gate * sigmoid(beta * gate) * up, number by number. The two tensors have the same shape, type and device."""
    return torch.ops.ck.swiglu(gate, up, beta)
