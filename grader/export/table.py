"""The table of exporters: a row a format."""

from __future__ import annotations

from typing import Final

from grader.export import canvas, classroom, gradescope, junit, moodle, nbgrader, others, sarif
from grader.export.record import Exporter
from grader.toolchain import UsageError

ROWS = (
    Exporter("canvas", "Canvas' gradebook: CSV; --template keeps its columns", canvas.write, lone=False, template=True),
    Exporter("moodle", "Moodle's grading worksheet of one assignment: CSV with feedback", moodle.write, lone=False, template=True),
    Exporter("gradescope", "Gradescope's results.json, one a submission", gradescope.write, many=True),
    Exporter("github-classroom", "GitHub Classroom: result (base64) and two notices, a submission", classroom.write, many=True),
    Exporter("junit", "JUnit XML: a suite a submission, a test case a check", junit.write),
    Exporter("sarif", "SARIF 2.1.0: findings with file and line, verdicts as rules", sarif.write),
    Exporter("nbgrader", "the CSV of `nbgrader export`", nbgrader.write, lone=False),
    Exporter("prairielearn", "PrairieLearn's external grading result, one a submission", others.write_prairielearn, many=True),
    Exporter("autolab", "Autolab: feedback and scores, one a submission", others.write_autolab, many=True),
)
EXPORTERS: Final[dict[str, Exporter]] = {row.name: row for row in ROWS}
AUTOGRADER: Final = "gradescope-autograder"  # made of the course, not of grades: grader.export.autograder


def exporter(name: str) -> Exporter:
    """The row of that name. Raises UsageError that lists the known ones."""
    if name not in EXPORTERS:
        raise UsageError(f"unknown format {name!r}; known are {', '.join([*EXPORTERS, AUTOGRADER])}")
    return EXPORTERS[name]
