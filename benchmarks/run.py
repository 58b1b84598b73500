"""`make bench`: nothing -> speeds on this machine: the emulated GPU beside the same kernels in plain C++ and in numba's simulator.

Each figure is the median of five runs (three of a short one), with the least and the greatest behind it; runs take turns, and ratios are
taken pair by pair. `--save` keeps the table as benchmarks/results.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import peers
from benchmarks.kernels import HEADER, call, emulate, means, measure, row, spread
from grader import natives

HERE = Path(__file__).resolve().parent
Row = tuple[str, str, str]  # what, measured, goal


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="fewer repetitions, smaller sizes: under a minute")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results.md")
    options = parser.parse_args()
    repeat = 2 if options.short else 5
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as name:
        measured = measure(Path(name), repeat, options.short)
        kernels = [HEADER, *(row(m) for m in measured)]
        commands = [*program_rows(Path(name), repeat), *command_rows(repeat), *grade_rows(Path(name), repeat)]
    words = [means(measured), f"gpuocelot: {peers.gpuocelot()}. HIP-CPU: {peers.hip_cpu()}."]
    for line in kernels:
        print(" | ".join(line))
    print("\n" + "\n".join(words) + "\n")
    width = max(len(row[0]) for row in commands)
    for what, figure, goal in commands:
        print(f"{what:<{width}}  {figure:<38}  {goal}".rstrip())
    print(f"\n{machine()}")
    if options.save:
        save(kernels, words, commands, repeat)
    return 0


def program_rows(folder: Path, repeat: int) -> list[Row]:
    """A whole program with copies and its start."""
    times = [emulate(folder / "sgemm_tiled", 512, "all", 2)[2] for _ in range(repeat)]
    return [("tiled SGEMM 512³, emulated, all checks, 2 threads: the program's wall time", spread(times, "s"), "≤ 0.8 s")]


def command_rows(repeat: int) -> list[Row]:
    """How long a user waits for the command itself."""
    python = sys.executable
    help_command = [python, "-m", "grader.cli.main", "--help"]
    return [
        ("import grader (Python's own start included)", spread(times_s([python, "-c", "import grader"], repeat), "s"), "≤ 0.3 s"),
        ("grader --help", spread(times_s(help_command, repeat), "s"), "≤ 0.4 s"),
        ("python -c pass, for comparison", spread(times_s([python, "-c", "pass"], repeat), "s"), ""),
    ]


def grade_rows(folder: Path, repeat: int) -> list[Row]:
    """Grading the reference of gemm: what we add to nvcc and the kernels, and the same submission again."""
    submission = folder / "gemm.cu"
    submission.write_bytes((HERE.parent / "reference/09_gemm/gemm.cu").read_bytes())
    command = [sys.executable, "-m", "grader.cli.main", "grade", "gemm", str(submission), "--json"]
    environment = {**os.environ, "GRADER_CACHE": str(folder / "cache"), "GRADER_DATA": str(folder / "data")}
    wall_s, overhead_s = [], []
    for _ in range(repeat):
        start = time.perf_counter()
        timings = json.loads(call([*command, "--no-cache"], environment))["timings_s"]
        wall_s.append(time.perf_counter() - start)
        overhead_s.append(wall_s[-1] - timings["nvcc"] - timings["kernel"])
    call(command, environment)
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return [
        ("grade gemm, nothing cached: wall time", spread(wall_s, "s"), ""),
        ("grade gemm, nothing cached: all but nvcc and kernels", spread(overhead_s, "s"), "≤ 0.6 s"),
        ("grade gemm, unchanged submission again: wall time", spread(times_s(command, repeat, environment), "s"), "≤ 0.5 s"),
        ("largest process of all of this", f"{peak_mib:.0f} MiB", "≤ 1024 MiB"),
    ]


def times_s(command: list[str], repeat: int, environment: dict[str, str] | None = None) -> list[float]:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        call(command, environment)
        times.append(time.perf_counter() - start)
    return times


def machine() -> str:
    """CPU model and core count, and which build of the device runs on it."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    return f"{model}, {os.cpu_count()} cores, {natives.device_program().name}, load {os.getloadavg()[0]:.1f} at the end"


def save(kernels: list[tuple[str, ...]], words: list[str], commands: list[Row], repeat: int) -> None:
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    lines = [f"# Last results\n\n{date}, {machine()}. Made by `make bench ARGS=--save`; medians of {repeat} runs (least – greatest).\n"]
    lines += table(kernels)
    lines += ["", *(f"{word}\n" for word in words)]
    lines += table([("what", "measured", "goal"), *commands])
    (HERE / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\nkept in benchmarks/results.md")


def table(rows: list[tuple[str, ...]]) -> list[str]:
    head, *rest = rows
    return [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |", *(f"| {' | '.join(line)} |" for line in rest)]


if __name__ == "__main__":
    sys.exit(main())
