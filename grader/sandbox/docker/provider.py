"""Provider `docker`: a container a room, by a Docker Engine on this machine. Enters: commands. Leaves: their Exits; nothing runs on.

Every cause is found as `local` finds it: the same pipes, the same watch, control groups read from outside.
"""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from grader import natives
from grader.errors import HarnessError
from grader.records import Exit, Isolation
from grader.sandbox import lend
from grader.sandbox.contract import Bind, Command, Limits, Room
from grader.sandbox.docker import container, image, profile
from grader.sandbox.docker.container import Container, Means
from grader.sandbox.docker.engine import INSTEAD, Engine, Facts
from grader.sandbox.room import lent_room

_MOST_PROCESSORS = 4.0  # of one room: a submission isn't to have the whole machine


class DockerSandbox:
    """See `Sandbox`. `connect`: how the engine is reached; `image_name`: of another image than the usual one; `gpus`: ids of the GPUs or
    slices that NVIDIA's runtime is to show in every room (the caller holds their leases)."""

    name = "docker"

    def __init__(self, connect: Callable[[], Engine] = Engine.connect, image_name: str = image.NAME, gpus: Sequence[str] = ()) -> None:
        self._connect = connect
        self._image_name = image_name
        self._gpus = tuple(gpus)
        self._lock = threading.Lock()
        self._ready: Means | None = None
        self._pid = 0  # of the process that connected
        self._tried = False

    def isolation(self) -> Isolation:
        """What is in force on this machine, after a first command has shown that it works at all. Raises HarnessError if it doesn't."""
        means = self._means()
        if not self._tried:
            self._try(means.image)
            self._tried = True
        return isolation(means.facts, means.image, dropped=means.drops_user)

    def room(self, binds: tuple[Bind, ...], limits: Limits) -> AbstractContextManager[Room]:
        """A container, started with the first command; see the contract."""
        means = self._means()
        return lent_room(binds, limits, means.drops_user, lambda shown: Container.start(means, shown, limits, self._gpus))

    def with_gpus(self, gpus: Sequence[str]) -> DockerSandbox:
        """A sandbox whose rooms see these cards or slices and no others, where NVIDIA's runtime can see to it. It puts the driver's files
        into an image with a system of its own; in one of the machine's they are there already, and device files show all cards."""
        means = self._means()
        if not means.facts.nvidia or means.image.kind != image.SYSTEM:
            return self
        return DockerSandbox(self._connect, self._image_name, gpus)

    def run(self, command: Command) -> Exit:
        """Runs one command in a room of its own."""
        with self.room(command.binds, command.limits) as room:
            return room.run(command)

    def _try(self, found: image.Image) -> None:
        """Whether a command runs in a container at all, and the grader's own programs in this image."""
        runner = natives.runner_program()
        ended = self.run(Command(argv=(str(runner),), binds=(Bind(source=runner, target=str(runner)),)))
        if b"not found" in ended.stderr:  # the loader's words: a C library that is older than the one that the runner was made with
            raise HarnessError(
                f"The grader's programs don't run in the image {found.name!r} ({ended.stderr.decode(errors='replace').strip()[:200]}). "
                f"Its system is older than this machine's: `grader docker build --from machine` makes one that fits, {INSTEAD}."
            )

    def _means(self) -> Means:
        with self._lock:
            if self._ready is None or self._pid != os.getpid():  # two processes must not talk on one connection
                self._pid = os.getpid()
                engine = self._connect()
                facts = engine.facts()
                found = image.find(engine, self._image_name)
                container.sweep(engine)
                self._ready = Means(
                    engine=engine,
                    facts=facts,
                    image=found,
                    filter=profile.profile(platform.machine()),
                    user=(lend.HOST_UID, lend.HOST_UID) if os.geteuid() == 0 else (os.getuid(), os.getgid()),
                    processors=min(float(facts.processors), _MOST_PROCESSORS),
                )
            return self._ready


def isolation(facts: Facts, found: image.Image, *, dropped: bool) -> Isolation:
    """What a room enforces and what not. `dropped`: commands run as a user that is nobody's, since the judge is root."""
    system = "the machine's /usr and /lib" if found.kind == image.MACHINE else "the image's own system"
    enforced = [
        f"files: only {system} (read-only) and what the grader shows; no home, no other submission, no hidden check",
        "network: none; sockets only of the kind AF_UNIX",
        "processes: a pid namespace of their own; the whole tree is killed when the command ends, exceeds a limit or the judge dies",
        "privileges: none, no new ones (no_new_privs, no capabilities, no user namespaces)",
        "environment: only what the grader sets",
        "wall time, processor time, captured output, size of a file, open files, core dumps",
        "scratch space: /tmp is a tmpfs of bounded size",
        "number of processes (cgroup pids)",
        f"processors: at most {min(facts.processors, _MOST_PROCESSORS):g} at a time",
        "system calls: an allow-list (seccomp)",
        f"memory of all processes together (cgroup v{facts.cgroups}), scratch space included",
    ]
    missing = [
        "disk space of writable folders has no quota: it is looked at ten times a second and exceeding it ends the command",
        "the processor's caches and speed are shared with other programs",
    ]
    if dropped:
        enforced.append("user: an unprivileged one of the host, not the judge's")
    else:
        missing.append("user: commands run as the host's user that the judge is, who isn't root; only namespaces keep them apart")
    if not facts.bounds_swap:
        missing.append("swap: this kernel doesn't account it, so memory may go there beyond its bound")
    return Isolation(
        level=f"docker: a container, cgroups v{facts.cgroups}, seccomp",
        enforced=tuple(enforced),
        not_enforced=tuple(missing),
        image=found.identity,
        engine=f"Docker Engine {facts.version}",
    )
