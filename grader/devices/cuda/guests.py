"""A guest: one program on the card, a runner with student code or the reference's. Enters: its lines. Leaves: its marks, answers, a clock.

Nothing that a guest says is believed: marks order the conversation, and what counts is what lies in memory when it says that it is done.
"""

from __future__ import annotations

import array
import contextlib
import math
import os
import socket
import struct

from grader.devices.contract import Plan
from grader.devices.cuda.guarded import Guarded
from grader.devices.cuda.runtime import Cuda
from grader.devices.cuda.script import Script

MOST_LINE_BYTES = 4096


class Guest:
    """The socket, the buffers and the marks of one program."""

    def __init__(self, cuda: Cuda, name: str, path: str, plan: Plan) -> None:
        self.name = name
        self._cuda = cuda
        self._pool = cuda.create_pool()
        self.buffers = {key: Guarded(cuda, self._pool, key, size, plan.offsets.get(key, 0)) for key, size in plan.buffers.items()}
        self._script = Script(plan, name)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(1)
        self.connection: socket.socket | None = None
        self.gone = False  # nothing more will be heard of it
        self.ended = False  # its process is no more: the judge says so
        self.loaded = False
        self.marks: list[str] = []
        self.waiting = ""  # the mark that it wants to go on from
        self.events_s: dict[int, float] = {}
        self._text = b""

    def welcome(self) -> socket.socket:
        """The first program that comes is the only one."""
        self.connection, _ = self.listener.accept()
        self.listener.close()
        return self.connection

    def leave(self) -> None:
        self.gone = True
        self.listener.close()
        self.waiting = ""
        if self.connection is not None:
            self.connection.close()

    def lines(self) -> list[str]:
        """What it has said since; empty and `gone` at the end."""
        assert self.connection is not None
        try:
            said = self.connection.recv(65536)
        except OSError:
            said = b""
        *whole, self._text = (self._text + said).split(b"\n")
        if not said or len(self._text) > MOST_LINE_BYTES:
            self.leave()
        return [line.decode("ascii", "replace")[:128] for line in whole]

    def accept(self, line: str) -> bool:
        """Whether its runner says this, and now. Who says anything else isn't heard any more; the record shows what it was."""
        if not self.waiting and self._script.follow(line):
            return True
        self.note(f"refused:{line}")
        self.leave()
        return False

    def note(self, phase: str) -> None:
        self.marks.append("".join(c if "!" <= c <= "~" else "?" for c in phase))

    def go(self) -> None:
        self.loaded |= self.waiting == "load"
        self.waiting = ""
        self._send(b"g")

    def send_pool(self) -> None:
        descriptor = self._cuda.export_pool(self._pool)
        try:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]))]
            with contextlib.suppress(OSError):
                if self.connection is not None:
                    self.connection.sendmsg([b"d"], rights)
        finally:
            os.close(descriptor)

    def send_buffer(self, name: str) -> None:
        buffer = self.buffers[name]
        self._send(buffer.exported() + struct.pack("<Q", buffer.offset))

    def took(self, words: list[str]) -> None:
        """A time by the program's own events; what is no time isn't kept, and the card process's clock counts alone."""
        with contextlib.suppress(ValueError, IndexError):
            took_s = float(words[1]) * 1e-9
            if math.isfinite(took_s) and took_s >= 0:
                self.events_s[int(words[0])] = took_s

    def _send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # it has gone, and its end of the socket will say so
            if self.connection is not None:
                self.connection.sendall(data)
