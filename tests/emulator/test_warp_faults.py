"""Kernels as nvcc makes them, each with one fault of warps: the verdict, and exactly the lines that are marked with it."""

from __future__ import annotations

import re

import pytest

from grader.devices.record import resolve
from tests.emulator.programs import PROGRAMS, Compile, run_on_device

SOURCE = PROGRAMS / "faults" / "warp_faults.cu"
KERNEL = re.compile(r"^__(?:global|device)__ void (\w+)\(")
MARK = re.compile(r"// ([A-Z_]+)\b")
INLINED = {"volatile_tail": "volatile_warp_tree"}


def marked() -> dict[str, set[tuple[str, int]]]:
    """Kernel -> its marked lines with their verdicts."""
    found: dict[str, set[tuple[str, int]]] = {}
    kernel = ""
    for number, line in enumerate(SOURCE.read_text().splitlines(), 1):
        if start := KERNEL.match(line):
            kernel = INLINED.get(start[1], start[1])
        elif kernel and (mark := MARK.search(line)):
            found.setdefault(kernel, set()).add((mark[1], number))
    return found


MARKED = marked()


def test_every_kernel_has_a_mark() -> None:
    assert len(MARKED) == 7 and sum(len(lines) for lines in MARKED.values()) == 11


@pytest.mark.parametrize("kernel", sorted(MARKED))
def test_verdict_and_lines(kernel: str, compile_cuda: Compile) -> None:
    ran = run_on_device(compile_cuda(SOURCE), kernel)
    assert ran.exit_code == 0, ran.stderr
    places = {(finding.verdict, resolve(finding.frames, PROGRAMS)) for finding in ran.record.findings}
    assert {(verdict, place.line) for verdict, place in places if place} == MARKED[kernel]
    assert all(place and place.file == "faults/warp_faults.cu" and place.column for _, place in places)
