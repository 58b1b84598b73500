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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from grader.course import find_course, slugs
from grader.engine.contract import Outcome, Settings, Task
from grader.engine.grading import course_folder
from grader.engine.local import OVERHEAD_MIB, TASK_S, TASKS_EACH
from grader.engine.ray_cluster import connect, first_line, memory_mib, private_folder, shared_out, times
from grader.engine.ray_slot import Hello, Slot, clear_after, package_stamp
from grader.errors import HarnessError
from grader.run.seeds import secret_seed
from grader.toolchain import UsageError

LOSSES = 2  # of slots, that one task survives: the third is a fault
LOOK_S = 2.0  # between looks at the cluster's nodes
PATIENCE_S = 60.0  # without any node that can grade, before tasks are given up
MARK = "warpgrade"  # a resource of that name on any node: only nodes that have it grade, that many tasks at a time
_SOON_S = 0.2
_CLOSE_S = 5.0
_FIRST_MIB = 1024


@dataclass
class _Job:
    """A task, and how often it was lost."""

    task: Task
    told: bool = False
    losses: int = 0


@dataclass(eq=False)
class _Slot:
    """An actor, and the job that it has. `waiting`: what Ray is to give next: its Hello, or an outcome."""

    name: str
    node: str
    memory_mib: float
    actor: Any
    waiting: Any = None
    host: str = ""
    pid: int = 0
    open: bool = False
    job: _Job | None = None
    until: float = 0.0
    done: int = 0

    @property
    def idle(self) -> bool:
        return self.open and self.job is None


@dataclass
class _Cluster:
    """What the last look has shown: node -> how many slots it can hold."""

    room: dict[str, int] = field(default_factory=dict)
    largest_mib: float = 0.0
    marked: bool = False
    looked: float = float("-inf")
    last_room: float = 0.0


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
        self.unfit: dict[str, str] = {}  # node -> why it can't grade
        self._jobs, self._address, self._task_s, self._tasks_each = jobs, address, task_s, tasks_each
        self._losses, self._patience_s = losses, patience_s
        self._ray: Any = None
        self._actor: Any = None  # Ray's class of Slot
        self._disconnect: Callable[[], None] | None = None  # if the connection is ours
        self._slots: list[_Slot] = []
        self._cluster = _Cluster()
        self._slot_mib: float = _FIRST_MIB + OVERHEAD_MIB
        self._count = 0
        self._killed: dict[str, list[int]] = {}  # node -> processes that had no time to clear up
        self._folder: Path | None = None

    def __enter__(self) -> RayEngine:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else it warns of what we don't do
        try:
            self._ray = importlib.import_module("ray")
            importlib.import_module("ray.util.scheduling_strategies")
        except ImportError:
            raise UsageError("Ray is not installed here; install it with `pip install 'warpgrade[ray]'`, or use `--engine local`") from None
        self._prepared = self._settings()
        self._folder = private_folder()
        try:
            if not self._ray.is_initialized():  # else it is the caller's own
                self._disconnect = connect(self._ray, self._folder, self._jobs or len(os.sched_getaffinity(0)), self._address)
            self._actor = self._ray.remote(Slot)
            self._cluster.last_room = time.monotonic()
            self._look(time.monotonic())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            if self._ray is not None and self._ray.is_initialized():
                self._close()
        finally:
            if self._disconnect is not None:
                self._disconnect()
            self._slots.clear()
            if self._folder:
                shutil.rmtree(self._folder, ignore_errors=True)

    def run(self, tasks: Iterable[Task], started: Callable[[Task], None] = lambda task: None) -> Iterator[Outcome]:
        """Yields outcomes as they come. Left half-way, the tasks that run are ended. Raises HarnessError if the cluster itself is lost."""
        try:
            yield from self._run(tasks, started)
        finally:
            for slot in [slot for slot in self._slots if slot.job is not None]:
                self._kill(slot)

    # ---- the loop

    def _run(self, tasks: Iterable[Task], started: Callable[[Task], None]) -> Iterator[Outcome]:
        source = iter(tasks)
        waiting: deque[_Job] = deque()
        exhausted = False
        while True:
            now = time.monotonic()
            self._look(now)
            while not exhausted or waiting:
                busy = any(slot.job for slot in self._slots)
                if not waiting:
                    if busy and not any(slot.idle for slot in self._slots):
                        break  # the next task may depend on what runs now
                    task = next(source, None)
                    if task is None:
                        exhausted = True
                        break
                    waiting.append(_Job(task))
                slot = self._slot_for(waiting[0].task)
                if slot is None:
                    break
                job = waiting.popleft()
                self._give(slot, job)
                if not job.told:
                    job.told = True
                    started(job.task)
            if exhausted and not waiting and not any(slot.job for slot in self._slots):
                return
            if waiting and (hopeless := self._hopeless(now)):
                yield Outcome(task=waiting.popleft().task.id, fault=hopeless, worker=self.name)
                continue
            for job, outcome in self._await():
                if outcome is not None:
                    yield outcome
                else:
                    waiting.appendleft(job)

    def _slot_for(self, task: Task) -> _Slot | None:
        """One that is free and has memory for it. If all free ones have too little, they make way for larger ones."""
        need_mib = self._sized(task.memory_mib + OVERHEAD_MIB)
        free = [slot for slot in self._slots if slot.idle]
        fitting = min((slot for slot in free if slot.memory_mib >= need_mib), key=lambda slot: slot.memory_mib, default=None)
        if fitting is None and need_mib > self._slot_mib:
            self._slot_mib = need_mib
            for slot in [slot for slot in self._slots if slot.job is None]:
                self._retire(slot)
            self._cluster.looked = float("-inf")
            self._look(time.monotonic())
        return fitting

    def _sized(self, memory_mib: float) -> float:
        """One task always runs on the largest node: that node's own limits decide then."""
        return min(memory_mib, self._cluster.largest_mib) if self._cluster.largest_mib else memory_mib

    def _give(self, slot: _Slot, job: _Job) -> None:
        slot.job = job
        slot.until = time.monotonic() + self._task_s
        slot.waiting = slot.actor.grade.remote(msgspec.msgpack.encode(job.task))

    def _await(self) -> list[tuple[_Job, Outcome | None]]:
        """What has come by the next moment at which anything has: jobs with their outcomes; without one, a job is to run again."""
        pending = {slot.waiting: slot for slot in self._slots if slot.waiting is not None}
        limit_s = min([LOOK_S, *(slot.until - time.monotonic() for slot in self._slots if slot.job)])
        if not pending:
            time.sleep(max(0.0, min(limit_s, 0.2)))
            return []
        ready, _ = self._ray.wait(list(pending), num_returns=1, timeout=max(0.0, limit_s), fetch_local=False)
        if ready:  # and whatever else is there by now
            ready, _ = self._ray.wait(list(pending), num_returns=len(pending), timeout=0, fetch_local=False)
        found = []
        for slot in [pending[each] for each in ready]:
            found += self._heard(slot)
        for slot in [slot for slot in self._slots if slot.job is not None and time.monotonic() > slot.until]:
            job = slot.job
            assert job is not None
            self._kill(slot)
            text = f"the worker was not done after {self._task_s:g} s"
            found.append((job, Outcome(task=job.task.id, fault=text, worker=_name(slot))))
        return found

    def _heard(self, slot: _Slot) -> list[tuple[_Job, Outcome | None]]:
        try:
            body = self._ray.get(slot.waiting, timeout=self._task_s)
        except self._ray.exceptions.RayError as error:
            return self._lost(slot, error)
        slot.waiting = None
        if not slot.open:
            hello = msgspec.msgpack.decode(body, type=Hello)
            slot.open, slot.host, slot.pid = True, hello.host, hello.pid
            if hello.fault:
                self.unfit[slot.node] = hello.fault
                self._retire(slot)
            return []
        job = slot.job
        assert job is not None
        outcome = msgspec.msgpack.decode(body, type=Outcome)
        slot.job = None
        slot.done += 1
        if slot.done >= self._tasks_each:
            self._retire(slot)
        return [(job, outcome)]

    def _lost(self, slot: _Slot, error: Exception) -> list[tuple[_Job, Outcome | None]]:
        """Its process or its node died, or its outcome was on a node that did."""
        job = slot.job
        self._kill(slot)
        for other in [other for other in self._slots if other.idle and other.node == slot.node]:
            self._retire(other)  # if the node is dead so are they, and the job must not be lost to them, too
        self._cluster.looked = time.monotonic() - LOOK_S + _SOON_S
        if job is None:
            return []
        job.losses += 1
        if job.losses <= self._losses:
            return [(job, None)]
        text = f"its worker was lost {job.losses} times, the last on {slot.host}: {first_line(error)}"
        return [(job, Outcome(task=job.task.id, fault=text, worker=_name(slot)))]

    def _hopeless(self, now: float) -> str:
        """Why waiting tasks can't be graded; "" if they can, or may soon."""
        if self._slots or self._cluster.room:
            return ""
        if self.unfit:
            return "; ".join(sorted(set(self.unfit.values())))
        if now - self._cluster.last_room < self._patience_s:
            return ""
        needs = [f"{amount:g} {name}" for name, amount in self._needs().items()] + [f"{self._slot_mib:g} MiB of memory"]
        return f"no node of the Ray cluster has {', '.join(needs)}; start one that has (docs/cluster.md)"

    # ---- nodes and slots

    def _needs(self) -> dict[str, float]:
        """Resources that a slot takes of its node, beside memory."""
        needs = {"CPU": 1.0}
        if self.settings.device == "cuda":
            needs["GPU"] = 1.0
        if self._cluster.marked:
            needs[MARK] = 1.0
        return needs

    def _look(self, now: float) -> None:
        """Slots follow the nodes that there are now."""
        if now - self._cluster.looked < LOOK_S:
            return
        try:
            nodes = {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}
        except (self._ray.exceptions.RayError, ConnectionError, RuntimeError) as error:
            raise HarnessError(f"the Ray cluster is lost ({first_line(error)}); start it and the batch again") from None
        cluster = self._cluster
        cluster.looked = now
        cluster.marked = cluster.marked or any(MARK in resources for resources in nodes.values())
        for node in [node for node in self.unfit if node not in nodes]:
            del self.unfit[node]
        fit = {node: resources for node, resources in nodes.items() if node not in self.unfit}
        cluster.largest_mib = max((memory_mib(resources) for resources in fit.values() if times(resources, self._needs())), default=0.0)
        size_mib = self._sized(self._slot_mib)
        room = {node: min(times(resources, self._needs()), int(memory_mib(resources) // size_mib)) for node, resources in fit.items()}
        cluster.room = shared_out({node: count for node, count in room.items() if count > 0}, self._jobs)
        self.slots = sum(cluster.room.values()) or self._jobs or 1
        if cluster.room:
            cluster.last_room = now
        for slot in [slot for slot in self._slots if slot.job is None and slot.node not in nodes]:
            self._kill(slot)
        for node in {slot.node for slot in self._slots} | set(cluster.room):
            here = [slot for slot in self._slots if slot.node == node]
            for slot in [slot for slot in here if slot.idle and slot.memory_mib < size_mib]:
                here.remove(slot)  # it would hold the place of one that is large enough
                self._retire(slot)
            surplus = len(here) - cluster.room.get(node, 0)
            for slot in [slot for slot in here if slot.job is None][: max(0, surplus)]:
                self._retire(slot)
            for _ in range(-surplus):
                self._start(node, size_mib)

    def _start(self, node: str, memory_mib: float) -> None:
        self._count += 1
        needs = self._needs()
        options = {
            "num_cpus": needs.pop("CPU"),
            "num_gpus": needs.pop("GPU", 0),
            "resources": needs,
            "memory": int(memory_mib * (1 << 20)),
            "max_restarts": 0,
            "max_task_retries": 0,
            "scheduling_strategy": self._on(node),
        }
        actor = self._actor.options(**options).remote()
        slot = _Slot(name=str(self._count), node=node, memory_mib=memory_mib, actor=actor)
        # settings hold secrets: as an argument of a call they go to that node; those of a constructor the cluster would keep
        slot.waiting = actor.open.remote(msgspec.msgpack.encode(self._prepared), package_stamp(), slot.name)
        self._slots.append(slot)

    def _on(self, node: str) -> Any:
        return self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node_id=node, soft=False)

    def _retire(self, slot: _Slot) -> None:
        """Lets an idle slot clear up and end."""
        self._slots.remove(slot)
        with contextlib.suppress(self._ray.exceptions.RayError):
            slot.actor.close.remote()
        # the handle goes, and with the last one the actor, once it has done what it was asked to do

    def _kill(self, slot: _Slot) -> None:
        self._slots.remove(slot)
        if slot.pid:
            self._killed.setdefault(slot.node, []).append(slot.pid)
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.kill(slot.actor, no_restart=True)

    # ---- beginning and end

    def _settings(self) -> Settings:
        """For workers that have neither our gradebook's folder nor our secrets."""
        settings = msgspec.structs.replace(self.settings, blobs="")
        if settings.public or settings.seeds:
            return settings
        course = find_course(course_folder(settings))
        return msgspec.structs.replace(settings, seeds={slug: secret_seed(course.id, slug) for slug in slugs(course)})

    def _close(self) -> None:
        """Idle slots clear up; those that work are killed, and what they leave is removed."""
        ray = self._ray
        closing = []
        for slot in list(self._slots):
            if slot.idle:
                with contextlib.suppress(ray.exceptions.RayError):
                    closing.append(slot.actor.close.remote())
            else:
                self._kill(slot)
        alive: set[str] = set()
        with contextlib.suppress(ray.exceptions.RayError, ConnectionError, RuntimeError):  # the cluster may be what was lost
            alive = {node["NodeID"] for node in ray.nodes() if node["Alive"]}
        clear = ray.remote(clear_after)
        for node, pids in self._killed.items():
            if node in alive:
                closing.append(clear.options(num_cpus=0, max_retries=0, scheduling_strategy=self._on(node)).remote(pids))
        if closing:
            ray.wait(closing, num_returns=len(closing), timeout=_CLOSE_S)
        for slot in self._slots:
            with contextlib.suppress(ray.exceptions.RayError):
                ray.kill(slot.actor, no_restart=True)
        self._killed.clear()


def _name(slot: _Slot) -> str:
    return f"ray:{slot.host}:{slot.name}"
