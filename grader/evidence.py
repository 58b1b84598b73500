"""Evidence: what a grade rests on -> one record and its arrays in a store, and back. Replaying it gives the same verdict with no GPU, no
compiler and nothing of the student's run again.

Arrays are named by their content. Inputs come of the course's seed, so that all submissions of an assignment share them; only what a
program put out is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from grader.records import CheckResult, Grounds, Isolation, Program, Record, Run, Sighting, Source

FORMAT = 1


class Evidence(Record, frozen=True, kw_only=True):
    """Everything that `evaluate` and `score` read of one submission. In `runs`, inputs and outputs name contents instead of files."""

    format: int = FORMAT
    assignment: str
    source: Source
    program: Program
    runs: tuple[Run, ...]
    results: tuple[CheckResult, ...]  # what the checks said, before the rubric weighed it
    device: str  # "emulated:a100"
    isolation: Isolation
    seed_id: str
    environment: dict[str, str]
    run_key: str  # content address of what shaped the runs: equal keys, equal runs
    hidden: bool = True
    grounds: Grounds | None = None  # of the runs; None: of a grader that didn't keep them
    sightings: tuple[Sighting, ...] = ()  # of the static look, which had the built program


def kept_runs(runs: Sequence[Run], named: Callable[[Path], str]) -> tuple[Run, ...]:
    """The runs with their arrays by name: `named` keeps a file's content and says how it is called."""

    def kept(files: dict[str, str]) -> dict[str, str]:
        return {name: named(Path(path)) for name, path in files.items()}

    return tuple(msgspec.structs.replace(run, inputs=kept(run.inputs), outputs=kept(run.outputs)) for run in runs)


def laid_out(runs: Sequence[Run], get: Callable[[str], bytes], folder: Path) -> list[Run]:
    """The runs with their arrays written into `folder`, a file a content. Raises HarnessError if one is gone."""

    def written(names: dict[str, str]) -> dict[str, str]:
        files = {}
        for name, content in names.items():
            file = folder / f"{content}.bin"
            if not file.exists():
                file.write_bytes(get(content))
            files[name] = str(file)
        return files

    return [msgspec.structs.replace(run, inputs=written(run.inputs), outputs=written(run.outputs)) for run in runs]


def contents(evidence: Evidence) -> set[str]:
    """The names of all arrays that it needs."""
    return {content for run in evidence.runs for files in (run.inputs, run.outputs) for content in files.values()}
