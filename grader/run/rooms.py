"""Rooms: a sandbox a worker, in which its cases are run one after another. Enters: the sandbox. Leaves: places to put a case and run it.

A case's visible files and its device's socket lie in the room's folder while it runs and no longer; the folder is all that the room shows
besides the runner and its libraries.
"""

from __future__ import annotations

import contextlib
import queue
import shutil
from collections.abc import Iterator
from pathlib import Path

from grader import natives
from grader.assignment import Assignment
from grader.records import Exit
from grader.run.commands import run_limits
from grader.sandbox.contract import Bind, Command, Room, Sandbox
from grader.scratch import short_folder


class Spot:
    """Where a case may be put: `folder` is seen by what `run` starts, at the same place."""

    def __init__(self, folder: Path, room: Room) -> None:
        self.folder = folder
        self._room = room

    def run(self, command: Command) -> Exit:
        return self._room.run(command)


class Rooms:
    """Spots for as many cases at a time as there are; more wait."""

    def __init__(self, spots: list[Spot]) -> None:
        self._free: queue.SimpleQueue[Spot] = queue.SimpleQueue()
        for spot in spots:
            self._free.put(spot)

    @contextlib.contextmanager
    def spot(self) -> Iterator[Spot]:
        spot = self._free.get()
        try:
            yield spot
        finally:
            self._free.put(spot)


@contextlib.contextmanager
def open_rooms(sandbox: Sandbox, assignment: Assignment, count: int) -> Iterator[Rooms]:
    """`count` rooms, each started when its first case comes."""
    limits = run_limits(assignment, assignment.limits.time_s, 0)
    runner, library = natives.runner_program(), natives.library_folder()
    shown = (Bind(source=runner, target=str(runner)), Bind(source=library, target=str(library)))
    with contextlib.ExitStack() as stack:
        spots = []
        for _ in range(count):
            folder = short_folder()
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            folder.chmod(0o711)  # the sandbox's user may enter, others can't list
            room = stack.enter_context(sandbox.room((*shown, Bind(source=folder, target=str(folder))), limits))
            spots.append(Spot(folder, room))
        yield Rooms(spots)
