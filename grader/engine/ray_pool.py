"""Ray pool: the nodes that there are -> slots on them, actors that each grade one task at a time. Nodes may come and go."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import Any

import msgspec

from grader.engine.contract import Settings, Task
from grader.engine.local import OVERHEAD_MIB
from grader.engine.ray_cluster import first_line, memory_mib, shared_out, times
from grader.engine.ray_slot import Slot, clear_after, package_stamp
from grader.errors import HarnessError

LOOK_S = 2.0  # between looks at the cluster's nodes
MARK = "warpgrade"  # a resource of that name on any node: only nodes that have it grade, that many tasks at a time
_SOON_S = 0.2
_CLOSE_S = 20.0  # longer than `clear_after` waits
_FIRST_MIB = 1024


@dataclass
class Job:
    """A task, and how often it was lost."""

    task: Task
    told: bool = False
    losses: int = 0


@dataclass(eq=False)
class Placed:
    """An actor on a node, and the job that it has. `waiting`: what Ray is to give next: its Hello, or an outcome."""

    name: str
    node: str
    memory_mib: float
    actor: Any
    waiting: Any = None
    host: str = ""
    pid: int = 0
    open: bool = False
    job: Job | None = None
    until: float = 0.0
    done: int = 0

    @property
    def idle(self) -> bool:
        return self.open and self.job is None

    @property
    def label(self) -> str:
        return f"ray:{self.host}:{self.name}"


class Pool:
    """`settings` as slots get them, `jobs` the most slots (0: as many as the nodes take). Knows what the last look has shown."""

    def __init__(self, ray: Any, settings: Settings, jobs: int) -> None:
        self._ray, self._settings, self._jobs = ray, settings, jobs
        self._actor = ray.remote(Slot)
        self.slots: list[Placed] = []
        self.unfit: dict[str, str] = {}  # node -> why it can't grade
        self.room: dict[str, int] = {}  # node -> how many slots it can hold
        self.largest_mib = 0.0  # of the nodes that can grade
        self.marked = False
        self.looked = float("-inf")
        self.last_room = time.monotonic()
        self.slot_mib: float = _FIRST_MIB + OVERHEAD_MIB
        self._count = 0
        self._killed: dict[str, list[int]] = {}  # node -> processes that had no time to clear up

    def slot_for(self, task: Task) -> Placed | None:
        """One that is free and has memory for it. If all free ones have too little, they make way for larger ones."""
        need_mib = self.sized(task.memory_mib + OVERHEAD_MIB)
        free = (slot for slot in self.slots if slot.idle and slot.memory_mib >= need_mib)
        fitting = min(free, key=lambda slot: slot.memory_mib, default=None)
        if fitting is None and need_mib > self.slot_mib:
            self.slot_mib = need_mib
            for slot in [slot for slot in self.slots if slot.job is None]:
                self.retire(slot)
            self.look_soon(0.0)
            self.look(time.monotonic())
        return fitting

    def doubt(self, node: str) -> None:
        """One of its slots was lost. If the node is dead so are the idle ones, and the job must not be lost to them, too."""
        for slot in [slot for slot in self.slots if slot.idle and slot.node == node]:
            self.retire(slot)
        self.look_soon(_SOON_S)

    def look_soon(self, delay_s: float) -> None:
        self.looked = time.monotonic() - LOOK_S + delay_s

    def needs(self) -> dict[str, float]:
        """Resources that a slot takes of its node, beside memory."""
        needs = {"CPU": 1.0}
        if self._settings.device == "cuda":
            needs["GPU"] = 1.0
        if self.marked:
            needs[MARK] = 1.0
        return needs

    def look(self, now: float) -> None:
        """Slots follow the nodes that there are now."""
        if now - self.looked < LOOK_S:
            return
        try:
            nodes = {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}
        except (self._ray.exceptions.RayError, ConnectionError, RuntimeError) as error:
            raise HarnessError(f"the Ray cluster is lost ({first_line(error)}); start it and the batch again") from None
        self.looked = now
        self.marked = self.marked or any(MARK in resources for resources in nodes.values())
        for node in [node for node in self.unfit if node not in nodes]:
            del self.unfit[node]
        fit = {node: resources for node, resources in nodes.items() if node not in self.unfit}
        self.largest_mib = max((memory_mib(resources) for resources in fit.values() if times(resources, self.needs())), default=0.0)
        size_mib = self.sized(self.slot_mib)
        room = {node: min(times(resources, self.needs()), int(memory_mib(resources) // size_mib)) for node, resources in fit.items()}
        self.room = shared_out({node: count for node, count in room.items() if count > 0}, self._jobs)
        if self.room:
            self.last_room = now
        for slot in [slot for slot in self.slots if slot.job is None and slot.node not in nodes]:
            self.kill(slot)
        for node in {slot.node for slot in self.slots} | set(self.room):
            here = [slot for slot in self.slots if slot.node == node]
            for slot in [slot for slot in here if slot.idle and slot.memory_mib < size_mib]:
                here.remove(slot)  # it would hold the place of one that is large enough
                self.retire(slot)
            surplus = len(here) - self.room.get(node, 0)
            for slot in [slot for slot in here if slot.job is None][: max(0, surplus)]:
                self.retire(slot)
            for _ in range(-surplus):
                self._start(node, size_mib)

    def _start(self, node: str, memory_mib: float) -> None:
        self._count += 1
        needs = self.needs()
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
        slot = Placed(name=str(self._count), node=node, memory_mib=memory_mib, actor=actor)
        # settings hold secrets: as an argument of a call they go to that node; those of a constructor the cluster would keep
        slot.waiting = actor.open.remote(msgspec.msgpack.encode(self._settings), package_stamp(), slot.name)
        self.slots.append(slot)

    def _on(self, node: str) -> Any:
        return self._ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node_id=node, soft=False)

    def retire(self, slot: Placed) -> None:
        """Lets an idle slot clear up and end."""
        self.slots.remove(slot)
        with contextlib.suppress(self._ray.exceptions.RayError):
            slot.actor.close.remote()
        # the handle goes, and with the last one the actor, once it has done what it was asked to do

    def kill(self, slot: Placed) -> None:
        self.slots.remove(slot)
        if slot.pid:
            self._killed.setdefault(slot.node, []).append(slot.pid)
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.kill(slot.actor, no_restart=True)

    def sized(self, memory_mib: float) -> float:
        """One task always runs on the largest node: that node's own limits decide then."""
        return min(memory_mib, self.largest_mib) if self.largest_mib else memory_mib

    def close(self) -> None:
        """Idle slots clear up; those that work are killed, and what they leave is removed."""
        ray = self._ray
        closing = []
        for slot in list(self.slots):
            if slot.idle:
                with contextlib.suppress(ray.exceptions.RayError):
                    closing.append(slot.actor.close.remote())
            else:
                self.kill(slot)
        alive: set[str] = set()
        with contextlib.suppress(ray.exceptions.RayError, ConnectionError, RuntimeError):  # the cluster may be what was lost
            alive = {node["NodeID"] for node in ray.nodes() if node["Alive"]}
        clear = ray.remote(clear_after)
        for node, pids in self._killed.items():
            if node in alive:
                closing.append(clear.options(num_cpus=0, max_retries=0, scheduling_strategy=self._on(node)).remote(pids))
        if closing:
            ray.wait(closing, num_returns=len(closing), timeout=_CLOSE_S)
        for slot in self.slots:
            with contextlib.suppress(ray.exceptions.RayError):
                ray.kill(slot.actor, no_restart=True)
        self._killed.clear()
