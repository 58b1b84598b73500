"""Text from submissions and students, fit for logs, tables and XML, whatever it holds."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, settings
from hypothesis import given as given_
from hypothesis import strategies as st

from grader.export import table_text
from grader.export.annotations import command
from grader.export.names import part
from grader.export.plain import cell, listed, number, one_line, plain, xml
from grader.toolchain import UsageError
from tests.export.making import NASTY


def given(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Without a deadline: a busy machine is no failure."""
    return lambda test: settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])(given_(*strategies)(test))


anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@given(anything)
@example(NASTY)
def test_plain_text_can_be_written_and_has_no_escape_sequences(text: str) -> None:
    made = plain(text)
    made.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff\u202a-\u202e]", made)
    assert "\n" not in one_line(text) and "\t" not in one_line(text)


def test_colours_vanish_and_the_rest_of_control_is_shown() -> None:
    assert plain("\x1b[1;31mred\x1b[0m\x1b]0;title\x07 \x9b4mx\x00") == "red x␀"
    assert plain("계산 결과 ≠") == "계산 결과 ≠"


@given(anything)
@example(NASTY)
def test_xml_takes_everything(text: str) -> None:
    element = ET.Element("e", a=xml(text))
    element.text = xml(text)
    read = ET.fromstring(ET.tostring(element, encoding="utf-8"))
    assert (read.text or "") == xml(text).replace("\r", "\n")


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1+1", "=HYPERLINK(1)", "+82-10-1234", "-x"])
def test_formulas_are_guarded(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-5", "+1.5", "12", "-0.5%", "-", "+", "Kim", "a=b", "'=1", ""])
def test_numbers_and_words_stay(text: str) -> None:
    assert cell(text) == text


@pytest.mark.parametrize(
    ("value", "text"), [(87.5, "87.5"), (100.0, "100"), (0.0, "0"), (-0.0, "0"), (33.333333, "33.33"), (1e-9, "0"), (7, "7")]
)
def test_points_have_two_decimals_at_most(value: float, text: str) -> None:
    assert number(value) == cell(value) == text


@given(st.lists(st.lists(anything, min_size=2, max_size=4), min_size=1, max_size=5), st.sampled_from([",", ";", "\t"]), st.booleans())
def test_no_cell_of_a_table_is_a_formula_and_every_cell_comes_back(rows: list[list[str]], delimiter: str, bom: bool) -> None:
    made = table_text.write(rows, table_text.Dialect(delimiter=delimiter, bom=bom))
    read = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    assert read == [[cell(value) for value in row] for row in rows]
    for value in (value for row in read for value in row):
        start = value.lstrip(" ")
        assert not start[:1] or start[0] not in "=+-@\t\r" or len(start) == 1 or re.fullmatch(r"[+-]?\d+([.,]\d+)?%?", start)


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_a_template_is_written_as_it_was(end: str, delimiter: str, bom: bytes) -> None:
    content = bom + f'Student{delimiter}ID{end}"Kim, ""Min"""{delimiter}김{end}'.encode()
    rows, dialect = table_text.read(content, "--template")
    assert rows[1] == ['Kim, "Min"', "김"] or delimiter == ";"
    again = table_text.write(rows, dialect)
    assert again.startswith(bom) and table_text.read(again, "x") == (rows, dialect)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\r\n", "is empty"),
        (b"PK\x03\x04zip", "is a workbook, not CSV"),
        (b"Student,\xff\xfe", "is not UTF-8 (byte 8)"),
        (b'a,"b', "can't be read as CSV"),
    ],
)
def test_what_is_no_table_is_told(content: bytes, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        table_text.read(content, "--template")
    assert str(caught.value).startswith("--template ") and says in str(caught.value)


def test_a_table_in_utf_16_is_read() -> None:
    assert table_text.read("Student\tID\r\n김\t1\r\n".encode("utf-16"), "x")[0] == [["Student", "ID"], ["김", "1"]]


@given(anything, anything)
@example("a\n::error::b", "x,y:z%0A")
def test_an_annotation_is_one_command_whatever_it_says(message: str, file: str) -> None:
    made = command("error", message, file=file, line=3, title=file)
    assert len(made.splitlines()) == 1 and made.startswith("::error " if file else "::error::")
    properties = made.removeprefix("::error").partition("::")[0]
    assert properties.count(",") <= 2 and ":" not in properties


def test_an_annotation_as_it_is_documented() -> None:
    assert command("error", "50 % off\nhere", file="a/b.cu", line=3, column=7, title="A: b, c") == (
        "::error file=a/b.cu,line=3,col=7,title=A%3A b%2C c::50 %25 off%0Ahere"
    )
    assert command("notice", "x", line=3) == "::notice::x"


@given(anything, anything)
def test_different_people_get_different_files(one: str, two: str) -> None:
    first, second = part(one), part(two)
    assert re.fullmatch(r"[A-Za-z0-9._@+-]+", first) and not first.startswith((".", "-")) and not first.endswith(".")
    assert (first == second) == (one == two) or one.encode("utf-8", "surrogatepass") == two.encode("utf-8", "surrogatepass")


def test_listed_says_how_many_more() -> None:
    assert listed(["a", "b"]) == "a, b" and listed([str(i) for i in range(12)]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more"
