"""A room: commands, one after another -> their Exits, all in one place as long as none spoils it. What a place is, is the provider's.

Spoiled is a place whose command exceeded a limit, and one whose warden can't clean up. It is ended, and the next command gets another.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Protocol

from grader.errors import HarnessError
from grader.records import Cause, Exit
from grader.sandbox import lend, processes
from grader.sandbox.cgroups import Group
from grader.sandbox.contract import Bind, Command, Limits
from grader.sandbox.pipe import Pipe
from grader.sandbox.supervise import Ended, outcome, says_out_of_memory, supervise
from grader.sandbox.warden import Warden

_CLEAN_S = 10.0  # for the warden to wipe what the last command left
_ANSWER_S = 10.0
_MOST_NEW_FILES = 5_000  # in writable folders; in /tmp too where no control group counts what their names cost the kernel
_DISK_LOOK_S = 0.1


class Place(Protocol):
    """A started sandbox, with a warden that takes commands."""

    @property
    def warden(self) -> Warden: ...

    @property
    def group(self) -> Group | None: ...

    @property
    def init(self) -> int | None:
        """Its pid 1 as the judge numbers it; None if that isn't known."""
        ...

    @property
    def data_mib(self) -> int | None:
        """What each process may have, where no group bounds the sum."""
        ...

    @property
    def processes(self) -> int | None:
        """How many the user may have, where that is to be bounded so."""
        ...

    def ran_out_of_memory(self) -> bool:
        """Asked if it ended by itself and no group can tell."""
        ...

    def said(self) -> str:
        """Its own last words."""
        ...

    def end(self) -> None:
        """Nothing runs on, nothing stays. May be called again."""
        ...


@contextlib.contextmanager
def lent_room(binds: Sequence[Bind], limits: Limits, drops_user: bool, start: Callable[[tuple[Bind, ...]], Place]) -> Iterator[PlaceRoom]:
    """A room, and afterwards what it could write is the judge's again. `drops_user`: its commands run as `lend.HOST_UID`; `start`: a place
    that shows the binds that it is given."""
    shown = lend.resolved(binds)
    try:
        if drops_user:
            lend.lend(shown)
        room = PlaceRoom(shown, limits, lambda: start(shown))
        try:
            yield room
        finally:
            room.leave()
    finally:
        lend.give_back(shown, (os.geteuid(), os.getegid()) if drops_user else None)


class PlaceRoom:
    """See `Room`. `binds` are resolved and lent; their size now is where the disk's limit counts from."""

    def __init__(self, binds: Sequence[Bind], limits: Limits, start: Callable[[], Place]) -> None:
        self._binds = tuple(binds)
        self._limits = limits
        self._start = start
        self._before = lend.size(binds)
        self._place: Place | None = None
        self._left = False

    def run(self, command: Command) -> Exit:
        """See the contract."""
        if not command.argv:
            raise HarnessError("The sandbox was asked to run an empty command.")
        if strangers := [bind.target for bind in command.binds if not self._shows(bind)]:
            raise HarnessError(f"A command wants to see {', '.join(strangers)}, which its room wasn't made with.")
        if self._place is not None and not self._place.warden.ready(_CLEAN_S):
            self.end()
        if self._place is None:
            self._place = self._start()
        fine = False
        try:
            if self._left:  # asked after the start: `leave` says so before it looks what to end
                raise HarnessError("A command came into a room that was left.")
            found = _Watch(self._place, command, self._limits, self._disk_full).run()
            fine = found.cause in ("exited", "signaled")
        finally:
            if not fine:
                self.end()
        return found

    def end(self) -> None:
        """No process is left; the next command starts a fresh place."""
        place, self._place = self._place, None
        if place is not None:
            place.end()

    def leave(self) -> None:
        """As `end`, for good: a command of another thread that comes later finds it closed."""
        self._left = True
        self.end()

    def _shows(self, bind: Bind) -> bool:
        """Whether it can be seen: itself, or in a folder."""
        places = (bind.target, *(str(folder) for folder in PurePosixPath(bind.target).parents))
        return any(shown.target.rstrip("/") in places and (shown.writable or not bind.writable) for shown in self._binds)

    def _disk_full(self) -> bool:
        """Whether the commands put more into the writable folders than one file may hold, or very many files."""
        if not any(bind.writable for bind in self._binds):
            return False
        size, count = lend.size(self._binds)
        return size - self._before[0] > self._limits.file_mib << 20 or count - self._before[1] > _MOST_NEW_FILES


class _Watch:
    """One command, from its start to its Exit. `limits` are the room's, of memory and disk; the command's own are of time and output."""

    def __init__(self, place: Place, command: Command, limits: Limits, disk_full: Callable[[], bool]) -> None:
        self._place = place
        self._group = place.group
        self._command = command
        self._limits = limits
        self._disk_full = disk_full
        self._next_disk_look = 0.0
        self._before_s = (self._group.cpu_s() if self._group else None) or 0.0
        self._before_mib = self._cpu_s = self._peak_mib = 0.0
        self._out_of_memory = False

    def run(self) -> Exit:
        """Raises HarnessError if the place ended, and not the command in it."""
        place, command = self._place, self._command
        if self._group is not None:
            self._group.forget_peak()
            self._before_mib = self._group.peak_memory_mib() or 0.0
        with contextlib.ExitStack() as stack:
            stdout, stderr = Pipe(stack), Pipe(stack)
            place.warden.send(command, stdout.write.fileno(), stderr.write.fileno(), data_mib=place.data_mib, processes=place.processes)
            stdout.write.close()
            stderr.write.close()
            done, out, err = place.warden.fileno(), stdout.read.fileno(), stderr.read.fileno()
            ended = supervise(done, out, err, command.limits, self._over, self._stop)
        return self._exit(ended)

    def _exit(self, ended: Ended) -> Exit:
        if ended.code is None and ended.cause is None and not self._out_of_memory:
            raise HarnessError(
                f"The sandbox ended in the middle of a command: {self._place.said()} Run it again, and report this if it stays."
            )
        if ended.cause is None and self._disk_full():
            ended.cause = "output_limit"
        code = -signal.SIGKILL if ended.code is None else ended.code
        words = self._place.data_mib is not None and says_out_of_memory(ended, code)
        return outcome(
            ended,
            code,
            self._command.limits,
            cpu_s=max(self._cpu_s, ended.cpu_s),
            peak_memory_mib=self._peak_mib,
            out_of_memory=self._out_of_memory or words,
        )

    def _over(self) -> Cause | None:
        """A limit that is exceeded now."""
        group = self._group
        if group is not None and group.out_of_memory():
            return "out_of_memory"
        cause = self._over_without_groups()
        if cause is not None:
            return cause
        if self._spent_s() > self._command.limits.cpu_s:
            return "timeout"
        now = time.monotonic()
        if now >= self._next_disk_look:
            self._next_disk_look = now + _DISK_LOOK_S
            if self._disk_full():
                return "output_limit"
        return None

    def _over_without_groups(self) -> Cause | None:
        """What groups would count, looked at through /proc."""
        group, init = self._group, self._place.init
        if init is None or (group is not None and group.counts_cpu and group.bounds_memory):
            return None
        pids = processes.tree(init)
        self._cpu_s = max(self._cpu_s, processes.cpu_s(pids))
        if group is not None and group.bounds_memory:
            return None
        memory_mib = processes.memory_mib(pids, self._limits.memory_mib)
        self._peak_mib = max(self._peak_mib, memory_mib)
        if memory_mib > self._limits.memory_mib:
            return "out_of_memory"
        return "output_limit" if _scratch_files(pids, self._limits.scratch_mib) > _MOST_NEW_FILES else None

    def _spent_s(self) -> float:
        counted = self._group.cpu_s() if self._group else None
        return self._cpu_s if counted is None else max(0.0, counted - self._before_s)

    def _stop(self, forced: bool) -> tuple[int | None, float]:
        """The groups are asked before the place goes, and they with it."""
        rest = None if forced else self._place.warden.rest(_ANSWER_S)
        self._cpu_s = self._spent_s()
        if self._group is not None:
            self._out_of_memory = self._group.out_of_memory()
            peak_mib = self._group.peak_memory_mib() or 0.0
            # one that an earlier command reached, where the kernel doesn't forget: then this command's largest process must do
            self._peak_mib = peak_mib if peak_mib > self._before_mib else rest.peak_memory_mib if rest else self._peak_mib
        if rest is None:
            if not forced and not self._out_of_memory:
                self._out_of_memory = self._place.ran_out_of_memory()
            self._place.end()
            return None, 0.0
        return rest.status, rest.cpu_s


def _scratch_files(pids: list[int], scratch_mib: int) -> int:
    """How many files lie in the command's /tmp, seen through a process that has it; known by its size: bwrap's own see the host's."""
    for pid in reversed(pids):
        with contextlib.suppress(OSError):
            usage = os.statvfs(f"/proc/{pid}/root/tmp")
            if usage.f_blocks * usage.f_frsize == scratch_mib << 20:
                return usage.f_files - usage.f_ffree
    return 0
