"""Run: cases that run a command -> one Run each, in a room of its own. What ended it is recorded from outside; what its work came to is
what it wrote."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from grader.assignment import Assignment, Case
from grader.build.cache import Cache
from grader.build.programs import Compiling
from grader.errors import HarnessError
from grader.lanes import Found, Missing, find
from grader.records import Exit, Problem, Run
from grader.run.seeds import Seed
from grader.sandbox.contract import Command, Limits, Sandbox
from grader.scripted import collect
from grader.scripted.kept import keep, key_of, recall
from grader.scripted.place import FILE_MIB, Placed, command, place
from grader.scripted.told import told

ATTEMPTS = 2  # a fault of ours is tried again before a case counts as not run
MAX_STDOUT_CHARACTERS = 16 << 10
HOME, STDOUT, STDERR = "home", "stdout", "stderr"  # names of outputs beside the command's own files
PATH = {"PATH": "/usr/bin:/bin"}
LOOK = Limits(wall_s=10.0)  # of our own small commands beside the case's


def run_commands(
    cases: Sequence[Case],
    assignment: Assignment,
    files: Mapping[str, bytes],
    programs: Sequence[Compiling],
    sandbox: Sandbox,
    seed: Seed,
    folder: Path,
    workers: int = 0,
    cache: Cache | None = None,
) -> list[Run]:
    """Runs the cases, several at a time, and returns their records in order. `folder` receives inputs and outputs and must outlive them;
    what `cache` has of a room that is the very same isn't run again. Raises AssignmentError for a problem.py that doesn't do."""
    if sandbox.name == "none":  # its paths are the machine's own, and drivers name the room's
        why = "a command needs a room of its own, which the sandbox `none` can't make: `grader doctor` says what `local` lacks here"
        return [_empty(case, not_run=why) for case in cases]
    at_a_time = max(1, min(workers or len(os.sched_getaffinity(0)), len(cases)))
    pool = ThreadPoolExecutor(max_workers=at_a_time)
    try:
        futures = [pool.submit(_case, case, assignment, files, programs, sandbox, seed, folder, cache) for case in cases]
        runs = [each.result() for each in futures]
    except BaseException:  # Ctrl-C: cases that go on end with their rooms, nobody waits for them
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()
    return runs


def _case(
    case: Case,
    assignment: Assignment,
    files: Mapping[str, bytes],
    programs: Sequence[Compiling],
    sandbox: Sandbox,
    seed: Seed,
    folder: Path,
    cache: Cache | None,
) -> Run:
    wanted = [each for each, table in zip(programs, assignment.programs, strict=True) if table.lane == case.lane]
    lane = find(case.lane) if case.lane else None
    why = lane.remedy if isinstance(lane, Missing) else next((each.missing for each in wanted if each.missing), "")
    if why:
        return _empty(case, not_measured={"lane": why})
    failed = [problem for each in wanted for problem in each.problems]
    if failed:
        return _empty(case, problems=tuple(failed))
    cause = ""
    for _ in range(ATTEMPTS):
        made = Path(tempfile.mkdtemp(prefix="room-", dir=folder))
        made.chmod(0o711)  # the sandbox's user may enter, others can't list
        try:
            found = lane if isinstance(lane, Found) else None
            return _attempt(case, assignment, files, {each.output: each.path for each in wanted}, found, sandbox, seed, made, cache)
        except HarnessError as error:
            cause = str(error)
        except OSError as error:
            cause = f"{error.strerror or error}: {error.filename or folder}"
    return _empty(case, not_run=cause)


def _attempt(
    case: Case,
    assignment: Assignment,
    files: Mapping[str, bytes],
    programs: Mapping[str, str],
    lane: Found | None,
    sandbox: Sandbox,
    seed: Seed,
    folder: Path,
    cache: Cache | None,
) -> Run:
    start = time.perf_counter()
    seen = {name: content for name, content in files.items() if case.sees is None or name in case.sees}
    placed = place(folder, assignment, case, seen, programs, seed)
    limits = limits_of(assignment)
    ours = command(case, placed, lane, programs, limits)
    kept = folder / "kept"
    kept.mkdir(mode=0o700)
    key = key_of(case, placed, ours, programs, sandbox.isolation()) if cache else ""
    if cache and (known := recall(cache, key, kept)) is not None:
        _clear(placed)
        return msgspec.structs.replace(known, case=case.id, visibility=case.visibility, inputs=placed.inputs)
    with sandbox.room(placed.binds(lane, programs), limits) as room:
        for name in case.needs:
            if room.run(Command(argv=("/bin/sh", "-c", f"command -v {shlex.quote(name)}"), cwd="/", env=PATH, limits=LOOK)).code != 0:
                raise HarnessError(f"the sandbox has no {name}, which {assignment.slug} needs: install it on this machine or in the image")
        ended = room.run(ours)
        if ended.cause in ("exited", "signaled"):  # else the place is gone, and everything in it. What goes on is ended before we look
            room.run(Command(argv=("/bin/true",), cwd="/", env=PATH, limits=LOOK))
        outputs = collect.outputs(placed.out, kept)
        outputs[HOME] = _keep(kept / HOME, collect.encoded(collect.home(placed.home)))
    outputs[STDOUT] = _keep(kept / STDOUT, ended.stdout)
    outputs[STDERR] = _keep(kept / STDERR, ended.stderr)
    hidden = case.visibility == "hidden"
    problems = (*_ended(ended, limits, hidden), *told(outputs, _places(placed, assignment), hidden))
    _clear(placed)
    run = Run(
        case=case.id,
        visibility=case.visibility,
        sizes=case.sizes,
        scalars={},
        inputs=placed.inputs,
        outputs=outputs,
        exit=msgspec.structs.replace(ended, stdout=b"", stderr=b""),
        problems=problems,
        command=True,
        stdout=ended.stdout.decode("utf-8", "replace")[:MAX_STDOUT_CHARACTERS],
        wall_s=time.perf_counter() - start,
    )
    if cache:
        keep(cache, key, run)
    return run


def limits_of(assignment: Assignment) -> Limits:
    """What one command may use."""
    limits = assignment.limits
    return Limits(
        wall_s=limits.time_s,
        cpu_s=2 * limits.time_s + 1,
        memory_mib=limits.memory_mib,
        processes=256,  # threads count too, and frameworks start many
        file_mib=FILE_MIB,
        scratch_mib=FILE_MIB,
        output_mib=limits.output_mib,
        capture_kib=256,
        open_files=1024,
    )


def _places(placed: Placed, assignment: Assignment) -> set[str]:
    """Where an error may be: the student's files, and the cells of the notebook that is executed."""
    try:
        book = json.loads((placed.task / "notebook.json").read_bytes())
        names = (*(step["name"] for step in book["steps"]), *book["missing"])
        cells = {f"{book['notebook']}#{name}" for name in names}
    except (OSError, ValueError, KeyError, TypeError):  # no notebook, or a file of the assignment's with that name
        cells = set()
    return {*assignment.files, *cells}


def _ended(ended: Exit, limits: Limits, hidden: bool) -> list[Problem]:
    """What the way in which a command ended says, from outside. Its last words only in a public case."""
    if ended.cause == "timeout":
        text = f"the program didn't come to an end within {limits.wall_s:g} s; look for a loop, or for something that waits for input"
        korean = f"프로그램이 {limits.wall_s:g}초 안에 끝나지 않았습니다. 끝나지 않는 반복문이나 입력을 기다리는 곳을 찾아보세요."
        return [Problem(verdict="HOST_TIMEOUT", message=text, message_ko=korean)]
    if ended.cause == "out_of_memory":
        text = f"the program needed more than {limits.memory_mib} MiB of memory"
        return [Problem(verdict="OUT_OF_MEMORY", message=text, message_ko=f"프로그램이 메모리를 {limits.memory_mib} MiB 넘게 썼습니다.")]
    if ended.cause == "output_limit":
        text = f"the program printed more than {limits.output_mib} MiB, or left more than {FILE_MIB} MiB or 5000 files"
        korean = f"프로그램이 {limits.output_mib} MiB 넘게 출력했거나, {FILE_MIB} MiB 또는 파일 5000개보다 많이 남겼습니다."
        return [Problem(verdict="OUTPUT_LIMIT", message=text, message_ko=korean)]
    if ended.cause == "signaled":
        name = signal.Signals(ended.signal).name if ended.signal in set(signal.Signals) else f"signal {ended.signal}"
        korean = f"프로세스가 {name}(으)로 끝났습니다."
        return [Problem(verdict="HOST_CRASH", message=f"the process was ended by {name}", message_ko=korean)]
    if ended.code:
        lines = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        said = f": {lines[-1][:300]}" if lines and not hidden else ""
        text = f"the process ended early, with exit status {ended.code}{said}"
        return [Problem(verdict="EARLY_EXIT", message=text, message_ko=f"프로세스가 종료 상태 {ended.code}(으)로 일찍 끝났습니다{said}")]
    return []


def _empty(case: Case, **changes: Any) -> Run:
    return Run(case=case.id, visibility=case.visibility, sizes=case.sizes, scalars={}, inputs={}, outputs={}, command=True, **changes)


def _keep(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return str(path)


def _clear(placed: Placed) -> None:
    """What the command had is gone before the grade is made; what we keep of it isn't."""
    for each in (placed.task, placed.home, placed.out):
        shutil.rmtree(each, ignore_errors=True)
