"""Lines of host code: an offset into the built library -> the student's line, for the place of a crash."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.build.diagnostics import student_file
from grader.errors import HarnessError
from grader.sandbox.contract import Bind, Command, Limits, Sandbox

_LIMITS = Limits(wall_s=5.0, cpu_s=5.0, memory_mib=512, output_mib=1)


def host_line(library: Path, offset: int, sandbox: Sandbox, files: Iterable[str]) -> tuple[str, int] | None:
    """The line of one offset."""
    return host_lines(library, [offset], sandbox, files).get(offset)


def host_lines(library: Path, offsets: Sequence[int], sandbox: Sandbox, files: Iterable[str]) -> dict[int, tuple[str, int]]:
    """The innermost frame of each offset in a student's file, by binutils' addr2line in the sandbox (the library is untrusted). Offsets
    that lie in no function of the student's are left out; all are if the tool isn't installed."""
    tool = shutil.which("addr2line")
    if tool is None or not offsets:
        return {}
    command = Command(
        argv=(tool, "-a", "-i", "-e", str(library), *(hex(offset) for offset in offsets)),
        cwd="/tmp",
        binds=(Bind(source=library.parent, target=str(library.parent)),),
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        limits=_LIMITS,
    )
    try:
        exit = sandbox.run(command)
    except HarnessError:
        return {}  # a line is a convenience; the verdict stands without it
    names = tuple(files)
    found: dict[int, tuple[str, int]] = {}
    offset = -1
    for text in exit.stdout.decode("utf-8", "replace").splitlines():
        if address := re.fullmatch(r"0x([0-9a-f]+)", text):  # the offset, before its frames
            offset = int(address[1], 16)
        elif (match := re.match(r"(.+):(\d+)", text)) and offset not in found:
            file = student_file(match[1], names)
            if file and int(match[2]):
                found[offset] = file, int(match[2])
    return found
