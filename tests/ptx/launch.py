"""Runs a hand-written kernel body: every thread leaves one 32-bit word.

The body finds %r0 = thread index in the block (x fastest), %r1 = global thread index (its block's first thread + %r0),
%rd0 = address of its output word, %rd1 = the output's start, and leaves its word in %r9; `ret` before the end leaves the word
as it was (`UNTOUCHED`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from grader import _core

UNTOUCHED = 0xEEEEEEEE
HEAD = ".version 9.0\n.target sm_90\n.address_size 64\n"
REGISTERS = ".reg .b16 %h<16>; .reg .b32 %r<64>; .reg .b64 %rd<32>; .reg .f32 %f<16>; .reg .f64 %fd<8>; .reg .pred %p<16>;"
PROLOGUE = """mov.u32 %r2, %tid.y;
mov.u32 %r3, %ntid.x;
mov.u32 %r0, %tid.x;
mad.lo.u32 %r0, %r2, %r3, %r0;
mov.u32 %r4, %ntid.y;
mul.lo.u32 %r4, %r3, %r4;
mov.u32 %r2, %ctaid.x;
mad.lo.u32 %r1, %r2, %r4, %r0;
ld.param.u64 %rd1, [out];
mad.wide.u32 %rd0, %r1, 4, %rd1;
mov.u32 %r9, 0;"""


def kernel(body: str, *, declares: str = "", module: str = "", params: str = "") -> str:
    """A module with one kernel `k(out, …)`; `module` may hold functions and variables."""
    more = f", {params}" if params else ""
    entry = f".visible .entry k(.param .u64 out{more})\n{{\n{REGISTERS}\n{declares}\n{PROLOGUE}\n{body}\n"
    return f'{HEAD}{module}\n{entry}st.global.u32 [%rd0], %r9;\nret;\n}}\n.file 1 "k.cu"\n'


@dataclass(frozen=True)
class Outcome:
    words: npt.NDArray[np.uint32]
    error: int
    findings: list[dict[str, Any]]
    metrics: dict[str, float]
    lines: list[dict[str, Any]]
    text: bytes

    @property
    def faults(self) -> list[dict[str, Any]]:
        return [f for f in self.findings if not f["note"]]

    @property
    def verdicts(self) -> list[str]:
        return [f["verdict"] for f in self.faults]


def run(
    ptx: str,
    *,
    block: int | tuple[int, ...] = 32,
    grid: int = 1,
    args: tuple[Any, ...] = (),
    dynamic_shared: int = 0,
    checks: str = "all",
    threads: int = 1,
    budget: int = 1 << 22,
    device: _core.Device | None = None,
    clean: bool = False,
) -> Outcome:
    """Launches `k`. clean: no error and no findings are expected."""
    device = device or _core.Device(memory_mib=16)
    program = device.load(ptx)
    count = grid * (block if isinstance(block, int) else int(np.prod(block)))
    out = device.alloc(4 * count)
    device.upload(out, np.full(count, UNTOUCHED, dtype=np.uint32).tobytes())
    how: dict[str, Any] = {"dynamic_shared": dynamic_shared, "checks": checks, "threads": threads, "max_block_instructions": budget}
    result = device.launch(program, "k", grid, block, [("ptr", out), *args], **how)
    words = np.frombuffer(device.download(out, 4 * count), dtype=np.uint32)
    outcome = Outcome(words, result["error"], result["findings"], result["metrics"], result["lines"], result["printf"])
    if clean:
        assert outcome.error == 0, (outcome.error, outcome.findings)
        assert not outcome.findings, outcome.findings
    return outcome


def words(ptx: str, **how: Any) -> list[int]:
    """The output words of a launch that must be clean."""
    return [int(x) for x in run(ptx, clean=True, **how).words]
