"""A room: commands, one after another -> their Exits, all in one container as long as none spoils it.

Spoiled is a room whose command exceeded a limit, and one whose warden can't clean up. Its container is thrown away, and the next command
starts another.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from grader.errors import HarnessError
from grader.records import Cause, Exit
from grader.sandbox import lend
from grader.sandbox.contract import Bind, Command, Limits
from grader.sandbox.docker.container import Container, Means
from grader.sandbox.supervise import Ended, outcome, supervise

_MOST_NEW_FILES = 5_000  # in writable folders
_DISK_LOOK_S = 0.1
_CLEAN_S = 10.0  # for the warden to wipe what the last command left
_ANSWER_S = 10.0
_ENDED_BY_US = -9  # the code of a command that a limit ended; its cause says which


class DockerRoom:
    """See `Room`. `binds` are resolved and lent; their size now is where the disk's limit counts from."""

    def __init__(self, means: Means, binds: Sequence[Bind], limits: Limits, gpus: Sequence[str] = ()) -> None:
        self._means = means
        self._binds = tuple(binds)
        self._limits = limits
        self._gpus = gpus
        self._before = lend.size(binds)
        self._container: Container | None = None

    def run(self, command: Command) -> Exit:
        if not command.argv:
            raise HarnessError("The sandbox was asked to run an empty command.")
        if strangers := [bind.target for bind in command.binds if not self._shows(bind)]:
            raise HarnessError(f"A command wants to see {', '.join(strangers)}, which its room wasn't made with.")
        container = self._ready()
        fine = False
        try:
            found = _Watch(container, command, self._limits, self._disk_full).run()
            fine = found.cause in ("exited", "signaled")
        finally:
            if not fine:
                self.end()
        return found

    def end(self) -> None:
        """No process is left; the next command starts a fresh container."""
        container, self._container = self._container, None
        if container is not None:
            container.end()

    def _shows(self, bind: Bind) -> bool:
        """Whether it can be seen: itself, or in a folder."""
        places = (bind.target, *(str(folder) for folder in PurePosixPath(bind.target).parents))
        return any(shown.target.rstrip("/") in places and (shown.writable or not bind.writable) for shown in self._binds)

    def _ready(self) -> Container:
        """A container that waits for a command: the one that is there, else a fresh one."""
        if self._container is not None and not self._container.warden.ready(_CLEAN_S):
            self.end()
        if self._container is None:
            self._container = Container.start(self._means, self._binds, self._limits, self._gpus)
        return self._container

    def _disk_full(self) -> bool:
        """Whether the commands put more into the writable folders than one file may hold, or very many files."""
        if not any(bind.writable for bind in self._binds):
            return False
        size, count = lend.size(self._binds)
        return size - self._before[0] > self._limits.file_mib << 20 or count - self._before[1] > _MOST_NEW_FILES


class _Watch:
    """One command, from its start to its Exit. `place`: the room's limits, of memory and disk; the command's own are of time and output."""

    def __init__(self, container: Container, command: Command, place: Limits, disk_full: Callable[[], bool]) -> None:
        self._container = container
        self._group = container.group
        self._command = command
        self._place = place
        self._disk_full = disk_full
        self._next_disk_look = 0.0
        self._before_s = self._group.cpu_s() or 0.0
        self._cpu_s = self._peak_mib = 0.0
        self._out_of_memory = False

    def run(self) -> Exit:
        """Raises HarnessError if the container ended, and not the command in it."""
        limits = self._command.limits
        self._group.forget_peak()
        with _Pipe() as stdout, _Pipe() as stderr:
            self._container.warden.send(self._command, stdout.write, stderr.write, data_mib=None, processes=None)
            stdout.close_write()
            stderr.close_write()
            ended = supervise(self._container.warden.fileno(), stdout.read, stderr.read, limits, self._over, self._stop)
        return self._exit(ended)

    def _exit(self, ended: Ended) -> Exit:
        if ended.code is None and ended.cause is None and not self._out_of_memory:
            raise HarnessError(
                "The container ended in the middle of a command: was the engine restarted, or the container removed by somebody? "
                "Run it again, and report this if it stays."
            )
        if ended.cause is None and self._disk_full():
            ended.cause = "output_limit"
        return outcome(
            ended,
            _ENDED_BY_US if ended.code is None else ended.code,
            self._command.limits,
            cpu_s=max(self._cpu_s, ended.cpu_s),
            peak_memory_mib=self._peak_mib,
            out_of_memory=self._out_of_memory,
        )

    def _over(self) -> Cause | None:
        """A limit that is exceeded now."""
        if self._group.out_of_memory():
            return "out_of_memory"
        if (self._group.cpu_s() or 0.0) - self._before_s > self._command.limits.cpu_s:
            return "timeout"
        now = time.monotonic()
        if now >= self._next_disk_look:
            self._next_disk_look = now + _DISK_LOOK_S
            if self._disk_full():
                return "output_limit"
        return None

    def _stop(self, forced: bool) -> tuple[int | None, float]:
        """The groups are asked before the container goes, and they with it."""
        rest = None if forced else self._container.warden.rest(_ANSWER_S)
        self._out_of_memory = self._group.out_of_memory()
        self._cpu_s = max(0.0, (self._group.cpu_s() or 0.0) - self._before_s)
        self._peak_mib = self._group.peak_memory_mib() or (rest.peak_memory_mib if rest is not None else 0.0)
        if rest is None:
            if not forced and not self._out_of_memory:
                self._out_of_memory = self._container.ran_out_of_memory()
            self._container.end()
            return None, 0.0
        return rest.status, rest.cpu_s


class _Pipe:
    """Two descriptors, closed at the end; the writing one earlier, so that end-of-file comes when the command's own close."""

    def __enter__(self) -> _Pipe:
        self.read, self.write = os.pipe2(os.O_CLOEXEC)
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self.read)
        self.close_write()

    def close_write(self) -> None:
        if self.write >= 0:
            os.close(self.write)
            self.write = -1
