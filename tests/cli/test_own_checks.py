"""Checks that come with a submission never run: they would have the judge's rights."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli.main import run

ROOT = Path(__file__).resolve().parents[2]
TRAP = "raise SystemExit('the submitter's own checks ran')\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A submission that brings a course of its own."""
    inner = tmp_path / "hand-in" / "assignments" / "09_gemm"
    inner.mkdir(parents=True)
    for file in (ROOT / "assignments" / "09_gemm").glob("*.*"):
        (inner / file.name).write_bytes(file.read_bytes())
    (inner / "problem.py").write_text(TRAP)
    (inner.parent / "course.toml").write_text('id = "theirs"\n')
    (tmp_path / "hand-in" / "gemm.cu").write_text("")
    monkeypatch.chdir(tmp_path / "hand-in")
    return tmp_path / "hand-in"


@pytest.mark.parametrize("arguments", [["grade", "gemm", "."], ["grade", "gemm", "gemm.cu"], ["check", ".", "--assignment", "gemm"]])
def test_a_course_within_the_submission_is_refused(folder: Path, arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    assert "they would be the submitter's own" in capfd.readouterr().err


def test_a_marker_names_an_assignment_and_no_folder(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / ".warpgrade.toml").write_text(f'assignment = "{folder}/assignments/09_gemm"\n')
    assert run(["check", "."]) == 2
    assert "no assignment's name" in capfd.readouterr().err


def test_a_bare_name_is_no_folder_that_lies_here(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "assignments" / "course.toml").unlink()
    (folder / "assignments" / "09_gemm").rename(folder / "gemm")
    monkeypatch.setenv("GRADER_CACHE", str(folder / "cache"))
    assert run(["grade", "gemm", "gemm.cu", "--sandbox", "nowhere"]) == 2  # as far as it goes without compiling: the sandbox is asked next
    assert "nowhere" in capfd.readouterr().err
