"""One job a GPU; a hung one is put aside with a message, and the others go on."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import HarnessError
from grader.sandbox.docker.gpus import Gpu, Health, being_killed, listed, users
from grader.sandbox.docker.lease import Leases

CARDS = """GPU 0: NVIDIA H200 (UUID: GPU-11111111-2222-3333-4444-555555555555)
GPU 1: NVIDIA A100-SXM4-80GB (UUID: GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee)
  MIG 1g.10gb     Device  0: (UUID: MIG-00000000-1111-2222-3333-444444444444)
  MIG 3g.40gb     Device  1: (UUID: MIG-55555555-6666-7777-8888-999999999999)
"""
ONE, TWO = Gpu(id="GPU-1", name="card one"), Gpu(id="GPU-2", name="card two")


class Card:
    """What nvidia-smi says: the pids on it, or nothing."""

    def __init__(self) -> None:
        self.pids: dict[str, str | None] = {}
        self.dying = {4711}

    def __call__(self, arguments: Sequence[str]) -> str | None:
        return self.pids.get(arguments[1], "")


def leases(folder: Path, *gpus: Gpu, card: Card | None = None) -> Leases:
    card = card or Card()
    return Leases(gpus or (ONE,), folder / "locks", Health(card, settle_s=0.2, dying=card.dying.__contains__))


def test_cards_and_slices() -> None:
    found = listed(CARDS)
    assert [gpu.id[:8] for gpu in found] == ["GPU-1111", "MIG-0000", "MIG-5555"]  # a card in slices isn't lent itself
    assert found[1].card == "GPU-aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
    assert found[1].name == "NVIDIA A100-SXM4-80GB, MIG 1g.10gb"


@given(st.text())
def test_whatever_it_prints(text: str) -> None:
    assert all(gpu.id for gpu in listed(text))
    assert all(pid >= 0 for pid in users(text))


@given(st.lists(st.tuples(st.uuids(), st.text("ABC 0123-", min_size=1), st.lists(st.uuids(), max_size=3)), max_size=4))
def test_every_card_or_its_slices(cards: list[tuple[object, str, list[object]]]) -> None:
    text, wanted = "", []
    for number, (card, name, slices) in enumerate(cards):
        text += f"GPU {number}: {name} (UUID: GPU-{card})\n"
        text += "".join(f"  MIG 1g.5gb     Device  {i}: (UUID: MIG-{each})\n" for i, each in enumerate(slices))
        wanted += [f"MIG-{each}" for each in slices] or [f"GPU-{card}"]
    assert sorted(gpu.id for gpu in listed(text)) == sorted(wanted)


def test_one_job_a_gpu(tmp_path: Path) -> None:
    pool = leases(tmp_path, ONE, TWO)
    held: set[str] = set()
    most = 0
    lock = threading.Lock()

    def job(_: int) -> None:
        nonlocal most
        with pool.lease(20) as gpu:
            with lock:
                assert gpu.id not in held
                held.add(gpu.id)
                most = max(most, len(held))
            time.sleep(0.02)
            with lock:
                held.remove(gpu.id)

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(job, range(12)))
    assert most == 2
    assert pool.in_use() == []


def test_waiting_has_an_end(tmp_path: Path) -> None:
    said = "All 1 GPUs have been in use by other jobs for 0 s"
    with leases(tmp_path).lease(1), pytest.raises(HarnessError, match=said), leases(tmp_path).lease(0.1):
        raise AssertionError("there is one GPU only")


HOLDER = """
import sys, time
from pathlib import Path
from grader.sandbox.docker.gpus import Gpu, Health
from grader.sandbox.docker.lease import Leases
with Leases([Gpu(id="GPU-1", name="x")], Path(sys.argv[1]), Health(lambda arguments: "")).lease(1):
    print("has it", flush=True)
    time.sleep(60)
"""


def test_a_killed_jobs_lease_is_free_again(tmp_path: Path) -> None:
    judge = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "locks")], stdout=subprocess.PIPE)
    assert judge.stdout is not None
    with judge.stdout:
        assert judge.stdout.readline() == b"has it\n"
    assert leases(tmp_path).in_use() == ["GPU-1"]
    judge.kill()
    judge.wait()
    with leases(tmp_path).lease(0) as gpu:
        assert gpu == ONE


def test_a_card_that_stops_answering_is_put_aside(tmp_path: Path) -> None:
    card = Card()
    pool = leases(tmp_path, ONE, TWO, card=card)
    with pool.lease(1) as gpu:
        card.pids[gpu.id] = None
    assert list(pool.quarantined()) == ["GPU-1"]
    for _ in range(2):
        with pool.lease(1) as gpu:  # the queue goes on
            assert gpu == TWO


def test_what_cannot_be_ended_puts_a_card_aside(tmp_path: Path) -> None:
    card = Card()
    card.pids["GPU-1"] = "77\n"  # somebody else's, from before: not the job's
    pool = leases(tmp_path, card=card)
    with pool.lease(1):
        pass
    assert pool.quarantined() == {}
    with pool.lease(1):
        card.pids["GPU-1"] = "77\n4711\n"
    assert "processes 4711 were killed and still there: a kernel that can't be stopped" in pool.quarantined()["GPU-1"]
    said = r"all are in quarantine.*nvidia-smi --gpu-reset -i GPU-1.*grader docker status --readmit GPU-1"
    with pytest.raises(HarnessError, match=said), pool.lease(60):
        raise AssertionError("there is none to be had")


def test_a_colleagues_program_puts_no_card_aside(tmp_path: Path) -> None:
    card = Card()
    pool = Leases([ONE], tmp_path / "locks", Health(card, settle_s=60))
    start = time.monotonic()
    with subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE) as colleague, pool.lease(1):
        card.pids["GPU-1"] = f"{colleague.pid}\n999999999\n"  # the second: of another pid namespace
    assert pool.quarantined() == {}
    assert time.monotonic() - start < 30, "nothing was to be waited for"


def test_what_goes_in_time_puts_no_card_aside(tmp_path: Path) -> None:
    card = Card()
    pool = Leases([ONE], tmp_path / "locks", Health(card, settle_s=60, dying=card.dying.__contains__))
    with pool.lease(1):
        card.pids["GPU-1"] = "4711\n"
        threading.Timer(0.3, card.dying.clear).start()
    assert pool.quarantined() == {}
    assert not card.dying, "it was waited for"


def test_who_is_being_killed(tmp_path: Path) -> None:
    assert not being_killed(os.getpid())
    assert not being_killed(999999999)
    with subprocess.Popen([sys.executable, "-c", ""]) as zombie:
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        assert being_killed(zombie.pid)
    living = Path("/proc/self/status").read_text()
    none = "0" * 16
    assert f"SigPnd:\t{none}" in living and f"ShdPnd:\t{none}" in living
    exiting = "".join(line for line in living.splitlines(keepends=True) if not line.startswith("Vm"))
    for number, (threads, wanted) in enumerate(
        [
            ([living, living], False),
            ([living, exiting], False),  # one thread of a program may end
            ([exiting, living], False),
            ([exiting, exiting], True),
            ([living, living.replace(f"SigPnd:\t{none}", f"SigPnd:\t{1 << 8:016x}")], True),
            ([living.replace(f"ShdPnd:\t{none}", f"ShdPnd:\t{1 << 8 | 1 << 14:016x}")], True),
            ([living.replace(f"ShdPnd:\t{none}", f"ShdPnd:\t{1 << 7 | 1 << 9:016x}")], False),  # signals 8 and 10
            ([], False),
        ]
    ):
        for thread, text in enumerate(threads):
            file = tmp_path / str(number) / "task" / str(thread) / "status"
            file.parent.mkdir(parents=True)
            file.write_text(text)
        assert being_killed(number, tmp_path) == wanted, (number, wanted)


def test_a_card_that_is_dead_already_is_no_jobs_fault(tmp_path: Path) -> None:
    card = Card()
    card.pids["GPU-1"] = None
    pool = leases(tmp_path, card=card)
    with pytest.raises(HarnessError, match="got no answer from it before a job"), pool.lease(1):
        raise AssertionError("no job may run on it")
    assert list(pool.quarantined()) == ["GPU-1"]


def test_a_jobs_own_error_is_passed_on(tmp_path: Path) -> None:
    pool = leases(tmp_path)
    with pytest.raises(ZeroDivisionError), pool.lease(1):
        raise ZeroDivisionError
    assert (pool.in_use(), pool.quarantined()) == ([], {})


def test_an_administrator_lends_it_again(tmp_path: Path) -> None:
    card = Card()
    pool = leases(tmp_path, card=card)
    with pool.lease(1):
        card.pids["GPU-1"] = None
    card.pids.clear()
    pool.readmit("GPU-1")
    with pool.lease(1) as gpu:
        assert gpu == ONE
    for name in ("GPU-1", "GPU-9"):
        with pytest.raises(HarnessError, match=f"{name} is not in quarantine. In quarantine: none"):
            pool.readmit(name)


def test_a_machine_without_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(HarnessError, match="lists no GPU"):
        Leases.of_machine()
