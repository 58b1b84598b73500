"""Gradescope's autograder zip: unpacked and run here as Gradescope runs it, with a grader that is a stand-in."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from grader.course import Course, find_course
from grader.export.autograder import autograder_zip
from grader.run.seeds import Seed, secret_seed
from grader.toolchain import UsageError
from tests import scale_course

SEED = Seed(secret=bytes(range(32)), id="x")
WHEEL = "warpgrade-0.1.0-cp311-cp311-manylinux_2_28_x86_64.whl"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    scale_course.write_course(tmp_path / "course")
    return find_course(tmp_path / "course")


def unpacked(content: bytes, folder: Path) -> Path:
    """With modes, as unzip does it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            archive.extract(entry, folder)
            (folder / entry.filename).chmod(entry.external_attr >> 16 & 0o777)
    return folder


def test_the_zip_has_what_grading_needs_and_no_answer(course: Course, tmp_path: Path) -> None:
    (course.assignments / "01_scale" / "__pycache__").mkdir()
    (course.assignments / "01_scale" / "__pycache__" / "x.pyc").write_bytes(b"x")
    course.reference.mkdir(exist_ok=True)
    (course.reference / "secret_answer.cu").write_text("answer")
    content = autograder_zip(course, "01_scale", seed=SEED, version="0.1.0")
    assert content == autograder_zip(course, "01_scale", seed=SEED, version="0.1.0"), "the same zip for the same course"
    folder = unpacked(content, tmp_path / "out")
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"setup.sh", "run_autograder", "course/assignments/course.toml", "course/assignments/01_scale/test_hidden.py"} <= names
    assert not [name for name in names if "pycache" in name or "answer" in name]
    assert os.access(folder / "run_autograder", os.X_OK) and os.access(folder / "setup.sh", os.X_OK)
    seed = folder / "data" / "seeds" / course.id / "01_scale.seed"
    assert stat.S_IMODE(seed.stat().st_mode) == 0o600
    assert secret_seed(course.id, "01_scale", folder / "data").secret == SEED.secret, "grades there have the inputs of here"
    there = find_course(folder / "course")
    assert (
        there.id == course.id and there.include == folder / "course" / "kernels" / "include" and (there.assignments / "01_scale").is_dir()
    )


def test_the_scripts_are_shell(course: Course, tmp_path: Path) -> None:
    folder = unpacked(autograder_zip(course, "01_scale", seed=SEED, version="0.1.0"), tmp_path / "out")
    for name in ("setup.sh", "run_autograder"):
        assert subprocess.run(["bash", "-n", folder / name], capture_output=True, check=False).stderr == b""
    assert "pip install --no-cache-dir warpgrade==0.1.0" in (folder / "setup.sh").read_text()


def test_a_wheel_goes_with_the_python_that_it_is_for(course: Course, tmp_path: Path) -> None:
    wheel = tmp_path / WHEEL
    wheel.write_bytes(b"wheel")
    folder = unpacked(autograder_zip(course, "01_scale", seed=SEED, version="0.1.0", wheel=wheel), tmp_path / "out")
    setup = (folder / "setup.sh").read_text()
    assert (folder / WHEEL).read_bytes() == b"wheel" and "PYTHON=python3.11\n" in setup and f"/autograder/source/{WHEEL}" in setup


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("other-1.0-py3-none-any.whl", "is no wheel of the grader"),
        ("warpgrade-0.1.0-cp311-cp311-macosx_11_0_arm64.whl", "is for macosx_11_0_arm64; Gradescope's images are Linux on x86-64"),
        ("warpgrade-0.1.0-cp311-cp311-linux_x86_64.whl", "there is no file"),
    ],
)
def test_a_wheel_that_will_not_do(course: Course, tmp_path: Path, name: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        autograder_zip(course, "01_scale", seed=SEED, version="0.1.0", wheel=tmp_path / name)
    assert says in str(caught.value)


def test_a_sandbox_that_there_is_not(course: Course) -> None:
    with pytest.raises(UsageError, match="unknown sandbox 'docker'; known are local, none"):
        autograder_zip(course, "01_scale", seed=SEED, version="0.1.0", sandbox="docker")


@pytest.mark.parametrize(("status", "written"), [(0, True), (1, True), (2, False), (3, False), (137, False)])
def test_results_are_there_if_it_was_graded_and_else_not(course: Course, tmp_path: Path, status: int, written: bool) -> None:
    folder = unpacked(autograder_zip(course, "01_scale", seed=SEED, version="0.1.0"), tmp_path / "autograder" / "source")
    root = tmp_path / "autograder"
    (root / "results").mkdir()
    (root / "results" / "results.json").write_text("the submission's own")
    (root / "grader" / "bin").mkdir(parents=True)
    grader = root / "grader" / "bin" / "grader"
    grader.write_text(
        '#!/bin/sh\nif [ "$1" = grade ]; then echo "$@" >&2; echo \'{"graded":1}\'; exit '
        + str(status)
        + '; fi\nfor last; do :; done\ncp "$4" "$last"\n'
    )
    grader.chmod(0o755)
    script = (folder / "run_autograder").read_text().replace("/autograder", str(root))
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    results = root / "results" / "results.json"
    assert results.exists() is written, done.stderr
    if written:
        assert results.read_text() == '{"graded":1}\n' and done.returncode == 0
        assert f"grade 01_scale {root}/submission --sandbox local --lang en --no-cache --json" in done.stderr
    else:
        assert done.returncode == status and "not graded" in done.stderr
