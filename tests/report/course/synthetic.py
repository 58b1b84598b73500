"""A synthetic course of any size: Standings, submissions and grades as the gradebook gives them, the same for the same arguments.

Students differ in skill; some are late, some missing, some wait; faults of ours, overrides, comments and linked grades occur.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import NamedTuple

import msgspec

from grader.gradebook.records import CheckSummary, Comment, Lateness, Override, Standing, StoredGrade, Student, Submission
from grader.report.course.about import About, CourseAbout

NOW = dt.datetime(2026, 10, 15, 14, 59, tzinfo=dt.UTC)
TITLES = (
    ("02_device_info", "What a GPU says of itself", "GPU가 말하는 자기 모습", 2.0),
    ("03_vector_matrix", "Vectors and matrices", "벡터와 행렬", 5.0),
    ("04_memory_kinds", "Kinds of memory", "메모리의 종류", 5.0),
    ("05_transpose", "Matrix transposition", "행렬 전치", 5.0),
    ("06_streams_events", "Streams and events", "스트림과 이벤트", 5.0),
    ("07_debug_profile", "Debugging and profiling", "디버깅과 프로파일링", 4.0),
    ("08_reduction", "Parallel reduction", "병렬 리덕션", 6.0),
    ("09_gemm", "Matrix multiplication", "행렬 곱", 8.0),
)
GIVEN = ("Minsu", "Jiwoo", "Seo-yeon", "Alice", "Bob", "Chloé", "Dmitri", "Eun-ji", "Farah", "Gustavo", "Haruto", "Ines", "민준", "서연")
FAMILY = ("Kim", "Lee", "Park", "Choi", "Nguyen", "Okafor", "Schmidt", "Silva", "Tanaka", "Novák", "김", "이", "박")
VERDICTS = ("RACE_SHARED", "WRONG_TAIL", "OOB_READ", "UNCOALESCED", "BANK_CONFLICT", "COMPILE_ERROR", "TIMEOUT", "WRONG_ANSWER")
CHECKS = (
    ("test_public.py::test_square", "A square matrix", "정사각 행렬", "correctness", 30.0, False),
    ("test_public.py::test_small", "A small matrix", "", "correctness", 10.0, False),
    ("test_hidden.py::test_odd", "Sizes that don't divide evenly", "나누어떨어지지 않는 크기", "correctness", 20.0, True),
    ("test_public.py::test_clean", "No findings of the device", "장치의 지적 사항 없음", "cleanliness", 10.0, False),
    ("test_hidden.py::test_coalesced", "Accesses are `coalesced`", "병합 접근", "performance", 20.0, True),
    ("test_hidden.py::test_fast", "Fast enough", "충분히 빠름", "performance", 10.0, True),
)


class Course(NamedTuple):
    about: CourseAbout
    standings: list[Standing]
    submissions: list[Submission]
    grades: list[StoredGrade]


def course(students: int = 40, assignments: int = 8, *, checks: int = len(CHECKS), seed: int = 1) -> Course:
    """`checks` of each grade; more than there are come with a number."""
    rng = random.Random(seed)
    abouts = []
    for index in range(assignments):
        slug, en, ko, weight = TITLES[index % len(TITLES)]
        slug = slug if index < len(TITLES) else f"{index + 2:02}_{slug[3:]}"
        abouts.append(About(slug=slug, title={"en": en, "ko": ko}, weight=weight, due=NOW + dt.timedelta(days=7 * index)))
    title = {"en": "CUDA and deep-learning systems", "ko": "CUDA와 딥러닝 시스템"}
    made = Course(CourseAbout(title=title, id="warpgrade", time_zone="Asia/Seoul", assignments=tuple(abouts)), [], [], [])
    for index in range(students):
        name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
        login = f"s{index:04}"
        student = Student(
            login=login, name=name, email=f"{login}@example.edu", ids={"canvas": str(90_000 + index)}, section=f"Section {index % 3 + 1}"
        )
        skill = rng.gauss(0.75, 0.15)
        for each in abouts:
            made.standings.append(_standing(made, student, each, min(1.0, max(0.05, rng.gauss(skill, 0.08))), rng, checks))
    return made


def _standing(made: Course, student: Student, about: About, skill: float, rng: random.Random, checks: int) -> Standing:
    fate = rng.random()
    base = Standing(
        student=student,
        assignment=about.slug,
        state="missing",
        submission=None,
        grade=None,
        lateness=Lateness(),
        override=None,
        comments=(),
        raw_points=None,
        points=None,
    )
    if fate < 0.04:
        return base
    late = rng.random() < 0.1
    assert about.due is not None
    submission = Submission(
        id=len(made.submissions) + 1,
        student=student.login,
        assignment=about.slug,
        number=1,
        received_at=about.due + dt.timedelta(hours=20 if late else -rng.randint(1, 90)),
        origin="canvas",
        label=f"{student.login}_{about.slug}.cu",
        filename="kernel.cu",
        content="0" * 64,
    )
    made.submissions.append(submission)
    if fate < 0.06:
        return msgspec.structs.replace(base, state="waiting", submission=submission)
    stored = grade(len(made.grades) + 1, submission, skill, rng, checks=checks, not_run=fate > 0.985)
    made.grades.append(stored)
    lateness = Lateness()
    if late:
        lateness = Lateness(
            days=1,
            penalty=0.1,
            budget_left=0,
            text=f"1 day late (due {about.due:%Y-%m-%d %H:%M} +09:00): it costs 10 %",
            text_ko=f"1일 지각(마감 {about.due:%Y-%m-%d %H:%M} +09:00): 1일에 대해 10 % 감점합니다",
        )
    raw = 100 * stored.score / stored.max_score if stored.max_score else None
    points = None if raw is None else round(raw * (1 - lateness.penalty), 6)
    override, comments = None, ()
    if raw is not None and raw < 80 and rng.random() < 0.05:
        override = Override(
            id=len(made.grades),
            student=student.login,
            assignment=about.slug,
            points=90.0,
            reason="The hidden case asked for more than the hand-out said.",
            author="ta",
            at=NOW,
        )
        points = 90.0
        said = Comment(
            id=len(made.grades), student=student.login, assignment=about.slug, text="Well explained.\nSee you.", author="ta", at=NOW
        )
        comments = (said, msgspec.structs.replace(said, id=said.id + 1, text="Asked twice about it.", private=True))
    return msgspec.structs.replace(
        base,
        state="graded" if stored.decided else "undecided",
        submission=submission,
        grade=stored,
        lateness=lateness,
        override=override,
        comments=comments,
        raw_points=raw,
        points=points,
    )


def grade(id: int, submission: Submission, skill: float, rng: random.Random, *, checks: int, not_run: bool = False) -> StoredGrade:
    rows, verdict = [], "PASSED"
    wrong = rng.choice(VERDICTS)
    for index in range(checks):
        name, title, title_ko, category, points, hidden = CHECKS[index % len(CHECKS)]
        again = "" if index < len(CHECKS) else f" {index}"
        outcome = "not_run" if not_run and index == 0 else "passed" if rng.random() < skill else "failed"
        said = {"passed": "", "failed": wrong, "not_run": "NOT_RUN"}[outcome]
        if outcome == "failed":
            verdict = wrong
        rows.append(
            CheckSummary(
                id=name + again,
                title=title + again,
                title_ko=title_ko + again if title_ko else "",
                category=category,
                points=points if outcome == "passed" else 0.0,
                max_points=points,
                outcome=outcome,  # type: ignore[arg-type]
                verdict=said,
                hidden=hidden,
            )
        )
    if not_run and verdict == "PASSED":
        verdict = "NOT_RUN"
    counted = [row for row in rows if row.outcome != "not_run"]
    return StoredGrade(
        id=id,
        submission=submission.id,
        student=submission.student,
        assignment=submission.assignment,
        at=(submission.received_at or NOW) + dt.timedelta(hours=9),
        score=sum(row.points for row in counted),
        max_score=sum(row.max_points for row in counted),
        verdict=verdict,
        message=_message(verdict, id),
        message_ko="" if verdict in ("PASSED", "NOT_RUN") else "두 번째 실행에서 `tile`이 틀립니다",
        file=None if verdict in ("PASSED", "NOT_RUN") else "kernel.cu",
        line=None if verdict in ("PASSED", "NOT_RUN") else 10 + id % 40,
        device="emulated:a100",
        seed_id="public",
        key=f"{id:064}",
        record="0" * 64,
        evidence="",
        checks=tuple(rows),
        same_as=None,
        why="graded",
        author="",
        cpu_s=rng.uniform(0.2, 0.9),
        wall_s=12.5 if rng.random() < 0.004 else rng.uniform(0.4, 1.8),
    )


def _message(verdict: str, id: int) -> str:
    if verdict == "NOT_RUN":
        return "the sandbox could not be started: no space left on device"
    return "" if verdict == "PASSED" else f"`tile[{id % 17}]` is wrong in the second launch of `step`"
