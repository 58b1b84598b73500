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
    renamed: str = ""  # the one file's name in the submission, if it isn't the assignment's
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
    image: str = ""  # what the sandbox runs in, if it is one: "warpgrade-run:13.0 sha256:…"
    engine: str = ""  # who runs it: "Docker Engine 27.3.1"


class Problem(Record):
    """One fault with its place: a compiler error, a finding of the device, a crash."""

    verdict: str
    message: str  # English; the bilingual explanation stands in `grader.verdicts`
    message_ko: str = ""  # the same in Korean, where checks of ours say it; findings of a device are English
    file: str | None = None  # relative to the submission's root
    line: int | None = None
    column: int | None = None
    other_file: str | None = None
    other_line: int | None = None
    other_column: int | None = None
    kernel: str | None = None
    block: tuple[int, int, int] | None = None
    thread: tuple[int, int, int] | None = None
    other_thread: tuple[int, int, int] | None = None
    count: int = 1
    note: bool = False  # worth telling, costs nothing
    phase: str = ""  # the runner's mark in force: "call:0"
    unordered: bool = False  # with the caller's own work: then a wrong output comes of it


class Program(Record):
    """The built submission: a shared object in the build cache, or the problems that kept it from being built."""

    library: str | None  # absolute path of program.so; None if the build failed, or if nothing is to be launched
    problems: tuple[Problem, ...] = ()
    log: str = ""  # the compiler's output, paths relative to the submission's root
    registers: dict[str, int] = {}  # mangled kernel -> registers per thread, from ptxas
    digest: str = ""
    from_cache: bool = False
    wall_s: float = 0.0  # of the compiler itself
    cpu_s: float = 0.0


class ApiCall(Record):
    """One runtime API call as the trusted device process saw it."""

    name: str  # "cudaMemcpyAsync"
    phase: str  # the runner's mark in force when it came
    error: int = 0
    bytes: int = 0
    kind: str = ""  # "HtoD", "DtoH", "DtoD", … for copies
    stream: int = 0
    file: str | None = None  # the student's line that made it
    line: int | None = None


class Work(Record):
    """One operation of the launcher's in virtual time: an estimate by a stated model (docs/design/timeline.md), the same in every run."""

    stream: int
    kind: str  # "kernel", "HtoD", "DtoH", "DtoD", "memset", "host"
    name: str  # of the kernel, or of the call
    phase: str
    start_us: float
    end_us: float
    bytes: int = 0  # that were copied or filled; of a kernel: of memory that the host sees too, read and written, in whole sectors
    memory: str = ""  # the host's side of a copy: "pageable", "pinned", "managed"
    asynchronous: bool = False  # as the program asked for it
    file: str | None = None
    line: int | None = None


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
    longest_block_instructions: int = 0  # of the block that executed most: what no other multiprocessor can take off it
    wall_s: float = 0.0


class KernelCounters(Record):
    """Counters of one kernel, summed over its launches. Names as in Nsight Compute."""

    name: str
    base: str
    launches: int
    metrics: dict[str, float]
    lines: tuple[dict[str, Any], ...] = ()  # {"file","line","metrics"[,"pattern"]}: per source line, student's files only


class Timing(Record):
    """The timed calls of one case on a real GPU: seconds of each call, student and reference in turn, each with inputs of its own."""

    student_s: tuple[float, ...]
    reference_s: tuple[float, ...]
    alone_s: tuple[float, ...] = ()  # of the reference before any student code ran on the card
    kept: tuple[int, ...] = ()  # calls, drawn by lot, whose outputs are among the run's: "C.1003"
    note: str = ""  # a clock that disagreed
    unsteady: str = ""  # why the times mean nothing; no student's process can bring this about
    fault: Problem | None = None  # why the student's calls didn't all come through


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
    timeline: tuple[Work, ...] = ()  # in the order in which it was done
    kernels: tuple[KernelCounters, ...] = ()
    to_host_bytes: int = 0  # what the launcher got from the device by whatever way: copies, printf, shared memory
    to_device_bytes: int = 0  # what it gave: copies, shared memory, kernel parameters, values of memsets
    host_made_bytes: int = 0  # where the inputs lie in host memory: of results that the host put there itself
    host_given_bytes: int = 0  # and of what it gave the device that is none of the inputs
    stdout: str = ""
    wall_s: float = 0.0
    kernel_s: float = 0.0
    kernel_cpu_s: float = 0.0  # of the threads that emulated the kernels
    device_cpu_s: float = 0.0  # of the whole emulated device: loading modules, copies and kernels
    command: bool = False  # a command's: outputs are files by name ("y.npy"), "stdout", "stderr", and "home" is what its home looked like
    not_run: str = ""  # a cause of ours; then nothing else of this record counts
    not_measured: dict[str, str] = {}  # what the device can't see ("counters", "kernels", "racecheck", "time", …) -> why
    tool_faults: dict[str, Problem] = {}  # checker -> how the program failed under the tool that looks for it, and only there
    timing: Timing | None = None  # of a case with `timed = true`, where the device has a clock worth reading


class ErrorMap(Record):
    """Where one wrong output differs, coarse enough to draw: a character of `rows` is a cell of `row_elements` x `column_elements`
    elements.

    "." all right, "+" some wrong, "x" all wrong, "n" NaN among the wrong ones, "u" unwritten, "g" something written into padding, " " no
    element there needs writing. A buffer of one dimension is folded into rows; more than two count as rows of the last one.
    """

    case: str
    call: int
    buffer: str
    shape: tuple[int, ...]  # of the buffer
    rows: tuple[str, ...]  # at most 16 strings of at most 32 characters
    row_elements: int
    column_elements: int
    wrong: int
    total: int
    first: tuple[int, ...]  # index of the first wrong element
    got: str = ""  # what it holds, as text; "" in a hidden case
    expected: str = ""  # "" in a hidden case: it never shows values


class LayerError(Record):
    """How far one layer of a network is from what it should give. A network's layers stand in its order."""

    name: str  # "3 maxpool 2/1"
    shape: tuple[int, ...]
    wrong: int  # elements
    total: int
    error: float | None = None  # the largest, as a share of the layer's largest value. None in a hidden case, and where it is undefined
    undefined: bool = False  # NaN or an infinity where a number should be


class DrawnBox(Record):
    """One box of an object detector on its picture, in pixels from the top left corner; edges may lie outside of it."""

    left: float
    top: float
    right: float
    bottom: float
    label: str
    score: float
    kind: Literal["right", "wrong", "missed"]  # missed: it should be there


class Detections(Record):
    """A picture with what a detector found on it."""

    case: str
    width: int
    height: int
    image: str  # PNG, base64
    boxes: tuple[DrawnBox, ...]


class CheckResult(Record):
    """One check's outcome with its points."""

    id: str  # "test_public.py::test_square"
    title: str
    points: float
    max_points: float
    outcome: Outcome
    verdict: str = ""  # "" if passed
    message: str = ""
    message_ko: str = ""  # the same in Korean, if there is such a text
    hint: str = ""  # the author's question about this check, if it failed and there was something to judge
    title_ko: str = ""  # the same in Korean, if the author gave them (`@pytest.mark.korean`)
    hint_ko: str = ""
    file: str | None = None
    line: int | None = None
    other_file: str | None = None  # where it is another one than `file`
    other_line: int | None = None  # of a race: the other access
    hidden: bool = False
    category: Literal["correctness", "cleanliness", "performance"] = "correctness"
    cases: tuple[str, ...] = ()
    by: str = ""  # who gave the points by hand; the message is that person's comment
    runtime: str = ""  # what the student's code ran against, where that isn't plain: "real-runtime", "shim", "abi-only"
    order: int = 0  # of its first case in assignment.toml: breaks ties between verdicts
    error_map: ErrorMap | None = None  # of the output that the verdict is about, if there is a wrong one
    layers: tuple[LayerError, ...] = ()  # of a network whose output is wrong, all of them
    detections: Detections | None = None  # whether the check passed or not; public cases only


class Grounds(Record):
    """What a grade rests on, part by part: two grades with equal grounds must be equal. Digests are sha256, hexadecimal.

    Of public checks only, as a student's `check` at a course's server, nothing is said of the assignment's files: hidden tests are among
    them.
    """

    submission: dict[str, str] = {}  # the student's files -> digest
    assignment: dict[str, str] = {}  # what shapes the runs: assignment.toml with its cases, problem.py, headers -> digest
    checks: dict[str, str] = {}  # test_*.py -> digest
    limits: dict[str, float] = {}  # of one case's run, units in the names
    toolchain: dict[str, str] = {}  # each part of the compiler -> version
    libraries: dict[str, str] = {}  # that programs are linked with: name -> digest of the stand-in, or the version of the library itself
    grader: dict[str, str] = {}  # "version", "python", "numpy"; digests of our files: "runs" (build, run), "checks" (judge), "programs"
    device: str = ""  # "emulated:a100"
    profile: str = ""  # digest of the emulated GPU's figures; "" for a real one
    sandbox: str = ""  # digest of all that it enforced and did not
    image: str = ""  # of the sandbox, where it runs in one
    seed_id: str = ""
    hidden: bool = True  # False: public cases and checks only


class Sighting(Record):
    """Something in the source or the built program that a person may want to look at. Never a verdict, never points."""

    code: str  # a row of grader.look.rules
    file: str | None  # of the submission; None: seen in the built program alone
    line: int | None
    excerpt: str  # the line, or what was seen in the built program; bounded
    why: str  # English, as the rule said when it was seen


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
    counters: dict[str, dict[str, float]]  # of the public cases: kernel (demangled) -> metric -> value
    lines: tuple[dict[str, Any], ...]  # of the public cases, per source line of the student's files: {"file","line","metrics"[,"pattern"]}
    timings_s: dict[str, float]
    source: dict[str, str]  # the student's files as text, for the report
    message_ko: str = ""
    build_log: str = ""
    environment: dict[str, str] = {}  # grader, compiler, python, kernel, cpu
    from_cache: bool = False
    digest: str = ""  # the cache key: source + assignment + toolchain + device profile + policy
    sightings: tuple[Sighting, ...] = ()  # for the staff's eyes only; () in what a student's own check gives
    grounds: Grounds | None = None  # None: of a grader that didn't keep them
