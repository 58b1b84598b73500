"""A course whose assignments do to a worker what can happen to one: `write_deeds(root)` makes it, `task(...)` is one submission.

Their checks are the judge's own code, so that they reach the worker itself. Knows nothing of pytest, so that subprocesses use it, too.
"""

from __future__ import annotations

from pathlib import Path

from grader.build.cache import digest_of
from grader.engine.contract import Task
from grader.records import Source
from tests import scale_course

GOOD, KILL, ONCE, HANG, LARGE, BROKEN = "01_scale", "02_kill", "03_once", "04_hang", "05_large", "06_broken"
LARGE_ELEMENTS = 6_600_000  # an input and an output of 26 MB each
NOTHING = scale_course.program(launch="  scale<<<1, 32, 0, (cudaStream_t)stream>>>(X, Y, 32, alpha);\n")  # quick at any size

_HIDDEN = '''\
import os
import signal
import time
from pathlib import Path

import pytest


@pytest.mark.points(3)
def test_deed(judge):
    """What befalls the worker"""
    {deed}
'''
_DEEDS = {
    KILL: "os.kill(os.getpid(), signal.SIGKILL)",
    ONCE: """mark = Path(__file__).with_name("mark.txt")
    if not mark.exists():
        mark.write_text("once")
        os.kill(os.getpid(), signal.SIGKILL)""",
    HANG: """Path(__file__).with_name("hangs.txt").write_text("now")
    time.sleep(600)""",
}


def write_deeds(root: Path) -> Path:
    """Writes the course below a fresh folder; returns the folder of its course.toml."""
    first = scale_course.write_course(root)
    for slug in (KILL, ONCE, HANG, LARGE, BROKEN):
        folder = first.with_name(slug)
        folder.mkdir()
        for file in first.iterdir():
            (folder / file.name).write_text(file.read_text(encoding="utf-8").replace(GOOD, slug), encoding="utf-8")
        if slug in _DEEDS:
            (folder / "test_hidden.py").write_text(_HIDDEN.format(deed=_DEEDS[slug]), encoding="utf-8")
    large = first.with_name(LARGE) / "assignment.toml"
    text = large.read_text(encoding="utf-8").replace("output_mib = 16", "output_mib = 64").replace("N = 100 }", f"N = {LARGE_ELEMENTS} }}")
    large.write_text(text, encoding="utf-8")
    (first.with_name(BROKEN) / "assignment.toml").write_text("this is no table\n", encoding="utf-8")
    return first.parent


def task(number: int, assignment: str = GOOD, code: str = scale_course.GOOD, memory_mib: int = 512) -> Task:
    """One submission."""
    source = Source(files={"scale.cu": code.encode()}, digest=digest_of(["scale.cu", code]))
    return Task(id=number, assignment=assignment, source=source, label=f"student{number}", memory_mib=memory_mib)
