"""Render: Standings and what came before them → the course report's pages, self-contained HTML. The same input gives the same bytes.

No remote resource; one small script of ours sorts tables and is allowed by its hash. Everything from students and staff is escaped.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment
from markupsafe import Markup

import grader.look
import grader.verdicts
from grader.errors import HarnessError
from grader.gradebook.records import Standing, StoredGrade, Submission
from grader.records import Grade, Record, Sighting
from grader.report.course.about import CourseAbout
from grader.report.course.assignment_view import assignment_page
from grader.report.course.folder import FULL_REPORTS, Folder, generator
from grader.report.course.index_view import index_page
from grader.report.course.outliers import outliers
from grader.report.course.people import Audience, page_name, persons
from grader.report.course.scene import Scene
from grader.report.course.sighted import sighted
from grader.report.course.statistics import of_assignment
from grader.report.course.student_view import Check, Past, student_page
from grader.report.course.words import COURSE_WORDS
from grader.report.render import TEMPLATES, policy
from grader.report.render import environment as submission_environment
from grader.report.view import submission as submission_view
from grader.toolchain import UsageError


class _RecordGoneError(Exception):
    """The gradebook can't give a grade whole; the report goes on without that page."""


CACHED_ROWS = 20_000
Full = Callable[[StoredGrade], Grade]


class Rendered(Record, frozen=True, kw_only=True):
    """What a writing did. `faults`: sentences about full reports that could not be made; all else is there."""

    index: Path  # or the student's page
    written: int
    unchanged: int
    removed: int
    faults: tuple[str, ...] = ()


def render_course(
    standings: Sequence[Standing],
    course: CourseAbout,
    folder: Path,
    *,
    submissions: Sequence[Submission] = (),
    grades: Sequence[StoredGrade] = (),
    audience: Audience = "staff",
    student: str = "",
    assignment: str = "",
    language: str = "en",
    full: Full | None = None,
    sightings: Mapping[int, tuple[Sighting, ...]] | None = None,
    key: bytes = b"",
    changed_only: bool = True,
) -> Rendered:
    """Write the report into `folder`, which is made if needed; pages of who or what is gone are removed.

    `standings`: of everybody; `submissions` and `grades`: all of them, for the history on students' pages. `audience` "students" writes the
    page of `student` (a login) alone, beside those of others that are there. `assignment`: a report of this one only. `full` gives a stored
    grade whole, and adds the submissions' own pages. `sightings`: of a grade's number, told to the staff alone. `key`: of the pseudonyms.
    `changed_only` False writes every page anew.

    Raises UsageError for an unknown student or assignment, for full reports in an anonymous report and if the folder holds another kind of
    report; HarnessError for an unknown language and if the folder can't be written.
    """
    env = environment(language, audience, assignment)
    if audience == "anonymous" and full is not None:
        raise UsageError("full reports show the students' source; an anonymous report can't have them: leave out --details")
    slugs = {each.assignment for each in standings}
    course = course.with_unknown(slugs)
    if assignment:
        if assignment not in {each.slug for each in course.assignments}:
            raise UsageError(f"there is no assignment {assignment!r}; known are {', '.join(a.slug for a in course.assignments) or 'none'}")
        course = course.only(assignment)
        standings = [each for each in standings if each.assignment == assignment]
    by_student = _by_student(standings)
    if audience == "students" and student not in by_student:
        raise UsageError(f"there is nothing of {student!r} to report; known are {', '.join(sorted(by_student)) or 'none'}")
    people = persons((next(iter(mine.values())).student for mine in by_student.values()), audience, key)
    scored = {each.assignment for each in standings if each.points is not None}
    scene = Scene(
        language=language,
        audience=audience,
        course=course,
        people=people,
        in_play=tuple(each for each in course.assignments if each.slug in scored),
        whose={each.id: each.student for each in grades},
    )
    told = [student] if audience == "students" else list(people)
    target = Folder(folder, audience, assignment)
    shown = code_digest()
    names = [people[login].page for login in told]
    if audience != "students":
        names += ["index.html", *(page_name("assignment", each.slug) for each in course.assignments)]
    target.begin(names, of=student)
    faults: list[str] = []
    if full is not None:
        counting = [each for login in told for each in by_student[login].values() if each.grade is not None]
        details, faults = _full_reports(counting, full, target, env, scene, shown, of=student, anyway=not changed_only)
        scene = msgspec.structs.replace(scene, details=details)

    def write(name: str, view: Record, template: str, **values: Any) -> None:
        page = env.get_template(f"course/{template}")
        digest = _digest(shown, msgspec.json.encode(view))
        target.page(name, digest, lambda: page.render(page=view, **values), of=student, anyway=not changed_only)

    pasts = _pasts(submissions, grades, by_student)
    alone = audience == "students"
    for login in told:
        view = student_page(by_student[login], pasts(login), scene, people[login])
        write(people[login].page, view, "student.html.j2", home="" if alone else "index.html")
    if not alone:
        scripted = {"csp": env.globals["csp_script"]}
        odd = outliers(standings)
        seen = sighted(standings, sightings or {}) if audience == "staff" else ()
        found = []
        for about in course.assignments:
            of_it = {login: mine[about.slug] for login, mine in by_student.items() if about.slug in mine}
            found.append(of_assignment(about.slug, list(of_it.values())))
            mine_odd = [each for each in odd if each.assignment == about.slug]
            mine_seen = [each for each in seen if each.assignment == about.slug]
            write(
                page_name("assignment", about.slug),
                assignment_page(about, of_it, found[-1], mine_odd, scene, mine_seen),
                "assignment.html.j2",
                home="index.html",
                **scripted,
            )
        write("index.html", index_page(by_student, found, odd, scene, seen), "index.html.j2", home="index.html", **scripted)
    counts = target.finish(only_of=student)
    return Rendered(
        index=folder / (people[student].page if alone else "index.html"),
        written=counts.written,
        unchanged=counts.unchanged,
        removed=counts.removed,
        faults=tuple(faults),
    )


def environment(language: str, audience: Audience = "staff", assignment: str = "") -> Environment:
    """The submission page's environment with this report's words, style and sorter."""
    env = submission_environment(language)
    own = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "course/course.css"))
    script = (TEMPLATES / "course" / "sort.js").read_text(encoding="utf-8")
    env.globals.update(
        full_style=env.globals["style"],  # of the submissions' own pages
        full_csp=env.globals["csp"],
        t=COURSE_WORDS[language],
        style=Markup(own),  # our own files: trusted
        script=Markup(script),
        csp=policy(own),
        csp_script=policy(own, script),
        generator=generator(audience, assignment),
    )
    row: Callable[[Check], str] = env.get_template("course/check_row.html.j2").module.check_row  # type: ignore[attr-defined]
    env.globals["check_row"] = functools.lru_cache(maxsize=CACHED_ROWS)(row)  # it is all that most of a page consists of
    return env


def code_digest() -> str:
    """Of all that shapes a page but isn't in its view: templates, words, styles, the texts of verdicts and of the static look. A new
    version writes pages anew."""
    found = hashlib.sha256()
    for package in (TEMPLATES.parent, Path(grader.verdicts.__file__).parent, Path(grader.look.__file__).parent):
        for file in sorted(package.rglob("*")):
            if file.suffix in (".py", ".j2", ".css", ".js"):
                found.update(file.read_bytes())
    return found.hexdigest()


def _full_reports(
    counting: Sequence[Standing], full: Full, target: Folder, env: Environment, scene: Scene, shown: str, *, of: str, anyway: bool
) -> tuple[dict[int, str], list[str]]:
    """Writes the submissions' own pages. Grade's number -> address, and what went wrong with the others."""
    found: dict[int, str] = {}
    faults = []
    template = env.get_template("submission.html.j2")
    target.begin([f"{FULL_REPORTS}/{each.grade.id}.html" for each in counting if each.grade], of=of)
    for standing in counting:
        stored, submission = standing.grade, standing.submission
        if stored is None or stored.id in found:
            continue
        name = f"{FULL_REPORTS}/{stored.id}.html"
        # never the label that a record came with: equal files of two people share one
        label = f"{standing.student.login}/{submission.filename if submission else stored.assignment}"
        home = f"../{scene.people[standing.student.login].page}"

        def text(stored: StoredGrade = stored, label: str = label, home: str = home) -> str:
            try:
                grade = msgspec.structs.replace(full(stored), submission=label)
            except HarnessError as error:
                raise _RecordGoneError(str(error)) from error
            if scene.audience != "staff":
                grade = msgspec.structs.replace(grade, sightings=())
            page = submission_view(grade, "", scene.language)
            look = {"style": env.globals["full_style"], "csp": env.globals["full_csp"]}
            return template.render(page=page, home=home, home_words="back_to_student", **look)

        try:
            target.page(name, _digest(shown, f"{stored.record}\0{label}\0{home}\0{scene.language}".encode()), text, of=of, anyway=anyway)
        except _RecordGoneError as error:
            faults.append(f"the full report of grade {stored.id} is left out: {error}")
            continue
        found[stored.id] = name
    return found, faults


def _by_student(standings: Sequence[Standing]) -> dict[str, dict[str, Standing]]:
    found: dict[str, dict[str, Standing]] = {}
    for each in standings:
        found.setdefault(each.student.login, {})[each.assignment] = each
    return found


def _pasts(
    submissions: Sequence[Submission], grades: Sequence[StoredGrade], by_student: Mapping[str, Mapping[str, Standing]]
) -> Callable[[str], Past]:
    """Login -> their past, a group's shared submission with its grades among it."""
    handed: dict[str, list[Submission]] = {}
    graded: dict[str, list[StoredGrade]] = {}
    regraded: dict[int, list[StoredGrade]] = {}
    for submission in submissions:
        handed.setdefault(submission.student, []).append(submission)
    for grade in grades:
        graded.setdefault(grade.student, []).append(grade)
        regraded.setdefault(grade.submission, []).append(grade)

    def past(login: str) -> Past:
        shared = [each for each in _counting(by_student[login]) if each.student != login]
        return Past(
            submissions=(*handed.get(login, ()), *shared),
            grades=(*graded.get(login, ()), *(grade for each in shared for grade in regraded.get(each.id, ()))),
        )

    return past


def _counting(mine: Mapping[str, Standing]) -> Iterator[Submission]:
    return (each.submission for each in mine.values() if each.submission is not None)


def _digest(shown: str, content: bytes) -> str:
    return hashlib.sha256(shown.encode() + content).hexdigest()
