"""`grader gradebook` and `grader override`: what a TA types and reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from grader.cli.gradebook import WORDS
from grader.cli.main import run
from grader.gradebook.store import Gradebook
from tests.gradebook.making import at, course, grade, hand_in

ROSTER = 'Student,ID,SIS User ID,SIS Login ID,Section\n    Points Possible,,,,\n"Kim, Minsu",12,s1,minsu,A\n이소라,13,s2,sora,B\n'
DATES = f'time_zone = "Asia/Seoul"\n[dates]\n01_scale = {{ due = {at(0).isoformat()} }}\n'


class Shell:
    """A working folder with a course, and what commands print there."""

    def __init__(self, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
        self.folder, self._capfd = folder, capfd

    def __call__(self, *words: str, status: int = 0) -> str:
        got = run(words)
        out, err = self._capfd.readouterr()
        assert got == status, (out, err)
        self.err = err
        return out

    def json(self, *words: str, status: int = 0) -> Any:
        return json.loads(self(*words, "--json", status=status))


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    course(tmp_path, DATES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("GRADER_GRADEBOOK", "GRADER_COURSE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "canvas.csv").write_text(ROSTER, encoding="utf-8")
    shell = Shell(tmp_path, capfd)
    shell("gradebook", "import", "canvas.csv")
    return shell


def test_every_word_has_help_with_an_example(shell: Shell) -> None:
    everything = shell("gradebook", "--help")
    for word in WORDS:
        assert word.name in everything
        text = shell("gradebook", word.name, "--help")
        assert f"grader gradebook {word.name}" in text and ("Examples:" in text) and "--gradebook" in text and "--json" in text
    assert shell("gradebook") != ""


def test_an_unknown_word_lists_the_known_ones(shell: Shell) -> None:
    shell("gradebook", "improt", "canvas.csv", status=2)
    assert "knows no 'improt'; its words are import, students" in shell.err


def test_a_roster_is_imported_and_listed(shell: Shell) -> None:
    assert "unchanged: 2" in shell("gradebook", "import", "canvas.csv")
    more = shell.folder / "more.csv"
    more.write_text("login,name,section\nsora,,C\nnew,=1+1,\n")
    dry = shell.json("gradebook", "import", "more.csv", "--drop-missing", "--dry-run", "--section", "Z")
    assert (dry["added"], dry["changed"], dry["dropped"]) == (["new"], ["sora"], ["minsu"]) and dry["dry_run"]
    assert len(shell.json("gradebook", "students")["students"]) == 2
    shell("gradebook", "import", "more.csv", "--drop-missing", "--section", "Z")
    listed = shell.json("gradebook", "students")["students"]
    assert [(s["login"], s["name"], s["section"]) for s in listed] == [("new", "=1+1", "Z"), ("sora", "이소라", "C")]
    assert "minsu" in shell("gradebook", "students", "--all") and "minsu" not in shell("gradebook", "students")
    assert [s["login"] for s in shell.json("gradebook", "students", "--section", "C")["students"]] == ["sora"]


def test_mistakes_of_a_roster_change_nothing(shell: Shell) -> None:
    (shell.folder / "bad.csv").write_text("login\nok\n../x\n")
    shell("gradebook", "import", "bad.csv", status=2)
    assert "bad.csv was not imported:\nline 3: '../x' can't be a login" in shell.err
    assert len(shell.json("gradebook", "students")["students"]) == 2
    shell("gradebook", "import", "gone.csv", status=2)
    assert "gone.csv can't be read" in shell.err


def test_a_name_cant_steer_the_terminal(shell: Shell) -> None:
    (shell.folder / "evil.csv").write_text("login,name\nevil,\x1b[2J[red]x[/red]\n")
    shell("gradebook", "import", "evil.csv")
    text = shell("gradebook", "students")
    assert "\x1b" not in text and "[red]x[/red]" in text


def test_tokens_are_shown_once(shell: Shell) -> None:
    header, line = shell("gradebook", "token", "minsu").splitlines()
    assert header == "login,email,token" and line.startswith("minsu,,wg_")
    token = line.split(",")[2]
    with Gradebook.open(shell.folder / "gradebook.db") as book:
        found = book.of_token(token)
        assert found is not None and found.login == "minsu"
    assert "1 tokens in t.csv" in shell("gradebook", "token", "--without", "--to", "t.csv")
    assert (shell.folder / "t.csv").read_text().splitlines()[1].startswith("sora,,wg_")
    assert (shell.folder / "t.csv").stat().st_mode & 0o077 == 0
    shell("gradebook", "token", "--all", "--to", "t.csv", status=2)
    assert "t.csv is there already" in shell.err
    with Gradebook.open(shell.folder / "gradebook.db") as book:
        assert book.of_token(token) is not None, "nobody is locked out by a command that failed"
    assert [t["login"] for t in shell.json("gradebook", "token", "--all")["tokens"]] == ["minsu", "sora"]
    shell("gradebook", "token", status=2)


def test_an_extension_is_on_the_courses_clock(shell: Shell) -> None:
    made = shell.json("gradebook", "extend", "12", "scale", "--until", "2026-03-05", "--reason", "ill", "--author", "ta")
    assert (made["student"], made["assignment"], made["until"]) == ("minsu", "01_scale", "2026-03-05T14:59:59Z")
    assert "2026-03-05 18:00:00+09:00" in shell("gradebook", "extend", "minsu", "scale", "--until", "2026-03-05T18:00", "--reason", "ill")
    assert "isn't later than the course's own date" in shell(
        "gradebook", "extend", "minsu", "scale", "--until", "2026-03-01", "--reason", "x"
    )
    assert "no due date" in shell("gradebook", "extend", "minsu", "reverse", "--until", "2026-03-05", "--reason", "x")
    shell("gradebook", "extend", "minsu", "scale", "--take-back", "--reason", "x")
    for wrong, message in (
        (("--until", "5 March"), "is no date"),
        ((), "say --until DATE, or --take-back"),
        (("--until", "2026-03-05"), "say why"),
    ):
        shell("gradebook", "extend", "minsu", "scale", *wrong, status=2)
        assert message in shell.err
    shell("gradebook", "extend", "minsu", "scael", "--until", "2026-03-05", "--reason", "x", status=2)
    assert "no assignment 'scael'" in shell.err


def test_groups(shell: Shell) -> None:
    assert shell.json("gradebook", "group", "scale", "team", "sora", "Kim, Minsu")["groups"] == {"team": ["minsu", "sora"]}
    assert "minsu, sora" in shell("gradebook", "group", "scale")
    shell("gradebook", "group", "scale", "team", status=2)
    assert "no groups" in shell("gradebook", "group", "scale", "team", "--dissolve")


def test_overrides_and_what_is_shown(shell: Shell) -> None:
    with Gradebook.open("gradebook.db") as book:
        book.store(hand_in(book, "minsu"), grade(40))
    made = shell.json("override", "minsu", "scale", "--points", "85.5", "--reason", "appeal", "--comment", "better", "--author", "ta")
    assert (made["override"]["points"], made["comment"]["text"], made["standing"]["points"], made["standing"]["raw_points"]) == (
        85.5,
        "better",
        85.5,
        40,
    )
    text = shell("gradebook", "show", "minsu", "--history")
    for part in ("85.5", "WRONG_ANSWER", "by hand, ta: appeal", "ta: better", "2026-03-02 21:00:00", "40/100"):
        assert part in text
    assert "computed before lateness: 40" in shell("override", "minsu", "scale", "--take-back", "--reason", "wrong student")
    shown = shell.json("gradebook", "show", "--assignment", "scale", "--history")
    assert [(s["student"]["login"], s["state"], s["points"]) for s in shown["standings"]] == [
        ("minsu", "graded", 40),
        ("sora", "missing", None),
    ]
    assert len(shown["history"]["overrides"]) == 2
    assert shell.json("gradebook", "show", "scale", "--history") == shown, "a word that is nobody's may be an assignment's"
    shell("gradebook", "show", "scael", status=2)
    assert "knows nobody 'scael'" in shell.err
    for words, message in (
        (("--points", "101", "--reason", "x"), "between 0 and 100"),
        (("--points", "50"), "say why"),
        (("--points", "50", "--take-back", "--reason", "x"), "not both"),
        ((), "say --points P, --take-back or --comment TEXT"),
        (("--take-back", "--reason", "x", "--comment", "not kept"), ""),
    ):
        shell("override", "sora", "scale", *words, status=2)
        assert message in shell.err
    assert shell.json("gradebook", "show", "sora")["standings"][0]["comments"] == []
    shell("gradebook", "show", status=2)


def test_backup_check_and_restore(shell: Shell) -> None:
    with Gradebook.open("gradebook.db") as book:
        submission = hand_in(book, "minsu")
        book.store(submission, grade(40))
    assert "1 submissions, 1 grades, 2 contents" in shell("gradebook", "backup", "b.zip")
    shell("gradebook", "backup", "b.zip", status=2)
    assert shell.json("gradebook", "check") == {"gradebook": str(shell.folder / "gradebook.db"), "ok": True, "wrong": []}
    assert "restored: 1 submissions" in shell("gradebook", "restore", "b.zip", "--gradebook", "other.db")
    assert "minsu" in shell("gradebook", "students", "--gradebook", "other.db")
    with Gradebook.open("gradebook.db") as book:
        book.blobs.drop(submission.content)
    assert "is gone or damaged" in shell("gradebook", "check", status=3)
    assert shell.json("gradebook", "backup", "b2.zip", status=3)["missing"] == [submission.content]


def test_deletion_asks_first(shell: Shell) -> None:
    with Gradebook.open("gradebook.db") as book:
        hand_in(book, "minsu", when=at(-400))
        hand_in(book, "sora", when=at(-400))
        hand_in(book, "sora", when=None)
    shell("gradebook", "forget", "minsu", "--reason", "letter", status=2)
    assert "Delete minsu (Kim, Minsu) with 1 submissions for good? Say --yes" in shell.err
    assert shell.json("gradebook", "forget", "minsu", "--reason", "letter", "--yes")["submissions"] == 1
    shell("gradebook", "expire", "--before", "2026-01-01", status=2)
    assert "Delete 1 submissions" in shell.err
    shell("gradebook", "expire", "--before", "2999-01-01", status=2)
    assert "Delete 2 submissions" in shell.err, "one came at a time that nobody knows, and was stored before that"
    assert shell.json("gradebook", "expire", "--before", "2026-01-01", "--yes") == {"submissions": 1}


def test_which_gradebook(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell("gradebook", "students", "--gradebook", "gone.db", status=2)
    assert "there is no gradebook" in shell.err and not (shell.folder / "gone.db").exists()
    monkeypatch.setenv("GRADER_GRADEBOOK", str(shell.folder / "gradebook.db"))
    monkeypatch.chdir("/")
    assert "minsu" in shell("gradebook", "students")
