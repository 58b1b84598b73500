"""kernels/: the headers of ck/ keep their promises on the emulated GPU, and the probes measure right results there."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader import natives
from grader.devices.cuda.speed import measured
from grader.devices.emulated import open_device
from grader.errors import HarnessError

ROOT = Path(__file__).resolve().parents[2]
KERNELS = ROOT / "kernels"
GRADER = [sys.executable, "-m", "grader.cli.main"]


def compiled(source: Path, folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [*GRADER, "nvcc", f"-I{KERNELS / 'include'}", *flags, "-o", str(folder / "program"), str(source)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def executed(folder: Path, *arguments: str) -> tuple[int, str, list[str]]:
    """Exit status, what was printed, and the findings of all checkers."""
    result = folder / "result.json"
    command = [*GRADER, "exec", "--check", "all,leak", "--json", str(result), "--", str(folder / "program"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.is_file(), done.stdout + done.stderr
    return done.returncode, done.stdout, [f["verdict"] for f in json.loads(result.read_text(encoding="utf-8"))["findings"]]


def test_the_headers_keep_their_promises(tmp_path: Path) -> None:
    made = compiled(ROOT / "tests" / "kernels" / "ck_headers.cu", tmp_path)
    assert made.returncode == 0, made.stderr
    assert executed(tmp_path) == (0, "", [])


def test_reductions_dont_compile_where_they_are_the_task(tmp_path: Path) -> None:
    source = tmp_path / "reduction.cu"
    source.write_text('#include "ck/reduce.cuh"\n')
    made = compiled(source, tmp_path, "-c", "-include", "ck/reduction.h")
    assert made.returncode != 0 and "what this assignment asks you to write" in made.stderr
    assert compiled(source, tmp_path, "-c", "-include", "ck/gemm.h").returncode == 0


def test_check_doesnt_take_a_truth_for_an_error(tmp_path: Path) -> None:
    source = tmp_path / "truth.cu"
    source.write_text('#include "ck/check.cuh"\nextern "C" int f(int* p) {\n  CK_CHECK(cudaFree(p) == cudaSuccess);\n  return 0;\n}\n')
    made = compiled(source, tmp_path, "-c")
    assert made.returncode != 0 and "truth.cu" in made.stderr and "error_of" in made.stderr and "deleted" in made.stderr


@pytest.mark.parametrize(
    ("probe", "argument", "figures"),
    [
        ("bandwidth", "1", ["copy_gb_s", "read_gb_s", "pinned_to_device_gb_s", "pinned_to_host_gb_s", "pageable_to_host_gb_s"]),
        ("launch_latency", "20", ["round_trip_us", "back_to_back_us", "device_us"]),
    ],
)
def test_a_probe_measures_right_results(probe: str, argument: str, figures: list[str], tmp_path: Path) -> None:
    made = compiled(KERNELS / "probes" / f"{probe}.cu", tmp_path)
    assert made.returncode == 0, made.stderr
    code, text, findings = executed(tmp_path, argument)
    told: dict[str, Any] = json.loads(text)
    assert (code, findings, told["probe"], told["right"]) == (0, [], probe, True)
    assert all(told[figure] > 0 for figure in figures)


def test_a_probe_refuses_what_is_no_count(tmp_path: Path) -> None:
    assert compiled(KERNELS / "probes" / "launch_latency.cu", tmp_path).returncode == 0
    for argument in ("0", "-3", "x", "5x"):
        command = [*GRADER, "exec", "--", str(tmp_path / "program"), argument]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 2 and "is no whole number from 1 on" in done.stderr, argument


def test_without_a_card_the_error_says_so() -> None:
    """With our runtime and no emulated device: what the benchmark and the doctor meet on a machine whose card has gone."""
    with pytest.raises(HarnessError, match=r"launch_latency ended with exit status 1: no CUDA device: .*cudaErrorNoDevice"):
        measured("launch_latency", KERNELS, {"LD_LIBRARY_PATH": str(natives.library_folder())})


def test_a_probe_on_the_emulated_card_gives_its_figures() -> None:
    with open_device() as device:
        figures = measured("launch_latency", KERNELS, device.client_environment())
    assert figures["right"] is True and figures["round_trip_us"] > 0


def test_a_course_without_probes_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="students' courses come without the probes"):
        measured("bandwidth", tmp_path)
