"""Patterns: which sectors and banks a warp's request touches, and what the page makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from grader.devices.pattern import AccessPattern
from grader.report.pattern import Pattern, all_banks, ranges, read_pattern, runs, touched_sectors, waste
from grader.report.picture import pictures
from grader.report.words import WORDS
from tests.report import fixtures
from tests.report.pages import page_of

FULL = 2**32 - 1
LD = "pipe_lsu_mem_global_op_ld"


def pattern(**values: Any) -> dict[str, Any]:
    """A coalesced read of 4-byte values; name what differs."""
    row: dict[str, Any] = {"space": "global", "op": "ld", "bytes": 4, "mask": FULL, "residue": 0, "cost": 4, "ideal": 4}
    return {**row, "offsets": [4 * lane for lane in range(32)], **values}


STRIDED = pattern(offsets=[4096 * lane for lane in range(32)], residue=64, cost=32)
ONE_BANK = pattern(space="shared", offsets=[128 * lane for lane in range(32)], cost=32, ideal=1)


def read(row: dict[str, Any]) -> Pattern:
    found = read_pattern({"pattern": row})
    assert found is not None
    return found


def test_the_record_is_the_devices() -> None:
    assert Pattern.__struct_fields__ == AccessPattern.__struct_fields__


@pytest.mark.parametrize(
    "broken",
    [
        {"offsets": [0] * 31},
        {"mask": 0},
        {"mask": 2**32},
        {"space": "local"},
        {"bytes": 0},
        {"residue": 128},
        {"ideal": 0},
        {"cost": "<script>"},
        {"offsets": "x"},
    ],
)
def test_a_pattern_of_another_shape_is_no_picture(broken: dict[str, Any]) -> None:
    assert read_pattern({"pattern": pattern(**broken)}) is None
    assert read_pattern({}) is None and read_pattern({"pattern": None}) is None


def test_a_coalesced_request_fills_four_sectors_of_one_line() -> None:
    found = touched_sectors(read(pattern()))
    assert [(s.line_byte, s.index, s.lanes, s.used_bytes) for s in found] == [
        (0, index, tuple(range(8 * index, 8 * index + 8)), 32) for index in range(4)
    ]


def test_a_strided_request_uses_four_bytes_of_each_sector() -> None:
    found = touched_sectors(read(STRIDED))
    assert len(found) == 32 and {s.used for s in found} == {((0, 4),)} and {s.index for s in found} == {2}
    assert [s.line_byte for s in found] == [4096 * lane for lane in range(32)]


def test_a_shifted_request_touches_a_fifth_sector() -> None:
    found = touched_sectors(read(pattern(residue=4, cost=5)))
    assert [s.used_bytes for s in found] == [28, 32, 32, 32, 4] and found[-1].line_byte == 128


def test_offsets_count_from_the_lowest_address_whatever_lane_has_it() -> None:
    backwards = pattern(offsets=[4 * (31 - lane) for lane in range(32)])
    negative = pattern(offsets=[-4 * lane for lane in range(32)])
    assert touched_sectors(read(backwards)) == touched_sectors(read(negative))
    assert touched_sectors(read(backwards))[0].lanes == tuple(range(24, 32))


def test_inactive_lanes_touch_nothing() -> None:
    found = touched_sectors(read(pattern(mask=0b101, offsets=[0, 999, 4] + [0] * 29)))
    assert [(s.lanes, s.used) for s in found] == [((0, 2), ((0, 8),))]


def test_lanes_that_want_the_same_word_stand_together_and_others_queue() -> None:
    broadcast = all_banks(read(pattern(space="shared", offsets=[0] * 32, cost=1, ideal=1)))
    assert broadcast[0].queue == (tuple(range(32)),) and not any(bank.queue for bank in broadcast[1:])
    queue = all_banks(read(ONE_BANK))[0].queue
    assert queue == tuple((lane,) for lane in range(32))
    wide = all_banks(read(pattern(space="shared", bytes=8, offsets=[8 * lane for lane in range(32)], cost=2, ideal=2)))
    assert [len(bank.queue) for bank in wide] == [2] * 32


def test_waste_counts_the_whole_run_where_it_was_measured() -> None:
    metrics = {f"l1tex__t_requests_{LD}.sum": 100.0, f"l1tex__t_sectors_{LD}.sum": 3200.0}
    assert waste(read(STRIDED), metrics) == 2800 and waste(read(STRIDED), {}) == 28 and waste(read(pattern()), metrics) == 0
    seldom = {f"l1tex__t_requests_{LD}.sum": 100.0, f"l1tex__t_sectors_{LD}.sum": 399.0}
    assert waste(read(pattern(mask=0xFF, residue=28, cost=2, ideal=1)), seldom) == 0


def test_numbers_in_words() -> None:
    assert runs([0, 1, 2, 7, 9, 10]) == [(0, 3), (7, 1), (9, 2)] and ranges((2, 1, 0, 7)) == "0–2, 7"


def row(line: int, found: dict[str, Any], file: str = "gemm.cu", **metrics: float) -> dict[str, Any]:
    return {"file": file, "line": line, "metrics": {"smsp__inst_executed.sum": 1.0, **metrics}, "pattern": found}


def test_only_what_costs_more_than_it_must_is_drawn_the_worst_first() -> None:
    lines = [row(3, pattern()), row(5, pattern(cost=8)), row(9, STRIDED), row(7, STRIDED), row(1, pattern(offsets=[0] * 32, cost=1))]
    assert [(each.line, each.id) for each in pictures(lines)] == [(7, "access-1"), (9, "access-2"), (5, "access-3")]
    assert [each.line for each in pictures(reversed(lines))] == [7, 9, 5]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "found", [STRIDED, ONE_BANK, pattern(cost=5, residue=4), pattern(bytes=16, offsets=[64 * i for i in range(32)], cost=32)]
)
def test_a_drawing_stays_inside_its_frame(found: dict[str, Any]) -> None:
    (picture,) = pictures([row(1, found)])
    width, height = picture.size
    assert [box.text for box in picture.lanes] == [str(lane) for lane in range(32)]
    for box in (*picture.lanes, *picture.memory):
        assert 0 <= box.x and box.x + box.width <= width and 0 <= box.y and box.y + box.height <= height and box.width > 0 < box.height
    for wire in picture.wires:
        assert 0 < wire.to < height and wire.x + wire.width < width


def test_a_page_shows_the_worst_line_reads_it_and_folds_the_others(tmp_path: Path) -> None:
    lines = (row(20, STRIDED), row(23, ONE_BANK), row(19, pattern(cost=5, residue=4)))
    page = page_of(fixtures.grade(lines=lines), tmp_path)
    section = page.by_id("access").parent
    assert section is not None
    assert ["open" in details.attributes for details in section.all("details", "sheet")] == [True, False, False]
    first = page.by_id("access-1")
    assert "32 lanes meet at 1 of 32 banks and wait through 32 wavefronts; 1 would do." in first.text()
    second = page.by_id("access-2")
    assert "32 lanes ask for 128 bytes in 32 sectors of 32 bytes; 4 would do." in second.text()
    for figure in (first, second):
        (drawing,) = [svg for svg in figure.all("svg") if svg.attributes.get("role") == "img"]
        label = page.by_id(drawing.attributes["aria-labelledby"])
        assert "would do" in label.text()
    table = second.all("table")[0]
    rows = [[cell.text() for cell in tr.all() if cell.tag in ("th", "td")] for tr in table.all("tbody")[0].all("tr")]
    assert len(rows) == 32 and rows[1] == ["+4,160", "1", "4/32"]
    # the margin leads to the picture, the picture to the line
    assert page.by_id("L0-23").all("td", "m")[2].text() == ""  # not measured, so no number that could lead
    assert [link.attributes["href"] for link in second.all("a", "place")] == ["#L0-20"]


def test_a_picture_stands_with_the_reason_it_shows_and_only_there(tmp_path: Path) -> None:
    checks = (fixtures.check(1, "No bank conflicts", 0, 5, verdict="BANK_CONFLICT", category="performance"),)
    lines = (row(20, STRIDED), row(23, ONE_BANK))
    page = page_of(fixtures.grade(checks=checks, lines=lines, verdict="BANK_CONFLICT"), tmp_path)
    card = page.all("article", "loss")[0]
    assert [figure.attributes["id"] for figure in card.all("figure", "access")] == ["access-1"]
    assert [figure.attributes["id"] for figure in page.all("figure", "access")] == ["access-1", "access-2"]
    assert not ["open" for details in page.all("details", "sheet") if "open" in details.attributes]


def test_the_checks_own_line_goes_before_a_worse_one(tmp_path: Path) -> None:
    check = fixtures.check(1, "Whole sectors", 0, 5, verdict="UNCOALESCED", category="performance", file="gemm.cu", line=19)
    lines = (row(20, STRIDED), row(19, pattern(cost=5, residue=4)))
    page = page_of(fixtures.grade(checks=(check,), lines=lines, verdict="UNCOALESCED"), tmp_path)
    (figure,) = page.all("article", "loss")[0].all("figure", "access")
    assert "gemm.cu:19" in figure.text()


def test_the_margin_leads_to_the_picture(tmp_path: Path) -> None:
    metrics = {f"l1tex__t_requests_{LD}.sum": 10.0, f"l1tex__t_sectors_{LD}.sum": 320.0}
    page = page_of(fixtures.grade(lines=(row(20, STRIDED, **metrics),)), tmp_path)
    (cell,) = [cell for cell in page.by_id("L0-20").all("td", "m") if cell.text() == "32"]
    assert cell.all("a")[0].attributes["href"] == "#access-1"
    assert "Over all 10 requests of this line: 32 sectors on average." in page.by_id("access-1").text()


def test_wide_loads_are_not_called_scattered(tmp_path: Path) -> None:
    metrics = {f"l1tex__t_requests_{LD}.sum": 10.0, f"l1tex__t_sectors_{LD}.sum": 160.0}
    float4 = pattern(bytes=16, offsets=[16 * lane for lane in range(32)], cost=16, ideal=16)
    for found, costly in ((float4, False), (pattern(cost=16), True)):
        page = page_of(fixtures.grade(lines=(row(20, found, **metrics),)), tmp_path)
        (cell,) = [cell for cell in page.by_id("L0-20").all("td", "m") if cell.text() == "16"]
        assert ("costly-count" in cell.attributes["class"]) == costly


def test_many_costly_lines_are_bounded_and_a_line_that_is_not_in_the_source_has_no_link(tmp_path: Path) -> None:
    lines = tuple(row(line, STRIDED, file="elsewhere.cu") for line in range(1, 100))
    page = page_of(fixtures.grade(lines=lines), tmp_path, "ko")
    assert len(page.all("figure", "access")) == 10 and not page.by_id("access-1").all("a")
    assert WORDS["ko"]["access"] in page.by_id("access").text()
