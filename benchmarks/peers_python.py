"""Side by side with `otter run` and `nbgrader autograde`: the same small Python task with the same five checks, CPU seconds a submission.

    python -m benchmarks.peers_python [--save]

What each side does, and what keeps a submission from the machine and from the checks:

- `otter run` (otter-grader): unpacks an autograder zip, starts a Jupyter kernel, runs the notebook and the tests in it. One submission a
  process. No isolation: the tests run in the submission's own kernel, with the user's rights. (`otter grade` would add a container.)
- `nbgrader autograde`: updates its database, starts a Jupyter kernel for each notebook, runs it with the graded cells put back, stores the
  scores. Many submissions a process, one after another. No isolation: as above.
- ours: `benchmarks/python_ours.py`. Our course work is CUDA, so there is no command for this task; what stands in for it uses the real
  parts: a sandbox for each submission (bubblewrap, namespaces, seccomp, control group), where a driver calls the functions and hands out
  what they returned, then the checks of an assignment of answers in the judge's process, and the score. A plain .py file in place of
  a notebook, so no kernel; nothing is stored in a gradebook, and no report is written. Both peers do more there, and that is part of the
  difference.

CPU seconds are those of the command and all its descendants, user and system, by wait4. Medians of `--rounds`, tools in turn. Both peers
are installed into environments of their own below build/peers, with the Python that runs this.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import python_task

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results-peers.md"
PEERS = {"otter": ("otter-grader==7.0.0", "ipykernel"), "nbgrader": ("nbgrader==0.9.6", "ipykernel")}
FULL, LESS = 5, 4  # points of the right and of the wrong solution


@dataclass(frozen=True)
class Spent:
    """What one command took, with its descendants."""

    cpu_s: float
    wall_s: float
    output: str


def spend(command: list[str], folder: Path, environment: dict[str, str]) -> Spent:
    """Runs a command. Ends this program if it fails: a tool that didn't grade must not look fast."""
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - begin
        out.seek(0)
        output = out.read().decode("utf-8", "replace")
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output[-4000:]}")
    return Spent(usage.ru_utime + usage.ru_stime, wall_s, output)


class Otter:
    name, isolation = "otter run", "none: the tests run in the submission's kernel"

    def __init__(self, folder: Path, programs: Path, students: int) -> None:
        self.environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
        self.folder = folder
        for place, solution in (("right", python_task.SOLUTION), ("wrong", python_task.WRONG)):
            python_task.for_otter(folder / place, solution)
            (folder / place / "out").mkdir(exist_ok=True)
            options = ["--no-requirements", "--no-environment", "--no-config"]
            spend(["otter", "generate", "-t", "tests", "-o", "autograder.zip", *options], folder / place, self.environment)

    def one(self, place: str = "right") -> Spent:
        command = ["otter", "run", "--no-logo", "-a", "autograder.zip", "-o", "out", "submission.ipynb"]
        return spend(command, self.folder / place, self.environment)

    def points(self, place: str) -> float:
        self.one(place)
        tests = json.loads((self.folder / place / "out" / "results.json").read_text(encoding="utf-8"))["tests"]
        return float(sum(test.get("score") or 0 for test in tests))

    many = None  # one submission a process


class Nbgrader:
    name, isolation = "nbgrader autograde", "none: the graded cells run in the submission's kernel"

    def __init__(self, folder: Path, programs: Path, students: int) -> None:
        self.environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
        self.folder = folder
        for place, solution, count in (("right", python_task.SOLUTION, students), ("wrong", python_task.WRONG, 1)):
            python_task.for_nbgrader(folder / place, count, solution)
            spend(["nbgrader", "generate_assignment", "task"], folder / place, self.environment)
            self.many(place)  # the database is made outside of what is measured

    def one(self, place: str = "right") -> Spent:
        return spend(["nbgrader", "autograde", "task", "--student", "s00", "--force"], self.folder / place, self.environment)

    def many(self, place: str = "right") -> Spent:
        return spend(["nbgrader", "autograde", "task", "--force"], self.folder / place, self.environment)

    def points(self, place: str) -> float:
        self.one(place)
        spend(["nbgrader", "export"], self.folder / place, self.environment)
        header, row = (self.folder / place / "grades.csv").read_text(encoding="utf-8").splitlines()[:2]
        return float(row.split(",")[header.split(",").index("score")])


class Ours:
    name, isolation = "ours", "a sandbox a submission; the checks run outside of it"

    def __init__(self, folder: Path, programs: Path, students: int) -> None:
        self.folder, self.students = folder, students
        python_task.for_us(folder)
        for number in range(students):
            (folder / f"s{number:02}.py").write_text(python_task.SOLUTION, encoding="utf-8")
        (folder / "wrong.py").write_text(python_task.WRONG, encoding="utf-8")

    def one(self, place: str = "right") -> Spent:
        return self._grade(["wrong.py" if place == "wrong" else "s00.py"])

    def many(self) -> Spent:
        return self._grade([f"s{number:02}.py" for number in range(self.students)])

    def points(self, place: str) -> float:
        found = re.search(r"(\d+)/5 ", self.one(place).output)
        return float(found[1]) if found else -1.0

    def _grade(self, names: Iterable[str]) -> Spent:
        command = [sys.executable, "-m", "benchmarks.python_ours", str(self.folder), *(str(self.folder / name) for name in names)]
        spent = spend(command, ROOT, dict(os.environ))
        inside = float(re.findall(r"sandboxed CPU seconds: ([\d.]+)", spent.output)[0])
        if inside > spent.cpu_s:  # a descendant that nobody waited for would make us look fast
            sys.exit(f"the sandboxes alone took {inside} s of CPU time, wait4 saw {spent.cpu_s}")
        return spent


def environment_of(name: str, folder: Path) -> Path:
    """The programs of a peer, installed if they aren't there."""
    programs = folder / name / "bin"
    if not (programs / name).exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder / name)], check=True)
        subprocess.run([str(programs / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check", *PEERS[name]], check=True)
    return programs


def told(values: list[float]) -> str:
    """Median (least – greatest)."""
    return f"{statistics.median(values):.3f} ({min(values):.3f} – {max(values):.3f})"


def table(rows: list[tuple[str, list[Spent], list[Spent], str]], students: int) -> str:
    """Markdown. A tool without a batch has the same work to do for each."""
    lines = [
        f"| | CPU s, one submission | wall s | CPU s each of {students} in a batch | wall s each | isolation |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, one, many, isolation in rows:
        each_of = [told([each.cpu_s / students for each in many]), told([each.wall_s / students for each in many])] if many else []
        batch = each_of or ["one a process", ""]
        cells = [name, told([each.cpu_s for each in one]), told([each.wall_s for each in one]), *batch, isolation]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(description="CPU seconds a submission beside otter-grader and nbgrader.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--students", type=int, default=20, help="submissions of a batch")
    parser.add_argument("--environments", type=Path, default=ROOT / "build" / "peers", help="where the peers are installed")
    parser.add_argument("--save", action="store_true", help=f"write {RESULTS.relative_to(ROOT)}")
    given = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="warpgrade-peers-") as made:
        makers: list[tuple[Callable[..., Otter | Nbgrader | Ours], str]] = [(Otter, "otter"), (Nbgrader, "nbgrader"), (Ours, "")]
        tools = []
        for maker, peer in makers:
            programs = environment_of(peer, given.environments) if peer else Path()
            tool = maker(Path(made) / (peer or "ours"), programs, given.students)
            for place, wanted in (("right", FULL), ("wrong", LESS)):
                if (points := tool.points(place)) != wanted:
                    sys.exit(f"{tool.name} gives the {place} solution {points} points and not {wanted}: this would be no fair comparison")
            tools.append(tool)
        one: dict[str, list[Spent]] = {tool.name: [] for tool in tools}
        many: dict[str, list[Spent]] = {tool.name: [] for tool in tools}
        for number in range(given.rounds):
            for tool in tools:
                one[tool.name].append(tool.one())
                if tool.many is not None:
                    many[tool.name].append(tool.many())
                print(f"round {number + 1}: {tool.name}: {one[tool.name][-1].cpu_s:.3f} s of CPU time", file=sys.stderr)
    text = table([(tool.name, one[tool.name], many[tool.name], tool.isolation) for tool in tools], given.students)
    print(text)
    if given.save:
        RESULTS.write_text(f"# Beside otter-grader and nbgrader\n\n{_heading(given.rounds)}\n\n{text}\n{WORDS}", encoding="utf-8")


def _heading(rounds: int) -> str:
    from grader.grades import environment

    here = environment()
    versions = ", ".join(packages[0].replace("==", " ") for packages in PEERS.values())
    load = os.getloadavg()[0]
    machine = f"{here['cpu']}, {os.cpu_count()} cores, Python {here['python']}, {versions}, load {load:.1f} at the end"
    return f"{dt.date.today()}, {machine}. Made by `python -m benchmarks.peers_python --save`; medians of {rounds} (least – greatest)."


WORDS = """\
The task: three Python functions, five checks, the same values in all three. A right solution gets 5 of 5 from each, a wrong one 4.
CPU seconds are user and system time of the command and all its descendants.

It isn't the same work in all respects, and `benchmarks/peers_python.py` says how it differs. Both peers start a Jupyter kernel for each
notebook; nbgrader keeps a database. Ours grades a plain .py file in a sandbox and keeps nothing. It has no command for Python tasks of
this kind: the sandbox, the checks and the score are the real ones, the few lines between them are `benchmarks/python_ours.py`.
"""


if __name__ == "__main__":
    main(sys.argv[1:])
