"""The chain: every grade, override and extension has a link; whatever is changed past the grader is found, with its link."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.gradebook.archive import backup, restore
from grader.gradebook.chain import add_afterwards
from grader.gradebook.links import START, written
from grader.gradebook.models import GradeRow
from grader.gradebook.records import Student
from grader.gradebook.schema import REVISIONS
from grader.gradebook.store import Gradebook
from grader.records import Grounds
from grader.toolchain import UsageError
from tests.gradebook.conftest import Place
from tests.gradebook.making import NOON, at, grade, hand_in
from tests.gradebook.test_archive import rewritten
from tests.gradebook.test_care import unguarded


def some(book: Gradebook) -> None:
    """Links 1 grade 1, 2 override 1, 3 grade 2 of another, 4 extension 1, 5 grade 3, 6 the deletion of who had grade 2."""
    book.enroll([Student(login="minsu"), Student(login="sora"), Student(login="jiho")])
    own = hand_in(book, "minsu")
    book.store(own, msgspec.structs.replace(grade(30), grounds=Grounds(checks={"test_public.py": "ab"}, seed_id="s1")), author="ta")
    book.override("minsu", "01_scale", 50, reason="appeal", author="ta")
    book.store(hand_in(book, "sora"), grade(40, message="in sora's work"))
    book.extend("minsu", "01_scale", at(1), reason="ill", author="ta")
    book.store(own, grade(60, key="other"), same_as=1, why="regraded: x", author="ta", cpu_s=1.5, wall_s=2.5)
    book.forget("sora", author="prof", reason="letter")


def wrong(book: Gradebook) -> list[tuple[int | None, str]]:
    return [(each.link, each.text) for each in book.audit().wrong]


def test_what_decides_points_is_linked(book: Gradebook) -> None:
    assert book.head() is None and book.audit().ok and book.audit().head == ""
    some(book)
    links = book.links()
    assert [(link.kind, link.subject) for link in links] == [
        ("grade", 1),
        ("override", 1),
        ("grade", 2),
        ("extension", 1),
        ("grade", 3),
        ("forgotten", 1),
    ]
    assert [link.number for link in links] == [1, 2, 3, 4, 5, 6] and links[0].previous == START
    found = book.audit()
    assert found.wrong == () and (found.links, found.forgotten, found.afterwards) == (6, 1, 0)
    assert found.kinds == {"grade": 3, "override": 1, "extension": 1, "forgotten": 1}
    assert book.head() == links[-1] and found.head == links[-1].head == f"6:{links[-1].hash}"
    book.comment("minsu", "01_scale", "a remark changes no points", author="ta")
    assert book.head() == links[-1]


def test_anybody_can_compute_the_hashes(book: Gradebook, place: Place) -> None:
    """As docs/design/audit.md says it, with nothing of ours."""
    some(book)
    previous = "0" * 64
    for row in place.execute("SELECT number, previous, kind, subject, at, sealed, hash FROM links ORDER BY number"):
        assert row[1] == previous
        previous = hashlib.sha256(json.dumps(list(row[:6]), separators=(",", ":")).encode()).hexdigest()
        assert row[6] == previous
    for sealed, document in place.execute("SELECT sealed, document FROM links JOIN seals USING (number)"):
        assert hashlib.sha256(str(document).encode()).hexdigest() == sealed


def test_a_grades_seal_says_what_it_rests_on(book: Gradebook, place: Place) -> None:
    some(book)
    ((text,),) = place.execute("SELECT document FROM seals WHERE number = 1")
    seal = json.loads(str(text))
    assert seal["grounds"]["seed_id"] == "s1" and seal["grounds"]["checks"] == hashlib.sha256(b'{"test_public.py":"ab"}').hexdigest()
    assert {"submission", "assignment", "checks", "toolchain", "image", "profile", "seed_id", "limits"} <= set(seal["grounds"])
    assert seal["row"]["record"] == book.grades(every=True)[0].record and seal["submission"]["content"] == book.submissions()[0].content


# Each column that decides or explains something -> another value, and the link that says so.
COLUMNS: dict[str, dict[str, tuple[str, int]]] = {
    "links": {
        "number": ("77", 3),
        "previous": ("'x'", 2),
        "kind": ("'gift'", 2),
        "subject": ("9", 2),
        "at": ("at + 1", 2),
        "sealed": ("'x'", 2),
        "hash": ("'x'", 2),
    },
    "seals": {"document": ("document || ' '", 2)},
    "grades": {
        "at": ("at + 1", 1),
        "score": ("99", 1),
        "max_score": ("101", 1),
        "decided": ("NOT decided", 1),
        "verdict": ("'PASSED'", 1),
        "message": ("'other'", 1),
        "message_ko": ("'other'", 1),
        "file": ("NULL", 1),
        "line": ("8", 1),
        "device": ("'cuda'", 1),
        "seed_id": ("'other'", 1),
        "key": ("'other'", 1),
        "record": ("'other'", 1),
        "evidence": ("'other'", 1),
        "checks": ("'[]'", 1),
        "same_as": ("7", 1),
        "why": ("'other'", 1),
        "author": ("'other'", 1),
        "cpu_s": ("9", 1),
        "wall_s": ("9", 1),
    },
    "submissions": {
        "student_id": ("3", 1),
        "assignment": ("'other'", 1),
        "number": ("2", 1),
        "received_at": ("received_at - 1", 1),
        "stored_at": ("0", 1),
        "origin": ("'other'", 1),
        "label": ("'other'", 1),
        "filename": ("'other'", 1),
        "content": ("'other'", 1),
        "receipt": ("'other'", 1),
        "identity": ("'other'", 1),
    },
    "overrides": {
        "student_id": ("3", 2),
        "assignment": ("'other'", 2),
        "points": ("100", 2),
        "reason": ("'other'", 2),
        "author": ("'other'", 2),
        "at": ("at + 1", 2),
    },
    "extensions": {
        "student_id": ("3", 4),
        "assignment": ("'other'", 4),
        "until": ("until + 1", 4),
        "reason": ("'other'", 4),
        "author": ("'other'", 4),
        "at": ("at + 1", 4),
    },
    "erasures": {
        "at": ("at + 1", 6),
        "author": ("'other'", 6),
        "reason": ("'other'", 6),
        "submissions": ("9", 6),
        "grades": ("9", 6),
    },
    "students": {"login": ("'somebody'", 1)},
}
_CHOSEN = {"links": "number = 2", "seals": "number = 2", "students": "login = 'minsu'"}


def test_every_column_is_thought_of(book: Gradebook) -> None:
    left = {"grades.id", "grades.submission_id", "submissions.id", "overrides.id", "extensions.id", "erasures.id", "seals.number"}
    left |= {"erasures.open", "erasures.pending"}  # they change, and decide nothing
    tables = {table.name: table for table in GradeRow.metadata.sorted_tables if table.name in COLUMNS and table.name != "students"}
    known = {f"{name}.{column.name}" for name, table in tables.items() for column in table.columns}
    assert known - left == {f"{name}.{column}" for name, of in COLUMNS.items() for column in of if name != "students"}


@pytest.mark.parametrize("table", [*COLUMNS])
def test_a_changed_column_is_found_at_its_link(book: Gradebook, place: Place, table: str) -> None:
    some(book)
    for column, (value, link) in COLUMNS[table].items():
        before = place.execute(f"SELECT {column} FROM {table} WHERE {_CHOSEN.get(table, 'id = 1')}")[0][0]
        unguarded(place, f"UPDATE {table} SET {column} = {value} WHERE {_CHOSEN.get(table, 'id = 1')}")
        found = wrong(book)
        assert found and found[0][0] == link, (column, found)
        if table in ("grades", "overrides", "extensions", "erasures", "submissions") and column != "student_id":
            assert column in found[0][1]
        where = "number = 77" if (table, column) == ("links", "number") else "login = 'somebody'" if table == "students" else ""
        back = (
            "NULL"
            if before is None
            else str(before)
            if isinstance(before, bool | int | float)
            else "'" + str(before).replace("'", "''") + "'"
        )
        unguarded(place, f"UPDATE {table} SET {column} = {back} WHERE {where or _CHOSEN.get(table, 'id = 1')}")
        assert wrong(book) == [], f"{table}.{column} is as it was again"


@pytest.mark.parametrize("value", ["'x'", "X'00ff'", "1e400", "99999999999999999"])
def test_values_that_no_program_of_ours_writes_stop_nothing(tmp_path: Path, value: str) -> None:
    """SQLite puts anything into any column."""
    place = Place(str(tmp_path / "gradebook.db"), tmp_path, None, "")
    with place.open() as book:
        some(book)
        for table, column in (("links", "previous"), ("links", "at"), ("seals", "document"), ("grades", "score"), ("grades", "same_as")):
            where = _CHOSEN.get(table, "id = 1")
            before = place.execute(f"SELECT quote({column}) FROM {table} WHERE {where}")[0][0]
            unguarded(place, f"UPDATE {table} SET {column} = {value} WHERE {where}")
            found = wrong(book)
            assert found and found[0][0] in (1, 2), (table, column)
            unguarded(place, f"UPDATE {table} SET {column} = {before} WHERE {where}")
        assert wrong(book) == []


@pytest.mark.parametrize(
    ("statements", "link", "text"),
    [
        (["DELETE FROM seals WHERE number = 2", "DELETE FROM links WHERE number = 2"], 3, "link 2 is gone: link 3 comes after link 1"),
        (["DELETE FROM seals WHERE number IN (2, 4)", "DELETE FROM links WHERE number IN (2, 3, 4)"], 5, "links 2 to 4 are gone"),
        (["DELETE FROM seals WHERE number = 2"], 2, "override 1 is there and the seal of link 2"),
        (["DELETE FROM seals WHERE number = 6"], 3, "the seal of link 3, on grade 2, is gone"),
        (["DELETE FROM overrides"], 2, "override 1 is gone, and no deletion by `grader gradebook` took it"),
        (["DELETE FROM overrides", "DELETE FROM seals WHERE number = 2"], 2, "the seal of link 2, on override 1, is gone, and no deletion"),
        (["DELETE FROM grades WHERE id = 3"], 5, "grade 3 is gone"),
        (["INSERT INTO seals (number, document) SELECT 3, document FROM seals WHERE number = 1"], 3, "the seal of link 3"),
        (["UPDATE links SET kind = 'gift' WHERE number = 2"], 2, "is of a kind that there isn't, 'gift'"),
    ],
)
def test_what_was_taken_out_or_put_in_is_found(book: Gradebook, place: Place, statements: list[str], link: int, text: str) -> None:
    some(book)
    unguarded(place, *statements)
    found = wrong(book)
    assert found[0][0] == link and text in " ".join(each for _, each in found)


def test_a_row_that_was_put_in_has_no_link(book: Gradebook, place: Place) -> None:
    some(book)
    columns = "student_id, assignment, points, reason, author, at"
    place.execute(f"INSERT INTO overrides ({columns}) SELECT {columns} FROM overrides")
    assert wrong(book) == [(None, "override 2 has no link: it wasn't stored by the grader")]


def test_contents_that_are_changed_or_gone(book: Gradebook) -> None:
    some(book)
    submission, stored = book.submissions()[0], book.grades()[-1]
    (book.blobs.folder / submission.content[:2] / submission.content).write_bytes(b"0something else")
    book.blobs.drop(stored.record)
    found = wrong(book)
    assert [link for link, _ in found] == [1, 5, 5], "two grades are of one submission"
    assert "grade 1 of minsu: what was handed in isn't what it was" in found[0][1]
    assert "grade 3 of minsu: the whole record isn't what it was" in found[2][1]


def test_a_head_that_was_written_down(book: Gradebook, place: Place) -> None:
    some(book)
    book.override("minsu", "01_scale", 60, reason="x", author="ta")
    links = book.links()
    for text in (links[4].head, links[4].hash, links[4].hash[:16], links[4].head.upper()):
        found = book.audit(written(text))
        assert found.ok and found.added == {"grade": 0, "override": 1, "extension": 0, "forgotten": 1}
    assert book.audit(written(links[-1].head)).added == dict.fromkeys(found.added, 0)
    unguarded(place, "DELETE FROM overrides WHERE id = 2", "DELETE FROM seals WHERE number = 7", "DELETE FROM links WHERE number = 7")
    assert book.audit().ok, "what was cut off its end leaves no trace"
    (cut,) = book.audit(written(links[-1].head)).wrong
    assert cut.link is None and f"{links[-1].head}, isn't in the chain: the chain ends with link 6: its end was cut off" in cut.text
    assert "another gradebook's" in book.audit(written("f" * 64)).wrong[0].text
    assert "the chain was made anew" in book.audit(written(f"2:{'f' * 16}")).wrong[0].text
    for text in ("", "12", "12:", "xyz", "f" * 15, "f" * 65, "1:2:" + "f" * 64):
        with pytest.raises(UsageError, match="is no head of a chain"):
            written(text)


def test_nothing_of_a_deleted_student_is_left_and_the_chain_holds(book: Gradebook, place: Place) -> None:
    some(book)
    text = repr(place.execute("SELECT * FROM links")) + repr(place.execute("SELECT * FROM seals"))
    assert "minsu" in text and "sora" not in text
    assert book.forget("minsu", author="prof", reason="x").grades == 2
    text = repr(place.execute("SELECT * FROM links")) + repr(place.execute("SELECT * FROM seals"))
    assert "minsu" not in text and place.execute("SELECT count(*) FROM seals") == [(2,)]
    found = book.audit()
    assert found.ok and (found.links, found.forgotten) == (7, 5) and book.check() == []
    book.store(hand_in(book, "jiho", when=at(-500)), grade(10))
    book.expire(at(-400))
    assert book.audit().ok and book.audit().forgotten == 6


def test_a_deletion_and_an_audit_at_once(book: Gradebook, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are read of the moment before, files are gone already: nothing is wrong."""
    some(book)
    get = book.blobs.get

    def first_forget(digest: str) -> bytes:
        monkeypatch.setattr(book.blobs, "get", get)
        with place.open(wait_s=0.1) as other:  # SQLite's log can't be emptied while somebody reads
            other.forget("minsu", author="prof", reason="x")
        return get(digest)

    monkeypatch.setattr(book.blobs, "get", first_forget)
    assert wrong(book) == []


def test_writers_at_once_make_one_chain(place: Place) -> None:
    with place.open() as book:
        book.enroll([Student(login=f"s{i}") for i in range(4)])
        handed = [hand_in(book, f"s{i}") for i in range(4)]

    def work(number: int) -> None:
        with place.open() as book:
            for count in range(5):
                book.store(handed[number], grade(count))
                book.override(f"s{number}", "01_scale", count, reason="x", author="ta")

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    with place.open() as book:
        found = book.audit()
        assert found.ok and found.links == 40 and [link.number for link in book.links()] == [*range(1, 41)]


def test_what_fails_leaves_no_link(book: Gradebook) -> None:
    some(book)
    before = book.head()
    with pytest.raises(UsageError):
        book.override("minsu", "02_reverse", None, reason="x", author="ta")
    with pytest.raises(UsageError):
        book.forget("minsu", author="prof", reason=" ")
    assert book.head() == before


def test_a_gradebook_from_before_the_chain_is_linked_once(place: Place) -> None:
    with place.open() as book:
        some(book)
    guards = ["DROP TABLE seals", "DROP TABLE links", "UPDATE alembic_version SET version_num = '0001'"]
    if place.server is not None:
        guards += ["DROP FUNCTION seals_immutable", "DROP FUNCTION links_immutable"]
    place.execute(*guards)
    for _ in range(2):
        with place.open() as book:
            found = book.audit()
            assert found.ok and (found.links, found.afterwards, found.forgotten) == (5, 5, 0)
            assert [link.kind for link in book.links()] == ["grade", "override", "extension", "grade", "forgotten"], "in order of time"
            with book.database.writing() as connection:
                assert add_afterwards(book.database, connection) == 0
    unguarded(place, "UPDATE grades SET score = 99 WHERE id = 3")
    with place.open() as book:
        assert wrong(book) == [(4, "grade 3 of minsu: score was 60.0 when it was stored and is 99.0")]


def test_backups_carry_the_chain(book: Gradebook, place: Place, tmp_path: Path) -> None:
    some(book)
    made = backup(book, tmp_path / "b.zip")
    head = book.audit().head
    assert made.head == head
    other = place.another()
    restored = restore(tmp_path / "b.zip", other.url, files=other.files)
    assert restored.head == head and restored.wrong == ()
    with other.open() as copy:
        assert copy.audit(written(head)).ok and copy.links() == book.links()
        copy.store(copy.submissions()[0], grade(1))
        assert copy.audit(written(head)).added["grade"] == 1
    unguarded(place, "UPDATE grades SET score = 99 WHERE id = 1")
    backup(book, tmp_path / "c.zip")
    third = place.another()
    assert restore(tmp_path / "c.zip", third.url, files=third.files).wrong == (
        "grade 1 of minsu: score was 30.0 when it was stored and is 99.0",
    )


def test_an_old_backup_is_linked_when_it_is_restored(book: Gradebook, place: Place, tmp_path: Path) -> None:
    some(book)
    backup(book, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as opened:
        manifest: dict[str, Any] = json.loads(opened.read("manifest.json"))
    for table in ("links", "seals"):
        del manifest["rows"][table], manifest["sha256"][table]
    del manifest["head"]
    manifest["schema"] = REVISIONS[0]
    changed = {"manifest.json": json.dumps(manifest).encode(), "links.jsonl": None, "seals.jsonl": None}
    old = rewritten(tmp_path / "b.zip", tmp_path / "old.zip", changed)
    other = place.another()
    assert restore(old, other.url, files=other.files).wrong == ()
    with other.open() as copy:
        found = copy.audit()
        assert found.ok and found.afterwards == found.links == 5


STEPS = st.lists(st.tuples(st.sampled_from(["grade", "grade", "override", "extend", "forget", "expire"]), st.integers(0, 2)), max_size=8)


@settings(max_examples=10, deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_one_change_anywhere_is_found_and_nothing_where_there_is_none(steps: list[tuple[str, int]], lots: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Place(f"{folder}/gradebook.db", Path(folder), None, "")
        with place.open() as book:
            book.enroll([Student(login=f"s{i}") for i in range(3)])
            book.store(hand_in(book, "s0"), grade(10))
            for count, (what, who) in enumerate(steps):
                _step(book, what, f"s{who}", count)
            assert wrong(book) == []
            tables = {
                name: of for name, of in COLUMNS.items() if name != "students" and place.execute(f"SELECT count(*) FROM {name}")[0][0]
            }
            table = lots.choice([*tables])
            column, (value, _) = lots.choice([*tables[table].items()])
            key = "number" if table in ("links", "seals") else "id"
            rows = place.execute(f"SELECT {key}, {column} FROM {table} ORDER BY 1")
            if table == "submissions":  # one that no grade is of decides nothing yet
                rows = [row for row in rows if place.execute(f"SELECT 1 FROM grades WHERE submission_id = {row[0]}")]
            if not rows:
                return
            number, before = lots.choice(rows)
            unguarded(place, f"UPDATE {table} SET {column} = {value} WHERE {key} = {number}")
            where = 77 if (table, column) == ("links", "number") else number
            after = place.execute(f"SELECT {column} FROM {table} WHERE {key} = {where}")[0][0]
            assert bool(wrong(book)) == (before != after)


def _step(book: Gradebook, what: str, login: str, count: int) -> None:
    if what == "forget":
        if any(student.login == login for student in book.students()):
            book.forget(login, author="prof", reason="x")
    elif what == "expire":
        book.expire(NOON)
    elif what == "grade":
        book.store(hand_in(book, login, when=at(count - 3)), grade(count))
    elif any(student.login == login for student in book.students()):
        if what == "override":
            book.override(login, "01_scale", count, reason="x", author="ta")
        else:
            book.extend(login, "01_scale", at(count), reason="x", author="ta")


def test_ten_thousand_links_take_seconds(tmp_path: Path) -> None:
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        book.enroll([Student(login=f"s{i}") for i in range(100)])
        handed = [hand_in(book, f"s{i}", content=f"{i}".encode()) for i in range(100)]
        first = book.store(handed[0], grade(1))
        names = ", ".join(c.name for c in GradeRow.__table__.columns if c.name not in ("id", "submission_id"))
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)"
        with book.database.writing() as connection:
            connection.exec_driver_sql(
                f"INSERT INTO grades (submission_id, {names}) {numbers} SELECT 1 + i % 100, {names} FROM grades, n WHERE id = {first.id}"
            )
            assert add_afterwards(book.database, connection) == 9999
        start = time.process_time()
        found = book.audit()
        assert found.ok and found.links == 10_000
        assert time.process_time() - start < 10
