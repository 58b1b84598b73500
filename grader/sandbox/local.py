"""Provider `local`: bubblewrap, control groups where they can be made, rlimits, a system call filter. Needs no administrator, no daemon, no
images.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

from grader.errors import HarnessError
from grader.records import Exit, Isolation
from grader.sandbox import lend
from grader.sandbox.cgroups import Hierarchy
from grader.sandbox.contract import Bind, Command, Limits
from grader.sandbox.machine import Machine
from grader.sandbox.place import Place


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
    def room(self, binds: tuple[Bind, ...], limits: Limits) -> Iterator[LocalRoom]:
        """See the contract."""
        machine = self._machine()
        shown = lend.resolved(binds)
        before = lend.size(shown)
        room = LocalRoom(machine, shown, limits, before)
        try:
            if machine.drops_user:
                lend.lend(shown)
            yield room
        finally:
            room.leave()
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


class LocalRoom:
    """See `Room`."""

    def __init__(self, machine: Machine, binds: tuple[Bind, ...], limits: Limits, before: tuple[int, int]) -> None:
        self._machine = machine
        self._binds = binds
        self._limits = limits
        self._before = before
        self._place: Place | None = None

    def run(self, command: Command) -> Exit:
        """See the contract."""
        if not command.argv:
            raise HarnessError("The sandbox was asked to run an empty command.")
        if self._place is not None and not self._place.ready():
            self.leave()
        if self._place is None:
            self._place = Place(self._machine, self._binds, self._limits, self._before)
            self._place.start()
        return self._place.run(command)

    def leave(self) -> None:
        """Ends whatever is there; the next command gets a fresh place."""
        place, self._place = self._place, None
        if place is not None:
            place.end()
