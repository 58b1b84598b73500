"""`python -m benchmarks.gradebook`: a made-up course -> how long each question takes that the commands ask a gradebook of 20,000 grades.

Rows are inserted in bulk, with as many checks, messages and records as real grades have; the questions go through the Gradebook. Each is
asked seven times; printed are the median, and the least and the greatest behind it. `--postgres` asks a PostgreSQL server that is started
for it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import msgspec
from sqlalchemy import insert

from grader.course import Course
from grader.course_file import read
from grader.gradebook.graded import row_of, summaries
from grader.gradebook.models import CommentRow, GradeRow, OverrideRow, SubmissionRow
from grader.gradebook.records import StoredGrade, Student
from grader.gradebook.store import Gradebook
from grader.records import CheckResult, Grade, Isolation

START = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
GOAL_S = 0.1
_VERDICTS = ("PASSED", "WRONG_ANSWER", "RACE_SHARED", "OOB_WRITE", "COMPILE_ERROR", "TIMEOUT")


def course_of(folder: Path, count: int, counts: str = "last") -> Course:
    """A course of so many assignments, due a week apart, with free days and a penalty."""
    slugs = tuple(f"{i:02}_task" for i in range(1, count + 1))
    for slug in slugs:
        (folder / "assignments" / slug).mkdir(parents=True, exist_ok=True)
        (folder / "assignments" / slug / "assignment.toml").touch()
    file = folder / "assignments" / "course.toml"
    dates = "".join(f"{slug} = {{ due = {(START + dt.timedelta(weeks=i)).isoformat()} }}\n" for i, slug in enumerate(slugs))
    file.write_text(
        f'id = "bench"\n[dates]\n{dates}[late]\nbudget_days = 4\npenalty_per_day = 0.1\n[submit]\ncounts = "{counts}"\n', encoding="utf-8"
    )
    table, _ = read(file)
    return Course(id="bench", file=file, assignments=file.parent, reference=folder, include=folder, order=slugs, table=table)


def fill(book: Gradebook, course: Course, students: int, each: int, checks: int = 12, seed: int = 1) -> int:
    """`each` submissions of every student in every assignment, a grade each; a tenth late, a quarter as another's. Returns how many."""
    lots = random.Random(seed)
    logins = [f"s{i:05}" for i in range(students)]
    people = [Student(login=login, name=f"학생 {login}", email=f"{login}@u.kr", section=str(i % 8)) for i, login in enumerate(logins)]
    book.enroll(people)
    content = book.blobs.put(b"// the same file for all of them\n")
    records = [_grade(slug, score, checks) for slug in course.order for score in range(0, 101, 10)]
    blobs = {(g.assignment, g.score): (g, book.blobs.put(msgspec.json.encode(g), durable=False)) for g in records}
    submissions, grades = [], []
    for number in range(1, each + 1):
        for week, slug in enumerate(course.order):
            for who in range(students):
                due = START + dt.timedelta(weeks=week)
                late = lots.random() < 0.1
                when = due + dt.timedelta(hours=lots.randrange(1, 50) if late else -lots.randrange(1, 90))
                id = len(submissions) + 1
                label = f"{logins[who]}/{slug}"
                times = {"received_at": when, "stored_at": when}
                names = {"origin": "server", "label": label, "filename": "task.cu", "content": content, "receipt": "", "identity": f"{id}"}
                submissions.append({"student_id": who + 1, "assignment": slug, "number": number, **times, **names})
                grade, record = blobs[slug, float(lots.randrange(0, 101, 10))]
                key = f"{slug}-{lots.randrange(students)}" if lots.random() < 0.25 else f"{slug}-{number}-own-{who}"
                grades.append(row_of(_stored(id, grade, record, key)))
    with book.database.writing() as connection:
        for table, rows in ((SubmissionRow, submissions), (GradeRow, grades)):
            connection.execute(insert(table), rows)
        said = {"assignment": course.order[0], "author": "ta", "at": START}
        few = range(1, students + 1, 20)
        connection.execute(insert(OverrideRow), [{**said, "student_id": i, "points": 50.0, "reason": "appeal"} for i in few])
        connection.execute(insert(CommentRow), [{**said, "student_id": i, "text": "see me", "private": False} for i in few])
    return len(grades)


def _grade(slug: str, score: float, checks: int) -> Grade:
    verdict = _VERDICTS[int(score) // 10 % len(_VERDICTS)] if score < 100 else "PASSED"
    results = [
        CheckResult(
            id=f"test_public.py::test_number_{i}",
            title=f"Check number {i} of this assignment",
            title_ko=f"이 과제의 {i}번째 검사",
            points=score / checks,
            max_points=100 / checks,
            outcome="passed" if score == 100 or i % 2 else "failed",
            verdict="" if score == 100 or i % 2 else verdict,
            hidden=i % 3 == 0,
        )
        for i in range(checks)
    ]
    return Grade(
        assignment=slug,
        submission="",
        score=float(score),
        max_score=100.0,
        verdict=verdict,
        message="C[17] is 3.5 and should be 4.0; the tail of a row that is no multiple of the tile is left out",
        message_ko="C[17]이 4.0이어야 하는데 3.5입니다. 타일의 배수가 아닌 행의 끝부분이 빠졌습니다",
        file="task.cu",
        line=42,
        device="emulated:a100",
        isolation=Isolation(level="local"),
        seed_id="bench",
        checks=tuple(results),
        problems=(),
        counters={},
        lines=(),
        timings_s={},
        source={"task.cu": "// the same file for all of them\n"},
    )


def _stored(submission: int, grade: Grade, record: str, key: str) -> StoredGrade:
    return StoredGrade(
        id=0,
        submission=submission,
        student="",
        assignment=grade.assignment,
        at=START,
        score=grade.score,
        max_score=grade.max_score,
        verdict=grade.verdict,
        message=grade.message,
        message_ko=grade.message_ko,
        file=grade.file,
        line=grade.line,
        device=grade.device,
        seed_id=grade.seed_id,
        key=key,
        record=record,
        evidence="",
        checks=summaries(grade),
        same_as=None,
        why="graded",
        author="",
    )


def questions(book: Gradebook, course: Course, students: int, each: int) -> list[tuple[str, float | None, Callable[[], object]]]:
    """What is asked, the goal in seconds (None: there is none), and how."""
    slug, login = course.order[len(course.order) // 2], f"s{students // 2:05}"
    keys = [f"{slug}-{each}-own-{i}" for i in range(200)]
    return [
        ("standings of one assignment", GOAL_S, lambda: book.standings(course, assignment=slug)),
        ("standings of one student", GOAL_S, lambda: book.standings(course, student=login)),
        ("known() of 200 keys", GOAL_S, lambda: book.known(keys)),
        ("latest grades of one assignment", GOAL_S, lambda: book.grades(assignment=slug)),
        ("all grades of one student", GOAL_S, lambda: book.grades(student=login, every=True)),
        ("submissions of one assignment", GOAL_S, lambda: book.submissions(assignment=slug)),
        ("a student by a name", GOAL_S, lambda: book.student(f"학생 {login}")),
        ("the roster", GOAL_S, lambda: book.students()),
        ("standings of the whole course", 5.0, lambda: book.standings(course)),
        ("latest grades of the whole course", None, lambda: book.grades()),
    ]


def measured(ask: Callable[[], object], repeat: int) -> list[float]:
    ask()
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        ask()
        times.append(time.perf_counter() - start)
    return times


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gradebook", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL server instead of SQLite")
    parser.add_argument("--repeat", type=int, default=7)
    options = parser.parse_args()
    gc.set_threshold(50_000)  # as the command `grader` does
    slow = 0
    for students, each, counts in ((1000, 1, "last"), (200, 5, "last"), (200, 5, "best")):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="grader-bench-")))
            where = str(folder / "gradebook.db")
            if options.postgres:
                from tests.gradebook.server import Server

                server = stack.enter_context(Server())
                server.execute("CREATE DATABASE bench")
                where = server.url("bench")
            book = stack.enter_context(Gradebook.open(where, files=folder / "files"))
            course = course_of(folder, 20, counts)
            start = time.perf_counter()
            count = fill(book, course, students, each)
            if options.postgres:
                server.execute("ANALYZE", "bench")
            kind = book.database.kind
            print(f"{kind}, {count:,} grades: {students} students, 20 assignments, {each} submissions each, the {counts} counts", end=" ")
            print(f"(filled in {time.perf_counter() - start:.1f} s)")
            for what, goal_s, ask in questions(book, course, students, each):
                times = measured(ask, options.repeat)
                median = statistics.median(times)
                over = goal_s is not None and median > goal_s
                slow += over
                goal = "" if goal_s is None else f"≤ {1000 * goal_s:.0f} ms{': MISSED' if over else ''}"
                print(f"  {what:<36} {1000 * median:8.1f} ms   ({1000 * min(times):.1f} … {1000 * max(times):.1f})   {goal}".rstrip())
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
