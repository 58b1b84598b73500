"""Half precision, f16 and bf16, alone and in pairs: PTX ISA 9.0, section 9.7.4. Every result is the exact one rounded once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction

from tests.ptx import ieee
from tests.ptx.cases_float import Close, same_or_nan, signs_xored
from tests.ptx.ieee import BF16, F16, Format
from tests.ptx.kernel import Case
from tests.ptx.values import crossed, floats


def _pairs(column: list[int]) -> list[int]:
    """Two halves a word: each thread's value below, another thread's above."""
    return [low | high << 16 for low, high in zip(column, column[5:] + column[:5], strict=True)]


def _both(
    row: str, spelling: str, f: Format, columns: list[list[int]], want: list[int], close: Close | None = None, note: str = ""
) -> Iterator[Case]:
    """The instruction on halves and on pairs of halves."""
    close = close or same_or_nan(f)
    names = ", ".join(f"{{{n}}}" for n in "dabc"[: len(columns) + 1])
    sources = tuple(("b16", column) for column in columns)
    yield Case(row, f.name, (f"{spelling}.{f.name} {names};",), sources, ("b16",), (want,), close, note=note)

    def close_pair(got: int, wanted: int) -> bool:
        halves = [(got & 0xFFFF, wanted & 0xFFFF), (got >> 16, wanted >> 16)]
        return all(g == w or close(g, w) for g, w in halves)

    sources = tuple(("b32", _pairs(column)) for column in columns)
    yield Case(row, f"{f.name}x2", (f"{spelling}.{f.name}x2 {names};",), sources, ("b32",), (_pairs(want),), close_pair, note=note)


def _relu(x: int, f: Format) -> int:
    return x if ieee.is_nan(x, f) or not ieee.is_negative(x, f) else 0


def _arithmetic() -> Iterator[Case]:
    for f in (F16, BF16):
        edge = floats(f)
        a, b = crossed([edge] * 2, [16] * 2, threads=640)
        pairs = list(zip(a, b, strict=True))
        triples = crossed([edge] * 3, [16] * 3, threads=640)
        triples = [column + extra for column, extra in zip(triples, _almost_ties(f), strict=True)]
        rows = list(zip(*triples, strict=True))
        for name, two in (("add", ieee.add), ("sub", ieee.sub), ("mul", ieee.mul)):
            want = [two(x, y, f) for x, y in pairs]
            yield from _both(name, name, f, [a, b], want)
            yield from _both(name, f"{name}.rn", f, [a, b], want)
            if f is F16:
                flushed = [ieee.flushed(two(ieee.flushed(x, f), ieee.flushed(y, f), f), f) for x, y in pairs]
                yield from _both(name, f"{name}.ftz", f, [a, b], flushed)
                yield from _both(name, f"{name}.sat", f, [a, b], [ieee.saturated(x, f) for x in want])
        fused = [ieee.fma(x, y, z, f) for x, y, z in rows]
        yield from _both("fma", "fma.rn", f, triples, fused)
        yield from _both("fma", "fma.rn.relu", f, triples, [_relu(x, f) for x in fused])
        if f is F16:
            yield from _both("fma", "fma.rn.sat", f, triples, [ieee.saturated(x, f) for x in fused])
            small_rows = [[ieee.flushed(x, f) for x in row] for row in rows]
            flushed = [ieee.flushed(ieee.fma(*row, f), f) for row in small_rows]
            yield from _both("fma", "fma.rn.ftz", f, triples, flushed)
            yield from _both("fma", "fma.rn.ftz.relu", f, triples, [_relu(x, f) for x in flushed])
        for name, top in (("min", False), ("max", True)):
            yield from _both(name, name, f, [a, b], [ieee.minimum(x, y, f, maximum=top) for x, y in pairs])
            want = [ieee.minimum(x, y, f, propagate=True, maximum=top) for x, y in pairs]
            yield from _both(name, f"{name}.NaN", f, [a, b], want)
            for nan in ("", ".NaN"):
                want = [signs_xored(x, y, f, top, bool(nan)) for x, y in pairs]
                yield from _both(name, f"{name}{nan}.xorsign.abs", f, [a, b], want)
            if f is F16:
                small = [(ieee.flushed(x, f), ieee.flushed(y, f)) for x, y in pairs]
                yield from _both(name, f"{name}.ftz", f, [a, b], [ieee.minimum(x, y, f, maximum=top) for x, y in small])
        yield from _both("neg", "neg", f, [a], [x ^ f.sign for x in a])
        yield from _both("abs", "abs", f, [a], [x & ~f.sign for x in a])


def _almost_ties(f: Format) -> list[list[int]]:
    """a × b + c where a × b lies halfway between two halves and a tiny c decides: found wrong by rounding through a wider float first."""
    one = ieee.rounded(Fraction(1), f)
    near_half = one + (1 << (f.fraction_bits // 2))  # (1 + 2^-k)^2 has bits far below the last place
    tiny = [1, 1 | f.sign, 5, 7 | f.sign, 1 << f.fraction_bits, (1 << f.fraction_bits) | f.sign]
    odd = [one + 1, one + 3, near_half, near_half + 1]
    rows = [(x, y, z) for x in odd for y in [*odd, ieee.rounded(Fraction(3, 2), f)] for z in tiny]
    rows += [rows[0]] * (-len(rows) % 32)
    return [list(column) for column in zip(*rows, strict=True)]


def _approximate() -> Iterator[Case]:
    for f in (F16, BF16):
        a = [ieee.rounded(Fraction(n, 16), f) for n in range(-150, 150, 2)] + [0, f.sign, f.infinity, f.infinity | f.sign, f.nan]
        a += [0] * (-len(a) % 32)

        def ex2(x: float) -> float:
            return float(2.0**x)

        for spelling, function, ulps in (("ex2.approx.ftz" if f is BF16 else "ex2.approx", ex2, 2), ("tanh.approx", math.tanh, 2)):
            yield from _both(spelling.split(".")[0], spelling, f, [a], [_through(function, x, f) for x in a], _within(f, ulps))


def _through(function: Callable[[float], float], x: int, f: Format) -> int:
    if ieee.is_nan(x, f):
        return f.nan
    y = function((-math.inf if ieee.is_negative(x, f) else math.inf) if ieee.is_infinite(x, f) else float(ieee.value(x, f)))
    if math.isinf(y):
        return f.infinity
    return ieee.rounded(Fraction(y), f, negative_zero=math.copysign(1, y) < 0)


def _within(f: Format, ulps: int) -> Close:
    def close(got: int, want: int) -> bool:
        if ieee.is_nan(got, f) or ieee.is_nan(want, f):
            return ieee.is_nan(got, f) and ieee.is_nan(want, f)
        return ieee.ulps_between(got, want, f) <= ulps

    return close


def cases() -> Iterator[Case]:
    yield from _arithmetic()
    yield from _approximate()
