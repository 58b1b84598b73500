"""The scalar oracle's machine: threads as generators, one at a time, that meet only at barriers and warp-wide operations.

A thread yields `BARRIER`, or a `Meeting` of the lanes of a mask, whose answer it is sent. Threads run in order of their index, which must
not matter: the programs have no races.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

REGISTERS = {"h": 4, "r": 8, "d": 4, "p": 4}
OWN_BYTES = 64  # of global memory, each thread's own
LOCAL_BYTES = 64
MINE_BYTES = 32  # of shared memory
BARRIER = object()
Steps = Generator[Any, Any, None]


@dataclass(frozen=True)
class Meeting:
    """A warp-wide operation that this lane has come to. `combine`: payloads by lane -> answers by lane."""

    place: int
    mask: int
    payload: Any
    combine: Callable[[dict[int, Any]], dict[int, Any]]


class Exit(Exception):
    """The thread has ended."""


class Leave(Exception):
    """Out of the innermost loop."""


class Thread:
    """Registers and memory of one thread, and how many PTX instructions it executed."""

    def __init__(self, block: Block, index: int) -> None:
        self.block, self.index = block, index
        self.lane = index & 31
        self.regs: dict[str, list[int]] = {pool: [0] * n for pool, n in REGISTERS.items()}
        self.own = bytearray(OWN_BYTES)
        self.local = bytearray(LOCAL_BYTES)
        self.mine = bytearray(MINE_BYTES)
        first = index & ~31
        self.mask = (1 << min(32, block.size - first)) - 1  # lanes that are here for certain
        self.executed = 0


@dataclass
class Grid:
    """What all threads see."""

    table: bytes
    constants: bytes
    scalars: bytes
    accumulators: list[int]


class Block:
    def __init__(self, grid: Grid, index: int, size: int, slots: int) -> None:
        self.grid, self.index, self.size = grid, index, size
        self.exchange = [0] * size
        self.accumulators = [0] * slots  # in shared memory
        self.grid_shared = bytes(8 * slots)  # what thread 0 has copied out of them
        self.threads = [Thread(self, i) for i in range(size)]

    def run(self, steps_of: Callable[[Thread], Steps]) -> None:
        """All threads to their ends."""
        running = {t.index: steps_of(t) for t in self.threads}
        answers: dict[int, Any] = {}
        ready = list(running)
        at_barrier: list[int] = []
        meetings: dict[tuple[int, int, int], dict[int, Meeting]] = {}
        while running:
            for index in ready:
                try:
                    said = running[index].send(answers.pop(index, None))
                except (StopIteration, Exit):
                    del running[index]
                    continue
                if said is BARRIER:
                    at_barrier.append(index)
                else:
                    meetings.setdefault((index >> 5, said.place, said.mask), {})[index & 31] = said
            ready = []
            for key, came in list(meetings.items()):
                if sum(1 << lane for lane in came) == key[2]:
                    results = came[min(came)].combine({lane: meeting.payload for lane, meeting in came.items()})
                    for lane in came:
                        answers[key[0] * 32 + lane] = results[lane]
                        ready.append(key[0] * 32 + lane)
                    del meetings[key]
            if not ready and running:
                assert len(at_barrier) == len(running), "the generated program waits for ever: a fault of the generator"
                ready, at_barrier = at_barrier, []
            ready.sort()
