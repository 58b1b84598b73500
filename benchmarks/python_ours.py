"""Our side of benchmarks/peers_python.py: FOLDER (a course by python_task) and submissions -> their scores, a line each.

Each submission's program runs in a sandbox of its own (`grader.sandbox`, local: bubblewrap, namespaces, seccomp, control groups); what
its calls returned is judged outside, by the checks of an assignment of answers, and scored as every grade is.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from benchmarks.python_task import CHECKS, DRIVER


def main(course: Path, submissions: list[Path]) -> None:
    from grader.assignment import load_assignment
    from grader.checks import evaluate
    from grader.records import Program, Source
    from grader.sandbox import Bind, Command, Limits, open_sandbox
    from grader.score import score

    assignment = load_assignment(course / "assignments" / "01_task")
    sandbox = open_sandbox("local")
    isolation = sandbox.isolation()
    cpu_s = 0.0
    for path in submissions:
        with tempfile.TemporaryDirectory(prefix="warpgrade-bench-") as made:
            folder = Path(made)
            folder.chmod(0o755)
            (folder / "task.py").write_bytes(path.read_bytes())
            (folder / "calls.json").write_text(json.dumps({name: call for name, (call, _) in CHECKS.items()}))
            (folder / "driver.py").write_text(DRIVER)
            ended = sandbox.run(
                Command(
                    argv=("/usr/bin/python3", "-I", "-S", "/work/driver.py"),
                    binds=(Bind(source=folder, target="/work"),),
                    env={"PATH": "/usr/bin:/bin"},
                    limits=Limits(wall_s=10, cpu_s=10, memory_mib=256),
                )
            )
        cpu_s += ended.cpu_s
        source = Source(files={"answers.json": ended.stdout or b"{}"})
        results = evaluate([], assignment, files=source.files)
        grade = score(results, assignment, source, Program(library=None), [], submission=path.name, isolation=isolation)
        print(f"{path.name} {grade.score:g}/{grade.max_score:g} {grade.verdict}")
    print(f"sandboxed CPU seconds: {cpu_s:.4f}; isolation: {isolation.level}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(each) for each in sys.argv[2:]])
