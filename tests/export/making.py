"""Made-up standings with everything in them that a file can trip over: formulas, escape sequences, NUL, lone surrogates, Korean."""

from __future__ import annotations

import datetime as dt

from grader.export import Graded, Material
from grader.gradebook.records import Comment, Lateness, Override, Standing, StoredGrade, Student, Submission
from grader.records import CheckResult, Problem

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
NASTY = "\x1b[31mred\x1b[0m \x00 \ud800 \ufffe ]]> <b>&amp; \u202egnirts =1+1\r\n=cmd|'/c calc'!A1\t::error::"
SLUG, OTHER = "01_scale", "02_reverse"
TITLES = {SLUG: {"en": "Scale a vector", "ko": "벡터에 수 곱하기"}, OTHER: {"en": "Reverse, in place", "ko": "뒤집기"}}


def check(name: str, points: float, full: float, **more: object) -> CheckResult:
    outcome = "passed" if points == full else "failed"
    base = {"id": f"test_public.py::{name}", "title": name, "points": points, "max_points": full, "outcome": outcome}
    return CheckResult(**(base | more))  # type: ignore[arg-type]


def graded(score: float = 60, *, text: str = "C[0] is wrong", checks: tuple[CheckResult, ...] | None = None, slug: str = SLUG) -> Graded:
    """Of three checks: one passed, one failed with a place, one hidden."""
    made = checks or (
        check("values", 40, 40, title_ko="값"),
        check("odd sizes", 0, 40, verdict="WRONG_ANSWER", message=text, message_ko=text, file="scale.cu", line=7, hint="Which thread?"),
        check("secret", score - 40, 20, hidden=True, verdict="" if score == 60 else "WRONG_ANSWER"),
    )
    problem = Problem(verdict="RACE_SHARED", message=text, file="scale.cu", line=9, column=3, other_line=4, count=5, kernel="k")
    note = Problem(verdict="LEAK", message="8 bytes", note=True)
    return Graded(
        assignment=slug,
        submission="in/alice",
        score=score,
        max_score=100,
        verdict="RACE_SHARED",
        message=text,
        file="scale.cu",
        line=9,
        device="emulated:a100",
        checks=made,
        problems=(problem, note),
        timings_s={"build": 1.25, "run": 0.5},
    )


def faulty() -> Graded:
    """A grade in which one check couldn't be run for a reason of ours, and one can't be on this device."""
    made = (
        check("values", 40, 40),
        check("odd", 0, 40, outcome="not_run", message="the device was gone"),
        check("speed", 0, 20, outcome="not_run", verdict="NOT_MEASURED"),
    )
    whole = graded(checks=made)
    return Graded(**{name: getattr(whole, name) for name in Graded.__struct_fields__} | {"score": 40, "max_score": 40, "verdict": "PASSED"})


def stored(number: int, login: str, slug: str, score: float = 60) -> StoredGrade:
    return StoredGrade(
        id=number, submission=number, student=login, assignment=slug, at=NOON, score=score, max_score=100, verdict="RACE_SHARED",
        message="", message_ko="", file=None, line=None, device="emulated:a100", seed_id="s", key="k", record="r", evidence="", checks=(),
        same_as=None, why="graded", author="",
    )  # fmt: skip


def student(login: str, name: str = "", **more: object) -> Student:
    return Student(login=login, name=name or login.title(), **more)  # type: ignore[arg-type]


def standing(who: Student, slug: str = SLUG, points: float | None = 60.0, **more: object) -> Standing:
    submission = Submission(
        id=1,
        student=who.login,
        assignment=slug,
        number=1,
        received_at=NOON,
        origin="folder",
        label=who.login,
        filename="scale.cu",
        content="c",
    )
    base: dict[str, object] = {
        "student": who,
        "assignment": slug,
        "state": "waiting" if points is None else "graded",
        "submission": submission,
        "grade": None if points is None else stored(1, who.login, slug),
        "lateness": Lateness(),
        "override": None,
        "comments": (),
        "raw_points": points,
        "points": points,
    }
    return Standing(**(base | more))  # type: ignore[arg-type]


def missing(who: Student, slug: str = SLUG) -> Standing:
    return standing(who, slug, None, state="missing", submission=None)


def late(who: Student, slug: str = SLUG) -> Standing:
    words = Lateness(days=2, free_days=1, penalty=0.1, text="2 days late (due x): 1 free day used", text_ko="2일 지각")
    return standing(who, slug, 54.0, raw_points=60.0, lateness=words)


def override(who: Student, slug: str = SLUG, reason: str = "talked it over") -> Standing:
    by_hand = Override(id=1, student=who.login, assignment=slug, points=91.5, reason=reason, author="ta", at=NOON)
    said = tuple(
        Comment(id=i, student=who.login, assignment=slug, text=text, author="ta", at=NOON, private=private)
        for i, (text, private) in enumerate((("well done", False), ("copied?", True)))
    )
    return standing(who, slug, 91.5, raw_points=60.0, override=by_hand, comments=said)


def material(*standings: Standing, **more: object) -> Material:
    base: dict[str, object] = {
        "standings": standings,
        "grades": lambda each: graded(slug=each.assignment),
        "titles": TITLES,
        "version": "1.2.3",
        "due": {SLUG: NOON},
    }
    return Material(**(base | more))  # type: ignore[arg-type]
