"""Perform: steps -> new grades, replayed here or run by an engine; equal files once. And, when somebody has agreed, their way into the
gradebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from grader.assignment import Assignment
from grader.blobs import Blobs
from grader.build.cache import Cache, digest_of
from grader.engine.contract import Engine, Outcome, Task
from grader.errors import AssignmentError, HarnessError
from grader.evidence import Evidence
from grader.gradebook.contents import decoded
from grader.gradebook.records import StoredGrade
from grader.gradebook.store import Gradebook
from grader.pipeline import replay
from grader.records import Grade, Record
from grader.regrade.difference import Difference, difference
from grader.regrade.plan import Step
from grader.score.by_hand import kept


class Result(Record, frozen=True, kw_only=True):
    """What became of one step. Without a grade, `fault` says what failed on our side; the old grade stands."""

    step: Step
    grade: Grade | None = None
    evidence: str = ""  # its blob: it can be large, and there are many
    fault: str = ""

    @property
    def difference(self) -> Difference | None:
        return difference(self.step.old, self.grade, self.step.way, self.step.reason) if self.grade else None


def perform(
    steps: Sequence[Step],
    assignment_of: Callable[[str], Assignment],
    label_of: Callable[[StoredGrade], str],
    blobs: Blobs,
    builds: Cache,
    engine: Callable[[], Engine],
    *,
    only: Sequence[str] = (),
) -> Iterator[Result]:
    """A Result for each step that isn't unchanged, in order of completion: replays first, they are quick. `engine` is opened only if
    something must run. Raises AssignmentError if the checks as they are now can't be used: it would hit every submission."""
    for step in steps:
        if step.way == "replay":
            yield _replayed(step, assignment_of, label_of, blobs, builds, only)
    running = [step for step in steps if step.way == "run"]
    if running:
        with engine() as machines:
            yield from _run(running, assignment_of, label_of, machines, blobs)


def _replayed(
    step: Step,
    assignment_of: Callable[[str], Assignment],
    label_of: Callable[[StoredGrade], str],
    blobs: Blobs,
    builds: Cache,
    only: Sequence[str],
) -> Result:
    assert step.address is not None
    # what only some checks of today have judged is not what all of them would say
    key = digest_of(["only", step.old.key, step.address.grade, *only]) if only else step.address.grade
    try:
        grade, evidence = replay(
            decoded(blobs.get(step.old.evidence)),
            blobs.get,
            assignment_of(step.old.assignment),
            builds,
            label_of(step.old),
            only=only or None,
            digest=key,
        )
    except HarnessError as error:
        return Result(step=step, fault=str(error))
    return Result(step=step, grade=_by_hand(grade, step.old, blobs), evidence=blobs.put(msgspec.json.encode(evidence)))


def _run(
    steps: Sequence[Step],
    assignment_of: Callable[[str], Assignment],
    label_of: Callable[[StoredGrade], str],
    engine: Engine,
    blobs: Blobs,
) -> Iterator[Result]:
    alike: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        assert step.address is not None
        alike.setdefault((step.old.assignment, step.address.grade), []).append(step)
    groups = list(alike.values())
    for outcome in engine.run(_tasks(groups, assignment_of, label_of)):
        yield from _results(outcome, groups[outcome.task], label_of, blobs)


def _tasks(
    groups: Sequence[Sequence[Step]], assignment_of: Callable[[str], Assignment], label_of: Callable[[StoredGrade], str]
) -> Iterator[Task]:
    for number, group in enumerate(groups):
        first = group[0]
        assert first.source is not None
        memory_mib = assignment_of(first.old.assignment).limits.memory_mib
        yield Task(id=number, assignment=first.old.assignment, source=first.source, label=label_of(first.old), memory_mib=memory_mib)


def _results(outcome: Outcome, group: Sequence[Step], label_of: Callable[[StoredGrade], str], blobs: Blobs) -> Iterator[Result]:
    for content in outcome.blobs.values():
        blobs.put(content, durable=False)
    for step in group:
        if outcome.grade is None:
            yield Result(step=step, fault=outcome.fault or "the engine gave no reason")
            continue
        assert step.address is not None
        grade = msgspec.structs.replace(outcome.grade, submission=label_of(step.old), digest=step.address.grade)
        grade = _by_hand(grade, step.old, blobs)
        evidence = msgspec.structs.replace(outcome.evidence, run_key=step.address.runs) if outcome.evidence else None
        yield Result(step=step, grade=grade, evidence=blobs.put(msgspec.json.encode(evidence)) if evidence else "")


def _by_hand(grade: Grade, old: StoredGrade, blobs: Blobs) -> Grade:
    """What a person gave stays, whatever is computed anew."""
    if not any(check.by for check in old.checks) or not blobs.has(old.record):
        return grade
    return kept(grade, msgspec.json.decode(blobs.get(old.record), type=Grade), same_work=True)


def apply(results: Iterable[Result], gradebook: Gradebook, *, why: str, author: str) -> int:
    """Stores the new grades, each in one transaction; how many. A submission that got another grade meanwhile keeps that one: what was
    compared is no longer the latest. So done twice it stores nothing twice."""
    count = 0
    kept: dict[str, StoredGrade] = {}
    for result in results:
        if result.grade is None:
            continue
        submission = gradebook.submission(result.step.old.submission)
        if gradebook.grades(submission=submission.id)[-1].id != result.step.old.id:
            continue
        first = kept.get(result.grade.digest) if result.step.way == "run" else None
        stored = gradebook.store(
            submission,
            result.grade,
            evidence=result.evidence,
            same_as=first.id if first else None,
            why=f"regraded: {why}" if result.step.way == "run" else f"evaluated again: {why}",
            author=author,
        )
        kept.setdefault(result.grade.digest, stored)
        count += 1
    return count


class _Head(msgspec.Struct):
    """Of an Evidence, what a plan needs. The rest can be large."""

    run_key: str


def run_key_of(gradebook: Gradebook) -> Callable[[StoredGrade], str]:
    """Reads what shaped the recorded runs of stored grades. Raises HarnessError if the evidence is gone."""

    def read(stored: StoredGrade) -> str:
        return msgspec.json.decode(gradebook.blobs.get(stored.evidence), type=_Head).run_key if stored.evidence else ""

    return read


def evidence_of(gradebook: Gradebook) -> Callable[[StoredGrade], Evidence | None]:
    """Reads the evidence of stored grades. Raises HarnessError if it is gone or can't be read."""

    def read(stored: StoredGrade) -> Evidence | None:
        return decoded(gradebook.blobs.get(stored.evidence)) if stored.evidence else None

    return read


def differing(stored: StoredGrade, old: Grade, evidence: Evidence, assignment: Assignment, blobs: Blobs, builds: Cache) -> str:
    """Replays a grade as it was made, and says in what the replay differs from what is stored; "" if in nothing."""
    try:
        new, _ = replay(evidence, blobs.get, assignment, builds, old.submission, digest=old.digest)
    except (AssignmentError, HarnessError) as error:
        return str(error)
    new = kept(new, old, same_work=True)
    if (new.verdict, new.file, new.line) != (old.verdict, old.file, old.line):
        return f"verdict {new.verdict} at {new.file}:{new.line} instead of {old.verdict} at {old.file}:{old.line}"
    if (new.score, new.max_score) != (old.score, old.max_score):
        return f"{new.score:g} of {new.max_score:g} points instead of {old.score:g} of {old.max_score:g}"
    changed = [c.id for c, d in zip(new.checks, old.checks, strict=False) if c != d]
    return f"other words of {', '.join(changed)}" if changed or len(new.checks) != len(old.checks) else ""
