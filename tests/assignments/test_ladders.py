"""`grader verify --ladder`: the README of each of these references holds what is measured, and so do the headers of its rungs."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.errors import AssignmentError
from grader.verify.grading import Settings
from grader.verify.ladder import COLUMNS, Rung, cell, fresh_table, measure, renewed

ROOT = Path(__file__).resolve().parents[2]
Measured = tuple[Assignment, list[Rung]]


@pytest.fixture(scope="module", params=["03_vector_matrix", "05_transpose"])
def measured(request: pytest.FixtureRequest) -> Measured:
    """With points: every rung is graded."""
    assignment = load_assignment(ROOT / "assignments" / request.param)
    return assignment, measure(assignment, Settings(sandbox="none"))


LAYERS = ("10_conv2d", "11_maxpool", "12_activation", "13_fully_connected", "14_softmax_xent", "15_yolov2", "19_quant_binary")


@pytest.mark.parametrize("slug", ["08_reduction", "09_gemm", *(pytest.param(slug, marks=pytest.mark.slow) for slug in LAYERS)])
def test_the_other_tables_counters_are_as_measured(slug: str) -> None:
    """Points of 08 and 09 are held by the tests of their own ladders; those of the layers cost a grading for every rung."""
    assignment = load_assignment(ROOT / "assignments" / slug)
    readme = (assignment.reference / "README.md").read_text(encoding="utf-8")
    assert renewed(readme, measure(assignment, Settings(sandbox="none"), points=False), points=False) == readme


def test_the_readme_says_what_is_measured(measured: Measured) -> None:
    assignment, rungs = measured
    readme = (assignment.reference / "README.md").read_text(encoding="utf-8")
    assert renewed(readme, rungs) == readme


def test_headers_say_what_is_measured(measured: Measured) -> None:
    assignment, rungs = measured
    for rung in rungs:
        text = (assignment.reference / f"{rung.name}.cu").read_text(encoding="utf-8").split("#include")[0]
        header = " ".join(line.lstrip("/ ") for line in text.splitlines())
        assert f"{cell('warp-instructions (PTX)', rung)} warp-instructions of PTX" in header, rung.name
        assert f"{rung.points:.0f} of 100 points" in header, rung.name
        wavefronts = cell("shared wavefronts", rung)
        assert wavefronts == "0" or f"{wavefronts} wavefronts" in header, rung.name


def test_points_never_fall_on_the_way_up(measured: Measured) -> None:
    assignment, rungs = measured
    for below, rung in pairwise(rungs):
        assert rung.points >= below.points
    full = [rung.name for rung in rungs if rung.points == 100]
    assert full and full == [rung.name for rung in rungs][-len(full) :]
    assert Path(assignment.files[0]).stem in full


@pytest.mark.parametrize("measured", ["05_transpose"], indirect=True)
def test_theory_holds_for_the_transposition(measured: Measured) -> None:
    _, rungs = measured
    figures = {
        rung.name: [cell(c, rung) for c in ("sectors/request read", "sectors/request written", "extra wavefronts/request")]
        for rung in rungs
    }
    assert figures["naive"] == ["4.0", "32.0", "0.0"] and figures["gather"] == ["32.0", "4.0", "0.0"]
    assert figures["tiled"] == ["4.0", "4.0", "31.0"] and figures["padded"] == figures["transpose"] == ["4.0", "4.0", "0.0"]
    bytes_once = 512 * 384 * 4
    assert all(COLUMNS["bytes read"](r.metrics) == bytes_once for r in rungs if r.name not in ("gather",))


# ---- the table itself ----

RUNGS = [
    Rung(name="one", metrics={"launches": 2.0, "smsp__inst_executed.sum": 1234567.0}, points=79.6),
    Rung(name="two", metrics={"launches": 1.0, "smsp__inst_executed.sum": 89.0}, points=100.0),
]
README = """# Words

| something | else |
| --- | --- |
| 1 | 2 |

| rung | idea | launches | warp-instructions (PTX) | points |
| --- | --- | ---: | ---: | ---: |
| [one](one.cu) | the first, of 3 | 9 | 9 | 9 |
| [two](two.cu) | the second | 9 | 9 | 9 |

More words.
"""


def test_known_columns_are_measured_and_others_are_left() -> None:
    text = renewed(README, RUNGS)
    assert "| [one](one.cu) | the first, of 3 | 2 | 1,234,567 | 80 |\n" in text
    assert "| [two](two.cu) | the second | 1 | 89 | 100 |\n" in text
    assert text.startswith("# Words\n\n| something | else |\n| --- | --- |\n| 1 | 2 |\n") and text.endswith("\nMore words.\n")
    assert "| 2 | 1,234,567 | 9 |" in renewed(README, RUNGS, points=False)
    assert renewed(text, RUNGS) == text


def test_a_readme_that_doesnt_fit_is_refused_with_its_place() -> None:
    with pytest.raises(AssignmentError, match=r"R\.md has no table whose first column is `rung`"):
        renewed("# Words\n", RUNGS, "R.md")
    with pytest.raises(AssignmentError, match=r"R\.md:7: the table's rows are one, two; the ladder has one$"):
        renewed(README, RUNGS[:1], "R.md")


def test_a_new_table_has_a_row_a_rung() -> None:
    lines = fresh_table(RUNGS).splitlines()
    assert len(lines) == 4 and len({line.count("|") for line in lines}) == 1 and re.match(r"\| \[one\]\(one\.cu\) \|", lines[2])


def test_mutants_toml_must_name_the_cases(tmp_path: Path) -> None:
    from grader.verify.subjects import ladder_of

    assignment = load_assignment(ROOT / "assignments" / "05_transpose")
    import msgspec

    made = msgspec.structs.replace(assignment, reference=tmp_path)
    for text, wanted in (
        ('ladder = ["naive.cu"]', "counters = "),
        ('ladder = ["naive.cu"]\ncounters = ["perff"]', "no case is called perff; known are square"),
    ):
        (tmp_path / "mutants.toml").write_text(text)
        with pytest.raises(AssignmentError, match=wanted):
            ladder_of(made)
