"""The virtual timeline: exact times by the model of docs/design/timeline.md, overlap of streams, what is told of each operation."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from grader.devices.record import DeviceRecord, DeviceWork, makespan_of, overlap_of
from tests.cuda.compile import compiled
from tests.emulator.programs import PROGRAMS, run_on_device

SETUP_US, LAUNCH_US, CALL_US = 1.5, 3.0, 1.0
PCIE_GB_S, MEMORY_GB_S, PAGEABLE_SHARE = 31.5, 1555.0, 0.4  # of the a100
PROGRAM = f"""#include "{PROGRAMS}/check.cuh"
#include <string>
#include <vector>
__global__ void scale(float* x, int n) {{
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) x[i] *= 2;
}}
int main(int, char** words) {{
  const std::string how = words[1];
  const int n = 1 << 20, chunks = 4, part = n / chunks, bytes = part * 4;
  float *host, *x;
  std::vector<float> pageable(n, 1.0f);
  CHECK(cudaMallocHost(&host, n * 4));
  for (int i = 0; i < n; i++) host[i] = 1;
  if (how == "pageable") host = pageable.data();
  CHECK(cudaMalloc(&x, n * 4));
  cudaStream_t s[chunks];
  for (auto& stream : s) CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  cudaEvent_t begin, end;
  CHECK(cudaEventCreate(&begin));
  CHECK(cudaEventCreate(&end));
  CHECK(cudaEventRecord(begin, s[0]));
  for (int k = 0; k < chunks; k++) {{
    cudaStream_t stream = how == "serial" ? s[0] : s[k];
    CHECK(cudaMemcpyAsync(x + k * part, host + k * part, bytes, cudaMemcpyHostToDevice, stream));
    scale<<<128, 256, 0, stream>>>(x + k * part, part);
    CHECK(cudaMemcpyAsync(host + k * part, x + k * part, bytes, cudaMemcpyDeviceToHost, stream));
  }}
  CHECK(cudaEventRecord(end, s[0]));
  CHECK(cudaDeviceSynchronize());
  float ms;
  CHECK(cudaEventElapsedTime(&ms, begin, end));
  std::printf("%.6f\\n", ms);
  EXPECT(host[n - 1] == 2);
  return 0;
}}
"""


@cache
def program() -> Path:
    (path,) = compiled([PROGRAM])
    return path


@cache
def record(how: str, threads: int = 1) -> tuple[DeviceRecord, float]:
    ran = run_on_device(program(), how, threads=threads)
    assert ran.exit_code == 0, ran.stderr
    return ran.record, float(ran.stdout)


def of(how: str, kind: str) -> list[DeviceWork]:
    return [work for work in record(how)[0].timeline if work.kind == kind]


def test_times_are_those_of_the_model() -> None:
    n_bytes = 1 << 20
    for copy in [*of("serial", "HtoD"), *of("serial", "DtoH")]:
        assert copy.end_us - copy.start_us == pytest.approx(SETUP_US + n_bytes / (PCIE_GB_S * 1e3), abs=2e-3)
        assert (copy.bytes, copy.memory, copy.asynchronous, copy.name) == (n_bytes, "pinned", True, "cudaMemcpyAsync")
    for kernel in of("serial", "kernel"):
        assert kernel.end_us - kernel.start_us >= 2 * n_bytes / (MEMORY_GB_S * 1e3) - 1e-3  # each byte read and written
        assert kernel.name == "scale(float*, int)"
    first = min(of("serial", "HtoD"), key=lambda work: work.start_us)
    assert first.start_us >= LAUNCH_US + CALL_US


def test_one_stream_runs_one_thing_at_a_time() -> None:
    told, _ = record("serial")
    assert told.overlap == 0 and {work.stream for work in told.timeline} == {1}
    order = sorted(told.timeline, key=lambda work: work.start_us)
    assert [work.kind for work in order] == ["HtoD", "kernel", "DtoH"] * 4
    for before, after in pairwise(order):
        assert after.start_us >= before.end_us - 1e-3


def test_streams_overlap() -> None:
    serial, told = record("serial")[0], record("streams")[0]
    assert told.overlap > 0.3
    assert told.makespan_us < 0.7 * serial.makespan_us
    for engine in ("HtoD", "DtoH"):  # one engine for each direction
        copies = sorted(of("streams", engine), key=lambda work: work.start_us)
        assert all(after.start_us >= before.end_us - 1e-3 for before, after in pairwise(copies))
    for stream in range(1, 5):
        mine = sorted((work for work in told.timeline if work.stream == stream), key=lambda work: work.start_us)
        assert [work.kind for work in mine] == ["HtoD", "kernel", "DtoH"]
        assert all(after.start_us >= before.end_us - 1e-3 for before, after in pairwise(mine))


def test_pageable_memory_is_slow_and_waits() -> None:
    told, _ = record("pageable")
    assert {(work.memory, work.asynchronous) for work in told.timeline if work.kind in ("HtoD", "DtoH")} == {("pageable", True)}
    for copy in of("pageable", "DtoH"):
        assert copy.end_us - copy.start_us == pytest.approx(SETUP_US + (1 << 20) / (PCIE_GB_S * PAGEABLE_SHARE * 1e3), abs=2e-3)
    assert told.overlap == 0  # each copy back is waited for
    assert told.makespan_us > 2 * record("streams")[0].makespan_us


def test_events_measure_virtual_time() -> None:
    told, elapsed_ms = record("serial")
    assert elapsed_ms * 1e3 == pytest.approx(told.makespan_us, rel=0.05)


def test_sums_agree_and_nothing_depends_on_threads() -> None:
    for how in ("serial", "streams", "pageable"):
        told, elapsed_ms = record(how)
        assert told.makespan_us == pytest.approx(makespan_of(told.timeline), abs=2e-3)
        assert told.overlap == pytest.approx(overlap_of(told.timeline), abs=1e-6)
        again, again_ms = record(how, threads=2)
        assert again.timeline == told.timeline and again_ms == elapsed_ms
