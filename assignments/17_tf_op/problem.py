"""17_tf_op, the mathematics: what the operator's rooms are given, and what y, the gradients and the static shapes must be.

Students have it without its STAFF parts: `grader check` needs it at home. Two kinds of cases: rooms, in which TensorFlow runs op.cc and
grad.py by the jobs that `room` writes down (room/drive.py), and launches of op.cu, which `inputs`, `expected` and `hypotheses` serve.

    problem_distance   y, its gradients and Jacobians: what is right, and what well-known mistakes give
    problem_jobs       what the rooms are given
    problem_answers    what every look at a room begins with
    problem_values     y of a room
    problem_gradients  gradients and Jacobians of a room
    problem_shapes     interface, static shapes and refusals
    problem_launches   op.cu: inputs, expected, hypotheses, calibration
"""

from __future__ import annotations

from .problem_distance import bound, clipped, distances, gradients, in_place, jacobians
from .problem_gradients import look_at_gradient, look_at_jacobian
from .problem_jobs import room
from .problem_launches import (
    # BEGIN STAFF
    calibration,
    # END STAFF
    expected,
    hypotheses,
    inputs,
)
from .problem_shapes import (
    look_at_interface,
    # BEGIN STAFF
    look_at_refusals,
    # END STAFF
    look_at_shapes,
    shape_fault,
    static_shape,
)
from .problem_values import look_at_graph, look_at_inputs, look_at_temporary, look_at_value

__all__ = [
    "bound",
    # BEGIN STAFF
    "calibration",
    # END STAFF
    "clipped",
    "distances",
    "expected",
    "gradients",
    "hypotheses",
    "in_place",
    "inputs",
    "jacobians",
    "look_at_gradient",
    "look_at_graph",
    "look_at_inputs",
    "look_at_interface",
    "look_at_jacobian",
    # BEGIN STAFF
    "look_at_refusals",
    # END STAFF
    "look_at_shapes",
    "look_at_temporary",
    "look_at_value",
    "room",
    "shape_fault",
    "static_shape",
]
