"""Migrations make the tables that the program knows, once, whoever begins at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import grader.gradebook.migrations
from grader.gradebook.migrations.immutable import triggers
from grader.gradebook.models import Base
from grader.gradebook.schema import REVISIONS
from grader.gradebook.store import Gradebook
from tests.gradebook.conftest import Place


def test_the_steps_lead_to_the_tables_of_the_program(book: Gradebook) -> None:
    with book.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_steps_are_those_that_the_program_knows() -> None:
    folder = Path(grader.gradebook.migrations.__file__).parent
    steps = [step.revision for step in ScriptDirectory(str(folder)).walk_revisions()]
    assert steps[::-1] == [*REVISIONS]


def test_every_guard_is_there(book: Gradebook, place: Place) -> None:
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if place.server is None
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    assert {name for (name,) in place.execute(names)} == triggers(book.database.kind)


def test_two_that_begin_at_once_make_it_once(place: Place) -> None:
    def begin(number: int) -> int:
        with place.open() as book:
            return book.begin({"number": number})

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(begin, range(4))) == [1, 2, 3, 4]


def test_what_sqlite_is_told(tmp_path: Path) -> None:
    with Gradebook.open(tmp_path / "gradebook.db") as book, book.database.reading() as connection:
        asked = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "foreign_keys", "synchronous")}
        assert asked == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}
