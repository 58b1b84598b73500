"""What a submission may look like, and what each way of getting it wrong is told."""

from __future__ import annotations

import io
import os
import stat
import struct
import tarfile
import time
import zipfile
import zlib
from pathlib import Path

import msgspec
import pytest

from grader.assignment import Assignment, find_assignment
from grader.course import bundled_course
from grader.errors import SubmissionError
from grader.unpack import unpack
from grader.unpack.text import display_text

CODE = b'extern "C" int ck_gemm() { return 0; }\n'


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, members: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def refusal(path: Path, assignment: Assignment) -> SubmissionError:
    with pytest.raises(SubmissionError) as caught:
        unpack(path, assignment)
    return caught.value


@pytest.fixture(params=["file", "folder", "top", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz", "no suffix"])
def good(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    kind = request.param
    if kind == "file":
        (tmp_path / "gemm.cu").write_bytes(CODE)
        return tmp_path / "gemm.cu"
    if kind in ("folder", "top"):
        folder = tmp_path / "alice" / ("src" if kind == "top" else "")
        folder.mkdir(parents=True)
        (folder / "gemm.cu").write_bytes(CODE)
        return tmp_path / "alice"
    if kind in ("zip", "no suffix"):
        return zipped(tmp_path / ("s.zip" if kind == "zip" else "upload-1234"), {"alice/gemm.cu": CODE, "__MACOSX/alice/._gemm.cu": b"\0"})
    mode = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz"}[kind]
    return tarred(tmp_path / f"s.{kind}", {"./gemm.cu": CODE, "notes.txt": b"hi"}, mode)


def test_every_way_to_submit_gives_the_same_source(good: Path, gemm: Assignment) -> None:
    source = unpack(good, gemm)
    assert source.files == {"gemm.cu": CODE}
    assert source.digest and not any("gemm.cu" in name for name in source.ignored)


def test_other_files_are_told_but_not_taken(tmp_path: Path, gemm: Assignment) -> None:
    source = unpack(zipped(tmp_path / "s.zip", {"gemm.cu": CODE, "test_public.py": b"raise", "old/gemm.cu": b"x"}), gemm)
    assert source.files == {"gemm.cu": CODE}
    assert set(source.ignored) == {"test_public.py", "old/gemm.cu"}


def test_the_digest_follows_the_content(tmp_path: Path, gemm: Assignment) -> None:
    one = unpack(zipped(tmp_path / "a.zip", {"gemm.cu": CODE}), gemm)
    two = unpack(zipped(tmp_path / "b.zip", {"gemm.cu": CODE + b" "}), gemm)
    assert one.digest != two.digest


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["readme.txt"], "gemm.cu is missing (found readme.txt); keep the name from starter/"),
        (["Gemm.cu", "old.cu"], "found Gemm.cu; rename it to gemm.cu"),
        (["one.cu", "two.cu"], "gemm.cu is missing (found one.cu, two.cu); keep the name from starter/"),
        (["gemm (1).cu", "old.cu"], "found gemm (1).cu; rename it to gemm.cu"),
        (["gemm.cpp"], "found gemm.cpp; rename it to gemm.cu"),
        (["a/gemm.cu", "b/gemm.cu"], "there 2 times (a/gemm.cu, b/gemm.cu); submit it once"),
    ],
)
def test_a_missing_file_says_what_was_found(tmp_path: Path, gemm: Assignment, names: list[str], says: str) -> None:
    error = refusal(zipped(tmp_path / "s.zip", dict.fromkeys(names, CODE)), gemm)
    assert error.verdict == "MISSING_FILE"
    assert says in str(error)


def test_a_single_file_of_another_name(tmp_path: Path, gemm: Assignment) -> None:
    (tmp_path / "gem.cu").write_bytes(CODE)
    source = unpack(tmp_path / "gem.cu", gemm)
    assert source.files == {"gemm.cu": CODE} and source.renamed == "gem.cu" and source.ignored == ()
    (tmp_path / "gemm.cu").write_bytes(CODE)
    assert unpack(tmp_path / "gemm.cu", gemm) == msgspec.structs.replace(source, renamed=""), "and it is the same submission"


@pytest.mark.parametrize(
    "names", [["Gemm.cu"], ["matmul.cu", "README.md"], ["gemm (1).cu", "a.txt"], ["alice/matmul.CU", "alice/ck/gemm.h"]]
)
@pytest.mark.parametrize("kind", ["zip", "tar", "folder"])
def test_the_only_file_of_its_kind_is_taken(tmp_path: Path, gemm: Assignment, kind: str, names: list[str]) -> None:
    path = tmp_path / f"s.{kind}"
    if kind == "folder":
        for name in names:
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(CODE)
    else:
        (zipped if kind == "zip" else tarred)(path, dict.fromkeys(names, CODE))
    source = unpack(path, gemm)
    assert source.files == {"gemm.cu": CODE} and source.renamed == names[0]
    assert set(source.ignored) == set(names[1:])


def test_an_assignment_of_several_files_keeps_their_names(tmp_path: Path) -> None:
    several = find_assignment("debug_profile", bundled_course())
    assert "is missing" in str(refusal(zipped(tmp_path / "s.zip", {"histogramm.cu": CODE}), several))


def test_an_empty_folder_and_an_empty_archive(tmp_path: Path, gemm: Assignment) -> None:
    (tmp_path / "bob").mkdir()
    assert "empty" in str(refusal(tmp_path / "bob", gemm))
    error = refusal(zipped(tmp_path / "s.zip", {}), gemm)
    assert error.verdict == "MISSING_FILE" and "must hold gemm.cu" in str(error)
    (tmp_path / "none.zip").touch()
    assert refusal(tmp_path / "none.zip", gemm).verdict == "BAD_ARCHIVE"


@pytest.mark.parametrize(
    "name", ["../gemm.cu", "a/../../gemm.cu", "/etc/gemm.cu", "C:\\gemm.cu", "..\\gemm.cu", "gemm.cu\x1b[2J", "a\nb/gemm.cu", "x" * 4096]
)
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_names_that_lead_elsewhere(tmp_path: Path, gemm: Assignment, name: str, kind: str) -> None:
    make = zipped if kind == "zip" else tarred
    error = refusal(make(tmp_path / f"s.{kind}", {name: CODE, "gemm.cu": CODE}), gemm)
    assert error.verdict == "BAD_ARCHIVE"
    assert str(error).isprintable() and len(str(error)) < 300 and "pack the files" in str(error)
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"s.{kind}"]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (tarfile.SYMTYPE, "symbolic link"),
        (tarfile.LNKTYPE, "hard link"),
        (tarfile.FIFOTYPE, "special file"),
        (tarfile.CHRTYPE, "special file"),
        (tarfile.BLKTYPE, "special file"),
    ],
)
def test_tar_members_that_are_no_files(tmp_path: Path, gemm: Assignment, kind: bytes, says: str) -> None:
    with tarfile.open(tmp_path / "s.tar", "w") as archive:
        info = tarfile.TarInfo("gemm.cu")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    error = refusal(tmp_path / "s.tar", gemm)
    assert error.verdict == "BAD_ARCHIVE" and says in str(error) and "submit the file itself" in str(error)


def test_a_zip_symlink(tmp_path: Path, gemm: Assignment) -> None:
    info = zipfile.ZipInfo("gemm.cu")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "s.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "symbolic link" in str(refusal(tmp_path / "s.zip", gemm))


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path, gemm: Assignment) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(CODE)
    folder = tmp_path / "bob"
    folder.mkdir()
    (folder / "gemm.cu").symlink_to(secret)
    error = refusal(folder, gemm)
    assert error.verdict == "BAD_ARCHIVE" and "symbolic link" in str(error)


def test_a_fifo_in_a_folder_does_not_hang(tmp_path: Path, gemm: Assignment) -> None:
    folder = tmp_path / "bob"
    folder.mkdir()
    os.mkfifo(folder / "gemm.cu")
    assert refusal(folder, gemm).verdict == "BAD_ARCHIVE"


@pytest.mark.parametrize("wrapped", ["zip", "tar.gz", "tar.bz2", "tar.xz"])
def test_bombs_end_early(tmp_path: Path, gemm: Assignment, wrapped: str) -> None:
    zeros = bytes(200 << 20)
    path = tmp_path / f"s.{wrapped}"
    members = {"gemm.cu": CODE, "zeros": zeros}
    zipped(path, members) if wrapped == "zip" else tarred(path, members, {"tar.gz": "w:gz", "tar.bz2": "w:bz2", "tar.xz": "w:xz"}[wrapped])
    start = time.perf_counter()
    error = refusal(path, gemm)
    assert error.verdict == "BAD_ARCHIVE" and "unpacks to more than 16 MiB" in str(error)
    assert time.perf_counter() - start < 2


def test_a_file_that_is_too_large(tmp_path: Path, gemm: Assignment) -> None:
    error = refusal(zipped(tmp_path / "s.zip", {"gemm.cu": b"/" * (5 << 20)}), gemm)
    assert error.verdict == "BAD_ARCHIVE" and "larger than 4 MiB" in str(error)


def test_a_zip_that_lies_about_a_size(tmp_path: Path, gemm: Assignment) -> None:
    path = zipped(tmp_path / "s.zip", {"gemm.cu": b"/" * (32 << 20)})
    data = bytearray(path.read_bytes())
    lie = struct.pack("<I", 100)
    data[22:26] = lie  # local header: uncompressed size
    central = data.rfind(b"PK\1\2")
    data[central + 24 : central + 28] = lie
    path.write_bytes(data)
    assert refusal(path, gemm).verdict == "BAD_ARCHIVE"


def test_too_many_members(tmp_path: Path, gemm: Assignment) -> None:
    names = {f"f{i}": b"" for i in range(1500)} | {"gemm.cu": CODE}
    for path in (zipped(tmp_path / "s.zip", names), tarred(tmp_path / "s.tar", names)):
        assert "more than 1000 files" in str(refusal(path, gemm))


def test_an_encrypted_zip(tmp_path: Path, gemm: Assignment) -> None:
    path = zipped(tmp_path / "s.zip", {"gemm.cu": CODE})
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.rfind(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    error = refusal(path, gemm)
    assert error.verdict == "BAD_ARCHIVE" and "without a password" in str(error)


def test_a_damaged_archive(tmp_path: Path, gemm: Assignment) -> None:
    path = tarred(tmp_path / "s.tar.gz", {"gemm.cu": CODE * 1000}, "w:gz")
    path.write_bytes(path.read_bytes()[:60])
    assert refusal(path, gemm).verdict == "BAD_ARCHIVE"
    bad = zipped(tmp_path / "s.zip", {"gemm.cu": CODE * 50})
    data = bytearray(bad.read_bytes())
    data[50] ^= 0xFF
    bad.write_bytes(data)
    assert refusal(bad, gemm).verdict == "BAD_ARCHIVE"
    (tmp_path / "x.zip").write_bytes(os.urandom(4096))
    assert "no archive in spite of its name" in str(refusal(tmp_path / "x.zip", gemm))
    single = tmp_path / "y.gz"
    single.write_bytes(zlib.compress(CODE, wbits=31))
    assert refusal(single, gemm).verdict == "BAD_ARCHIVE"


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 20, b"\x7fELF\2\1\1" + bytes(100), CODE.decode().encode("utf-16"), b"\1\2\3\4" * 500]
)
def test_binary_garbage_under_a_good_name(tmp_path: Path, gemm: Assignment, content: bytes) -> None:
    (tmp_path / "gemm.cu").write_bytes(content)
    error = refusal(tmp_path / "gemm.cu", gemm)
    assert error.verdict == "BAD_ARCHIVE" and error.file == "gemm.cu"
    assert "submit" in str(error)


def test_an_archive_under_the_name_of_a_source_file(tmp_path: Path, gemm: Assignment) -> None:
    assert refusal(zipped(tmp_path / "gemm.cu", {"gemm.cu": CODE}), gemm).verdict == "BAD_ARCHIVE"


def test_what_text_may_be(tmp_path: Path, gemm: Assignment) -> None:
    path = tmp_path / "gemm.cu"
    korean = "// 행렬 곱\r\n".encode()
    path.write_bytes(b"\xef\xbb\xbf" + korean + CODE)
    assert unpack(path, gemm).files["gemm.cu"] == korean + CODE
    old = "// 행렬 곱\n".encode("cp949")
    path.write_bytes(old + CODE)
    assert unpack(path, gemm).files["gemm.cu"] == old + CODE
    assert "행렬 곱" in display_text(old) and "\r" not in display_text(korean)


def test_several_files_in_folders(tmp_path: Path, gemm: Assignment) -> None:
    two = msgspec.structs.replace(gemm, files=("src/op.cu", "op.py"))
    source = unpack(zipped(tmp_path / "s.zip", {"me/src/op.cu": CODE, "me/op.py": b"x = 1\n"}), two)
    assert source.files == {"src/op.cu": CODE, "op.py": b"x = 1\n"}
    assert "op.py" in str(refusal(zipped(tmp_path / "t.zip", {"src/op.cu": CODE}), two))
