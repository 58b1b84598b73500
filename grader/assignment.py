"""Assignment: a folder with assignment.toml -> a frozen Assignment whose every name is checked. Runs nothing of the folder.

Each mistake is an AssignmentError that names file, line and key: instructors add folders, they don't debug the grader.
"""

from __future__ import annotations

import math
import struct
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from grader import assignment_file
from grader.argument_spec import INTEGER_RANGE, Argument, SpecError, parse_argument
from grader.assignment_file import (
    AssignmentFile,
    CaseTable,
    DeviceKind,
    EntryTable,
    Fill,
    GivenTable,
    Kind,
    ProgramTable,
    Visibility,
    mistake,
)
from grader.course import Course, find_course, folder_of
from grader.errors import AssignmentError
from grader.records import Record

__all__ = ["Assignment", "Case", "Course", "Entry", "Limits", "find_assignment", "find_course", "held_shape", "load_assignment"]

MAX_BUFFER_BYTES = 1 << 32
MAX_SPARSE_BYTES = 1 << 36  # addresses only
ANSWERS_SUFFIX = ".json"
NOT_COMPILED = (".json", ".py", ".sh", ".ipynb", ".txt")
ROOM, HIDDEN_ROOM = "room", "room_hidden"  # in an assignment's folder: what commands find at /task, in every case and in hidden ones
OWN_HEADERS = "include"  # in an assignment's folder: headers that no other assignment shares
MAX_FLOAT_ARGUMENTS = 8  # what the runner can pass in vector registers


class Limits(Record, frozen=True, kw_only=True):
    """Upper bounds of one case's run."""

    time_s: float
    memory_mib: int
    output_mib: int
    block_warp_instructions: int  # a block that executes more is stopped: TIMEOUT


class Entry(Record, frozen=True, kw_only=True):
    """One function that the student writes."""

    name: str
    arguments: tuple[Argument, ...]
    widths: dict[str, str] = {}  # leading dimension -> the size that is its logical width
    to_device: tuple[str, ...] = ()  # host buffers whose bytes the launcher copies
    to_host: tuple[str, ...] = ()
    waits: bool = False  # it may wait for the device
    pins: bool = False  # it may make memory that host and device share
    library: str = ""  # whose kernels do its work; "": its own, and no library's

    def in_host_memory(self) -> bool:
        """Whether some argument lies in the program's own memory: only a device that sees all copies can judge that."""
        return any(a.memory != "device" for a in self.buffers())

    def buffers(self) -> tuple[Argument, ...]:
        return tuple(a for a in self.arguments if a.kind == "buffer")

    def signature(self) -> str:
        """As the student writes it: extern "C" int ck_gemm(const float* A, …)."""
        return f'extern "C" int {self.name}({", ".join(a.c_type() for a in self.arguments)})'


def held_shape(buffer: Argument, entry: Entry, case: Case) -> tuple[int, ...]:
    """The shape of the arrays that stand for a buffer: its own, or in a sparse case that of its rows without what lies between them."""
    shape = buffer.shape(case.sizes)
    last = buffer.dimensions[-1] if buffer.dimensions else ()
    width = entry.widths.get(str(last[0])) if case.sparse and len(last) == 1 else None
    return shape if width is None else (*shape[:-1], case.sizes[width])


class Case(Record, frozen=True, kw_only=True):
    """One run: sizes, scalars and how inputs are made. `index` is its place in assignment.toml, from 0."""

    id: str
    visibility: Visibility
    entry: str
    sizes: dict[str, int]
    scalars: dict[str, float] = {}
    fill: Fill = "normal"
    poison: tuple[str, ...] = ()
    sparse: bool = False  # only the rows' logical parts are filled and read; what lies between them is never touched
    calls: int = 1
    offset: dict[str, int] = {}  # buffer -> how many elements behind an allocation's start it begins: aligned to its type and no more
    on: DeviceKind | None = None  # run on this kind of device only; None: on every one
    timed: bool = False  # a device with a clock times it against the reference
    shuffled: bool = False  # warps and blocks take turns in an order that the seed draws; a real card has its own order
    block_warp_instructions: int | None = None  # in place of the assignment's limit
    devices: tuple[str, ...] | None = None  # profiles of the cards that the program sees; None: the one that it is graded on
    memory: dict[str, str] = {}  # of buffers that may lie anywhere
    latencies_us: dict[str, float] = {}  # "HtoD", "DtoH", "kernel" -> so much longer in virtual time
    drawn_us: dict[str, float] = {}  # and up to so much more, as the seed draws it
    run: tuple[str, ...] = ()  # a command in a sandboxed home, in place of an entry
    lane: str = ""  # whose interpreter and packages it sees; "": the system's programs only
    needs: tuple[str, ...] = ()  # programs of the system; where one isn't there the case isn't run, which is our fault
    sees: tuple[str, ...] | None = None  # the student's files that lie in the room; None: all
    runtime: str = ""  # "real-runtime", "shim", "abi-only": what the student's code ran against
    given: dict[str, Any] = {}  # for problem.py
    index: int = 0

    def memory_of(self, buffer: Argument) -> str:
        """Where a buffer lies in this case: device, pageable, pinned or managed."""
        return self.memory.get(buffer.name, buffer.memory)


class Compiled(Record, frozen=True, kw_only=True):
    """C++ that is compiled once a submission, for cases that run a command."""

    output: str  # "op.so": a shared object; without that suffix a program
    sources: tuple[str, ...]  # of the student's files, or below room/
    lane: str = ""
    flags: tuple[str, ...] = ()


class Given(Record, frozen=True, kw_only=True):
    """A program of ours that students get with the starter. What a device sees of it is computed when answers about it are graded."""

    id: str
    sources: tuple[str, ...]  # below starter/, compiled together
    arguments: tuple[str, ...] = ()
    profile: str = "a100"  # the GPU that it runs on, emulated


class Assignment(Record, frozen=True, kw_only=True):
    """One assignment, checked. Paths are absolute."""

    slug: str
    kind: Kind
    title: dict[str, str]  # "en", "ko"
    weight: float
    files: tuple[str, ...]
    header: str | None
    tools: tuple[str, ...] = ()  # headers beside the usual ones that are handed out
    libraries: tuple[str, ...] = ()  # that programs are linked with: grader/libraries
    limits: Limits
    entries: tuple[Entry, ...]
    cases: tuple[Case, ...]
    programs: tuple[Compiled, ...] = ()
    given: tuple[Given, ...] = ()
    folder: Path
    reference: Path  # reference/<slug>; may not exist in what students get
    include: Path  # kernels/include
    course: str  # the course's identifier: part of the seed's name

    @property
    def problem(self) -> Path:
        """The module of mathematics, run by the judge and by `grader check`."""
        return self.folder / "problem.py"

    @property
    def problem_files(self) -> tuple[Path, ...]:
        """problem.py and the modules beside it that it may import, `problem_NAME.py`: students get them without their STAFF parts."""
        return tuple(file for file in (self.problem, *sorted(self.folder.glob("problem_*.py"))) if file.is_file())

    @property
    def code(self) -> tuple[str, ...]:
        """The student's files that nvcc compiles, or that those include; none if nothing is to be launched."""
        elsewhere = {source for program in self.programs for source in program.sources}
        return tuple(name for name in self.files if self.entries and name not in elsewhere and not name.endswith(NOT_COMPILED))

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lanes that its cases and programs need."""
        named = (*(program.lane for program in self.programs), *(case.lane for case in self.cases))
        return tuple(dict.fromkeys(filter(None, named)))

    @property
    def answers(self) -> str | None:
        """The student's file of answers; None if the assignment asks no questions."""
        return next((name for name in self.files if name.endswith(ANSWERS_SUFFIX)), None)

    def given_program(self, name: str) -> Given:
        for given in self.given:
            if given.id == name:
                return given
        raise AssignmentError(f"{self.slug} has no [[given]] program {name!r}; known are {', '.join(g.id for g in self.given) or 'none'}")

    @property
    def includes(self) -> tuple[Path, ...]:
        """The folders of headers, the assignment's own first."""
        return tuple(folder for folder in (self.folder / OWN_HEADERS, self.include) if folder.is_dir())

    @property
    def header_file(self) -> Path:
        """The contract's header. Only for an assignment that names one."""
        return next((f / str(self.header) for f in self.includes if (f / str(self.header)).is_file()), self.include / str(self.header))

    def devices(self) -> tuple[str, ...]:
        """The kinds of device that some case runs on; all of them for an assignment without cases."""
        return tuple(k for k in ("emulated", "cuda") if not self.cases or any(case.on in (None, k) for case in self.cases))

    def launching(self, device: str = "emulated") -> list[Case]:
        """The cases that call an entry on this kind of device; the others run a command."""
        return [case for case in self.cases if case.on in (None, device) and not case.run]

    def case(self, case_id: str) -> Case:
        for case in self.cases:
            if case.id == case_id:
                return case
        raise KeyError(f"{self.slug} has no case {case_id!r}; known are {', '.join(c.id for c in self.cases)}")

    def entry(self, name: str) -> Entry:
        for entry in self.entries:
            if entry.name == name:
                return entry
        raise KeyError(f"{self.slug} has no entry {name!r}; known are {', '.join(e.name for e in self.entries)}")


def find_assignment(name: str, course: Course | None = None) -> Assignment:
    """ "gemm", "09_gemm" or a path to an assignment's folder -> Assignment.

    Raises AssignmentError; an unknown name's error lists the known ones."""
    folder, course = folder_of(name, course)
    return load_assignment(folder, course)


def load_assignment(folder: Path, course: Course | None = None) -> Assignment:
    """Reads and checks one folder. Raises AssignmentError with file, line, key and remedy."""
    folder = folder.resolve()
    course = course or find_course(folder)
    path = folder / "assignment.toml"
    table, text = assignment_file.read(path)
    check = _Checker(path, text, table)
    check.head(course)
    entries = tuple(check.entry(index, entry) for index, entry in enumerate(table.entry))
    cases = tuple(check.case(index, case, entries) for index, case in enumerate(table.case))
    return Assignment(
        slug=table.slug,
        kind=table.kind,
        title={"en": table.title.en, "ko": table.title.ko},
        weight=table.weight,
        files=table.files,
        header=table.header,
        tools=table.tools,
        libraries=table.libraries,
        programs=tuple(check.program(index, program) for index, program in enumerate(table.program)),
        limits=Limits(**msgspec.structs.asdict(table.limits)),
        entries=entries,
        cases=cases,
        given=tuple(check.given(index, given) for index, given in enumerate(table.given)),
        folder=folder,
        reference=course.reference / table.slug,
        include=course.include,
        course=course.id,
    )


def as_passed(argument: Argument, value: float) -> float:
    """The value that the launcher gets: 0.1 as an f32 is 0.10000000149011612, and the oracle must compute with that."""
    if argument.type != "f32":
        return float(value)
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


class _Checker:
    """The rules that types can't say, each with the key it is about."""

    def __init__(self, path: Path, text: str, table: AssignmentFile) -> None:
        self.path, self.text, self.table = path, text, table

    def wrong(self, message: str, *key: str | int) -> Exception:
        return mistake(self.path, self.text, key, message)

    def head(self, course: Course) -> None:
        table = self.table
        if table.slug != self.path.parent.name:
            raise self.wrong(f"is {table.slug!r} but the folder is called {self.path.parent.name!r}; make them equal", "slug")
        for name in table.files:
            parts = PurePosixPath(name).parts
            if not parts or name.startswith("/") or ".." in parts or "\\" in name or str(PurePosixPath(name)) != name:
                raise self.wrong(f"{name!r} must be a plain relative path such as gemm.cu", "files")
        if len(set(table.files)) != len(table.files):
            raise self.wrong("a name stands twice", "files")
        own = self.path.parent / OWN_HEADERS
        if table.header is not None and not any((folder / table.header).is_file() for folder in (own, course.include)):
            raise self.wrong(f"{table.header!r} is not in {course.include} nor in {own}; add it there or correct the name", "header")
        if sum(name.endswith(ANSWERS_SUFFIX) for name in table.files) > 1:
            raise self.wrong("names two files of answers; one holds all of them", "files")
        _unique([g.id for g in table.given], lambda i, n: self.wrong(f"{n!r} stands twice; ids are unique", "given", i, "id"))
        if len(set(table.libraries)) != len(table.libraries):
            raise self.wrong("a name stands twice", "libraries")
        for name in table.tools:
            if not (course.include / name).is_file():
                raise self.wrong(f"{name!r} is not in {course.include}; add it there or correct the name", "tools")
        if table.kind == "cuda":
            if not table.entry:
                raise self.wrong("an assignment of kind cuda needs at least one [[entry]]", "entry")
            if not table.case:
                raise self.wrong("an assignment of kind cuda needs at least one [[case]]", "case")
        elif not table.case and table.kind != "quiz":
            raise self.wrong(f"an assignment of kind {table.kind} needs at least one [[case]]", "case")
        outputs = [p.output for p in table.program]
        _unique(outputs, lambda i, n: self.wrong(f"{n!r} stands twice; outputs are unique", "program", i, "output"))
        _unique([e.name for e in table.entry], lambda i, n: self.wrong(f"{n!r} stands twice; entry names are unique", "entry", i, "name"))
        _unique([c.id for c in table.case], lambda i, n: self.wrong(f"{n!r} stands twice; case ids are unique", "case", i, "id"))

    def program(self, index: int, table: ProgramTable) -> Compiled:
        room = self.path.parent / ROOM
        for name in table.sources:
            inside = not name.startswith("/") and ".." not in PurePosixPath(name).parts and (room / name).is_file()
            if name not in self.table.files and not inside:
                raise self.wrong(f"{name!r} is none of `files`, and no file below {room}", "program", index, "sources")
        return Compiled(output=table.output, sources=table.sources, lane=table.lane or "", flags=table.flags)

    def given(self, index: int, table: GivenTable) -> Given:
        starter = self.path.parent / "starter"
        for name in table.sources:
            if name.startswith("/") or ".." in PurePosixPath(name).parts or not (starter / name).is_file():
                raise self.wrong(f"{name!r} is no file below {starter}; it must be handed out", "given", index, "sources")
        return Given(id=table.id, sources=table.sources, arguments=table.arguments, profile=table.profile)

    def entry(self, index: int, table: EntryTable) -> Entry:
        arguments = []
        for spec in table.args:
            try:
                arguments.append(parse_argument(spec))
            except SpecError as error:
                raise self.wrong(str(error), "entry", index, "args") from None
        _unique([a.name for a in arguments], lambda _, n: self.wrong(f"argument {n!r} stands twice", "entry", index, "args"))
        if sum(a.kind == "float" for a in arguments) > MAX_FLOAT_ARGUMENTS:
            raise self.wrong(f"at most {MAX_FLOAT_ARGUMENTS} floating-point arguments can be passed", "entry", index, "args")
        lasts = {a.dimensions[-1] for a in arguments if a.dimensions}
        for leading in table.widths:
            if (leading,) not in lasts:
                raise self.wrong(f"{leading!r} is the last dimension of no buffer", "entry", index, "widths")
        entry = Entry(
            name=table.name,
            arguments=tuple(arguments),
            widths=dict(table.widths),
            to_device=table.to_device,
            to_host=table.to_host,
            waits=table.waits,
            pins=table.pins,
            library=table.library or "",
        )
        if table.library and table.library not in self.table.libraries:
            text = (
                f"{table.library!r} is none of the libraries that programs are linked with: add libraries = [{table.library!r}] at the top"
            )
            raise self.wrong(text, "entry", index, "library")
        host = [b.name for b in entry.buffers() if b.memory != "device"]
        for key, names in (("to_device", table.to_device), ("to_host", table.to_host)):
            for name in names:
                if name not in host:
                    known = ", ".join(host) or "none"
                    raise self.wrong(f"{name!r} is no buffer in host memory; known are {known}", "entry", index, key)
        return entry

    def case(self, index: int, table: CaseTable, entries: tuple[Entry, ...]) -> Case:
        if table.run:
            return self._command(index, table)
        for key in ("lane", "needs", "sees", "given"):
            if getattr(table, key):
                raise self.wrong("is for a case that runs a command: say run = [...], or leave it out", "case", index, key)
        named = {entry.name: entry for entry in entries}
        if table.entry is not None and table.entry not in named:
            raise self.wrong(f"no [[entry]] is called {table.entry!r}; known are {', '.join(named)}", "case", index, "entry")
        if not entries:
            raise self.wrong("there is no [[entry]] that it could call", "case", index)
        entry = named[table.entry] if table.entry else entries[0]
        sizes = self._sizes(index, table, entry)
        if table.devices is not None and table.on == "cuda":
            raise self.wrong('a real machine has the devices that it has; say on = "emulated", or leave devices out', "case", index, "on")
        writable = [b.name for b in entry.buffers() if b.direction != "in"]
        for name in table.poison:
            if name not in writable:
                known = ", ".join(writable) or "none"
                raise self.wrong(f"{name!r} is no out, inout or scratch buffer of {entry.name}; known are {known}", "case", index, "poison")
        if table.sparse and (table.on != "emulated" or table.calls > 1):
            raise self.wrong(
                'a sparse case says on = "emulated" (a real card would need the memory) and has one call', "case", index, "sparse"
            )
        buffers = [b.name for b in entry.buffers()]
        for name in table.offset:
            if name not in buffers:
                raise self.wrong(f"{name!r} is no buffer of {entry.name}; known are {', '.join(buffers)}", "case", index, "offset")
        for key in ("sparse", "offset"):
            if getattr(table, key) and entry.in_host_memory():
                raise self.wrong(f"is for buffers on the device; {entry.name} has some in host memory", "case", index, key)
        if table.shuffled and table.on == "cuda":
            raise self.wrong('a real card has an order of its own; say on = "emulated", or leave shuffled out', "case", index, "shuffled")
        anywhere = [b.name for b in entry.buffers() if b.memory == "any"]
        for name in table.memory:
            if name not in anywhere:
                known = ", ".join(anywhere) or "none"
                raise self.wrong(f"{name!r} is no buffer of `any` memory of {entry.name}; known are {known}", "case", index, "memory")
        for name in anywhere:
            if name not in table.memory:
                raise self.wrong(f'misses {name!r}: say where it lies, {name} = "pinned" for example', "case", index, "memory")
        on = table.on
        if entry.in_host_memory():
            if on == "cuda" or table.timed:
                text = f"{entry.name} has buffers in host memory, and what becomes of them is seen on the emulated GPU only"
                raise self.wrong(text, "case", index, "timed" if table.timed else "on")
            on = "emulated"
        return Case(
            id=table.id,
            visibility=table.visibility,
            entry=entry.name,
            sizes=sizes,
            scalars=self._scalars(index, table, entry),
            fill=table.fill,
            poison=table.poison,
            sparse=table.sparse,
            calls=table.calls,
            offset=dict(table.offset),
            on=on,
            timed=table.timed,
            shuffled=table.shuffled,
            block_warp_instructions=table.block_warp_instructions,
            devices=table.devices,
            memory=dict(table.memory),
            latencies_us={str(name): value for name, value in table.latencies_us.items()},
            drawn_us={str(name): value for name, value in table.drawn_us.items()},
            runtime=table.runtime or "",
            index=index,
        )

    def _command(self, index: int, table: CaseTable) -> Case:
        """A case that runs a command: nothing of it is an entry's."""
        allowed = {"id", "visibility", "run", "lane", "needs", "sees", "runtime", "given"}
        usual = CaseTable(id=table.id)
        for key in (field for field in table.__struct_fields__ if field not in allowed):
            if getattr(table, key) != getattr(usual, key):
                raise self.wrong(f"is for a case that calls an entry; {table.id} runs a command", "case", index, key)
        for name in table.sees or ():
            if name not in self.table.files:
                raise self.wrong(f"{name!r} is none of `files`", "case", index, "sees")
        if table.run[0] == "python" and table.lane is None:
            raise self.wrong("`python` is a lane's interpreter: say lane = ...", "case", index, "run")
        return Case(
            id=table.id,
            visibility=table.visibility,
            entry="",
            sizes={},
            run=table.run,
            lane=table.lane or "",
            needs=table.needs,
            sees=table.sees,
            runtime=table.runtime or "",
            given=dict(table.given),
            index=index,
        )

    def _scalars(self, index: int, table: CaseTable, entry: Entry) -> dict[str, float]:
        floats = {a.name: a for a in entry.arguments if a.kind == "float"}
        for name in floats:
            if name not in table.scalars:
                raise self.wrong(f"misses {name!r}, an argument of {entry.name}", "case", index, "scalars")
        result = {}
        for name, value in table.scalars.items():
            if name not in floats:
                known = ", ".join(floats) or "none"
                raise self.wrong(f"{name!r} is no floating-point argument of {entry.name}; known are {known}", "case", index, "scalars")
            try:
                result[name] = as_passed(floats[name], value)
            except OverflowError:
                raise self.wrong(f"{name} = {value} doesn't fit {floats[name].type}", "case", index, "scalars") from None
            if not math.isfinite(value):
                raise self.wrong(f"{name} = {value} must be finite", "case", index, "scalars")
        return result

    def _sizes(self, index: int, table: CaseTable, entry: Entry) -> dict[str, int]:
        sizes = dict(table.sizes)
        needed = dict.fromkeys(name for a in entry.arguments for name in a.size_names())
        for name in needed:
            width = entry.widths.get(name)
            if name not in sizes and width is not None and width in sizes:
                sizes[name] = max(1, sizes[width])  # densely packed, as BLAS wants it: ld >= max(1, width)
            if name not in sizes:
                remedy = "give it here, or a leading dimension's default in [[entry]].widths"
                raise self.wrong(f"misses {name!r}, which {entry.name} uses; {remedy}", "case", index, "sizes")
        for name in sizes:
            if name not in needed and name not in entry.widths.values():
                raise self.wrong(f"{name!r} is used nowhere in {entry.name}; known are {', '.join(needed)}", "case", index, "sizes")
        for leading, width in entry.widths.items():
            if width not in sizes:
                raise self.wrong(f"misses {width!r}, the width of {leading}", "case", index, "sizes")
            if leading in sizes and sizes[leading] < sizes[width]:
                raise self.wrong(f"{leading} = {sizes[leading]} is less than its width {width} = {sizes[width]}", "case", index, "sizes")
        for argument in entry.arguments:
            if argument.kind == "integer":
                low, high = INTEGER_RANGE[argument.type]
                if not low <= sizes[argument.name] <= high:
                    raise self.wrong(f"{argument.name} = {sizes[argument.name]} doesn't fit {argument.type}", "case", index, "sizes")
            if argument.kind == "buffer":
                if any(extent < 0 for extent in argument.shape(sizes)):
                    raise self.wrong(f"buffer {argument.name} would have the shape {argument.shape(sizes)}", "case", index, "sizes")
                limit = MAX_SPARSE_BYTES if table.sparse else MAX_BUFFER_BYTES
                if argument.byte_count(sizes) > limit:
                    raise self.wrong(f"buffer {argument.name} would hold more than {limit >> 30} GiB", "case", index, "sizes")
        return sizes


def _unique(names: list[str], error: object) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise error(index, name)  # type: ignore[operator]
        seen.add(name)
