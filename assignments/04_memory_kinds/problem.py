"""04_memory_kinds, the mathematics: inputs of one call -> what y, sum or kind must hold, and what a mistake would leave there.

Students have it without its STAFF parts: `grader check` needs it at home.
x and y are float32 of n numbers; sum is one float64, kind one int32.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import elementwise_bound, exact

Array = NDArray[Any]

KINDS = {"pageable": 0, "pinned": 1, "device": 2, "managed": 3}  # CK_PAGEABLE … in ck/memory_kinds.h
UNITS = 1  # a product and a sum of floats, each rounded once: u * |a x| and u * |a x + y|


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """y and its bound; the sum of y and all bounds together; or the kind of memory that the case says."""
    if case.entry == "ck_memory_kind":
        kind = np.full(1, float(KINDS[case.memory["p"]]))
        return {"kind": Expected(value=kind, bound=exact(kind))}
    y, bound = _saxpy(case, arrays)
    result = {"y": Expected(value=y, bound=bound)}
    if case.entry == "ck_saxpy_managed":
        total = np.asarray([y.sum()])
        rounding = 4 * 2.0**-53 * (y.size + 1) * np.abs(y).sum()  # of the additions, in double precision
        result["sum"] = Expected(value=total, bound=np.asarray([bound.sum() + rounding]))
    return result


def _saxpy(case: Case, arrays: dict[str, Any]) -> tuple[Any, Any]:
    a = float(np.float32(case.scalars["a"]))
    product, old = a * arrays["x"].astype(np.float64), arrays["y"].astype(np.float64)
    whole = case.fill == "small_integers" and a.is_integer() and abs(a) <= 8
    bound = exact(product) if whole else elementwise_bound(abs(product) + abs(old), UNITS)
    return product + old, bound


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """What known mistakes give, in the outputs' own types. Whole tiles only are told by y itself: what nobody wrote holds its old bits."""
    return dict(_mistakes(case, arrays))


def _mistakes(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    if case.entry == "ck_memory_kind" or not case.sizes["n"]:
        return
    a = np.float32(case.scalars["a"])
    x, y = arrays["x"], arrays["y"]
    # decoys: wrong, and of no class that has a name
    yield "WRONG_ANSWER:x_scaled", {"y": a * x}
    yield "WRONG_ANSWER:y_scaled", {"y": x + a * y}
    yield "WRONG_ANSWER:no_factor", {"y": x + y}
    yield "WRONG_ANSWER:twice", {"y": a * x + (a * x + y)}


# BEGIN STAFF
def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Outputs that must pass (a multiply-add rounded once or twice) or fail (half precision, factors exchanged, a lost tail)."""
    if case.entry == "ck_memory_kind":
        right = KINDS[case.memory["p"]]
        return {f"fails:{name}": {"kind": np.asarray([kind], np.int32)} for name, kind in KINDS.items() if kind != right}
    if not case.sizes["n"]:
        return {}
    a = np.float32(case.scalars["a"])
    x, y = arrays["x"], arrays["y"]
    twice = a * x + y
    once = (float(a) * x.astype(np.float64) + y).astype(np.float32)
    half = (a.astype(np.float16) * x.astype(np.float16) + y.astype(np.float16)).astype(np.float32)
    lost = np.concatenate([once[:-1], y[-1:]])
    offered = {
        "passes:rounded_twice": twice,
        "passes:rounded_once": once,
        "fails:tail": lost,
        "fails:y_scaled": x + a * y,
        "fails:untouched": y,
    }
    if case.fill != "small_integers":
        offered["fails:half"] = half
    if case.entry == "ck_saxpy_managed":
        return {name: {"y": value, "sum": np.asarray([value.sum(dtype=np.float64)])} for name, value in offered.items()}
    return {name: {"y": value} for name, value in offered.items()}


# END STAFF
