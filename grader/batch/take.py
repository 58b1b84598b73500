"""Take: a folder that somebody downloaded -> Submissions in the gradebook, each once however often it is read."""

from __future__ import annotations

from pathlib import Path

from grader.course import Course
from grader.gradebook.records import Submission
from grader.gradebook.store import Gradebook
from grader.intake.content import content_of
from grader.intake.match import match
from grader.intake.table import read_layout
from grader.toolchain import UsageError


def take(
    path: Path,
    gradebook: Gradebook,
    course: Course,
    work: Path,
    *,
    layout: str | None = None,
    assignment: str | None = None,
    times: Path | None = None,
) -> tuple[list[Submission], list[str]]:
    """What was handed in, and remarks on what the reader should look at. `work`: a folder for what must be unpacked. Raises UsageError if
    the layout isn't known, or doesn't say of which assignment something is and neither does `assignment`."""
    read = read_layout(path, layout=layout, assignment=assignment, course=course, work=work, times=times)
    remarks = list(read.remarks)
    found = []
    for matched in match(read.items, gradebook):
        slug = matched.item.assignment or assignment
        if slug is None:
            raise UsageError(f"{matched.item.label} in {path} doesn't say of which assignment it is: say --assignment NAME")
        if matched.remark:
            remarks.append(matched.remark)
        filename, content = content_of(matched.item)
        found.append(
            gradebook.receive(
                matched.login,
                slug,
                content,
                filename=filename,
                received_at=matched.item.received_at,
                origin=matched.item.origin,
                label=matched.item.label,
            )
        )
    return found, remarks
