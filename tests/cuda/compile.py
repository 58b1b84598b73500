"""Texts of CUDA programs -> programs, compiled side by side and kept by content: compiling is what takes the time."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from grader import toolchain
from tests.emulator.programs import CACHE, PROGRAMS

FOLDERS = (PROGRAMS / "checkers", PROGRAMS / "counters")


def compiled(texts: Sequence[str], *, flags: Sequence[str] = ()) -> list[Path]:
    """The programs of these texts. What several test processes want at once, one of them compiles."""
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        return list(pool.map(lambda text: _compiled(text, flags), texts))


def _compiled(text: str, flags: Sequence[str]) -> Path:
    command = toolchain.nvcc_command([*toolchain.HOST_LINES, *flags, *(f"-I{folder}" for folder in FOLDERS)])
    headers = [file.read_bytes() for folder in (PROGRAMS, *FOLDERS) for file in sorted(folder.glob("*.cuh"))]
    parts = [text.encode(), *headers, " ".join(command).encode(), toolchain.toolchain_digest().encode()]
    target = CACHE / hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]
    if target.exists():
        return target
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            source = CACHE / f"{target.name}.cu"
            source.write_text(text, encoding="utf-8")
            aside = CACHE / f"{target.name}.new"
            done = subprocess.run(
                [*command, str(source), "-o", str(aside)], env=toolchain.nvcc_environment(), capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
            aside.rename(target)
    return target
