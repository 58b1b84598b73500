"""Schema: a database in any state -> one with the tables that this program knows, or a clear refusal.

Alembic runs the steps and is imported only if there is one to run: to open a gradebook that is up to date costs one look.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from grader.errors import HarnessError
from grader.gradebook.chain import add_afterwards
from grader.gradebook.database import Database
from grader.toolchain import UsageError

# In order; the last is that of models.py. One of a file in migrations/versions each.
REVISIONS = ("0001", "0002")
_FOLDER = Path(__file__).resolve().parent / "migrations"
_VERSION = "alembic_version"


def bring_up_to_date(database: Database, *, create: bool, migrate: bool) -> None:
    """Makes or migrates the tables, all or nothing. Raises UsageError if that isn't wanted or the database is another program's, and
    HarnessError if a newer grader wrote it."""
    with database.reading() as connection:
        found = revision(connection, database.name)
    if found == REVISIONS[-1]:
        return
    if not (create if found is None else migrate):
        raise UsageError(
            f"there is no gradebook in {database.name}; `grader gradebook import` or `grader batch` makes one"
            if found is None
            else f"{database.name} has an older schema ({found}); open it once with a command that writes"
        )
    with database.writing() as connection:
        database.alone(connection, "schema")  # two programs that begin at once: the second finds it done
        if revision(connection, database.name) != REVISIONS[-1]:
            _upgrade(connection)
            add_afterwards(database, connection)


def revision(connection: Connection, name: str) -> str | None:
    """Which step it is at; None if there are no tables at all."""
    tables = set(inspect(connection).get_table_names())
    if _VERSION not in tables:
        if tables:
            raise UsageError(f"{name} holds tables of something else ({', '.join(sorted(tables)[:3])}, …); name another database")
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {_VERSION}")).scalar()
    if found is not None and found not in REVISIONS:
        raise HarnessError(
            f"{name} was written by a newer grader (schema {found}; this one knows up to {REVISIONS[-1]}); "
            "nothing was touched. Upgrade this one: pip install -U warpgrade"
        )
    return found


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, REVISIONS[-1])
