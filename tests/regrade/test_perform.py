"""Regrade from the gradebook: a mended check is evaluated over recorded runs, a changed case runs again, and nothing is stored unseen."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from grader.assignment import Assignment, load_assignment
from grader.cli.main import COMMANDS, Row
from grader.cli.main import run as command
from grader.engine.contract import Engine, Outcome, Task
from grader.gradebook.records import StoredGrade, Student
from grader.gradebook.store import Gradebook
from grader.pipeline import Judge, basis_of, grade_recorded, open_judge
from grader.regrade.perform import Result, apply, differing, evidence_of, perform, run_key_of
from grader.regrade.plan import Step, plan
from grader.regrade.sources import read_source
from tests import scale_course as course

WRONG = course.program(kernel=course.KERNEL.replace("alpha * X[i]", "alpha * X[i] + 1"))
BROKEN = "this is no CUDA\n"
HARSH = course.PUBLIC.replace("points(6)", "points(5)")


class InThisProcess:
    """An engine of one slot, for tests: what engines do is tested elsewhere."""

    name, slots = "here", 1

    def __init__(self, judge: Judge, assignment: Assignment, put: Callable[[bytes], str]) -> None:
        self.judge, self.assignment, self.put = judge, assignment, put
        self.done: list[Task] = []

    def __enter__(self) -> InThisProcess:
        return self

    def __exit__(self, *exc: object) -> None: ...

    def run(self, tasks: Iterable[Task], started: Callable[[Task], None] = lambda task: None) -> Iterator[Outcome]:
        for task in tasks:
            self.done.append(task)
            grade, evidence = grade_recorded(task.source, self.assignment, self.judge, task.label, self.put)
            yield Outcome(task=task.id, grade=grade, evidence=evidence)


class Failing(InThisProcess):
    """Every worker dies."""

    def run(self, tasks: Iterable[Task], started: Callable[[Task], None] = lambda task: None) -> Iterator[Outcome]:
        for task in tasks:
            yield Outcome(task=task.id, fault="the worker was killed")


class Class:
    """A class that was graded: three submissions, two of them equal, one that can't be built."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = course.write_course(root / "course")
        self.database = root / "gradebook.db"
        assignment, judge = self.assignment, self.judge
        with Gradebook.open(self.database) as book:
            for name, code in (("alice", WRONG), ("bob", WRONG), ("carol", BROKEN)):
                handed = book.receive(
                    name, assignment.slug, code.encode(), filename="scale.cu", received_at=None, origin="folder", label=f"sub/{name}"
                )
                source = read_source(book, handed, assignment)
                grade, evidence = grade_recorded(source, assignment, judge, handed.label, book.blobs.put)
                book.store(handed, grade, evidence=book.blobs.put(msgspec.json.encode(evidence)))

    @property
    def assignment(self) -> Assignment:
        return load_assignment(self.folder)

    @property
    def judge(self) -> Judge:
        return open_judge(self.assignment, sandbox="none", cache=self.root / "cache", keep_grades=False)

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def steps(self, book: Gradebook, only: tuple[str, ...] = ()) -> list[Step]:
        assignment = self.assignment
        basis = basis_of(assignment, self.judge)
        return plan(
            book.grades(),
            lambda slug: basis,
            run_key_of(book),
            lambda stored: read_source(book, book.submission(stored.submission), assignment),
            only=only,
        )

    def perform(self, book: Gradebook, engine: type[InThisProcess] = InThisProcess, only: tuple[str, ...] = ()) -> list[Result]:
        self.engine = engine(self.judge, self.assignment, book.blobs.put)
        opened: Callable[[], Engine] = lambda: self.engine  # noqa: E731
        steps = self.steps(book, only)
        return list(
            perform(steps, lambda slug: self.assignment, lambda stored: stored.student, book.blobs, self.judge.builds, opened, only=only)
        )


@pytest.fixture(scope="module")
def graded() -> Iterator[Path]:
    """Graded once; each test works on a copy."""
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        Path(made).chmod(0o755)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GRADER_DATA", str(Path(made) / "data"))
            Class(Path(made) / "class")
            yield Path(made)


@pytest.fixture
def students(graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Class:
    monkeypatch.setenv("GRADER_DATA", str(graded / "data"))
    shutil.copytree(graded / "class", tmp_path / "class")
    copy = Class.__new__(Class)
    copy.root = tmp_path / "class"
    copy.folder, copy.database = copy.root / "course" / "assignments" / "01_scale", copy.root / "gradebook.db"
    return copy


def scores(book: Gradebook) -> dict[str, tuple[float, str]]:
    return {each.student: (each.score, each.verdict) for each in book.grades()}


def test_nothing_changed_nothing_done(students: Class) -> None:
    with Gradebook.open(students.database) as book:
        assert [step.way for step in students.steps(book)] == ["unchanged"] * 3
        assert students.perform(book) == []


def test_a_mended_check_is_evaluated_over_recorded_runs(students: Class) -> None:
    students.edit("test_public.py", "judge.correct()", "pass")
    with Gradebook.open(students.database) as book:
        before = scores(book)
        results = students.perform(book)
        assert [r.step.way for r in results] == ["replay"] * 3 and students.engine.done == []
        assert {r.step.old.student: r.difference.points for r in results if r.difference} == {
            "alice": 66.667,
            "bob": 66.667,
            "carol": 0.0,
        }  # 6 points, and two thirds of the one for cleanliness
        assert scores(book) == before  # nothing is stored unseen
        assert apply(results, book, why="test_values asked too much", author="tina") == 3
        assert scores(book)["alice"] == (6.6667, "WRONG_ANSWER")
        (old, new) = book.grades(student="alice", every=True)
        assert (old.score, new.why, new.author) == (0.0, "evaluated again: test_values asked too much", "tina")
        assert [step.way for step in students.steps(book)] == ["unchanged"] * 3  # done is done


def test_only_one_check_leaves_the_others_alone(students: Class) -> None:
    students.edit("test_public.py", "judge.correct()", "pass")
    students.edit("test_hidden.py", "judge.correct()", "pass")
    with Gradebook.open(students.database) as book:
        results = students.perform(book, only=("test_public.py::test_values",))
        found = next(r.grade for r in results if r.grade and r.step.old.student == "alice")
        assert {c.id: c.outcome for c in found.checks} == {
            "test_public.py::test_values": "passed",
            "test_public.py::test_memory": "passed",
            "test_hidden.py::test_again": "failed",
        }
        apply(results, book, why="appeal", author="tina")
        # the other check has changed too and says so at the next full regrade
        assert {step.way for step in students.steps(book)} == {"replay"}


def test_a_changed_case_runs_again_equal_files_once(students: Class) -> None:
    students.edit("assignment.toml", "N = 100", "N = 129")
    with Gradebook.open(students.database) as book:
        results = students.perform(book)
        assert [r.step.way for r in results] == ["run"] * 3
        assert len(students.engine.done) == 2
        apply(results, book, why="a larger case", author="tina")
        alice, bob = book.grades(student="alice")[0], book.grades(student="bob")[0]
        assert (alice.same_as, bob.same_as) == (None, alice.id) and alice.why == "regraded: a larger case"
        assert [step.way for step in students.steps(book)] == ["unchanged"] * 3


def test_a_fault_of_ours_leaves_the_old_grade(students: Class) -> None:
    students.edit("assignment.toml", "N = 100", "N = 129")
    with Gradebook.open(students.database) as book:
        before = scores(book)
        results = students.perform(book, Failing)
        assert [r.fault for r in results] == ["the worker was killed"] * 3
        assert apply(results, book, why="x", author="tina") == 0 and scores(book) == before


def test_every_grade_replays_to_itself(students: Class) -> None:
    with Gradebook.open(students.database) as book:
        read = evidence_of(book)
        for stored in book.grades():
            evidence = read(stored)
            assert evidence is not None
            assert differing(stored, book.full(stored), evidence, students.assignment, book.blobs, students.judge.builds) == ""


def test_a_replay_that_differs_is_told(students: Class) -> None:
    students.edit("test_public.py", "points(6)", "points(5)")
    with Gradebook.open(students.database) as book:
        stored: StoredGrade = book.grades(student="alice")[0]
        evidence = evidence_of(book)(stored)
        assert evidence is not None
        text = differing(stored, book.full(stored), evidence, students.assignment, book.blobs, students.judge.builds)
    assert "of 9 points instead of" in text


# ---- the command


@pytest.fixture
def at_home(students: Class, monkeypatch: pytest.MonkeyPatch) -> Class:
    monkeypatch.setenv("GRADER_COURSE", str(students.root / "course"))
    monkeypatch.setenv("GRADER_CACHE", str(students.root / "cache"))
    monkeypatch.chdir(students.root)
    return students


def test_regrade_asks_for_a_reason(at_home: Class, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["regrade"]) == 2
    assert "say the reason with --why" in capsys.readouterr().err


def test_regrade_shows_and_stores_only_when_told(at_home: Class, capsys: pytest.CaptureFixture[str]) -> None:
    at_home.edit("test_public.py", "judge.correct()", "pass")
    arguments = ["regrade", "--sandbox", "none", "--why", "too harsh", "--author", "tina"]
    assert command(arguments) == 1
    said = capsys.readouterr()
    assert (
        "alice  01_scale  0/10  6.6667/10  +66.667" in said.out
        and "test_values 0 -> 6 PASSED" in said.out
        and "Nothing was stored." in said.out
    )
    assert "3 grades: 0 unchanged, 3 to be evaluated again, 0 to be run again" in said.err
    assert command([*arguments, "--yes"]) == 0
    assert "3 new grades are stored; 2 differ from the old ones" in capsys.readouterr().out
    assert command(arguments) == 0
    assert "Nothing changes." in capsys.readouterr().out


def test_regrade_json(at_home: Class, capsys: pytest.CaptureFixture[str]) -> None:
    at_home.edit("test_hidden.py", "judge.correct()", "pass")
    assert (
        command(
            ["regrade", "--sandbox", "none", "--student", "alice", "--only", "test_again", "--assignment", "scale", "--why", "w", "--json"]
        )
        == 1
    )
    found = json.loads(capsys.readouterr().out)
    assert found["grades"] == 1 and found["ways"] == {"replay": 1} and found["stored"] == 0
    (changed,) = found["changed"]
    assert (changed["student"], changed["points"]) == ("alice", 33.333)  # 3 points, and a third of the one for cleanliness
    assert [c["id"] for c in changed["checks"]] == ["test_public.py::test_memory", "test_hidden.py::test_again"]


def test_regrade_replay(at_home: Class, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["regrade", "--replay"]) == 0
    assert "3 grades: 3 found again as they are, 0 differ, 0 have no recorded runs" in capsys.readouterr().out
    at_home.edit("test_public.py", "points(6)", "points(5)")
    assert command(["regrade", "--replay", "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["different"]) == 3


def test_unknown_checks_and_students_are_told(at_home: Class, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["regrade", "--only", "test_nothing", "--why", "w"]) == 2
    assert "no stored grade has a check 'test_nothing'; known are test_values, test_memory, test_again" in capsys.readouterr().err
    assert command(["regrade", "--student", "dave", "--why", "w"]) == 2
    assert "dave" in capsys.readouterr().err
    with Gradebook.open(at_home.database) as book:
        book.enroll([Student(login="eve")])
    assert command(["regrade", "--student", "eve", "--assignment", "scale", "--why", "w"]) == 2
    assert "has no grade of eve in 01_scale to grade again" in capsys.readouterr().err


def test_the_command_is_in_the_table() -> None:
    assert [row for row in COMMANDS if row.name == "regrade" and isinstance(row, Row)]
