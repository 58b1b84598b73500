"""Job: a case and its arrays -> the runner's job text, and raw input files for the device. The job's folder is all of ours that the
student's process sees; the values are elsewhere.

Everything is named relative to that folder, which is the process's working folder: names hold no blanks, wherever the folder lies.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignment import Assignment, Case
from grader.devices.contract import Plan
from grader.records import Record

LIBRARY = "program.so"
JOB = "job"


class Job(Record, frozen=True, kw_only=True):
    """What was written, and what the device must see if nothing interferes."""

    folder: Path
    values: Path  # the inputs' folder, which only the device reads: host code that never sees a value can't compute with it
    inputs: dict[str, Path]  # "A.0" -> the raw file
    downloads: dict[str, int]  # "C.0" -> bytes
    marks: tuple[str, ...]  # verbs of the expected marks in order: "setup", "load", "call:0", "return:0", "sync:0", "download:C.0"
    uploads: int  # host-to-device copies of the runner
    plan: Plan | None = None  # for a real card


def write_job(
    folder: Path, values: Path, assignment: Assignment, case: Case, arrays: list[dict[str, np.ndarray[Any, Any]]], library: Path
) -> Job:
    """Writes library and job text into `folder`, inputs of every call into `values`. `arrays[call][buffer]` at full shape; a buffer
    without values (scratch) is only allocated."""
    entry = assignment.entry(case.entry)
    shutil.copyfile(library, folder / LIBRARY)
    setup: list[str] = []
    inputs: dict[str, Path] = {}
    uploads = 0
    for buffer in entry.buffers():
        byte_count = buffer.byte_count(case.sizes)
        if buffer.name not in arrays[0]:
            setup.append(f"alloc {buffer.name} {byte_count}")
            continue
        for call in range(case.calls):
            name, file = staged(buffer.name, call), f"{buffer.name}.{call}"
            np.ascontiguousarray(arrays[call][buffer.name]).tofile(values / file)
            inputs[file] = values / file
            read_only = " in" if call == 0 and buffer.direction == "in" else ""  # the device tells who writes there
            setup += [f"alloc {name} {byte_count}{read_only}", f"upload {name} {file}"]
            uploads += byte_count > 0
    steps = [*setup, f"load ./{LIBRARY} {entry.name}"]
    marks = ["setup", "load"]
    downloads: dict[str, int] = {}
    words = " ".join(argument_word(argument.kind, argument.name, argument.type, case) for argument in entry.arguments)
    for call in range(case.calls):
        if call:  # new values at the same addresses: nothing may be replayed by pointer
            steps += [f"copy {buffer.name} {staged(buffer.name, call)}" for buffer in entry.buffers() if buffer.name in arrays[0]]
            marks.append("setup")
        steps.append(f"call {call} {words}")
        marks += [f"call:{call}", f"return:{call}", f"sync:{call}"]
        for buffer in entry.buffers():
            if buffer.written:
                steps.append(f"download {buffer.name} {call}")
                downloads[f"{buffer.name}.{call}"] = buffer.byte_count(case.sizes)
                marks.append(f"download:{buffer.name}.{call}")
    (folder / JOB).write_text("\n".join(steps) + "\n", encoding="ascii")
    for written in folder.iterdir():
        written.chmod(0o444)
    return Job(folder=folder, values=values, inputs=inputs, downloads=downloads, marks=(*marks, "done"), uploads=uploads)


def staged(name: str, call: int) -> str:
    """The buffer that holds the values of a later call until it is their turn."""
    return name if call == 0 else f"{name}@{call}"


def argument_word(kind: str, name: str, type_name: str, case: Case) -> str:
    """One argument of a call, as the runner reads it."""
    if kind == "integer":
        return f"{'i64' if type_name == 'i64' else 'i32'}:{case.sizes[name]}"
    if kind == "float":
        return f"{type_name}:{case.scalars[name].hex()}"
    return "stream" if kind == "stream" else name
