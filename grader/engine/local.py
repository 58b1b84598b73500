"""Local: tasks over worker processes of this machine. A worker that dies or hangs costs its own task a try, and nothing else.

Not concurrent.futures: there a killed worker breaks the pool, and what crosses is pickle. Here it is one loop over pipes.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import msgspec

from grader.engine.contract import Outcome, Settings, Task
from grader.engine.frames import Buffer, pack
from grader.engine.memory import available_mib as machine_available_mib
from grader.errors import HarnessError
from grader.scratch import clear_leftovers, scratch_folder

TASK_S = 1800.0  # of one task: each case has limits of its own, so that only something of ours can take so long
TASKS_EACH = 500  # then a worker is replaced: what leaks, leaks no longer
SPARE_MIB = 512  # of the machine's memory, beyond what running tasks may take
OVERHEAD_MIB = 256  # of a worker and its device, beyond the task's own
_READ_BYTES = 1 << 20
_END_S = 5.0  # for an idle worker to end by itself
_LAST_WORDS = 300


@dataclass
class _Worker:
    """A process, and the task that it has."""

    name: str
    process: subprocess.Popen[bytes]
    tasks: IO[bytes]
    outcomes: int  # descriptor
    errors: Path
    buffer: Buffer = field(default_factory=Buffer)
    unsent: memoryview = field(default_factory=lambda: memoryview(b""))
    task: Task | None = None
    until: float = 0.0
    done: int = 0


class LocalEngine:
    """`jobs` workers; 0: one per CPU and one more on the emulated device, since each waits for its sandboxes a good part of the time, and
    one on a real card. `command` replaces the workers' program (tests)."""

    name = "local"

    def __init__(
        self,
        settings: Settings,
        jobs: int = 0,
        *,
        task_s: float = TASK_S,
        tasks_each: int = TASKS_EACH,
        command: tuple[str, ...] = (sys.executable, "-m", "grader.engine.worker"),
        available_mib: Callable[[], float] | None = None,
    ) -> None:
        self.settings = settings
        self.slots = jobs or (1 if settings.device == "cuda" else len(os.sched_getaffinity(0)) + 1)
        self._task_s, self._tasks_each, self._command = task_s, tasks_each, command
        self._available_mib = available_mib or machine_available_mib
        self._workers: list[_Worker] = []
        self._scratch = contextlib.ExitStack()
        self._folder: Path | None = None
        self._selector: selectors.BaseSelector | None = None
        self._count = 0

    def __enter__(self) -> LocalEngine:
        try:
            self._folder = self._scratch.enter_context(scratch_folder())
        except OSError as error:
            raise HarnessError(f"can't make a folder for the workers: {error.strerror}; make room") from None
        (self._folder / "shared").mkdir(mode=0o700)
        self._selector = selectors.DefaultSelector()
        return self

    def __exit__(self, *exc: object) -> None:
        try:
            for worker in self._workers:  # all together first: each takes a moment to end
                self._dismiss(worker)
            for worker in list(self._workers):
                self._end(worker)
        finally:
            if self._selector:
                self._selector.close()
            self._scratch.close()

    def run(self, tasks: Iterable[Task], started: Callable[[Task], None] = lambda task: None) -> Iterator[Outcome]:
        """Yields outcomes as they come. Left half-way, the tasks that run are ended: their outcomes belong to nobody."""
        try:
            yield from self._run(tasks, started)
        finally:
            for worker in self._busy():
                self._end(worker)

    def _run(self, tasks: Iterable[Task], started: Callable[[Task], None]) -> Iterator[Outcome]:
        waiting: deque[Task] = deque(maxlen=1)
        source = iter(tasks)
        exhausted = False
        while True:
            while not exhausted or waiting:
                if len(self._busy()) >= self.slots:
                    break
                if not waiting:
                    task = next(source, None)
                    if task is None:
                        exhausted = True
                        break
                    waiting.append(task)
                if not self._room(waiting[0]):
                    break
                task = waiting.popleft()
                try:
                    self._give(task)
                except HarnessError as error:  # this machine may have room for a worker again, later
                    yield Outcome(task=task.id, fault=str(error), worker=self.name)
                    continue
                started(task)
            if not self._busy():
                if exhausted and not waiting:
                    return
                continue
            yield from self._await()

    # ---- workers

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.task is not None]

    def _room(self, task: Task) -> bool:
        """Whether there is memory for it. One task always runs: the machine's limits decide then."""
        busy = self._busy()
        if not busy:
            return True
        # what runs now may still grow to its limit, so what it holds counts twice: that errs on the safe side
        promised = sum(worker.task.memory_mib + OVERHEAD_MIB for worker in busy if worker.task)
        return self._available_mib() - promised >= task.memory_mib + OVERHEAD_MIB + SPARE_MIB

    def _give(self, task: Task) -> None:
        idle = (each for each in self._workers if each.task is None and each.process.poll() is None)
        worker = next(idle, None) or self._start()
        worker.task = task
        worker.until = time.monotonic() + self._task_s
        worker.unsent = memoryview(bytes(worker.unsent) + pack(task))
        self._send(worker)

    def _start(self) -> _Worker:
        assert self._folder is not None and self._selector is not None
        self._count += 1
        name = f"local:{self._count}"
        errors = self._folder / f"worker-{self._count}.txt"
        to_worker, from_worker = os.pipe(), os.pipe()
        try:
            with open(errors, "wb") as stderr:
                process = subprocess.Popen(
                    [*self._command, str(to_worker[0]), str(from_worker[1]), str(self._folder / "shared"), name, str(os.getpid())],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    pass_fds=(to_worker[0], from_worker[1]),
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # arrays are small: its threads would only spin
                )
        except OSError as error:
            for descriptor in (*to_worker, *from_worker):
                os.close(descriptor)
            raise HarnessError(f"a worker can't be started: {error.strerror}") from None
        os.close(to_worker[0])
        os.close(from_worker[1])
        os.set_blocking(to_worker[1], False)
        worker = _Worker(name, process, os.fdopen(to_worker[1], "wb", buffering=0), from_worker[0], errors)
        worker.unsent = memoryview(pack(self.settings))
        self._workers.append(worker)
        self._selector.register(worker.outcomes, selectors.EVENT_READ, worker)
        self._send(worker)
        return worker

    def _send(self, worker: _Worker) -> None:
        """As much as the pipe takes; the rest when it has room again."""
        try:
            while worker.unsent:
                written = worker.tasks.write(worker.unsent)
                if written is None:
                    break
                worker.unsent = worker.unsent[written:]
        except BrokenPipeError:
            worker.unsent = memoryview(b"")  # it is dead, and the end of its other pipe says so

    def _await(self) -> list[Outcome]:
        """What has come, or happened, by the next moment at which anything has."""
        assert self._selector is not None
        found: list[Outcome] = []
        unsent = any(worker.unsent for worker in self._workers)
        limit = min((worker.until for worker in self._busy()), default=0.0) - time.monotonic()
        for key, _ in self._selector.select(min(0.01 if unsent else 1.0, max(0.0, limit))):
            found += self._heard(key.data)
        for worker in list(self._workers):
            if worker.unsent:
                self._send(worker)
            if worker.task is not None and time.monotonic() > worker.until:
                found.append(self._lost(worker, f"it was not done after {self._task_s:g} s"))
        return found

    def _heard(self, worker: _Worker) -> list[Outcome]:
        data = os.read(worker.outcomes, _READ_BYTES)
        if not data:
            if worker.task is None:
                self._end(worker)
                return []
            return [self._lost(worker, "")]
        try:
            found = [msgspec.msgpack.decode(body, type=Outcome) for body in worker.buffer.add(data)]
            if len(found) > 1 or any(worker.task is None or outcome.task != worker.task.id for outcome in found):
                raise ValueError("an outcome of no task")
        except ValueError as error:  # msgspec's are such, too
            return self._mistaken(worker, f"sent what can't be read: {error}")
        if found:
            worker.task = None
            worker.done += 1
            if worker.done >= self._tasks_each:
                self._end(worker)
        return found

    def _mistaken(self, worker: _Worker, why: str) -> list[Outcome]:
        if worker.task is not None:
            return [self._lost(worker, why)]
        self._end(worker, at_once=True)
        return []

    def _lost(self, worker: _Worker, why: str) -> Outcome:
        """The task of a worker that is dead, or is to be."""
        task = worker.task
        assert task is not None
        self._end(worker, at_once=bool(why))
        return Outcome(task=task.id, fault=f"the worker {why or _how_ended(worker)}", worker=worker.name)

    def _end(self, worker: _Worker, *, at_once: bool = False) -> None:
        """Ends a worker and what it started: sandboxes and devices end with it."""
        assert self._selector is not None
        self._dismiss(worker, at_once=at_once)
        self._workers.remove(worker)
        self._selector.unregister(worker.outcomes)
        os.close(worker.outcomes)
        try:
            worker.process.wait(timeout=_END_S)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            worker.process.wait()
        if worker.process.returncode < 0:  # then it had no time to clear up
            clear_leftovers()

    def _dismiss(self, worker: _Worker, *, at_once: bool = False) -> None:
        """An idle worker ends when its pipe does; one that has a task must not go on with it."""
        if not worker.tasks.closed:
            worker.tasks.close()
        if at_once or worker.task is not None:
            worker.process.send_signal(signal.SIGKILL)


def _how_ended(worker: _Worker) -> str:
    code = worker.process.returncode
    how = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit status {code}"
    words = worker.errors.read_text(encoding="utf-8", errors="replace").strip()[-_LAST_WORDS:]
    return f"{how}{': ' + words.splitlines()[-1] if words else ''}"
