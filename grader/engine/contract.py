"""What every engine promises: each task comes back exactly once, as a grade or as a fault of ours; one task never stops another.

Tasks and outcomes cross process borders as msgpack of these records, never as pickle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from grader.evidence import Evidence
from grader.records import Grade, Record, Source
from grader.run.seeds import Seed


class Settings(Record, frozen=True, kw_only=True):
    """With what all tasks of a batch are graded."""

    course: str  # the folder that holds course.toml, as each worker sees it
    sandbox: str = "local"
    device: str = "emulated"
    profile: str = "a100"
    public: bool = False  # public checks and seed only: a student's `check --remote`
    blobs: str = ""  # folder that workers of this machine write recorded arrays into; "": they travel in the outcome
    seeds: dict[str, Seed] = {}  # slug -> secret seed, for workers on other machines; {}: the worker's own machine keeps them

    def __repr__(self) -> str:  # secrets stay out of logs
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name != "seeds")
        return f"Settings({', '.join(shown)}, seeds of {len(self.seeds)})"


class Task(Record, frozen=True, kw_only=True):
    """One set of files to be graded for one assignment."""

    id: int
    assignment: str  # slug
    source: Source
    label: str
    memory_mib: int = 1024  # what it may take while it runs
    attempt: int = 1


class Outcome(Record, frozen=True, kw_only=True):
    """What became of a task. Without a grade, `fault` says what failed on our side."""

    task: int
    grade: Grade | None = None
    evidence: Evidence | None = None
    blobs: dict[str, bytes] = {}  # arrays of the evidence, by digest, if they travel
    fault: str = ""
    retry: bool = True  # whether another try could help
    worker: str = ""  # "local:2", "ray:node"
    wall_s: float = 0.0
    cpu_s: float = 0.0  # of the worker and its sandboxes and devices
    compile_cpu_s: float = 0.0  # of these, in the student's compilation
    kernel_cpu_s: float = 0.0  # and in emulating the student's kernels
    device_cpu_s: float = 0.0  # these and all else that the emulated device does: loading modules, copies


class Engine(Protocol):
    """Runs tasks. Leaving its context ends all that it started."""

    name: str
    slots: int  # tasks at a time

    def __enter__(self) -> Engine: ...

    def __exit__(self, *exc: object) -> None: ...

    def run(self, tasks: Iterable[Task], started: Callable[[Task], None] = lambda task: None) -> Iterator[Outcome]:
        """Yields outcomes as they come, in any order. `tasks` is consumed as slots become free, so that it may depend on outcomes that
        were yielded before. `started` is told of each task that a worker takes up."""
        ...
