"""Job: a case and its arrays -> the runner's job text, and raw input files for the device. The job's folder is all of ours that the
student's process sees; the values are elsewhere.

Everything is named relative to that folder, which is the process's working folder: names hold no blanks, wherever the folder lies.
"""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from grader.argument_spec import Argument
from grader.assignment import Assignment, Case, Entry, held_shape
from grader.devices.contract import Plan
from grader.records import Record

LIBRARY = "program.so"
# Behind each row of a sparse input: who takes the rows to lie closer together reads something wrong, but there. By bytes of an element.
_SPARE = {1: b"\x5a" * 1024, 2: b"\x00\x6c" * 512, 4: b"\x00\x00\x80\x45" * 256, 8: b"\x00\x00\x00\x00\x00\x00\xb0\x40" * 128}
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
        behind = case.offset.get(buffer.name, 0) * buffer.item_bytes
        at = f" at:{behind}" if behind else ""
        if buffer.name not in arrays[0]:
            setup.append(f"alloc {buffer.name} {byte_count}{at}")
            continue
        if case.sparse:
            lines, made = _rows(values, buffer, entry, case, arrays[0][buffer.name])
            setup += [f"alloc {buffer.name} {byte_count}{' in' if buffer.direction == 'in' else ''}{at}", *lines]
            inputs[f"{buffer.name}.0"] = made
            uploads += len(lines)
            continue
        for call in range(case.calls):
            name, file = staged(buffer.name, call), f"{buffer.name}.{call}"
            np.ascontiguousarray(arrays[call][buffer.name]).tofile(values / file)
            inputs[file] = values / file
            read_only = " in" if call == 0 and buffer.direction == "in" else ""  # the device tells who writes there
            setup += [f"alloc {name} {byte_count}{read_only}{at if call == 0 else ''}", f"upload {name} {file}"]
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
                held = math.prod(held_shape(buffer, entry, case)) * buffer.item_bytes
                pitch = buffer.shape(case.sizes)[-1] * buffer.item_bytes
                width = held_shape(buffer, entry, case)[-1] * buffer.item_bytes
                rows = f" rows:{held // width if width else 0}:{width}:{pitch}" if case.sparse else ""
                steps.append(f"download {buffer.name} {call}{rows}")
                downloads[f"{buffer.name}.{call}"] = held
                marks.append(f"download:{buffer.name}.{call}")
    (folder / JOB).write_text("\n".join(steps) + "\n", encoding="ascii")
    for written in folder.iterdir():
        written.chmod(0o444)
    return Job(folder=folder, values=values, inputs=inputs, downloads=downloads, marks=(*marks, "done"), uploads=uploads)


def _rows(values: Path, buffer: Argument, entry: Entry, case: Case, array: np.ndarray[Any, Any]) -> tuple[list[str], Path]:
    """The uploads of a sparse buffer, a row each, and the file that has all of them for the judge."""
    whole = values / f"{buffer.name}.0"
    np.ascontiguousarray(array).tofile(whole)
    lines = []
    spare = _SPARE[buffer.item_bytes] if buffer.direction == "in" else b""
    pitch = buffer.shape(case.sizes)[-1] * buffer.item_bytes
    for number, row in enumerate(array.reshape(-1, array.shape[-1])):
        if row.size:
            file = f"{buffer.name}.0.{number}"
            data = row.tobytes() + spare[: max(0, pitch - row.nbytes)]
            (values / file).write_bytes(data)
            lines.append(f"upload {buffer.name} {file} at:{number * pitch}:{len(data)}")
    return lines, whole


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
