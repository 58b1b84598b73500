"""Ray slot: tasks as bytes -> outcomes as bytes, in a process that Ray keeps on some node. Knows nothing of Ray.

Only msgpack of our records goes in and out, so that Ray's own pickling has nothing to pickle but bytes.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
from pathlib import Path

import msgspec

from grader.address import package_digests
from grader.engine.contract import Outcome, Settings, Task
from grader.engine.grading import Grader, course_folder
from grader.errors import GraderError, HarnessError
from grader.records import Record
from grader.scratch import clear_leftovers, scratch_folder


def package_stamp() -> bytes:
    """Equal on machines whose graders judge alike."""
    return "".join(package_digests()).encode()


class Hello(Record, frozen=True, kw_only=True):
    """Who a slot is, or why it can't grade."""

    host: str
    pid: int
    fault: str = ""


class Slot:
    """Grades one task at a time. Each method returns, whatever happens: an exception would travel as pickle."""

    def __init__(self) -> None:
        self._scratch = contextlib.ExitStack()
        self._grader: Grader | None = None

    def open(self, settings: bytes, stamp: bytes, name: str) -> bytes:
        """To be called first. `stamp`: of the coordinator's grader, which must be this node's. Gives a Hello."""
        host, fault = socket.gethostname(), ""
        try:
            if stamp != package_stamp():
                raise HarnessError(f"{host} has another version of warpgrade than the machine of the batch; install the same on both")
            known = msgspec.msgpack.decode(settings, type=Settings)
            course_folder(known)
            clear_leftovers()
            shared = self._scratch.enter_context(scratch_folder()) / "shared"
            shared.mkdir(mode=0o700)
            self._grader = Grader(known, shared, f"ray:{host}:{name}")
        except (GraderError, OSError, msgspec.MsgspecError) as error:
            fault = str(error)
        return msgspec.msgpack.encode(Hello(host=host, pid=os.getpid(), fault=fault))

    def grade(self, task: bytes) -> bytes:
        """A Task -> its Outcome."""
        known = msgspec.msgpack.decode(task, type=Task)
        if self._grader is None:
            return msgspec.msgpack.encode(Outcome(task=known.id, fault="the slot was not opened"))
        return msgspec.msgpack.encode(self._grader.grade(known))

    def close(self) -> bytes:
        """Leaves nothing behind."""
        self._scratch.close()
        return b""


def clear_after(pids: list[int], limit_s: float = 15.0) -> bytes:
    """On the node of slots that were killed: waits for their end and removes what they left."""
    until = time.monotonic() + limit_s
    while any(Path(f"/proc/{pid}").exists() for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    clear_leftovers()
    return b""
