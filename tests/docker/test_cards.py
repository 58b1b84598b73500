"""A job gets a card of its own, by its UUID; without one that nvidia-smi lists, everything stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.cards import alike, own_card, visible
from grader.devices.cuda.device import CudaDevice
from grader.devices.cuda.machine import Machine
from grader.errors import HarnessError
from grader.sandbox.docker import DockerSandbox, image
from grader.sandbox.docker.engine import Engine
from grader.sandbox.docker.gpus import Gpu, Health, listed
from grader.sandbox.docker.lease import Leases
from tests.docker.fake import FakeClient

H200 = "NVIDIA H200"
LIST = f"GPU 0: {H200} (UUID: GPU-0a)\nGPU 1: {H200} (UUID: GPU-1b)\nGPU 2: NVIDIA T4 (UUID: GPU-2c)\n"
CARDS = listed(LIST)


@pytest.fixture
def pool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return lambda cards: Leases(cards, tmp_path / "locks", Health(lambda arguments: "", settle_s=0.1))


def card(name: str = H200) -> CudaDevice:
    return CudaDevice(lambda: Machine(cudart=Path("/c/libcudart.so.13"), library_folders=(Path("/c"),), name=name))


def smi(arguments: Sequence[str]) -> str | None:
    return LIST if arguments == ["-L"] else ""


def test_two_jobs_have_two_cards_and_a_third_waits(pool: Any) -> None:
    with own_card(card(), "box", pool, smi) as (one, box), own_card(card(), "box", pool, smi) as (two, _):
        seen = [device.machine().client().environment["CUDA_VISIBLE_DEVICES"] for device in (one, two)]
        assert seen == ["GPU-0a", "GPU-1b"]  # the T4 is of another kind: what is compiled doesn't fit it
        assert box == "box"
        with pytest.raises(HarnessError, match="All 2 GPUs"), pool(alike(CARDS, H200)).lease(0):
            raise AssertionError("there are two")
    with own_card(card(), "box", pool, smi) as (one, _):
        assert one.machine().environment["CUDA_VISIBLE_DEVICES"] == "GPU-0a"


def test_the_emulated_gpu_needs_none(pool: Any) -> None:
    class Emulated:
        kind = "emulated"

    device = Emulated()
    with own_card(device, "box", pool, smi) as found:
        assert found == (device, "box")


@pytest.mark.parametrize("said", [None, "", "No devices were found\n"])
def test_without_nvidia_smi_the_card_is_used_as_it_is(pool: Any, said: str | None) -> None:
    device = card()
    with own_card(device, "box", pool, lambda arguments: said) as (found, _):
        assert found is device


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ("", []),
        ("1", ["GPU-1b"]),
        ("2,0", ["GPU-2c", "GPU-0a"]),
        ("GPU-1b", ["GPU-1b"]),
        ("GPU-0", ["GPU-0a"]),
        ("0,7,1", ["GPU-0a"]),
        ("-1", []),
        ("x,0", []),
        ("GPU-", ["GPU-0a"]),
    ],
)
def test_the_environment_says_which_may_be_used(named: str, wanted: list[str]) -> None:
    assert [gpu.id for gpu in visible(CARDS, {"CUDA_VISIBLE_DEVICES": named})] == wanted


def test_a_slice_is_known_by_its_name() -> None:
    part = Gpu(id="MIG-1", name="NVIDIA A100, MIG 1g.10gb", card="GPU-1")
    assert alike([part], "NVIDIA A100 MIG 1g.10gb") == [part]


def test_containers_see_the_jobs_card_alone_where_nvidias_runtime_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for runtimes, kind, narrowed in (
        ({"nvidia": {}}, image.SYSTEM, True),
        ({}, image.SYSTEM, False),
        ({"nvidia": {}}, image.MACHINE, False),
    ):
        client = FakeClient(Runtimes=runtimes)
        client.there[image.NAME] = {"Id": "1", "Config": {"Labels": {image.LABEL_KIND: kind, image.LABEL_FORMAT: image.FORMAT}}}
        sandbox = DockerSandbox(lambda client=client: Engine(client))
        assert (sandbox.with_gpus(("GPU-0a",)) is not sandbox) == narrowed
