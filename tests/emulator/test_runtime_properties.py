"""Device properties and attributes: each card's figures are its profile's, and the numbers of no attribute are refused."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable

import pytest

from grader import toolchain
from grader.devices.profiles import profile_file
from tests.emulator.programs import Ran

ASK = """
int main() {
  for (int i = -1; i < 200; i++) {
    int value = -7;
    const cudaError_t error = cudaDeviceGetAttribute(&value, static_cast<cudaDeviceAttr>(i), 0);
    if (error) cudaGetLastError();
    std::printf("%d %d %d\\n", i, error, value);
  }
  cudaDeviceProp p;
  CHECK(cudaGetDeviceProperties(&p, 0));
  std::printf("name %s\\nmemory %zu\\n", p.name, p.totalGlobalMem);
  return 0;
}
"""

# Attribute -> the figure of the profile.
FIGURES = {
    "MaxThreadsPerBlock": "threads_per_block",
    "MaxSharedMemoryPerBlock": "shared_bytes_per_block",
    "MaxSharedMemoryPerBlockOptin": "shared_bytes_per_block_optin",
    "MaxSharedMemoryPerMultiprocessor": "shared_bytes_per_sm",
    "MaxRegistersPerBlock": "registers_per_block",
    "MaxRegistersPerMultiprocessor": "registers_per_sm",
    "MaxBlocksPerMultiprocessor": "blocks_per_sm",
    "MultiProcessorCount": "sm_count",
    "ClockRate": "clock_khz",
    "MemoryClockRate": "memory_clock_khz",
    "GlobalMemoryBusWidth": "memory_bus_bits",
    "L2CacheSize": "l2_bytes",
    "AsyncEngineCount": "copy_engines",
}
# NVIDIA's programming guide, technical specifications, for all of 7.5 to 9.0; and deviceQuery's lines.
EVERYWHERE = {
    "WarpSize": 32,
    "MaxBlockDimX": 1024,
    "MaxBlockDimZ": 64,
    "MaxGridDimX": 2147483647,
    "MaxGridDimY": 65535,
    "TotalConstantMemory": 65536,
    "MaxPitch": 2147483647,
    "TextureAlignment": 512,
    "TexturePitchAlignment": 32,
    "MaxTexture1DWidth": 131072,
    "MaxTexture2DWidth": 131072,
    "MaxTexture2DHeight": 65536,
    "MaxTexture3DDepth": 16384,
    "MaxTexture2DLayeredLayers": 2048,
    "MaxTextureCubemapLayeredLayers": 2046,
    "MaxTexture2DLinearHeight": 65000,
    "UnifiedAddressing": 1,
    "ManagedMemory": 1,
    "CooperativeLaunch": 1,
    "ComputeMode": 0,
    "Integrated": 0,
    "ClusterLaunch": 0,
}


@pytest.mark.parametrize("profile", ["t4", "a100", "h100", "h200"])
def test_attributes_are_the_profiles(profile: str, run_source: Callable[..., Ran]) -> None:
    ran = run_source(ASK, profile=profile)
    assert ran.exit_code == 0, ran.stderr
    answers = {int(n): (int(e), int(v)) for n, e, v in re.findall(r"^(-?\d+) (\d+) (-?\d+)$", ran.stdout, re.MULTILINE)}
    header = (toolchain.toolkit_root() / "include" / "driver_types.h").read_text(encoding="utf-8")
    names = {name: int(number) for name, number in re.findall(r"cudaDevAttr(\w+)\s*=\s*(\d+),", header)}
    known = {number for name, number in names.items() if not re.fullmatch(r"Reserved\d+", name)}
    assert {number for number, (error, _) in answers.items() if not error} == known
    assert {error for number, (error, _) in answers.items() if number not in known} == {1}
    card = tomllib.loads(profile_file(profile).read_text(encoding="utf-8"))
    value = {name: answers[number][1] for name, number in names.items()}
    assert {name: value[name] for name in FIGURES} == {name: card[figure] for name, figure in FIGURES.items()}
    assert {name: value[name] for name in EVERYWHERE} == EVERYWHERE
    assert f"{value['ComputeCapabilityMajor']}.{value['ComputeCapabilityMinor']}" == card["compute_capability"]
    assert value["MaxThreadsPerMultiProcessor"] == 32 * card["warps_per_sm"]
    assert value["ReservedSharedMemoryPerBlock"] == (0 if profile == "t4" else 1024)
    assert value["SingleToDoublePrecisionPerfRatio"] == (32 if profile == "t4" else 2)
    assert value["MaxPersistingL2CacheSize"] == card.get("l2_persisting_bytes", 0) <= card["l2_bytes"]
    assert f"name {card['name']}\nmemory {card['memory_bytes']}\n" in ran.stdout


def test_a_smaller_card_says_so(run_source: Callable[..., Ran]) -> None:
    assert "memory 67108864\n" in run_source(ASK, memory_mib=64).stdout


def test_limits_are_kept_and_bounded(run_source: Callable[..., Ran]) -> None:
    text = """
__global__ void take(int* ok, size_t bytes) {
  char* p = static_cast<char*>(malloc(bytes));
  *ok = p != nullptr;
  if (p) p[bytes - 1] = 1;
}
size_t limit(cudaLimit which) {
  size_t value = 0;
  CHECK(cudaDeviceGetLimit(&value, which));
  return value;
}
int main() {
  int* ok, host = -1;
  CHECK(cudaMalloc(&ok, 4));
  take<<<1, 1>>>(ok, 4);  // the heap is there, with its usual size
  EXPECT(cudaDeviceSynchronize() == cudaSuccess);
  EXPECT_ERROR(cudaDeviceSetLimit(cudaLimitMallocHeapSize, 64 << 20), cudaErrorInvalidValue);  // too late: a kernel has used it
  CHECK(cudaDeviceReset());
  CHECK(cudaMalloc(&ok, 4));
  CHECK(cudaDeviceSetLimit(cudaLimitMallocHeapSize, 64 << 20));
  EXPECT(limit(cudaLimitMallocHeapSize) == 64 << 20);
  take<<<1, 1>>>(ok, 40 << 20);
  CHECK(cudaMemcpy(&host, ok, 4, cudaMemcpyDeviceToHost));
  EXPECT(host == 1);
  CHECK(cudaDeviceSetLimit(cudaLimitStackSize, 4096));
  EXPECT(limit(cudaLimitStackSize) == 4096);
  CHECK(cudaDeviceSetLimit(cudaLimitMaxL2FetchGranularity, 100000));
  EXPECT(limit(cudaLimitMaxL2FetchGranularity) == 128);
  size_t value;
  EXPECT_ERROR(cudaDeviceGetLimit(&value, static_cast<cudaLimit>(77)), cudaErrorInvalidValue);
  CHECK(cudaFree(ok));
  return pass();
}
"""
    ran = run_source(text)
    assert ran.exit_code == 0, ran.stderr
    assert ran.record.findings == ()


def test_hopper_has_no_depth_of_synchronisation(run_source: Callable[..., Ran]) -> None:
    text = """
int main() {
  size_t depth;
  EXPECT_ERROR(cudaDeviceGetLimit(&depth, cudaLimitDevRuntimeSyncDepth), WANTED);
  return pass();
}
"""
    for profile, wanted in (("a100", "cudaSuccess"), ("h100", "cudaErrorUnsupportedLimit")):
        ran = run_source(text.replace("WANTED", wanted), profile=profile)
        assert ran.exit_code == 0, ran.stderr
