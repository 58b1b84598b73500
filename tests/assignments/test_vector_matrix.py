"""03_vector_matrix's mathematics: bounds that let every order pass, and a name for each way of mixing rows and columns. Runs no kernel."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader.assignment import Assignment, Case, load_assignment
from grader.checks.closeness import compare
from grader.checks.diagnosis import diagnose
from grader.checks.observation import Observation
from grader.run.inputs import make_inputs
from grader.run.seeds import public_seed

Array = NDArray[Any]
ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "03_vector_matrix"
SUMS = ["sum_square", "sum_odd", "sum_tails", "sum_column", "sum_lda", "sum_ldc", "sum_padded"]


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load_assignment(FOLDER)


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    spec = importlib.util.spec_from_file_location("_vector_matrix_problem", FOLDER / "problem.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def filled(assignment: Assignment, case: Case) -> dict[str, Array]:
    return make_inputs(assignment, case, 0, public_seed(assignment.course, assignment.slug))


def sums(case: Case, arrays: dict[str, Array], bug: str) -> Array:
    """A student's ck_matrix_add in loops, with one bug."""
    m, n = case.sizes["M"], case.sizes["N"]
    pitch = {name: case.sizes[f"ld{name.lower()}"] for name in "ABC"}
    if bug in ("A", "B", "C"):
        pitch[bug] = n
    rows, columns = (-(-n // 8) * 8, -(-m // 8) * 8) if bug == "grid exchanged" else (m, n)
    if bug == "floor grid":
        rows, columns = m // 8 * 8, n // 8 * 8
    flat = {name: arrays[name].reshape(-1) for name in "AB"}
    output = arrays["C"].copy()
    for i in range(min(rows, m)):
        for j in range(min(columns, n)):
            a, b = flat["A"][i * pitch["A"] + j], flat["B"][i * pitch["B"] + j]
            output.reshape(-1)[i * pitch["C"] + j] = a + a if bug == "A twice" else a + b
    return output


@pytest.mark.parametrize(
    ("bug", "verdicts"),
    [
        ("none", set()),
        ("A", {"LEADING_DIM"}),
        ("C", {"LEADING_DIM"}),
        ("grid exchanged", {"WRONG_NONSQUARE"}),
        ("floor grid", {"UNWRITTEN_TAIL"}),
        ("A twice", {"WRONG_ANSWER"}),
    ],
)
def test_each_bug_has_its_name(assignment: Assignment, problem: ModuleType, bug: str, verdicts: set[str]) -> None:
    seen = []
    for case in (assignment.case(name) for name in SUMS):
        arrays = filled(assignment, case)
        got, expected = sums(case, arrays, bug), problem.expected(case, arrays)["C"]
        comparison = compare(case.id, 0, "C", got, arrays["C"], expected, poisoned=True, width=case.sizes["N"])
        seen.append(
            Observation(
                case=case,
                comparisons=(comparison,),
                hypotheses=lambda call, case=case, arrays=arrays: problem.hypotheses(case, arrays),  # type: ignore[misc]
                stored=True,
                widths=assignment.entry(case.entry).widths,
                elements=1000,
            )
        )
    assert {diagnosis.verdict for diagnosis in diagnose(seen).values()} == verdicts


def test_one_operation_rounds_to_one_number(assignment: Assignment, problem: ModuleType) -> None:
    for name, operation in (("add_1000", np.add), ("multiply_mantissa", np.multiply)):
        case = assignment.case(name)
        arrays = filled(assignment, case)
        expected = problem.expected(case, arrays)["z"]
        assert not np.asarray(expected.bound).any()
        assert (operation(arrays["x"], arrays["y"]) == expected.value).all()
        half = operation(arrays["x"].astype(np.float16), arrays["y"].astype(np.float16)).astype(np.float64)
        assert (half != expected.value).any()


def test_a_sum_of_no_terms_is_zero_and_padding_stays(assignment: Assignment, problem: ModuleType) -> None:
    case = assignment.case("product_k_zero")
    assert not np.asarray(problem.expected(case, filled(assignment, case))["C"].value).any()
    case = assignment.case("sum_padded")
    arrays = filled(assignment, case)
    expected = problem.expected(case, arrays)["C"]
    assert (np.asarray(expected.value)[:, case.sizes["N"] :] == arrays["C"][:, case.sizes["N"] :]).all()
