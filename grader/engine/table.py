"""The engines by name. A new one is a row here."""

from __future__ import annotations

from collections.abc import Callable

from grader.engine.contract import Engine, Settings
from grader.toolchain import UsageError


def _local(settings: Settings, jobs: int) -> Engine:
    from grader.engine.local import LocalEngine

    return LocalEngine(settings, jobs)


def _ray(settings: Settings, jobs: int) -> Engine:
    from grader.engine.ray import RayEngine

    return RayEngine(settings, jobs)


ENGINES: dict[str, Callable[[Settings, int], Engine]] = {"local": _local, "ray": _ray}


def open_engine(name: str, settings: Settings, jobs: int = 0) -> Engine:
    """The engine of that name, to be entered; `jobs` 0: as many tasks at a time as suits it. Raises UsageError for an unknown name."""
    if name not in ENGINES:
        raise UsageError(f"unknown engine {name!r}; known are {', '.join(sorted(ENGINES))}")
    return ENGINES[name](settings, jobs)
