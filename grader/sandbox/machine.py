"""What this machine offers to `local`, looked up once. Enters: the machine. Leaves: which means exist, and the statement of what they
enforce.
"""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from grader.records import Isolation
from grader.sandbox import bwrap, lend, seccomp
from grader.sandbox.cgroups import Hierarchy

# include/uapi/linux/capability.h: CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID
_TO_DROP_USER = 1 << 0 | 1 << 1 | 1 << 3 | 1 << 5 | 1 << 6 | 1 << 7
_SYS_ADMIN = 1 << 21


@dataclass(frozen=True)
class Machine:
    """What this machine offers; looked up once."""

    program: Path
    libraries: Path | None
    hierarchy: Hierarchy
    memory_group: bool
    pids_group: bool
    drops_user: bool  # the judge is root: commands run as lend.HOST_UID
    mounts: bool  # and may make mounts without a user namespace
    filter: bytes | None

    @classmethod
    def look(cls, hierarchy: Hierarchy) -> Machine:
        program = bwrap.find()
        memory = "memory" in hierarchy.parents
        capabilities = _capabilities()
        return cls(
            program=program,
            libraries=bwrap.libraries(program),
            hierarchy=hierarchy,
            memory_group=memory,
            pids_group="pids" in hierarchy.parents,
            drops_user=os.geteuid() == 0 and _maps(lend.HOST_UID) and capabilities & _TO_DROP_USER == _TO_DROP_USER,
            mounts=bool(capabilities & _SYS_ADMIN),
            filter=seccomp.program(platform.machine(), shared_memory=memory),
        )

    def isolation(self) -> Isolation:
        enforced = [
            "files: only the system's /usr and /lib (read-only) and what the grader shows; no home, no other submission, no hidden check",
            "network: none, not even loopback; sockets only of the kind AF_UNIX",
            "processes: a pid namespace of their own; the whole tree is killed when the command ends, exceeds a limit or the judge dies",
            "privileges: none, no new ones (no_new_privs, no capabilities, no further user namespaces)",
            "environment: only what the grader sets",
            "wall time, processor time, captured output, size of a file, open files, core dumps",
            "scratch space: /tmp is a tmpfs of bounded size",
        ]
        missing = [
            "disk space of writable folders has no quota: it is looked at ten times a second and exceeding it ends the command",
            "the processor's caches and speed are shared with other programs",
        ]
        if self.drops_user:
            enforced.append("user: an unprivileged one of the host, not the judge's")
        else:
            why = "which has too few capabilities to change it" if os.geteuid() == 0 else "who isn't root"
            missing.append(f"user: commands run as the host's user that the judge is, {why}; only namespaces keep them apart")
        if self.pids_group:
            enforced.append("number of processes (cgroup pids)")
        elif os.geteuid() == 0 and not self.drops_user:
            missing.append("number of processes: no control group can be made here, and RLIMIT_NPROC doesn't bind root")
        else:
            enforced.append("number of processes (RLIMIT_NPROC inside the user namespace)")
        if self.filter is not None:
            enforced.append("system calls: an allow-list (seccomp)")
        else:
            missing.append(f"system calls: no filter for {platform.machine()}")
        if self.memory_group:
            enforced.append(f"memory of all processes together (cgroup v{self.hierarchy.version}), scratch space included")
        else:
            enforced.append("memory of each process (RLIMIT_DATA); the sum of all is looked at 25 times a second")
            missing.append(
                "memory of all processes together by the kernel: no control group can be made here; scratch space is not counted in it"
            )
        level = ["bubblewrap"]
        level += [f"cgroups v{self.hierarchy.version}"] if self.hierarchy.parents else ["rlimits"]
        level += ["seccomp"] if self.filter is not None else []
        return Isolation(level="local: " + ", ".join(level), enforced=tuple(enforced), not_enforced=tuple(missing))


def _capabilities() -> int:
    """Our effective capabilities as a bit set; none where /proc doesn't tell."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1], 16) for line in lines if line.startswith("CapEff:")), 0)


def _maps(uid: int) -> bool:
    """Whether our user namespace has this user: a rootless container maps few."""
    try:
        lines = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:
        return True
    ranges = [[int(word) for word in line.split()] for line in lines]
    return any(first <= uid < first + count for first, _, count in ranges)
