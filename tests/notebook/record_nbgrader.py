"""Submissions of two nbgrader assignments, and what nbgrader itself gives for them: tests/notebook/nbgrader/scores.json.

    PYTHON-WITH-NBGRADER tests/notebook/record_nbgrader.py FOLDER      grades them in FOLDER with nbgrader and writes scores.json anew

`ps1` is the example that nbgrader's own `quickstart` makes (its licence lies beside it); `partial` is ours, for the rules that ps1
hasn't got: partial credit, hidden tests, stderr. Standard library only, but for nbgrader itself. nbgrader 0.9.6 can't grade a notebook with
a solution cell twice, so there is none.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent / "nbgrader"
Files = dict[str, bytes]


def submissions(assignment: str) -> dict[str, Files]:
    """Who -> the notebooks that they hand in."""
    return {"ps1": _ps1, "partial": _partial}[assignment]()


def _ps1() -> dict[str, Files]:
    made = {who: {p.name: p.read_bytes() for p in (HERE / "submitted" / who / "ps1").glob("*.ipynb")} for who in ("bitdiddle", "hacker")}
    source = {p.name: p.read_bytes() for p in (HERE / "source" / "ps1").glob("*.ipynb")}
    made["solution"] = source
    good = json.loads(made["hacker"]["problem1.ipynb"])

    def put(who: str, book: dict) -> None:
        made[who] = made["hacker"] | {"problem1.ipynb": json.dumps(book).encode()}

    edited = copy.deepcopy(json.loads(made["bitdiddle"]["problem1.ipynb"]))
    for cell in edited["cells"]:
        flags = cell["metadata"].get("nbgrader", {})
        if flags.get("grade") and not flags.get("solution"):
            cell["source"] = "pass"
            flags.update(points=100, locked=False)
    put("edits_tests", edited)
    broken = copy.deepcopy(good)
    _cell(broken, "squares")["source"] = "def squares(n:\n    return"
    put("no_python", broken)
    moved = copy.deepcopy(good)
    cell = _cell(moved, "squares")
    moved["cells"].remove(cell)
    moved["cells"].append(cell)
    put("moved", moved)
    adds = copy.deepcopy(good)
    adds["cells"].insert(0, {"cell_type": "code", "metadata": {}, "source": "del print", "outputs": [], "execution_count": 1})
    put("adds_cells", adds)
    return made


def _partial() -> dict[str, Files]:
    source = json.loads((HERE / "source" / "partial" / "partial.ipynb").read_text())
    answers = {
        "all": "def mean(x):\n    return sum(x) / len(x)",
        "half": "def mean(x):\n    return x[0]",
        "none": "def mean(x):\n    return None",
        "noisy": "import sys\ndef mean(x):\n    print('hm', file=sys.stderr)\n    return sum(x) / len(x)",
        "talks": "def mean(x):\n    print('hm')\n    return sum(x) / len(x)",
        "raises": "def mean(x):\n    raise ValueError(x)",
        "only_public": "def mean(x):\n    return {1: 1, 2: 1.5}.get(len(x), 2)",
        "empty": "",
        "exits": "import sys\nsys.exit(0)",
    }
    made = {}
    for who, text in answers.items():
        book = copy.deepcopy(source)
        _cell(book, "mean")["source"] = text
        _cell(book, "words")["source"] = "It is the middle." if who != "empty" else "YOUR ANSWER HERE"
        made[who] = {"partial.ipynb": json.dumps(book).encode()}
    return made


def _cell(book: dict, name: str) -> dict:
    return next(cell for cell in book["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)


def main(folder: Path) -> None:
    from nbgrader.api import Gradebook

    shutil.rmtree(folder, ignore_errors=True)
    scores = {}
    for assignment in ("ps1", "partial"):
        course = folder / assignment
        shutil.copytree(HERE / "source" / assignment, course / "source" / assignment)
        for who, files in submissions(assignment).items():
            place = course / "submitted" / who / assignment
            place.mkdir(parents=True)
            for name, content in files.items():
                (place / name).write_bytes(content)
        environment = os.environ | {"HOME": str(folder), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        for words in (["generate_assignment", assignment], ["autograde", assignment]):
            subprocess.run([sys.executable, "-m", "nbgrader", *words], cwd=course, env=environment, check=True)
        with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
            scores[assignment] = {
                submission.student.id: {
                    f"{notebook.name}/{grade.name}": None if grade.needs_manual_grade else grade.auto_score
                    for notebook in sorted(submission.notebooks, key=lambda each: each.name)
                    for grade in sorted(notebook.grades, key=lambda each: each.name)
                }
                for submission in sorted(book.assignment_submissions(assignment), key=lambda each: each.student.id)
            }
    (HERE / "scores.json").write_text(json.dumps(scores, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
