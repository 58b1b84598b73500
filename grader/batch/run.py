"""Run: items -> grades in the gradebook, each stored the moment that it is there. Only faults of ours are tried again, a few times, each
time later.

Killed at any moment: what is stored stays and is found by its address; the rest is planned anew by the next run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from grader.assignment import Assignment
from grader.batch.plan import Item, open_still
from grader.build.cache import Cache
from grader.engine.contract import Engine, Outcome, Task
from grader.errors import AssignmentError, GraderError, HarnessError
from grader.evidence import Evidence
from grader.gradebook.contents import decoded
from grader.gradebook.records import StoredGrade
from grader.gradebook.store import Gradebook
from grader.pipeline import replay
from grader.records import Grade, Record

TRIES = 3
BACK_OFF_S = 2.0  # before the second try; twice that before each further one

EventKind = Literal["known", "started", "graded", "linked", "replayed", "fault", "retry"]


class Event(Record, frozen=True, kw_only=True):
    """What happened, for whoever watches."""

    kind: EventKind
    item: Item
    grade: StoredGrade | None = None
    text: str = ""  # of a fault
    attempt: int = 1
    outcome: Outcome | None = None


class Batch:
    """One run over planned items. `refuse` grades what can't be unpacked; `sleep` waits between tries."""

    def __init__(
        self,
        gradebook: Gradebook,
        number: int,
        assignment_of: Callable[[str], Assignment],
        refuse: Callable[[Item], Grade],
        builds: Cache,
        engine: Callable[[], Engine],
        *,
        author: str = "",
        tries: int = TRIES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._book, self._number, self._assignment_of, self._refuse = gradebook, number, assignment_of, refuse
        self._builds, self._engine, self._author, self._tries, self._sleep = builds, engine, author, tries, sleep

    def run(self, items: Sequence[Item]) -> Iterator[Event]:
        """Events as things happen. Raises HarnessError if the gradebook takes nothing any more: what is stored until then stays."""
        running = [item for item in items if item.need == "run"]
        for item in items:
            if item.need == "nothing":
                yield Event(kind="known", item=item, grade=item.known)
            elif item.need == "fault":
                yield self._fault(item, item.why, 1)
            elif item.need == "link" and item.known is not None:
                try:
                    whole = self._book.full(item.known)
                except HarnessError as error:  # its record is damaged: there is nothing to link to
                    if item.source is None:
                        yield self._fault(item, str(error), 1)
                    else:
                        running.append(item)
                    continue
                yield self._linked(item, item.known, whole)
            elif item.need == "refused":
                yield self._refused(item)
            elif item.need == "replay":
                event = self._replayed(item)
                if event is not None:
                    yield event
                else:
                    running.append(item)
        yield from self._engines(running)

    # ---- without an engine

    def _linked(self, item: Item, known: StoredGrade, whole: Grade) -> Event:
        grade = msgspec.structs.replace(whole, submission=item.submission.label, from_cache=True)
        first = known.same_as or known.id
        stored = self._book.store(item.submission, grade, evidence=known.evidence, same_as=first, why="linked", author=self._author)
        self._book.note(self._number, item.submission.id, "linked")
        return Event(kind="linked", item=item, grade=stored)

    def _refused(self, item: Item) -> Event:
        assert item.address is not None
        start = time.perf_counter()
        try:
            grade = msgspec.structs.replace(self._refuse(item), digest=item.address.grade)
        except Exception as error:  # the others are graded all the same
            known = isinstance(error, GraderError)
            return self._fault(item, str(error) if known else f"a fault of ours: {type(error).__name__}: {error}", 1)
        return self._graded(item, grade, None, wall_s=time.perf_counter() - start)

    def _replayed(self, item: Item) -> Event | None:
        """None if its evidence is damaged: running makes it anew."""
        assert item.known is not None and item.address is not None
        submission, start = item.submission, time.perf_counter()
        try:
            grade, evidence = replay(
                decoded(self._book.blobs.get(item.known.evidence)),
                self._book.blobs.get,
                self._assignment_of(submission.assignment),
                self._builds,
                submission.label,
                digest=item.address.grade,
            )
        except AssignmentError as error:
            return self._fault(item, str(error), 1)
        except HarnessError:
            return None
        event = self._graded(item, grade, evidence, why="evaluated again: checks have changed", wall_s=time.perf_counter() - start)
        return msgspec.structs.replace(event, kind="replayed")

    # ---- with one

    def _engines(self, items: Sequence[Item]) -> Iterator[Event]:
        """Equal files once, then the others linked to them."""
        groups: dict[tuple[str, str], list[Item]] = {}
        for item in items:
            assert item.address is not None
            groups.setdefault((item.submission.assignment, item.address.grade), []).append(item)
        waiting = list(groups.values())
        if not waiting:
            return
        with self._engine() as engine:
            for attempt in range(1, self._tries + 1):
                if attempt > 1:
                    self._sleep(BACK_OFF_S * 2 ** (attempt - 2))
                again: list[list[Item]] = []
                for event, group in self._round(engine, waiting, attempt):
                    yield event
                    if event.kind == "retry":
                        again.append(group)
                waiting = again
                if not waiting:
                    return

    def _round(self, engine: Engine, groups: Sequence[list[Item]], attempt: int) -> Iterator[tuple[Event, list[Item]]]:
        begun: list[int] = []
        for outcome in engine.run(self._tasks(groups, attempt), lambda task: begun.append(task.id)):
            while begun:
                number = begun.pop(0)
                yield Event(kind="started", item=groups[number][0], attempt=attempt), groups[number]
            group = groups[outcome.task]
            for event in self._outcome(outcome, group, attempt):
                yield event, group

    def _tasks(self, groups: Sequence[list[Item]], attempt: int) -> Iterator[Task]:
        for number, group in enumerate(groups):
            item = group[0]
            assert item.source is not None
            submission = item.submission
            memory_mib = self._assignment_of(submission.assignment).limits.memory_mib
            self._book.note(self._number, submission.id, "started", attempt=attempt)
            yield Task(
                id=number,
                assignment=submission.assignment,
                source=item.source,
                label=submission.label,
                memory_mib=memory_mib,
                attempt=attempt,
            )

    def _outcome(self, outcome: Outcome, group: Sequence[Item], attempt: int) -> Iterator[Event]:
        first, last = group[0], attempt >= self._tries
        if outcome.grade is None:
            if outcome.retry and not last:
                self._book.note(self._number, first.submission.id, "fault", attempt=attempt, text=outcome.fault)
                yield Event(kind="retry", item=first, text=outcome.fault, attempt=attempt, outcome=outcome)
                return
            for item in group:
                yield self._fault(item, outcome.fault or "the engine gave no reason", attempt)
            return
        undecided = _undecided(outcome.grade)
        if undecided and not last:  # a case or check that a fault of ours kept from running
            self._book.note(self._number, first.submission.id, "fault", attempt=attempt, text=undecided)
            yield Event(kind="retry", item=first, text=undecided, attempt=attempt, outcome=outcome)
            return
        for content in outcome.blobs.values():
            self._book.blobs.put(content, durable=False)
        event: Event | None = None
        for item in group:
            if event is not None and event.grade is not None and event.grade.decided:
                yield self._linked(item, event.grade, self._book.full(event.grade))
                continue
            assert item.address is not None
            # the address is the plan's: a worker elsewhere may have another compiler's date, and must not make another grade of it
            grade = msgspec.structs.replace(outcome.grade, submission=item.submission.label, digest=item.address.grade)
            evidence = msgspec.structs.replace(outcome.evidence, run_key=item.address.runs) if outcome.evidence else None
            graded = self._graded(item, grade, evidence, attempt=attempt, cpu_s=outcome.cpu_s, wall_s=outcome.wall_s)
            event = msgspec.structs.replace(graded, outcome=outcome)
            yield event

    def _graded(
        self,
        item: Item,
        grade: Grade,
        evidence: Evidence | None,
        *,
        why: str = "graded",
        attempt: int = 1,
        cpu_s: float = 0.0,
        wall_s: float = 0.0,
    ) -> Event:
        kept = self._book.blobs.put(msgspec.json.encode(evidence)) if evidence else ""
        stored = self._book.store(item.submission, grade, evidence=kept, why=why, author=self._author, cpu_s=cpu_s, wall_s=wall_s)
        self._book.note(self._number, item.submission.id, "graded", attempt=attempt)
        return Event(kind="graded", item=item, grade=stored, attempt=attempt)

    def _fault(self, item: Item, text: str, attempt: int) -> Event:
        self._book.note(self._number, item.submission.id, "fault", attempt=attempt, text=text)
        return Event(kind="fault", item=item, text=text, attempt=attempt)


def _undecided(grade: Grade) -> str:
    """What kept checks from running, if it is worth another try; "" if all were decided, or can't be on this device."""
    check = next(filter(open_still, grade.checks), None)
    return (check.message or "a check was not run") if check else ""
