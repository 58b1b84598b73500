"""The task of the comparison with other graders: our side grades it, and what the others get is the same task."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

import pytest

from benchmarks import peers_python, python_task
from benchmarks.python_ours import main


def test_our_side_gives_full_marks_and_takes_the_same_point(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = peers_python.Ours(tmp_path, Path(), 1)
    assert [ours.points(place) for place in ("right", "wrong")] == [peers_python.FULL, peers_python.LESS]
    for name, text in {"broken.py": "def mean(", "chatty.py": python_task.SOLUTION + "print('{}')\n"}.items():
        (tmp_path / name).write_text(text)
    main(tmp_path, [tmp_path / "broken.py", tmp_path / "chatty.py"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("broken.py 0/5") and lines[1] == "chatty.py 5/5 PASSED" and "isolation: local" in lines[2]


@pytest.mark.parametrize(("solution", "passed"), [(python_task.SOLUTION, 5), (python_task.WRONG, 4)])
def test_the_peers_get_the_same_checks(tmp_path: Path, solution: str, passed: int) -> None:
    python_task.for_nbgrader(tmp_path, 2, solution)
    notebook = json.loads((tmp_path / "submitted" / "s01" / "task" / "task.ipynb").read_text())
    first, *graded = ["".join(cell["source"]) for cell in notebook["cells"]]
    scope: dict[str, object] = {}
    exec(first, scope)
    right = 0
    for cell in graded:
        with contextlib.suppress(AssertionError):
            exec(cell, scope)
            right += 1
    assert right == passed and len(graded) == 5
    python_task.for_otter(tmp_path / "otter", solution)
    assert sorted(file.stem for file in (tmp_path / "otter" / "tests").iterdir()) == sorted(python_task.CHECKS)


def test_the_table() -> None:
    spent = [peers_python.Spent(cpu_s, 2 * cpu_s, "") for cpu_s in (1.0, 3.0, 2.0)]
    text = peers_python.table([("a", spent, spent, "none"), ("b", spent, [], "some")], 20)
    assert "| a | 2.000 (1.000 – 3.000) | 4.000 (2.000 – 6.000) | 0.100 (0.050 – 0.150) | 0.200 (0.100 – 0.300) | none |" in text
    assert "| b | 2.000 (1.000 – 3.000) | 4.000 (2.000 – 6.000) | one a process |  | some |" in text


def test_a_tool_that_fails_does_not_look_fast(tmp_path: Path) -> None:
    with contextlib.redirect_stderr(io.StringIO()), pytest.raises(SystemExit, match="ended with 3"):
        peers_python.spend(["sh", "-c", "exit 3"], tmp_path, {"PATH": "/bin:/usr/bin"})
