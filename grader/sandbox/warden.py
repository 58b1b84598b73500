"""The judge's side of a sandbox's pid 1 (warden.cpp). Enters: commands, one after another. Leaves: how each ended.

The warden belongs to the judge, yet lives among the student's processes; so nothing that it says is used but how a command ended, and
what isn't said as it must be counts as the end of the sandbox.
"""

from __future__ import annotations

import contextlib
import math
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from grader import natives
from grader.errors import HarnessError
from grader.readable import readable
from grader.sandbox.contract import Command

PLACE = "/warden"  # where it is shown
EMPTIED = ("/tmp", "/dev/shm")  # between two commands
_PACKET_BYTES = 128


@dataclass(frozen=True)
class Rest:
    """How a command's first process ended, and what it and all others used."""

    status: int  # its exit status, or -N if signal N ended it
    cpu_s: float
    peak_memory_mib: float  # of the largest process


class Warden:
    """A connection to one. It is there once `ready` says so; nothing else may be asked before."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._ready = False

    @classmethod
    def inherited(cls) -> tuple[Warden, socket.socket]:
        """A warden whose channel is passed on as a descriptor; the second is its end: close it once it is passed on."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        return cls(ours), theirs

    def fileno(self) -> int:
        """Readable when the command has ended, or the sandbox has."""
        return self._connection.fileno()

    def ready(self, patience_s: float) -> bool:
        """Whether a command may come; waits for what the last one left to be cleaned up. False if the sandbox has ended."""
        if not self._ready:
            self._ready = self._hear(patience_s) == [b"ready"]
        return self._ready

    def send(self, command: Command, stdout: int, stderr: int, *, data_mib: int | None, processes: int | None) -> None:
        """Starts the command. `data_mib`, `processes`: what each process may have and the user may have, where no control group looks
        after it. Raises HarnessError if it can't be sent."""
        limits = command.limits
        bounds = [
            str(max(1, math.ceil(limits.cpu_s))),
            str(limits.file_mib << 20),
            "-" if data_mib is None else str(data_mib << 20),
            str(limits.open_files),
            "-" if processes is None else str(processes),
        ]
        environment = [f"{name}={value}" for name, value in command.env.items()]
        words = [*bounds, command.cwd, str(len(command.argv)), *command.argv, str(len(environment)), *environment]
        if any("\0" in word for word in words):
            raise HarnessError("An argument or environment value for the sandbox holds a NUL byte.")
        self._ready = False
        try:
            socket.send_fds(self._connection, [b"".join(os.fsencode(word) + b"\0" for word in words)], [stdout, stderr])
        except OSError as error:
            raise HarnessError(f"A command can't be sent into the sandbox: {error.strerror}.") from error

    def rest(self, patience_s: float) -> Rest | None:
        """How the command ended; None if the sandbox ended before it."""
        words = self._hear(patience_s)
        try:
            word, status, cpu_us, peak_kib = words
            if word == b"ended":
                return Rest(os.waitstatus_to_exitcode(int(status)), int(cpu_us) / 1e6, int(peak_kib) / 1024)
        except ValueError:
            pass
        return None

    def close(self) -> None:
        """The warden then exits, and everything in its namespace with it."""
        self._connection.close()

    def _hear(self, patience_s: float) -> list[bytes]:
        """The words of the next packet; [] at the end or after `patience_s`."""
        with contextlib.suppress(OSError):
            if readable([self._connection], patience_s):
                return self._connection.recv(_PACKET_BYTES).split()
        return []


class Listener:
    """Where a warden that can't inherit a descriptor finds the judge: a socket in `folder`, which accepts one connection."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "judge"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.bind(str(self.path))
        self._socket.listen(1)

    def accept(self, patience_s: float, gone: int) -> Warden | None:
        """The warden, or None if it doesn't come in time or never will: `gone` (a pidfd, say) is readable then."""
        waited: list[socket.socket | int] = [self._socket, gone]
        if self._socket not in readable(waited, patience_s):
            return None
        connection, _ = self._socket.accept()
        return Warden(connection)

    def close(self) -> None:
        self._socket.close()
        with contextlib.suppress(OSError):
            self.path.unlink()


def argv(channel: str) -> tuple[str, ...]:
    """The warden's command line; `channel` is a descriptor's number or a Listener's path as seen inside."""
    return (PLACE, channel, *EMPTIED)


def program() -> Path:
    return natives.warden_program()
