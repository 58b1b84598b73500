"""The table of a ladder that is graded from copies, waits and virtual time: each rung of reference/NN_slug on the emulated GPU.

    python tools/ladder_movement.py 06_streams_events pipeline slow_kernel

prints a Markdown table: bytes copied each way, copies for which the host waits, waits for a whole stream, microseconds from the first
operation to the last; of the named cases, in virtual time, so that every machine prints the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.assignment import Assignment, load_assignment
from grader.build import build
from grader.checks.movement import bytes_of, span_us, waits_of, work_of
from grader.pipeline import open_judge
from grader.records import Run
from grader.run.run import run
from grader.run.seeds import public_seed
from grader.unpack import unpack

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = ("rung", "case", "bytes up", "bytes down", "copies that wait", "waits", "µs")


def row(rung: str, run: Run) -> tuple[str, ...]:
    """What one rung did in one case."""
    waiting = [w for w in work_of(run, "HtoD", "DtoH") if w.memory == "pageable" or not w.asynchronous]
    microseconds = f"{span_us(work_of(run)):,.1f}"
    return (
        rung,
        run.case,
        f"{bytes_of(run, 'HtoD'):,}",
        f"{bytes_of(run, 'DtoH'):,}",
        str(len(waiting)),
        str(len(waits_of(run))),
        microseconds,
    )


def rows(assignment: Assignment, cases: Sequence[str], sandbox: str = "local") -> Iterator[tuple[str, ...]]:
    """A row for each rung and case, rungs in the order of mutants.toml."""
    ladder = tomllib.loads((assignment.reference / "mutants.toml").read_text(encoding="utf-8"))["ladder"]
    with tempfile.TemporaryDirectory(prefix="warpgrade-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        judge = open_judge(
            assignment, sandbox=sandbox, seed=public_seed(assignment.course, assignment.slug), cache=folder / "cache", keep_grades=False
        )
        for name in ladder:
            handed_in = folder / Path(name).stem / assignment.files[0]
            handed_in.parent.mkdir()
            handed_in.write_bytes((assignment.reference / name).read_bytes())
            source = unpack(handed_in, assignment)
            program = build(source, assignment, judge.sandbox, judge.builds)
            chosen = [assignment.case(case) for case in cases]
            runs = run(program, assignment, judge.sandbox, judge.device, judge.seed, folder, source.files, cases=chosen)
            yield from (row(Path(name).stem, each) for each in runs)


def table(found: Sequence[tuple[str, ...]]) -> str:
    """The rows as Markdown."""
    lines = [COLUMNS, ("---", "---", *["---:"] * (len(COLUMNS) - 2)), *found]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="What each rung of a ladder copies, waits for and takes in virtual time.")
    parser.add_argument("slug", help="04_memory_kinds")
    parser.add_argument("cases", nargs="+", help="cases of its assignment.toml")
    given = parser.parse_args(arguments)
    print(table(list(rows(load_assignment(ROOT / "assignments" / given.slug), given.cases))), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
