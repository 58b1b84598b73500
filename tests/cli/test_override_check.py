"""`grader override --check`: an answer and its rubric are shown, points and a comment given, kept by later grades, and taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.cli.main import run
from grader.gradebook.store import Gradebook
from grader.records import CheckResult, Grade
from grader.score.by_hand import put
from tests.gradebook.making import course, grade, hand_in

WHY = CheckResult(
    id="test_hidden.py::test_why",
    title="Why?",
    title_ko="왜?",
    points=0,
    max_points=20,
    outcome="not_run",
    verdict="AWAITS_GRADING",
    message="will be read",
    file="answers.json",
    line=2,
    hidden=True,
)
RUBRIC = (
    '[test_why]\ncriteria = [{ points = 15, text = "names the neighbour" }, { points = 5, text = "an example" }]\ngood = "It looks back."\n'
)


def made(answer: str = "since", key: str = "key") -> Grade:
    plain = grade(80, max_score=80, key=key)
    source = {**plain.source, "answers.json": f'{{\n  "why": "{answer}"\n}}\n'}
    return put(msgspec.structs.replace(plain, checks=(*plain.checks, WHY), source=source), ())


class Shell:
    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capfd, self.err = folder, capfd, ""

    def __call__(self, *words: str, status: int = 0) -> str:
        got = run(words)
        out, self.err = self._capfd.readouterr()
        assert got == status, (out, self.err)
        return out

    def book(self) -> Gradebook:
        return Gradebook.open("gradebook.db", create=True)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    course(tmp_path)
    (tmp_path / "reference" / "01_scale").mkdir(parents=True)
    (tmp_path / "reference" / "01_scale" / "rubric.toml").write_text(RUBRIC, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("GRADER_GRADEBOOK", "GRADER_COURSE"):
        monkeypatch.delenv(name, raising=False)
    found = Shell(tmp_path, capfd)
    with found.book() as book:
        book.store(hand_in(book, "minsu"), made())
    return found


def standing(shell: Shell) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shell("gradebook", "show", "minsu", "--assignment", "scale", "--json"))["standings"][0]
    return found


def test_the_answer_is_shown_with_its_rubric(shell: Shell) -> None:
    shown = shell("override", "minsu", "scale", "--check", "why")
    for text in (
        "Why?",
        "waits for a person; at most 20",
        '"why": "since"',
        "15 points: names the neighbour",
        "a good answer: It looks back.",
    ):
        assert text in shown
    assert json.loads(shell("override", "minsu", "scale", "--check", "why", "--json"))["asked"]["rubric"]["criteria"][0]["points"] == 15


def test_it_counts_neither_way_until_a_person_has_read_it(shell: Shell) -> None:
    before = standing(shell)
    assert (before["state"], before["points"], before["grade"]["verdict"]) == ("graded", 100, "AWAITS_GRADING")
    told = shell("override", "minsu", "scale", "--check", "why", "--points", "10", "--comment", "Which line?", "--author", "sora")
    assert "10 of 20 points; 90 of 100 in all" in told and "remark kept" in told
    after = standing(shell)
    assert (after["points"], after["grade"]["verdict"], after["grade"]["author"]) == (90, "GRADED_BY_HAND", "sora")
    assert [comment["text"] for comment in after["comments"]] == ["Why?: Which line?"]
    assert "10 points, by sora" in shell("override", "minsu", "scale", "--check", "why")
    assert "2 links" in shell("audit"), "both grades are in the chain"


def test_student_and_report_see_points_and_comment(shell: Shell) -> None:
    shell("override", "minsu", "scale", "--check", "why", "--points", "10", "--comment", "Which line?", "--author", "sora")
    shell("report", "--student", "minsu", "--details", "--to", "page", "--lang", "en")
    pages = "".join(path.read_text(encoding="utf-8") for path in (shell.folder / "page").rglob("*.html"))
    assert "Which line?" in pages and "points by sora" in pages and "names the neighbour" not in pages, "the rubric is the staff's"


def test_before_that_the_report_says_that_a_person_will_read_it(shell: Shell) -> None:
    for language, words in (("en", "To be read"), ("ko", "채점 전")):
        shell("report", "--student", "minsu", "--details", "--to", language, "--lang", language)
        assert words in "".join(path.read_text(encoding="utf-8") for path in (shell.folder / language).rglob("*.html"))


def test_a_private_comment_stays_with_the_staff(shell: Shell) -> None:
    shell("override", "minsu", "scale", "--check", "why", "--points", "10", "--comment", "copied?", "--private", "--author", "sora")
    shell("report", "--student", "minsu", "--details", "--to", "page")
    assert "copied?" not in "".join(path.read_text(encoding="utf-8") for path in (shell.folder / "page").rglob("*.html"))


def test_a_later_grade_keeps_the_points(shell: Shell) -> None:
    shell("override", "minsu", "scale", "--check", "why", "--points", "10", "--author", "sora")
    with shell.book() as book:
        first = book.submissions(student="minsu")[0]
        assert book.store(first, made(key="other"), why="regraded: x").score == 90
        assert set(book.known(["key", "other"])) == {"key"}, "what a person gave is linked to nobody else's work"
        assert book.known(["key"])["key"].verdict == "AWAITS_GRADING"
        same = book.store(hand_in(book, "minsu", when=None, content=b"2"), made(key="2"))
        assert (same.score, same.max_score) == (90, 100), "the same answer, handed in again"
        other = book.store(hand_in(book, "minsu", when=None, content=b"3"), made("another answer", key="3"))
        assert (other.score, other.max_score) == (80, 80)
        stranger = book.store(hand_in(book, "sora"), made())
        assert (stranger.score, stranger.max_score) == (80, 80)


def test_points_are_taken_back(shell: Shell) -> None:
    shell("override", "minsu", "scale", "--check", "why", "--take-back", status=2)
    assert "nobody gave points" in shell.err
    shell("override", "minsu", "scale", "--check", "why", "--points", "10", "--author", "sora")
    assert "counts as computed again; 100 of 100" in shell(
        "override", "minsu", "scale", "--check", "why", "--take-back", "--author", "sora"
    )
    assert standing(shell)["grade"]["verdict"] == "AWAITS_GRADING"


def test_points_that_came_with_an_equal_answer_are_taken_back(shell: Shell) -> None:
    shell("override", "minsu", "scale", "--check", "why", "--points", "10", "--author", "sora")
    with shell.book() as book:
        book.store(hand_in(book, "minsu", when=None, content=b"2"), made(key="2"))
    assert standing(shell)["points"] == 90
    shell("override", "minsu", "scale", "--check", "why", "--take-back", "--author", "sora")
    after = standing(shell)
    assert (after["points"], after["grade"]["verdict"]) == (100, "AWAITS_GRADING")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--check", "why", "--points", "21", "--comment", "x"), "between 0 and 20"),
        (("--check", "wyh"), "no check is called wyh; this grade has square, why"),
        (("--check", "why", "--points", "3", "--take-back"), "not both"),
    ],
)
def test_what_is_refused_keeps_nothing(shell: Shell, words: tuple[str, ...], said: str) -> None:
    shell("override", "minsu", "scale", *words, status=2)
    assert said in shell.err
    assert standing(shell)["comments"] == [] and standing(shell)["points"] == 100


def test_nothing_to_grade_and_a_rubric_that_is_none(shell: Shell) -> None:
    with shell.book() as book:
        hand_in(book, "sora")
    shell("override", "sora", "scale", "--check", "why", "--points", "1", status=2)
    assert "has no grade in 01_scale yet" in shell.err
    (shell.folder / "reference" / "01_scale" / "rubric.toml").write_text("[test_why]\ncriteria = 3\n", encoding="utf-8")
    shell("override", "minsu", "scale", "--check", "why", status=2)
    assert "rubric.toml" in shell.err
