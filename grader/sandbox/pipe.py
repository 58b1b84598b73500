"""A pipe of the judge's: enters with a stack that closes whatever of it is still open; leaves as two ends."""

from __future__ import annotations

import contextlib
import io
import os


class Pipe:
    """Both ends as objects, which close once only: a bare number could by then be another thread's. Where the writing one is passed on,
    close ours: end-of-file must come when theirs close."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        read, write = os.pipe()
        self.read = stack.enter_context(io.FileIO(read, "rb"))
        self.write = stack.enter_context(io.FileIO(write, "wb"))

    def send(self, content: bytes) -> None:
        """All of it, then end-of-file."""
        with self.write:
            view = memoryview(content)
            while view:
                view = view[self.write.write(view) or 0 :]
