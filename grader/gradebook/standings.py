"""Standings: the whole gradebook and a course -> one Standing a student and assignment: the one view that reports and exports read.

First few columns of many submissions decide which ones count (standing.py); only those are then read whole.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, or_, select, tuple_, type_coerce

from grader.course import Course, slugs
from grader.course_file import CourseFile
from grader.gradebook.arrangements import read_extensions, read_groups
from grader.gradebook.graded import grade_of, grades_query, latest_of
from grader.gradebook.models import GradeRow, StudentRow, SubmissionRow, microseconds
from grader.gradebook.people import COLUMNS, people
from grader.gradebook.received import submission_of, submissions_query
from grader.gradebook.records import Comment, Override, Standing, StoredGrade, Student, Submission
from grader.gradebook.remarks import read_comments, read_overrides
from grader.gradebook.shelf import Shelf, among, nobody
from grader.gradebook.standing import Chosen, Hand, Rules, dates_of, points_of, raw_points, state_of
from grader.toolchain import UsageError

Pair = tuple[str, str]  # login, assignment


class Standings(Shelf):
    """The view."""

    def standings(
        self, course: Course, *, student: str | None = None, assignment: str | None = None, now: dt.datetime | None = None
    ) -> list[Standing]:
        """By login, then in the course's order of assignments. Everybody who is enrolled has one in each; others where they handed in or
        staff said something. `student` is a login. With `now`, as things stood then: what was received later isn't looked at."""
        with self.database.reading() as connection:
            query = select(*COLUMNS).order_by(StudentRow.login)
            if student is not None:
                query = query.where(StudentRow.login == student)
            persons = people(connection, query)
            if student is not None and not persons:
                raise UsageError(nobody(student, connection.execute(select(StudentRow.login)).scalars().all()))
            groups = read_groups(connection)
            mates = _mates(groups)
            who = None
            if student is not None:
                logins = {student, *(mate for names in mates.get(student, {}).values() for mate in names)}
                who = list(connection.execute(select(StudentRow.id).where(StudentRow.login.in_(logins))).scalars())
            only = None if student is None else next(iter(persons))
            table = course.table
            # free late days are spent over the whole course; with none to spend, other assignments don't matter
            narrow = assignment if table.late.budget_days == 0 else None
            wanted = None if assignment is None else _wanted(table, assignment, groups)
            hands = _hands(connection, table, who, wanted, now)
            extensions = {(e.student, e.assignment): e.until for e in read_extensions(connection, only, narrow)}
            overrides = {(o.student, o.assignment): o for o in read_overrides(connection, only, assignment)}
            comments: dict[Pair, list[Comment]] = {}
            for comment in read_comments(connection, only, assignment):
                comments.setdefault((comment.student, comment.assignment), []).append(comment)
            said = {*overrides, *comments}
            handed_in = {slug for of in hands.values() for slug in of}
            others = sorted(handed_in | {slug for _, slug in said})
            order = list(dict.fromkeys([*slugs(course), *others])) if assignment is None else [assignment]
            chosen: dict[Pair, Chosen] = {}
            rules = Rules(table)
            plain = {slug: dates_of(table, slug, None) for slug in {*order, *handed_in}}
            for person in persons.values():
                mine = _with_mates(hands, person.login, mates.get(person.login, {}))
                asked = order if person.enrolled else [slug for slug in order if slug in mine or (person.login, slug) in said]
                dates = {slug: plain[slug] for slug in {*asked, *mine}}
                for slug in dates:
                    if (person.login, slug) in extensions:
                        dates[slug] = dates_of(table, slug, extensions[person.login, slug])
                found = rules.counted(mine, dates, in_words=asked)
                chosen.update(((person.login, slug), found[slug]) for slug in asked)
            numbers = list(dict.fromkeys(each.hand.id for each in chosen.values() if each.hand is not None))
            whole, grades = _whole(connection, numbers)
        by_login = {person.login: person for person in persons.values()}
        return [
            _standing(by_login[login], slug, each, whole, grades, overrides.get((login, slug)), comments.get((login, slug), ()))
            for (login, slug), each in chosen.items()
        ]


def _wanted(course: CourseFile, assignment: str, shared: Collection[str]) -> ColumnElement[bool]:
    """Of which submissions the standing in one assignment depends: its own, and of those that were due before it, where free days are spent
    first, each student's assignments in which anything came late. Of `shared`, which groups hand in, all."""
    own = SubmissionRow.assignment == assignment
    due = course.dates[assignment].due if assignment in course.dates else None
    earlier = {slug: table.due for slug, table in course.dates.items() if table.due is not None and (due is None or table.due <= due)}
    if course.late.budget_days == 0 or not (earlier := {slug: when for slug, when in earlier.items() if slug != assignment}):
        return own
    late = or_(*(and_(SubmissionRow.assignment == slug, SubmissionRow.received_at > when) for slug, when in earlier.items()))
    pairs = select(SubmissionRow.student_id, SubmissionRow.assignment).where(late)
    return or_(own, SubmissionRow.assignment.in_(shared), tuple_(SubmissionRow.student_id, SubmissionRow.assignment).in_(pairs))


def _hands(
    connection: Connection, course: CourseFile, who: list[int] | None, wanted: ColumnElement[bool] | None, now: dt.datetime | None
) -> dict[str, dict[str, list[Hand]]]:
    """Login -> assignment -> what they handed in, in order."""
    received = type_coerce(SubmissionRow.received_at, BigInteger)
    query = select(SubmissionRow.id, StudentRow.login, SubmissionRow.assignment, received)
    query = query.join(StudentRow, StudentRow.id == SubmissionRow.student_id).order_by(SubmissionRow.id)
    if who is not None:
        query = query.where(SubmissionRow.student_id.in_(who))
    if wanted is not None:
        query = query.where(wanted)
    if now is not None:
        query = query.where(received.is_(None) | (received <= microseconds(now)))
    rows = connection.execute(query).all()
    best = {slug for slug in {row[2] for row in rows} if course.submit_rules(slug).counts == "best"}
    raws: dict[int, float | None] = {}
    if several := [row[0] for row in rows if row[2] in best]:
        scores = select(GradeRow.submission_id, GradeRow.score, GradeRow.max_score).where(latest_of(connection, several))
        raws = {id: raw_points(score, max_score) for id, score, max_score in connection.execute(scores)}
    found: dict[str, dict[str, list[Hand]]] = {}
    for id, login, slug, received_us in rows:
        found.setdefault(login, {}).setdefault(slug, []).append(Hand(id, received_us, raws.get(id)))
    return found


def _mates(groups: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, dict[str, Sequence[str]]]:
    """Login -> assignment -> all of their group."""
    found: dict[str, dict[str, Sequence[str]]] = {}
    for slug, names in groups.items():
        for logins in names.values():
            for login in logins:
                found.setdefault(login, {})[slug] = logins
    return found


def _with_mates(hands: Mapping[str, dict[str, list[Hand]]], login: str, shared: Mapping[str, Sequence[str]]) -> dict[str, list[Hand]]:
    """What one student and their mates handed in."""
    joined = {slug: sorted(hand for name in names for hand in hands.get(name, {}).get(slug, ())) for slug, names in shared.items()}
    return {**hands.get(login, {}), **{slug: found for slug, found in joined.items() if found}}


def _whole(connection: Connection, numbers: Sequence[int]) -> tuple[dict[int, Submission], dict[int, StoredGrade]]:
    these = among(connection, SubmissionRow.id, numbers)
    submissions = {row[0]: submission_of(row) for row in connection.execute(submissions_query().where(these))}
    return submissions, {row[1]: grade_of(row) for row in connection.execute(grades_query().where(latest_of(connection, numbers)))}


def _standing(
    student: Student,
    assignment: str,
    chosen: Chosen,
    submissions: Mapping[int, Submission],
    grades: Mapping[int, StoredGrade],
    override: Override | None,
    comments: Sequence[Comment],
) -> Standing:
    submission = submissions[chosen.hand.id] if chosen.hand is not None else None
    grade = grades.get(submission.id) if submission is not None else None
    raw = raw_points(grade.score, grade.max_score) if grade is not None else None
    return Standing(
        student=student,
        assignment=assignment,
        state=state_of(submission, grade),
        submission=submission,
        grade=grade,
        lateness=chosen.lateness,
        override=override,
        comments=tuple(comments),
        raw_points=raw,
        points=points_of(raw, chosen.lateness, override),
    )
