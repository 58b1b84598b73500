"""Waiting for descriptors: some, and how long -> those that can be read. Of any number: select() knows those below 1024 only, and a judge
that runs many cases at a time has more."""

from __future__ import annotations

import errno
import math
import os
import select
from collections.abc import Sequence
from typing import Protocol, TypeVar


class _HasNumber(Protocol):
    def fileno(self) -> int: ...


Waited = TypeVar("Waited", bound=int | _HasNumber)


def readable(files: Sequence[Waited], patience_s: float) -> list[Waited]:
    """Those of `files` that have something to read or are at their end; [] after `patience_s`. Raises OSError for a descriptor that isn't
    open."""
    poll = select.poll()
    for file in files:
        poll.register(file, select.POLLIN)
    events = dict(poll.poll(math.ceil(max(0.0, patience_s) * 1000)))
    if select.POLLNVAL in events.values():
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return [file for file in files if (file if isinstance(file, int) else file.fileno()) in events]
