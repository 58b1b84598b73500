"""What comes out of the rooms of 20_nb_dl_basics: the cell of each topic, the form of its answers, and how far numbers may be off."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.checks.rooms import Room, agrees

Array = NDArray[Any]

NOTEBOOK = "dl_basics.ipynb"
# topic -> the solution cell that it belongs to
CELLS = {
    "terms": "terms",
    "linear_gradient": "linear_regression",
    "linear_fit": "linear_regression",
    "gradient_descent": "gradient_descent",
    "largest_rate": "gradient_descent",
    "perceptron": "perceptron",
    "regression_losses": "regression_losses",
    "cross_entropy": "cross_entropy",
    "activations": "activations",
    "slopes": "activations",
    "graph": "graph",
    "numerical_gradient": "numerical_gradient",
    "mlp_forward": "mlp",
    "mlp_backward": "mlp",
    "layer_variances": "layer_variances",
    "init_weights": "init_weights",
    "dropout": "dropout",
    "dropout_backward": "dropout",
    "weight_decay": "weight_decay",
    "split": "validation",
    "standardise": "validation",
    "choose_degree": "choose_degree",
    "momentum": "momentum",
    "nag": "momentum",
    "adagrad": "adaptive",
    "rmsprop": "adaptive",
    "adadelta": "adaptive",
    "adam": "adam",
    "read_idx": "read_idx",
    "minibatches": "training",
    "train": "training",
}

# Functions of float64 (u = 1.1e-16). Operations of one answer are below 10⁴, and no question of ours makes an error grow by more than
# 10³ (tests/assignments/test_nb_dl_basics.py moves the inputs by some u and looks): 10⁷ u is 1e-9. Least squares may err by more.
BOUND = 1e-9
BOUNDS = {"linear_fit": 1e-7, "choose_degree": 1e-6}


def received(room: Room, topic: str, count: int) -> list[dict[str, Any]]:
    """The answers that the probe wrote, one for each question. What has another form fails the check."""
    answers = room.json(topic)
    if not isinstance(answers, list) or len(answers) != count or not all(isinstance(each, dict) for each in answers):
        text, korean = f"{topic}: the results don't have their form", f"{topic}: 결과의 형식이 아닙니다."
        room.fail("UNWRITTEN_OUTPUT", text, message_ko=korean, file=f"{NOTEBOOK}#{CELLS[topic]}")
    return answers


def numbers(value: Any) -> Array | None:
    """An array of what JSON holds; numbers that aren't finite are texts there. None for what is no array of numbers."""
    if value is None or isinstance(value, dict):
        return None
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return None


def allowed(want: Array, bound: float) -> Array:
    return np.where(np.isfinite(want), bound * (1 + abs(want)), 0.0)


def within(got: Any, want: Any, bound: float) -> bool:
    left, right = numbers(got), numbers(want)
    return left is not None and right is not None and agrees(left, right, allowed(right, bound))
