"""Grading for verify: solutions -> grades, each through the same pipeline as a student's submission, several at a time in processes of
their own.

Processes and not threads: the judge's pytest keeps state in its process, so that one evaluation runs at a time in each.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed

from grader.assignment import Assignment
from grader.records import Grade, Record
from grader.scratch import scratch_folder
from grader.verify.subjects import Subject

Work = tuple[Subject, Assignment]
Progress = Callable[[Subject, Grade], None]


class Settings(Record, frozen=True, kw_only=True):
    """With what verify grades. The seed is the public one: the result is the same on every machine."""

    sandbox: str = "local"
    device: str = "emulated"
    profile: str = "a100"
    jobs: int = 0  # solutions at a time; 0: one per CPU and one more, since each waits for its sandboxes a good part of the time
    hidden: bool = True


def grade_all(settings: Settings, progress: Progress | None = None) -> Callable[[Sequence[Work]], Iterator[Grade]]:
    """The function that verify() takes. `progress` is called after each solution, in order of completion."""

    def run(work: Sequence[Work]) -> Iterator[Grade]:
        jobs = min(settings.jobs or len(os.sched_getaffinity(0)) + 1, len(work))
        if jobs <= 1:
            for subject, assignment in work:
                grade = grade_one(subject, assignment, settings, 0)
                if progress:
                    progress(subject, grade)
                yield grade
            return
        with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
            futures: dict[Future[Grade], Subject] = {
                pool.submit(grade_one, subject, assignment, settings, 1): subject for subject, assignment in work
            }
            try:
                for future in as_completed(futures):
                    if progress:
                        progress(futures[future], future.result())
                yield from (future.result() for future in futures)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    return run


def grade_one(subject: Subject, assignment: Assignment, settings: Settings, workers: int) -> Grade:
    """Grades one solution. `workers`: cases at a time, 0 for one per CPU. Raises AssignmentError, HarnessError."""
    # imported here: a command that only lists mutants, or its --help, needs no device
    from grader.pipeline import grade, open_judge
    from grader.run.seeds import public_seed

    judge = open_judge(
        assignment,
        sandbox=settings.sandbox,
        device=settings.device,
        profile=settings.profile,
        seed=public_seed(assignment.course, assignment.slug),
        keep_grades=False,
        workers=workers,
        hidden=settings.hidden,
    )
    with scratch_folder() as folder:
        for name, content in subject.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return grade(folder, assignment, judge, f"{subject.kind} {subject.name}")
