"""DeviceRecord: device.json -> typed, frozen records. Field for field what docs/design/internal-contracts.md says of that file.

Source frames come innermost first, with file names as in the PTX; `resolve` turns them into the one line that a verdict names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from grader import toolchain
from grader.devices.pattern import AccessPattern
from grader.errors import HarnessError
from grader.libraries import of_kernel
from grader.records import Record

Frame = tuple[str, int]  # file as in the PTX, line from 1
ExactFrame = tuple[str, int, int]  # and the column, 0 if it is not known: nvcc tells where the first statement of the line begins
Dim = tuple[int, int, int]


class Place(NamedTuple):
    """A position in a file of the user's."""

    file: str
    line: int
    column: int | None = None


class HostPlace(Record, frozen=True, kw_only=True):
    """An instruction of host code: an offset into a file; `program` is the program itself. `outer` is the call that led there, or 0: the
    instruction may lie in a template of the toolkit's."""

    module: str
    offset: int
    outer: int = 0


class DeviceFinding(Record, frozen=True, kw_only=True):
    """One fault that the device saw, deduplicated by code and place; `count` is lanes × times."""

    verdict: str
    kernel: str = ""
    message: str = ""
    note: bool = False
    frames: tuple[ExactFrame, ...] = ()
    other_frames: tuple[ExactFrame, ...] = ()
    block: Dim | None = None
    thread: Dim | None = None
    other_thread: Dim | None = None
    count: int = 1
    launch: int | None = None
    phase: str = ""
    host: HostPlace | None = None  # where host code did it; the frames are then the other side's
    other_host: HostPlace | None = None  # the other side, if it has no frames
    caller: str = ""  # what it is unordered with: what the launcher's caller did "before", or does "after"


class LineCounters(Record, frozen=True, kw_only=True):
    """Counters of one source position of a kernel, and the worst access of a warp there, if it accesses memory."""

    frames: tuple[Frame, ...] = ()
    metrics: dict[str, float] = {}
    pattern: AccessPattern | None = None
    patterns: tuple[AccessPattern, ...] = ()  # the worst of each memory space; `pattern` is the worst of these


class DeviceKernel(Record, frozen=True, kw_only=True):
    """Counters of one kernel, summed over its launches; Nsight Compute's names."""

    name: str
    base: str
    launches: int
    mangled: str = ""
    static_shared_bytes: int = 0  # of a block
    metrics: dict[str, float] = {}
    lines: tuple[LineCounters, ...] = ()


class DeviceLaunch(Record, frozen=True, kw_only=True):
    """One launch. `error` is a cudaError_t; `why` says which limit a refused launch exceeds."""

    index: int
    kernel: str
    grid: Dim
    block: Dim
    phase: str = ""
    shared_bytes: int = 0
    stream: int = 0
    error: int = 0
    why: str = ""
    warp_instructions: int = 0
    longest_block_instructions: int = 0  # of the block that executed most
    wall_s: float = 0.0
    cpu_s: float = 0.0  # of the threads that ran it, added up
    metrics: dict[str, float] = {}  # of the first 200 launches
    host: HostPlace | None = None  # where the program launched it


class DeviceWork(Record, frozen=True, kw_only=True):
    """One operation in virtual time: an estimate by the model of docs/design/timeline.md, the same in every run."""

    stream: int
    kind: str  # "kernel", "HtoD", "DtoH", "DtoD", "memset", "host"
    name: str  # of the kernel, or of the call
    start_us: float
    end_us: float
    bytes: int = 0
    memory: str = ""  # the host's side of a copy: "pageable", "pinned", "managed"
    asynchronous: bool = False  # as the program asked for it
    phase: str = ""
    client: int = 0  # each has a clock of its own
    host: HostPlace | None = None  # the call that asked for it


class DeviceCall(Record, frozen=True, kw_only=True):
    """One runtime API call of a client, or (`kind` "library") one of a library's that is linked into it."""

    name: str
    phase: str = ""
    error: int = 0
    bytes: int = 0
    kind: str | None = None  # "HtoD", … for copies
    stream: int = 0
    host: HostPlace | None = None  # where the program called
    again: bool = False  # a query that had said "not ready" of the same work in the same phase
    why: str = ""  # of a library's call: the reason for its status, which is `error`


class Exchanged(Record, frozen=True, kw_only=True):
    """Bytes between the device and the loaded program, by whatever way: copies, printf, shared memory, kernel parameters, memsets. The
    runner's own copies aren't among them."""

    to_host: int = 0
    to_device: int = 0


class Origin(Record, frozen=True, kw_only=True):
    """What launchers did of themselves with memory that the host sees; bytes. What they moved lies beside the record: moved.HtoD,
    moved.DtoH, moved.order."""

    stored_by_host: dict[str, int] = {}  # changed by host code in a pinned or managed buffer of the runner's, by its name
    gave: int = 0  # parameters of kernels, values of memsets
    moved_unseen: int = 0  # that there was no room to record


class HostFault(Record, frozen=True, kw_only=True):
    """Where a client's host code faulted, as its signal handler told the device."""

    address: int | str = 0
    module: str = ""
    offset: int | str = 0
    explanation: str = ""


class TimedCall(Record, frozen=True, kw_only=True):
    """One call on a real card, by two clocks."""

    guest: str
    call: int
    wall_s: float  # from the moment that the program may go on until it says that it is done: the card process's clock
    event_s: float = 0.0  # by CUDA events, as the program says; 0: it said nothing


class DeviceRecord(Record, frozen=True, kw_only=True):
    """All that a session recorded."""

    profile: str
    threads: int
    checks: tuple[str, ...] = ()
    findings: tuple[DeviceFinding, ...] = ()
    kernels: tuple[DeviceKernel, ...] = ()
    launches: tuple[DeviceLaunch, ...] = ()
    trace: tuple[DeviceCall, ...] = ()
    trace_dropped: int = 0
    marks: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()
    exchanged: Exchanged = Exchanged()
    origin: Origin = Origin()
    host_fault: HostFault | None = None
    kernel_s: float = 0.0
    cpu_s: float = 0.0  # of the device's process
    timeline: tuple[DeviceWork, ...] = ()  # in the order in which it was done
    timeline_dropped: int = 0
    makespan_us: float = 0.0  # estimates, of all work together: see makespan_of and overlap_of for parts of it
    overlap: float = 0.0
    not_measured: dict[str, str] = {}  # what this device can't see -> why
    timed: tuple[TimedCall, ...] = ()
    overhead_s: tuple[float, ...] = ()  # of calls that did nothing, on the card process's clock


def makespan_of(work: Iterable[DeviceWork]) -> float:
    """Microseconds from the first operation's beginning to the last one's end; 0 for no work. Of one client."""
    spans = [(w.start_us, w.end_us) for w in work]
    return max(end for _, end in spans) - min(start for start, _ in spans) if spans else 0.0


def overlap_of(work: Iterable[DeviceWork]) -> float:
    """1 - (time in which something runs) / (sum of all durations): 0 if nothing runs beside anything else. Of one client."""
    spans = sorted((w.start_us, w.end_us) for w in work)
    busy = sum(end - start for start, end in spans)
    covered, last = 0.0, float("-inf")
    for start, end in spans:
        covered += max(0.0, end - max(start, last))
        last = max(last, end)
    return 1 - covered / busy if busy else 0.0


def library_call(record: DeviceRecord, finding: DeviceFinding) -> HostPlace | None:
    """Where the program called the library whose kernel a finding is in; None for a kernel of its own."""
    if not of_kernel(finding.kernel) or finding.launch is None or finding.launch >= len(record.launches):
        return None
    return record.launches[finding.launch].host


_decoder = msgspec.json.Decoder(DeviceRecord)


def read_record(file: Path) -> DeviceRecord:
    """device.json -> DeviceRecord. Raises HarnessError if the device left none or it isn't what the contract says."""
    try:
        return _decoder.decode(file.read_bytes())
    except FileNotFoundError:
        raise HarnessError("the emulated GPU ended without a record; run it again, and report this if it stays") from None
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise HarnessError(
            f"the emulated GPU's record can't be read ({error}): rebuild with `make setup`, its parts are of different versions"
        ) from None


def resolve(frames: Iterable[Frame | ExactFrame], root: str | Path, is_student_file: Callable[[str], bool] | None = None) -> Place | None:
    """The innermost frame in a file that the user wrote, or None if there is none.

    `is_student_file` sees the name as in the PTX; by default every file counts that is not the toolkit's or the system's. The file
    comes back relative to `root` if it lies in it, as it stands otherwise.
    """
    wanted = is_student_file or (lambda name: not toolchain.is_toolkit_file(name))
    for name, line, *column in frames:
        if line > 0 and wanted(name):
            return Place(relative_name(name, root), line, column[0] or None if column else None)
    return None


def relative_name(name: str, root: str | Path) -> str:
    """A source file's name relative to `root` if it lies in it; else the name itself, tidied."""
    clean = os.path.normpath(name)
    if not os.path.isabs(clean):  # purely lexical: the file may only exist inside a sandbox
        return clean
    try:
        return str(Path(clean).relative_to(os.path.abspath(root)))
    except ValueError:
        return clean
