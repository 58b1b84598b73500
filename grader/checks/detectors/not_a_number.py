"""NAN_PROPAGATION: NaN that can only be the old content's. NAN_OUTPUT: NaN of another origin, when nothing else explains it."""

from __future__ import annotations

import numpy as np

from grader.checks.closeness import Comparison
from grader.checks.observation import Claims, Diagnosis, Scene, key

ALIKE = 1e-3  # of the error: what a multiple of the old content may leave unexplained


def propagated(scene: Scene) -> Claims:
    """NaN came out of inout buffers that were poisoned because their old content must not matter, and no buffer without poison shows NaN or
    holds its old content where it shouldn't."""
    wrong = [c for _, c in scene.open()]
    if any(not c.poisoned and (np.isnan(c.got64[c.wrong]).any() or _old_came_along(c)) for c in wrong):
        return {}
    remark = "the old content, which must not matter here, came through"
    return {
        key(c): Diagnosis("NAN_PROPAGATION", remark)
        for c in wrong
        if c.direction == "inout" and c.poisoned and np.isnan(c.got64[c.wrong]).all() and (c.wrong & c.required).any()
    }


def _old_came_along(comparison: Comparison) -> bool:
    """Whether the error is a multiple of the old content: then it is read always, not only by a product with zero."""
    inside = comparison.required & np.isfinite(comparison.got64)
    old, error = comparison.old.astype(np.float64)[inside], (comparison.got64 - comparison.value)[inside]
    if old.size < 2 or not old.any() or not np.isfinite(old).all():
        return False
    factor = float(old @ error) / float(old @ old)
    return float(np.linalg.norm(error - factor * old)) <= ALIKE * float(np.linalg.norm(error))


def broken(scene: Scene) -> Claims:
    """NaN where a number is asked for. An infinity alone is a number, only a wrong one. Where some results are NaN by right, one in a wrong
    place may be any of those."""
    return {
        key(c): Diagnosis("NAN_OUTPUT")
        for _, c in scene.open()
        # the same bits: poison that nobody wrote over
        if not c.nan.any() and np.isnan(c.got64[c.wrong & ~c.same_bits & ~c.padding & ~c.nan]).any()
    }
