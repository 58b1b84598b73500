"""Floating point as bit patterns: Python's own doubles where one rounding is enough, exact rationals (tests/ptx/ieee.py) elsewhere."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable

from tests.ptx import ieee
from tests.ptx.ieee import F16, F32, F64, Format

NAN = {"f16": 0x7FFF, "f32": 0x7FFFFFFF, "f64": 0x7FF8000000000000}
Function = Callable[..., int]


def to_f32(x: int) -> float:
    return float(struct.unpack("<f", struct.pack("<I", x))[0])


def to_f64(x: int) -> float:
    return float(struct.unpack("<d", struct.pack("<Q", x))[0])


def from_f32(x: float) -> int:
    """Rounds a double to nearest even. A double of + - * / or sqrt of two singles is rounded twice harmlessly: 53 >= 2 * 24 + 2."""
    if x != x:
        return NAN["f32"]
    try:
        return int(struct.unpack("<I", struct.pack("<f", x))[0])
    except OverflowError:
        return 0x7F800000 if x > 0 else 0xFF800000


def from_f64(x: float) -> int:
    return NAN["f64"] if x != x else int(struct.unpack("<Q", struct.pack("<d", x))[0])


def canonical(x: int, f: Format) -> int:
    return NAN[f.name] if ieee.is_nan(x, f) else x


def _divide(a: float, b: float) -> float:
    if b == 0:
        if a == 0 or a != a:
            return math.nan
        return math.copysign(math.inf, a) * math.copysign(1.0, b)
    return a / b


NATIVE: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": _divide,
    "sqrt": lambda a: math.nan if a != a or (a < 0) else a if a == 0 else math.sqrt(a),
    "rcp": lambda a: _divide(1.0, a),
}
ONE = {f.name: ieee.rounded(ieee.Fraction(1), f) for f in (F16, F32, F64)}
EXACT: dict[str, Function] = {
    "add": ieee.add,
    "sub": ieee.sub,
    "mul": ieee.mul,
    "div": ieee.div,
    "sqrt": ieee.sqrt,
    "fma": ieee.fma,
    "rcp": lambda a, f, mode: ieee.div(ONE[f.name], a, f, mode),
}


def operation(name: str, f: Format, mode: str = "rn", ftz: bool = False, sat: bool = False) -> Function:
    """Patterns -> the rounded pattern; a NaN is the canonical one."""
    native = NATIVE.get(name) if mode == "rn" and f in (F32, F64) else None
    read, write = (to_f32, from_f32) if f is F32 else (to_f64, from_f64)
    exact = EXACT[name]

    def compute(*operands: int) -> int:
        if ftz:
            operands = tuple(ieee.flushed(x, f) for x in operands)
        if native is not None:
            try:
                result = write(native(*(read(x) for x in operands)))
            except OverflowError:
                result = exact(*operands, f, mode)
        else:
            result = exact(*operands, f, mode)
        if ftz:
            result = ieee.flushed(result, f)
        return ieee.saturated(result, f) if sat else canonical(result, f)

    return compute


def extreme(f: Format, largest: bool, ftz: bool = False, propagate: bool = False) -> Function:
    """min and max"""

    def compute(a: int, b: int) -> int:
        if ftz:
            a, b = ieee.flushed(a, f), ieee.flushed(b, f)
        return canonical(ieee.minimum(a, b, f, propagate=propagate, maximum=largest), f)

    return compute


def comparison(name: str, f: Format, ftz: bool = False) -> Function:
    """setp's: eq … ge are false for NaN, equ … geu true, num and nan ask only for it."""

    def compute(a: int, b: int) -> int:
        if ftz:
            a, b = ieee.flushed(a, f), ieee.flushed(b, f)
        unordered = ieee.is_nan(a, f) or ieee.is_nan(b, f)
        if name in ("num", "nan"):
            return int(unordered == (name == "nan"))
        if unordered:
            return int(name.endswith("u"))
        x, y = ieee.signed_magnitude(a, f), ieee.signed_magnitude(b, f)
        base = name.removesuffix("u")
        return int({"eq": x == y, "ne": x != y, "lt": x < y, "le": x <= y, "gt": x > y, "ge": x >= y}[base])

    return compute


def to_integer(f: Format, kind: str, mode: str, ftz: bool = False) -> Function:
    """cvt to an integer: clamped; NaN is 0, or the least for f64 and 64 bits."""
    bits = int(kind[1:])
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if kind[0] == "s" else (0, (1 << bits) - 1)

    def compute(a: int) -> int:
        x = ieee.flushed(a, f) if ftz else a
        if ieee.is_nan(x, f):
            v = (low or 1 << (bits - 1)) if f is F64 or bits == 64 else 0
        elif ieee.is_infinite(x, f):
            v = low if ieee.is_negative(x, f) else high
        else:
            v = max(low, min(high, ieee.to_integral(ieee.value(x, f), mode)))
        return v & ((1 << max(bits, 16)) - 1)

    return compute


def from_integer(f: Format, kind: str, mode: str) -> Function:
    bits = int(kind[1:])

    def compute(a: int) -> int:
        a &= (1 << bits) - 1
        if kind[0] == "s" and a >> (bits - 1):
            a -= 1 << bits
        return ieee.rounded(ieee.Fraction(a), f, mode)

    return compute


def between(source: Format, target: Format, mode: str = "rn") -> Function:
    return lambda a: canonical(ieee.convert(a, source, target, mode), target)


def integral(f: Format, mode: str) -> Function:
    """cvt.rni.f32.f32 and the like"""

    def compute(a: int) -> int:
        if ieee.is_nan(a, f) or ieee.is_infinite(a, f):
            return canonical(a, f)
        return ieee.rounded(ieee.Fraction(ieee.to_integral(ieee.value(a, f), mode)), f, negative_zero=ieee.is_negative(a, f))

    return compute
