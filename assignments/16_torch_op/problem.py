"""16_torch_op, the mathematics: what SwiGLU and its gradients must hold, and what they would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Two kinds of case meet here. Those with an entry (op.cu on a
device) get memory as flat arrays, and sizes and strides that make tensors of it. Those with a command (op.cpp and op.py in PyTorch) get the
trials that `room` draws, and `ask_…` are the questions that checks ask of what came out.

    problem_swiglu    values, bounds and other formulas, without tensors
    problem_strides   tensors in flat memory, and those who misread them
    problem_launches  op.cu: inputs, expected, hypotheses, calibration
    problem_drawn     the trials that a room is given
    problem_trials    a trial as the judge sees it: what is right, and what mistakes give
    problem_results   how a room's results are compared
    problem_op_cpp    questions to op.cpp
    problem_op_py     questions to op.py
"""

from __future__ import annotations

from .problem_drawn import PUBLIC_TESTS, room
from .problem_launches import (
    # BEGIN STAFF
    calibration,
    # END STAFF
    expected,
    hypotheses,
    inputs,
)
from .problem_op_cpp import ask_kernels, ask_refused, ask_registered, ask_untouched
from .problem_op_py import ask_fakes, ask_gradients, ask_opcheck
from .problem_results import SCHEMAS
from .problem_strides import contiguous, view
from .problem_swiglu import RESULTS, backward, forward
from .problem_trials import trials

__all__ = [
    "PUBLIC_TESTS",
    "RESULTS",
    "SCHEMAS",
    "ask_fakes",
    "ask_gradients",
    "ask_kernels",
    "ask_opcheck",
    "ask_refused",
    "ask_registered",
    "ask_untouched",
    "backward",
    # BEGIN STAFF
    "calibration",
    # END STAFF
    "contiguous",
    "expected",
    "forward",
    "hypotheses",
    "inputs",
    "room",
    "trials",
    "view",
]
