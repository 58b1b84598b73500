"""Profiles: each GPU model has all figures, and the compiler's table of architectures says the same as they do."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from grader import toolchain
from grader.devices.profiles import UnknownProfile, profile_file, profile_names
from grader.devices.table import find_device

FIGURES = (
    "sm_count shared_bytes_per_block shared_bytes_per_block_optin shared_bytes_per_sm registers_per_sm registers_per_block warps_per_sm "
    "blocks_per_sm threads_per_block l2_bytes memory_bytes memory_gb_s clock_khz memory_clock_khz memory_bus_bits copy_engines pcie_gb_s"
).split()


def read(name: str) -> dict[str, Any]:
    return tomllib.loads(profile_file(name).read_text(encoding="utf-8"))


def test_the_designed_models_are_there():
    assert {"t4", "a100", "h100", "h200"} <= set(profile_names())


def test_the_compilers_architectures_are_the_profiles():
    assert {name: round(10 * float(read(name)["compute_capability"])) for name in profile_names()} == toolchain.ARCHITECTURES


@pytest.mark.parametrize("name", profile_names())
def test_every_figure_is_positive(name):
    profile = read(name)
    assert [figure for figure in FIGURES if not float(profile.get(figure, 0)) > 0] == []


def test_unknown_names_list_the_known_ones():
    with pytest.raises(UnknownProfile, match="a100, h100, h200, t4"):
        profile_file("../a100")
    with pytest.raises(toolchain.UsageError, match="emulated"):
        find_device("abacus")
    assert find_device("emulated").name == "emulated"
