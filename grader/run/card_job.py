"""Card job: as `job`, for a real card. The card process owns the buffers and brings the values; the runner opens them, calls and waits.
Leaves: the runner's text, the values as files, and the Plan by which the card process goes."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignment import Assignment, Case
from grader.devices.contract import Plan, PlannedCall
from grader.run.job import JOB, LIBRARY, Job, argument_word

Arrays = dict[str, np.ndarray[Any, Any]]


def write_card_job(folder: Path, values: Path, assignment: Assignment, case: Case, arrays: Sequence[Arrays], library: Path) -> Job:
    """The calls of one case. `arrays[call][buffer]` at full shape; a buffer without values is scratch."""
    entry = assignment.entry(case.entry)
    files = save_values(values, dict(enumerate(arrays)))
    calls = tuple(PlannedCall(id=call, values=names) for call, names in files.items())
    write_text(folder, assignment, case, [call.id for call in calls], library)
    marks = ["setup", "load"]
    for call in calls:
        marks += [f"call:{call.id}", f"return:{call.id}", f"sync:{call.id}"]
    outputs = [buffer for buffer in entry.buffers() if buffer.written]
    return Job(
        folder=folder,
        values=values,
        inputs={file: values / file for names in files.values() for file in names.values()},
        downloads={f"{buffer.name}.{call.id}": buffer.byte_count(case.sizes) for call in calls for buffer in outputs},
        marks=(*marks, "done"),
        uploads=0,
        plan=Plan(
            buffers=buffer_sizes(assignment, case),
            offsets=buffer_offsets(assignment, case),
            outputs=tuple(buffer.name for buffer in outputs),
            calls=calls,
        ),
    )


def buffer_sizes(assignment: Assignment, case: Case) -> dict[str, int]:
    return {buffer.name: buffer.byte_count(case.sizes) for buffer in assignment.entry(case.entry).buffers()}


def buffer_offsets(assignment: Assignment, case: Case) -> dict[str, int]:
    return {b.name: case.offset[b.name] * b.item_bytes for b in assignment.entry(case.entry).buffers() if b.name in case.offset}


def save_values(folder: Path, arrays: Mapping[int, Arrays]) -> dict[int, dict[str, str]]:
    """Call -> buffer -> the name of its raw file in `folder`."""
    names: dict[int, dict[str, str]] = {}
    for call, buffers in arrays.items():
        names[call] = {name: f"{name}.{call}" for name in buffers}
        for name, array in buffers.items():
            np.ascontiguousarray(array).tofile(folder / f"{name}.{call}")
    return names


def write_text(folder: Path, assignment: Assignment, case: Case, calls: Sequence[int], library: Path, beats: int = 0) -> None:
    """What the runner sees: the library and its orders. `beats`: calls of nothing before the library is loaded."""
    entry = assignment.entry(case.entry)
    shutil.copyfile(library, folder / LIBRARY)
    words = " ".join(argument_word(argument.kind, argument.name, argument.type, case) for argument in entry.arguments)
    steps = ["card", *(f"open {name} {size}" for name, size in buffer_sizes(assignment, case).items())]
    steps += [f"beat {beats}"] if beats else []
    steps += [f"load ./{LIBRARY} {entry.name}", *(f"call {call} {words}" for call in calls)]
    (folder / JOB).write_text("\n".join(steps) + "\n", encoding="ascii")
    for written in folder.iterdir():
        written.chmod(0o444)
