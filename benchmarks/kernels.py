"""Kernels: each benchmark on the emulated GPU beside the same algorithm in plain C++, and in numba's simulator at a size that it can do.

Runs take turns, and a ratio is taken pair by pair; each figure is the median of its runs, with the least and the greatest behind it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import peers
from benchmarks.table import BENCHMARKS, Benchmark
from grader import toolchain
from grader.cli.exec import run_program
from grader.devices.emulated import open_device

HERE = Path(__file__).resolve().parent
QUICKLY_SIMULATED = ("sgemm_naive", "histogram")  # in about a second: what a short run leaves it at
WAYS = (("all", 1), ("all", 2), ("none", 1))  # checks, host threads


@dataclass
class Measured:
    """All runs of one benchmark, in the order in which they took turns."""

    benchmark: Benchmark
    size: int
    plain_s: list[float] = field(default_factory=list)
    kernel_s: dict[tuple[str, int], list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    warp_instructions: int = 0
    simulator_ratio: list[float] = field(default_factory=list)  # of the emulated kernel with all checks, one thread

    def rate(self, checks: str) -> list[float]:
        """Millions of warp-instructions a second on one thread."""
        return [self.warp_instructions / s / 1e6 for s in self.kernel_s[checks, 1]]

    def against_plain(self, checks: str) -> list[float]:
        return [s / plain for s, plain in zip(self.kernel_s[checks, 1], self.plain_s, strict=True)]

    def scaling(self) -> list[float]:
        return [one / two for one, two in zip(self.kernel_s["all", 1], self.kernel_s["all", 2], strict=True)]


def measure(folder: Path, repeat: int, short: bool) -> list[Measured]:
    results = []
    for benchmark in BENCHMARKS:
        program, plain = folder / benchmark.name, folder / f"{benchmark.name}_plain"
        call(toolchain.nvcc_command(["-o", str(program), str(HERE / f"{benchmark.name}.cu")]), toolchain.nvcc_environment())
        call([str(toolchain.host_compiler()), "-O3", "-o", str(plain), str(HERE / f"{benchmark.name}.cpp")])
        measured = Measured(benchmark, benchmark.short if short else benchmark.size)
        for _ in range(repeat):
            measured.plain_s.append(float(call([str(plain), str(measured.size)])))
            for way in WAYS:
                seconds, measured.warp_instructions, _ = emulate(program, measured.size, *way)
                measured.kernel_s[way].append(seconds)
        if benchmark.simulated and not peers.simulator() and (not short or benchmark.name in QUICKLY_SIMULATED):
            for _ in range(1 if short else repeat):
                seconds, _, _ = emulate(program, benchmark.simulated, "all", 1)
                measured.simulator_ratio.append(peers.simulated_s(benchmark.name, benchmark.simulated) / seconds)
        results.append(measured)
    return results


def emulate(program: Path, size: int, checks: str, threads: int) -> tuple[float, int, float]:
    """Run it once on a fresh device: seconds in kernels, warp-instructions, wall time. A wrong result or a finding ends the benchmark."""
    with open_device("a100", checks, threads) as device:
        start = time.perf_counter()
        code = run_program([str(program), str(size)], device.client_environment())
        wall_s = time.perf_counter() - start
        record = device.finish()
    if code or record.findings or not record.launches:
        sys.exit(f"{program.name} went wrong: exit status {code}, {len(record.findings)} findings, {len(record.launches)} launches")
    return record.kernel_s, sum(launch.warp_instructions for launch in record.launches), wall_s


HEADER = (
    "benchmark",
    "plain C++ -O3",
    "emulated, all checks",
    "÷ plain",
    "no checks",
    "÷ plain",
    "M warp-instr./s, all checks",
    "no checks",
    "1 → 2 threads",
    "numba's simulator ÷ emulated",
)


def row(measured: Measured) -> tuple[str, ...]:
    b = measured.benchmark
    simulator = peers.simulator() or ("can't: no shuffles" if not b.simulated else "left out")
    if measured.simulator_ratio:
        simulator = f"{spread(measured.simulator_ratio, 'x', 0)} at {b.simulated}"
    return (
        b.title.format(f"{measured.size:,}"),
        spread(measured.plain_s, "s", 4),
        spread(measured.kernel_s["all", 1], "s"),
        spread(measured.against_plain("all"), "x", 1),
        spread(measured.kernel_s["none", 1], "s"),
        spread(measured.against_plain("none"), "x", 1),
        spread(measured.rate("all"), "", 0),
        spread(measured.rate("none"), "", 0),
        spread(measured.scaling(), "x", 2),
        simulator,
    )


def means(results: list[Measured]) -> str:
    """The geometric means over the three kernels that the goals name."""
    chosen = [m for m in results if m.benchmark.name in ("sgemm_tiled", "sgemm_naive", "reduce_tree")]
    rates = [statistics.geometric_mean(statistics.median(m.rate(checks)) for m in chosen) for checks in ("all", "none")]
    scaling = statistics.geometric_mean(statistics.median(m.scaling()) for m in chosen)
    return (
        f"Geometric mean over both SGEMMs and the tree reduction: {rates[0]:.0f} M warp-instructions/s/core with all checks, "
        f"{rates[1]:.0f} without; 1 → 2 threads {scaling:.2f}x."
    )


def spread(values: list[float], unit: str, digits: int = 3) -> str:
    """The median with the least and the greatest."""
    unit = f" {unit}" if unit else ""
    return f"{statistics.median(values):.{digits}f}{unit} ({min(values):.{digits}f} – {max(values):.{digits}f})"


def call(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run a command that must succeed; its output."""
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return ended.stdout
