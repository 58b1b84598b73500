"""Ray: tasks over the nodes of a cluster. Each slot is an actor on a node of our choice; nodes may come and go while tasks run.

Not Ray's own retries: what a task was lost to is told, how often it may be lost is counted, and a slot that hangs is ended. A task whose
slot is lost runs again elsewhere; its first outcome is the only one, since nobody listens to a lost slot any more.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from grader.course import find_course, slugs
from grader.engine.contract import Outcome, Settings, Task
from grader.engine.grading import course_folder
from grader.engine.local import TASK_S, TASKS_EACH
from grader.engine.ray_cluster import connect, first_line, private_folder
from grader.engine.ray_pool import LOOK_S, Job, Placed, Pool
from grader.engine.ray_slot import Hello
from grader.run.seeds import secret_seed
from grader.toolchain import UsageError

LOSSES = 2  # of slots, that one task survives: the third is a fault
PATIENCE_S = 60.0  # without any node that can grade, before tasks are given up


class RayEngine:
    """`jobs`: at most so many tasks at a time; 0: as many as the cluster's processors (or GPUs, for `cuda`) take. `address`: of the
    cluster; None: $RAY_ADDRESS, else one that this user has started here, else Ray is started for as long as the engine is open."""

    name = "ray"

    def __init__(
        self,
        settings: Settings,
        jobs: int = 0,
        *,
        address: str | None = None,
        task_s: float = TASK_S,
        tasks_each: int = TASKS_EACH,
        losses: int = LOSSES,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.settings = settings
        self.slots = jobs or 1  # until the cluster is known
        self._jobs, self._address, self._task_s, self._tasks_each = jobs, address, task_s, tasks_each
        self._losses, self._patience_s = losses, patience_s
        self._ray: Any = None
        self._pool: Pool  # from __enter__ on
        self._stack: contextlib.ExitStack

    def __enter__(self) -> RayEngine:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else it warns of what we don't do
        try:
            self._ray = importlib.import_module("ray")
            importlib.import_module("ray.util.scheduling_strategies")
        except ImportError:
            raise UsageError("Ray is not installed here; install it with `pip install 'warpgrade[ray]'`, or use `--engine local`") from None
        settings = self._for_nodes()
        with contextlib.ExitStack() as stack:
            folder = private_folder()
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            if not self._ray.is_initialized():  # else it is the caller's own
                stack.callback(connect(self._ray, folder, self._jobs or len(os.sched_getaffinity(0)), self._address))
            self._pool = Pool(self._ray, settings, self._jobs)
            stack.callback(self._pool.close)
            self._look()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def run(self, tasks: Iterable[Task], started: Callable[[Task], None] = lambda task: None) -> Iterator[Outcome]:
        """Yields outcomes as they come. Left half-way, the tasks that run are ended. Raises HarnessError if the cluster itself is lost."""
        try:
            yield from self._run(tasks, started)
        finally:
            for slot in [slot for slot in self._pool.slots if slot.job is not None]:
                self._pool.kill(slot)

    def _run(self, tasks: Iterable[Task], started: Callable[[Task], None]) -> Iterator[Outcome]:
        source = iter(tasks)
        waiting: deque[Job] = deque()
        exhausted = False
        while True:
            self._look()
            while not exhausted or waiting:
                busy = any(slot.job for slot in self._pool.slots)
                if not waiting:
                    if busy and not any(slot.idle for slot in self._pool.slots):
                        break  # the next task may depend on what runs now
                    task = next(source, None)
                    if task is None:
                        exhausted = True
                        break
                    waiting.append(Job(task))
                slot = self._pool.slot_for(waiting[0].task)
                if slot is None:
                    break
                job = waiting.popleft()
                self._give(slot, job)
                if not job.told:
                    job.told = True
                    started(job.task)
            if exhausted and not waiting and not any(slot.job for slot in self._pool.slots):
                return
            if waiting and (hopeless := self._hopeless()):
                yield Outcome(task=waiting.popleft().task.id, fault=hopeless, worker=self.name)
                continue
            for job, outcome in self._await():
                if outcome is not None:
                    yield outcome
                else:
                    waiting.appendleft(job)

    def _give(self, slot: Placed, job: Job) -> None:
        slot.job = job
        slot.until = time.monotonic() + self._task_s
        slot.waiting = slot.actor.grade.remote(msgspec.msgpack.encode(job.task))

    def _await(self) -> list[tuple[Job, Outcome | None]]:
        """What has come by the next moment at which anything has: jobs with their outcomes; without one, a job is to run again."""
        pending = {slot.waiting: slot for slot in self._pool.slots if slot.waiting is not None}
        limit_s = min([LOOK_S, *(slot.until - time.monotonic() for slot in self._pool.slots if slot.job)])
        if not pending:
            time.sleep(max(0.0, min(limit_s, 0.2)))
            return []
        ready, _ = self._ray.wait(list(pending), num_returns=1, timeout=max(0.0, limit_s), fetch_local=False)
        if ready:  # and whatever else is there by now
            ready, _ = self._ray.wait(list(pending), num_returns=len(pending), timeout=0, fetch_local=False)
        found = []
        for slot in [pending[each] for each in ready]:
            found += self._heard(slot)
        for slot in [slot for slot in self._pool.slots if slot.job is not None and time.monotonic() > slot.until]:
            job = slot.job
            assert job is not None
            self._pool.kill(slot)
            text = f"the worker was not done after {self._task_s:g} s"
            found.append((job, Outcome(task=job.task.id, fault=text, worker=slot.label)))
        return found

    def _heard(self, slot: Placed) -> list[tuple[Job, Outcome | None]]:
        try:
            body = self._ray.get(slot.waiting, timeout=self._task_s)
        except self._ray.exceptions.RayError as error:
            return self._lost(slot, error)
        slot.waiting = None
        if not slot.open:
            hello = msgspec.msgpack.decode(body, type=Hello)
            slot.open, slot.host, slot.pid = True, hello.host, hello.pid
            if hello.fault:
                self._pool.unfit[slot.node] = hello.fault
                self._pool.retire(slot)
            return []
        job = slot.job
        assert job is not None
        outcome = msgspec.msgpack.decode(body, type=Outcome)
        slot.job = None
        slot.done += 1
        if slot.done >= self._tasks_each:
            self._pool.retire(slot)
        return [(job, outcome)]

    def _lost(self, slot: Placed, error: Exception) -> list[tuple[Job, Outcome | None]]:
        """Its process or its node died, or its outcome was on a node that did."""
        job = slot.job
        self._pool.kill(slot)
        self._pool.doubt(slot.node)
        if job is None:
            return []
        job.losses += 1
        if job.losses <= self._losses:
            return [(job, None)]
        text = f"its worker was lost {job.losses} times, the last on {slot.host}: {first_line(error)}"
        return [(job, Outcome(task=job.task.id, fault=text, worker=slot.label))]

    def _hopeless(self) -> str:
        """Why waiting tasks can't be graded; "" if they can, or may soon."""
        if self._pool.slots or self._pool.room:
            return ""
        if self._pool.unfit:
            return "; ".join(sorted(set(self._pool.unfit.values())))
        if time.monotonic() - self._pool.last_room < self._patience_s:
            return ""
        needs = [f"{amount:g} {name}" for name, amount in self._pool.needs().items()] + [f"{self._pool.slot_mib:g} MiB of memory"]
        return f"no node of the Ray cluster has {', '.join(needs)}; start one that has (docs/cluster.md)"

    def _look(self) -> None:
        self._pool.look(time.monotonic())
        self.slots = sum(self._pool.room.values()) or self._jobs or 1

    def _for_nodes(self) -> Settings:
        """For workers that have neither our gradebook's folder nor our secrets."""
        settings = msgspec.structs.replace(self.settings, blobs="")
        if settings.public or settings.seeds:
            return settings
        course = find_course(course_folder(settings))
        return msgspec.structs.replace(settings, seeds={slug: secret_seed(course.id, slug) for slug in slugs(course)})
