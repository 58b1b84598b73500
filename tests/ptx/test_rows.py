"""Every row of the opcode table, for every type it takes, against independently computed results."""

from __future__ import annotations

import pytest

from tests.ptx import all_cases
from tests.ptx.kernel import Case, Machine

CASES = all_cases.collect()


@pytest.fixture(scope="module")
def machine() -> Machine:
    return Machine()


@pytest.mark.parametrize("case", [pytest.param(case, id=case.name) for case in CASES])
def test_row(case: Case, machine: Machine) -> None:
    machine.run(case)
