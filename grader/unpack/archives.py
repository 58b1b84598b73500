"""Archives: bytes of a zip or tar -> Members. Nothing is written; every length is bounded before memory is spent on it."""

from __future__ import annotations

import bz2
import io
import lzma
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Protocol

from grader.errors import SubmissionError
from grader.unpack.members import (
    MAX_MEMBERS,
    MAX_TOTAL_BYTES,
    Member,
    bad_archive,
    most_bytes,
    safe_name,
    show,
    special,
    too_large,
    too_large_in_all,
    too_many,
)

# What a damaged archive makes the standard library raise; all of it means the same to a student.
_FORMAT_ERRORS = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, struct.error)
_CODE_ERRORS = (
    NotImplementedError,
    ValueError,
    OverflowError,
    IndexError,
    KeyError,
    RecursionError,
    AttributeError,
    TypeError,
    RuntimeError,
)
DAMAGED = (*_FORMAT_ERRORS, *_CODE_ERRORS)
_TAR_OVERHEAD = 4 << 20  # headers and padding: up to 1000 members with long names


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


def members_of(data: bytes) -> list[Member] | None:
    """The members of an archive, known by its first bytes and not by its name; None if it is none.
    Raises SubmissionError (BAD_ARCHIVE) with cause and remedy."""
    try:
        if data[:4] in (b"PK\3\4", b"PK\5\6"):
            return _zip(data)
        if data[:2] == b"\x1f\x8b":
            return _tar(_gunzip(data))
        if data[:3] == b"BZh":
            return _tar(_decompress(data, bz2.BZ2Decompressor()))
        if data[:6] == b"\xfd7zXZ\0":
            return _tar(_decompress(data, lzma.LZMADecompressor(memlimit=128 << 20)))
        if data[257:262] == b"ustar" or (len(data) >= 1024 and len(data) % 512 == 0 and not any(data[:1024])):
            return _tar(data)
    except SubmissionError:
        raise
    except DAMAGED as error:
        raise bad_archive(f"the archive is damaged ({str(error)[:120] or type(error).__name__}); pack the files again") from None
    return None


def _zip(data: bytes) -> list[Member]:
    # zipfile reads the whole central directory, whatever count is stated: look at the true number first.
    if data.count(b"PK\1\2") > MAX_MEMBERS:
        raise too_many()
    archive = zipfile.ZipFile(io.BytesIO(data))
    result = []
    for info in archive.infolist():
        name = safe_name(info.orig_filename if "\0" in info.orig_filename else info.filename)
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind == stat.S_IFLNK:
            raise special(info.filename, "symbolic link")
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise special(info.filename, "special file")
        if info.is_dir() or not name:
            continue
        if info.flag_bits & 1:
            raise bad_archive(f"{show(name)} is encrypted; pack the files again without a password")
        result.append(Member(name, info.file_size, partial(_read_zip, archive, info)))
    if sum(m.byte_count for m in result) > MAX_TOTAL_BYTES:
        raise too_large_in_all()
    return result


def _read_zip(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(info) as file:
            data = file.read(most_bytes(info.filename) + 1)  # what is there counts, not what the header says
    except DAMAGED as error:
        cause = str(error)[:120] or type(error).__name__
        raise bad_archive(f"{show(info.filename)} can't be unpacked ({cause}); pack the files again") from None
    if len(data) > most_bytes(info.filename):
        raise too_large(info.filename)
    return data


def _gunzip(data: bytes) -> bytes:
    limit = MAX_TOTAL_BYTES + _TAR_OVERHEAD
    out = bytearray()
    while data[:2] == b"\x1f\x8b":  # a gzip file may hold several streams
        stream = zlib.decompressobj(wbits=31)
        out += stream.decompress(data, limit + 1 - len(out))
        if len(out) > limit:
            raise too_large_in_all()
        if not stream.eof:
            raise EOFError("it ends in the middle")
        data = stream.unused_data
    return bytes(out)


def _decompress(data: bytes, stream: _Decompressor) -> bytes:
    limit = MAX_TOTAL_BYTES + _TAR_OVERHEAD
    out = bytearray(stream.decompress(data, limit + 1))
    while not stream.eof and len(out) <= limit:
        if stream.needs_input:
            raise EOFError("it ends in the middle")
        out += stream.decompress(b"", limit + 1 - len(out))
    if len(out) > limit:
        raise too_large_in_all()
    return bytes(out)


def _tar(data: bytes) -> list[Member]:
    if not data:
        raise EOFError("it is empty")
    result: list[Member] = []
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for info in _walk(archive):
            name = safe_name(info.name)
            if info.issym() or info.islnk():
                raise special(info.name, "symbolic link" if info.issym() else "hard link")
            if info.isdir():
                continue
            if not info.isreg() or info.issparse():
                raise special(info.name, "sparse file" if info.issparse() else "special file (device, FIFO or socket)")
            if info.offset_data + info.size > len(data):
                raise EOFError(f"{show(name)} ends in the middle")
            content = data[info.offset_data : info.offset_data + info.size]
            result.append(Member(name, info.size, partial(_read_slice, name, content)))
    if sum(m.byte_count for m in result) > MAX_TOTAL_BYTES:
        raise too_large_in_all()
    return result


def _walk(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    for count in range(MAX_MEMBERS + 1):
        info = archive.next()
        if info is None:
            return
        if count == MAX_MEMBERS:
            raise too_many()
        yield info


def _read_slice(name: str, content: bytes) -> bytes:
    if len(content) > most_bytes(name):
        raise too_large(name)
    return content
