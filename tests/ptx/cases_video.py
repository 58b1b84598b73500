"""Video instructions on words, half-words and bytes: PTX ISA 9.0, section 9.7.20."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.ptx.kernel import Case
from tests.ptx.values import crossed, integers, read, wrap

OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "vadd": lambda x, y: x + y,
    "vsub": lambda x, y: x - y,
    "vabsdiff": lambda x, y: abs(x - y),
    "vmin": min,
    "vmax": max,
    "vavrg": lambda x, y: (x + y + (x + y >= 0)) >> 1,
}
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "eq": lambda x, y: x == y,
    "ne": lambda x, y: x != y,
    "lt": lambda x, y: x < y,
    "le": lambda x, y: x <= y,
    "gt": lambda x, y: x > y,
    "ge": lambda x, y: x >= y,
}
WORDS = (0x80FF7F01, 0x7F80FF00, 0x01020304, 0xFFFE8001)


def _clamped(x: int, kind: str, bits: int) -> int:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if kind[0] == "s" else (0, (1 << bits) - 1)
    return max(low, min(high, x))


def _lanes(x: int, y: int, types: tuple[str, str], bits: int, f: Callable[[int, int], int]) -> list[int]:
    return [int(f(read(x >> at, f"{types[0][0]}{bits}"), read(y >> at, f"{types[1][0]}{bits}"))) for at in range(0, 32, bits)]


def _joined(lanes: list[int], bits: int) -> int:
    return sum(wrap(lane, bits) << bits * i for i, lane in enumerate(lanes))


def cases() -> Iterator[Case]:
    a, b, c = crossed([[*integers(32), *WORDS]] * 3, [32] * 3)
    rows = list(zip(a, b, c, strict=True))
    two, three = (("b32", a), ("b32", b)), (("b32", a), ("b32", b), ("b32", c))
    kinds = ("u32", "s32")
    for bits, suffix in ((32, ""), (16, "2"), (8, "4")):
        for base, f in OPERATIONS.items():
            if base == "vavrg" and bits == 32:
                continue
            name = base + suffix
            for result in kinds:
                for types in ((x, y) for x in kinds for y in kinds):
                    spelling = ".".join([result, *types])
                    found = [_lanes(x, y, types, bits, f) for x, y, _ in rows]
                    sources, operands = (two, "{a}, {b}") if bits == 32 else (three, "{a}, {b}, {c}")
                    plain = [_joined(lanes, bits) for lanes in found]
                    yield Case(name, result, (f"{name}.{spelling} {{d}}, {operands};",), sources, ("b32",), (plain,))
                    sat = [_joined([_clamped(x, result, bits) for x in lanes], bits) for lanes in found]
                    yield Case(name, result, (f"{name}.{spelling}.sat {{d}}, {operands};",), sources, ("b32",), (sat,))
                    total = [wrap(sum(lanes) + z, 32) for lanes, (_, _, z) in zip(found, rows, strict=True)]
                    yield Case(name, result, (f"{name}.{spelling}.add {{d}}, {{a}}, {{b}}, {{c}};",), three, ("b32",), (total,))
                    if bits < 32:
                        continue
                    for second, g in (("min", min), ("max", max)):
                        want = [wrap(g(read(x, result), read(z, result)), 32) for x, (_, _, z) in zip(plain, rows, strict=True)]
                        code = (f"{name}.{spelling}.{second} {{d}}, {{a}}, {{b}}, {{c}};",)
                        yield Case(name, result, code, three, ("b32",), (want,))
        for compare, test in COMPARISONS.items():
            for types in ((x, y) for x in kinds for y in kinds):
                name = f"vset{suffix}"
                found = [_lanes(x, y, types, bits, test) for x, y, _ in rows]
                sources, operands = (two, "{a}, {b}") if bits == 32 else (three, "{a}, {b}, {c}")
                spelling = f"{name}.{'.'.join(types)}.{compare}"
                want = [_joined(lanes, bits) for lanes in found]
                yield Case(name, types[0], (f"{spelling} {{d}}, {operands};",), sources, ("b32",), (want,))
                total = [wrap(sum(lanes) + z, 32) for lanes, (_, _, z) in zip(found, rows, strict=True)]
                yield Case(name, types[0], (f"{spelling}.add {{d}}, {{a}}, {{b}}, {{c}};",), three, ("b32",), (total,))
