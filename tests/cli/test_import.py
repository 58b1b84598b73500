"""`grader import nbgrader DIR`: a whole assignment or nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli.main import run

SOURCE = Path(__file__).resolve().parents[1] / "notebook" / "nbgrader" / "source"


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "course.toml").write_text('id = "small"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_assignment_comes_over(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "nbgrader", str(SOURCE / "ps1"), "--title", "Squares", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["assignment"] == "01_ps1" and "assignments/01_ps1/starter/problem1.ipynb" in told["files"]
    assert all((course / name).is_file() for name in told["files"])
    text = (course / "assignments/01_ps1/assignment.toml").read_text()
    assert 'title = { en = "Squares", ko = "Squares" }' in text
    assert run(["list"]) == 0 and "01_ps1" in capsys.readouterr().out


def test_nothing_is_written_over(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import", "nbgrader", str(SOURCE / "partial"), "--name", "07_means"]) == 0
    assert run(["import", "nbgrader", str(SOURCE / "partial"), "--name", "07_means"]) == 2
    assert "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [(["moodle", "."], "can't import from 'moodle'; known is nbgrader"), (["nbgrader", "nowhere"], "nowhere is no folder")],
)
def test_usage(course: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    assert run(["import", *words]) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (course / "assignments").exists()
