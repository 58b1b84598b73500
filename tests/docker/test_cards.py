"""A job gets a card of its own, by its UUID; without one that nvidia-smi lists, everything stays as it is."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from grader.assignment import load_assignment
from grader.cards import alike, own_card, visible
from grader.devices.cuda.device import CudaDevice
from grader.devices.cuda.machine import Machine
from grader.errors import HarnessError
from grader.pipeline import grade, grade_recorded
from grader.records import Grade
from grader.sandbox.docker import DockerSandbox, image
from grader.sandbox.docker.engine import Engine
from grader.sandbox.docker.gpus import Gpu, Health, listed
from grader.sandbox.docker.lease import Leases
from grader.unpack import unpack
from tests import scale_course as course
from tests.devices.emulated_card import card_judge, emulated_card
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


class Watched:
    """In an oracle's stead: which card it is on, and which are lent while it is there."""

    leases: Leases
    seen: list[tuple[str, str, list[str]]]

    def __init__(self, problem: Path, environment: dict[str, str]) -> None:
        self._card = environment.get("CUDA_VISIBLE_DEVICES", "")
        self._note("made")

    def expected(self, *case: Any) -> None:
        self._note("asked")

    def close(self) -> None:
        self._note("closed")

    def _note(self, what: str) -> None:
        self.seen.append((what, self._card, self.leases.in_use()))


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.mark.parametrize("recorded", [False, True])
def test_a_submission_has_its_card_until_its_last_check(pool: Any, folder: Path, monkeypatch: pytest.MonkeyPatch, recorded: bool) -> None:
    there = "GPU 0: Emulated Card (UUID: GPU-0a)\n"
    Watched.leases, Watched.seen = pool(listed(there)), []
    monkeypatch.setattr("grader.devices.cuda.device.CardOracle", Watched)
    lent = functools.partial(own_card, lend=pool, ask=lambda arguments: there if arguments == ["-L"] else "")
    monkeypatch.setattr("grader.cards.own_card", lent)
    scale = load_assignment(course.write_course(folder / "course"))
    path = course.submission(folder, "good", course.GOOD)

    def graded() -> Grade:
        if recorded:
            return grade_recorded(unpack(path, scale), scale, judge, "good", lambda data: "kept")[0]
        return grade(path, scale, judge)

    with emulated_card() as device:
        judge = card_judge(device, scale, folder / "cache")
        assert graded().score > 0
        assert [what for what, _, _ in Watched.seen if what != "asked"] == ["made", "closed"]
        assert ("asked", "GPU-0a", ["GPU-0a"]) in Watched.seen
        assert {(card, *lent) for _, card, lent in Watched.seen} == {("GPU-0a", "GPU-0a")}
        assert Watched.leases.in_use() == [], "it is given back with the grade"

        monkeypatch.setattr("grader.cards.PATIENCE_S", 0)
        with Watched.leases.lease(0):  # somebody else has it: that costs the submission nothing, and the next can go on
            result = graded()
        assert result.max_score == 0 and {check.outcome for check in result.checks} == {"not_run"}
        assert "have been in use by other jobs" in result.checks[0].message
