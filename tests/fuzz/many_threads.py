"""Statements in which threads meet: exchanges, shuffles, votes, matches, reductions. See `statements`."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fuzz.accesses import updated
from tests.fuzz.bits import wrap
from tests.fuzz.machine import BARRIER, Meeting, Steps, Thread
from tests.fuzz.statements import Register, Statement, Writer, read, text, write


@dataclass
class Exchange(Statement):
    """Every thread leaves a word in shared memory and takes the one of another, with barriers around. Needs all threads."""

    source: Register
    target: Register
    distance: int
    barrier: str = "bar.sync 0;"

    def emit(self, w: Writer, mask: str) -> None:
        w.op(self.barrier)
        w.op(f"st.shared.b32 [%xch], {text(self.source)};")
        w.op(self.barrier)
        w.op(f"add.u32 %ti, %me, {self.distance};")
        w.op("rem.u32 %ti, %ti, %size;")
        w.op("mul.wide.u32 %ta, %ti, 4;")
        w.op("add.u64 %ta, %xch0, %ta;")
        w.op(f"ld.shared.b32 {text(self.target)}, [%ta];")

    def steps(self, t: Thread) -> Steps:
        t.executed += 8
        yield BARRIER
        t.block.exchange[t.index] = read(t, self.source)
        yield BARRIER
        write(t, self.target, t.block.exchange[(t.index + self.distance) % t.block.size])


@dataclass
class Shuffle(Statement):
    """shfl.sync among the lanes that are here. `first`: from the lowest of them; otherwise all 32 must be."""

    mode: str  # up down bfly idx, or first
    source: Register
    target: Register
    lane: int
    clamp: int
    predicate: int  # that tells whether the source was in range

    def emit(self, w: Writer, mask: str) -> None:
        lane, clamp, mode = str(self.lane), self.clamp, self.mode
        if mode == "first":
            w.op(f"brev.b32 %ti, {mask};")
            w.op("bfind.shiftamt.u32 %ti, %ti;")
            lane, clamp, mode = "%ti", 0x1F, "idx"
        w.op(f"shfl.sync.{mode}.b32 {text(self.target)}|%p{self.predicate}, {text(self.source)}, {lane}, {clamp:#x}, {mask};")

    def steps(self, t: Thread) -> Steps:
        t.executed += 3 if self.mode == "first" else 1
        got, inside = yield Meeting(id(self), t.mask, read(t, self.source), self._combine)
        write(t, self.target, got)
        write(t, ("p", self.predicate), inside)

    def _combine(self, values: dict[int, int]) -> dict[int, tuple[int, int]]:
        out = {}
        for lane, mine in values.items():
            if self.mode == "first":
                out[lane] = (values[min(values)], 1)
                continue
            segment, bound = self.clamp >> 8 & 31, self.clamp & 31
            top = (lane & segment) | (bound & ~segment)
            j, inside = {
                "up": (lane - self.lane, lane - self.lane >= top),
                "down": (lane + self.lane, lane + self.lane <= top),
                "bfly": (lane ^ self.lane, lane ^ self.lane <= top),
                "idx": ((lane & segment) | (self.lane & ~segment & 31), ((lane & segment) | (self.lane & ~segment & 31)) <= top),
            }[self.mode]
            out[lane] = (values[j] if inside else mine, int(inside))
        return out


@dataclass
class Vote(Statement):
    mode: str  # all any uni ballot
    predicate: int
    negated: bool
    target: Register

    def emit(self, w: Writer, mask: str) -> None:
        kind = "b32" if self.mode == "ballot" else "pred"
        w.op(f"vote.sync.{self.mode}.{kind} {text(self.target)}, {'!' if self.negated else ''}%p{self.predicate}, {mask};")

    def steps(self, t: Thread) -> Steps:
        t.executed += 1
        answer = yield Meeting(id(self), t.mask, t.regs["p"][self.predicate] ^ self.negated, self._combine)
        write(t, self.target, answer)

    def _combine(self, values: dict[int, int]) -> dict[int, int]:
        got = list(values.values())
        result = {
            "all": int(all(got)),
            "any": int(any(got)),
            "uni": int(len(set(got)) == 1),
            "ballot": sum(x << lane for lane, x in values.items()),
        }[self.mode]
        return dict.fromkeys(values, result)


@dataclass
class Match(Statement):
    """match.sync on the low bits of a register, so that lanes do match."""

    everyone: bool
    kind: str
    source: Register
    bits: int
    target: Register
    predicate: int

    def emit(self, w: Writer, mask: str) -> None:
        temporary = "%td" if self.kind == "b64" else "%ti"
        w.op(f"and.{self.kind} {temporary}, {text(self.source)}, {(1 << self.bits) - 1:#x};")
        if self.everyone:
            w.op(f"match.all.sync.{self.kind} {text(self.target)}|%p{self.predicate}, {temporary}, {mask};")
        else:
            w.op(f"match.any.sync.{self.kind} {text(self.target)}, {temporary}, {mask};")

    def steps(self, t: Thread) -> Steps:
        t.executed += 2
        lanes = yield Meeting(id(self), t.mask, wrap(read(t, self.source), self.bits), self._combine)
        write(t, self.target, lanes)
        if self.everyone:
            write(t, ("p", self.predicate), int(lanes != 0))

    def _combine(self, values: dict[int, int]) -> dict[int, int]:
        if self.everyone:
            same = len(set(values.values())) == 1
            return dict.fromkeys(values, sum(1 << lane for lane in values) if same else 0)
        return {lane: sum(1 << other for other, y in values.items() if y == x) for lane, x in values.items()}


@dataclass
class Reduce(Statement):
    op: str
    kind: str
    source: Register
    target: Register

    def emit(self, w: Writer, mask: str) -> None:
        w.op(f"redux.sync.{self.op}.{self.kind} {text(self.target)}, {text(self.source)}, {mask};")

    def steps(self, t: Thread) -> Steps:
        t.executed += 1
        answer = yield Meeting(id(self), t.mask, read(t, self.source), self._combine)
        write(t, self.target, answer)

    def _combine(self, values: dict[int, int]) -> dict[int, int]:
        rest = list(values.values())
        result = rest.pop()
        for x in rest:
            result = updated(self.op, self.kind, result, x)
        return dict.fromkeys(values, result)
