"""Build, the stage: Source -> Program. A failed build is a record with Problems, never an exception.

nvcc runs in the sandbox, in a fresh folder that holds the student's files and nothing else of ours but kernels/include (read-only). The
result is cached by content: an unchanged source costs one look into the cache.
"""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

import msgspec

from grader import natives, toolchain
from grader.assignment import Assignment
from grader.build import diagnostics
from grader.build.cache import Cache, digest_of
from grader.build.libraries import Linked, forged, is_card, key_of, linked
from grader.build.places import function_place, plain_name
from grader.build.symbols import exported_functions, look_alike
from grader.errors import HarnessError
from grader.libraries import LIBRARIES
from grader.records import Exit, Problem, Program, Record, Source
from grader.sandbox.contract import Bind, Command, Limits, Sandbox
from grader.scratch import scratch_folder

BUILD_LIMITS = Limits(wall_s=60.0, cpu_s=60.0, memory_mib=3072, processes=64, file_mib=64, scratch_mib=256, output_mib=16, capture_kib=512)
MAX_LIBRARY_BYTES = 64 << 20
MAX_LOG_CHARACTERS = 64 << 10
PROGRAM, OBJECT = "program.so", "object.o"
_COMPILED = (".cu", ".cpp", ".cc", ".c")
_LINKED = ("-o", PROGRAM, "-Xlinker", "--no-undefined")
_COMPILED_ONLY = ("-c", "-o", OBJECT)
# Lines that mean that our compiler isn't installed as it must be; a student's own text never begins a line like this.
_OUR_FAULT = re.compile(
    r"^(?:nvcc (?:fatal|error)\s*:(?!.*died due to signal)|sh: |\S*ld: cannot find -l|bwrap: |g(?:cc|\+\+): (?:fatal error|error):)", re.M
)
_MEMORY = re.compile(
    r"died due to signal 9|Killed signal terminated|virtual memory exhausted|out of memory|Cannot allocate memory|std::bad_alloc", re.I
)


def build(source: Source, assignment: Assignment, sandbox: Sandbox, cache: Cache, profile: str = "a100") -> Program:
    """Compiles the student's files to one shared object. Raises HarnessError if the compiler or the sandbox can't work here."""
    start = time.perf_counter()
    source = _code(source, assignment)
    key = build_key(source, assignment, profile)
    if cached := _from_cache(cache, key):
        return msgspec.structs.replace(cached, from_cache=True, wall_s=time.perf_counter() - start, cpu_s=0.0)
    with scratch_folder() as outer:
        program, library = _compile(source, assignment, sandbox, cache, outer, profile, key)
    if any(p.verdict in ("BUILD_TIMEOUT", "OUT_OF_MEMORY") for p in program.problems):
        return program  # may be the machine's load: not kept
    folder = cache.put(key, {"program.so": library, "program.json": msgspec.json.encode(program)})
    if folder is None:
        raise HarnessError(f"can't write the build cache {cache.folder}; set $GRADER_CACHE to a folder with space that you may write")
    return msgspec.structs.replace(program, library=str(folder / "program.so") if library else None)


def _code(source: Source, assignment: Assignment) -> Source:
    """Without the answers and what g++ and interpreters take, which nvcc never sees: a student who changes layer.py doesn't wait for it."""
    elsewhere = set(assignment.files) - set(assignment.code)
    kept = {name: content for name, content in source.files.items() if name not in elsewhere}
    if len(kept) == len(source.files):
        return source
    return msgspec.structs.replace(source, files=kept, digest=digest_of(part for item in sorted(kept.items()) for part in item))


def build_key(source: Source, assignment: Assignment, profile: str) -> str:
    """Everything that a build depends on: source, shared headers, names of the entries, compiler, flags."""
    parts: list[bytes | str] = ["build-1", source.digest, assignment.header or "", profile, *assignment.code]
    parts += [entry.signature() for entry in assignment.entries]
    parts += [key_of(name, profile) for name in assignment.libraries]
    for folder in assignment.includes:
        for header in sorted(f for f in folder.rglob("*") if f.is_file()):
            parts += [str(header.relative_to(folder)), header.read_bytes()]
    return digest_of([*parts, toolchain.toolchain_digest()])


def _from_cache(cache: Cache, key: str) -> Program | None:
    folder = cache.get(key)
    if folder is None:
        return None
    try:
        program = msgspec.json.decode((folder / "program.json").read_bytes(), type=Program)
        library = (folder / "program.so").read_bytes()
        if bool(library) == any(not p.note for p in program.problems) or (library and digest_of([library]) != program.digest):
            raise OSError("damaged")
    except (OSError, msgspec.MsgspecError):
        cache.drop(key)
        return None
    return msgspec.structs.replace(program, library=str(folder / "program.so") if library else None)


def _compile(
    source: Source, assignment: Assignment, sandbox: Sandbox, cache: Cache, outer: Path, profile: str, key: str
) -> tuple[Program, bytes]:
    libraries = [linked(name, profile, cache, sandbox.run) for name in assignment.libraries]
    files, sources = source.files, [name for name in assignment.code if PurePosixPath(name).suffix in _COMPILED]
    steps: list[_Step] = []
    if len(sources) > 1:
        # Each by itself, side by side, so that a change in one leaves the others' objects as they are, for this student and for others who
        # hand in the same file. Nothing else of the submission is there, or one file could spoil what is kept of another.
        with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
            steps = list(
                pool.map(lambda name: _object(name, sources, source, assignment, sandbox, cache, outer, profile, libraries), sources)
            )
        files = {f"object{index}.o": step.output for index, step in enumerate(steps)}
    if not any(step.problems for step in steps):
        wanted = list(files) if steps else sources
        archives = [file for library in libraries for file in library.link]
        steps.append(_nvcc(files, [*_LINKED, *wanted, *archives], source, assignment, sandbox, outer / "work", profile, PROGRAM, libraries))
    log = "\n".join(step.log for step in steps if step.log)
    problems = [problem for step in steps for problem in step.problems]
    registers = {name: count for step in steps for name, count in step.registers.items()}
    library = b"" if problems else steps[-1].output
    problems = problems or _missing_symbols(library, assignment, source) or _forged(library, libraries, profile)
    wall_s, cpu_s = sum(step.wall_s for step in steps), sum(step.cpu_s for step in steps)
    if problems:
        failed = Program(
            library=None,
            problems=tuple(problems),
            log=log[:MAX_LOG_CHARACTERS],
            registers=registers,
            digest=key,
            wall_s=wall_s,
            cpu_s=cpu_s,
        )
        return failed, b""
    built = Program(library="", log=log[:MAX_LOG_CHARACTERS], registers=registers, digest=digest_of([library]), wall_s=wall_s, cpu_s=cpu_s)
    return built, library


class _Step(Record, frozen=True, kw_only=True):
    """What one run of nvcc gave."""

    output: bytes = b""
    problems: tuple[Problem, ...] = ()
    log: str = ""
    registers: dict[str, int] = {}
    wall_s: float = 0.0
    cpu_s: float = 0.0


def _object(
    name: str,
    sources: Sequence[str],
    source: Source,
    assignment: Assignment,
    sandbox: Sandbox,
    cache: Cache,
    outer: Path,
    profile: str,
    libraries: Sequence[Linked],
) -> _Step:
    """One of several files, compiled by itself: it sees the student's headers, but no other file that is compiled."""
    files = {each: content for each, content in source.files.items() if each == name or each not in sources}
    alone = msgspec.structs.replace(source, files=files, digest=digest_of(part for item in sorted(files.items()) for part in item))
    key = digest_of(["object-1", name, build_key(alone, assignment, profile)])
    folder = cache.get(key)
    if folder is not None:
        try:
            step = msgspec.json.decode((folder / "step.json").read_bytes(), type=_Step)
            return msgspec.structs.replace(step, output=(folder / OBJECT).read_bytes(), wall_s=0.0, cpu_s=0.0)
        except (OSError, msgspec.MsgspecError):
            cache.drop(key)
    work = outer / f"work{sources.index(name)}"
    step = _nvcc(files, [*_COMPILED_ONLY, name], source, assignment, sandbox, work, profile, OBJECT, libraries)
    if not step.problems:
        cache.put(key, {OBJECT: step.output, "step.json": msgspec.json.encode(msgspec.structs.replace(step, output=b""))})
    return step


def _nvcc(
    files: Mapping[str, bytes],
    args: Sequence[str],
    source: Source,
    assignment: Assignment,
    sandbox: Sandbox,
    work: Path,
    profile: str,
    output: str,
    libraries: Sequence[Linked],
) -> _Step:
    """One run of nvcc in the sandbox, in a fresh folder that holds `files`."""
    work.mkdir()
    work.chmod(0o777)
    for name, content in files.items():
        target = work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(0o444)
    kept = work / ".keep"  # PTX stays for a moment: ptxas names lines of it
    kept.mkdir()
    kept.chmod(0o777)
    exit = sandbox.run(compile_command(assignment, work, profile, args, libraries))
    log = _end_of_source(_relative(_text(exit), work), Source(files=dict(files)))
    hint = _hint(assignment)
    problems = _failure(exit, log)
    if not problems and exit.code != 0:
        problems = diagnostics.parse(log, assignment.files, hint)
        if not any(p.line for p in problems):
            found = [diagnostics.parse_ptxas(log, _ptx(kept, name), assignment.files) for name in assignment.code]
            problems = [_placed(p, source) for some in found for p in some] or problems
        if not problems:
            if _OUR_FAULT.search(log):
                raise HarnessError(f"the compiler can't work here: {_first(log)}; reinstall the package, and see that g++ is installed")
            problems = [Problem(verdict="COMPILE_ERROR", message=f"the compiler failed: {_first(log)}")]
    if problems:
        return _Step(problems=tuple(problems), log=log, wall_s=exit.wall_s, cpu_s=exit.cpu_s)
    return _Step(output=_read_output(work / output), log=log, registers=diagnostics.registers(log), wall_s=exit.wall_s, cpu_s=exit.cpu_s)


def compile_command(assignment: Assignment, work: Path, profile: str, wanted: Sequence[str], libraries: Sequence[Linked] = ()) -> Command:
    """The whole command in the sandbox. Paths are the same inside and outside, so that every provider can run it."""
    includes = (*assignment.includes, *(library.include for library in libraries))
    folders = [word for folder in includes for word in ("-I", str(folder))]
    args = [*folders, "--keep", "--keep-dir", ".keep"]
    if assignment.header:
        args += ["-include", assignment.header]
    environment = toolchain.nvcc_environment() | {"TMPDIR": "/tmp", "HOME": "/tmp", "LC_ALL": "C"}
    return Command(
        argv=tuple(toolchain.nvcc_command([*args, *wanted], shared=True, profile=profile)),
        cwd=str(work),
        binds=(
            Bind(source=toolchain.toolkit_root(), target=str(toolchain.toolkit_root())),
            Bind(source=natives.library_folder(), target=str(natives.library_folder())),
            *(Bind(source=folder, target=str(folder)) for folder in assignment.includes),
            *(Bind(source=folder, target=str(folder)) for library in libraries for folder in library.shown),
            Bind(source=work, target=str(work), writable=True),
        ),
        env=environment,
        limits=BUILD_LIMITS,
    )


def _failure(exit: Exit, log: str) -> list[Problem]:
    """What ended the compiler from outside, whatever it printed before."""
    limits = BUILD_LIMITS
    if exit.cause == "timeout":
        message = f"compiling took longer than {limits.wall_s:g} s; look for template recursion, constant expressions, huge unrolled loops"
        return [Problem(verdict="BUILD_TIMEOUT", message=message)]
    if exit.cause == "out_of_memory" or (exit.code != 0 and _MEMORY.search(log)):
        message = (
            f"compiling needed more than {limits.memory_mib} MiB; look for huge initialised arrays, template recursion, unrolled loops"
        )
        return [Problem(verdict="OUT_OF_MEMORY", message=message)]
    if exit.cause == "output_limit":
        return [Problem(verdict="COMPILE_ERROR", message=f"the compiler printed more than {limits.output_mib} MiB of messages")]
    if exit.cause == "signaled":
        message = f"the compiler was ended by signal {exit.signal}; simplify the code that it fails on"
        return [Problem(verdict="COMPILE_ERROR", message=message)]
    if exit.code in (126, 127):
        raise HarnessError(f"the compiler can't be started: {_first(log) or 'no such file'}; reinstall the package")
    return []


def _hint(assignment: Assignment) -> Callable[[str], str]:
    """For a signature other than the header's, whose error message says little to a student: the one that is wanted."""

    def hint(text: str) -> str:
        for entry in assignment.entries:
            if entry.name in text and re.search("linkage|overload|incompatible|conflict|return type", text):
                return f"; its signature must be {declaration(assignment, entry.name) or entry.signature()}"
        return ""

    return hint


def _text(exit: Exit) -> str:
    return (exit.stdout + b"\n" + exit.stderr).decode("utf-8", "replace")


def _relative(log: str, work: Path) -> str:
    """Paths as the student knows them; none of this machine."""
    log = log.replace(f"{work}/", "").replace("./.keep/", "").replace(".keep/", "")
    log = re.sub(r"\S*/nvidia/cu13/", "<cuda>/", log)
    return re.sub(r"/tmp/tmpxft_[0-9a-f_-]+", "tmp", log).strip()


def _first(log: str) -> str:
    lines = [line.strip() for line in log.splitlines() if line.strip() and not line.startswith("ptxas info")]
    return next((line for line in lines if re.search("error|fatal", line, re.I)), lines[0] if lines else "")[:300]


def _end_of_source(log: str, source: Source) -> str:
    """cudafe++ names no file for an error at the end of one: with a single file it is that file's last line."""
    if len(source.files) != 1:
        return log
    ((name, content),) = source.files.items()
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    return re.sub(r"^At end of source: ", f"{name}({max(1, lines)}): ", log, flags=re.M)


def _placed(problem: Problem, source: Source) -> Problem:
    """ptxas names functions, mangled, where it can't name a line."""
    mangled = re.search(r"'(_Z\w+)'", problem.message)
    if problem.line is not None or not mangled:
        return problem
    place = function_place(source.files, mangled[1])
    message = problem.message.replace(mangled[1], plain_name(mangled[1]) or mangled[1])
    return msgspec.structs.replace(problem, message=message, file=place[0] if place else None, line=place[1] if place else None)


def _ptx(kept: Path, name: str) -> str:
    file = kept / (PurePosixPath(name).stem + ".ptx")
    try:
        if stat.S_ISREG(file.lstat().st_mode) and file.stat().st_size <= MAX_LIBRARY_BYTES:
            return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        pass
    return ""


def _read_output(file: Path) -> bytes:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise HarnessError(f"the compiler succeeded but left no {file.name} ({error.strerror}); try again") from None
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise HarnessError(f"the compiler left a {file.name} that is no file; try again")
        return stream.read(MAX_LIBRARY_BYTES)


def _missing_symbols(library: bytes, assignment: Assignment, source: Source) -> list[Problem]:
    exported = exported_functions(library)
    problems = []
    for entry in assignment.entries:
        if entry.name in exported:
            continue
        wanted = declaration(assignment, entry.name) or entry.signature()
        similar = look_alike(entry.name, exported)
        message = f"no function {entry.name} in {' or '.join(assignment.code)}; the assignment calls {wanted}"
        if similar:
            message += f'. There is a C++ function of that name ({similar}): add extern "C" in front of it, outside of any namespace'
        place = (function_place(source.files, similar) if similar else None) or (assignment.files[0], None)
        problems.append(Problem(verdict="MISSING_SYMBOL", message=message, file=place[0], line=place[1]))
    return problems


def _forged(library: bytes, libraries: Sequence[Linked], profile: str) -> list[Problem]:
    """Kernels under the name of a library's would count as its work."""
    archives = [Path(file).read_bytes() for each in libraries for file in each.link] if not is_card(profile) else []
    name = forged(library, archives) if archives else ""
    if not name:
        return []
    namespace = LIBRARIES[name].namespace
    text = f"kernels in namespace {namespace} are those of {LIBRARIES[name].title}'s stand-in: call your own namespace something else"
    return [Problem(verdict="COMPILE_ERROR", message=text)]


def declaration(assignment: Assignment, name: str) -> str | None:
    """An entry's declaration as the assignment's header has it, on one line."""
    if not assignment.header:
        return None
    text = re.sub(r"//[^\n]*|/\*.*?\*/", "", assignment.header_file.read_text(encoding="utf-8"), flags=re.S)
    match = re.search(rf"(?:extern\s+\"C\"\s+)?\w+\s+{re.escape(name)}\s*\([^)]*\)", text)
    return f'extern "C" {re.sub(r"^extern .C. ", "", " ".join(match[0].split()))}' if match else None
