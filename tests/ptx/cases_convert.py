"""Conversions: every pair of types that cvt takes, in every rounding mode, with .sat and .ftz. PTX ISA 9.0, section 9.7.9.21."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from fractions import Fraction

from tests.ptx import ieee
from tests.ptx.cases_float import same_or_nan
from tests.ptx.ieee import BF16, F16, F32, F64, FORMATS, Format
from tests.ptx.kernel import Case
from tests.ptx.values import crossed, floats, integers, read, wrap

INTEGERS = ("u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64")
TO_INTEGER = ("rni", "rzi", "rmi", "rpi")
DIRECTIONS = ("rn", "rz", "rm", "rp")


def limits(kind: str) -> tuple[int, int]:
    bits = int(kind[1:])
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if kind[0] == "s" else (0, (1 << bits) - 1)


def clamped(x: int, kind: str) -> int:
    low, high = limits(kind)
    return max(low, min(high, x))


def _columns(kind: str, register: int) -> list[int]:
    """Values of `kind` in registers of `register` bits, the bits above filled with something else."""
    f = FORMATS.get(kind)
    bits = f.bits if f else int(kind[1:])
    (a,) = crossed([_interesting(f) if f else [*integers(bits), *integers(max(8, bits // 2))]], [bits], threads=128)
    return [wrap(x, bits) | wrap(0xA5A5A5A5A5A5A5A5 << bits, register) for x in a]


def _interesting(f: Format) -> list[int]:
    """Edge cases, ties between integers, and the neighbourhood of every integer type's ends."""
    numbers: list[Fraction] = [Fraction(n, 2) for n in range(-9, 10)] + [Fraction(1, 4), Fraction(-3, 4)]
    for bits in (7, 8, 15, 16, 31, 32, 63, 64):
        numbers += [s * (Fraction(1 << bits) + d) for s in (1, -1) for d in (-1, Fraction(-1, 2), 0, Fraction(1, 2), 1)]
    return [*floats(f), *(ieee.rounded(Fraction(x), f, "rz") for x in numbers)]


def _integer_pairs() -> Iterator[Case]:
    for target in INTEGERS:
        for source in INTEGERS:
            source_registers = [r for r in (16, 32, 64) if r >= int(source[1:])]
            target_registers = [r for r in (16, 32, 64) if r >= int(target[1:])]
            for register in source_registers[:2]:
                for wide in target_registers[:2]:
                    a = _columns(source, register)
                    # .sat is for conversions that can overflow
                    fits = limits(target)[0] <= limits(source)[0] and limits(source)[1] <= limits(target)[1]
                    for sat in ("",) if fits else ("", ".sat"):
                        want = []
                        for x in a:
                            v = read(x, source)
                            v = clamped(v, target) if sat else read(wrap(v, int(target[1:])), target)
                            want.append(wrap(v, wide))
                        code = (f"cvt{sat}.{target}.{source} {{d}}, {{a}};",)
                        note = f"{register} to {wide} bits"
                        yield Case("cvt", target, code, ((f"b{register}", a),), (f"b{wide}",), (want,), note=note)


def _float_to_integer() -> Iterator[Case]:
    for name, f in FORMATS.items():
        a = _columns(name, f.bits)
        for target in INTEGERS:
            bits = int(target[1:])
            if f is BF16 and bits == 8:
                continue  # does not exist
            register = max(16, bits)
            for mode in TO_INTEGER:
                for ftz in ("", ".ftz") if f is F32 else ("",):
                    want = []
                    for raw in a:
                        x = ieee.flushed(raw, f) if ftz else raw
                        if ieee.is_nan(x, f):
                            v = 1 << (bits - 1) if f is F64 or bits == 64 else 0
                            v = read(v, target)
                        elif ieee.is_infinite(x, f):
                            v = limits(target)[not ieee.is_negative(x, f)]
                        else:
                            v = clamped(ieee.to_integral(ieee.value(x, f), mode), target)
                        want.append(wrap(v, register))
                    code = (f"cvt.{mode}{ftz}.{target}.{name} {{d}}, {{a}};",)
                    yield Case("cvt", target, code, ((f"b{f.bits}", a),), (f"b{register}",), (want,))


def _integer_to_float() -> Iterator[Case]:
    for source in INTEGERS:
        bits = int(source[1:])
        register = max(16, bits)
        a = _columns(source, register)
        # ties and near-ties of every fraction length
        places = [bits - 2 - f.fraction_bits for f in FORMATS.values()]
        near = [(1 << (bits - 1)) + (1 << k) + d for k in places if k > 0 for d in (-1, 0, 1)]
        near += [(1 << (bits - 2)) + (3 << (k - 1)) + d for k in places if k > 1 for d in (-1, 0, 1)]
        a = [*a, *(wrap(x, bits) for x in near)]
        a += [0] * (-len(a) % 32)
        for name, f in FORMATS.items():
            for mode in DIRECTIONS if f is not BF16 or bits > 8 else ():
                want = [ieee.rounded(Fraction(read(x, source)), f, mode) for x in a]
                code = (f"cvt.{mode}.{name}.{source} {{d}}, {{a}};",)
                yield Case("cvt", name, code, ((f"b{register}", a),), (f"b{f.bits}",), (want,))


def _between_floats() -> Iterator[Case]:
    for source in (F16, BF16, F32, F64):
        for target in (F16, BF16, F32, F64):
            exact = source.exponent_bits <= target.exponent_bits and source.fraction_bits <= target.fraction_bits
            a = _columns(source.name, source.bits)
            if not exact:
                a = _with_ties(a, source, target)
            of = functools.partial(_between, source, target, a)

            if source is target:
                for mode in TO_INTEGER:
                    want = [x if ieee.is_nan(x, source) or ieee.is_infinite(x, source) else _integral(x, source, mode) for x in a]
                    yield of(f".{mode}", want)
                if source is not BF16:
                    yield of(".sat", [ieee.saturated(x, source) for x in a])
                if source is F32:
                    yield of(".ftz", [ieee.flushed(x, source) for x in a])
                    yield of(".ftz.sat", [ieee.saturated(ieee.flushed(x, source), source) for x in a])
            elif exact:
                yield of("", [ieee.convert(x, source, target) for x in a])
            else:
                for mode in DIRECTIONS:
                    want = [ieee.convert(x, source, target, mode) for x in a]
                    yield of(f".{mode}", want)
                    if target is F32:
                        yield of(f".{mode}.ftz", [ieee.flushed(x, target) for x in want])
                        yield of(f".{mode}.sat", [ieee.saturated(x, target) for x in want])
                if target is F16 and source is F32:
                    yield of(".rn.ftz", [ieee.convert(ieee.flushed(x, source), source, target) for x in a])
                if source is F32:
                    for mode in ("rn", "rz"):
                        want = [_relu(ieee.convert(x, source, target, mode), target) for x in a]
                        yield of(f".{mode}.relu", want)


def _between(source: Format, target: Format, a: list[int], modifiers: str, want: list[int]) -> Case:
    code = (f"cvt{modifiers}.{target.name}.{source.name} {{d}}, {{a}};",)
    return Case("cvt", target.name, code, ((f"b{source.bits}", a),), (f"b{target.bits}",), (want,), same_or_nan(target))


def _relu(x: int, f: Format) -> int:
    return 0 if ieee.is_negative(x, f) and not ieee.is_nan(x, f) else x


def _integral(x: int, f: Format, mode: str) -> int:
    return ieee.rounded(Fraction(ieee.to_integral(ieee.value(x, f), mode)), f, negative_zero=ieee.is_negative(x, f))


def _with_ties(a: list[int], source: Format, target: Format) -> list[int]:
    """Adds numbers at and beside the midpoints between neighbours of the target format, ordinary, subnormal and at its end."""
    extra = []
    for bits in (1, 2, 0x155, 1 << target.fraction_bits, (1 << target.fraction_bits) - 1, target.infinity - 1, target.infinity >> 1, 0):
        low = ieee.value(bits, target)
        step = ieee.value(max(bits, 1), target) - ieee.value(max(bits, 1) - 1, target)
        for sign in (1, -1):
            half, little = Fraction(1, 2), Fraction(1, 1 << 20)
            for part in (half, half - little, half + little, little / 1024):
                x = ieee.rounded(sign * (low + step * part), source, "rz")
                extra.append(x)
    a = [*a, *extra]
    return a + [0] * (-len(a) % 32)


def _packed() -> Iterator[Case]:
    for f in (F16, BF16):
        a = _with_ties(_columns("f32", 32), F32, f)
        b = a[9:] + a[:9]
        for mode in ("rn", "rz"):
            for relu in ("", ".relu"):
                halves = []
                for column in (a, b):
                    half = [ieee.convert(x, F32, f, mode) for x in column]
                    halves.append([_relu(x, f) for x in half] if relu else half)
                want = [high << 16 | low for high, low in zip(*halves, strict=True)]
                code = (f"cvt.{mode}{relu}.{f.name}x2.f32 {{d}}, {{a}}, {{b}};",)

                def close(got: int, wanted: int, f: Format = f) -> bool:
                    same = same_or_nan(f)
                    pairs = ((got & 0xFFFF, wanted & 0xFFFF), (got >> 16, wanted >> 16))
                    return all(g == w or same(g, w) for g, w in pairs)

                yield Case("cvt", f"{f.name}x2", code, (("b32", a), ("b32", b)), ("b32",), (want,), close)


TF32 = Format("tf32", 8, 10)


def _tensor_floats() -> Iterator[Case]:
    """cvt to tf32: an f32 with 10 bits of fraction; .rna rounds ties away from zero."""
    a = _with_ties(_columns("f32", 32), F32, TF32)

    def as_single(x: int) -> int:
        return F32.nan if ieee.is_nan(x, TF32) else x << 13

    for mode in ("rna", "rn", "rz"):
        want = []
        for x in a:
            y = ieee.convert(x, F32, TF32, "rn" if mode == "rna" else mode)
            if mode == "rna" and not ieee.is_nan(x, F32) and x & 0x1FFF == 0x1000:
                y = (x >> 13) + 1
            want.append(as_single(y))
        yield Case("cvt", "tf32", (f"cvt.{mode}.tf32.f32 {{d}}, {{a}};",), (("b32", a),), ("b32",), (want,), same_or_nan(F32))
        if mode != "rna":
            relu = [0 if ieee.is_negative(x, F32) and not ieee.is_nan(x, F32) else x for x in want]
            code = (f"cvt.{mode}.relu.tf32.f32 {{d}}, {{a}};",)
            yield Case("cvt", "tf32", code, (("b32", a),), ("b32",), (relu,), same_or_nan(F32))
        top = 0x7F7FE000
        finite = [x if ieee.is_nan(x, F32) or not ieee.is_infinite(x, F32) else (x & F32.sign) | top for x in want]
        code = (f"cvt.{mode}.satfinite.tf32.f32 {{d}}, {{a}};",)
        yield Case("cvt", "tf32", code, (("b32", a),), ("b32",), (finite,), same_or_nan(F32))


def _small_integers() -> Iterator[Case]:
    """cvt.pack: two saturated integers side by side, above what a third operand held."""
    a, b, c = crossed([integers(32)] * 3, [32] * 3)
    for kind in ("u8", "s8", "u16", "s16"):
        bits = int(kind[1:])
        pairs = [(wrap(clamped(read(x, "s32"), kind), bits), wrap(clamped(read(y, "s32"), kind), bits)) for x, y in zip(a, b, strict=True)]
        want = [x << bits | y for x, y in pairs]
        if bits == 16:
            yield Case("cvt.pack", kind, (f"cvt.pack.sat.{kind}.s32 {{d}}, {{a}}, {{b}};",), (("b32", a), ("b32", b)), ("b32",), (want,))
            continue
        want = [wrap(z << 16 | x, 32) for x, z in zip(want, c, strict=True)]
        code = (f"cvt.pack.sat.{kind}.s32.b32 {{d}}, {{a}}, {{b}}, {{c}};",)
        yield Case("cvt.pack", kind, code, (("b32", a), ("b32", b), ("b32", c)), ("b32",), (want,))


def cases() -> Iterator[Case]:
    for make in (_integer_pairs, _float_to_integer, _integer_to_float, _between_floats, _packed, _tensor_floats, _small_integers):
        yield from make()
