"""Integer arithmetic and extended precision: PTX ISA 9.0, sections 9.7.1 and 9.7.2."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.ptx.kernel import Case
from tests.ptx.values import crossed, integers, read, signed, wrap

INTEGERS = ("u16", "u32", "u64", "s16", "s32", "s64")


def _divide(a: int, b: int, bits: int) -> int:
    if b == 0:
        return -1  # "unspecified, machine-specific": the code that ptxas makes gives all ones
    magnitude = abs(a) // abs(b)
    return magnitude if (a < 0) == (b < 0) else -magnitude


def _remainder(a: int, b: int, bits: int) -> int:
    if b == 0:
        return -1  # as for the quotient
    magnitude = abs(a) % abs(b)
    return -magnitude if a < 0 else magnitude


TWO: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda a, b, n: a + b,
    "sub": lambda a, b, n: a - b,
    "mul.lo": lambda a, b, n: a * b,
    "mul.hi": lambda a, b, n: (a * b) >> n,
    "div": _divide,
    "rem": _remainder,
    "min": lambda a, b, n: min(a, b),
    "max": lambda a, b, n: max(a, b),
}
THREE: dict[str, Callable[[int, int, int, int], int]] = {
    "mad.lo": lambda a, b, c, n: a * b + c,
    "mad.hi": lambda a, b, c, n: ((a * b) >> n) + c,
    "sad": lambda a, b, c, n: abs(a - b) + c,
}


def _plain() -> Iterator[Case]:
    for kind in INTEGERS:
        bits = int(kind[1:])
        edge = integers(bits)
        for name, two in TWO.items():
            a, b = crossed([edge, edge], [bits, bits])
            want = [wrap(two(read(x, kind), read(y, kind), bits), bits) for x, y in zip(a, b, strict=True)]
            yield Case(name, kind, (f"{name}.{kind} {{d}}, {{a}}, {{b}};",), ((f"b{bits}", a), (f"b{bits}", b)), (f"b{bits}",), (want,))
        for name, three in THREE.items():
            a, b, c = crossed([edge] * 3, [bits] * 3)
            want = [wrap(three(read(x, kind), read(y, kind), read(z, kind), bits), bits) for x, y, z in zip(a, b, c, strict=True)]
            sources = tuple((f"b{bits}", v) for v in (a, b, c))
            yield Case(name, kind, (f"{name}.{kind} {{d}}, {{a}}, {{b}}, {{c}};",), sources, (f"b{bits}",), (want,))
        if kind[0] == "s":
            (a,) = crossed([edge], [bits])
            yield Case("neg", kind, (f"neg.{kind} {{d}}, {{a}};",), ((f"b{bits}", a),), (f"b{bits}",), ([wrap(-x, bits) for x in a],))
            want = [wrap(abs(signed(x, bits)), bits) for x in a]
            yield Case("abs", kind, (f"abs.{kind} {{d}}, {{a}};",), ((f"b{bits}", a),), (f"b{bits}",), (want,))


def _immediates() -> Iterator[Case]:
    """Literals as operands."""
    (a,) = crossed([integers(32)], [32])
    word = (("b32", a),)
    yield Case("add", "s32", ("add.s32 {d}, {a}, -5;",), word, ("b32",), ([wrap(x - 5, 32) for x in a],), note="literal")
    yield Case("sub", "u32", ("sub.u32 {d}, 0xffffffff, {a};",), word, ("b32",), ([wrap(~x, 32) for x in a],), note="literal first")


def _same_register() -> Iterator[Case]:
    """The destination may be a source."""
    a, b = crossed([integers(32)] * 2, [32, 32])
    want = [wrap(x * x + y, 32) for x, y in zip(a, b, strict=True)]
    code = ("mov.b32 %t0, {a};", "mad.lo.s32 %t0, %t0, %t0, {b};", "mov.b32 {d}, %t0;")
    yield Case("mad.lo", "s32", code, (("b32", a), ("b32", b)), ("b32",), (want,), declares=".reg .b32 %t0;", note="in place")


def _wide() -> Iterator[Case]:
    for kind in ("u16", "u32", "s16", "s32"):
        bits = int(kind[1:])
        a, b, c = crossed([integers(bits), integers(bits), integers(2 * bits)], [bits, bits, 2 * bits])
        product = [read(x, kind) * read(y, kind) for x, y in zip(a, b, strict=True)]
        sources = ((f"b{bits}", a), (f"b{bits}", b))
        want = [wrap(p, 2 * bits) for p in product]
        yield Case("mul.wide", kind, (f"mul.wide.{kind} {{d}}, {{a}}, {{b}};",), sources, (f"b{2 * bits}",), (want,))
        want = [wrap(p + z, 2 * bits) for p, z in zip(product, c, strict=True)]
        code = (f"mad.wide.{kind} {{d}}, {{a}}, {{b}}, {{c}};",)
        yield Case("mad.wide", kind, code, (*sources, (f"b{2 * bits}", c)), (f"b{2 * bits}",), (want,))


def _mul24() -> Iterator[Case]:
    for kind in ("u32", "s32"):
        a, b, c = crossed([[*integers(32), 0x800000, 0x7FFFFF, 0xFFFFFF]] * 3, [32] * 3)
        for half, shift in (("lo", 0), ("hi", 16)):
            product = [(read(x, kind[0] + "24") * read(y, kind[0] + "24")) >> shift for x, y in zip(a, b, strict=True)]
            code = (f"mul24.{half}.{kind} {{d}}, {{a}}, {{b}};",)
            yield Case(f"mul24.{half}", kind, code, (("b32", a), ("b32", b)), ("b32",), ([wrap(p, 32) for p in product],))
            want = [wrap(p + z, 32) for p, z in zip(product, c, strict=True)]
            code = (f"mad24.{half}.{kind} {{d}}, {{a}}, {{b}}, {{c}};",)
            yield Case(f"mad24.{half}", kind, code, (("b32", a), ("b32", b), ("b32", c)), ("b32",), (want,))


def _saturating() -> Iterator[Case]:
    a, b = crossed([integers(32)] * 2, [32, 32])
    for name, sign in (("add.sat", 1), ("sub.sat", -1)):
        exact = [signed(x, 32) + sign * signed(y, 32) for x, y in zip(a, b, strict=True)]
        want = [wrap(max(-(1 << 31), min((1 << 31) - 1, x)), 32) for x in exact]
        yield Case(name, "s32", (f"{name}.s32 {{d}}, {{a}}, {{b}};",), (("b32", a), ("b32", b)), ("b32",), (want,))


def _carry() -> Iterator[Case]:
    """Chains: the low word sets the carry, the high word uses it, and a third instruction shows whether the second one set it."""
    for kind in ("u32", "s32", "u64", "s64"):
        n = int(kind[1:])
        a, b, c, e = crossed([integers(n)] * 4, [n] * 4, seed=2)
        sources = tuple((f"b{n}", v) for v in (a, b, c, e))
        rows = list(zip(a, b, c, e, strict=True))
        two = (f"b{n}", f"b{n}")
        code: tuple[str, ...]
        sums = [(x | y << n) + (z | w << n) for x, y, z, w in rows]
        low, high = [wrap(s, n) for s in sums], [wrap(s >> n, n) for s in sums]
        code = (f"add.cc.{kind} {{d}}, {{a}}, {{c}};", f"addc.{kind} {{q}}, {{b}}, {{e}};")
        yield Case("add.cc", kind, code, sources, two, (low, high))
        yield Case("addc", kind, code, sources, two, (low, high), note=f"addc.{kind}")
        code = (f"add.cc.{kind} {{d}}, {{a}}, {{c}};", f"addc.cc.{kind} {{d}}, {{b}}, {{e}};", f"addc.{kind} {{q}}, 0, 0;")
        yield Case("addc", kind, code, sources, two, (high, [s >> 2 * n for s in sums]), note=f"addc.cc.{kind}")
        differences = [(x | y << n) - (z | w << n) for x, y, z, w in rows]
        low, high = [wrap(s, n) for s in differences], [wrap(s >> n, n) for s in differences]
        code = (f"sub.cc.{kind} {{d}}, {{a}}, {{c}};", f"subc.{kind} {{q}}, {{b}}, {{e}};")
        yield Case("sub.cc", kind, code, sources, two, (low, high))
        yield Case("subc", kind, code, sources, two, (low, high), note=f"subc.{kind}")
        code = (f"sub.cc.{kind} {{d}}, {{a}}, {{c}};", f"subc.cc.{kind} {{d}}, {{b}}, {{e}};", f"subc.{kind} {{q}}, 0, 0;")
        yield Case("subc", kind, code, sources, two, (high, [wrap(s >> 2 * n, n) for s in differences]), note=f"subc.cc.{kind}")

        # A subtraction leaves what an adder carries out of a + ~b + 1: 1 if nothing was borrowed. subc takes it the same way.
        code = (f"sub.cc.{kind} {{d}}, {{a}}, {{c}};", f"addc.{kind} {{q}}, {{b}}, 0;")
        wanted = ([wrap(x - z, n) for x, _, z, _ in rows], [wrap(y + (x >= z), n) for x, y, z, _ in rows])
        yield Case("sub.cc", kind, code, sources, two, wanted, note=f"sub.cc.{kind}, addc")
        code = (f"add.cc.{kind} {{d}}, {{a}}, {{c}};", f"subc.{kind} {{q}}, {{b}}, 0;")
        wanted = ([wrap(x + z, n) for x, _, z, _ in rows], [wrap(y - 1 + (x + z >> n), n) for x, y, z, _ in rows])
        yield Case("subc", kind, code, sources, two, wanted, note=f"add.cc.{kind}, subc")

        # (a × b).lo + c and (a × b).hi + e + carry: a 2n-bit multiply-add
        products = [read(x, kind) * read(y, kind) for x, y, _, _ in rows]
        low_sum = [wrap(p, n) + z for p, (_, _, z, _) in zip(products, rows, strict=True)]
        high_sum = [(wrap(p >> n, n) + w + (s >> n)) for p, s, (_, _, _, w) in zip(products, low_sum, rows, strict=True)]
        low, high = [wrap(s, n) for s in low_sum], [wrap(s, n) for s in high_sum]
        code = (f"mad.lo.cc.{kind} {{d}}, {{a}}, {{b}}, {{c}};", f"madc.hi.{kind} {{q}}, {{a}}, {{b}}, {{e}};")
        yield Case("mad.lo.cc", kind, code, sources, two, (low, high))
        yield Case("madc.hi", kind, code, sources, two, (low, high), note=f"madc.hi.{kind}")
        code = (
            f"mad.lo.cc.{kind} {{d}}, {{a}}, {{b}}, {{c}};",
            f"madc.hi.cc.{kind} {{d}}, {{a}}, {{b}}, {{e}};",
            f"madc.lo.{kind} {{q}}, {{a}}, {{b}}, {{c}};",
        )
        code_lo = (
            f"add.cc.{kind} {{q}}, {{a}}, {{c}};",
            f"madc.lo.cc.{kind} {{d}}, {{a}}, {{b}}, {{e}};",
            f"addc.{kind} {{q}}, 0, 0;",
        )
        with_carry = [wrap(p, n) + w + (x + z >> n) for p, (x, _, z, w) in zip(products, rows, strict=True)]
        wanted = ([wrap(s, n) for s in with_carry], [s >> n for s in with_carry])
        yield Case("madc.lo", kind, code_lo, sources, two, wanted, note=f"madc.lo.cc.{kind}")
        third = [wrap(wrap(p, n) + z + (s >> n), n) for p, s, (_, _, z, _) in zip(products, high_sum, rows, strict=True)]
        yield Case("madc.lo", kind, code, sources, two, (high, third), note=f"madc.lo.{kind}")
        plain_high = [wrap(p >> n, n) + z for p, (_, _, z, _) in zip(products, rows, strict=True)]
        code = (f"mad.hi.cc.{kind} {{d}}, {{a}}, {{b}}, {{c}};", f"addc.{kind} {{q}}, 0, 0;")
        yield Case("mad.hi.cc", kind, code, sources, two, ([wrap(s, n) for s in plain_high], [s >> n for s in plain_high]))


def _dot() -> Iterator[Case]:
    a, b, c = crossed([[*integers(32), 0x80808080, 0x7F7F7F7F, 0xFF01FE02]] * 3, [32] * 3)
    for left in ("u32", "s32"):
        for right in ("u32", "s32"):
            want = []
            for x, y, z in zip(a, b, c, strict=True):
                parts = [read(x >> 8 * i, left[0] + "8") * read(y >> 8 * i, right[0] + "8") for i in range(4)]
                want.append(wrap(sum(parts) + z, 32))
            code = (f"dp4a.{left}.{right} {{d}}, {{a}}, {{b}}, {{c}};",)
            yield Case("dp4a", left, code, (("b32", a), ("b32", b), ("b32", c)), ("b32",), (want,))


def _dot2() -> Iterator[Case]:
    a, b, c = crossed([[*integers(32), 0x80008000, 0x7FFF7FFF, 0xFF01FE02]] * 3, [32] * 3)
    for half in ("lo", "hi"):
        for left in ("u32", "s32"):
            for right in ("u32", "s32"):
                want = []
                for x, y, z in zip(a, b, c, strict=True):
                    y >>= 16 if half == "hi" else 0
                    parts = [read(x >> 16 * i, left[0] + "16") * read(y >> 8 * i, right[0] + "8") for i in range(2)]
                    want.append(wrap(sum(parts) + z, 32))
                code = (f"dp2a.{half}.{left}.{right} {{d}}, {{a}}, {{b}}, {{c}};",)
                yield Case(f"dp2a.{half}", left, code, (("b32", a), ("b32", b), ("b32", c)), ("b32",), (want,))


def _half_words() -> Iterator[Case]:
    """add, min and max of two 16-bit integers side by side, and .relu."""
    a, b = crossed([[*integers(32), 0x80007FFF, 0x7FFF8000, 0xFFFF0001, 0x0001FFFF]] * 2, [32] * 2)
    sources = (("b32", a), ("b32", b))
    for kind in ("u16x2", "s16x2"):
        one = kind[:3]
        for name, f in (("add", lambda x, y: x + y), ("min", min), ("max", max)):
            for relu in ("", ".relu") if kind == "s16x2" and name != "add" else ("",):
                want = []
                for x, y in zip(a, b, strict=True):
                    halves = [f(read(x >> at, one), read(y >> at, one)) for at in (0, 16)]
                    low, high = (max(h, 0) if relu else h for h in halves)
                    want.append(wrap(low, 16) | wrap(high, 16) << 16)
                yield Case(name + relu, kind, (f"{name}{relu}.{kind} {{d}}, {{a}}, {{b}};",), sources, ("b32",), (want,))
    for name, g in (("min", min), ("max", max)):
        want = [max(0, g(signed(x, 32), signed(y, 32))) for x, y in zip(a, b, strict=True)]
        yield Case(f"{name}.relu", "s32", (f"{name}.relu.s32 {{d}}, {{a}}, {{b}};",), sources, ("b32",), (want,))


def _saturating_product() -> Iterator[Case]:
    a, b, c = crossed([integers(32)] * 3, [32] * 3)
    exact = [(signed(x, 32) * signed(y, 32) >> 32) + signed(z, 32) for x, y, z in zip(a, b, c, strict=True)]
    want = [wrap(max(-(1 << 31), min((1 << 31) - 1, x)), 32) for x in exact]
    code = ("mad.hi.sat.s32 {d}, {a}, {b}, {c};",)
    yield Case("mad.hi.sat", "s32", code, (("b32", a), ("b32", b), ("b32", c)), ("b32",), (want,))


def cases() -> Iterator[Case]:
    for make in (_plain, _immediates, _same_register, _wide, _mul24, _saturating, _carry, _dot, _dot2, _half_words, _saturating_product):
        yield from make()
