"""12_activation, the mathematics by hand: values, derivatives at the kink, and what the bounds let pass."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.assignment import Case

ROOT = Path(__file__).resolve().parents[2]
SIGMOID, TANH, RELU, LEAKY, ELU = range(5)


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    spec = importlib.util.spec_from_file_location("_activation_problem", ROOT / "assignments" / "12_activation" / "problem.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def case(way: str, kind: int, n: int, alpha: float = 0.5) -> Case:
    return Case(id="by_hand", visibility="public", entry=f"ck_activation_{way}", sizes={"n": n, "kind": kind}, scalars={"alpha": alpha})


def forward(problem: ModuleType, kind: int, *x: float) -> Any:
    return problem.expected(case("forward", kind, len(x)), {"x": np.array(x, np.float32)})["y"]


def backward(problem: ModuleType, kind: int, *x: float) -> Any:
    values = np.array(x, np.float32)
    y = problem.activation(kind, values.astype(np.float64), 0.5).astype(np.float32)
    return problem.expected(case("backward", kind, len(x)), {"x": values, "y": y, "dy": np.full(len(x), 2, np.float32)})["dx"]


def test_values(problem: ModuleType) -> None:
    assert forward(problem, SIGMOID, 0, 1e4, -1e4).value.tolist() == [0.5, 1, 0]
    assert forward(problem, TANH, 0, 1e4, -1e4).value.tolist() == [0, 1, -1]
    assert forward(problem, RELU, -3, 0, 3).value.tolist() == [0, 0, 3]
    assert forward(problem, LEAKY, -3, 0, 3).value.tolist() == [-1.5, 0, 3]
    assert np.allclose(forward(problem, ELU, -1, 0, 3).value, [0.5 * (np.exp(-1) - 1), 0, 3])


@pytest.mark.parametrize("kind", range(5))
def test_nan_stays_and_infinity_is_the_limit(problem: ModuleType, kind: int) -> None:
    right = forward(problem, kind, np.nan, np.inf, -np.inf)
    assert right.nan.tolist() == [True, False, False]
    assert right.value[1] == (1 if kind in (SIGMOID, TANH) else np.inf)
    assert right.value[2] == [0, -1, 0, -np.inf, -0.5][kind]
    assert (right.bound[~np.isfinite(right.value)] == 0).all()


def test_the_left_side_counts_at_zero(problem: ModuleType) -> None:
    for kind, left in ((RELU, 0.0), (LEAKY, 0.5), (ELU, 0.5)):
        assert backward(problem, kind, 0.0, -0.0, 1e-30).value.tolist() == [2 * left, 2 * left, 2]


def test_derivatives_are_those_of_the_functions(problem: ModuleType) -> None:
    x, step = np.linspace(-3, 3, 13) + 0.1, 1e-6
    for kind in (SIGMOID, TANH, ELU):
        slope = (problem.activation(kind, x + step, 0.5) - problem.activation(kind, x - step, 0.5)) / (2 * step)
        assert np.allclose(problem.derivative(kind, x, 0.5), slope, rtol=1e-5)


@pytest.mark.parametrize("kind", [SIGMOID, TANH, ELU])
def test_a_derivative_from_the_rounded_y_is_within_the_bounds(problem: ModuleType, kind: int) -> None:
    x = np.random.default_rng(0).normal(0, 3, 2000).astype(np.float32)
    y = problem.activation(kind, x.astype(np.float64), 0.5).astype(np.float32)
    dy = np.float32(2)
    got = {SIGMOID: dy * (y * (1 - y)), TANH: dy * (1 - y * y), ELU: dy * np.where(x > 0, np.float32(1), y + np.float32(0.5))}[kind]
    right = backward(problem, kind, *x)
    assert (abs(got - right.value) <= right.bound).all()


def test_a_slope_has_the_gradient_of_its_channel(problem: ModuleType) -> None:
    x = np.array([[[-1, 2], [-3, 0]], [[-4, -5], [6, -7]]], np.float32)  # (N, C, S)
    one = Case(id="by_hand", visibility="public", entry="ck_prelu_backward", sizes={"N": 2, "C": 2, "S": 2})
    right = problem.expected(one, {"x": x, "slope": np.array([0.5, 0.25], np.float32), "dy": np.ones_like(x)})
    assert right["dslope"].value.tolist() == [-1 - 4 - 5, -3 - 7]
    assert right["dx"].value.tolist() == [[[0.5, 1], [0.25, 0.25]], [[0.5, 0.5], [1, 0.25]]]
