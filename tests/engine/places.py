"""Where an engine under test keeps things, and what is left of it: a cache, a data folder and a scratch folder of its own, by whose path in
the environment its processes are known."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from grader.scratch import scratch_parent


class Places:
    """Below one short folder: the paths of sockets may have 107 bytes."""

    def __init__(self, root: Path) -> None:
        self.root, self.scratch = root, root / "tmp"
        self.scratch.mkdir()
        self.environment = {"GRADER_CACHE": str(root / "cache"), "GRADER_DATA": str(root / "data"), "TMPDIR": str(self.scratch)}

    def processes(self, starts: str = "") -> list[int]:
        """Living processes that were started with these places, but for this one. `starts`: only those whose command line starts so."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                mine = self.environment["TMPDIR"].encode() in (folder / "environ").read_bytes()
                command = (folder / "cmdline").read_bytes()
                if mine and command and command.startswith(starts.encode()) and int(folder.name) != os.getpid():
                    found.append(int(folder.name))
        return found

    def quiet(self, starts: str = "", limit_s: float = 10.0) -> bool:
        """Whether all of them have ended within the limit."""
        until = time.monotonic() + limit_s
        while self.processes(starts):
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def left(self, limit_s: float = 10.0) -> list[str]:
        """What lies in the scratch folder and stays there; Ray's own things aside. Nodes clear up when killed processes have ended."""
        until = time.monotonic() + limit_s
        while (
            found := sorted(path.name for path in self.scratch.iterdir() if not path.name.startswith("ray"))
        ) and time.monotonic() < until:
            time.sleep(0.05)
        return found


@contextlib.contextmanager
def places() -> Iterator[Places]:
    """Places in force for this process and those that it starts."""
    root = Path(tempfile.mkdtemp(prefix="wg-", dir="/tmp"))
    root.chmod(0o711)
    before = {name: os.environ.get(name) for name in ("GRADER_CACHE", "GRADER_DATA", "TMPDIR")}
    try:
        made = Places(root)
        os.environ.update(made.environment)
        _forget()
        yield made
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        _forget()
        shutil.rmtree(root, ignore_errors=True)


def _forget() -> None:
    tempfile.tempdir = None
    scratch_parent.cache_clear()
