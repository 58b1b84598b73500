"""`grader batch` as a teaching assistant uses it: layouts, the pinned JSON, a kill in the middle, and what is told of mistakes."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.cli.main import run as command
from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from tests import scale_course as course

WRONG = course.program(kernel=course.KERNEL.replace("alpha * X[i]", "alpha * X[i] + 1"))
PINNED = {"submissions", "graded", "from_cache", "not_run", "wall_s", "cpu_s", "scores"}
COMMAND = "import sys; from grader.cli.main import run; sys.exit(run(sys.argv[1:]))"


@pytest.fixture
def place(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    tmp_path.chmod(0o755)
    course.write_course(tmp_path / "course")
    monkeypatch.setenv("GRADER_COURSE", str(tmp_path / "course"))
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path_factory.getbasetemp() / "batch-cache"))
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("GRADER_GRADEBOOK", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hand_in(place: Path, **files: str) -> Path:
    for who, code in files.items():
        course.submission(place / "class", who, code)
    return place / "class"


def batch(*arguments: str | Path) -> int:
    return command(["batch", *map(str, arguments), "--sandbox", "none"])


def test_a_class_is_graded_into_the_gradebook_beside_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = hand_in(place, alice=course.GOOD, bob=WRONG, carol=course.GOOD, dave="this is no CUDA")
    assert batch(folder) == 0
    said = capsys.readouterr().out
    assert "10/10  PASSED  -  01_scale  alice  graded" in said and "01_scale  carol  linked" in said
    assert "scale.cu:1  01_scale  dave  graded" in said and "COMPILE_ERROR" in said
    assert "4 submissions in" in said and "3 graded, 0 known already, 1 equal to another's." in said
    with Gradebook.open(place / "gradebook.db", create=False) as book:
        assert {g.student: g.verdict for g in book.grades()} == {
            "alice": "PASSED",
            "bob": "WRONG_ANSWER",
            "carol": "PASSED",
            "dave": "COMPILE_ERROR",
        }


def test_the_pinned_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = hand_in(place, alice=course.GOOD, bob=WRONG)
    assert batch(folder, "--json") == 0
    first = json.loads(capsys.readouterr().out)
    assert set(first) >= PINNED and first["scores"] == {"alice": 10.0, "bob": 0.0}
    assert (first["submissions"], first["graded"], first["from_cache"], first["not_run"]) == (2, 2, 0, 0)
    assert batch(folder, "--json") == 0
    second = json.loads(capsys.readouterr().out)
    assert (second["graded"], second["from_cache"], second["scores"]) == (0, 2, first["scores"])


def test_who_is_in_no_roster_is_graded_and_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = hand_in(place, alice=course.GOOD, mallory=WRONG)
    with Gradebook.open(place / "gradebook.db") as book:
        book.enroll([Student(login="alice", name="Alice Kim")])
    assert batch(folder) == 0
    said = capsys.readouterr()
    assert "mallory" in said.out and "note: mallory: kept as mallory, in no roster" in said.err


def test_a_sample_is_a_part(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = hand_in(place, **{f"s{number}": course.GOOD for number in range(5)})
    assert batch(folder, "--sample", "2", "--json") == 0
    assert json.loads(capsys.readouterr().out)["submissions"] == 2


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "say what to grade: a folder or archive, or --from-spool"),
        (["nowhere"], "there is no file or folder nowhere"),
        (["class", "--from-spool", "--layout", "canvas"], "--layout and --times are for downloads"),
        (["--from-spool"], "gradebook.db"),
        (["class", "--engine", "cray"], "unknown engine 'cray'; known are local, ray"),
        (["class", "--layout", "ilias"], "unknown layout 'ilias'; known are canvas, "),
        (["class", "-a", "gemm"], "there is no assignment 'gemm'"),
    ],
)
def test_wrong_usage(place: Path, arguments: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(place, alice=course.GOOD)
    assert batch(*arguments) == 2
    assert text in capsys.readouterr().err


def test_a_locked_gradebook_is_a_fault_of_the_machine_and_nothing_is_lost(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = hand_in(place, alice=course.GOOD)
    assert batch(folder, "-q") == 0
    capsys.readouterr()
    hand_in(place, bob=WRONG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("grader.gradebook.database.WAIT_S", 0.2)
        patch.setattr("grader.gradebook.store.WAIT_S", 0.2)
        other = sqlite3.connect(place / "gradebook.db")
        other.execute("BEGIN EXCLUSIVE")
        patched = Gradebook.open.__func__.__kwdefaults__  # type: ignore[attr-defined]
        patch.setitem(patched, "wait_s", 0.2)
        try:
            assert batch(folder) == 3
        finally:
            other.rollback()
            other.close()
    assert "locked" in capsys.readouterr().err
    assert batch(folder, "--json") == 0
    assert json.loads(capsys.readouterr().out)["from_cache"] == 1


def test_killed_in_the_middle_nothing_is_lost_and_nothing_done_twice(place: Path) -> None:
    slow = course.GOOD.replace("  scale<<<", "  for (volatile long i = 0; i < 60000000; i = i + 1) {}\n  scale<<<")
    folder = hand_in(place, **{f"s{number}": slow + f"// {number}\n" for number in range(4)})
    arguments = [sys.executable, "-c", COMMAND, "batch", str(folder), "--sandbox", "none", "-j", "1", "--json"]
    first = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    until = time.monotonic() + 60
    while graded(place) < 1 and first.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    before = graded(place)
    assert 1 <= before < 4
    time.sleep(0.3)
    assert workers(place) == []  # nothing that it started goes on
    done = subprocess.run(arguments, capture_output=True, check=False)
    summary = json.loads(done.stdout)
    assert (done.returncode, summary["from_cache"], summary["graded"]) == (0, before, 4 - before)
    with Gradebook.open(place / "gradebook.db", create=False) as book:
        assert len(book.grades(every=True)) == 4 and {g.score for g in book.grades()} == {10.0}


def graded(place: Path) -> int:
    if not (place / "gradebook.db").exists():
        return 0
    connection = sqlite3.connect(f"file:{place}/gradebook.db?mode=ro", uri=True)
    try:
        return int(connection.execute("SELECT count(*) FROM grades").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def workers(place: Path) -> list[int]:
    """Processes of ours that name this course's cache."""
    found = []
    for name in os.listdir("/proc"):
        try:
            environment = Path(f"/proc/{name}/environ").read_bytes()
            words = Path(f"/proc/{name}/cmdline").read_bytes()
        except (OSError, ValueError):
            continue
        if name.isdecimal() and int(name) != os.getpid() and str(place).encode() in environment and b"grader.engine.worker" in words:
            found.append(int(name))
    return found


def test_ctrl_c_says_how_to_go_on(place: Path) -> None:
    slow = course.GOOD.replace("  scale<<<", "  for (volatile long i = 0; i < 60000000; i = i + 1) {}\n  scale<<<")
    folder = hand_in(place, **{f"s{number}": slow + f"// {number}\n" for number in range(3)})
    arguments = [sys.executable, "-c", COMMAND, "batch", str(folder), "--sandbox", "none", "-j", "1"]
    running = subprocess.Popen(
        arguments,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # where tests run in the background it is ignored, and stays so
    )
    assert running.stdout is not None and running.stdout.readline().endswith("graded\n")  # what is said counts, and not only what is stored
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "grader: interrupted; 1 of 3 are done. The same command grades the other 2." in errors


def test_times_are_found_by_whatever_the_roster_knows(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = hand_in(place, alice=course.GOOD, bob=WRONG)
    (place / "times.csv").write_text("email,received_at\nalice@x.org,2026-10-15T10:00:00Z\nnobody@x.org,2026-10-15T10:00:00Z\n")
    with Gradebook.open(place / "gradebook.db") as book:
        book.enroll([Student(login="alice", email="alice@x.org"), Student(login="bob", email="bob@x.org")])
    assert batch(folder, "--times", "times.csv", "-q") == 0
    said = capsys.readouterr().err
    with Gradebook.open(place / "gradebook.db", create=False) as book:
        (alice,), (bob,) = book.submissions(student="alice"), book.submissions(student="bob")
    assert alice.received_at is not None and alice.received_at.isoformat() == "2026-10-15T10:00:00+00:00"
    assert bob.received_at is None and "nobody@x.org" in said and "bob" in said
