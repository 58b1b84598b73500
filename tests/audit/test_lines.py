"""How much of a file differs, in a few words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.audit.lines import differing


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a\nb\nc\n", "a\nb\nc\n", ""),
        ("a\nb\nc\n", "a\nX\nc\n", "1 line added, 1 removed, from line 2 on"),
        ("a\nb\nc\n", "a\nc\n", "0 lines added, 1 removed, from line 2 on"),
        ("", "a\nb\n", "2 lines added, 0 removed, from line 1 on"),
        ("a\nb\n", "a\nb\nc\nd\n", "2 lines added, 0 removed, from line 3 on"),
        ("a\r\nb\r\n", "a\nb\n", "other line ends only"),
        ("a\n" * 2001, "a\n", "2,001 lines before, 1 now"),
    ],
)
def test_what_is_told(before: str, after: str, told: str) -> None:
    assert differing(before, after) == told


@given(st.text("ab\n", max_size=40), st.text("ab\n", max_size=40))
def test_something_is_told_of_unequal_texts_only(before: str, after: str) -> None:
    assert bool(differing(before, after)) == (before != after)
