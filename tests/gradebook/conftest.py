"""Every test that takes `place` or `book` runs on SQLite and, marked `postgres`, on a real PostgreSQL server that is started here."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.gradebook.store import Gradebook
from tests.gradebook.server import Server


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgres: needs a PostgreSQL server's programs")


class Place:
    """Where a test's gradebook is, and a way past all that is ours."""

    def __init__(self, url: str, folder: Path, server: Server | None, database: str) -> None:
        self.url, self.folder, self.server, self.database = url, folder, server, database

    @property
    def files(self) -> Path:
        return self.folder / "gradebook.files"

    def open(self, **options: object) -> Gradebook:
        return Gradebook.open(self.url, files=self.files, **options)  # type: ignore[arg-type]

    def execute(self, *statements: str) -> list[tuple[object, ...]]:
        """Raw SQL by the engine's own driver, each statement committed. Returns what the last one finds."""
        found: list[tuple[object, ...]] = []
        for statement in statements:
            if self.server is not None:
                found = self.server.execute(statement, self.database)
            else:
                connection = sqlite3.connect(self.url, isolation_level=None)
                try:
                    found = connection.execute(statement).fetchall()
                finally:
                    connection.close()
        return found

    def another(self) -> Place:
        """An empty place of the same kind."""
        return _place(self.folder / f"other{next(_count)}", self.server)


_count = itertools.count()


def _place(folder: Path, server: Server | None) -> Place:
    folder.mkdir(parents=True, exist_ok=True)
    if server is None:
        return Place(str(folder / "gradebook.db"), folder, None, "")
    name = f"t{next(_count)}"
    server.execute(f"CREATE DATABASE {name}")
    return Place(server.url(name), folder, server, name)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return _place(tmp_path, request.getfixturevalue("server") if request.param == "postgresql" else None)


@pytest.fixture
def postgres_place(server: Server, tmp_path: Path) -> Place:
    return _place(tmp_path, server)


@pytest.fixture
def book(place: Place) -> Iterator[Gradebook]:
    with place.open() as gradebook:
        yield gradebook
