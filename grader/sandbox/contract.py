"""What every sandbox provider promises. A provider is one file beside this one; `tests/contracts/` holds each to it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from grader.records import Exit, Isolation, Record


class Bind(Record):
    """A host path made visible inside the sandbox."""

    source: Path
    target: str  # absolute path inside
    writable: bool = False
    device: bool = False  # a device file (/dev/nvidia0), to be opened and not only seen


class Limits(Record):
    """Upper bounds of one command. Exceeding time, memory or output ends the whole process tree and is named in Exit.cause; beyond
    `processes`, `scratch_mib` and `open_files` the system call fails, `file_mib` shows as a signal (SIGXFSZ)."""

    wall_s: float = 20.0
    cpu_s: float = 60.0
    memory_mib: int = 1024
    processes: int = 64
    file_mib: int = 256  # size of one file
    scratch_mib: int = 256  # of the sandbox's own /tmp
    output_mib: int = 64  # stdout and stderr together; beyond it: output_limit
    capture_kib: int = 256  # how much of each stream is kept
    open_files: int = 256


class Command(Record):
    """One command to run inside. `env` is the whole environment; nothing is inherited."""

    argv: tuple[str, ...]
    cwd: str = "/tmp"
    binds: tuple[Bind, ...] = ()
    env: dict[str, str] = {}
    limits: Limits = Limits()


class Room(Protocol):
    """A place for several commands, one after another, that belong together (the cases of one submission). Nothing of one is left for the
    next: its processes are dead, /tmp and /dev/shm are empty."""

    def run(self, command: Command) -> Exit:
        """As `Sandbox.run`, with binds that are among the room's, and its limits of memory, processes and scratch space."""
        ...


class Sandbox(Protocol):
    """Runs commands isolated from the host and tells how each ended. Never raises for what a command did; raises HarnessError if the
    sandbox itself can't work (with the remedy). Thread-safe: several commands may run at a time."""

    name: str

    def isolation(self) -> Isolation: ...

    def room(self, binds: tuple[Bind, ...], limits: Limits) -> AbstractContextManager[Room]:
        """A room that shows `binds`. Writable sources belong to its commands until it is left, and are given back then. It is started with
        the first command; one that was spoiled (a limit exceeded, not to be cleaned up) is replaced for the next."""
        ...

    def run(self, command: Command) -> Exit:
        """A room for one command."""
        ...
