"""One student's page: their Standings and grades, and an audience -> StudentPage, with every word and number decided. Pure.

What an audience may not see never gets into the record: private remarks for students; for the anonymous report whatever a person wrote
(messages, reasons, comments, file names) and when it was.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence

from grader.gradebook.records import FULL_POINTS, CheckSummary, Comment, Standing, StoredGrade, Submission
from grader.records import Record
from grader.report.check_view import CATEGORIES, NOT_MEASURED, status_of
from grader.report.course.about import About
from grader.report.course.people import Audience, Person, anchor, one_line, shortened
from grader.report.course.phrasing import Score, Title, Total, Verdict, late_in_short, moment, score, title, told, total, verdict
from grader.report.course.scene import Scene
from grader.report.course.words import COURSE_WORDS
from grader.report.source import place
from grader.report.text import excerpt, number

LONGEST_TEXT = 4_000  # characters of a message, a reason or a comment


class Said(Record, frozen=True, kw_only=True):
    """What a person said: a comment, or an override with its points."""

    text: str
    author: str
    at: str
    private: bool = False
    points: str = ""


class Check(Record, frozen=True, kw_only=True):
    """One check's outcome: title and verdict, as hidden checks may be told, too."""

    title: Title
    status: str  # passed | partly | failed | not_run | not_measured | awaits
    verdict: str  # its title, unless passed
    points: str
    of: str
    hidden: bool


class Group(Record, frozen=True, kw_only=True):
    category: str
    points: str
    of: str
    checks: tuple[Check, ...]


class Step(Record, frozen=True, kw_only=True):
    """One line of the history: a grade, or a submission that has none."""

    number: int  # of the submission
    handed: str
    who: str  # of the group, if somebody else handed it in
    graded: str
    score: str
    verdict: Verdict | None
    why: str
    author: str
    counts: bool


class Work(Record, frozen=True, kw_only=True):
    """One assignment of the student."""

    slug: str
    anchor: str
    title: Title
    weight: str
    due: str
    score: Score
    share: float  # of FULL_POINTS, for the gauge, 0 … 100
    verdict: Verdict | None
    message: Title | None
    place: str
    handed: str
    filename: str
    lateness: str
    raw: str  # points before lateness and override, if one of them made a difference
    override: Said | None
    comments: tuple[Said, ...]
    groups: tuple[Group, ...]
    passed: int
    checks: int
    history: tuple[Step, ...]
    details: str  # address of the full report; "" without
    same_as: Person | None  # whose equal files were graded instead


class StudentPage(Record, frozen=True, kw_only=True):
    """One page."""

    language: str
    audience: Audience
    course: Title
    person: Person
    total: Total
    out_of: str
    work: tuple[Work, ...]


class Past(Record, frozen=True, kw_only=True):
    """What came before the standings of one student: all their submissions and all grades of these, in order."""

    submissions: tuple[Submission, ...] = ()
    grades: tuple[StoredGrade, ...] = ()


def student_page(standings: Mapping[str, Standing], past: Past, scene: Scene, person: Person) -> StudentPage:
    """The page of one student. `standings`: theirs, by assignment."""
    course = scene.course
    grades: dict[str, list[StoredGrade]] = {}
    for grade in past.grades:
        grades.setdefault(grade.assignment, []).append(grade)
    handed: dict[str, list[Submission]] = {}
    for submission in past.submissions:
        handed.setdefault(submission.assignment, []).append(submission)
    zone = course.zone
    return StudentPage(
        language=scene.language,
        audience=scene.audience,
        course=title(course.title, scene.language, course.id),
        person=person,
        total=total(standings, scene.in_play),
        out_of=scene.out_of,
        work=tuple(
            _work(each, standings[each.slug], handed.get(each.slug, ()), grades.get(each.slug, ()), scene, zone)
            for each in course.assignments
            if each.slug in standings
        ),
    )


def _work(
    about: About, standing: Standing, handed: Sequence[Submission], grades: Sequence[StoredGrade], scene: Scene, zone: dt.tzinfo
) -> Work:
    language, named = scene.language, scene.audience != "anonymous"
    grade, submission = standing.grade, standing.submission
    override = standing.override if standing.override is not None and standing.override.points is not None else None
    reduced = standing.raw_points is not None and (standing.lateness.penalty > 0 or standing.lateness.closed)
    private = scene.audience == "staff"
    return Work(
        slug=about.slug,
        anchor=anchor("a", about.slug),
        title=title(about.title, language, about.slug),
        weight=number(about.weight) if about.weight else "",
        due=moment(about.due, zone),
        score=score(standing, language),
        share=0.0 if standing.points is None else min(FULL_POINTS, max(0.0, standing.points)),
        verdict=verdict(grade.verdict, language) if grade is not None else None,
        message=_message(grade, language) if grade is not None and named else None,
        place=one_line(place(grade.file, grade.line)) if grade is not None and named else "",
        handed=moment(submission.received_at, zone) if submission is not None and named else "",
        filename=shortened(one_line(submission.filename)) if submission is not None and named else "",
        lateness=_lateness(standing, language, named),
        raw=number(standing.raw_points or 0.0, 1) if reduced or (override is not None and standing.raw_points is not None) else "",
        override=Said(
            text=excerpt(override.reason, LONGEST_TEXT)[0] if named else "",
            author=shortened(one_line(override.author)) if named else "",
            at=moment(override.at, zone) if named else "",
            points=number(override.points or 0.0, 1),
        )
        if override is not None
        else None,
        comments=tuple(_comment(each, zone) for each in standing.comments if private or not each.private) if named else (),
        groups=groups(grade.checks, language) if grade is not None else (),
        passed=sum(check.outcome == "passed" for check in grade.checks) if grade is not None else 0,
        checks=len(grade.checks) if grade is not None else 0,
        history=_history(standing, handed, grades, scene, zone) if named else (),
        details=scene.details.get(grade.id, "") if grade is not None else "",
        same_as=_same_as(grade, standing, scene) if grade is not None and private else None,
    )


def _same_as(grade: StoredGrade, standing: Standing, scene: Scene) -> Person | None:
    """Staff alone may know who handed in the same."""
    login = scene.whose.get(grade.same_as) if grade.same_as is not None else None
    return scene.people.get(login) if login is not None and login != standing.student.login else None


def _message(grade: StoredGrade, language: str) -> Title | None:
    said = told(grade.message, grade.message_ko, language)
    return Title(text=excerpt(said.text, LONGEST_TEXT)[0], lang=said.lang) if said.text else None


def _lateness(standing: Standing, language: str, named: bool) -> str:
    """The policy's own words, which name dates; numbers alone in the anonymous report."""
    lateness = standing.lateness
    return (lateness.text_ko if language == "ko" else lateness.text) if named else late_in_short(lateness, language)


def _comment(comment: Comment, zone: dt.tzinfo) -> Said:
    return Said(
        text=excerpt(comment.text, LONGEST_TEXT)[0],
        author=shortened(one_line(comment.author)),
        at=moment(comment.at, zone),
        private=comment.private,
    )


def groups(checks: Sequence[CheckSummary], language: str) -> tuple[Group, ...]:
    """The checks by category, in the order of the submission page, and as there what was not run leaves the sums; a category that isn't
    known comes last."""
    by_category: dict[str, list[CheckSummary]] = {}
    for check in checks:
        by_category.setdefault(check.category, []).append(check)
    order = [*(name for name in CATEGORIES if name in by_category), *(name for name in by_category if name not in CATEGORIES)]
    return tuple(
        Group(
            category=name,
            points=number(sum(check.points for check in by_category[name] if check.outcome != "not_run")),
            of=number(sum(check.max_points for check in by_category[name] if check.outcome != "not_run")),
            checks=tuple(_check(check, language) for check in by_category[name]),
        )
        for name in order
    )


@functools.lru_cache(maxsize=20_000)  # most checks of a course end alike
def _check(check: CheckSummary, language: str) -> Check:
    return Check(
        title=told(check.title, check.title_ko, language),
        status=status_of(check),
        verdict=verdict(check.verdict, language).title if check.outcome != "passed" and check.verdict not in ("", NOT_MEASURED) else "",
        points=number(check.points),
        of=number(check.max_points),
        hidden=check.hidden,
    )


def _history(
    standing: Standing, handed: Sequence[Submission], grades: Sequence[StoredGrade], scene: Scene, zone: dt.tzinfo
) -> tuple[Step, ...]:
    """Nothing if there was one submission and one grade of it: the page says all of that already."""
    known = {each.id: each for each in handed}
    if standing.submission is not None:
        known[standing.submission.id] = standing.submission
    steps: list[Step] = []
    for submission in sorted(known.values(), key=lambda each: each.id):
        mine: list[StoredGrade | None] = [grade for grade in grades if grade.submission == submission.id]
        counting = standing.grade is not None and standing.grade.submission == submission.id
        if counting and all(grade is None or standing.grade is None or grade.id != standing.grade.id for grade in mine):
            mine.append(standing.grade)
        steps += [_step(submission, grade, standing, scene, zone) for grade in mine or [None]]
    return tuple(steps) if len(steps) > 1 else ()


def _step(submission: Submission, grade: StoredGrade | None, standing: Standing, scene: Scene, zone: dt.tzinfo) -> Step:
    other = submission.student != standing.student.login
    counts = standing.submission is not None and standing.submission.id == submission.id
    return Step(
        number=submission.number,
        handed=moment(submission.received_at, zone),
        who=scene.people[submission.student].name if other and submission.student in scene.people else "",
        graded=moment(grade.at, zone) if grade is not None else "",
        score=f"{number(grade.score, 1)} / {number(grade.max_score, 1)}" if grade is not None else "",
        verdict=verdict(grade.verdict, scene.language) if grade is not None else None,
        why=_why(grade.why, scene.language) if grade is not None else "",
        author=shortened(one_line(grade.author)) if grade is not None else "",
        counts=counts and (grade is None or standing.grade is None or grade.id == standing.grade.id),
    )


def _why(why: str, language: str) -> str:
    """ "regraded: a test was too strict" with its first word translated; what people wrote stays."""
    first, colon, rest = excerpt(why, LONGEST_TEXT)[0].partition(":")
    return COURSE_WORDS[language].get(f"why_{first}", first) + colon + rest
