"""`make aarch64`: the core and the device, built for 64-bit Arm and run by qemu, do what the tests say: opcodes, random kernels, programs.

Programs themselves stay x86-64 ones, with the x86-64 runtime library: the device is another process, and both are little endian.
"""

from __future__ import annotations

import math
import random
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from grader import toolchain
from grader.cli.exec import run_program
from grader.devices.emulated import open_device
from tests.fuzz.corpus import ROOT
from tests.fuzz.generate import program_of
from tests.fuzz.program import FIRST
from tests.ptx.all_cases import collect
from tests.ptx.kernel import _DTYPES, Case

BUILD = ROOT / "build/aarch64"
QEMU = [shutil.which("qemu-aarch64-static") or shutil.which("qemu-aarch64") or "qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"]
pytestmark = pytest.mark.skipif(
    not (BUILD / "ptx-run").is_file() or not Path(QEMU[0]).is_file(), reason="`make aarch64` builds what this needs"
)
ALL_CHECKS = 15
CASES = 120  # of the opcode tests, drawn with a fixed seed: each is a process


def launch(
    folder: Path, ptx: str, kernel: str, shape: tuple[int, int, int], buffers: list[bytes], tail: bytes = b""
) -> tuple[int, int, int, list[bytes]]:
    """error, findings, thread instructions, and what the buffers hold afterwards. shape: blocks, threads, host threads."""

    def counted(data: bytes) -> bytes:
        return struct.pack("<I", len(data)) + data

    job = counted(ptx.encode()) + counted(kernel.encode()) + struct.pack("<5I", *shape, ALL_CHECKS, len(buffers))
    job += b"".join(counted(buffer) for buffer in buffers) + counted(tail)
    (folder / "job").write_bytes(job)
    done = subprocess.run(
        [*QEMU, str(BUILD / "ptx-run"), str(folder / "job"), str(folder / "answer")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = (folder / "answer").read_bytes()
    error, findings, executed = struct.unpack_from("<iId", answer)
    at, contents = 16, []
    for buffer in buffers:
        contents.append(answer[at : at + len(buffer)])
        at += len(buffer)
    return error, findings, int(executed), contents


def drawn_cases() -> list[Case]:
    """At least one of every row and type that fits into CASES."""
    cases = collect()
    random.Random(1).shuffle(cases)
    seen: set[str] = set()
    return [case for case in cases if not (case.row in seen or seen.add(case.row))][:CASES]  # type: ignore[func-returns-value]


@pytest.mark.parametrize("case", drawn_cases(), ids=lambda case: f"{case.row}-{case.type}")
def test_opcodes(case: Case, tmp_path: Path) -> None:
    buffers = [np.array(values, dtype=_DTYPES[register]).tobytes() for register, values in case.sources]
    wanted = [np.array(values, dtype=_DTYPES[register]) for register, values in zip(case.targets, case.expected, strict=True)]
    places = []
    for want in wanted:
        buffers += [want.tobytes(), bytes(want.nbytes)]
        places.append(len(buffers) - 1)
    buffers.append(np.ones(case.threads, dtype=np.uint32).tobytes())
    block = math.gcd(case.threads, 128)
    error, findings, _, contents = launch(tmp_path, case.text(), case.variants[0], (case.threads // block, block, 1), buffers)
    assert (error, findings) == (0, 0)
    close = case.close or (lambda got, want: False)
    for place, want in zip(places, wanted, strict=True):
        got = np.frombuffer(contents[place], dtype=want.dtype)
        assert [(int(g), int(w)) for g, w in zip(got, want, strict=True) if g != w and not close(int(g), int(w))] == []


@pytest.mark.parametrize("seed", range(30))
def test_random_kernels(seed: int, tmp_path: Path) -> None:
    program = program_of(seed)
    want = program.expected()
    sums = struct.pack(f"<{len(FIRST)}Q", *FIRST)
    buffers = [program.init, bytes(len(program.init)), program.own, program.table, sums, bytes(len(sums) * program.blocks)]
    shape = (program.blocks, program.threads, 1 + seed % 2)
    error, findings, executed, contents = launch(tmp_path, program.ptx(), "k", shape, buffers, program.scalars)
    assert (error, findings, executed) == (0, 0, want.executed)
    assert [contents[1], contents[2], contents[4], contents[5]] == [want.result, want.own, want.accumulators, want.shared]


@pytest.mark.parametrize("name", ["vector_add", "warp_reductions", "managed", "kernel_printf", "streams_events"])
def test_programs(name: str, tmp_path: Path) -> None:
    program = tmp_path / name
    command = toolchain.nvcc_command(["-o", str(program), str(ROOT / f"tests/cuda/{name}.cu")])
    subprocess.run(command, env=toolchain.nvcc_environment(), check=True, capture_output=True)
    with open_device("a100", "all", 2, program=[*QEMU, str(BUILD / "warpgrade-device")]) as device:
        code = run_program([str(program)], device.client_environment())
        record = device.finish()
    assert (code, [finding.message for finding in record.findings]) == (0, [])
    assert record.launches
