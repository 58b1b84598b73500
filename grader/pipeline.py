"""Pipeline: one submission -> one Grade. The whole flow on one page; no stage reaches back.

    source  = unpack(path, assignment)            the student's files, safe
    program = build(source, …, sandbox)           nvcc in the sandbox; a failed build is a record, not an exception
    runs    = run(program, …, sandbox, device)    outputs, API trace, counters, time: recorded outside of the student's process
    results = evaluate(runs, assignment)          pytest, in the judge, over recorded runs only
    grade   = score(results, assignment, …)       rubric and partial credit: pure

A fault of the submission is a Grade with that verdict. A fault of ours makes checks `not_run`; it costs no points and never stops the
next submission. Stages are imported when they are needed: a grade from the cache needs none of them.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from grader.address import Address, Basis, basis, judged_now
from grader.assignment import Assignment, Case
from grader.build.cache import Cache, digest_of
from grader.devices.contract import Oracle
from grader.errors import AssignmentError, HarnessError, SubmissionError
from grader.evidence import Evidence, kept_runs, laid_out
from grader.grades import Grades, environment
from grader.lanes import versions
from grader.libraries import used
from grader.records import CheckResult, Grade, Grounds, Isolation, Problem, Program, Record, Run, Source
from grader.run.seeds import Seed
from grader.sandbox.contract import Sandbox
from grader.scratch import scratch_folder
from grader.unpack import unpack

if TYPE_CHECKING:
    from grader.build.programs import Compiling
    from grader.run.shared import Shared


class Judge(Record, frozen=True, kw_only=True):
    """With what is graded: everything but the submission and the assignment."""

    sandbox: Any  # Sandbox
    device: Any  # grader.devices.contract.Device
    seed: Seed
    builds: Cache
    grades: Grades | None = None  # None: grade anew
    profile: str = "a100"
    workers: int = 0  # cases at a time; 0: one per CPU
    hidden: bool = True  # False: public cases and checks only, as a student's `check`
    shared: Any = None  # grader.run.shared.Shared, for a batch: what its submissions have in common, made once

    @property
    def device_label(self) -> str:
        return str(self.device.label(self.profile))


def open_judge(
    assignment: Assignment,
    *,
    sandbox: str = "local",
    device: str = "emulated",
    profile: str = "a100",
    seed: Seed | None = None,
    cache: Path | None = None,
    keep_grades: bool = True,
    workers: int = 0,
    hidden: bool = True,
    shared: Shared | None = None,
) -> Judge:
    """The Judge that the names ask for. `seed` defaults to the stored secret of the course and assignment, `cache` to the user's.
    Raises UsageError for an unknown name, HarnessError if sandbox or seed store can't be used."""
    from grader.build.cache import cache_root
    from grader.devices.table import find_device
    from grader.run.seeds import secret_seed
    from grader.sandbox import SANDBOXES, open_sandbox
    from grader.toolchain import UsageError

    if sandbox not in SANDBOXES:
        raise UsageError(f"unknown sandbox {sandbox!r}; known are {', '.join(sorted(SANDBOXES))}")
    found = find_device(device)
    target = found.target(profile)  # what can't be used is an error now, not a fault of every case later
    root = cache or cache_root()
    return Judge(
        sandbox=open_sandbox(sandbox),
        device=found,
        seed=seed or secret_seed(assignment.course, assignment.slug),
        builds=Cache(root / "builds"),
        grades=Grades(Cache(root / "grades", max_bytes=256 << 20)) if keep_grades and found.reproducible else None,
        profile=target,
        workers=workers,
        hidden=hidden,
        shared=shared,
    )


def grade(path: Path, assignment: Assignment, judge: Judge, submission: str = "") -> Grade:
    """Grades one submission: a .cu file, folder or archive. Raises AssignmentError only; everything else is in the Grade."""
    clock = Clock()
    label = submission or str(path)
    try:
        with clock.stage("unpack"):
            source = unpack(path, assignment)
    except SubmissionError as error:
        return _refused(error, assignment, judge, label, clock)
    except HarnessError as error:
        return _finished(Source(files={}), Program(library=None), _not_run(assignment, str(error)), assignment, judge, label, clock)[0]
    result = grade_source(source, assignment, judge, label, clock)
    if not source.renamed:
        return result
    text = f"{source.renamed} was taken as {assignment.files[0]}"  # no part of what is kept: another submission has other names
    return msgspec.structs.replace(result, problems=(*result.problems, Problem(verdict="MISSING_FILE", message=text, note=True)))


def grade_source(source: Source, assignment: Assignment, judge: Judge, submission: str, clock: Clock | None = None) -> Grade:
    """As `grade`, from files that are unpacked already."""
    clock = clock or Clock()
    with clock.stage("cache"):
        shared = basis_of(assignment, judge)
        address = shared.of(source) if judge.grades else None
        known = judge.grades.get(address.grade) if judge.grades and address else None
    if known is not None:
        return msgspec.structs.replace(known, submission=submission, from_cache=True, timings_s=clock.timings())
    with scratch_folder() as folder, ExitStack() as held:
        program, runs, own = _worked(source, assignment, judge, clock, folder, held)
        digest = address.grade if address else ""
        result, _ = _finished(source, program, runs, assignment, own, submission, clock, digest, shared.grounds_of(source))
    if judge.grades is not None:
        judge.grades.put(result.digest, result)
    return result


def grade_recorded(
    source: Source, assignment: Assignment, judge: Judge, submission: str, put: Callable[[bytes], str]
) -> tuple[Grade, Evidence]:
    """As `grade_source`, never from the cache, and with what the grade rests on: arrays are given to `put`, which names them by their
    content."""
    clock = Clock()
    shared = basis_of(assignment, judge)
    address, grounds = shared.of(source), shared.grounds_of(source)
    with scratch_folder() as folder:
        with ExitStack() as held:
            program, runs, own = _worked(source, assignment, judge, clock, folder, held)
            result, results = _finished(source, program, runs, assignment, own, submission, clock, address.grade, grounds)
        with clock.stage("keep"):
            evidence = Evidence(
                assignment=assignment.slug,
                source=source,
                program=msgspec.structs.replace(program, library=None),
                runs=kept_runs(runs, judge.shared.named(put) if judge.shared else lambda file: put(file.read_bytes())),
                results=tuple(results),
                device=result.device,
                isolation=result.isolation,
                seed_id=result.seed_id,
                environment=result.environment,
                run_key=address.runs,
                hidden=judge.hidden,
                sightings=result.sightings,
                grounds=grounds,
            )
    return msgspec.structs.replace(result, timings_s={**result.timings_s, **clock.timings()}), evidence


def replay(
    evidence: Evidence,
    get: Callable[[str], bytes],
    assignment: Assignment,
    builds: Cache,
    submission: str,
    *,
    only: Collection[str] | None = None,
    digest: str = "",
) -> tuple[Grade, Evidence]:
    """Evaluates recorded runs again, with the assignment's checks as they are now: no compiler, no sandbox, no device. `get` finds arrays
    by content; `only` names the checks to evaluate, the others keep what they said. `digest` is the address of the new grade.

    Raises AssignmentError if the checks can't be used, or look at a case that wasn't recorded as it is now; HarnessError if an array is
    gone. Without changes it gives the same verdict, points and messages.
    """
    from grader.look import look_at
    from grader.score import score

    _as_recorded(evidence, assignment)
    clock = Clock()
    with scratch_folder() as folder:
        runs = laid_out(evidence.runs, get, folder)
        with clock.stage("evaluate"):
            results = _results(evidence.source, evidence.program, runs, assignment, evidence.device, evidence.hidden, builds, only=only)
    if only is not None:
        fresh = {result.id: result for result in results}
        known = [fresh.pop(result.id, result) for result in evidence.results]
        results = [*known, *fresh.values()]
    with clock.stage("score"):
        result = score(
            results,
            assignment,
            evidence.source,
            evidence.program,
            runs,
            submission=submission,
            device=evidence.device,
            isolation=evidence.isolation,
            seed_id=evidence.seed_id,
            environment=evidence.environment,
            digest=digest,
        )
    grounds = judged_now(evidence.grounds, assignment)
    sightings = look_at(evidence.source, evidence.program, assignment, evidence.sightings) if evidence.hidden else ()
    texts = _texts(evidence.source, runs)
    result = msgspec.structs.replace(result, timings_s=clock.timings(), source=texts, grounds=grounds, sightings=sightings)
    return result, msgspec.structs.replace(evidence, results=tuple(results))


def address_of(source: Source, assignment: Assignment, judge: Judge) -> Address:
    """The content address of a submission under this judge. For many submissions of one assignment: `basis_of` once, and
    `of` for each."""
    return basis_of(assignment, judge).of(source)


def basis_of(assignment: Assignment, judge: Judge) -> Basis:
    """What the addresses of all submissions of an assignment share under this judge."""
    return basis(assignment, judge.seed, judge.device_label, _isolation(judge.sandbox), judge.hidden)


def _as_recorded(evidence: Evidence, assignment: Assignment) -> None:
    """A case whose sizes or scalars changed since would be judged by what another one did."""
    cases = {case.id: case for case in assignment.cases}
    for run in evidence.runs:
        case = cases.get(run.case)
        if case is not None and (case.sizes != run.sizes or dict(case.scalars) != run.scalars or case.calls != run.calls):
            raise AssignmentError(f"{assignment.slug}: case {run.case} is not what it was when it was recorded; run the submission again")


def _worked(
    source: Source, assignment: Assignment, judge: Judge, clock: Clock, folder: Path, held: ExitStack
) -> tuple[Program, list[Run], Judge]:
    """Builds and runs. What fails on our side leaves runs that say so. On real GPUs the submission has one that no other job has, from its
    first run until `held` is left; the Judge that is returned evaluates on it."""
    from grader.build import build
    from grader.build.programs import build_programs
    from grader.scripted import run_commands

    warming = _warm(judge)  # the judge's libraries load while nvcc works
    program = Program(library=None)
    runs: list[Run] = []
    finishing = judge
    commands = [case for case in _cases(assignment, judge) if case.run]
    try:
        with clock.stage("build"):
            compiled = build_programs(source.files, assignment, judge.sandbox, judge.builds) if commands else ()
            if assignment.entries:
                program = build(source, assignment, judge.sandbox, judge.builds, judge.profile)
            program = _with_programs(program, compiled)
        if program.library is not None:
            with clock.stage("run"):
                warming.join()
                own = held.enter_context(_own_card(judge))
                finishing = msgspec.structs.replace(judge, device=own.device)
                runs = _run(program, source, assignment, own, folder)
        elif commands and assignment.entries:  # what nvcc refused is the fault of its own cases, and the others still run
            runs = [_failed(case, program) for case in _cases(assignment, judge) if not case.run]
        if commands:
            with clock.stage("run"):
                warming.join()
                rooms = Cache(judge.builds.folder.parent / "rooms")
                told = (judge.sandbox, judge.seed, folder, judge.workers, rooms)
                seen = run_commands(commands, assignment, source.files, compiled, *told)
                runs = sorted([*runs, *seen], key=lambda run: assignment.case(run.case).index)
    except HarnessError as error:
        runs = _not_run(assignment, str(error))
    except (
        OSError,
        RuntimeError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
    ) as error:  # a mistake of ours: it must not stop a batch
        runs = _not_run(assignment, f"internal error: {type(error).__name__}: {error}; please report it")
    warming.join()
    return program, runs, finishing


def _with_programs(program: Program, compiled: Sequence[Compiling]) -> Program:
    """The same with what was compiled for commands."""
    return msgspec.structs.replace(
        program,
        problems=(*program.problems, *(problem for each in compiled for problem in each.problems)),
        log="\n".join(log for log in (program.log, *(each.log for each in compiled)) if log),
        wall_s=program.wall_s + sum(each.wall_s for each in compiled),
        cpu_s=program.cpu_s + sum(each.cpu_s for each in compiled),
    )


def _cases(assignment: Assignment, judge: Judge) -> list[Case]:
    """Those that this device runs, and this judge may see."""
    return [case for case in assignment.cases if case.on in (None, judge.device.kind) and (judge.hidden or case.visibility == "public")]


def _failed(case: Case, program: Program) -> Run:
    """A case whose program couldn't be built, beside others that could run."""
    faults = tuple(problem for problem in program.problems if not problem.note)
    return Run(
        case=case.id, visibility=case.visibility, sizes=case.sizes, scalars=dict(case.scalars), inputs={}, outputs={}, problems=faults
    )


@contextmanager
def _own_card(judge: Judge) -> Iterator[Judge]:
    """On real GPUs a judge with one that no other job has; else as it is."""
    if judge.device.kind != "cuda":
        yield judge
        return
    from grader.cards import own_card

    with own_card(judge.device, judge.sandbox) as (device, sandbox):
        yield msgspec.structs.replace(judge, device=device, sandbox=sandbox)


def _run(program: Program, source: Source, assignment: Assignment, judge: Judge, folder: Path) -> list[Run]:
    from grader.run.run import Settings, run

    cases = [case for case in _cases(assignment, judge) if not case.run]
    settings = Settings(profile=judge.profile, workers=judge.workers, reference=_reference(cases, assignment, judge), shared=judge.shared)
    return run(program, assignment, judge.sandbox, judge.device, judge.seed, folder, source.files, settings, cases)


def _reference(cases: Sequence[Case], assignment: Assignment, judge: Judge) -> Path | None:
    """The reference, built like a submission, if there is something to time against it. Raises AssignmentError if it can't be built."""
    files = {name: assignment.reference / name for name in assignment.files}
    if judge.device.kind != "cuda" or not any(case.timed for case in cases) or not all(file.is_file() for file in files.values()):
        return None
    from grader.build import build

    contents = {name: file.read_bytes() for name, file in files.items()}
    source = Source(files=contents, digest=digest_of(part for item in contents.items() for part in item))
    program = build(source, assignment, judge.sandbox, judge.builds, judge.profile)
    if program.library is None:
        raise AssignmentError(f"{assignment.reference} can't be built for {judge.profile}: {program.problems[0].message}")
    return Path(program.library)


def _finished(
    source: Source,
    program: Program,
    runs: Sequence[Run],
    assignment: Assignment,
    judge: Judge,
    submission: str,
    clock: Clock,
    digest: str = "",
    grounds: Grounds | None = None,
) -> tuple[Grade, list[CheckResult]]:
    """Evaluates and scores what there is: runs, or the problem that kept the submission from running. The grade, and what the checks
    said before it was weighed."""
    from grader.look import look_at
    from grader.score import score

    with clock.stage("evaluate"), _oracle(judge, assignment, runs) as oracle:
        results = _results(
            source, program, runs, assignment, judge.device_label, judge.hidden, judge.builds, oracle=oracle, shared=judge.shared
        )
    with clock.stage("score"):
        result = score(
            results,
            assignment,
            source,
            program,
            runs,
            submission=submission,
            device=judge.device_label,
            isolation=_isolation(judge.sandbox),
            seed_id=judge.seed.id,
            environment=environment() | used(assignment.libraries, judge.device_label) | versions(assignment.lanes),
            digest=digest,
        )
    sightings = look_at(source, program, assignment) if judge.hidden else ()  # for the staff; a student's own check has none
    timings = clock.timings() | {"kernel": sum(run.kernel_s for run in runs), "nvcc": 0.0 if program.from_cache else program.wall_s}
    return msgspec.structs.replace(result, timings_s=timings, source=_texts(source, runs), grounds=grounds, sightings=sightings), results


def _results(
    source: Source,
    program: Program,
    runs: Sequence[Run],
    assignment: Assignment,
    device: str,
    hidden: bool,
    builds: Cache,
    *,
    oracle: Oracle | None = None,
    only: Collection[str] | None = None,
    shared: Shared | None = None,
) -> list[CheckResult]:
    from grader.checks import evaluate
    from grader.run.given import programs

    faults = [problem for problem in program.problems if not problem.note]
    return evaluate(
        runs,
        assignment,
        hidden=hidden,
        blocked=faults[0] if faults and not runs else None,
        device=device.partition(":")[0],
        oracle=oracle,
        files=source.files,
        programs=programs(assignment, builds) if assignment.given else None,
        only=only,
        shared=shared,
    )


@contextmanager
def _oracle(judge: Judge, assignment: Assignment, runs: Sequence[Run]) -> Iterator[Oracle | None]:
    oracle = judge.device.oracle(assignment.problem) if any(not run.not_run for run in runs) else None
    try:
        yield oracle
    finally:
        if oracle is not None:
            oracle.close()


def _refused(error: SubmissionError, assignment: Assignment, judge: Judge, submission: str, clock: Clock) -> Grade:
    from grader.checks import evaluate
    from grader.score import blocked, refused

    with clock.stage("evaluate"):
        results = evaluate([], assignment, hidden=judge.hidden, blocked=blocked(error), device=judge.device.kind)
    grade = refused(
        error,
        assignment,
        results,
        submission=submission,
        device=judge.device_label,
        isolation=_isolation(judge.sandbox),
        seed_id=judge.seed.id,
        environment=environment() | used(assignment.libraries, judge.device_label),
        timings_s=clock.timings(),
    )
    return msgspec.structs.replace(grade, grounds=basis_of(assignment, judge).grounds_of(Source(files={})))


def _not_run(assignment: Assignment, cause: str) -> list[Run]:
    return [
        Run(case=c.id, visibility=c.visibility, sizes=c.sizes, scalars=dict(c.scalars), inputs={}, outputs={}, not_run=cause)
        for c in assignment.cases
    ]


def _isolation(sandbox: Sandbox) -> Isolation:
    try:
        return sandbox.isolation()
    except HarnessError as error:
        return Isolation(level="unknown", not_enforced=(str(error),))


def _texts(source: Source, runs: Sequence[Run]) -> dict[str, str]:
    """What the report shows: files, and of a notebook its cells with what they printed in public cases."""
    from grader.unpack.text import display_text

    found: dict[str, str] = {}
    for name, content in source.files.items():
        if name.endswith(".ipynb"):
            from grader.notebook.cells import texts
            from grader.notebook.results import shown_outputs

            found |= texts(content, name, shown_outputs(runs))
        else:
            found[name] = display_text(content)
    return found


def _warm(judge: Judge) -> threading.Thread:
    # The oracles are small: threads of the linear algebra library would only spin beside the cases.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

    def load() -> None:
        time.sleep(0.05)  # first the compiler is to be started: imports hold the interpreter's lock
        import grader.checks.evaluation
        import grader.run.run
        import grader.score  # noqa: F401

        environment()
        _isolation(judge.sandbox)

    thread = threading.Thread(target=load, name="warm", daemon=True)
    thread.start()
    return thread


class Clock:
    """Wall seconds of each stage of one grade."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._start = now()
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = self._now()
        try:
            yield
        finally:
            self._stages[name] = self._stages.get(name, 0.0) + self._now() - start

    def timings(self) -> dict[str, float]:
        return {**self._stages, "total": self._now() - self._start}
