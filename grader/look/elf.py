"""ELF: a built program's bytes -> what it imports, defines and needs. Reads untrusted bytes: every offset is checked, every count bounded.

Through the section headers, as the linker of ours writes them. Anything damaged gives what was read until then.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

MOST_SYMBOLS = 40_000  # in all tables together
MOST_SECTIONS = 512
LONGEST_NAME = 4096
_DYNSYM, _DYNAMIC = 11, 6
_NEEDED = 1
_FUNCTION, _INDIRECT = 2, 10


class Linked(NamedTuple):
    """What the dynamic linker is told. `indirect`: functions whose address code of the program's own chooses at load."""

    imports: tuple[str, ...] = ()
    defines: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    indirect: tuple[str, ...] = ()


def linked(data: bytes) -> Linked:
    """Of a 64-bit little-endian ELF; empty of anything else."""
    imports: dict[str, None] = {}
    defines: dict[str, None] = {}
    needs: dict[str, None] = {}
    indirect: dict[str, None] = {}
    left = MOST_SYMBOLS
    try:
        for kind, offset, size, link, step, sections in _sections(data):
            if kind not in (_DYNSYM, _DYNAMIC) or step < 16 or link >= len(sections):
                continue
            count = min(size // step, left)
            left -= count
            names = _slice(data, sections[link][4], sections[link][5])
            if kind == _DYNSYM and step >= 24:
                for at in range(count):
                    name, info, _, section = struct.unpack_from("<IBBH", data, offset + at * step)
                    text = _name(names, name)
                    if not text:
                        continue
                    (defines if section else imports)[text] = None
                    if info & 15 == _INDIRECT:
                        indirect[text] = None
                    elif section and info & 15 != _FUNCTION:
                        del defines[text]  # data: takes no function's place
            elif kind == _DYNAMIC:
                for at in range(count):
                    tag, value = struct.unpack_from("<qQ", data, offset + at * step)
                    if tag == _NEEDED and (text := _name(names, value)):
                        needs[text] = None
    except struct.error:
        pass
    return Linked(tuple(imports), tuple(defines), tuple(needs), tuple(indirect))


def _sections(data: bytes) -> list[tuple[int, int, int, int, int, list[tuple[int, ...]]]]:
    if data[:6] != b"\x7fELF\x02\x01" or len(data) < 64:
        return []
    (table,) = struct.unpack_from("<Q", data, 0x28)
    step, count = struct.unpack_from("<HH", data, 0x3A)
    if step < 64:
        return []
    found = [struct.unpack_from("<IIQQQQIIQQ", data, table + at * step) for at in range(min(count, MOST_SECTIONS)) if table < len(data)]
    return [(each[1], each[4], each[5], each[6], each[9], found) for each in found]


def _slice(data: bytes, offset: int, size: int) -> bytes:
    return data[offset : offset + size] if offset < len(data) else b""


def _name(names: bytes, offset: int) -> str:
    if offset >= len(names):
        return ""
    end = names.find(b"\0", offset, offset + LONGEST_NAME)
    return names[offset : end if end >= 0 else offset + LONGEST_NAME].decode("ascii", "replace")
