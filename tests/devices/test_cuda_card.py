"""The card process's side of the conversation, spoken to directly: what it hears, what it times, whom it drops. The card is an array."""

from __future__ import annotations

import os
import select
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from grader.devices.contract import GONE, LOAD, Plan, PlannedCall
from grader.devices.cuda.card import Card
from grader.devices.record import DeviceRecord

COPY_S = 0.03
VALUES = b"\x01\x02\x03\x04"


class ArrayCuda:
    """The few calls of the runtime over host memory; copies on the card take their time."""

    def __init__(self) -> None:
        self._memory = bytearray(16 << 20)
        self._end = 4096

    def allocate(self, size: int) -> int:
        self._end += size
        return self._end - size

    def allocate_from(self, pool: int, size: int) -> int:
        return self.allocate(size)

    def write(self, address: int, data: bytes) -> None:
        self._memory[address : address + len(data)] = data

    def read(self, address: int, size: int) -> bytes:
        return bytes(self._memory[address : address + size])

    def copy(self, to: int, source: int, size: int) -> None:
        time.sleep(COPY_S)
        self.write(to, self.read(source, size))

    def fill(self, address: int, value: int, size: int) -> None: ...

    def synchronize(self) -> None: ...

    def attribute(self, which: int) -> int:
        return 1024

    def name(self) -> str:
        return "Array"

    def create_pool(self) -> int:
        return 1

    def export_pool(self, pool: int) -> int:
        return os.open(os.devnull, os.O_RDONLY)

    def export_pointer(self, address: int) -> bytes:
        return bytes(64)


class Conversation:
    """A card process in a thread, and the guests' ends of its sockets."""

    def __init__(self, folder: Path, plan: Plan, absent: str = "") -> None:
        (folder / "Y.0").write_bytes(VALUES)
        sockets = {guest: str(folder / guest) for guest in plan.guests}
        self._card = Card(ArrayCuda(), plan, folder, folder, sockets)  # type: ignore[arg-type]
        self._out, self._judge = os.pipe()
        self._thread = threading.Thread(target=self._card.serve, args=(self._out,))
        self._thread.start()
        self._guests = {guest: socket.socket(socket.AF_UNIX) for guest in plan.guests if guest != absent}
        for guest, end in self._guests.items():
            end.settimeout(20)
            end.connect(sockets[guest])
        self._ended = False

    def say(self, *lines: str, guest: str = "student") -> None:
        """Lines, without waiting for what comes back."""
        try:
            self._guests[guest].sendall("".join(f"{line}\n" for line in lines).encode())
        except BrokenPipeError:
            assert self.dropped(guest)

    def ask(self, *lines: str, guest: str = "student") -> None:
        """Each line and its answer."""
        for line in lines:
            self.say(line, guest=guest)
            size = {"open": 72, "note": 0, "took": 0}.get(line.split()[0], 1)
            got = self._guests[guest].recv(size, socket.MSG_WAITALL) if size else b""
            assert len(got) == size, line

    def hear(self, guest: str) -> None:
        assert self._guests[guest].recv(1) == b"g"

    def silent(self, guest: str) -> bool:
        """Whether nothing comes for this guest for a moment."""
        return not select.select([self._guests[guest]], [], [], 0.1)[0]

    def dropped(self, guest: str = "student") -> bool:
        try:
            while self._guests[guest].recv(4096):
                pass
        except ConnectionError:
            pass
        return True  # else the receive times out

    def leave(self, guest: str) -> None:
        self._guests[guest].close()

    def judge(self, line: str) -> None:
        os.write(self._judge, f"{line}\n".encode())

    def end(self) -> DeviceRecord:
        if not self._ended:
            self._ended = True
            os.close(self._judge)
            self._thread.join(20)
            for end in self._guests.values():
                end.close()
            os.close(self._out)
        return self._card.record()


def plan(guests: Sequence[str] = ("student",), beats: int = 0, **more: object) -> Plan:
    calls = tuple(PlannedCall(id=number, values={"Y": "Y.0"}) for number in (0, 1))
    return msgspec.structs.replace(Plan(buffers={"Y": 4}, outputs=("Y",), calls=calls, guests=tuple(guests), beats=beats), **more)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        yield Path(made)


@pytest.fixture
def meet(folder: Path):
    made: list[Conversation] = []

    def start(of: Plan, absent: str = "") -> Conversation:
        made.append(Conversation(folder, of, absent))
        return made[-1]

    yield start
    for each in made:
        each.end()


OPENED = ("pool", "mark setup", "open Y")
CALL = ("mark call:0", "note return:0:0", "mark sync:0:0")
NEXT = ("mark call:1", "note return:1:0", "mark sync:1:0", "took 1 2000")


def test_a_runners_words_become_marks_times_and_outputs(meet, folder):
    talk = meet(plan())
    talk.ask(*OPENED, "mark load", *CALL, "took 0 5000.5", *NEXT, "mark done")
    record = talk.end()
    said = ("setup", "load", "call:0", "return:0:0", "sync:0:0", "call:1", "return:1:0", "sync:1:0", "done")
    assert record.marks == said
    assert [(each.call, each.event_s) for each in record.timed] == [(0, pytest.approx(5000.5e-9)), (1, pytest.approx(2000e-9))]
    assert (folder / "Y.0.bin").read_bytes() == (folder / "Y.1.bin").read_bytes() == VALUES


def test_the_clock_stops_when_the_outputs_are_kept(meet):
    """In a beat as in a call, so that what is computed after an early word isn't free and what the copies cost is nobody's time."""
    talk = meet(plan(beats=1))
    talk.ask(*OPENED, "mark beat", "mark beaten", "mark load", *CALL)
    record = talk.end()
    assert record.overhead_s[0] >= COPY_S and record.timed[0].wall_s >= COPY_S


@pytest.mark.parametrize("took", ["nan", "inf", "-5", "1e999", "soon"])
def test_what_is_no_time_is_not_kept(meet, took):
    talk = meet(plan())
    talk.ask(*OPENED, "mark load", *CALL, f"took 0 {took}", *NEXT, "mark done")
    record = talk.end()
    assert [each.event_s for each in record.timed] == [0.0, pytest.approx(2000e-9)]
    assert record.marks[-1] == "done", "nobody is dropped for it"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(("mark call:0",), id="the call again, with a new clock"),
        pytest.param(("note return:0:0", "mark sync:0:0", "mark sync:0:0"), id="done again"),
        pytest.param(("mark sync:0:0",) * 5000, id="done without a return, without end"),
        pytest.param(("mark beat",), id="a beat when the program is loaded"),
        pytest.param(("took 0 1",), id="a time before there is one"),
        pytest.param(("took 1 1",), id="a time of another call"),
        pytest.param(("pool",), id="the pool again"),
        pytest.param(("open Z",), id="no buffer"),
        pytest.param(("note return:0:0", "mark sync:0:0", "mark call:1", "note return:1:0"), id="returned before the call was let go"),
        pytest.param(("note return:0:0", "mark sync:0:700", "mark call:1"), id="on after a failure of the device"),
    ],
)
def test_who_leaves_the_runners_text_isnt_heard_any_more(meet, said):
    talk = meet(plan(beats=1))
    talk.ask(*OPENED, "mark beat", "mark beaten", "mark load", "mark call:0")
    talk.say(*said)
    assert talk.dropped()
    record = talk.end()
    assert record.marks[-1].startswith("refused:") and len(record.marks) < 12
    assert len(record.timed) <= 1 and len(record.overhead_s) == 1


def test_a_call_that_the_device_failed_is_the_last(meet):
    talk = meet(plan())
    talk.ask(*OPENED, "mark load", "mark call:0", "note return:0:0", "mark sync:0:700", "mark done")
    assert talk.end().marks[-2:] == ("sync:0:700", "done")


def test_a_guest_has_gone_when_the_judge_says_so_and_not_when_it_falls_silent(meet):
    """It could go on and hold up whom we time after it."""
    order = (("student", LOAD), ("reference", LOAD), ("student", 0), ("student", GONE), ("reference", 1))
    talk = meet(plan(guests=("student", "reference"), order=order, timed=True))
    for guest in ("student", "reference"):
        talk.ask(*OPENED, guest=guest)
    talk.say("mark load", guest="reference")
    talk.ask("mark load", *CALL)
    talk.hear("reference")
    talk.say("mark call:1", guest="reference")
    talk.leave("student")
    assert talk.silent("reference")
    talk.judge("left student")
    talk.hear("reference")
    talk.ask(*NEXT[1:], guest="reference")
    assert [(each.guest, each.call) for each in talk.end().timed] == [("student", 0), ("reference", 1)]


def test_a_guest_that_never_came_is_not_waited_for(meet):
    order = (("student", LOAD), ("reference", LOAD), ("student", 0), ("reference", 1))
    talk = meet(plan(guests=("student", "reference"), order=order), absent="student")
    talk.judge("left student")
    talk.ask(*OPENED, "mark load", *NEXT, guest="reference")
    assert [each.guest for each in talk.end().timed] == ["reference"]
