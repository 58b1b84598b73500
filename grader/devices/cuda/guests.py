"""A guest: one program on the card, a runner with student code or the reference's. Enters: its lines. Leaves: its marks, answers, a clock.

Nothing that a guest says is believed: marks order the conversation, and what counts is what lies in memory when it says that it is done.
"""

from __future__ import annotations

import array
import contextlib
import os
import socket
import struct

from grader.devices.cuda.guarded import Guarded
from grader.devices.cuda.runtime import Cuda

MOST_MARKS = 20_000
MOST_LINE_BYTES = 4096


class Guest:
    """The socket, the buffers and the marks of one program."""

    def __init__(self, cuda: Cuda, name: str, path: str, buffers: dict[str, int]) -> None:
        self.name = name
        self._cuda = cuda
        self._pool = cuda.create_pool()
        self.buffers = {key: Guarded(cuda, self._pool, key, size) for key, size in buffers.items()}
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(1)
        self.connection: socket.socket | None = None
        self.gone = False
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
        self.waiting = ""
        if self.connection is not None:
            self.connection.close()

    def lines(self) -> list[str]:
        """What it has said since; empty and `gone` at the end. A guest that floods us is one that has gone."""
        assert self.connection is not None
        try:
            said = self.connection.recv(65536)
        except OSError:
            said = b""
        *whole, self._text = (self._text + said).split(b"\n")
        if not said or len(self._text) > MOST_LINE_BYTES or len(self.marks) > MOST_MARKS:
            self.leave()
        return [line.decode("ascii", "replace")[:128] for line in whole]

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
        buffer = self.buffers.get(name)
        if buffer is None:
            self.leave()
        else:
            self._send(buffer.exported() + struct.pack("<Q", buffer.offset))

    def took(self, words: list[str]) -> None:
        with contextlib.suppress(ValueError, IndexError):
            self.events_s[int(words[0])] = float(words[1]) * 1e-9

    def _send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # it has gone, and its end of the socket will say so
            if self.connection is not None:
                self.connection.sendall(data)
