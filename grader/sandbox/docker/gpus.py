"""The machine's GPUs as a queue sees them: what nvidia-smi prints -> cards and slices that can be lent, and whether one still answers."""

from __future__ import annotations

import contextlib
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from grader.records import Record

_CARD = re.compile(r"GPU \d+: (?P<name>.+?) \(UUID: (?P<id>GPU-[0-9A-Fa-f-]+)\)\s*")
_SLICE = re.compile(r"\s+MIG (?P<name>.+?)\s+Device\s+\d+: \(UUID: (?P<id>MIG-[^()\s]+)\)\s*")
_ANSWER_S = 20.0  # the driver takes seconds to wake a card that nobody uses
_SETTLE_S = 5.0  # a process that was killed holds its memory on the card a moment longer
_SIGKILL = 1 << (signal.SIGKILL - 1)  # in the kernel's masks of signals

Ask = Callable[[Sequence[str]], str | None]  # nvidia-smi's arguments -> what it printed; None if it didn't answer in time or failed


class Gpu(Record):
    """A card, or a slice of one (MIG): what one job gets."""

    id: str  # NVIDIA's UUID: numbers change when a card goes
    name: str
    card: str = ""  # the id of the card that a slice belongs to; "" for a card


def listed(text: str) -> tuple[Gpu, ...]:
    """`nvidia-smi -L` -> what can be lent. A card that is cut into slices isn't lent itself."""
    cards: list[Gpu] = []
    slices: list[Gpu] = []
    for line in text.splitlines():
        if match := _CARD.fullmatch(line):
            cards.append(Gpu(id=match["id"], name=match["name"]))
        elif (match := _SLICE.fullmatch(line)) and cards:
            slices.append(Gpu(id=match["id"], name=f"{cards[-1].name}, MIG {match['name']}", card=cards[-1].id))
    cut = {each.card for each in slices}
    return (*(card for card in cards if card.id not in cut), *slices)


def users(text: str) -> frozenset[int]:
    """`nvidia-smi --query-compute-apps=pid --format=csv,noheader` -> the processes that have the card open for computing."""
    return frozenset(int(line) for line in text.split() if line.isdecimal())


def nvidia_smi(arguments: Sequence[str]) -> str | None:
    program = shutil.which("nvidia-smi")
    if program is None:
        return None
    try:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, errors="replace", timeout=_ANSWER_S)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout if done.returncode == 0 else None


def being_killed(pid: int, proc: Path = Path("/proc")) -> bool:
    """Whether a process was killed and isn't gone: SIGKILL waits for a thread of it that doesn't come back from the driver, or none of its
    threads has memory any more (it is exiting, or a zombie). False for one that `proc` doesn't show: it is gone, or is another pid
    namespace's or user's. Source: proc_pid_status(5)."""
    threads = []
    for file in proc.glob(f"{pid}/task/*/status"):
        with contextlib.suppress(OSError):
            threads.append(dict(line.split(":", 1) for line in file.read_text(errors="replace").splitlines() if ":" in line))
    waiting = any(int(thread.get(name, "0"), 16) & _SIGKILL for thread in threads for name in ("SigPnd", "ShdPnd"))
    return waiting or (bool(threads) and not any("VmSize" in thread for thread in threads))


class Health:
    """Whether a card came out of a job as it went in. `dying`: whether the process of a number was killed and isn't gone."""

    def __init__(self, ask: Ask = nvidia_smi, settle_s: float = _SETTLE_S, dying: Callable[[int], bool] = being_killed) -> None:
        self._ask = ask
        self._settle_s = settle_s
        self._dying = dying

    def users(self, gpu: Gpu) -> frozenset[int] | None:
        """Processes on its card; None if it doesn't answer."""
        text = self._ask(["-i", gpu.card or gpu.id, "--query-compute-apps=pid", "--format=csv,noheader"])
        return None if text is None else users(text)

    def fault(self, gpu: Gpu, before: frozenset[int]) -> str:
        """Why the card can't be lent again, "" if it can: it doesn't answer, or what came to it during a job was killed and doesn't go.
        Whatever else came (a colleague's program, another grader's) is nobody's fault."""
        deadline = time.monotonic() + self._settle_s
        while True:
            now = self.users(gpu)
            if now is None:
                return "nvidia-smi got no answer from it after a job"
            left = [pid for pid in sorted(now - before) if self._dying(pid)]
            if not left or gpu.card:  # the processes of a card's other slices can't be told from ours
                return ""
            if time.monotonic() >= deadline:
                return f"after a job processes {', '.join(map(str, left))} were killed and still there: a kernel that can't be stopped"
            time.sleep(0.1)
