"""error_map: where an output differs, drawn so that tiles, tails and padding can be seen; a hidden case tells no value."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest

from grader.checks.closeness import Expected, compare
from grader.checks.error_map import error_map
from grader.records import CheckResult, ErrorMap

POISON = np.frombuffer(np.uint32(0x7FC0DEAD).tobytes(), dtype=np.float32)[0]


def drawn(shape: tuple[int, ...], change: Any, width: int | None = None, hidden: bool = False, poisoned: bool = False) -> ErrorMap:
    """The map of an output that is 2 everywhere before `change(got, old)`; padding keeps 9."""
    old = np.full(shape, POISON if poisoned else np.float32(1), np.float32)
    got, value = np.full(shape, 2, np.float32), np.full(shape, 2.0)
    if width is not None:
        old[..., width:], got[..., width:], value[..., width:] = 9, 9, 9
    change(got, old)
    return error_map(compare("c", 1, "C", got, old, Expected(value, 0.0), poisoned=poisoned, width=width), hidden)


def put(where: Any, value: float) -> Any:
    return lambda got, old: got.__setitem__(where, value)


def keep(where: Any) -> Any:
    return lambda got, old: got.__setitem__(where, old[where])


@pytest.mark.parametrize(
    ("shape", "width", "change", "rows"),
    [
        ((4, 6), None, put(np.s_[1, 2:], 5), ("......", "..xxxx", "......", "......")),
        ((4, 6), None, keep(np.s_[3:, :]), ("......", "......", "......", "uuuuuu")),
        ((4, 6), 4, put(np.s_[0, 5], 5), (".... g", "....  ", "....  ", "....  ")),
        ((2, 3), None, put(np.s_[0, 0], np.nan), ("n..", "...")),
        ((32, 64), None, put(np.s_[:16, 32:], 5), ("." * 16 + "x" * 16,) * 8 + ("." * 32,) * 8),
        ((33, 33), None, put(np.s_[32, :], 5), ("." * 17,) * 8 + ("x" * 17,)),  # cells of 4 x 2; only one row of the last ones exists
        ((33, 33), None, put(np.s_[30, :], 5), ("." * 17,) * 7 + ("+" * 17, "." * 17)),
        ((1,), None, put(0, 5), ("x",)),
        ((40,), None, put(np.s_[32:], 5), ("." * 32, "x" * 8 + " " * 24)),
        ((1000,), None, put(np.s_[999], 5), ("." * 32,) * 15 + ("." * 19 + "+" + " " * 12,)),  # rows of 64, cells of 2
        ((2, 2, 4), None, put(np.s_[1, 0, 3], 5), ("....", "....", "...x", "....")),
    ],
)
def test_a_cell_says_the_gravest_of_its_elements(shape: Any, width: Any, change: Any, rows: Any) -> None:
    found = drawn(shape, change, width)
    assert found.rows == rows
    assert len(found.rows) <= 16 and max(map(len, found.rows)) <= 32


@pytest.mark.parametrize("shape", [(1, 1), (7,), (33,), (512,), (513,), (100_000,), (1000, 3), (3, 1000), (257, 129), (5, 6, 700)])
def test_a_map_is_small_and_its_cells_are_powers_of_two(shape: tuple[int, ...]) -> None:
    found = drawn(shape, put(..., 5))
    assert 1 <= len(found.rows) <= 16 and {len(row) for row in found.rows} == {len(found.rows[0])} and len(found.rows[0]) <= 32
    for extent in (found.row_elements, found.column_elements):
        assert extent & (extent - 1) == 0
    assert set("".join(found.rows)) <= {"x", " "} and (found.wrong, found.total) == (int(np.prod(shape)),) * 2
    assert found.first == (0,) * len(shape)


def test_it_tells_the_first_element_and_its_values_unless_hidden() -> None:
    found = drawn((4, 6), put(np.s_[2:, 1], 5.25))
    assert (found.case, found.call, found.buffer, found.shape) == ("c", 1, "C", (4, 6))
    assert (found.first, found.got, found.expected, found.wrong, found.total) == ((2, 1), "5.25", "2", 2, 24)
    hidden = drawn((4, 6), put(np.s_[2:, 1], 5.25), hidden=True)
    assert (hidden.first, hidden.got, hidden.expected, hidden.rows) == ((2, 1), "", "", found.rows)
    assert "5.25" not in msgspec.json.encode(hidden).decode()


def test_unwritten_poison_is_unwritten_and_not_nan() -> None:
    assert drawn((2, 4), keep(np.s_[:, 2:]), poisoned=True).rows == ("..uu", "..uu")


def test_a_failed_check_carries_the_map_of_its_gravest_case(make: Any) -> None:
    def zeros(case: Any, arrays: Any, call: int) -> Any:
        return arrays["C"] * 0

    cases = {"one": {"M": 4, "N": 5, "K": 3}, "two": {"M": 6, "N": 4, "K": 8}, "secret": {"M": 6, "N": 4, "K": 8, "visibility": "hidden"}}
    check = 'import pytest\n\n@pytest.mark.points(1)\ndef test_it(judge):\n    """Title"""\n    judge.correct()\n'
    bench = make(cases, hidden=check)
    results: list[CheckResult] = bench.judge([bench.run("one"), bench.run("two", zeros), bench.run("secret", zeros)])
    public, hidden = (result.error_map for result in results)
    assert public is not None and public.case == "two" and public.got == "0" and public.expected
    assert hidden is not None and (hidden.case, hidden.got, hidden.expected) == ("secret", "", "") and hidden.rows == public.rows
    assert all(result.error_map is None for result in bench.judge(bench.runs()))
    crashed = bench.run("two", lambda *_: None)
    assert bench.judge([bench.run("one"), crashed, bench.run("secret")])[0].error_map is None
