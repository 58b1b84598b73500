"""Libraries, built: a stand-in's sources -> an archive in the build cache, once for its content, the compiler and the GPU's profile.

On a real GPU the library itself is used, from its wheel. Our own sources are compiled where the caller says: in the sandbox, like a
submission, or, for a program of the user's own, without one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from grader import natives, toolchain
from grader.build.cache import Cache, digest_of
from grader.build.embedded import PTX
from grader.errors import HarnessError
from grader.libraries import LIBRARIES, Library, digest, version
from grader.records import Exit
from grader.sandbox.contract import Bind, Command, Limits
from grader.scratch import scratch_folder

Run = Callable[[Command], Exit]

_LIMITS = Limits(wall_s=300.0, cpu_s=300.0, memory_mib=3072, processes=64, file_mib=64, scratch_mib=256, output_mib=16, capture_kib=64)
_FLAGS = ("-std=c++20", "-O2", "-Xcompiler", "-fPIC,-fvisibility=hidden")


class Linked(NamedTuple):
    """What a program needs of a library: a folder of headers, files that the linker takes, and folders that the compiler has to see."""

    include: Path
    link: tuple[str, ...]
    shown: tuple[Path, ...]


def is_card(profile: str) -> bool:
    """Whether a profile is a real card's: "sm_86"."""
    return profile.startswith("sm_")


def key_of(name: str, profile: str) -> str:
    """Changes whenever a program that uses the library could."""
    if is_card(profile):
        return f"{name} {version(LIBRARIES[name])}"
    return digest_of(["library-1", name, digest(name), profile, *_FLAGS, toolchain.toolchain_digest()])


def linked(name: str, profile: str, cache: Cache, run: Run) -> Linked:
    """Raises HarnessError if the library, or the compiler of its stand-in, isn't to be had here."""
    library = LIBRARIES[name]
    if is_card(profile):
        folder = installed(library)
        return Linked(folder / "include", (str(folder / "lib" / library.link),), (folder / "include", folder / "lib"))
    archive = stand_in(library, profile, cache, run)
    return Linked(library.include, (str(archive),), (library.include, archive.parent))


def installed(library: Library) -> Path:
    """The folder of the library's wheel. Raises HarnessError, which leaves a grading undecided: what a machine lacks costs no points."""
    folder = library.installed()
    if folder is not None:
        return folder
    raise HarnessError(
        f"this machine lacks {library.title}, which the assignment uses on a real GPU: pip install 'warpgrade[{library.extra}]' "
        f"(the wheel {library.wheel}), or grade on the emulated one"
    )


def stand_in(library: Library, profile: str, cache: Cache, run: Run) -> Path:
    """The archive, compiled if it isn't in the cache. Its path is the cache's: it never changes."""
    name = f"lib{library.name}_standin.a"
    key = key_of(library.name, profile)
    with _alone(cache, key):
        if folder := cache.get(key):
            if (folder / name).is_file():
                return folder / name
            cache.drop(key)
        with scratch_folder() as outer:
            content = _compile(library, name, profile, outer / "work", run)
        folder = cache.put(key, {name: content})
    if folder is None:
        raise HarnessError(f"can't write the build cache {cache.folder}; set $GRADER_CACHE to a folder with space that you may write")
    return folder / name


@contextlib.contextmanager
def _alone(cache: Cache, key: str) -> Iterator[None]:
    """As long as one process compiles, others wait for what comes of it. Where files can't be locked each compiles for itself."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            cache.folder.mkdir(parents=True, exist_ok=True)
            file = held.enter_context(open(cache.folder / f".{key[:16]}.lock", "w"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _compile(library: Library, name: str, profile: str, work: Path, run: Run) -> bytes:
    """All sources side by side, in a folder of copies that are called so that no student's file is."""
    work.mkdir()
    work.chmod(0o777)
    copies = {f"{library.namespace}.{source.name}": source for source in library.sources()}
    for copy, source in copies.items():
        (work / copy).write_bytes(source.read_bytes())
        (work / copy).chmod(0o444)
    shown = (library.folder,)
    folders = ("-I", str(library.include), "-I", str(library.folder))

    def one(copy: str) -> str:
        made = f"{copy}.o"
        args = [*_FLAGS, *folders, "-c", "-o", made, copy]
        _step(library, _command(toolchain.nvcc_command(args, profile=profile), work, shown), run)
        return made

    with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
        objects = list(pool.map(one, copies))
    tool = shutil.which("ar")
    if tool is None:
        raise HarnessError("no ar on PATH: install binutils (Debian and Ubuntu: apt-get install binutils)")
    _step(library, _command([tool, "rcsD", name, *objects], work, shown), unguarded)  # a container may lack it; the objects are ours
    return (work / name).read_bytes()


def _step(library: Library, command: Command, run: Run) -> None:
    exit = run(command)
    if exit.cause != "exited" or exit.code != 0:
        said = (exit.stderr or exit.stdout).decode("utf-8", "replace").strip()[:500]
        raise HarnessError(
            f"the stand-in for {library.title} can't be compiled here ({exit.cause}): {said or 'no message'}; reinstall the package"
        )


def _command(argv: Sequence[str], work: Path, shown: Sequence[Path]) -> Command:
    return Command(
        argv=tuple(argv),
        cwd=str(work),
        binds=(
            Bind(source=toolchain.toolkit_root(), target=str(toolchain.toolkit_root())),
            Bind(source=natives.library_folder(), target=str(natives.library_folder())),
            *(Bind(source=folder, target=str(folder)) for folder in shown),
            Bind(source=work, target=str(work), writable=True),
        ),
        env=toolchain.nvcc_environment() | {"TMPDIR": "/tmp", "HOME": "/tmp", "LC_ALL": "C"},
        limits=_LIMITS,
    )


def unguarded(command: Command) -> Exit:
    """Runs a command of ours where no sandbox is needed: for a program of the user's own."""
    done = subprocess.run(command.argv, cwd=command.cwd, env=dict(command.env), capture_output=True, check=False)
    return Exit(cause="exited", code=done.returncode, stdout=done.stdout, stderr=done.stderr)


def forged(program: bytes, archives: Sequence[bytes]) -> str:
    """A library whose namespace a program uses for kernels that aren't the library's; "" for none. What the linker took of the archive is
    there as it is in the archive."""
    for ptx in PTX.finditer(program):
        for name, library in LIBRARIES.items():
            if library.mangled.encode() in ptx[0] and not any(ptx[0] in archive for archive in archives):
                return name
    return ""
