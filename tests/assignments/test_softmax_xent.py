"""14_softmax_xent: problem.py against numbers worked out by hand, and what its best-known mistakes give. Runs no kernel."""

from __future__ import annotations

from math import exp, log
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.assignment import Assignment, load_assignment
from grader.run.inputs import load_problem, make_inputs, override_of
from grader.run.seeds import public_seed

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def layer() -> Assignment:
    return load_assignment(ROOT / "assignments" / "14_softmax_xent")


@pytest.fixture(scope="module")
def problem(layer: Assignment) -> ModuleType:
    loaded = load_problem(layer)
    assert loaded is not None
    return loaded


def sized(layer: Assignment, name: str, b: int, c: int) -> Any:
    """A case of the assignment with other sizes."""
    import msgspec

    return msgspec.structs.replace(layer.case(name), sizes={"B": b, "C": c, "ldx": c, "ldy": c, "lddx": c})


def row(*numbers: float) -> NDArray[np.float32]:
    return np.array([numbers], np.float32)


def test_a_row_by_hand(layer: Assignment, problem: ModuleType) -> None:
    x, rest = row(1000, 1001, -np.inf), row(0, 0, 0)
    small = 1 / (1 + exp(1))
    y = problem.expected(sized(layer, "softmax_odd", 1, 3), {"x": x, "y": rest})["y"]
    assert np.allclose(y.value, [[small, 1 - small, 0]]) and (y.bound < 1e-4).all()
    labels = np.array([0], np.int32)
    found = problem.expected(sized(layer, "xent_odd", 1, 3), {"x": x, "labels": labels, "loss": np.zeros(1, np.float32), "dx": rest})
    assert np.allclose(found["loss"].value, [log(1 + exp(1))]) and np.allclose(found["dx"].value, [[small - 1, 1 - small, 0]])


def test_the_gradient_is_that_of_the_mean(layer: Assignment, problem: ModuleType) -> None:
    """Against differences of the loss itself."""
    rng = np.random.default_rng(7)
    case = sized(layer, "xent_odd", 4, 5)
    arrays = {"x": rng.standard_normal((4, 5)), "labels": rng.integers(0, 5, 4), "loss": np.zeros(1), "dx": np.zeros((4, 5))}
    dx = problem.expected(case, arrays)["dx"].value
    for index in np.ndindex(4, 5):
        step = np.zeros((4, 5))
        step[index] = 1e-5
        up, down = (problem.expected(case, {**arrays, "x": arrays["x"] + way * step})["loss"].value[0] for way in (1, -1))
        assert abs((up - down) / 2e-5 - dx[index]) < 1e-8


def test_no_row_loses_nothing(layer: Assignment, problem: ModuleType) -> None:
    empty = np.zeros((0, 5), np.float32)
    found = problem.expected(sized(layer, "xent_no_row", 0, 5), {"x": empty, "labels": empty[:, 0], "loss": row(1)[0], "dx": empty})
    assert found["loss"].value.tolist() == [0] and found["loss"].bound.tolist() == [0]


def test_without_the_maximum_nothing_is_left(layer: Assignment, problem: ModuleType) -> None:
    arrays = {"x": row(1000, 1001, 3), "y": row(0, 0, 0)}
    found = problem.hypotheses(sized(layer, "softmax_odd", 1, 3), arrays)["OVERFLOW_NAN:no maximum subtracted"]["y"]
    assert np.isnan(found[0, :2]).all() and found[0, 2] == 0


def test_inputs_keep_the_contract(layer: Assignment) -> None:
    for case in (c for c in layer.cases if c.entry != "ck_batchnorm_inference" and c.on is None):
        arrays = make_inputs(layer, case, 0, public_seed(layer.course, layer.slug), override_of(layer))
        x = arrays["x"][:, : case.sizes["C"]]
        assert not np.isnan(x).any() and not np.isposinf(x).any() and (x.size == 0 or np.isfinite(x).any(axis=1).all())
        assert np.abs(x[np.isfinite(x)]).max(initial=0) <= 1e4
        if "labels" in arrays:
            labels = arrays["labels"]
            assert ((labels >= 0) & (labels < case.sizes["C"])).all() and np.isfinite(x[np.arange(len(x)), labels]).all()
