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
        sections = _sections(data)
        for kind, offset, size, link, step in sections:
            if kind not in (_DYNSYM, _DYNAMIC) or step < 16 or link >= len(sections):
                continue
            count = min(size // step, left)
            left -= count
            names = sections[link]
            if kind == _DYNSYM and step >= 24:
                for at in range(count):
                    name, info, _, section = struct.unpack_from("<IBBH", data, offset + at * step)
                    text = _name(data, names, name)
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
                    if tag == _NEEDED and (text := _name(data, names, value)):
                        needs[text] = None
    except struct.error:
        pass
    return Linked(tuple(imports), tuple(defines), tuple(needs), tuple(indirect))


class _Section(NamedTuple):
    kind: int
    offset: int
    size: int
    link: int  # index of the section with its names
    step: int  # bytes of an entry


def _sections(data: bytes) -> list[_Section]:
    if data[:6] != b"\x7fELF\x02\x01" or len(data) < 64:
        return []
    (table,) = struct.unpack_from("<Q", data, 0x28)
    step, count = struct.unpack_from("<HH", data, 0x3A)
    if step < 64 or table >= len(data):
        return []
    found = [struct.unpack_from("<IIQQQQIIQQ", data, table + at * step) for at in range(min(count, MOST_SECTIONS))]
    return [_Section(kind=each[1], offset=each[4], size=each[5], link=each[6], step=each[9]) for each in found]


def _name(data: bytes, names: _Section, offset: int) -> str:
    """Of a section of names; never a copy of the section, which as many as there are may share."""
    if offset >= names.size:
        return ""
    begin = names.offset + offset
    most = min(begin + LONGEST_NAME, names.offset + names.size)
    end = data.find(b"\0", begin, most)
    return data[begin : end if end >= 0 else most].decode("ascii", "replace")
