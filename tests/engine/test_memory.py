"""Memory that may still be taken: the machine's, or the control group's where that is less, read from folders that look like theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.engine.memory import available_mib

MIB = 1 << 20


def meminfo(folder: Path, mib: int) -> Path:
    file = folder / "meminfo"
    file.write_text(f"MemTotal:       99999999 kB\nMemAvailable:   {mib * 1024} kB\n")
    return file


def group(folder: Path, limit: str, used: int, idle: int, *, version: int) -> Path:
    root = folder / "cgroup"
    inner = root if version == 2 else root / "memory"
    inner.mkdir(parents=True)
    names = ("memory.max", "memory.current") if version == 2 else ("memory.limit_in_bytes", "memory.usage_in_bytes")
    (inner / names[0]).write_text(f"{limit}\n")
    (inner / names[1]).write_text(f"{used}\n")
    (inner / "memory.stat").write_text(f"anon 1\n{'inactive_file' if version == 2 else 'total_inactive_file'} {idle}\n")
    return root


def test_the_machine_alone(tmp_path: Path) -> None:
    assert available_mib(tmp_path / "none", meminfo(tmp_path, 3000)) == 3000


@pytest.mark.parametrize("version", [1, 2])
def test_a_group_with_less(tmp_path: Path, version: int) -> None:
    root = group(tmp_path, str(2000 * MIB), 1500 * MIB, 0, version=version)
    assert available_mib(root, meminfo(tmp_path, 3000)) == 500


@pytest.mark.parametrize("version", [1, 2])
def test_files_that_were_read_give_way(tmp_path: Path, version: int) -> None:
    root = group(tmp_path, str(2000 * MIB), 1900 * MIB, 900 * MIB, version=version)
    assert available_mib(root, meminfo(tmp_path, 3000)) == 1000


def test_no_limit(tmp_path: Path) -> None:
    assert available_mib(group(tmp_path, "max", 1500 * MIB, 0, version=2), meminfo(tmp_path, 3000)) == 3000


def test_nothing_is_known(tmp_path: Path) -> None:
    assert available_mib(tmp_path, tmp_path / "gone") == float("inf")
