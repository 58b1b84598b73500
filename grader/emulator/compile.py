"""Compile: CUDA source -> PTX text by the pinned nvcc, kept in the cache with the headers it was made from."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from grader import toolchain
from grader.build.cache import Cache, cache_root, digest_of
from grader.emulator.errors import CompileError

TIME_LIMIT_S = 120.0


def compile_ptx(
    source: str | Path, *, profile: str, options: Sequence[str] = (), name: str = "kernel.cu", cache: Cache | None = None
) -> str:
    """PTX with line information for the profile's architecture. Raises CompileError with nvcc's messages, HarnessError without an nvcc.

    A source that is given as text is called `name` in the PTX; #include "…" finds what lies in the current folder and in -I folders.
    """
    cache = cache or Cache(cache_root() / "ptx")
    if isinstance(source, Path):
        text, label, folder = source.read_text(encoding="utf-8"), str(source.resolve()), source.resolve().parent
    else:
        text, label, folder = source, name, Path.cwd()
    command = toolchain.nvcc_command(["-ptx", *options], profile=profile)
    key = digest_of([text, label, str(folder), str(Path.cwd()), toolchain.toolchain_digest(), *command])
    if kept := _kept(cache, key):
        return kept
    with tempfile.TemporaryDirectory(prefix="grader-ptx-") as work:
        file = source.resolve() if isinstance(source, Path) else Path(work, Path(name).name or "kernel.cu")
        if not isinstance(source, Path):
            file.write_text(text, encoding="utf-8")
        made, needed = Path(work, "out.ptx"), Path(work, "out.d")
        extra = [f"-I{folder}", "-x", "cu", "-MD", "-MF", str(needed), "-o", str(made), str(file)]
        try:
            done = subprocess.run(
                [*command, *extra], env=toolchain.nvcc_environment(), capture_output=True, text=True, errors="replace", timeout=TIME_LIMIT_S
            )
        except subprocess.TimeoutExpired:
            raise CompileError(f"nvcc took more than {TIME_LIMIT_S:g} s for {label}") from None
        if done.returncode:
            raise CompileError((done.stdout + done.stderr).replace(str(file), label).strip() or f"nvcc ended with {done.returncode}")
        ptx = made.read_text(encoding="utf-8", errors="replace").replace(f'"{file}"', f'"{label}"')
        headers = {path: _digest(path) for path in _prerequisites(needed.read_text(encoding="utf-8", errors="replace"), file)}
    cache.put(key, {"kernel.ptx": ptx.encode(), "headers.json": msgspec.json.encode(headers)})
    return ptx


def _kept(cache: Cache, key: str) -> str | None:
    """What the cache has, if the headers are still what they were."""
    entry = cache.get(key)
    if entry is None:
        return None
    try:
        headers = msgspec.json.decode((entry / "headers.json").read_bytes(), type=dict[str, str])
        if all(_digest(path) == digest for path, digest in headers.items()):
            return (entry / "kernel.ptx").read_text(encoding="utf-8")
    except (OSError, ValueError):
        pass
    cache.drop(key)
    return None


def _prerequisites(rule: str, source: Path) -> list[str]:
    """The headers in a make rule that nvcc wrote, without the toolkit's and the system's: those are known by their versions."""
    words = re.findall(r"(?:\\.|[^\s\\])+", rule.replace("\\\n", " ").partition(" : ")[2])
    paths = [re.sub(r"\\(.)", r"\1", word) for word in words]
    return sorted({path for path in paths if Path(path) != source and not toolchain.is_toolkit_file(path)})


def _digest(path: str) -> str:
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
