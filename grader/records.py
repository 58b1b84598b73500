"""The frozen records that travel down the pipeline, stage by stage. Data only: JSON in and out, never pickle.

Units are in the names. Arrays do not travel in records: a record holds the path of the raw file that the trusted side wrote.
"""

from __future__ import annotations

from typing import Any, Literal, dataclass_transform

import msgspec

Outcome = Literal["passed", "failed", "not_run"]
Cause = Literal["exited", "signaled", "timeout", "out_of_memory", "output_limit"]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """Base: immutable, keyword-only, JSON by msgspec."""


class Source(Record):
    """The student's files after unpack: relative path -> content, only the names that the assignment lists."""

    files: dict[str, bytes]
    ignored: tuple[str, ...] = ()  # names in the submission that the assignment doesn't ask for
    digest: str = ""  # sha256 over names and contents


class Exit(Record):
    """How a sandboxed process ended."""

    cause: Cause
    code: int | None = None  # exit status if cause is "exited"
    signal: int | None = None  # signal number if cause is "signaled"
    stdout: bytes = b""  # the first Limits.capture_kib of it
    stderr: bytes = b""
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_memory_mib: float = 0.0


class Isolation(Record):
    """What a sandbox enforced, for the report: `level` is a short label, the lists name single guarantees."""

    level: str  # "local: bubblewrap, cgroups, seccomp", "none"
    enforced: tuple[str, ...] = ()
    not_enforced: tuple[str, ...] = ()


class Problem(Record):
    """One fault with its place: a compiler error, a finding of the device, a crash."""

    verdict: str
    message: str  # English; the bilingual explanation stands in `grader.verdicts`
    file: str | None = None  # relative to the submission's root
    line: int | None = None
    column: int | None = None
    other_file: str | None = None
    other_line: int | None = None
    kernel: str | None = None
    block: tuple[int, int, int] | None = None
    thread: tuple[int, int, int] | None = None
    other_thread: tuple[int, int, int] | None = None
    count: int = 1
    note: bool = False  # worth telling, costs nothing
    phase: str = ""  # the runner's mark in force: "call:0"


class Program(Record):
    """The built submission: a shared object in the build cache, or the problems that kept it from being built."""

    library: str | None  # absolute path of program.so; None if the build failed
    problems: tuple[Problem, ...] = ()
    log: str = ""  # the compiler's output, paths relative to the submission's root
    registers: dict[str, int] = {}  # mangled kernel -> registers per thread, from ptxas
    digest: str = ""
    from_cache: bool = False
    wall_s: float = 0.0  # of the compiler itself


class ApiCall(Record):
    """One runtime API call as the trusted device process saw it."""

    name: str  # "cudaMemcpyAsync"
    phase: str  # the runner's mark in force when it came
    error: int = 0
    bytes: int = 0
    kind: str = ""  # "HtoD", "DtoH", "DtoD", … for copies
    stream: int = 0


class Launch(Record):
    """One kernel launch."""

    index: int
    kernel: str  # demangled
    phase: str
    grid: tuple[int, int, int]
    block: tuple[int, int, int]
    shared_bytes: int = 0
    stream: int = 0
    error: int = 0  # cudaError_t
    warp_instructions: int = 0
    wall_s: float = 0.0


class KernelCounters(Record):
    """Counters of one kernel, summed over its launches. Names as in Nsight Compute."""

    name: str
    base: str
    launches: int
    metrics: dict[str, float]
    lines: tuple[dict[str, Any], ...] = ()  # {"file","line","metrics"}: per source line, student's files only


class Run(Record):
    """What one case did, as recorded outside the student's process. Everything that a check may look at."""

    case: str
    visibility: Literal["public", "hidden"]
    sizes: dict[str, int]
    scalars: dict[str, float | int]  # f32/i32 arguments by name, as passed
    inputs: dict[str, str]  # "A.0" (buffer, call) -> path of the raw file that was uploaded
    outputs: dict[str, str]  # "C.0" -> path of the raw file that the device recorded; absent if never downloaded
    returned: tuple[int, ...] = ()  # the launcher's return value of each call that came back
    calls: int = 1  # how many calls were asked for
    exit: Exit | None = None
    problems: tuple[Problem, ...] = ()  # findings, crash, timeout …, most severe first
    launches: tuple[Launch, ...] = ()
    trace: tuple[ApiCall, ...] = ()
    kernels: tuple[KernelCounters, ...] = ()
    to_host_bytes: int = 0  # what the launcher got from the device by whatever way: copies, printf, shared memory
    to_device_bytes: int = 0  # what it gave: copies, shared memory, kernel parameters, values of memsets
    stdout: str = ""
    wall_s: float = 0.0
    kernel_s: float = 0.0
    not_run: str = ""  # a cause of ours; then nothing else of this record counts


class CheckResult(Record):
    """One check's outcome with its points."""

    id: str  # "test_public.py::test_square"
    title: str
    points: float
    max_points: float
    outcome: Outcome
    verdict: str = ""  # "" if passed
    message: str = ""
    hint: str = ""  # the author's question about this check, if it failed and there was something to judge
    file: str | None = None
    line: int | None = None
    other_line: int | None = None
    hidden: bool = False
    category: Literal["correctness", "cleanliness", "performance"] = "correctness"
    cases: tuple[str, ...] = ()
    order: int = 0  # of its first case in assignment.toml: breaks ties between verdicts


class Grade(Record):
    """The result of one submission: what `grade --json`, the report and the gradebook show."""

    assignment: str
    submission: str  # a label: the path as given
    score: float
    max_score: float
    verdict: str  # main verdict; "PASSED" if nothing is wrong
    message: str
    file: str | None
    line: int | None
    device: str  # "emulated:a100"
    isolation: Isolation
    seed_id: str
    checks: tuple[CheckResult, ...]
    problems: tuple[Problem, ...]  # of build and runs, deduplicated by (verdict, file, line)
    counters: dict[str, dict[str, float]]  # kernel (demangled) -> metric -> value
    lines: tuple[dict[str, Any], ...]  # per source line of the student's files: {"file","line","metrics"}
    timings_s: dict[str, float]
    source: dict[str, str]  # the student's files as text, for the report
    build_log: str = ""
    environment: dict[str, str] = {}  # grader, compiler, python, kernel, cpu
    from_cache: bool = False
    digest: str = ""  # the cache key: source + assignment + toolchain + device profile + policy
