"""Provider `local`: bubblewrap, control groups where they can be made, rlimits, a system call filter. Needs no administrator, no daemon, no
images.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager

from grader.records import Exit, Isolation
from grader.sandbox.cgroups import Hierarchy
from grader.sandbox.contract import Bind, Command, Limits, Room
from grader.sandbox.machine import Machine
from grader.sandbox.place import LocalPlace
from grader.sandbox.room import lent_room


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

    def room(self, binds: tuple[Bind, ...], limits: Limits) -> AbstractContextManager[Room]:
        """See the contract."""
        machine = self._machine()
        return lent_room(binds, limits, machine.drops_user, lambda shown: LocalPlace.start(machine, shown, limits))

    def run(self, command: Command) -> Exit:
        """Runs the command; see the contract."""
        with self.room(command.binds, command.limits) as room:
            return room.run(command)

    def _machine(self) -> Machine:
        with self._lock:
            if self._ready is None:
                hierarchy = Hierarchy.detect() if self._hierarchy is None else self._hierarchy
                hierarchy.sweep()
                self._ready = Machine.look(hierarchy)
            return self._ready
