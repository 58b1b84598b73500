"""grader ci: workflows written where the forge looks for them, and results shown."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
import yaml

from grader.cli.main import run
from tests import scale_course


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a course in a folder of it."""
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    scale_course.write_course(tmp_path / "repo" / "gpu")
    monkeypatch.chdir(tmp_path / "repo" / "gpu")
    monkeypatch.delenv("GRADER_COURSE", raising=False)
    return tmp_path / "repo"


def test_it_is_written_where_the_forge_looks(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ci"]) == 0
    file = repository / ".github" / "workflows" / "verify-course.yml"
    assert str(file) in capsys.readouterr().out
    where = yaml.safe_load(file.read_text())["jobs"]["verify"]["env"]["GRADER_COURSE"]
    assert any((repository / where / name).is_file() for name in ("course.toml", "assignments/course.toml"))
    assert run(["ci", "github"]) == 2 and "there already" in capsys.readouterr().err
    assert run(["ci", "github", "--force", "--branch", "trunk", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(file)} and 'branches: ["trunk"]' in file.read_text()
    assert run(["ci", "gitlab", "--install", "x.whl"]) == 0 and 'pip install "x.whl"' in (repository / ".gitlab-ci.yml").read_text()


def test_to_stdout(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["ci", "-o", "-"]) == 0
    assert capsys.readouterr().out.startswith("# Checks the course") and not (repository / ".github").exists()


def test_results_are_shown(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify = {"ok": False, "assignments": [{"slug": "01_scale", "troubles": ["reference reference: 1 of 2 points"]}]}
    Path("verify.json").write_bytes(msgspec.json.encode(verify))
    Path("lint.json").touch()
    assert run(["ci", "annotate", "lint.json", "verify.json", "gone.json"]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert "lint.json holds nothing" in first and second.endswith("::01_scale: reference reference: 1 of 2 points") and "gone.json" in third
    assert run(["ci", "sarif", "verify.json"]) == 0 and len(json.loads(Path("course.sarif").read_text())["runs"][0]["results"]) == 1
    assert run(["ci", "codequality", "verify.json", "-o", "out/q.json"]) == 0 and len(json.loads(Path("out/q.json").read_text())) == 1


def test_what_is_wrong_is_told(repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["ci", "jenkins"]) == 2
    assert "unknown 'jenkins'; known are github, gitlab, annotate, sarif, codequality" in capsys.readouterr().err
    assert run(["ci", "annotate"]) == 2 and run(["ci", "github", "x.json"]) == 2 and run(["ci", "--install", "a b"]) == 2
    (repository / "other").mkdir()
    (repository / "other" / ".git").mkdir()
    monkeypatch.setenv("GRADER_COURSE", str(repository / "gpu"))
    monkeypatch.chdir(repository / "other")
    assert run(["ci"]) == 2 and "is not in the repository" in capsys.readouterr().err
