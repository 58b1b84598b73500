"""Scratch folders: where they lie, and that nothing of a killed judge stays."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader import scratch
from grader.owners import is_orphan, owned_name


@pytest.fixture(autouse=True)
def fresh():
    scratch.scratch_parent.cache_clear()
    yield
    scratch.scratch_parent.cache_clear()


def test_a_scratch_folder_lets_through_and_goes(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "scratch_parent", lambda: tmp_path)
    with scratch.scratch_folder() as folder:
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o711
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_bytes(b"x")
    assert not folder.exists()


def test_it_goes_after_an_error_too(tmp_path, monkeypatch):
    monkeypatch.setattr(scratch, "scratch_parent", lambda: tmp_path)
    with pytest.raises(ValueError), scratch.scratch_folder():
        raise ValueError
    assert not list(tmp_path.iterdir())


def test_tmpdir_is_obeyed(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(scratch, "_has_room", lambda folder: True)
    assert scratch.scratch_parent() == tmp_path


@pytest.mark.parametrize("room", [True, False])
def test_memory_is_used_where_there_is_room(room, tmp_path, monkeypatch):
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir()
    disk.mkdir()
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(disk))
    monkeypatch.setattr(scratch, "_SHARED_MEMORY", memory)
    monkeypatch.setattr(scratch, "_ENOUGH_MIB", 0 if room else 1 << 40)
    monkeypatch.setattr(scratch, "_SPARE_MIB", 0)
    assert scratch.scratch_parent() == (memory if room else disk)


@pytest.mark.parametrize("flag", [os.ST_NOEXEC, 0])
def test_not_where_programs_cannot_run(flag, tmp_path, monkeypatch):
    real = os.statvfs(tmp_path)
    status = os.statvfs_result([*real[:8], flag, *real[9:]])
    monkeypatch.setattr(scratch.os, "statvfs", lambda folder: status)
    monkeypatch.setattr(scratch, "_ENOUGH_MIB", 0)
    monkeypatch.setattr(scratch, "_SPARE_MIB", 0)
    assert scratch._has_room(tmp_path) is (flag == 0)


def test_a_killed_judges_folder_is_removed_and_others_stay(tmp_path, monkeypatch):
    code = """
import sys, time
from pathlib import Path
from grader import scratch
scratch.scratch_parent = lambda: Path(sys.argv[1])
with scratch.scratch_folder() as folder:
    (folder / "big").write_bytes(b"x" * 1000)
    print(folder, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True) as judge:
        left = Path(judge.stdout.readline().strip())
        assert left.is_dir()
        assert not is_orphan(left.name)
        judge.send_signal(signal.SIGKILL)
        judge.wait()
    for _ in range(100):
        if is_orphan(left.name):
            break
        time.sleep(0.02)
    (tmp_path / "warpgrade-notes").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / f"{owned_name()}-mine").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(scratch.tempfile, "gettempdir", lambda: str(tmp_path))
    scratch.scratch_parent()
    assert {path.name for path in tmp_path.iterdir()} == {"warpgrade-notes", "other", f"{owned_name()}-mine"}


@pytest.mark.parametrize("name", ["warpgrade", "warpgrade-1-2", "other-1-2-3-4", "warpgrade-x-y-z-w", ""])
def test_what_is_nobodys_orphan(name):
    assert not is_orphan(name)


def test_what_this_process_makes_is_no_orphan():
    assert not is_orphan(f"{owned_name()}-1")
