"""grader report: from a real gradebook to pages, for each audience, and every way in which it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli.main import run
from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from tests import scale_course
from tests.gradebook.making import NOON, at, grade, hand_in


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one assignment; Alice late by a day and regraded, Bob in time, Carol with nothing, a stranger."""
    scale_course.write_course(tmp_path / "course")
    toml = next((tmp_path / "course").rglob("course.toml"))
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text + f"\n[dates.01_scale]\ndue = {NOON.isoformat()}\n[late]\npenalty_per_day = 0.1\n", encoding="utf-8")
    monkeypatch.setenv("GRADER_COURSE", str(toml.parent))
    monkeypatch.setenv("GRADER_LANG", "en")
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GRADER_GRADEBOOK", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    with Gradebook.open("gradebook.db") as made:
        made.enroll([Student(login="alice", name="Alice Kim", section="A"), Student(login="bob", name="Bob Lee"), Student(login="carol")])
        for login, when, score in (("alice", at(0.5), 80), ("bob", NOON, 100), ("guest", NOON, 50)):
            submission = hand_in(made, login, when=when)
            made.store(submission, grade(score, key=login, message=f"message for {login}"))
            if login == "alice":
                made.store(submission, grade(90, key="again", message="better"), why="regraded: the check was too strict", author="prof")
        made.comment("alice", "01_scale", "see me", author="ta", private=True)
        made.comment("alice", "01_scale", "well done", author="ta")
    return tmp_path / "work"


def test_the_whole_report_and_nothing_when_nothing_changed(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report"]) == 0
    out = capsys.readouterr().out
    assert "course report: " in out and "course-report/index.html" in out and "6 pages written, 0 unchanged" in out
    index = (book / "course-report" / "index.html").read_text()
    assert "Alice Kim" in index and "Scale a vector" in index
    page = (book / "course-report" / "student-alice.html").read_text()
    assert "1 day late" in page and "see me" in page and "regraded: the check was too strict" in page and "81</strong>" in page
    assert "message for alice" not in page and "better" in page
    assert (book / "course-report" / "student-guest.html").exists(), "somebody in no roster handed in, too"
    assert run(["report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "index": str(book / "course-report" / "index.html"),
        "written": 0,
        "unchanged": 6,
        "removed": 0,
        "faults": [],
    }
    assert run(["report", "--again", "-q"]) == 0
    assert capsys.readouterr().out == f"{book}/course-report/index.html\n"


def test_a_comment_changes_one_page(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["report", "-q"])
    with Gradebook.open("gradebook.db") as made:
        made.comment("bob", "01_scale", "neat", author="ta")
    capsys.readouterr()
    assert run(["report", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["written"] == 1
    assert "neat" in (book / "course-report" / "student-bob.html").read_text()


def test_somebody_whose_data_is_deleted_leaves_the_report(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["report", "--details", "-q"])
    with Gradebook.open("gradebook.db") as made:
        made.forget("alice", author="prof", reason="asked for it")
    assert run(["report", "--details", "-q"]) == 0
    for file in filter(Path.is_file, (book / "course-report").rglob("*")):
        content = file.read_bytes()
        assert "alice" not in file.name and b"Alice Kim" not in content and b"alice" not in content


def test_a_students_page_is_what_they_may_see(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "--student", "Alice Kim", "--details", "--lang", "ko"]) == 0
    assert "alice의 페이지" in capsys.readouterr().out
    folder = book / "course-report-students"
    page = (folder / "student-alice.html").read_text()
    assert "well done" in page and "see me" not in page and "Bob" not in page and 'lang="ko"' in page and "1일 지각" in page
    full = list((folder / "grades").glob("*.html"))
    assert len(full) == 1 and "// mine" in full[0].read_text() and not (folder / "index.html").exists()


def test_anonymous_has_a_key_of_its_own_and_names_nobody(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "--anonymous", "--to", "public"]) == 0
    assert "names and private" not in capsys.readouterr().out
    first = sorted(file.name for file in Path("public").glob("student-*"))
    text = b"".join(file.read_bytes() for file in Path("public").rglob("*") if file.is_file())
    assert not [who for who in (b"alice", b"Alice", b"Bob", b"carol", b"guest", b"scale.cu", b"message for", b"better") if who in text]
    assert Path("gradebook.files/pseudonyms.key").exists()
    with Gradebook.open("gradebook.db") as made:
        assert made.check() == []
    assert run(["report", "--anonymous", "--to", "public2", "-q"]) == 0
    assert sorted(file.name for file in Path("public2").glob("student-*")) == first
    Path("other.key").write_text("0123456789abcdef0123")
    assert run(["report", "--anonymous", "--to", "public3", "--key", "other.key", "-q"]) == 0
    assert not set(first) & {file.name for file in Path("public3").glob("student-*")}


def test_one_assignment(book: Path) -> None:
    assert run(["report", "--assignment", "scale", "-q"]) == 0
    assert (book / "course-report-01_scale" / "assignment-01_scale.html").exists()


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["--student", "nobody"], "nobody"),
        (["--assignment", "nothing"], "scale"),
        (["--anonymous", "--student", "alice"], "one of them"),
        (["--anonymous", "--details"], "--details"),
        (["--key", "x"], "--anonymous"),
        (["--lang", "fr"], "en, ko"),
        (["--gradebook", "none.db"], "none.db"),
    ],
)
def test_refusals_say_what_to_do(argv: list[str], told: str, book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", *argv]) == 2
    assert told in capsys.readouterr().err and not list(book.glob("course-report*")) and not (book / "none.db").exists()


def test_a_folder_of_names_never_becomes_the_anonymous_one(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["report", "--to", "out", "-q"]) == 0
    assert run(["report", "--anonymous", "--to", "out"]) == 2
    assert "for staff, with names" in capsys.readouterr().err


def test_a_lost_record_is_told_and_the_rest_is_there(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Gradebook.open("gradebook.db") as made:
        stored = made.grades(student="bob")[0]
        made.blobs.drop(stored.record)
    assert run(["report", "--details"]) == 3
    assert f"grade {stored.id} is left out" in capsys.readouterr().err
    assert (book / "course-report" / "student-bob.html").exists()
