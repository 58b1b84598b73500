"""Our own parts, tried: each attempt returns a line about what works, or raises a GraderError with the remedy."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from grader.errors import HarnessError

# Reads, computes, meets at a barrier and writes: if this comes out right, compiler, runtime library and emulated GPU work together.
TRIAL = r"""
#include <cstdio>
#include <cuda_runtime.h>
__global__ void sum(const int *x, int *y) {
  __shared__ int part[64];
  part[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  if (threadIdx.x == 0) { int s = 0; for (int i = 0; i < 64; ++i) s += part[i]; *y = s; }
}
int main() {
  int h[64], r = 0, *x = nullptr, *y = nullptr;
  for (int i = 0; i < 64; ++i) h[i] = i;
  if (cudaMalloc(&x, sizeof h) || cudaMalloc(&y, sizeof r)) return 2;
  if (cudaMemcpy(x, h, sizeof h, cudaMemcpyHostToDevice)) return 3;
  sum<<<1, 64>>>(x, y);
  if (cudaMemcpy(&r, y, sizeof r, cudaMemcpyDeviceToHost)) return 4;
  cudaFree(x); cudaFree(y);
  std::printf("%d\n", r);
  return r == 2016 ? 0 : 5;
}
"""
TRIAL_S = 60.0


def _nvcc() -> str:
    from grader.toolchain import nvcc

    return str(nvcc())


def _natives() -> str:
    from grader import natives

    natives.library_folder()
    natives.runner_program()
    return str(natives.device_program())


def _cpu() -> str:
    from grader.natives import instruction_levels

    return instruction_levels()[0]


def _sandbox() -> str:
    from grader.sandbox import open_sandbox

    return open_sandbox("local").isolation().level


def _bubblewrap() -> str:
    from grader.sandbox.bwrap import find

    return str(find())


def _cache() -> str:
    """The cache's folder, made if need be, and a file written into it."""
    from grader.build.cache import cache_root

    root = cache_root()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root) as file:
            file.write(b"x")
    except OSError as error:
        raise HarnessError(f"{root}: {error.strerror or error}") from None
    return str(root)


def _trial() -> str:
    """Compiles a small program with the pinned nvcc and runs it on the emulated GPU."""
    from grader.devices.emulated import open_device
    from grader.toolchain import nvcc_command, nvcc_environment

    with tempfile.TemporaryDirectory(prefix="warpgrade-doctor-") as made:
        source, program = Path(made, "trial.cu"), Path(made, "trial")
        source.write_text(TRIAL, encoding="utf-8")
        built = _ended(nvcc_command(["-o", str(program), str(source)]), nvcc_environment())
        if built.returncode:
            raise HarnessError(f"nvcc could not compile a small program: {_first(built.stdout)}")
        with open_device("a100", "all", 1) as device:
            ran = _ended([str(program)], {**os.environ, **device.client_environment()})
            record = device.finish()
    if ran.returncode or ran.stdout.split() != [b"2016"]:
        raise HarnessError(f"a small program came out wrong on the emulated GPU (exit status {ran.returncode}): {_first(ran.stdout)}")
    if record.findings or not record.kernels:
        raise HarnessError("the emulated GPU did not record a small program as it should")
    return record.profile


def _gpu_speed() -> str:
    """What the card does at best: a kernel's copy in its memory, and a launch with the way back."""
    from grader.course import find_course
    from grader.devices.cuda.speed import measured

    kernels = find_course().include.parent
    memory, launch = measured("bandwidth", kernels), measured("launch_latency", kernels)
    return f"{memory['copy_gb_s']:.0f} GB/s, {launch['round_trip_us']:.1f} us"


def _ended(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TRIAL_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HarnessError(f"{Path(command[0]).name} could not do its work: {error}") from None


def _first(output: bytes) -> str:
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return next((line for line in lines if "error" in line.lower()), lines[0] if lines else "it said nothing")[:200]


ATTEMPTS: Mapping[str, Callable[[], str]] = {
    "nvcc": _nvcc,
    "natives": _natives,
    "cpu": _cpu,
    "sandbox": _sandbox,
    "bubblewrap": _bubblewrap,
    "cache": _cache,
    "trial": _trial,
    "gpu_speed": _gpu_speed,
}
