"""What every device promises: `open()` a session, let programs talk to it, `finish()` it and get what it recorded.

A session serves one program (grader exec) or one case (grade). What it records is trusted: the programs it serves can't write it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from grader.devices.record import DeviceRecord
from grader.records import Record

CHECKS = ("memcheck", "racecheck", "initcheck", "synccheck", "leak")


class DeviceOptions(Record, frozen=True, kw_only=True):
    """How to open a session. Units in the names; None leaves the device's own default."""

    profile: str = "a100"
    checks: str = "all"  # "all" (leak apart), "none" or a comma-separated list of CHECKS
    threads: int = 2  # host threads that emulate; results don't depend on it
    memory_mib: int | None = None  # capacity of device memory; default: the profile's
    max_block_instructions: int | None = None  # warp-instructions of one block before it is stopped: TIMEOUT
    max_kernel_s: float | None = None  # wall time of one kernel before it is stopped: TIMEOUT
    inputs: Path | None = None  # files that the runner may have uploaded before it loads a program; None: it brings them itself
    one_client: bool = False  # the first program is the only one
    record_outputs: bool = False  # keep each download of a `download:X` phase in the session's folder


class DeviceSession(Protocol):
    """A running device. Leaving its context ends it and deletes its folder: copy what must stay."""

    socket: Path  # what WARPGRADE_DEVICE names for a client
    folder: Path  # what the device records goes here (device.json, outputs); only the trusted side sees it

    def client_environment(self) -> dict[str, str]: ...

    def finish(self) -> DeviceRecord: ...


class Device(Protocol):
    """A kind of device. `open` raises HarnessError if it can't work here, with the remedy."""

    name: str

    def open(self, options: DeviceOptions) -> AbstractContextManager[DeviceSession]: ...
