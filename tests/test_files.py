"""Written aside and renamed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.errors import HarnessError
from grader.files import write_atomically


def test_the_new_content_under_the_old_name_and_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("old")
    write_atomically(file, b"new")
    mask = os.umask(0)
    os.umask(mask)
    assert file.read_bytes() == b"new" and os.listdir(tmp_path) == ["a.json"] and file.stat().st_mode & 0o777 == 0o666 & ~mask


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="name another place"):
        write_atomically(tmp_path / "nowhere" / "a.json", b"x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(HarnessError):
        write_atomically(tmp_path / "folder", b"x")
    assert os.listdir(tmp_path) == ["folder"], "nothing is left beside it"
