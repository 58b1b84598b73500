"""Owners: the process that made something on the machine (a folder, a control group) -> a name that says whether that process still lives.

A judge that is killed leaves such things behind; the next judge recognises them by their names and removes them. A pid alone would not do,
it may be another process's by then: its start time makes it one process's for good, and the namespace says whose pids are meant.
"""

from __future__ import annotations

import os
from pathlib import Path

PREFIX = "warpgrade"


def owned_name() -> str:
    """The name for things of this process, without what tells them apart: add a "-" and that."""
    return f"{PREFIX}-{_pid_namespace()}-{os.getpid()}-{_start_time(os.getpid())}"


def orphans_glob() -> str:
    """The pattern of names that `is_orphan` can judge. Another pid namespace's numbers mean nothing to us: its things are left alone."""
    return f"{PREFIX}-{_pid_namespace()}-*-*-*"


def is_orphan(name: str) -> bool:
    """Whether the process that made the thing of this name has ended. A name of another form is nobody's orphan."""
    words = name.split("-")
    if len(words) < 5 or words[0] != PREFIX or words[1] != str(_pid_namespace()) or not words[2].isdecimal():
        return False
    return _start_time(int(words[2])) != words[3]


def _pid_namespace() -> int:
    try:
        return os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        return 0


def _start_time(pid: int) -> str:
    """Field 22 of /proc/PID/stat. "" if there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
