"""One command's life in `local`. Enters: a command and the machine's means. Leaves: its Exit; nothing runs on, nothing stays.

Order of a start: the judge makes the control group, starts bwrap (as another user if the judge is root), puts it into the group, sends it
its arguments, waits until bwrap has tied its life to the judge's, and only then lets the command go. Killing bwrap ends its pid namespace
and with it everything that was started inside.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import select
import signal
import subprocess
import time
from typing import IO

from grader.errors import HarnessError
from grader.records import Cause, Exit
from grader.sandbox import bwrap, lend, processes, rlimits
from grader.sandbox.cgroups import Group
from grader.sandbox.contract import Bind, Command
from grader.sandbox.launch import launch
from grader.sandbox.machine import Machine
from grader.sandbox.supervise import Ended, outcome, says_out_of_memory, supervise

_START_S = 10.0  # bwrap needs 5 ms; more than this is a broken machine
_OVERHEAD_PROCESSES = 6  # our own: two bwraps with their pid 1, and the shell before it becomes the command
_MOST_NEW_FILES = 5_000  # in writable folders; in /tmp too where no control group counts what their names cost the kernel
_DISK_LOOK_S = 0.1
_SIGNALS = frozenset(int(number) for number in signal.valid_signals())


class Job:
    """One command's life. `stack` closes whatever was opened on the way."""

    def __init__(
        self, machine: Machine, command: Command, binds: tuple[Bind, ...], before: tuple[int, int], stack: contextlib.ExitStack
    ) -> None:
        self._machine = machine
        self._command = command
        self._binds = binds
        self._before = before  # (bytes, entries) in the writable sources
        self._stack = stack
        self._group: Group | None = None
        self._child: int | None = None  # bwrap, our child, as long as nobody else reaps it
        self._bwrap = 0
        self._init: int | None = None  # pid 1 of the namespace, as we number it
        self._init_handle: int | None = None
        self._status: _Status | None = None  # of the bwrap that starts the command
        self._birth: _Status | None = None  # of the one whose pid 1 holds everything: the first one
        self._code: int | None = None
        self._outputs: tuple[IO[bytes], ...] = ()
        self._next_disk_look = 0.0
        self._peak_mib = 0.0
        self._cpu_s = 0.0
        self._out_of_memory = False

    def start(self) -> None:
        """Everything up to the moment at which the command may run. Raises HarnessError."""
        machine, command, stack = self._machine, self._command, self._stack
        self._group = machine.hierarchy.group()
        if self._group is not None:
            try:
                self._group.limit(command.limits.memory_mib, command.limits.processes + _OVERHEAD_PROCESSES)
            except OSError as error:
                raise HarnessError(f"The control group refuses the limits of this command: {error}.") from error
        start = launch(machine, self._binds)
        go = _Pipe(stack)
        arguments = _Pipe(stack)
        staging = _Pipe(stack)
        self._status, self._birth = _Status(stack), _Status(stack)
        if not start.staging:
            self._birth = self._status
        passwd, group = (stack.enter_context(file) for file in bwrap.accounts())
        filter_file = None if machine.filter is None else stack.enter_context(bwrap.memory_file("seccomp", machine.filter))
        inherited = [arguments.read, self._status.write, passwd, group, *([] if filter_file is None else [filter_file])]
        argv = [*start.launcher, *bwrap.HARDENING]
        if start.staging:
            first = ["--json-status-fd", str(self._birth.write.fileno()), "--args", str(staging.read.fileno())]
            argv = [str(machine.program), *first, "--", *argv]
            inherited += [staging.read, self._birth.write]
        if filter_file is not None:
            argv += ["--seccomp", str(filter_file.fileno())]
        argv += ["--json-status-fd", str(self._status.write.fileno()), "--args", str(arguments.read.fileno()), "--"]
        argv += [*rlimits.prefix(command.limits, processes=True, memory=not machine.memory_group), *command.argv]
        self._spawn(argv, go.read, inherited, start.user)
        for file in (go.read, *inherited[:2], staging.read, self._birth.write):
            file.close()  # ours: end-of-file must come when theirs close
        with contextlib.suppress(BrokenPipeError):  # then bwrap is dead, and its own words say why
            staging.send(bwrap.joined(start.staging))
            arguments.send(self._arguments(passwd.fileno(), group.fileno(), start.binds))
        self._await_init()
        with contextlib.suppress(BrokenPipeError):
            go.send(rlimits.GO)

    def _spawn(self, argv: list[str], stdin: io.FileIO, inherited: list[io.FileIO], user: int | None) -> None:
        """Starts bwrap, which waits for its arguments, and moves it into its control group."""
        try:
            process = subprocess.Popen(
                argv,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={},
                pass_fds=[file.fileno() for file in inherited],
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                bufsize=0,
            )
        except (OSError, ValueError) as error:
            raise HarnessError(f"bubblewrap can't be started: {error}. {bwrap.remedy(str(error))}") from error
        assert process.stdout is not None and process.stderr is not None
        self._child = self._bwrap = process.pid
        self._outputs = (self._stack.enter_context(process.stdout), self._stack.enter_context(process.stderr))
        process.returncode = 0  # reaped by supervise(), which wants the usage as well
        try:
            if self._group is not None:
                self._group.add(process.pid)
        except OSError as error:
            raise HarnessError(f"A process can't be moved into its control group: {error}.") from error

    def watch(self) -> Ended:
        assert self._child is not None
        stdout, stderr = self._outputs
        child = self._child
        self._child = None  # from here on supervise() reaps it
        return supervise(child, stdout.fileno(), stderr.fileno(), self._command.limits, self._over, self._kill)

    def end(self) -> None:
        """Whatever happened: nothing runs on, nothing stays."""
        if self._child is not None:  # start() failed half-way
            self._kill()
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._child, 0)
        if self._status is not None:
            self._code = self._status.rest("exit-code")
        if self._group is not None:
            self._out_of_memory = self._group.out_of_memory()
            self._peak_mib = self._group.peak_memory_mib() or self._peak_mib
            self._cpu_s = self._group.cpu_s() or self._cpu_s
            self._group.kill()
            self._group.close()

    def result(self, ended: Ended) -> Exit:
        """Raises HarnessError if bwrap ended before the command began, for a reason of its own."""
        limits = self._command.limits
        code = self._code
        if code is None and ended.cause is None and not self._out_of_memory:
            words = ended.stderr.decode(errors="replace").strip() or f"bwrap ended with status {os.waitstatus_to_exitcode(ended.status)}"
            raise HarnessError(f"The sandbox could not be set up: {words}. {bwrap.remedy(words)}")
        if ended.cause is None and self._disk_full():
            ended.cause = "output_limit"
        status = _status(code)
        out_of_memory = self._out_of_memory or (not self._machine.memory_group and says_out_of_memory(ended, status))
        return outcome(
            ended,
            status,
            limits,
            cpu_s=max(self._cpu_s, ended.usage_cpu_s),
            peak_memory_mib=self._peak_mib,  # without a group: as far as seen; rusage would tell the judge's own, from before exec
            out_of_memory=out_of_memory,
        )

    def _arguments(self, passwd: int, group: int, binds: tuple[Bind, ...]) -> bytes:
        command = self._command
        arguments = bwrap.system(command.limits.scratch_mib, passwd, group)
        for bind in binds:
            if not bind.target.startswith("/") or ".." in bind.target.split("/"):
                raise HarnessError(f"The target of a bind must be an absolute path without '..': {bind.target!r}.")
            kind = "--dev-bind" if bind.device else "--bind" if bind.writable else "--ro-bind"
            arguments += [kind, str(bind.source), bind.target]
        arguments += bwrap.closing()
        for name, value in command.env.items():
            arguments += ["--setenv", name, value]
        return bwrap.joined([*arguments, "--chdir", command.cwd])

    def _await_init(self) -> None:
        """Until bwrap names the namespace's pid 1: it does so after it has asked the kernel to be killed along with us."""
        assert self._birth is not None
        self._init = self._birth.wait("child-pid", _START_S)
        if self._init is not None:
            with contextlib.suppress(OSError):
                handle = os.pidfd_open(self._init)
                self._stack.callback(os.close, handle)
                self._init_handle = handle

    def _over(self) -> Cause | None:
        """A limit that we have to look after ourselves and that is exceeded now."""
        limits = self._command.limits
        group = self._group
        cpu_s = None if group is None else group.cpu_s()
        if group is not None and group.out_of_memory():
            return "out_of_memory"
        if self._init is not None and (cpu_s is None or group is None or not group.bounds_memory):
            pids = processes.tree(self._init)
            if cpu_s is None:
                self._cpu_s = max(self._cpu_s, processes.cpu_s(pids))
            if group is None or not group.bounds_memory:
                memory_mib = processes.memory_mib(pids, limits.memory_mib)
                self._peak_mib = max(self._peak_mib, memory_mib)
                if memory_mib > limits.memory_mib:
                    return "out_of_memory"
                if _scratch_files(pids, limits.scratch_mib) > _MOST_NEW_FILES:
                    return "output_limit"
        if (self._cpu_s if cpu_s is None else cpu_s) > limits.cpu_s:
            return "timeout"
        now = time.monotonic()
        if now >= self._next_disk_look:
            self._next_disk_look = now + _DISK_LOOK_S
            if self._disk_full():
                return "output_limit"
        return None

    def _disk_full(self) -> bool:
        """Whether the command put more into the writable folders than one file may hold, or very many files."""
        if not any(bind.writable for bind in self._binds):
            return False
        size, count = lend.size(self._binds)
        return size - self._before[0] > self._command.limits.file_mib << 20 or count - self._before[1] > _MOST_NEW_FILES

    def _kill(self) -> None:
        """Ends bwrap, pid 1 of the namespace (and so everything in it), and what the group still holds; waits until all is gone."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(self._bwrap, signal.SIGKILL)
        if self._init_handle is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._init_handle, signal.SIGKILL)
            # readable once pid 1 has ended, which the kernel lets happen only after every other process of the namespace
            select.select([self._init_handle], [], [], 5.0)
        if self._group is not None:
            self._group.kill()


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

    def __init__(self, stack: contextlib.ExitStack) -> None:
        super().__init__(stack)
        self._text = b""

    def wait(self, key: str, patience_s: float) -> int | None:
        """The number under `key` once it comes; None at end-of-file. Raises HarnessError after `patience_s`."""
        deadline = time.monotonic() + patience_s
        while (number := self._find(key)) is None:
            ready, _, _ = select.select([self.read], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise HarnessError(
                    f"bubblewrap didn't start within {patience_s:.0f} s: the machine is overloaded or the program is broken."
                )
            chunk = self.read.read(4096)
            if not chunk:
                return None
            self._text += chunk
        return number

    def rest(self, key: str) -> int | None:
        """The number under `key` in all that was written; to be asked when the writer is gone."""
        os.set_blocking(self.read.fileno(), False)
        while chunk := self.read.read(4096):
            self._text += chunk
        return self._find(key)

    def _find(self, key: str) -> int | None:
        for line in self._text.splitlines():
            if b"}" in line:
                with contextlib.suppress(ValueError):
                    document = json.loads(line)
                    if key in document:
                        return int(document[key])
        return None


def _scratch_files(pids: list[int], scratch_mib: int) -> int:
    """How many files lie in the command's /tmp, seen through a process that has it; known by its size: bwrap's own see the host's."""
    for pid in reversed(pids):
        with contextlib.suppress(OSError):
            usage = os.statvfs(f"/proc/{pid}/root/tmp")
            if usage.f_blocks * usage.f_frsize == scratch_mib << 20:
                return usage.f_files - usage.f_ffree
    return 0


def _status(code: int | None) -> int:
    """bwrap reports 128 + N for signal N; exit statuses of that size are rare, so they are taken for the signal. None: bwrap itself was
    killed.
    """
    if code is None:
        return -signal.SIGKILL
    return -(code - 128) if code - 128 in _SIGNALS else code
