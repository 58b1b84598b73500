"""Grades: a cache of finished grades, by everything that a grade depends on. An unchanged submission costs a look-up.

A grade that a fault of ours or the machine's load touched is not kept.
"""

from __future__ import annotations

import os
import platform
import sys
from functools import lru_cache
from pathlib import Path

import msgspec

from grader import natives, toolchain
from grader.assignment import Assignment
from grader.build.cache import Cache, digest_of
from grader.devices.profiles import profile_file
from grader.errors import GraderError
from grader.records import Grade, Isolation, Source
from grader.run.seeds import Seed

_PACKAGE = Path(__file__).resolve().parent
# Verdicts that a slower machine might have brought about: they stand, but are found anew when asked again.
_TIMED = {"BUILD_TIMEOUT", "HOST_TIMEOUT", "TIMEOUT", "OUT_OF_MEMORY"}


class Grades:
    """Finished grades in a Cache."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def key(self, source: Source, assignment: Assignment, seed: Seed, device: str, isolation: Isolation, hidden: bool) -> str:
        """Source, assignment folder, shared headers, compiler, native programs, device profile, sandbox policy, seed, grader."""
        parts: list[bytes | str] = ["grade-1", source.digest, *source.ignored, assignment.slug, device, str(hidden)]
        for folder in (assignment.folder, assignment.include):
            for file in _files(folder):
                parts += [str(file.relative_to(folder)), file.read_bytes()]
        if assignment.answers:  # a starter shapes no grade, but for what answers are about
            parts += [file.read_bytes() for file in _files(assignment.folder / "starter")]
        parts += [toolchain.toolchain_digest(), natives.natives_digest(), profile_file(device.rpartition(":")[2]).read_bytes()]
        parts += [msgspec.json.encode(isolation), seed.secret, package_digest(), sys.version]
        return digest_of(parts)

    def get(self, key: str) -> Grade | None:
        folder = self._cache.get(key)
        if folder is None:
            return None
        try:
            return msgspec.json.decode((folder / "grade.json").read_bytes(), type=Grade)
        except (OSError, msgspec.MsgspecError):
            self._cache.drop(key)
            return None

    def put(self, key: str, grade: Grade) -> None:
        """Keeps a grade, unless it might come out differently on another try."""
        if any(check.outcome == "not_run" for check in grade.checks) or any(p.verdict in _TIMED and not p.note for p in grade.problems):
            return
        self._cache.put(key, {"grade.json": msgspec.json.encode(grade)})


def _files(folder: Path) -> list[Path]:
    """Files that a grade can depend on: hand-outs and starters are none, nor what Python leaves behind."""
    skipped = {"starter", "__pycache__", ".pytest_cache"}
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - skipped)
        found += [Path(path, name) for name in sorted(names) if not name.endswith((".md", ".pyc"))]
    return found


@lru_cache(maxsize=1)
def package_digest() -> str:
    """Changes whenever the grader's own Python or profiles do (size and time of change of each file). Templates shape no grade."""
    parts: list[bytes | str] = []
    for path, folders, names in os.walk(_PACKAGE):
        folders[:] = sorted(f for f in folders if f not in ("__pycache__", "native", "core", "device", "cuda_runtime", "course"))
        for name in sorted(names):
            if name.endswith((".py", ".toml", ".ini")):
                status = os.stat(os.path.join(path, name))
                parts.append(f"{path}/{name}:{status.st_size}:{status.st_mtime_ns}")
    return digest_of(parts)


@lru_cache(maxsize=1)
def environment() -> dict[str, str]:
    """What a report says of the machine and the tools."""
    from importlib.metadata import PackageNotFoundError, version

    def of(name: str) -> str:
        try:
            return version(name)
        except PackageNotFoundError:
            return "not installed"

    try:
        compiler = f"nvcc {toolchain.toolchain_versions()['nvidia-cuda-nvcc']}"
    except GraderError:
        compiler = "not installed"
    return {
        "grader": of("warpgrade"),
        "compiler": compiler,
        "python": platform.python_version(),
        "numpy": of("numpy"),
        "kernel": f"{platform.system()} {platform.release()}",
        "cpu": _cpu(),
    }


def _cpu() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith(("model name", "Model")):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.machine()
