"""Which build of the device runs on which CPU, and what an installation that lacks something says."""

from __future__ import annotations

import importlib

import pytest

from grader import natives
from grader.errors import HarnessError


def test_the_best_build_that_the_cpu_can_run(tmp_path):
    for level in ("v3", "v4"):
        (tmp_path / f"warpgrade-device-{level}").touch()
    for flags, name in ((natives.V4_FLAGS, "v4"), (natives.V3_FLAGS, "v3"), (natives.V4_FLAGS - {"avx512vl"}, "v3")):
        levels = natives.instruction_levels("x86_64", frozenset(flags))
        assert natives.device_program(tmp_path, levels).name == f"warpgrade-device-{name}"


def test_a_build_without_v4_is_no_fault(tmp_path):
    (tmp_path / "warpgrade-device-v3").touch()
    assert natives.device_program(tmp_path, natives.instruction_levels("x86_64", natives.V4_FLAGS)).name == "warpgrade-device-v3"


def test_another_architecture_has_one_build(tmp_path):
    (tmp_path / "warpgrade-device").touch()
    assert natives.device_program(tmp_path, natives.instruction_levels("aarch64", frozenset())).name == "warpgrade-device"


def test_an_old_cpu_gets_a_sentence_and_not_an_illegal_instruction(monkeypatch):
    old = natives.V3_FLAGS - {"fma"}
    with pytest.raises(HarnessError, match="lacks fma"):
        natives.instruction_levels("x86_64", old)
    monkeypatch.setattr(natives, "cpu_flags", lambda: old)
    monkeypatch.setattr(natives.platform, "machine", lambda: "x86_64")
    with pytest.raises(HarnessError, match="AVX2 and FMA"):
        natives.device_program()


def test_the_core_in_process_is_not_loaded_on_an_old_cpu(monkeypatch):
    import grader.emulator

    monkeypatch.setattr(natives, "cpu_flags", lambda: natives.V3_FLAGS - {"avx2"})
    monkeypatch.setattr(natives.platform, "machine", lambda: "x86_64")
    with pytest.raises(HarnessError, match="lacks avx2"):
        importlib.reload(grader.emulator)


def test_a_missing_program_names_the_remedy(tmp_path):
    with pytest.raises(HarnessError, match="make setup"):
        natives.device_program(tmp_path, ["v3"])


def test_this_installation_is_complete():
    assert natives.device_program().is_file()
    assert natives.runner_program().is_file()
    assert (natives.library_folder() / "libcudart.so").read_text().strip().endswith("INPUT(libcudart.so.13)")
    assert natives.natives_digest() == natives.natives_digest()
