"""Machine: all that the probes may ask. `this_machine()` answers for the one we run on; tests answer from recordings.

Nothing here changes anything: files are read, programs are asked for their version, our own parts are tried in temporary folders.
"""

from __future__ import annotations

import glob
import locale
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from grader.errors import GraderError

RUN_S = 15.0  # a driver that hangs must not hang us


@dataclass(frozen=True)
class Ran:
    """A program that ended: its exit status and what it printed, stdout and stderr together."""

    code: int
    text: str


@dataclass(frozen=True)
class Machine:
    """The questions. `attempts` are our own parts, by name: each returns a line about what works, or raises a GraderError."""

    system: str = "Linux"
    architecture: str = "x86_64"
    python: tuple[int, int, int] = (3, 11, 0)
    root: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8"
    read: Callable[[str], str | None] = lambda path: None
    find: Callable[[str], tuple[str, ...]] = lambda pattern: ()  # paths that match a shell pattern
    which: Callable[[str], str | None] = lambda name: None
    run: Callable[[tuple[str, ...]], Ran | None] = lambda argv: None  # None: can't be started, or doesn't end
    free_mib: Callable[[str], int | None] = lambda path: None
    attempts: Mapping[str, Callable[[], str]] = field(default_factory=dict)

    def attempt(self, name: str) -> tuple[bool, str]:
        """Whether a part of ours works, and its line or its error's."""
        try:
            return True, self.attempts[name]()
        except GraderError as error:
            return False, str(error)


def this_machine() -> Machine:
    """The machine that we run on."""
    from grader.doctor import ours

    return Machine(
        system=platform.system(),
        architecture=platform.machine(),
        python=sys.version_info[:3],
        root=hasattr(os, "geteuid") and os.geteuid() == 0,
        environment=dict(os.environ),
        encoding=(getattr(sys.stdout, "encoding", None) or locale.getpreferredencoding(False)) if sys.stdout else "",
        read=_read,
        find=lambda pattern: tuple(sorted(glob.glob(pattern))),
        which=shutil.which,
        run=_run,
        free_mib=_free_mib,
        attempts=ours.ATTEMPTS,
    )


def _read(path: str) -> str | None:
    try:
        return Path(path).read_bytes().decode("utf-8", "replace")  # read_text would hide Windows line ends
    except OSError:
        return None


def _run(argv: tuple[str, ...]) -> Ran | None:
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        ended = subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            timeout=RUN_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return Ran(ended.returncode, ended.stdout.decode("utf-8", "replace"))


def _free_mib(path: str) -> int | None:
    """Free space where a path is or would be made."""
    place = Path(path)
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free >> 20
    except OSError:
        return None
