"""Grading: one task -> its outcome, through the same pipeline as `grader grade`. What every engine runs, wherever its workers are."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

from grader.assignment import Assignment, find_course, load_assignment
from grader.blobs import Blobs, digest_of_content
from grader.engine.contract import Outcome, Settings, Task
from grader.errors import AssignmentError, GraderError, HarnessError
from grader.evidence import Evidence
from grader.pipeline import Judge, grade_recorded, open_judge
from grader.run.seeds import Seed, public_seed
from grader.run.shared import Shared
from grader.toolchain import UsageError


class Grader:
    """Grades tasks one after another, in one process; judges and assignments are opened once. `shared`: a folder for what submissions of an
    assignment have in common."""

    def __init__(self, settings: Settings, shared: Path, worker: str) -> None:
        self.settings = settings
        self.worker = worker
        self._shared = Shared(shared)
        self._judges: dict[str, tuple[Assignment, Judge]] = {}

    def grade(self, task: Task) -> Outcome:
        """Never raises for what a task brings with it: a fault of ours is an outcome too."""
        start, before, own = time.perf_counter(), _cpu_s(), time.process_time()
        kept: dict[str, bytes] = {}
        blobs = Blobs(Path(self.settings.blobs)) if self.settings.blobs else None

        def put(content: bytes) -> str:
            if blobs is not None:
                return blobs.put(content, durable=False)
            digest = digest_of_content(content)
            kept[digest] = content
            return digest

        try:
            assignment, judge = self._opened(task.assignment)
            grade, evidence = grade_recorded(task.source, assignment, judge, task.label, put)
        except GraderError as error:  # an assignment or a setting that can't be used stays so; a machine may recover
            lasting = isinstance(error, AssignmentError | UsageError)
            return Outcome(task=task.id, fault=str(error), retry=not lasting, worker=self.worker)
        except Exception as error:  # the last line of defence: the next task is graded all the same
            text = f"a fault of ours: {type(error).__name__}: {error}"
            return Outcome(task=task.id, fault=text, worker=self.worker, wall_s=time.perf_counter() - start, cpu_s=_cpu_s() - before)
        return Outcome(
            task=task.id,
            grade=grade,
            evidence=evidence,
            blobs=kept,
            worker=self.worker,
            wall_s=time.perf_counter() - start,
            # bwrap's monitor leaves before it has reaped what it watched, so that the sandboxes' own time is in no parent's account: their
            # control groups have it
            cpu_s=max(_cpu_s() - before, time.process_time() - own + _sandboxes_cpu_s(evidence)),
            compile_cpu_s=evidence.program.cpu_s,
            kernel_cpu_s=sum(run.kernel_cpu_s for run in evidence.runs),
            device_cpu_s=sum(run.device_cpu_s for run in evidence.runs),
        )

    def _opened(self, slug: str) -> tuple[Assignment, Judge]:
        if slug not in self._judges:
            settings = self.settings
            course = find_course(course_folder(settings))
            assignment = load_assignment(course.assignments / slug, course)
            judge = open_judge(
                assignment,
                sandbox=settings.sandbox,
                device=settings.device,
                profile=settings.profile,
                seed=self._seed(assignment),
                keep_grades=False,
                workers=1,  # tasks are what runs side by side
                hidden=not settings.public,
                shared=self._shared,
            )
            self._judges[slug] = assignment, judge
        return self._judges[slug]

    def _seed(self, assignment: Assignment) -> Seed | None:
        """None: this machine's own. Where seeds came along, drawing one here would give this machine's submissions other inputs."""
        if self.settings.public:
            return public_seed(assignment.course, assignment.slug)
        if self.settings.seeds and assignment.slug not in self.settings.seeds:
            raise HarnessError(f"no secret seed of {assignment.slug} came along; start the batch again")
        return self.settings.seeds.get(assignment.slug)


def course_folder(settings: Settings) -> Path:
    """The course's folder, which must be there: looking in the folders above would find another course. Raises HarnessError."""
    folder = Path(settings.course)
    if not folder.is_dir():
        raise HarnessError(
            f"there is no folder {folder} on {socket.gethostname()}; the course must be there on each machine that grades: put it on a "
            "shared folder, or copy it to the same place"
        )
    return folder


def _sandboxes_cpu_s(evidence: Evidence) -> float:
    """Of the compiler, the programs and their devices."""
    programs = sum(run.exit.cpu_s for run in evidence.runs if run.exit)
    return evidence.program.cpu_s + programs + sum(run.device_cpu_s for run in evidence.runs)


def _cpu_s() -> float:
    """Of this process and of all that it started and that has ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
