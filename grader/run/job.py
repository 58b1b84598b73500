"""Job: a case and its arrays -> the runner's job text, and raw input files for the device. The job's folder is all of ours that the
student's process sees; the values are elsewhere.

Everything is named relative to that folder, which is the process's working folder: names hold no blanks, wherever the folder lies.
"""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
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


class Allowed(Record, frozen=True, kw_only=True):
    """What the entry lets its launcher do, and the bytes that a call must move."""

    copies: bool = False
    waits: bool = False
    pins: bool = False
    default_stream: bool = False  # it was given no other
    to_device_bytes: int = 0
    to_host_bytes: int = 0
    sizes: tuple[int, ...] = ()  # of the buffers that are copied
    library: str | None = None  # whose kernels are to do the work, "" for none's; None: programs are linked with none


class Job(Record, frozen=True, kw_only=True):
    """What was written, and what the device must see if nothing interferes."""

    folder: Path
    values: Path  # the inputs' folder, which only the device reads: host code that never sees a value can't compute with it
    inputs: dict[str, Path]  # "A.0" -> the raw file
    downloads: dict[str, int]  # "C.0" -> bytes
    marks: tuple[str, ...]  # verbs of the expected marks in order: "setup", "load", "call:0", "return:0", "sync:0", "download:C.0"
    uploads: int  # host-to-device copies of the runner
    fetches: int = 0  # device-to-host copies of the runner that bring values into host memory
    allowed: Allowed = Allowed()
    plan: Plan | None = None  # for a real card


class Prepared(Record, frozen=True, kw_only=True):
    """A case ready to be run, without the program: all submissions of an assignment could share it."""

    text: str  # of the job
    inputs: tuple[str, ...]  # "A.0": files among the values
    downloads: dict[str, int]
    marks: tuple[str, ...]
    uploads: int
    fetches: int
    allowed: Allowed


def write_job(
    folder: Path, values: Path, assignment: Assignment, case: Case, arrays: list[dict[str, np.ndarray[Any, Any]]], library: Path
) -> Job:
    """Writes library and job text into `folder`, inputs of every call into `values`. `arrays[call][buffer]` at full shape; a buffer
    without values (scratch) is only allocated."""
    return place(prepare(values, assignment, case, arrays), folder, values, library)


def place(prepared: Prepared, folder: Path, values: Path, library: Path) -> Job:
    """Writes library and job text into `folder`; the values lie in theirs."""
    shutil.copyfile(library, folder / LIBRARY)
    (folder / JOB).write_text(prepared.text, encoding="ascii")
    for written in folder.iterdir():
        written.chmod(0o444)
    return Job(
        folder=folder,
        values=values,
        inputs={name: values / name for name in prepared.inputs},
        downloads=prepared.downloads,
        marks=prepared.marks,
        uploads=prepared.uploads,
        fetches=prepared.fetches,
        allowed=prepared.allowed,
    )


def prepare(values: Path, assignment: Assignment, case: Case, arrays: list[dict[str, np.ndarray[Any, Any]]]) -> Prepared:
    """Writes the inputs of every call into `values`; the rest of the case as text."""
    entry = assignment.entry(case.entry)
    setup: list[str] = []
    inputs: list[str] = []
    uploads = fetches = 0
    for buffer in entry.buffers():
        byte_count, memory = buffer.byte_count(case.sizes), case.memory_of(buffer)
        behind = case.offset.get(buffer.name, 0) * buffer.item_bytes
        at = f" at:{behind}" if behind else ""
        read_only = buffer.direction == "in"  # the device tells who writes there
        # what an output is filled with is no value: the device tells who reads it
        use = "in" if read_only else "out" if buffer.direction == "out" and memory == "device" else ""
        if buffer.name not in arrays[0]:
            setup.append(_alloc(buffer.name, memory, byte_count) + at)
            continue
        if case.sparse:
            lines = _rows(values, buffer, entry, case, arrays[0][buffer.name])
            setup += [_alloc(buffer.name, memory, byte_count, use) + at, *lines]
            inputs.append(f"{buffer.name}.0")
            uploads += len(lines)
            continue
        if memory == "pinned":
            setup.append(_alloc(buffer.name, memory, byte_count, use))
        for call in range(case.calls):
            name, file = staged(buffer.name, call, memory), f"{buffer.name}.{call}"
            np.ascontiguousarray(arrays[call][buffer.name]).tofile(values / file)
            inputs.append(file)
            where = "device" if memory == "pinned" else memory  # from there it is fed, in the stream
            alloc = _alloc(name, where, byte_count, use if name == buffer.name or use == "out" else "")
            setup += [alloc + (at if call == 0 else ""), f"upload {name} {file}"]
            uploads += byte_count > 0
            fetches += byte_count > 0 and memory in ("pageable", "pinned")
    fed = [b for b in entry.buffers() if b.name in arrays[0] and case.memory_of(b) == "pinned"]
    setup += [f"feed {buffer.name} {staged(buffer.name, 0, 'pinned')}" for buffer in fed]
    steps = [*setup, f"load ./{LIBRARY} {entry.name}"]
    marks = ["setup", "load"]
    downloads: dict[str, int] = {}
    words = " ".join(argument_word(argument.kind, argument.name, argument.type, case) for argument in entry.arguments)
    for call in range(case.calls):
        if call:  # new values at the same addresses: nothing may be replayed by pointer
            for buffer in entry.buffers():
                if buffer.name in arrays[0]:
                    verb = "feed" if buffer in fed else "copy"
                    steps.append(f"{verb} {buffer.name} {staged(buffer.name, call, case.memory_of(buffer))}")
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
                uploads += case.memory_of(buffer) != "device" and held > 0  # by way of its mirror
                marks.append(f"download:{buffer.name}.{call}")
    return Prepared(
        text="\n".join(steps) + "\n",
        inputs=tuple(inputs),
        downloads=downloads,
        marks=(*marks, "done"),
        uploads=uploads,
        fetches=fetches,
        allowed=allowed(entry, case, assignment.libraries),
    )


def _rows(values: Path, buffer: Argument, entry: Entry, case: Case, array: np.ndarray[Any, Any]) -> list[str]:
    """The uploads of a sparse buffer, a row each; a file beside theirs has all of them for the judge."""
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
    return lines


def allowed(entry: Entry, case: Case, libraries: Sequence[str] = ()) -> Allowed:
    """What the entry's keys say, in bytes of this case. `libraries`: the assignment's."""
    size = {buffer.name: buffer.byte_count(case.sizes) for buffer in entry.buffers()}
    return Allowed(
        copies=bool(entry.to_device or entry.to_host),
        waits=entry.waits,
        pins=entry.pins,
        default_stream=not any(argument.kind == "stream" for argument in entry.arguments),
        to_device_bytes=sum(size[name] for name in entry.to_device),
        to_host_bytes=sum(size[name] for name in entry.to_host),
        sizes=tuple(sorted({size[name] for name in (*entry.to_device, *entry.to_host)})),
        library=entry.library if libraries else None,
    )


def _alloc(name: str, memory: str, byte_count: int, use: str = "") -> str:
    what = f"alloc {name}" if memory == "device" else f"host {name} {memory}"
    return f"{what} {byte_count}{f' {use}' if use and memory != 'pageable' else ''}"


def staged(name: str, call: int, memory: str = "device") -> str:
    """The buffer that holds the values of a later call until it is their turn. Pinned memory gets even the first ones in the stream."""
    return name if call == 0 and memory != "pinned" else f"{name}@{call}"


def argument_word(kind: str, name: str, type_name: str, case: Case) -> str:
    """One argument of a call, as the runner reads it."""
    if kind == "integer":
        return f"{'i64' if type_name == 'i64' else 'i32'}:{case.sizes[name]}"
    if kind == "float":
        return f"{type_name}:{case.scalars[name].hex()}"
    return "stream" if kind == "stream" else name
