"""Run, the stage: Program -> one Run per case. A case gets its own device process, its own sandboxed runner, its own private folder.

Cases go in parallel over the CPUs. What comes from the student's process is its exit and its text; the rest is the device's record.
"""

from __future__ import annotations

import functools
import os
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader import natives
from grader.assignment import Assignment, Case
from grader.build.diagnostics import student_file
from grader.build.lines import host_line
from grader.devices.contract import Device, DeviceOptions
from grader.devices.record import DeviceKernel, DeviceRecord
from grader.errors import HarnessError
from grader.records import ApiCall, Exit, KernelCounters, Launch, Program, Record, Run
from grader.run.inputs import Override, make_inputs, override_of
from grader.run.job import JOB, Job, write_job
from grader.run.record import Scene, problems_of
from grader.run.seeds import Seed
from grader.sandbox.contract import Bind, Command, Limits, Sandbox

CHECKS = "all"  # leaks of the launcher are told through the runner in any case; its own buffers are none
START_S = 2.0  # on top of an assignment's limit: starting the process and reading inputs isn't the student's time
MAX_STDOUT_CHARACTERS = 16 << 10


class Settings(Record, frozen=True, kw_only=True):
    """How runs are made, apart from the assignment."""

    profile: str = "a100"
    workers: int = 0  # cases at a time; 0: one per CPU (measured: two per CPU take 8 % longer)
    attempts: int = 2  # a fault of ours is tried again before a case counts as not run


class Patience:
    """Shortens the wall limit once a host timeout was seen: a submission that loops in one case mostly loops in all, and twenty full
    limits would hold the next student up for minutes."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._short = threading.Event()

    def limit_s(self) -> float:
        return max(2.0, self._limit_s / 10) if self._short.is_set() else self._limit_s

    def lose(self) -> None:
        self._short.set()


def run(
    program: Program,
    assignment: Assignment,
    sandbox: Sandbox,
    device: Device,
    seed: Seed,
    folder: Path,
    sources: Mapping[str, bytes],
    settings: Settings | None = None,
    cases: Sequence[Case] | None = None,
) -> list[Run]:
    """Runs every case (or the given ones) and returns their records in order. `folder` receives inputs and outputs and must outlive the
    Runs. A case that a fault of ours kept from running says so in `not_run`. Raises AssignmentError for a broken problem.py."""
    if program.library is None:
        raise ValueError("a program that wasn't built can't be run")
    settings = settings or Settings()
    chosen = list(assignment.cases if cases is None else cases)
    override = override_of(assignment)
    patience = Patience(assignment.limits.time_s)
    workers = settings.workers or len(os.sched_getaffinity(0))

    def one(case: Case) -> Run:
        return _case(program, assignment, case, sandbox, device, seed, folder, sources, settings, override, patience)

    with ThreadPoolExecutor(max_workers=max(1, min(workers, len(chosen)))) as pool:
        return list(pool.map(one, chosen))


def _case(
    program: Program,
    assignment: Assignment,
    case: Case,
    sandbox: Sandbox,
    device: Device,
    seed: Seed,
    folder: Path,
    sources: Mapping[str, bytes],
    settings: Settings,
    override: Override | None,
    patience: Patience,
) -> Run:
    arrays = [make_inputs(assignment, case, call, seed, override) for call in range(case.calls)]
    cause = ""
    start = time.perf_counter()
    for attempt in range(max(1, settings.attempts)):
        if attempt and time.perf_counter() - start > assignment.limits.time_s:
            break  # what hung once would hang again, and the next submission waits
        made = Path(tempfile.mkdtemp(prefix=f"{case.id}-", dir=folder))
        made.chmod(0o711)  # the sandbox's user may enter, others can't list
        visible, values, outputs = made / "in", made / "values", made / "out"
        visible.mkdir()
        values.mkdir(mode=0o700)  # the device's to read, not the sandbox's
        outputs.mkdir(mode=0o700)
        visible.chmod(0o755)
        try:
            job = write_job(visible, values, assignment, case, arrays, Path(program.library or ""))
            return _attempt(assignment, case, job, outputs, sandbox, device, sources, settings, patience)
        except HarnessError as error:
            cause = str(error)
            if time.perf_counter() - start > assignment.limits.time_s:
                patience.lose()
        except OSError as error:
            cause = f"{error.strerror or error}: {error.filename or folder}"
    return Run(case=case.id, visibility=case.visibility, sizes=case.sizes, scalars=dict(case.scalars), inputs={}, outputs={}, not_run=cause)


def _attempt(
    assignment: Assignment,
    case: Case,
    job: Job,
    outputs: Path,
    sandbox: Sandbox,
    device: Device,
    sources: Mapping[str, bytes],
    settings: Settings,
    patience: Patience,
) -> Run:
    start = time.perf_counter()
    limit_s = patience.limit_s()
    options = DeviceOptions(
        profile=settings.profile,
        checks=CHECKS,
        threads=1,  # cases are what runs in parallel
        memory_mib=assignment.limits.memory_mib,
        max_block_instructions=assignment.limits.block_warp_instructions,
        max_kernel_s=limit_s,
        inputs=job.values,
        one_client=True,  # a second connection could pass its own memory off as the outputs
        record_outputs=True,
    )
    with device.open(options) as session:
        exit = sandbox.run(run_command(assignment, job, session.socket, session.client_environment(), limit_s + START_S))
        record = session.finish()
        recorded = _keep(session.folder, outputs, job)

    def line_of(offset: int) -> tuple[str, int] | None:
        return host_line(job.folder / "program.so", offset, sandbox, tuple(sources))

    scene = Scene(job, record, exit, sources, limit_s, line_of)
    problems = problems_of(scene)
    if any(p.verdict == "HOST_TIMEOUT" for p in problems):
        patience.lose()
    return Run(
        case=case.id,
        visibility=case.visibility,
        sizes=case.sizes,
        scalars=dict(case.scalars),
        inputs={name: str(path) for name, path in job.inputs.items()},
        outputs=recorded,
        returned=scene.returned(),
        calls=case.calls,
        exit=_without_text(exit),
        problems=problems,
        launches=tuple(_launch(record)),
        trace=tuple(
            ApiCall(name=c.name, phase=c.phase, error=c.error, bytes=c.bytes, kind=c.kind or "", stream=c.stream) for c in record.trace
        ),
        to_host_bytes=record.exchanged.to_host,
        to_device_bytes=record.exchanged.to_device,
        kernels=tuple(_counters(kernel, tuple(sources)) for kernel in record.kernels),
        stdout=exit.stdout.decode("utf-8", "replace")[:MAX_STDOUT_CHARACTERS],
        wall_s=time.perf_counter() - start,
        kernel_s=record.kernel_s,
    )


def run_command(assignment: Assignment, job: Job, socket: Path, environment: Mapping[str, str], wall_s: float) -> Command:
    """The runner in the sandbox: it sees itself, the libraries, job and built library, and the device's socket; nothing else."""
    runner, libraries = natives.runner_program(), natives.library_folder()
    limits = assignment.limits
    return Command(
        argv=(str(runner), JOB),
        cwd=str(job.folder),
        binds=(
            Bind(source=runner, target=str(runner)),
            Bind(source=libraries, target=str(libraries)),
            Bind(source=job.folder, target=str(job.folder)),
            Bind(source=socket, target=str(socket)),
        ),
        env={"LD_LIBRARY_PATH": environment["LD_LIBRARY_PATH"], "WARPGRADE_DEVICE": environment["WARPGRADE_DEVICE"]},
        limits=Limits(
            wall_s=wall_s,
            cpu_s=wall_s + 1,
            memory_mib=limits.memory_mib,
            processes=32,
            file_mib=16,
            scratch_mib=16,
            output_mib=limits.output_mib,
            capture_kib=64,
        ),
    )


def _keep(recorded: Path, outputs: Path, job: Job) -> dict[str, str]:
    """Moves the device's recordings of the expected downloads out of the session's folder. A size that isn't the buffer's is no output."""
    result = {}
    for name, byte_count in job.downloads.items():
        file = recorded / f"{name}.bin"
        if file.is_file() and file.stat().st_size == byte_count:
            target = outputs / f"{name}.bin"
            target.write_bytes(file.read_bytes())
            result[name] = str(target)
        elif byte_count == 0:  # nothing to copy, so nothing was recorded
            (outputs / f"{name}.bin").touch()
            result[name] = str(outputs / f"{name}.bin")
    return result


def _launch(record: DeviceRecord) -> list[Launch]:
    return [
        Launch(
            index=x.index,
            kernel=x.kernel,
            phase=x.phase,
            grid=x.grid,
            block=x.block,
            shared_bytes=x.shared_bytes,
            stream=x.stream,
            error=x.error,
            warp_instructions=x.warp_instructions,
            wall_s=x.wall_s,
        )
        for x in record.launches
    ]


def _counters(kernel: DeviceKernel, files: tuple[str, ...]) -> KernelCounters:
    """Lines of headers and of the toolkit are left to the student's line that they were inlined into."""
    student = functools.cache(lambda name: student_file(name, files))  # a few names, thousands of frames
    lines: dict[tuple[str, int], dict[str, float]] = {}
    for row in kernel.lines:
        place = next(((file, line) for name, line in row.frames if line > 0 and (file := student(name)) is not None), None)
        if place is None:
            continue
        total = lines.setdefault(place, {})
        for name, value in row.metrics.items():
            total[name] = total.get(name, 0.0) + value
    rows = tuple({"file": file, "line": line, "metrics": metrics} for (file, line), metrics in sorted(lines.items()))
    return KernelCounters(name=kernel.name, base=kernel.base, launches=kernel.launches, metrics=kernel.metrics, lines=rows)


def _without_text(exit: Exit) -> Exit:
    return Exit(
        cause=exit.cause, code=exit.code, signal=exit.signal, wall_s=exit.wall_s, cpu_s=exit.cpu_s, peak_memory_mib=exit.peak_memory_mib
    )
