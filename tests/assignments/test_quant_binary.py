"""19_quant_binary: problem.py against numbers made by hand, and what students get of it. Runs no kernel."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from grader.assignment import Assignment, Case, load_assignment
from grader.run.inputs import load_problem, make_inputs
from grader.run.seeds import public_seed

ROOT = Path(__file__).resolve().parents[2]
Array = NDArray[Any]


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load_assignment(ROOT / "assignments" / "19_quant_binary")


@pytest.fixture(scope="module")
def problem(assignment: Assignment) -> Any:
    return load_problem(assignment)


def right(problem: Any, assignment: Assignment, entry: str, arrays: dict[str, Array], **sizes: float) -> dict[str, list[Any]]:
    """What problem.py expects of these inputs, in lists."""
    case = case_of(assignment, entry, **sizes)
    return {name: np.asarray(each.value).tolist() for name, each in problem.expected(case, arrays).items()}


def case_of(assignment: Assignment, entry: str, **sizes: float) -> Case:
    scalars = {name: float(sizes.pop(name)) for name in ("scale",) if name in sizes}
    return msgspec.structs.replace(
        assignment.cases[0], id="made", entry=entry, sizes={k: int(v) for k, v in sizes.items()}, scalars=scalars
    )


def floats(*values: float) -> Array:
    return np.array(values, np.float32)


def test_int8_rounds_halves_to_even_and_saturates(problem: Any, assignment: Assignment) -> None:
    x = floats(2.5, -2.5, 3.5, 0.5, -0.5, 127.5, -128.5, 1e30, -np.inf, np.nan)
    q = right(problem, assignment, "ck_quantise_int8", {"x": x}, n=x.size, scale=1)["q"]
    assert q == [2, -2, 4, 0, 0, 127, -128, 127, -128, 0]


def test_fixed_point_uses_the_bits_that_a_group_leaves(problem: Any, assignment: Assignment) -> None:
    x = floats(0.9, -0.5, 1.0, 0.25, 0, 0, -200)
    out = right(problem, assignment, "ck_dynamic_fixed_point", {"x": x}, n=7, group=2, groups=4)
    assert out == {"fraction": [7, 6, 0, -1], "q": [115, -64, 64, 16, 0, 0, -100]}


def test_log2_takes_the_nearest_power(problem: Any, assignment: Assignment) -> None:
    below = float(np.nextafter(np.float32(1.5), np.float32(0)))
    x = floats(1, 1.5, below, -3, 100, -np.inf, 2.0**-6, 0.75 * 2.0**-6, 0.74 * 2.0**-6, -0.001, np.nan)
    code = right(problem, assignment, "ck_quantise_log2", {"x": x}, n=x.size, top=0)["code"]
    assert code == [7, 7, 7, 15, 7, 15, 1, 1, 0, 0, 0]
    assert right(problem, assignment, "ck_quantise_log2", {"x": x}, n=x.size, top=2)["code"][:4] == [5, 6, 5, 15]


def test_bits_stand_where_the_header_says(problem: Any, assignment: Assignment) -> None:
    x = np.full((2, 33), -1, np.float32)
    x[0, 0], x[0, 32], x[1, 31], x[1, 1], x[1, 2] = 1, 0, 2, np.nan, -0.0
    bits = right(problem, assignment, "ck_binarise", {"x": x}, M=2, K=33, words=2)["bits"]
    assert bits == [[1, 1], [2**31 + 4, 0]]


def test_xnor_is_the_product_of_signs(problem: Any, assignment: Assignment) -> None:
    a, b = np.array([[0b1101]], np.uint32), np.array([[0b101001], [0b1101], [0b110010]], np.uint32)  # the figure's rows among them
    assert right(problem, assignment, "ck_xnor_gemm", {"A": a, "B": b}, M=1, N=3, K=6, words=1)["C"] == [[2, 6, -6]]


def test_the_run_length_code_of_the_course(problem: Any, assignment: Assignment) -> None:
    x = np.array([0, 0, 12, 0, 0, 0, 0, 53, 0, 0, 22, *[0] * 40, 7, 0], np.int32)
    out = right(problem, assignment, "ck_run_length", {"x": x}, n=x.size, words=-(-x.size // 3))
    assert out["code"][:2] == [[2, 12, 4, 53, 2, 22, 0], [31, 0, 8, 7, 0, 0, 1]] and not any(map(any, out["code"][2:]))
    assert out["count"] == [2]


def test_majority_costs_and_accesses(problem: Any, assignment: Assignment) -> None:
    a, b, c = (np.array([word], np.uint32) for word in (0b1100, 0b1010, 0b1001))
    out = right(problem, assignment, "ck_majority", {"a": a, "b": b, "c": c}, n=1)
    assert out == {"majority": [0b1000], "conjunction": [0b1000], "disjunction": [0b1110]}
    layer = np.array([[3, 2, 4, 5, 1]], np.int32)
    assert right(problem, assignment, "ck_depthwise_cost", {"layer": layer}, layers=1)["cost"] == [[72, 360, 26, 130]]
    accesses = right(problem, assignment, "ck_data_reuse", {"layer": layer}, layers=1)["accesses"]
    assert accesses == [[360, 360, 340, 360, 72, 360, 340, 360, 360, 360, 0, 20]]


def test_every_prediction_differs_from_what_is_right(problem: Any, assignment: Assignment) -> None:
    seed = public_seed(assignment.course, assignment.slug)
    codes: set[str] = set()
    for case in assignment.cases:
        if case.on == "cuda" or max(case.sizes.values()) > 5000:
            continue
        arrays = make_inputs(assignment, case, 0, seed, problem.inputs)
        expected = problem.expected(case, arrays)
        for name, buffers in problem.hypotheses(case, arrays).items():
            codes.add(name.partition(":")[0])
            for buffer, value in buffers.items():
                assert value.shape == np.shape(expected[buffer].value), f"{case.id}: {name}"
                assert (np.ma.filled(value != expected[buffer].value, False)).any(), f"{case.id}: {name}"
    assert codes == {"XNOR_FORMULA", "TAIL_BITS", "NO_SATURATION", "WRONG_ROUNDING", "WRONG_TAIL", "TRANSPOSED", "WRONG_ANSWER"}


def test_where_the_reciprocal_falls_on_the_other_side(problem: Any, assignment: Assignment) -> None:
    case = assignment.case("int8_divided")
    for attempt in range(3):  # whatever the seed
        arrays = problem.inputs(case, np.random.default_rng(attempt))
        arrays = {"x": np.asarray(arrays["x"], np.float32)}
        assert "WRONG_ROUNDING:times the reciprocal" in problem.hypotheses(case, arrays)


def test_hand_outs_say_the_points_of_performance(assignment: Assignment) -> None:
    checks = (assignment.folder / "test_public.py").read_text(encoding="utf-8").partition("# ---- performance, 20 points where")[2]
    worth = [float(p) for p in re.findall(r"points\(([\d.]+)\)", checks.partition("# ---- performance, 20 points on")[0])]
    for name in ("README.md", "README.ko.md"):
        rows = re.findall(r"^\| (\d+) \|", (assignment.folder / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert [float(row) for row in rows] == worth and sum(worth) == 20
