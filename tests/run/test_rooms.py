"""Rooms: a case has one to itself, more cases than rooms wait, and of the folders nothing is left; with a sandbox that only notes."""

from __future__ import annotations

import os
import stat
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader import natives
from grader.assignment import Assignment, load_assignment
from grader.records import Exit, Isolation
from grader.run.commands import run_limits
from grader.run.rooms import Rooms, Spot, open_rooms
from grader.sandbox.contract import Bind, Command, Limits
from tests import scale_course as course


class Noted:
    """A room: what was asked of it, and whether it is still open."""

    def __init__(self, binds: tuple[Bind, ...], limits: Limits) -> None:
        self.binds, self.limits = binds, limits
        self.commands: list[Command] = []
        self.open = True

    @property
    def folder(self) -> Path:
        return self.binds[-1].source

    def run(self, command: Command) -> Exit:
        assert self.open
        self.commands.append(command)
        return Exit(cause="exited", code=len(self.commands))


class NotingSandbox:
    """`most`: the room after that many can't be had."""

    name = "noting"

    def __init__(self, most: int = 99) -> None:
        self.rooms: list[Noted] = []
        self._most = most

    def isolation(self) -> Isolation:
        return Isolation(level="none")

    @contextmanager
    def room(self, binds: tuple[Bind, ...], limits: Limits) -> Iterator[Noted]:
        made = Noted(binds, limits)
        self.rooms.append(made)
        assert made.folder.is_dir()
        if len(self.rooms) > self._most:
            raise ZeroDivisionError
        try:
            yield made
        finally:
            assert made.folder.is_dir(), "the folder is a room's until it is left"
            made.open = False

    def run(self, command: Command) -> Exit:
        raise AssertionError("cases run in rooms")


@pytest.fixture(scope="module")
def scale() -> Iterator[Assignment]:
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        yield load_assignment(course.write_course(Path(made)))


def test_what_a_room_shows(scale: Assignment) -> None:
    sandbox = NotingSandbox()
    with open_rooms(sandbox, scale, 2):
        for room in sandbox.rooms:
            assert [bind.source for bind in room.binds] == [natives.runner_program(), natives.library_folder(), room.folder]
            assert all(bind.target == str(bind.source) for bind in room.binds), "at the same place"
            assert not any(bind.writable or bind.device for bind in room.binds)
            assert room.limits == run_limits(scale, scale.limits.time_s, 0)
            status = room.folder.stat()
            assert stat.S_IMODE(status.st_mode) == 0o711, "the sandbox's user may enter, others can't list"
            assert status.st_uid == os.geteuid()
    assert len({room.folder for room in sandbox.rooms}) == 2, "each case sees its own"


def test_a_spot_runs_in_the_room_that_shows_its_folder(scale: Assignment) -> None:
    sandbox = NotingSandbox()
    with open_rooms(sandbox, scale, 2) as rooms, rooms.spot() as one, rooms.spot() as other:
        assert one is not other
        for spot, name in ((one, "a"), (other, "b"), (one, "c")):
            command = Command(argv=(name,))
            ended = spot.run(command)
            (room,) = [room for room in sandbox.rooms if room.folder == spot.folder]
            assert room.commands[-1] is command and ended.code == len(room.commands)
    assert sorted(len(room.commands) for room in sandbox.rooms) == [1, 2]


def test_more_cases_than_rooms_wait(scale: Assignment) -> None:
    held: set[Path] = set()
    used: list[Path] = []
    most = 0
    lock = threading.Lock()

    def case(rooms: Rooms) -> Path:
        nonlocal most
        with rooms.spot() as spot:
            with lock:
                assert spot.folder not in held, "two cases in one room"
                held.add(spot.folder)
                most = max(most, len(held))
            time.sleep(0.01)
            with lock:
                held.remove(spot.folder)
            return spot.folder

    sandbox = NotingSandbox()
    with open_rooms(sandbox, scale, 3) as rooms:
        cases = [threading.Thread(target=lambda: used.append(case(rooms)), daemon=True) for _ in range(24)]
        for each in cases:
            each.start()
        for each in cases:
            each.join(10)
            assert not each.is_alive(), "it waits for a spot that nobody gave back"
    assert len(used) == 24 and most == 3 and len(sandbox.rooms) == 3
    assert set(used) == {room.folder for room in sandbox.rooms}


def test_a_case_that_fails_gives_its_spot_back(scale: Assignment) -> None:
    def next_one(rooms: Rooms, got: list[Spot]) -> None:
        with rooms.spot() as spot:
            got.append(spot)

    with open_rooms(NotingSandbox(), scale, 1) as rooms:
        with pytest.raises(ZeroDivisionError), rooms.spot() as first:
            raise ZeroDivisionError
        got: list[Spot] = []
        waiting = threading.Thread(target=next_one, args=(rooms, got), daemon=True)  # one that would wait without end
        waiting.start()
        waiting.join(10)
        assert got == [first]


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_is_left_at_the_end(scale: Assignment, fails: bool) -> None:
    sandbox = NotingSandbox()

    def cases() -> None:
        with open_rooms(sandbox, scale, 2) as rooms, rooms.spot() as spot:
            (spot.folder / "job").mkdir()
            (spot.folder / "job" / "input").write_bytes(b"secret")
            if fails:
                raise ZeroDivisionError

    if fails:
        with pytest.raises(ZeroDivisionError):
            cases()
    else:
        cases()
    assert [(room.open, room.folder.exists()) for room in sandbox.rooms] == [(False, False)] * 2


def test_a_room_that_cannot_be_had_leaves_nothing_of_the_others(scale: Assignment) -> None:
    sandbox = NotingSandbox(most=2)
    with pytest.raises(ZeroDivisionError), open_rooms(sandbox, scale, 3):
        raise AssertionError("there is no third")
    assert [room.folder.exists() for room in sandbox.rooms] == [False] * 3
    assert [room.open for room in sandbox.rooms[:2]] == [False] * 2
