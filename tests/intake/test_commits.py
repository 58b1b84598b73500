"""The time of a clone's last commit, with nothing that the clone itself says being run or believed."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

import grader.intake.commits as module
from grader.intake.commits import last_commit
from tests.intake.making import clone

NOON = dt.datetime(2026, 3, 1, 3, tzinfo=dt.UTC)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return clone(tmp_path / "gemm-ann")


def git(folder: Path, *words: str) -> None:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", "-c", "safe.directory=*", *words], cwd=folder, env=environment, check=True, capture_output=True)


def test_loose_and_packed(repository: Path) -> None:
    assert last_commit(repository) == NOON
    git(repository, "gc", "-q")
    git(repository, "pack-refs", "--all")
    assert not (repository / ".git/refs/heads/main").exists()
    assert last_commit(repository) == NOON


def test_a_detached_head(repository: Path) -> None:
    git(repository, "checkout", "-q", "--detach")
    assert last_commit(repository) == NOON


def test_nothing_of_the_clone_runs(repository: Path, tmp_path: Path) -> None:
    told = tmp_path / "told"
    trap = f"touch {told}"
    (repository / ".git/config").write_text(
        "[core]\n\trepositoryformatversion = 0\n"
        f'\tfsmonitor = "{trap}"\n\thooksPath = {repository}\n\tpager = "{trap}"\n\tsshCommand = "{trap}"\n'
        f'[gpg]\n\tprogram = "{repository}/trap"\n[log]\n\tshowSignature = true\n[include]\n\tpath = {repository}/more\n'
        f'[filter "x"]\n\tsmudge = "{trap}"\n[alias]\n\tcat-file = "!{trap}"\n'
    )
    for name in ("trap", "post-checkout", "more"):
        (repository / name).write_text(f"#!/bin/sh\n{trap}\n")
        (repository / name).chmod(0o755)
    (repository / ".gitattributes").write_text("* filter=x\n")
    assert last_commit(repository) == NOON
    assert not told.exists()


def test_another_owner_s_clone(repository: Path) -> None:
    """git itself refuses those, which all of a batch's may be."""
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "65534", str(repository)], check=True)
    assert last_commit(repository) == NOON


@pytest.mark.parametrize(
    "head",
    [
        "",
        "ref: refs/heads/gone",
        "ref: ../../secret",
        "ref: refs/../../x",
        "0" * 40,
        "ref: /etc/passwd",
        "\udcff",
        "ref: refs/heads/" + "a" * 5000,
    ],
)
def test_heads_that_lead_nowhere(repository: Path, head: str) -> None:
    (repository / ".git/HEAD").write_bytes(head.encode("utf-8", "surrogateescape"))
    assert last_commit(repository) is None


def test_what_is_no_clone(tmp_path: Path, repository: Path) -> None:
    assert last_commit(tmp_path) is None
    (tmp_path / "worktree").mkdir()
    (tmp_path / "worktree/.git").write_text(f"gitdir: {repository}/.git\n")
    assert last_commit(tmp_path / "worktree") is None
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked/.git").symlink_to(repository / ".git")
    assert last_commit(tmp_path / "linked") is None
    shutil.rmtree(repository / ".git/objects")
    assert last_commit(repository) is None


def object_of(repository: Path, content: bytes) -> None:
    """HEAD is a commit with this content."""
    data = b"commit %d\0" % len(content) + content
    name = hashlib.sha1(data).hexdigest()
    place = repository / ".git/objects" / name[:2] / name[2:]
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(zlib.compress(data))
    (repository / ".git/HEAD").write_text(name)


def test_times_that_are_none(repository: Path) -> None:
    for time in (b"x +0000", b"9" * 30 + b" +0000", b"-1 +0000 1 +0000", b""):
        object_of(repository, b"tree " + b"0" * 40 + b"\nauthor a <a> 1 +0000\ncommitter a <a> " + time + b"\n\nm\n")
        assert last_commit(repository) is None


def test_a_message_is_no_header(repository: Path) -> None:
    object_of(repository, b"tree " + b"0" * 40 + b"\nauthor a <a> 1 +0000\ncommitter a <a> 1772334000 +0000\n\ncommitter a <a> 5 +0000\n")
    assert last_commit(repository) == NOON


def test_an_object_that_is_huge(repository: Path) -> None:
    object_of(repository, b"tree " + b"0" * 40 + b"\ncommitter a <a> 1772334000 +0000\n\n" + b"x" * (64 << 20))
    assert last_commit(repository) is None


def test_git_that_hangs_ends(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LIMIT_S", 0.5)
    (repository / ".git/objects/info").mkdir(exist_ok=True)
    os.mkfifo(repository / ".git/objects/info/alternates")
    assert last_commit(repository) is None


def test_without_git(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert last_commit(repository) is None
