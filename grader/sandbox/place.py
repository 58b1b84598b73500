"""One started sandbox of `local`: bubblewrap with a warden in it. Enters: the machine's means, what to show, limits. Leaves: nothing that
runs on, nothing that stays.

Order of a start: the judge makes the control group, starts bwrap (as another user if the judge is root), puts it into the group, sends it
its arguments, waits until bwrap has tied its life to the judge's, and only then sends the first command to the warden, which is pid 1
inside. Killing bwrap or the warden ends the pid namespace and with it everything that was started inside.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import time

from grader.errors import HarnessError
from grader.readable import readable
from grader.sandbox import bwrap, warden
from grader.sandbox.cgroups import Group
from grader.sandbox.contract import Bind, Limits
from grader.sandbox.launch import launch
from grader.sandbox.machine import Machine
from grader.sandbox.pipe import Pipe

_START_S = 10.0  # bwrap needs 5 ms; more than this is a broken machine
_OVERHEAD_PROCESSES = 4  # our own: two bwraps and the warden


class LocalPlace:
    """See `grader.sandbox.room.Place`. `start` either returns one that answers, or raises HarnessError and leaves nothing."""

    def __init__(self, machine: Machine, binds: tuple[Bind, ...], limits: Limits) -> None:
        self._machine = machine
        self._binds = binds
        self._limits = limits
        self._stack = contextlib.ExitStack()  # closes whatever was opened on the way
        self._bwrap: int | None = None  # our child, as long as it isn't reaped
        self._init_handle: int | None = None
        self._birth: _Status | None = None  # of the bwrap whose pid 1 holds everything
        self._words: io.FileIO | None = None  # what bwrap and the warden say, for the case that they fail
        self._warden: warden.Warden | None = None
        self.group: Group | None = None
        self.init: int | None = None
        self.data_mib = None if machine.memory_group else limits.memory_mib
        self.processes = limits.processes + 1  # the warden is of the same user

    @classmethod
    def start(cls, machine: Machine, binds: tuple[Bind, ...], limits: Limits) -> LocalPlace:
        made = cls(machine, binds, limits)
        try:
            made._start()
        except BaseException:
            made.end()
            raise
        return made

    @property
    def warden(self) -> warden.Warden:
        assert self._warden is not None
        return self._warden

    def ran_out_of_memory(self) -> bool:
        """Its group would know."""
        return False

    def said(self) -> str:
        if self._words is None or self._words.closed:
            return "bwrap is gone."
        self._words.seek(0)
        return self._words.read(4096).decode(errors="replace").strip() or "bwrap ended without a word."

    def end(self) -> None:
        self._kill()
        self._init_handle = None  # closed with the rest, and its number free for others
        if self.group is not None:
            self.group.close()
        self._stack.close()

    def _start(self) -> None:
        """Everything up to the moment at which a command may run."""
        machine, stack = self._machine, self._stack
        self.group = machine.hierarchy.group()
        if self.group is not None:
            try:
                self.group.limit(self._limits.memory_mib, self._limits.processes + _OVERHEAD_PROCESSES)
            except OSError as error:
                raise HarnessError(f"The control group refuses the limits of this command: {error}.") from error
        binds = (Bind(source=warden.program(), target=warden.PLACE), *self._binds)
        start = launch(machine, binds)
        arguments, staging = Pipe(stack), Pipe(stack)
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
            file.close()
        with contextlib.suppress(BrokenPipeError):  # then bwrap is dead, and its own words say why
            staging.send(bwrap.joined(start.staging))
            arguments.send(self._arguments(passwd.fileno(), group.fileno(), start.binds))
        self._await_init()
        if not self._warden.ready(_START_S):
            self._kill()
            raise HarnessError(f"The sandbox could not be set up: {self.said()} {bwrap.remedy(self.said())}")

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
            if self.group is not None:
                self.group.add(process.pid)
        except OSError as error:
            raise HarnessError(f"A process can't be moved into its control group: {error}.") from error

    def _arguments(self, passwd: int, group: int, binds: tuple[Bind, ...]) -> bytes:
        arguments = bwrap.system(self._limits.scratch_mib, passwd, group)
        for bind in binds:
            kind = "--dev-bind" if bind.device else "--bind" if bind.writable else "--ro-bind"
            arguments += [kind, str(bind.source), bind.target]
        return bwrap.joined([*arguments, *bwrap.closing()])

    def _await_init(self) -> None:
        """Until bwrap names the namespace's pid 1: it does so after it has asked the kernel to be killed along with us."""
        assert self._birth is not None
        self.init = self._birth.wait("child-pid", _START_S)
        if self.init is not None:
            with contextlib.suppress(OSError):
                handle = os.pidfd_open(self.init)
                self._stack.callback(os.close, handle)
                self._init_handle = handle

    def _kill(self) -> None:
        """Ends bwrap, pid 1 of the namespace (and so everything in it), and what the group still holds; waits until all is gone."""
        if self._bwrap is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(self._bwrap, signal.SIGKILL)
        if self._init_handle is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._init_handle, signal.SIGKILL)
            # readable once pid 1 has ended, which the kernel lets happen only after every other process of the namespace
            readable([self._init_handle], 5.0)
        if self.group is not None:
            self.group.kill()
        if self._bwrap is not None:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(self._bwrap, 0)
            self._bwrap = None


class _Status(Pipe):
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
            if not readable([self.read], deadline - time.monotonic()):
                raise HarnessError(
                    f"bubblewrap didn't start within {patience_s:.0f} s: the machine is overloaded or the program is broken."
                )
            chunk = self.read.read(4096)
            if not chunk:
                return None
            text += chunk
