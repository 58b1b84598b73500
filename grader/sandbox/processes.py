"""What a command's processes use, seen from outside through /proc: for machines where no control group counts it. Enters: a pid. Leaves:
pids, memory, processor time.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_HAS_CHILDREN = os.path.exists(f"/proc/self/task/{os.getpid()}/children")  # CONFIG_PROC_CHILDREN


def tree(root: int) -> list[int]:
    """`root` and its descendants. Orphans of a pid namespace stay below its pid 1, so with that as root nothing escapes."""
    if not _HAS_CHILDREN:
        return _tree_by_parents(root)
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        try:
            tasks = os.listdir(f"/proc/{pid}/task")
        except OSError:
            continue
        for task in tasks:
            waiting += [int(word) for word in _text(f"/proc/{pid}/task/{task}/children").split()]
    return found


def marked(marker: bytes) -> list[int]:
    """Processes whose environment at start holds `marker`: finds those that left their process group and session."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                if marker in Path("/proc", name, "environ").read_bytes():
                    found.append(int(name))
            except OSError:
                continue
    return found


def memory_mib(pids: Iterable[int], limit_mib: float) -> float:
    """Memory that only these processes hold. Shared pages count once per process at first; only a sum above the limit is worth the exact,
    slower look.
    """
    listed = list(pids)
    quick = sum(_field_kib(f"/proc/{pid}/status", ("RssAnon:", "RssShmem:")) for pid in listed) / 1024
    if quick <= limit_mib:
        return quick
    exact = sum(_field_kib(f"/proc/{pid}/smaps_rollup", ("Pss_Anon:", "Pss_Shmem:")) for pid in listed) / 1024
    return exact or quick


def cpu_s(pids: Iterable[int]) -> float:
    """Processor time of these processes and of their children that ended."""
    ticks = 0
    for pid in pids:
        fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])  # utime, stime, cutime, cstime
    return ticks / _TICKS


def _field_kib(file: str, names: tuple[str, ...]) -> int:
    return sum(int(line.split()[1]) for line in _text(file).splitlines() if line.startswith(names))


def _text(file: str) -> str:
    try:
        with open(file) as stream:
            return stream.read()
    except OSError:
        return ""


def _tree_by_parents(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            fields = _text(f"/proc/{name}/stat").rpartition(")")[2].split()
            if len(fields) > 1:
                children.setdefault(int(fields[1]), []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found
