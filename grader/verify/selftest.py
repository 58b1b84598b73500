"""Self-test: outputs that say nothing, all zeros or all NaN, must fail every correctness check that looks at an output. Nothing is
compiled or run."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from grader.assignment import Assignment, Case
from grader.checks import evaluate
from grader.records import Exit, KernelCounters, Launch, Run
from grader.run.inputs import make_inputs, override_of
from grader.run.seeds import public_seed

FILLS = {"zeros": 0.0, "nan": float("nan")}


def self_test(assignment: Assignment) -> list[str]:
    """What went wrong, a sentence each; empty if all is well. Raises AssignmentError if the checks can't be used at all."""
    troubles = []
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        inputs = {case.id: _inputs(assignment, case, Path(folder)) for case in assignment.cases}
        for name, value in FILLS.items():
            runs = [_run(assignment, case, inputs[case.id], Path(folder), name, value) for case in assignment.cases]
            for result in evaluate(runs, assignment):
                if result.category != "correctness" or not any(_writes(assignment, assignment.case(c)) for c in result.cases):
                    continue
                if result.outcome == "passed" or result.points > 0:
                    troubles.append(f"{result.id} gives {result.points:g} of {result.max_points:g} points to outputs that are all {name}")
                elif result.outcome == "not_run":
                    troubles.append(f"{result.id} can't be decided: {result.message}")
    return troubles


def _writes(assignment: Assignment, case: Case) -> bool:
    """Whether there is anything to write: an empty matrix is right whatever is done."""
    return any(b.direction != "in" and b.byte_count(case.sizes) for b in assignment.entry(case.entry).buffers())


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
        if buffer.direction == "in":
            continue
        kind = np.dtype(buffer.dtype)
        # an integer has no NaN: the largest number stands for it
        filled = value if kind.kind == "f" or not np.isnan(value) else np.iinfo(kind).max
        for call in range(case.calls):
            outputs[f"{buffer.name}.{call}"] = str(folder / f"{case.id}.{buffer.name}.{call}.{name}")
            np.full(buffer.shape(case.sizes), filled, dtype=kind).tofile(outputs[f"{buffer.name}.{call}"])
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
