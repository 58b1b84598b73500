"""The bytes that are kept: the same for the same files, whatever else lies there, and bounded."""

from __future__ import annotations

import io
import os
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import load_assignment
from grader.course import bundled_course
from grader.errors import HarnessError, SubmissionError
from grader.intake.contents import clean_name, content_of
from grader.intake.record import Intake, Part
from grader.unpack import unpack
from grader.unpack.members import MAX_ARCHIVE_BYTES, MAX_FILE_BYTES, MAX_TOTAL_BYTES, safe_name
from tests.intake.making import KERNEL, tree, zipped

WANTED = {"gemm.cu"}


def hand_in(*paths: Path) -> Intake:
    parts = tuple(Part(path=path, name="" if path.is_dir() else path.name) for path in paths)
    return Intake(who="alice", parts=parts, origin="folder", label="alice")


def names(content: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.namelist()


def graded(content: bytes, folder: Path) -> dict[str, bytes]:
    """What grading finds in it."""
    file = folder / "kept.zip"
    file.write_bytes(content)
    course = bundled_course()
    return dict(unpack(file, load_assignment(course.assignments / "09_gemm", course)).files)


def test_a_file_is_kept_as_it_came(tmp_path: Path) -> None:
    file = tmp_path / "mine.cu"
    file.write_bytes(b"\xef\xbb\xbfint x;\r\n")
    assert content_of(hand_in(file), WANTED) == ("mine.cu", b"\xef\xbb\xbfint x;\r\n")


def test_a_folder_is_the_same_zip_wherever_and_whenever(tmp_path: Path) -> None:
    for place in ("one", "two"):
        tree(tmp_path / place, "b/gemm.cu", "a.txt", ".git/config", "__pycache__/x.pyc", ".DS_Store")
    (tmp_path / "two/b/gemm.cu").touch()
    os.chmod(tmp_path / "two/a.txt", 0o777)
    os.utime(tmp_path / "two/a.txt", (0, 0))
    one, two = (content_of(hand_in(tmp_path / place), WANTED) for place in ("one", "two"))
    assert one == two
    assert one[0] == "submission.zip"
    assert names(one[1]) == ["b/gemm.cu", "a.txt"]
    assert graded(one[1], tmp_path) == {"gemm.cu": (tmp_path / "one/b/gemm.cu").read_bytes()}


def test_several_files_are_one_zip(tmp_path: Path) -> None:
    tree(tmp_path, "gemm.cu", "notes.txt")
    _, content = content_of(hand_in(tmp_path / "gemm.cu", tmp_path / "notes.txt"), WANTED)
    assert names(content) == ["gemm.cu", "notes.txt"]


def test_a_folder_with_nothing_but_an_archive_is_that_archive(tmp_path: Path) -> None:
    (tmp_path / "alice").mkdir()
    packed = zipped(tmp_path / "alice/work.zip", {"gemm.cu": KERNEL.encode()})
    assert content_of(hand_in(tmp_path / "alice"), WANTED) == ("work.zip", packed.read_bytes())


def test_nothing_is_an_empty_zip(tmp_path: Path) -> None:
    (tmp_path / "alice").mkdir()
    filename, content = content_of(hand_in(tmp_path / "alice"), WANTED)
    assert (filename, names(content)) == ("submission.zip", [])


def test_a_link_or_pipe_in_place_of_the_file_is_told_by_grading(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret of the machine")
    for kind in ("link", "pipe"):
        folder = tree(tmp_path / kind, "notes.txt")
        if kind == "link":
            (folder / "gemm.cu").symlink_to(secret)
        else:
            os.mkfifo(folder / "gemm.cu")
        _, content = content_of(hand_in(folder), WANTED)
        assert b"secret of" not in content
        with pytest.raises(SubmissionError) as error:
            graded(content, tmp_path)
        assert error.value.verdict == "BAD_ARCHIVE"


def test_a_file_that_becomes_a_link_meanwhile_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text("secret of the machine")
    (tmp_path / "gemm.cu").symlink_to(tmp_path / "secret")
    monkeypatch.setattr(os.path, "islink", lambda path: False)  # as it was when it was looked at
    with pytest.raises(HarnessError, match=r"can't read .*gemm\.cu"):
        content_of(hand_in(tmp_path / "gemm.cu"), WANTED)


def test_links_elsewhere_are_left_out(tmp_path: Path) -> None:
    folder = tree(tmp_path / "alice", "gemm.cu")
    (folder / "home").symlink_to("/")
    (folder / "loop").symlink_to(folder)
    assert names(content_of(hand_in(folder), WANTED)[1]) == ["gemm.cu"]


def test_what_is_not_asked_for_gives_way(tmp_path: Path) -> None:
    folder = tree(tmp_path / "alice", "gemm.cu")
    for number in range(6):
        (folder / f"data{number}.bin").write_bytes(b"\0" * MAX_FILE_BYTES)
    _, content = content_of(hand_in(folder), WANTED)
    assert len(content) < MAX_TOTAL_BYTES + (1 << 16)
    assert graded(content, tmp_path) == {"gemm.cu": (folder / "gemm.cu").read_bytes()}


def test_what_is_asked_for_is_bounded_in_all(tmp_path: Path) -> None:
    folder = tree(tmp_path / "alice", "gemm.cu")
    for number in range(40):
        with (folder / f"big{number}.cu").open("wb") as file:
            file.truncate(MAX_FILE_BYTES)
    _, content = content_of(hand_in(folder), WANTED)
    assert len(content) < MAX_TOTAL_BYTES + (1 << 16)
    with pytest.raises(SubmissionError, match="16 MiB"):
        graded(content, tmp_path)


def test_one_huge_file_is_cut(tmp_path: Path) -> None:
    with (tmp_path / "alice.zip").open("wb") as file:
        file.truncate(10 << 40)
    _, content = content_of(hand_in(tmp_path / "alice.zip"), WANTED)
    assert len(content) == MAX_ARCHIVE_BYTES + 1


def test_very_many_files_are_refused_by_grading_and_not_by_us(tmp_path: Path) -> None:
    folder = tree(tmp_path / "alice", "gemm.cu")
    for number in range(1500):
        (folder / f"{number}.o").touch()
    _, content = content_of(hand_in(folder), WANTED)
    with pytest.raises(SubmissionError, match="more than 1000 files"):
        graded(content, tmp_path)


def test_very_deep_folders_end(tmp_path: Path) -> None:
    tree(tmp_path / "alice", "gemm.cu", "/".join("d" * 40) + "/deep.cu")
    assert names(content_of(hand_in(tmp_path / "alice"), WANTED)[1]) == ["gemm.cu"]


def test_what_this_machine_may_not_read_is_ours_to_tell(tmp_path: Path) -> None:
    """As another user, since root may read everything."""
    folder = tree(tmp_path / "alice", "gemm.cu")
    os.chmod(folder / "gemm.cu", 0)
    for each in (tmp_path, *tmp_path.parents):
        if each.stat().st_uid == os.geteuid() and each.is_relative_to("/tmp") and each != Path("/tmp"):
            os.chmod(each, stat.S_IMODE(each.stat().st_mode) | 0o755)
    if os.geteuid() != 0:
        with pytest.raises(HarnessError, match=r"can't read .*gemm\.cu"):
            content_of(hand_in(folder), WANTED)
        return
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            content_of(hand_in(folder), WANTED)
        except HarnessError as error:
            code = 0 if "can't read" in str(error) and "gemm.cu" in str(error) else 2
        except BaseException:
            code = 3
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_hostile_names_on_the_disk(tmp_path: Path) -> None:
    folder = tmp_path / "alice"
    folder.mkdir()
    odd = [b"a\nb.cu", b"\x1b[31m.cu", b"\xff\xfe.cu", "\u202ecu.exe".encode(), b"-rf", b"c:evil", "김.cu".encode(), b"x" * 255, b"a\\b"]
    for name in odd:
        (Path(os.fsdecode(os.fsencode(folder) + b"/" + name))).write_bytes(b"x")
    tree(folder, "gemm.cu")
    _, content = content_of(hand_in(folder), WANTED)
    assert len(names(content)) == len(odd) + 1
    assert graded(content, tmp_path) == {"gemm.cu": (folder / "gemm.cu").read_bytes()}


@given(st.text(st.characters(), max_size=600) | st.text("./\\:ab\n", max_size=40))
def test_every_name_becomes_one_that_unpacking_takes(name: str) -> None:
    clean = clean_name(name)
    assert safe_name(clean) == clean
    assert clean_name(clean) == clean
