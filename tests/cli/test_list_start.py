"""`grader list` and `grader start`, through the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli.main import run
from tests import scale_course


@pytest.fixture(autouse=True)
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = scale_course.write_course(tmp_path / "course")
    (folder / "starter").mkdir()
    (folder / "starter" / "scale.cu").write_text("// TODO\n", encoding="utf-8")
    (folder / "README.md").write_text("Scale.\n", encoding="utf-8")
    monkeypatch.setenv("GRADER_COURSE", str(tmp_path / "course"))
    monkeypatch.setenv("GRADER_LANG", "en")
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    return folder


def test_the_list_in_both_languages(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["list"]) == 0
    assert "01_scale    Scale a vector       1  scale.cu   cuda" in capfd.readouterr().out
    assert run(["list", "--lang", "ko"]) == 0
    assert "벡터에 수 곱하기" in capfd.readouterr().out


def test_the_lists_json(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["list", "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    (row,) = printed["assignments"]
    assert row == {
        "slug": "01_scale",
        "name": "scale",
        "title": "Scale a vector",
        "kind": "cuda",
        "weight": 1.0,
        "files": ["scale.cu"],
        "public_cases": 1,
        "hidden_cases": 1,
        "release": None,
        "due": None,
    }


def test_the_list_says_what_is_due(shell: Path, capfd: pytest.CaptureFixture[str]) -> None:
    text = 'id = "x"\ntime_zone = "Asia/Seoul"\n[dates.01_scale]\ndue = 2026-10-15T23:59:00\n'
    (shell.parent / "course.toml").write_text(text)
    assert run(["list"]) == 0
    assert "2026-10-15 23:59 KST" in capfd.readouterr().out
    assert run(["list", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["assignments"][0]["due"] == "2026-10-15T23:59:00+09:00"


def test_a_broken_course_is_told_with_file_line_and_key(shell: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = shell.parent / "course.toml"
    file.write_text('id = "x"\nordr = ["01_scale"]\n')
    for command in (["list"], ["start", "scale"], ["verify", "scale"]):
        assert run(command) == 2
        assert f"grader: {file}:2: ordr: unknown key; known here are id, title" in capfd.readouterr().err


def test_a_broken_assignment_hides_no_other(shell: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (shell.parent / "02_broken").mkdir()
    (shell.parent / "02_broken" / "assignment.toml").write_text("slug = ")
    assert run(["list"]) == 0
    out, err = capfd.readouterr()
    assert "01_scale" in out and "02_broken: can't be read" in err


def test_the_courses_own_order(shell: Path, capfd: pytest.CaptureFixture[str]) -> None:
    other = shell.parent / "00_later"
    other.mkdir()
    (other / "assignment.toml").write_text(scale_course.ASSIGNMENT.replace("01_scale", "00_later"))
    (shell.parent / "course.toml").write_text('id = "x"\ntitle = { en = "My course", ko = "내 강의" }\norder = ["01_scale"]\n')
    assert run(["list"]) == 0
    lines = [line.split(" ")[0] for line in capfd.readouterr().out.splitlines()]
    assert lines[0] == "My" and lines.index("01_scale") < lines.index("00_later")


def test_start_then_again(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["start", "scale"]) == 0
    out = capfd.readouterr().out
    assert "you write: scale.cu" in out and "grader check 01_scale" in out
    assert Path("01_scale/scale.cu").read_text() == "// TODO\n"
    Path("01_scale/scale.cu").write_text("my work")
    assert run(["start", "scale"]) == 2
    assert "already has scale.cu" in capfd.readouterr().err and Path("01_scale/scale.cu").read_text() == "my work"


def test_start_into_a_folder_of_ones_own(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["start", "scale", "내 과제", "--lang", "ko", "--json"]) == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["folder"] == "내 과제" and printed["student_files"] == ["scale.cu"]
    assert sorted(str(path.relative_to("내 과제")) for path in Path("내 과제").rglob("*") if path.is_file()) == printed["files"]


def test_an_unknown_name_lists_the_known_and_guesses(capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["start", "scael"]) == 2
    err = capfd.readouterr().err
    assert err.startswith("grader: there is no assignment 'scael'") and "Did you mean scale? Known are: scale" in err
    assert not list(Path().iterdir())
