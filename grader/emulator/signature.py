"""Signature: a kernel's parameters, from its PTX and, where the name is mangled, from its C++ declaration.

PTX has sizes and little more; a demangled name has the types, which lets a float64 array be refused where the kernel takes `float*`.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from grader.records import Record

# C++ as the demangler spells it -> NumPy. What isn't here is not checked.
DTYPES: dict[str, str] = {
    "bool": "?",
    "char": "i1",
    "signed char": "i1",
    "unsigned char": "u1",
    "short": "i2",
    "unsigned short": "u2",
    "int": "i4",
    "unsigned int": "u4",
    "long": "i8",
    "unsigned long": "u8",
    "long long": "i8",
    "unsigned long long": "u8",
    "float": "f4",
    "double": "f8",
    "__half": "f2",
}


class Parameter(Record, frozen=True, kw_only=True):
    """One parameter. `cpp` is its C++ type, empty for an `extern "C"` kernel, whose name doesn't tell."""

    ptx: str  # f32, u64, b8[16]
    bytes: int
    offset: int
    cpp: str = ""

    @property
    def shown(self) -> str:
        return self.cpp or f".{self.ptx}"

    @property
    def may_be_pointer(self) -> bool:
        return self.bytes == 8 and self.ptx in ("u64", "b64", "s64") and (not self.cpp or self.cpp.endswith("*"))

    @property
    def is_const(self) -> bool:
        """Is it declared as a pointer to what the kernel only reads?"""
        return bool(re.search(r"\bconst\s*\*$", self.cpp))

    @property
    def element(self) -> np.dtype[Any] | None:
        """What a pointer points to, if NumPy has that type; None if it isn't known."""
        if not self.cpp.endswith("*"):
            return None
        name = re.sub(r"\b(const|volatile)\b", "", self.cpp[:-1]).strip()
        return np.dtype(DTYPES[name]) if name in DTYPES else None

    @property
    def scalar(self) -> np.dtype[Any] | None:
        """The type of a number, from C++, else from PTX (an enum); None for structs and where PTX doesn't tell."""
        if self.cpp in DTYPES:
            return np.dtype(DTYPES[self.cpp])
        return np.dtype(self.ptx.replace("s", "i")[0] + str(self.bytes)) if re.fullmatch(r"[fsu]\d+", self.ptx) else None


class Signature(Record, frozen=True, kw_only=True):
    """A kernel's name and parameters."""

    kernel: str  # without template arguments
    parameters: tuple[Parameter, ...]
    bytes: int  # of all parameters as the device takes them

    def __str__(self) -> str:
        return f"{self.kernel}({', '.join(p.shown for p in self.parameters)})"


def signature_of(raw: dict[str, Any]) -> Signature:
    """From an entry of `grader._core.Program.kernels()`."""
    types = split_parameters(raw["demangled"])
    if len(types) != len(raw["params"]):
        types = [""] * len(raw["params"])
    parameters = tuple(
        Parameter(ptx=p["type"] + (f"[{p['count']}]" if p["count"] != 1 else ""), bytes=p["bytes"], offset=offset, cpp=cpp)
        for p, offset, cpp in zip(raw["params"], raw["param_offsets"], types, strict=True)
    )
    return Signature(kernel=raw["base"], parameters=parameters, bytes=raw["param_bytes"])


def split_parameters(demangled: str) -> list[str]:
    """`void f<int>(float, A<int, 2>*)` -> `["float", "A<int, 2>*"]`; empty if it isn't a declaration of a function."""
    parts, depth = [""], 0
    for character in demangled[_list_start(demangled) + 1 : -1]:
        depth += {"(": 1, "<": 1, "[": 1, ")": -1, ">": -1, "]": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def name_with_arguments(demangled: str) -> str:
    """`void lib::f<int, 2>(float)` -> `lib::f<int, 2>`: no return type, no parameters."""
    name, depth, start = demangled[: _list_start(demangled)], 0, 0
    for at, character in enumerate(name):
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(character, 0)
        if character == " " and depth == 0:
            start = at + 1
    return name[start:]


def _list_start(demangled: str) -> int:
    """Where the bracket of the parameters opens; the text's end if it isn't a declaration of a function."""
    depth = 0
    if demangled.endswith(")"):
        for at in range(len(demangled) - 1, -1, -1):
            depth += {")": 1, "(": -1}.get(demangled[at], 0)
            if depth == 0:
                return at
    return len(demangled)
