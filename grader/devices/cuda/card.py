"""The card process: `python -m grader.devices.cuda.card --plan FILE --inputs DIR --record DIR --library FILE GUEST=SOCKET …`.

The trusted owner of the card's memory. It makes every buffer, loads each call's values at the same addresses, lets a guest (a runner in its
sandbox) go, and reads the outputs itself when the guest says that it is done. It is a process of its own so that the judge never becomes a
client of CUDA. Prints `ready`; ends when its standard input does; leaves device.json and the outputs in the record's folder.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import selectors
import sys
import time
from collections import deque
from pathlib import Path

import msgspec

from grader.devices.contract import GONE, LOAD, Plan
from grader.devices.cuda.guests import Guest
from grader.devices.cuda.runtime import L2_BYTES, Cuda, CudaError
from grader.devices.record import DeviceFinding, DeviceRecord, TimedCall

FAILED = 3
_CALL = re.compile(r"call:(\d{1,9})")
_SYNC = re.compile(r"sync:(\d{1,9}):-?\d+")
_LEFT = re.compile(r"left (\w+)")
NOT_SEEN = "a real GPU doesn't show it; grade on the emulated one to see it"
BLIND = ("counters", "kernels", "transfers", "launches", "memcheck", "racecheck", "initcheck", "synccheck", "leak", "time")


class Card:
    """One session: the plan, the guests and what was seen of them."""

    def __init__(self, cuda: Cuda, plan: Plan, inputs: Path, record: Path, sockets: dict[str, str]) -> None:
        self._cuda, self._plan, self._inputs, self._record = cuda, plan, inputs, record
        self._calls = {call.id: call for call in plan.calls}
        self._values: dict[str, bytes] = {}
        self._order = deque(plan.order)
        self._started_s: dict[str, float] = {}  # guest -> when it was let go
        self._findings: list[DeviceFinding] = []
        self._timed: list[TimedCall] = []
        self._overhead_s: list[float] = []
        self._guests = {name: Guest(cuda, name, sockets[name], plan) for name in plan.guests}
        self._flush_bytes = 2 * cuda.attribute(L2_BYTES) if plan.timed else 0
        self._flush = cuda.allocate(self._flush_bytes) if self._flush_bytes else 0
        self._snapshots = {name: cuda.allocate(plan.buffers[name]) for name in plan.outputs}
        cuda.synchronize()  # allocation from a pool is in stream order

    def serve(self, end: int) -> None:
        """Until the judge, on the descriptor `end`, has nothing more to say. A line of it: `left GUEST`."""
        with selectors.DefaultSelector() as ready:
            ready.register(end, selectors.EVENT_READ)
            for guest in self._guests.values():
                ready.register(guest.listener, selectors.EVENT_READ, guest)
            ended = False
            said = b""
            while True:
                events = ready.select(0 if ended else None)
                if ended and not events:
                    return  # all that the guests had said is heard
                for key, _ in events:
                    if key.data is None:
                        more = os.read(end, 4096)
                        *whole, said = (said + more).split(b"\n")
                        for line in whole:
                            self._left(line.decode("ascii", "replace"), ready)
                        ended = not more
                        if ended:
                            ready.unregister(end)
                    elif key.data.gone:
                        continue  # of this very round
                    elif key.fileobj is key.data.listener:
                        ready.unregister(key.fileobj)
                        ready.register(key.data.welcome(), selectors.EVENT_READ, key.data)
                    else:
                        for line in key.data.lines():
                            if not self._hear(key.data, line):
                                break
                        if key.data.gone:
                            ready.unregister(key.fileobj)
                self._take_turns()

    def _left(self, line: str, ready: selectors.BaseSelector) -> None:
        """The judge says that a guest's process has ended. What it had said before is heard, should it be of use."""
        if (left := _LEFT.fullmatch(line)) is None or (guest := self._guests.get(left[1])) is None:
            return
        guest.ended = True
        if guest.connection is None and not guest.gone:
            ready.unregister(guest.listener)
            guest.leave()

    def _hear(self, guest: Guest, line: str) -> bool:
        """False if there is nothing more to be heard of this guest."""
        if not guest.accept(line):
            return False
        verb, _, rest = line.partition(" ")
        if verb == "pool":
            guest.send_pool()
        elif verb == "open":
            guest.send_buffer(rest)
        elif verb == "took":
            guest.took(rest.split())
        elif verb == "note":
            guest.note(rest)
        elif verb == "mark":
            self._mark(guest, rest)
        return not guest.gone

    def _mark(self, guest: Guest, phase: str) -> None:
        if phase == "beat":
            self._let_go(guest)
            return
        if phase == "beaten":
            self._overhead_s.append(self._snapshot(guest))
            guest.go()
            return
        guest.note(phase)
        if done := _SYNC.fullmatch(phase):
            self._timed.append(TimedCall(guest=guest.name, call=int(done[1]), wall_s=self._snapshot(guest)))
            self._look(guest, int(done[1]))
            if self._order and self._order[0] == (guest.name, int(done[1])):
                self._order.popleft()
            guest.go()
        elif _CALL.fullmatch(phase) or (phase == "load" and self._plan.order):
            guest.waiting = phase
        else:
            guest.go()

    def _take_turns(self) -> None:
        """Lets the guests go on whose turn it is."""
        while self._order:
            name, call = self._order[0]
            guest = self._guests[name]
            over = guest.ended if call == GONE else guest.gone  # who has only fallen silent may still be busy with the card
            if over or (call == LOAD and guest.waiting == "load" and self._all_here()):
                if guest.waiting:
                    guest.go()
                self._order.popleft()
                continue
            if guest.waiting == f"call:{call}":
                self._start(guest, call)
            break  # it is at work, hasn't come so far yet, or is to end first (GONE)
        named = {name for name, _ in self._order}
        for guest in self._guests.values():  # whom the order says nothing about (any more)
            if guest.waiting and guest.name not in named:
                if number := _CALL.fullmatch(guest.waiting):
                    self._start(guest, int(number[1]))
                else:
                    guest.go()

    def _all_here(self) -> bool:
        """Nobody is still on the way: starting a process on the card would disturb whom we time."""
        return all(guest.gone or guest.loaded or guest.waiting == "load" for guest in self._guests.values())

    def _start(self, guest: Guest, number: int) -> None:
        call = self._calls.get(number)
        for name, buffer in guest.buffers.items():
            buffer.load(self._file(call.values[name]) if call is not None and name in call.values else None)
        if self._flush:
            self._cuda.fill(self._flush, number & 0xFF, self._flush_bytes)
        self._cuda.synchronize()
        self._let_go(guest)

    def _let_go(self, guest: Guest) -> None:
        self._started_s[guest.name] = time.perf_counter()
        guest.go()

    def _snapshot(self, guest: Guest) -> float:
        """Keeps the outputs as they are now; seconds since the guest was let go. The clock stops when they are kept, not when the guest
        says that they are there: what it computes meanwhile is computed in its time. The copies cost a beat as much as a call."""
        for name, place in self._snapshots.items():
            self._cuda.copy(place, guest.buffers[name].address, guest.buffers[name].size)
        self._cuda.synchronize()
        return time.perf_counter() - self._started_s[guest.name]

    def _file(self, name: str) -> bytes:
        if len(self._plan.guests) == 1:
            return (self._inputs / name).read_bytes()
        if name not in self._values:  # each guest needs it in turn: kept for the other one
            if len(self._values) > 4 * len(self._plan.buffers):
                self._values.clear()
            self._values[name] = (self._inputs / name).read_bytes()
        return self._values[name]

    def _look(self, guest: Guest, number: int) -> None:
        """Records the student's outputs, if they are to be kept, and what lies beside the buffers."""
        if guest.name != self._plan.guests[0]:
            return
        for name, place in self._snapshots.items() if self._calls[number].keep else ():
            (self._record / f"{name}.{number}.bin").write_bytes(self._cuda.read(place, self._plan.buffers[name]))
        for buffer in guest.buffers.values():
            self._findings += buffer.trespass(f"call:{number}")

    def record(self) -> DeviceRecord:
        student = self._guests[self._plan.guests[0]]
        timed = tuple(msgspec.structs.replace(each, event_s=self._guests[each.guest].events_s.get(each.call, 0.0)) for each in self._timed)
        return DeviceRecord(
            profile=self._cuda.name(),
            threads=0,
            findings=tuple(self._findings),
            marks=tuple(student.marks),
            not_measured=dict.fromkeys(BLIND, NOT_SEEN),
            timed=timed,
            overhead_s=tuple(self._overhead_s),
        )


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("plan", "inputs", "record", "library"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("guests", nargs="+", metavar="GUEST=SOCKET")
    options = parser.parse_args()
    sockets = dict(guest.split("=", 1) for guest in options.guests)
    try:
        plan = msgspec.json.decode(options.plan.read_bytes(), type=Plan)
        card = Card(Cuda(options.library), plan, options.inputs, options.record, sockets)
        print("ready", flush=True)
        card.serve(sys.stdin.fileno())
        written = options.record / "device.json.new"
        written.write_text(json.dumps(msgspec.to_builtins(card.record()), allow_nan=False), encoding="utf-8")
        written.rename(options.record / "device.json")
    except (CudaError, OSError, ValueError, msgspec.MsgspecError) as error:
        print(f"card: {error}", file=sys.stderr)
        return FAILED
    return 0


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # the driver's own clean-up may wait for a guest's kernel; the kernel's does not
