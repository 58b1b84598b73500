"""problem.py's expectations with CuPy's arrays, by a stand-in that refuses what CuPy refuses; and without CuPy, or with an author who knows
nothing of it, by NumPy."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from grader.assignment import find_assignment
from grader.devices.cuda.oracle import CardOracle
from grader.run.inputs import load_problem, make_inputs
from grader.run.seeds import public_seed

FAKE = Path(__file__).with_name("fake_cupy.py")


@pytest.fixture
def oracle(tmp_path: Path):
    """A function: problem.py, with a library or without -> its oracle."""
    made = []
    (tmp_path / "library").mkdir()
    shutil.copy(FAKE, tmp_path / "library" / "cupy.py")
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "cupy.py").write_text("raise ImportError('no CuPy here')")

    def make(problem: Path, library: str = "library", large_bytes: int = 0) -> CardOracle:
        made.append(CardOracle(problem, {**os.environ, "PYTHONPATH": str(tmp_path / library)}, large_bytes))
        return made[-1]

    yield make
    for each in made:
        each.close()


def test_gemms_mathematics_runs_on_the_card(oracle):
    """No array may come down to the host on the way: the stand-in refuses it as CuPy does."""
    gemm = find_assignment("gemm")
    asked = oracle(gemm.problem)
    problem = load_problem(gemm)
    assert problem is not None
    for case in (gemm.case("padded"), gemm.case("integers"), gemm.case("k_zero")):
        arrays = make_inputs(gemm, case, 0, public_seed(gemm.course, gemm.slug))
        found = asked.expected(case, arrays)
        assert found is not None, asked.trouble
        here = problem.expected(case, arrays)["C"]
        np.testing.assert_array_equal(found["C"]["value"], here.value)
        np.testing.assert_array_equal(found["C"]["bound"], here.bound)
        assert (found["C"]["rms"], found["C"]["worst"]) == (here.rms, here.worst)


def test_without_cupy_numpy_does_it(oracle):
    gemm = find_assignment("gemm")
    asked = oracle(gemm.problem, library="none")
    arrays = make_inputs(gemm, gemm.case("odd"), 0, public_seed(gemm.course, gemm.slug))
    assert asked.expected(gemm.case("odd"), arrays) is None
    assert "no CuPy here" in asked.trouble


def test_small_cases_dont_even_start_it(oracle):
    gemm = find_assignment("gemm")
    asked = oracle(gemm.problem, large_bytes=1 << 30)
    arrays = make_inputs(gemm, gemm.case("odd"), 0, public_seed(gemm.course, gemm.slug))
    assert asked.expected(gemm.case("odd"), arrays) is None and not asked.trouble


def test_an_author_who_knows_nothing_of_cupy_is_served_by_numpy(oracle, tmp_path):
    gemm = find_assignment("gemm")
    problem = tmp_path / "problem.py"
    problem.write_text("import numpy as np\n\ndef expected(case, arrays):\n    return {'C': np.asarray(arrays['C'])}\n")
    asked = oracle(problem)
    arrays = make_inputs(gemm, gemm.case("odd"), 0, public_seed(gemm.course, gemm.slug))
    assert asked.expected(gemm.case("odd"), arrays) is None
    assert not asked.trouble, "the next case may go through"
