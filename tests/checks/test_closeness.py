"""closeness: what isn't a number never passes, a bound that decides nothing is refused, and what is wrong is said so that it can be
found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader.checks.closeness import Expected, agrees, compare, nearest, untouched
from grader.checks.wording import describe, region
from grader.errors import AssignmentError

finite = st.floats(-(2.0**100), 2.0**100, width=32)
POISON = np.frombuffer(np.uint32(0x7FC0DEAD).tobytes(), dtype=np.float32)[0]


def comparison(got: Any, value: Any, bound: Any, old: Any = None) -> Any:
    got = np.asarray(got, np.float32)
    old = np.zeros_like(got) if old is None else np.asarray(old, np.float32)
    return compare("case", 0, "C", got, old, Expected(np.asarray(value, float), np.asarray(bound, float)))


@given(
    hnp.arrays(np.float64, hnp.array_shapes(min_dims=1, max_dims=3, max_side=5), elements=finite),
    st.floats(0, 1e300),
    st.sampled_from([np.nan, np.inf, -np.inf]),
    st.data(),
)
def test_what_is_not_finite_never_passes(value: Any, bound: float, bad: float, data: Any) -> None:
    got = value.astype(np.float32)
    index = data.draw(st.tuples(*(st.integers(0, n - 1) for n in value.shape)))
    got[index] = bad
    result = comparison(got, value, bound)
    assert not result.passed and result.wrong[index] and result.wrong_count >= 1
    assert "wrong" not in describe(result, hidden=False) and describe(result, hidden=True)


@given(hnp.arrays(np.float64, (3, 4), elements=finite), st.floats(0, 1e6), st.floats(-2, 2))
def test_an_element_passes_exactly_within_its_bound(value: Any, bound: float, factor: float) -> None:
    got = (value + bound * factor).astype(np.float32)
    result = comparison(got, value, bound)
    assert (result.wrong == ~(np.abs(got.astype(np.float64) - value) <= bound)).all()


@given(hnp.arrays(np.float32, (4, 5), elements=st.floats(width=32)))
def test_padding_must_keep_its_very_bits(old: Any) -> None:
    old[:, 4] = POISON
    value = np.zeros((4, 5))
    value[:, 4] = np.nan
    got = np.zeros((4, 5), np.float32)
    got[:, 4] = POISON
    assert comparison(got, value, 0.0, old).passed
    got[2, 4] = np.float32("nan")  # another NaN: somebody wrote
    result = comparison(got, value, 0.0, old)
    assert not result.passed and result.worst == (2, 4)
    assert "padding" in describe(result, hidden=False)


def special(got: list[float], value: list[float], nan: list[bool]) -> Any:
    """Compared with a buffer that was poisoned before the call."""
    array = np.asarray(got, np.float32)
    array[np.asarray(got) == 0xDEAD] = POISON
    return compare("case", 0, "C", array, np.full(len(got), POISON), Expected(np.asarray(value), np.zeros(len(got)), nan=np.asarray(nan)))


def test_infinity_passes_where_it_is_expected_and_nan_where_it_is_the_result() -> None:
    assert special([np.inf, -np.inf, np.nan, 3], [np.inf, -np.inf, 0, 3], [False, False, True, False]).passed
    for got, value, nan in ((3.0e38, np.inf, False), (-np.inf, np.inf, False), (np.nan, np.inf, False), (3, 3, True), (np.inf, 0, True)):
        result = special([got], [value], [nan])
        assert result.wrong.all() and result.required.all() and np.isinf(result.statistics()["relative"])
        assert describe(result, hidden=False) and "nan" not in describe(result, hidden=True)
    assert special([0xDEAD], [0], [True]).wrong.all(), "the poison from before the call is no result, although it is NaN"


@pytest.mark.parametrize(
    ("value", "bound", "says"),
    [
        (np.zeros((2, 3)), 0.0, "shape"),
        (np.zeros((2, 2)), np.zeros((3, 2)), "shape"),
        (np.zeros((2, 2)), np.inf, "bound"),
        (np.zeros((2, 2)), np.nan, "bound"),
        (np.zeros((2, 2)), -1.0, "bound"),
        (np.full((2, 2), np.inf), 1.0, "infinite"),
        (np.full((2, 2), -np.inf), 1e300, "infinite"),
        (np.full((2, 2), np.nan), 0.0, "poison"),
        ([[np.nan, 0], [0, 0]], 0.0, "poison"),
    ],
)
def test_unfit_expectations_are_the_assignments_fault(value: Any, bound: Any, says: str) -> None:
    with pytest.raises(AssignmentError, match=says):
        comparison(np.zeros((2, 2)), value, bound)


def test_expecting_poison_everywhere_is_refused() -> None:
    with pytest.raises(AssignmentError, match="everywhere"):
        comparison(np.zeros((2, 2)), np.full((2, 2), np.nan), 0.0, np.full((2, 2), POISON))


def test_a_public_message_names_element_values_bound_and_place() -> None:
    value = np.full((33, 65), 7.5)
    got = value.copy()
    got[32, :33] = 3.25
    text = describe(comparison(got, value, 1e-5), hidden=False)
    assert text == "C[32][0]: got 3.25, expected 7.5 (error 4.25 > bound 1e-05); 33 of 2145 elements differ, all in the last row"
    hidden = describe(comparison(got, value, 1e-5), hidden=True)
    assert "3.25" not in hidden and "7.5" not in hidden and "all in the last row" in hidden and "0.57" in hidden


@pytest.mark.parametrize(
    ("marked", "text"),
    [
        (np.s_[:, :], "every element"),
        (np.s_[7, :], "all in the last row"),
        (np.s_[6:, :], "all in the last 2 rows"),
        (np.s_[:, 3], "all in column 3"),
        (np.s_[2:4, :], "all in rows 2 to 3"),
        (np.s_[::7, ::7], "spread over the array"),
    ],
)
def test_region(marked: Any, text: str) -> None:
    mask = np.zeros((8, 8), bool)
    mask[marked] = True
    assert region(mask) == text


def test_untouched_sees_bits() -> None:
    old = np.array([POISON, 0.0, 1.0], np.float32)
    assert untouched(np.array([POISON, -0.0, 1.0], np.float32), old).tolist() == [True, False, True]
    with pytest.raises(ValueError, match="float64"):
        untouched(old.astype(np.float64), old)


def test_agreement_with_a_hypothesis() -> None:
    wrong = comparison([1, 2, np.nan], [5, 6, 7], 1e-6)
    assert agrees(wrong, [1, 2, np.nan])
    assert not agrees(wrong, [1, 2, 3])
    assert not agrees(comparison([1, 2, 3], [5, 6, 7], 1e-6), [1, 2, np.nan])
    assert not agrees(comparison([1, 2, 3], [5, 6, 7], 1e-6), [[1, 2, 3]])
    assert not agrees(comparison([1, 2, 3], [5, 6, 7], 1e-6), [1, 2, 3.001])
    assert agrees(comparison([1e5, 2, 3], [5, 6, 7], 1e-6), [1e5, 2, 3.001])  # a sum of large terms that cancelled
    assert not agrees(comparison([1e5, 2, 3], [5, 6, 7], 0.0), [1e5, 2, 3.001])
    assert not agrees(comparison([1e5, 2, 3], [1e5, 2, 3.001], 1e-6), [1e5, 2, 3.0005])  # no closer than the truth


def test_of_several_predictions_for_an_element_one_has_to_agree() -> None:
    """Where chance decides, say, which of several contributions is left: an axis more, in front."""
    lost = comparison(got=[1.0, 5.0, 3.0], value=[3.0, 5.0, 7.0], bound=[0.0, 0.0, 0.0])
    either = np.array([[1.0, 5.0, 3.0], [2.0, 5.0, 4.0]])
    assert agrees(lost, either) and agrees(lost, either[::-1])
    assert not agrees(lost, either[1:]) and not agrees(lost, either + 0.5)
    open_ = np.ma.masked_array(either + [0.0, 0.0, 0.5], [[False, False, True], [False, False, True]])
    assert agrees(lost, open_)  # nobody can tell the last one
    assert np.array_equal(nearest(lost, either), [1.0, 5.0, 3.0])
    assert np.array_equal(nearest(lost, either[1]), either[1])  # of the output's shape: itself
