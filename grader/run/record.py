"""Record: what the device saw and how the process ended -> the Problems of one run. Pure; believes the device, explains with the exit.

Student code lives in the runner's process from `load` on: before, every fault is ours; after, none that the process could bring about
itself may be called ours, or a program could talk its way out of a check.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Mapping

import msgspec

from grader.build.diagnostics import student_file
from grader.build.places import call_place, launch_place, only_call_place
from grader.devices.record import DeviceFinding, DeviceRecord, ExactFrame, HostPlace, library_call, resolve
from grader.devices.record import Place as DevicePlace
from grader.errors import HarnessError
from grader.records import Exit, Problem
from grader.run.cuda_errors import STICKY, error_name
from grader.run.job import Job
from grader.run.library import library_failure, library_problems
from grader.verdicts import rank

Place = tuple[str, int] | None

_SYNCHRONISING = ("cudaDeviceSynchronize", "cudaThreadSynchronize", "cudaStreamSynchronize", "cudaEventSynchronize", "cudaCtxSynchronize")
_MEMORY, _NOT_SUPPORTED = 2, 801  # cudaErrorMemoryAllocation, cudaErrorNotSupported
_HOST_FUNCTIONS = ("cudaLaunchHostFunc", "cudaStreamAddCallback")
_SHARED = ("cudaMallocManaged", "cudaMallocHost", "cudaHostAlloc", "cudaHostRegister")
_SIGNALS = {
    "SIGSEGV": "a segmentation fault: it used an address that isn't the host's to use",
    "SIGBUS": "a bus error: it used an address that isn't the host's to use",
    "SIGABRT": "abort(): an uncaught exception, a failed assert or a damaged heap",
    "SIGFPE": "an arithmetic fault: most often an integer division by zero",
    "SIGILL": "an illegal instruction: most often a function that ends without a return",
    "SIGSYS": "a system call that submissions may not make (processes, network, files of others)",
}


class Scene:
    """All that is known of one run, and the student's files to point into."""

    def __init__(
        self,
        job: Job,
        device: DeviceRecord,
        exit: Exit,
        sources: Mapping[str, bytes],
        time_limit_s: float,
        host_line: Callable[[int], Place] = lambda offset: None,
    ) -> None:
        self.job, self.device, self.exit, self.sources = job, device, exit, sources
        self.time_limit_s = time_limit_s
        self.host_line = host_line
        self.phase = device.marks[-1] if device.marks else ""
        self.loaded = "load" in device.marks

    def called(self, host: HostPlace | None) -> Place:
        """The student's line that made a call, as far as the device was told."""
        return _called(host, self.host_line)

    def returned(self) -> tuple[int, ...]:
        """The launcher's return value of each call that came back."""
        return tuple(int(m.split(":")[2]) for m in self.device.marks if re.fullmatch(r"return:\d+:-?\d+", m))


def problems_of(scene: Scene) -> tuple[Problem, ...]:
    """All problems of a run, gravest first. Raises HarnessError if it failed before student code could run."""
    _ours(scene)
    findings = [problem_of(f, scene.sources, scene.host_line, library_call(scene.device, f)) for f in scene.device.findings if not f.caller]
    unordered = _with_the_caller(scene)
    launches, transfers = _launches(scene, [*findings, *unordered]), _transfers(scene)
    default = {problem.kernel for problem in launches if problem.verdict == "WRONG_STREAM"}
    told = {(p.file, p.line) for p in transfers if p.verdict == "FORBIDDEN_TRANSFER" and p.line}  # a copy that is to go has no right stream
    unordered = {p: astray for p, astray in unordered.items() if (p.file, p.line) not in told}
    if scene.job.allowed.copies:  # streams of its own are the launcher's business: that they aren't ordered is what is wrong
        findings += [msgspec.structs.replace(p, verdict="CROSS_STREAM_RACE") for p in unordered]
    else:
        default |= {p.kernel for p, astray in unordered.items() if astray}
        launches += [p for p in unordered if p.kernel not in _kernels_of(launches, "WRONG_STREAM")]
    if default:
        findings = _but_for_the_stream(findings, default)
    libraries = library_problems(scene)
    problems = [*findings, *_end(scene, findings), *_order(scene), *_strangers(scene), *launches, *libraries, *transfers, *_short(scene)]
    return tuple(sorted(dict.fromkeys(problems), key=_gravity))


def _kernels_of(problems: list[Problem], verdict: str) -> set[str]:
    return {problem.kernel for problem in problems if problem.verdict == verdict and problem.kernel}


def _with_the_caller(scene: Scene) -> dict[Problem, bool]:
    """Work that nothing orders with what the caller did in the stream that it gave, before the launcher or after it: a problem for each
    launch or call, and whether it is ordered with neither."""
    sides: dict[tuple[str, str, Place], dict[str, DeviceFinding]] = {}
    for finding in scene.device.findings:
        if finding.caller:
            place = scene.called(finding.host) or (launch_place(scene.sources, _base(finding.kernel)) if finding.kernel else None)
            sides.setdefault((finding.message, finding.kernel, place), {})[finding.caller] = finding
    stream = "the default stream, where the caller works" if scene.job.allowed.default_stream else "the stream that the launcher was given"
    found = {}
    for (message, kernel, place), by_side in sides.items():
        work = message.replace(kernel, _base(kernel)) if kernel else message
        early, late = "it may begin before the caller's data are there", "the caller may go on before it has ended"
        if len(by_side) == 2:
            what = f"isn't ordered with {stream}: {early}, and {late}"
        elif "before" in by_side:
            what = f"isn't ordered behind what came before in {stream}: {early}"
        else:
            what = f"isn't ordered with what comes after in {stream}: {late}"
        text = f"{work} {what}. Put it into that stream, or order the two by an event (cudaEventRecord, cudaStreamWaitEvent)"
        first = next(iter(by_side.values()))
        problem = _at(
            place,
            verdict="WRONG_STREAM",
            message=text,
            phase=first.phase,
            kernel=kernel or None,
            count=max(f.count for f in by_side.values()),
            unordered=True,
        )
        found[problem] = len(by_side) == 2
    return found


def _but_for_the_stream(findings: list[Problem], kernels: set[str | None]) -> list[Problem]:
    """Findings that the wrong stream of these kernels (None: of copies) doesn't explain: what nothing orders meets other work or the host,
    which waits for the right stream, and may read what is not there yet, or what the right stream has given back."""
    met = any(finding.verdict == "CROSS_STREAM_RACE" for finding in findings)

    def explained(finding: Problem) -> bool:
        gone = finding.verdict == "USE_AFTER_FREE" and "cudaMallocAsync" in finding.message
        early = finding.verdict in {"HOST_RACE", "HOST_WAR"} and finding.kernel in kernels
        return gone or early or (met and finding.verdict in {"CROSS_STREAM_RACE", "UNINIT_READ"})

    return [finding for finding in findings if not explained(finding)]


def _gravity(problem: Problem) -> tuple[bool, int]:
    return problem.note, rank(problem.verdict)


def _ours(scene: Scene) -> None:
    if scene.loaded:
        return
    said = _last_line(scene.exit.stderr)
    if scene.exit.cause == "out_of_memory":
        raise HarnessError("the runner needs more memory than the assignment's limit before any student code runs; raise limits.memory_mib")
    raise HarnessError(f"the runner ended before it loaded the submission ({_how(scene.exit)}{': ' + said if said else ''}); try again")


def problem_of(
    finding: DeviceFinding,
    sources: Mapping[str, bytes],
    host_line: Callable[[int], Place] = lambda offset: None,
    via: HostPlace | None = None,
) -> Problem:
    """A finding with its places in the student's files. `via`: the library's call that stands for a kernel that is none of theirs."""
    files = tuple(sources)

    def place(frames: tuple[ExactFrame, ...]) -> DevicePlace | None:
        found = resolve(frames, "/", lambda name: student_file(name, files) is not None)
        return found._replace(file=student_file(found.file, files) or found.file) if found else None

    here, other = place(finding.frames), place(finding.other_frames)
    if line := _called(finding.other_host, host_line):
        other = DevicePlace(*line)
    if line := _called(finding.host, host_line):
        here = DevicePlace(*line)
    if here is None and other is not None and finding.host:  # the runner's own call met the student's
        here, other = other, None
    if here is None and (line := _called(via, host_line)):
        here = DevicePlace(*line)
    if here is not None:
        pass
    elif finding.verdict == "LAUNCH_ERROR_UNREPORTED":  # of the host: the device knows the kernel, the text its launch
        launched = launch_place(sources, _base(finding.kernel))
        here = DevicePlace(*launched) if launched else None
    elif not finding.kernel and (call := re.match(r"cuda[A-Z]\w*", finding.message)):
        called = only_call_place(sources, call[0])  # several: the device doesn't know which of them it was
        here = DevicePlace(*called) if called else None
    return Problem(
        verdict=finding.verdict,
        message=finding.message,
        file=here.file if here else None,
        line=here.line if here else None,
        column=here.column if here else None,
        other_file=other.file if other else None,
        other_line=other.line if other else None,
        other_column=other.column if other else None,
        kernel=finding.kernel or None,
        block=finding.block,
        thread=finding.thread,
        other_thread=finding.other_thread,
        count=finding.count,
        note=finding.note,
        phase=finding.phase,
    )


def _called(host: HostPlace | None, host_line: Callable[[int], Place]) -> Place:
    """The student's line at a place of host code, or at the call that led there."""
    if host is None or host.module.rpartition("/")[2] != "program.so":
        return None
    return next((line for offset in (host.offset, host.outer) if offset and (line := host_line(offset))), None)


def _end(scene: Scene, findings: list[Problem]) -> list[Problem]:
    """What the end of the process says."""
    exit, phase = scene.exit, scene.phase
    faults = [f for f in findings if not f.note]
    if exit.cause == "out_of_memory":
        return [Problem(verdict="OUT_OF_MEMORY", message="the program used more memory than the assignment allows", phase=phase)]
    if exit.cause == "output_limit":
        return [Problem(verdict="OUTPUT_LIMIT", message="the program printed more than the assignment allows and was stopped", phase=phase)]
    if exit.cause == "timeout" or (exit.cause == "signaled" and exit.signal == signal.SIGXCPU):
        return _timeout(scene, faults)
    if exit.cause == "signaled":
        return [_crash(scene)]
    if exit.code == 10 and phase == "load":
        return [_not_loadable(scene)]
    if exit.code == 11 and phase == "load":
        return [Problem(verdict="MISSING_SYMBOL", message="the entry point is not in the built library", phase=phase)]
    if phase == "done" and exit.code == 0:
        failed = next((m for m in scene.device.marks if re.fullmatch(r"sync:\d+:[1-9]\d*", m)), None)
        if failed is None:
            return []
        return [] if faults else [_sticky(scene, int(failed.rpartition(":")[2]))]  # the runner stops there
    if exit.code == 13 and (faults or any(launch.error in STICKY for launch in scene.device.launches)):
        return []  # our own call failed after the student's had: the findings tell why
    where = "in the launcher" if phase.startswith("call:") else "while it was loaded" if phase == "load" else "before the results were read"
    message = (
        f"the program ended with exit status {exit.code} {where}; return an error code from the launcher instead of ending the process"
    )
    place = next((p for name in ("exit", "_exit", "_Exit", "quick_exit", "abort") if (p := call_place(scene.sources, name))), None)
    if place is None and not exit.code:
        message = (
            f"nothing more was heard of the program {where}, and it ended with exit status 0: it ended the process, or closed file "
            "descriptors that aren't its own, such as the connection to the device"
        )
    return [_at(place, verdict="EARLY_EXIT", message=message, phase=phase)]


def _timeout(scene: Scene, faults: list[Problem]) -> list[Problem]:
    if any(f.verdict in ("TIMEOUT", "DEADLOCK") for f in faults):
        return []
    if scene.phase.startswith("return:"):  # the launcher came back, and what it put into the stream goes on: only a real card gets so far
        waiting = next((c for c in scene.device.trace if c.name in _HOST_FUNCTIONS and not c.error and _inside(c.phase)), None)
        if waiting is not None:  # here a kernel without an end is stopped by its budget
            what = f"what the launcher put into its streams didn't end within {scene.time_limit_s:g} s"
            place = scene.called(waiting.host) or call_place(scene.sources, waiting.name)
            message = f"{what}. {waiting.name} put host code there: look at what that waits for"
            return [_at(place, verdict="HOST_TIMEOUT", message=message, phase=scene.phase)]
        message = f"what the launcher started on the device didn't end within {scene.time_limit_s:g} s; look at the kernel's loops"
        return [Problem(verdict="TIMEOUT", message=message, phase=scene.phase)]
    message = f"the host code didn't come to an end within {scene.time_limit_s:g} s (no kernel was over its budget)"
    return [Problem(verdict="HOST_TIMEOUT", message=f"{message}; look at loops and waits in the launcher", phase=scene.phase)]


def _crash(scene: Scene) -> Problem:
    number = scene.exit.signal or 0
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    fault = scene.device.host_fault
    message = (
        f"the launcher's process was ended by {name}, {_SIGNALS[name]}"
        if name in _SIGNALS
        else f"the launcher's process was ended by {name}"
    )
    place: Place = None
    if fault is not None:
        if fault.explanation and name in ("SIGSEGV", "SIGBUS"):  # the cause before the signal that it ended in
            message = f"{fault.explanation[0].upper()}{fault.explanation[1:]}. (T{message[1:]}.)"
        if fault.module.rpartition("/")[2] == "program.so":
            place = scene.host_line(int(str(fault.offset), 0))
    return _at(place, verdict="HOST_CRASH", message=message, phase=scene.phase)


def _not_loadable(scene: Scene) -> Problem:
    # The loader's text isn't passed on and decides nothing: code of the library runs while it is loaded and can say anything, an input
    # included. No honest library gets here, since it was linked against the same runtime with --no-undefined.
    return Problem(verdict="MISSING_SYMBOL", message="the built library can't be loaded, or ended the process while it was", phase="load")


def _order(scene: Scene) -> list[Problem]:
    """The marks are the runner's; a program that sets its own speaks in our name. However it ended, what was seen is the beginning of what
    the runner does, except that it stops after a call that the device failed."""
    marks = scene.device.marks
    seen = [mark if mark.startswith("download:") else ":".join(mark.split(":")[:2]) for mark in marks]
    collapsed = [m for i, m in enumerate(seen) if i == 0 or m != seen[i - 1]]
    failed = next((i for i, mark in enumerate(marks) if re.fullmatch(r"sync:\d+:[1-9]\d*", mark)), len(marks))
    stopped = marks[failed + 1 :] in ((), ("done",))
    if failed < len(marks) and collapsed[-1] == "done":
        collapsed.pop()
    if stopped and tuple(collapsed) == scene.job.marks[: len(collapsed)]:
        return []
    message = "the steps that the device saw are not the runner's; a submission must not set marks of its own"
    return [Problem(verdict="FORBIDDEN_TRANSFER", message=message)]


def _strangers(scene: Scene) -> list[Problem]:
    """Kernels, and copies to the host, that came while the runner was at work and aren't its own: of a program that goes on beside it, or
    speaks under marks of its own. Copies to the device are counted in `_transfers`."""
    ours = {f"download:{name}" for name, size in scene.job.downloads.items() if size}
    what = next((f"the kernel {_base(x.kernel)} was launched" for x in scene.device.launches if not _inside(x.phase)), "")
    fetches = scene.job.fetches
    for call in scene.device.trace:
        if call.kind == "DtoH" and not _inside(call.phase):
            if call.phase == "setup" and fetches > 0:
                fetches -= 1
            elif call.phase not in ours:
                what = what or f"{call.name} copied {call.bytes} bytes to the host"
            ours.discard(call.phase)
    if not what:
        return []
    message = f"{what} when the launcher had returned; all of its work must be in its streams by then"
    return [Problem(verdict="FORBIDDEN_TRANSFER", message=message)]


def _inside(phase: str) -> bool:
    """Whether it is the student's code that is to act in this phase."""
    return phase.startswith(("call:", "load"))


# What a card says without a finding: it knows the kind of the fault and not its place.
_DEVICE_ERRORS = {702: "TIMEOUT", 710: "DEVICE_ASSERT", 716: "MISALIGNED"}


def _sticky(scene: Scene, error: int) -> Problem:
    verdict = _DEVICE_ERRORS.get(error, "LAUNCH_FAILED")
    return Problem(verdict=verdict, message=f"after the launcher's work the device reports {error_name(error)}", phase=scene.phase)


def _launches(scene: Scene, findings: list[Problem]) -> list[Problem]:
    """Launches that failed, work on the default stream, error codes that the launcher returned."""
    faults = {f.verdict for f in findings if not f.note}
    problems = []
    failed = [x for x in scene.device.launches if x.error and x.error not in STICKY and x.phase.startswith(("call:", "load"))]
    if failed and "LAUNCH_ERROR_UNREPORTED" not in faults and "UNSUPPORTED" not in faults:
        first = next((x for x in failed if _swallowed(scene, x.phase)), failed[0])
        swallowed = _swallowed(scene, first.phase)
        grid, block = (f"({', '.join(str(n) for n in dim)})" for dim in (first.grid, first.block))
        call = f"{_base(first.kernel)}<<<{grid}, {block}, {first.shared_bytes}>>>"
        message = f"{call} was refused with {error_name(first.error)}{': ' * bool(first.why)}{first.why}"
        place = scene.called(first.host) or launch_place(scene.sources, _base(first.kernel))
        message += "; the launcher asked for the error and returned 0 (success) all the same" if swallowed else ""
        verdict = "LAUNCH_ERROR_UNREPORTED" if swallowed else "LAUNCH_FAILED"
        problems.append(_at(place, verdict=verdict, message=message, kernel=first.kernel, count=len(failed), phase=first.phase))
    if not problems and not faults and any(scene.returned()):
        problems.append(_returned_error(scene))
    if scene.job.allowed.default_stream:
        return problems
    if scene.job.allowed.copies:
        problems += _copies_elsewhere(scene)
    ran = [x for x in scene.device.launches if x.error == 0 or x.error in STICKY]
    elsewhere = [x for x in ran if x.stream == 0 and x.phase.startswith("call:")]
    if elsewhere:
        kernel = _base(elsewhere[0].kernel)
        message = f"{kernel} was launched on the default stream; launch it on the stream that the launcher was given (4th launch parameter)"
        place = scene.called(elsewhere[0].host) or launch_place(scene.sources, kernel)
        problems.append(_at(place, verdict="WRONG_STREAM", message=message, kernel=elsewhere[0].kernel, count=len(elsewhere)))
    return problems


def _returned_error(scene: Scene) -> Problem:
    """A launcher that says it failed, and no launch or finding that says why: the call of the runtime that did, if one did. A function that
    the emulated runtime lacks is no fault of the student's."""
    call, code = next((number, code) for number, code in enumerate(scene.returned()) if code)
    if (told := library_failure(scene, call)) is not None:
        return told
    failed = [c for c in scene.device.trace if c.phase == f"call:{call}" and c.error == code]
    if not failed:
        verdict = "OUT_OF_MEMORY" if code == _MEMORY else "LAUNCH_FAILED"
        message = f"the launcher returned {error_name(code)}, although every call and launch of it succeeded; 0 is success"
        return Problem(verdict=verdict, message=message)
    first = next((c for c in failed if c.name in scene.device.unsupported), failed[0])
    place = scene.called(first.host) or only_call_place(scene.sources, first.name)
    if code == _NOT_SUPPORTED and first.name in scene.device.unsupported:
        message = f"{first.name} is not part of the emulated runtime, and the launcher returned the error that it got, {error_name(code)}"
        return _at(place, verdict="UNSUPPORTED", message=message, phase=first.phase)
    verdict = "OUT_OF_MEMORY" if code == _MEMORY else "LAUNCH_FAILED"
    message = f"{first.name} failed, and the launcher returned what it said, {error_name(code)}; 0 is success"
    return _at(place, verdict=verdict, message=message, phase=first.phase)


def _swallowed(scene: Scene, phase: str) -> bool:
    """Whether the launcher came back from this call as if all had gone well."""
    return f"return:{phase.partition(':')[2]}:0" in scene.device.marks


def _copies_elsewhere(scene: Scene) -> list[Problem]:
    """Copies on the default stream of a launcher that was given another."""
    copies = [c for c in scene.device.trace if c.kind and c.bytes and not c.stream and not c.error and c.phase.startswith("call:")]
    if not copies:
        return []
    first = copies[0]
    remedy = "cudaMemcpyAsync takes the stream that the launcher was given, or one that is ordered with it"
    message = f"{first.name} copies {first.bytes} bytes on the default stream; {remedy}"
    return [_at(scene.called(first.host), verdict="WRONG_STREAM", message=message, phase=first.phase, count=len(copies))]


def _short(scene: Scene) -> list[Problem]:
    """Calls that copied fewer bytes than their buffers have: why a result is wrong, if it is."""
    allowed, problems = scene.job.allowed, []
    for call, code in enumerate(scene.returned() if allowed.copies else ()):
        copies = [c for c in scene.device.trace if c.phase == f"call:{call}" and not c.error and c.bytes]
        up = [c for c in copies if c.kind == "HtoD"]
        down = [c for c in copies if c.kind == "DtoH"]
        ways = (("to the device", up, allowed.to_device_bytes), ("to the host", down, allowed.to_host_bytes))
        over = next(((way, those) for way, those, wanted in ways if sum(c.bytes for c in those) > wanted), None)
        short = next(((way, those, wanted) for way, those, wanted in ways if sum(c.bytes for c in those) < wanted), None)
        if code or short is None:
            continue
        way, those, wanted = short
        moved = sum(c.bytes for c in those)
        if over is not None:
            last = over[1][-1]
            message = (
                f"{last.name} copies {last.bytes} bytes {over[0]}, where they aren't wanted; {way} go {moved} bytes instead of {wanted}"
            )
            problems.append(_at(scene.called(last.host), verdict="COPY_DIRECTION", message=message, phase=last.phase))
        elif any(c.bytes not in allowed.sizes for c in those):  # whole buffers only: one was forgotten, which shows otherwise
            least = min(those, key=lambda c: c.bytes)
            message = f"the launcher copies {moved} bytes {way}, and its buffers have {wanted}; {least.name} copies {least.bytes}"
            problems.append(_at(scene.called(least.host), verdict="PARTIAL_COPY", message=message, phase=least.phase))
    return problems


def _transfers(scene: Scene) -> list[Problem]:
    """Copies between host and device that aren't the runner's, and waits of the launcher, where its entry doesn't allow them."""
    device, problems, allowed = scene.device, [], scene.job.allowed
    seen: set[tuple[str, str]] = set()
    uploads = 0
    for call in device.trace:
        kind = call.kind or ""
        inside = _inside(call.phase)
        uploads += kind == "HtoD" and not inside
        what, verdict = "", "FORBIDDEN_TRANSFER"
        if kind in ("HtoD", "DtoH") and ((inside and not allowed.copies) or (kind == "HtoD" and uploads > scene.job.uploads)):
            what = f"{call.name} copies {call.bytes} bytes {'to the device' if kind == 'HtoD' else 'to the host'}"
        elif call.name in _SYNCHRONISING and inside and not allowed.waits:
            what, verdict = f"{call.name} waits for the device", "FORBIDDEN_SYNC"
        elif call.again and inside and not allowed.waits:
            what, verdict = f"{call.name} is asked again and again, which waits for the device", "FORBIDDEN_SYNC"
        elif call.name in _SHARED and inside and not allowed.pins:
            what = f"{call.name} makes memory that host and device share"
        if what and (call.name, kind) not in seen:
            seen.add((call.name, kind))
            why = "inputs and results lie where kernels reach them, and the caller waits"
            if allowed.copies:
                why = "it copies between its arguments and the device"
            message = f"{what} in the launcher; {why}"
            phase = call.phase if inside else ""  # none: not what a call did, but a fault of the record as a whole
            place = scene.called(call.host) or call_place(scene.sources, call.name)
            problems.append(_at(place, verdict=verdict, message=message, phase=phase))
    if device.trace_dropped and scene.loaded:
        message = f"{device.trace_dropped} runtime calls more than the grader records; the launcher must do with fewer"
        problems.append(Problem(verdict="FORBIDDEN_TRANSFER", message=message))
    return problems


def _at(
    place: Place, *, verdict: str, message: str, phase: str = "", kernel: str | None = None, count: int = 1, unordered: bool = False
) -> Problem:
    file, line = place or (None, None)
    return Problem(verdict=verdict, message=message, file=file, line=line, phase=phase, kernel=kernel, count=count, unordered=unordered)


def _base(kernel: str) -> str:
    """The name as the source has it: without arguments, template arguments and namespaces."""
    plain = re.sub(r"\(.*", "", kernel.replace("(anonymous namespace)::", ""), flags=re.S)
    plain = re.sub(r"<.*", "", plain, flags=re.S)
    return plain.rpartition("::")[2].rpartition(" ")[2]


def _how(exit: Exit) -> str:
    return f"signal {exit.signal}" if exit.cause == "signaled" else f"exit status {exit.code}" if exit.cause == "exited" else exit.cause


def _last_line(data: bytes) -> str:
    lines = data.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
