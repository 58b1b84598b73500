"""Leases: the machine's GPUs -> one for one job at a time, over all judges of the machine; a hung one is put aside, with a message.

A lease is a lock on a file, which the kernel gives back when its holder ends, however it ends. A job's contexts on the card end with its
processes, so the next job makes its own. Whether the card got through is asked before the lease is given back: one that doesn't answer, or
on which a process was killed and doesn't go, goes into quarantine. There it stays until an administrator has seen to it; the others go on.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import HarnessError
from grader.sandbox.docker.gpus import Gpu, Health, listed, nvidia_smi

_PLACES = ("/run/lock", "/var/lock")
_FOLDER = "warpgrade-gpus"
_TURN_S = 0.05
READMIT = "grader docker status --readmit"


class Leases:
    """`folder`: where the locks lie, the same for all judges of the machine. `health`: how a card is asked."""

    def __init__(self, gpus: Sequence[Gpu], folder: Path | None = None, health: Health | None = None) -> None:
        self.gpus = tuple(gpus)
        self._folder = folder or usual_folder()
        self._health = health or Health()

    @classmethod
    def of_machine(cls) -> Leases:
        """For all cards and slices that nvidia-smi lists. Raises HarnessError if there are none."""
        gpus = listed(nvidia_smi(["-L"]) or "")
        if not gpus:
            raise HarnessError("nvidia-smi lists no GPU on this machine: install NVIDIA's driver, or use `--device emulated`.")
        return cls(gpus)

    @contextlib.contextmanager
    def lease(self, patience_s: float) -> Iterator[Gpu]:
        """One GPU for one job. Raises HarnessError if all are in quarantine (at once) or in use by others for `patience_s`."""
        deadline = time.monotonic() + patience_s
        while (taken := self._take()) is None:
            if time.monotonic() >= deadline:
                raise HarnessError(
                    f"All {len(self.gpus)} GPUs have been in use by other jobs for {patience_s:.0f} s: run fewer at a time, "
                    "or see with `nvidia-smi` and `grader docker status` who has them."
                )
            time.sleep(_TURN_S)
        gpu, lock = taken
        try:
            before = self._health.users(gpu)
            try:
                if before is None:
                    raise HarnessError(self._put_aside(gpu, "nvidia-smi got no answer from it before a job"))
                yield gpu
            finally:
                if before is not None and (fault := self._health.fault(gpu, before)):
                    self._put_aside(gpu, fault)
        finally:
            os.close(lock)

    def quarantined(self) -> dict[str, str]:
        """id -> why, for each GPU that isn't lent."""
        found = {}
        for gpu in self.gpus:
            with contextlib.suppress(OSError):
                found[gpu.id] = self._aside(gpu).read_text(errors="replace").strip()
        return found

    def in_use(self) -> list[str]:
        """Ids of those that a job has now."""
        found = []
        for gpu in self.gpus:
            lock = self._try(gpu)
            if lock is None:
                found.append(gpu.id)
            else:
                os.close(lock)
        return found

    def readmit(self, name: str) -> None:
        """Lends a GPU again. Raises HarnessError for one that isn't in quarantine."""
        gpu = next((gpu for gpu in self.gpus if gpu.id == name), None)
        if gpu is None or not self._aside(gpu).exists():
            known = ", ".join(self.quarantined()) or "none"
            raise HarnessError(f"{name} is not in quarantine. In quarantine: {known}.")
        try:
            self._aside(gpu).unlink()
        except OSError as error:
            raise HarnessError(f"{name} can't be lent again: {error}. Say it as an administrator: `sudo {READMIT} {name}`.") from error

    def _take(self) -> tuple[Gpu, int] | None:
        aside = self.quarantined()
        if len(aside) == len(self.gpus):
            gpu = self.gpus[0]
            raise HarnessError(f"No GPU can be lent, all are in quarantine. {_message(gpu, aside[gpu.id])}")
        for gpu in self.gpus:
            if gpu.id not in aside and (lock := self._try(gpu)) is not None:
                if not self._aside(gpu).exists():  # put aside while we looked
                    return gpu, lock
                os.close(lock)
        return None

    def _try(self, gpu: Gpu) -> int | None:
        """The lock's descriptor; None while somebody else has it."""
        file = self._folder / f"{gpu.id}.lock"
        try:
            try:
                lock = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                self._folder.mkdir(parents=True, exist_ok=True)
                with contextlib.suppress(PermissionError):
                    self._folder.chmod(0o1777)  # all judges of the machine, whoever they are
                lock = os.open(file, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        except OSError as error:
            raise HarnessError(f"The lock of a GPU can't be had: {error}. Remove {self._folder} as an administrator.") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return None
        return lock

    def _put_aside(self, gpu: Gpu, why: str) -> str:
        """Marks it and returns the message."""
        when = time.strftime("%Y-%m-%d %H:%M:%S")
        with contextlib.suppress(OSError):  # a full disk: then the next job finds it out anew
            self._aside(gpu).write_text(f"{why} ({when})\n")
        return _message(gpu, why)

    def _aside(self, gpu: Gpu) -> Path:
        return self._folder / f"{gpu.id}.quarantined"


def usual_folder() -> Path:
    """Where all judges of this machine look."""
    for place in _PLACES:
        if os.path.isdir(place) and os.access(place, os.W_OK):
            return Path(place) / _FOLDER
    return Path(tempfile.gettempdir()) / _FOLDER


def _message(gpu: Gpu, why: str) -> str:
    return (
        f"The GPU {gpu.id} ({gpu.name}) is in quarantine: {why}. As an administrator: "
        f"`sudo nvidia-smi --gpu-reset -i {gpu.card or gpu.id}` (or restart the machine), then `{READMIT} {gpu.id}`."
    )
