"""What a student gets: everything to work with, nothing of the staff's, and never over a file that is there."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest

from grader import handout as handout_module
from grader.assignment import Assignment, find_assignment, load_assignment
from grader.course import bundled_course, slugs
from grader.errors import HarnessError
from grader.handout import MARKER, handout, marked, place
from grader.release import released
from grader.toolchain import UsageError
from tests import scale_course

COURSE = bundled_course()


@pytest.fixture
def scale(tmp_path: Path) -> Assignment:
    """An assignment with things in it that must stay with the staff."""
    folder = scale_course.write_course(tmp_path / "course")
    (folder / "starter").mkdir()
    (folder / "starter" / "scale.cu").write_text("// TODO\n", encoding="utf-8")
    (folder / "README.md").write_text("See [the contract](../../kernels/include/ck/scale.h) and ![a](a.svg).\n", encoding="utf-8")
    (folder / "README.ko.md").write_text("안녕하세요\n", encoding="utf-8")
    for name in ("a.svg", "small.cfg", "small.weights"):
        (folder / name).write_text("<svg/>", encoding="utf-8")
    for name in ("notes.md", "solution.cu", "expected.npy", ".hidden"):
        (folder / name).write_text("the answer", encoding="utf-8")
    return load_assignment(folder)


def test_everything_to_work_with(scale: Assignment) -> None:
    files = handout(scale)
    assert next(iter(files)) == "scale.cu", "the student's file first"
    given = {"a.svg", "small.cfg", "small.weights"}
    assert given <= set(released(scale).files)
    assert set(files) == {"scale.cu", "README.md", "README.ko.md", "test_public.py", "include/ck/scale.h", ".clangd", MARKER} | given
    assert b"[the contract](include/ck/scale.h)" in files["README.md"], "links lead to the copies"
    assert b"ck/scale.h" in files[".clangd"] and b"- '-Iinclude'" in files[".clangd"]


@pytest.mark.parametrize("slug", slugs(COURSE))
def test_a_figure_with_korean_labels_is_drawn_like_its_twin_and_goes_along(slug: str) -> None:
    """NAME.ko.svg beside NAME.svg: the same drawing, shown by README.ko.md, given by `grader start` and `grader release`."""
    assignment = find_assignment(slug, COURSE)
    started, given = handout(assignment), released(assignment).files
    for korean in assignment.folder.glob("*.ko.svg"):
        english = korean.with_name(korean.name.replace(".ko.", "."))
        shapes = [re.findall(r"<\w+|\b(?:x|y|d|width|height)=\"[^\"]*\"", f.read_text(encoding="utf-8")) for f in (english, korean)]
        assert shapes[0] == shapes[1], f"{korean.name} isn't drawn like {english.name}"
        assert re.search("[가-힣]", korean.read_text(encoding="utf-8"))
        assert f"({english.name})".encode() in started["README.md"] and f"({korean.name})".encode() in started["README.ko.md"]
        assert {english.name, korean.name} <= set(started) & set(given)


@pytest.mark.parametrize("slug", slugs(COURSE))
def test_nothing_of_the_staffs(slug: str) -> None:
    assignment = find_assignment(slug, COURSE)
    files = handout(assignment)
    assert set(assignment.files) <= set(files) and "README.md" in files and "README.ko.md" in files
    assert not [name for name in files if "hidden" in name or "problem" in name or "reference" in name or name == "assignment.toml"]
    secret = [file.read_bytes() for file in (assignment.folder / "test_hidden.py", assignment.problem) if file.is_file()]
    secret += [file.read_bytes() for file in assignment.reference.rglob("*.cu")]
    assert secret and not [name for name, content in files.items() if content in secret]


def test_headers_of_other_assignments_stay_away(scale: Assignment) -> None:
    for slug in slugs(COURSE):
        assignment = find_assignment(slug, COURSE)
        headers = {name.removeprefix("include/") for name in handout(assignment) if name.startswith("include/")}
        usual = {"ck/check.cuh", "ck/math.cuh", "ck/vector.cuh", *assignment.tools} if assignment.entries else set()
        assert headers - usual <= {assignment.header} and usual <= headers, slug
    (scale.include / "ck" / "other.h").write_text("// the answer")
    assert "include/ck/other.h" not in handout(scale)
    assert "include/ck/other.h" in handout(msgspec.structs.replace(scale, tools=("ck/other.h",)))
    (scale.folder / "starter" / "scale.cu").write_text('#include "ck/other.h"\n#include "ck/nowhere.h"\n')
    assert "include/ck/other.h" in handout(scale) and "include/ck/nowhere.h" not in handout(scale)


def test_links_out_of_the_starter_are_not_followed(scale: Assignment) -> None:
    (scale.folder / "starter" / "peek.py").symlink_to(scale.folder / "test_hidden.py")
    assert "peek.py" not in handout(scale)


def test_a_new_folder_is_whole_and_readable(scale: Assignment, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "과제 1"
    place(handout(scale), target)
    assert (target / "scale.cu").read_text() == "// TODO\n" and marked(target) == "01_scale"
    assert not [name for name in os.listdir(target.parent) if name != "과제 1"], "nothing is left beside it"
    mask = os.umask(0)
    os.umask(mask)
    assert target.stat().st_mode & 0o777 == 0o777 & ~mask


def test_an_existing_folder_keeps_what_it_has(scale: Assignment, tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "notes.txt").write_text("mine")
    place(handout(scale), tmp_path / "w")
    assert (tmp_path / "w" / "notes.txt").read_text() == "mine" and (tmp_path / "w" / "include" / "ck" / "scale.h").is_file()


@pytest.mark.parametrize("there", ["scale.cu", "include/ck/scale.h", MARKER])
def test_never_over_a_file_and_never_half(there: str, scale: Assignment, tmp_path: Path) -> None:
    target = tmp_path / "w"
    (target / there).parent.mkdir(parents=True)
    (target / there).write_text("mine")
    with pytest.raises(UsageError, match=f"already has {there}; nothing was written"):
        place(handout(scale), target)
    assert (target / there).read_text() == "mine"
    assert [p for p in target.rglob("*") if p.is_file()] == [target / there]


def test_a_dangling_link_counts_as_there(scale: Assignment, tmp_path: Path) -> None:
    target = tmp_path / "w"
    target.mkdir()
    (target / "scale.cu").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        place(handout(scale), target)
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("exists", [True, False])
def test_a_disk_that_is_full_leaves_nothing(exists: bool, scale: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "w"
    if exists:
        target.mkdir()
        (target / "notes.txt").write_text("mine")
    files, real = handout(scale), handout_module._write

    def full(files: dict[str, bytes], folder: Path, written: list[Path]) -> None:
        real({name: files[name] for name in list(files)[:-2]}, folder, written)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handout_module, "_write", full)
    with pytest.raises(HarnessError, match="No space left on device"):
        place(files, target)
    assert sorted(os.listdir(tmp_path)) == (["course", "w"] if exists else ["course"])
    assert not exists or os.listdir(target) == ["notes.txt"]


def test_a_file_is_no_folder(scale: Assignment, tmp_path: Path) -> None:
    (tmp_path / "w").write_text("mine")
    with pytest.raises(UsageError, match="is a file; name a folder"):
        place(handout(scale), tmp_path / "w")


@pytest.mark.parametrize("text", ["assignment = ", "other = 1\n", "assignment = 3\n"])
def test_a_marker_that_cannot_be_read_says_what_to_do(text: str, tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text(text)
    with pytest.raises(UsageError, match="--assignment NAME"):
        marked(tmp_path)


def test_the_nearest_marker_counts(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert marked(tmp_path / "a" / "b") is None
    (tmp_path / MARKER).write_text('assignment = "09_gemm"\n')
    (tmp_path / "a" / MARKER).write_text('assignment = "08_reduction"\n')
    assert (marked(tmp_path / "a" / "b"), marked(tmp_path)) == ("08_reduction", "09_gemm")
