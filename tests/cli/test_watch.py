"""Watching: every change of content once, however an editor writes; no change where there is none. Time passes as the test says."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from grader.cli.watch import changes


def seen(file: Path, script: list[Callable[[], object] | None], count: int) -> list[str]:
    """The contents at the first `count` changes, while one step of the script is done at each sleep."""
    steps = iter(script)

    def sleep(seconds: float) -> None:
        step = next(steps, None)
        if step:
            step()

    return [file.read_text() if file.exists() else "(gone)" for _ in islice(changes(lambda: [file], sleep=sleep), count)]


def test_a_change_is_told_once_and_a_save_without_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "gemm.cu"
    file.write_text("old")
    script = [lambda: file.write_text("old"), None, lambda: file.write_text("new"), None, None, lambda: file.write_text("newer")]
    assert seen(file, script, 2) == ["new", "newer"]


def test_halves_are_waited_out(tmp_path: Path) -> None:
    file = tmp_path / "gemm.cu"
    file.write_text("old")
    script = [lambda: file.write_text(""), lambda: file.write_text("ne"), lambda: file.write_text("new"), None]
    assert seen(file, script, 1) == ["new"]


def test_an_editor_that_removes_and_renames(tmp_path: Path) -> None:
    file, aside = tmp_path / "gemm.cu", tmp_path / ".gemm.cu.swp"
    file.write_text("old")
    aside.write_text("new")
    assert seen(file, [file.unlink, None, lambda: aside.rename(file), None], 1) == ["new"]


def test_a_file_that_comes_and_one_that_stays_away(tmp_path: Path) -> None:
    file = tmp_path / "gemm.cu"
    assert seen(file, [None, lambda: file.write_text("first"), None, None, file.unlink], 2) == ["first", "(gone)"]


def test_back_to_what_it_was_is_no_change(tmp_path: Path) -> None:
    file = tmp_path / "gemm.cu"
    file.write_text("old")
    script = [lambda: file.write_text("half"), lambda: file.write_text("old"), None, None, lambda: file.write_text("new"), None]
    assert seen(file, script, 1) == ["new"]
