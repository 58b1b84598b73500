"""Loads and stores of every type in every space, scalar and vector; address conversions. PTX ISA 9.0, sections 9.7.9.8 to 9.7.9.20.

A thread stores its operands into a slot of its own and loads them back: what is stored is truncated to the type, what is
loaded is extended to the register. Constant memory and ldu read an initialised table.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.ptx.kernel import Case
from tests.ptx.values import crossed, integers, read, wrap

TYPES = ("b8", "u8", "s8", "b16", "u16", "s16", "b32", "u32", "s32", "b64", "u64", "s64", "f32", "f64")
THREADS = 64
SLOT = 32
MODULE = f".global .align 16 .b8 in_global[{THREADS * SLOT}];\n"
DECLARES = f".shared .align 16 .b8 in_shared[{THREADS * SLOT}]; .local .align 16 .b8 in_local[{SLOT}]; .reg .b64 %t<4>; .reg .b32 %u<4>;"


def slot(space: str, generic: bool) -> tuple[str, ...]:
    """Lines that put the address of the thread's slot into %t1."""
    lines = [f"mov.u64 %t1, in_{space};"]
    if space != "local":
        lines.append(f"mad.wide.u32 %t1, %i3, {SLOT}, %t1;")
    return (*lines, f"cvta.{space}.u64 %t1, %t1;") if generic else tuple(lines)


def _bits(kind: str) -> int:
    return int(kind[1:])


def _values(kind: str, register: int, count: int) -> list[list[int]]:
    columns = crossed([integers(register)] * count, [register] * count, threads=THREADS)
    return [column[:THREADS] for column in columns]


def _extended(x: int, kind: str, register: int) -> int:
    return wrap(read(x, kind if kind[0] in "us" else "u" + kind[1:]), register)


def _round_trips() -> Iterator[Case]:
    for kind in TYPES:
        for space in ("global", "shared", "local"):
            for generic in (False, True):
                name = "" if generic else f".{space}"
                registers = [r for r in (16, 32, 64) if r >= _bits(kind)]
                if kind[0] == "f":
                    registers = registers[:1]
                for register in registers:
                    (a,) = _values(kind, register, 1)
                    size = f"b{register}"
                    want = [_extended(x, kind, register) for x in a]
                    code = (f"st{name}.{kind} [%t1+8], {{a}};", f"ld{name}.{kind} {{d}}, [%t1+8];")
                    note = f"{'generic ' if generic else ''}{space}, {register} bits"
                    for row in ("ld", "st"):
                        yield _case(row, kind, slot(space, generic) + code, ((size, a),), (size,), (want,), note)
                for count in (2, 4):
                    if count * _bits(kind) > 128:
                        continue
                    register = max(16, _bits(kind))
                    columns = _values(kind, register, count)
                    size = f"b{register}"
                    sources = tuple((size, column) for column in columns)
                    names = ", ".join(f"{{{n}}}" for n in "abce"[:count])
                    targets = ", ".join(f"{{{n}}}" for n in "dqrs"[:count])
                    vector = f"{name}.v{count}.{kind}"
                    code = (f"st{vector} [%t1+16], {{{{{names}}}}};", f"ld{vector} {{{{{targets}}}}}, [%t1+16];")
                    wanted = tuple([_extended(x, kind, register) for x in column] for column in columns)
                    note = f"v{count} {'generic ' if generic else ''}{space}"
                    yield _case("ld", kind, slot(space, generic) + code, sources, (size,) * count, wanted, note)


def _case(row: str, kind: str, code: tuple[str, ...], sources, targets, wanted, note: str) -> Case:  # type: ignore[no-untyped-def]
    return Case(row, kind, code, sources, targets, wanted, declares=DECLARES, note=f"{row}.{kind} {note}", module=MODULE)


def _tables() -> Iterator[Case]:
    chance = random.Random(5)
    table = bytes(chance.getrandbits(8) for _ in range(THREADS * 16))
    words = [int.from_bytes(table[i : i + 4], "little") for i in range(0, len(table), 4)]
    data = ", ".join(f"{w:#x}" for w in words)
    module = f".const .align 16 .b32 in_const[{len(words)}] = {{{data}}};\n.global .align 16 .b32 in_table[{len(words)}] = {{{data}}};\n"
    for kind in TYPES:
        size = _bits(kind) // 8
        register = max(16, _bits(kind))
        elements = [int.from_bytes(table[i * 16 : i * 16 + size], "little") for i in range(THREADS)]
        want = [_extended(x, kind, register) for x in elements]
        for row, spelling, base in (("ld", "ld.const", "in_const"), ("ldu", "ldu.global", "in_table"), ("ld", "ld.global.nc", "in_table")):
            code = (f"mov.u64 %t1, {base};", "mad.wide.u32 %t1, %i3, 16, %t1;", f"{spelling}.{kind} {{d}}, [%t1];")
            yield Case(
                row, kind, code, (), (f"b{register}",), (want,), declares=".reg .b64 %t<4>;", note=f"{spelling}.{kind}", module=module
            )
    for hint in ("ca", "cg", "cs", "lu", "cv", "L1::no_allocate", "L1::evict_last", "L2::128B"):
        spelling = f"ld.global.nc.{hint}" if hint == "L1::no_allocate" else f"ld.global.{hint}"
        want = [int.from_bytes(table[i * 16 : i * 16 + 4], "little") for i in range(THREADS)]
        code = ("mov.u64 %t1, in_table;", "mad.wide.u32 %t1, %i3, 16, %t1;", f"{spelling}.u32 {{d}}, [%t1];")
        yield Case("ld", "u32", code, (), ("b32",), (want,), declares=".reg .b64 %t<4>;", note=spelling, module=module)
    want = [int.from_bytes(table[20:24], "little")] * THREADS
    for base in ("in_table", "in_const"):
        space = "global" if base == "in_table" else "const"
        yield Case("ld", "b32", (f"ld.{space}.b32 {{d}}, [{base}+20];",), (), ("b32",), (want,), note=f"{space}, named", module=module)
    code = ("mov.u64 %t1, in_const;", "cvta.const.u64 %t1, %t1;", "ld.b32 {d}, [%t1+20];")
    yield Case("cvta", "u64", code, (), ("b32",), (want,), declares=".reg .b64 %t<4>;", note="cvta.const", module=module)


def _orders() -> Iterator[Case]:
    """Memory orders and scopes change nothing in a thread's own slot."""
    (a,) = _values("b32", 32, 1)
    same = [(order, order) for order in ("volatile", "relaxed.gpu", "weak")]
    for load, store in (*same, ("acquire.sys", "release.sys"), ("acquire.cta", "release.cta")):
        for space in ("global", "shared"):
            code: tuple[str, ...] = (f"st.{store}.{space}.b32 [%t1], {{a}};", f"ld.{load}.{space}.b32 {{d}}, [%t1];")
            yield _case("ld", "b32", slot(space, False) + code, (("b32", a),), ("b32",), (a,), f"{load} {space}")
    # shared memory by a 32-bit address, and by name
    code = ("mov.u32 %u0, in_shared;", f"mad.lo.u32 %u0, %i3, {SLOT}, %u0;", "st.shared.b32 [%u0+4], {a};", "ld.shared.b32 {d}, [%u0+4];")
    yield _case("st", "b32", code, (("b32", a),), ("b32",), (a,), "32-bit address")
    # a vector with unused parts
    (wide,) = _values("b64", 64, 1)
    code = (*slot("shared", False), "st.shared.b64 [%t1], {a};", "ld.shared.v2.b32 {{_, {d}}}, [%t1];")
    yield _case("ld", "b32", code, (("b64", wide),), ("b32",), ([x >> 32 for x in wide],), "v2, half unused")


def _spaces() -> Iterator[Case]:
    """isspacep tells generic addresses apart; cvta.to undoes cvta."""
    everywhere = ("global", "shared", "local")
    for space in everywhere:
        for asked in everywhere:
            code = (*slot(space, True), f"isspacep.{asked} {{d}}, %t1;")
            want = [int(space == asked)] * THREADS
            yield Case("isspacep", "", code, (), ("pred",), (want,), declares=DECLARES, note=f"isspacep.{asked} of {space}", module=MODULE)
        code = (*slot(space, False), f"cvta.{space}.u64 %t2, %t1;", f"cvta.to.{space}.u64 %t2, %t2;", "sub.s64 {d}, %t2, %t1;")
        yield Case("cvta", "u64", code, (), ("b64",), ([0] * THREADS,), declares=DECLARES, note=f"cvta.{space} and back", module=MODULE)


def cases() -> Iterator[Case]:
    for make in (_round_trips, _tables, _orders, _spaces):
        yield from make()
