"""`make wheel`, what students install: it has no answer in it, and works in a clean environment. Slow: compiles and installs."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.assignment import load_assignment
from grader.course import bundled_course, slugs
from grader.fences import COMMENTS, inside
from grader.libraries import LIBRARIES
from grader.release import leaks

ROOT = Path(__file__).resolve().parents[1]
OURS = bundled_course()
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel() -> Iterator[Path]:
    """The file that `make wheel` makes, in a folder that a sandbox's user can read."""
    done = subprocess.run(["make", "wheel"], cwd=ROOT, capture_output=True, text=True, timeout=3000, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = (ROOT / "dist").glob("*.whl")
    yield file


def test_it_has_no_answer_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    course = {name: content for name, content in files.items() if name.startswith("grader/course/")}
    assert {name.split("/")[3] for name in course if name.startswith("grader/course/assignments/") and name.count("/") > 3} == set(
        slugs(OURS)
    )
    assert not [name for name in files if "test_hidden" in name or "/reference/" in name or "mutants" in name]
    # `grader new` brings a reference and a mutant of its own, of no assignment
    searched = {name: content for name, content in files.items() if not name.startswith("grader/scaffold/")}
    assert leaks(searched, [load_assignment(OURS.assignments / slug, OURS) for slug in slugs(OURS)]) == []


def test_no_line_from_inside_a_fence_is_in_it(wheel: Path) -> None:
    """Said once more without our own search for leaks: not two lines of a solution in a row, in any file of the course."""
    with zipfile.ZipFile(wheel) as archive:
        course = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist() if name.startswith("grader/course/")}
    text = "\n".join("\n".join(line.strip() for line in content.splitlines() if line.strip()) for content in course.values())
    pairs = 0
    for slug in slugs(OURS):
        assignment = load_assignment(OURS.assignments / slug, OURS)
        for name in assignment.files:
            reference = assignment.reference / name
            if reference.suffix not in COMMENTS or "BEGIN SOLUTION" not in reference.read_text(encoding="utf-8"):
                continue
            lines = [line.strip() for _, line in inside(reference.read_text(encoding="utf-8"), name, "SOLUTION") if len(line.strip()) > 20]
            pairs += len(lines)
            assert [(a, b) for a, b in itertools.pairwise(lines) if f"{a}\n{b}" in text and not a.startswith(("//", "#"))] == [], slug
    assert pairs > 50


def test_what_stands_in_for_libraries_is_in_it(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    wanted = {str(file.relative_to(ROOT)) for library in LIBRARIES.values() for file in library.files()}
    assert len(wanted) > 10 and wanted <= names


def test_a_starter_is_graded_in_a_clean_environment(wheel: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("GRADER_", "PYTEST_", "PYTHON", "VIRTUAL"))
        }
        environment |= {"GRADER_LANG": "en", "GRADER_CACHE": f"{made}/cache", "GRADER_DATA": f"{made}/data"}

        def run(*command: str, status: int = 0) -> str:
            done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=1800, check=False)
            assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
            return done.stdout

        run(sys.executable, "-m", "venv", "venv")
        run("venv/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", str(wheel))
        grader = "venv/bin/grader"
        assert "09_gemm" in run(grader, "list")
        run(grader, "start", "gemm", "work")
        assert run(grader, "check", "work", "-q", status=1).startswith("0/60  KERNEL_NOT_RUN")
        assert run(grader, "grade", "gemm", "work/gemm.cu", "-q", status=1).startswith("0/60  KERNEL_NOT_RUN")
        (folder / "work" / "gemm.cu").write_bytes((ROOT / "reference/09_gemm/naive.cu").read_bytes())
        assert run(grader, "check", "work", "-q", status=1).startswith("40/60  UNCOALESCED")
