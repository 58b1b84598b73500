"""Statements that hold others or lead elsewhere: branches, loops, calls, exits. See `statements`."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fuzz.bits import signed, wrap
from tests.fuzz.machine import Exit, Leave, Meeting, Steps, Thread
from tests.fuzz.statements import WIDTH, Register, Statement, Writer, emit, read, run, text, write


@dataclass
class If(Statement):
    """`meets`: the lanes vote first who goes where, so that each side knows its own mask."""

    predicate: int
    negated: bool
    then: list[Statement]
    otherwise: list[Statement]
    meets: bool

    def bodies(self) -> list[list[Statement]]:
        return [self.then, self.otherwise]

    def emit(self, w: Writer, mask: str) -> None:
        condition = f"{'!' if self.negated else ''}%p{self.predicate}"
        opposite = f"{'' if self.negated else '!'}%p{self.predicate}"
        inner = rest = "%nobody"
        if self.meets:
            inner, rest = w.fresh_mask(), w.fresh_mask()
            w.op(f"vote.sync.ballot.b32 {inner}, {condition}, {mask};")
            w.op(f"not.b32 {rest}, {inner};")
            w.op(f"and.b32 {rest}, {rest}, {mask};")
        end = w.fresh("END")
        if not self.otherwise:
            w.op(f"@{opposite} bra {end};")
            emit(self.then, w, inner)
        else:
            other = w.fresh("ELSE")
            w.op(f"@{opposite} bra {other};")
            emit(self.then, w, inner)
            w.op(f"bra {end};")
            w.label(other)
            emit(self.otherwise, w, rest)
        w.label(end)

    def steps(self, t: Thread) -> Steps:
        taken = t.regs["p"][self.predicate] ^ self.negated
        t.executed += 1
        outer = t.mask
        if self.meets:
            t.executed += 3
            inner = yield Meeting(id(self), t.mask, taken, _ballot)
            t.mask = inner if taken else outer & ~inner
        if taken:
            yield from run(self.then, t)
            t.executed += bool(self.otherwise)
        else:
            yield from run(self.otherwise, t)
        t.mask = outer


def _ballot(values: dict[int, int]) -> dict[int, int]:
    return dict.fromkeys(values, sum(x << lane for lane, x in values.items()))


@dataclass
class Loop(Statement):
    """At most `most` turns; `trips` is a register whose low bits say how many, or -1: all of them, in all threads."""

    number: int  # of the counter's register: nesting depth
    trips: int
    most: int
    body: list[Statement]
    meets: bool

    def bodies(self) -> list[list[Statement]]:
        return [self.body]

    def emit(self, w: Writer, mask: str) -> None:
        n = self.number
        w.op(f"mov.u32 %i{n}, 0;")
        w.op(f"and.b32 %n{n}, %r{self.trips}, {self.most};" if self.trips >= 0 else f"mov.u32 %n{n}, {self.most};")
        inner = "%nobody" if self.trips >= 0 else mask
        if self.meets:
            inner = w.fresh_mask()
            w.op(f"mov.b32 {inner}, {mask};")
        head, end = w.fresh("LOOP"), w.fresh("END")
        w.label(head)
        w.op(f"setp.lt.u32 %tp, %i{n}, %n{n};")
        if self.meets:
            w.op(f"vote.sync.ballot.b32 {inner}, %tp, {inner};")
        w.op(f"@!%tp bra {end};")
        self._emit_body(w, inner, end)
        w.op(f"add.u32 %i{n}, %i{n}, 1;")
        w.op(f"bra{'' if self.trips >= 0 else '.uni'} {head};")
        w.label(end)

    def _emit_body(self, w: Writer, mask: str, end: str) -> None:
        for statement in self.body:
            if isinstance(statement, Break):
                statement.emit_to(w, end)
            else:
                statement.emit(w, mask)

    def steps(self, t: Thread) -> Steps:
        outer = t.mask
        trips = t.regs["r"][self.trips] & self.most if self.trips >= 0 else self.most
        t.executed += 3 if self.meets else 2
        try:
            for turn in range(trips + 1):
                t.executed += 3 if self.meets else 2
                if self.meets:
                    t.mask = yield Meeting(id(self), t.mask, int(turn < trips), _ballot)
                if turn == trips:
                    break
                yield from run(self.body, t)
                t.executed += 2
        except Leave:
            pass
        t.mask = outer


@dataclass
class Break(Statement):
    """Out of the loop in whose body it stands, which must not meet."""

    predicate: int

    def emit_to(self, w: Writer, end: str) -> None:
        w.op(f"@%p{self.predicate} bra {end};")

    def steps(self, t: Thread) -> Steps:
        t.executed += 1
        if t.regs["p"][self.predicate]:
            raise Leave
        return
        yield


@dataclass
class Switch(Statement):
    """An indexed branch over a register's low two bits."""

    selector: int
    cases: list[list[Statement]]  # four

    def bodies(self) -> list[list[Statement]]:
        return self.cases

    def emit(self, w: Writer, mask: str) -> None:
        table, end = w.fresh("TABLE"), w.fresh("END")
        labels = [w.fresh("CASE") for _ in self.cases]
        w.op(f"and.b32 %ti, %r{self.selector}, 3;")
        w.lines.append(f"{table}: .branchtargets {', '.join(labels)};")
        w.op(f"brx.idx %ti, {table};")
        for label, body in zip(labels, self.cases, strict=True):
            w.label(label)
            emit(body, w, "%nobody")
            w.op(f"bra {end};")
        w.label(end)

    def steps(self, t: Thread) -> Steps:
        t.executed += 3
        yield from run(self.cases[t.regs["r"][self.selector] & 3], t)


@dataclass
class Function:
    """A device function (.b32 a, .b64 b, .b32 c) -> .b32 with registers of its own."""

    name: str
    body: list[Statement] = field(default_factory=list)

    def emit(self, declarations: str) -> list[str]:
        w = Writer()
        w.lines.append(f".func (.param .b32 result) {self.name}(.param .b32 a, .param .b64 b, .param .b32 c)\n{{\n{declarations}")
        for line in ("ld.param.b32 %r0, [a];", "ld.param.b64 %d0, [b];", "ld.param.b32 %r1, [c];", "cvt.u16.u32 %h0, %r0;"):
            w.op(line)
        for pool, step in (("r", 2), ("d", 1), ("h", 1)):
            for i in range(step, {"r": 8, "d": 4, "h": 4}[pool]):
                w.op(f"mov.b{WIDTH[pool]} %{pool}{i}, %{pool}{i - step};")
        for i in range(4):
            w.op(f"setp.lt.s32 %p{i}, %r{i & 1}, {i - 1};")
        emit(self.body, w, "%nobody")
        w.op("st.param.b32 [result], %r0;")
        w.op("ret;")
        return [*w.lines, "}"]

    def call(self, t: Thread, a: int, b: int, c: int) -> Steps:
        """Sets the thread's registers for the body and leaves the result in r0."""
        t.executed += 4 + 6 + 3 + 3 + 4
        t.regs = {"r": [a, c] * 4, "d": [b] * 4, "h": [wrap(a, 16)] * 4, "p": [int(signed((a, c)[i & 1], 32) < i - 1) for i in range(4)]}
        yield from run(self.body, t)
        t.executed += 2


@dataclass
class Call(Statement):
    function: Function
    arguments: list[Register]  # r, d, r
    target: Register

    def emit(self, w: Writer, mask: str) -> None:
        w.lines.append("  {\n  .param .b32 pa; .param .b64 pb; .param .b32 pc; .param .b32 pr;")
        for name, register in zip(("pa", "pb", "pc"), self.arguments, strict=True):
            w.op(f"st.param.b{WIDTH[register[0]]} [{name}], {text(register)};")
        w.op(f"call (pr), {self.function.name}, (pa, pb, pc);")
        w.op(f"ld.param.b32 {text(self.target)}, [pr];")
        w.lines.append("  }")

    def steps(self, t: Thread) -> Steps:
        t.executed += 5
        kept = t.regs
        yield from self.function.call(t, *(read(t, register) for register in self.arguments))
        result, t.regs = t.regs["r"][0], kept
        write(t, self.target, result)


@dataclass
class Stop(Statement):
    """Ends the thread if the predicate holds. No thread may wait for it afterwards, barriers apart."""

    predicate: int
    word: str  # exit or ret

    def emit(self, w: Writer, mask: str) -> None:
        w.op(f"@%p{self.predicate} {self.word};")

    def steps(self, t: Thread) -> Steps:
        t.executed += 1
        if t.regs["p"][self.predicate]:
            raise Exit
        return
        yield


@dataclass
class Nothing(Statement):
    """An instruction that changes no register: a fence, a pause."""

    line: str

    def emit(self, w: Writer, mask: str) -> None:
        w.op(self.line)

    def steps(self, t: Thread) -> Steps:
        t.executed += 1
        return
        yield
