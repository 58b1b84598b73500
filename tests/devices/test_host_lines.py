"""Lines of host code: every runtime call of a program knows the line that made it, through templates, macros and helpers."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from grader import toolchain
from grader.devices.host_lines import host_line
from tests.emulator.programs import run_on_device

SOURCE = """#include <cuda_runtime.h>
#define WAIT() cudaDeviceSynchronize()
template <class T> __global__ void fill(T* x) { x[threadIdx.x] = T(1); }
struct Owner {
  float* data;
  Owner() { cudaMalloc(&data, 128); }
  ~Owner() { cudaFree(data); }
};
static void launch(float* x) {
  fill<<<1, 32>>>(x);
}
int main() {
  Owner owner;
  launch(owner.data);
  fill<float><<<1, 32>>>(owner.data);
  WAIT();
  float host[32];
  cudaMemcpy(host, owner.data, 128, cudaMemcpyDeviceToHost);
  void* arguments[] = {&owner.data};
  cudaLaunchKernel(fill<float>, dim3(1), dim3(32), arguments, 0, nullptr);
  cudaDeviceSynchronize();
}
"""
CALLS = [("cudaMalloc", 6), ("cudaLaunchKernel", 10), ("cudaLaunchKernel", 15), ("cudaDeviceSynchronize", 16), ("cudaMemcpy", 18)]
CALLS += [("cudaLaunchKernel", 20), ("cudaDeviceSynchronize", 21), ("cudaFree", 7)]


@pytest.mark.parametrize("level", ["-O0", "-O3"])
def test_each_call_knows_its_line(level: str, tmp_path: Path) -> None:
    source, program = tmp_path / "calls.cu", tmp_path / "calls"
    source.write_text(SOURCE)
    command = toolchain.nvcc_command([*toolchain.HOST_LINES, "-Xcompiler", level, str(source), "-o", str(program)])
    subprocess.run(command, env=toolchain.nvcc_environment(), check=True, capture_output=True)
    record = run_on_device(program).record
    places = [(call.name, call.host and host_line(call.host, program, tmp_path)) for call in record.trace if call.name in dict(CALLS)]
    assert [(name, place and (place.file, place.line)) for name, place in places] == [(name, ("calls.cu", line)) for name, line in CALLS]
    lines = [place.line for launch in record.launches if launch.host and (place := host_line(launch.host, program, tmp_path))]
    assert lines == [10, 15, 20]
