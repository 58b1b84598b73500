"""Take: a folder or zip that somebody downloaded -> Submissions in the gradebook, each once however often it is read."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path

import msgspec

from grader.assignment import Assignment, load_assignment
from grader.course import Course, slugs
from grader.errors import AssignmentError, HarnessError
from grader.gradebook.records import Submission
from grader.gradebook.store import Gradebook
from grader.intake.assignments import placed
from grader.intake.contents import content_of
from grader.intake.opened import opened
from grader.intake.people import Match, Roster
from grader.intake.record import Intake, Scene
from grader.intake.table import read_layout
from grader.intake.times import Times, read_times
from grader.records import Record
from grader.toolchain import UsageError
from grader.unpack.members import show


class Taken(Record, frozen=True, kw_only=True):
    """What one reading of a folder came to."""

    submissions: tuple[Submission, ...]
    remarks: tuple[str, ...]  # what the reader should look at
    left: tuple[dict[str, str], ...]  # hand-ins that are not in the gradebook, each with its "fault"


def take(
    path: Path,
    gradebook: Gradebook,
    course: Course,
    *,
    layout: str | None = None,
    assignment: str | None = None,
    times: Path | None = None,
) -> Taken:
    """What was handed in. Of `assignment` (a slug), what is surely of another one is left alone. What can't be read, and what nothing says
    of which assignment it is, stays behind and is told: it keeps nobody else waiting. Raises UsageError if the layout isn't known, or
    nothing says of any hand-in which assignment it is of."""
    scene = Scene(assignments=_assignments(course, assignment))
    wanted = scene.wanted()
    moments = read_times(times, course.table.zone, scene.slug_of) if times else Times()
    with opened(path) as folder:
        found = read_layout(folder, scene, layout)
        remarks = [f"{show(each.path.name)}: {each.reason}" for each in found.skipped]
        nothing = [each for each in found.intakes if not each.parts]
        left: list[dict[str, str]] = []
        intakes = _readable([_of(each, assignment) for each in found.intakes if each.parts], wanted, left)
        intakes = [each for each in placed(intakes, scene, lambda each: content_of(each, wanted)) if assignment in (None, each.assignment)]
        if intakes and not any(each.assignment for each in intakes):
            raise UsageError(f"nothing tells of which assignment {intakes[0].label} is: say --assignment NAME")
        students = gradebook.students()
        roster = Roster(students)
        told = remarks if any(student.enrolled for student in students) else []  # without a roster nobody is in it: nothing to tell
        remarks += [f"{each.label}: handed nothing in" for each in nothing]
        handed = [(each, roster.match(each)) for each in intakes]
        alone = Counter((match.login, each.assignment) for each, match in handed)
        submissions = []
        for each, match in handed:
            if each.assignment is None:
                left.append(_fault(each, "nothing tells of which assignment it is; put it into a folder of the assignment's name"))
            else:
                again = alone[match.login, each.assignment] == 1
                submissions.append(_received(each, each.assignment, gradebook, match, moments, wanted, told, remarks, again=again))
        if times is None and any(each.origin == "github" for each in submissions):
            remarks.append("times of commits are the students' own clocks: give those of the pushes with --times if lateness matters")
        remarks += moments.left_over([(each, match.keys) for each, match in handed if each.assignment])
        return Taken(submissions=tuple(submissions), remarks=tuple(remarks), left=tuple(left))


def _assignments(course: Course, wanted: str | None) -> dict[str, Assignment]:
    """Those that can be read. Another one's mistake is no reason not to grade this one: `grader lint` tells of it."""
    found = {}
    for slug in slugs(course):
        with contextlib.nullcontext() if slug == wanted else contextlib.suppress(AssignmentError):
            found[slug] = load_assignment(course.assignments / slug, course)
    return found


def _readable(intakes: list[Intake], wanted: set[str], left: list[dict[str, str]]) -> list[Intake]:
    """Those whose files this machine lets us read."""
    found = []
    for each in intakes:
        try:
            content_of(each, wanted)
        except HarnessError as error:
            left.append(_fault(each, str(error)))
        else:
            found.append(each)
    return found


def _fault(intake: Intake, text: str) -> dict[str, str]:
    return {"student": intake.label, "assignment": intake.assignment or "", "fault": text}


def _of(intake: Intake, assignment: str | None) -> Intake:
    return msgspec.structs.replace(intake, assignment=intake.assignment or assignment)


def _received(
    intake: Intake,
    slug: str,
    gradebook: Gradebook,
    match: Match,
    moments: Times,
    wanted: set[str],
    told: list[str],
    remarks: list[str],
    *,
    again: bool,
) -> Submission:
    if match.note:
        told.append(f"{intake.label}: kept as {match.login}, {match.note}")
    received_at = moments.of(intake, *match.keys) or intake.received_at
    if intake.late and received_at is None:
        remarks.append(f"{intake.label}: late, says {intake.origin}, and not since when; give the time with --times")
    filename, content = content_of(intake, wanted)
    return gradebook.receive(
        match.login,
        slug,
        content,
        filename=filename,
        received_at=received_at,
        origin=intake.origin,
        label=intake.label,
        again=again,
    )
