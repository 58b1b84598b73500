"""Run, the stage: Program -> one Run per case. A case gets its own device process, its own runner in a sandbox that is as new, its own
private folder.

Cases go in parallel over the CPUs. What comes from the student's process is its exit and its text; the rest is the device's record.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import msgspec

from grader.assignment import Assignment, Case
from grader.build.lines import host_line, host_lines
from grader.devices.contract import Device, DeviceOptions
from grader.devices.occupancy import multiprocessor
from grader.devices.record import DeviceRecord, HostPlace
from grader.errors import HarnessError
from grader.libraries import of_kernel
from grader.records import ApiCall, Exit, Launch, Program, Run, Work
from grader.run.card_job import write_card_job
from grader.run.commands import run_command
from grader.run.counters import counters_of
from grader.run.inputs import Override, make_inputs, override_of
from grader.run.job import Job, place, write_job
from grader.run.origin import shares
from grader.run.record import Scene, problems_of
from grader.run.rooms import Spot, open_rooms
from grader.run.sanitize import sanitized
from grader.run.seeds import Seed
from grader.run.shared import Shared
from grader.run.timing import REFERENCE, STUDENT, time_case
from grader.sandbox.contract import Sandbox

CHECKS = "all"  # leaks of the launcher are told through the runner in any case; its own buffers are none
MAX_STDOUT_CHARACTERS = 16 << 10


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How runs are made, apart from the assignment."""

    profile: str = "a100"
    workers: int = 0  # cases at a time; 0: one per CPU (measured: two per CPU take 8 % longer)
    reference: Path | None = None  # the built reference, for timed cases on a real card
    shared: Shared | None = None  # cases that are prepared once for many submissions, on the emulated device
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

    at_a_time = max(1, min(workers, len(chosen)))
    with open_rooms(sandbox, assignment, at_a_time) if device.kind == "emulated" else contextlib.nullcontext() as rooms:

        def one(case: Case) -> Run:
            with rooms.spot() if rooms else contextlib.nullcontext() as spot:
                return _case(program, assignment, case, spot, sandbox, device, seed, folder, sources, settings, override, patience)

        pool = ThreadPoolExecutor(max_workers=at_a_time)
        try:
            futures = [pool.submit(one, case) for case in chosen]
            for ended in wait(futures, return_when=FIRST_EXCEPTION).done:
                ended.result()  # an author's mistake that one case shows needn't wait for the others
            runs = [each.result() for each in futures]
        except BaseException:  # Ctrl-C: cases that go on end with their rooms, nobody waits for them
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()
    if device.kind != "cuda":
        return runs
    checker = device.checker()
    if checker is not None:
        checked = Path(tempfile.mkdtemp(prefix="sanitizer-", dir=folder))
        checked.chmod(0o711)
        runs = sanitized(runs, Path(program.library), assignment, sandbox, checker, sources, checked, override)
    # one at a time, when nothing else of ours is on the card
    return [_timed(each, program, assignment, sandbox, device, seed, folder, settings, override) for each in runs]


def _timed(
    run: Run,
    program: Program,
    assignment: Assignment,
    sandbox: Sandbox,
    device: Device,
    seed: Seed,
    folder: Path,
    settings: Settings,
    override: Override | None,
) -> Run:
    """The run of a case that says `timed = true` with its timing, or why it has none. A run with a fault isn't timed: it has its result."""
    case = assignment.case(run.case)
    if not case.timed or run.not_run or any(not problem.note for problem in run.problems):
        return run
    if settings.reference is None:
        why = f"there is no reference solution of {assignment.slug} here to compare with"
        return msgspec.structs.replace(run, not_measured={**run.not_measured, "time": why})
    libraries = {STUDENT: Path(program.library or ""), REFERENCE: settings.reference}
    why = ""
    for _ in range(max(1, settings.attempts)):
        made = Path(tempfile.mkdtemp(prefix="timed-", dir=folder))
        made.chmod(0o711)
        try:
            found = time_case(assignment, case, libraries, sandbox, device, seed, made, override)
        except (HarnessError, OSError) as error:
            why = str(error)
            continue
        if found.timing.fault is not None or not found.timing.unsteady:
            break  # a crash is one on a busy card too
        why = found.timing.unsteady
    else:
        return msgspec.structs.replace(run, not_measured={**run.not_measured, "time": why})
    return msgspec.structs.replace(
        run, timing=found.timing, inputs={**run.inputs, **found.inputs}, outputs={**run.outputs, **found.outputs}
    )


def _case(
    program: Program,
    assignment: Assignment,
    case: Case,
    spot: Spot | None,
    sandbox: Sandbox,
    device: Device,
    seed: Seed,
    folder: Path,
    sources: Mapping[str, bytes],
    settings: Settings,
    override: Override | None,
    patience: Patience,
) -> Run:
    shared = settings.shared if device.kind == "emulated" else None
    arrays = [] if shared else [make_inputs(assignment, case, call, seed, override) for call in range(case.calls)]
    cause = ""
    start = time.perf_counter()
    for attempt in range(max(1, settings.attempts)):
        if attempt and time.perf_counter() - start > assignment.limits.time_s:
            break  # what hung once would hang again, and the next submission waits
        made = Path(tempfile.mkdtemp(prefix="case-", dir=folder))
        made.chmod(0o711)  # the sandbox's user may enter, others can't list
        visible, values, outputs = (spot.folder / made.name if spot else made / "in"), made / "values", made / "out"
        visible.mkdir()
        values.mkdir(mode=0o700)  # the device's to read, not the sandbox's
        outputs.mkdir(mode=0o700)
        visible.chmod(0o755)
        try:
            library = Path(program.library or "")
            if shared:
                prepared, values = shared.case(assignment, case, seed, override)
                job = place(prepared, visible, values, library)
            else:
                write = write_card_job if device.kind == "cuda" else write_job
                job = write(visible, values, assignment, case, arrays, library)
            return _attempt(program, assignment, case, job, outputs, spot, sandbox, device, seed, sources, settings, patience)
        except HarnessError as error:
            cause = str(error)
            if time.perf_counter() - start > assignment.limits.time_s:
                patience.lose()
        except OSError as error:
            cause = f"{error.strerror or error}: {error.filename or folder}"
        finally:
            if spot:  # the next case's program doesn't see what this one's saw
                shutil.rmtree(visible, ignore_errors=True)
    return Run(case=case.id, visibility=case.visibility, sizes=case.sizes, scalars=dict(case.scalars), inputs={}, outputs={}, not_run=cause)


def _attempt(
    program: Program,
    assignment: Assignment,
    case: Case,
    job: Job,
    outputs: Path,
    spot: Spot | None,
    sandbox: Sandbox,
    device: Device,
    seed: Seed,
    sources: Mapping[str, bytes],
    settings: Settings,
    patience: Patience,
) -> Run:
    start = time.perf_counter()
    limit_s = patience.limit_s()
    options = DeviceOptions(
        profile=case.devices[0] if case.devices else settings.profile,
        cards=case.devices,
        checks=CHECKS,
        threads=1,  # cases are what runs in parallel
        memory_mib=assignment.limits.memory_mib + _addressed_mib(assignment, case),
        max_block_instructions=case.block_warp_instructions or assignment.limits.block_warp_instructions,
        max_kernel_s=limit_s,
        fuzz_seed=seed.schedule(assignment.slug, case.id) if case.shuffled else None,
        inputs=job.values,
        latencies_us=seed.latencies_us(assignment.slug, case.id, case.latencies_us, case.drawn_us),
        one_client=True,  # a second connection could pass its own memory off as the outputs
        record_outputs=True,
        socket_folder=spot.folder if spot else None,
        plan=job.plan,
    )
    with device.open(options) as session:
        exit = (spot or sandbox).run(run_command(assignment, job.folder, session.client(), limit_s))
        record = session.finish()
        recorded = _keep(session.folder, outputs, job)
        inputs = {name: str(path) for name, path in job.inputs.items()}
        host = shares(assignment.entry(case.entry), case, record.origin, inputs, recorded, session.folder)

    library, names = job.folder / "program.so", tuple(sources)
    all_calls = job.allowed.copies or job.allowed.waits or bool(job.allowed.library)
    lines = host_lines(library, _offsets(record, all_calls), sandbox, names)

    def line_of(offset: int) -> tuple[str, int] | None:
        return lines[offset] if offset in lines else host_line(library, offset, sandbox, names)

    scene = Scene(job, record, exit, sources, limit_s, line_of)
    problems = problems_of(scene)
    if any(p.verdict == "HOST_TIMEOUT" for p in problems):
        patience.lose()
    return Run(
        case=case.id,
        visibility=case.visibility,
        sizes=case.sizes,
        scalars=dict(case.scalars),
        inputs=inputs,
        outputs=recorded,
        returned=scene.returned(),
        calls=case.calls,
        exit=_without_text(exit),
        problems=problems,
        launches=tuple(_launch(record)),
        trace=tuple(_trace(record, lines)),
        timeline=tuple(_timeline(record, lines)),
        to_host_bytes=record.exchanged.to_host,
        to_device_bytes=record.exchanged.to_device,
        host_made_bytes=host.made,
        host_given_bytes=host.given,
        kernels=counters_of(record, tuple(sources), program.registers, multiprocessor(settings.profile) if record.kernels else None),
        stdout=exit.stdout.decode("utf-8", "replace")[:MAX_STDOUT_CHARACTERS],
        wall_s=time.perf_counter() - start,
        kernel_s=record.kernel_s,
        kernel_cpu_s=sum(launch.cpu_s for launch in record.launches),
        device_cpu_s=record.cpu_s,
        not_measured=record.not_measured,
    )


def _addressed_mib(assignment: Assignment, case: Case) -> int:
    """What a sparse case's buffers reach over and don't hold: addresses of the card, not memory of ours."""
    buffers = assignment.entry(case.entry).buffers() if case.sparse else ()
    return sum(buffer.byte_count(case.sizes) // 2**20 + 1 for buffer in buffers)


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


MAX_PLACES = 1000  # of calls, whose lines are looked up


def _in_program(site: HostPlace | None) -> bool:
    return site is not None and site.module.rpartition("/")[2] == "program.so"


def _offsets(record: DeviceRecord, calls_too: bool) -> list[int]:
    """Places of host code whose lines may be wanted: of findings, of what a library did, and of calls where checks look at them."""
    sites = [site for finding in record.findings for site in (finding.host, finding.other_host)]
    sites += [launch.host for launch in record.launches if of_kernel(launch.kernel)]
    sites += [call.host for call in record.trace if call.kind == "library" and call.error]
    if calls_too:
        sites += [call.host for call in record.trace] + [work.host for work in record.timeline]
    known = [site for site in sites if site is not None and _in_program(site)]
    return list(dict.fromkeys(offset for site in known for offset in (site.offset, site.outer) if offset))[:MAX_PLACES]


def _place(site: HostPlace | None, lines: Mapping[int, tuple[str, int]]) -> tuple[str | None, int | None]:
    if site is None or not _in_program(site):
        return None, None
    return next((lines[offset] for offset in (site.offset, site.outer) if offset in lines), (None, None))


def _trace(record: DeviceRecord, lines: Mapping[int, tuple[str, int]]) -> Iterator[ApiCall]:
    for c in record.trace:
        file, line = _place(c.host, lines)
        yield ApiCall(name=c.name, phase=c.phase, error=c.error, bytes=c.bytes, kind=c.kind or "", stream=c.stream, file=file, line=line)


def _timeline(record: DeviceRecord, lines: Mapping[int, tuple[str, int]]) -> Iterator[Work]:
    """What the launcher's calls put on the device; the runner's own work is nobody's business."""
    for w in record.timeline:
        if not w.phase.startswith("call:"):
            continue
        file, line = _place(w.host, lines)
        yield Work(
            stream=w.stream,
            kind=w.kind,
            name=w.name,
            phase=w.phase,
            start_us=w.start_us,
            end_us=w.end_us,
            bytes=w.bytes,
            memory=w.memory,
            asynchronous=w.asynchronous,
            file=file,
            line=line,
        )


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
            longest_block_instructions=x.longest_block_instructions,
            wall_s=x.wall_s,
        )
        for x in record.launches
    ]


def _without_text(exit: Exit) -> Exit:
    return Exit(
        cause=exit.cause, code=exit.code, signal=exit.signal, wall_s=exit.wall_s, cpu_s=exit.cpu_s, peak_memory_mib=exit.peak_memory_mib
    )
