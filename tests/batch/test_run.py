"""A batch: each submission once, equal ones linked, faults of ours tried again, and whatever happens the next run goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec
import pytest

from grader.assignment import Assignment, load_assignment
from grader.batch.choose import choose, sample
from grader.batch.night import Night, Tally, alone
from grader.batch.plan import Item, plan
from grader.batch.run import Batch, Event
from grader.course import find_course
from grader.course_file import SubmitRules
from grader.engine.contract import Engine, Outcome, Settings, Task
from grader.errors import AssignmentError, HarnessError
from grader.gradebook.records import Submission
from grader.gradebook.store import Gradebook
from grader.pipeline import grade_recorded
from grader.records import Grade
from tests import scale_course as course

WRONG = course.program(kernel=course.KERNEL.replace("alpha * X[i]", "alpha * X[i] + 1"))


class Scripted:
    """An engine whose workers fail as told: {label: faults before it works}. Real grades, in this process."""

    name, slots = "scripted", 2

    def __init__(self, desk: Desk, faults: dict[str, int] | None = None, stop_after: int | None = None) -> None:
        self.desk, self.faults, self.stop_after = desk, faults or {}, stop_after
        self.graded: list[str] = []
        self.entered = 0

    def __enter__(self) -> Scripted:
        self.entered += 1
        return self

    def __exit__(self, *exc: object) -> None: ...

    def run(self, tasks: Iterable[Task], started: Callable[[Task], None] = lambda task: None) -> Iterator[Outcome]:
        for task in tasks:
            started(task)
            if self.stop_after is not None and len(self.graded) >= self.stop_after:
                raise KeyboardInterrupt
            if self.faults.get(task.label, 0) > 0:
                self.faults[task.label] -= 1
                yield Outcome(task=task.id, fault="the worker was ended by SIGKILL")
                continue
            self.graded.append(task.label)
            night = self.desk.night
            try:
                grade, evidence = grade_recorded(
                    task.source, night.assignment(task.assignment), night.judge(task.assignment), task.label, self.desk.book.blobs.put
                )
            except AssignmentError as error:  # as the workers of real engines do
                yield Outcome(task=task.id, fault=str(error), retry=False)
                continue
            yield Outcome(task=task.id, grade=grade, evidence=evidence, cpu_s=1.0)


class Desk:
    """A gradebook, a course and who grades."""

    def __init__(self, root: Path) -> None:
        self.folder = course.write_course(root / "course")
        self.database = root / "gradebook.db"
        self.book = Gradebook.open(self.database)
        self.slept: list[float] = []

    @property
    def night(self) -> Night:
        return Night(find_course(self.folder), Settings(course=str(self.folder.parent), sandbox="none"))

    @property
    def assignment(self) -> Assignment:
        return load_assignment(self.folder)

    def reopen(self) -> None:
        """As another process would: what this one has seen is forgotten."""
        self.book.close()
        self.book = Gradebook.open(self.database)

    def hand_in(self, who: str, code: str | bytes, filename: str = "scale.cu") -> Submission:
        data = code.encode() if isinstance(code, str) else code
        return self.book.receive(who, "01_scale", data, filename=filename, received_at=None, origin="folder", label=f"sub/{who}")

    def plan(self, **options: bool) -> list[Item]:
        night = self.night
        counting = {(s.student.login, s.assignment): s.submission.id for s in self.book.standings(night.course) if s.submission}
        chosen, _ = choose(self.book.submissions(), lambda slug: LAST, counting)
        return plan(chosen, self.book, night.assignment, night.basis, **options)

    def run(self, engine: Scripted | None = None, **options: bool) -> list[Event]:
        night = self.night
        machines: Engine = engine or Scripted(self)
        batch = Batch(
            self.book,
            self.book.begin({}),
            night.assignment,
            lambda item: night.refuse(item, self.book.content(item.submission)),
            night.builds,
            lambda: machines,
            sleep=self.slept.append,
        )
        return list(batch.run(self.plan(**options)))


LAST = SubmitRules(counts="last", max_count=None, cool_down_minutes=0)
BEST = SubmitRules(counts="best", max_count=None, cool_down_minutes=0)


@pytest.fixture
def desk(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    shared = tmp_path_factory.getbasetemp() / "batch-cache"  # builds of all tests of this file
    monkeypatch.setenv("GRADER_CACHE", str(shared))
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "data"))
    made = Desk(tmp_path)
    yield made
    made.book.close()


def kinds(events: list[Event]) -> list[tuple[str, str]]:
    return [(event.item.submission.student, event.kind) for event in events if event.kind != "started"]


def test_equal_files_are_graded_once_and_linked(desk: Desk) -> None:
    for who, code in (("alice", course.GOOD), ("bob", WRONG), ("carol", course.GOOD)):
        desk.hand_in(who, code)
    engine = Scripted(desk)
    assert kinds(desk.run(engine)) == [("alice", "graded"), ("carol", "linked"), ("bob", "graded")]
    assert engine.graded == ["sub/alice", "sub/bob"]
    alice, carol = (desk.book.grades(student=who)[0] for who in ("alice", "carol"))
    assert (carol.same_as, carol.score, carol.verdict) == (alice.id, alice.score, "PASSED")
    assert desk.book.full(carol).submission == "sub/carol" and desk.book.full(alice).submission == "sub/alice"


def test_what_is_known_is_not_done_again(desk: Desk) -> None:
    desk.hand_in("alice", course.GOOD)
    desk.run()
    desk.hand_in("bob", course.GOOD)
    engine = Scripted(desk)
    assert kinds(desk.run(engine)) == [("alice", "known"), ("bob", "linked")]
    assert engine.entered == 0 and len(desk.book.grades(every=True)) == 2


def test_a_broken_archive_gets_its_verdict_once(desk: Desk) -> None:
    desk.hand_in("alice", b"PK this is no zip", "submission.zip")
    desk.hand_in("bob", course.GOOD)
    assert kinds(desk.run()) == [("alice", "graded"), ("bob", "graded")]
    (grade,) = desk.book.grades(student="alice")
    assert grade.verdict == "BAD_ARCHIVE" and grade.score == 0 and grade.max_score == 10
    assert kinds(desk.run()) == [("alice", "known"), ("bob", "known")]


def test_only_faults_of_ours_are_tried_again_each_time_later(desk: Desk) -> None:
    desk.hand_in("alice", course.GOOD)
    desk.hand_in("bob", WRONG)
    events = desk.run(Scripted(desk, {"sub/alice": 2}))
    assert kinds(events) == [("alice", "retry"), ("bob", "graded"), ("alice", "retry"), ("alice", "graded")]
    assert desk.slept == [2.0, 4.0]
    assert [(e.state, e.attempt) for e in desk.book.journal() if e.submission == 1] == [
        ("started", 1),
        ("fault", 1),
        ("started", 2),
        ("fault", 2),
        ("started", 3),
        ("graded", 3),
    ]


def test_a_fault_that_stays_costs_nobody_points_and_is_tried_by_the_next_run(desk: Desk) -> None:
    desk.hand_in("alice", course.GOOD)
    desk.hand_in("carol", course.GOOD)
    events = desk.run(Scripted(desk, {"sub/alice": 99}))
    assert kinds(events)[-2:] == [("alice", "fault"), ("carol", "fault")] and len(desk.slept) == 2
    assert desk.book.grades() == []
    tally = Tally()
    for event in events:
        tally.add(event)
    summary = tally.summary(2, 1.0, 0.0, [], 1, "x")
    assert (summary.submissions, summary.graded, summary.not_run, summary.scores) == (2, 0, 2, {})
    assert kinds(desk.run()) == [("alice", "graded"), ("carol", "linked")]


def test_an_undecided_grade_is_tried_again_and_kept_at_last(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hand_in("alice", course.GOOD)

    class Undecided(Scripted):
        def run(self, tasks: Iterable[Task], started: Callable[[Task], None] = lambda task: None) -> Iterator[Outcome]:
            for outcome in super().run(tasks, started):
                assert outcome.grade is not None
                checks = tuple(msgspec.structs.replace(c, outcome="not_run", message="no device", verdict="") for c in outcome.grade.checks)
                yield msgspec.structs.replace(
                    outcome, grade=msgspec.structs.replace(outcome.grade, checks=checks, max_score=0.0, score=0.0)
                )

    events = desk.run(Undecided(desk))
    assert kinds(events) == [("alice", "retry"), ("alice", "retry"), ("alice", "graded")]
    assert not desk.book.grades()[0].decided
    assert kinds(desk.run()) == [("alice", "graded")]  # not from the cache: what is undecided is run again
    assert desk.book.grades()[0].decided


def test_stopped_in_the_middle_the_next_run_goes_on(desk: Desk) -> None:
    for number in range(4):
        desk.hand_in(f"s{number}", course.GOOD + f"// {number}\n")
    with pytest.raises(KeyboardInterrupt):
        desk.run(Scripted(desk, stop_after=2))
    engine = Scripted(desk)
    assert sorted(kinds(desk.run(engine))) == [("s0", "known"), ("s1", "known"), ("s2", "graded"), ("s3", "graded")]
    assert engine.graded == ["sub/s2", "sub/s3"] and len(desk.book.grades(every=True)) == 4


def test_a_mended_check_is_evaluated_over_recorded_runs(desk: Desk) -> None:
    desk.hand_in("alice", WRONG)
    desk.run()
    path = desk.folder / "test_public.py"
    path.write_text(path.read_text().replace("judge.correct()", "pass"))
    engine = Scripted(desk)
    assert kinds(desk.run(engine)) == [("alice", "replayed")] and engine.entered == 0
    old, new = desk.book.grades(every=True)
    assert new.score > old.score and new.why == "evaluated again: checks have changed"


def test_anew_runs_everything(desk: Desk) -> None:
    desk.hand_in("alice", course.GOOD)
    desk.run()
    assert kinds(desk.run(anew=True)) == [("alice", "graded")]


def test_a_gradebook_that_takes_nothing_stops_the_batch_and_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        desk.hand_in(f"s{number}", course.GOOD + f"// {number}\n")
    real, count = Gradebook.store, []

    def store(self: Gradebook, *arguments: object, **options: object) -> object:
        count.append(1)
        if len(count) == 2:
            raise HarnessError("the disk is full: make room")
        return real(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Gradebook, "store", store)
    with pytest.raises(HarnessError, match="disk is full"):
        desk.run()
    assert len(desk.book.grades()) == 1
    assert sorted(kind for _, kind in kinds(desk.run())) == ["graded", "graded", "known"]


def test_one_batch_at_a_time(desk: Desk) -> None:
    with alone(desk.book) as keep:
        keep()
        desk.book.release("batch", "somebody else")  # does nothing: it isn't theirs
        with Gradebook.open(desk.database) as other, pytest.raises(HarnessError, match="another batch is running on"):
            # the same process is the same holder: another one's name is what the lease would see
            _as_another(other)
    with alone(desk.book):
        pass


def _as_another(book: Gradebook) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.batch.night.owned_name", lambda: "warpgrade-1-2-3")
        with alone(book):
            raise AssertionError("two at once")


def test_a_killed_batch_gives_way_at_once(desk: Desk) -> None:
    import socket

    from grader.owners import owned_name

    words = owned_name().split("-")
    words[3] = "1"  # the same pid, another start: that process has ended
    assert desk.book.hold("batch", f"{socket.gethostname()}/{'-'.join(words)}-batch", for_s=1e6) is None
    with alone(desk.book):
        pass


# ---- which submissions


def handed(student: str, number: int, assignment: str = "a") -> Submission:
    return Submission(
        id=number,
        student=student,
        assignment=assignment,
        number=number,
        received_at=None,
        origin="folder",
        label=student,
        filename="x.cu",
        content="c",
    )


def test_the_last_one_counts_or_all_for_the_best() -> None:
    every = [handed("alice", 1), handed("bob", 2), handed("alice", 3)]
    counting = {("alice", "a"): 3, ("bob", "a"): 2}
    for rules, chosen, superseded in ((LAST, [2, 3], [1]), (BEST, [1, 2, 3], [])):
        found = choose(every, lambda slug, rules=rules: rules, counting)  # type: ignore[misc]
        assert [[each.id for each in part] for part in found] == [chosen, superseded]
    assert choose(every, lambda slug: LAST, {})[1] == []  # whom the standings don't know is graded all the same


def test_a_sample_is_spread_over_the_whole() -> None:
    every = [handed("s", number) for number in range(10)]
    assert [each.id for each in sample(every, 3)] == [0, 3, 6]
    assert sample(every, 0) == every == sample(every, 99)


def test_refused_grades_are_like_those_of_grade(desk: Desk) -> None:
    from grader.pipeline import grade

    submission = desk.hand_in("alice", b"nothing", "notes.txt")
    (item,) = desk.plan()
    assert item.need == "refused"
    found: Grade = desk.night.refuse(item, desk.book.content(submission))
    file = desk.folder.parent / "notes.txt"
    file.write_bytes(b"nothing")
    alike = grade(file, desk.assignment, desk.night.judge("01_scale"), "sub/alice")
    assert (found.verdict, found.score, found.max_score, found.message) == (alike.verdict, alike.score, alike.max_score, alike.message)
