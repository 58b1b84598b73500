"""Lines of host code: an offset into the built library -> the student's line, for the place of a crash."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from grader.build.diagnostics import student_file
from grader.errors import HarnessError
from grader.sandbox.contract import Bind, Command, Limits, Sandbox

_LIMITS = Limits(wall_s=5.0, cpu_s=5.0, memory_mib=512, output_mib=1)


def host_line(library: Path, offset: int, sandbox: Sandbox, files: Iterable[str]) -> tuple[str, int] | None:
    """The innermost frame in a student's file, by binutils' addr2line in the sandbox (the library is untrusted). None if that isn't
    installed, or the offset lies in no function of the student's."""
    tool = shutil.which("addr2line")
    if tool is None:
        return None
    command = Command(
        argv=(tool, "-i", "-e", str(library), hex(offset)),
        cwd="/tmp",
        binds=(Bind(source=library.parent, target=str(library.parent)),),
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        limits=_LIMITS,
    )
    try:
        exit = sandbox.run(command)
    except HarnessError:
        return None  # a line is a convenience; the verdict stands without it
    names = tuple(files)
    for text in exit.stdout.decode("utf-8", "replace").splitlines():
        if match := re.match(r"(.+):(\d+)", text):
            file = student_file(match[1], names)
            if file and int(match[2]):
                return file, int(match[2])
    return None
