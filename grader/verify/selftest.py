"""Self-test: outputs that say nothing, all zeros or all NaN, must fail every correctness check that looks at an output, and so must a
command that wrote nothing. Nothing is compiled or run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignment import Assignment, Case, held_shape
from grader.checks import evaluate
from grader.records import CheckResult, Exit, KernelCounters, Launch, Run
from grader.run.inputs import load_problem, make_inputs, override_of
from grader.run.seeds import public_seed
from grader.verify.calibration import calibrated

FILLS = {"zeros": 0.0, "nan": float("nan")}


def self_test(assignment: Assignment) -> list[str]:
    """What went wrong, a sentence each; empty if all is well. Raises AssignmentError if the checks can't be used at all."""
    troubles: list[str] = []
    judged: set[str] = set()
    cases = assignment.launching()
    commands = [case for case in assignment.cases if case.run]
    right = _right(assignment, cases)
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        inputs = {case.id: _inputs(assignment, case, Path(folder)) for case in cases}
        for name, value in FILLS.items():
            runs = [_run(assignment, case, inputs[case.id], Path(folder), name, value) for case in cases]
            runs += [_silent(assignment, case, Path(folder)) for case in commands]
            for result in evaluate(runs, assignment):
                if result.category != "correctness" or not result.cases:  # answers: no output decides them
                    continue
                judged |= set(result.cases)
                troubles += _trouble(result, name, sum(case in right[name] for case in result.cases) / max(1, len(result.cases)))
    return troubles + calibrated(assignment, cases, judged)


def _trouble(result: CheckResult, name: str, right: float) -> Iterator[str]:
    """`right`: the share of the check's cases in which this very output is what is asked for."""
    if right == 1.0:
        return
    if result.outcome == "not_run":
        yield f"{result.id} can't be decided: {result.message}"
    elif result.outcome == "passed" or result.points > right * result.max_points + 1e-9:
        yield f"{result.id} gives {result.points:g} of {result.max_points:g} points to outputs that are all {name}"


def _right(assignment: Assignment, cases: Sequence[Case]) -> dict[str, set[str]]:
    """The cases in which there is nothing to write, or the oracle itself says zeros, or NaN, everywhere (the sum of nothing, the largest of
    numbers with a NaN among them): such an output proves nothing there."""
    seed, override = public_seed(assignment.course, assignment.slug), override_of(assignment)
    oracle: Any = getattr(load_problem(assignment), "expected", None)
    right: dict[str, set[str]] = {name: {case.id for case in cases if not _writes(assignment, case)} for name in FILLS}
    for case in cases if oracle else ():
        zeros, nan = True, True
        for call in range(case.calls):
            for each in oracle(case, make_inputs(assignment, case, call, seed, override)).values():
                wanted = np.broadcast_to(np.asarray(each.nan), np.shape(each.value))
                zeros, nan = zeros and bool(((np.asarray(each.value) == 0) & ~wanted).all()), nan and bool(wanted.all())
        right["zeros"] |= {case.id} if zeros else set()
        right["nan"] |= {case.id} if nan else set()
    return right


def _silent(assignment: Assignment, case: Case, folder: Path) -> Run:
    """A recorded run whose command came to its end, wrote nothing and left an empty home."""
    from grader.scripted.collect import Home, encoded
    from grader.scripted.collect import home as look
    from grader.scripted.place import made

    given, kept = folder / f"{case.id}.given", folder / f"{case.id}.kept"
    for each in (given, kept, kept / "home"):
        each.mkdir(exist_ok=True)
    inputs = {}
    for number, (name, content) in enumerate(made(assignment, case, public_seed(assignment.course, assignment.slug)).items()):
        (given / str(number)).write_bytes(content)
        inputs[name] = str(given / str(number))
    empty: Home = look(kept / "home")
    outputs = {"home": str(kept / "home.json"), "stdout": str(kept / "stdout"), "stderr": str(kept / "stderr")}
    (kept / "home.json").write_bytes(encoded(empty))
    (kept / "stdout").touch()
    (kept / "stderr").touch()
    return Run(
        case=case.id,
        visibility=case.visibility,
        sizes={},
        scalars={},
        inputs=inputs,
        outputs=outputs,
        exit=Exit(cause="exited", code=0),
        command=True,
    )


def _writes(assignment: Assignment, case: Case) -> bool:
    """Whether there is anything to write: an empty matrix is right whatever is done."""
    return any(b.written and b.byte_count(case.sizes) for b in assignment.entry(case.entry).buffers())


def _inputs(assignment: Assignment, case: Case, folder: Path) -> dict[str, str]:
    seed, override = public_seed(assignment.course, assignment.slug), override_of(assignment)
    paths = {}
    for call in range(case.calls):
        for name, array in make_inputs(assignment, case, call, seed, override).items():
            paths[f"{name}.{call}"] = str(folder / f"{case.id}.{name}.{call}.in")
            array.tofile(paths[f"{name}.{call}"])
    return paths


def _run(assignment: Assignment, case: Case, inputs: dict[str, str], folder: Path, name: str, value: float) -> Run:
    """A recorded run whose kernel ran without a fault and wrote the same value everywhere."""
    outputs = {}
    for buffer in assignment.entry(case.entry).buffers():
        if not buffer.written:
            continue
        kind = np.dtype(buffer.dtype)
        # an integer has no NaN: the largest number stands for it
        filled = value if kind.kind == "f" or not np.isnan(value) else np.iinfo(kind).max
        for call in range(case.calls):
            outputs[f"{buffer.name}.{call}"] = str(folder / f"{case.id}.{buffer.name}.{call}.{name}")
            np.full(held_shape(buffer, assignment.entry(case.entry), case), filled, dtype=kind).tofile(outputs[f"{buffer.name}.{call}"])
    return Run(
        case=case.id,
        visibility="hidden" if case.visibility == "hidden" else "public",
        sizes=case.sizes,
        scalars=case.scalars,
        inputs=inputs,
        outputs=outputs,
        returned=(0,) * case.calls,
        calls=case.calls,
        exit=Exit(cause="exited", code=0),
        launches=(Launch(index=0, kernel="none", phase="call:0", grid=(1, 1, 1), block=(1, 1, 1)),),
        kernels=(KernelCounters(name="none", base="none", launches=1, metrics={}),),
    )
