"""Checking: a student's unfinished files -> a place in a queue -> what the public checks say. A few workers; one waiting check a student.

Results are kept for an hour in memory: a check can be repeated, a grade is in the gradebook.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from typing import Literal

from grader.errors import GraderError
from grader.records import Grade, Record
from grader.server.problems import ApiError

GradeFiles = Callable[[str, dict[str, bytes]], Grade]  # (slug, files); raises GraderError for a fault of ours
State = Literal["waiting", "running", "done", "failed", "replaced"]
KEEP_S = 3600.0
MAX_KEPT = 1000


class Check(Record, frozen=True, kw_only=True):
    """One remote check as its student sees it."""

    id: str
    assignment: str
    digest: str
    state: State
    position: int  # how many come before it; 0 once it runs
    grade: Grade | None = None  # public checks with the public seed
    message: str = ""  # of a failure: a fault of ours


class _Entry:
    def __init__(self, student: str, slug: str, digest: str, files: dict[str, bytes], now: float) -> None:
        self.id, self.student, self.slug, self.digest, self.files = secrets.token_hex(12), student, slug, digest, files
        self.state: State = "waiting"
        self.grade: Grade | None = None
        self.message = ""
        self.touched = now


class Checks:
    """The queue and its workers. Safe for several threads."""

    def __init__(self, grade: GradeFiles, *, workers: int = 1, max_waiting: int = 50, now: Callable[[], float] = time.monotonic) -> None:
        self._grade, self._max_waiting, self._now = grade, max_waiting, now
        self._entries: dict[str, _Entry] = {}
        self._queue: list[_Entry] = []
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [threading.Thread(target=self._work, name=f"check-{i}", daemon=True) for i in range(workers)]
        for thread in self._threads:
            thread.start()

    def ask(self, student: str, slug: str, digest: str, files: dict[str, bytes]) -> Check:
        """Puts files into the queue. The same files again are the same check; other files replace those of the student that still wait,
        and keep their place. Raises ApiError if the queue is full."""
        with self._changed:
            self._forget()
            mine = [each for each in self._entries.values() if each.student == student and each.state in ("waiting", "running")]
            if same := next((each for each in mine if (each.slug, each.digest) == (slug, digest)), None):
                return self._shown(same)
            waiting = next((each for each in mine if each.state == "waiting"), None)
            if waiting is None and len(self._queue) >= self._max_waiting:
                raise ApiError("queue_full", str(len(self._queue)), retry_after_s=60)
            entry = _Entry(student, slug, digest, files, self._now())
            self._entries[entry.id] = entry
            if waiting is not None:
                waiting.state, waiting.files = "replaced", {}
                self._queue[self._queue.index(waiting)] = entry
            else:
                self._queue.append(entry)
            self._changed.notify()
            return self._shown(entry)

    def of(self, student: str, id: str) -> Check | None:
        """A check of this student; None for anybody else's, and for one that is forgotten."""
        with self._changed:
            self._forget()
            entry = self._entries.get(id)
            return self._shown(entry) if entry is not None and entry.student == student else None

    def close(self) -> None:
        """No more work is begun."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    return
                entry = self._queue.pop(0)
                entry.state = "running"
            grade, message = None, ""
            try:
                grade = self._grade(entry.slug, entry.files)
            except GraderError as error:
                message = str(error)
            except Exception as error:  # the last line of defence: the next student's check must run
                message = type(error).__name__
            with self._changed:
                entry.grade, entry.message, entry.files = grade, message, {}
                entry.state, entry.touched = "done" if grade is not None else "failed", self._now()

    def _shown(self, entry: _Entry) -> Check:
        position = self._queue.index(entry) + 1 if entry in self._queue else 0
        return Check(
            id=entry.id,
            assignment=entry.slug,
            digest=entry.digest,
            state=entry.state,
            position=position,
            grade=entry.grade,
            message=entry.message,
        )

    def _forget(self) -> None:
        ended = [each for each in self._entries.values() if each.state not in ("waiting", "running")]
        old = [each for each in ended if self._now() - each.touched > KEEP_S]
        for each in [*old, *ended[: max(0, len(ended) - MAX_KEPT)]]:
            self._entries.pop(each.id, None)
