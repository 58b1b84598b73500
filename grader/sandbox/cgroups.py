"""Control groups, version 1 and 2: one group per command, beside or below the judge's own. Enters: limits and a pid. Leaves: enforced
limits and usage.

All work is on plain files, so tests run it on a folder that only looks like a cgroup file system. Where no group may be made (an ordinary
user's login, most containers), `Hierarchy.detect` finds nothing and the provider says so. Sources:
Documentation/admin-guide/cgroup-v1/{memory,pids,cpuacct}.rst, Documentation/admin-guide/cgroup-v2.rst.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from grader.owners import is_orphan, orphans_glob, owned_name

_COUNTER = itertools.count()
_MIB = 1 << 20


class Group:
    """The groups of one command. Folders vanish in `close()`, or in a later judge's `Hierarchy.sweep()` if ours is killed."""

    def __init__(self, folders: dict[str, Path], version: int) -> None:
        self._folders = folders
        self._version = version

    @property
    def bounds_memory(self) -> bool:
        return "memory" in self._folders

    def limit(self, memory_mib: int, processes: int) -> None:
        """Raises OSError if the kernel refuses a value."""
        memory = self._folders.get("memory")
        if memory is not None and self._version == 1:
            _write(memory / "memory.limit_in_bytes", memory_mib * _MIB)
            with contextlib.suppress(OSError):  # absent where the kernel doesn't account swap
                _write(memory / "memory.memsw.limit_in_bytes", memory_mib * _MIB)
        elif memory is not None:
            _write(memory / "memory.max", memory_mib * _MIB)
            for name, value in (("memory.swap.max", 0), ("memory.oom.group", 1)):
                with contextlib.suppress(OSError):
                    _write(memory / name, value)
        if "pids" in self._folders:
            _write(self._folders["pids"] / "pids.max", processes)

    def add(self, pid: int) -> None:
        """Moves a process in; its later children are born inside."""
        for folder in dict.fromkeys(self._folders.values()):
            _write(folder / "cgroup.procs", pid)

    def out_of_memory(self) -> bool:
        """Whether the kernel killed something in this group for memory."""
        memory = self._folders.get("memory")
        if memory is None:
            return False
        counts = _pairs(memory / ("memory.oom_control" if self._version == 1 else "memory.events"))
        if "oom_kill" in counts:
            return counts["oom_kill"] > 0
        # kernels before 4.13 count refusals only; reclaim of page cache also raises it, so being at the limit must come with it
        return (_number(memory / "memory.failcnt") or 0) > 0 and (_number(memory / "memory.usage_in_bytes") or 0) >= (
            _number(memory / "memory.limit_in_bytes") or 0
        ) - _MIB

    def peak_memory_mib(self) -> float | None:
        memory = self._folders.get("memory")
        if memory is None:
            return None
        peak = _number(memory / ("memory.max_usage_in_bytes" if self._version == 1 else "memory.peak"))
        return None if peak is None else peak / _MIB

    def forget_peak(self) -> None:
        """The peak counts from now on, where the kernel can do so (version 1; version 2 since Linux 6.12 for one descriptor only: not)."""
        memory = self._folders.get("memory")
        if memory is not None and self._version == 1:
            with contextlib.suppress(OSError):
                _write(memory / "memory.max_usage_in_bytes", 0)

    @property
    def counts_cpu(self) -> bool:
        return "cpuacct" in self._folders

    def cpu_s(self) -> float | None:
        folder = self._folders.get("cpuacct")
        if folder is None:
            return None
        if self._version == 1:
            nanoseconds = _number(folder / "cpuacct.usage")
            return None if nanoseconds is None else nanoseconds / 1e9
        microseconds = _pairs(folder / "cpu.stat").get("usage_usec")
        return None if microseconds is None else microseconds / 1e6

    def pids(self) -> list[int]:
        """Every process inside, and inside of groups within."""
        found = set()
        for folder in dict.fromkeys(self._folders.values()):
            for each in (folder, *_within(folder)):
                with contextlib.suppress(OSError):
                    found |= {int(word) for word in (each / "cgroup.procs").read_text().split()}
        return sorted(found)

    def kill(self) -> bool:
        """SIGKILL to every process inside, again until a look finds none (a fork may race the walk). True if none is left."""
        empty = True
        for folder in dict.fromkeys(self._folders.values()):
            empty = _kill_all(folder) and empty
        return empty

    def close(self, patience_s: float = 2.0) -> None:
        """Removes the folders; the kernel says EBUSY until the last process is quite gone."""
        deadline = time.monotonic() + patience_s
        for folder in dict.fromkeys(self._folders.values()):
            while folder.exists():
                try:
                    folder.rmdir()
                except OSError:
                    if time.monotonic() > deadline:
                        break
                    time.sleep(0.002)


def group_of(pid: int, proc: Path = Path("/proc")) -> Group | None:
    """The groups that somebody else made for a process (a container engine), to be read from. None if they can't be seen."""
    try:
        membership = (proc / str(pid) / "cgroup").read_text().splitlines()
        mounts = (proc / "self" / "mountinfo").read_text().splitlines()
    except OSError:
        return None
    own = _own(membership)
    first, second = _mounted(mounts)
    found = {name: _below(*first[name], own[name]) for name in ("memory", "cpuacct") if name in first and name in own}
    folders: dict[str, Path] = {name: folder for name, folder in found.items() if folder is not None and folder.is_dir()}
    if "memory" in folders:
        return Group(folders, 1)
    folder = None if second is None or "" not in own else _below(*second, own[""])
    if folder is not None and (folder / "memory.max").exists():
        return Group({"memory": folder, "cpuacct": folder}, 2)
    return None


class Hierarchy:
    """Where groups can be made: controller -> parent folder. Empty if nowhere."""

    def __init__(self, parents: dict[str, Path], version: int) -> None:
        self.parents = parents
        self.version = version

    @classmethod
    def detect(cls, proc: Path = Path("/proc/self")) -> Hierarchy:
        """Tries version 1 (and hybrid), then version 2; keeps only controllers in which making a group really worked."""
        try:
            membership = (proc / "cgroup").read_text().splitlines()
            mounts = (proc / "mountinfo").read_text().splitlines()
        except OSError:
            return cls({}, 0)
        own = _own(membership)
        first, second = _mounted(mounts)
        parents: dict[str, Path] = {}
        for controller in ("memory", "pids", "cpuacct"):
            if controller in first and controller in own:
                folder = _below(*first[controller], own[controller])
                if folder is not None and _can_make(folder):
                    parents[controller] = folder
        if "memory" in parents or "pids" in parents:
            return cls(parents, 1)
        if second is not None and "" in own:
            folder = _below(*second, own[""])
            if folder is not None:
                parent = _delegated(folder, second[0])
                if parent is not None:
                    return cls({"memory": parent, "pids": parent, "cpuacct": parent}, 2)
        return cls({}, 0)

    def group(self) -> Group | None:
        """A new empty group, or None if none can be made."""
        name = f"{owned_name()}-{next(_COUNTER)}"
        folders = {}
        for controller, parent in self.parents.items():
            folder = parent / name
            try:
                folder.mkdir(exist_ok=True)  # version 2: the same folder for all; version 1: cpu and cpuacct may be one mount
            except OSError:
                continue
            folders[controller] = folder
        return Group(folders, self.version) if folders else None

    def sweep(self) -> int:
        """Kills and removes the groups of judges that are gone (killed with SIGKILL). Returns how many."""
        swept = 0
        for parent in dict.fromkeys(self.parents.values()):
            for folder in parent.glob(orphans_glob()):
                inner = _within(folder)
                if is_orphan(folder.name) and all(is_orphan(each.name) for each in inner):
                    for each in (*inner, folder):  # a judge that ran in such a group has made its own within
                        _kill_all(each)
                        Group({"": each}, self.version).close(patience_s=0.5)
                    swept += 1
        return swept


def _within(folder: Path) -> list[Path]:
    """The groups within a group, the innermost first: none can be removed before those within it."""
    return [Path(path, name) for path, names, _ in os.walk(folder, topdown=False) for name in names]


def _kill_all(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        if (folder / "cgroup.kill").exists():  # version 2 since Linux 5.14: atomic
            _write(folder / "cgroup.kill", 1)
    for _ in range(200):
        try:
            pids = [int(word) for word in (folder / "cgroup.procs").read_text().split()]
        except OSError:
            return True
        if not pids:
            return True
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if pid > 1:  # 0: a process of a pid namespace that we can't see
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)
    return False


def _own(membership: list[str]) -> dict[str, str]:
    """Controller (or "" for version 2) -> path of a process's group in its hierarchy, from the lines of its /proc/PID/cgroup."""
    own: dict[str, str] = {}
    for line in membership:
        _, controllers, path = line.split(":", 2)
        own.update(dict.fromkeys(controllers.split(","), path))
    return own


def _mounted(mounts: list[str]) -> tuple[dict[str, tuple[Path, str]], tuple[Path, str] | None]:
    """(version 1: controller -> (mount point, root of the mount), version 2's pair or None) from mountinfo lines."""
    first: dict[str, tuple[Path, str]] = {}
    second = None
    for line in mounts:
        left, _, right = line.partition(" - ")
        fields, kind = left.split(), right.split()
        if len(fields) < 5 or not kind:
            continue
        place = (Path(fields[4].replace("\\040", " ")), fields[3])
        if kind[0] == "cgroup":
            first.update(dict.fromkeys(kind[-1].split(","), place))
        elif kind[0] == "cgroup2":
            second = place
    return first, second


def _below(mount: Path, root: str, own: str) -> Path | None:
    """Our group's folder: its path in the hierarchy, less the part above the mount."""
    if own.startswith("/.."):
        return None  # outside of our cgroup namespace
    if root not in ("/", "") and own != root and not own.startswith(root + "/"):
        return mount  # a container that shows its own group as the mount's root
    relative = own if root == "/" else own[len(root) :]
    return mount / relative.lstrip("/")


def _can_make(folder: Path) -> bool:
    probe = folder / f"{owned_name()}-probe-{next(_COUNTER)}"
    try:
        probe.mkdir()
        probe.rmdir()
    except OSError:
        return False
    return True


def _delegated(own: Path, mount: Path) -> Path | None:
    """Version 2: the nearest of our group and its ancestors whose children can have memory and pids limits and in which we may make one."""
    for folder in _upward(own, mount):
        if not {"memory", "pids"} <= _words(folder / "cgroup.controllers"):
            continue
        if not _enable(folder) or not _can_make(folder) or not os.access(folder / "cgroup.procs", os.W_OK):
            continue
        return folder
    return None


def _upward(own: Path, mount: Path) -> Iterator[Path]:
    folder = own
    while True:
        yield folder
        if folder == mount or folder == folder.parent:
            return
        folder = folder.parent


def _enable(folder: Path) -> bool:
    """Turns memory and pids on for children. The kernel refuses while processes sit in `folder` itself; if that is only us, we step into a
    child.
    """
    control = folder / "cgroup.subtree_control"
    if {"memory", "pids"} <= _words(control):
        return True
    with contextlib.suppress(OSError):
        _write(control, "+memory +pids")
        return {"memory", "pids"} <= _words(control)
    if folder.name == "judge" or _words(folder / "cgroup.procs") != {str(os.getpid())}:
        return False
    try:
        judge = folder / "judge"
        judge.mkdir(exist_ok=True)
        _write(judge / "cgroup.procs", os.getpid())
        _write(control, "+memory +pids")
    except OSError:
        return False
    return True


def _write(file: Path, value: int | str) -> None:
    with open(file, "w") as stream:
        stream.write(str(value))


def _words(file: Path) -> set[str]:
    try:
        return {word.lstrip("+") for word in file.read_text().split()}
    except OSError:
        return set()


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def _pairs(file: Path) -> dict[str, int]:
    """`key number` lines."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    return {key: int(value) for key, _, value in (line.partition(" ") for line in lines) if value.isdecimal()}
