"""`grader profile`: Nsight Compute's metrics of each kernel, the source with its counters, as a student sees them in a terminal."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

SOURCE = r"""#include <cuda_runtime.h>

__global__ void scale(float *x, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) x[i] *= 2;
}

__global__ void columns(const float *in, float *out) {
  __shared__ float tile[32][32];
  tile[threadIdx.y][threadIdx.x] = in[threadIdx.x * 32 + threadIdx.y];  // line 10: a column of a matrix
  __syncthreads();
  out[threadIdx.y * 32 + threadIdx.x] = tile[threadIdx.x][threadIdx.y];  // line 12: bank conflicts
}

int main(int argc, char **argv) {
  float *a, *b;
  cudaMalloc(&a, 4096);
  cudaMalloc(&b, 4096);
  cudaMemset(a, 0, 4096);
  for (int k = 0; k < 3; k++) scale<<<argc > 1 ? 16 : 8, 128>>>(a, argc > 1 ? 2000 : 1000);
  columns<<<1, dim3(32, 32)>>>(a, b);
  cudaDeviceSynchronize();
  cudaFree(a);
  cudaFree(b);
  return 0;
}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("profile")
    (folder / "prog.cu").write_text(SOURCE)
    grader(folder, "nvcc", "-o", "prog", "prog.cu")
    return folder


def grader(folder: Path, *args: str, status: int = 0) -> str:
    """What it says on stderr, in a pipe."""
    command = [sys.executable, "-m", "grader.cli.main", *args]
    environment = {**os.environ, "NO_COLOR": "1"}
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60, env=environment)
    assert ended.returncode == status, ended.stderr
    return ended.stderr


def on_terminal(folder: Path, columns: int, *args: str) -> list[str]:
    """The lines that it writes to a terminal of this width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    command = [sys.executable, "-m", "grader.cli.main", *args]
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")} | {
        "NO_COLOR": "1",
        "TERM": "xterm",
    }
    process = subprocess.Popen(command, cwd=folder, stderr=slave, env=environment)
    os.close(slave)
    text = b""
    try:
        while chunk := os.read(master, 65536):
            text += chunk
    except OSError:  # Linux: the other end has gone
        pass
    os.close(master)
    assert process.wait(timeout=60) == 0
    return re.sub(r"\x1b\[[0-9;]*m", "", text.decode()).splitlines()


def test_metrics_and_the_annotated_source(folder: Path) -> None:
    text = grader(folder, "profile", "--", "./prog")
    assert text.index("\nscale(float*, int)\n") < text.index("\ncolumns(float const*, float*)\n")  # most instructions first
    assert "  3 launches, grid (8,1,1), block (128,1,1), " in text
    assert "  1 launch, grid (1,1,1), block (32,32,1), 4,096 B static shared, " in text
    metrics = {line.split()[0]: line.split()[1] for line in text[text.index("\ncolumns") :].splitlines() if "__" in line[:12]}
    assert metrics["l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_ld.ratio"] == "32"
    assert metrics["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum"] == "992"
    assert metrics["sm__maximum_warps_per_active_cycle_pct"] == "100"
    assert "  prog.cu\n" in text
    (line,) = (line for line in text.splitlines() if "// line 12" in line)
    number, share, instructions, per_store, per_load, conflicts, *source = line.split()
    assert (number, per_store, per_load, conflicts) == ("12", "4", "32", "992") and source[0] == "out[threadIdx.y"
    assert float(share) > 10 and float(instructions) > 32
    assert "smsp__sass_thread_inst_executed_op_dadd_pred_on.sum" not in text
    assert text.splitlines()[-1] == "grader profile: 2 kernels on emulated a100; exit status 0"


def test_json(folder: Path) -> None:
    grader(folder, "profile", "--json", "p.json", "--", "./prog")
    result = json.loads((folder / "p.json").read_text())
    assert [kernel["base"] for kernel in result["kernels"]] == ["scale", "columns"]
    scale = result["kernels"][0]
    assert scale["registers"] > 0 and scale["launch_count"] == 3 and len(scale["launches"]) == 3
    name = "l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum"
    assert [launch["metrics"][name] for launch in scale["launches"]] == [125, 125, 125]  # 1000 floats
    assert scale["metrics"][name] == 375
    (line,) = (line for line in scale["lines"] if line["metrics"].get(name))
    assert (line["file"], line["line"], line["source"], line["ideal"]) == ("prog.cu", 5, "  if (i < n) x[i] *= 2;", 4)
    assert json.loads(grader(folder, "profile", "--json", "-", "--", "./prog"))["exit_code"] == 0


def test_chosen_kernels(folder: Path) -> None:
    one = grader(folder, "profile", "--kernel", "columns", "--no-source", "--", "./prog")
    assert "\nscale(" not in one and "prog.cu" not in one and "1 kernel on emulated a100; 1 more (--top, --kernel)" in one
    assert "\ncolumns(" not in grader(folder, "profile", "--top", "1", "--", "./prog")
    assert "launched were: columns, scale" in grader(folder, "profile", "--kernel", "colums", "--", "./prog", status=2)
    every = grader(folder, "profile", "--kernel", "columns", "--all", "--launches", "--", "./prog")
    assert every.count("smsp__sass_thread_inst_executed_op_dadd_pred_on.sum") == 2 and "launch 3: grid (1,1,1)" in every


@pytest.mark.parametrize("columns", [80, 120])
def test_it_fits_the_terminal(folder: Path, columns: int) -> None:
    lines = on_terminal(folder, columns, "profile", "--", "./prog")
    assert any(line.startswith("columns(") for line in lines)
    assert max(len(line) for line in lines) <= columns
    assert any("Divergent branches" in line for line in lines) == (columns == 120)


def test_faults_are_told_and_end_it_with_1(folder: Path) -> None:
    text = grader(folder, "profile", "--", "./prog", "too", "many", status=1)
    assert "prog.cu:5: OOB_READ: " in text


@pytest.mark.parametrize(
    ("words", "said"), [([], "no program named"), (["--", "prog.cu"], "grader nvcc"), (["--profile", "rtx", "--", "./prog"], "a100")]
)
def test_wrong_usage_says_what_to_do(folder: Path, words: list[str], said: str) -> None:
    assert said in grader(folder, "profile", *words, status=2)


def test_the_timeline_shows_each_streams_work(folder: Path) -> None:
    """One stream: memset and kernels side by side in time, nothing beside anything."""
    said = grader(folder, "profile", "--no-source", "--", "./prog")
    assert "Timeline (estimate):" in said and "0 % of the work beside other work" in said
    bars = re.search(r"stream +0 \|(.*)\|", said)
    assert bars and set(bars[1].replace(" ", "")) == {"M", "K"}
    result = json.loads(grader(folder, "profile", "--json", "-", "--", "./prog"))
    assert [work["kind"] for work in result["timeline"]] == ["memset", "kernel", "kernel", "kernel", "kernel"]
    ends = [work["end_us"] for work in result["timeline"]]
    assert ends == sorted(ends) and result["makespan_us"] > 0 and result["overlap"] == 0
