"""Turns a `Case` (one instruction, its operands and what must come out) into four small kernels and runs them.

`full` executes the instruction in every lane, `partial` in the lanes of a mask that branch to it (the others keep their old
destination), `on` and `off` under the guards @p and @!p. Every thread has operands of its own. Registers are of the untyped
.b16/.b32/.b64 kind, which PTX lets stand for any type of that size; predicates travel as 32-bit words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from grader import _core

Array = npt.NDArray[np.unsignedinteger]
HEAD = ".version 9.0\n.target sm_90\n.address_size 64\n"
VARIANTS = ("full", "partial", "on", "off")
INPUTS = "abce"
OUTPUTS = "dqrs"
_BUFFER_BYTES = 1 << 16
_DTYPES = {"b16": np.uint16, "b32": np.uint32, "b64": np.uint64, "pred": np.uint32}


def width(register: str) -> int:
    """Bytes of a register type as it lies in memory."""
    return 4 if register == "pred" else int(register[1:]) // 8


@dataclass(frozen=True)
class Case:
    """One instruction and its expected results.

    row, type: the opcode table's row and type that this proves. code: PTX lines; {d} {q} {r} {s} are destinations, {a} {b} {c} {e}
    sources. sources: (register type, one bit pattern a thread). targets: register types of the destinations. expected: a list of
    bit patterns each. close: tells for a pair of bit patterns (got, expected) whether got will do; equality if absent. declares:
    registers and variables of the kernel. module: variables before it.
    """

    row: str
    type: str
    code: tuple[str, ...]
    sources: tuple[tuple[str, Sequence[int]], ...]
    targets: tuple[str, ...]
    expected: tuple[Sequence[int], ...]
    close: Callable[[int, int], bool] | None = None
    declares: str = ""
    note: str = ""
    variants: tuple[str, ...] = VARIANTS
    module: str = ""

    @property
    def name(self) -> str:
        return " ".join(filter(None, [self.code[0].split(" ")[0].rstrip(";"), self.note]))

    @property
    def threads(self) -> int:
        return len(self.expected[0])

    def text(self) -> str:
        """The module: one kernel a variant."""
        return HEAD + self.module + "".join(self._kernel(v) for v in self.variants)

    def _kernel(self, variant: str) -> str:
        names = dict(zip(INPUTS, (r for r, _ in self.sources), strict=False)) | dict(zip(OUTPUTS, self.targets, strict=False))
        params = [f"in_{n}" for n in INPUTS[: len(self.sources)]]
        params += [f"{kind}_{n}" for n in OUTPUTS[: len(self.targets)] for kind in ("old", "out")] + ["mask"]
        lines = [f".visible .entry {variant}({', '.join(f'.param .u64 {p}' for p in params)})", "{"]
        lines += [f".reg .{r} %{n};" for n, r in names.items()]
        lines += [".reg .pred %m; .reg .b32 %i<6>; .reg .b64 %p<6>;", self.declares]
        lines += ["mov.u32 %i0, %ctaid.x;", "mov.u32 %i1, %ntid.x;", "mov.u32 %i2, %tid.x;", "mad.lo.u32 %i3, %i0, %i1, %i2;"]
        for n in INPUTS[: len(self.sources)]:
            lines += _load(f"in_{n}", n, names[n])
        for n in OUTPUTS[: len(self.targets)]:
            lines += _load(f"old_{n}", n, names[n])
        lines += _load("mask", "m", "pred")
        code = [line.format(**{n: f"%{n}" for n in names}) for line in self.code]
        match variant:
            case "partial":
                lines += ["@!%m bra SKIP;", *code, "SKIP:"]
            case "on":
                lines += [f"@%m {line}" for line in code]
            case "off":
                lines += [f"@!%m {line}" for line in code]
            case _:
                lines += code
        for n in OUTPUTS[: len(self.targets)]:
            lines += _store(f"out_{n}", n, names[n])
        return "\n".join(lines) + "\nret;\n}\n"


def _address(parameter: str, size: int) -> list[str]:
    return [f"ld.param.u64 %p0, [{parameter}];", f"mul.wide.u32 %p1, %i3, {size};", "add.s64 %p2, %p0, %p1;"]


def _load(parameter: str, name: str, register: str) -> list[str]:
    size = width(register)
    if register == "pred":
        return [*_address(parameter, size), "ld.global.b32 %i4, [%p2];", f"setp.ne.u32 %{name}, %i4, 0;"]
    return [*_address(parameter, size), f"ld.global.b{8 * size} %{name}, [%p2];"]


def _store(parameter: str, name: str, register: str) -> list[str]:
    size = width(register)
    if register == "pred":
        return [f"selp.u32 %i4, 1, 0, %{name};", *_address(parameter, size), "st.global.b32 [%p2], %i4;"]
    return [*_address(parameter, size), f"st.global.b{8 * size} [%p2], %{name};"]


@dataclass
class Machine:
    """An emulated GPU with buffers that are used again for every case."""

    device: _core.Device = field(default_factory=lambda: _core.Device(memory_mib=64))
    buffers: list[int] = field(default_factory=list)

    def buffer(self, index: int) -> int:
        while index >= len(self.buffers):
            self.buffers.append(self.device.alloc(_BUFFER_BYTES))
        return self.buffers[index]

    def run(self, case: Case) -> None:
        """Runs all variants; AssertionError tells the first wrong thread."""
        program = self.device.load(case.text())
        threads = case.threads
        assert threads % 32 == 0 and 8 * threads <= _BUFFER_BYTES
        lanes = np.arange(threads)
        mask = ((lanes * 7 + lanes // 5) % 3 == 0).astype(np.uint32)
        args: list[tuple[str, int]] = []

        def put(values: Array) -> None:
            address = self.buffer(len(args))
            self.device.upload(address, np.ascontiguousarray(values).tobytes())
            args.append(("ptr", address))

        for register, values in case.sources:
            assert len(values) == threads
            put(np.array(values, dtype=_DTYPES[register]))
        outputs: list[tuple[int, str, Array, Array]] = []
        for register, values in zip(case.targets, case.expected, strict=True):
            wanted = np.array(values, dtype=_DTYPES[register])
            old = 1 - wanted if register == "pred" else ~wanted
            put(old)
            args.append(("ptr", self.buffer(len(args))))
            outputs.append((args[-1][1], register, wanted, old))
        put(mask)

        block = math.gcd(threads, 128)
        for variant in case.variants:
            for address, _, _, old in outputs:
                self.device.upload(address, old.tobytes())
            result = self.device.launch(program, variant, threads // block, block, args)
            assert result["error"] == 0, f"{variant}: error {result['error']} {result['findings']}"
            assert not result["findings"], f"{variant}: {result['findings']}"
            active = {"full": np.ones_like(mask), "off": 1 - mask}.get(variant, mask).astype(bool)
            for address, register, wanted, old in outputs:
                got = np.frombuffer(self.device.download(address, wanted.nbytes), dtype=wanted.dtype)
                self._compare(case, variant, got, np.where(active, wanted, old), active, register)

    @staticmethod
    def _compare(case: Case, variant: str, got: Array, wanted: Array, active: npt.NDArray[np.bool_], register: str) -> None:
        close = case.close or (lambda got, wanted: False)
        wrong = [i for i in np.flatnonzero(got != wanted) if not (active[i] and close(int(got[i]), int(wanted[i])))]
        if wrong:
            i = int(wrong[0])
            operands = ", ".join(f"{n}={int(values[i]):#x}" for n, (_, values) in zip(INPUTS, case.sources, strict=False))
            state = "active" if active[i] else "inactive: must keep its old value"
            raise AssertionError(
                f"{' '.join(case.code)} ({variant}, {register}): thread {i} ({state}) with {operands} gave {int(got[i]):#x}, "
                f"not {int(wanted[i]):#x}; {len(wrong)} of {case.threads} threads are wrong"
            )
