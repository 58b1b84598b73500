"""`make gpu`, its second half: the rungs of the assignments' ladders on this machine's card, beside the reference, cuBLAS and CUB.

Solutions are timed as a grade times them: by events and by the card process's clock, the second-level cache emptied before each call, new
values in every call, in turn with the reference. The libraries are called through CuPy, where it is installed, with events and the same
emptied cache. `--save` keeps the table as benchmarks/results-gpu.md, with machine and date.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from grader.assignment import Assignment, Case, find_assignment
from grader.build import build
from grader.build.cache import Cache, digest_of
from grader.checks.timing import compared
from grader.devices.contract import Device
from grader.devices.cuda.speed import PROBES, measured
from grader.devices.table import find_device
from grader.errors import HarnessError
from grader.records import Source
from grader.run.inputs import override_of
from grader.run.seeds import public_seed
from grader.run.timing import REFERENCE, STUDENT, seconds, time_case
from grader.sandbox import best, open_sandbox
from grader.sandbox.contract import Sandbox
from grader.verify.subjects import Subject, subjects

HERE = Path(__file__).resolve().parent
KERNELS = HERE.parent / "kernels"
RESULTS = HERE / "results-gpu.md"
SLUGS = ("vector_matrix", "transpose", "reduction", "gemm")
NOT_RUN = 3
Row = tuple[str, str, str, str]  # case, solution, time, beside the reference
# What a case's entry is to a library: CuPy's name for it, and whose code that runs.
LIBRARY = {
    "ck_gemm": ("x.reshape(M, K) @ y.reshape(K, N)", "cuBLAS (CuPy matmul)"),
    "ck_reduce_sum": ("x.sum()", "CUB (CuPy sum)"),
    "ck_reduce_max": ("x.max()", "CUB (CuPy max)"),
    "ck_reduce_argmax": ("x.argmax()", "CUB (CuPy argmax)"),
}
TIMER = """
import os, sys
os.environ.setdefault("CUPY_ACCELERATORS", "cub")
import cupy
sizes = eval(sys.argv[1]); globals().update(sizes)
x = cupy.random.standard_normal(M * K if "M" in sizes else n, dtype=cupy.float32)
y = cupy.random.standard_normal(K * N, dtype=cupy.float32) if "M" in sizes else None
flush = cupy.zeros(2 * cupy.cuda.Device().attributes["L2CacheSize"], dtype=cupy.int8)
code = compile(sys.argv[2], "library", "eval")
for i in range(25):
    flush.fill(i)
    begin, end = cupy.cuda.Event(), cupy.cuda.Event()
    begin.record(); eval(code); end.record(); end.synchronize()
    if i >= 5: print(cupy.cuda.get_elapsed_time(begin, end) * 1e-3)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", action="store_true", help="keep the table in benchmarks/results-gpu.md")
    options = parser.parse_args()
    device = find_device("cuda")
    try:
        profile = device.target("a100")
    except HarnessError as error:
        print(f"not run: {error}", file=sys.stderr)
        return NOT_RUN
    sandbox = open_sandbox(best()[0])
    try:
        best_figures = [json.dumps(measured(name, KERNELS)) for name in PROBES]
    except HarnessError as error:
        print(f"not run: {error}", file=sys.stderr)
        return NOT_RUN
    print(*best_figures, sep="\n", flush=True)
    rows = [row for slug in SLUGS for row in ladder(find_assignment(slug), device, profile, sandbox, print_row)]
    if options.save:
        RESULTS.write_text(document(rows, device.label(profile), sandbox.isolation().level, best_figures), encoding="utf-8")
        print(RESULTS)
    return 0


def ladder(assignment: Assignment, device: Device, profile: str, sandbox: Sandbox, tell: Callable[[Row], None]) -> list[Row]:
    """Every rung, honest solution and library on every timed case."""
    solutions = [each for each in subjects(assignment) if each.kind in ("rung", "honest", "reference")]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="grader-bench-") as made:
        folder = Path(made)
        folder.chmod(0o711)
        built = {each.name: _built(each, assignment, sandbox, folder / "builds", profile) for each in solutions}
        for case in (case for case in assignment.cases if case.timed):
            for solution in solutions:
                rows.append(_row(assignment, case, solution, built, device, sandbox, folder / f"{case.id}-{solution.name}"))
                tell(rows[-1])
            for row in library(case):
                rows.append(row)
                tell(row)
    return rows


def _built(subject: Subject, assignment: Assignment, sandbox: Sandbox, cache: Path, profile: str) -> Path:
    digest = digest_of(part for item in subject.files.items() for part in item)
    program = build(Source(files=subject.files, digest=digest), assignment, sandbox, Cache(cache), profile)
    if program.library is None:
        raise SystemExit(f"{subject.name}: {program.problems[0].message}")
    return Path(program.library)


def _row(
    assignment: Assignment, case: Case, solution: Subject, built: dict[str, Path], device: Device, sandbox: Sandbox, folder: Path
) -> Row:
    folder.mkdir()
    folder.chmod(0o711)
    libraries = {STUDENT: built[solution.name], REFERENCE: built["reference"]}
    seed = public_seed(assignment.course, assignment.slug)
    try:
        timing = time_case(assignment, case, libraries, sandbox, device, seed, folder, override_of(assignment)).timing
    except HarnessError as error:
        return case.id, solution.name, f"not measured: {error}", ""
    if timing.fault is not None:
        return case.id, solution.name, timing.fault.message, ""
    found = compared(timing)
    doubt = f" ({timing.unsteady})" if timing.unsteady else ""
    return case.id, solution.name, seconds(found.student_s), f"{found.ratio:.2f} ({found.low:.2f} to {found.high:.2f}){doubt}"


def library(case: Case) -> Iterator[Row]:
    """The same work by NVIDIA's libraries; nothing where CuPy isn't installed."""
    code, name = LIBRARY.get(case.entry, ("", ""))
    if not code:
        return
    ended = subprocess.run([sys.executable, "-c", TIMER, repr(case.sizes), code], capture_output=True, text=True)
    if ended.returncode == 0:
        yield case.id, name, seconds(median(map(float, ended.stdout.split()))), ""
    else:
        yield case.id, name, f"not measured: {(ended.stderr.strip().splitlines() or ['no words'])[-1]}", ""


def print_row(row: Row) -> None:
    print(f"{row[0]:<14} {row[1]:<26} {row[2]:<12} {row[3]}", flush=True)


def document(rows: list[Row], card: str, isolation: str, measured: Sequence[str] = ()) -> str:
    lines = [
        "# Ladder figures on a real card",
        "",
        f"{card}; sandbox {isolation}; {datetime.now(UTC):%Y-%m-%d}. Written by `make gpu`: medians, the second-level cache emptied before",
        "each call; beside the reference, the ratio of times with its 95 % interval.",
        "",
        *(["```json", *measured, "```", ""] if measured else []),
        "| case | solution | time | times the reference |",
        "| --- | --- | --- | --- |",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
