"""What a program sees when it asks for devices: other cards than the emulated one, two of them, or none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from grader import toolchain
from grader.cli.exec import cards_of
from grader.devices.emulated import open_device
from grader.toolchain import UsageError

PROGRAM = r"""
#include <cstdio>
int main() {
  int count = -1;
  printf("count %d", cudaGetDeviceCount(&count));
  printf(" %d\n", count);
  for (int device = -1; device < 3; ++device) {
    cudaDeviceProp p;
    int sms = -1, current = -1;
    char bus[32] = "";
    const int error = cudaGetDeviceProperties(&p, device), other = cudaDeviceGetAttribute(&sms, cudaDevAttrMultiProcessorCount, device);
    const int set = cudaSetDevice(device);
    cudaGetDevice(&current);
    cudaDeviceGetPCIBusId(bus, sizeof bus, device);
    if (!error) {
      printf("%d: %d.%d %d %d %zu", device, p.major, p.minor, p.multiProcessorCount, sms, p.totalGlobalMem);
      printf(" at %s, set %d, current %d\n", bus, set, current);
    } else {
      printf("%d: errors %d %d %d\n", device, error, other, set);
    }
  }
  int back = -1;
  printf("bus %d", cudaDeviceGetByPCIBusId(&back, "0000:02:00.0"));
  printf(" %d\n", back);
  void* memory = nullptr;
  printf("malloc %d\n", cudaMalloc(&memory, 16));
  cudaGetLastError();
  printf("last %d\n", cudaGetLastError());
  return 0;
}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cards")
    (folder / "cards.cu").write_text(PROGRAM)
    command = toolchain.nvcc_command(["-o", str(folder / "cards"), str(folder / "cards.cu")])
    subprocess.run(command, env=toolchain.nvcc_environment(), check=True, capture_output=True)
    return folder / "cards"


def said(program: Path, cards: list[str] | None) -> list[str]:
    with open_device(cards[0] if cards else "a100", threads=1, cards=cards) as device:
        ended = subprocess.run(
            [str(program)], env={**os.environ, **device.client_environment()}, capture_output=True, text=True, check=True, timeout=60
        )
        record = device.finish()
    assert not record.findings
    return ended.stdout.splitlines()


def test_one_card_as_ever(program: Path) -> None:
    lines = said(program, None)
    assert lines[:2] == ["count 0 1", "-1: errors 101 101 101"]
    assert lines[2].startswith("0: 8.0 108 108 42505273344 at 0000:01:00.0, set 0, current 0")
    assert lines[3:] == ["1: errors 101 101 101", "2: errors 101 101 101", "bus 101 -1", "malloc 0", "last 0"]


def test_two_cards(program: Path) -> None:
    lines = said(program, ["t4", "h100"])
    assert lines[0] == "count 0 2"
    assert lines[2].startswith("0: 7.5 40 40 15828320256 at 0000:01:00.0, set 0, current 0")
    assert lines[3].startswith("1: 9.0 132 132 85520809984 at 0000:02:00.0, set 0, current 1")
    assert lines[4:] == ["2: errors 101 101 101", "bus 0 1", "malloc 0", "last 0"]


def test_no_card(program: Path) -> None:
    lines = said(program, [])
    assert lines[0] == "count 100 0"
    assert lines[1:] == [*(f"{device}: errors 100 100 100" for device in range(-1, 3)), "bus 100 -1", "malloc 100", "last 0"]


def test_what_the_option_takes() -> None:
    assert cards_of(None) is None and cards_of("none") == [] and cards_of(" t4, h100 ") == ["t4", "h100"]
    with pytest.raises(UsageError, match="unknown device profile 'rtx'; known are a100"):
        cards_of("t4,rtx")
    with pytest.raises(UsageError, match="unknown device profile 'none'"):
        cards_of("t4,none")
    with pytest.raises(UsageError, match="names no device"):
        cards_of(",")
