"""A download as an archive: laid out below one folder, whatever is in it; what one student brings along stops nobody else."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import random
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import grader.intake.opened as module
from grader.errors import HarnessError
from grader.intake.opened import opened
from grader.intake.record import Scene
from grader.toolchain import UsageError
from grader.unpack.members import MAX_ARCHIVE_BYTES
from tests.intake.making import read, tarred, tree, zipped

X = b"int x;"


def laid_out(path: Path) -> dict[str, bytes]:
    with opened(path) as folder:
        return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_a_folder_is_itself(tmp_path: Path) -> None:
    with opened(tmp_path) as folder:
        assert folder == tmp_path


@pytest.mark.parametrize("make", [zipped, tarred])
@pytest.mark.parametrize("name", ["gemm.zip", "gemm.tar.gz", "gemm.download"])
def test_zip_and_tar_by_content_and_not_by_name(tmp_path: Path, scene: Scene, make: type, name: str) -> None:
    path = make(tmp_path / name, {"alice/gemm.cu": X, "bob.cu": X})
    with opened(path) as folder:
        told = None if name.endswith("download") else "09_gemm"
        assert read(folder, scene) == [("alice", told, 1), ("bob", told, 1)]
        place = folder
    assert not place.exists()


def test_an_archive_with_its_own_folder_around_everything(tmp_path: Path, scene: Scene) -> None:
    path = zipped(tmp_path / "class.zip", {"class/alice/gemm.cu": X, "class/bob/gemm.cu": X})
    with opened(path) as folder:
        assert [each[0] for each in read(folder, scene)] == ["alice", "bob"]


@pytest.mark.parametrize("make", [zipped, tarred])
def test_nothing_leaves_the_folder(tmp_path: Path, make: type) -> None:
    names = ["../../out.cu", "/etc/out.cu", "a/../../out.cu", "..\\..\\out.cu", "C:\\out.cu", "..", "./ok.cu"]
    found = laid_out(make(tmp_path / "d.bin", dict.fromkeys(names, X)))
    assert len(found) == len(names)
    assert not list(tmp_path.rglob("out.cu"))
    assert "ok.cu" in found


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_there_twice_is_kept_twice(tmp_path: Path) -> None:
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(["a/gemm.cu", "a/gemm.cu", "bob", "bob/gemm.cu"]):
            archive.writestr(name, str(number))
    assert laid_out(path) == {"a/gemm.cu": b"0", "a/gemm (2).cu": b"1", "bob": b"2", "bob (2)/gemm.cu": b"3"}


def test_names_that_clean_to_one_stay_two(tmp_path: Path) -> None:
    found = laid_out(tarred(tmp_path / "d.tgz", {"a\x01/gemm.cu": b"1", "a\x02/gemm.cu": b"2"}))
    assert sorted(found.values()) == [b"1", b"2"]
    assert len({name.partition("/")[0] for name in found}) == 2


def test_long_names_and_deep_paths(tmp_path: Path, scene: Scene) -> None:
    deep = "bob/" + "/".join(["d" * 100] * 60) + "/gemm.cu"
    path = tarred(
        tmp_path / "d.tgz",
        {"alice/gemm.cu": X, f"carol/{'n' * 400}.cu": X, deep: X, f"{'s' * 300}1/gemm.cu": X, f"{'s' * 300}2/gemm.cu": X},
    )
    with opened(path) as folder:
        people = [each[0] for each in read(folder, scene)]
    assert people[:3] == ["alice", "bob", "carol"]
    assert len(set(people)) == 5


def test_links_and_devices_stay_out(tmp_path: Path) -> None:
    link = tarfile.TarInfo("alice/secret.cu")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    assert laid_out(tarred(tmp_path / "d.tgz", {"alice/gemm.cu": X}, special=link)) == {"alice/gemm.cu": X}
    pipe = tarfile.TarInfo("alice/pipe.cu")
    pipe.type = tarfile.FIFOTYPE
    assert laid_out(tarred(tmp_path / "e.tgz", {"alice/gemm.cu": X}, special=pipe)) == {"alice/gemm.cu": X}
    entry = zipfile.ZipInfo("alice/secret.cu")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "d.zip", "w") as archive:
        archive.writestr(entry, "/etc/passwd")
        archive.writestr("alice/gemm.cu", X)
    assert laid_out(tmp_path / "d.zip") == {"alice/gemm.cu": X}


def test_one_bomb_is_cut_and_the_others_are_there(tmp_path: Path) -> None:
    path = tmp_path / "d.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/bomb.cu", b"\0" * (MAX_ARCHIVE_BYTES + 1000))
        archive.writestr("b/gemm.cu", X)
    assert {name: len(content) for name, content in laid_out(path).items()} == {"a/bomb.cu": MAX_ARCHIVE_BYTES + 1, "b/gemm.cu": len(X)}


def test_a_file_with_holes_is_cut_too(tmp_path: Path) -> None:
    """A terabyte that takes a kilobyte in the archive: the pax form that GNU tar writes."""
    path = tmp_path / "d.tar"
    holes = tarfile.TarInfo("a/holes.cu")
    holes.size = 512
    holes.pax_headers = {"GNU.sparse.map": "0,512", "GNU.sparse.size": str(1 << 40), "GNU.sparse.numblocks": "1"}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(holes, io.BytesIO(b"x" * 512))
        entry = tarfile.TarInfo("b/gemm.cu")
        entry.size = len(X)
        archive.addfile(entry, io.BytesIO(X))
    found = laid_out(path)
    assert found["b/gemm.cu"] == X
    assert len(found["a/holes.cu"]) <= MAX_ARCHIVE_BYTES + 1


def test_bounds_in_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = zipped(tmp_path / "d.zip", {f"{n}/gemm.cu": X for n in range(10)})
    monkeypatch.setattr(module, "MAX_BYTES", 20)
    with pytest.raises(HarnessError, match="too large to be unpacked"):
        laid_out(path)
    monkeypatch.setattr(module, "MAX_ENTRIES", 5)
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    with pytest.raises(UsageError, match="more than 5 files"):
        laid_out(path)


def test_names_from_korean_windows(tmp_path: Path) -> None:
    path = zipped(tmp_path / "d.zip", {"abcdef/gemm.cu": X})
    path.write_bytes(path.read_bytes().replace(b"abcdef", "김민수".encode("cp949")))
    assert laid_out(path) == {"김민수/gemm.cu": X}
    assert laid_out(zipped(tmp_path / "e.zip", {"김민수/gemm.cu": X})) == {"김민수/gemm.cu": X}


def test_nothing_to_open(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="doesn't exist"):
        laid_out(tmp_path / "gone")
    with pytest.raises(UsageError, match="neither a folder nor a zip or tar"):
        laid_out(tree(tmp_path, "x.cu") / "x.cu")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="neither"):
        laid_out(tmp_path / "pipe")


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_half_a_download(tmp_path: Path, kind: str) -> None:
    """Wherever it ends, between two files too: half a class is never taken for all of it."""
    noise = random.Random(1)
    files = {f"{number}/gemm.cu": noise.randbytes(2000) for number in range(8)}
    data = (zipped if kind == "zip" else tarred)(tmp_path / "d.bin", files).read_bytes()
    data = gzip.decompress(data) if kind == "tar" else data
    half = tmp_path / "half.bin"
    for length in range(0, len(data), 512):
        half.write_bytes(data[:length])
        try:
            assert laid_out(half) == files
        except UsageError as error:
            assert str(half) in str(error)
    half.write_bytes(data[: len(data) // 3])
    with pytest.raises(UsageError):
        laid_out(half)


def test_a_wrong_checksum_is_no_fault_of_the_disk(tmp_path: Path) -> None:
    data = bytearray(tarred(tmp_path / "d.tgz", {"alice/gemm.cu": X}).read_bytes())
    data[-6] ^= 1  # of the checksum that ends a gzip file
    (tmp_path / "d.tgz").write_bytes(data)
    with pytest.raises(UsageError, match="damaged"):
        laid_out(tmp_path / "d.tgz")
    zipped(tmp_path / "d.zip", {"alice/gemm.cu": X, "bob/gemm.cu": X})
    data = bytearray((tmp_path / "d.zip").read_bytes())
    place = data.index(b"PK\5\6") + 16
    data[place : place + 4] = (1 << 30).to_bytes(4, "little")  # the directory begins before the file does
    (tmp_path / "d.zip").write_bytes(data)
    with pytest.raises(UsageError, match="damaged"):
        laid_out(tmp_path / "d.zip")


def test_no_room_is_a_fault_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(self))

    path = zipped(tmp_path / "d.zip", {"alice/gemm.cu": X})
    monkeypatch.setattr(module, "_free", full)
    with pytest.raises(HarnessError, match="make room"):
        laid_out(path)


def test_a_header_damaged_in_the_middle(tmp_path: Path) -> None:
    data = bytearray(gzip.decompress(tarred(tmp_path / "d.tgz", {f"{number}/gemm.cu": X for number in range(8)}).read_bytes()))
    data[4 * 1024 + 100] ^= 1
    (tmp_path / "d.tar").write_bytes(data)
    with pytest.raises(UsageError, match="is damaged"):
        laid_out(tmp_path / "d.tar")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.data())
def test_damage_anywhere_is_told(tmp_path: Path, scene: Scene, data: st.DataObject) -> None:
    make = data.draw(st.sampled_from([zipped, tarred]))
    content = bytearray(make(tmp_path / "d.bin", {"alice/gemm.cu": X * 40, "bob/gemm.cu": X}).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / "d.bin").write_bytes(content)
    try:
        with opened(tmp_path / "d.bin") as folder:
            read(folder, scene)
    except UsageError:
        pass


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(
    names=st.lists(
        st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=300) | st.text("./\\ab:", min_size=1, max_size=20), max_size=8
    )
)
def test_any_names(tmp_path: Path, scene: Scene, names: list[str]) -> None:
    """All that is in the archive is below the folder, each file once, and detection takes it as something."""
    written = [name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape") for name in names]
    unique = {name: f"{number}".encode() for number, name in enumerate(dict.fromkeys(written)) if not name.endswith(("/", "\\"))}
    path = tmp_path / "d.tar"
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT, errors="surrogateescape") as archive:
        for name, content in unique.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    if not unique:
        return
    try:
        found = laid_out(path)
    except UsageError:
        return
    assert sorted(found.values()) == sorted(unique.values())
    with opened(path) as folder, contextlib.suppress(UsageError):
        read(folder, scene)
