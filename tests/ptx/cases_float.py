"""Floating point, f32 and f64: PTX ISA 9.0, section 9.7.3. IEEE operations are bit-exact in every rounding mode;
approximations have their bound.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator
from fractions import Fraction

from tests.ptx import ieee
from tests.ptx.ieee import F32, F64, Format
from tests.ptx.kernel import Case
from tests.ptx.values import crossed, floats

Close = Callable[[int, int], bool]


def same_or_nan(f: Format) -> Close:
    return lambda got, want: ieee.is_nan(got, f) and ieee.is_nan(want, f)


def within_ulps(f: Format, ulps: int) -> Close:
    def close(got: int, want: int) -> bool:
        if ieee.is_nan(got, f) or ieee.is_nan(want, f):
            return ieee.is_nan(got, f) and ieee.is_nan(want, f)
        return ieee.ulps_between(got, want, f) <= ulps

    return close


def within_absolute(f: Format, bound: float) -> Close:
    def close(got: int, want: int) -> bool:
        if any(ieee.is_nan(x, f) or ieee.is_infinite(x, f) for x in (got, want)):
            return ieee.is_nan(got, f) and ieee.is_nan(want, f)
        return abs(ieee.value(got, f) - ieee.value(want, f)) <= Fraction(bound)

    return close


def single(x: float) -> int:
    """Bits of x rounded to f32."""
    if math.isnan(x):
        return F32.nan
    if math.isinf(x) or x == 0:
        return (F32.sign if math.copysign(1, x) < 0 else 0) | (F32.infinity if x else 0)
    return ieee.rounded(Fraction(x), F32)


def number(bits: int) -> float:
    return float(struct.unpack("<f", struct.pack("<I", bits))[0])


def _size(f: Format) -> str:
    return f"b{f.bits}"


def _case(
    row: str, spelling: str, f: Format, columns: list[list[int]], want: list[int], close: Close | None = None, note: str = ""
) -> Case:
    names = ", ".join(f"{{{n}}}" for n in "dabc"[: len(columns) + 1])
    sources = tuple((_size(f), column) for column in columns)
    return Case(row, f.name, (f"{spelling}.{f.name} {names};",), sources, (_size(f),), (want,), close or same_or_nan(f), note=note)


def _ieee() -> Iterator[Case]:
    for f in (F32, F64):
        edge = floats(f)
        a, b = crossed([edge] * 2, [f.bits] * 2, threads=640)
        pairs = list(zip(a, b, strict=True))
        triples = crossed([edge] * 3, [f.bits] * 3, threads=640)
        # products close to the addend: where fused and unfused differ
        triples = [column + extra for column, extra in zip(triples, _cancelling(f), strict=True)]
        rows = list(zip(*triples, strict=True))
        for mode in ("rn", "rz", "rm", "rp"):
            for name, two in (("add", ieee.add), ("sub", ieee.sub), ("mul", ieee.mul)):
                yield _case(name, f"{name}.{mode}", f, [a, b], [two(x, y, f, mode) for x, y in pairs])
            yield _case("div", f"div.{mode}", f, [a, b], [ieee.div(x, y, f, mode) for x, y in pairs])
            fused = [ieee.fma(x, y, z, f, mode) for x, y, z in rows]
            yield _case("fma", f"fma.{mode}", f, triples, fused)
            yield _case("mad", f"mad.{mode}", f, triples, fused)
            one = ieee.rounded(Fraction(1), f)
            few = a[:256] if f is F32 else [*edge, *a[-29:]]
            yield _case("sqrt", f"sqrt.{mode}", f, [few], [ieee.sqrt(x, f, mode) for x in few])
            yield _case("rcp", f"rcp.{mode}", f, [few], [ieee.div(one, x, f, mode) for x in few])
        for name in ("add", "sub", "mul"):
            two = {"add": ieee.add, "sub": ieee.sub, "mul": ieee.mul}[name]
            yield _case(name, name, f, [a, b], [two(x, y, f) for x, y in pairs], note="default rounding")
        yield _case("neg", "neg", f, [a], [x ^ f.sign for x in a])
        yield _case("abs", "abs", f, [a], [x & ~f.sign for x in a])
        copied = [(y & ~f.sign) | (x & f.sign) for x, y in pairs]
        yield _case("copysign", "copysign", f, [a, b], copied)
        for name, top in (("min", False), ("max", True)):
            yield _case(name, name, f, [a, b], [ieee.minimum(x, y, f, maximum=top) for x, y in pairs])
    for name, top in (("min", False), ("max", True)):
        a, b = crossed([floats(F32)] * 2, [32] * 2, threads=640)
        want = [ieee.minimum(x, y, F32, propagate=True, maximum=top) for x, y in zip(a, b, strict=True)]
        yield _case(name, f"{name}.NaN", F32, [a, b], want)
        flushed = [(ieee.flushed(x, F32), ieee.flushed(y, F32)) for x, y in zip(a, b, strict=True)]
        want = [ieee.minimum(x, y, F32, propagate=True, maximum=top) for x, y in flushed]
        yield _case(name, f"{name}.ftz.NaN", F32, [a, b], want)
        for nan in ("", ".NaN"):
            want = [signs_xored(x, y, F32, top, bool(nan)) for x, y in zip(a, b, strict=True)]
            yield _case(name, f"{name}{nan}.xorsign.abs", F32, [a, b], want)
        want = [ieee.minimum(x, y, F32, maximum=top) for x, y in flushed]
        yield _case(name, f"{name}.ftz", F32, [a, b], want)


def signs_xored(a: int, b: int, f: Format, maximum: bool, propagate: bool) -> int:
    """min.xorsign.abs: of the magnitudes, with the exclusive or of the signs."""
    magnitude = ieee.minimum(a & ~f.sign, b & ~f.sign, f, propagate=propagate, maximum=maximum)
    return magnitude if ieee.is_nan(magnitude, f) else magnitude | ((a ^ b) & f.sign)


def _cancelling(f: Format) -> list[list[int]]:
    one = ieee.rounded(Fraction(1), f)
    values = [one + 1, one + 3, one - 1, one + 0x155, one + (1 << (f.fraction_bits // 2)), one | f.sign, (one + 5) | f.sign, one + 7]
    rows = [(x, y, ieee.mul(x, y, f) ^ f.sign) for x in values for y in values]
    return [list(column) for column in zip(*rows, strict=True)]


def _modified() -> Iterator[Case]:
    """.ftz and .sat, alone and together, with and without directed rounding."""
    f = F32
    edge = floats(f)
    tiny = [f.infinity >> 1 & 0xFF800000, 0x00800000, 0x00800001, 0x00C00000, 0x33000000, 0x3F000000, 0x3F7FFFFF]
    triples = crossed([[*edge, *tiny]] * 3, [32] * 3, threads=640, seed=3)
    operations: dict[str, tuple[int, Callable[..., int]]] = {
        "add": (2, ieee.add),
        "sub": (2, ieee.sub),
        "mul": (2, ieee.mul),
        "fma": (3, ieee.fma),
    }
    for name, (count, operation) in operations.items():
        columns = triples[:count]
        for mode in ("rn", "rz", "rp"):
            for ftz, sat in ((True, False), (False, True), (True, True)):
                want = []
                for row in zip(*columns, strict=True):
                    x = operation(*(ieee.flushed(v, f) for v in row) if ftz else row, f, mode)
                    x = ieee.flushed(x, f) if ftz else x
                    want.append(ieee.saturated(x, f) if sat else x)
                spelling = f"{name}.{mode}" + ".ftz" * ftz + ".sat" * sat
                yield _case(name, spelling, f, columns, want)
    for name in ("neg", "abs"):
        (a,) = crossed([edge], [32])
        want = [ieee.flushed(x, f) for x in a]
        yield _case(name, f"{name}.ftz", f, [a], [x ^ f.sign if name == "neg" else x & ~f.sign for x in want])
    a, b = triples[:2]
    want = [ieee.flushed(ieee.div(ieee.flushed(x, f), ieee.flushed(y, f), f), f) for x, y in zip(a, b, strict=True)]
    yield _case("div", "div.rn.ftz", f, [a, b], want)
    want = [ieee.flushed(ieee.sqrt(ieee.flushed(x, f), f), f) for x in a]
    yield _case("sqrt", "sqrt.rn.ftz", f, [a], want)


def _approximate() -> Iterator[Case]:
    """Accuracy as the PTX ISA promises, inputs where it promises it (results that would be subnormal aside)."""
    f = F32
    # a spread of ordinary magnitudes, both signs, and the special values
    ordinary = [single(s * m * 2.0**e) for s in (1, -1) for m in (1.0, 1.1, 1.5, 1.9999) for e in range(-20, 21, 3)]
    special = [0, f.sign, f.infinity, f.infinity | f.sign, f.nan]
    a = [*ordinary, *special]
    a += [single(0.37)] * (-len(a) % 32)
    b = a[7:] + a[:7]
    pairs = list(zip(a, b, strict=True))
    quotient = [ieee.div(x, y, f) for x, y in pairs]
    for spelling in ("div.approx", "div.full", "div.approx.ftz", "div.full.ftz"):
        yield _case("div", spelling, f, [a, b], quotient, within_ulps(f, 2))
    one = single(1.0)
    yield _case("rcp", "rcp.approx", f, [a], [ieee.div(one, x, f) for x in a], within_ulps(f, 1))
    yield _case("rcp", "rcp.approx.ftz", f, [a], [ieee.div(one, x, f) for x in a], within_ulps(f, 1))
    yield _case("sqrt", "sqrt.approx", f, [a], [ieee.sqrt(x, f) for x in a], within_ulps(f, 3))
    yield _case("sqrt", "sqrt.approx.ftz", f, [a], [ieee.sqrt(x, f) for x in a], within_ulps(f, 3))
    root = [_reciprocal_root(ieee.convert(x, F32, F64)) for x in a]
    yield _case("rsqrt", "rsqrt.approx", f, [a], [ieee.convert(x, F64, F32) for x in root], within_ulps(f, 4))
    yield _case("rsqrt", "rsqrt.approx.ftz", f, [a], [ieee.convert(x, F64, F32) for x in root], within_ulps(f, 4))

    def unary(spelling: str, function: Callable[[float], float], inputs: list[int], close: Close) -> Case:
        return _case(spelling.split(".")[0], spelling, f, [inputs], [single(function(number(x))) for x in inputs], close)

    def guarded(function: Callable[[float], float]) -> Callable[[float], float]:
        def safe(x: float) -> float:
            try:
                return function(x)
            except ValueError:
                return math.nan

        return safe

    exponents = [single(x / 7.0) for x in range(-400, 400, 5)]
    unit = [single(x / 16.0) for x in range(-100, 100, 5)] + special  # within [-2π, 2π]
    unit = [x for x in unit if abs(number(x)) <= 2 * math.pi or not math.isfinite(number(x))]
    unit += [one] * (-len(unit) % 32)
    for ftz in ("", ".ftz"):
        yield unary(f"ex2.approx{ftz}", lambda x: 2.0**x, exponents, within_ulps(f, 4))
        ends = [0, f.sign, f.infinity, f.infinity | f.sign, f.nan, single(200.0), single(-300.0), one] * 4
        want = [one, one, f.infinity, 0, f.nan, f.infinity, 0, single(2.0)] * 4
        yield _case("ex2", f"ex2.approx{ftz}", f, [ends], want, note="special values")
        yield _log(f, ftz, a)
        yield unary(f"sin.approx{ftz}", guarded(math.sin), unit, within_absolute(f, 2**-20.5))
        yield unary(f"cos.approx{ftz}", guarded(math.cos), unit, within_absolute(f, 2**-20.5))
    # tanh.approx: relative error 2^-11
    yield unary("tanh.approx", math.tanh, a, within_ulps(f, 1 << 12))


def _log(f: Format, ftz: str, a: list[int]) -> Case:
    def log(x: float) -> float:
        if math.isnan(x) or x < 0:
            return math.nan
        return math.log2(x) if x else -math.inf

    want = [single(log(number(x))) for x in a]

    def close(got: int, wanted: int) -> bool:
        return within_ulps(f, 4)(got, wanted) or within_absolute(f, 2**-22)(got, wanted)

    return _case("lg2", f"lg2.approx{ftz}", f, [a], want, close)


def _reciprocal_root(x: int) -> int:
    """1 / sqrt(x) of f64 bits; -0 gives -inf (PTX ISA 9.0, table of rsqrt)."""
    return ieee.div(F64_ONE, ieee.sqrt(x, F64), F64)


F64_ONE = ieee.rounded(Fraction(1), F64)


def _double_approximations() -> Iterator[Case]:
    f = F64
    a = [ieee.rounded(Fraction(s * m, 7) * Fraction(2) ** e, f) for s in (1, -1) for m in (7, 9, 13) for e in range(-300, 300, 41)]
    a += [0, f.sign, f.infinity, f.nan]
    a += [F64_ONE] * (-len(a) % 32)
    loose = 1 << 33  # 20 bits of the fraction are right
    yield _case("rcp", "rcp.approx.ftz", f, [a], [ieee.div(F64_ONE, x, f) for x in a], within_ulps(f, loose))
    want = [_reciprocal_root(x) for x in a]
    yield _case("rsqrt", "rsqrt.approx", f, [a], want, within_ulps(f, loose))
    yield _case("rsqrt", "rsqrt.approx.ftz", f, [a], want, within_ulps(f, loose))


def _properties() -> Iterator[Case]:
    tests: dict[str, Callable[[int, Format], bool]] = {
        "finite": lambda x, f: not ieee.is_nan(x, f) and not ieee.is_infinite(x, f),
        "infinite": ieee.is_infinite,
        "number": lambda x, f: not ieee.is_nan(x, f),
        "notanumber": ieee.is_nan,
        "normal": lambda x, f: not (ieee.is_nan(x, f) or ieee.is_infinite(x, f) or ieee.is_zero(x, f) or ieee.is_subnormal(x, f)),
        "subnormal": ieee.is_subnormal,
    }
    for f in (F32, F64):
        (a,) = crossed([floats(f)], [f.bits])
        for name, test in tests.items():
            code = (f"testp.{name}.{f.name} {{d}}, {{a}};",)
            yield Case("testp", f.name, code, ((_size(f), a),), ("pred",), ([int(test(x, f)) for x in a],))


def _literals() -> Iterator[Case]:
    (a,) = crossed([floats(F32)], [32])
    half = ieee.rounded(Fraction(1, 2), F32)
    want = [ieee.mul(x, half, F32) for x in a]
    for literal in ("0f3F000000", "0.5"):
        code = (f"mul.f32 {{d}}, {{a}}, {literal};",)
        yield Case("mul", "f32", code, (("b32", a),), ("b32",), (want,), same_or_nan(F32), note=literal)
    (a,) = crossed([floats(F64)], [64])
    want = [ieee.add(x, F64_ONE, F64) for x in a]
    yield Case("add", "f64", ("add.f64 {d}, {a}, 0d3FF0000000000000;",), (("b64", a),), ("b64",), (want,), same_or_nan(F64), note="literal")


def cases() -> Iterator[Case]:
    for make in (_ieee, _modified, _approximate, _double_approximations, _properties, _literals):
        yield from make()
