"""Generate: a seed -> a Program without races, without undefined values, and with an end."""

from __future__ import annotations

import random
import struct

from tests.fuzz.accesses import ACCUMULATORS, SPACES, Access, Accumulate, OwnAtomic, Scalar
from tests.fuzz.control import Break, Call, Function, If, Loop, Nothing, Stop, Switch
from tests.fuzz.machine import OWN_BYTES, REGISTERS
from tests.fuzz.many_threads import Exchange, Match, Reduce, Shuffle, Vote
from tests.fuzz.program import STATE_BYTES, Program
from tests.fuzz.rules import FAMILIES, POOL, WEIGHTS
from tests.fuzz.statements import Register, Source, Statement, Step
from tests.ptx.ieee import F16, F32, F64
from tests.ptx.values import floats, integers

INTERESTING = {bits: integers(bits) for bits in (16, 32, 64)}
FLOATS = {16: floats(F16), 32: floats(F32), 64: floats(F64)}
BITS = {"h": 16, "r": 32, "d": 64}
STATEMENTS = 60  # of a program, about


class Generator:
    """Draws one program."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.left = 0

    def program(self) -> Program:
        r = self.random
        threads = r.choice((32, 32, 64, 96, 128, 1, 7, 33, 50))
        blocks = r.choice((1, 1, 2, 3))
        count = threads * blocks
        functions = [self._function(f"f{i}") for i in range(r.choice((0, 0, 1, 2)))]
        self.whole_warps = threads % 32 == 0
        self.functions = functions
        self.left = r.randrange(5, STATEMENTS)
        body = self._body(depth=0, loops=0, uniform=True, known=True)
        if r.random() < 0.2:  # early returns: what comes after may not count on anybody
            body.append(Stop(r.randrange(4), r.choice(("ret", "exit"))))
            self.left = r.randrange(1, 15)
            body += self._body(depth=0, loops=0, uniform=False, known=False)
        return Program(
            blocks=blocks,
            threads=threads,
            body=body,
            functions=functions,
            init=b"".join(self._state() for _ in range(count)),
            own=r.randbytes(count * OWN_BYTES),
            table=r.randbytes(256),
            constants=r.randbytes(64),
            scalars=r.randbytes(64),
        )

    # ---- values --------------------------------------------------------------------------------------------------------------------------

    def pattern(self, bits: int) -> int:
        r = self.random
        choice = r.random()
        if choice < 0.3:
            return r.choice(INTERESTING[bits])
        if choice < 0.5:
            return r.choice(FLOATS[bits])
        if choice < 0.65:
            return r.randrange(0, 40)
        return r.getrandbits(bits)

    def _state(self) -> bytes:
        words = [self.pattern(32) for _ in range(8)]
        state = struct.pack(
            "<8I4Q4HI4x", *words, *(self.pattern(64) for _ in range(4)), *(self.pattern(16) for _ in range(4)), self.random.getrandbits(4)
        )
        assert len(state) == STATE_BYTES
        return state

    def register(self, pool: str) -> Register:
        return pool, self.random.randrange(REGISTERS[pool])

    def registers(self, pool: str, count: int) -> list[Register]:
        return [(pool, i) for i in self.random.sample(range(REGISTERS[pool]), count)]

    def source(self, kind: str, literal: float) -> Source:
        """A register, or now and then a literal: h and p kinds have none."""
        if kind in "rdge" and self.random.random() < literal:
            return kind.upper(), self.pattern(BITS[POOL[kind]])
        return self.register(POOL[kind])

    # ---- statements ----------------------------------------------------------------------------------------------------------------------

    def _body(self, depth: int, loops: int, uniform: bool, known: bool, plain: bool = False) -> list[Statement]:
        """uniform: all threads of the block come here together; known: the mask register has the lanes that come here together. plain: no
        memory and no meetings (functions)."""
        r = self.random
        size = max(1, self.left if depth == 0 else r.randrange(1, 8))
        body: list[Statement] = []
        while size > 0 and self.left > 0:
            size -= 1
            self.left -= 1
            choice = r.random()
            if choice < 0.52:
                body.append(self._step())
            elif choice < 0.66:
                body.append(self._step() if plain else self._access())
            elif choice < 0.72:
                body.append(self._step() if plain else self._atomic())
            elif choice < 0.80:
                body.append(self._meeting(uniform, known) if known else self._step())
            elif choice < 0.90 and depth < 4:
                body.append(self._if(depth, loops, known, plain))
            elif choice < 0.96 and depth < 4 and loops < 2:
                body.append(self._loop(depth, loops, uniform, known, plain))
            elif choice < 0.98 and depth < 4 and not plain:
                body.append(Switch(r.randrange(8), [self._body(depth + 1, loops, False, False) for _ in range(4)]))
            elif self.functions and not plain:
                arguments = [self.register("r"), self.register("d"), self.register("r")]
                body.append(Call(r.choice(self.functions), arguments, self.register("r")))
            else:
                body.append(Nothing(r.choice(("membar.cta;", "fence.acq_rel.gpu;", "membar.gl;", "nanosleep.u32 20;"))))
        return body

    def _step(self) -> Step:
        r = self.random
        family = r.choices(list(FAMILIES), [WEIGHTS[name] for name in FAMILIES])[0]
        rule = r.choice(FAMILIES[family])
        targets: list[Register] = []
        for kind in rule.targets:  # two results never go into one register
            free = [(POOL[kind], i) for i in range(REGISTERS[POOL[kind]]) if (POOL[kind], i) not in targets]
            targets.append(r.choice(free))
        sources = [self.source(kind, 0.03 if at == 0 else 0.15) for at, kind in enumerate(rule.sources)]
        # a rule of several lines writes its target before it has read all sources
        if len(rule.text) > 1:
            sources = [self._not(targets, kind, s) for kind, s in zip(rule.sources, sources, strict=True)]
        guard = r.randrange(4) if rule.can_be_guarded and r.random() < 0.12 else -1
        return Step(rule, targets, sources, guard, r.random() < 0.5)

    def _not(self, targets: list[Register], kind: str, source: Source) -> Source:
        while source in targets:
            source = self.register(POOL[kind])
        return source

    def _access(self) -> Statement:
        r = self.random
        if r.random() < 0.08:
            kind, pool = r.choice((("u8", "h"), ("s8", "r"), ("s16", "r"), ("u16", "d"), ("b32", "r"), ("s32", "d"), ("b64", "d")))
            return Scalar(kind, self.register(pool), r.randrange(0, 64, int(kind[1:]) // 8))
        space = r.choice(SPACES)
        store = space.writable and r.random() < 0.5
        bits = r.choice((8, 16, 32, 32, 64))
        if store:
            pool = r.choice([p for p in "hrd" if BITS[p] >= bits])
            kind = r.choice("bus") + str(bits)
        else:
            pool = r.choice([p for p in "hrd" if BITS[p] >= bits])
            kind = r.choice("us" if BITS[pool] > bits else "bus") + str(bits)
        most = min(4, 128 // bits, REGISTERS[pool])
        count = r.choice([n for n in (1, 1, 2, 4) if n <= most])
        size = bits // 8 * count
        index = r.randrange(8) if r.random() < 0.4 else -1
        return Access(
            space, store, kind, self.registers(pool, count), r.randrange(0, space.bytes, size), index, self._qualifier(space, store)
        )

    def _qualifier(self, space: object, store: bool) -> str:
        qualifier: str = self.random.choice(space.qualifiers)  # type: ignore[attr-defined]
        return "" if store and qualifier == ".nc" else qualifier

    def _atomic(self) -> Statement:
        r = self.random
        if r.random() < 0.5:
            row = r.randrange(len(ACCUMULATORS))
            pool = "d" if ACCUMULATORS[row][1].endswith("64") else "r"
            return Accumulate(row, r.random() < 0.5, self.register(pool), r.randrange(8), r.random() < 0.4)
        space = r.choice([s for s in SPACES if s.name in ("own", "mine")])
        op, kind = r.choice(
            [("add", k) for k in ("u32", "s32", "u64")]
            + [(op, k) for op in ("min", "max") for k in ("u32", "s32", "u64", "s64")]
            + [(op, k) for op in ("and", "or", "xor", "exch", "cas") for k in ("b32", "b64")]
            + [("inc", "u32"), ("dec", "u32")]
        )
        pool = "d" if kind.endswith("64") else "r"
        size = int(kind[1:]) // 8
        return OwnAtomic(space, op, kind, self.register(pool), self.register(pool), self.register(pool), r.randrange(0, space.bytes, size))

    def _meeting(self, uniform: bool, known: bool) -> Statement:
        r = self.random
        choice = r.random()
        if uniform and choice < 0.25:
            barrier = r.choice(("bar.sync 0;", "barrier.sync 0;", "bar.sync 1;", "barrier.sync.aligned 2;"))
            return Exchange(self.register("r"), self.register("r"), r.randrange(1, 40), barrier)
        if choice < 0.5:
            if uniform and self.whole_warps and r.random() < 0.8:
                mode = r.choice(("up", "down", "bfly", "idx"))
                width = r.choice((32, 32, 16, 8, 4))
                clamp = (32 - width) << 8 | (0 if mode == "up" else 0x1F)
                return Shuffle(mode, self.register("r"), self.register("r"), r.randrange(32), clamp, r.randrange(4))
            return Shuffle("first", self.register("r"), self.register("r"), 0, 0x1F, r.randrange(4))
        if choice < 0.7:
            mode = r.choice(("all", "any", "uni", "ballot"))
            return Vote(mode, r.randrange(4), r.random() < 0.3, self.register("r" if mode == "ballot" else "p"))
        if choice < 0.85:
            kind = r.choice(("b32", "b64"))
            return Match(
                r.random() < 0.4, kind, self.register("r" if kind == "b32" else "d"), r.randrange(3), self.register("r"), r.randrange(4)
            )
        op = r.choice(("add", "min", "max", "and", "or", "xor"))
        kind = "b32" if op in ("and", "or", "xor") else r.choice(("u32", "s32"))
        return Reduce(op, kind, self.register("r"), self.register("r"))

    def _if(self, depth: int, loops: int, known: bool, plain: bool) -> If:
        r = self.random
        meets = known and r.random() < 0.4
        then = self._body(depth + 1, loops, False, meets, plain)
        otherwise = self._body(depth + 1, loops, False, meets, plain) if r.random() < 0.5 else []
        return If(r.randrange(4), r.random() < 0.5, then, otherwise, meets)

    def _loop(self, depth: int, loops: int, uniform: bool, known: bool, plain: bool) -> Loop:
        r = self.random
        if r.random() < 0.4:  # as often in all threads
            body = self._body(depth + 1, loops + 1, uniform, known, plain)
            return Loop(loops, -1, r.randrange(0, 4), body, False)
        meets = known and r.random() < 0.4
        body = self._body(depth + 1, loops + 1, False, meets, plain)
        if not meets and r.random() < 0.4:
            body.insert(r.randrange(len(body) + 1), Break(r.randrange(4)))
        return Loop(loops, r.randrange(8), r.choice((1, 3, 3, 7)), body, meets)

    def _function(self, name: str) -> Function:
        self.functions: list[Function] = []
        self.whole_warps = False
        self.left = self.random.randrange(1, 12)
        return Function(name, self._body(depth=1, loops=0, uniform=False, known=False, plain=True))


def program_of(seed: int) -> Program:
    return Generator(seed).program()
