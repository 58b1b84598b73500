"""Database: a path or a URL -> transactions on SQLite or PostgreSQL that are told apart by what they do, reading or writing.

SQLite: write-ahead log (readers never wait for a writer), foreign keys, every commit synced to disk, deleted content overwritten. A
writer takes the lock when it begins, so that two writers queue and neither fails half-way.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from grader.errors import HarnessError
from grader.gradebook.faults import told
from grader.toolchain import UsageError

WAIT_S = 20.0  # for somebody else's lock
_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SECRET = {"password", "passfile", "sslpassword"}


def url_of(where: str | Path) -> URL:
    """A path of an SQLite file or a URL -> URL with the driver that we use. Raises UsageError for what is neither."""
    text = str(where)
    if "://" not in text:
        return URL.create("sqlite+pysqlite", database=os.path.abspath(os.path.expanduser(text)))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UsageError("the gradebook's URL can't be read; write it as postgresql://USER@HOST/DATABASE or name a file") from None
    kind = url.drivername.partition("+")[0]
    if kind not in _DRIVERS:
        raise UsageError(f"a gradebook can't be in {kind!r}; known are a file's path, sqlite:///PATH and postgresql://USER@HOST/DATABASE")
    if kind == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise UsageError("a gradebook needs a file that stays: sqlite:///gradebook.db")
        return URL.create("sqlite+pysqlite", database=os.path.abspath(str(url.database)))
    return url.set(drivername=_DRIVERS[kind])


def shown(url: URL) -> str:
    """As it may be printed: without the password; a file by its path."""
    if url.drivername.startswith("sqlite"):
        return str(url.database)
    query = {name: value for name, value in url.query.items() if name not in _SECRET}
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, query)
    return plain.render_as_string()


class Database:
    """An engine with its habits. Errors come out as HarnessError by the table in faults.py."""

    def __init__(self, where: str | Path, *, create: bool = True, wait_s: float = WAIT_S) -> None:
        url = url_of(where)
        self.name = shown(url)
        self.file = Path(str(url.database)) if url.drivername.startswith("sqlite") else None
        self._inode = (0, 0)
        if self.file is not None:
            _make(self.file, create)
            self._inode = self._found()
        with told(self.name):
            self._engine = _engine(url, wait_s)
        self._writing: Engine = self._engine.execution_options(writes=True)
        self._reading: Engine = self._engine
        if self.file is None:
            self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @property
    def kind(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self._engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the database for all that is read in the block, whoever writes meanwhile."""
        self._still_there()
        with told(self.name), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All of the block or nothing of it; on disk when it ends."""
        self._still_there()
        with told(self.name), self._writing.begin() as connection:
            yield connection

    def alone(self, connection: Connection, what: str, *, shared: bool = False) -> None:
        """Until the transaction ends nobody else passes here with the same word (but others that share, if `shared`). SQLite has one
        writer at a time anyway."""
        if self.file is None:
            lock = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
            connection.execute(text(f"SELECT {lock}(:key)"), {"key": zlib.crc32(f"warpgrade {what}".encode())})

    @contextmanager
    def outside(self) -> Iterator[Connection]:
        """A connection with no transaction, for what can't be in one: VACUUM, a checkpoint."""
        with told(self.name), self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection

    def _still_there(self) -> None:
        """SQLite would go on writing into a file that has been deleted or replaced, and all of it would be lost in the end."""
        if self.file is not None and self._found() != self._inode:
            raise HarnessError(
                f"the gradebook {self.name} was moved, deleted or replaced while it was open; what was stored is in the file that was "
                "moved. Put it back, with its -wal and -shm, and run the command again"
            )

    def _found(self) -> tuple[int, int]:
        assert self.file is not None
        try:
            status = os.stat(self.file)
        except OSError:
            return (0, 0)
        return status.st_dev, status.st_ino

    def close(self) -> None:
        with told(self.name):
            self._engine.dispose()


def _make(file: Path, create: bool) -> None:
    """An empty file for us alone: grades are nobody else's business. SQLite gives its log the same permissions."""
    if file.exists():
        if file.is_dir():
            raise UsageError(f"{file} is a folder; name a file, as gradebook.db")
        return
    if not create:
        raise UsageError(f"there is no gradebook {file}; `grader gradebook import` or `grader batch` makes one, --gradebook names another")
    if not file.parent.is_dir():
        raise UsageError(f"there is no folder {file.parent} for the gradebook; make it first")
    try:
        os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise HarnessError(f"the gradebook {file} can't be made: {error.strerror}; name another place") from None


def _engine(url: URL, wait_s: float) -> Engine:
    try:
        if url.drivername.startswith("sqlite"):
            engine = create_engine(url, connect_args={"timeout": wait_s}, max_overflow=30)
            event.listen(engine, "connect", _as_we_want)
            event.listen(engine, "begin", _begin)
            return engine
        milliseconds = int(wait_s * 1000)
        # jit: compiling our small questions takes the server longer than answering them
        options = f"-c lock_timeout={milliseconds} -c timezone=UTC -c jit=off"
        return create_engine(
            url, pool_pre_ping=True, max_overflow=30, connect_args={"connect_timeout": max(2, int(wait_s)), "options": options}
        )
    except (ImportError, NoSuchModuleError):
        raise HarnessError("PostgreSQL needs a driver that isn't installed: pip install 'warpgrade[postgres]'") from None


def _as_we_want(connection: Any, record: object) -> None:
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None  # transactions begin where we say, DDL's too
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA synchronous = FULL",
        "PRAGMA secure_delete = ON",
        "PRAGMA recursive_triggers = ON",
    ):
        connection.execute(statement).close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")
