"""Atomic operations: every operation, type and space. PTX ISA 9.0, sections 9.7.13.5 and 9.7.13.6."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.ptx import ieee
from tests.ptx.cases_float import same_or_nan
from tests.ptx.cases_memory import DECLARES, MODULE, THREADS, slot
from tests.ptx.ieee import BF16, F16, F32, F64
from tests.ptx.kernel import Case
from tests.ptx.values import crossed, floats, integers, read, wrap

Operation = Callable[[int, int, int], int]
BITWISE: dict[str, Operation] = {"and": lambda x, b, c: x & b, "or": lambda x, b, c: x | b, "xor": lambda x, b, c: x ^ b}


def operations() -> Iterator[tuple[str, str, Operation]]:
    """(operation, type, new value from old value and operands)"""
    for bits in (32, 64):
        for name, f in BITWISE.items():
            yield name, f"b{bits}", f
        yield "exch", f"b{bits}", lambda x, b, c: b
        yield "cas", f"b{bits}", lambda x, b, c: c if x == b else x
        for letter in "us":
            kind = f"{letter}{bits}"

            def least(x: int, b: int, c: int, kind: str = kind) -> int:
                return min(x, b, key=lambda v: read(v, kind))

            def most(x: int, b: int, c: int, kind: str = kind) -> int:
                return max(x, b, key=lambda v: read(v, kind))

            yield "min", kind, least
            yield "max", kind, most
    yield "cas", "b16", lambda x, b, c: c if x == b else x
    for kind in ("u32", "s32", "u64"):
        yield "add", kind, lambda x, b, c, n=int(kind[1:]): wrap(x + b, n)  # type: ignore[misc]
    yield "inc", "u32", lambda x, b, c: 0 if x >= b else x + 1
    yield "dec", "u32", lambda x, b, c: b if x == 0 or x > b else x - 1
    yield "add", "f32", lambda x, b, c: ieee.add(x, b, F32)
    yield "add", "f64", lambda x, b, c: ieee.add(x, b, F64)


def flushing(x: int, b: int, c: int) -> int:
    return ieee.flushed(ieee.add(ieee.flushed(x, F32), ieee.flushed(b, F32), F32), F32)


def _pair(x: int, b: int, f: ieee.Format) -> int:
    return ieee.add(x & 0xFFFF, b & 0xFFFF, f) | ieee.add(x >> 16, b >> 16, f) << 16


def _halves() -> Iterator[Case]:
    """Sums of halves and of pairs of them: rounded once, never flushed."""
    for f in (F16, BF16):
        a, b = (column[:THREADS] for column in crossed([floats(f)] * 2, [16] * 2, threads=THREADS * 3, seed=6))
        pairs = [[x | y << 16 for x, y in zip(column, column[3:] + column[:3], strict=True)] for column in (a, b)]
        for kind, columns, bits in ((f.name, [a, b], 16), (f"{f.name}x2", pairs, 32)):
            add = ieee.add if bits == 16 else _pair
            after = [add(x, y, f) for x, y in zip(*columns, strict=True)]

            def close(got: int, want: int, f: ieee.Format = f) -> bool:
                same = same_or_nan(f)
                return all(g == w or same(g, w) for g, w in ((got & 0xFFFF, want & 0xFFFF), (got >> 16, want >> 16)))

            sources, size = tuple((f"b{bits}", column) for column in columns), f"b{bits}"
            for space, generic in (("global", False), ("global", True), ("shared", False), ("shared", True)):
                where = "" if generic else f".{space}"
                lines = (*slot(space, generic), f"st{where}.b{bits} [%t1+8], {{a}};")
                code = (*lines, f"atom{where}.add.noftz.{kind} {{d}}, [%t1+8], {{b}};", f"ld{where}.b{bits} {{q}}, [%t1+8];")
                note = f"add.noftz.{kind} {space}"
                yield Case(
                    "atom", kind, code, sources, (size, size), (columns[0], after), close, declares=DECLARES, note=note, module=MODULE
                )
                code = (*lines, f"red{where}.add.noftz.{kind} [%t1+8], {{b}};", f"ld{where}.b{bits} {{d}}, [%t1+8];")
                yield Case("red", kind, code, sources, (size,), (after,), close, declares=DECLARES, note=note, module=MODULE)


def cases() -> Iterator[Case]:
    yield from _halves()
    for name, kind, operation in operations():
        bits = int(kind[1:])
        f = {"f32": F32, "f64": F64}.get(kind)
        edge = floats(f) if f else integers(bits)
        columns = [column[:THREADS] for column in crossed([edge] * 3, [bits] * 3, threads=THREADS * 3, seed=4)]
        if name == "cas":  # compare equal in every other thread
            columns[1] = [x if i % 2 else y for i, (x, y) in enumerate(zip(*columns[:2], strict=True))]
        size = f"b{bits}"
        sources = tuple((size, column) for column in columns)
        operands = "{b}, {c}" if name == "cas" else "{b}"
        for space in ("global", "shared"):
            for generic in (False, True):
                where = "" if generic else f".{space}"
                # f32 sums are flushed in global memory, not in shared memory
                new = flushing if kind == "f32" and space == "global" else operation
                after = [new(*row) for row in zip(*columns, strict=True)]
                for order in ("", ".relaxed.gpu", ".acq_rel.sys") if not generic else ("",):
                    code = (
                        *slot(space, generic),
                        f"st{where}.b{bits} [%t1+8], {{a}};",
                        f"atom{order}{where}.{name}.{kind} {{d}}, [%t1+8], {operands};",
                        f"ld{where}.b{bits} {{q}}, [%t1+8];",
                    )
                    note = f"atom{order}{where}.{name}.{kind} {space}"
                    yield _case("atom", kind, code, sources, (size, size), (columns[0], after), f, note)
                if name in ("exch", "cas"):
                    continue
                code = (code[0], *code[1:-2], f"red{where}.{name}.{kind} [%t1+8], {operands};", f"ld{where}.b{bits} {{d}}, [%t1+8];")
                yield _case("red", kind, code, sources, (size,), (after,), f, f"red{where}.{name}.{kind} {space}")


def _case(row, kind, code, sources, targets, want, f, note) -> Case:  # type: ignore[no-untyped-def]
    return Case(row, kind, code, sources, targets, want, same_or_nan(f) if f else None, declares=DECLARES, note=note, module=MODULE)
