"""Contents: the parts of a hand-in -> the bytes that the gradebook keeps of it, and their file name. The same files give the same bytes.

A single file is kept as it came. A folder, or several files, become a zip in which everything is that grading could look at; what no
assignment asks for and would make it too large keeps its name and loses its content.
"""

from __future__ import annotations

import io
import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.errors import HarnessError
from grader.intake.record import Intake, Part
from grader.unpack.members import MAX_ARCHIVE_BYTES, MAX_FILE_BYTES, MAX_MEMBERS, MAX_NAME_BYTES, MAX_TOTAL_BYTES, most_bytes
from grader.unpack.unpack import ARCHIVE_SUFFIXES, JUNK, SKIPPED_FOLDERS

ZIP_NAME = "submission.zip"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MAX_DEPTH = 8
_MAX_LISTED = 20_000  # of one folder: far beyond what grading takes
_SPARE_BYTES = 4 << 20  # of what may be in an archive, left to what is asked for


def content_of(intake: Intake, wanted: set[str]) -> tuple[str, bytes]:
    """(file name, bytes). `wanted`: names of files that assignments ask for. Raises HarnessError for what can't be read."""
    files = [each for part in intake.parts for each in _files(part)]
    if len(files) == 1:
        path, name = files[0]
        low = name.casefold()
        alone = bool(intake.parts[0].name) or low.endswith(ARCHIVE_SUFFIXES)  # a folder with nothing but an archive is that archive
        if alone and not os.path.islink(path):
            return name.rpartition("/")[2] or ZIP_NAME, _read(path, MAX_ARCHIVE_BYTES + 1)
    return ZIP_NAME, _zip(files, wanted)


def _files(part: Part) -> Iterator[tuple[str, str]]:
    """(path, name within the hand-in) of every file and every link, names as an archive may hold them."""
    if not part.path.is_dir() or part.path.is_symlink():
        yield str(part.path), clean_name(part.name or part.path.name)
        return
    stack = [(part.path, 0)]
    left = _MAX_LISTED
    while stack:
        folder, depth = stack.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda each: each.name)
        except OSError as error:
            raise HarnessError(f"can't read {folder}: {error.strerror}; check its permissions") from None
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED_FOLDERS and depth < _MAX_DEPTH:
                    stack.append((Path(entry.path), depth + 1))
            elif entry.name not in JUNK and left > 0:
                left -= 1
                yield entry.path, clean_name(os.path.relpath(entry.path, part.path))


def clean_name(name: str) -> str:
    """The name as every archive may hold it: no control characters, no way out, not too long."""
    text = name.encode("utf-8", "replace").decode()
    text = "".join("_" if ord(letter) < 32 or ord(letter) == 127 else letter for letter in text).replace("\\", "/")
    words = [word if word != ".." else "__" for word in text.split("/") if word not in ("", ".")]
    text = "/".join(words) or "_"
    while len(text.encode()) > MAX_NAME_BYTES:  # the end says what kind it is
        text = text[1 + (len(text) - MAX_NAME_BYTES // 4) // 2 :].lstrip("/") or "_"
    if text[1:2] == ":":
        text = f"{text[0]}_{text[2:]}"
    return text


def _zip(files: Sequence[tuple[str, str]], wanted: set[str]) -> bytes:
    suffixes = {os.path.splitext(name)[1] for name in wanted}

    def asked(name: str) -> bool:
        return name.rpartition("/")[2] in wanted or os.path.splitext(name)[1] in suffixes

    buffer = io.BytesIO()
    total = 0  # beyond what grading takes, names alone are kept: it refuses the whole, and says why
    taken: set[str] = set()
    # what is asked for comes first, so that nothing else can push it out
    ordered = sorted(files, key=lambda each: (not asked(each[1]), each[1]))[: MAX_MEMBERS + 1]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path, name in ordered:
            if name in taken:
                continue
            taken.add(name)
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            content = b""
            if os.path.islink(path):
                if name.rpartition("/")[2] not in wanted:
                    continue
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16  # grading says what is wrong with it
            elif name.rpartition("/")[2] in wanted and not _is_regular(path):
                entry.external_attr = (stat.S_IFIFO | 0o644) << 16  # the same
            elif asked(name):
                content = _read(path, min(most_bytes(name), max(0, MAX_TOTAL_BYTES - total)) + 1)
            elif total < MAX_TOTAL_BYTES - _SPARE_BYTES and _size(path) <= min(MAX_FILE_BYTES, MAX_TOTAL_BYTES - _SPARE_BYTES - total):
                content = _read(path, MAX_FILE_BYTES)
            total += len(content)
            archive.writestr(entry, content)
    return buffer.getvalue()


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path, follow_symlinks=False).st_mode)
    except OSError:
        return True  # reading it tells what is wrong


def _size(path: str) -> int:
    try:
        status = os.stat(path, follow_symlinks=False)
    except OSError:
        return 0
    return status.st_size if stat.S_ISREG(status.st_mode) else MAX_TOTAL_BYTES


def _read(path: str, most: int) -> bytes:
    """The first so many bytes of a regular file; nothing of what is none, which grading would refuse too."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(most) if stat.S_ISREG(os.fstat(descriptor).st_mode) else b""
    except OSError as error:
        if os.path.islink(path):
            return b""
        raise HarnessError(f"can't read {path}: {error.strerror}; check its permissions") from None
