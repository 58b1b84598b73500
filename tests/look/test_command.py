"""`grader look`: sources, folders, submissions and built programs; text in both languages, JSON, and what is wrong usage."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from grader.cli.main import run
from grader.look import RULES
from tests import scale_course as course

SOURCE = 'int p = fork();\n// nothing\nconst char* e = getenv("\x1b[31mX");\n'


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "folder" / "deep").mkdir(parents=True)
    (tmp_path / "folder" / "a.cu").write_text(SOURCE)
    (tmp_path / "folder" / "deep" / "b.cuh").write_text("long t = clock64();\n")
    (tmp_path / "folder" / "notes.txt").write_text("fork()")
    (tmp_path / "folder" / "link.cu").symlink_to("/etc/passwd")
    return tmp_path / "folder"


def look(capfd: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str, str]:
    status = run(["look", *argv])
    out, err = capfd.readouterr()
    return status, out, err


def test_lines_that_editors_jump_to(work: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, err = look(capfd, str(work / "a.cu"), "--lang", "en")
    assert status == 0 and not err
    assert f"{work}/a.cu:1: Other processes: " in out and f"{work}/a.cu:3: Environment: " in out
    assert "may be honest: " in out and "never a verdict" in out and "\x1b[31m" not in out


def test_in_korean(work: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = look(capfd, str(work / "a.cu"), "--lang", "ko")
    assert status == 0 and f"{work}/a.cu:1: 다른 프로세스: " in out and "점수에 영향을 주지 않습니다" in out


def test_a_folder_without_what_is_no_code_and_without_links(work: Path, capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = look(capfd, str(work), "--json")
    seen = json.loads(out)
    assert status == 0 and seen["path"] == str(work)
    assert [(each["code"], each["file"], each["line"]) for each in seen["sightings"]] == [
        ("processes", "a.cu", 1),
        ("environment", "a.cu", 3),
        ("hidden-text", "a.cu", 3),
        ("clock", "deep/b.cuh", 1),
    ]


def test_nothing_to_see_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.cu").write_text("int x;\n")
    assert look(capfd, str(tmp_path / "a.cu"), "--lang", "en")[1] == f"{tmp_path}/a.cu: nothing worth a look\n"


def test_several_paths_are_several_records(work: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = look(capfd, str(work / "a.cu"), str(work / "deep"), "--json")
    assert [Path(each["path"]).name for each in json.loads(out)["looks"]] == ["a.cu", "deep"]


def test_a_submission_of_an_assignment(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = course.write_course(tmp_path / "course")
    monkeypatch.chdir(folder)
    with zipfile.ZipFile(tmp_path / "minsu.zip", "w") as archive:
        archive.writestr("scale.cu", SOURCE)
    status, out, _ = look(capfd, str(tmp_path / "minsu.zip"), "--assignment", str(folder), "--json")
    assert status == 0 and [each["file"] for each in json.loads(out)["sightings"]] == ["scale.cu"] * 3
    status, _, err = look(capfd, str(tmp_path / "minsu.zip"))
    assert status == 2 and "--assignment" in err


def test_a_built_program(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "program.so").write_bytes(b"\x7fELF\x02\x01" + b"\0" * 100 + b".version 8.0\n.target sm_80\n\n mov.u32 %r1, %smid;\n\0")
    status, out, _ = look(capfd, str(tmp_path / "program.so"), "--json")
    (seen,) = json.loads(out)["sightings"]
    assert status == 0 and (seen["code"], seen["file"], seen["excerpt"]) == ("device-identity", None, "mov.u32 %r1, %smid;")


def test_the_rules(capfd: pytest.CaptureFixture[str]) -> None:
    status, out, _ = look(capfd, "--rules", "--lang", "en")
    assert status == 0 and all(f"{rule.code}: {rule.title[0]} (" in out for rule in RULES)
    listed = json.loads(look(capfd, "--rules", "--json")[1])["rules"]
    assert [rule["code"] for rule in listed] == [rule.code for rule in RULES]


@pytest.mark.parametrize("argv", [[], ["nowhere.cu"], ["--rules", "a.cu"], ["notes.txt"], ["empty"], ["link.cu"]])
def test_wrong_usage(argv: list[str], work: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "empty").mkdir()
    monkeypatch.chdir(work)
    status, out, err = look(capfd, *argv)
    assert status == 2 and not out and err.startswith("grader: ")
