"""Real grades for the browser tests and the screenshots: submissions → tests/browser/grades/NAME.json. Run it when records change shape:

    python -m tests.browser.record

Graded on the emulated GPU with the public seed, so that anyone gets the same. What is of the machine alone is left out.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import msgspec

from grader.assignment import find_assignment
from grader.pipeline import grade, open_judge
from grader.records import Grade
from grader.run.seeds import public_seed
from grader.verify import subjects

ROOT = Path(__file__).resolve().parents[2]
GRADES = Path(__file__).parent / "grades"
# name of the record -> assignment, submission (a file, or the name of a known-wrong solution)
SUBMISSIONS = {
    "race": ("09_gemm", "demo/submissions/racing/gemm.cu"),
    "tail": ("09_gemm", "reference/09_gemm/mutants/floor_grid.cu"),
    "transposed": ("09_gemm", "reference/09_gemm/mutants/tile_transposed.cu"),
    "conflicts": ("09_gemm", "tests/browser/submissions/conflicts/gemm.cu"),
    "full": ("09_gemm", "reference/09_gemm/gemm.cu"),
    "detector": ("15_yolov2", "symmetric_pool"),
}


def record(folder: Path) -> dict[str, Grade]:
    """Grades every submission under the name that the assignment asks for, from `folder`, which is ours to fill."""
    found = {}
    for name, (slug, path) in SUBMISSIONS.items():
        assignment = find_assignment(str(ROOT / "assignments" / slug))
        judge = open_judge(assignment, seed=public_seed(assignment.course, assignment.slug), keep_grades=False)
        copy = folder / name / assignment.files[0]
        copy.parent.mkdir()
        wrong = next((each for each in subjects(assignment) if each.name == path), None)
        copy.write_bytes(wrong.files[copy.name] if wrong else (ROOT / path).read_bytes())
        result = grade(copy, assignment, judge, submission=f"submissions/{name}/{copy.name}")
        environment = {key: result.environment[key] for key in ("grader", "compiler", "python", "numpy")}
        found[name] = msgspec.structs.replace(result, environment=environment, timings_s={})
    return found


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        grades = record(Path(folder))
    GRADES.mkdir(exist_ok=True)
    for name, each in grades.items():
        unsettled = [check.title for check in each.checks if check.outcome == "not_run"]
        if unsettled:
            sys.exit(f"{name}: not run: {unsettled[:3]}")
        (GRADES / f"{name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(each), indent=1) + b"\n")
        print(f"{name:12} {each.score:6.2f}/{each.max_score:g}  {each.verdict}  {each.file or '-'}:{each.line or '-'}")


if __name__ == "__main__":
    main()
