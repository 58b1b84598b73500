"""Sources: what the gradebook keeps of a submission -> the student's files, unpacked by today's rules."""

from __future__ import annotations

from pathlib import PurePath

from grader.assignment import Assignment
from grader.gradebook.records import Submission
from grader.gradebook.store import Gradebook
from grader.records import Source
from grader.scratch import scratch_folder
from grader.unpack import unpack


def read_source(gradebook: Gradebook, submission: Submission, assignment: Assignment) -> Source:
    """The files of a submission. Raises SubmissionError as `unpack` does, HarnessError if the content is gone."""
    content = gradebook.content(submission)
    with scratch_folder() as folder:
        file = folder / (PurePath(submission.filename).name or "submission.zip")
        file.write_bytes(content)
        return unpack(file, assignment)
