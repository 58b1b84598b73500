"""Gradebook: a file or a database's URL, and a folder -> people, submissions, grades, remarks and standings, kept and asked for.

Its parts are one idea a file: people, arrangements, received, graded, remarks, journal, standings, chain, audit, care, privacy. SQLite and
PostgreSQL behave alike.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from types import TracebackType

from grader.blobs import Blobs
from grader.gradebook.arrangements import Arrangements
from grader.gradebook.audit import Audit
from grader.gradebook.care import Care
from grader.gradebook.chain import Chain
from grader.gradebook.database import WAIT_S, Database
from grader.gradebook.graded import Graded
from grader.gradebook.journal import Journal
from grader.gradebook.people import People
from grader.gradebook.privacy import Privacy
from grader.gradebook.received import Received
from grader.gradebook.remarks import Remarks
from grader.gradebook.schema import bring_up_to_date
from grader.gradebook.standings import Standings
from grader.run.seeds import data_root


class Gradebook(People, Arrangements, Received, Graded, Remarks, Journal, Standings, Chain, Audit, Care, Privacy):
    """A context manager. Raises HarnessError if the database fails, with the remedy; then nothing of the step that failed is stored."""

    @classmethod
    def open(
        cls, where: str | Path, *, files: Path | None = None, create: bool = True, migrate: bool = True, wait_s: float = WAIT_S
    ) -> Gradebook:
        """`where`: a path of an SQLite file, or a URL (sqlite:///PATH, postgresql://USER@HOST/DATABASE). `files`: the folder of contents;
        default: beside the file, as "gradebook.files", else below $GRADER_DATA. Raises UsageError if there is none and `create` is False,
        or what is there is no gradebook; HarnessError if a newer grader wrote it. `wait_s`: how long to wait for another's lock."""
        database = Database(where, create=create, wait_s=wait_s)
        try:
            bring_up_to_date(database, create=create, migrate=migrate)
        except BaseException:
            database.close()
            raise
        return cls(database, Blobs(files or files_of(database)))

    @property
    def url(self) -> str:
        """Which one it is, as it may be shown: never with a password."""
        return self.database.name

    def close(self) -> None:
        self.database.close()

    def __enter__(self) -> Gradebook:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def files_of(database: Database) -> Path:
    """Where a gradebook's contents lie unless somebody says otherwise."""
    if database.file is not None:
        return database.file.with_suffix(".files")
    return data_root() / "gradebooks" / hashlib.sha256(database.name.encode()).hexdigest()[:16]
