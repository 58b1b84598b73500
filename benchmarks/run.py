"""`make bench`: nothing -> a table of speeds on this machine, the emulated GPU beside the same kernel in plain C++.

Each figure is the median of several runs, with the shortest and the longest behind it. The emulated kernel and its plain twin run in
turn, and their ratio is taken pair by pair. `--save` keeps the table as benchmarks/results.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from grader import natives, toolchain
from grader.cli.exec import run_program
from grader.devices.emulated import open_device
from grader.devices.record import DeviceRecord

HERE = Path(__file__).resolve().parent
N = 512
Row = tuple[str, str, str]  # what, measured, goal


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer repetitions")
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results.md")
    options = parser.parse_args()
    repeat = 3 if options.short else 7
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as name:
        rows = [*kernel_rows(Path(name), repeat), *command_rows(repeat), *grade_rows(Path(name), repeat)]
    print_table(rows)
    if options.save:
        save(rows)
    return 0


def kernel_rows(folder: Path, repeat: int) -> list[Row]:
    """Tiled SGEMM: emulated with and without checks, each run beside one of the same kernel in plain C++."""
    program, plain, native = folder / "sgemm_tiled", folder / "sgemm_plain", folder / "sgemm_native"
    call(toolchain.nvcc_command(["-o", str(program), str(HERE / "sgemm_tiled.cu")]), toolchain.nvcc_environment())
    call([str(toolchain.host_compiler()), "-O3", "-o", str(plain), str(HERE / "sgemm_plain.cpp")])
    call([str(toolchain.host_compiler()), "-O3", "-march=native", "-o", str(native), str(HERE / "sgemm_plain.cpp")])
    rows: list[Row] = []
    all_plain_s: list[float] = []
    for checks, threads, goal_s, goal_rate in (("all", 2, "≤ 0.8 s", ""), ("all", 1, "", "≥ 25"), ("none", 1, "", "")):
        wall_s, kernel_s, rate, ratio = [], [], [], []
        for _ in range(repeat):
            plain_s = float(call([str(plain), str(N)]))
            wall, record = emulate(program, checks, threads)
            all_plain_s.append(plain_s)
            wall_s.append(wall)
            kernel_s.append(record.kernel_s)
            ratio.append(record.kernel_s / plain_s)
            rate.append(sum(launch.warp_instructions for launch in record.launches) / record.kernel_s / 1e6)
        what = f"tiled SGEMM {N}³, emulated, checks {checks}, {threads} thread{'s' * (threads > 1)}"
        rows.append((f"{what}: program's wall time", spread(wall_s, "s"), goal_s))
        rows.append((f"{what}: kernel", spread(kernel_s, "s"), ""))
        rows.append((f"{what}: kernel / plain C++", spread(ratio, "x", 1), ""))
        rows.append((f"{what}: speed", spread(rate, "M warp-instr./s", 1), goal_rate))
    native_s = [float(call([str(native), str(N)])) for _ in range(repeat)]
    return [
        (f"tiled SGEMM {N}³, plain C++ (g++ -O3, 1 thread)", spread(all_plain_s, "s", 4), ""),
        (f"tiled SGEMM {N}³, plain C++ (g++ -O3 -march=native, 1 thread)", spread(native_s, "s", 4), ""),
        *rows,
    ]


def emulate(program: Path, checks: str, threads: int) -> tuple[float, DeviceRecord]:
    """Run it once on a fresh device; wall time from the program's start to its end. A wrong result or a finding ends the benchmark."""
    with open_device("a100", checks, threads) as device:
        start = time.perf_counter()
        code = run_program([str(program), str(N)], device.client_environment())
        wall_s = time.perf_counter() - start
        record = device.finish()
    if code or record.findings or not record.launches:
        sys.exit(f"{program.name} went wrong: exit status {code}, {len(record.findings)} findings, {len(record.launches)} launches")
    return wall_s, record


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


def spread(values: list[float], unit: str, digits: int = 3) -> str:
    """The median with the least and the greatest."""
    return f"{statistics.median(values):.{digits}f} {unit} ({min(values):.{digits}f} – {max(values):.{digits}f})"


def times_s(command: list[str], repeat: int, environment: dict[str, str] | None = None) -> list[float]:
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        call(command, environment)
        times.append(time.perf_counter() - start)
    return times


def call(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run a command that must succeed; its output."""
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return ended.stdout


def machine() -> str:
    """CPU model and core count, and which build of the device runs on it."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    cores = len([line for line in lines if line.startswith("processor")]) if cpuinfo.is_file() else 0
    return f"{model}, {cores} cores, {natives.device_program().name}"


def print_table(rows: list[Row]) -> None:
    print(f"{machine()}\n")
    width = max(len(row[0]) for row in rows)
    for what, measured, goal in rows:
        print(f"{what:<{width}}  {measured:<38}  {goal}".rstrip())


def save(rows: list[Row]) -> None:
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    lines = [
        f"# Last results\n\n{date}, {machine()}. Made by `make bench ARGS=--save`; medians of seven runs (least – greatest).\n",
        "| what | measured | goal |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {what} | {measured} | {goal} |" for what, measured, goal in rows]
    (HERE / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\nkept in benchmarks/results.md")


if __name__ == "__main__":
    sys.exit(main())
