"""Sanitize: a built submission -> what compute-sanitizer says of some of its cases, on a real card that can't see accesses by itself.

Runs of their own, beside those that are judged: the program gets plain buffers of exact size (between our guards an access too far would
still lie in its own memory), with the public seed's values, since they lie where the program can read them. The tool works inside the
student's process and its log comes from there: a program that is out to deceive can do so here. It wins no more than cleanliness points.

A program that doesn't come through its calls under a tool fails what the tool looks for, since it does come through them without; unless
the tool doesn't work here even with no program loaded, which is tried as soon as something goes wrong.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from grader.assignment import Assignment, Case
from grader.devices.contract import Checker
from grader.devices.cuda.sanitizer import TOOLS, Log, read_log
from grader.errors import HarnessError
from grader.records import Exit, Problem, Record, Run
from grader.run.commands import run_command
from grader.run.inputs import Override, make_inputs
from grader.run.job import JOB, write_job
from grader.run.record import problem_of
from grader.run.seeds import public_seed
from grader.sandbox.contract import Bind, Sandbox

CASES = 4  # of each visibility: each costs four runs under the tools
AT_A_TIME = 4
SLOWER = 5  # how many times its limit a program may take under a tool
LOG = "log"
MOST_LOG_BYTES = 8 << 20
MOST_OUTPUT_BYTES = 1 << 20  # larger ones needn't be written out to show that the calls were done
LEFT_OUT = "compute-sanitizer looked at other cases"


class Checked(Record, frozen=True, kw_only=True):
    """One tool's word on one case. `trouble`: it said nothing that counts; `fault`: the program kept it from that."""

    log: Log = Log(complete=False)
    trouble: str = ""
    fault: Problem | None = None


class Bench(Record, frozen=True, kw_only=True):
    """What every run under a tool needs."""

    library: Path
    assignment: Assignment
    sandbox: Sandbox
    checker: Checker
    folder: Path
    override: Override | None


def sanitized(
    runs: Sequence[Run],
    library: Path,
    assignment: Assignment,
    sandbox: Sandbox,
    checker: Checker,
    sources: Mapping[str, bytes],
    folder: Path,
    override: Override | None,
) -> list[Run]:
    """The runs, with the tools' findings among their problems and what was measured no longer called unmeasured."""
    chosen = _chosen(runs, assignment)
    bench = Bench(library=library, assignment=assignment, sandbox=sandbox, checker=checker, folder=folder, override=override)
    works_here: dict[str, bool] = {}
    once = threading.Lock()

    def one(work: tuple[Case, str]) -> Checked:
        case, tool = work
        found = _check(bench, case, tool)
        if found.fault is None:
            return found
        with once:
            if tool not in works_here:
                works_here[tool] = not _check(bench, case, tool, loaded=False).trouble
        return msgspec.structs.replace(found, trouble="") if works_here[tool] else msgspec.structs.replace(found, fault=None)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        works = [(case, tool) for case in chosen for tool in TOOLS]
        found = dict(zip(((case.id, tool) for case, tool in works), pool.map(one, works), strict=True))
    return [_with(run, {tool: found[run.case, tool] for tool in TOOLS if (run.case, tool) in found}, sources) for run in runs]


def _chosen(runs: Sequence[Run], assignment: Assignment) -> list[Case]:
    """The first cases of each visibility that ran; those for the clock are too large."""
    cases = [assignment.case(run.case) for run in runs if not run.not_run]
    small = [case for case in cases if not case.timed]
    return [case for kind in ("public", "hidden") for case in [c for c in small if c.visibility == kind][:CASES]]


def _check(bench: Bench, case: Case, tool: str, loaded: bool = True) -> Checked:
    """One case under one tool; without `loaded` only what comes before the student's code."""
    assignment, checker = bench.assignment, bench.checker
    folder = bench.folder / f"{case.id}-{tool}{'' if loaded else '-bare'}"
    job, log = folder / "job", folder / LOG
    for made in (folder, job, log):
        made.mkdir()
    log.chmod(0o777)
    seed = public_seed(assignment.course, assignment.slug)
    # an `out` buffer stays as it came: what is read from it is uninitialised
    fresh = {buffer.name for buffer in assignment.entry(case.entry).buffers() if buffer.direction == "out"}
    arrays = [
        {name: array for name, array in make_inputs(assignment, case, call, seed, bench.override).items() if name not in fresh}
        for call in range(case.calls)
    ]
    limit_s = assignment.limits.time_s * SLOWER
    try:
        write_job(job, job, assignment, case, arrays, bench.library)
        outputs = _ask_for_outputs(job / JOB, assignment, case, loaded)
        command = run_command(assignment, job, checker.client, limit_s)
        words = (str(checker.program), "--tool", tool, "--log-file", str(log / LOG), "--print-limit", "100")
        binds = (*command.binds, Bind(source=checker.folder, target=str(checker.folder)), Bind(source=log, target=str(log), writable=True))
        limits = msgspec.structs.replace(command.limits, memory_mib=2 * command.limits.memory_mib, processes=64)
        ended = bench.sandbox.run(msgspec.structs.replace(command, argv=(*words, *command.argv), binds=binds, limits=limits))
    except HarnessError as error:
        return Checked(trouble=str(error))
    found = read_log(_text(log / LOG))
    through = ended.cause == "exited" and ended.code == 0 and all(_bytes(log / name) == size for name, size in outputs.items())
    if found.complete and (through or found.findings):  # after a finding the device may do nothing more
        return Checked(log=found)
    said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    trouble = f"compute-sanitizer didn't come to its end ({said[-1][:200] if said else ended.cause})"
    return Checked(trouble=trouble, fault=_fault(ended, through, tool, limit_s))


def _ask_for_outputs(job: Path, assignment: Assignment, case: Case, loaded: bool) -> dict[str, int]:
    """Has the runner write the last call's outputs beside the log, which shows that it came so far: file -> bytes."""
    sizes = {buffer.name: buffer.byte_count(case.sizes) for buffer in assignment.entry(case.entry).buffers() if buffer.written}
    files = {f"{name}.{case.calls - 1}": size for name, size in sizes.items() if size <= MOST_OUTPUT_BYTES and loaded}
    lines = []
    for line in job.read_text(encoding="ascii").splitlines():
        verb, *words = line.split()
        if verb == "load" and not loaded:
            break
        name = ".".join(words)
        lines.append(f"{line} ../{LOG}/{name}" if verb == "download" and name in files else line)
    job.chmod(0o644)
    job.write_text("\n".join(lines) + "\n", encoding="ascii")
    job.chmod(0o444)
    return files


def _fault(ended: Exit, through: bool, tool: str, limit_s: float) -> Problem:
    """The program came through its calls, and under the tool it didn't."""
    if through:
        how, verdict = "left the tool's log without its end", "EARLY_EXIT"
    elif ended.cause == "timeout":
        how, verdict = f"didn't end within {limit_s:g} s", "TIMEOUT"
    elif ended.cause == "signaled":
        how, verdict = f"was ended by signal {ended.signal}", "HOST_CRASH"
    else:
        how, verdict = "ended before its last results were read", "EARLY_EXIT"
    message = f"under compute-sanitizer's {tool} the program {how}, so nothing shows that it is free of such errors"
    return Problem(verdict=verdict, message=message, phase="call:sanitizer")


def _with(run: Run, checked: Mapping[str, Checked], sources: Mapping[str, bytes]) -> Run:
    unmeasured = dict(run.not_measured)
    problems = list(run.problems)
    faults = {tool: result.fault for tool, result in checked.items() if result.fault is not None}
    for tool in TOOLS:
        result = checked.get(tool)
        if result is None:
            unmeasured[tool] = LEFT_OUT
            continue
        problems += [problem_of(finding, sources) for finding in result.log.findings if result.log.complete]
        if result.trouble:
            unmeasured[tool] = result.trouble
        else:
            unmeasured.pop(tool, None)
    return msgspec.structs.replace(run, problems=tuple(dict.fromkeys(problems)), not_measured=unmeasured, tool_faults=faults)


def _bytes(file: Path) -> int:
    """A plain file's size; -1 if there is none."""
    try:
        found = file.lstat()
    except OSError:
        return -1
    return found.st_size if stat.S_ISREG(found.st_mode) else -1


def _text(file: Path) -> str:
    """A plain file's text, no more than there may be of it; "" if there is none."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(MOST_LOG_BYTES).decode("utf-8", "replace")
