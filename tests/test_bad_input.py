"""Every kind of bad input, end to end: each gets a verdict that names cause and remedy, and the next submission is graded as if nothing
had happened. Real compiler, real sandbox, real device; a small assignment with short limits."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.assignment import Assignment
from grader.pipeline import Judge, grade, open_judge
from grader.records import Grade
from grader.run.seeds import public_seed
from grader.verdicts import VERDICTS
from tests import scale_course as course

TENSOR = 'asm volatile("{.reg .b32 t; ldmatrix.sync.aligned.m8n8.x1.shared.b16 {t}, [%0];}" ::"r"(0));'


@pytest.fixture(scope="module")
def judge(folder: Path, scale: Assignment) -> Judge:
    return open_judge(scale, seed=public_seed(scale.course, scale.slug), cache=folder / "cache", keep_grades=False)


def zipped(path: Path, name: str, content: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return path


def symlinked(path: Path) -> Path:
    with tarfile.open(path, "w") as archive:
        info = tarfile.TarInfo("scale.cu")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(info)
    return path


def empty(path: Path) -> Path:
    with tarfile.open(path, "w:gz"):
        return path


def named(folder: Path, name: str) -> Path:
    folder.mkdir()
    (folder / name).write_text(course.GOOD, encoding="utf-8")
    return folder


# name -> (what makes the submission, verdict, part of the message, line)
FILES: dict[str, tuple[Callable[[Path], Path], str, str]] = {
    "missing_file": (lambda p: named(p / "a", "readme.txt"), "MISSING_FILE", "scale.cu is missing"),
    "wrong_name": (lambda p: named(p / "b", "scale.cpp"), "MISSING_FILE", "found scale.cpp; rename it to scale.cu"),
    "empty_archive": (lambda p: empty(p / "c.tar.gz"), "MISSING_FILE", "empty"),
    "dot_dot": (lambda p: zipped(p / "d.zip", "../scale.cu", course.GOOD.encode()), "BAD_ARCHIVE", "leads out of the archive"),
    "symlink": (lambda p: symlinked(p / "e.tar"), "BAD_ARCHIVE", "symbolic link"),
    "zip_bomb": (lambda p: zipped(p / "f.zip", "scale.cu", bytes(64 << 20)), "BAD_ARCHIVE", "unpacks to more than 16 MiB"),
    "garbage": (lambda p: course.submission(p, "g", os.urandom(5000)), "BAD_ARCHIVE", "not a text file"),
}

ENDLESS = course.KERNEL.replace("  if (i < N)", "  while (N > 0) N = N + (i & 0);\n  if (i < N)")
CODE: dict[str, tuple[str, str, str, int | None]] = {
    "syntax_error": (course.GOOD.replace("alpha * X[i];", "alpha * X[i]"), "COMPILE_ERROR", "expected", 4),
    "missing_symbol": (course.KERNEL, "MISSING_SYMBOL", "the assignment calls extern", None),
    "wrong_signature": (
        course.GOOD.replace("int N, float alpha, void", "int N, double alpha, void"),
        "COMPILE_ERROR",
        "its signature must be",
        5,
    ),
    "endless_kernel": (course.program(ENDLESS), "TIMEOUT", "", 3),
    "endless_host": (
        course.program(before="  for (volatile int i = 0;; i = 1) {\n  }\n"),
        "HOST_TIMEOUT",
        "host code didn't come to an end",
        None,
    ),
    "segfault": (course.program(before="  Y[0] = 1.0f;\n"), "HOST_CRASH", "SIGSEGV", 6),
    "early_exit": (course.program(top="#include <cstdlib>\n", before="  exit(0);\n"), "EARLY_EXIT", "exit status 0 in the launcher", 7),
    "flood": (
        course.program(top="#include <cstdio>\n", before='  for (int i = 0; i < 1000000; ++i) printf("%0100d\\n", i);\n'),
        "OUTPUT_LIMIT",
        "printed more",
        None,
    ),
    "unwritten": (course.program(course.KERNEL.replace("i < N", "i < 0")), "UNWRITTEN_OUTPUT", "", None),
    "nan": (course.program(course.KERNEL.replace("alpha * X[i]", 'nanf("")')), "NAN_OUTPUT", "", None),
    "too_many_threads": (course.program(launch=course.LAUNCH.replace("128, 0", "2048, 0")), "LAUNCH_FAILED", "2048 threads", 6),
    "unsupported": (
        course.program(course.KERNEL.replace("  if", f"  {TENSOR}\n  if")),
        "UNSUPPORTED",
        "ldmatrix",
        3,
    ),
}


@pytest.fixture(scope="module")
def good(folder: Path, scale: Assignment, judge: Judge) -> Grade:
    result = grade(course.submission(folder, "good", course.GOOD), scale, judge)
    assert (result.verdict, result.score) == ("PASSED", result.max_score), (result.message, result.checks)
    return result


def next_is_graded_as_ever(good: Grade, scale: Assignment, judge: Judge) -> None:
    again = grade(Path(good.submission), scale, judge)
    assert [(c.id, c.points, c.outcome) for c in again.checks] == [(c.id, c.points, c.outcome) for c in good.checks]
    assert again.problems == good.problems and again.counters == good.counters


@pytest.mark.parametrize("name", FILES)
def test_what_cannot_be_unpacked(name: str, folder: Path, scale: Assignment, judge: Judge, good: Grade) -> None:
    make, verdict, says = FILES[name]
    place = folder / name
    place.mkdir()
    result = grade(make(place), scale, judge)
    assert (result.verdict, result.score, result.max_score) == (verdict, 0, good.max_score)
    assert says in result.message and verdict in VERDICTS
    assert all(check.outcome == "failed" and check.verdict == verdict for check in result.checks)
    next_is_graded_as_ever(good, scale, judge)


@pytest.mark.parametrize("name", CODE)
def test_what_does_not_build_or_run(name: str, folder: Path, scale: Assignment, judge: Judge, good: Grade) -> None:
    code, verdict, says, line = CODE[name]
    result = grade(course.submission(folder, name, code), scale, judge)
    assert result.verdict == verdict, (result.message, result.problems)
    assert says in result.message and verdict in VERDICTS
    if line is not None:
        assert (result.file, result.line) == ("scale.cu", line)
    if name == "unsupported":  # a gap of ours: no points are lost
        assert all(check.outcome == "not_run" for check in result.checks)
    else:
        assert result.score <= 0.1 * good.max_score
    if name == "endless_kernel":
        assert any(p.verdict == "TIMEOUT" and p.kernel and "scale" in p.kernel for p in result.problems)
    next_is_graded_as_ever(good, scale, judge)


def test_names_in_an_archive_write_nothing(folder: Path, scale: Assignment, judge: Judge) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo(f"{folder}/planted")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"x"))
    (folder / "abs.tar").write_bytes(out.getvalue())
    assert grade(folder / "abs.tar", scale, judge).verdict == "BAD_ARCHIVE"
    assert not (folder / "planted").exists()
