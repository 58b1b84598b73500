"""Opened: a folder, or the zip or tar that somebody has of one -> a folder to read. An archive is laid out in a scratch folder, in bounds.

What a student can bring into it stops nobody else: names too long or taken twice get another name, a file beyond what a submission may
weigh is cut (grading refuses it then), and links and devices stay out. Only what is wrong with the archive as a whole is an error.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import lzma
import os
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from tarfile import HeaderError
from typing import IO, Self

from grader.errors import HarnessError
from grader.intake.contents import clean_name
from grader.intake.gradescope import METADATA
from grader.scratch import scratch_folder
from grader.toolchain import UsageError
from grader.unpack.members import MAX_ARCHIVE_BYTES, show
from grader.unpack.unpack import ARCHIVE_SUFFIXES

MAX_ENTRIES = 200_000
MAX_BYTES = 8 << 30  # of a whole class's download, unpacked
_COMPONENT_BYTES = 200  # of the 255 that file systems take
_PATH_BYTES = 2000
_MAX_PADDING_BYTES = 64 << 20
_MAX_TOLD_BYTES = 256 << 20  # of a file that tells of submissions: Gradescope's table, a clone's packed history
_MAX_ALIKE = 100  # entries of one name
_DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    IndexError,
    OverflowError,
)

_Entry = tuple[str, IO[bytes] | None]  # name, content; None: a folder


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Raises UsageError for what is none of them, or damaged, and HarnessError where there is no room for it."""
    if path.is_dir():
        yield path
        return
    try:
        kind = "zip" if path.is_file() and zipfile.is_zipfile(path) else "tar" if path.is_file() and tarfile.is_tarfile(path) else ""
    except (*_DAMAGED, OSError) as error:
        if _is_ours(error):
            raise HarnessError(f"can't read {path}: {_said(error)}; check its permissions") from None
        kind = ""
    if not kind:
        there = "is neither a folder nor a zip or tar" if path.exists() else "doesn't exist"
        raise UsageError(f"{path} {there}; name the folder of submissions, or the archive that was downloaded")
    with scratch_folder() as scratch:
        target = scratch / _stem(path.name)  # a folder's name may say which assignment it is
        target.mkdir()
        _lay_out(path, kind, target)
        yield target


def _stem(name: str) -> str:
    suffix = next((each for each in ARCHIVE_SUFFIXES if name.casefold().endswith(each)), "")
    return name[: len(name) - len(suffix)] or "submissions"


def _lay_out(path: Path, kind: str, target: Path) -> None:
    left = min(MAX_BYTES, shutil.disk_usage(target).free * 9 // 10)
    try:
        for number, (name, content) in enumerate(_zip(path) if kind == "zip" else _tar(path)):
            if number >= MAX_ENTRIES:
                raise UsageError(f"{path} holds more than {MAX_ENTRIES:,} files; unpack it and name the folder")
            place = _place(target, name)
            if content is None:
                with contextlib.suppress(FileExistsError):
                    place.mkdir(parents=True)
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            most = _MAX_TOLD_BYTES if place.name == METADATA or ".git" in place.parts else MAX_ARCHIVE_BYTES + 1
            with content, _free(place).open("xb") as sink:
                while most > 0 and (chunk := content.read(min(most, 1 << 20))):
                    most -= len(chunk)
                    left -= len(chunk)
                    if left < 0:
                        raise HarnessError(f"{path} is too large to be unpacked in {target.parent}; unpack it yourself and name the folder")
                    sink.write(chunk)
    except (*_DAMAGED, OSError) as error:
        if _is_ours(error):
            raise HarnessError(f"{path} can't be unpacked in {target.parent}: {_said(error)}; make room, or unpack it yourself") from None
        raise UsageError(f"{path} is damaged ({_said(error)}); download it again") from None


def _is_ours(error: Exception) -> bool:
    """A disk that is full or broken. A wrong checksum has no number, and a place before the file's beginning is no valid argument."""
    return isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)


def _said(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)[:120] or type(error).__name__


def _zip(path: Path) -> Iterator[_Entry]:
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if entry.is_dir():
                yield _zip_name(entry), None
            elif stat.S_IFMT(entry.external_attr >> 16) in (0, stat.S_IFREG):  # a link leads nowhere good
                yield _zip_name(entry), archive.open(entry)


def _zip_name(entry: zipfile.ZipInfo) -> str:
    """The entry's name. Without the flag for UTF-8 it is in whatever the packer's machine used: UTF-8 all the same, or Korean Windows'."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    try:
        return _decoded(entry.filename.encode("cp437")) or entry.filename
    except UnicodeError:
        return entry.filename


class _WholeTar(tarfile.TarInfo):
    """For tarfile a header that is cut off or damaged is as good an end as any: half a class would look like all of it."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile)
        except HeaderError as error:
            ended = type(error).__name__ == "EOFHeaderError"  # a block of zeros, the true end; the class itself is no public name
            if ended or tarfile.offset == 0:  # or no tar at all, or compressed otherwise
                raise
            raise EOFError(f"it ends in the middle: {error}") from None


def _tar(path: Path) -> Iterator[_Entry]:
    with tarfile.open(path, "r:*", errors="surrogateescape", encoding="utf-8", tarinfo=_WholeTar) as archive:
        for entry in archive:
            name = _decoded(entry.name.encode("utf-8", "surrogateescape")) or entry.name
            if entry.isdir():
                yield name, None
            elif entry.isreg():
                yield name, archive.extractfile(entry)
        rest = _MAX_PADDING_BYTES  # what compressed it proves the contents at its own end, behind the tar's
        while archive.fileobj is not None and (padding := archive.fileobj.read(1 << 20)):
            rest -= len(padding)
            if rest < 0:
                raise EOFError("it goes on behind its end")


def _decoded(name: bytes) -> str | None:
    for encoding in ("utf-8", "cp949"):
        with contextlib.suppress(UnicodeError):
            return name.decode(encoding)
    return None


def _place(target: Path, name: str) -> Path:
    """Where an entry goes: below `target`, whatever it is called, and not below a file."""
    words = [word for word in name.replace("\\", "/").split("/") if word not in ("", ".")]
    parts = [_component(word) for word in words] or ["_"]
    while len(parts) > 2 and len("/".join(parts).encode()) > _PATH_BYTES:  # the first says whose it is, the last what it is
        del parts[1]
    place = target
    for part in parts[:-1]:
        place = _free(place / part, folder=True)
    return place / parts[-1]


def _component(word: str) -> str:
    """A name that every file system takes; another one for each word."""
    stem, suffix = os.path.splitext(word)
    short = word if len(word.encode("utf-8", "replace")) <= _COMPONENT_BYTES else stem[: _COMPONENT_BYTES // 8] + suffix[:10]
    clean = clean_name(short)
    if clean == word:
        return word
    stem, suffix = os.path.splitext(clean)
    return f"{stem}~{hashlib.sha256(word.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}{suffix}"


def _free(place: Path, *, folder: bool = False) -> Path:
    """The place, or "gemm (2).cu" beside it: where nothing is yet, or for a folder no file."""
    for number in range(1, _MAX_ALIKE):
        name = f"{place.stem} ({number}){place.suffix}" if number > 1 else place.name
        there = place.with_name(name)
        if not there.exists() or (folder and there.is_dir()):
            return there
    raise UsageError(f"{show(place.name)} is in the archive {_MAX_ALIKE} times; unpack it yourself and name the folder")
