"""Comparisons: setp with one and two destinations and a combining predicate, and set. PTX ISA 9.0, sections 9.7.6 and 9.7.7."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.ptx import ieee
from tests.ptx.kernel import Case
from tests.ptx.values import crossed, floats, integers, read

ORDERED: dict[str, Callable[[int, int], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}
UNSIGNED = {"lo": "lt", "ls": "le", "hi": "gt", "hs": "ge"}
COMBINE: dict[str, Callable[[int, int], int]] = {"and": lambda x, p: x & p, "or": lambda x, p: x | p, "xor": lambda x, p: x ^ p}


def compare(name: str, a: int, b: int, kind: str, ftz: bool = False) -> int:
    """What `name` says of two bit patterns of type `kind`: 0 or 1."""
    f = ieee.FORMATS.get(kind)
    if f is None:
        return int(ORDERED[UNSIGNED.get(name, name)](read(a, kind.replace("b", "u")), read(b, kind.replace("b", "u"))))
    unordered = ieee.is_nan(a, f) or ieee.is_nan(b, f)
    if name in ("num", "nan"):
        return int(unordered == (name == "nan"))
    if unordered:
        return int(name.endswith("u"))
    x, y = (0 if ieee.is_zero(v, f) or (ftz and ieee.is_subnormal(v, f)) else ieee.signed_magnitude(v, f) for v in (a, b))
    return int(ORDERED[name.removesuffix("u")](x, y))


def names_for(kind: str) -> list[str]:
    if kind in ieee.FORMATS:
        return [*ORDERED, *(f"{n}u" for n in ORDERED), "num", "nan"]
    if kind[0] == "b":
        return ["eq", "ne"]
    return [*ORDERED, *(UNSIGNED if kind[0] == "u" else ())]


def _operands(kind: str) -> tuple[str, list[int], list[int]]:
    f = ieee.FORMATS.get(kind)
    bits = f.bits if f else int(kind[1:])
    edge = floats(f) if f else integers(bits)
    a, b = crossed([edge] * 2, [bits] * 2, threads=640 if f else 320)
    equal = a[::3]
    a += equal
    b += equal
    cut = len(a) // 32 * 32
    return f"b{bits}", a[:cut], b[:cut]


def _setp() -> Iterator[Case]:
    for kind in ("b16", "b32", "b64", "u16", "u32", "u64", "s16", "s32", "s64", "f32", "f64", "f16", "bf16"):
        size, a, b = _operands(kind)
        sources = ((size, a), (size, b))
        for name in names_for(kind):
            want = [compare(name, x, y, kind) for x, y in zip(a, b, strict=True)]
            yield Case("setp", kind, (f"setp.{name}.{kind} {{d}}, {{a}}, {{b}};",), sources, ("pred",), (want,))
            if kind in ("f32", "f16", "bf16"):
                want = [compare(name, x, y, kind, ftz=True) for x, y in zip(a, b, strict=True)]
                yield Case("setp", kind, (f"setp.{name}.ftz.{kind} {{d}}, {{a}}, {{b}};",), sources, ("pred",), (want,))
        for name in ("eq", "lt" if kind[0] != "b" else "ne"):
            test = [compare(name, x, y, kind) for x, y in zip(a, b, strict=True)]
            opposite = [1 - t for t in test]
            code = (f"setp.{name}.{kind} {{d}}|{{q}}, {{a}}, {{b}};",)
            yield Case("setp", kind, code, sources, ("pred", "pred"), (test, opposite), note="d|q")
            p = [(i * 11 >> 2) & 1 for i in range(len(a))]
            for logic, combine in COMBINE.items():
                first = [combine(t, q) for t, q in zip(test, p, strict=True)]
                second = [combine(t, q) for t, q in zip(opposite, p, strict=True)]
                code = (f"setp.{name}.{logic}.{kind} {{d}}|{{q}}, {{a}}, {{b}}, {{c}};",)
                yield Case("setp", kind, code, (*sources, ("pred", p)), ("pred", "pred"), (first, second), note="d|q")
                code = (f"setp.{name}.{logic}.{kind} {{d}}, {{a}}, {{b}}, !{{c}};",)
                negated = [combine(t, 1 - q) for t, q in zip(test, p, strict=True)]
                yield Case("setp", kind, code, (*sources, ("pred", p)), ("pred",), (negated,), note="!c")


def _pairs() -> Iterator[Case]:
    """setp of two halves at once: a predicate for the lower ones, another for the upper ones. set: 1.0 or all ones in each half."""
    for one in ("f16", "bf16"):
        _, a, b = _operands(one)
        low = list(zip(a, b, strict=True))
        high = low[7:] + low[:7]
        kind, yes = f"{one}x2", 0x3C00 if one == "f16" else 0x3F80
        words = tuple([x | y << 16 for (x, y) in zip((row[i] for row in low), (row[i] for row in high), strict=True)] for i in (0, 1))
        sources = (("b32", words[0]), ("b32", words[1]))
        p = [(i * 7 >> 1) & 1 for i in range(len(a))]
        for name in names_for(one):
            for ftz in ("", ".ftz"):
                lower, upper = ([compare(name, x, y, one, ftz=bool(ftz)) for x, y in half] for half in (low, high))
                code = (f"setp.{name}{ftz}.{kind} {{d}}|{{q}}, {{a}}, {{b}};",)
                yield Case("setp", kind, code, sources, ("pred", "pred"), (lower, upper))
                for result, true in ((kind, yes), ("u32", 0xFFFF), ("s32", 0xFFFF)):
                    want = [true * x | true * y << 16 for x, y in zip(lower, upper, strict=True)]
                    code = (f"set.{name}{ftz}.{result}.{kind} {{d}}, {{a}}, {{b}};",)
                    yield Case("set", result, code, sources, ("b32",), (want,))
        lower, upper = ([compare("lt", x, y, one) for x, y in half] for half in (low, high))
        for logic, combine in COMBINE.items():
            both = tuple([combine(t, q) for t, q in zip(test, p, strict=True)] for test in (lower, upper))
            code = (f"setp.lt.{logic}.{kind} {{d}}|{{q}}, {{a}}, {{b}}, {{c}};",)
            yield Case("setp", kind, code, (*sources, ("pred", p)), ("pred", "pred"), both)


def _set() -> Iterator[Case]:
    for one, true in (("f16", 0x3C00), ("bf16", 0x3F80)):
        size, a, b = _operands(one)
        for name in names_for(one):
            test = [compare(name, x, y, one) for x, y in zip(a, b, strict=True)]
            for result, yes, width in ((one, true, 16), ("u16", 0xFFFF, 16), ("s16", 0xFFFF, 16), ("u32", 0xFFFFFFFF, 32)):
                code = (f"set.{name}.{result}.{one} {{d}}, {{a}}, {{b}};",)
                yield Case("set", result, code, ((size, a), (size, b)), (f"b{width}",), ([yes * t for t in test],))
    for kind in ("b16", "b32", "b64", "u16", "u32", "u64", "s16", "s32", "s64", "f32", "f64"):
        size, a, b = _operands(kind)
        sources = ((size, a), (size, b))
        p = [(i * 7 >> 1) & 1 for i in range(len(a))]
        for result, yes in (("u32", 0xFFFFFFFF), ("s32", 0xFFFFFFFF), ("f32", 0x3F800000)):
            for name in names_for(kind):
                test = [compare(name, x, y, kind) for x, y in zip(a, b, strict=True)]
                code = (f"set.{name}.{result}.{kind} {{d}}, {{a}}, {{b}};",)
                yield Case("set", result, code, sources, ("b32",), ([yes * t for t in test],))
            test = [compare("eq", x, y, kind) for x, y in zip(a, b, strict=True)]
            for logic, combine in COMBINE.items():
                code = (f"set.eq.{logic}.{result}.{kind} {{d}}, {{a}}, {{b}}, {{c}};",)
                want = [yes * combine(t, q) for t, q in zip(test, p, strict=True)]
                yield Case("set", result, code, (*sources, ("pred", p)), ("b32",), (want,))
    size, a, b = _operands("f32")
    want = [0x3F800000 * compare("gt", x, y, "f32", ftz=True) for x, y in zip(a, b, strict=True)]
    yield Case("set", "f32", ("set.gt.ftz.f32.f32 {d}, {a}, {b};",), ((size, a), (size, b)), ("b32",), (want,))


def cases() -> Iterator[Case]:
    yield from _setp()
    yield from _pairs()
    yield from _set()
