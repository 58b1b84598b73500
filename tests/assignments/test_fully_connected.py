"""13_fully_connected: problem.py against numbers worked out by hand, and what its best-known mistakes give. Runs no kernel."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.assignment import Assignment, Case, load_assignment
from grader.run.inputs import load_problem

ROOT = Path(__file__).resolve().parents[2]
Arrays = dict[str, NDArray[np.float32]]


@pytest.fixture(scope="module")
def layer() -> Assignment:
    return load_assignment(ROOT / "assignments" / "13_fully_connected")


@pytest.fixture(scope="module")
def problem(layer: Assignment) -> ModuleType:
    loaded = load_problem(layer)
    assert loaded is not None
    return loaded


def by_hand(layer: Assignment, name: str) -> tuple[Case, Arrays]:
    """Two samples, three inputs, two outputs."""
    numbers = {
        "x": [[1, 2, 3], [4, 5, 6]],
        "W": [[1, 0, -1], [2, 1, 0]],
        "bias": [10, 20],
        "dy": [[1, -1], [2, 3]],
    }
    return layer.case(name), {key: np.array(value, np.float32) for key, value in numbers.items()}


def test_outputs_and_gradients_by_hand(layer: Assignment, problem: ModuleType) -> None:
    forward = problem.expected(*by_hand(layer, "forward_odd"))
    assert forward["y"].value.tolist() == [[1 - 3 + 10, 2 + 2 + 20], [4 - 6 + 10, 8 + 5 + 20]]
    backward = problem.expected(*by_hand(layer, "backward_odd"))
    assert backward["dx"].value.tolist() == [[1 - 2, -1, -1], [2 + 6, 3, -2]]
    assert backward["dW"].value.tolist() == [[1 + 8, 2 + 10, 3 + 12], [-1 + 12, -2 + 15, -3 + 18]]
    assert backward["dbias"].value.tolist() == [3, 2]


def test_empty_sums_are_zero_and_the_bias_stays(layer: Assignment, problem: ModuleType) -> None:
    nothing = {"x": np.zeros((2, 0), np.float32), "W": np.zeros((3, 0), np.float32), "bias": np.arange(3, dtype=np.float32)}
    assert problem.expected(layer.case("forward_no_input"), nothing)["y"].value.tolist() == [[0, 1, 2], [0, 1, 2]]
    none = {"x": np.zeros((0, 2), np.float32), "W": np.ones((3, 2), np.float32), "dy": np.zeros((0, 3), np.float32)}
    found = problem.expected(layer.case("backward_no_row"), none)
    assert found["dx"].value.shape == (0, 2) and not found["dW"].value.any() and found["dbias"].value.tolist() == [0, 0, 0]


def test_well_known_mistakes_by_hand(layer: Assignment, problem: ModuleType) -> None:
    found = problem.hypotheses(*by_hand(layer, "backward_odd"))
    assert found["GRADIENT_WRONG:the last sample alone (dbias)"]["dbias"].tolist() == [2, 3]
    assert found["SCALE_WRONG:divided by the batch (dbias)"]["dbias"].tolist() == [1.5, 1]
    turned = problem.hypotheses(*by_hand(layer, "forward_odd"))["TRANSPOSED:W lies turned (y)"]["y"]
    as_columns = np.array([[1, -1, 1], [0, 2, 0]])  # W's six numbers, column after column
    assert turned.tolist() == (np.array([[1, 2, 3], [4, 5, 6]]) @ as_columns.T + [10, 20]).tolist()
