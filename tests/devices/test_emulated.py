"""The session around a device process: it starts, it ends, and whatever the process does wrong is our fault, in one sentence."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from grader.devices import emulated
from grader.devices.contract import DeviceOptions
from grader.devices.emulated import check_list, device_arguments, open_device
from grader.errors import HarnessError
from grader.toolchain import UsageError

FAKE = Path(__file__).with_name("fake_device.py")


@pytest.fixture
def fake(tmp_path: Path):
    """A function: behaviour -> the command of a fake device that misbehaves so."""

    def make(behaviour: str = "") -> list[str]:
        program = tmp_path / "fake_device.py"
        shutil.copy(FAKE, program)
        (tmp_path / "behaviour").write_text(behaviour)
        return [sys.executable, "-S", str(program)]

    return make


def test_a_session_starts_records_and_leaves_nothing(fake):
    with open_device("a100", checks="racecheck", threads=3, program=fake()) as device:
        assert device.socket.is_socket()
        assert len(os.fsencode(device.socket)) < 108
        folder = device.socket.parent
        assert folder.stat().st_mode & 0o066 == 0, "others may pass at most, never list or write"
        record = device.finish()
        assert device.finish() is record, "a second finish gives the same record"
    assert (record.profile, record.threads, record.checks) == ("a100", 3, ("racecheck",))
    assert record.findings[0].thread == (31, 0, 0)
    assert not folder.exists()


def test_the_record_stays_in_a_folder_of_the_callers(fake, tmp_path):
    with open_device(record_folder=tmp_path / "kept", program=fake()) as device:
        device.finish()
    assert (tmp_path / "kept" / "device.json").is_file()


def test_leaving_without_finish_ends_the_process(fake):
    with pytest.raises(KeyError), open_device(program=fake()) as device:
        pid, folder = device.pid, device.socket.parent
        raise KeyError
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [("dies at start", "exit status 3, warpgrade-device: no memory"), ("silent", "did not get ready"), ("other words", "other words")],
)
def test_a_device_that_does_not_start_is_our_fault(fake, monkeypatch, behaviour, words):
    monkeypatch.setattr(emulated.EmulatedSession.wait_ready, "__defaults__", (0.5,))
    with pytest.raises(HarnessError, match=words), open_device(program=fake(behaviour)):
        pass


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [("dies later", "signal 9"), ("no record", "without a record"), ("half a record", "can't be read"), ("deaf", "did not end within")],
)
def test_a_device_that_does_not_end_well_is_our_fault(fake, monkeypatch, behaviour, words):
    monkeypatch.setattr(emulated, "FINISH_S", 0.5)
    start = time.monotonic()
    with open_device(program=fake(behaviour)) as device, pytest.raises(HarnessError, match=words):
        device.finish()
    assert time.monotonic() - start < 10


def test_no_program_is_our_fault(tmp_path):
    with pytest.raises(HarnessError, match="can't be started"), open_device(program=[str(tmp_path / "nothing")]):
        pass


def test_a_deep_temporary_folder_is_not_used_for_the_socket(fake, tmp_path, monkeypatch):
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr("grader.scratch.scratch_parent", lambda: deep)
    with open_device(program=fake()) as device:
        assert device.socket.is_socket()


def test_arguments_are_the_contracts(tmp_path):
    options = DeviceOptions(
        checks="all", threads=2, memory_mib=64, max_block_instructions=1000, max_kernel_instructions=9000, max_kernel_s=1.5, fuzz_seed=7,
        record_outputs=True,
    )  # fmt: skip
    arguments = device_arguments(options, tmp_path / "s", tmp_path / "r")
    pairs = dict(zip(arguments[:-1:2], arguments[1::2], strict=False))
    assert pairs["--checks"] == "memcheck,racecheck,initcheck,synccheck"
    assert pairs["--profile"].endswith("a100.toml")
    assert (pairs["--memory-mib"], pairs["--max-block-instructions"], pairs["--max-kernel-s"]) == ("64", "1000", "1.5")
    assert (pairs["--max-kernel-instructions"], pairs["--schedule"], pairs["--seed"]) == ("9000", "fuzz", "7")
    assert arguments[-1] == "--record-outputs"


@pytest.mark.parametrize(
    ("given", "passed"),
    [
        ("none", "none"),
        ("leak", "leak"),
        ("all,leak", "memcheck,racecheck,initcheck,synccheck,leak"),
        (" memcheck , memcheck ", "memcheck"),
    ],
)
def test_checks_by_name(given, passed):
    assert check_list(given) == passed


@pytest.mark.parametrize("given", ["", "memchek", "none,memcheck", ","])
def test_unknown_checks_are_refused_with_the_known_ones(given):
    with pytest.raises(UsageError, match="racecheck"):
        check_list(given)
