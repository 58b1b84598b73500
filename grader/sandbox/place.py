"""One started sandbox of `local`. Enters: the machine's means, what to show, limits. Leaves: each command's Exit; nothing runs on, nothing
stays.

Order of a start: the judge makes the control group, starts bwrap (as another user if the judge is root), puts it into the group, sends it
its arguments, waits until bwrap has tied its life to the judge's, and only then sends the first command to the warden, which is pid 1
inside. Killing bwrap or the warden ends the pid namespace and with it everything that was started inside.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable

from grader.errors import HarnessError
from grader.records import Cause, Exit
from grader.sandbox import bwrap, lend, processes, warden
from grader.sandbox.cgroups import Group
from grader.sandbox.contract import Bind, Command, Limits
from grader.sandbox.launch import launch
from grader.sandbox.machine import Machine
from grader.sandbox.supervise import Ended, outcome, says_out_of_memory, supervise

_START_S = 10.0  # bwrap needs 5 ms; more than this is a broken machine
_CLEAN_S = 10.0  # for what one command left behind
_OVERHEAD_PROCESSES = 4  # our own: two bwraps and the warden
_MOST_NEW_FILES = 5_000  # in writable folders; in /tmp too where no control group counts what their names cost the kernel
_DISK_LOOK_S = 0.1


class Place:
    """From `start()` to `end()`. `spoiled`: no further command may run here."""

    def __init__(self, machine: Machine, binds: tuple[Bind, ...], limits: Limits, before: tuple[int, int]) -> None:
        self._machine = machine
        self._binds = binds
        self._limits = limits  # of the place: memory, processes, scratch space
        self._before = before  # (bytes, entries) in the writable sources
        self._stack = contextlib.ExitStack()  # closes whatever was opened on the way
        self._group: Group | None = None
        self._bwrap: int | None = None  # our child, as long as it isn't reaped
        self._init: int | None = None  # pid 1 of the namespace, as we number it
        self._init_handle: int | None = None
        self._birth: _Status | None = None  # of the bwrap whose pid 1 holds everything
        self._words: io.FileIO | None = None  # what bwrap and the warden say, for the case that they fail
        self._warden: warden.Warden | None = None
        self.spoiled = False

    def start(self) -> None:
        """Everything up to the moment at which a command may run. Raises HarnessError."""
        machine, stack = self._machine, self._stack
        self._group = machine.hierarchy.group()
        if self._group is not None:
            try:
                self._group.limit(self._limits.memory_mib, self._limits.processes + _OVERHEAD_PROCESSES)
            except OSError as error:
                raise HarnessError(f"The control group refuses the limits of this command: {error}.") from error
        binds = (Bind(source=warden.program(), target=warden.PLACE), *self._binds)
        start = launch(machine, binds)
        arguments, staging = _Pipe(stack), _Pipe(stack)
        self._birth = _Status(stack)
        self._words = stack.enter_context(bwrap.memory_file("words", b""))
        self._warden, channel = warden.Warden.inherited()
        stack.callback(self._warden.close)
        stack.enter_context(channel)
        passwd, group = (stack.enter_context(file) for file in bwrap.accounts())
        filter_file = None if machine.filter is None else stack.enter_context(bwrap.memory_file("seccomp", machine.filter))
        inherited: list[io.FileIO | socket.socket] = [channel, arguments.read, self._birth.write, passwd, group]
        inherited += [] if filter_file is None else [filter_file]
        argv = [*start.launcher, *bwrap.HARDENING, "--as-pid-1"]
        told = ["--json-status-fd", str(self._birth.write.fileno())]
        if start.staging:  # the first bwrap's pid 1 holds everything
            argv = [str(machine.program), *told, "--args", str(staging.read.fileno()), "--", *argv]
            inherited += [staging.read]
        else:
            argv += told
        if filter_file is not None:
            argv += ["--seccomp", str(filter_file.fileno())]
        argv += ["--args", str(arguments.read.fileno()), "--", *warden.argv(str(channel.fileno()))]
        self._spawn(argv, inherited, start.user)
        channel.close()
        for file in (arguments.read, staging.read, self._birth.write):
            file.close()  # ours: end-of-file must come when theirs close
        with contextlib.suppress(BrokenPipeError):  # then bwrap is dead, and its own words say why
            staging.send(bwrap.joined(start.staging))
            arguments.send(self._arguments(passwd.fileno(), group.fileno(), start.binds))
        self._await_init()
        if not self._warden.ready(_START_S):
            self._kill()
            said = self._said()
            raise HarnessError(f"The sandbox could not be set up: {said}. {bwrap.remedy(said)}")

    def ready(self) -> bool:
        """Whether the next command may come; waits until what the last one left is gone."""
        return not self.spoiled and self._warden is not None and self._warden.ready(_CLEAN_S)

    def run(self, command: Command) -> Exit:
        """Raises HarnessError if the sandbox fails, for a reason of ours."""
        assert self._warden is not None
        with contextlib.ExitStack() as stack:
            look = _Look(self._group, self._init, self._limits, command.limits, self._disk_full)
            stdout, stderr = _Pipe(stack), _Pipe(stack)
            grouped = self._group is not None and self._group.bounds_memory
            self._warden.send(
                command,
                stdout.write.fileno(),
                stderr.write.fileno(),
                data_mib=None if grouped else self._limits.memory_mib,
                processes=self._limits.processes + 1,  # the warden is of the same user
            )
            for pipe in (stdout, stderr):
                pipe.write.close()
            try:
                ended = supervise(self._warden.fileno(), stdout.read.fileno(), stderr.read.fileno(), command.limits, look.over, self._stop)
            except BaseException:
                self.spoiled = True
                raise
        return self._result(command, ended, look)

    def end(self) -> None:
        """Whatever happened: nothing runs on, nothing stays."""
        self._kill()
        if self._group is not None:
            self._group.close()
        self._stack.close()

    def _spawn(self, argv: list[str], inherited: list[io.FileIO | socket.socket], user: int | None) -> None:
        """Starts bwrap, which waits for its arguments, and moves it into its control group."""
        assert self._words is not None
        try:
            process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=self._words,
                stderr=self._words,
                env={},
                pass_fds=[file.fileno() for file in inherited],
                user=user,
                group=user,
                extra_groups=None if user is None else [],
            )
        except (OSError, ValueError) as error:
            raise HarnessError(f"bubblewrap can't be started: {error}. {bwrap.remedy(str(error))}") from error
        self._bwrap = process.pid
        process.returncode = 0  # reaped by _kill()
        try:
            if self._group is not None:
                self._group.add(process.pid)
        except OSError as error:
            raise HarnessError(f"A process can't be moved into its control group: {error}.") from error

    def _stop(self, forced: bool) -> tuple[int | None, float]:
        """What the warden says of the end; by force, the whole place goes."""
        assert self._warden is not None
        rest = None if forced else self._warden.rest(0.0)
        if rest is None:
            self.spoiled = True
            self._kill()
            return (-signal.SIGKILL if forced else None), 0.0
        return rest.status, rest.cpu_s

    def _result(self, command: Command, ended: Ended, look: _Look) -> Exit:
        out_of_memory = self._group is not None and self._group.out_of_memory()
        if ended.code is None and not out_of_memory:
            raise HarnessError(f"The sandbox ended in the middle of a command: {self._said()}. Run it again, and report this if it stays.")
        if ended.cause is None and self._disk_full():
            ended.cause = "output_limit"
        code = -signal.SIGKILL if ended.code is None else ended.code
        exit = outcome(
            ended,
            code,
            command.limits,
            cpu_s=max(look.cpu_s(), ended.cpu_s),
            peak_memory_mib=look.peak_memory_mib(),
            out_of_memory=out_of_memory or (not self._machine.memory_group and says_out_of_memory(ended, code)),
        )
        self.spoiled = self.spoiled or exit.cause not in ("exited", "signaled")
        return exit

    def _said(self) -> str:
        assert self._words is not None
        self._words.seek(0)
        return self._words.read(4096).decode(errors="replace").strip() or "bwrap ended without a word"

    def _arguments(self, passwd: int, group: int, binds: tuple[Bind, ...]) -> bytes:
        arguments = bwrap.system(self._limits.scratch_mib, passwd, group)
        for bind in binds:
            if not bind.target.startswith("/") or ".." in bind.target.split("/"):
                raise HarnessError(f"The target of a bind must be an absolute path without '..': {bind.target!r}.")
            kind = "--dev-bind" if bind.device else "--bind" if bind.writable else "--ro-bind"
            arguments += [kind, str(bind.source), bind.target]
        return bwrap.joined([*arguments, *bwrap.closing()])

    def _await_init(self) -> None:
        """Until bwrap names the namespace's pid 1: it does so after it has asked the kernel to be killed along with us."""
        assert self._birth is not None
        self._init = self._birth.wait("child-pid", _START_S)
        if self._init is not None:
            with contextlib.suppress(OSError):
                handle = os.pidfd_open(self._init)
                self._stack.callback(os.close, handle)
                self._init_handle = handle

    def _disk_full(self) -> bool:
        """Whether the commands put more into the writable folders than one file may hold, or very many files."""
        if not any(bind.writable for bind in self._binds):
            return False
        size, count = lend.size(self._binds)
        return size - self._before[0] > self._limits.file_mib << 20 or count - self._before[1] > _MOST_NEW_FILES

    def _kill(self) -> None:
        """Ends bwrap, pid 1 of the namespace (and so everything in it), and what the group still holds; waits until all is gone."""
        if self._bwrap is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self._bwrap, signal.SIGKILL)
        if self._init_handle is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._init_handle, signal.SIGKILL)
            # readable once pid 1 has ended, which the kernel lets happen only after every other process of the namespace
            select.select([self._init_handle], [], [], 5.0)
        if self._group is not None:
            self._group.kill()
        if self._bwrap is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._bwrap, 0)
            self._bwrap = None


class _Look:
    """What no limit of the kernel's bounds, looked at while one command runs; and what it used."""

    def __init__(self, group: Group | None, init: int | None, place: Limits, limits: Limits, disk_full: Callable[[], bool]) -> None:
        self._group = group
        self._init = init
        self._place = place
        self._limits = limits
        self._disk_full = disk_full
        self._next_disk_look = 0.0
        self._before_s = (group.cpu_s() if group else None) or 0.0
        self._seen_s = 0.0
        self._peak_mib = 0.0
        if group is not None:
            group.forget_peak()

    def over(self) -> Cause | None:
        """A limit that is exceeded now."""
        group = self._group
        if group is not None and group.out_of_memory():
            return "out_of_memory"
        if self._init is not None and (group is None or not group.counts_cpu or not group.bounds_memory):
            pids = processes.tree(self._init)
            self._seen_s = max(self._seen_s, processes.cpu_s(pids))
            if group is None or not group.bounds_memory:
                memory_mib = processes.memory_mib(pids, self._place.memory_mib)
                self._peak_mib = max(self._peak_mib, memory_mib)
                if memory_mib > self._place.memory_mib:
                    return "out_of_memory"
                if _scratch_files(pids, self._place.scratch_mib) > _MOST_NEW_FILES:
                    return "output_limit"
        if self.cpu_s() > self._limits.cpu_s:
            return "timeout"
        now = time.monotonic()
        if now >= self._next_disk_look:
            self._next_disk_look = now + _DISK_LOOK_S
            if self._disk_full():
                return "output_limit"
        return None

    def cpu_s(self) -> float:
        counted = self._group.cpu_s() if self._group else None
        return self._seen_s if counted is None else counted - self._before_s

    def peak_memory_mib(self) -> float:
        """Without a group: as far as seen; rusage would tell the judge's own, from before exec."""
        return (self._group.peak_memory_mib() if self._group else None) or self._peak_mib


class _Pipe:
    """Both ends as objects, which close once only: a bare number could by then be another thread's."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        read, write = os.pipe()
        self.read = stack.enter_context(io.FileIO(read, "rb"))
        self.write = stack.enter_context(io.FileIO(write, "wb"))

    def send(self, content: bytes) -> None:
        """All of it, then end-of-file."""
        with self.write:
            view = memoryview(content)
            while view:
                view = view[self.write.write(view) or 0 :]


class _Status(_Pipe):
    """What a bwrap tells about itself: one JSON document a line."""

    def wait(self, key: str, patience_s: float) -> int | None:
        """The number under `key` once it comes; None at end-of-file. Raises HarnessError after `patience_s`."""
        deadline = time.monotonic() + patience_s
        text = b""
        while True:
            for line in text.splitlines():
                with contextlib.suppress(ValueError):
                    document = json.loads(line)
                    if key in document:
                        return int(document[key])
            ready, _, _ = select.select([self.read], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise HarnessError(
                    f"bubblewrap didn't start within {patience_s:.0f} s: the machine is overloaded or the program is broken."
                )
            chunk = self.read.read(4096)
            if not chunk:
                return None
            text += chunk


def _scratch_files(pids: list[int], scratch_mib: int) -> int:
    """How many files lie in the command's /tmp, seen through a process that has it; known by its size: bwrap's own see the host's."""
    for pid in reversed(pids):
        with contextlib.suppress(OSError):
            usage = os.statvfs(f"/proc/{pid}/root/tmp")
            if usage.f_blocks * usage.f_frsize == scratch_mib << 20:
                return usage.f_files - usage.f_ffree
    return 0
