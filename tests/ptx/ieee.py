"""IEEE 754 arithmetic in exact rationals: the oracle of the floating-point tests.

Values enter and leave as bit patterns (Python integers) of a `Format`. Every operation is computed without rounding in
`fractions.Fraction` and rounded once, so nothing here depends on the host's floating point. A NaN result is the format's
canonical quiet NaN; whoever compares treats every NaN as equal.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

Mode = str  # "rn" to nearest even, "rz" towards zero, "rm" down, "rp" up


@dataclass(frozen=True)
class Format:
    """A binary interchange format: widths in bits."""

    name: str
    exponent_bits: int
    fraction_bits: int

    @property
    def bits(self) -> int:
        return 1 + self.exponent_bits + self.fraction_bits

    @property
    def sign(self) -> int:
        return 1 << (self.bits - 1)

    @property
    def infinity(self) -> int:
        return ((1 << self.exponent_bits) - 1) << self.fraction_bits

    @property
    def nan(self) -> int:
        return self.infinity | 1 << (self.fraction_bits - 1)

    @property
    def least_exponent(self) -> int:
        """Exponent of the smallest normal number."""
        return 2 - (1 << (self.exponent_bits - 1))


F16 = Format("f16", 5, 10)
BF16 = Format("bf16", 8, 7)
F32 = Format("f32", 8, 23)
F64 = Format("f64", 11, 52)
FORMATS = {f.name: f for f in (F16, BF16, F32, F64)}


def is_nan(x: int, f: Format) -> bool:
    return x & ~f.sign > f.infinity


def is_infinite(x: int, f: Format) -> bool:
    return x & ~f.sign == f.infinity


def is_zero(x: int, f: Format) -> bool:
    return x & ~f.sign == 0


def is_subnormal(x: int, f: Format) -> bool:
    return 0 < x & ~f.sign < 1 << f.fraction_bits


def is_negative(x: int, f: Format) -> bool:
    return bool(x & f.sign)


def value(x: int, f: Format) -> Fraction:
    """The number that finite bits stand for."""
    magnitude = x & ~f.sign
    exponent = magnitude >> f.fraction_bits
    fraction = magnitude & ((1 << f.fraction_bits) - 1)
    if exponent:
        fraction += 1 << f.fraction_bits
    result = Fraction(fraction) * Fraction(2) ** (max(exponent, 1) - 1 + f.least_exponent - f.fraction_bits)
    return -result if is_negative(x, f) else result


def rounded(x: Fraction, f: Format, mode: Mode = "rn", negative_zero: bool = False) -> int:
    """The bits of x rounded to the format; an exact zero gets the sign given."""
    if x == 0:
        return f.sign if negative_zero else 0
    negative, magnitude = x < 0, abs(x)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if magnitude < Fraction(2) ** exponent:
        exponent -= 1
    exponent = max(exponent, f.least_exponent)
    scaled = magnitude / Fraction(2) ** (exponent - f.fraction_bits)
    whole = math.floor(scaled)
    left = scaled - whole
    away = {"rm": negative, "rp": not negative, "rz": False}.get(mode)
    if away is None:
        up = left > Fraction(1, 2) or (left == Fraction(1, 2) and whole & 1)
    else:
        up = away and left > 0
    whole += bool(up)
    bits = ((exponent - f.least_exponent + 1) << f.fraction_bits) + whole - (1 << f.fraction_bits)
    if bits >= f.infinity:
        bits = f.infinity if mode == "rn" or away else f.infinity - 1
    return bits | (f.sign if negative else 0)


def negated(x: int, f: Format) -> int:
    return x ^ f.sign


def flushed(x: int, f: Format) -> int:
    """Subnormals become zeros of their sign: what `.ftz` does to inputs and results."""
    return x & f.sign if is_subnormal(x, f) else x


def saturated(x: int, f: Format) -> int:
    """Clamped to [0, 1]; NaN becomes +0: what `.sat` does to results."""
    one = rounded(Fraction(1), f)
    if is_nan(x, f) or is_negative(x, f):
        return 0
    return min(x, one)


def add(a: int, b: int, f: Format, mode: Mode = "rn") -> int:
    return fma(a, rounded(Fraction(1), f), b, f, mode)


def sub(a: int, b: int, f: Format, mode: Mode = "rn") -> int:
    return f.nan if is_nan(b, f) else add(a, negated(b, f), f, mode)


def mul(a: int, b: int, f: Format, mode: Mode = "rn") -> int:
    if is_nan(a, f) or is_nan(b, f):
        return f.nan
    sign = (a ^ b) & f.sign
    if is_infinite(a, f) or is_infinite(b, f):
        return f.nan if is_zero(a, f) or is_zero(b, f) else sign | f.infinity
    return rounded(value(a, f) * value(b, f), f, mode, negative_zero=bool(sign))


def fma(a: int, b: int, c: int, f: Format, mode: Mode = "rn") -> int:
    if is_nan(a, f) or is_nan(b, f) or is_nan(c, f):
        return f.nan
    sign = (a ^ b) & f.sign
    if is_infinite(a, f) or is_infinite(b, f):
        if is_zero(a, f) or is_zero(b, f) or (is_infinite(c, f) and c & f.sign != sign):
            return f.nan
        return sign | f.infinity
    if is_infinite(c, f):
        return c
    product = value(a, f) * value(b, f)
    both_negative = bool(sign) and is_negative(c, f)
    same_sign = bool(sign) == is_negative(c, f)
    exact_zero_is_negative = both_negative if (product == 0 and is_zero(c, f) and same_sign) else mode == "rm"
    return rounded(product + value(c, f), f, mode, negative_zero=exact_zero_is_negative)


def div(a: int, b: int, f: Format, mode: Mode = "rn") -> int:
    if is_nan(a, f) or is_nan(b, f):
        return f.nan
    sign = (a ^ b) & f.sign
    if is_infinite(a, f):
        return f.nan if is_infinite(b, f) else sign | f.infinity
    if is_infinite(b, f):
        return sign
    if is_zero(b, f):
        return f.nan if is_zero(a, f) else sign | f.infinity
    return rounded(value(a, f) / value(b, f), f, mode, negative_zero=bool(sign))


def sqrt(a: int, f: Format, mode: Mode = "rn") -> int:
    if is_nan(a, f) or (is_negative(a, f) and not is_zero(a, f)):
        return f.nan
    if is_zero(a, f) or is_infinite(a, f):
        return a
    x = value(a, f)
    # 2^(2k) x is an integer with far more digits than the format; a sticky bit below stands for the rest of the root.
    shift = 2 * (f.fraction_bits + 8 + max(0, -f.least_exponent))
    scaled = x.numerator * (1 << (2 * shift)) // x.denominator
    root = math.isqrt(scaled)
    exact = root * root == scaled and x.numerator * (1 << (2 * shift)) % x.denominator == 0
    return rounded(Fraction(2 * root + (not exact), 1) / (Fraction(2) ** (shift + 1)), f, mode)


def minimum(a: int, b: int, f: Format, propagate: bool = False, maximum: bool = False) -> int:
    """min (or max): a NaN operand gives the other one, or NaN if `propagate`; -0 is below +0."""
    if is_nan(a, f) or is_nan(b, f):
        if propagate or (is_nan(a, f) and is_nan(b, f)):
            return f.nan
        return b if is_nan(a, f) else a
    return max(a, b, key=lambda x: ordered(x, f)) if maximum else min(a, b, key=lambda x: ordered(x, f))


def ordered(x: int, f: Format) -> int:
    """An integer that orders non-NaN bits as their values, -0 below +0."""
    magnitude = x & ~f.sign
    return -magnitude - 1 if is_negative(x, f) else magnitude


def convert(x: int, source: Format, target: Format, mode: Mode = "rn") -> int:
    if is_nan(x, source):
        return target.nan
    sign = target.sign if is_negative(x, source) else 0
    if is_infinite(x, source):
        return sign | target.infinity
    return rounded(value(x, source), target, mode, negative_zero=bool(sign))


def to_integral(x: Fraction, mode: Mode) -> int:
    """x rounded to an integer; mode is "rni", "rzi", "rmi" or "rpi"."""
    match mode:
        case "rzi":
            return math.trunc(x)
        case "rmi":
            return math.floor(x)
        case "rpi":
            return math.ceil(x)
        case _:
            return round(x)  # Python's round goes to even


def ulps_between(a: int, b: int, f: Format) -> int:
    """How many representable numbers lie between two non-NaN values: 0 if equal."""
    return abs(signed_magnitude(a, f) - signed_magnitude(b, f))


def signed_magnitude(x: int, f: Format) -> int:
    return -(x & ~f.sign) if is_negative(x, f) else x
