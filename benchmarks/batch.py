"""What a night costs: a synthetic class (benchmarks/population.py) through `grader batch`. Run: `python benchmarks/batch.py …`.

    --count N      submissions (200)                     --kills K     SIGKILL at K random moments, and resume (0)
    --jobs N       workers; 0: as the batch decides      --linear      50, 100, 200 and 400 submissions, one after the other
    --keep DIR     class, gradebooks and cache stay there   --sandbox NAME  local (the default), docker, none

Each run has a fresh gradebook and an empty cache of builds. Processor time is that of the batch's own control group, with all sandboxes
and devices in it, as the kernel accounts it: what a parent's rusage says misses what bwrap doesn't reap. "Compile" is the compiler's
sandboxes, "kernels" the time in which the emulated device executed the student's kernels, "device" all of its process: loading PTX, copies,
kernels. Peak memory is the most that the group's processes held together (proportional set size, sampled), and beside it what the kernel
counts for the group, which includes files in memory and the page cache.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.population import write_class
from grader.course import find_course
from grader.gradebook.store import Gradebook
from grader.owners import is_orphan, orphans_glob
from grader.sandbox.cgroups import Group, Hierarchy
from grader.scratch import scratch_parent

COMMAND = (sys.executable, "-c", "import sys; from grader.cli.main import main; sys.argv[0] = 'grader'; main()")
SAMPLE_S = 0.25


@dataclass
class Done:
    """One run of the command."""

    summary: dict[str, Any]
    wall_s: float
    cpu_s: float
    peak_pss_mib: float
    peak_group_mib: float
    status: int
    left: list[str]  # command lines of what ran on after a kill


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--kills", type=int, default=0)
    options.add_argument("--jobs", type=int, default=0)
    options.add_argument("--linear", action="store_true")
    options.add_argument("--keep", type=Path)
    options.add_argument("--sandbox", default="local")
    options.add_argument("--seed", type=int, default=20261129)
    chosen = options.parse_args()
    with contextlib.ExitStack() as stack:
        root = chosen.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="warpgrade-bench-")))
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o755)
        counts = (50, 100, 200, 400) if chosen.linear else (chosen.count,)
        rows = []
        for count in counts:
            rows.append(night(root / str(count), count, ["-j", str(chosen.jobs)] if chosen.jobs else [], chosen))
        if len(rows) > 1:
            print("\nsubmissions   wall s   per submission s   CPU s per submission")
            for count, done in zip(counts, rows, strict=True):
                print(f"{count:11}  {done.wall_s:7.1f}   {done.wall_s / count:16.3f}   {done.cpu_s / count:20.3f}")


def night(root: Path, count: int, jobs: list[str], chosen: argparse.Namespace) -> Done:
    """One class: graded once undisturbed, once more unchanged, and with kills if they are asked for."""
    shutil.rmtree(root, ignore_errors=True)
    kinds = write_class(find_course(), root / "class", count, chosen.seed)
    print(f"\n{count} submissions: {', '.join(f'{number} {kind}' for kind, number in sorted(kinds.items()))}", flush=True)
    options = [*jobs, "--sandbox", chosen.sandbox]
    first = batch(root, "first", options)
    tell(first, count)
    again = batch(root, "first", options)
    print(
        f"  unchanged, again: {again.wall_s:.2f} s ({100 * again.wall_s / first.wall_s:.1f} % of the first time), "
        f"{again.summary['graded']} graded, CPU {again.cpu_s:.2f} s ({100 * again.cpu_s / first.cpu_s:.1f} %)",
        flush=True,
    )
    if chosen.kills:
        killed(root, options, chosen.kills, first, chosen.seed)
    return first


def tell(done: Done, count: int) -> None:
    s = done.summary
    per = 1 / count
    beyond = done.cpu_s - s["compile_cpu_s"] - s["kernel_cpu_s"]
    beyond_device = done.cpu_s - s["compile_cpu_s"] - s["device_cpu_s"]
    what = f"{s['graded']} graded, {s['linked']} linked, {s['not_run']} not run"
    print(f"  {done.wall_s:.1f} s, {60 * count / done.wall_s:.1f} submissions a minute; {what}")
    print(
        f"  CPU s a submission: {done.cpu_s * per:.3f} = compile {s['compile_cpu_s'] * per:.3f} + device {s['device_cpu_s'] * per:.3f} "
        f"(of it kernels {s['kernel_cpu_s'] * per:.3f}) + rest {beyond_device * per:.3f}"
    )
    print(f"  beyond compile and kernels: {beyond * per:.3f} s; beyond compile and the emulated device: {beyond_device * per:.3f} s")
    print(
        f"  peak memory: {done.peak_pss_mib:.0f} MiB of processes, {done.peak_group_mib:.0f} MiB with files in memory and page cache",
        flush=True,
    )


def killed(root: Path, options: list[str], kills: int, first: Done, seed: int) -> None:
    """SIGKILL at random moments, the same command again, and the grades beside those of the undisturbed run. After each kill: what runs on,
    what is mounted, and whether the gradebook is whole."""
    draw = random.Random(seed)
    moments, faults = [], []
    mounted = mounts()
    for _ in range(kills):
        limit_s = draw.uniform(0.5, max(1.0, 2 * first.wall_s / (kills + 1)))
        done = batch(root, "killed", options, kill_after_s=limit_s)
        moments.append(f"{limit_s:.1f}{'' if done.status == -signal.SIGKILL else ' (it had ended)'}")
        faults += [f"runs on: {line}" for line in done.left] + [f"mounted: {line}" for line in mounts() - mounted]
        faults += [f"gradebook: {line}" for line in half_written(root / "killed.db")]
    last = batch(root, "killed", options)
    one, two = grades(root / "first.db"), grades(root / "killed.db")
    print(f"  killed after {', '.join(moments)} s; then {last.summary['graded']} graded by the last run")
    print(f"  left running, mounted or half-written after a kill: {len(faults)}")
    for fault in faults:
        print(f"    {fault}")
    folders = leftovers()
    print(f"  folders of killed judges after the last run: {len(folders)}")
    for folder in folders:
        print(f"    {folder}")
    differing = [key for key in one if one[key] != two.get(key)]
    twice = doubles(root / "killed.db")
    print(
        f"  grades that differ from the undisturbed run: {len(differing)} of {len(one)}; submissions graded more than once: {twice}",
        flush=True,
    )


def mounts() -> set[str]:
    return {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}


def half_written(database: Path) -> list[str]:
    if not database.exists():
        return []
    with Gradebook.open(database, create=False) as book:
        return book.check()


def leftovers() -> list[Path]:
    """Scratch folders and control groups whose owner has ended."""
    parents = [scratch_parent(), Path("/tmp"), *Hierarchy.detect().parents.values()]
    return [path for parent in dict.fromkeys(parents) for path in parent.glob(orphans_glob()) if is_orphan(path.name)]


def grades(database: Path) -> dict[tuple[str, str], tuple[Any, ...]]:
    with Gradebook.open(database, create=False) as book:
        return {(g.student, g.assignment): (g.score, g.max_score, g.verdict, g.file, g.line, g.key) for g in book.grades()}


def doubles(database: Path) -> int:
    with Gradebook.open(database, create=False) as book:
        every = [grade.submission for grade in book.grades(every=True)]
        return len(every) - len(set(every))


def batch(root: Path, name: str, options: list[str], kill_after_s: float | None = None) -> Done:
    """One `grader batch`, in a control group of its own."""
    database, said = root / f"{name}.db", root / f"{name}.json"
    environment = {**os.environ, "GRADER_CACHE": str(root / f"cache-{name}"), "GRADER_DATA": str(root / "data")}
    command = [*COMMAND, "batch", str(root / "class"), "--gradebook", str(database), "--json", *options]
    group = Hierarchy.detect().group()
    with open(said, "wb") as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, env=environment, preexec_fn=lambda: group.add(os.getpid()) if group else None)
    watcher = Watcher(process.pid)
    watcher.start()
    left: list[str] = []
    try:
        process.wait(timeout=kill_after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = survivors(group)
    wall_s = time.perf_counter() - start
    watcher.stop()
    if process.returncode in (2, 3):
        print(f"  the batch ended with {process.returncode}", file=sys.stderr)
    summary = json.loads(said.read_bytes()) if process.returncode in (0, 1, 3) else {}
    done = Done(summary, wall_s, (group.cpu_s() if group else None) or 0.0, watcher.peak_mib, peak(group), process.returncode, left)
    if group:
        group.kill()
        group.close()
    return done


def survivors(group: Group | None, patience_s: float = 3.0) -> list[str]:
    """What of a killed batch still runs after a moment: workers see the end of their pipe, sandboxes die with them."""
    until = time.monotonic() + patience_s
    while (left := [] if group is None else [line for pid in group.pids() if (line := command_line(pid))]) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def peak(group: Group | None) -> float:
    return (group.peak_memory_mib() if group else None) or 0.0


class Watcher(threading.Thread):
    """Samples what a process and all below it hold together."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak_mib = pid, 0.0
        self._end = threading.Event()

    def run(self) -> None:
        while not self._end.wait(SAMPLE_S):
            self.peak_mib = max(self.peak_mib, sum(map(pss_mib, below(self.pid))))

    def stop(self) -> None:
        self._end.set()
        self.join()


def below(pid: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for each in processes():
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents.setdefault(int(Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[1]), []).append(each)
    found, waiting = [], [pid]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += parents.get(one, [])
    return found


def processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal()]


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def pss_mib(pid: int) -> float:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except (OSError, ValueError):
        pass
    return 0.0


if __name__ == "__main__":
    main()
