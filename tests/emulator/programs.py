"""Programs that nvcc built, run on the emulated GPU: what the tests of this folder share."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.devices.emulated import EmulatedSession, open_device
from grader.devices.record import DeviceRecord

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "tests" / "cuda"
CACHE = ROOT / "build" / "test-cuda"  # compiling is the slow part: kept from run to run, by content
Compile = Callable[[Path], Path]


@dataclass(frozen=True)
class Ran:
    exit_code: int
    stdout: str
    stderr: str
    record: DeviceRecord


def run_program(
    session: EmulatedSession, program: Path, *args: str, limit_s: float = 60, **environment: str
) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, **session.client_environment(), **environment}
    return subprocess.run([str(program), *args], env=env, capture_output=True, text=True, timeout=limit_s)


def run_on_device(program: Path, *args: str, **options: object) -> Ran:
    with open_device(**options) as session:  # type: ignore[arg-type]
        done = run_program(session, program, *args)
        return Ran(done.returncode, done.stdout, done.stderr, session.finish())
