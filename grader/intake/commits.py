"""Commits: a student's clone -> the time of its last commit, with nothing of the clone's own configuration in force.

A repository can name programs in its .git/config that git would run (core.fsmonitor, hooks, filters, signatures). So git never works in
it: HEAD is resolved here, and the commit is read through an empty repository of ours that borrows only its objects.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import resource
import subprocess
import tempfile
from pathlib import Path

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_REFERENCE = re.compile(r"refs/[A-Za-z0-9_][A-Za-z0-9_./+@-]{0,250}")
_COMMITTER = re.compile(rb"^committer .*> (-?\d{1,11}) [+-]\d{4}$", re.M)
_LIMIT_S = 20.0
_MAX_BYTES = 4 << 20
_MAX_MEMORY_BYTES = 2 << 30


def last_commit(clone: Path) -> dt.datetime | None:
    """In UTC; None if there is no commit, or nothing here that git can read."""
    folder = clone / ".git"
    if folder.is_symlink() or not folder.is_dir():
        return None
    commit = head_of(folder)
    text = _object(folder / "objects", commit) if commit else b""
    found = _COMMITTER.search(text.partition(b"\n\n")[0])
    if found is None:
        return None
    try:
        return dt.datetime.fromtimestamp(int(found[1]), dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None


def head_of(folder: Path) -> str | None:
    """The commit that HEAD means: by itself, through a reference's file, or packed-refs."""
    head = _text(folder / "HEAD").strip()
    if _HASH.fullmatch(head):
        return head
    name = head.removeprefix("ref:").strip()
    if not head.startswith("ref:") or not _REFERENCE.fullmatch(name) or ".." in name:
        return None
    loose = _text(folder / name).strip()
    if _HASH.fullmatch(loose):
        return loose
    for line in _text(folder / "packed-refs").splitlines():
        hash, _, reference = line.partition(" ")
        if reference == name and _HASH.fullmatch(hash):
            return hash
    return None


def _object(objects: Path, commit: str) -> bytes:
    """A commit's text. b"" if it can't be had."""
    form = "sha256" if len(commit) == 64 else "sha1"
    with tempfile.TemporaryDirectory(prefix="warpgrade-git-") as ours:
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": ours,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_ALLOW_PROTOCOL": "",
            "GIT_OBJECT_DIRECTORY": str(objects.resolve()),
        }
        repository = Path(ours, "git")
        (repository / "objects").mkdir(parents=True)
        (repository / "refs").mkdir()
        (repository / "HEAD").write_text("ref: refs/heads/main\n")
        version = 1 if form == "sha256" else 0
        extension = f"[extensions]\n\tobjectformat = {form}\n" if version else ""
        (repository / "config").write_text(f"[core]\n\trepositoryformatversion = {version}\n\tbare = true\n{extension}")
        command = ["git", f"--git-dir={repository}", "cat-file", "commit", commit]
        answer = Path(ours, "commit")
        try:
            with answer.open("wb") as out:
                subprocess.run(
                    command,
                    cwd=ours,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.DEVNULL,
                    timeout=_LIMIT_S,
                    preexec_fn=_bounded,
                    check=True,
                )
            return answer.read_bytes()
        except (OSError, subprocess.SubprocessError):
            return b""


def _bounded() -> None:
    """In git's process: an object may inflate to anything, in memory first and then on its way here."""
    resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_BYTES, _MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _text(file: Path) -> str:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    with os.fdopen(descriptor, "rb") as stream:
        try:
            return stream.read(_MAX_BYTES).decode("utf-8", "replace")
        except OSError:
            return ""
