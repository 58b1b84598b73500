"""Worker: frames of tasks on one pipe -> frames of outcomes on another. A process of its own, which ends with the one that started it.

python -m grader.engine.worker IN OUT SHARED NAME STARTER       (two inherited descriptors, a folder, what it is called, a pid)
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import signal
import sys
from pathlib import Path

import msgspec

from grader.engine.contract import Settings, Task
from grader.engine.frames import pack, read
from grader.engine.grading import Grader

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Runs until the pipe ends."""
    tasks, outcomes, shared, name = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(sys.argv[5]):  # it died before we could ask to be told, and may have left a task in the pipe
        return
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the starter's to deal with: it ends us
    with os.fdopen(tasks, "rb") as source, os.fdopen(outcomes, "wb") as sink:
        head = read(source)
        if head is None:
            return
        grader = Grader(msgspec.msgpack.decode(head, type=Settings), shared, name)
        gc.freeze()
        while (body := read(source)) is not None:
            sink.write(pack(grader.grade(msgspec.msgpack.decode(body, type=Task))))
            sink.flush()


if __name__ == "__main__":
    main()
