"""The loader's campaign: mutated PTX into worker processes, until the time is over -> counts, and the texts that misbehaved."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import select
import struct
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.mutate import mutated

LIMIT_S = 30.0  # for one text: loading takes milliseconds, the machine may be busy
MINIMISING = 300  # texts that may be tried to make a bad one small


class Worker:
    """A worker process, started anew after a crash or a hang."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def outcome(self, text: str) -> tuple[str, str]:
        """loaded, refused, odd, crash or hang, and a word about it."""
        process = self._process = self._process or subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert process.stdin and process.stdout
        data = text.encode()
        try:
            process.stdin.write(struct.pack("<I", len(data)) + data)
            process.stdin.flush()
            ready, _, _ = select.select([process.stdout], [], [], LIMIT_S)
            line = process.stdout.readline() if ready else b""
        except BrokenPipeError:
            ready, line = [process.stdout], b""
        if line:
            said = json.loads(line)
            return said["outcome"], said.get("detail", "")
        self.end()
        return ("crash", f"signal {-process.returncode}") if ready else ("hang", f"more than {LIMIT_S:g} s")

    def end(self) -> None:
        if self._process:
            self._process.kill() if self._process.poll() is None and self._hangs() else None
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
            self._process = None

    def _hangs(self) -> bool:
        """Is it still there a moment after it was done with?"""
        assert self._process
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            return True
        return False


@dataclass
class Loaded:
    """What a campaign did."""

    counts: Counter[str] = field(default_factory=Counter)
    bad: list[str] = field(default_factory=list)  # a line each

    @property
    def executions(self) -> int:
        return sum(self.counts.values())


def campaign(texts: list[str], seed: int, seconds: float, folder: Path, most_bad: int = 20) -> Loaded:
    draw = random.Random(seed)
    worker, done = Worker(), Loaded()
    known: set[str] = set()
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end and len(done.bad) < most_bad:
            text = mutated(texts, draw)
            outcome, detail = worker.outcome(text)
            done.counts[outcome] += 1
            if outcome in ("loaded", "refused") or f"{outcome} {detail}" in known:
                continue
            if outcome == "odd":
                known.add(f"{outcome} {detail}")
            small = smaller(text, lambda t, o=outcome: worker.outcome(t)[0] == o)
            file = folder / f"{outcome}-{hashlib.sha256(small.encode()).hexdigest()[:12]}.ptx"
            if not file.exists():
                file.write_text(small, encoding="utf-8")
                done.bad.append(f"{outcome}: {detail}: {file}")
    finally:
        worker.end()
    return done


def smaller(text: str, still_bad: object, most: int = MINIMISING) -> str:
    """The text without lines, then without tokens, that aren't needed."""
    for separator in ("\n", " "):
        pieces = text.split(separator)
        size = max(1, len(pieces) // 2)
        while size >= 1 and most > 0:
            at, removed = 0, False
            while at < len(pieces) and most > 0:
                most -= 1
                variant = pieces[:at] + pieces[at + size :]
                if still_bad(separator.join(variant)):  # type: ignore[operator]
                    pieces, removed = variant, True
                else:
                    at += size
            size = size // 2 if not removed or size > 1 else size
            if size == 1 and not removed:
                break
        text = separator.join(pieces)
    return text
