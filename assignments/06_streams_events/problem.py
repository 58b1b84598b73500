"""06_streams_events, the mathematics: inputs of one call -> what out, device or ms must hold.

Runs in the judge, at home too. How long a copy takes isn't known here: the checks compare *ms with the device's own record.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import elementwise_bound, exact

Array = NDArray[Any]

LONGEST_MS = 1000.0  # any time up to twice this is a number; which one, is asked of the record


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """The pipeline's function of each number, or the numbers themselves."""
    v = arrays["in"].astype(np.float64)
    if case.entry == "ck_pipeline":
        return {"out": Expected(value=v * v + 0.5 * v, bound=elementwise_bound(v * v + abs(0.5 * v), 1))}
    result = {"device": Expected(value=v, bound=exact(v))}
    if case.entry == "ck_time_upload":
        result["ms"] = Expected(value=np.full(1, LONGEST_MS), bound=np.full(1, LONGEST_MS * (1 - 1e-7)))  # no 0 and no NaN
    return result


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Decoys: outputs that are wrong and of no class that has a name."""
    if case.entry != "ck_pipeline" or not case.sizes["n"]:
        return {}
    v = arrays["in"]
    once = v * v + np.float32(0.5) * v
    return {"WRONG_ANSWER:copied": {"out": v}, "WRONG_ANSWER:applied_twice": {"out": once * once + np.float32(0.5) * once}}


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Outputs that must pass (rounded together or apart) or fail (half precision, a chunk shifted or lost)."""
    n = case.sizes["n"]
    if not n:
        return {}
    v = arrays["in"]
    if case.entry != "ck_pipeline":
        shifted = np.roll(v, 1)
        extra = {"ms": np.full(1, 0.5, np.float32)} if case.entry == "ck_time_upload" else {}
        offered = {"passes:copied": {"device": v, **extra}}
        return offered | ({"fails:shifted": {"device": shifted, **extra}} if n > 1 else {})
    apart = v * v + np.float32(0.5) * v
    together = (v.astype(np.float64) ** 2 + 0.5 * v).astype(np.float32)
    half = v.astype(np.float16)
    narrow = (half * half + np.float16(0.5) * half).astype(np.float32)
    offered = {"passes:apart": {"out": apart}, "passes:together": {"out": together}, "fails:copied": {"out": v}}
    if n > 16:
        offered |= {"fails:half": {"out": narrow}, "fails:shifted": {"out": np.roll(apart, 1)}}
    return offered
