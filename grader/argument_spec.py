"""Argument specs: `"in f32 A[M,lda]"` -> Argument. Knows the little language of `[[entry]].args`, not the file that holds it.

in|out|inout TYPE NAME[shape]     a buffer; shape: size names, integers, products such as 2*N, separated by commas
scratch TYPE NAME[shape]          a buffer for the launcher's own use: fresh memory without values, unless a case poisons it
in pinned f32 x[n]                the same in host memory: pageable, pinned, managed, or `any` of the four kinds, as the case says
i32|u32|i64 NAME                  an integer, taken from the case's `sizes`
f32|f64 NAME                      a floating-point number, taken from the case's `scalars`
stream                            the stream the launcher must launch on
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from grader.records import Record

# type -> (bytes, NumPy's name)
TYPES: dict[str, tuple[int, str]] = {
    "f32": (4, "<f4"),
    "f64": (8, "<f8"),
    "f16": (2, "<f2"),
    "i32": (4, "<i4"),
    "u32": (4, "<u4"),
    "i64": (8, "<i8"),
    "i8": (1, "i1"),
    "u8": (1, "u1"),
}
INTEGER_SCALARS = ("i32", "u32", "i64")
FLOAT_SCALARS = ("f32", "f64")
INTEGER_RANGE = {"i32": (-(2**31), 2**31 - 1), "u32": (0, 2**32 - 1), "i64": (-(2**63), 2**63 - 1)}

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
MEMORIES = ("device", "pageable", "pinned", "managed")  # where a buffer lies; "any": the case says which
_BUFFER = re.compile(rf"(in|out|inout|scratch)\s+(?:({'|'.join(MEMORIES)}|any)\s+)?(\S+)\s+({_NAME})\s*\[([^\]]*)\]")
_SCALAR = re.compile(rf"(\S+)\s+({_NAME})")
_FACTOR = re.compile(rf"{_NAME}|[0-9]+")

Dimension = tuple[str | int, ...]  # factors of a product: ("N", 2)


class SpecError(ValueError):
    """A spec that isn't of the language; the message says what is wrong and what is allowed."""


class Argument(Record, frozen=True, kw_only=True):
    """One argument of an entry point. `direction` and `shape` are for buffers only."""

    kind: Literal["buffer", "integer", "float", "stream"]
    name: str
    type: str = ""
    direction: Literal["", "in", "out", "inout", "scratch"] = ""
    dimensions: tuple[Dimension, ...] = ()
    memory: str = "device"

    @property
    def item_bytes(self) -> int:
        return TYPES[self.type][0]

    @property
    def dtype(self) -> str:
        """NumPy's name of the element type, little-endian."""
        return TYPES[self.type][1]

    @property
    def written(self) -> bool:
        """Whether what the buffer holds after a call is a result."""
        return self.direction in ("out", "inout")

    def size_names(self) -> tuple[str, ...]:
        """The names that a case's `sizes` must hold for this argument."""
        if self.kind == "integer":
            return (self.name,)
        return tuple(dict.fromkeys(f for dimension in self.dimensions for f in dimension if isinstance(f, str)))

    def shape(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """The full shape of a buffer, leading dimensions included: A[M,lda] -> (33, 40)."""
        result = []
        for dimension in self.dimensions:
            extent = 1
            for factor in dimension:
                extent *= sizes[factor] if isinstance(factor, str) else factor
            result.append(extent)
        return tuple(result)

    def byte_count(self, sizes: Mapping[str, int]) -> int:
        count = self.item_bytes
        for extent in self.shape(sizes):
            count *= extent
        return count

    def c_type(self) -> str:
        """How the argument is written in C++, for messages that show the wanted signature."""
        names = {"f32": "float", "f64": "double", "f16": "__half", "i32": "int", "u32": "unsigned", "i64": "long long"}
        names |= {"i8": "signed char", "u8": "unsigned char"}
        if self.kind == "stream":
            return "cudaStream_t stream"
        if self.kind == "buffer":
            return f"{'const ' if self.direction == 'in' else ''}{names[self.type]}* {self.name}"
        return f"{names[self.type]} {self.name}"


def parse_argument(spec: str) -> Argument:
    """One spec -> Argument. Raises SpecError with the remedy."""
    text = spec.strip()
    if text == "stream":
        return Argument(kind="stream", name="stream")
    if match := _BUFFER.fullmatch(text):
        direction, memory, kind, name, shape = match.groups()
        if kind not in TYPES:
            raise SpecError(f"unknown element type {kind!r} in {spec!r}; known are {', '.join(TYPES)}")
        return Argument(
            kind="buffer",
            name=name,
            type=kind,
            direction=direction,  # type: ignore[arg-type]
            dimensions=_shape(shape, spec),
            memory=memory or "device",
        )
    if match := _SCALAR.fullmatch(text):
        kind, name = match.groups()
        if kind in INTEGER_SCALARS:
            return Argument(kind="integer", name=name, type=kind)
        if kind in FLOAT_SCALARS:
            return Argument(kind="float", name=name, type=kind)
        if kind not in ("in", "out", "inout", "scratch"):
            known = ", ".join((*INTEGER_SCALARS, *FLOAT_SCALARS))
            raise SpecError(
                f"unknown type {kind!r} of the scalar in {spec!r}; known are {known} (a buffer begins with in, out, inout or scratch)"
            )
    raise SpecError(f"can't read {spec!r}; write 'in f32 A[M,lda]', 'i32 M', 'f32 alpha' or 'stream'")


def _shape(text: str, spec: str) -> tuple[Dimension, ...]:
    dimensions = []
    for part in text.split(","):
        factors: list[str | int] = []
        for factor in part.split("*"):
            factor = factor.strip()
            if not _FACTOR.fullmatch(factor):
                remedy = "write a size name, an integer or a product such as 2*N"
                raise SpecError(f"can't read the dimension {part.strip()!r} in {spec!r}; {remedy}")
            factors.append(int(factor) if factor.isdigit() else factor)
        dimensions.append(tuple(factors))
    return tuple(dimensions)
