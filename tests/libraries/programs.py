"""Programs that call the stand-in for cuDNN, built with `grader nvcc`'s means and run on the emulated GPU: what the tests here share."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader import toolchain
from grader.build.cache import Cache, cache_root
from grader.build.libraries import stand_in, unguarded
from grader.cli.nvcc import with_libraries
from grader.libraries import LIBRARIES
from tests.emulator.programs import CACHE, Ran, run_on_device

HERE = Path(__file__).parent
CUDNN = LIBRARIES["cudnn"]
Array = NDArray[Any]
Case = tuple[str, Sequence[Array], Array, Array]  # a line of the job, what it takes, what it gives, and by how much that may err


def archive(name: str) -> Path:
    return stand_in(LIBRARIES[name], "a100", Cache(cache_root() / "builds"), unguarded)


@cache
def compiled(name: str) -> Path:
    """The program of a file of this folder, kept by content."""
    source = HERE / name
    args = with_libraries([*toolchain.HOST_LINES, "-std=c++17", str(source), "-lcudnn"], archive)
    parts = [source.read_bytes(), (HERE / "job.cuh").read_bytes(), archive("cudnn").read_bytes(), toolchain.toolchain_digest().encode()]
    target = CACHE / f"cudnn-{hashlib.sha256(b'-'.join(parts)).hexdigest()[:24]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            aside = target.with_suffix(".new")
            command = toolchain.nvcc_command([*args, "-o", str(aside)])
            done = subprocess.run(command, env=toolchain.nvcc_environment(), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            aside.rename(target)
    return target


def clean(ran: Ran) -> None:
    """It ended well, and the device has nothing to say."""
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    assert [f"{f.verdict} {f.kernel}: {f.message}" for f in ran.record.findings if not f.note] == []
    assert ran.record.unsupported == ()


def check(program: str, cases: Sequence[Case], folder: Path) -> Ran:
    """All cases in one run of the program. Each result is as near to what it should be as it may be."""
    (folder / "job").write_text("\n".join(line for line, *_ in cases) + "\n")
    (folder / "in").write_bytes(b"".join(np.ascontiguousarray(a, dtype=np.float32).tobytes() for _, taken, *_ in cases for a in taken))
    ran = run_on_device(compiled(program), str(folder / "job"), str(folder / "in"), str(folder / "out"), fuzz_seed=7)
    clean(ran)
    got = np.fromfile(folder / "out", dtype=np.float32).astype(np.float64)
    assert got.size == sum(wanted.size for _, _, wanted, _ in cases)
    for line, _, wanted, bound in cases:
        mine, got = got[: wanted.size].reshape(wanted.shape), got[wanted.size :]
        right = (abs(mine - wanted) <= bound) | (np.isnan(mine) & np.isnan(wanted)) | (mine == wanted)
        assert right.all(), f"{line}: {mine[~right][:4]} in place of {wanted[~right][:4]}; {int((~right).sum())} of {wanted.size}"
    return ran


def near(value: Array, magnitude: Array | None = None, terms: int = 1) -> Array:
    """By how much fp32 may err: 4 u √(terms + 4) of the magnitudes that are added up."""
    return 4 * 2.0**-24 * np.sqrt(terms + 4) * (abs(value) if magnitude is None else magnitude) + 1e-37


def words(*values: object) -> str:
    return " ".join(str(v) if not isinstance(v, tuple) else words(*v) for v in values)
