"""What a machine without a usable card is told: each trouble in words that name the remedy, before anything is graded."""

from __future__ import annotations

import json

import pytest

from grader import toolchain
from grader.devices.cuda.device import CudaDevice
from grader.devices.cuda.machine import ask, refusal
from grader.devices.cuda.probe import Probe
from grader.devices.table import find_device
from grader.errors import HarnessError
from tests.devices.emulated_card import emulated_card

GOOD = {
    "driver": 13000,
    "runtime": 13000,
    "devices": 1,
    "name": "NVIDIA T4",
    "major": 7,
    "minor": 5,
    "free_bytes": 14 << 30,
    "total_bytes": 15 << 30,
    "pools": True,
    "pool_handles": 1,
}


def test_a_card_that_can_do_all_is_not_refused():
    assert refusal(Probe(**GOOD)) == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"driver": 0, "devices": 0, "error": 35}, "no NVIDIA driver"),
        ({"driver": 12080, "error": 35}, "too old: it serves CUDA 12.8, and CUDA 13.0 is needed. Install driver 580"),
        ({"driver": 12080}, "too old"),
        ({"devices": 0, "error": 100}, "sees no GPU"),
        ({"devices": 0}, "sees no GPU"),
        ({"error": 2}, "memory is full"),
        ({"error": 46, "error_name": "cudaErrorDevicesUnavailable"}, "busy or in exclusive mode"),
        ({"error": 802}, "fabric manager"),
        ({"error": 999, "error_name": "cudaErrorUnknown"}, "cudaErrorUnknown, 999"),
        ({"error": -1, "error_name": "libcudart.so.13: no such file"}, "runtime can't be loaded"),
        ({"major": 7, "minor": 0, "name": "Tesla V100"}, "Tesla V100) is too old: compute capability 7.0"),
        ({"compute_mode": 3}, "nvidia-smi -c DEFAULT"),
        ({"pool_handles": 0}, "can't share the card's memory"),
        ({"pools": False}, "can't share the card's memory"),
        ({"free_bytes": 300 << 20}, "300 MiB of 15360 MiB are free"),
    ],
)
def test_each_trouble_has_its_words(changes, words):
    assert words in refusal(Probe(**GOOD | changes))


def test_the_trouble_is_told_before_anything_is_graded(monkeypatch):
    def nothing():
        raise HarnessError(refusal(Probe()))

    device = CudaDevice(nothing)
    with pytest.raises(HarnessError, match="no NVIDIA driver"):
        device.target("a100")


def test_the_probe_asks_a_card_through_the_runtime():
    with emulated_card() as device:
        machine = device.machine()
        seen = ask(machine.cudart, machine.variables())
    assert (seen.error, seen.devices, seen.major) == (0, 1, 8)
    assert refusal(seen) == ""


def test_the_probe_of_a_library_that_is_none_says_so(tmp_path):
    (tmp_path / "libcudart.so.13").write_text("no library")
    seen = ask(tmp_path / "libcudart.so.13")
    assert seen.error == -1 and "can't be loaded" in refusal(seen)


def test_the_table_has_both_kinds():
    assert (find_device("cuda").kind, find_device("emulated").kind) == ("cuda", "emulated")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ({"cuda": {"version": "13.0.1"}, "cuda_nvcc": {"version": "13.0.88"}}, ""),
        ({"cuda": {"version": "12.8.0"}, "cuda_nvcc": {"version": "12.8.9"}}, "is CUDA 12.8.0; CUDA 13.0 is needed"),
        ({"cuda": {}}, "is no CUDA toolkit"),
        (None, "is no CUDA toolkit"),
    ],
)
def test_a_toolkit_of_the_machine_may_stand_in_for_the_wheels(written, words, tmp_path, monkeypatch):
    """On a machine without a package registry: named by a variable, and of the pinned version only."""
    if written is not None:
        (tmp_path / "version.json").write_text(json.dumps(written))
    monkeypatch.setenv(toolchain.TOOLKIT_VARIABLE, str(tmp_path))
    find, versions = toolchain.toolkit_root.__wrapped__, toolchain.toolchain_versions.__wrapped__
    if not words:
        assert find() == tmp_path.resolve() and versions()["nvidia-cuda-nvcc"] == "13.0.88"
    else:
        with pytest.raises(HarnessError, match=words):
            find()
