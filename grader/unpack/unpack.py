"""Unpack, the stage: a path and the names that the assignment asks for -> Source, or a SubmissionError that says what to do."""

from __future__ import annotations

import difflib
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from grader.assignment import Assignment
from grader.errors import HarnessError, SubmissionError
from grader.records import Source
from grader.unpack.archives import members_of
from grader.unpack.members import MAX_ARCHIVE_BYTES, MAX_MEMBERS, NOTEBOOK, Member, bad_archive, most_bytes, show, too_large, too_many
from grader.unpack.text import source_text

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
JUNK = {".DS_Store", "Thumbs.db", "desktop.ini"}
SKIPPED_FOLDERS = {"__MACOSX", ".git", "__pycache__", ".vscode", ".idea", ".ipynb_checkpoints"}
_MAX_DEPTH = 8


def unpack(path: Path, assignment: Assignment) -> Source:
    """The student's files of one submission: a file of the assignment itself, a folder, a zip or a tar (plain, gz, bz2, xz). An assignment
    of one file takes the only file of that kind under whatever name (`Source.renamed`).

    Raises SubmissionError with MISSING_FILE (absent, misnamed, ambiguous), BAD_ARCHIVE (damaged, unsafe, too large, not text) or
    BAD_NOTEBOOK.
    """
    if not path.exists():
        raise SubmissionError(f"{path.name} doesn't exist; check the path")
    if path.is_dir():
        members = list(_folder(path))
    elif path.is_file():
        members = _file(path, assignment)
    else:
        raise bad_archive(f"{path.name} is neither a file nor a folder; submit {_wanted(assignment)} or an archive of it")
    members = [m for m in members if not _junk(m.name)]
    if not members:
        raise SubmissionError(f"{path.name} is empty; it must hold {_wanted(assignment)}")
    meant = _only_one(members, assignment)
    chosen = meant or {name: _choose(name, members) for name in assignment.files}
    files = {name: _content(name, member) for name, member in chosen.items()}
    taken = {member.name for member in chosen.values()}
    ignored = tuple(show(m.name) for m in members if m.name not in taken)[:50]
    renamed = show(next(iter(meant.values())).name) if meant else ""
    return Source(files=files, ignored=ignored, digest=digest_of_files(files), renamed=renamed)


def _content(name: str, member: Member) -> bytes:
    """A source file as it is; of a notebook its cells' texts."""
    if not name.endswith(NOTEBOOK):
        return source_text(name, member.read())
    from grader.notebook.cells import slim

    return slim(member.read(), name)


def digest_of_files(files: Mapping[str, bytes]) -> str:
    """sha256 over names and contents, in whichever order they are given: `Source.digest`."""
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _wanted(assignment: Assignment) -> str:
    return " and ".join(assignment.files)


def _junk(name: str) -> bool:
    parts = PurePosixPath(name).parts
    if not parts:  # a member with no name: tar can hold one
        return True
    return parts[-1] in JUNK or any(part in SKIPPED_FOLDERS for part in parts[:-1])


def _file(path: Path, assignment: Assignment) -> list[Member]:
    try:
        if path.stat().st_size > MAX_ARCHIVE_BYTES:
            if path.suffix.lower() == NOTEBOOK:
                raise too_large(path.name)
            raise bad_archive(f"{path.name} is larger than {MAX_ARCHIVE_BYTES >> 20} MiB; submit only {_wanted(assignment)}")
        data = path.read_bytes()
    except OSError as error:
        raise HarnessError(f"can't read {path}: {error.strerror}; check its permissions") from None
    suffixed = path.name.lower().endswith(ARCHIVE_SUFFIXES)
    if path.name in {PurePosixPath(name).name for name in assignment.files} or not suffixed:
        # A source file. Its content decides nothing: an archive under the name gemm.cu is a binary gemm.cu.
        if not suffixed and (members := _unnamed_archive(path, data, assignment)) is not None:
            return members
        return [Member(path.name, len(data), partial(_bounded, path.name, data))]
    if not data:
        raise bad_archive(f"{path.name} is empty (0 bytes); pack {_wanted(assignment)} into it again")
    members = members_of(data)
    if members is None:
        raise bad_archive(f"{path.name} is no archive in spite of its name; submit {_wanted(assignment)} or a zip or tar of it")
    return members


def _unnamed_archive(path: Path, data: bytes, assignment: Assignment) -> list[Member] | None:
    """A learning platform may drop the suffix: an archive under a name that isn't a source file's is still read."""
    wanted = {PurePosixPath(name).suffix for name in assignment.files}
    return None if path.suffix in wanted else members_of(data)


def _bounded(name: str, data: bytes) -> bytes:
    if len(data) > most_bytes(name):
        raise too_large(name)
    return data


def _folder(root: Path) -> Iterator[Member]:
    """Regular files below a folder, links not followed; a link is told only if it has a wanted name (see _read_file)."""
    count = 0
    stack = [root]
    while stack:
        folder = stack.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda e: e.name)
        except OSError as error:
            raise HarnessError(f"can't read {folder}: {error.strerror}; check its permissions") from None
        for entry in entries:
            relative = os.path.relpath(entry.path, root).replace(os.sep, "/")
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in SKIPPED_FOLDERS and relative.count("/") < _MAX_DEPTH:
                    stack.append(Path(entry.path))
                continue
            count += 1
            if count > MAX_MEMBERS:
                raise too_many()
            yield Member(relative, entry.stat(follow_symlinks=False).st_size, partial(_read_file, entry.path, relative))


def _read_file(path: str, name: str) -> bytes:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if os.path.islink(path):
            raise bad_archive(f"{show(name)} is a symbolic link; submit the file itself instead") from None
        raise HarnessError(f"can't read {path}: {error.strerror}; check its permissions") from None
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise bad_archive(f"{show(name)} is not a regular file; submit the file itself instead")
        return _bounded(name, file.read(most_bytes(name) + 1))


def _only_one(members: list[Member], assignment: Assignment) -> dict[str, Member]:
    """The member that must be meant by an assignment's only file, if none has its name: the only one with its suffix. {} if there is
    none."""
    if len(assignment.files) != 1:
        return {}
    wanted = PurePosixPath(assignment.files[0])
    if any(PurePosixPath(m.name).name == wanted.name for m in members):
        return {}
    alike = [m for m in members if PurePosixPath(m.name).suffix.casefold() == wanted.suffix.casefold()]
    return {assignment.files[0]: alike[0]} if len(alike) == 1 else {}


def _choose(name: str, members: list[Member]) -> Member:
    """The one member that is meant by `name`: at the root, or below folders if there is only one such file."""
    at_root = [m for m in members if m.name == name]
    below = [m for m in members if m.name.endswith("/" + name)]
    found = at_root or below
    if len(found) == 1:
        return found[0]
    if found:
        places = ", ".join(show(m.name) for m in found[:4])
        raise SubmissionError(f"{name} is there {len(found)} times ({places}); submit it once", file=name)
    raise SubmissionError(f"{name} is missing{_hint(name, members)}", file=name)


def _hint(name: str, members: list[Member]) -> str:
    wanted = PurePosixPath(name)
    names = list(dict.fromkeys(PurePosixPath(m.name).name for m in members if "/ck/" not in f"/{m.name}"))  # our own headers
    folded = {n.casefold(): n for n in reversed(names)}
    close = difflib.get_close_matches(wanted.name.casefold(), list(folded), n=1, cutoff=0.7)
    same_kind = [n for n in names if PurePosixPath(n).suffix.casefold() == wanted.suffix.casefold()]
    candidate = folded[close[0]] if close else same_kind[0] if len(same_kind) == 1 else None
    if candidate:
        return f": found {show(candidate)}; rename it to {wanted.name}"
    return f" (found {', '.join(show(n) for n in names[:3])}{', …' if len(names) > 3 else ''}); keep the name from starter/"
