"""Watches one started command until it and all it started are gone. Enters: what tells its end, its two pipes, limits. Leaves: why it ended
and what it printed.

The same loop serves every provider; what differs (how to look at memory, how to kill) is passed in. Pipes are always drained, so a command
that prints too much meets its limit and not a full pipe.
"""

from __future__ import annotations

import os
import selectors
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from grader.records import Cause, Exit
from grader.sandbox.contract import Limits

_TICK_S = 0.04  # between two looks at what no kernel limit bounds
_CHUNK = 1 << 16
_OUT_OF_MEMORY_WORDS = (b"bad_alloc", b"annot allocate memory", b"out of memory", b"virtual memory exhausted", b"MemoryError")
_LAST_WORDS_S = 1.0  # how long to wait for end-of-file once every process is dead


@dataclass
class Stream:
    """One output pipe: the first bytes are kept, all are counted."""

    fd: int
    keep: int
    kept: bytearray = field(default_factory=bytearray)
    count: int = 0

    def read(self) -> bool:
        """Takes what is there; False at end-of-file."""
        try:
            chunk = os.read(self.fd, _CHUNK)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.count += len(chunk)
        self.kept += chunk[: max(0, self.keep - len(self.kept))]
        return bool(chunk)


@dataclass
class Ended:
    """`cause` is None unless we stopped it. `code`: exit status, or -N if signal N ended it; None: nobody could tell."""

    cause: Cause | None
    code: int | None
    cpu_s: float
    stdout: bytes
    stderr: bytes
    wall_s: float


def supervise(
    done: int,
    stdout: int,
    stderr: int,
    limits: Limits,
    over: Callable[[], Cause | None],
    stop: Callable[[bool], tuple[int | None, float]],
) -> Ended:
    """Watches a command whose outputs are read from the descriptors `stdout` and `stderr` (which stay the caller's) until `done` is
    readable or a limit is exceeded.

    `over()` is asked every few hundredths of a second whether a limit is exceeded. `stop(forced)` is called once in every case: it must see
    to it that nothing of the command runs on, by force if it hasn't ended, and tells code and processor seconds. Any exception (Ctrl-C
    among them) stops it first.
    """
    started = time.monotonic()
    streams = [Stream(fd, limits.capture_kib * 1024) for fd in (stdout, stderr)]
    stopped = False
    try:
        cause = _watch(done, streams, limits, started, over)
        stopped = True
        code, cpu_s = stop(cause is not None)
        wall_s = time.monotonic() - started
        if _drain(streams, limits.output_mib << 20) and cause is None:
            cause = "output_limit"
    finally:
        if not stopped:
            stop(True)
    return Ended(cause, code, cpu_s, bytes(streams[0].kept), bytes(streams[1].kept), wall_s)


def outcome(ended: Ended, code: int, limits: Limits, *, cpu_s: float, peak_memory_mib: float, out_of_memory: bool) -> Exit:
    """The contract's record. `code` is the command's exit status, or -N if signal N ended it."""
    cause, signal_number, status = ended.cause, None, None
    if out_of_memory and cause in (None, "out_of_memory"):
        cause = "out_of_memory"
    elif cause is None and code in (-signal.SIGXCPU, -signal.SIGKILL) and cpu_s >= 0.5 * limits.cpu_s:
        # the kernel's own limit of processor time: it counts in ticks, which on a busy machine say 1.0 s where the exact sum is 0.86 s
        cause = "timeout"
    elif cause is None and code < 0:
        cause, signal_number = "signaled", -code
    elif cause is None:
        cause, status = "exited", code
    return Exit(
        cause=cause,
        code=status,
        signal=signal_number,
        stdout=ended.stdout,
        stderr=ended.stderr,
        wall_s=ended.wall_s,
        cpu_s=cpu_s,
        peak_memory_mib=peak_memory_mib,
    )


def says_out_of_memory(ended: Ended, code: int) -> bool:
    """Where no control group bounds memory: RLIMIT_DATA only makes allocations fail, and the program's own words are what is left of it."""
    return code != 0 and any(word in ended.stderr for word in _OUT_OF_MEMORY_WORDS)


def _watch(done: int, streams: list[Stream], limits: Limits, started: float, over: Callable[[], Cause | None]) -> Cause | None:
    """Until the command ends or a limit is exceeded."""
    deadline = started + limits.wall_s
    next_look = started + _TICK_S / 4  # a quick allocator must not get far
    with selectors.DefaultSelector() as ready:
        ready.register(done, selectors.EVENT_READ)
        for stream in streams:
            os.set_blocking(stream.fd, False)
            ready.register(stream.fd, selectors.EVENT_READ, stream)
        while True:
            now = time.monotonic()
            if now >= deadline:
                return "timeout"
            if now >= next_look:
                cause = over()
                if cause is not None:
                    return cause
                next_look = time.monotonic() + _TICK_S
            for key, _ in ready.select(max(0.0, min(deadline, next_look) - now)):
                if key.data is None:
                    return None
                if not key.data.read():
                    ready.unregister(key.fileobj)
            if sum(stream.count for stream in streams) > limits.output_mib << 20:
                return "output_limit"


def _drain(streams: list[Stream], most: int) -> bool:
    """Reads what still lies in the pipes. True if there was more than `most` bytes in all."""
    deadline = time.monotonic() + _LAST_WORDS_S
    with selectors.DefaultSelector() as ready:
        for stream in streams:
            ready.register(stream.fd, selectors.EVENT_READ, stream)
        while ready.get_map() and time.monotonic() < deadline:
            for key, _ in ready.select(0.05):
                if not key.data.read():
                    ready.unregister(key.fileobj)
    return sum(stream.count for stream in streams) > most
