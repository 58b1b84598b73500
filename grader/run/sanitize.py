"""Sanitize: a built submission -> what compute-sanitizer says of some of its cases, on a real card that can't see accesses by itself.

Runs of their own, beside those that are judged: the program gets plain buffers of exact size (between our guards an access too far would
still lie in its own memory), with the public seed's values, since they lie where the program can read them. The tool works inside the
student's process and its log comes from there: a program that is out to deceive can do so here. It wins no more than cleanliness points.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from grader.assignment import Assignment, Case
from grader.devices.contract import Checker
from grader.devices.cuda.sanitizer import TOOLS, Log, read_log
from grader.errors import HarnessError
from grader.records import Record, Run
from grader.run.commands import run_command
from grader.run.inputs import Override, make_inputs
from grader.run.job import write_job
from grader.run.record import problem_of
from grader.run.seeds import public_seed
from grader.sandbox.contract import Bind, Sandbox

CASES = 4  # of each visibility: each costs four runs under the tools
AT_A_TIME = 4
SLOWER = 5  # how many times its limit a program may take under a tool
LOG = "log"
MOST_LOG_BYTES = 8 << 20
LEFT_OUT = "compute-sanitizer looked at other cases"


class Checked(Record, frozen=True, kw_only=True):
    """One tool's word on one case; `trouble` if it said nothing that counts."""

    log: Log
    trouble: str = ""


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

    def one(work: tuple[Case, str]) -> Checked:
        case, tool = work
        made = folder / f"{case.id}-{tool}"
        made.mkdir()
        return _check(made, case, tool, library, assignment, sandbox, checker, override)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        works = [(case, tool) for case in chosen for tool in TOOLS]
        found = dict(zip(((case.id, tool) for case, tool in works), pool.map(one, works), strict=True))
    return [_with(run, {tool: found[run.case, tool] for tool in TOOLS if (run.case, tool) in found}, sources) for run in runs]


def _chosen(runs: Sequence[Run], assignment: Assignment) -> list[Case]:
    """The first cases of each visibility that ran; those for the clock are too large."""
    cases = [assignment.case(run.case) for run in runs if not run.not_run]
    small = [case for case in cases if not case.timed]
    return [case for kind in ("public", "hidden") for case in [c for c in small if c.visibility == kind][:CASES]]


def _check(
    folder: Path,
    case: Case,
    tool: str,
    library: Path,
    assignment: Assignment,
    sandbox: Sandbox,
    checker: Checker,
    override: Override | None,
) -> Checked:
    nothing = Log(complete=False)
    job, log = folder / "job", folder / LOG
    job.mkdir()
    log.mkdir()
    log.chmod(0o777)
    seed = public_seed(assignment.course, assignment.slug)
    # an `out` buffer stays as it came: what is read from it is uninitialised
    fresh = {buffer.name for buffer in assignment.entry(case.entry).buffers() if buffer.direction == "out"}
    arrays = [
        {name: array for name, array in make_inputs(assignment, case, call, seed, override).items() if name not in fresh}
        for call in range(case.calls)
    ]
    try:
        write_job(job, job, assignment, case, arrays, library)
        command = run_command(assignment, job, checker.client, assignment.limits.time_s * SLOWER)
        words = (str(checker.program), "--tool", tool, "--log-file", str(log / LOG), "--print-limit", "100")
        binds = (*command.binds, Bind(source=checker.folder, target=str(checker.folder)), Bind(source=log, target=str(log), writable=True))
        limits = msgspec.structs.replace(command.limits, memory_mib=2 * command.limits.memory_mib, processes=64)
        ended = sandbox.run(msgspec.structs.replace(command, argv=(*words, *command.argv), binds=binds, limits=limits))
    except HarnessError as error:
        return Checked(log=nothing, trouble=str(error))
    found = read_log(_text(log / LOG))
    if not found.complete:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        return Checked(log=found, trouble=f"compute-sanitizer didn't come to its end ({said[-1][:200] if said else ended.cause})")
    return Checked(log=found)


def _with(run: Run, checked: Mapping[str, Checked], sources: Mapping[str, bytes]) -> Run:
    unmeasured = dict(run.not_measured)
    problems = list(run.problems)
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
    return msgspec.structs.replace(run, problems=tuple(dict.fromkeys(problems)), not_measured=unmeasured)


def _text(file: Path) -> str:
    """A plain file's text, no more than there may be of it; "" if there is none."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read(MOST_LOG_BYTES).decode("utf-8", "replace")
