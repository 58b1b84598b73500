"""The benchmarks' programs: each has its plain twin, is right for sizes that don't fit its blocks, and is clean under all checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import kernels, peers
from benchmarks.table import BENCHMARKS, Benchmark
from grader import toolchain

FOLDER = Path(kernels.HERE)


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda b: b.name)
def test_right_for_awkward_sizes(benchmark: Benchmark, tmp_path: Path) -> None:
    program, plain = tmp_path / "emulated", tmp_path / "plain"
    kernels.call(toolchain.nvcc_command(["-o", str(program), str(FOLDER / f"{benchmark.name}.cu")]), toolchain.nvcc_environment())
    kernels.call(["g++", "-O1", "-o", str(plain), str(FOLDER / f"{benchmark.name}.cpp")])
    for size in (32, 64) if benchmark.name == "sgemm_tiled" else (1, 77, 600):
        size = min(size, 100) if benchmark.name == "sgemm_naive" else size
        seconds, warp_instructions, _ = kernels.emulate(program, size, "all", 1)
        assert seconds > 0 and warp_instructions > 0
        assert float(kernels.call([str(plain), str(size)])) >= 0


def test_a_wrong_result_ends_the_benchmark(tmp_path: Path) -> None:
    program = tmp_path / "wrong"
    source = tmp_path / "wrong.cu"
    source.write_text("__global__ void k() {}\nint main() { k<<<1, 1>>>(); return cudaDeviceSynchronize() ? 2 : 1; }\n")
    kernels.call(toolchain.nvcc_command(["-o", str(program), str(source)]), toolchain.nvcc_environment())
    with pytest.raises(SystemExit, match="wrong went wrong: exit status 1"):
        kernels.emulate(program, 1, "all", 1)


def test_a_row_has_every_figure() -> None:
    measured = kernels.Measured(BENCHMARKS[0], 512, plain_s=[0.1, 0.2, 0.4], warp_instructions=1_000_000)
    for way in kernels.WAYS:
        measured.kernel_s[way] = [1.0, 0.5, 2.0]
    measured.simulator_ratio = [100.0]
    line = kernels.row(measured)
    assert len(line) == len(kernels.HEADER) and line[0] == "naive SGEMM 512³"
    assert line[3] == "5.0 x (2.5 – 10.0)"  # pair by pair: 10, 2.5, 5
    assert line[6] == "1 (0 – 2)" and line[8] == "1.00 x (1.00 – 1.00)"


def test_peers_that_are_not_there_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("HIP_CPU", raising=False)
    assert peers.gpuocelot() == "not present"


def test_hip_cpu_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = tmp_path / "include/hip/hip_api.hpp"
    header.parent.mkdir(parents=True)
    header.touch()
    monkeypatch.setenv("HIP_CPU", str(tmp_path))
    assert peers.hip_cpu().startswith(f"{tmp_path} is there")
