"""One container: what it may see and use -> a warden inside that takes commands; at the end nothing of it runs on.

The container's only process is the warden, which lives as long as the judge holds its socket: if the judge is killed, the warden reads
end-of-file and exits, the kernel kills the rest, and the engine removes the container (AutoRemove). What a judge leaves that is killed
between making and starting one, the next judge's `sweep` removes, by the container's name.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import HarnessError
from grader.owners import is_orphan, owned_name
from grader.readable import readable
from grader.sandbox import bwrap, warden
from grader.sandbox.cgroups import Group, group_of
from grader.sandbox.contract import Bind, Limits
from grader.sandbox.docker.engine import INSTEAD, Engine, Facts
from grader.sandbox.docker.image import Image
from grader.sandbox.lend import HOST_UID
from grader.scratch import short_folder

LABEL = "warpgrade.sandbox"
CHANNEL = "/judge"  # where the warden finds the judge's socket
_MIB = 1 << 20
_START_S = 30.0  # a container needs 0.2 s; more than this is a broken machine
_END_S = 10.0
_LEAST_PROCESSES = 16  # the engine's own runtime has threads before it becomes the warden
_COUNTER = itertools.count()
# The engine's own list, and what `local` doesn't show either: the machine's devices, its name servers, the queues of the kernel.
_MASKED = (
    *("/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi"),
    *("/proc/timer_list", "/proc/timer_stats", "/sys", "/dev/mqueue", "/etc/hosts", "/etc/resolv.conf"),
)
_READ_ONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


@dataclass(frozen=True)
class Means:
    """What all containers of a provider share."""

    engine: Engine
    facts: Facts
    image: Image
    filter: str  # the seccomp profile, as JSON
    user: tuple[int, int]
    processors: float

    @property
    def drops_user(self) -> bool:
        """Whether commands run as a user that is nobody's, since the judge is root."""
        return self.user[0] == HOST_UID


def config(means: Means, binds: Sequence[Bind], limits: Limits, channel: Path, gpus: Sequence[str] = ()) -> dict[str, Any]:
    """The document that the engine makes a container from. `channel`: the folder with the judge's socket; `gpus`: ids of GPUs or slices
    that NVIDIA's runtime is to show."""
    shown = [(source, target, True) for source, target in means.image.binds()]
    shown += [(str(warden.program()), warden.PLACE, True), (str(channel), CHANNEL, True)]
    devices = []
    for bind in binds:
        if bind.device and gpus and bind.source.name.startswith("nvidia"):
            continue  # NVIDIA's runtime brings those that belong to `gpus`
        if bind.device:
            devices.append({"PathOnHost": str(bind.source), "PathInContainer": bind.target, "CgroupPermissions": "rw"})
        else:
            shown.append((str(bind.source), bind.target, not bind.writable))
    wanted = {bind.target for bind in binds}
    memory = limits.memory_mib * _MIB
    empty = dict.fromkeys(means.image.hidden(), "ro,nosuid,nodev,noexec,size=4k")
    host: dict[str, Any] = {
        "AutoRemove": True,
        "NetworkMode": "none",
        "IpcMode": "private",
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges", f"seccomp={means.filter}"],
        "MaskedPaths": [path for path in _MASKED if path not in wanted],
        "ReadonlyPaths": list(_READ_ONLY),
        "Memory": memory,
        "MemorySwap": memory,  # memory and swap together: so no swap
        "PidsLimit": max(limits.processes + 1, _LEAST_PROCESSES),  # one is the warden
        "NanoCpus": int(means.processors * 1e9),
        "ShmSize": bwrap.SHARED_MEMORY_MIB * _MIB,
        "Tmpfs": {"/tmp": f"rw,exec,nosuid,nodev,size={limits.scratch_mib * _MIB}", **empty},
        "Mounts": [_mount(source, target, read_only) for source, target, read_only in _once(shown)],
        "Devices": devices,
        "LogConfig": {"Type": "none", "Config": {}},  # outputs come by pipes; a log would fill the engine's disk
        "RestartPolicy": {"Name": "no"},
    }
    if gpus:
        host["DeviceRequests"] = [{"Driver": "nvidia", "DeviceIDs": list(gpus), "Capabilities": [["gpu", "compute", "utility"]]}]
    if means.facts.remaps_users:
        host["UsernsMode"] = "host"
    return {
        "Image": means.image.name,
        "Entrypoint": list(warden.argv(f"{CHANNEL}/judge")),
        "Cmd": [],
        "User": f"{means.user[0]}:{means.user[1]}",
        "Hostname": "sandbox",
        "Labels": {LABEL: "1"},
        "StopSignal": "SIGKILL",  # the warden hears no other from outside: an engine that ends needn't wait
        "NetworkDisabled": True,
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": host,
    }


class Container:
    """A started container; see `grader.sandbox.room.Place`. `start` either returns one that answers, or raises HarnessError and leaves
    nothing."""

    init = None  # its groups count everything
    data_mib = None
    processes = None

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._id = ""
        self._since = int(time.time()) - 1
        self._handle = -1  # a pidfd of the warden: readable only once every process of the container is gone
        self._folder: Path | None = None
        self._warden: warden.Warden | None = None
        self._group: Group | None = None

    @classmethod
    def start(cls, means: Means, binds: Sequence[Bind], limits: Limits, gpus: Sequence[str] = ()) -> Container:
        made = cls(means.engine)
        try:
            made._start(means, binds, limits, gpus)
        except BaseException:
            with contextlib.suppress(HarnessError):  # why it didn't start is what counts
                made.end()
            raise
        return made

    @property
    def warden(self) -> warden.Warden:
        assert self._warden is not None
        return self._warden

    @property
    def group(self) -> Group:
        assert self._group is not None
        return self._group

    def ran_out_of_memory(self) -> bool:
        """To be asked when the container has ended by itself, and its groups with it: the warden may be the one that went."""
        with contextlib.suppress(HarnessError):  # an engine that is gone too: then that is what happened
            return self._engine.ran_out_of_memory(self._id, self._since)
        return False

    def said(self) -> str:
        return "was the engine restarted, or the container removed by somebody?"

    def end(self) -> None:
        """Every process is dead at the return; the engine removes what is left of the container by itself. May be called again."""
        if self._warden is not None:
            self._warden.close()
            self._warden = None
        gone = False
        if self._handle >= 0:
            with contextlib.suppress(OSError):  # the warden exits by itself at end-of-file; this is for one that can't
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            gone = bool(readable([self._handle], _END_S))
            os.close(self._handle)
            self._handle = -1
        try:
            if self._id and not gone:
                self._engine.remove(self._id)
        finally:  # also if the engine is gone, or refuses
            self._id = ""
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._folder = None

    def _start(self, means: Means, binds: Sequence[Bind], limits: Limits, gpus: Sequence[str]) -> None:
        self._folder = folder = short_folder()
        listener = warden.Listener(folder)
        try:
            if os.geteuid() == 0:  # its user must get in and connect
                os.chown(folder, -1, means.user[1])
                os.chown(listener.path, *means.user)
                folder.chmod(0o710)
            self._id = self._engine.create(config(means, binds, limits, folder, gpus), f"{owned_name()}-{next(_COUNTER)}")
            self._engine.start(self._id)
            self._hold(self._engine.pid(self._id))
            if self._handle >= 0:
                self._warden = listener.accept(_START_S, self._handle)
        finally:
            listener.close()
        if self._warden is None or not self._warden.ready(_START_S):
            raise HarnessError(
                "The container ended before its first process answered: the image or the grader's program `warpgrade-warden` doesn't fit "
                f"this machine. `grader docker build --from machine` makes one that does, {INSTEAD}."
            )
        if self._group is None:
            raise HarnessError(
                "The control groups of a container can't be seen, so its memory can't be told: is the grader in a container itself? "
                f"Run it beside the engine, {INSTEAD}."
            )

    def _hold(self, pid: int) -> None:
        """A handle and the groups of its first process, if that still lives."""
        with contextlib.suppress(OSError):
            if pid <= 0:
                return
            handle = os.pidfd_open(pid)
            # the number could be another process's by now, which we would kill: ours is in a group of the container's name
            if self._id in Path(f"/proc/{pid}/cgroup").read_text():
                self._handle = handle
                self._group = group_of(pid)
            else:
                os.close(handle)


def sweep(engine: Engine) -> int:
    """Removes containers of judges that are gone. Returns how many."""
    orphans = [container for container, name in engine.containers(LABEL) if is_orphan(name)]
    for container in orphans:
        engine.remove(container)
    return len(orphans)


def _mount(source: str, target: str, read_only: bool) -> dict[str, Any]:
    return {
        "Type": "bind",
        "Source": source,
        "Target": target,
        "ReadOnly": read_only,
        "BindOptions": {"Propagation": "rprivate"},
    }


def _once(shown: list[tuple[str, str, bool]]) -> list[tuple[str, str, bool]]:
    """One row a target, the last one's: the engine refuses two, bubblewrap puts the later over the earlier."""
    return list({target.rstrip("/"): (source, target, read_only) for source, target, read_only in shown}.values())
