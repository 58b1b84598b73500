"""How y is looked at: after eager calls, after several calls of one graph, in buffers that TensorFlow lends out, and its inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from .problem_answers import arrays_of, job_of, reached
from .problem_distance import ROUNDOFF, Array, bound, clipped, in_place, value_mistakes


def look_at_value(room: Any, name: str, exact: bool = False) -> None:
    """y of one eager call."""
    job = job_of(room, name)
    x, centers = arrays_of(room, job, "x", "centers")
    _look(room, f"{name}.y", x, centers, job["limit"], exact)


def _look(
    room: Any, output: str, x: Array, centers: Array, limit: float, exact: bool = False, more: dict[str, Array] | None = None
) -> None:
    reached(room, f"{output}.npy")
    got, right = room.array(output), clipped(x, centers, limit)
    if got.dtype != x.dtype:
        room.fail(
            "WRONG_ANSWER", f"y is {got.dtype}, and x is {x.dtype}", message_ko=f"x는 {x.dtype}인데 y는 {got.dtype}입니다.", file="op.cc"
        )
    allowed = np.zeros_like(right) if exact else bound(x, centers, limit)
    mistakes: dict[str, Array] = dict(more or {})
    mistakes |= value_mistakes(x, centers, limit)
    if got.shape == right.shape and not np.isnan(right).any():
        sums = (abs(x.astype(np.float64))[:, None, :] + abs(centers.astype(np.float64))[None, :, :]) ** 2
        if np.all(abs(got - right) <= (x.shape[1] + 4) * 2.0**-24 * sums.sum(axis=2)):
            mistakes["LOW_PRECISION:what single precision, or |x|^2 - 2 x c + |c|^2, may give"] = got
    told = {name: got if like(got, value, x) else value for name, value in mistakes.items()}
    room.expect(output, right, allowed, mistakes=told, what="y", file="op.cc")


def like(got: Array, value: Array, x: Array) -> bool:
    """Whether an output is what a mistake gives, rounded as it would be: the bounds of what is right say nothing of other numbers."""
    if got.shape != value.shape:
        return False
    with np.errstate(invalid="ignore"):
        near = abs(got - value) <= (x.shape[1] + 4) * ROUNDOFF[x.dtype] * abs(value)
    return bool(np.all(near | (got == value) | (np.isnan(got) & np.isnan(value))))


def look_at_graph(room: Any, name: str) -> None:
    """Each call of one graph. What an earlier call was given must not be seen in a later one."""
    job = job_of(room, name)
    pairs = [(room.given(f"task/{x}.npy"), room.given(f"task/{c}.npy")) for x, c in zip(job["x"], job["centers"], strict=True)]
    for number, (x, centers) in enumerate(pairs):
        leaks = {
            f"STATE_LEAK:{old}, {which}": clipped(a, b, job["limit"])
            for old, (old_x, old_centers) in enumerate(pairs[:number])
            for which, a, b in (("x", old_x, centers), ("centers", x, old_centers), ("both", old_x, old_centers))
            if a.shape[1] == b.shape[1]
        }
        _look(room, f"{name}.y{number}", x, centers, job["limit"], more=leaks)


def look_at_temporary(room: Any, name: str, eager: str) -> None:
    """A graph whose inputs nobody else holds, beside the eager call of the same numbers: TensorFlow lends out such buffers for outputs."""
    job, twin = job_of(room, name), job_of(room, eager)
    x, centers = arrays_of(room, twin, "x", "centers")
    want = clipped(x, centers, job["limit"])
    more = {
        "OUTPUT_ALIASES_INPUT:x": in_place(x, centers, job["limit"]),
        "OUTPUT_ALIASES_INPUT:centers": in_place(centers, x, job["limit"]).T,
    }
    if room.has(f"{eager}.y.npy") and np.array_equal(room.array(f"{eager}.y"), want):  # only the buffers are others
        more["OUTPUT_ALIASES_INPUT:in some order"] = room.array(f"{name}.y0")
    _look(room, f"{name}.y0", x, centers, job["limit"], exact=True, more=more)


def look_at_inputs(room: Any, *names: str) -> None:
    """x and centers hold the same bits behind the call as before it."""
    for name in names:
        job = job_of(room, name)
        for key in ("x", "centers"):
            (before,) = arrays_of(room, job, key)
            after = room.array(f"{name}.{key}")
            if (before.shape, before.dtype) != (after.shape, after.dtype) or before.tobytes() != after.tobytes():
                korean = f"호출한 뒤 {key}의 값이 달라졌습니다. 입력은 다른 연산도 함께 봅니다."
                room.fail(
                    "INPUT_OVERWRITTEN",
                    f"{key} has other values behind the call: others see that tensor too",
                    message_ko=korean,
                    file="op.cc",
                )
