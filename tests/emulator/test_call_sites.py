"""Where host code asked for something: calls, operations and findings carry the program's line, wrappers of the toolkit's included. And
latencies that are injected into virtual time."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from grader.devices.contract import DeviceOptions
from grader.devices.emulated import EmulatedDevice
from grader.devices.host_lines import host_line
from grader.devices.record import DeviceRecord, DeviceWork, HostPlace
from tests.cuda.compile import compiled
from tests.emulator.programs import run_program

TEXT = """#include <cuda_runtime.h>
#include <dlfcn.h>
#include <cstdlib>
__global__ void twice(float* x) { x[threadIdx.x] *= 2; }
static void mark(const char* phase) {
  if (void* found = dlsym(RTLD_DEFAULT, "warpgradeMark")) reinterpret_cast<void (*)(const char*)>(found)(phase);
}
static void upload(float* to, const float* from, cudaStream_t s) {
  cudaMemcpyAsync(to, from, 128, cudaMemcpyHostToDevice, s);  // LINE upload
}
int main() {
  float ms, *x, *host, *own = static_cast<float*>(aligned_alloc(4096, 4096));
  cudaStream_t s;
  cudaEvent_t a, b;
  mark("call:0");
  cudaMalloc(&x, 128);  // LINE malloc
  cudaHostAlloc(&host, 128, 0);  // LINE hostalloc
  for (int i = 0; i < 32; ++i) host[i] = 1;
  cudaHostRegister(own, 4096, 0);  // LINE register
  cudaStreamCreateWithFlags(&s, cudaStreamNonBlocking);  // LINE stream
  cudaEventCreate(&a);  // LINE event
  cudaEventCreate(&b);
  cudaEventRecord(a, s);
  upload(x, host, s);
  twice<<<1, 32, 0, s>>>(x);
  cudaMemcpyAsync(own, x, 128, cudaMemcpyDeviceToHost, s);  // LINE download
  cudaEventRecord(b, s);
  cudaEventElapsedTime(&ms, a, b);  // LINE elapsed
  cudaStreamSynchronize(s);  // LINE wait
  cudaMemcpy(x, host, 128, cudaMemcpyDeviceToHost);  // LINE down_wrong
  cudaMemcpy(own, x, 128, cudaMemcpyHostToDevice);  // LINE up_wrong
  cudaEventDestroy(b);
  return own[0] == 2 ? 0 : 1;
}
"""
LINES = {m[1]: TEXT[: m.start()].count("\n") + 1 for m in re.finditer(r"// LINE (\w+)", TEXT)}


@cache
def program(flags: tuple[str, ...]) -> Path:
    (path,) = compiled([TEXT], flags=["-Xcompiler", "-g1", *flags])
    return path


@cache
def record(flags: tuple[str, ...] = (), latencies: tuple[tuple[str, float], ...] = ()) -> DeviceRecord:
    with EmulatedDevice().open(DeviceOptions(latencies_us=dict(latencies))) as session:
        done = run_program(session, program(flags))
        assert done.returncode == 0, done.stderr
        return session.finish()


BUILDS = [(), ("-O2",), ("-Xcompiler", "-O3")]  # wrappers as functions of their own, and inlined


@pytest.mark.parametrize("flags", BUILDS, ids=lambda flags: " ".join(flags) or "-O0")
def test_calls_and_operations_know_their_lines(flags: tuple[str, ...]) -> None:
    def line(site: HostPlace | None) -> int:
        place = host_line(site, program(flags), Path("/")) if site else None
        return place.line if place else 0

    found = record(flags)
    calls = {(call.name, call.kind or ""): line(call.host) for call in found.trace if call.phase == "call:0" and not call.error}
    assert calls["cudaMalloc", ""] == LINES["malloc"]
    assert calls["cudaHostAlloc", ""] == LINES["hostalloc"]
    assert calls["cudaMemcpyAsync", "HtoD"] == LINES["upload"]
    assert calls["cudaMemcpyAsync", "DtoH"] == LINES["download"]
    assert calls["cudaStreamSynchronize", ""] == LINES["wait"]
    assert {work.kind: line(work.host) for work in found.timeline if work.kind != "kernel"} == {
        "HtoD": LINES["upload"],
        "DtoH": LINES["download"],
    }


def test_findings_of_host_code_know_their_lines() -> None:
    places = [
        (finding.verdict, place.line)
        for finding in record().findings
        if finding.host and (place := host_line(finding.host, program(()), Path("/")))
    ]
    wanted = {("COPY_DIRECTION", LINES[name]) for name in ("down_wrong", "up_wrong")}
    wanted |= {("LEAK", LINES[name]) for name in ("malloc", "hostalloc", "register", "stream", "event")}
    assert sorted(places) == sorted({*wanted, ("EVENT_NOT_READY", LINES["elapsed"])})


def test_registered_memory_is_copied_asynchronously() -> None:
    (download,) = (work for work in record().timeline if work.kind == "DtoH")
    assert (download.memory, download.asynchronous) == ("pinned", True)


def test_injected_latencies_are_added_to_their_kind_only() -> None:
    def durations(told: DeviceRecord) -> dict[str, float]:
        return {work.kind: work.end_us - work.start_us for work in told.timeline}

    plain = durations(record())
    slow = durations(record(latencies=(("HtoD", 40.0), ("kernel", 12.5))))
    assert slow["HtoD"] == pytest.approx(plain["HtoD"] + 40) and slow["kernel"] == pytest.approx(plain["kernel"] + 12.5)
    assert slow["DtoH"] == pytest.approx(plain["DtoH"])
    both: list[DeviceWork] = sorted(record(latencies=(("DtoH", 7.0),)).timeline, key=lambda work: work.start_us)
    assert [work.kind for work in both] == ["HtoD", "kernel", "DtoH"]
    assert all(before.end_us <= after.start_us for before, after in pairwise(both))
