"""Programs: an assignment's [[program]] tables and the student's files -> shared objects and programs that commands find in their room.

g++ in the sandbox, once a submission, kept by content: a student who changes op.py only doesn't wait for op.cpp again, nor does the next
student who hands in the same file. What can't be compiled is a record of Problems at the student's lines, as with nvcc.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import msgspec

from grader import toolchain
from grader.assignment import ROOM, Assignment, Compiled
from grader.build import diagnostics
from grader.build.cache import Cache, digest_of
from grader.errors import HarnessError
from grader.lanes import Found, digest, find
from grader.records import Exit, Problem, Record
from grader.sandbox.contract import Bind, Command, Limits, Sandbox
from grader.scratch import scratch_folder

# Frameworks' headers are large: PyTorch's operator library takes some ten seconds and a gigabyte. Processor time is what bounds a compiler
# bomb; on a busy machine the wall's clock runs much faster.
LIMITS = Limits(wall_s=600.0, cpu_s=120.0, memory_mib=4096, processes=64, file_mib=64, scratch_mib=256, output_mib=16, capture_kib=512)
MAX_BYTES = 64 << 20
INSIDE = "/build"
FLAGS = ("-std=c++17", "-O2", "-g1", "-fPIC", "-fdiagnostics-color=never", "-fno-diagnostics-show-caret", "-w")


class Compiling(Record, frozen=True, kw_only=True):
    """What became of one [[program]]."""

    output: str
    path: str = ""  # of the file; "" if there is none
    digest: str = ""  # of its content
    problems: tuple[Problem, ...] = ()
    log: str = ""
    missing: str = ""  # why its lane isn't there
    from_cache: bool = False
    wall_s: float = 0.0
    cpu_s: float = 0.0


def build_programs(files: Mapping[str, bytes], assignment: Assignment, sandbox: Sandbox, cache: Cache) -> tuple[Compiling, ...]:
    """Compiles every [[program]]. Raises HarnessError if g++ or the sandbox can't work here."""
    return tuple(_build(program, files, assignment, sandbox, cache) for program in assignment.programs)


def _build(program: Compiled, files: Mapping[str, bytes], assignment: Assignment, sandbox: Sandbox, cache: Cache) -> Compiling:
    lane = find(program.lane) if program.lane else None
    if lane is not None and not isinstance(lane, Found):
        return Compiling(output=program.output, missing=lane.remedy)
    seen = _seen(program, files, assignment)
    key = digest_of(_key(program, seen, assignment))
    if (known := _kept(cache, key, program.output)) is not None:
        return known
    start = time.perf_counter()
    with scratch_folder() as work:
        work.chmod(0o777)
        for name, content in seen.items():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            (work / name).write_bytes(content)
        ended = sandbox.run(_command(program, assignment, lane, work))
        log = (ended.stderr + ended.stdout).decode("utf-8", "replace").replace(f"{INSIDE}/", "").strip()
        problems = _problems(ended, log, assignment)
        content = b"" if problems else _read(work / program.output)
    made = Compiling(
        output=program.output,
        digest=digest_of([content]),
        problems=tuple(problems),
        log=log[: 64 << 10],
        wall_s=time.perf_counter() - start,
        cpu_s=ended.cpu_s,
    )
    if any(problem.verdict in ("BUILD_TIMEOUT", "OUT_OF_MEMORY") for problem in problems):
        return made  # may be the machine's load: not kept
    folder = cache.put(key, {program.output: content, "program.json": msgspec.json.encode(made)})
    if folder is None:
        raise HarnessError(f"can't write the build cache {cache.folder}; set $GRADER_CACHE to a folder with space that you may write")
    (folder / program.output).chmod(0o755)
    return msgspec.structs.replace(made, path="" if problems else str(folder / program.output))


def _seen(program: Compiled, files: Mapping[str, bytes], assignment: Assignment) -> dict[str, bytes]:
    """What lies beside the compiler: the sources, and headers of room/ and of the student. Nothing else of the submission."""
    room = assignment.folder / ROOM
    found = {name: content for name, content in files.items() if name in program.sources or name.endswith((".h", ".hpp", ".cuh"))}
    for path in sorted(room.rglob("*")) if room.is_dir() else ():
        name = path.relative_to(room).as_posix()
        if path.is_file() and name not in found and (name in program.sources or path.suffix in (".h", ".hpp", ".inc")):
            found[name] = path.read_bytes()
    return found


def _key(program: Compiled, seen: Mapping[str, bytes], assignment: Assignment) -> list[bytes | str]:
    parts: list[bytes | str] = ["program-2", msgspec.json.encode(program), *FLAGS, toolchain.toolchain_digest()]
    parts += [digest(program.lane)] if program.lane else []
    for name, content in sorted(seen.items()):
        parts += [name, content]
    for folder in assignment.includes:
        for header in sorted(f for f in folder.rglob("*") if f.is_file()):
            parts += [str(header.relative_to(folder)), header.read_bytes()]
    return parts


def _kept(cache: Cache, key: str, output: str) -> Compiling | None:
    folder = cache.get(key)
    if folder is None:
        return None
    try:
        known = msgspec.json.decode((folder / "program.json").read_bytes(), type=Compiling)
        if not known.problems and digest_of([(folder / output).read_bytes()]) != known.digest:
            raise OSError("damaged")
    except (OSError, msgspec.MsgspecError):
        cache.drop(key)
        return None
    path = "" if known.problems else str(folder / output)
    return msgspec.structs.replace(known, path=path, from_cache=True, wall_s=0.0, cpu_s=0.0)


def _command(program: Compiled, assignment: Assignment, lane: Found | None, work: Path) -> Command:
    shared = ("-shared",) if program.output.endswith(".so") else ()
    includes = [word for folder in assignment.includes for word in ("-I", str(folder))]
    compiled = [name for name in program.sources if PurePosixPath(name).suffix in (".cpp", ".cc", ".c", ".cxx")]
    argv = [str(toolchain.host_compiler()), *FLAGS, *shared, "-I.", *includes, *(lane.flags(linking=False) if lane else ())]
    argv += [*program.flags, *compiled, "-o", program.output, *(lane.flags(linking=True) if lane else ()), "-pthread"]
    return Command(
        argv=tuple(argv),
        cwd=INSIDE,
        binds=(
            *(Bind(source=part.folder, target=part.inside) for part in (lane.parts if lane else ())),
            *(Bind(source=folder, target=str(folder)) for folder in assignment.includes),
            Bind(source=work, target=INSIDE, writable=True),
        ),
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "TMPDIR": "/tmp", "HOME": "/tmp", "LC_ALL": "C"},
        limits=LIMITS,
    )


def _problems(ended: Exit, log: str, assignment: Assignment) -> list[Problem]:
    if ended.cause == "timeout":
        return [Problem(verdict="BUILD_TIMEOUT", message=f"compiling took longer than {LIMITS.cpu_s:g} s of processor time")]
    if ended.cause == "out_of_memory" or (ended.code != 0 and re.search(r"virtual memory exhausted|std::bad_alloc|signal 9|Killed", log)):
        return [Problem(verdict="OUT_OF_MEMORY", message=f"compiling needed more than {LIMITS.memory_mib} MiB")]
    if ended.cause == "exited" and ended.code == 0:
        return []
    if ended.cause == "exited" and ended.code in (126, 127):
        raise HarnessError(f"the compiler can't be started: {log.splitlines()[-1] if log else 'no such file'}; see that g++ is installed")
    found = diagnostics.parse(log, assignment.files)
    return found or [Problem(verdict="COMPILE_ERROR", message=f"the compiler failed: {log.splitlines()[0] if log else 'without a word'}")]


def _read(file: Path) -> bytes:
    if file.is_symlink() or not file.is_file():
        raise HarnessError(f"the compiler succeeded but left no {file.name}; try again")
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES)
