"""Statements of generated kernels: the PTX of each beside what it does to one thread of the oracle's machine.

Reserved registers (%t…, %own, %mask…) are never in the pools, so a statement may be left out and the program stays valid: that is how
a failing one is made small.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.fuzz.bits import signed, value, wrap
from tests.fuzz.machine import BARRIER, Exit, Leave, Meeting, Steps, Thread
from tests.fuzz.rules import Rule

Register = tuple[str, int]  # pool, index
Source = tuple[str, int]  # the same, or a kind in capitals with the literal's pattern: "R", "G", …
WIDTH = {"h": 16, "r": 32, "d": 64, "p": 1}


def read(t: Thread, source: Source) -> int:
    pool, index = source
    return t.regs[pool][index] if pool in t.regs else index


def write(t: Thread, register: Register, pattern: int) -> None:
    t.regs[register[0]][register[1]] = pattern


def text(source: Source) -> str:
    pool, index = source
    if pool.islower():
        return f"%{pool}{index}"
    return f"0f{index:08X}" if pool == "G" else f"0d{index:016X}" if pool == "E" else f"{index:#x}"


class Writer:
    """Collects PTX lines; hands out labels."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.masks = 0
        self._labels = 0

    def op(self, line: str) -> None:
        self.lines.append("  " + line)

    def label(self, name: str) -> None:
        self.lines.append(f"{name}:")

    def fresh(self, name: str) -> str:
        self._labels += 1
        return f"{name}{self._labels}"

    def fresh_mask(self) -> str:
        self.masks += 1
        return f"%mask{self.masks}"


@dataclass
class Statement:
    """Base. `mask` is the register that holds the lanes known to be here."""

    def emit(self, w: Writer, mask: str) -> None:
        raise NotImplementedError

    def steps(self, t: Thread) -> Steps:
        raise NotImplementedError

    def bodies(self) -> list[list[Statement]]:
        return []


def run(body: list[Statement], t: Thread) -> Steps:
    for statement in body:
        yield from statement.steps(t)


def emit(body: list[Statement], w: Writer, mask: str) -> None:
    for statement in body:
        statement.emit(w, mask)


@dataclass
class Step(Statement):
    """A rule with its operands, perhaps under a guard."""

    rule: Rule
    targets: list[Register]
    sources: list[Source]
    guard: int = -1  # index of a predicate
    guard_negated: bool = False

    def emit(self, w: Writer, mask: str) -> None:
        names = dict(zip("xyz", map(text, self.targets), strict=False)) | dict(zip("abcde", map(text, self.sources), strict=False))
        guard = "" if self.guard < 0 else f"@{'!' if self.guard_negated else ''}%p{self.guard} "
        for line in self.rule.text:
            w.op(guard + line.format(**names))

    def steps(self, t: Thread) -> Steps:
        t.executed += len(self.rule.text)
        if self.guard >= 0 and t.regs["p"][self.guard] == self.guard_negated:
            return
        result = self.rule.meaning(*(read(t, s) for s in self.sources))
        for target, pattern in zip(self.targets, result if isinstance(result, tuple) else (result,), strict=True):
            write(t, target, pattern)
        return
        yield


# ---- memory -----------------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Space:
    """A piece of memory that a thread may use at any time: its own, or one that nobody writes."""

    name: str
    bytes: int
    base: str  # register with its address in the state space
    ptx: str  # global, shared, …; "" for a generic address
    writable: bool
    qualifiers: tuple[str, ...] = ("",)


SPACES = (
    Space("own", 64, "%own", ".global", True, ("", "", ".volatile", ".relaxed.gpu", ".weak")),
    Space("own", 64, "%own", "", True, ("", ".volatile")),
    Space("mine", 32, "%mine", ".shared", True, ("", "", ".volatile", ".relaxed.cta")),
    Space("mine", 32, "%gmine", "", True),
    Space("local", 64, "%loc", ".local", True, ("", ".volatile")),
    Space("local", 64, "%gloc", "", True),
    Space("table", 256, "%tab", ".global", False, ("", ".nc")),
    Space("table", 256, "%tab", "", False),
    Space("constants", 64, "%con", ".const", False),
)


def memory(t: Thread, name: str) -> bytearray | bytes:
    return getattr(t, name) if hasattr(t, name) else getattr(t.block.grid, name)  # type: ignore[no-any-return]


@dataclass
class Access(Statement):
    """A load or store of one to four elements at a fixed place or at one that a register picks."""

    space: Space
    store: bool
    kind: str  # u8, s16, b32, …
    registers: list[Register]
    offset: int
    index: int = -1  # of a 32-bit register
    qualifier: str = ""

    @property
    def size(self) -> int:
        return int(self.kind[1:]) // 8

    @property
    def index_mask(self) -> int:
        return (self.space.bytes - 1) & ~(self.size * len(self.registers) - 1)

    def emit(self, w: Writer, mask: str) -> None:
        where = f"[{self.space.base}+{self.offset}]"
        if self.index >= 0:
            w.op(f"and.b32 %ti, %r{self.index}, {self.index_mask:#x};")
            w.op("cvt.u64.u32 %ta, %ti;")
            w.op(f"add.u64 %ta, {self.space.base}, %ta;")
            where = "[%ta]"
        names = ", ".join(map(text, self.registers))
        vector = f".v{len(self.registers)}" if len(self.registers) > 1 else ""
        names = f"{{{names}}}" if vector else names
        # .volatile and .relaxed stand before the space, .nc after it
        before, after = ("", self.qualifier) if self.qualifier == ".nc" else (self.qualifier, "")
        head = f"{'st' if self.store else 'ld'}{before}{self.space.ptx}{after}{vector}.{self.kind}"
        w.op(f"{head} {where}, {names};" if self.store else f"{head} {names}, {where};")

    def steps(self, t: Thread) -> Steps:
        t.executed += 4 if self.index >= 0 else 1
        at = t.regs["r"][self.index] & self.index_mask if self.index >= 0 else self.offset
        place, size = memory(t, self.space.name), self.size
        for register in self.registers:
            if self.store:
                assert isinstance(place, bytearray)
                place[at : at + size] = wrap(read(t, register), 8 * size).to_bytes(size, "little")
            else:
                loaded = int.from_bytes(place[at : at + size], "little")
                write(t, register, wrap(value(loaded, self.kind), WIDTH[register[0]]))
            at += size
        return
        yield


@dataclass
class Scalar(Statement):
    """Loads a piece of the kernel's parameter."""

    kind: str
    register: Register
    offset: int

    def emit(self, w: Writer, mask: str) -> None:
        w.op(f"ld.param.{self.kind} {text(self.register)}, [scalars+{self.offset}];")

    def steps(self, t: Thread) -> Steps:
        t.executed += 1
        size = int(self.kind[1:]) // 8
        raw = int.from_bytes(t.block.grid.scalars[self.offset : self.offset + size], "little")
        write(t, self.register, wrap(value(raw, self.kind), WIDTH[self.register[0]]))
        return
        yield


# ---- atomics ----------------------------------------------------------------------------------------------------------------------------


def updated(op: str, kind: str, old: int, b: int, c: int = 0) -> int:
    """What an atomic operation leaves in memory."""
    bits = int(kind[1:])
    x, y = value(old, kind), value(b, kind)
    match op:
        case "add":
            return wrap(x + y, bits)
        case "min":
            return wrap(min(x, y), bits)
        case "max":
            return wrap(max(x, y), bits)
        case "and":
            return old & b
        case "or":
            return old | b
        case "xor":
            return old ^ b
        case "exch":
            return b
        case "cas":
            return c if old == b else old
        case "inc":
            return 0 if old >= b else old + 1
        case "dec":
            return b if old == 0 or old > b else old - 1
    raise AssertionError(op)


# Operations whose order doesn't matter, each with accumulators of its own; (operation, type, first value).
ACCUMULATORS = (
    ("add", "u32", 0),
    ("add", "s32", 0),
    ("add", "u64", 0),
    ("min", "u32", 0xFFFFFFFF),
    ("min", "s32", 0x7FFFFFFF),
    ("min", "s64", 0x7FFFFFFFFFFFFFFF),
    ("max", "u32", 0),
    ("max", "s64", 1 << 63),
    ("max", "u64", 0),
    ("and", "b32", 0xFFFFFFFF),
    ("or", "b32", 0),
    ("or", "b64", 0),
    ("xor", "b32", 0),
    ("xor", "b64", 0),
)
SLOTS_EACH = 4
SLOTS = SLOTS_EACH * len(ACCUMULATORS)  # of 8 bytes


@dataclass
class Accumulate(Statement):
    """Atomics of many threads on few addresses. What an atom returns is thrown away: it depends on the order."""

    row: int
    shared: bool
    source: Register
    index: int  # of a 32-bit register: picks the slot
    returns: bool
    scope: str = ""

    def emit(self, w: Writer, mask: str) -> None:
        op, kind, _ = ACCUMULATORS[self.row]
        w.op(f"and.b32 %ti, %r{self.index}, {SLOTS_EACH - 1};")
        w.op("mul.wide.u32 %ta, %ti, 8;")
        w.op(f"add.u64 %ta, {'%sacc' if self.shared else '%acc'}, %ta;")
        space = ".shared" if self.shared else ".global"
        place = f"[%ta+{8 * SLOTS_EACH * self.row}], {text(self.source)};"
        target = f"%t{'d' if kind.endswith('64') else 'r'}, "
        w.op(f"atom{self.scope}{space}.{op}.{kind} {target}{place}" if self.returns else f"red{self.scope}{space}.{op}.{kind} {place}")

    def steps(self, t: Thread) -> Steps:
        t.executed += 4
        op, kind, _ = ACCUMULATORS[self.row]
        slots = t.block.accumulators if self.shared else t.block.grid.accumulators
        at = self.row * SLOTS_EACH + (t.regs["r"][self.index] & (SLOTS_EACH - 1))
        slots[at] = updated(op, kind, slots[at], read(t, self.source))
        return
        yield


@dataclass
class OwnAtomic(Statement):
    """An atomic on memory that only this thread uses: what it returns is known."""

    space: Space
    op: str
    kind: str
    target: Register
    source: Register
    other: Register
    offset: int

    def emit(self, w: Writer, mask: str) -> None:
        more = f", {text(self.other)}" if self.op == "cas" else ""
        place = f"[{self.space.base}+{self.offset}], {text(self.source)}{more};"
        w.op(f"atom{self.space.ptx}.{self.op}.{self.kind} {text(self.target)}, {place}")

    def steps(self, t: Thread) -> Steps:
        t.executed += 1
        place, size = memory(t, self.space.name), int(self.kind[1:]) // 8
        assert isinstance(place, bytearray)
        old = int.from_bytes(place[self.offset : self.offset + size], "little")
        new = updated(self.op, self.kind, old, read(t, self.source), read(t, self.other))
        place[self.offset : self.offset + size] = new.to_bytes(size, "little")
        write(t, self.target, old)
        return
        yield


# ---- many threads -----------------------------------------------------------------------------------------------------------------------


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


# ---- control ----------------------------------------------------------------------------------------------------------------------------


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
