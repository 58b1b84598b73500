"""The emulated GPU from Python: PTX or CUDA source, and NumPy arrays -> outputs, findings and counters. No GPU, no other process.

    from grader import emulator

    gpu = emulator.Device(profile="a100")
    saxpy = gpu.compile(source).kernel("saxpy")
    launch = saxpy.launch(grid=4, block=256, args=(np.float32(2), x, y, np.int32(len(x))))
    launch.findings, launch.metrics, launch.lines

`docs/python-api.md` tells the rest. Kernels run in this process: use it for kernels of your own. Grading runs them elsewhere.
"""

from __future__ import annotations

from grader._core import LoadError
from grader.emulator.arguments import In, Out
from grader.emulator.arrays import DeviceArray
from grader.emulator.device import Device
from grader.emulator.errors import ArgumentError, CompileError, EmulatorError, KernelFault, LaunchError, UnknownName
from grader.emulator.module import Kernel, Module
from grader.emulator.result import Finding, LaunchResult, LineCounters

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
