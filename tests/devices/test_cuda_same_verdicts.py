"""The same submissions get the same verdicts on a card and on the emulated GPU, wherever the verdict comes from outputs; here with the
emulated GPU as the card."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader.assignment import Assignment, find_assignment
from grader.pipeline import Judge, grade
from grader.verify.subjects import subjects
from tests.devices.emulated_card import card_judge, emulated_card


def small(assignment: Assignment) -> Assignment:
    """With the cases for a real card's clock as small as an emulated one needs them, and without the clock."""
    sizes = [{name: min(size, 64) if case.on == "cuda" else size for name, size in case.sizes.items()} for case in assignment.cases]
    cases = zip(assignment.cases, sizes, strict=True)
    return msgspec.structs.replace(assignment, cases=tuple(msgspec.structs.replace(case, sizes=new, timed=False) for case, new in cases))


GEMM = small(find_assignment("gemm"))
SUBJECTS = {subject.name: subject for subject in subjects(GEMM)}
FROM_OUTPUTS = (
    *("k_tail", "lda_is_k", "beta_zero_reads_c", "tile_transposed", "half_sum", "floor_grid", "sum_kept", "alpha_forgotten"),
    "no_store_guard",  # its writes land in the guards
)


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made, emulated_card() as device:
        Path(made).chmod(0o755)
        yield card_judge(device, GEMM, Path(made))


def graded(name: str, judge: Judge, folder: Path):
    for file, content in SUBJECTS[name].files.items():
        (folder / file).write_bytes(content)
    return grade(folder, GEMM, judge)


@pytest.mark.parametrize("name", FROM_OUTPUTS)
def test_a_mutant_gets_the_verdict_of_its_label(name, judge, tmp_path):
    mutant = SUBJECTS[name].mutant
    assert mutant is not None
    assert graded(name, judge, tmp_path).verdict == mutant.verdict


def test_the_reference_is_right(judge, tmp_path):
    result = graded("reference", judge, tmp_path)
    assert (result.verdict, result.score) == ("PASSED", result.max_score)
    assert {check.outcome for check in result.checks if check.category == "correctness"} == {"passed"}
    assert {check.verdict for check in result.checks if check.category == "cleanliness"} == {"NOT_MEASURED"}


def test_the_starter_earns_next_to_nothing(judge, tmp_path):
    result = graded("starter", judge, tmp_path)
    assert result.score <= 0.1 * result.max_score
