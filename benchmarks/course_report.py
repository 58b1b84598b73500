"""How long the course report takes: synthetic standings → seconds on one core, from nothing and after one change. No database.

    python benchmarks/course_report.py [STUDENTS ASSIGNMENTS CHECKS]

Default: 1,065 students x 20 assignments, of which some are missing: 20,000 stored grades of 15 checks each.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from grader.report.course import render_course
from tests.report.course.synthetic import Course, course


def measured(label: str, made: Course, folder: Path, language: str = "en") -> None:
    """Processor time beside the clock: a busy machine stretches only the latter."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = render_course(made.standings, made.about, folder, submissions=made.submissions, grades=made.grades, language=language)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{label:34} {wall:6.2f} s  {cpu:6.2f} CPU s  {done.written:5} written  {done.unchanged:5} unchanged")


def main(students: int = 1_065, assignments: int = 20, checks: int = 15) -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    made = course(students, assignments, checks=checks)
    print(f"{students} students x {assignments} assignments: {len(made.grades):,} grades of {checks} checks")
    with tempfile.TemporaryDirectory(prefix="warpgrade-report-") as temporary:
        folder = Path(temporary) / "report"
        measured("from nothing", made, folder)
        measured("nothing changed", made, folder)
        at = next(n for n, each in enumerate(made.standings) if each.grade)
        made.standings[at] = msgspec.structs.replace(made.standings[at], points=1.0, raw_points=1.0)
        measured("one grade changed", made, folder)
        measured("the other language", made, folder, "ko")
        sizes = {file.name: file.stat().st_size / 1e6 for file in folder.iterdir()}
        print(f"{sum(sizes.values()):.0f} MB in {len(sizes):,} files, of which index.html is {sizes['index.html']:.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
