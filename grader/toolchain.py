"""Toolchain: arguments for nvcc -> the full command and environment of the pinned compiler. Runs nothing itself.

The compiler comes from PyPI (`nvidia-cuda-nvcc==13.0.*` and its parts), all of it in one folder, `nvidia/cu13`. A CUDA toolkit of the
machine is not used unless GRADER_CUDA_TOOLKIT names one of the same version: it could be any, and a grade must not depend on it. PTX is
what the emulated GPU runs, so a program keeps it as plain text (`--no-compress`), with source lines (`-lineinfo`), and loads the runtime
dynamically (`-cudart shared`).
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shutil
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from grader import natives
from grader.errors import GraderError, HarnessError

TOOLKIT_VARIABLE = "GRADER_CUDA_TOOLKIT"
WHEELS = ("nvidia-cuda-nvcc", "nvidia-cuda-crt", "nvidia-cuda-runtime", "nvidia-cuda-cccl", "nvidia-nvvm")
REINSTALL = "install it again with `pip install --force-reinstall " + " ".join(f"'{name}==13.0.*'" for name in WHEELS) + "`"

# Virtual architecture of each device profile; a test holds this equal to grader/devices/profiles/*.toml.
ARCHITECTURES = {"t4": 75, "a100": 80, "h100": 90, "h200": 90}

# What makes a program run on the emulated GPU, whatever else it is compiled with.
FLAGS = ("--no-compress", "-lineinfo", "-cudart", "shared", "-cudadevrt", "none")
# Lines of host code, for findings there. DWARF 4: binutils 2.40 takes the wrong file of a DWARF 5 table where a function doesn't name it.
HOST_LINES = ("-Xcompiler", "-g1", "-Xcompiler", "-gdwarf-4")
# For a submission: a shared object; ptxas says the registers of each kernel and validates inline assembly; host frames have lines.
SHARED_FLAGS = ("-Xptxas", "-v", "-shared", "-Xcompiler", "-fPIC", *HOST_LINES)

# Options of a CUDA program's own build that the emulated GPU answers for: dropped, with the value that follows where there is one.
_ARCHITECTURE_OPTIONS = ("-arch", "--gpu-architecture", "-gencode", "--generate-code", "-code", "--gpu-code")
_RUNTIME_OPTIONS = ("-cudart", "--cudart", "-cudadevrt", "--cudadevrt")
_RELOCATABLE = ("-dc", "--device-c", "-dlink", "--device-link", "-dlto", "--dlink-time-opt")
_RELOCATABLE_VALUES = ("-rdc", "--relocatable-device-code")
# Options whose next word is their value, so that "-o -arch" and the like are not misread. Only those that a word can follow.
_WITH_VALUE = frozenset(
    "-o --output-file -I --include-path -isystem --system-include -L --library-path -l --library -D --define-macro -U --undefine-macro "
    "-include --pre-include -x --x -std --std -Xcompiler --compiler-options -Xlinker --linker-options -Xptxas --ptxas-options -Xarchive "
    "--archive-options -Xnvlink --nvlink-options -Xcudafe -ccbin --compiler-bindir -maxrregcount --maxrregcount -odir --output-directory "
    "-MF --dependency-output -MT --dependency-target-name -optf --options-file -t --threads".split()
)


class UsageError(GraderError):
    """nvcc was asked for something that the emulated GPU can't serve. Exit code 2."""


@lru_cache(maxsize=1)
def toolkit_root() -> Path:
    """The folder `nvidia/cu13` of the installed wheels: bin/, include/, lib/, nvvm/. Raises HarnessError if they are not there.

    `GRADER_CUDA_TOOLKIT` may name an installed toolkit of the same version instead, for machines without a package registry.
    """
    if named := os.environ.get(TOOLKIT_VARIABLE):
        _named_versions(named)
        return Path(named).resolve()
    spec = importlib.util.find_spec("nvidia")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        root = Path(folder) / "cu13"
        if (root / "bin" / "nvcc").is_file():
            missing = [
                part for part in ("bin/ptxas", "include/cuda_runtime.h", "include/crt", "nvvm/bin/cicc") if not (root / part).exists()
            ]
            if missing:
                raise HarnessError(f"the CUDA compiler in {root} is incomplete ({', '.join(missing)} missing): {REINSTALL}")
            return root
    raise HarnessError(f"the CUDA 13.0 compiler from PyPI is not installed: {REINSTALL}")


def nvcc() -> Path:
    """The pinned compiler."""
    return toolkit_root() / "bin" / "nvcc"


def architecture(profile: str) -> int:
    """`"a100"` -> 80, and `"sm_86"`, a real card's, -> 86. Raises UsageError that lists the known profiles."""
    if profile.startswith("sm_") and profile[3:].isdigit():
        return int(profile[3:])
    try:
        return ARCHITECTURES[profile]
    except KeyError:
        raise UsageError(f"unknown device profile {profile!r}; known are {', '.join(sorted(ARCHITECTURES))}") from None


def nvcc_command(args: Sequence[str], *, shared: bool = False, profile: str = "a100") -> list[str]:
    """The whole command line for `args` (sources, -o, -I, …): our flags first, so that theirs come last.

    Architecture and runtime options among `args` are replaced by the profile's, since a program keeps its PTX for one virtual
    architecture; relocatable device code is refused. With `shared`, builds a submission's shared object and asks ptxas for its figures.
    """
    level = architecture(profile)
    theirs = _without_ours(args)
    # PTX is what runs. The machine code beside it is ptxas' word about it: inline assembly is valid, and so many registers are used.
    cubin, ptx = (any(arg in (f"-{kind}", f"--{kind}") for arg in theirs) for kind in ("cubin", "ptx"))  # nvcc makes these for one only
    code = f"sm_{level}" if cubin else f"compute_{level}" if ptx else f"[compute_{level},sm_{level}]"
    command = [str(nvcc()), "-gencode", f"arch=compute_{level},code={code}", *FLAGS, f"-L{natives.library_folder()}"]
    if "-G" in theirs or "--device-debug" in theirs:
        command.remove("-lineinfo")  # nvcc warns about both; -G brings lines itself
    return command + (list(SHARED_FLAGS) if shared else []) + theirs


def nvcc_environment() -> dict[str, str]:
    """The whole environment for nvcc: nothing that could lead it to another toolkit (CUDA_*, NVCC_*, CPATH, LIBRARY_PATH are left out)."""
    compiler = host_compiler()
    path = dict.fromkeys([str(toolkit_root() / "bin"), str(compiler.parent), "/usr/bin", "/bin"])
    kept = {name: os.environ[name] for name in ("HOME", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "SOURCE_DATE_EPOCH") if name in os.environ}
    return {**kept, "PATH": ":".join(path)}


@lru_cache(maxsize=1)
def host_compiler() -> Path:
    """The machine's g++, which nvcc needs. Raises HarnessError if there is none."""
    found = shutil.which("g++")
    if not found:
        raise HarnessError("no g++ on PATH, and nvcc can't work without one: install it (Debian and Ubuntu: apt-get install g++)")
    return Path(found)


@lru_cache(maxsize=1)
def toolchain_versions() -> dict[str, str]:
    """Distribution -> version of the compiler's wheels; for the report and for cache keys."""
    if named := os.environ.get(TOOLKIT_VARIABLE):
        return _named_versions(named)
    versions = {}
    for name in WHEELS:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            raise HarnessError(f"{name} is not installed: {REINSTALL}") from None
    return versions


def _named_versions(folder: str) -> dict[str, str]:
    """What a toolkit's version.json says. Raises HarnessError if it isn't the pinned version: its PTX could be refused by drivers."""
    try:
        table = json.loads(Path(folder, "version.json").read_text(encoding="utf-8"))
        versions = {name: str(row["version"]) for name, row in table.items()}
        version, compiler = versions["cuda"], versions["cuda_nvcc"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise HarnessError(
            f"{TOOLKIT_VARIABLE}={folder} is no CUDA toolkit: it has no version.json that names cuda and cuda_nvcc"
        ) from None
    if not version.startswith("13.0."):
        raise HarnessError(f"{TOOLKIT_VARIABLE}={folder} is CUDA {version}; CUDA 13.0 is needed")
    return {"nvidia-cuda-nvcc": compiler, "toolkit": version}


def runtime_library() -> Path:
    """NVIDIA's libcudart.so.13, for a real GPU. Raises HarnessError if it isn't there."""
    for folder in ("lib", "lib64"):
        if (file := toolkit_root() / folder / "libcudart.so.13").is_file():
            return file
    raise HarnessError(f"libcudart.so.13 is missing in {toolkit_root()}: {REINSTALL}")


def toolchain_digest() -> str:
    """Changes whenever a build could: the wheels' versions, the host compiler, our flags. Starts no process."""
    compiler = host_compiler().resolve()
    status = compiler.stat()
    host = f"{compiler.name}:{status.st_size}:{status.st_mtime_ns}"
    return ";".join([*(f"{name}={version}" for name, version in toolchain_versions().items()), host, *FLAGS, *SHARED_FLAGS])


def is_toolkit_file(path: str) -> bool:
    """Is this source file (as in PTX or a compiler message) the toolkit's, the host compiler's or the system's: not one a user wrote?"""
    clean = os.path.normpath(path)
    if clean.startswith(("/usr/include/", "/usr/lib/", "/usr/lib64/", "/usr/local/include/", "/usr/local/cuda", "/opt/cuda")):
        return True
    return "/nvidia/cu13/" in clean or "/include/crt/" in clean or clean.startswith(f"{toolkit_root()}/")


def _without_ours(args: Sequence[str]) -> list[str]:
    """`args` without the options that `nvcc_command` sets. Raises UsageError for relocatable device code."""
    kept: list[str] = []
    rest = iter(args)
    for arg in rest:
        name, equals, value = arg.partition("=")
        if name in _ARCHITECTURE_OPTIONS or name in _RUNTIME_OPTIONS:
            if not equals:
                next(rest, None)
        elif name in _RELOCATABLE or (name in _RELOCATABLE_VALUES and (value if equals else next(rest, "")) == "true"):
            raise UsageError(
                f"{arg}: relocatable device code is not supported on the emulated GPU; compile each .cu file whole "
                "(leave -rdc and -dc out, and put device functions that several files use into a header)"
            )
        elif name in _RELOCATABLE_VALUES or name in ("--compress-mode", "-compress-mode", "--no-compress"):
            if name in ("--compress-mode", "-compress-mode") and not equals:
                next(rest, None)
        elif arg in ("-lineinfo", "--generate-line-info", "-lineinfo=true"):
            pass
        else:
            kept.append(arg)
            if arg in _WITH_VALUE and (following := next(rest, None)) is not None:
                kept.append(following)
    return kept
