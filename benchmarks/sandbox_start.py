"""What a sandbox adds to a submission. Run: `python benchmarks/sandbox_start.py [ROUNDS]` (default 20), with `make setup` done; for docker
an engine must run and `grader docker build` have made its image.

Three tables, medians with least and most of ROUNDS, in milliseconds of wall time; the providers take turns in each round, so that a busy
machine slows all of them:
    start       from start to exit of one command that does nothing
    submission  the sandboxes of one submission and nothing else: a command in a sandbox of its own (where the compiler would run), then 25
                commands that do nothing (the cases of 09_gemm) in two rooms side by side; "bare" are as many plain subprocesses
    grading     the demo's right submission, graded from its built program: the 25 cases on the emulated GPU, the checks, the score
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from grader.assignment import find_assignment
from grader.course import find_course
from grader.errors import HarnessError
from grader.pipeline import grade, open_judge
from grader.sandbox import SANDBOXES, Command, Limits, Sandbox, open_sandbox

NOTHING = Command(argv=("/bin/true",), limits=Limits(memory_mib=1024, processes=32, scratch_mib=16))
CASES, ROOMS = 25, 2
RIGHT = Path(__file__).resolve().parents[1] / "demo" / "submissions" / "right"


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    sandboxes: dict[str, Sandbox] = {}
    for name in SANDBOXES:
        try:
            sandbox = open_sandbox(name)
            print(f"{name}: {sandbox.isolation().level}")
        except HarnessError as error:
            print(f"{name}: not run: {error}")
            continue
        sandboxes[name] = sandbox
    print(f"{rounds} rounds, Linux {platform.release()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f} at the start")
    start: dict[str, Callable[[], object]] = {"bare": lambda: subprocess.run(NOTHING.argv, check=True)}
    start |= {name: lambda each=each: each.run(NOTHING) for name, each in sandboxes.items()}  # type: ignore[misc]
    table("start", start, rounds)
    whole: dict[str, Callable[[], object]] = {"bare": bare_submission}
    whole |= {name: lambda each=each: submission(each) for name, each in sandboxes.items()}  # type: ignore[misc]
    table("submission", whole, rounds)
    assignment = find_assignment("gemm", find_course())
    with tempfile.TemporaryDirectory() as folder:
        judges = {name: open_judge(assignment, sandbox=name, cache=Path(folder), keep_grades=False) for name in sandboxes}
        gradings = {name: lambda judge=judge: grade(RIGHT, assignment, judge) for name, judge in judges.items()}  # type: ignore[misc]
        scores = {name: run().score for name, run in gradings.items()}  # and the program is built
        print(f"scores: {scores}")
        table("grading", gradings, rounds, beside="none")
    print(f"load {os.getloadavg()[0]:.1f} at the end")


def bare_submission() -> None:
    subprocess.run(NOTHING.argv, check=True)
    with ThreadPoolExecutor(ROOMS) as pool:
        list(pool.map(lambda _: subprocess.run(NOTHING.argv, check=True), range(CASES)))


def submission(sandbox: Sandbox) -> None:
    sandbox.run(NOTHING)

    def cases(count: int) -> None:
        with sandbox.room((), NOTHING.limits) as room:
            for _ in range(count):
                room.run(NOTHING)

    with ThreadPoolExecutor(ROOMS) as pool:
        list(pool.map(cases, [CASES - CASES // ROOMS, CASES // ROOMS]))


def table(title: str, doings: dict[str, Callable[[], object]], rounds: int, beside: str = "bare") -> None:
    taken_ms: dict[str, list[float]] = {name: [] for name in doings}
    for _ in range(rounds):
        for name, do in doings.items():
            before = time.perf_counter()
            do()
            taken_ms[name].append((time.perf_counter() - before) * 1e3)
    print(f"\n{title:<12}{'median ms':>10}{'least':>9}{'most':>9}{'added to ' + beside:>16}")
    usual = statistics.median(taken_ms[beside])
    for name, values in taken_ms.items():
        median = statistics.median(values)
        print(f"{name:<12}{median:>10.1f}{min(values):>9.1f}{max(values):>9.1f}{median - usual:>16.1f}", flush=True)


if __name__ == "__main__":
    main()
