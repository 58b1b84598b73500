"""Provider `local`: bubblewrap, control groups where they can be made, rlimits, a system call filter. Needs no administrator, no daemon, no
images.
"""

from __future__ import annotations

import contextlib
import os
import threading

from grader.errors import HarnessError
from grader.records import Exit, Isolation
from grader.sandbox import lend
from grader.sandbox.cgroups import Hierarchy
from grader.sandbox.contract import Command
from grader.sandbox.job import Job
from grader.sandbox.machine import Machine


class LocalSandbox:
    """See `Sandbox`. `hierarchy`: where control groups are made (default: looked for at first use; pass an empty one to do without)."""

    name = "local"

    def __init__(self, hierarchy: Hierarchy | None = None) -> None:
        self._hierarchy = hierarchy
        self._lock = threading.Lock()
        self._ready: Machine | None = None
        self._tried = False

    def isolation(self) -> Isolation:
        """What is in force on this machine, after a first command has shown that it works at all. Raises HarnessError if it doesn't."""
        machine = self._machine()
        if not self._tried:
            self.run(Command(argv=("/bin/sh", "-c", ":")))
            self._tried = True
        return machine.isolation()

    def run(self, command: Command) -> Exit:
        """Runs the command; see the contract. Writable sources belong to the command while it runs and are given back at its end."""
        if not command.argv:
            raise HarnessError("The sandbox was asked to run an empty command.")
        machine = self._machine()
        binds = lend.resolved(command.binds)
        before = lend.size(binds)
        try:
            if machine.drops_user:
                lend.lend(binds)
            with contextlib.ExitStack() as stack:
                job = Job(machine, command, binds, before, stack)
                try:
                    job.start()
                    ended = job.watch()
                finally:
                    job.end()
        finally:
            lend.give_back(binds, (os.geteuid(), os.getegid()) if machine.drops_user else None)
        return job.result(ended)

    def _machine(self) -> Machine:
        with self._lock:
            if self._ready is None:
                hierarchy = Hierarchy.detect() if self._hierarchy is None else self._hierarchy
                hierarchy.sweep()
                self._ready = Machine.look(hierarchy)
            return self._ready
