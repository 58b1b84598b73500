"""Logic, shifts, bit fields, moves and selections: PTX ISA 9.0, sections 9.7.1 (bit operations), 9.7.8 and 9.7.9."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.ptx.kernel import Case
from tests.ptx.values import crossed, integers, read, signed, wrap


def _logic() -> Iterator[Case]:
    two: dict[str, Callable[[int, int], int]] = {"and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b}
    for bits in (16, 32, 64):
        kind = f"b{bits}"
        a, b = crossed([integers(bits)] * 2, [bits] * 2)
        for name, f in two.items():
            want = [f(x, y) for x, y in zip(a, b, strict=True)]
            yield Case(name, kind, (f"{name}.{kind} {{d}}, {{a}}, {{b}};",), ((kind, a), (kind, b)), (kind,), (want,))
        (a,) = crossed([integers(bits)], [bits])
        yield Case("not", kind, (f"not.{kind} {{d}}, {{a}};",), ((kind, a),), (kind,), ([wrap(~x, bits) for x in a],))
        yield Case("cnot", kind, (f"cnot.{kind} {{d}}, {{a}};",), ((kind, a),), (kind,), ([int(x == 0) for x in a],))
    chosen = [[i >> 1 & 1 for i in range(64)], [i & 1 for i in range(64)]]
    for name, f in two.items():
        want = [f(x, y) for x, y in zip(*chosen, strict=True)]
        yield Case(name, "pred", (f"{name}.pred {{d}}, {{a}}, {{b}};",), (("pred", chosen[0]), ("pred", chosen[1])), ("pred",), (want,))
    yield Case("not", "pred", ("not.pred {d}, {a};",), (("pred", chosen[1]),), ("pred",), ([1 - x for x in chosen[1]],))


def _shifts() -> Iterator[Case]:
    for bits in (16, 32, 64):
        amounts = [0, 1, 2, 7, 8, bits // 2, bits - 1, bits, bits + 1, 63, 64, 65, 255, 256, 1 << 31, 0xFFFFFFFF]
        a, n = crossed([integers(bits), amounts], [bits, 32])
        sources = ((f"b{bits}", a), ("b32", n))
        want = [wrap(x << min(k, bits), bits) for x, k in zip(a, n, strict=True)]
        yield Case("shl", f"b{bits}", (f"shl.b{bits} {{d}}, {{a}}, {{b}};",), sources, (f"b{bits}",), (want,))
        for letter in "bus":
            kind = f"{letter}{bits}"
            want = [wrap((signed(x, bits) if letter == "s" else x) >> min(k, bits), bits) for x, k in zip(a, n, strict=True)]
            yield Case("shr", kind, (f"shr.{kind} {{d}}, {{a}}, {{b}};",), sources, (f"b{bits}",), (want,))


def _counting() -> Iterator[Case]:
    for bits in (32, 64):
        (a,) = crossed([[*integers(bits), 1 << (bits - 3), (1 << (bits - 2)) - 1]], [bits])
        source = ((f"b{bits}", a),)
        kind = f"b{bits}"
        yield Case("popc", kind, (f"popc.{kind} {{d}}, {{a}};",), source, ("b32",), ([x.bit_count() for x in a],))
        yield Case("clz", kind, (f"clz.{kind} {{d}}, {{a}};",), source, ("b32",), ([bits - x.bit_length() for x in a],))
        reverse = [int(f"{x:0{bits}b}"[::-1], 2) for x in a]
        yield Case("brev", kind, (f"brev.{kind} {{d}}, {{a}};",), source, (kind,), (reverse,))
        for letter in "us":
            kind = f"{letter}{bits}"
            position = [(x if (v := read(x, kind)) >= 0 else ~v).bit_length() - 1 for x in a]
            want = [wrap(p, 32) for p in position]
            yield Case("bfind", kind, (f"bfind.{kind} {{d}}, {{a}};",), source, ("b32",), (want,))
            want = [wrap(p if p < 0 else bits - 1 - p, 32) for p in position]
            yield Case("bfind.shiftamt", kind, (f"bfind.shiftamt.{kind} {{d}}, {{a}};",), source, ("b32",), (want,))


def _fields() -> Iterator[Case]:
    def extract(a: int, b: int, c: int, kind: str) -> int:
        bits = int(kind[1:])
        start, length = b & 255, c & 255
        sign = a >> min(start + length - 1, bits - 1) & 1 if kind[0] == "s" and length else 0
        d = 0
        for i in range(bits):
            d |= (a >> (start + i) & 1 if i < length and start + i < bits else sign) << i
        return d

    def insert(a: int, b: int, c: int, e: int, bits: int) -> int:
        start, length = c & 255, e & 255
        mask = wrap(((1 << length) - 1) << start, bits)
        return (b & ~mask) | (wrap(a << start, bits) & mask)

    for bits in (32, 64):
        places = [0, 1, 5, bits // 2, bits - 1, bits, bits + 1, 255, 256, 0x101]
        a, b, c, e = crossed([integers(bits), places, places, integers(bits)], [bits, 32, 32, bits])
        for letter in "us":
            kind = f"{letter}{bits}"
            want = [extract(x, y, z, kind) for x, y, z in zip(a, b, c, strict=True)]
            code = (f"bfe.{kind} {{d}}, {{a}}, {{b}}, {{c}};",)
            yield Case("bfe", kind, code, ((f"b{bits}", a), ("b32", b), ("b32", c)), (f"b{bits}",), (want,))
        want = [insert(x, w, y, z, bits) for x, y, z, w in zip(a, b, c, e, strict=True)]
        code = (f"bfi.b{bits} {{d}}, {{a}}, {{e}}, {{b}}, {{c}};",)
        sources = ((f"b{bits}", a), ("b32", b), ("b32", c), (f"b{bits}", e))
        yield Case("bfi", f"b{bits}", code, sources, (f"b{bits}",), (want,))

    amounts = [0, 1, 2, 15, 16, 31, 32, 33, 63, 64, 255, 256, 0x80000000, 0xFFFFFFFF]
    a, b = crossed([amounts] * 2, [32] * 2)
    for mode in ("clamp", "wrap"):
        want = []
        for x, y in zip(a, b, strict=True):
            start, length = (min(x, 32), min(y, 32)) if mode == "clamp" else (x & 31, y & 31)
            want.append(wrap(((1 << length) - 1) << start, 32))
        code = (f"bmsk.{mode}.b32 {{d}}, {{a}}, {{b}};",)
        yield Case(f"bmsk.{mode}", "b32", code, (("b32", a), ("b32", b)), ("b32",), (want,))
    a, b, c = crossed([integers(32), integers(32), amounts], [32] * 3)
    for way in "lr":
        for mode in ("clamp", "wrap"):
            want = []
            for x, y, z in zip(a, b, c, strict=True):
                n = min(z, 32) if mode == "clamp" else z & 31
                both = y << 32 | x
                want.append(wrap(both << n >> 32 if way == "l" else both >> n, 32))
            code = (f"shf.{way}.{mode}.b32 {{d}}, {{a}}, {{b}}, {{c}};",)
            words = (("b32", a), ("b32", b), ("b32", c))
            yield Case(f"shf.{way}.{mode}", "b32", code, words, ("b32",), (want,))


# Bytes of {b, a} that each mode picks for the result's bytes 3, 2, 1, 0, by the low two bits of c: PTX ISA 9.0, table of prmt's modes.
PICKS = {
    "f4e": ((3, 2, 1, 0), (4, 3, 2, 1), (5, 4, 3, 2), (6, 5, 4, 3)),
    "b4e": ((5, 6, 7, 0), (6, 7, 0, 1), (7, 0, 1, 2), (0, 1, 2, 3)),
    "rc8": ((0, 0, 0, 0), (1, 1, 1, 1), (2, 2, 2, 2), (3, 3, 3, 3)),
    "ecl": ((3, 2, 1, 0), (3, 2, 1, 1), (3, 2, 2, 2), (3, 3, 3, 3)),
    "ecr": ((0, 0, 0, 0), (1, 1, 1, 0), (2, 2, 1, 0), (3, 2, 1, 0)),
    "rc16": ((1, 0, 1, 0), (3, 2, 3, 2), (1, 0, 1, 0), (3, 2, 3, 2)),
}


def _extensions() -> Iterator[Case]:
    a, b = crossed([integers(32), [0, 1, 2, 7, 8, 16, 31, 32, 33, 63, 64, 255, 0x80000001, 0xFFFFFFFF]], [32] * 2)
    for mode in ("clamp", "wrap"):
        for kind in ("u32", "s32"):
            want = []
            for x, n in zip(a, b, strict=True):
                bits = min(n, 32) if mode == "clamp" else n & 31
                want.append(wrap((signed(x, bits) if kind == "s32" else wrap(x, bits)) if bits else 0, 32))
            yield Case("szext", kind, (f"szext.{mode}.{kind} {{d}}, {{a}}, {{b}};",), (("b32", a), ("b32", b)), ("b32",), (want,))


def _find_set() -> Iterator[Case]:
    def nth(mask: int, base: int, n: int) -> int:
        if n == 0:
            return base if mask >> base & 1 else 0xFFFFFFFF
        places = range(base, 32) if n > 0 else range(base, -1, -1)
        found = [i for i in places if mask >> i & 1]
        return found[abs(n) - 1] if len(found) >= abs(n) else 0xFFFFFFFF

    masks = [0, 1, 0x80000000, 0xFFFFFFFF, 0x55555555, 0x80000001, 0x00F00F00]
    offsets = [wrap(n, 32) for n in (0, 1, 2, 5, 16, 32, 33, -1, -2, -16, -33)]
    rows = [(m, base, n) for m in masks for base in (0, 1, 15, 31) for n in offsets]
    rows += [(0, 0, 0)] * (-len(rows) % 32)
    a, b, c = (list(column) for column in zip(*rows, strict=True))
    want = [nth(x, y, signed(z, 32)) for x, y, z in rows]
    yield Case("fns", "b32", ("fns.b32 {d}, {a}, {b}, {c};",), (("b32", a), ("b32", b), ("b32", c)), ("b32",), (want,))


def _tested_logic() -> Iterator[Case]:
    """lop3 with a predicate that tells whether the result is not 0."""
    a, b, c = crossed([[0, 1, 0xF0, 0xFFFFFFFF]] * 3, [32] * 3, threads=64)
    p = [i // 3 & 1 for i in range(len(a))]
    words = [x & y & z for x, y, z in zip(a, b, c, strict=True)]
    combine: dict[str, Callable[[int, int], int]] = {"or": lambda x, y: x | y, "and": lambda x, y: x & y, "xor": lambda x, y: x ^ y}
    for name, f in combine.items():
        code = (f"lop3.{name}.b32 {{d}}|{{q}}, {{a}}, {{b}}, {{c}}, 0x80, %t;",)
        code = ("setp.eq.u32 %t, {e}, 1;", *code)
        sources = (("b32", a), ("b32", b), ("b32", c), ("b32", p))
        want = ([*words], [f(int(x != 0), y) for x, y in zip(words, p, strict=True)])
        yield Case(
            "lop3",
            "b32",
            code,
            sources,
            ("b32", "pred"),
            want,
            declares=".reg .pred %t;",
            note=f"lop3.{name}",
            variants=("full", "partial"),
        )


def _permutations() -> Iterator[Case]:
    words = [0x83828100, 0x07FE05FC, 0x80FF7F01, 0]
    a, b, c = crossed([words, words, [0x3210, 0x7654, 0xFEDC, 0xBA98, 0x8F70, 0xFFFF3210, 1, 2, 3]], [32] * 3)
    sources = (("b32", a), ("b32", b), ("b32", c))

    def byte(x: int, y: int, selector: int) -> int:
        found = (y << 32 | x) >> 8 * (selector & 7) & 255
        return found if selector < 8 else 255 * (found >> 7)

    want = [sum(byte(x, y, z >> 4 * i & 15) << 8 * i for i in range(4)) for x, y, z in zip(a, b, c, strict=True)]
    yield Case("prmt", "b32", ("prmt.b32 {d}, {a}, {b}, {c};",), sources, ("b32",), (want,))
    for mode, rows in PICKS.items():
        want = [sum(byte(x, y, rows[z & 3][3 - i]) << 8 * i for i in range(4)) for x, y, z in zip(a, b, c, strict=True)]
        yield Case("prmt", "b32", (f"prmt.b32.{mode} {{d}}, {{a}}, {{b}}, {{c}};",), sources, ("b32",), (want,))

    for table in (0x00, 0xFF, 0x80, 0xFE, 0x96, 0xE8, 0xCA, 0x1B, 0xF0, 0xCC, 0xAA):
        want = []
        for x, y, z in zip(a, b, c, strict=True):
            want.append(sum((table >> ((x >> i & 1) << 2 | (y >> i & 1) << 1 | z >> i & 1) & 1) << i for i in range(32)))
        yield Case("lop3", "b32", (f"lop3.b32 {{d}}, {{a}}, {{b}}, {{c}}, {table:#x};",), sources, ("b32",), (want,), note=f"{table:#x}")


def _moves() -> Iterator[Case]:
    for kind in ("b16", "b32", "b64", "u16", "u32", "u64", "s16", "s32", "s64", "f32", "f64"):
        bits = int(kind[1:])
        (a,) = crossed([integers(bits)], [bits])
        size = f"b{bits}"
        yield Case("mov", kind, (f"mov.{kind} {{d}}, {{a}};",), ((size, a),), (size,), (a,))
        a, b, p = crossed([integers(bits), integers(bits), [0, 1]], [bits, bits, 1])
        want = [x if y else z for x, z, y in zip(a, b, p, strict=True)]
        yield Case("selp", kind, (f"selp.{kind} {{d}}, {{a}}, {{b}}, {{c}};",), ((size, a), (size, b), ("pred", p)), (size,), (want,))
        a, b, c = crossed([integers(bits), integers(bits), integers(32)], [bits, bits, 32])
        sources = ((size, a), (size, b), ("b32", c))
        want = [x if signed(z, 32) >= 0 else y for x, y, z in zip(a, b, c, strict=True)]
        yield Case("slct", kind, (f"slct.{kind}.s32 {{d}}, {{a}}, {{b}}, {{c}};",), sources, (size,), (want,))
        # -0 counts as >= 0; NaN selects b
        selectors = (0, 0x80000000, 1, 0x80000001, 0x3F800000, 0xBF800000, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000)
        c = [selectors[i % len(selectors)] for i in range(len(a))]
        sources = ((size, a), (size, b), ("b32", c))
        for ftz in ("", ".ftz"):
            flush = [z & 0x80000000 if ftz and 0 < z & 0x7FFFFFFF < 0x800000 else z for z in c]
            chosen = [z & 0x7FFFFFFF <= 0x7F800000 and (z < 1 << 31 or z == 1 << 31) for z in flush]
            want = [x if first else y for x, y, first in zip(a, b, chosen, strict=True)]
            yield Case("slct", kind, (f"slct{ftz}.{kind}.f32 {{d}}, {{a}}, {{b}}, {{c}};",), sources, (size,), (want,))
    p = [i * 5 // 3 & 1 for i in range(64)]
    yield Case("mov", "pred", ("mov.pred {d}, {a};",), (("pred", p),), ("pred",), (p,))
    yield Case("mov", "pred", ("mov.pred {d}, 1;",), (("pred", p),), ("pred",), ([1] * 64,), note="literal")


def _packs() -> Iterator[Case]:
    (a,) = crossed([integers(64)], [64])
    low, high = [wrap(x, 32) for x in a], [x >> 32 for x in a]
    words = (("b32", low), ("b32", high))
    yield Case("mov", "b64", ("mov.b64 {d}, {{{a}, {b}}};",), words, ("b64",), (a,), note="pack 2")
    yield Case("mov", "b64", ("mov.b64 {{{d}, {q}}}, {a};",), (("b64", a),), ("b32", "b32"), (low, high), note="unpack 2")
    yield Case("mov", "b64", ("mov.b64 {{_, {d}}}, {a};",), (("b64", a),), ("b32",), (high,), note="unpack, half unused")
    quarters = [[x >> 16 * i & 0xFFFF for x in a] for i in range(4)]
    halves = tuple(("b16", q) for q in quarters)
    yield Case("mov", "b64", ("mov.b64 {d}, {{{a}, {b}, {c}, {e}}};",), halves, ("b64",), (a,), note="pack 4")
    code = ("mov.b64 {{%t0, {d}, %t1, {q}}}, {a};",)
    two = (quarters[1], quarters[3])
    yield Case("mov", "b64", code, (("b64", a),), ("b16", "b16"), two, declares=".reg .b16 %t<2>;", note="unpack 4")
    yield Case("mov", "b32", ("mov.b32 {d}, {{{a}, {b}}};",), halves[:2], ("b32",), (low,), note="pack 2")
    yield Case("mov", "b32", ("mov.b32 {{{d}, {q}}}, {a};",), (("b32", low),), ("b16", "b16"), (quarters[0], quarters[1]), note="unpack 2")


def cases() -> Iterator[Case]:
    for make in (_logic, _shifts, _counting, _fields, _extensions, _find_set, _tested_logic, _permutations, _moves, _packs):
        yield from make()
