"""`make bench`: nothing -> a table of speeds on this machine, the emulated GPU beside the same kernel in plain C++.

Each figure is the best of several runs, since other work on the machine only ever adds. `--save` keeps the table as benchmarks/results.md.
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
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
    repeat = 2 if options.short else 5
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as name:
        rows = [*kernel_rows(Path(name), repeat), *command_rows(repeat)]
    print_table(rows)
    if options.save:
        save(rows)
    return 0


def kernel_rows(folder: Path, repeat: int) -> list[Row]:
    """Tiled SGEMM: emulated with and without checks, and in plain C++, one after the other."""
    program, plain = folder / "sgemm_tiled", folder / "sgemm_plain"
    call(toolchain.nvcc_command(["-o", str(program), str(HERE / "sgemm_tiled.cu")]), toolchain.nvcc_environment())
    call([str(toolchain.host_compiler()), "-O3", "-march=native", "-o", str(plain), str(HERE / "sgemm_plain.cpp")])
    plain_s = min(float(call([str(plain), str(N)])) for _ in range(repeat))
    rows: list[Row] = [(f"tiled SGEMM {N}³, plain C++ (g++ -O3 -march=native, 1 thread)", f"{plain_s:.3f} s", "")]
    for checks, threads, goal_s, goal_rate in (("all", 2, "≤ 0.8 s", ""), ("all", 1, "", "≥ 25"), ("none", 1, "", "")):
        wall_s, record = min((emulate(program, checks, threads) for _ in range(repeat)), key=lambda run: run[0])
        executed = sum(launch.warp_instructions for launch in record.launches)
        what = f"tiled SGEMM {N}³, emulated, checks {checks}, {threads} thread{'s' * (threads > 1)}"
        rows.append((f"{what}: program's wall time", f"{wall_s:.3f} s", goal_s))
        rows.append((f"{what}: kernel", f"{record.kernel_s:.3f} s, {record.kernel_s / plain_s:.1f}x plain C++", ""))
        rows.append((f"{what}: speed", f"{executed / record.kernel_s / 1e6:.1f} M warp-instr./s", goal_rate))
    return rows


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
    empty = best_s(lambda: call([python, "-c", "pass"]), repeat)
    return [
        (
            "import grader (Python's own start included)",
            f"{best_s(lambda: call([python, '-c', 'import grader']), repeat):.3f} s",
            "≤ 0.3 s",
        ),
        ("grader --help", f"{best_s(lambda: call([python, '-m', 'grader.cli.main', '--help']), repeat):.3f} s", "≤ 0.4 s"),
        ("python -c pass, for comparison", f"{empty:.3f} s", ""),
    ]


def best_s(action: Callable[[], object], repeat: int) -> float:
    """The shortest of `repeat` times, in seconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


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
        print(f"{what:<{width}}  {measured:<28}  {goal}".rstrip())


def save(rows: list[Row]) -> None:
    date = datetime.now(UTC).strftime("%Y-%m-%d")
    lines = [
        f"# Last results\n\n{date}, {machine()}. Made by `make bench ARGS=--save`; the best of five runs.\n",
        "| what | measured | goal |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {what} | {measured} | {goal} |" for what, measured, goal in rows]
    (HERE / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\nkept in benchmarks/results.md")


if __name__ == "__main__":
    sys.exit(main())
