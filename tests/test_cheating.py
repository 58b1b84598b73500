"""Students who cheat, end to end: results that the host computed, marks and messages forged, outputs passed off from elsewhere, cases kept
from running. Each gets nothing and a verdict, and an honest program keeps its points. The programs are those of the red-team corpus
(tests/hostile). Real compiler, real sandbox, real device."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.pipeline import grade
from grader.records import Grade
from tests import scale_course as course
from tests.hostile.corpus import tricks
from tests.hostile.lab import Lab, opened

NO_KERNELS_WORK = (
    "inputs_as_files",
    "values_by_parameters",
    "values_by_printf",
    "values_by_memset",
    "values_by_managed_memory",
    "device_by_hand",
    "second_connection",
    "forged_marks",
    "forged_marks_and_failure",
    "forged_marks_of_an_error",
)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with opened("local") as made:
        yield made


@pytest.mark.parametrize("name", NO_KERNELS_WORK)
def test_what_no_kernel_computed_earns_nothing(name: str, lab: Lab) -> None:
    trick = tricks()[name]
    assert trick.max_score == 0
    found = lab.trick(name, trick)
    assert not found.faults and found.max_score == 10, found


def graded(name: str, code: str, folder: Path, lab: Lab) -> Grade:
    return grade(course.submission(folder, name, code), lab.assignments["scale"], lab.judges["scale"])


def test_words_of_the_program_do_not_excuse_it(tmp_path: Path, lab: Lab) -> None:
    talk = '__attribute__((constructor)) static void talk() { fputs("undefined symbol: cudaFoo\\n", stderr); _exit(10); }\n'
    result = graded("talk", course.program(top="#include <unistd.h>\n#include <cstdio>\n" + talk), tmp_path, lab)
    assert (result.verdict, result.score, result.max_score) == ("MISSING_SYMBOL", 0, 10)
    assert "cudaFoo" not in result.message


def test_debug_output_is_no_cheating(tmp_path: Path, lab: Lab) -> None:
    """A kernel that prints all that it reads, and a launcher that looks at one number: clean it is not, right it is."""
    kernel = course.KERNEL.replace("  if (i < N)", '  if (i < N) printf("%f\\n", X[i]);\n  if (i < N)')
    look = "  float first;\n  cudaMemcpy(&first, X, 4, cudaMemcpyDeviceToHost);\n"
    result = graded("debug", course.program(kernel, before=look, top="#include <cstdio>\n"), tmp_path, lab)
    assert result.score == result.max_score == 10, (result.verdict, result.message)
