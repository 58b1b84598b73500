"""Occupancy, against NVIDIA's own calculator: the header cuda_occupancy.h of the pinned toolkit, compiled and asked."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path

import pytest

from grader import toolchain
from grader.devices.occupancy import multiprocessor, occupancy_pct, resident_blocks
from grader.devices.profiles import profile_names

CARDS = ("t4", "a100", "h100", "h200")
THREADS = (1, 32, 33, 64, 96, 128, 160, 192, 256, 288, 384, 512, 640, 768, 992, 1024)
REGISTERS = (0, 1, 16, 24, 32, 33, 40, 41, 48, 56, 64, 72, 96, 128, 168, 200, 255)
SHARED = (0, 1, 1024, 1025, 4096, 8192, 12000, 16384, 24576, 33792, 49152, 65536, 65537, 101376, 166912, 166913, 232448)

ASK = """
#include <cstdio>
#include <cuda_occupancy.h>
int main() {
  int major, minor, threads, registers;
  long shared, block_shared, optin, sm_shared, reserved, warps, sm_registers, block_registers;
  while (std::scanf("%d %d %ld %ld %ld %ld %ld %ld %ld %d %d %ld", &major, &minor, &block_shared, &optin, &sm_shared, &reserved, &warps,
                    &sm_registers, &block_registers, &threads, &registers, &shared) == 12) {
    cudaOccDeviceProp card;
    card.computeMajor = major, card.computeMinor = minor, card.maxThreadsPerBlock = 1024;
    card.maxThreadsPerMultiprocessor = int(32 * warps), card.regsPerBlock = int(block_registers);
    card.regsPerMultiprocessor = int(sm_registers), card.warpSize = 32, card.sharedMemPerBlock = size_t(block_shared);
    card.sharedMemPerMultiprocessor = size_t(sm_shared), card.numSms = 1, card.sharedMemPerBlockOptin = size_t(optin);
    card.reservedSharedMemPerBlock = size_t(reserved);
    cudaOccFuncAttributes kernel;
    kernel.maxThreadsPerBlock = 1024, kernel.numRegs = registers, kernel.sharedSizeBytes = 0;
    kernel.shmemLimitConfig = FUNC_SHMEM_LIMIT_OPTIN, kernel.maxDynamicSharedSizeBytes = size_t(optin);
    cudaOccDeviceState state;
    state.carveoutConfig = SHAREDMEM_CARVEOUT_MAX_SHARED;
    cudaOccResult result;
    if (cudaOccMaxActiveBlocksPerMultiprocessor(&result, &card, &kernel, &state, threads, size_t(shared))) return 1;
    std::printf("%d\\n", result.activeBlocksPerMultiprocessor);
  }
}
"""


@pytest.fixture(scope="module")
def calculator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("occupancy")
    (folder / "ask.cpp").write_text(ASK)
    include = toolchain.toolkit_root() / "include"
    compile = [toolchain.host_compiler(), "-O1", "-w", f"-I{include}", "-o", folder / "ask", folder / "ask.cpp"]
    subprocess.run(compile, check=True)
    return folder / "ask"


@pytest.mark.parametrize("card", CARDS)
def test_as_the_calculator_says(calculator: Path, card: str) -> None:
    sm = multiprocessor(card)
    version = {"t4": "7 5", "a100": "8 0"}.get(card, "9 0")
    fixed = f"{version} 49152 {sm.shared_bytes_per_block} {sm.shared_bytes} {sm.system_shared_bytes} {sm.warps} {sm.registers} "
    asked = list(itertools.product(THREADS, REGISTERS, SHARED))
    text = "".join(f"{fixed}{sm.registers_per_block} {t} {r} {s}\n" for t, r, s in asked)
    answers = subprocess.run([calculator], input=text, capture_output=True, text=True, check=True).stdout.split()
    ours = [resident_blocks(sm, t, r, s) for t, r, s in asked]
    assert {a: (o, w) for a, o, w in zip(asked, ours, map(int, answers), strict=True) if o != w} == {}


def test_known_cards() -> None:
    assert set(CARDS) == set(profile_names())


@pytest.mark.parametrize(
    ("threads", "registers", "shared", "pct"),
    [(256, 32, 0, 100.0), (1024, 33, 0, 50.0), (1024, 64, 8192, 50.0), (32, 16, 0, 50.0), (256, 255, 0, 12.5), (256, 32, 40960, 50.0)],
)
def test_percentages_of_an_a100(threads: int, registers: int, shared: int, pct: float) -> None:
    assert occupancy_pct(multiprocessor("a100"), threads, registers, shared) == pct
