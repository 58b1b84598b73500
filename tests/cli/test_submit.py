"""`grader submit`, `status`, `whoami` and `spool`, through the command line, on a folder and on a real server."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.cli.hand_in import Phrases, remote_grade
from grader.cli.main import run
from grader.cli.words import Words
from grader.server.checking import Checks
from grader.spool.contract import Deadline
from grader.spool.token import token_file
from grader.toolchain import UsageError
from tests import scale_course
from tests.spool.scene import DUE, SLUG, Scene, app_of, grade_of, served

Said = tuple[int, str, str]
Command = Callable[..., Said]


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    made = Scene(tmp_path)
    for name, value in {
        "GRADER_COURSE": tmp_path / "course",
        "GRADER_DATA": tmp_path / "data",
        "GRADER_CACHE": tmp_path / "cache",
        "XDG_CONFIG_HOME": tmp_path / "config",
        "GRADER_GRADEBOOK": tmp_path / "gradebook.db",
        "GRADER_LANG": "en",
        "TZ": "UTC",
        "USER": "alice",
    }.items():
        monkeypatch.setenv(name, str(value))
    for name in ("GRADER_TOKEN", "GRADER_SUBMIT_TO"):
        monkeypatch.delenv(name, raising=False)
    work = tmp_path / "home" / SLUG
    work.mkdir(parents=True)
    (work / "scale.cu").write_text(scale_course.GOOD)
    (work / "notes.txt").write_text("not asked for")
    monkeypatch.chdir(work)
    yield made
    made.close()


@pytest.fixture
def grader(scene: Scene, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def command(*argv: str, stdin: str = "") -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        status = run(list(argv))
        return status, *capfd.readouterr()

    return command


@pytest.fixture
def url(scene: Scene) -> Iterator[str]:
    with served(app_of(scene, checks=Checks(lambda slug, files: grade_of(slug, 100.0)))) as address:
        yield address


def as_user(scene: Scene, monkeypatch: pytest.MonkeyPatch, login: str = "alice") -> None:
    monkeypatch.setenv("GRADER_TOKEN", scene.tokens[login])


# ---- the token --------------------------------------------------------------------------------------------------------------------


def test_a_token_is_tried_then_kept_for_its_owner_and_address_alone(scene: Scene, grader: Command, url: str) -> None:
    status, out, err = grader("whoami", "--to", url, "--token-stdin", stdin=scene.tokens["alice"] + "\n")
    assert status == 0 and "you are alice · Alice · A" in out and scene.tokens["alice"] not in out + err
    assert token_file().stat().st_mode & 0o777 == 0o600
    assert json.loads(grader("whoami", "--json")[1])["login"] == "alice", "address and token are both known now"
    status, _, err = grader("whoami", "--to", "http://127.0.0.1:9")
    assert status == 2 and "isn't sent to http://127.0.0.1:9" in err


def test_a_wrong_token_is_not_kept(scene: Scene, grader: Command, url: str) -> None:
    status, out, err = grader("whoami", "--to", url, "--token-stdin", stdin="wg_something_else\n")
    assert status == 2 and "token" in err and not token_file().exists() and "wg_something_else" not in out + err
    assert grader("whoami", "--to", url, "--token-stdin", stdin="\n")[0] == 2


def test_a_token_that_others_can_read_is_refused(scene: Scene, grader: Command, url: str) -> None:
    grader("whoami", "--to", url, "--token-stdin", stdin=scene.tokens["alice"])
    token_file().chmod(0o644)
    status, _, err = grader("whoami")
    assert status == 2 and "chmod 600" in err


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["whoami"], "say where to hand in"),
        (["whoami", "--to", "http://grader.example.edu"], "could read your token"),
        (["whoami", "--to", "https://alice:secret@grader.example.edu"], "ends up in logs"),
        (["whoami", "--to", "ftp://x"], "is no address of a server"),
        (["whoami", "--to", "nowhere"], "is no hand-in folder"),
        (["submit", "--yes", "nothing"], "there is no file or folder nothing"),
        (["submit", "--json"], "say --yes too"),
        (["submit"], "no terminal to ask on"),
        (["status", "--lang", "fr"], "unknown language"),
    ],
)
def test_usage(argv: list[str], says: str, grader: Command) -> None:
    status, _, err = grader(*argv)
    assert status == 2 and says in err


# ---- a server ---------------------------------------------------------------------------------------------------------------------


def test_submit_shows_checks_sends_and_gives_a_receipt(scene: Scene, grader: Command, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(scene, monkeypatch)
    status, out, err = grader("submit", "--to", url, "--yes")
    assert status == 0, err
    assert "scale.cu" in out and "sha256" in out and "notes.txt" not in out
    assert "public checks: 7/7 points, PASSED" in out and f"due {DUE:%Y-%m-%d %H:%M:%S} UTC" in out and "the last hand-in counts" in out
    assert "your hand-in number 1" in out and "receipt: wg1." in out
    (submission,) = scene.gradebook.submissions()
    assert submission.student == "alice" and submission.receipt in out
    status, out, _ = grader("submit", "--to", url, "--yes", "--no-check")
    assert status == 0 and "latest hand-in already" in out and len(scene.gradebook.submissions()) == 1


def test_submit_as_json(scene: Scene, grader: Command, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(scene, monkeypatch)
    monkeypatch.setenv("GRADER_SUBMIT_TO", url)
    scene.write_rules("")
    printed = json.loads(grader("submit", "scale.cu", "--yes", "--no-check", "--json")[1])
    assert printed["student"] == "alice" and printed["late"] is False and printed["receipt"]["number"] == 1 and printed["check"] is None
    assert [file["name"] for file in printed["files"]] == ["scale.cu"]


def test_only_a_clear_yes_is_one(scene: Scene, grader: Command, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(scene, monkeypatch)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for text, sent in (("n\n", 0), ("", 0), ("\n", 0), ("네\n", 1)):
        monkeypatch.setattr(sys, "stdin", Terminal(text))
        assert run(["submit", "--to", url, "--no-check"]) == (0 if sent else 1)
        assert len(scene.gradebook.submissions()) == sent


def test_a_refusal_is_told_in_the_students_language(scene: Scene, grader: Command, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(scene, monkeypatch)
    scene.write_rules("[submit]\ncool_down_minutes = 10\n")
    assert grader("submit", "--to", url, "--yes", "--no-check")[0] == 0
    Path("scale.cu").write_text(scale_course.GOOD + "// more\n")
    status, _, err = grader("submit", "--to", url, "--yes", "--no-check")
    assert status == 2 and "10 minutes must pass" in err
    assert "10분이 지나야" in grader("submit", "--to", url, "--yes", "--no-check", "--lang", "ko")[2]


def test_a_missing_file_is_told_before_anything_is_sent(scene: Scene, grader: Command, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(scene, monkeypatch)
    Path("scale.cu").unlink()
    status, _, err = grader("submit", "--to", url, "--yes")
    assert status == 1 and "MISSING_FILE" in err and scene.gradebook.submissions() == []


def test_late_and_closed_are_said(scene: Scene, grader: Command, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(scene, monkeypatch)
    text = scene.course_file.read_text().replace("2099", "2020")
    scene.course_file.write_text(text)
    assert "late policy applies" in grader("submit", "--to", url, "--yes", "--no-check")[1]
    scene.course_file.write_text(text.replace("[dates.01_scale]\n", "[dates.01_scale]\ncloses = 2020-06-01T00:00:00Z\n"))
    assert "doesn't count unless the staff extend it" in grader("submit", "--to", url, "--yes", "--no-check")[1]


def test_nobody_answers(scene: Scene, grader: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(scene, monkeypatch)
    monkeypatch.setattr("grader.server.client._FIRST_PAUSE_S", 0.01)
    status, _, err = grader("submit", "--to", "http://127.0.0.1:9", "--yes")
    assert status == 3 and "could not be reached" in err and "Try again" in err


def test_status_in_words_and_json(scene: Scene, grader: Command, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(scene, monkeypatch)
    monkeypatch.setenv("GRADER_SUBMIT_TO", url)
    assert "Nothing is handed in yet" in grader("status")[1]
    grader("submit", "--yes", "--no-check")
    assert "waits to be graded" in grader("status")[1]
    scene.grade(scene.gradebook.submissions()[0], 60.0, "evil \x1b[31m message")
    scene.gradebook.comment("alice", SLUG, "look at line 3", author="ta")
    status, out, _ = grader("status", "-a", "scale", "-v")
    assert status == 0 and "60/100  RACE_SHARED  scale.cu:3" in out and "look at line 3" in out and "receipt: wg1." in out
    assert "\x1b[31m" not in out and "\\x1b[31m" in out
    assert "제출 시각" not in out and "반영" in grader("status", "--lang", "ko")[1]
    (row,) = json.loads(grader("status", "--json")[1])["handed_in"]
    assert row["points"] == 60.0 and row["counts"] and row["grade"]["verdict"] == "RACE_SHARED"


def test_a_remote_check_grades_and_hands_nothing_in(scene: Scene, grader: Command, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(scene, monkeypatch)
    assert remote_grade(Path("."), scene.assignment(), url, Words("en")).score == 100.0 and scene.gradebook.submissions() == []
    grader("spool", str(scene.root / "spool"), "--init")
    with pytest.raises(UsageError, match="only a server runs checks"):
        remote_grade(Path("."), scene.assignment(), str(scene.root / "spool"), Words("en"))


# ---- a folder ---------------------------------------------------------------------------------------------------------------------


def test_a_folder_from_init_to_grade(scene: Scene, grader: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(scene.root / "spool")
    status, out, err = grader("spool", folder, "--init")
    assert status == 0 and "0 received" in out, err
    as_user(scene, monkeypatch)
    status, out, err = grader("submit", "--to", folder, "--yes", "--no-check")
    assert status == 0 and "that is the time that counts" in out, err
    assert "not taken up yet" in grader("status", "--to", folder)[1]
    printed = json.loads(grader("spool", folder, "--json")[1])
    assert [each["student"] for each in printed["received"]] == ["alice"] and printed["refused"] == []
    assert "waits to be graded" in grader("status", "--to", folder)[1]
    scene.grade(scene.gradebook.submissions()[0])
    grader("spool", folder)
    assert "60/100" in grader("status", "--to", folder)[1]
    assert json.loads(grader("whoami", "--to", folder, "--json")[1])["known_by"] == "token"


def test_what_was_put_aside_can_be_admitted(scene: Scene, grader: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = str(scene.root / "spool")
    grader("spool", folder, "--init")
    monkeypatch.setenv("GRADER_TOKEN", "wg_an_old_token")
    at = json.loads(grader("submit", "--to", folder, "--yes", "--no-check", "--json")[1])["receipt"]["received_at"]
    status, out, _ = grader("spool", folder)
    assert status == 1 and "put aside" in out
    printed = json.loads(grader("spool", folder, "--json")[1])
    (kept,) = printed["quarantine"]
    assert "token is wrong" in kept["reason"]
    status, out, err = grader("spool", folder, "--admit", kept["id"], "--student", "bob", "--json")
    assert status == 0, err
    (received,) = json.loads(out)["received"]
    assert received["student"] == "bob" and received["received_at"] == at
    assert grader("spool", folder, "--admit", kept["id"], "--student", "bob")[0] == 2


def test_within_grace_it_is_late_and_not_closed() -> None:
    end = dt.datetime(2026, 10, 15, 12, tzinfo=dt.UTC)
    deadline = Deadline(assignment=SLUG, title={}, files=(), due=end - dt.timedelta(days=1), closes=end, grace_minutes=15)
    phrases = Phrases(Words("en"))
    assert "late" in phrases.dates(deadline, end + dt.timedelta(minutes=15))
    assert "closed since" in phrases.dates(deadline, end + dt.timedelta(minutes=15, seconds=1))
