"""Device: an emulated GPU in this process: memory, loading and compiling, and the options of its launches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from grader import _core
from grader.emulator.arrays import DeviceArray
from grader.emulator.compile import compile_ptx
from grader.emulator.errors import EmulatorError
from grader.emulator.limits import limits_of
from grader.emulator.module import Module

DEFAULT_MAX_BLOCK_INSTRUCTIONS = 1 << 31


class Device:
    """An emulated GPU. Use one device from one Python thread at a time.

    profile: the GPU model (t4, a100, h100, h200). checks: "all", "none", or some of memcheck, racecheck, initcheck, synccheck with commas
    between. threads: host threads that emulate; findings and counters don't depend on it. memory_mib: capacity, committed only when
    used. max_block_instructions: warp-instructions after which a block is stopped (`TIMEOUT`). max_kernel_s: the same in seconds of
    wall time, 0 for no limit.
    """

    def __init__(
        self,
        profile: str = "a100",
        checks: str = "all",
        threads: int = 2,
        *,
        memory_mib: int = 4096,
        max_block_instructions: int = DEFAULT_MAX_BLOCK_INSTRUCTIONS,
        max_kernel_s: float = 0.0,
    ) -> None:
        self.limits = limits_of(profile)
        self.checks = checks
        self.threads = threads
        self.max_block_instructions = max_block_instructions
        self.max_kernel_s = max_kernel_s
        self.core = _core.Device(memory_mib)

    # ---- programs ---------------------------------------------------------------------------------------------------------------------

    def load_ptx(self, ptx: str) -> Module:
        """PTX text -> Module. Raises LoadError with `ptx_line`, `file` and `line` for what the emulated GPU doesn't know, EmulatorError
        for PTX that is made for a newer GPU than the profile's."""
        target = re.search(r"^\s*\.target\s+sm_(\d+)", ptx, re.MULTILINE)
        if target and int(target[1]) > self.limits.architecture:
            raise EmulatorError(f"this PTX is made for sm_{target[1]}, and {self.limits.profile} is sm_{self.limits.architecture}")
        return Module(self, ptx, self.core.load(ptx))

    def compile(self, source: str | Path, *, options: Sequence[str] = (), name: str = "kernel.cu") -> Module:
        """CUDA source text, or the path of a file with it, -> Module, by the pinned nvcc; kept in the cache, so the next time is quick.

        `options` go to nvcc (`-DTILE=32`, `-I…`, `-std=c++20`); `name` is what findings call the file if the source is given as text.
        Raises CompileError with nvcc's messages.
        """
        return self.load_ptx(compile_ptx(source, profile=self.limits.profile, options=options, name=name))

    # ---- memory -----------------------------------------------------------------------------------------------------------------------

    def array(self, values: npt.ArrayLike) -> DeviceArray:
        """A copy of `values` on the device."""
        host = np.asarray(values)
        made = self.empty(host.shape, host.dtype)
        made.set(host)
        return made

    def empty(self, shape: int | Sequence[int], dtype: npt.DTypeLike = np.float32) -> DeviceArray:
        """Memory that nobody has written: a kernel that reads it gets `UNINIT_READ`. Raises MemoryError if the device is full."""
        sizes = (shape,) if isinstance(shape, int) else tuple(shape)
        element = np.dtype(dtype)
        if element.hasobject:
            raise EmulatorError("an array of Python objects can't be copied to the device")
        return DeviceArray(self.core, self.core.alloc(int(np.prod(sizes, dtype=np.int64)) * element.itemsize), sizes, element)

    def zeros(self, shape: int | Sequence[int], dtype: npt.DTypeLike = np.float32) -> DeviceArray:
        """Memory full of zeros."""
        made = self.empty(shape, dtype)
        made.set(0)
        return made

    # ---- launches ---------------------------------------------------------------------------------------------------------------------

    def launch_options(
        self, checks: str | None, threads: int | None, max_block_instructions: int | None, max_kernel_s: float | None
    ) -> dict[str, Any]:
        """Keyword arguments of `_core.Device.launch`: the given ones, the device's own for None."""
        return {
            "checks": self.checks if checks is None else checks,
            "threads": self.threads if threads is None else threads,
            "max_block_instructions": self.max_block_instructions if max_block_instructions is None else max_block_instructions,
            "max_kernel_s": self.max_kernel_s if max_kernel_s is None else max_kernel_s,
            "sm_count": self.limits.sm_count,
            "shared_bytes_per_block": self.limits.shared_bytes_per_block_optin,
            "shared_bytes_per_sm": self.limits.shared_bytes_per_sm,
        }

    def __repr__(self) -> str:
        return f"Device(profile={self.limits.profile!r}, checks={self.checks!r}, threads={self.threads})"
