"""Lines of host code in programs of the user's own: an offset into a program or library -> file and line, by binutils' addr2line.

What others handed in is looked at in the sandbox: grader/build/lines.py.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from grader import toolchain
from grader.devices.record import HostPlace, Place, relative_name


def host_line(place: HostPlace, program: Path | None, root: Path) -> Place | None:
    """The innermost line that isn't the toolkit's or the system's; None if addr2line isn't there, or the file has no lines (-g)."""
    module = str(program) if place.module == "program" else place.module
    for offset in filter(None, (place.offset, place.outer)):
        for name, line in _frames(module, offset):
            if not toolchain.is_toolkit_file(name):
                return Place(relative_name(name, root), line)
    return None


@cache
def _frames(module: str, offset: int) -> tuple[tuple[str, int], ...]:
    tool = shutil.which("addr2line")
    if tool is None or not Path(module).is_file():
        return ()
    try:
        done = subprocess.run([tool, "-i", "-e", module, hex(offset)], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()  # a line is a convenience; the finding stands without it
    return tuple((match[1], int(match[2])) for line in done.stdout.splitlines() if (match := re.match(r"(.+):([1-9]\d*)", line)))
