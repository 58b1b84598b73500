"""How the gradients of grad.py are looked at, and the Jacobians of tf.test.compute_gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from .problem_answers import arrays_of, job_of, reached
from .problem_distance import gradient_bounds, gradient_mistakes, gradients, jacobians


def look_at_gradient(room: Any, name: str, exact: bool = False) -> None:
    """dx and dcenters of one job."""
    job = job_of(room, name)
    x, centers, dy = arrays_of(room, job, "x", "centers", "dy")
    _want_both(room, name)
    right, allowed = gradients(x, centers, dy, job["limit"]), gradient_bounds(x, centers, dy)
    slips = gradient_mistakes(x, centers, dy, job["limit"])
    for key, other in (("dx", right["dcenters"]), ("dcenters", right["dx"])):
        got = room.array(f"{name}.{key}")
        if got.shape == other.shape != right[key].shape and got.dtype == x.dtype and np.allclose(got, other, rtol=1e-3):
            korean = f"{key} 자리에 다른 입력의 그래디언트가 있습니다. 입력의 순서대로 돌려주세요."
            text = f"{key} is the gradient of the other input: they are returned in the order of the inputs"
            room.fail("GRADIENT_WRONG", text, message_ko=korean, file="grad.py")
    for key, value in right.items():
        mistakes = {f"GRADIENT_WRONG:{variant}": both[key] for variant, both in slips.items()}
        room.expect(f"{name}.{key}", value, 0.0 if exact else allowed[key], mistakes=mistakes, what=key, file="grad.py")


def _want_both(room: Any, name: str) -> None:
    reached(room, f"{name}.missing.json")
    missing = room.json(f"{name}.missing")
    if missing:
        missing = missing if isinstance(missing, list) else [missing]
        missing = [str(each)[:20] for each in missing]
        korean = f"{', '.join(missing)}에 그래디언트가 없습니다(None). 입력마다 하나씩 필요합니다."
        room.fail("GRADIENT_MISSING", f"{', '.join(missing)} is None: each input has a gradient", message_ko=korean, file="grad.py")


def look_at_jacobian(room: Any, name: str, gradient: str) -> None:
    """Both matrices of compute_gradient: the one of the registered gradient is grad.py's, the one of differences op.cc's. `gradient`: a
    job that tells whether there is one; compute_gradient takes None for zeros."""
    job = job_of(room, name)
    if room.has(f"{gradient}.missing.json"):
        _want_both(room, gradient)
    reached(room, f"{name}.x.npy")
    x, centers = arrays_of(room, job, "x", "centers")
    right = jacobians(x, centers, job["limit"])
    slips = {
        "half": {k: v / 2 for k, v in right.items()},
        "turned": {k: -v for k, v in right.items()},
        "0": {k: 0 * v for k, v in right.items()},
    }
    slips["not clipped"] = jacobians(x, centers, np.inf)
    for key, want in right.items():
        what, what_ko = f"dy / d{key} by your gradient", f"등록한 그래디언트로 구한 dy / d{key}"
        mistakes = {f"GRADIENT_WRONG:{variant}": both[key] for variant, both in slips.items()}
        room.expect(f"{name}.{key}", want, 1e-12, mistakes=mistakes, what=what, what_ko=what_ko, file="grad.py")
        what, what_ko = f"dy / d{key} by differences of y", f"y의 차분으로 구한 dy / d{key}"
        room.expect(f"{name}.{key}_differences", want, 1e-6, what=what, what_ko=what_ko, file="op.cc")
