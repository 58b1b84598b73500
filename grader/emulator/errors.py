"""What can go wrong between Python and a kernel, as types. PTX that can't be loaded raises `grader._core.LoadError`, with its line."""

from __future__ import annotations

from grader.errors import GraderError


class EmulatorError(GraderError):
    """Base of the errors of `grader.emulator`."""


class CompileError(EmulatorError):
    """nvcc refused the source; the message is nvcc's own."""


class UnknownName(EmulatorError, KeyError):
    """No kernel or variable has that name, or several have; the message lists those that there are."""

    def __str__(self) -> str:  # KeyError would print it in quotes
        return str(self.args[0])


class ArgumentError(EmulatorError, TypeError):
    """The arguments are not those that the kernel takes; the message shows its signature."""


class LaunchError(EmulatorError, ValueError):
    """A launch that the device refuses: grid, block or shared memory beyond the profile's limits."""


class KernelFault(EmulatorError):
    """What `LaunchResult.check()` raises for a launch that failed or has findings; the message lists them with file and line."""
