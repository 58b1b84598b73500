"""Error maps on the page: the drawing, its legend and its text say what the record says; a hidden case's values stay hidden."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.records import CheckResult, ErrorMap
from grader.report.error_map import TEXT_ROWS, view
from grader.report.words import WORDS
from tests.report import fixtures
from tests.report.pages import Node, page_of

EN = WORDS["en"]


def error_map(**values: Any) -> ErrorMap:
    """A 64 x 128 output whose right edge is wrong; name what differs."""
    defaults: dict[str, Any] = {"case": "odd", "call": 0, "buffer": "C", "shape": (64, 128), "rows": ("." * 30 + "xx",) * 16}
    numbers = {"row_elements": 4, "column_elements": 4, "wrong": 512, "total": 8192, "first": (0, 120), "got": "1.5", "expected": "-2"}
    return ErrorMap(**{**defaults, **numbers, **values})


def failed(found: ErrorMap | None = None, number: int = 1, **values: Any) -> CheckResult:
    return fixtures.check(number, f"Check {number}", 0, 5, verdict="WRONG_TAIL", message=f"wrong {number}", error_map=found, **values)


def drawn(figure: Node) -> list[tuple[str, int]]:
    """Kind and number of cells of each run, in order."""
    drawing = figure.all("svg")[0]
    return [(rect.attributes["fill"], int(rect.attributes["width"]) // 13) for rect in drawing.all("rect")]


def test_the_drawing_shows_every_cell_and_the_summary_says_what_is_wrong(tmp_path: Path) -> None:
    page = page_of(fixtures.grade(checks=(failed(error_map()),), verdict="WRONG_TAIL"), tmp_path)
    (figure,) = page.all("article", "loss")[0].all("figure", "map")
    assert drawn(figure) == [("url(#fill-right)", 30), ("url(#fill-wrong)", 2)] * 16
    text = figure.all("figcaption")[0].text()
    assert "C[64][128] in case odd: 512 of 8,192 elements are wrong. The first wrong one is C[0][120]: got 1.5, expected -2." in text
    legend = [item.text().split() for item in figure.all("ul", "legend")[0].all("li")]
    assert legend == [["all", "right", "480"], ["all", "wrong", "32"]]
    assert [item.text() for item in figure.all("ul", "in-words")[0].all("li")] == ["Rows 0–63: columns 0–119 all right, 120–127 all wrong."]
    # the fills that the drawing names are there, once
    assert len([node for node in page.all("pattern") if node.attributes["id"] == "fill-wrong"]) == 1


def test_a_hidden_case_shows_where_but_no_value(tmp_path: Path) -> None:
    page = page_of(fixtures.grade(checks=(failed(error_map(got="", expected=""), hidden=True),)), tmp_path)
    text = page.all("figure", "map")[0].text()
    assert "The first wrong one is C[0][120]." in text and "got" not in text and "expected" not in text


def test_the_map_of_a_check_with_values_goes_before_a_hidden_ones(tmp_path: Path) -> None:
    checks = (failed(error_map(case="secret"), 1, hidden=True), failed(error_map(case="open"), 2), failed(error_map(case="third"), 3))
    page = page_of(fixtures.grade(checks=checks), tmp_path)
    (figure,) = page.all("article", "loss")[0].all("figure", "map")
    assert "case open" in figure.text()
    rows = [page.by_id(f"check-{number}") for number in (1, 2, 3)]
    assert [len(each.all("figure", "map")) for each in rows] == [1, 0, 1], "each map once, the reason's row leads to it"
    assert [link.attributes["href"] for link in rows[1].all("a")] == [f"#{figure.attributes['id']}"]


@pytest.mark.parametrize("mark", list(".+xnug "))
def test_each_kind_has_a_fill_a_word_and_a_shape(mark: str) -> None:
    for language in ("en", "ko"):
        found = view(error_map(rows=(mark,)), "m", WORDS[language])
        ((kind, count),) = found.legend
        assert count == 1 and WORDS[language][f"map_{kind}"] in found.text[0]


def test_cells_that_need_no_value_are_drawn_as_such() -> None:
    found = view(error_map(rows=("..  ", "    ")), "m", EN)
    assert [(run.kind, run.cells) for run in found.runs] == [("right", 2), ("blank", 2), ("blank", 4)]
    assert found.text == ("Rows 0–3: columns 0–7 all right, 8–15 nothing to write.", "Rows 4–7: columns 0–15 nothing to write.")


def test_one_dimension_is_folded_and_the_text_counts_elements() -> None:
    found = view(error_map(shape=(1000,), rows=("." * 32, "." * 10 + "x" * 21 + " "), row_elements=1, column_elements=16), "m", EN)
    assert found.text == ("Elements 0–671 all right.", "Elements 672–999 all wrong.")
    assert [text for _, _, _, text in found.ticks] == ["0", "512"] and found.cell.startswith(
        "A vector, read line by line: 512 elements to a row."
    )


def test_the_last_cells_end_with_the_buffer() -> None:
    found = view(error_map(shape=(35, 50), rows=("x" * 25,) * 9, row_elements=4, column_elements=2), "m", EN)
    assert found.text == ("Rows 0–34: columns 0–49 all wrong.",) and [tick[3] for tick in found.ticks] == ["0", "49", "0", "34"]


def test_more_than_two_dimensions_are_rows_of_the_last() -> None:
    found = view(error_map(shape=(2, 8, 32), rows=("x.", "..") * 4, row_elements=2, column_elements=16), "m", EN)
    assert found.text[0] == "Rows 0–1: columns 0–15 all wrong, 16–31 all right." and [tick[3] for tick in found.ticks][-1] == "15"


def test_a_second_call_is_named_and_a_long_text_ends() -> None:
    found = view(error_map(call=1, rows=("x", ".") * 20), "m", EN)
    assert "This is call 2." in found.summary and len(found.text) == TEXT_ROWS and found.more == 40 - TEXT_ROWS


@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 5), (1, 1)])
def test_the_smallest_outputs_have_a_map(shape: tuple[int, ...], tmp_path: Path) -> None:
    rows = ("x",) if 0 not in shape else ()
    first = tuple(0 for _ in shape)
    page = page_of(fixtures.grade(checks=(failed(error_map(shape=shape, rows=rows, first=first)),)), tmp_path)
    assert page.all("figure", "map")


def test_a_passed_check_has_no_map(tmp_path: Path) -> None:
    checks = (fixtures.check(1, "Fine", 5, 5, error_map=error_map()),)
    assert not page_of(fixtures.grade(checks=checks), tmp_path).all("figure", "map")
