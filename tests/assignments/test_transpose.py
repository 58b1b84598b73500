"""05_transpose's mathematics: every way of getting it half right has its name, and pointers that aren't aligned are. Runs no kernel."""

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
from grader.checks.observation import Diagnosis, Observation
from grader.run.inputs import make_inputs
from grader.run.job import write_job
from grader.run.seeds import public_seed

Array = NDArray[Any]
ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "05_transpose"
SMALL = ["square", "multiple", "odd", "tails", "tails_square", "row_vector", "column_vector", "ldi", "ldo", "padded", "twice"]


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return load_assignment(FOLDER)


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    spec = importlib.util.spec_from_file_location("_transpose_problem", FOLDER / "problem.py")
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


class Kernel:
    """A student's kernel in NumPy: what each bug leaves behind."""

    def __init__(self, case: Case, arrays: dict[str, Array]) -> None:
        self.m, self.n, self.ldi, self.ldo = (case.sizes[name] for name in ("M", "N", "ldi", "ldo"))
        self.source, self.output = arrays["input"].reshape(-1), arrays["output"].copy()
        self.flat = self.output.reshape(-1)

    def store(self, j: int, i: int, value: float) -> None:
        if 0 <= j * self.ldo + i < self.flat.size:
            self.flat[j * self.ldo + i] = value

    def load(self, i: int, j: int) -> float:
        return float(self.source[i * self.ldi + j])

    def right(self) -> None:
        for i in range(self.m):
            for j in range(self.n):
                self.store(j, i, self.load(i, j))

    def doubled(self) -> None:
        for i in range(self.m):
            for j in range(self.n):
                self.store(j, i, 2 * self.load(i, j))

    def backwards(self) -> None:
        for i in range(self.m):
            for j in range(self.n):
                self.store(self.n - 1 - j, i, self.load(i, j))

    def grid_exchanged(self, tile: int = 16) -> None:
        rows, columns = (-(-extent // tile) * tile for extent in (self.n, self.m))
        for i in range(min(self.m, rows)):
            for j in range(min(self.n, columns)):
                self.store(j, i, self.load(i, j))

    def floor_grid(self, tile: int = 16) -> None:
        for i in range(self.m // tile * tile):
            for j in range(self.n // tile * tile):
                self.store(j, i, self.load(i, j))

    def tile_not_turned(self, tile: int = 16) -> None:
        for i in range(self.m):
            for j in range(self.n):
                i0, j0 = i // tile * tile, j // tile * tile
                if j0 + i - i0 < self.n and i0 + j - j0 < self.m:
                    self.store(j0 + i - i0, i0 + j - j0, self.load(i, j))

    def tile_not_moved(self, tile: int = 16) -> None:
        for i in range(self.m):
            for j in range(self.n):
                i0, j0 = i // tile * tile, j // tile * tile
                if i0 + j - j0 < self.n and j0 + i - i0 < self.m:
                    self.store(i0 + j - j0, j0 + i - i0, self.load(i, j))

    def copied(self) -> None:
        for i in range(min(self.m, self.n)):
            for j in range(min(self.m, self.n)):
                self.store(i, j, self.load(i, j))

    def in_order(self) -> None:
        for number in range(self.m * self.n):
            self.store(number // self.m, number % self.m, self.load(number // self.n, number % self.n))

    def padding_filled(self) -> None:
        self.right()
        self.output[:, self.m :] = 0

    def ldo_is_m(self) -> None:
        for i in range(self.m):
            for j in range(self.n):
                self.flat[j * self.m + i] = self.load(i, j)

    def ldi_is_n(self) -> None:
        for i in range(self.m):
            for j in range(self.n):
                self.store(j, i, float(self.source[i * self.n + j]))


def observed(assignment: Assignment, problem: ModuleType, bug: str, cases: list[str]) -> list[Observation]:
    """What this bug gives over these cases."""
    seen = []
    widths = assignment.entries[0].widths
    for case in (assignment.case(name) for name in cases):
        calls = []
        for call in range(case.calls):
            arrays = make_inputs(assignment, case, call, public_seed(assignment.course, assignment.slug), problem.inputs)
            kernel = Kernel(case, arrays)
            getattr(kernel, bug)()
            expected = problem.expected(case, arrays)["output"]
            width = case.sizes["M"]
            calls.append((arrays, compare(case.id, call, "output", kernel.output, arrays["output"], expected, poisoned=True, width=width)))
        seen.append(
            Observation(
                case=case,
                comparisons=tuple(c for _, c in calls),
                hypotheses=lambda call, case=case, calls=calls: problem.hypotheses(case, calls[call][0]),  # type: ignore[misc]
                stored=True,
                widths=widths,
                elements=case.sizes["M"] * case.sizes["N"],
            )
        )
    return seen


def diagnosed(assignment: Assignment, problem: ModuleType, bug: str, cases: list[str]) -> set[str]:
    """The verdicts of all wrong outputs that this bug gives over these cases."""
    return {diagnosis.verdict for diagnosis in diagnose(observed(assignment, problem, bug, cases)).values()}


def diagnoses(assignment: Assignment, problem: ModuleType, bug: str, cases: list[str]) -> list[Diagnosis]:
    return list(diagnose(observed(assignment, problem, bug, cases)).values())


@pytest.mark.parametrize(
    ("bug", "verdict"),
    [
        ("grid_exchanged", "WRONG_NONSQUARE"),
        ("floor_grid", "UNWRITTEN_TAIL"),
        ("tile_not_turned", "HALF_TRANSPOSED"),
        ("tile_not_moved", "HALF_TRANSPOSED"),
        ("copied", "HALF_TRANSPOSED"),
        ("in_order", "HALF_TRANSPOSED"),
        ("padding_filled", "PADDING_WRITTEN"),
        ("ldo_is_m", "LEADING_DIM"),
        ("ldi_is_n", "LEADING_DIM"),
    ],
)
def test_each_bug_has_its_name(assignment: Assignment, problem: ModuleType, bug: str, verdict: str) -> None:
    assert verdict in diagnosed(assignment, problem, bug, SMALL) <= {verdict, "UNWRITTEN_OUTPUT"}, "in a vector nearly nothing is written"
    public = diagnosed(assignment, problem, bug, ["square", "multiple", "odd"])
    assert public <= {verdict, "WRONG_ANSWER"}, "with few cases nothing is told, or the same"


def test_a_tile_is_named_only_if_the_cases_tell_its_edges(assignment: Assignment, problem: ModuleType) -> None:
    """Where the output ends before the grid does, any tile explains an edge, and the smallest is 1."""

    def remarks(cases: list[str]) -> set[str]:
        return {d.remark for d in diagnoses(assignment, problem, "grid_exchanged", cases) if d.verdict == "WRONG_NONSQUARE"}

    assert all("in tiles of 16 x 16" in remark for remark in remarks(["square", "odd", "tails"]))
    assert remarks(["square", "multiple", "tails"]) == {"the output was written as far as a matrix of exchanged dimensions reaches"}


@pytest.mark.parametrize("bug", ["tile_not_turned", "copied", "in_order"])
def test_a_large_matrix_shares_the_name(assignment: Assignment, problem: ModuleType, bug: str) -> None:
    """One cause, one finding: nobody asks about 196,608 numbers what the small matrices have told."""
    assert diagnosed(assignment, problem, bug, ["square", "multiple", "odd", "perf"]) == {"HALF_TRANSPOSED"}


def test_a_nan_of_the_input_in_a_wrong_place_says_nothing_of_nan(assignment: Assignment, problem: ModuleType) -> None:
    assert diagnosed(assignment, problem, "backwards", ["square", "odd", "special"]) == {"WRONG_ANSWER"}


def test_a_mistake_in_vectors_alone_is_none_of_tiles(assignment: Assignment, problem: ModuleType) -> None:
    """A tile that isn't turned would leave most of a vector open, so a vector alone can't tell it."""
    vectors = ["row_vector", "column_vector"]
    right = [name for name in SMALL if name not in vectors]
    for seen in ({"doubled": vectors, "right": right}, {"doubled": vectors}):
        observations = [o for bug, cases in seen.items() for o in observed(assignment, problem, bug, cases)]
        assert {d.verdict for d in diagnose(observations).values()} == {"WRONG_ANSWER"}


def test_a_right_kernel_is_right_everywhere(assignment: Assignment, problem: ModuleType) -> None:
    assert diagnosed(assignment, problem, "right", [*SMALL, "special", "single", "unaligned_input"]) == set()


def test_every_bit_of_a_special_number_counts(assignment: Assignment, problem: ModuleType) -> None:
    case = assignment.case("special")
    arrays = make_inputs(assignment, case, 0, public_seed(assignment.course, assignment.slug), problem.inputs)
    numbers = arrays["input"]
    assert np.isinf(numbers).any() and np.isnan(numbers).any() and ((numbers == 0) & np.signbit(numbers)).any()
    assert ((numbers != 0) & (abs(numbers) < 2.0**-126)).any()


def test_an_offset_moves_the_first_buffer_only(assignment: Assignment, tmp_path: Path) -> None:
    """Later values wait in buffers of their own, which only we see."""
    case = assignment.case("unaligned_output")
    folder, values = tmp_path / "in", tmp_path / "values"
    folder.mkdir()
    values.mkdir()
    (tmp_path / "lib.so").touch()
    arrays = [make_inputs(assignment, case, 0, public_seed(assignment.course, assignment.slug))]
    job = write_job(folder, values, assignment, case, arrays, tmp_path / "lib.so")
    lines = (folder / "job").read_text().splitlines()
    assert f"alloc input {64 * 96 * 4} in" in lines and f"alloc output {64 * 96 * 4} out at:12" in lines
    assert job.downloads == {"output.0": 64 * 96 * 4}
