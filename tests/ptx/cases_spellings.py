"""Loads, stores and atomics exactly as public programs spell them: every spelling of the table behind `grader emulator coverage`.

A thread stores its operands into a slot of its own, by a plain store where a load is tried and the reverse, and reads them back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from grader.emulator.coverage import data
from tests.ptx import cases_atomic, cases_memory, ieee
from tests.ptx.cases_float import same_or_nan
from tests.ptx.kernel import Case
from tests.ptx.values import crossed, floats, integers, read, wrap

SPACES = ("global", "shared", "local", "const", "param")


def _parts(spelling: data.Spelling) -> tuple[str, int, str]:
    """(space or "", elements, type)"""
    names = spelling.name.split(".")[1:]
    space = next((name for name in names if name in SPACES), "")
    count = next((int(name[1]) for name in names if name in ("v2", "v4")), 1)
    return space, count, names[-1]


def _vector(letters: str, count: int) -> str:
    names = ", ".join(f"{{{letter}}}" for letter in letters[:count])
    return names if count == 1 else f"{{{{{names}}}}}"


def _moves() -> Iterator[Case]:
    for spelling in data.read():
        if spelling.opcode not in ("ld", "st"):
            continue
        space, count, kind = _parts(spelling)
        bits = int(kind[1:])
        register = max(16, bits)
        columns = [column[:64] for column in crossed([integers(register)] * count, [register] * count, threads=64)]
        extend = kind if kind[0] in "us" else f"u{kind[1:]}"
        wanted = tuple([wrap(read(x, extend), register) for x in column] for column in columns)
        sources = tuple((f"b{register}", column) for column in columns)
        plain = f".v{count}.{kind}" if count > 1 else f".{kind}"
        values, results = _vector("abce", count), _vector("dqrs", count)
        code: tuple[str, ...]
        declares, module, at, before = cases_memory.DECLARES, cases_memory.MODULE, "%t1+16", cases_memory.slot(space or "global", not space)
        if space == "param":
            declares, at, before = ".param .align 16 .b8 in_call[32];", "in_call+16", ()
        if space == "const":  # filled by a table: the operand is what the table holds
            size = bits // 8
            table = [wrap(0x9E3779B9 * (i + 1), 32) for i in range(64 * 4)]
            whole = b"".join(x.to_bytes(4, "little") for x in table)
            rows = [[int.from_bytes(whole[16 * t + k * size : 16 * t + (k + 1) * size], "little") for t in range(64)] for k in range(count)]
            wanted = tuple([wrap(read(x, extend), register) for x in row] for row in rows)
            module = f".const .align 16 .b32 in_const[256] = {{{', '.join(map(hex, table))}}};\n"
            code = ("mov.u64 %t1, in_const;", "mad.wide.u32 %t1, %i3, 16, %t1;", f"{spelling.name} {results}, [%t1];")
            yield Case("ld", kind, code, (), (f"b{register}",) * count, wanted, declares=declares, note=spelling.name, module=module)
            continue
        where = f".{space}" if space else ""
        store = spelling.name if spelling.opcode == "st" else f"st{where}{plain}"
        load = spelling.name if spelling.opcode == "ld" else f"ld{where}{plain}"
        code = (*before, f"{store} [{at}], {values};", f"{load} {results}, [{at}];")
        targets = (f"b{register}",) * count
        yield Case(spelling.opcode, kind, code, sources, targets, wanted, declares=declares, note=spelling.name, module=module)


def _atomics() -> Iterator[Case]:
    known: dict[tuple[str, str], Callable[[int, int, int], int]] = {(n, k): f for n, k, f in cases_atomic.operations()}
    for spelling in data.read():
        if spelling.opcode not in ("atom", "red"):
            continue
        names = spelling.name.split(".")[1:]
        space, _, kind = _parts(spelling)
        operation = next(name for name in names if (name, kind) in known or name == "add")
        if "noftz" in names:
            continue  # cases_atomic has them
        new = known[operation, kind]
        f = {"f32": ieee.F32, "f64": ieee.F64}.get(kind)
        if kind == "f32" and space != "shared":
            new = cases_atomic.flushing
        bits = int(kind[1:])
        columns = [column[:64] for column in crossed([floats(f) if f else integers(bits)] * 3, [bits] * 3, threads=192, seed=8)]
        if operation == "cas":
            columns[1] = [x if i % 2 else y for i, (x, y) in enumerate(zip(*columns[:2], strict=True))]
        after = [new(*row) for row in zip(*columns, strict=True)]
        size, where = f"b{bits}", f".{space}" if space else ""
        operands = "{b}, {c}" if operation == "cas" else "{b}"
        code = (*cases_memory.slot(space or "global", not space), f"st{where}.{size} [%t1+8], {{a}};")
        if spelling.opcode == "atom":
            code = (*code, f"{spelling.name} {{d}}, [%t1+8], {operands};", f"ld{where}.{size} {{q}}, [%t1+8];")
            targets, wanted = (size, size), (columns[0], after)
        else:
            code = (*code, f"{spelling.name} [%t1+8], {operands};", f"ld{where}.{size} {{d}}, [%t1+8];")
            targets, wanted = (size,), (after,)  # type: ignore[assignment]
        sources = tuple((size, column) for column in columns)
        close = same_or_nan(f) if f else None
        yield Case(
            spelling.opcode,
            kind,
            code,
            sources,
            targets,
            wanted,
            close,
            declares=cases_memory.DECLARES,
            note=spelling.name,
            module=cases_memory.MODULE,
        )


def cases() -> Iterator[Case]:
    yield from _moves()
    yield from _atomics()
