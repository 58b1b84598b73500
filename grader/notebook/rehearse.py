"""Rehearse: executes a notebook as a case would, with its probes, but in no sandbox. For authors, and for their own notebooks only.

python -m grader.notebook.rehearse assignments/20_nb_dl_basics                     the reference, all cases
python -m grader.notebook.rehearse assignments/20_nb_dl_basics my.ipynb --case public --python PYTHON-WITH-IPYTHON
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from grader.errors import GraderError

INSIDE = Path(__file__).with_name("inside")


def rehearse(files: dict[str, bytes], python: Path, out: Path) -> dict[str, Any]:
    """Executes what `prepare` and problem.py made ("notebook.json", "x.npy"), and returns cells.json. Results are in `out`."""
    with tempfile.TemporaryDirectory() as folder:
        task = Path(folder)
        for source in (INSIDE / "execute.py", INSIDE.parent.parent / "scripted" / "inside" / "ck_room.py"):
            (task / source.name).write_bytes(source.read_bytes())
        for name, content in files.items():
            (task / name).parent.mkdir(parents=True, exist_ok=True)
            (task / name).write_bytes(content)
        home = task / "home"
        home.mkdir(exist_ok=True)
        environment = os.environ | {"HOME": str(home), "IPYTHONDIR": str(home / ".ipython"), "OMP_NUM_THREADS": "1"}
        command = [str(python), str(task / "execute.py"), "--task", str(task), "--out", str(out)]
        ended = subprocess.run(command, cwd=home, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if ended.returncode or not (out / "cells.json").is_file():
            raise GraderError(f"{python}: {ended.stderr.strip()[-2000:] or ended.returncode}")
        found: dict[str, Any] = json.loads((out / "cells.json").read_text(encoding="utf-8"))
        return found


def main(arguments: list[str] | None = None) -> int:
    from grader.assignment import load_assignment
    from grader.notebook.prepare import notebook_of, prepare
    from grader.run.seeds import public_seed
    from grader.scripted.place import made

    parser = argparse.ArgumentParser(prog="python -m grader.notebook.rehearse", description="Executes a notebook as a case would.")
    parser.add_argument("assignment", type=Path)
    parser.add_argument("notebook", type=Path, nargs="?", help="default: the reference")
    parser.add_argument("--case", action="append", help="default: all")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="one that has IPython and what the notebook needs")
    chosen = parser.parse_args(arguments)
    assignment = load_assignment(chosen.assignment.resolve())
    for case in assignment.cases:
        if case.run and (not chosen.case or case.id in chosen.case):
            path = chosen.notebook or assignment.reference / notebook_of(assignment, case)
            files = prepare(path.read_bytes(), assignment, case)
            inputs = made(assignment, case, public_seed(assignment.course, assignment.slug))
            files |= {name.partition("/")[2]: content for name, content in inputs.items()}
            with tempfile.TemporaryDirectory() as folder:
                told = rehearse(files, chosen.python, Path(folder))
                print(f"{case.id}:")
                for cell in told["cells"]:
                    print(f"  {cell['name']:24} {cell['status']:8} {cell['seconds']:8.3f} s  {cell.get('message', '')}")
                for result in sorted(Path(folder).rglob("*")):
                    if result.is_file() and result.name != "cells.json":
                        shown = result.read_text() if result.name.endswith(".error.json") else f"{result.stat().st_size} bytes"
                        print(f"  {result.relative_to(folder)}: {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
