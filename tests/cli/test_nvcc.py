"""`grader nvcc` in nvcc's place: what it makes is what the emulated GPU can run, and nvcc's own errors and statuses come through."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli.nvcc import take_profile
from grader.toolchain import UsageError

SOURCE = "__global__ void k(int *p) { *p = 1; }\nint main() { k<<<1, 1>>>(nullptr); return 0; }\n"


def grader(*args: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader.cli.main", "nvcc", *args]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, **environment})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "prog.cu").write_text(SOURCE)
    return tmp_path


def test_a_program_has_plain_ptx_with_lines_and_loads_the_runtime(folder):
    ended = grader("-o", "prog", "prog.cu", "-arch=sm_90", cwd=folder)
    assert (ended.returncode, ended.stdout) == (0, ""), ended.stderr
    content = (folder / "prog").read_bytes()
    assert b".target sm_80" in content and b".loc\t" in content
    assert b"libcudart.so.13" in content and str(folder / "prog.cu").encode() in content


def test_another_toolkit_in_sight_is_not_used(folder):
    fake = folder / "cuda" / "bin" / "nvcc"
    fake.parent.mkdir(parents=True)
    fake.write_text("#!/bin/sh\nexit 9\n")
    fake.chmod(0o755)
    path = f"{fake.parent}:{os.environ['PATH']}"
    ended = grader("-o", "prog", "prog.cu", cwd=folder, PATH=path, CUDA_HOME=str(folder / "cuda"), NVCC_APPEND_FLAGS="-nope")
    assert ended.returncode == 0, ended.stderr


def test_objects_then_a_link(folder):
    assert grader("-c", "-o", "prog.o", "prog.cu", cwd=folder).returncode == 0
    assert grader("-o", "prog", "prog.o", cwd=folder).returncode == 0
    assert os.access(folder / "prog", os.X_OK)


def test_a_compilers_error_comes_through(folder):
    (folder / "prog.cu").write_text("int main() { return x; }\n")
    ended = grader("-o", "prog", "prog.cu", cwd=folder)
    assert ended.returncode not in (0, 3)
    assert 'prog.cu(1): error: identifier "x" is undefined' in ended.stderr


def test_relocatable_device_code_is_refused(folder):
    ended = grader("-rdc=true", "-o", "prog", "prog.cu", cwd=folder)
    assert ended.returncode == 2
    assert "relocatable device code is not supported" in ended.stderr
    assert not (folder / "prog").exists()


def test_no_host_compiler_names_the_remedy(folder):
    ended = grader("-o", "prog", "prog.cu", cwd=folder, PATH=str(folder))
    assert ended.returncode == 3
    assert "install" in ended.stderr and "g++" in ended.stderr


@pytest.mark.parametrize(
    ("given", "rest", "profile"),
    [
        (["-o", "a", "a.cu"], ["-o", "a", "a.cu"], "a100"),
        (["--profile", "t4", "a.cu"], ["a.cu"], "t4"),
        (["a.cu", "--profile=h100"], ["a.cu"], "h100"),
        (["--profile", "a.cu"], ["--profile", "a.cu"], "a100"),  # nvcc's own, for gprof
    ],
)
def test_our_one_option(given, rest, profile):
    assert take_profile(given) == (rest, profile)


@pytest.mark.parametrize("given", [["--profile=rtx", "a.cu"], ["--profile", "v100", "a.cu"]])
def test_an_unknown_profile_is_refused(given):
    with pytest.raises(UsageError, match="h200"):
        take_profile(given)
