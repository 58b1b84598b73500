"""The contract of every sandbox provider: limits, each with the cause that it is given.

A promise that a provider can't keep is left out only where its own isolation() names it as not enforced.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from grader.sandbox import Bind, Sandbox
from tests.contracts.promises import PROBE, QUICK, Inside, limited, promised


@pytest.mark.parametrize("deed", ["ignore", "stop"])
def test_wall_time(inside: Inside, deed: str) -> None:
    started = time.monotonic()
    result = inside(deed, limits=limited(wall_s=0.4))
    assert result.cause == "timeout"
    assert 0.4 <= result.wall_s < 2
    assert time.monotonic() - started < 3


def test_processor_time(inside: Inside) -> None:
    result = inside("spin", limits=limited(cpu_s=1.0))
    assert result.cause == "timeout"
    assert 0.5 < result.cpu_s < 2.5
    assert result.wall_s < 8


def test_processor_time_of_all_processes_together(sandbox: Sandbox, inside: Inside) -> None:
    result = inside(script=f"{PROBE} spin & {PROBE} spin & {PROBE} spin & wait", limits=limited(cpu_s=1.0))
    assert result.cause == "timeout"
    assert result.cpu_s < 3


def test_memory(inside: Inside) -> None:
    result = inside("hog", "600")
    assert result.cause == "out_of_memory"
    assert result.wall_s < 5
    assert inside("hog", "32").stdout == b"held\n"  # nothing of it is left for the next


def test_memory_of_all_processes_together(inside: Inside) -> None:
    result = inside("hog_slowly", "320")
    assert result.cause == "out_of_memory"
    assert result.wall_s < 5


def test_memory_used_is_told(inside: Inside) -> None:
    result = inside(script=f"{PROBE} hog 64; sleep 0.1")
    assert 60 < result.peak_memory_mib < 110


def test_reserved_addresses_are_not_memory(inside: Inside) -> None:
    assert inside("reserve", "512").stdout == b"succeeded\n"


def test_a_compiler_killed_for_memory_is_out_of_memory(inside: Inside) -> None:
    """The hog is a child, and its parent ends in good order."""
    assert inside(script=f"{PROBE} hog 600; exit 3").cause == "out_of_memory"


def test_number_of_processes(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "number of processes")
    result = inside("forks", "200")
    assert 8 <= int(result.stdout) <= QUICK.processes


def test_size_of_a_file(inside: Inside) -> None:
    result = inside("fill", "8", "/tmp/big")
    assert (result.cause, result.signal) == ("signaled", signal.SIGXFSZ)


def test_scratch_space(sandbox: Sandbox, inside: Inside) -> None:
    promised(sandbox, "scratch space")
    result = inside("fill", "3", *(f"/tmp/{i}" for i in range(8)))
    assert b"errno 28" in result.stdout  # ENOSPC


def test_disk_space_of_a_writable_folder(sandbox: Sandbox, inside: Inside, tmp_path: Path) -> None:
    if sandbox.name == "none":
        promised(sandbox, "disk space")
    bind = (Bind(source=tmp_path, target="/out", writable=True),)
    result = inside(script="i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero > /out/$i; done", binds=bind)
    assert result.cause == "output_limit"
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 500 << 20


def test_many_files_in_scratch(sandbox: Sandbox, inside: Inside) -> None:
    """Their names cost the kernel memory that no rlimit counts."""
    promised(sandbox, "scratch space")
    assert inside("many_files", "/tmp").cause in ("out_of_memory", "output_limit")


def test_many_files_in_a_writable_folder(sandbox: Sandbox, inside: Inside, tmp_path: Path) -> None:
    if sandbox.name == "none":
        promised(sandbox, "disk space")
    result = inside("many_files", "/out", binds=(Bind(source=tmp_path, target="/out", writable=True),))
    assert result.cause == "output_limit"


@pytest.mark.parametrize(
    "hide", ["mkdir d && exec 9>d/f && chmod 000 d", "n=$(printf %0250d 0); while mkdir $n 2>/dev/null && cd $n; do :; done"]
)
def test_a_writable_folder_that_hides_its_content(sandbox: Sandbox, inside: Inside, tmp_path: Path, hide: str) -> None:
    if sandbox.name == "none":
        promised(sandbox, "disk space")
    result = inside(script=f"cd /out; {hide}; sleep 0.5", binds=(Bind(source=tmp_path, target="/out", writable=True),))
    assert result.cause == "output_limit" or (os.geteuid() == 0 and "chmod" in hide)  # root sees into every folder


def test_output_within_the_limit_is_cut_and_counted_as_well(inside: Inside) -> None:
    result = inside("flood", "3")
    assert (result.cause, result.code) == ("exited", 0)
    assert len(result.stdout) == len(result.stderr) == QUICK.capture_kib * 1024


def test_output_limit(inside: Inside) -> None:
    started = time.monotonic()
    result = inside("flood", "400")
    assert result.cause == "output_limit"
    assert len(result.stdout) <= QUICK.capture_kib * 1024
    assert time.monotonic() - started < 3


def test_output_limit_of_one_long_line_and_endless_output(inside: Inside) -> None:
    assert inside(script="yes", limits=limited(wall_s=5.0)).cause == "output_limit"
    assert inside(script="head -c 20000000 /dev/zero >&2").cause == "output_limit"


def test_no_core_dump(inside: Inside) -> None:
    assert inside(script="ulimit -c").stdout == b"0\n"
