"""`grader audit`: what a TA types and reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from grader.cli.audit import MEANING, VERDICT
from grader.cli.main import run
from grader.gradebook.audit import Sort
from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from tests.audit.making import GROUNDS, grade
from tests.gradebook.conftest import Place
from tests.gradebook.making import hand_in
from tests.gradebook.test_care import unguarded


class Shell:
    """A folder with a gradebook, and what `grader` prints there."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.place = Place(str(folder / "gradebook.db"), folder, None, "")
        self._capfd = capfd

    def __call__(self, *words: str, status: int = 0) -> str:
        got = run(words)
        out, self.err = self._capfd.readouterr()
        assert got == status, (out, self.err)
        return out

    def json(self, *words: str, status: int = 0) -> Any:
        return json.loads(self(*words, "--json", status=status))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("GRADER_GRADEBOOK", raising=False)
    with Gradebook.open(tmp_path / "gradebook.db") as book:
        book.enroll([Student(login="minsu"), Student(login="sora")])
        own = hand_in(book, "minsu")
        book.store(own, grade(30))
        book.override("minsu", "01_scale", 50, reason="appeal", author="ta")
        other = msgspec.structs.replace(GROUNDS, checks={**GROUNDS.checks, "test_hidden.py": "h2"})
        book.store(own, grade(60, grounds=other, digest="mended"), why="regraded: mended")
        book.store(own, grade(70, grounds=other, digest="mended"), why="regraded: mended")
    return Shell(tmp_path, capfd)


def test_all_is_as_it_was_stored(shell: Shell) -> None:
    text = shell("audit")
    assert "gradebook.db: 4 links (3 grades, 1 override), all as they were stored" in text and "head: 4:" in text
    found = shell.json("audit")
    assert found["ok"] and found["links"] == 4 and found["wrong"] == [] and found["head"] in text


def test_a_head_is_written_down_and_asked_for_later(shell: Shell) -> None:
    head = shell("audit", "--head").strip()
    assert shell.json("audit", "--head")["head"] == head
    with shell.place.open() as book:
        book.override("sora", "01_scale", 10, reason="x", author="ta")
    assert f"since {head}: 1 link (1 override)" in shell("audit", "--since", head)
    unguarded(shell.place, "DELETE FROM overrides WHERE id = 2", "DELETE FROM seals WHERE number = 5", "DELETE FROM links WHERE number = 5")
    shell("audit")
    later = f"5:{'ab' * 32}"
    text = shell("audit", "--since", later, status=1)
    assert f"WRONG: the head that was written down, {later}, isn't in the chain: the chain ends with link 4" in text
    assert MEANING["end"] in text and "A backup from before the change" in text
    shell("audit", "--since", "xyz", status=2)
    assert "'xyz' is no head of a chain" in shell.err


def test_the_first_wrong_link_is_named_with_what_it_means(shell: Shell) -> None:
    unguarded(
        shell.place,
        "UPDATE grades SET score = 100 WHERE id = 2",
        "UPDATE overrides SET points = 100",
        "UPDATE links SET at = 0 WHERE number = 4",
    )
    text = shell("audit", status=1)
    assert (
        text.startswith("WRONG at link 2: override 1 of minsu: points was 50.0 when it was stored and is 100.0") and MEANING["row"] in text
    )
    assert "also at link 3: grade 2 of minsu: score was 60.0" in text and "also at link 4: link 4 was changed" in text
    assert "all as they were stored" not in text
    found = shell.json("audit", status=1)
    assert not found["ok"] and [(each["link"], each["sort"]) for each in found["wrong"]] == [(2, "row"), (3, "row"), (4, "chain")]


def test_every_sort_of_finding_has_a_meaning() -> None:
    assert {*MEANING} == {*get_args(Sort)}


def test_two_grades_are_compared(shell: Shell) -> None:
    text = shell("audit", "--compare", "1", "2")
    for words in (
        "grade 1: minsu, 01_scale",
        "the checks",
        "test_hidden.py changed",
        "t::square",
        "+30 of 100 points",
        VERDICT["explained"],
    ):
        assert words in text
    assert shell.json("audit", "--compare", "1", "2")["reasons"] == [
        {"part": "checks", "text": "the checks", "details": ["test_hidden.py changed"]}
    ]


def test_results_that_nothing_explains_are_told_loudly(shell: Shell) -> None:
    text = shell("audit", "--compare", "minsu:scale", status=1)
    assert "nothing that a grade rests on differs" in text and "THE RESULTS DIFFER AND NOTHING THAT THEY REST ON DOES" in text
    assert shell.json("audit", "--compare", "--student", "minsu", "--assignment", "scale", status=1)["judgement"] == "unexplained"


@pytest.mark.parametrize(
    "words",
    [
        ["1", "2"],
        ["--student", "minsu"],
        ["--assignment", "gemm"],
        ["--head", "--since", "f" * 64],
        ["--compare", "1", "2", "--head"],
        ["--compare"],
        ["--gradebook", "none.db"],
    ],
)
def test_what_makes_no_sense_is_refused(shell: Shell, words: list[str]) -> None:
    shell("audit", *words, status=2)
    assert shell.err.startswith("grader: ")


def test_nothing_stored_has_no_head(shell: Shell, tmp_path: Path) -> None:
    with Gradebook.open(tmp_path / "empty.db"):
        pass
    shell("audit", "--head", "--gradebook", "empty.db", status=2)
    assert "nothing is stored" in shell.err and shell.json("audit", "--head", "--gradebook", "empty.db")["head"] == ""
    assert "0 links, all as they were stored" in shell("audit", "--gradebook", "empty.db")


def test_backup_restore_and_check_speak_of_it(shell: Shell) -> None:
    head = shell("audit", "--head").strip()
    assert head in shell("gradebook", "backup", "b.zip")
    assert shell.json("gradebook", "restore", "b.zip", "--gradebook", "copy.db")["head"] == head
    assert f"since {head}: 0 links" in shell("audit", "--since", head, "--gradebook", "copy.db")
    assert "grader audit" in shell("gradebook", "check")
    unguarded(shell.place, "UPDATE grades SET score = 100 WHERE id = 1")
    shell("gradebook", "backup", "c.zip")
    assert "grade 1 of minsu: score was 30.0" in shell("gradebook", "restore", "c.zip", "--gradebook", "other.db", status=3)
