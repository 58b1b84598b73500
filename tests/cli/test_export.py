"""grader export: from a real gradebook and from the JSON of a grade to files, and every way in which it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from grader.cli.main import run
from grader.export import EXPORTERS
from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from tests import scale_course
from tests.export.making import faulty, graded
from tests.gradebook.making import NOON, at, grade, hand_in


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one assignment; alice late by a day, bob in time, carol with nothing, a stranger."""
    folder = scale_course.write_course(tmp_path / "course")
    toml = next((tmp_path / "course").rglob("course.toml"))
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text + f"\n[dates.01_scale]\ndue = {NOON.isoformat()}\n[late]\npenalty_per_day = 0.1\n", encoding="utf-8")
    monkeypatch.setenv("GRADER_COURSE", str(toml.parent))
    monkeypatch.setenv("GRADER_LANG", "en")
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GRADER_GRADEBOOK", raising=False)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert folder.name == "01_scale"
    with Gradebook.open("gradebook.db") as made:
        made.enroll(
            [Student(login="alice", name="Kim, Alice", ids={"canvas": "11"}), Student(login="bob", name="=1+1"), Student(login="carol")]
        )
        for login, when, score in (("alice", at(0.5), 80), ("bob", NOON, 100), ("guest", NOON, 50)):
            made.store(hand_in(made, login, when=when), grade(score, key=login, message=f"by {login}"))
        made.comment("alice", "01_scale", "see me", author="ta", private=True)
    return tmp_path


def test_the_list_of_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export"]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in [*EXPORTERS, "gradescope-autograder"])
    assert run(["export", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["formats"]) == [*EXPORTERS, "gradescope-autograder"]


def test_canvas_has_what_counts(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "canvas"]) == 0
    made = capsys.readouterr()
    assert made.out == "2 grades in canvas.csv\n" and "in no roster, so not in it: guest" in made.err
    lines = Path("canvas.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith(",Section,Scale a vector") and '"Kim, Alice",11,,alice,,72' in lines and "'=1+1,,,bob,,100" in lines
    assert "carol,,,carol,," in lines


def test_nothing_is_written_over_unasked(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.csv").write_text("mine")
    assert run(["export", "canvas", "-o", "mine.csv"]) == 2
    assert "mine.csv is there already" in capsys.readouterr().err and Path("mine.csv").read_text() == "mine"
    assert run(["export", "canvas", "-o", "mine.csv", "--force"]) == 0 and "alice" in Path("mine.csv").read_text()
    Path("dir").mkdir()
    Path("dir/x").touch()
    assert run(["export", "gradescope", "-o", "dir"]) == 2 and [p.name for p in Path("dir").iterdir()] == ["x"]
    assert run(["export", "gradescope", "-o", "dir", "--force"]) == 0
    assert sorted(str(p.relative_to("dir")) for p in Path("dir").rglob("*.json")) == [
        f"01_scale/{n}.json" for n in ("alice", "bob", "guest")
    ]
    assert not [p for p in Path().iterdir() if p.name.startswith(".")], "nothing aside is left"


def test_a_file_is_stdout_on_request(book: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(["export", "nbgrader", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"assignment,duedate")
    assert run(["export", "gradescope", "-o", "-"]) == 2


@pytest.mark.parametrize("format", list(EXPORTERS))
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_format_from_a_gradebook(book: Path, capsys: pytest.CaptureFixture[str], format: str, lang: str) -> None:
    assert run(["export", format, "--lang", lang, "--json", "-o", "out"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["format"] == format and made["path"] == "out" and made["files"]
    texts = [path.read_text(encoding="utf-8") for path in ([Path("out")] if Path("out").is_file() else Path("out").rglob("*.*"))]
    assert texts and not any("see me" in text for text in texts), "private comments never get out"


def test_only_some(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "gradescope", "--student", "alice", "--student", "alice", "--assignment", "scale", "-o", "one.json"]) == 0
    result = json.loads(Path("one.json").read_text())
    assert result["score"] == 72 and "1 day late" in result["output"]
    assert run(["export", "canvas", "--student", "nobody"]) == 2 and "nobody" in capsys.readouterr().err
    assert run(["export", "canvas", "--assignment", "gemm"]) == 2
    assert run(["export", "gradescope", "--student", "carol"]) == 2 and "has no grade for this" in capsys.readouterr().err


def test_a_template_is_filled_in(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("t.csv").write_text("Student,ID,Section,scale (5)\n Points Possible,,,10\nX,11,,\n")
    assert run(["export", "canvas", "--template", "t.csv", "-o", "up.csv"]) == 0
    assert Path("up.csv").read_text() == "Student,ID,Section,scale (5)\n Points Possible,,,10\nX,11,,7.2\n"
    assert run(["export", "junit", "--template", "t.csv"]) == 2 and "never filled in" in capsys.readouterr().err
    assert run(["export", "canvas", "--template", "gone.csv"]) == 2


def test_from_the_json_of_grade(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("grade.json").write_bytes(msgspec.json.encode(msgspec.to_builtins(graded()) | {"isolation": "local", "seed_id": "x"}))
    assert run(["export", "gradescope", "--from", "grade.json", "-o", "results.json"]) == 0
    assert json.loads(Path("results.json").read_text())["score"] == 60
    Path("grades.json").write_bytes(msgspec.json.encode({"grades": [graded(), faulty()]}))
    assert run(["export", "junit", "--from", "grades.json"]) == 0 and Path("junit.xml").read_text().count("<testsuite ") == 2
    assert run(["export", "canvas", "--from", "grades.json"]) == 2 and "needs to know the students" in capsys.readouterr().err
    assert run(["export", "junit", "--from", "grades.json", "--student", "x"]) == 2
    for content in (b"{", b'{"grades": []}', b'{"grades": [1]}', b"[]", b"\xff", b'"x"'):
        Path("bad.json").write_bytes(content)
        assert run(["export", "junit", "--from", "bad.json", "-o", "bad.xml"]) == 2, content
        assert "--from bad.json" in capsys.readouterr().err and not Path("bad.xml").exists()


def test_the_autograder(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "gradescope-autograder"]) == 2
    assert run(["export", "gradescope-autograder", "--assignment", "scale"]) == 0
    assert Path("01_scale-gradescope.zip").is_file() and "for the staff alone" in capsys.readouterr().out
    assert run(["export", "gradescope-autograder", "--assignment", "scale", "--force", "--sandbox", "none", "--lang", "ko"]) == 0
    assert "--sandbox none" in capsys.readouterr().err
    assert run(["export", "canvas", "--wheel", "x.whl"]) == 2


def test_what_is_wrong_is_told(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "cavnas"]) == 2
    assert "unknown format 'cavnas'; known are canvas, moodle" in capsys.readouterr().err
    assert run(["export", "canvas", "--gradebook", "other.db"]) == 2 and not Path("other.db").exists()
    assert run(["export", "canvas", "-o", "gradebook.db/x/y.csv"]) == 3
    assert run(["export", "moodle", "-o", "."]) == 2


def test_an_override_is_what_counts(book: Path) -> None:
    with Gradebook.open("gradebook.db") as made:
        made.override("carol", "01_scale", 33, reason="by hand", author="ta")
    assert run(["export", "canvas"]) == 0 and "carol,,,carol,,33" in Path("canvas.csv").read_text().splitlines()
