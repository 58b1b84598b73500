"""09_gemm's ladder, compiled and run on the emulated GPU: each rung reads less than the one below and scores more, as its header says."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.pipeline import grade, open_judge
from grader.records import Grade
from grader.run.seeds import public_seed

ROOT = Path(__file__).resolve().parents[2]
LADDER = ("naive.cu", "tiled.cu", "gemm.cu")


@pytest.fixture(scope="module")
def gemm() -> Assignment:
    return load_assignment(ROOT / "assignments" / "09_gemm")


@pytest.fixture(scope="module")
def grades(gemm: Assignment, tmp_path_factory: pytest.TempPathFactory) -> list[Grade]:
    seed = public_seed(gemm.course, gemm.slug)
    judge = open_judge(gemm, sandbox="none", seed=seed, cache=tmp_path_factory.mktemp("cache"), keep_grades=False)
    found = []
    for name in LADDER:
        handed_in = tmp_path_factory.mktemp(name.removesuffix(".cu")) / "gemm.cu"
        handed_in.write_bytes((gemm.reference / name).read_bytes())
        found.append(grade(handed_in, gemm, judge, name))
    return found


def test_every_rung_is_right_and_clean(grades: list[Grade]) -> None:
    for rung in grades:
        lost = [(c.id, c.verdict, c.message) for c in rung.checks if c.category != "performance" and c.points < c.max_points]
        assert not lost, rung.submission


def test_every_rung_scores_more_than_the_one_below(grades: list[Grade]) -> None:
    naive, tiled, reference = (rung.score for rung in grades)
    assert 80 <= naive < 86 < tiled < 96 < reference == 100


def test_only_the_reference_is_without_a_verdict(grades: list[Grade]) -> None:
    assert [rung.verdict for rung in grades] == ["REDUNDANT_LOADS", "REDUNDANT_LOADS", "PASSED"]


def test_headers_and_readme_say_what_is_measured(grades: list[Grade], gemm: Assignment) -> None:
    """The sectors read of the 256 x 256 x 256 case, as the check's message gives them."""
    readme = (gemm.reference / "README.md").read_text(encoding="utf-8")
    for rung, name in zip(grades[:2], LADDER[:2], strict=True):
        sectors = rung.message.partition(" sectors")[0]
        assert sectors.replace(",", "").isdigit(), rung.message
        assert f"{sectors} sectors read" in (gemm.reference / name).read_text(encoding="utf-8")
        assert f"| {sectors} |" in readme


def test_no_rung_has_bank_conflicts(grades: list[Grade]) -> None:
    for rung in grades:
        for metrics in rung.counters.values():
            assert metrics["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum"] == 0
            assert metrics["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum"] == 0
