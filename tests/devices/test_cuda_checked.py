"""A card with a compute-sanitizer: what the tool says becomes findings and marks. The tool here is a script that runs the program and
says what it is told to, since the real one needs a real card."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.pipeline import grade
from grader.records import Grade
from tests import scale_course as course
from tests.devices.emulated_card import card_judge, emulated_card
from tests.devices.test_cuda_sanitizer import CLEAN, WRITE

TOOL = """\
#!/bin/sh
here=$(dirname "$0"); tool=$2; log=$4; shift 6
"$@" >/dev/null || exit 9
cat "$here/$tool" > "$log"
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def graded(folder: Path):
    """A function: what each tool's log says, the code -> the Grade."""
    assignment: Assignment = load_assignment(course.write_course(folder / "course"))
    tool = folder / "tool" / "compute-sanitizer"
    tool.parent.mkdir()
    tool.write_text(TOOL)
    tool.chmod(0o755)

    def run(code: str = course.GOOD, **logs: str) -> Grade:
        for name in ("memcheck", "racecheck", "initcheck", "synccheck"):
            (tool.parent / name).write_text(logs.get(name, CLEAN))
        with emulated_card(sanitizer=tool) as device:
            return grade(course.submission(folder, "student", code), assignment, card_judge(device, assignment, folder / "cache"))

    return run


def test_a_clean_program_has_its_cleanliness_measured(graded):
    result = graded()
    assert (result.score, result.max_score, result.verdict) == (10, 10, "PASSED")


def test_a_finding_fails_its_check_at_its_line(graded):
    result = graded(memcheck=WRITE.replace("gemm.cu:33", "scale.cu:3"))
    assert (result.verdict, result.file, result.line) == ("OOB_WRITE", "scale.cu", 3)


def test_a_tool_that_breaks_off_measured_nothing(graded):
    result = graded(memcheck="========= COMPUTE-SANITIZER\n")
    check = next(check for check in result.checks if check.id.endswith("test_memory"))
    assert (check.outcome, check.verdict) == ("not_run", "NOT_MEASURED")
    assert "didn't come to its end" in check.message
    assert (result.score, result.max_score, result.verdict) == (9, 9, "PASSED")


@pytest.mark.parametrize("code", [0, 1])
def test_a_program_that_leaves_when_it_is_looked_at_is_not_clean(graded, code):
    """With a spotless log or with none: the tool works as long as no program is loaded, so it was the program."""
    away = f'__attribute__((constructor)) static void away() {{ if (!getenv("WARPGRADE_CARD")) _exit({code}); }}\n'
    result = graded(course.program(top="#include <unistd.h>\n#include <cstdlib>\n" + away))
    check = next(check for check in result.checks if check.id.endswith("test_memory"))
    assert (check.outcome, check.verdict, check.points) == ("failed", "EARLY_EXIT", 0)
    assert (result.score, result.max_score) == (9, 10), "what is right without the tool stays right"


def test_the_program_runs_under_the_tool_as_it_does_without(graded, folder):
    """The script fails if the program does; buffers, values and calls are those of the case."""
    asks = "#include <cstdlib>\n"
    crash = 'if (!getenv("LD_LIBRARY_PATH")) abort();\n'
    assert graded(course.program(top=asks, before=crash)).verdict == "PASSED"
    assert os.listdir(folder / "tool")
