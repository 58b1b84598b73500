"""A buffer between two guard zones: what a kernel writes beside its buffer lands in the guards and is seen after the call, whatever tool is
installed. What it reads there is NaN in every floating-point format, so that a result it enters shows it."""

from __future__ import annotations

import os

from grader.devices.cuda.runtime import Cuda
from grader.devices.record import DeviceFinding

FRONT = 64 << 10  # bytes before the buffer
BACK = 64 << 10  # at least so many after it
STEP = 2 << 20  # a card maps memory in pages of 2 MiB, and shares whole ones: no page holds anything else
_WORD = bytes.fromhex("c37ef47f")  # little-endian 0x7FF47EC3: NaN as f32, as the upper half of an f64, as either half of two f16


class Guarded:
    """One buffer of one guest."""

    def __init__(self, cuda: Cuda, pool: int, name: str, size: int, behind: int = 0) -> None:
        self._cuda = cuda
        self.name = name
        self.size = size
        self.offset = FRONT + behind
        self._total = -(-(self.offset + size + BACK) // STEP) * STEP
        self._base = cuda.allocate_from(pool, self._total)
        self._front = _canary(self.offset)
        self._back = _canary(self._total - self.offset - size)
        self._seen: set[str] = set()

    @property
    def address(self) -> int:
        return self._base + self.offset

    def exported(self) -> bytes:
        return self._cuda.export_pointer(self._base)

    def load(self, data: bytes | None) -> None:
        """Values and fresh guards; without values (a scratch buffer) what the guards hold. Raises ValueError if the data aren't exactly the
        buffer's."""
        if data is None:
            data = _canary(self.size)
        if len(data) != self.size:
            raise ValueError(f"{self.name} holds {self.size} bytes and not {len(data)}")
        self._cuda.write(self._base, self._front + data + self._back)

    def content(self) -> bytes:
        return self._cuda.read(self.address, self.size)

    def trespass(self, phase: str) -> list[DeviceFinding]:
        """Writes beside the buffer, each side told once."""
        end = self.address + self.size
        found = []
        for side, start, expected in (("before", self._base, self._front), ("after", end, self._back)):
            got = self._cuda.read(start, len(expected))
            if got == expected or side in self._seen:
                continue
            self._seen.add(side)
            touched = [i for i in range(len(expected)) if got[i] != expected[i]]
            distance = len(expected) - touched[-1] - 1 if side == "before" else touched[0]
            place = f"{distance} bytes before the start of" if side == "before" else f"{distance} bytes after the end of"
            message = (
                f"the kernel wrote {place} {self.name} ({self.size} bytes); {len(touched)} bytes beside it were changed. "
                "A real GPU names no line; `grader check` on the emulated one does"
            )
            found.append(DeviceFinding(verdict="OOB_WRITE", message=message, count=len(touched), phase=phase))
        return found


def _canary(size: int) -> bytes:
    """No two sessions have the same: the lowest byte is drawn by lot."""
    word = os.urandom(1) + _WORD[1:]
    return (word * (size // len(word) + 1))[:size]
