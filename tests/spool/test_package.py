"""Packages and receipts: deterministic, proven, and nothing that was tampered with passes."""

from __future__ import annotations

import datetime as dt
import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.assignment import load_assignment
from grader.errors import HarnessError, SubmissionError
from grader.spool.package import opened, pack, packed, signed_by
from grader.spool.receipts import Claim, Signer
from grader.unpack import unpack
from tests import scale_course

NAMES = st.sampled_from(["a.cu", "b/c.cu", "답.json", "gemm.cu", "x y.h"])
FILES = st.dictionaries(NAMES, st.binary(max_size=300), min_size=1)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


@given(FILES, st.booleans())
def test_what_goes_in_comes_out_and_always_the_same(files: dict[str, bytes], signed: bool) -> None:
    package = packed(files, "01_scale", "alice", KEY if signed else None)
    again = packed(dict(reversed(files.items())), "01_scale", "alice", KEY if signed else None)
    assert package.content == again.content
    read, found = opened(package.content)
    assert found == files and (read.assignment, read.student, read.digest, read.files) == (
        package.assignment,
        package.student,
        package.digest,
        package.files,
    )
    assert signed_by(read, KEY) is signed and not signed_by(read, OTHER_KEY)


@given(FILES, st.data())
def test_a_damaged_package_is_told_or_holds_the_same(files: dict[str, bytes], data: st.DataObject) -> None:
    """Cut off anywhere, or with one byte changed: never other files under the same signature, never another error."""
    content = bytearray(packed(files, "01_scale", "alice", KEY).content)
    position = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[position:]
    else:
        content[position] ^= data.draw(st.integers(1, 255))
    try:
        package, found = opened(bytes(content))
    except SubmissionError as error:
        assert error.verdict == "BAD_ARCHIVE" and "hand in with `grader submit`" in str(error)
        return
    assert found == files or not signed_by(package, KEY)


@given(st.binary(max_size=400))
def test_any_bytes_are_told(content: bytes) -> None:
    with pytest.raises(SubmissionError):
        opened(content)


def test_a_zip_without_a_manifest_or_with_a_wrong_one_is_none() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("scale.cu", "x")
    with pytest.raises(SubmissionError, match="no manifest"):
        opened(buffer.getvalue())
    for comment in (b"{}", b"\xff\xfe", b'{"warpgrade":2,"assignment":"a","student":"b","digest":"c"}'):
        with zipfile.ZipFile(buffer, "a") as archive:
            archive.comment = comment
        with pytest.raises(SubmissionError, match=r"manifest|format"):
            opened(buffer.getvalue())


def test_a_bomb_and_a_hostile_name_are_refused() -> None:
    for name, text in (("../../x.cu", "x"), ("/etc/passwd", "x"), ("big.cu", "\0" * (5 << 20))):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, text)
            archive.comment = b'{"warpgrade":1,"assignment":"a","student":"b","digest":"c"}'
        with pytest.raises(SubmissionError):
            opened(buffer.getvalue())


def test_what_is_wrong_with_the_archive_is_told_of_the_package() -> None:
    content = packed({"a.cu": b"int x;"}, "01_scale", "alice", KEY).content
    device = content.replace((0o100644 << 16).to_bytes(4, "little"), (0o020644 << 16).to_bytes(4, "little"))
    for changed, what in ((device, "a special file"), (content.replace(b"int x;", b"int y;"), "can't be unpacked")):
        with pytest.raises(SubmissionError, match=rf"grader submit.*a\.cu.*{what}.*hand in with `grader submit`") as told:
            opened(changed)
        assert told.value.verdict == "BAD_ARCHIVE"


def test_only_what_the_assignment_asks_for_is_packed(tmp_path: Path) -> None:
    assignment = load_assignment(scale_course.write_course(tmp_path / "course"))
    work = scale_course.submission(tmp_path, "work", scale_course.GOOD)
    (work / ".ssh").mkdir()
    (work / ".ssh" / "id").write_text("secret")
    package = pack(work, assignment, "alice", KEY)
    assert [file.name for file in package.files] == ["scale.cu"] and b"secret" not in package.content
    stored = tmp_path / "submission.zip"
    stored.write_bytes(package.content)
    source = unpack(stored, assignment)
    assert source.digest == package.digest and source.ignored == (), "to grading it is the student's files and nothing else"
    (work / "scale.cu").rename(work / "mine.cu")
    assert pack(work, assignment).renamed == "mine.cu"


CLAIM = Claim(student="alice", assignment="01_scale", digest="d" * 64, received_at=dt.datetime(2026, 3, 1, 12, 0, 0, 123456, dt.UTC))


@given(st.text(max_size=20), st.text(max_size=20), st.datetimes(timezones=st.just(dt.UTC)))
def test_a_receipt_says_what_was_claimed(student: str, assignment: str, at: dt.datetime) -> None:
    claim = Claim(student=student, assignment=assignment, digest="d", received_at=at)
    assert Signer(KEY).verify(Signer(KEY).sign(claim)) == claim and Signer(OTHER_KEY).verify(Signer(KEY).sign(claim)) is None


@given(st.data())
def test_no_letter_of_a_receipt_can_be_changed(data: st.DataObject) -> None:
    text = Signer(KEY).sign(CLAIM)
    position = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda c: c != text[position] and not c.isspace()))
    assert Signer(KEY).verify(text[:position] + letter + text[position + 1 :]) is None


@given(st.text(max_size=100))
def test_any_text_is_no_receipt(text: str) -> None:
    assert Signer(KEY).verify(text) is None


def test_the_key_is_drawn_once_and_for_its_owner(tmp_path: Path) -> None:
    text = Signer.stored(tmp_path).sign(CLAIM)
    file = tmp_path / "receipts.key"
    assert Signer.stored(tmp_path).verify(text) == CLAIM and stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    Signer.stored(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("abcd\n")
    with pytest.raises(HarnessError, match="damaged"):
        Signer.stored(tmp_path)
