"""Integers as bit patterns: the arithmetic of the scalar oracle. Nothing here comes from the emulator."""

from __future__ import annotations


def wrap(x: int, bits: int) -> int:
    return x & ((1 << bits) - 1)


def signed(x: int, bits: int) -> int:
    """The two's complement value of a pattern."""
    x &= (1 << bits) - 1
    return x - (1 << bits) if x >> (bits - 1) else x


def value(x: int, kind: str) -> int:
    """A pattern read as u32, s16, b64, …"""
    bits = int(kind[1:])
    return signed(x, bits) if kind[0] == "s" else wrap(x, bits)


def limits(kind: str) -> tuple[int, int]:
    bits = int(kind[1:])
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if kind[0] == "s" else (0, (1 << bits) - 1)


def clamp(x: int, kind: str) -> int:
    low, high = limits(kind)
    return low if x < low else high if x > high else x


def divided(a: int, b: int) -> tuple[int, int]:
    """Quotient towards zero and remainder with the dividend's sign."""
    quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
    return quotient, a - quotient * b


def field(a: int, start: int, length: int, kind: str) -> int:
    """bfe"""
    bits = int(kind[1:])
    start, length = start & 255, length & 255
    x = a >> start if start < bits else 0
    if length < bits:
        x &= (1 << length) - 1
    if kind[0] == "s" and length:
        top = min(start + length - 1, bits - 1)
        if a >> top & 1:
            have = max(0, min(length, bits - start))
            x |= ((1 << bits) - 1) & ~((1 << have) - 1)
    return wrap(x, bits)


def inserted(a: int, b: int, start: int, length: int, bits: int) -> int:
    """bfi: a's low bits into b"""
    start, length = start & 255, length & 255
    hole = wrap(((1 << length) - 1) << start, bits)
    return (b & ~hole) | (wrap(a << start, bits) & hole)


def permuted(a: int, b: int, selectors: int) -> int:
    """prmt without a mode"""
    pool = [*a.to_bytes(4, "little"), *b.to_bytes(4, "little")]
    out = []
    for i in range(4):
        s = selectors >> (4 * i) & 15
        byte = pool[s & 7]
        out.append((255 if byte & 128 else 0) if s & 8 else byte)
    return int.from_bytes(bytes(out), "little")


def looked_up(a: int, b: int, c: int, table: int) -> int:
    """lop3, as the union of the table's minterms"""
    full, out = 0xFFFFFFFF, 0
    for row in range(8):
        if table >> row & 1:
            out |= (a if row & 4 else a ^ full) & (b if row & 2 else b ^ full) & (c if row & 1 else c ^ full)
    return out


def dot4(a: int, b: int, c: int, a_kind: str, b_kind: str) -> int:
    total = c
    for i in range(4):
        x, y = a >> (8 * i) & 255, b >> (8 * i) & 255
        total += (signed(x, 8) if a_kind[0] == "s" else x) * (signed(y, 8) if b_kind[0] == "s" else y)
    return wrap(total, 32)


def highest(x: int, kind: str) -> int:
    """bfind: the highest bit that differs from the sign; -1 (all ones) if there is none"""
    v = value(x, kind)
    return wrap((v if v >= 0 else ~v).bit_length() - 1, 32)


def compared(name: str, a: int, b: int) -> int:
    """eq ne lt le gt ge, and lo ls hi hs for unsigned"""
    name = {"lo": "lt", "ls": "le", "hi": "gt", "hs": "ge"}.get(name, name)
    return int({"eq": a == b, "ne": a != b, "lt": a < b, "le": a <= b, "gt": a > b, "ge": a >= b}[name])
