"""Night: what one `grader batch` needs around its items (and `grader regrade`): who may run it, what the judge is, and what the whole of it
came to."""

from __future__ import annotations

import contextlib
import socket
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import PurePath

from grader.address import Basis
from grader.assignment import Assignment, load_assignment
from grader.batch.plan import Item
from grader.batch.run import Event
from grader.build.cache import Cache, cache_root
from grader.course import Course
from grader.engine.contract import Settings
from grader.errors import HarnessError
from grader.gradebook.store import Gradebook
from grader.owners import is_orphan, owned_name
from grader.pipeline import Judge, basis_of, grade, open_judge
from grader.records import Grade, Record
from grader.scratch import scratch_folder

LEASE, LEASE_S = "batch", 2 * 3600.0  # of a machine that vanished; one that was killed here gives way at once


class Night:
    """The judges of a course's assignments, opened once each."""

    def __init__(self, course: Course, settings: Settings) -> None:
        self.course = course
        self.settings = settings
        self.builds = Cache(cache_root() / "builds")
        self.assignment = cache(self._assignment)
        self.judge = cache(self._judge)
        self.basis = cache(self._basis)

    def refuse(self, item: Item, content: bytes) -> Grade:
        """The grade of a submission that can't be unpacked, as `grader grade` gives it."""
        submission = item.submission
        with scratch_folder() as folder:
            file = folder / (PurePath(submission.filename).name or "submission.zip")
            file.write_bytes(content)
            return grade(file, self.assignment(submission.assignment), self.judge(submission.assignment), submission.label)

    def _assignment(self, slug: str) -> Assignment:
        return load_assignment(self.course.assignments / slug, self.course)

    def _judge(self, slug: str) -> Judge:
        settings = self.settings
        return open_judge(
            self.assignment(slug), sandbox=settings.sandbox, device=settings.device, profile=settings.profile, keep_grades=False
        )

    def _basis(self, slug: str) -> Basis:
        return basis_of(self.assignment(slug), self.judge(slug))


@contextlib.contextmanager
def alone(gradebook: Gradebook) -> Iterator[Callable[[], None]]:
    """Only one batch at a time on a gradebook. Gives a function that keeps the right to it. Raises HarnessError that says who has it."""
    here = socket.gethostname()
    holder = f"{here}/{owned_name()}-batch"
    other = gradebook.hold(LEASE, holder, for_s=LEASE_S)
    if other is not None:
        host, _, name = other.partition("/")
        if host == here and is_orphan(name):  # killed: nobody gave it back
            gradebook.release(LEASE, other)
            other = gradebook.hold(LEASE, holder, for_s=LEASE_S)
    if other is not None:
        host, _, name = other.partition("/")
        raise HarnessError(
            f"another batch is running on {gradebook.url} (process {name.split('-')[2] if name.count('-') > 2 else name} on {host}); "
            "wait for its end. What it has graded need not be graded again"
        )
    try:
        yield lambda: _keep(gradebook, holder)
    finally:
        with contextlib.suppress(HarnessError):
            gradebook.release(LEASE, holder)


def _keep(gradebook: Gradebook, holder: str) -> None:
    if (other := gradebook.hold(LEASE, holder, for_s=LEASE_S)) is not None:
        raise HarnessError(f"another batch has taken {gradebook.url} over ({other}); start again when it has ended")


class Summary(Record, frozen=True, kw_only=True):
    """What a batch came to, as `--json` prints it: the keys of contracts.md, and what else a TA asks."""

    submissions: int
    graded: int  # by running, or by evaluating recorded runs
    from_cache: int  # known already, or linked to a grade of equal files
    not_run: int  # for reasons of ours, whole or in part
    wall_s: float
    cpu_s: float
    scores: dict[str, float | dict[str, float]]  # by student; by student and assignment if there are several
    linked: int
    replayed: int
    retries: int
    compile_cpu_s: float
    kernel_cpu_s: float
    device_cpu_s: float
    faults: tuple[dict[str, str], ...]
    remarks: tuple[str, ...]
    batch: int
    gradebook: str


class Tally:
    """Events -> Summary."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.faults: list[dict[str, str]] = []
        self.undecided = 0
        self.verdicts: list[str] = []
        self.scores: dict[str, dict[str, float]] = {}
        self.cpu_s = self.compile_cpu_s = self.kernel_cpu_s = self.device_cpu_s = 0.0

    @property
    def done(self) -> int:
        """Submissions that nothing more will happen to."""
        return sum(self.kinds[kind] for kind in ("known", "graded", "linked", "replayed", "fault"))

    def leave(self, faults: list[dict[str, str]]) -> None:
        """Hand-ins that could not even be taken: each a record of what `summary` calls a fault."""
        self.kinds["left"] += len(faults)
        self.faults += faults

    def add(self, event: Event) -> None:
        self.kinds[event.kind] += 1
        submission = event.item.submission
        if event.kind == "fault":
            self.faults.append({"student": submission.student, "assignment": submission.assignment, "fault": event.text})
        if event.grade is not None:
            self.undecided += not event.grade.decided
            self.verdicts.append(event.grade.verdict)
            self.scores.setdefault(submission.student, {})[submission.assignment] = event.grade.score
        if event.outcome is not None:
            self.cpu_s += event.outcome.cpu_s
            self.compile_cpu_s += event.outcome.compile_cpu_s
            self.kernel_cpu_s += event.outcome.kernel_cpu_s
            self.device_cpu_s += event.outcome.device_cpu_s

    def settle(self, counting: Mapping[tuple[str, str], float]) -> None:
        """Of several submissions of one student, the score of the one that counts: grades come in any order."""
        for student, mine in self.scores.items():
            for slug in mine:
                mine[slug] = counting.get((student, slug), mine[slug])

    def summary(self, submissions: int, wall_s: float, own_cpu_s: float, remarks: list[str], batch: int, gradebook: str) -> Summary:
        several = len({slug for mine in self.scores.values() for slug in mine}) > 1
        kinds = self.kinds
        return Summary(
            submissions=submissions,
            graded=kinds["graded"] + kinds["replayed"],
            from_cache=kinds["known"] + kinds["linked"],
            not_run=kinds["fault"] + kinds["left"] + self.undecided,
            wall_s=round(wall_s, 3),
            cpu_s=round(self.cpu_s + own_cpu_s, 3),
            scores={who: dict(mine) if several else next(iter(mine.values())) for who, mine in sorted(self.scores.items())},
            linked=kinds["linked"],
            replayed=kinds["replayed"],
            retries=kinds["retry"],
            compile_cpu_s=round(self.compile_cpu_s, 3),
            kernel_cpu_s=round(self.kernel_cpu_s, 3),
            device_cpu_s=round(self.device_cpu_s, 3),
            faults=tuple(self.faults),
            remarks=tuple(remarks),
            batch=batch,
            gradebook=gradebook,
        )
