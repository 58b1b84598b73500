"""Symbols: a shared object's bytes -> the names of the functions it exports. Reads untrusted ELF: every offset is checked."""

from __future__ import annotations

import struct

_SHT_DYNSYM = 11
_STT_FUNC, _STT_IFUNC = 2, 10
_MAX_SYMBOLS = 100_000


def exported_functions(data: bytes) -> set[str]:
    """Names of defined, exported functions in .dynsym of a 64-bit little-endian ELF. Empty for anything else or anything damaged."""
    try:
        return _read(data)
    except (struct.error, IndexError, ValueError, OverflowError):
        return set()


def _read(data: bytes) -> set[str]:
    if data[:6] != b"\x7fELF\x02\x01":
        return set()
    (table_offset,) = struct.unpack_from("<Q", data, 0x28)
    entry_bytes, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table_offset + i * entry_bytes) for i in range(count)]
    result = set()
    for _, kind, _, _, offset, size, link, _, _, step in sections:
        if kind != _SHT_DYNSYM or step < 24 or link >= len(sections):
            continue
        names_offset, names_size = sections[link][4], sections[link][5]
        names = data[names_offset : names_offset + names_size]
        for i in range(min(size // step, _MAX_SYMBOLS)):
            name, info, _, section = struct.unpack_from("<IBBH", data, offset + i * step)
            if section and info & 15 in (_STT_FUNC, _STT_IFUNC):
                end = names.index(b"\0", name)
                result.add(names[name:end].decode("ascii", "replace"))
    return result


def look_alike(name: str, exported: set[str]) -> str | None:
    """A C++ symbol whose unmangled name is `name` (any namespace, any arguments): _Z7ck_gemmPKf for ck_gemm."""
    token = f"{len(name)}{name}"
    return next((s for s in sorted(exported) if s.startswith("_Z") and token in s), None)
