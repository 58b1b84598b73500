"""11_maxpool, the mathematics by hand: windows, paddings, ties, NaN, and what a lost update may leave."""

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


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    spec = importlib.util.spec_from_file_location("_maxpool_problem", ROOT / "assignments" / "11_maxpool" / "problem.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def case(entry: str, shape: tuple[int, int], window: tuple[int, int], stride: int, pads: tuple[int, int, int, int] = (0, 0, 0, 0)) -> Case:
    (h, w), (kh, kw), (top, left, bottom, right) = shape, window, pads
    sizes = {"N": 1, "C": 1, "H": h, "W": w, "P": (h + top + bottom - kh) // stride + 1, "Q": (w + left + right - kw) // stride + 1}
    sizes |= {"kh": kh, "kw": kw, "stride": stride, "pad_top": top, "pad_left": left, "pad_bottom": bottom, "pad_right": right}
    return Case(id="by_hand", visibility="public", entry=f"ck_maxpool_{entry}", sizes=sizes)


def forward(problem: ModuleType, x: Any, *geometry: Any) -> tuple[Any, Any]:
    values = np.array(x, np.float32)
    right = problem.expected(case("forward", values.shape, *geometry), {"x": values[None, None]})  # type: ignore[arg-type]
    assert not np.any(right["y"].bound) and not np.any(right["argmax"].bound)
    return right["y"].value[0, 0].tolist(), right["argmax"].value[0, 0].tolist()


def test_windows_side_by_side(problem: ModuleType) -> None:
    assert forward(problem, [[1, 2, 3, 4], [5, 0, 7, 0]], (2, 2), 2) == ([[5, 7]], [[4, 6]])


def test_padding_never_wins_and_may_be_on_two_sides_only(problem: ModuleType) -> None:
    x = [[-1, -2], [-3, -4]]
    assert forward(problem, x, (2, 2), 1, (0, 0, 1, 1)) == ([[-1, -2], [-3, -4]], [[0, 1], [2, 3]])  # Darknet's
    assert forward(problem, x, (2, 2), 1, (1, 1, 0, 0)) == ([[-1, -1], [-1, -1]], [[0, 0], [0, 0]])
    assert forward(problem, x, (3, 3), 2, (1, 1, 1, 1)) == ([[-1]], [[0]])


def test_the_first_of_equals_and_of_nan(problem: ModuleType) -> None:
    nan, inf = np.nan, np.inf
    assert forward(problem, [[2, 2], [2, 2]], (2, 2), 1) == ([[2]], [[0]])
    assert forward(problem, [[-0.0, 0.0]], (1, 2), 1)[1] == [[0]]
    assert forward(problem, [[inf, nan], [nan, 1]], (2, 2), 1)[1] == [[1]]
    assert forward(problem, [[-inf, -inf]], (1, 2), 1, (0, 1, 0, 0)) == ([[-inf, -inf]], [[0, 0]])


def backward(problem: ModuleType, dy: Any, argmax: Any, *geometry: Any) -> tuple[Case, dict[str, Any]]:
    return case("backward", *geometry), {"dy": np.array([[dy]], np.float32), "argmax": np.array([[argmax]], np.int32)}


def test_contributions_add_up_and_the_rest_is_zero(problem: ModuleType) -> None:
    args = backward(problem, [[2, 3]], [[1, 1]], (1, 3), (1, 2), 1)
    right = problem.expected(*args)["dx"]
    assert right.value[0, 0].tolist() == [[0, 5, 0]]
    assert right.bound[0, 0, 0, 1] > 0 and not right.bound[0, 0, 0, [0, 2]].any()


def test_a_lost_update_leaves_any_of_the_contributions(problem: ModuleType) -> None:
    args = backward(problem, [[2, 3]], [[1, 1]], (1, 3), (1, 2), 1)
    lost = problem.hypotheses(*args)["LOST_UPDATE:some of what is added"]["dx"]
    assert sorted(lost[:, 0, 0, 0, 1].tolist()) == [2, 3, 5] and not lost[:, 0, 0, 0, 0].any()
    apart = backward(problem, [[2, 3]], [[0, 1]], (1, 3), (1, 2), 1)
    assert not [name for name in problem.hypotheses(*apart) if name.startswith("LOST_UPDATE")]  # nobody meets, nothing is lost


@pytest.mark.parametrize("start", ["WRONG_NEGATIVE", "WRONG_PADDING", "TIE_RULE", "NAN_LOST"])
def test_a_mistake_is_offered_where_it_shows(problem: ModuleType, start: str) -> None:
    shown = {"WRONG_NEGATIVE": -1.0, "WRONG_PADDING": -1.0, "TIE_RULE": 1.0, "NAN_LOST": np.nan}[start]
    x = np.full((1, 1, 4, 5), shown, np.float32)
    x[0, 0, 0, 1] = 0.5 if np.isnan(shown) else shown
    codes = {n.partition(":")[0] for n in problem.hypotheses(case("forward", (4, 5), (3, 3), 2, (1, 1, 1, 1)), {"x": x})}
    assert start in codes
