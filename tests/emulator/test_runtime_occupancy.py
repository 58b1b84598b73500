"""Registers and occupancy as the runtime API tells them: ptxas' figures, NVIDIA's rules."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from grader import toolchain
from grader.devices.occupancy import multiprocessor, resident_blocks
from tests.emulator.programs import PROGRAMS, Ran, run_on_device

KERNELS = f"""#include "{PROGRAMS}/check.cuh"
__global__ void few(float* x) {{ x[threadIdx.x] = 1; }}
template <int N> __device__ void mix(float* x) {{
  float v[N];
  #pragma unroll
  for (int i = 0; i < N; i++) v[i] = x[i * 1024 + threadIdx.x];
  __syncthreads();
  #pragma unroll
  for (int k = 0; k < N; k++)
    #pragma unroll
    for (int i = 0; i < N; i++) v[i] = fmaf(v[(i + k) % N], v[i], v[k]);
  #pragma unroll
  for (int i = 0; i < N; i++) x[i * 1024 + threadIdx.x] = v[i];
}}
__global__ void some(float* x) {{ mix<24>(x); }}
__global__ void many(float* x) {{ mix<90>(x); }}
__global__ void shared(float* x) {{
  __shared__ float s[2500];
  s[threadIdx.x] = x[threadIdx.x];
  __syncthreads();
  x[threadIdx.x] = s[threadIdx.x ^ 1];
}}
__global__ void __launch_bounds__(128) bounded(float* x) {{ mix<24>(x); }}
__global__ void framed(float* x, int n) {{
  float v[64];
  for (int i = 0; i < 64; i++) v[i] = x[i];
  for (int i = 0; i < n; i++) v[(i * 7) % 64] += v[i % 64];
  x[n] = v[n % 64];
}}
"""

ASK = """
template <class K> void ask(const char* name, K kernel) {
  cudaFuncAttributes a;
  CHECK(cudaFuncGetAttributes(&a, kernel));
  std::printf("kernel %s %d %zu %zu\\n", name, a.numRegs, a.sharedSizeBytes, a.localSizeBytes);
  for (int threads : {1, 32, 64, 96, 128, 192, 256, 384, 512, 640, 1024}) {
    for (size_t dynamic : {0, 1000, 9000, 20000, 38000}) {
      int blocks = -1;
      CHECK(cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads, dynamic));
      std::printf("blocks %s %d %zu %d\\n", name, threads, dynamic, blocks);
      size_t room = 0;
      if (blocks > 0 && cudaOccupancyAvailableDynamicSMemPerBlock(&room, kernel, blocks, threads) == cudaSuccess)
        std::printf("room %s %d %d %zu\\n", name, threads, blocks, room);
    }
  }
}
int main() {
  ask("few", few), ask("some", some), ask("many", many), ask("shared", shared), ask("bounded", bounded), ask("framed", framed);
  return 0;
}
"""


def build(folder: Path, text: str, profile: str, *more: str) -> tuple[Path, str]:
    source = folder / "ask.cu"
    source.write_text(text)
    command = toolchain.nvcc_command(["-Xptxas", "-v", "-o", str(folder / "ask"), str(source), *more], profile=profile)
    done = subprocess.run(command, env=toolchain.nvcc_environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder / "ask", done.stderr


@pytest.mark.parametrize("profile", ["t4", "a100", "h100"])
def test_occupancy_follows_from_ptxas_figures(profile: str, tmp_path: Path) -> None:
    program, said = build(tmp_path, KERNELS + ASK, profile)
    registers, frames = {}, {}
    figures = r"Function properties for _Z\d+(\w+?)Pf\w*\n\s+(\d+) bytes stack frame.*?\n.*?Used (\d+) reg"
    for name, frame, used in re.findall(figures, said):
        registers[name], frames[name] = int(used), int(frame)
    assert set(registers) == {"few", "some", "many", "shared", "bounded", "framed"}
    assert registers["few"] < 16 < registers["some"] < 64 < registers["many"]
    ran = run_on_device(program, profile=profile)
    assert ran.exit_code == 0, ran.stderr
    sm = multiprocessor(profile)
    static = {}
    for name, used, shared, local in re.findall(r"kernel (\w+) (\d+) (\d+) (\d+)", ran.stdout):
        assert int(used) == registers[name], name
        assert int(local) == frames[name], name
        static[name] = int(shared)
    assert static["shared"] >= 10000 and static["few"] == 0
    answers = re.findall(r"blocks (\w+) (\d+) (\d+) (\d+)", ran.stdout)
    assert len(answers) == 6 * 11 * 5
    for name, threads, dynamic, blocks in answers:
        want = resident_blocks(sm, int(threads), registers[name], static[name] + int(dynamic))
        if name == "bounded" and int(threads) > 128:
            want = 0
        assert int(blocks) == want, (name, threads, dynamic)
    rooms = re.findall(r"room (\w+) (\d+) (\d+) (\d+)", ran.stdout)
    assert rooms
    for name, threads, blocks, room in rooms:  # so much lets them be there at once, and with more they aren't, or it is the default limit
        assert resident_blocks(sm, int(threads), registers[name], static[name] + int(room)) >= int(blocks)
        more = resident_blocks(sm, int(threads), registers[name], static[name] + int(room) + sm.shared_unit_bytes)
        assert more < int(blocks) or int(room) == 49152 - static[name]


def test_a_launch_that_needs_too_many_registers_is_refused(tmp_path: Path) -> None:
    text = (
        KERNELS
        + """
int main() {
  float* x;
  CHECK(cudaMalloc(&x, 90 * 1024 * 4));
  CHECK(cudaMemset(x, 0, 90 * 1024 * 4));
  many<<<1, 256>>>(x);
  CHECK(cudaDeviceSynchronize());
  many<<<1, 1024>>>(x);
  EXPECT_ERROR(cudaGetLastError(), cudaErrorLaunchOutOfResources);
  CHECK(cudaFree(x));
  return pass();
}
"""
    )
    program, _ = build(tmp_path, text, "a100")
    ran: Ran = run_on_device(program)
    assert ran.exit_code == 0, ran.stderr
    assert re.search(r"1024 threads of \d+ registers each, and a block has at most 65536", ran.record.launches[1].why)
    assert ran.record.findings == ()
