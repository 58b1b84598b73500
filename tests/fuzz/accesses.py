"""Statements that reach memory: loads, stores and atomics. See `statements`."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fuzz.bits import value, wrap
from tests.fuzz.machine import Steps, Thread
from tests.fuzz.statements import WIDTH, Register, Statement, Writer, read, text, write


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
