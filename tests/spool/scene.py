"""A course of one small assignment, a gradebook with three students and their tokens, and what hands in to it. Knows nothing of pytest."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn

from grader.assignment import Assignment, load_assignment
from grader.course import Course, find_course
from grader.gradebook.records import Student, Submission
from grader.gradebook.store import Gradebook
from grader.records import CheckResult, Grade, Isolation
from grader.server.app import Settings, application
from grader.server.checking import Checks
from grader.server.desk import Desk
from grader.server.run import Address, server
from grader.spool.catalogue import Catalogue
from grader.spool.package import Package, packed
from grader.spool.receipts import Signer
from grader.spool.token import key_of
from tests import scale_course

SLUG, OTHER = "01_scale", "02_shift"
STUDENTS = ("alice", "bob", "carol")
DUE = dt.datetime(2099, 5, 1, 12, tzinfo=dt.UTC)


class Scene:
    """Everything below one folder."""

    def __init__(self, root: Path, rules: str = "") -> None:
        self.root = root
        first = scale_course.write_course(root / "course")
        second = first.parent / OTHER
        second.mkdir()
        text = scale_course.ASSIGNMENT.replace(SLUG, OTHER).replace('"scale.cu"', '"shift.cu", "more.cu"')
        (second / "assignment.toml").write_text(text, encoding="utf-8")
        self.course_file = first.parent / "course.toml"
        self.write_rules(rules)
        self.gradebook = Gradebook.open(root / "gradebook.db")
        self.gradebook.enroll(Student(login=login, name=login.title(), section="A") for login in STUDENTS)
        self.tokens = {login: self.gradebook.new_token(login) for login in STUDENTS}
        self.signer = Signer(b"k" * 32)

    def write_rules(self, rules: str) -> None:
        dates = f"[dates.{SLUG}]\ndue = {DUE.isoformat()}\n"
        self.course_file.write_text(f'id = "scale_test"\n{dates}{rules}', encoding="utf-8")

    @property
    def course(self) -> Course:
        return find_course(self.root / "course")

    def assignment(self, slug: str = SLUG) -> Assignment:
        return load_assignment(self.course.assignments / slug, self.course)

    def key(self, login: str) -> bytes:
        return key_of(self.tokens[login])

    def package(self, login: str, text: str = "// mine\n", slug: str = SLUG, *, signed: bool = True) -> Package:
        return packed({"scale.cu": text.encode()}, slug, login, self.key(login) if signed else None)

    def grade(self, submission: Submission, score: float = 60.0, message: str = "a race") -> None:
        """As a batch would store it."""
        self.gradebook.store(submission, grade_of(submission.assignment, score, message))

    def close(self) -> None:
        self.gradebook.close()


def grade_of(slug: str, score: float, message: str = "a race") -> Grade:
    check = CheckResult(
        id="test_public.py::test_values",
        title="Values",
        points=score,
        max_points=100,
        outcome="failed",
        verdict="RACE_SHARED",
        message=message,
    )
    return Grade(
        assignment=slug,
        submission="x",
        score=score,
        max_score=100,
        verdict="RACE_SHARED",
        message=message,
        file="scale.cu",
        line=3,
        device="emulated:a100",
        isolation=Isolation(level="none"),
        seed_id="s",
        checks=(check,),
        problems=(),
        counters={},
        lines=(),
        timings_s={},
        source={"scale.cu": "// mine"},
        digest=f"key-{score}-{message}",
    )


@contextlib.contextmanager
def served(app: Any, **changes: Any) -> Iterator[str]:
    """A real uvicorn on a free port of loopback; its address."""
    running: uvicorn.Server = server(app, Address(port=0, **changes), log_level="critical")
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not running.started:
        assert thread.is_alive() and time.monotonic() < end, "uvicorn did not start"
        time.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        thread.join(20)


def app_of(scene: Scene, *, checks: Checks | None = None, settings: Settings | None = None, now: Any = None) -> Any:
    catalogue = Catalogue(scene.course)
    desk = Desk(scene.gradebook, catalogue, scene.signer, checks, *([now] if now else []))
    return application(desk, settings or Settings())
