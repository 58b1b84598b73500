"""Reading what was handed in: every strange file is a sentence, never an exception of another kind, and never much memory."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.notebook.cells import MAX_BYTES, MAX_CELLS, check, labels, read, slim, texts
from tests.notebook.course import book_of, code, encoded


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"nonsense", "is not JSON (line 1)"),
        (b'{"nbformat": 4, "cells": [', "is not JSON"),
        (b"[]", "is no notebook"),
        (b"{}", "is no notebook: Object missing required field nbformat"),
        (encoded({"nbformat": 2, "worksheets": []}), "is of notebook format 2"),
        (encoded({"nbformat": 5, "cells": []}), "is of notebook format 5"),
        (encoded(book_of(3)), "is no notebook: cell 1"),
        (encoded(book_of(code(3))), "is no notebook: cell 1"),
        (encoded(book_of(code("x", metadata=[]))), "is no notebook: cell 1"),
        (encoded(book_of({"cell_type": "widget"})), "has a cell (number 1) that is neither code nor text"),
        (encoded(book_of(*[code("1")] * 100_000)), "has 100,000 cells"),
        (encoded(book_of(code("x" * 300_000))), "has a cell (number 1) of more than 256 KiB"),
        (encoded(book_of(*[code("x" * 200_000)] * 12)), "has more than 2 MiB of text"),
        (b" " * (MAX_BYTES + 1), "is larger than 16 MiB"),
        (b"\xff\xfe{\x00", "is UTF-16"),
        (b'{"nbformat": 4, "cells": ["\xff"]}', "is n"),
        (b"[" * 200_000, "is n"),
        (b'{"nbformat": 4, "metadata": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "is nested too deep"),
        (b'{"nbformat": 1' + b"0" * 10_000 + b"}", "is no notebook"),
        (b'{"nbformat": 4, "x": NaN, "y": "' + b"x" * 3_000_000 + b'"}', "isn't quite JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_can_t_be_graded_is_said_with_a_remedy(data: bytes, said: str) -> None:
    with pytest.raises(SubmissionError) as caught:
        check(data, "x.ipynb")
    assert caught.value.verdict == "BAD_NOTEBOOK" and caught.value.file == "x.ipynb"
    assert str(caught.value).startswith(f"x.ipynb {said}"), str(caught.value)


def test_outputs_metadata_and_widgets_are_dropped() -> None:
    output = {"output_type": "display_data", "data": {"text/html": "<script>alert(1)</script>" * 1000}, "metadata": {}}
    book = book_of(code("x", outputs=[output], metadata={"nbgrader": {"grade_id": "a", "points": 100, "locked": False}}))
    book["metadata"] = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {"a": [1] * 1000}}}}
    kept = slim(encoded(book))
    assert len(kept) < 400 and b"script" not in kept and b"points" not in kept and b"widgets" not in kept
    assert [(cell.source, cell.grade_id) for cell in read(kept)] == [("x", "a")]


def test_a_notebook_with_nan_or_half_a_character_is_read_all_the_same() -> None:
    data = (
        b'{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["x\\ud800\\n", "y"], "outputs": [NaN], "id": "me", "metadata": {}}]}'
    )
    (cell,) = read(data)
    assert (cell.source, cell.id) == ("x?\ny", "me")


def test_format_3_is_brought_up() -> None:
    sheet = {
        "cells": [
            {"cell_type": "heading", "level": 2, "source": ["Title"]},
            {"cell_type": "code", "input": ["a = 1\n", "a"], "language": "python", "metadata": {"nbgrader": {"grade_id": "q1"}}},
        ]
    }
    heading, cell = read(encoded({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}))
    assert (heading.type, heading.source) == ("markdown", "## Title")
    assert (cell.source, cell.grade_id) == ("a = 1\na", "q1")


def test_labels_are_unique_and_name_the_cell_before() -> None:
    named: dict[str, Any] = {"metadata": {"nbgrader": {"grade_id": "adam"}}}
    cells = read(
        encoded(book_of(code("0"), code("1", **named), code("2"), code("3", **named), code("4", id="sgd"), code("5", id="deadbeef")))
    )
    assert labels(cells) == ["top+1", "adam", "adam+1", "adam+2", "sgd", "sgd+1"]


def test_slim_gives_every_cell_an_id_of_its_own() -> None:
    kept = slim(encoded(book_of(code("a", id="x"), code("b", id="x"), code("c"), code("d", id="cell-2"), code("e", id="a b"))))
    ids = [cell["id"] for cell in json.loads(kept)["cells"]]
    assert len(set(ids)) == 5 and ids[0] == "x" and ids[3] == "cell-2"


def test_texts_stand_in_the_notebook_s_order() -> None:
    text = {"cell_type": "markdown", "metadata": {}, "source": "# Hello"}
    shown = texts(encoded(book_of(text, code("1", id="b"), code("2", id="a"))), "n.ipynb", {"n.ipynb#b": "out"})
    assert list(shown.items()) == [("n.ipynb#1.md", "# Hello"), ("n.ipynb#b", "1"), ("n.ipynb#b.out", "out"), ("n.ipynb#a", "2")]
    assert texts(b"nonsense") == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
LINES = st.text(max_size=20) | st.lists(st.text(max_size=10), max_size=3)
FLAGS = st.fixed_dictionaries(
    {}, optional={"nbgrader": st.fixed_dictionaries({}, optional={"grade_id": st.text(max_size=5) | JSON}) | JSON}
)
CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw", "heading"]) | st.text(max_size=4)},
    optional={
        "source": LINES | JSON,
        "input": LINES,
        "id": st.text(max_size=9) | JSON,
        "metadata": FLAGS | JSON,
        "outputs": JSON,
        "level": JSON,
    },
)
BOOK = st.fixed_dictionaries(
    {"nbformat": st.sampled_from([3, 4]) | JSON},
    optional={
        "cells": st.lists(CELL, max_size=6) | JSON,
        "worksheets": st.lists(st.fixed_dictionaries({"cells": st.lists(CELL, max_size=3)}), max_size=2) | JSON,
        "metadata": JSON,
    },
)


@settings(deadline=None)
@given(
    st.one_of(BOOK.map(lambda book: json.dumps(book).encode()), JSON.map(lambda value: json.dumps(value).encode()), st.binary(max_size=60))
)
def test_nothing_but_a_submission_error_is_ever_raised(data: bytes) -> None:
    try:
        kept = slim(data)
    except SubmissionError as error:
        assert error.verdict == "BAD_NOTEBOOK" and len(str(error)) < 400
        return
    assert slim(kept) == kept
    cells = read(kept)
    assert len(cells) <= MAX_CELLS and [(c.type, c.source, c.grade_id) for c in cells] == [
        (c.type, c.source, c.grade_id) for c in read(data)
    ]
    names = [label for label in labels(cells) if label]
    assert len(set(names)) == len(names)
    json.loads(kept)
    texts(kept)
