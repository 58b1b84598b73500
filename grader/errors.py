"""Whose fault it is, as a type: the submission's, the assignment's, or ours. Each message names the remedy."""

from __future__ import annotations


class GraderError(Exception):
    """Base of all errors that a command shows as one clear sentence and not as a traceback."""


class SubmissionError(GraderError):
    """The student's fault: becomes a verdict of the grade, never a failure of the grader.

    `verdict` is a code of `grader.verdicts`; `file` and `line` point into the submission where known.
    """

    def __init__(self, message: str, verdict: str = "MISSING_FILE", file: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.file = file
        self.line = line


class AssignmentError(GraderError):
    """The instructor's fault: an assignment folder that can't be graded with. Names the file and, where known, the line."""


class HarnessError(GraderError):
    """Our fault or the machine's: costs no points, exit code 3, may be tried again."""
