"""How fast the emulated GPU interprets: nothing -> million warp-instructions a second over three kernels, with and without checks.

    python benchmarks/speed.py [--repeat 5] [--only NAME]

Rates per processor second say what one core does and hold on a busy machine too; the step from one to two threads is taken from the wall
clock and wants an idle one.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from grader import natives, toolchain
from grader.cli.exec import run_program
from grader.devices.emulated import open_device

HERE = Path(__file__).resolve().parent
KERNELS = ("sgemm_tiled", "sgemm_naive", "reduce_tree")
GOALS = {"none": 120.0, "all": 50.0}  # million warp-instructions a second and core: the geometric mean


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", choices=KERNELS, help="one kernel instead of all")
    options = parser.parse_args()
    print(f"{natives.device_program().name}; medians of {options.repeat}; M warp-instructions per processor second (per second)")
    print(f"{'':<12} {'checks':<6} {'1 thread':>18} {'2 threads':>18} {'1 → 2':>7}")
    with tempfile.TemporaryDirectory(prefix="grader-speed-") as name:
        programs = {kernel: compiled(kernel, Path(name)) for kernel in ([options.only] if options.only else KERNELS)}
        for checks, goal in GOALS.items():
            rates, gains = [], []
            for kernel, program in programs.items():
                one, two = ([measured(program, checks, threads) for _ in range(options.repeat)] for threads in (1, 2))
                (cpu_one, wall_one), (cpu_two, wall_two) = medians(one), medians(two)
                rates.append(cpu_one)
                gains.append(wall_two / wall_one)
                print(f"{kernel:<12} {checks:<6} {cpu_one:>9.1f} ({wall_one:>6.1f}) {cpu_two:>9.1f} ({wall_two:>6.1f}) {gains[-1]:>6.2f}x")
            mean, gain = statistics.geometric_mean(rates), statistics.geometric_mean(gains)
            print(f"{'mean':<12} {checks:<6} {mean:>9.1f} (goal ≥ {goal:.0f}) {'':>16} {gain:>6.2f}x")
    return 0


def compiled(kernel: str, folder: Path) -> Path:
    program = folder / kernel
    command = toolchain.nvcc_command(["-o", str(program), str(HERE / f"{kernel}.cu")])
    ended = subprocess.run(command, env=toolchain.nvcc_environment(), capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return program


def measured(program: Path, checks: str, threads: int) -> tuple[float, float]:
    """Million warp-instructions per processor second and per second. A wrong result or a finding ends the benchmark."""
    with open_device("a100", checks, threads) as device:
        code = run_program([str(program)], device.client_environment())
        record = device.finish()
    if code or record.findings or not record.launches:
        sys.exit(f"{program.name} went wrong: exit status {code}, {len(record.findings)} findings, {len(record.launches)} launches")
    millions = sum(launch.warp_instructions for launch in record.launches) / 1e6
    return millions / sum(launch.cpu_s for launch in record.launches), millions / sum(launch.wall_s for launch in record.launches)


def medians(rates: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(cpu for cpu, _ in rates), statistics.median(wall for _, wall in rates)


if __name__ == "__main__":
    sys.exit(main())
