"""Collect: the folders that a command wrote to -> files of the judge's own, and a list of what its home looked like. Believes nothing: no
link is followed, every number is bounded, a name that isn't plain is left behind."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path
from typing import Literal

import msgspec

from grader.records import Record

MAX_OUTPUTS = 2000
MAX_OUTPUT_BYTES = 64 << 20
MAX_ENTRIES = 5000
MAX_TEXT_BYTES = 64 << 10  # of one file in a home
MAX_TEXTS_BYTES = 4 << 20  # of all
MAX_HASHED_BYTES = 16 << 20
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DEPTH = 4

Kind = Literal["file", "folder", "link", "other"]


class Entry(Record, frozen=True, kw_only=True):
    """One thing in a home, as lstat tells it."""

    kind: Kind
    mode: int  # permission bits, set-user-ID and the like included
    size: int = 0
    sha256: str = ""  # of a file up to 16 MiB
    target: str = ""  # of a link
    text: str | None = None  # of a file up to 64 KiB that is UTF-8
    links: int = 1  # names of a file
    inode: int = 0  # the same number: the same file under two names


class Home(Record, frozen=True, kw_only=True):
    """A home after its command. `entries`: path below it -> what is there; "." is the home itself."""

    entries: dict[str, Entry]
    more: bool = False  # there were more than are listed


def outputs(folder: Path, kept: Path) -> dict[str, str]:
    """Copies what lies in /out: relative name -> path of the copy."""
    found: dict[str, str] = {}
    total = 0
    for path, relative in _walk(folder):
        parts = relative.split("/")
        if len(parts) > _DEPTH or not all(_NAME.fullmatch(part) for part in parts) or len(found) >= MAX_OUTPUTS:
            continue
        content = _read(path, MAX_OUTPUT_BYTES - total)
        if content is None:
            continue
        total += len(content)
        copy = kept / f"{len(found)}.out"
        copy.write_bytes(content)
        found[relative] = str(copy)
    return found


def home(folder: Path) -> Home:
    """What a home looks like. Unreadable parts are listed and not entered."""
    entries: dict[str, Entry] = {".": Entry(kind="folder", mode=stat.S_IMODE(os.lstat(folder).st_mode))}
    texts = 0
    for path, relative in _walk(folder, everything=True):
        if len(entries) > MAX_ENTRIES:
            return Home(entries=entries, more=True)
        try:
            status = os.lstat(path)
        except OSError:
            continue
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISLNK(status.st_mode):
            entries[relative] = Entry(kind="link", mode=mode, target=os.fsencode(os.readlink(path)).decode("utf-8", "replace"))
        elif stat.S_ISDIR(status.st_mode):
            entries[relative] = Entry(kind="folder", mode=mode)
        elif stat.S_ISREG(status.st_mode):
            content = _read(path, MAX_HASHED_BYTES) if status.st_size <= MAX_HASHED_BYTES else None
            text = _text(content) if content is not None and texts + len(content) <= MAX_TEXTS_BYTES else None
            texts += len(content or b"") if text is not None else 0
            digest = hashlib.sha256(content).hexdigest() if content is not None else ""
            entries[relative] = Entry(
                kind="file", mode=mode, size=status.st_size, sha256=digest, text=text, links=status.st_nlink, inode=status.st_ino
            )
        else:
            entries[relative] = Entry(kind="other", mode=mode)
    return Home(entries=entries)


def encoded(found: Home) -> bytes:
    """As it is kept with the run. Inode numbers become small ones: the same files, the same bytes on every machine."""
    numbers: dict[int, int] = {}
    entries = {
        name: msgspec.structs.replace(each, inode=numbers.setdefault(each.inode, len(numbers) + 1)) if each.kind == "file" else each
        for name, each in sorted(found.entries.items())
    }
    return msgspec.json.encode(msgspec.structs.replace(found, entries=entries))


def _walk(folder: Path, everything: bool = False) -> list[tuple[str, str]]:
    """(path, name below `folder`), sorted; names that aren't UTF-8 with replacement marks. Bounded."""
    found: list[tuple[str, str]] = []
    waiting = [str(folder)]
    while waiting and len(found) <= 4 * MAX_ENTRIES:
        at = waiting.pop()
        try:
            with os.scandir(at) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in listed:
            relative = os.fsencode(os.path.relpath(entry.path, folder)).decode("utf-8", "replace")
            inside = entry.is_dir(follow_symlinks=False)
            if everything or not inside:
                found.append((entry.path, relative))
            if inside:
                waiting.append(entry.path)
    return sorted(found, key=lambda pair: pair[1])


def _read(path: str, most: int) -> bytes | None:
    """A regular file's content if it has no more than `most` bytes; no link is followed, nothing is waited for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        content = file.read(most + 1)
    return content if len(content) <= most else None


def _text(content: bytes) -> str | None:
    if len(content) > MAX_TEXT_BYTES or b"\0" in content:
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None
