"""Provider `local`: bubblewrap, control groups where they can be made, rlimits, a system call filter. Needs no administrator, no daemon, no
images.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

from grader.records import Exit, Isolation
from grader.sandbox import lend
from grader.sandbox.cgroups import Hierarchy
from grader.sandbox.contract import Bind, Command, Limits, Room
from grader.sandbox.machine import Machine
from grader.sandbox.place import LocalPlace
from grader.sandbox.room import PlaceRoom


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

    @contextlib.contextmanager
    def room(self, binds: tuple[Bind, ...], limits: Limits) -> Iterator[Room]:
        """See the contract."""
        machine = self._machine()
        shown = lend.resolved(binds)
        try:
            if machine.drops_user:
                lend.lend(shown)
            room = PlaceRoom(shown, limits, lambda: LocalPlace.start(machine, shown, limits))
            try:
                yield room
            finally:
                room.leave()
        finally:
            lend.give_back(shown, (os.geteuid(), os.getegid()) if machine.drops_user else None)

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
