"""The two accesses of a race side by side: source, who made each, once for both findings."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.report import fixtures
from tests.report.pages import Node, page_of

WAR = msgspec.structs.replace(
    fixtures.RACE,
    message="WAR hazard at shared address 0x1080: write by thread (5,0,0), read by thread (5,9,0), with no barrier between",
)
LINES = fixtures.GEMM.splitlines()


def excerpt(side: Node) -> list[tuple[str, str, bool]]:
    rows = side.all("table", "excerpt")[0].all("tr")
    return [(row.all("th")[0].text(), row.all("td")[0].text(), "hit" in row.attributes.get("class", "")) for row in rows]


def test_a_reason_shows_both_accesses_with_their_source_and_threads(tmp_path: Path) -> None:
    page = page_of(msgspec.structs.replace(fixtures.racing(), problems=(WAR,)), tmp_path)
    (card,) = [each for each in page.all("article", "loss") if "RACE_SHARED" in each.text()]
    (pair,) = card.all("figure", "pair")
    first, second = pair.all("div", "side")
    assert "Write gemm.cu:20" in first.all("p", "act")[0].text() and "Read gemm.cu:23" in second.all("p", "act")[0].text()
    assert "thread (5, 0, 0) · block (1, 0, 0)" in first.text() and "thread (5, 9, 0)" in second.text()
    assert [(number, hit) for number, _, hit in excerpt(first)] == [
        ("18", False),
        ("19", False),
        ("20", True),
        ("21", False),
        ("22", False),
    ]
    assert excerpt(first)[2][1] == LINES[19].strip() and excerpt(second)[2][1].strip() == LINES[22].strip()
    assert [link.attributes["href"] for link in pair.all("a")] == ["#L0-20", "#L0-23"]
    assert "gemm_tiled" in pair.text() and "seen 1,920 times" in pair.text()


def test_common_indentation_goes_and_the_shape_stays(tmp_path: Path) -> None:
    text = "void f() {\n      if (a)\n        /* one\n           two */ b;\n      else c;\n      done();\n      more();\n}\n"
    problem = msgspec.structs.replace(WAR, line=3, other_line=5)
    page = page_of(fixtures.grade(source={"gemm.cu": text}, lines=(), problems=(problem,)), tmp_path)
    first, second = ([line for _, line, _ in excerpt(side)] for side in page.all("div", "side"))
    assert first == ["void f() {", "      if (a)", "        /* one", "           two */ b;", "      else c;"]
    assert second == ["  /* one", "     two */ b;", "else c;", "done();", "more();"]


def test_several_threads_are_called_so(tmp_path: Path) -> None:
    many = msgspec.structs.replace(
        WAR, message=WAR.message.replace("read by thread (5,9,0)", "read by several threads"), other_thread=(1, 1, 1)
    )
    page = page_of(fixtures.grade(problems=(many,)), tmp_path)
    second = page.all("div", "side")[1]
    assert "several threads" in second.text() and "(1, 1, 1)" not in page.text()


def test_a_finding_that_says_no_more_shows_accesses(tmp_path: Path) -> None:
    plain = msgspec.structs.replace(WAR, message="something about two lines", other_thread=None, kernel=None, block=None)
    page = page_of(fixtures.grade(problems=(plain,)), tmp_path)
    assert [side.all("p", "act")[0].text().split()[0] for side in page.all("div", "side")] == ["Access", "Access"]
    assert "kernel" not in page.all("figure", "pair")[0].text()


def test_a_race_seen_from_both_sides_is_one_pair_and_one_of_a_line_with_itself_too(tmp_path: Path) -> None:
    back = msgspec.structs.replace(WAR, line=23, other_line=20)
    page = page_of(fixtures.grade(problems=(WAR, back)), tmp_path)
    assert len(page.all("figure", "pair")) == 1
    page = page_of(fixtures.grade(problems=(msgspec.structs.replace(WAR, other_line=20),)), tmp_path / "self")
    (pair,) = page.all("figure", "pair")
    assert [row[2] for side in pair.all("div", "side") for row in excerpt(side)].count(True) == 2


def test_a_pair_without_a_reason_is_folded_at_its_finding(tmp_path: Path) -> None:
    page = page_of(fixtures.grade(problems=(msgspec.structs.replace(WAR, note=True),)), tmp_path)
    (pair,) = page.all("ul", "findings")[0].all("figure", "pair")
    assert "note" in pair.attributes["class"].split() and any(node.tag == "details" for node in pair.above())


def test_a_second_pair_of_the_same_reason_is_folded(tmp_path: Path) -> None:
    other = msgspec.structs.replace(WAR, line=19)
    page = page_of(msgspec.structs.replace(fixtures.racing(), problems=(WAR, other)), tmp_path)
    (card,) = [each for each in page.all("article", "loss") if "RACE_SHARED" in each.text()]
    assert [any(node.tag == "details" for node in pair.above()) for pair in card.all("figure", "pair")] == [False, True]


def test_a_place_outside_of_the_shown_source_has_no_pair(tmp_path: Path) -> None:
    for problem in (msgspec.structs.replace(WAR, other_line=999), msgspec.structs.replace(WAR, other_file="ck/math.cuh")):
        assert not page_of(fixtures.grade(problems=(problem,)), tmp_path).all("figure", "pair")
