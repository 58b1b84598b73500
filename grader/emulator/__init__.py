"""The emulated GPU from Python: PTX or CUDA source, and NumPy arrays -> outputs, findings and counters. No GPU, no other process.

    from grader import emulator

    gpu = emulator.Device(profile="a100")
    saxpy = gpu.compile(source).kernel("saxpy")
    launch = saxpy.launch(grid=4, block=256, args=(np.float32(2), x, y, np.int32(len(x))))
    launch.findings, launch.metrics, launch.lines

`docs/python-api.md` tells the rest. Kernels run in this process: use it for kernels of your own. Grading runs them elsewhere.
"""

from __future__ import annotations

from grader import natives

natives.instruction_levels()  # a HarnessError on a CPU that grader._core is not built for, and no illegal instruction

from grader._core import LoadError  # noqa: E402
from grader.emulator.arguments import In, Out  # noqa: E402
from grader.emulator.arrays import DeviceArray  # noqa: E402
from grader.emulator.device import Device  # noqa: E402
from grader.emulator.errors import ArgumentError, CompileError, EmulatorError, KernelFault, LaunchError, UnknownName  # noqa: E402
from grader.emulator.module import Kernel, Module  # noqa: E402
from grader.emulator.result import Finding, LaunchResult, LineCounters  # noqa: E402

__all__ = [
    "ArgumentError",
    "CompileError",
    "Device",
    "DeviceArray",
    "EmulatorError",
    "Finding",
    "In",
    "Kernel",
    "KernelFault",
    "LaunchError",
    "LaunchResult",
    "LineCounters",
    "LoadError",
    "Module",
    "Out",
    "UnknownName",
]
