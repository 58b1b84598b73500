"""Take: a folder or zip that somebody downloaded -> Submissions in the gradebook, each once however often it is read."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.assignment import load_assignment
from grader.course import Course, slugs
from grader.gradebook.records import Submission
from grader.gradebook.store import Gradebook
from grader.intake.assignments import placed
from grader.intake.contents import content_of
from grader.intake.opened import opened
from grader.intake.people import Roster
from grader.intake.record import Intake, Scene
from grader.intake.table import read_layout
from grader.intake.times import Times, read_times
from grader.toolchain import UsageError


def take(
    path: Path,
    gradebook: Gradebook,
    course: Course,
    *,
    layout: str | None = None,
    assignment: str | None = None,
    times: Path | None = None,
) -> tuple[list[Submission], list[str]]:
    """What was handed in, and remarks on what the reader should look at. Raises UsageError if the layout isn't known, or nothing tells of
    which assignment something is and neither does `assignment` (a slug; then what is surely of another one is left alone)."""
    scene = Scene(assignments={slug: load_assignment(course.assignments / slug, course) for slug in slugs(course)})
    wanted = scene.wanted()
    moments = read_times(times, course.table.zone, scene.slug_of) if times else Times()
    with opened(path) as folder:
        found = read_layout(folder, scene, layout)
        remarks = [f"{each.path.name}: {each.reason}" for each in found.skipped]
        nothing = [each for each in found.intakes if not each.parts]
        intakes = [_of(each, assignment) for each in found.intakes if each.parts]
        intakes = [each for each in placed(intakes, scene, lambda each: content_of(each, wanted)) if assignment in (None, each.assignment)]
        students = gradebook.students()
        roster = Roster(students)
        told = remarks if any(student.enrolled for student in students) else []  # without a roster nobody is in it: nothing to tell
        remarks += [f"{each.label}: handed nothing in" for each in nothing]
        return [_received(each, gradebook, roster, moments, wanted, told, remarks) for each in intakes], remarks


def _of(intake: Intake, assignment: str | None) -> Intake:
    return msgspec.structs.replace(intake, assignment=intake.assignment or assignment)


def _received(
    intake: Intake, gradebook: Gradebook, roster: Roster, moments: Times, wanted: set[str], told: list[str], remarks: list[str]
) -> Submission:
    if intake.assignment is None:
        raise UsageError(f"nothing tells of which assignment {intake.label} is: say --assignment NAME")
    match = roster.match(intake)
    if match.note:
        told.append(f"{intake.label}: kept as {match.login}, {match.note}")
    received_at = moments.of(intake, match.login) or intake.received_at
    if intake.late and received_at is None:
        remarks.append(f"{intake.label}: late, says {intake.origin}, and not since when; give the time with --times")
    filename, content = content_of(intake, wanted)
    return gradebook.receive(
        match.login,
        intake.assignment,
        content,
        filename=filename,
        received_at=received_at,
        origin=intake.origin,
        label=intake.label,
    )
