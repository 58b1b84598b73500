"""References against libraries that we did not write: 200 random shapes of each assignment that has an oracle.py, run on
the emulated GPU.

What kernels left must be within problem.py's bounds of what PyTorch computes in double precision, and problem.py within a thousandth of
them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.assignment import Assignment, Case, load_assignment
from grader.build import build
from grader.build.cache import Cache
from grader.checks.closeness import Expected
from grader.checks.outputs import Arrays
from grader.devices.table import find_device
from grader.records import Program, Source
from grader.run.inputs import load_problem
from grader.run.run import run
from grader.run.seeds import public_seed
from grader.sandbox import open_sandbox
from grader.verify.independent import asked, disagreement, loaded, path_of

pytestmark = [pytest.mark.oracle, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SLUGS = sorted(path.parent.name for path in (ROOT / "reference").glob("*/oracle.py"))
SHAPES, AT_A_TIME = 200, 20


@pytest.mark.parametrize("slug", SLUGS)
def test_reference_agrees_with_the_oracle_on_random_shapes(slug: str, tmp_path: Path) -> None:
    assignment = load_assignment(ROOT / "assignments" / slug)
    oracle, problem = loaded(path_of(assignment)), load_problem(assignment)
    assert problem is not None
    sandbox, device = open_sandbox("none"), find_device("emulated")
    source = Source(files={name: (assignment.reference / name).read_bytes() for name in assignment.files})
    program = build(source, assignment, sandbox, Cache(tmp_path / "builds"), device.target("a100"))
    compared = 0

    @settings(
        max_examples=SHAPES // AT_A_TIME,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(shapes=st.lists(oracle.shapes(), min_size=AT_A_TIME, max_size=AT_A_TIME))
    def agree(shapes: list[dict[str, Any]]) -> None:
        nonlocal compared
        cases = tuple(case_of(assignment, index, shape) for index, shape in enumerate(shapes))
        compared += compare(msgspec.structs.replace(assignment, cases=cases), oracle, problem, program, source, tmp_path)

    def compare(drawn: Assignment, oracle: Any, problem: Any, program: Program, source: Source, folder: Path) -> int:
        held = Arrays(drawn)
        seed = public_seed(drawn.course, drawn.slug)
        for record in run(program, drawn, sandbox, device, seed, folder, source.files):
            case = drawn.case(record.case)
            told = f"{case.entry} {case.sizes} {case.scalars}"
            assert record.exit is not None and not record.not_run, f"{told}: {record.not_run}"
            assert not [p for p in record.problems if not p.note], f"{told}: {record.problems[0].message}"
            arrays = held.inputs(record)
            expected, opinions = problem.expected(case, dict(arrays)), asked(oracle, drawn, case, arrays)
            for name, opinion in opinions.items():
                assert not (trouble := disagreement(expected[name], opinion)), f"{told}: {name}{trouble}"
                got = held.output(record, name)
                assert got is not None, told
                assert not (trouble := far(got, expected[name], opinion)), f"{told}: {name}{trouble}"
        return len(drawn.cases)

    agree()
    assert compared >= SHAPES


def case_of(assignment: Assignment, index: int, shape: dict[str, Any]) -> Case:
    """A hidden case of these sizes; leading dimensions that are left out are as wide as the matrix."""
    entry = assignment.entry(shape["entry"])
    sizes = {leading: max(1, shape["sizes"][width]) for leading, width in entry.widths.items()} | shape["sizes"]
    return Case(id=f"shape_{index}", visibility="hidden", entry=entry.name, sizes=sizes, scalars=shape.get("scalars", {}), index=index)


def far(got: np.ndarray[Any, Any], expected: Expected, opinion: Any) -> str:
    """Where an output is further from the oracle than the bound, and a thousandth of it, allow; "" if nowhere."""
    mask, value = np.ma.getmaskarray(opinion), np.asarray(np.ma.getdata(opinion), dtype=np.float64)
    with np.errstate(invalid="ignore"):
        near = np.abs(got.astype(np.float64) - value) <= np.asarray(expected.bound) * 1.001 + 1e-12 * np.abs(value)
    agree = mask | near | (got == value) | (np.isnan(got) & np.isnan(value))
    if agree.all():
        return ""
    first = np.unravel_index(int(np.argmin(agree)), value.shape)
    return f"{[int(i) for i in first]}: {got[first]:.9g}, {value[first]:.9g} by the oracle"
