"""Operands: edge cases of every type, crossed, then seeded random ones; always a multiple of 32 threads."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

from tests.ptx.ieee import Format

_THREADS = 320


def wrap(x: int, bits: int) -> int:
    """The low `bits` bits of x."""
    return x & ((1 << bits) - 1)


def signed(x: int, bits: int) -> int:
    """Two's complement reading of x."""
    x = wrap(x, bits)
    return x - (1 << bits) if x >> (bits - 1) else x


def read(x: int, kind: str) -> int:
    """The integer that a bit pattern means as the PTX integer type `kind`."""
    bits = int(kind[1:])
    return signed(x, bits) if kind[0] == "s" else wrap(x, bits)


def integers(bits: int) -> list[int]:
    top = 1 << (bits - 1)
    near = [0, 1, 2, 3, 7, -1, -2, -7, top, top - 1, top + 1, top >> 1, 0x55, 0xA5, (1 << (bits // 2)) - 1, 1 << (bits // 2)]
    return sorted({wrap(x, bits) for x in near})


def floats(f: Format) -> list[int]:
    """Bits of: ±0, ±1, ±inf, NaN, the ends of the subnormal and normal ranges, neighbours of 1, ties when halved, and ordinary numbers."""
    one = (f.infinity >> f.fraction_bits >> 1) << f.fraction_bits
    positive = [
        0,
        1,
        2,
        3,
        (1 << f.fraction_bits) - 1,
        1 << f.fraction_bits,
        (1 << f.fraction_bits) + 1,
        one - 1,
        one,
        one + 1,
        one + (1 << f.fraction_bits),
        one + (1 << (f.fraction_bits - 1)),
        one + (3 << (f.fraction_bits - 2)) + 1,
        one - (1 << f.fraction_bits),
        one + ((f.fraction_bits + 1) << f.fraction_bits) + 1,
        f.infinity - 1,
        f.infinity,
    ]
    return [*positive, *(x | f.sign for x in positive), f.nan]


def crossed(lists: Sequence[Sequence[int]], bits: Sequence[int], threads: int = _THREADS, seed: int = 1) -> list[list[int]]:
    """Columns of operands: combinations of the edge cases (all, or a sample if there are too many), filled up with random bit patterns."""
    chance = random.Random(seed)
    rows: list[tuple[int, ...]] = []
    total = 1
    for values in lists:
        total *= len(values)
    if total <= threads:
        rows = list(itertools.product(*lists))
    else:
        for values in lists:  # every edge case at least once in every place
            rows += [tuple(v if other is values else chance.choice(other) for other in lists) for v in values]
        room = threads * 4 // 5 - len(rows)
        rows += [tuple(chance.choice(values) for values in lists) for _ in range(max(0, room))]
    if len(lists) == 1 and len(rows) % 32 == 0:
        return [[row[0] for row in rows]]
    size = max(-(-len(rows) // 32) * 32, min(threads, total) if total > threads else 0)
    rows += [tuple(chance.getrandbits(b) for b in bits) for _ in range(size - len(rows))]
    return [list(column) for column in zip(*rows, strict=True)]
