"""A notebook with the same checks, graded by `nbgrader autograde`, by `otter run` and by `grader grade`: CPU and wall seconds.

    python -m benchmarks.notebooks [--save] [--rounds N]

- nbgrader and otter-grader as in `benchmarks/peers_python.py`: each starts a Jupyter kernel for the notebook and runs the tests in it,
  with the user's rights.
- ours, imported: the very notebook that nbgrader grades, brought over by `grader import nbgrader`; its test cells run beside the student's
  code, as there, but all of it in a sandbox.
- ours, judged: the same five values, saved by probes and compared in the judge, in two cases (public and hidden): two sandboxes, two
  shells.

The task's cells take some milliseconds, so what is told is, but for those, what grading costs above the cells' own time. CPU seconds are
user and system time of the command and all its descendants: by wait4 for the peers, by a control group of its own for ours (wait4 would
miss what a sandbox doesn't reap). Each of our rounds has an empty cache. The grades must agree, else nothing is told.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import python_task
from benchmarks.peers_python import PEERS, Nbgrader, Otter, Spent, environment_of
from grader.notebook.imported import imported
from grader.sandbox.cgroups import Hierarchy

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results-notebooks.md"
COMMAND = (sys.executable, "-c", "import sys; from grader.cli.main import main; sys.argv[0] = 'grader'; main()")
WANTED = {"right": 5.0, "wrong": 4.0}
CASE = """
[[case]]
id = "{name}"
visibility = "{name}"
run = ["python", "/task/execute.py"]
lane = "jupyter"
"""


class Ours:
    """`grader grade` on a course of one assignment."""

    def __init__(self, folder: Path, name: str, make: Callable[[Path], None]) -> None:
        self.name, self.folder = name, folder
        (folder / "kernels" / "include").mkdir(parents=True)
        (folder / "course.toml").write_text('id = "bench"\n', encoding="utf-8")
        make(folder)
        for place, solution in (("right", python_task.SOLUTION), ("wrong", python_task.WRONG)):
            python_task.for_nbgrader(folder / "class" / place, 1, solution)

    def one(self, place: str = "right") -> Spent:
        notebook = self.folder / "class" / place / "submitted" / "s00" / "task" / "task.ipynb"
        group = Hierarchy.detect().group()
        with tempfile.TemporaryDirectory() as cache, tempfile.TemporaryFile() as out:
            environment = {**os.environ, "GRADER_CACHE": cache, "GRADER_DATA": str(self.folder / "data")}
            begin = time.perf_counter()
            process = subprocess.Popen(
                [*COMMAND, "grade", "task", str(notebook), "--json"],
                cwd=self.folder,
                env=environment,
                stdout=out,
                preexec_fn=lambda: group.add(os.getpid()) if group else None,
            )
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            wall_s = time.perf_counter() - begin
            out.seek(0)
            output = out.read().decode()
        cpu_s = max((group.cpu_s() if group else None) or 0.0, usage.ru_utime + usage.ru_stime)
        if group:
            group.close()
        if process.returncode not in (0, 1):
            sys.exit(f"grader grade ended with {process.returncode}:\n{output}")
        return Spent(cpu_s, wall_s, output)

    def points(self, place: str) -> float:
        return float(json.loads(self.one(place).output)["score"])


def brought_over(folder: Path) -> None:
    """nbgrader's source, imported."""
    python_task.for_nbgrader(folder / "source", 1)
    own, reference = imported(folder / "source" / "source" / "task", "01_task")
    for kind, files in (("assignments", own), ("reference", reference)):
        for name, content in files.items():
            path = folder / kind / "01_task" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def judged(folder: Path) -> None:
    """The same cells; what they give is compared outside."""
    brought_over(folder)
    place = folder / "assignments" / "01_task"
    toml = (place / "assignment.toml").read_text(encoding="utf-8").partition("\n[[case]]")[0]
    (place / "assignment.toml").write_text(toml + CASE.format(name="public") + CASE.format(name="hidden"), encoding="utf-8")
    (place / "room_hidden").mkdir()
    probe = "".join(f'# %% after=solution\nroom.save("{name}", {call})\n\n' for name, (call, _) in python_task.CHECKS.items())
    for path in (place / "room" / "probes_public.py", place / "room_hidden" / "probes_hidden.py"):
        path.write_text(probe, encoding="utf-8")
    for visibility in ("public", "hidden"):
        lines = ["import pytest", ""]
        for name, (_, wanted) in python_task.CHECKS.items():
            lines += ["", "@pytest.mark.points(0.5)", f"def test_{name}(judge):", f'    """{name}"""']
            lines += [f'    judge.each(lambda room: room.json("{name}") == {wanted!r} or room.fail("WRONG_ANSWER", "another value"))', ""]
        (place / f"test_{visibility}.py").write_text("\n".join(lines), encoding="utf-8")


def told(values: list[float]) -> str:
    """Median (least – greatest)."""
    return f"{statistics.median(values):.2f} ({min(values):.2f} – {max(values):.2f})"


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description="What grading a notebook costs beside nbgrader and otter-grader.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--environments", type=Path, default=ROOT / "build" / "peers", help="where the peers are installed")
    parser.add_argument("--save", action="store_true", help=f"write {RESULTS.relative_to(ROOT)}")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="warpgrade-notebooks-") as made:
        root = Path(made)
        root.chmod(0o755)
        tools: list[Otter | Nbgrader | Ours] = [
            Nbgrader(root / "nbgrader", environment_of("nbgrader", given.environments), 1),
            Otter(root / "otter", environment_of("otter", given.environments), 1),
            Ours(root / "imported", "ours, imported", brought_over),
            Ours(root / "judged", "ours, judged (two cases)", judged),
        ]
        for tool in tools:
            for place, wanted in WANTED.items():
                if (points := tool.points(place)) != wanted:
                    sys.exit(f"{tool.name} gives the {place} solution {points} points and not {wanted}: this would be no fair comparison")
        spent: dict[str, list[Spent]] = {tool.name: [] for tool in tools}
        for number in range(given.rounds):
            for tool in tools:
                spent[tool.name].append(tool.one())
                print(f"round {number + 1}: {tool.name}: {spent[tool.name][-1].cpu_s:.3f} s of CPU time", file=sys.stderr)
    rows = [f"| {name} | {told([s.cpu_s for s in each])} | {told([s.wall_s for s in each])} |" for name, each in spent.items()]
    text = "\n".join(["| | CPU s | wall s |", "| --- | --- | --- |", *rows]) + "\n"
    print(text)
    if given.save:
        RESULTS.write_text(
            f"# A notebook, beside nbgrader and otter-grader\n\n{_heading(given.rounds)}\n\n{text}\n{WORDS}", encoding="utf-8"
        )


def _heading(rounds: int) -> str:
    from grader.grades import environment

    here = environment()
    versions = ", ".join(packages[0].replace("==", " ") for packages in PEERS.values())
    load = os.getloadavg()[0]
    machine = f"{here['cpu']}, {os.cpu_count()} cores, Python {here['python']}, {versions}, load {load:.1f} at the end"
    return f"{dt.date.today()}, {machine}. Made by `python -m benchmarks.notebooks --save`; medians of {rounds} (least – greatest)."


WORDS = """\
The task: three Python functions in a notebook, five checks, the same values for all. A right solution gets 5 of 5 from each, a wrong one 4.
The cells themselves take some milliseconds: all else is what grading a notebook costs. nbgrader and otter-grader start a Jupyter kernel and
grade in it, with the rights of whoever runs them. Ours executes the notebook in a sandbox, by IPython's shell without the kernel around it
([the design](../docs/design/notebook-grading.md) says why); "judged" does so twice, with public and with hidden probes, and compares
outside. On a machine with other work to do, wall seconds say little; CPU seconds grow, too, by what processes take from each other's
caches.
"""


if __name__ == "__main__":
    main(sys.argv[1:])
