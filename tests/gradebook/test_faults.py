"""What can go wrong around a gradebook is told as whose fault it is, with a remedy, and leaves nothing half-written."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, event, insert

from grader.errors import HarnessError
from grader.gradebook.database import shown, url_of
from grader.gradebook.models import BatchRow
from grader.gradebook.records import Student
from grader.gradebook.schema import REVISIONS
from grader.gradebook.shelf import now
from grader.gradebook.store import Gradebook
from grader.toolchain import UsageError
from tests.gradebook.conftest import Place
from tests.gradebook.making import grade, hand_in
from tests.gradebook.server import Server

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("mysql://host/x", "can't be in 'mysql'; known are a file's path, sqlite:///PATH and postgresql://"),
        ("sqlite://", "needs a file that stays"),
        ("postgresql://host:port/x", "URL can't be read"),
        ("nowhere/gradebook.db", "there is no folder .*nowhere"),
        (".", "is a folder; name a file"),
    ],
)
def test_a_place_that_can_be_none(where: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=message):
        Gradebook.open(where)


def test_none_is_made_where_none_is_wanted(place: Place) -> None:
    with pytest.raises(UsageError, match="there is no gradebook"):
        place.open(create=False)
    if place.server is None:
        assert not Path(place.url).exists()
    with place.open() as book:
        assert book.students() == []


def test_grades_are_for_their_owner_alone(tmp_path: Path) -> None:
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        hand_in(book, "minsu")
        made = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert len(made) >= 2 and [path for path in made if path.stat().st_mode & 0o077] == []


def test_a_password_is_never_shown() -> None:
    url = "postgresql://ta:s3cret@127.0.0.1:1/course?sslpassword=s3cret"
    assert shown(url_of(url)) == "postgresql://ta@127.0.0.1:1/course"
    with pytest.raises(HarnessError, match="the server can't be reached") as told:
        Gradebook.open(url, wait_s=2)
    assert "s3cret" not in str(told.value)


def test_another_programs_file_is_left_alone(place: Place, tmp_path: Path) -> None:
    if place.server is None:
        Path(place.url).write_bytes(b"no database, but a text that somebody wrote\n" * 50)
        with pytest.raises(HarnessError, match=r"no SQLite database. Name another file|no SQLite database; .* Name another file"):
            place.open()
        assert Path(place.url).read_bytes().startswith(b"no database")
        Path(place.url).unlink()
    place.execute("CREATE TABLE recipes (id INTEGER)")
    with pytest.raises(UsageError, match=r"holds tables of something else \(recipes"):
        place.open()
    assert place.execute("SELECT * FROM recipes") == []


def test_a_newer_graders_gradebook_is_left_alone(place: Place) -> None:
    with place.open() as book:
        book.enroll([Student(login="a")])
    place.execute("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(HarnessError, match=r"written by a newer grader \(schema 0999; this one knows up to \d+\); nothing was touched"):
        place.open()
    place.execute(f"UPDATE alembic_version SET version_num = '{REVISIONS[-1]}'")
    with place.open() as book:
        assert len(book.students()) == 1


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "gradebook.db"
    with Gradebook.open(file) as book:
        book.enroll([Student(login=f"s{i}", name="x" * 200) for i in range(2000)])
    data = bytearray(file.read_bytes())
    for page in range(60, len(data) // 4096):
        data[page * 4096 : page * 4096 + 400] = os.urandom(400)
    file.write_bytes(data)
    with pytest.raises(HarnessError, match=r"it is damaged; .* Restore a backup"), Gradebook.open(file) as book:
        book.students()


def locked(place: Place) -> Iterator[None]:
    """Somebody else with an open change."""
    if place.server is None:
        connection = sqlite3.connect(place.url, isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO leases VALUES ('x', 'x', 1)")
        yield
        connection.rollback()
        connection.close()
    else:
        with psycopg.connect(place.server.dsn(place.database)) as other:
            other.execute("LOCK TABLE students, submissions, grades IN ACCESS EXCLUSIVE MODE")
            yield
            other.rollback()


def test_a_locked_database_is_waited_for_and_then_told(place: Place) -> None:
    with place.open(wait_s=0.3) as book:
        submission = hand_in(book, "minsu")
        lock = locked(place)
        next(lock)
        start = time.monotonic()
        with pytest.raises(HarnessError, match=r"another program holds its lock; .* nothing of this step was"):
            book.store(submission, grade())
        with pytest.raises(HarnessError, match="holds its lock"):
            hand_in(book, "sora")
        assert 0.3 < time.monotonic() - start < 10
        with pytest.raises(StopIteration):
            next(lock)
        assert book.grades() == [] and len(book.submissions()) == 1
        book.store(submission, grade())
        assert len(book.grades()) == 1


def test_a_lock_that_ends_in_time_is_only_waited_for(place: Place) -> None:
    with place.open(wait_s=20) as book:
        lock = locked(place)
        next(lock)
        waiting = threading.Thread(target=hand_in, args=(book, "minsu"))
        waiting.start()
        time.sleep(0.3)
        assert waiting.is_alive()
        with pytest.raises(StopIteration):
            next(lock)
        waiting.join(20)
        assert len(book.submissions()) == 1


def test_a_full_disk_is_told_and_nothing_is_half_written(tmp_path: Path) -> None:
    """SQLite is told that its disk has so many pages and no more."""

    def small(connection: sqlite3.Connection, record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 20}")

    file = tmp_path / "gradebook.db"
    with Gradebook.open(file) as book:
        book.enroll([Student(login="minsu")])
    event.listen(Engine, "connect", small)
    try:
        with Gradebook.open(file) as book:
            with pytest.raises(HarnessError, match=r"the disk is full; .* Make room and run the command again"):
                book.enroll([Student(login=f"s{i}", name="x" * 1000) for i in range(500)])
            assert [s.login for s in book.students()] == ["minsu"]
    finally:
        event.remove(Engine, "connect", small)
    with Gradebook.open(file) as book:
        assert book.check() == []
        assert len(book.enroll([Student(login=f"s{i}", name="x" * 1000) for i in range(500)]).added) == 500


def test_contents_that_cant_be_kept_leave_no_row(place: Place) -> None:
    with place.open() as book:
        place.files.write_text("a file where the folder should be")
        with pytest.raises(HarnessError, match="can't keep"):
            hand_in(book, "minsu")
        assert book.submissions() == [] and book.students() == []
        place.files.unlink()
        assert hand_in(book, "minsu").number == 1


def test_a_file_that_is_moved_away_in_the_middle_is_told(tmp_path: Path) -> None:
    file = tmp_path / "gradebook.db"
    with Gradebook.open(file) as book:
        submission = hand_in(book, "minsu")
        file.rename(tmp_path / "moved.db")
        with pytest.raises(HarnessError, match="was moved, deleted or replaced while it was open"):
            book.store(submission, grade())
        sqlite3.connect(file).close()
        with pytest.raises(HarnessError, match="was moved, deleted or replaced while it was open"):
            book.store(submission, grade())
        (tmp_path / "moved.db").rename(file)
        book.store(submission, grade())
    with Gradebook.open(file) as book:
        assert len(book.grades()) == 1 and book.check() == []


@pytest.mark.postgres
def test_a_server_that_goes_in_the_middle_is_told_and_found_again(tmp_path: Path) -> None:
    with Server() as server:
        server.execute("CREATE DATABASE course")
        with Gradebook.open(server.url("course"), files=tmp_path, wait_s=5) as book:
            submission = hand_in(book, "minsu")
            with pytest.raises(HarnessError, match=r"can't be reached or ended the connection; .* of this step all or nothing"):  # noqa: SIM117
                with book.database.writing() as connection:
                    connection.execute(insert(BatchRow), [{"at": now(), "arguments": "{}"}])
                    server.stop()
                    connection.execute(insert(BatchRow), [{"at": now(), "arguments": "{}"}])
            with pytest.raises(HarnessError, match="can't be reached"):
                book.store(submission, grade())
            server.start()
            assert server.execute("SELECT count(*) FROM batches", "course") == [(0,)]
            book.store(submission, grade())
            assert len(book.grades()) == 1 and book.check() == []


WRITER = """
import sys
from grader.gradebook.store import Gradebook
from tests.gradebook.making import grade, hand_in
with Gradebook.open(sys.argv[1], files=__import__("pathlib").Path(sys.argv[2])) as book:
    for i in range(100_000):
        stored = book.store(hand_in(book, f"s{i}"), grade(i % 101, key=str(i)))
        print(stored.id, i, flush=True)
"""


def test_a_writer_that_is_killed_loses_nothing_that_it_has_told_of(place: Place) -> None:
    told: list[list[str]] = []
    for _ in range(3):
        command = [sys.executable, "-c", WRITER.replace("s{i}", f"r{len(told)}-{{i}}"), place.url, str(place.files)]
        writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        for _ in range(7):
            told.append(writer.stdout.readline().split())
        writer.kill()
        told += [line.split() for line in writer.stdout.read().splitlines() if line.count(" ") == 1]
        writer.wait()
        writer.stdout.close()
    with place.open() as book:
        stored = {grade.id: grade for grade in book.grades()}
        assert len(told) >= 21 and all(stored[int(id)].key == i for id, i in told)
        assert book.check() == []
