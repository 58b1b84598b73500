"""Backups: all of a gradebook, on either engine, and nothing of a damaged one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec
import pytest

from grader.errors import HarnessError
from grader.gradebook.archive import backup, restore
from grader.gradebook.records import Student
from grader.gradebook.schema import REVISIONS
from grader.gradebook.store import Gradebook
from grader.records import Run
from grader.toolchain import UsageError
from tests.gradebook.conftest import Place
from tests.gradebook.making import at, evidence, grade, hand_in


def fill(book: Gradebook) -> None:
    """Something of everything."""
    book.enroll([Student(login="minsu", name="김민수", email="m@u", ids={"sis": "1"}, section="A"), Student(login="sora", enrolled=False)])
    book.new_token("minsu")
    submission = hand_in(book, "minsu", content=b"\0\xff mine")
    hand_in(book, "minsu", when=None)
    run = Run(
        case="a",
        visibility="public",
        sizes={},
        scalars={},
        inputs={"A.0": book.blobs.put(b"input")},
        outputs={"C.0": book.blobs.put(b"output")},
    )
    first = book.store(submission, grade(30), evidence=book.blobs.put(msgspec.json.encode(evidence(runs=(run,)))))
    book.store(submission, grade(40), same_as=first.id, why="regraded: x", author="ta")
    book.override("minsu", "01_scale", 0.1 + 0.2, reason="x", author="ta")
    book.comment("minsu", "01_scale", "두 줄\n둘째", author="ta", private=True)
    book.extend("minsu", "01_scale", at(1), reason="x", author="ta")
    book.set_group("01_scale", "team", ["minsu", "sora"])
    book.note(book.begin({"x": [1]}), submission.id, "graded")


def dump(place: Place) -> dict[str, list[tuple[object, ...]]]:
    tables = (
        "students identities tokens members extensions submissions grades overrides comments batches journal erasures links seals".split()
    )
    return {
        table: [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in place.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        ]
        for table in tables
    }


def test_a_gradebook_comes_back_whole(place: Place, tmp_path: Path) -> None:
    with place.open() as book:
        fill(book)
        made = backup(book, tmp_path / "b.zip")
    assert made.rows["grades"] == 2 and made.files == 7 and made.missing == ()
    other = place.another()
    assert restore(tmp_path / "b.zip", other.url, files=other.files) == made
    assert dump(other) == dump(place) and all(rows for name, rows in dump(other).items() if name != "erasures")
    with other.open() as book:
        assert book.check() == []
        assert book.content(book.submissions()[0]) == b"\0\xff mine"
        before = {row.id for row in book.grades(every=True)}
        assert book.store(book.submission(1), grade(50)).id not in before, "numbers go on where they were"
    assert (tmp_path / "b.zip").stat().st_mode & 0o077 == 0


@pytest.mark.postgres
def test_it_moves_from_sqlite_to_postgresql_and_back(postgres_place: Place, tmp_path: Path) -> None:
    one = Place(str(tmp_path / "one.db"), tmp_path / "one", None, "")
    two = Place(str(tmp_path / "two.db"), tmp_path / "two", None, "")
    with one.open() as book:
        fill(book)
        backup(book, tmp_path / "one.zip")
    restore(tmp_path / "one.zip", postgres_place.url, files=postgres_place.files)
    with postgres_place.open() as book:
        assert book.check() == []
        backup(book, tmp_path / "two.zip")
    restore(tmp_path / "two.zip", two.url, files=two.files)
    assert dump(one) == dump(two)


def test_a_backup_isnt_written_over_another_nor_restored_into_something(book: Gradebook, place: Place, tmp_path: Path) -> None:
    fill(book)
    backup(book, tmp_path / "b.zip")
    with pytest.raises(UsageError, match="there already"):
        backup(book, tmp_path / "b.zip")
    backup(book, tmp_path / "b.zip", force=True)
    before = dump(place)
    with pytest.raises(UsageError, match=r"holds (students|batches|erasures) already; restore into a new gradebook"):
        restore(tmp_path / "b.zip", place.url, files=place.files)
    assert dump(place) == before
    with pytest.raises(HarnessError, match="can't be written"):
        backup(book, tmp_path / "no" / "b.zip")
    assert sorted(p.name for p in tmp_path.glob(".*zip*")) == []


def test_what_was_lost_before_is_named(book: Gradebook, place: Place, tmp_path: Path) -> None:
    fill(book)
    gone = book.submissions()[0].content
    book.blobs.drop(gone)
    assert backup(book, tmp_path / "b.zip").missing == (gone,)
    other = place.another()
    assert restore(tmp_path / "b.zip", other.url, files=other.files).missing == (gone,)
    with other.open() as restored:
        assert len(restored.grades(every=True)) == 2 and [s for s in restored.check() if gone in s]


def rewritten(source: Path, target: Path, change: dict[str, bytes | None]) -> Path:
    """A copy of a zip with members changed, or taken out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = change.get(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


def test_nothing_of_a_damaged_backup_is_restored(book: Gradebook, place: Place, tmp_path: Path) -> None:
    fill(book)
    backup(book, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as opened:
        grades, manifest = opened.read("grades.jsonl"), opened.read("manifest.json")
        content = next(name for name in opened.namelist() if name.startswith("files/"))
    cases: list[tuple[dict[str, bytes | None], str]] = [
        ({"grades.jsonl": grades.replace(b'"score":30.0', b'"score":99.0')}, "grades isn't what was written"),
        ({"grades.jsonl": None}, "is no backup of a gradebook"),
        ({content: b"other"}, "isn't what its name says"),
        ({content: None}, "holds 6 of 7 contents"),
        ({"manifest.json": manifest.replace(f'"{REVISIONS[-1]}"'.encode(), b'"0999"')}, "written by a newer grader"),
        ({"manifest.json": b"{}"}, "is no backup of a gradebook"),
    ]
    for number, (change, message) in enumerate(cases):
        other = place.another()
        damaged = rewritten(tmp_path / "b.zip", tmp_path / f"{number}.zip", change)
        with pytest.raises((HarnessError, UsageError), match=message):
            restore(damaged, other.url, files=other.files)
        with other.open() as empty:
            assert empty.students() == [] and empty.submissions() == []
        restore(tmp_path / "b.zip", other.url, files=other.files)
    data = bytearray((tmp_path / "b.zip").read_bytes())
    data[200:260] = bytes(60)
    (tmp_path / "torn.zip").write_bytes(data)
    with pytest.raises((HarnessError, UsageError)):
        restore(tmp_path / "torn.zip", place.another().url, files=tmp_path / "torn")
    (tmp_path / "text.zip").write_text("hello")
    with pytest.raises(UsageError, match="is no backup"):
        restore(tmp_path / "text.zip", place.another().url, files=tmp_path / "text")
    with pytest.raises(UsageError, match="can't be read"):
        restore(tmp_path / "gone.zip", place.another().url, files=tmp_path / "gone")
