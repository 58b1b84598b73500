"""A session on a real card, from the judge's side: DeviceOptions with a plan -> a running card process and, at the end, its record."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import msgspec

from grader.devices.contract import Client, DeviceOptions, Plan
from grader.devices.cuda.machine import Machine
from grader.devices.emulated import EmulatedSession


class CardSession(EmulatedSession):
    """One card process. `client(guest)` is what that guest's runner needs."""

    what = "the GPU's card process"

    def __init__(self, folder: Path, record_folder: Path, options: DeviceOptions, machine: Machine) -> None:
        self._machine = machine
        self._plan = options.plan or Plan(buffers={}, outputs=(), calls=())
        self._sockets = {guest: folder / f"card-{guest}" for guest in self._plan.guests}
        self._plan_file = folder / "plan.json"
        self._plan_file.write_bytes(msgspec.json.encode(self._plan))
        super().__init__(folder, record_folder, options, [sys.executable, "-m", "grader.devices.cuda.card"])
        self.socket = self._sockets[self._plan.guests[0]]

    def _arguments(self, options: DeviceOptions) -> list[str]:
        return [
            *("--plan", str(self._plan_file), "--inputs", str(options.inputs), "--record", str(self.folder)),
            *("--library", str(self._machine.cudart)),
            *(f"{guest}={path}" for guest, path in self._sockets.items()),
        ]

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR", "PATH", "HOME", "PYTHONPATH") if name in os.environ}
        return {**kept, **self._machine.variables()}

    def client(self, guest: str = "student") -> Client:
        path, bare = self._sockets[guest], self._machine.client()
        if os.geteuid() == 0:
            path.chmod(0o666)  # a sandboxed client has another uid
        environment = {**bare.environment, "WARPGRADE_CARD": str(path)}
        return msgspec.structs.replace(bare, environment=environment, shows=(*bare.shows, path))

    def left(self, guest: str) -> None:
        """Tells the card process that this guest's runner has ended. Its silence wouldn't say so: it may close its socket and go on."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # a card process that has died is told of by `finish`
            os.write(self._process.stdin.fileno(), f"left {guest}\n".encode())
