"""Module and Kernel: loaded PTX, its kernels by name, and launches with Python arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grader.emulator.arguments import Argument, pack
from grader.emulator.arrays import DeviceArray
from grader.emulator.errors import LaunchError, UnknownName
from grader.emulator.result import LaunchResult, result_of
from grader.emulator.signature import Signature, name_with_arguments, signature_of

if TYPE_CHECKING:
    from grader import _core
    from grader.emulator.device import Device

Size = int | Sequence[int]  # one to three numbers, x first


class Kernel:
    """One kernel of a module. Made by `Module.kernel`."""

    def __init__(self, module: Module, raw: dict[str, Any]) -> None:
        self.module = module
        self.name: str = raw["demangled"]
        self.mangled: str = raw["name"]
        self.short = name_with_arguments(self.name)  # saxpy<float>
        self.base: str = raw["base"]  # without namespaces, template arguments and parameters
        self.signature: Signature = signature_of(raw)
        self.static_shared_bytes: int = raw["static_shared_bytes"]
        self.local_bytes: int = raw["local_bytes"]  # per thread
        self.max_threads: int = min(raw["max_threads"], module.device.limits.threads_per_block)  # of a block

    def launch(
        self,
        grid: Size,
        block: Size,
        args: Sequence[Argument] = (),
        *,
        shared_bytes: int = 0,
        checks: str | None = None,
        threads: int | None = None,
        max_block_instructions: int | None = None,
        max_kernel_s: float | None = None,
        cooperative: bool = False,
        schedule_seed: int = 0,
    ) -> LaunchResult:
        """Run the kernel to its end. `grid` in blocks, `block` in threads, `shared_bytes`: dynamic shared memory of a block.

        An argument is a NumPy array (copied to the device, and back if it can be written and the kernel's pointer isn't to const), `In` or
        `Out` around one, a DeviceArray (stays on the device), a NumPy scalar or a Python number for a number, bytes or a structured
        scalar for a struct, None for a null pointer. Arrays are copied back even if the kernel failed: what it did until then.

        cooperative: the blocks may wait for one another (`grid.sync()`); all must fit on the GPU at once. schedule_seed: 0 for the usual
        order of warps and blocks, any other number for one drawn from it: outputs that change are a race that no check has seen.

        The other options override the device's for this launch. Raises ArgumentError, LaunchError; KeyboardInterrupt ends the kernel.
        """
        device = self.module.device
        grid_size, block_size = _three(grid, "grid"), _three(block, "block")
        device.limits.check(self, grid_size, block_size, shared_bytes)
        if cooperative:
            device.limits.check_resident(self, grid_size, block_size, shared_bytes)
        packed = pack(device.core, self.signature, args)
        try:
            raw = device.core.launch(
                self.module.program,
                self.mangled,
                grid_size,
                block_size,
                bytes(packed.bytes),
                dynamic_shared=shared_bytes,
                cooperative=cooperative,
                schedule_seed=schedule_seed,
                **device.launch_options(checks, threads, max_block_instructions, max_kernel_s),
            )
            packed.copy_back(device.core)
        finally:
            packed.free(device.core)
        return result_of(self.name, raw)

    def __repr__(self) -> str:
        return f"<kernel {self.name}>"


class Module:
    """Loaded PTX. Made by `Device.load_ptx` and `Device.compile`."""

    def __init__(self, device: Device, ptx: str, program: _core.Program) -> None:
        self.device = device
        self.ptx = ptx
        self.program = program
        self.kernels: tuple[Kernel, ...] = tuple(Kernel(self, raw) for raw in program.kernels())

    def kernel(self, name: str) -> Kernel:
        """By its plain name if that is unique (`saxpy`), with template arguments (`saxpy<float>`), demangled or mangled.

        Raises UnknownName that lists the kernels, also if several templates' instances share the plain name.
        """
        for key in ("mangled", "name", "short", "base"):
            found = [kernel for kernel in self.kernels if getattr(kernel, key) == name]
            if len(found) == 1:
                return found[0]
            if found:
                raise UnknownName(f"several kernels are named {name!r}, name one of them: {', '.join(k.short for k in found)}")
        raise UnknownName(f"no kernel is named {name!r}; there are {', '.join(k.short for k in self.kernels) or 'none'}")

    def variable(self, name: str, dtype: npt.DTypeLike = np.uint8) -> DeviceArray:
        """The memory of a `__device__` or `__constant__` variable, by its name in the PTX, as an array of `dtype`. Raises UnknownName."""
        address, size = self.program.variable(name)
        element = np.dtype(dtype)
        if not address:
            raise UnknownName(f"no variable is named {name!r} in the PTX")
        if size % element.itemsize:
            raise LaunchError(f"{name} has {size} bytes, which is no whole number of {element} elements")
        return DeviceArray(self.device.core, address, size // element.itemsize, element, owned=False)

    def __repr__(self) -> str:
        return f"<module with {', '.join(k.base for k in self.kernels) or 'no kernel'}>"


def _three(size: Size, what: str) -> tuple[int, int, int]:
    numbers = tuple(size) if isinstance(size, Sequence) else (size,)
    if not 1 <= len(numbers) <= 3 or not all(isinstance(n, (int, np.integer)) for n in numbers):
        raise LaunchError(f"{what} takes one to three whole numbers, not {size!r}")
    x, y, z = (*(int(n) for n in numbers), 1, 1)[:3]
    return x, y, z
