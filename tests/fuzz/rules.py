"""Rules: instructions that work on registers alone, each with what it means. One row: PTX text, kinds of operands, a Python function.

Kinds: h r d are 16, 32 and 64 bits of a pool; f g e the same as f16, f32, f64 (they share the pools, and want literals of their own);
p is a predicate. {x} … {z} are destinations, {a} … {e} sources. A rule with several lines is executed as a whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.fuzz import floats
from tests.fuzz.bits import clamp, compared, divided, dot4, field, highest, inserted, limits, looked_up, permuted, signed, value, wrap
from tests.ptx.ieee import F16, F32, F64, Format, flushed, is_negative, is_subnormal, negated, saturated

POOL = {"h": "h", "f": "h", "r": "r", "g": "r", "d": "d", "e": "d", "p": "p"}
KIND = {16: "h", 32: "r", 64: "d"}
FORMAT_KIND = {"f16": "f", "f32": "g", "f64": "e"}
INTEGERS = ("u16", "s16", "u32", "s32", "u64", "s64")
SIGNED_COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
UNSIGNED_COMPARISONS = (*SIGNED_COMPARISONS, "lo", "ls", "hi", "hs")
FLOAT_COMPARISONS = (*SIGNED_COMPARISONS, "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan")


@dataclass(frozen=True)
class Rule:
    text: tuple[str, ...]  # one PTX instruction each
    targets: str
    sources: str
    meaning: Callable[..., Any]  # patterns of the sources -> the pattern of the target, or a tuple of them

    @property
    def can_be_guarded(self) -> bool:
        return not any("@" in line for line in self.text)


def _kind(kind: str) -> str:
    return KIND[int(kind[1:])]


def _names(targets: str, sources: str) -> str:
    return ", ".join(["{" + n + "}" for n in "xyz"[: len(targets)]] + ["{" + n + "}" for n in "abcde"[: len(sources)]])


def _simple(opcode: str, targets: str, sources: str, meaning: Callable[..., Any]) -> Rule:
    return Rule((f"{opcode} {_names(targets, sources)};",), targets, sources, meaning)


def _integer() -> Iterator[Rule]:
    for kind in INTEGERS:
        bits, k = int(kind[1:]), _kind(kind)

        def of(f: Callable[..., int], kind: str = kind, bits: int = bits) -> Callable[..., int]:
            return lambda *xs: wrap(f(*(value(x, kind) for x in xs)), bits)

        yield _simple(f"add.{kind}", k, k * 2, of(lambda a, b: a + b))
        yield _simple(f"sub.{kind}", k, k * 2, of(lambda a, b: a - b))
        yield _simple(f"mul.lo.{kind}", k, k * 2, of(lambda a, b: a * b))
        yield _simple(f"mul.hi.{kind}", k, k * 2, of(lambda a, b, n=bits: a * b >> n))
        yield _simple(f"mad.lo.{kind}", k, k * 3, of(lambda a, b, c: a * b + c))
        yield _simple(f"mad.hi.{kind}", k, k * 3, of(lambda a, b, c, n=bits: (a * b >> n) + c))
        yield _simple(f"min.{kind}", k, k * 2, of(min))
        yield _simple(f"max.{kind}", k, k * 2, of(max))
        sad = of(lambda a, b: abs(a - b))
        yield _simple(f"sad.{kind}", k, k * 3, lambda a, b, c, f=sad, n=bits: wrap(f(a, b) + c, n))
        # a divisor that is odd and no negative number: neither 0 nor -1
        top = (1 << (bits - 1)) - 1 if kind[0] == "s" else (1 << bits) - 1
        clear = f"and.b{bits} %t{k}, {{b}}, {top:#x};"
        odd = f"or.b{bits} %t{k}, %t{k}, 1;"
        for part, name in enumerate(("div", "rem")):
            meaning = lambda a, b, kind=kind, n=bits, top=top, part=part: wrap(divided(value(a, kind), (b & top) | 1)[part], n)  # noqa: E731
            yield Rule((clear, odd, f"{name}.{kind} {{x}}, {{a}}, %t{k};"), k, k * 2, meaning)
        if kind[0] == "s":
            yield _simple(f"neg.{kind}", k, k, of(lambda a: -a))
            yield _simple(f"abs.{kind}", k, k, of(abs))
        if bits < 64:
            wide = KIND[2 * bits]
            product = lambda a, b, kind=kind, n=bits: wrap(value(a, kind) * value(b, kind), 2 * n)  # noqa: E731
            yield _simple(f"mul.wide.{kind}", wide, k * 2, product)
            if bits == 32:
                yield _simple(f"mad.wide.{kind}", wide, k * 2 + wide, lambda a, b, c, f=product: wrap(f(a, b) + c, 64))
    for kind in ("u32", "s32"):
        for name in ("mul24", "mad24"):
            for half, shift in (("lo", 0), ("hi", 16)):

                def product24(a: int, b: int, c: int = 0, kind: str = kind, shift: int = shift) -> int:
                    x, y = (signed(a, 24), signed(b, 24)) if kind[0] == "s" else (wrap(a, 24), wrap(b, 24))
                    return wrap((x * y >> shift) + c, 32)

                yield _simple(f"{name}.{half}.{kind}", "r", "rr" if name == "mul24" else "rrr", product24)
        for other in ("u32", "s32"):
            yield _simple(f"dp4a.{kind}.{other}", "r", "rrr", lambda a, b, c, k=kind, o=other: dot4(a, b, c, k, o))
    saturating = {"add": lambda a, b: a + b, "sub": lambda a, b: a - b}
    for name, f in saturating.items():
        yield _simple(f"{name}.sat.s32", "r", "rr", lambda a, b, f=f: wrap(clamp(f(signed(a, 32), signed(b, 32)), "s32"), 32))


def _carries() -> Iterator[Rule]:
    for bits, k in ((32, "r"), (64, "d")):
        full = 2 * bits

        def split(x: int, bits: int = bits) -> tuple[int, int]:
            return wrap(x, bits), wrap(x >> bits, bits)

        def join(low: int, high: int, bits: int = bits) -> int:
            return high << bits | low

        # the low half first, so that {x} must not be a source of the second line: it goes through a temporary
        last = f"mov.b{bits} {{x}}, %t{k};"
        for name in ("add", "sub"):
            sign = 1 if name == "add" else -1
            lines = (f"{name}.cc.u{bits} %t{k}, {{a}}, {{b}};", f"{name}c.u{bits} {{y}}, {{c}}, {{d}};", last)
            meaning = lambda a, b, c, d, s=sign, n=full, j=join, cut=split: cut(wrap(j(a, c) + s * j(b, d), n))  # noqa: E731
            yield Rule(lines, k * 2, k * 4, meaning)
        lines = (f"mad.lo.cc.u{bits} %t{k}, {{a}}, {{b}}, {{c}};", f"madc.hi.u{bits} {{y}}, {{a}}, {{b}}, {{d}};", last)
        yield Rule(lines, k * 2, k * 4, lambda a, b, c, d, n=full, j=join, cut=split: cut(wrap(a * b + j(c, d), n)))


def _logic() -> Iterator[Rule]:
    two: dict[str, Callable[[int, int], int]] = {"and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b}
    for bits, k in KIND.items():
        full = (1 << bits) - 1
        for name, f in two.items():
            yield _simple(f"{name}.b{bits}", k, k * 2, f)
        yield _simple(f"not.b{bits}", k, k, lambda a, full=full: a ^ full)
        yield _simple(f"cnot.b{bits}", k, k, lambda a: int(a == 0))
        yield _simple(f"mov.b{bits}", k, k, lambda a: a)
        yield _simple(f"shl.b{bits}", k, k + "r", lambda a, n, full=full, bits=bits: a << min(n, bits) & full)
        for letter in "bus":
            kind = f"{'s' if letter == 's' else 'u'}{bits}"
            meaning = lambda a, n, kind=kind, bits=bits: wrap(value(a, kind) >> min(n, bits), bits)  # noqa: E731
            yield _simple(f"shr.{letter}{bits}", k, k + "r", meaning)
        for type_ in (f"b{bits}", f"u{bits}", f"s{bits}"):
            yield _simple(f"selp.{type_}", k, k * 2 + "p", lambda a, b, p: a if p else b)
            yield _simple(f"slct.{type_}.s32", k, k * 2 + "r", lambda a, b, c: a if c < 1 << 31 else b)
        if bits == 16:
            continue
        yield _simple(f"popc.b{bits}", "r", k, lambda a: bin(a).count("1"))
        yield _simple(f"clz.b{bits}", "r", k, lambda a, bits=bits: bits - a.bit_length())
        yield _simple(f"brev.b{bits}", k, k, lambda a, bits=bits: int(f"{a:0{bits}b}"[::-1], 2))
        for letter in "us":
            kind = f"{letter}{bits}"
            yield _simple(f"bfind.{kind}", "r", k, lambda a, kind=kind: highest(a, kind))

            def shift_amount(a: int, kind: str = kind, bits: int = bits) -> int:
                at = highest(a, kind)
                return at if at == 0xFFFFFFFF else bits - 1 - at

            yield _simple(f"bfind.shiftamt.{kind}", "r", k, shift_amount)
            yield _simple(f"bfe.{kind}", k, k + "rr", lambda a, b, c, kind=kind: field(a, b, c, kind))
        yield _simple(f"bfi.b{bits}", k, k * 2 + "rr", lambda a, b, c, d, bits=bits: inserted(a, b, c, d, bits))
    for name, f in two.items():
        yield _simple(f"{name}.pred", "p", "pp", f)
    yield _simple("not.pred", "p", "p", lambda a: 1 - a)
    yield _simple("bmsk.clamp.b32", "r", "rr", lambda a, b: wrap(((1 << min(b, 32)) - 1) << min(a, 32), 32))
    yield _simple("bmsk.wrap.b32", "r", "rr", lambda a, b: wrap(((1 << (b & 31)) - 1) << (a & 31), 32))
    for mode, cut in (("wrap", lambda n: n & 31), ("clamp", lambda n: min(n, 32))):
        yield _simple(f"shf.l.{mode}.b32", "r", "rrr", lambda a, b, n, cut=cut: wrap((b << 32 | a) << cut(n) >> 32, 32))
        yield _simple(f"shf.r.{mode}.b32", "r", "rrr", lambda a, b, n, cut=cut: wrap((b << 32 | a) >> cut(n), 32))
    yield _simple("prmt.b32", "r", "rrr", permuted)
    for table in (0x00, 0x17, 0x69, 0x96, 0xCA, 0xD8, 0xE8, 0xF8, 0xFF):
        text = (f"lop3.b32 {{x}}, {{a}}, {{b}}, {{c}}, {table:#x};",)
        yield Rule(text, "r", "rrr", lambda a, b, c, table=table: looked_up(a, b, c, table))
    yield Rule(("mov.b64 {x}, {{{a}, {b}}};",), "d", "rr", lambda a, b: b << 32 | a)
    yield Rule(("mov.b64 {{{x}, {y}}}, {a};",), "rr", "d", lambda a: (wrap(a, 32), a >> 32))
    yield Rule(("mov.b32 {x}, {{{a}, {b}}};",), "r", "hh", lambda a, b: b << 16 | a)
    yield Rule(("mov.b32 {{{x}, {y}}}, {a};",), "hh", "r", lambda a: (wrap(a, 16), a >> 16))


def _compare() -> Iterator[Rule]:
    join: dict[str, Callable[[int, int], int]] = {"and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b}
    for kind in (*INTEGERS, "b16", "b32", "b64"):
        k = _kind(kind)
        names = {"s": SIGNED_COMPARISONS, "u": UNSIGNED_COMPARISONS, "b": ("eq", "ne")}[kind[0]]
        for name in names:

            def holds(a: int, b: int, name: str = name, kind: str = kind) -> int:
                return compared(name, value(a, kind), value(b, kind))

            yield _simple(f"setp.{name}.{kind}", "p", k * 2, holds)
            text = (f"setp.{name}.{kind} {{x}}|{{y}}, {{a}}, {{b}};",)
            yield Rule(text, "pp", k * 2, lambda a, b, f=holds: (f(a, b), 1 - f(a, b)))
            for word, two in join.items():
                text = (f"setp.{name}.{word}.{kind} {{x}}|{{y}}, {{a}}, {{b}}, {{c}};",)
                meaning = lambda a, b, c, f=holds, two=two: (two(f(a, b), c), two(1 - f(a, b), c))  # noqa: E731
                yield Rule(text, "pp", k * 2 + "p", meaning)
            yield _simple(f"set.{name}.u32.{kind}", "r", k * 2, lambda a, b, f=holds: -f(a, b) & 0xFFFFFFFF)
    for f in (F32, F64):
        k = FORMAT_KIND[f.name]
        for name in FLOAT_COMPARISONS:
            for ftz in ("", ".ftz") if f is F32 else ("",):
                test = floats.comparison(name, f, bool(ftz))
                yield _simple(f"setp.{name}{ftz}.{f.name}", "p", k * 2, test)
                yield _simple(f"set.{name}{ftz}.f32.{f.name}", "g", k * 2, lambda a, b, t=test: 0x3F800000 * t(a, b))


def _conversions() -> Iterator[Rule]:
    kinds = ("u8", "s8", *INTEGERS)
    for to, source in itertools.product(kinds, kinds):
        bits, target, origin = int(to[1:]), KIND[max(16, int(to[1:]))], KIND[max(16, int(source[1:]))]
        width = max(16, bits)  # of the register: filled up by the type's sign
        inside = limits(to)[0] <= limits(source)[0] and limits(source)[1] <= limits(to)[1]

        def plain(a: int, to: str = to, source: str = source, width: int = width) -> int:
            return wrap(value(value(a, source), to), width)

        def saturating(a: int, to: str = to, source: str = source, width: int = width) -> int:
            return wrap(clamp(value(a, source), to), width)

        yield _simple(f"cvt.{to}.{source}", target, origin, plain)
        if not inside:
            yield _simple(f"cvt.sat.{to}.{source}", target, origin, saturating)
    for f in (F16, F32, F64):
        k = FORMAT_KIND[f.name]
        for kind in kinds:
            register = KIND[max(16, int(kind[1:]))]
            for mode in ("rni", "rzi", "rmi", "rpi"):
                for ftz in ("", ".ftz") if f is F32 else ("",):
                    yield _simple(f"cvt.{mode}{ftz}.{kind}.{f.name}", register, k, floats.to_integer(f, kind, mode, bool(ftz)))
            for mode in ("rn", "rz", "rm", "rp"):
                yield _simple(f"cvt.{mode}.{f.name}.{kind}", k, register, floats.from_integer(f, kind, mode))
        for mode in ("rni", "rzi", "rmi", "rpi"):
            yield _settled(f"cvt.{mode}.{f.name}.{f.name} {{x}}, {{a}};", f, k, floats.integral(f, mode))
    for source, to in ((F16, F32), (F32, F64), (F16, F64)):
        yield _settled(f"cvt.{to.name}.{source.name} {{x}}, {{a}};", to, FORMAT_KIND[source.name], floats.between(source, to))
    for source, to in ((F64, F32), (F32, F16), (F64, F16)):
        for mode in ("rn", "rz", "rm", "rp"):
            yield _settled(
                f"cvt.{mode}.{to.name}.{source.name} {{x}}, {{a}};", to, FORMAT_KIND[source.name], floats.between(source, to, mode)
            )


def _settled(line: str, f: Format, sources: str, meaning: Callable[..., int]) -> Rule:
    """An instruction whose NaN has no particular payload: a second and a third line make it the one that the oracle has."""
    lines = (
        line,
        f"setp.nan.{f.name} %tp, {{x}}, {{x}};",
        f"@%tp mov.b{f.bits} {{x}}, {floats.NAN[f.name]:#x};",
    )
    return Rule(lines, FORMAT_KIND[f.name], sources, meaning)


def _floats() -> Iterator[Rule]:
    for f in (F32, F64):
        k = FORMAT_KIND[f.name]
        for name, count in (("add", 2), ("sub", 2), ("mul", 2), ("div", 2), ("fma", 3), ("sqrt", 1), ("rcp", 1)):
            for mode in ("rn", "rz", "rm", "rp"):
                for ftz in ("", ".ftz") if f is F32 else ("",):
                    for sat in ("", ".sat") if f is F32 and name in ("add", "sub", "mul", "fma") else ("",):
                        meaning = floats.operation(name, f, mode, bool(ftz), bool(sat))
                        opcode = f"{name}.{mode}{ftz}{sat}.{f.name}"
                        if f is F32:
                            yield _simple(opcode, k, k * count, meaning)  # its NaN is defined
                        else:
                            yield _settled(f"{opcode} {_names('x', k * count)};", f, k * count, meaning)
    for f in (F16, F32, F64):
        k = FORMAT_KIND[f.name]
        for name, largest in (("min", False), ("max", True)):
            yield _settled(f"{name}.{f.name} {{x}}, {{a}}, {{b}};", f, k * 2, floats.extreme(f, largest))
            if f is not F64:
                yield _settled(f"{name}.NaN.{f.name} {{x}}, {{a}}, {{b}};", f, k * 2, floats.extreme(f, largest, propagate=True))
        yield _settled(f"neg.{f.name} {{x}}, {{a}};", f, k, lambda a, f=f: floats.canonical(negated(a, f), f))
        yield _settled(f"abs.{f.name} {{x}}, {{a}};", f, k, lambda a, f=f: floats.canonical(a & ~f.sign, f))
    for name, count in (("add", 2), ("sub", 2), ("mul", 2), ("fma", 3)):
        rounding = ".rn" if name == "fma" else ""
        yield _settled(f"{name}{rounding}.f16 {_names('x', 'f' * count)};", F16, "f" * count, floats.operation(name, F16))
    for f in (F32, F64):
        k = FORMAT_KIND[f.name]
        copied = lambda a, b, f=f: floats.canonical((b & ~f.sign) | (a & f.sign), f)  # noqa: E731
        yield _settled(f"copysign.{f.name} {{x}}, {{a}}, {{b}};", f, k * 2, copied)
        for name, test in {
            "finite": lambda a, f: a & ~f.sign < f.infinity,
            "infinite": lambda a, f: a & ~f.sign == f.infinity,
            "number": lambda a, f: a & ~f.sign <= f.infinity,
            "notanumber": lambda a, f: a & ~f.sign > f.infinity,
            "normal": lambda a, f: 1 << f.fraction_bits <= a & ~f.sign < f.infinity,
            "subnormal": is_subnormal,
        }.items():
            yield _simple(f"testp.{name}.{f.name}", "p", k, lambda a, f=f, test=test: int(test(a, f)))
    yield _settled("cvt.ftz.f32.f32 {x}, {a};", F32, "g", lambda a: floats.canonical(flushed(a, F32), F32))
    yield _settled("cvt.sat.f32.f32 {x}, {a};", F32, "g", lambda a: saturated(a, F32))
    yield _simple(
        "slct.b32.f32",
        "r",
        "rrg",
        lambda a, b, c: a if c == 1 << 31 or not (floats.canonical(c, F32) == floats.NAN["f32"] or is_negative(c, F32)) else b,
    )


FAMILIES: dict[str, list[Rule]] = {
    "integer": list(_integer()),
    "carries": list(_carries()),
    "logic": list(_logic()),
    "compare": list(_compare()),
    "conversions": list(_conversions()),
    "floats": list(_floats()),
}
# How often a rule is drawn from each family: logic and integers are what addresses and branches are made of.
WEIGHTS = {"integer": 5, "carries": 1, "logic": 5, "compare": 3, "conversions": 3, "floats": 5}
