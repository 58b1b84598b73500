"""Networks on the page: the layers' errors with the first wrong one marked, and a detector's boxes on their picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.checks.drawing import detections
from grader.records import CheckResult, Detections, LayerError
from grader.report.network import BAR, network
from grader.report.words import WORDS
from tests.report import fixtures
from tests.report.pages import page_of

ROWS = (
    LayerError(name="0 conv 3×3", shape=(8, 16, 16), wrong=0, total=2048, error=3e-7),
    LayerError(name="1 pool", shape=(8, 8, 8), wrong=12, total=512, error=0.25),
    LayerError(name="2 conv", shape=(4, 8, 8), wrong=256, total=256, undefined=True),
)


def scene() -> Detections:
    image = np.linspace(0, 1, 3 * 24 * 32).reshape(3, 24, 32)
    found = [("circle", 0.9, (2.0, 2.0, 10.0, 10.0)), ("box <b>", 0.5, (-500.0, 1.0, 20.0, 9000.0))]
    return detections("shapes", image, found, [("circle", 1.0, (2.0, 2.0, 10.0, 11.0)), ("circle", 1.0, (20.0, 15.0, 30.0, 22.0))])


def check(number: int = 1, **values: Any) -> CheckResult:
    failed: dict[str, Any] = {"verdict": "WRONG_PADDING", "message": "wrong"}
    return fixtures.check(number, f"Check {number}", 0, 5, **failed | values)


def test_every_layer_has_a_row_and_the_first_wrong_one_is_marked(tmp_path: Path) -> None:
    page = page_of(fixtures.grade(checks=(check(layers=ROWS),), verdict="WRONG_PADDING"), tmp_path)
    (table,) = page.all("table", "layers-table")
    rows = table.all("tr")[1:]
    assert [row.attributes["class"] for row in rows] == ["right", "first", "after"]
    assert ["8×16×16" in rows[0].text(), "12 / 512" in rows[1].text(), "NaN" in rows[2].text()] == [True] * 3
    assert WORDS["en"]["layer_first"] in rows[1].text() and WORDS["en"]["layer_first"] not in rows[2].text()
    widths = [float(row.all("rect", "bar")[0].attributes["width"]) for row in rows]
    assert 0 < widths[0] < widths[1] < widths[2] == BAR


def test_a_hidden_case_shows_no_error(tmp_path: Path) -> None:
    secret = tuple(LayerError(name=r.name, shape=r.shape, wrong=r.wrong, total=r.total) for r in ROWS)
    page = page_of(fixtures.grade(checks=(check(layers=secret, hidden=True),)), tmp_path)
    assert not page.all("rect", "bar") and page.all("table", "layers-table")[0].text().count(WORDS["en"]["hidden"]) == 3


def test_boxes_are_drawn_within_the_picture_and_told_in_words(tmp_path: Path) -> None:
    page = page_of(fixtures.grade(checks=(check(detections=scene()),)), tmp_path)
    (figure,) = page.all("figure", "scene")
    picture = figure.all("svg")[0]
    wide, high = (float(picture.attributes[side]) for side in ("width", "height"))
    assert (wide, high) == (416, 312) and figure.all("image")[0].attributes["href"].startswith("data:image/png;base64,iVBOR")
    boxes = [g.all("rect")[0].attributes for g in figure.all("g", "box")]
    assert [g.attributes["class"] for g in figure.all("g", "box")] == ["box right", "box wrong", "box missed"]
    for rect in boxes:
        x, y, width, height = (float(rect[name]) for name in ("x", "y", "width", "height"))
        assert x >= 0 and y >= 0 and x + width <= wide + 1 and y + height <= high + 1
    words = figure.all("ul", "in-words")[0].text()
    assert "Right: circle 0.90 at 2.0, 2.0, 10.0, 10.0." in words and "Wrong: box <b> 0.50 at -500.0, 1.0, 20.0, 9000.0." in words


def test_a_check_that_passed_shows_its_picture_and_equal_ones_are_shown_once(tmp_path: Path) -> None:
    passed = fixtures.check(1, "Check 1", 5, 5, detections=scene())
    page = page_of(fixtures.grade(checks=(passed, check(2, detections=scene()), check(3, layers=ROWS))), tmp_path)
    assert len(page.all("figure", "scene")) == 1 and len(page.all("div", "network")) == 2


def test_no_network_no_section(tmp_path: Path) -> None:
    assert not page_of(fixtures.grade(checks=(check(),)), tmp_path).all("div", "network")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_detector_that_finds_nothing_is_said(language: str, tmp_path: Path) -> None:
    empty = detections("none", np.zeros((3, 300, 500)), [], [])
    found = network(check(detections=empty), "scene-1", WORDS[language])
    assert found is not None and found.scene is not None
    assert (found.scene.width, found.scene.boxes, found.scene.legend) == (416, (), ())
