"""The map of a wrong output as lines of a terminal."""

from __future__ import annotations

import msgspec

from grader.cli.error_map import drawn
from grader.cli.words import PHRASES, Words
from grader.records import ErrorMap

MAP = ErrorMap(
    case="odd",
    call=1,
    buffer="C",
    shape=(35, 50),
    rows=("....x", "..+xx", "nug.."),
    row_elements=12,
    column_elements=10,
    wrong=1234,
    total=1750,
    first=(0, 40),
    got="nan",
    expected="1.5",
)


def text(found: ErrorMap, language: str = "en") -> list[str]:
    return [line.plain for line in drawn(found, Words(language))]


def test_title_frame_legend_and_first_element() -> None:
    lines = text(MAP)
    assert lines[0] == "C in case odd: 1,234 of 1,750 elements are wrong, in call 2"
    assert (
        lines[1] == "+-----+"
        and lines[5].startswith("+-----+")
        and lines[2].startswith("|....x|   . right")
        and lines[4].startswith("|nug..|")
    )
    legend = "\n".join(lines)
    assert all(PHRASES[f"map_{mark}"][0] in legend for mark in ".+xnug"), "every mark in the map is explained, also beyond its rows"
    assert lines[-1] == "one character is 12 x 10 elements; C[0][40]: got nan, expected 1.5"


def test_a_vector_says_that_it_is_folded() -> None:
    vector = msgspec.structs.replace(MAP, buffer="z", shape=(1000,), rows=("." * 32, "xxx"), row_elements=1, column_elements=2, first=(64,))
    assert text(vector)[-1] == "a vector, read line by line, 64 elements to a row; one character is 2; z[64]: got nan, expected 1.5"
    assert text(vector, "ko")[-1].startswith("벡터를 한 행에 원소 64개씩 접어 그렸고, 한 글자는 원소 2개입니다; z[64]")


def test_a_legend_of_what_is_there_only() -> None:
    lines = text(msgspec.structs.replace(MAP, rows=("..", ".x")))
    assert "NaN" not in "\n".join(lines) and len(lines) == 6


def test_a_hidden_case_shows_no_values() -> None:
    lines = text(msgspec.structs.replace(MAP, got="", expected=""))
    assert lines[-1].endswith("the first is C[0][40]") and "1.5" not in "\n".join(lines)


def test_a_picture_of_nothing_but_wrong_is_left_out() -> None:
    assert text(msgspec.structs.replace(MAP, rows=("xx ", "xx "))) != text(MAP)
    assert len(text(msgspec.structs.replace(MAP, rows=("xx", "xx")))) == 2


def test_in_korean() -> None:
    lines = text(MAP, "ko")
    assert "1,750개 중 1,234개" in lines[0] and "기대값 1.5" in lines[-1]
