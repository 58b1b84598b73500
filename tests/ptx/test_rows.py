"""Every row of the opcode table, for every type it takes, against independently computed results."""

from __future__ import annotations

import importlib

import pytest

from grader import _core
from tests.ptx import all_cases, coverage
from tests.ptx.kernel import Case, Machine

CASES = all_cases.collect()


@pytest.fixture(scope="module")
def machine() -> Machine:
    return Machine()


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_row(case: Case, machine: Machine) -> None:
    machine.run(case)


def test_every_row_and_type_is_covered() -> None:
    """A row added to the opcode table without a case here fails."""
    covered = {(case.row, case.type) for case in CASES}
    missing = []
    for row, types in _core.opcode_rows():
        if row in coverage.ELSEWHERE:
            module, functions = coverage.ELSEWHERE[row]
            there = vars(importlib.import_module(f"tests.ptx.{module}"))
            missing += [f"{row}: {module}.{f} is gone" for f in functions if f not in there]
        else:
            missing += [f"{row} {kind}" for kind in types or [""] if (row, kind) not in covered]
    assert not missing, f"rows of the opcode table without a test: {missing}"


def test_no_case_is_for_a_row_that_is_gone() -> None:
    known = {(row, kind) for row, types in _core.opcode_rows() for kind in types or [""]}
    assert not sorted({f"{case.row} {case.type}" for case in CASES} - {f"{row} {kind}" for row, kind in known})
