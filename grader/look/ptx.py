"""PTX: the device code within a built program -> what no look at the source shows: after macros, templates and headers. Pure.

The compiler leaves it as plain text in the fat binary (nvcc is told not to compress), with `.loc` lines that lead back to the source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

MOST_BYTES = 4 << 20  # of PTX, in all
MOST_OF_A_KIND = 50
LARGEST_TABLE = 1024  # bytes of one initialised array
_MODULE = re.compile(rb"\.version \d+\.\d+\s*\n\.target sm_\d+[^\0]*")
_INSTRUCTION = re.compile(
    rb"%(?P<clock>clock|clock64|clock_hi|globaltimer(?:_lo|_hi)?)\b"
    rb"|%(?P<identity>n?smid|n?warpid|gridid|envreg\d+)\b"
    rb"|\n[ \t]*(?:@!?%\w+[ \t]+)?(?:(?P<sleep>nanosleep)|(?P<cache>createpolicy|applypriority|discard)\b)"
    rb"|\n[ \t]*(?P<extern>\.extern[ \t]+\.func)\b"
    rb"|\.[bfsu](?P<bits>8|16|32|64)[ \t]+(?P<table>[\w$.]{1,400})\[(?P<count>\d{1,12})\][ \t]*="
)
_LOC = re.compile(rb"\.loc[ \t]+(\d+)[ \t]+(\d+)")
_FILE = re.compile(rb'\n[ \t]*\.file[ \t]+(\d+)[ \t]+"([^"\n]*)"')
_FUNCTION = re.compile(r"\.extern\s+\.func\s*(?:\([^)]*\)\s*)?(\w+)")
_SERVICES = frozenset({"vprintf", "malloc", "free", "__assertfail"})  # of the device: printf, assert, its heap


class Found(NamedTuple):
    """`file` and `line` of the source, where the code says; `shown`: the instruction or the name."""

    rule: str
    file: str | None
    line: int | None
    shown: str


def device_code(program: bytes) -> Iterator[bytes]:
    """The PTX modules of a built program, bounded in all."""
    left = MOST_BYTES
    for match in _MODULE.finditer(program):
        if left <= 0:
            return
        yield match[0][:left]
        left -= len(match[0])


def look_at_ptx(ptx: bytes, files: Mapping[str, bytes]) -> Iterator[Found]:
    """What one module shows. `files`: the submission's, to which places lead back."""
    named: dict[int, str | None] | None = None
    counts: dict[str, int] = {}
    for match in _INSTRUCTION.finditer(ptx):
        kind = match.lastgroup or ""
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] > MOST_OF_A_KIND and kind != "count":
            continue
        if kind == "extern":
            shown = _line(ptx, match)
            name = _FUNCTION.match(shown)
            if name is None or name[1] not in _SERVICES:
                yield Found("other-import", None, None, shown)
            continue
        if kind == "count":
            size = int(match["count"]) * int(match["bits"]) // 8
            if size >= LARGEST_TABLE:
                yield Found("hidden-data", None, None, f"{match['table'].decode('ascii', 'replace')}: {size} bytes")
            continue
        if named is None:
            named = {int(each[1]): _own(each[2].decode("utf-8", "replace"), files) for each in _FILE.finditer(ptx)}
        place = _place(ptx, match.start())
        file = named.get(place[0]) if place else None
        rule = {"clock": "clock", "sleep": "clock", "identity": "device-identity", "cache": "cache-policy"}[kind]
        yield Found(rule, file, place[1] if file and place else None, _line(ptx, match))


def _line(ptx: bytes, match: re.Match[bytes]) -> str:
    """The line that holds the match's end, cut."""
    begin = ptx.rfind(b"\n", max(0, match.end() - 400), match.end()) + 1
    end = ptx.find(b"\n", match.end(), match.end() + 400)
    return ptx[begin or match.start() : end if end >= 0 else match.end()][:160].decode("utf-8", "replace").strip()


def _place(ptx: bytes, at: int) -> tuple[int, int] | None:
    """File number and line of the `.loc` above."""
    begin = ptx.rfind(b".loc", max(0, at - 8192), at)
    match = _LOC.match(ptx, begin) if begin >= 0 else None
    return (int(match[1][:9]), int(match[2][:9])) if match else None


def _own(path: str, files: Mapping[str, bytes]) -> str | None:
    """The submission's file that a path of the build folder means: headers of the toolkit are nobody's."""
    return next((name for name in files if path == name or path.endswith(f"/{name}")), None)
