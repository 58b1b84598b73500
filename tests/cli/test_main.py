"""The command as a user meets it: quick help, one sentence for each kind of error, the exit statuses of the conventions."""

from __future__ import annotations

import subprocess
import sys

import pytest

from grader.cli import main
from grader.cli.main import COMMANDS, Row, run
from grader.errors import AssignmentError, HarnessError, SubmissionError


def python(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, check=False)


def raising(monkeypatch, error: Exception) -> tuple[Row]:
    """A table of one command, `boom`, that raises."""

    def boom() -> None:
        raise error

    monkeypatch.setattr(main, "boom", boom, raising=False)
    return (Row("boom", "grader.cli.main:boom", "Goes wrong."),)


def test_help_lists_every_command_and_imports_none(capfd):
    assert run(["--help"]) == 0
    out = capfd.readouterr().out
    assert all(row.name in out for row in COMMANDS)
    heavy = "('numpy', 'pytest', 'jinja2')"
    code = f"import sys; from grader.cli.main import run; run(['--help']); print([m for m in sys.modules if m.split('.')[0] in {heavy}])"
    assert python("-c", code).stdout.strip().endswith("[]")


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.name)
def test_each_commands_help_has_examples(row, capfd):
    assert run([row.name, "--help"]) == 0
    out = capfd.readouterr().out
    assert "Examples:" in out and f"grader {row.name}" in out


def test_help_says_what_an_argument_is(capfd):
    assert run(["check", "--help"]) == 0
    assert "Your folder or file" in capfd.readouterr().out


def test_commands_stand_with_those_they_are_for(capfd):
    assert run(["--help"]) == 0
    out = capfd.readouterr().out
    students, assistants = out.index("For students"), out.index("For teaching assistants")
    assert all(students < out.index(f" {name} ", students) < assistants for name in ("doctor", "list", "start", "check"))
    assert all(row.panel for row in COMMANDS)


HEAVY = {"numpy", "pytest", "jinja2", "msgspec", "matplotlib", "nbformat"}


@pytest.mark.parametrize("argv", [["-c", "import grader"], ["-m", "grader.cli.main", "--help"]])
def test_help_and_import_load_nothing_heavy(argv):
    """What makes them quick; `make bench` tells how quick."""
    done = python("-X", "importtime", *argv)
    assert done.returncode == 0
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "grader" in loaded and not loaded & HEAVY


def test_the_version_is_printed(capfd):
    assert run(["--version"]) == 0
    assert capfd.readouterr().out.startswith("grader (Warpgrade) ")


@pytest.mark.parametrize("argv", [["nope"], ["exec", "--nope"], ["exec"], ["nvcc"], ["--nope"]])
def test_wrong_usage_is_2(argv, capfd):
    assert run(argv) == 2
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (HarnessError("no space on /tmp; free some"), 3, "no space on /tmp; free some"),
        (AssignmentError("there is no assignment 'gem'"), 2, "grader: there is no assignment 'gem'"),
        (ZeroDivisionError("oops"), 3, "a fault of ours: ZeroDivisionError: oops"),
        (SubmissionError("keep the name", "MISSING_FILE", "gemm.cu", 3), 1, "gemm.cu:3: MISSING_FILE: keep the name"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_an_error_is_a_sentence_and_a_status(monkeypatch, capfd, error, status, words):
    assert run(["boom"], raising(monkeypatch, error)) == status
    err = capfd.readouterr().err
    assert words in err and "Traceback" not in err


def test_no_colour_where_it_is_not_wanted():
    ended = python("-m", "grader.cli.main", "--help")
    assert "\x1b[" not in ended.stdout
