"""assignment.toml as it is written: text -> AssignmentFile, each mistake with its key and line. Knows types and keys, not their meaning.

The structs below are also the published JSON Schema (docs/assignment.schema.json, `schema()`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from grader.toml_file import Table as _Table
from grader.toml_file import line_of, mistake, read_table

__all__ = ["AssignmentFile", "line_of", "mistake", "read", "schema", "schema_text"]

Name = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Fill = Literal["normal", "small_integers", "mantissa_rich"]
Visibility = Literal["public", "hidden"]
DeviceKind = Literal["emulated", "cuda"]
Profile = Literal["a100", "h100", "h200", "t4"]  # a test holds this equal to grader/devices/profiles/*.toml
Memory = Literal["device", "pageable", "pinned", "managed"]
Operation = Literal["HtoD", "DtoH", "kernel"]
LibraryName = Literal["cudnn"]  # a test holds this equal to grader/libraries
LaneName = Literal["jupyter", "torch", "tensorflow", "caffe", "caffe2", "frameworks21"]  # and this to grader/lanes
Runtime = Literal["real-runtime", "shim", "abi-only"]
Kind = Literal["cuda", "shell", "notebook", "torch", "tensorflow", "caffe", "quiz"]


class Title(_Table, frozen=True, kw_only=True):
    """What the assignment is called, in both languages of the course."""

    en: Annotated[str, Meta(min_length=1)]
    ko: Annotated[str, Meta(min_length=1)]


class LimitsTable(_Table, frozen=True, kw_only=True):
    """Upper bounds of one case's run."""

    time_s: Annotated[float, Meta(gt=0, le=3600, description="wall-clock seconds of one case")] = 20.0
    memory_mib: Annotated[int, Meta(ge=64, le=262144, description="memory of the student's process, and of the emulated card")] = 1024
    output_mib: Annotated[int, Meta(ge=1, le=4096, description="stdout and stderr together")] = 64
    block_warp_instructions: Annotated[int, Meta(ge=1000, description="a block that executes more is stopped: TIMEOUT")] = 16_000_000


class EntryTable(_Table, frozen=True, kw_only=True):
    """One extern "C" function that the student writes."""

    name: Name
    args: Annotated[tuple[str, ...], Meta(min_length=1, description="'in f32 A[M,lda]', 'i32 M', 'f32 alpha', 'stream'")]
    widths: Annotated[dict[str, Name], Meta(description='lda = "K": columns from K on are padding; K is also the default of lda')] = {}
    to_device: Annotated[tuple[Name, ...], Meta(description="host buffers that the launcher copies to the device, each byte once")] = ()
    to_host: Annotated[tuple[Name, ...], Meta(description="host buffers that the launcher fills by copies from the device")] = ()
    waits: Annotated[bool, Meta(description="the launcher may wait for the device")] = False
    pins: Annotated[bool, Meta(description="the launcher may pin host memory, or make memory that host and device share")] = False
    library: Annotated[
        LibraryName | None,
        Meta(description="whose kernels do the launcher's work; without it a launcher may use none, and its work is its own"),
    ] = None


class CaseTable(_Table, frozen=True, kw_only=True):
    """One run of an entry point."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=64)]
    visibility: Visibility = "hidden"
    entry: Annotated[Name | None, Meta(description="which entry; the first if left out")] = None
    sizes: dict[str, Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]] = {}
    scalars: dict[str, float] = {}
    fill: Fill = "normal"
    poison: Annotated[tuple[str, ...], Meta(description="buffers that start as NaN; out buffers always do")] = ()
    sparse: Annotated[bool, Meta(description="nothing lies between the rows of its matrices: leading dimensions cost no memory")] = False
    calls: Annotated[int, Meta(ge=1, le=16)] = 1
    offset: Annotated[
        dict[str, Annotated[int, Meta(ge=1, le=63)]], Meta(description="elements between an allocation's start and the buffer")
    ] = {}
    on: Annotated[DeviceKind | None, Meta(description="the only kind of device that runs it; every one if left out")] = None
    timed: Annotated[bool, Meta(description="time it against the reference where there is a real GPU")] = False
    shuffled: Annotated[
        bool, Meta(description="warps and blocks of the emulated GPU take turns in an order drawn from the seed, not in a fixed one")
    ] = False
    block_warp_instructions: Annotated[Annotated[int, Meta(ge=1000)] | None, Meta(description="in place of the limit of all cases")] = None
    devices: Annotated[
        Annotated[tuple[Profile, ...], Meta(max_length=8)] | None,
        Meta(description="what the program sees, device 0 first; [] is a machine without any. Emulated only; the grade's one if left out"),
    ] = None
    memory: Annotated[dict[str, Memory], Meta(description='p = "pinned": where a buffer of `any` memory lies')] = {}
    latencies_us: Annotated[
        dict[Operation, Annotated[float, Meta(gt=0, le=1e6)]],
        Meta(description="HtoD = 40: each such operation takes so much longer in virtual time"),
    ] = {}
    drawn_us: Annotated[
        dict[Operation, Annotated[float, Meta(gt=0, le=1e6)]],
        Meta(description="HtoD = 400: and up to so much more, drawn from the seed: nobody knows a time who hasn't measured it"),
    ] = {}

    run: Annotated[
        tuple[str, ...],
        Meta(description="in place of an entry: a command in a sandboxed home, docs/design/rooms.md; `python` is the lane's interpreter"),
    ] = ()
    lane: Annotated[LaneName | None, Meta(description="whose interpreter and packages the command sees")] = None
    needs: Annotated[tuple[str, ...], Meta(description="programs of the system that it can't do without, git for example")] = ()
    sees: Annotated[
        tuple[str, ...] | None, Meta(description="of `files`, those that lie in the room; all if left out. Others don't make it run anew")
    ] = None
    runtime: Annotated[Runtime | None, Meta(description="what the code ran against, told with every check that looks at the case")] = None
    given: Annotated[dict[str, Any], Meta(description="for problem.py's room(): whatever it wants to know of the case")] = {}


class ProgramTable(_Table, frozen=True, kw_only=True):
    """C++ that cases with a `run` find compiled, at /task/lib."""

    output: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.-]+$", description="a shared object if it ends with .so, else a program")]
    sources: Annotated[tuple[str, ...], Meta(min_length=1, description="of `files`, or of the assignment's folder room/")]
    lane: Annotated[LaneName | None, Meta(description="whose headers and libraries it is compiled with")] = None
    flags: tuple[str, ...] = ()


class GivenTable(_Table, frozen=True, kw_only=True):
    """A program of ours, handed out with the starter; it is run when answers about it are graded."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_]*$", max_length=64)]
    sources: Annotated[tuple[str, ...], Meta(min_length=1, description="files below starter/; together they have one main()")]
    arguments: Annotated[tuple[str, ...], Meta(description="words behind the program's name")] = ()
    profile: Annotated[Profile, Meta(description="the GPU that it runs on, emulated")] = "a100"


class AssignmentFile(_Table, frozen=True, kw_only=True):
    """assignment.toml: what an instructor writes to define one assignment."""

    slug: Annotated[str, Meta(pattern=r"^[0-9]{2}_[a-z0-9_]+$")]
    kind: Kind
    title: Title
    weight: Annotated[float, Meta(gt=0, le=1000)] = 1.0
    files: Annotated[tuple[str, ...], Meta(min_length=1, description="the student's files; everything else is restored before the build")]
    header: Annotated[str | None, Meta(description="always -include'd, relative to kernels/include")] = None
    tools: Annotated[tuple[str, ...], Meta(description="further headers that students get, relative to kernels/include")] = ()
    libraries: Annotated[
        tuple[LibraryName, ...], Meta(description="that programs are linked with; on the emulated GPU a stand-in of ours")
    ] = ()
    limits: LimitsTable = LimitsTable()
    entry: tuple[EntryTable, ...] = ()
    program: tuple[ProgramTable, ...] = ()
    case: tuple[CaseTable, ...] = ()
    given: tuple[GivenTable, ...] = ()


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of assignment.toml."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "assignment.toml", **msgspec.json.schema(AssignmentFile)}


def schema_text() -> str:
    """The schema as docs/assignment.schema.json holds it."""
    return msgspec.json.format(msgspec.json.encode(schema(), order="sorted"), indent=2).decode() + "\n"


def read(path: Path) -> tuple[AssignmentFile, str]:
    """The parsed file and its text. Raises AssignmentError naming file, line and key."""
    return read_table(path, AssignmentFile, "each assignment folder needs one")
