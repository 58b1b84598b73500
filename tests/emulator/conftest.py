"""Compiling and running CUDA programs."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import toolchain
from tests.emulator.programs import CACHE, PROGRAMS, Compile, Ran, run_on_device


@pytest.fixture(scope="session")
def compile_cuda() -> Compile:
    """A `.cu` file -> the program that the pinned nvcc makes of it for the emulated GPU."""

    def compile_file(source: Path) -> Path:
        command = toolchain.nvcc_command([str(source)])
        parts = [
            source.read_bytes(),
            (PROGRAMS / "check.cuh").read_bytes(),
            " ".join(command).encode(),
            toolchain.toolchain_digest().encode(),
        ]
        target = CACHE / hashlib.sha256(b"\0".join(parts)).hexdigest()[:24]
        if not target.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            aside = CACHE / f"{target.name}.{os.getpid()}"
            done = subprocess.run([*command, "-o", str(aside)], env=toolchain.nvcc_environment(), capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            aside.rename(target)
        return target

    return compile_file


@pytest.fixture
def run_source(compile_cuda: Compile, tmp_path: Path) -> Callable[..., Ran]:
    """The text of a program -> what came of it."""

    def run(text: str, **options: object) -> Ran:
        source = tmp_path / "program.cu"
        source.write_text(f'#include "{PROGRAMS}/check.cuh"\n#line 1 "program.cu"\n{text}')
        return run_on_device(compile_cuda(source), **options)

    return run
