"""Files that a command leaves for people: contents -> a file or a folder, written aside and renamed, never over what is there unasked."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from grader.errors import HarnessError
from grader.files import write_atomically
from grader.toolchain import UsageError


def write_one(path: Path, content: bytes, *, force: bool) -> Path:
    """The path. Raises UsageError if something is there and `force` is not given, HarnessError if the place can't be written."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it")
    if not force and (path.exists() or path.is_symlink()):
        raise UsageError(f"{path} is there already; name another file, or write over it with --force")
    _folder(path.parent)
    write_atomically(path, content)
    return path


def write_many(folder: Path, files: Mapping[str, bytes], *, force: bool) -> Path:
    """The folder, with all of the files or, if it is new, not there at all. With `force` they are written into a folder that has others.
    Raises UsageError if there is something in it otherwise."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()):
        if not force:
            raise UsageError(f"{folder} has files already; name another folder, or write over them with --force")
        for name, content in files.items():
            _folder((folder / name).parent)
            write_atomically(folder / name, content)
        return folder
    _folder(folder.absolute().parent)
    aside = folder.absolute().parent / f".{folder.name[:40]}.{os.getpid()}.{secrets.token_hex(4)}"
    try:
        for name, content in files.items():
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            (aside / name).write_bytes(content)
        if folder.is_dir():
            folder.rmdir()
        aside.rename(folder)
    except OSError as error:
        raise HarnessError(f"{folder} can't be written: {error.strerror or error}; name another place") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HarnessError(f"{folder} can't be made: {error.strerror or error}; name another place") from None
