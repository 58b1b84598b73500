"""`grader exec`: the program's own output and status pass through, findings come at the user's lines, and the JSON is the pinned one.

First with a device of our own making, so that each rule is tested whatever the emulated GPU does; then with the real one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grader import natives
from grader.cli.exec_report import summarise
from grader.cli.main import run
from grader.devices.record import DeviceFinding, DeviceRecord

FAKE = Path(__file__).parents[1] / "devices" / "fake_device.py"


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """A folder to work in, with the fake device in the real one's place. Its record holds one finding and one kernel."""
    program = tmp_path / "fake"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -S {FAKE} "$@"\n')
    program.chmod(0o755)
    (tmp_path / "lib").mkdir()
    monkeypatch.setattr(natives, "device_program", lambda: program)
    monkeypatch.setattr(natives, "library_folder", lambda: tmp_path / "lib")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def script(folder: Path, text: str) -> str:
    file = folder / "prog"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return "./prog"


def test_output_passes_through_and_findings_go_to_stderr(fake, capfd):
    program = script(fake, 'echo "out $*"; echo err >&2')
    assert run(["exec", "--", program, "a b", "--check"]) == 1
    out, err = capfd.readouterr()
    assert out == "out a b --check\n"
    assert err.startswith("err\n")
    assert "helper.cuh:4: OOB_WRITE: write of 4 bytes" in err and "(1,024 times)" in err
    assert "scale" in err and "exit status 0" in err


@pytest.mark.parametrize(("options", "told"), [([], "a100"), (["--devices", "t4,h100"], "t4, h100"), (["--devices", "none"], "")])
def test_the_last_line_names_what_the_program_saw(fake, capfd, options, told):
    run(["exec", *options, "--", script(fake, "exit 0")])
    assert f" on {f'emulated {told}' if told else 'no device'}; exit status 0" in capfd.readouterr().err


def test_a_seed_belongs_to_fuzz(fake, capfd):
    program = script(fake, "exit 0")
    assert run(["exec", "--schedule", "fuzz", "--", program]) == run(["exec", "--schedule", "fuzz", "--seed", "3", "--", program])
    capfd.readouterr()
    assert run(["exec", "--seed", "3", "--", program]) == 2
    assert "--seed is for --schedule fuzz" in capfd.readouterr().err
    assert run(["exec", "--schedule", "random", "--", program]) == 2
    assert "known are fixed and fuzz" in capfd.readouterr().err


def test_the_environment_leads_to_the_device_and_our_library_first(fake, capfd, monkeypatch):
    monkeypatch.setenv("LD_LIBRARY_PATH", "/usr/local/cuda/lib64")
    run(["exec", "--", script(fake, 'echo "$LD_LIBRARY_PATH"; test -S "$WARPGRADE_DEVICE" && echo there')])
    assert capfd.readouterr().out == f"{fake}/lib:/usr/local/cuda/lib64\nthere\n"


@pytest.mark.parametrize(
    ("text", "status"), [("exit 0", 1), ("exit 7", 7), ("kill -SEGV $$", 128 + signal.SIGSEGV), ("kill -TERM $$", 128 + signal.SIGTERM)]
)
def test_the_exit_status_is_the_programs_or_1_for_findings(fake, text, status):
    assert run(["exec", "--json", "r.json", "--", script(fake, text)]) == status
    assert json.loads((fake / "r.json").read_text())["exit_code"] == (0 if text == "exit 0" else status)


def test_the_json_is_the_pinned_one(fake):
    run(["exec", "--check", "memcheck", "--profile", "t4", "--threads", "2", "--json", "r.json", "--", script(fake, "exit 3")])
    result = json.loads((fake / "r.json").read_text())
    assert {"exit_code", "findings", "kernels", "wall_s"} <= set(result)
    assert result["exit_code"] == 3
    (finding,) = result["findings"]
    assert {"verdict", "kernel", "file", "line", "other_line", "block", "thread", "count", "message"} <= set(finding)
    assert (finding["file"], finding["line"], finding["thread"]) == ("helper.cuh", 4, [31, 0, 0])
    assert result["kernels"] == [{"name": "scale", "base": "scale", "launches": 2, "metrics": {"smsp__inst_executed.sum": 40.0}}]


def test_findings_of_one_code_and_line_are_one():
    def finding(verdict: str, line: int, count: int, **values: object) -> DeviceFinding:
        return DeviceFinding(verdict=verdict, frames=(("/w/a.cu", line),), count=count, **values)  # type: ignore[arg-type]

    record = DeviceRecord(
        profile="a100",
        threads=1,
        findings=(
            finding("RACE_WARP", 11, 64, message="read", other_frames=(("/w/a.cu", 10),)),
            finding("RACE_WARP", 12, 1),
            finding("RACE_WARP", 11, 60, message="write"),
            finding("UNINIT_READ", 11, 2, note=True),
            finding("UNINIT_READ", 11, 3),
            DeviceFinding(verdict="LAUNCH_ERROR_UNREPORTED", kernel="k()", message="the launch of k() failed with error 9, and …"),
            DeviceFinding(verdict="LAUNCH_ERROR_UNREPORTED", kernel="l()", message="the launch of l() failed with error 12345"),
        ),
    )
    found = summarise(record, 0, 0.1, Path("/w")).findings
    assert [(f.verdict, f.line, f.count, f.note) for f in found[:3]] == [
        ("RACE_WARP", 11, 124, False),
        ("RACE_WARP", 12, 1, False),
        ("UNINIT_READ", 11, 5, False),
    ]
    assert (found[0].message, found[0].other_line) == ("read", 10)
    assert [f.message for f in found[3:]] == [
        "the launch of k() failed with cudaErrorInvalidConfiguration (9), and …",
        "the launch of l() failed with error 12345",
    ]


def test_json_to_stderr_replaces_the_tables(fake, capfd):
    run(["exec", "--json", "-", "--", script(fake, "echo hello")])
    out, err = capfd.readouterr()
    assert out == "hello\n"
    assert json.loads(err)["exit_code"] == 0


def test_nothing_is_left_of_a_file_that_cannot_be_written(fake, capfd):
    assert run(["exec", "--json", "nowhere/r.json", "--", script(fake, "echo ran")]) == 2
    assert "ran" not in capfd.readouterr().out, "refused before the program ran"


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["--", "./nothing"], "no such program"),
        (["--", "x.cu"], "grader nvcc"),
        (["--", "./data"], "not executable"),
        (["--", "tool"], "write ./tool"),
        (["--", "/"], "is a folder"),
        (["--json", "/", "--", "true"], "is a folder"),
        (["--check", "memchek", "--", "true"], "racecheck"),
        (["--profile", "rtx", "--", "true"], "a100"),
    ],
)
def test_wrong_usage_says_what_to_do(fake, capfd, argv, words):
    (fake / "x.cu").touch()
    (fake / "data").touch()
    (fake / "tool").touch(0o755)
    assert run(["exec", *argv]) == 2
    assert words in capfd.readouterr().err


# --- with the real device -------------------------------------------------------------------------------------------------------------

WRONG = r"""#include <cstdio>
#include <cuda_runtime.h>

__global__ void fill(int *p, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  p[i] = i;  // line 6: no bound
}

int main(int argc, char **) {
  int *p;
  int n = 100;
  if (cudaMalloc(&p, n * sizeof(int))) return 2;
  fill<<<1, argc > 1 ? 100 : 128>>>(p, n);
  cudaError_t error = cudaDeviceSynchronize();
  std::printf("%s\n", cudaGetErrorName(error));
  return 0;
}
"""


@pytest.fixture(scope="module")
def wrong(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "prog.cu").write_text(WRONG)
    grader(folder, "nvcc", "-o", "prog", "prog.cu", status=0)
    return folder


def grader(folder: Path, *args: str, status: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "grader.cli.main", *args]
    ended = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, "NO_COLOR": "1"}
    )
    assert ended.returncode == status, ended.stderr
    return ended


def test_an_access_out_of_bounds_is_found_at_its_line(wrong):
    ended = grader(wrong, "exec", "--json", "r.json", "--", "./prog", status=1)
    assert ended.stdout == "cudaErrorIllegalAddress\n"
    assert "prog.cu:6: OOB_WRITE: " in ended.stderr
    (finding,) = json.loads((wrong / "r.json").read_text())["findings"]
    assert (finding["verdict"], finding["file"], finding["line"], finding["kernel"]) == ("OOB_WRITE", "prog.cu", 6, "fill(int*, int)")


def test_a_right_program_has_no_findings_and_counters(wrong):
    ended = grader(wrong, "exec", "--json", "r.json", "--", "./prog", "right", status=0)
    assert ended.stdout == "cudaSuccess\n" and "0 findings" in ended.stderr
    (kernel,) = json.loads((wrong / "r.json").read_text())["kernels"]
    assert (kernel["name"], kernel["base"], kernel["launches"]) == ("fill(int*, int)", "fill", 1)
    # 100 consecutive words by 4 warps (the last with 4 lanes): 12 full sectors of 32 bytes and half of one
    assert kernel["metrics"]["l1tex__t_requests_pipe_lsu_mem_global_op_st.sum"] == 4
    assert kernel["metrics"]["l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"] == 13


def test_a_program_for_a_newer_gpu_is_refused_by_an_older_one(wrong):
    ended = grader(wrong, "exec", "--profile", "t4", "--", "./prog", "right", status=1)
    assert "LAUNCH_ERROR_UNREPORTED" in ended.stderr and "209" in ended.stderr  # cudaErrorNoKernelImageForDevice; the program asked nobody


def test_a_program_without_cuda_is_no_error(wrong):
    assert "does not use the CUDA runtime" in grader(wrong, "exec", "--", "true", status=0).stderr
