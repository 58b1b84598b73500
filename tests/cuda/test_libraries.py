"""Programs on NVIDIA's C++ libraries (CUB, Thrust, libcu++), whose code uses PTX that nobody writes by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cuda.compile import compiled
from tests.emulator.programs import PROGRAMS, run_on_device

pytestmark = pytest.mark.slow  # to compile


@pytest.mark.parametrize("path", sorted((PROGRAMS / "libraries").glob("*.cu")), ids=lambda path: path.stem)
def test_program_passes_without_findings(path: Path) -> None:
    (program,) = compiled([path.read_text(encoding="utf-8")], flags=[f"-I{PROGRAMS}"])
    ran = run_on_device(program)
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    assert ran.stdout.endswith("PASS\n")
    assert [f for f in ran.record.findings if not f.note] == []
    assert ran.record.unsupported == ()
