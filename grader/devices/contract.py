"""What every device promises: `open()` a session, let programs talk to it, `finish()` it and get what it recorded.

A session serves one program (grader exec) or one case (grade). What it records is trusted: the programs it serves can't write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from grader.devices.record import DeviceRecord
from grader.records import Record

if TYPE_CHECKING:
    from grader.assignment import Case

CHECKS = ("memcheck", "racecheck", "initcheck", "synccheck", "leak")


class PlannedCall(Record, frozen=True, kw_only=True):
    """One call of the entry point, for a device that loads and reads the buffers itself."""

    id: int
    values: dict[str, str]  # buffer -> file in the inputs' folder, loaded before the call
    keep: bool = True  # record the outputs


class Plan(Record, frozen=True, kw_only=True):
    """What a session on a real card is for: the buffers, the calls, and whose turn comes when."""

    buffers: dict[str, int]  # bytes
    offsets: dict[str, int] = {}  # bytes by which a buffer begins behind where it is aligned best
    outputs: tuple[str, ...]
    calls: tuple[PlannedCall, ...]
    guests: tuple[str, ...] = ("student",)  # programs that connect, each with buffers of its own
    order: tuple[tuple[str, int], ...] = ()  # (guest, call, LOAD or GONE); empty: as they come
    beats: int = 0  # calls of nothing that each guest makes before it loads its program
    timed: bool = False  # the second-level cache is emptied before each call


LOAD, GONE = -1, -2  # turns that are no calls: the guest may load its program; the guest's process has ended


class Client(Record, frozen=True, kw_only=True):
    """What a runner needs in order to use a session's device from inside a sandbox."""

    environment: dict[str, str] = {}
    shows: tuple[Path, ...] = ()  # files and folders, to be seen where they lie
    nodes: tuple[Path, ...] = ()  # device files, to be opened for writing
    memory_mib: int = 0  # that the driver takes in the program's process, on top of what the program may have
    start_s: float = 2.0  # starting the process and the device's context isn't the student's time


class Checker(Record, frozen=True, kw_only=True):
    """A tool that looks for faults in a program while it runs: compute-sanitizer."""

    program: Path
    folder: Path  # what it needs of itself
    client: Client  # for a program that uses the device on its own


class DeviceOptions(Record, frozen=True, kw_only=True):
    """How to open a session. Units in the names; None leaves the device's own default."""

    profile: str = "a100"
    checks: str = "all"  # "all" (leak apart), "none" or a comma-separated list of CHECKS
    threads: int = 2  # host threads that emulate; results don't depend on it
    memory_mib: int | None = None  # capacity of device memory; default: the profile's
    max_block_instructions: int | None = None  # warp-instructions of one block before it is stopped: TIMEOUT
    max_kernel_instructions: int | None = None  # of all its blocks; each counts as 256 more, so that huge grids end too: TIMEOUT
    max_kernel_s: float | None = None  # wall time of one kernel before it is stopped: TIMEOUT
    fuzz_seed: int | None = None  # warps and blocks take turns in an order drawn from it; None: in a fixed one
    inputs: Path | None = None  # files that the runner may have uploaded before it loads a program; None: it brings them itself
    one_client: bool = False  # the first program is the only one
    cards: tuple[str, ...] | None = None  # profiles of the devices that a program sees, none if empty; None: the one that is emulated
    record_outputs: bool = False  # keep each download of a `download:X` phase in the session's folder
    latencies_us: dict[str, float] = {}  # "HtoD", "DtoH", "kernel" -> so much longer does each take in virtual time
    socket_folder: Path | None = None  # where its socket is made; None: in a folder of its own
    plan: Plan | None = None  # for a real card; the emulated one does what the runner asks for


class DeviceSession(Protocol):
    """A running device. Leaving its context ends it and deletes its folder: copy what must stay."""

    socket: Path  # what WARPGRADE_DEVICE names for a client
    folder: Path  # what the device records goes here (device.json, outputs); only the trusted side sees it

    def client(self, guest: str = "student") -> Client: ...

    def left(self, guest: str) -> None:
        """This guest's runner has ended; it may never have come."""
        ...

    def finish(self) -> DeviceRecord: ...


class Oracle(Protocol):
    """Computes what problem.py expects on the card, for cases where that is worth while."""

    def expected(self, case: Case, arrays: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
        """Output -> fields of an Expected; None: compute it yourself."""
        ...

    def close(self) -> None: ...


class Device(Protocol):
    """A kind of device. `open` raises HarnessError if it can't work here, with the remedy."""

    name: str
    kind: str  # "emulated" or "cuda": what checks are marked `on`
    reproducible: bool  # the same submission gets the same grade to the last bit, so that one may be kept

    def target(self, profile: str) -> str:
        """What to compile for: a profile's name, or sm_90. Raises HarnessError if the device can't be used, UsageError for an unknown
        profile."""
        ...

    def label(self, profile: str) -> str:
        """What a grade says of the device: emulated:a100."""
        ...

    def open(self, options: DeviceOptions) -> AbstractContextManager[DeviceSession]: ...

    def oracle(self, problem: Path) -> Oracle | None:
        """For one evaluation with this problem.py."""
        ...

    def checker(self) -> Checker | None:
        """The tool for what the device can't see by itself; None if there is none, or no need of one."""
        ...
