"""A whole course of one small assignment, for tests of the flow: Y = alpha * X, with short limits, so that endless things end soon.

Knows nothing of pytest: `write_course(folder)` makes it, `submission(folder, name, code)` adds a student.
"""

from __future__ import annotations

from pathlib import Path

HEADER = 'extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream);\n'
ASSIGNMENT = """\
slug = "01_scale"
kind = "cuda"
title = { en = "Scale a vector", ko = "벡터에 수 곱하기" }
files = ["scale.cu"]
header = "ck/scale.h"
[limits]
time_s = 3
memory_mib = 512
output_mib = 16
block_warp_instructions = 100_000
[[entry]]
name = "ck_scale"
args = ["in f32 X[N]", "out f32 Y[N]", "i32 N", "f32 alpha", "stream"]
[[case]]
id = "small"
visibility = "public"
sizes = { N = 100 }
scalars = { alpha = 2.0 }
[[case]]
id = "twice"
visibility = "hidden"
sizes = { N = 1000 }
scalars = { alpha = -0.5 }
calls = 2
"""
PROBLEM = """\
import numpy as np
from grader.checks import Expected


def expected(case, arrays):
    value = case.scalars["alpha"] * arrays["X"].astype(np.float64)
    return {"Y": Expected(value, 1e-6 * np.abs(value))}
"""
PUBLIC = '''\
import pytest


@pytest.mark.points(6)
def test_values(judge):
    """Every number is scaled"""
    judge.correct()


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
def test_memory(judge):
    """No access outside of the vectors"""
    judge.clean("memcheck")
'''
HIDDEN = '''\
import pytest


@pytest.mark.points(3)
def test_again(judge):
    """A second call, with other values"""
    judge.correct()
'''
KERNEL = """\
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) Y[i] = alpha * X[i];
}
"""
LAUNCH = "  scale<<<(N + 127) / 128, 128, 0, (cudaStream_t)stream>>>(X, Y, N, alpha);\n"


def program(kernel: str = KERNEL, before: str = "", launch: str = LAUNCH, result: str = "cudaGetLastError()", top: str = "") -> str:
    """A submission from its parts."""
    head = 'extern "C" int ck_scale(const float* X, float* Y, int N, float alpha, void* stream) {\n'
    return f"{top}{kernel}{head}{before}{launch}  return {result};\n}}\n"


GOOD = program()


def write_course(root: Path) -> Path:
    """Writes the course; returns the assignment's folder."""
    folder = root / "assignments" / "01_scale"
    include = root / "kernels" / "include" / "ck"
    folder.mkdir(parents=True)
    include.mkdir(parents=True)
    (root / "assignments" / "course.toml").write_text('id = "scale_test"\n', encoding="utf-8")
    (include / "scale.h").write_text(HEADER, encoding="utf-8")
    files = {"assignment.toml": ASSIGNMENT, "problem.py": PROBLEM, "test_public.py": PUBLIC, "test_hidden.py": HIDDEN}
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def submission(root: Path, name: str, code: str | bytes) -> Path:
    """A student's folder with scale.cu."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scale.cu").write_bytes(code if isinstance(code, bytes) else code.encode())
    return folder
