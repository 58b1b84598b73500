"""The `cuda` row of the table of devices: grading on a real NVIDIA GPU."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from grader.devices.contract import Checker, DeviceOptions
from grader.devices.cuda.machine import Machine, look
from grader.devices.cuda.oracle import CardOracle
from grader.devices.cuda.session import CardSession
from grader.scratch import short_folder


class CudaDevice:
    """`find`: how the machine is looked at; tests pass one whose card is emulated."""

    name = "cuda"
    kind = "cuda"
    reproducible = False  # atomics add in any order, and times are never the same

    def __init__(self, find: Callable[[], Machine] = look) -> None:
        self.machine = functools.cache(find)

    def target(self, profile: str) -> str:
        """What to compile for: this card, whatever profile the emulated one would have."""
        return "sm_{}{}".format(*self.machine().capability)

    def label(self, profile: str) -> str:
        machine = self.machine()
        return f"{self.name}:{machine.name} ({profile}, driver for CUDA {machine.driver // 1000}.{machine.driver % 1000 // 10})"

    def checker(self) -> Checker | None:
        machine = self.machine()
        tool = machine.sanitizer
        return Checker(program=tool, folder=tool.parent, client=machine.client()) if tool else None

    def oracle(self, problem: Path) -> CardOracle:
        return CardOracle(problem, {**os.environ, **self.machine().variables()})

    @contextmanager
    def open(self, options: DeviceOptions) -> Iterator[CardSession]:
        machine = self.machine()
        folder = short_folder()
        session: CardSession | None = None
        try:
            session = CardSession(folder, folder / "record", options, machine)
            session.wait_ready()
            yield session
        finally:
            if session is not None:
                session.kill()
            shutil.rmtree(folder, ignore_errors=True)
