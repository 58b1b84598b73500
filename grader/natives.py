"""Natives: nothing -> the paths of the compiled programs and libraries that came with this installation.

They lie in `native/` beside the extension module (`grader/_core.*.so`), both in a wheel and in an editable install; finding that
module's file does not load it, so nothing here needs the CPU that the C++ was compiled for.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
from functools import lru_cache
from pathlib import Path

from grader.errors import HarnessError

REBUILD = "run `make setup` in a checkout, or reinstall the package with `pip install --force-reinstall warpgrade`"

# What gcc's -march=x86-64-v3 and -v4 may emit, in /proc/cpuinfo's spelling ("abm" is lzcnt).
V3_FLAGS = frozenset({"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe"})
V4_FLAGS = V3_FLAGS | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}


@lru_cache(maxsize=1)
def native_folder() -> Path:
    """The folder of the native programs. Raises HarnessError if this installation has none."""
    try:
        spec = importlib.util.find_spec("grader._core")
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.origin:
        raise HarnessError(f"the compiled part of grader (grader._core) is not installed: {REBUILD}")
    folder = Path(spec.origin).resolve().parent / "native"
    if not folder.is_dir():
        raise HarnessError(f"{folder} is missing, the installation is incomplete: {REBUILD}")
    return folder


@lru_cache(maxsize=1)
def cpu_flags() -> frozenset[str]:
    """This CPU's feature flags as Linux names them; empty where /proc/cpuinfo has none."""
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as lines:
            for line in lines:
                name, _, value = line.partition(":")
                if name.strip() == "flags":
                    return frozenset(value.split())
    except OSError:
        pass
    return frozenset()


def instruction_levels(machine: str | None = None, flags: frozenset[str] | None = None) -> list[str]:
    """Which builds this CPU can run, best first: ["v4", "v3"], ["v3"] or, away from x86-64, ["generic"].

    Raises HarnessError on an x86-64 CPU older than AVX2 and FMA (2013): the emulated GPU is built for those.
    """
    machine = machine or platform.machine()
    flags = cpu_flags() if flags is None else flags
    if machine not in ("x86_64", "AMD64", "amd64"):
        return ["generic"]
    if V4_FLAGS <= flags:
        return ["v4", "v3"]
    if V3_FLAGS <= flags:
        return ["v3"]
    missing = ", ".join(sorted(V3_FLAGS - flags))
    raise HarnessError(
        f"this CPU lacks {missing}; the emulated GPU needs AVX2 and FMA (x86-64-v3: Intel Haswell, AMD Zen or newer): use another machine"
    )


def device_program(folder: Path | None = None, levels: list[str] | None = None) -> Path:
    """The emulated GPU's device process in the best build for this CPU."""
    folder = folder or native_folder()
    levels = levels or instruction_levels()
    for level in levels:
        name = "warpgrade-device" if level == "generic" else f"warpgrade-device-{level}"
        if (folder / name).is_file():
            return folder / name
    raise HarnessError(f"{folder} holds no warpgrade-device for this CPU ({', '.join(levels)}): {REBUILD}")


def warden_program() -> Path:
    """Pid 1 of a sandbox (grader/sandbox/warden.cpp)."""
    return _file(native_folder() / "warpgrade-warden")


def runner_program() -> Path:
    """The runner, which loads a submission's shared object and calls its entry points (docs/design/internal-contracts.md)."""
    return _file(native_folder() / "warpgrade-runner")


def library_folder() -> Path:
    """The folder to put on the loader path (and on nvcc's -L): it holds our libcudart.so.13 and the linker script libcudart.so."""
    folder = native_folder() / "lib"
    _file(folder / "libcudart.so.13")
    return folder


@lru_cache(maxsize=1)
def natives_digest() -> str:
    """Changes whenever a native program does, by content: part of the address of recorded runs."""
    digest = hashlib.sha256()
    for file in (device_program(), runner_program(), warden_program(), library_folder() / "libcudart.so.13"):
        with open(file, "rb") as stream:
            digest.update(file.name.encode() + hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _file(path: Path) -> Path:
    if not os.path.isfile(path):  # one stat, no object: on the path of every command
        raise HarnessError(f"{path} is missing, the installation is incomplete: {REBUILD}")
    return path
