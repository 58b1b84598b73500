"""Provider `none`: a plain process with limits and no isolation, for code that you trust (reference solutions) where no sandbox can run.

Inside and outside are the same file system here, so there is nothing to bind: where the command, its working folder or its environment
names a bind's target, the source's path is put in its place (the longest target first), and /tmp becomes a fresh folder. Files that name
targets in their content aren't rewritten: let them use relative paths.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

from grader.errors import HarnessError
from grader.owners import owned_name
from grader.records import Cause, Exit, Isolation
from grader.sandbox import lend, processes, rlimits
from grader.sandbox.contract import Bind, Command, Limits, Room
from grader.sandbox.supervise import outcome, says_out_of_memory, supervise
from grader.scratch import scratch_parent

_MARK = "WARPGRADE_JOB"  # in the environment of everything that a command starts: finds what left its process group
_BEFORE_PATH = r"""(?:^-[A-Za-z]+|^|(?<=[=:,;"'\s(]))"""  # -I/path, --flag=/path, a:/path; but not the middle of another path
_AFTER_PATH = r"""(?=$|[/:,;"'\s)])"""


class NoSandbox:
    """See `Sandbox`. Limits of time, memory and output hold; nothing keeps the command from the machine's files, network and processes."""

    name = "none"

    def isolation(self) -> Isolation:
        return Isolation(
            level="none",
            enforced=(
                "wall time, processor time, captured output, size of a file, open files, core dumps",
                "memory of each process (RLIMIT_DATA); the sum of all is looked at 25 times a second",
                "environment: only what the grader sets",
                "processes: the whole tree is killed at the end or at a limit, unless one wipes its environment and leaves its session",
            ),
            not_enforced=(
                "files: the command can read and write whatever the judge can, hidden checks and other submissions among them",
                "network: open",
                "processes: the command sees and can signal those of the judge's user, and outlives a judge that is killed",
                "number of processes",
                "privileges: the judge's own",
                "system calls: no filter",
                "scratch space: no quota",
                "disk space of writable folders: no quota",
                "memory of all processes together by the kernel",
            ),
        )

    @contextlib.contextmanager
    def room(self, binds: tuple[Bind, ...], limits: Limits) -> Iterator[Room]:
        """Without a sandbox there is none to share: each command is run by itself."""
        yield self

    def run(self, command: Command) -> Exit:
        """Runs the command; see the contract."""
        if not command.argv:
            raise HarnessError("The sandbox was asked to run an empty command.")
        # named by its owner: whoever finds it after a kill can tell, and removes it
        with tempfile.TemporaryDirectory(prefix=f"{owned_name()}-", dir=scratch_parent(), ignore_cleanup_errors=True) as scratch:
            binds = (Bind(source=Path(scratch), target="/tmp", writable=True), *lend.resolved(command.binds))
            try:
                return _run(command, _Paths(binds))
            finally:
                lend.give_back(binds, None)


class _Paths:
    """Targets inside -> sources outside."""

    def __init__(self, binds: tuple[Bind, ...]) -> None:
        places = {bind.target.rstrip("/"): str(bind.source) for bind in binds}
        self._places = places
        names = "|".join(re.escape(target) for target in sorted(places, key=len, reverse=True))
        self._pattern = re.compile(f"({_BEFORE_PATH})({names}){_AFTER_PATH}")

    def outside(self, text: str) -> str:
        return self._pattern.sub(lambda match: match[1] + self._places[match[2]], text)


def _run(command: Command, paths: _Paths) -> Exit:
    mark = f"{_MARK}={uuid.uuid4().hex}"
    environment = {name: paths.outside(value) for name, value in command.env.items()}
    environment[_MARK] = mark.partition("=")[2]
    argv = [*rlimits.prefix(command.limits), *(paths.outside(word) for word in command.argv)]
    try:
        process = subprocess.Popen(
            argv,
            cwd=paths.outside(command.cwd),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise HarnessError(f"The command can't be started without a sandbox: {error}.") from error
    process.returncode = 0  # reaped below, which wants the usage as well
    assert process.stdout is not None and process.stderr is not None
    peak_mib = 0.0

    def over() -> Cause | None:
        nonlocal peak_mib
        pids = processes.tree(process.pid)
        memory_mib = processes.memory_mib(pids, command.limits.memory_mib)
        peak_mib = max(peak_mib, memory_mib)
        if memory_mib > command.limits.memory_mib:
            return "out_of_memory"
        return "timeout" if processes.cpu_s(pids) > command.limits.cpu_s else None

    def stop(_forced: bool) -> tuple[int, float]:
        for _ in range(100):  # a fork may race the look
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            found = [pid for pid in processes.marked(mark.encode()) if pid != process.pid]
            for pid in found:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            if not found:
                break
        _, status, usage = os.wait4(process.pid, 0)
        return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime

    handle = os.pidfd_open(process.pid)
    try:
        with process.stdout, process.stderr:
            ended = supervise(handle, process.stdout.fileno(), process.stderr.fileno(), command.limits, over, stop)
    finally:
        os.close(handle)
    assert ended.code is not None
    return outcome(
        ended,
        ended.code,
        command.limits,
        cpu_s=ended.cpu_s,
        peak_memory_mib=peak_mib,
        out_of_memory=says_out_of_memory(ended, ended.code),
    )
