"""The report's folder: what changed is written, the rest is left alone, what is gone goes, and kinds of reports don't mix."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.errors import HarnessError
from grader.report.course import folder as folders
from grader.report.course import render_course
from grader.report.course.folder import MANIFEST, Folder
from grader.toolchain import UsageError
from tests.report.course.synthetic import Course, course

KEY = b"k" * 32


@pytest.fixture
def made() -> Course:
    return course(6, 3)


def write(made: Course, folder: Path, **changed: Any) -> Any:
    return render_course(made.standings, made.about, folder, submissions=made.submissions, grades=made.grades, **changed)


def times(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mtime_ns for file in folder.glob("*.html")}


def test_the_same_again_writes_nothing_and_gives_the_same_bytes(made: Course, tmp_path: Path) -> None:
    first = write(made, tmp_path / "a")
    assert (first.written, first.unchanged, first.removed) == (10, 0, 0)
    before = times(tmp_path / "a")
    manifest = (tmp_path / "a" / MANIFEST).stat().st_mtime_ns
    again = write(made, tmp_path / "a")
    assert (again.written, again.unchanged, again.removed) == (0, 10, 0) and times(tmp_path / "a") == before
    assert (tmp_path / "a" / MANIFEST).stat().st_mtime_ns == manifest
    write(made, tmp_path / "b")
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()
    assert write(made, tmp_path / "a", changed_only=False).written == 10


def test_one_changed_grade_writes_its_students_page_and_what_sums_it_up(made: Course, tmp_path: Path) -> None:
    write(made, tmp_path)
    before = times(tmp_path)
    at = next(n for n, each in enumerate(made.standings) if each.grade)
    old = made.standings[at]
    made.standings[at] = msgspec.structs.replace(old, points=1.0, raw_points=1.0)
    done = write(made, tmp_path)
    changed = {name for name, time in times(tmp_path).items() if time != before[name]}
    assert changed == {"index.html", f"assignment-{old.assignment}.html", f"student-{old.student.login}.html"}
    assert (done.written, done.unchanged) == (3, 7)


def test_somebody_who_is_gone_leaves_no_page(made: Course, tmp_path: Path) -> None:
    write(made, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    made.standings[:] = [each for each in made.standings if each.student.login != "s0002"]
    assert write(made, tmp_path).removed == 1
    assert not (tmp_path / "student-s0002.html").exists() and (tmp_path / "notes.txt").read_text() == "mine"
    assert b"s0002" not in b"".join(file.read_bytes() for file in tmp_path.iterdir())


def test_a_page_that_somebody_removed_comes_back(made: Course, tmp_path: Path) -> None:
    write(made, tmp_path)
    (tmp_path / "student-s0001.html").unlink()
    assert write(made, tmp_path).written == 1 and (tmp_path / "student-s0001.html").exists()


@pytest.mark.parametrize("first", ["staff", "students", "anonymous"])
@pytest.mark.parametrize("then", ["staff", "students", "anonymous"])
def test_a_folder_is_for_one_audience(first: str, then: str, made: Course, tmp_path: Path) -> None:
    def of(kind: str) -> dict[str, Any]:
        return {"audience": kind, "key": KEY, "student": "s0001" if kind == "students" else ""}

    write(made, tmp_path, **of(first))
    if first == then:
        write(made, tmp_path, **of(then))
        return
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(UsageError, match="--to"):
        write(made, tmp_path, **of(then))
    (tmp_path / MANIFEST).unlink()  # the pages tell it, too
    with pytest.raises(UsageError, match="--to"):
        write(made, tmp_path, **of(then))
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == {f: b for f, b in before.items() if f.name != MANIFEST}


def test_a_report_of_one_assignment_needs_a_folder_of_its_own(made: Course, tmp_path: Path) -> None:
    write(made, tmp_path / "all")
    slug = made.about.assignments[1].slug
    with pytest.raises(UsageError, match=slug):
        write(made, tmp_path / "all", assignment=slug)
    assert write(made, tmp_path / "one", assignment=slug).written == 8
    assert not (tmp_path / "one" / f"assignment-{made.about.assignments[0].slug}.html").exists()


def test_pages_of_single_students_stand_side_by_side(made: Course, tmp_path: Path) -> None:
    for login in ("s0001", "s0002", "s0001"):
        write(made, tmp_path, audience="students", student=login)
    assert sorted(file.name for file in tmp_path.glob("*.html")) == ["student-s0001.html", "student-s0002.html"]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b'{"version": 1}', b'{"audience": "staff", "pages": {"../../x": {"digest": ""}}}', b"\xff\x00"]
)
def test_a_damaged_manifest_costs_a_rewriting_and_nothing_else(damage: bytes, made: Course, tmp_path: Path) -> None:
    outside = tmp_path / "x"
    outside.write_text("not ours")
    folder = tmp_path / "a" / "b"
    write(made, folder)
    (folder / MANIFEST).write_bytes(damage)
    made.standings[:] = [each for each in made.standings if each.student.login != "s0002"]
    write(made, folder)
    assert outside.read_text() == "not ours"
    if b"pages" not in damage:  # what says something is believed
        assert not (folder / "student-s0002.html").exists()
    assert write(made, folder).written == 0


def test_killed_in_the_middle_the_next_writing_mends_and_removes(made: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[[Path, bytes], None] = folders.write_atomically
    left = [5]

    def dying(file: Path, content: bytes) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        real(file, content)

    monkeypatch.setattr(folders, "write_atomically", dying)
    with pytest.raises(KeyboardInterrupt):
        write(made, tmp_path)
    monkeypatch.undo()
    there = {file.name for file in tmp_path.glob("student-*.html")}
    assert there
    gone = sorted(there)[0].removeprefix("student-").removesuffix(".html")
    made.standings[:] = [each for each in made.standings if each.student.login != gone]
    write(made, tmp_path)
    assert not (tmp_path / f"student-{gone}.html").exists()
    whole = tmp_path / "whole"
    write(made, whole)
    for file in whole.glob("*.html"):
        assert file.read_bytes() == (tmp_path / file.name).read_bytes()


def test_another_languages_report_takes_the_place(made: Course, tmp_path: Path) -> None:
    write(made, tmp_path)
    assert write(made, tmp_path, language="ko").written == 10
    assert 'lang="ko"' in (tmp_path / "index.html").read_text()


def test_a_folder_with_somebody_elses_page_is_refused(made: Course, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("<h1>My home page</h1>")
    with pytest.raises(UsageError, match="no course report"):
        write(made, tmp_path)
    assert (tmp_path / "index.html").read_text() == "<h1>My home page</h1>"


def test_names_are_not_for_everybody_on_the_machine(made: Course, tmp_path: Path) -> None:
    write(made, tmp_path / "staff")
    write(made, tmp_path / "anonymous", audience="anonymous", key=KEY)
    assert stat.S_IMODE((tmp_path / "staff").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "anonymous").stat().st_mode) & 0o005 == 0o005


def test_a_place_that_cannot_be_written_is_named(made: Course, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(HarnessError, match="file"):
        write(made, tmp_path / "file" / "report")


def test_a_full_disk_is_named_and_loses_nothing(made: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(made, tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.glob("*.html")}

    def full(file: Path, content: bytes) -> None:
        raise HarnessError(f"{file} can't be written: No space left on device; name another place")

    monkeypatch.setattr(folders, "write_atomically", full)
    with pytest.raises(HarnessError, match="No space left"):
        write(made, tmp_path, language="ko")
    assert {file: file.read_bytes() for file in tmp_path.glob("*.html")} == before


def test_the_manifest_of_an_anonymous_report_tells_of_nobody(made: Course, tmp_path: Path) -> None:
    write(made, tmp_path, audience="anonymous", key=KEY)
    text = (tmp_path / MANIFEST).read_text()
    assert not [each.student.login for each in made.standings if each.student.login in text]
    assert json.loads(text)["audience"] == "anonymous"


def test_only_one_persons_pages_are_removed_with_them(tmp_path: Path) -> None:
    for login in ("a", "b"):
        target = Folder(tmp_path, "students")
        for name in (f"student-{login}.html", f"grades/{login}.html"):
            target.page(name, "1", lambda: "<p>", of=login)
        target.finish(only_of=login)
    target = Folder(tmp_path, "students")
    target.page("student-a.html", "1", lambda: "<p>", of="a")
    assert target.finish(only_of="a").removed == 1
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.html")) == [
        "grades/b.html",
        "student-a.html",
        "student-b.html",
    ]
