"""Journal: what batches began and did, step by step, and who holds which work. After a crash it tells how far things came."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

import msgspec
from sqlalchemy import delete, insert, select

from grader.gradebook.models import BatchRow, JournalRow, LeaseRow
from grader.gradebook.records import JournalEntry, JournalState
from grader.gradebook.shelf import Shelf, now
from grader.toolchain import UsageError

STATES = ("started", "graded", "linked", "fault")


class Journal(Shelf):
    """Batches."""

    def begin(self, arguments: dict[str, Any]) -> int:
        """A batch with what it was told; returns its number."""
        row = {"at": now(), "arguments": msgspec.json.encode(arguments).decode()}
        with self.database.writing() as connection:
            return int(connection.execute(insert(BatchRow).returning(BatchRow.id), [row]).scalar_one())

    def note(self, batch: int, submission: int, state: str, *, attempt: int = 1, text: str = "") -> None:
        """One step. Raises UsageError for a state that there isn't."""
        if state not in STATES:
            raise UsageError(f"unknown state {state!r}; known are {', '.join(STATES)}")
        row = {"batch_id": batch, "submission_id": submission, "state": state, "attempt": attempt, "text": text, "at": now()}
        with self.database.writing() as connection:
            connection.execute(insert(JournalRow), [row])

    def journal(self, batch: int | None = None) -> list[JournalEntry]:
        """All steps, or those of one batch, in order."""
        columns = (
            JournalRow.id,
            JournalRow.batch_id,
            JournalRow.submission_id,
            JournalRow.state,
            JournalRow.attempt,
            JournalRow.text,
            JournalRow.at,
        )
        query = select(*columns).order_by(JournalRow.id)
        if batch is not None:
            query = query.where(JournalRow.batch_id == batch)
        with self.database.reading() as connection:
            return [
                JournalEntry(id=id, batch=number, submission=submission, state=cast(JournalState, state), attempt=attempt, text=text, at=at)
                for id, number, submission, state, attempt, text, at in connection.execute(query)
            ]

    def hold(self, name: str, holder: str, *, for_s: float) -> str | None:
        """Takes what only one may do at a time ("batch"), or keeps it. None: it is the holder's for so many seconds more; else whose it is.
        Who dies without `release` loses it when the time is over."""
        moment = now()
        with self.database.writing() as connection:
            self.database.alone(connection, f"lease {name}")
            row = connection.execute(select(LeaseRow.holder, LeaseRow.until).where(LeaseRow.name == name)).first()
            if row is not None and row[0] != holder and row[1] > moment:
                return str(row[0])
            connection.execute(delete(LeaseRow).where(LeaseRow.name == name))
            connection.execute(insert(LeaseRow), [{"name": name, "holder": holder, "until": moment + dt.timedelta(seconds=for_s)}])
        return None

    def release(self, name: str, holder: str) -> None:
        """Gives it back; nothing if it is somebody else's."""
        with self.database.writing() as connection:
            connection.execute(delete(LeaseRow).where(LeaseRow.name == name, LeaseRow.holder == holder))
