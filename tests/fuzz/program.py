"""Program: a generated kernel: its PTX text, its inputs, and by the scalar oracle what it must leave in memory."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from tests.fuzz.accesses import ACCUMULATORS, SLOTS, SLOTS_EACH
from tests.fuzz.control import Function
from tests.fuzz.machine import BARRIER, LOCAL_BYTES, MINE_BYTES, OWN_BYTES, Block, Grid, Steps, Thread
from tests.fuzz.statements import Statement, Writer, emit, run

STATE_BYTES = 80  # of a thread: r0…r7, d0…d3, h0…h3, the predicates as bits of a word, padding
DEPTH = 4  # loops inside one another
FIRST = [first for _, _, first in ACCUMULATORS for _ in range(SLOTS_EACH)]

DECLARATIONS = """.reg .b16 %h<4>, %th; .reg .b32 %r<8>, %tr, %ti, %i<4>, %n<4>; .reg .b64 %d<4>, %td, %ta; .reg .pred %p<4>, %tp;"""
KERNEL_REGISTERS = """.reg .b32 %me, %size, %global, %nobody, %bits; .reg .b64 %own, %mine, %gmine, %loc, %gloc, %tab, %con, %acc, %sacc,
 %xch, %xch0, %in, %out, %sout;"""
PARAMETERS = ("init", "result", "own", "table", "accumulators", "shared_out")


@dataclass
class Outputs:
    """The memory that a launch leaves, and how many PTX instructions its threads executed."""

    result: bytes
    own: bytes
    accumulators: bytes
    shared: bytes
    executed: int


@dataclass
class Program:
    blocks: int
    threads: int  # of a block
    body: list[Statement]
    functions: list[Function] = field(default_factory=list)
    init: bytes = b""  # STATE_BYTES a thread
    own: bytes = b""  # OWN_BYTES a thread
    table: bytes = b""
    constants: bytes = b""
    scalars: bytes = b""

    # ---- PTX -----------------------------------------------------------------------------------------------------------------------------

    def ptx(self) -> str:
        lines = [".version 9.0", ".target sm_90", ".address_size 64"]
        lines.append(f".const .align 16 .b8 constants[{len(self.constants)}] = {{{', '.join(map(str, self.constants))}}};")
        for function in self.functions:
            lines += function.emit(DECLARATIONS)
        w = Writer()
        self._prologue(w)
        emit(self.body, w, "%here")
        self._epilogue(w)
        parameters = ", ".join([f".param .u64 {name}" for name in PARAMETERS] + [f".param .align 16 .b8 scalars[{len(self.scalars)}]"])
        lines += [f".visible .entry k({parameters})", "{", DECLARATIONS, KERNEL_REGISTERS, f".reg .b32 %here, %mask<{w.masks + 1}>;"]
        lines.append(f".shared .align 16 .b8 mine[{MINE_BYTES * self.threads}], exchange[{4 * self.threads}], sums[{8 * SLOTS}];")
        lines.append(f".local .align 16 .b8 local[{LOCAL_BYTES}];")
        return "\n".join([*lines, *w.lines, "}", ""])

    def _prologue(self, w: Writer) -> None:
        op = w.op
        op("mov.u32 %me, %tid.x;")
        op("mov.u32 %size, %ntid.x;")
        op("mov.u32 %ti, %ctaid.x;")
        op("mad.lo.u32 %global, %ti, %size, %me;")
        op(f"mul.wide.u32 %ta, %ti, {8 * SLOTS};")
        op("ld.param.u64 %sout, [shared_out];")
        op("add.u64 %sout, %sout, %ta;")
        for register, parameter, stride in (("%in", "init", STATE_BYTES), ("%out", "result", STATE_BYTES), ("%own", "own", OWN_BYTES)):
            op(f"ld.param.u64 {register}, [{parameter}];")
            op(f"mad.wide.u32 {register}, %global, {stride}, {register};")
        op("ld.param.u64 %tab, [table];")
        op("ld.param.u64 %acc, [accumulators];")
        for register, variable, stride in (("%mine", "mine", MINE_BYTES), ("%xch", "exchange", 4)):
            op(f"mov.u64 {register}, {variable};")
            op(f"mad.wide.u32 {register}, %me, {stride}, {register};")
        op("cvta.shared.u64 %gmine, %mine;")
        op("mov.u64 %xch0, exchange;")
        op("mov.u64 %sacc, sums;")
        op("mov.u64 %loc, local;")
        op("cvta.local.u64 %gloc, %loc;")
        op("mov.u64 %con, constants;")
        # the lanes of this warp: the last one may be short
        op("and.b32 %ti, %me, 0xffffffe0;")
        op("sub.u32 %ti, %size, %ti;")
        op("bmsk.clamp.b32 %here, 0, %ti;")
        op("ld.global.v4.b32 {%r0, %r1, %r2, %r3}, [%in];")
        op("ld.global.v4.b32 {%r4, %r5, %r6, %r7}, [%in+16];")
        op("ld.global.v2.b64 {%d0, %d1}, [%in+32];")
        op("ld.global.v2.b64 {%d2, %d3}, [%in+48];")
        op("ld.global.v4.b16 {%h0, %h1, %h2, %h3}, [%in+64];")
        op("ld.global.b32 %bits, [%in+72];")
        for i in range(4):
            op(f"bfe.u32 %ti, %bits, {i}, 1;")
            op(f"setp.ne.u32 %p{i}, %ti, 0;")
        for offset in (0, 16, 32, 48):
            op(f"st.local.v4.b32 [%loc+{offset}], {{%r0, %r1, %r2, %r3}};")
        for offset in (0, 16):
            op(f"st.shared.v4.b32 [%mine+{offset}], {{%r4, %r5, %r6, %r7}};")
        op("setp.eq.u32 %tp, %me, 0;")
        for slot, first in enumerate(FIRST):
            op(f"@%tp st.shared.u64 [%sacc+{8 * slot}], {first:#x};")
        op("bar.sync 0;")

    def _epilogue(self, w: Writer) -> None:
        op = w.op
        op("mov.b32 %bits, 0;")
        for i in range(4):
            op(f"selp.b32 %ti, {1 << i}, 0, %p{i};")
            op("or.b32 %bits, %bits, %ti;")
        op("st.global.v4.b32 [%out], {%r0, %r1, %r2, %r3};")
        op("st.global.v4.b32 [%out+16], {%r4, %r5, %r6, %r7};")
        op("st.global.v2.b64 [%out+32], {%d0, %d1};")
        op("st.global.v2.b64 [%out+48], {%d2, %d3};")
        op("st.global.v4.b16 [%out+64], {%h0, %h1, %h2, %h3};")
        op("st.global.b32 [%out+72], %bits;")
        op("bar.sync 0;")
        op("setp.eq.u32 %tp, %me, 0;")
        for slot in range(SLOTS):
            op(f"@%tp ld.shared.u64 %td, [%sacc+{8 * slot}];")
            op(f"@%tp st.global.u64 [%sout+{8 * slot}], %td;")
        op("ret;")

    # ---- the oracle ----------------------------------------------------------------------------------------------------------------------

    def expected(self) -> Outputs:
        grid = Grid(self.table, self.constants, self.scalars, list(FIRST))
        blocks = [Block(grid, b, self.threads, SLOTS) for b in range(self.blocks)]
        before, after = Writer(), Writer()
        self._prologue(before)
        self._epilogue(after)
        result, own, shared = bytearray(self.blocks * self.threads * STATE_BYTES), bytearray(), bytearray()

        def steps(t: Thread) -> Steps:
            t.executed += len(before.lines)
            yield BARRIER
            yield from run(self.body, t)
            t.executed += len(after.lines)
            n = t.block.index * self.threads + t.index
            bits = sum(p << i for i, p in enumerate(t.regs["p"]))
            state = struct.pack("<8I4Q4HI4x", *t.regs["r"], *t.regs["d"], *t.regs["h"], bits)
            result[n * STATE_BYTES : (n + 1) * STATE_BYTES] = state
            yield BARRIER
            if t.index == 0:
                t.block.grid_shared = struct.pack(f"<{SLOTS}Q", *t.block.accumulators)

        executed = 0
        for block in blocks:
            block.accumulators = list(FIRST)
            for t in block.threads:
                self._enter(t)
            block.run(steps)
            shared += block.grid_shared
            for t in block.threads:
                own += t.own
                executed += t.executed
        return Outputs(bytes(result), bytes(own), struct.pack(f"<{SLOTS}Q", *grid.accumulators), bytes(shared), executed)

    def _enter(self, t: Thread) -> None:
        """Registers and memory as the prologue leaves them."""
        n = t.block.index * self.threads + t.index
        *words, bits = struct.unpack("<8I4Q4HI4x", self.init[n * STATE_BYTES : (n + 1) * STATE_BYTES])
        t.regs = {"r": words[:8], "d": words[8:12], "h": words[12:16], "p": [bits >> i & 1 for i in range(4)]}
        t.own[:] = self.own[n * OWN_BYTES : (n + 1) * OWN_BYTES]
        t.local[:] = struct.pack("<4I", *t.regs["r"][:4]) * 4
        t.mine[:] = struct.pack("<4I", *t.regs["r"][4:]) * 2
