"""Gather: a path -> what there is to look at: a source, the sources of a folder, or a built program. Links aren't followed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from grader.errors import HarnessError
from grader.look.look import CODE, LARGEST_PROGRAM_BYTES
from grader.look.tokens import LARGEST_BYTES
from grader.toolchain import UsageError

MOST_FILES = 200
DEEPEST = 8
SKIPPED = {".git", "__pycache__", "build", "node_modules"}


def gathered(path: Path) -> tuple[dict[str, bytes], bytes]:
    """Sources by name relative to a folder, and a built program or b"". Raises UsageError if there is nothing to look at, HarnessError if
    it can't be read."""
    if path.is_dir():
        files = {str(each.relative_to(path)): content for each in _sources(path) if (content := _read(each, LARGEST_BYTES + 1)) is not None}
        if not files:
            raise UsageError(f"{path} holds no source; looked for {', '.join('*' + suffix for suffix in CODE)}")
        return files, b""
    if path.suffix.lower() in CODE:
        content = _read(path, LARGEST_BYTES + 1)
        if content is None:
            raise UsageError(f"{path} is no regular file; name the source itself")
        return {path.name: content}, b""
    program = _read(path, LARGEST_PROGRAM_BYTES)
    if program is None or program[:4] != b"\x7fELF":
        raise UsageError(f"{path} is neither a source nor a built program; of an archive, say of which assignment: --assignment NAME")
    return {}, program


def _sources(root: Path) -> list[Path]:
    found: list[Path] = []
    for folder, folders, names in os.walk(root):
        deep = len(Path(folder).relative_to(root).parts)
        folders[:] = sorted(set(folders) - SKIPPED) if deep < DEEPEST else []
        found += [Path(folder, name) for name in sorted(names) if Path(name).suffix.lower() in CODE]
        if len(found) > MOST_FILES:
            raise UsageError(f"{root} holds more than {MOST_FILES} sources; name the folder of one submission")
    return found


def _read(path: Path, limit: int) -> bytes | None:
    """None of a link or of what is no regular file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if path.is_symlink():
            return None
        raise HarnessError(f"can't read {path}: {error.strerror}; check its permissions") from None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(limit) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
