"""Grades: a cache of finished grades, by everything that a grade depends on (grader/address.py). An unchanged submission costs a look-up.

A grade that a fault of ours or the machine's load touched is not kept.
"""

from __future__ import annotations

import platform
from functools import lru_cache

import msgspec

from grader import toolchain
from grader.build.cache import Cache
from grader.errors import GraderError
from grader.records import Grade

# Verdicts that a slower machine might have brought about: they stand, but are found anew when asked again.
TIMED = {"BUILD_TIMEOUT", "HOST_TIMEOUT", "TIMEOUT", "CELL_TIMEOUT", "OUT_OF_MEMORY"}


class Grades:
    """Finished grades in a Cache."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

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
        waits = ("AWAITS_GRADING",)  # for a person, however often it is graded
        if any((check.outcome == "not_run" and check.verdict not in waits) or check.verdict in TIMED for check in grade.checks):
            return
        if any(p.verdict in TIMED and not p.note for p in grade.problems):
            return
        self._cache.put(key, {"grade.json": msgspec.json.encode(grade)})


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
