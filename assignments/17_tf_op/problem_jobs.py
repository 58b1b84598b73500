"""What the rooms are given: jobs for room/drive.py, and their arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.assignment import Case

from .problem_distance import Array, distances

Shape = list[int | None] | None  # as TensorFlow tells it: None for what isn't known


def room(case: Case, rng: np.random.Generator) -> dict[str, Any]:
    """The jobs of a case and their arrays."""
    work = Work(rng)
    if case.visibility == "public":
        public_jobs(work)
    # BEGIN STAFF
    else:
        hidden_jobs(work)
    # END STAFF
    return {"task/setup.json": {"jobs": work.jobs}, **{f"task/{name}.npy": array for name, array in work.arrays.items()}}


class Work:
    """Jobs as they are collected, and the arrays that they name."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.jobs: list[dict[str, Any]] = []
        self.arrays: dict[str, Array] = {}

    def normal(self, *shape: int, dtype: Any = np.float32) -> Array:
        return np.asarray(self.rng.standard_normal(shape), dtype=dtype)

    def whole(self, *shape: int, most: int = 3) -> Array:
        """Small whole numbers: all sums are exact, whatever their order."""
        return self.rng.integers(-most, most + 1, shape).astype(np.float32)

    def add(self, kind: str, name: str, limit: float | None = None, **more: Any) -> None:
        """A job; arrays, and lists of them, are kept under names of their own. Without a limit: one that clips about half of the pairs."""
        job: dict[str, Any] = {"kind": kind, "name": name}
        if limit is None and "x" in more:
            pairs = zip(more["x"], more["centers"], strict=True) if isinstance(more["x"], list) else [(more["x"], more["centers"])]
            limit = halving(np.concatenate([distances(*pair).ravel() for pair in pairs]))
        if limit is not None:
            job["limit"] = limit
        for key, value in more.items():
            if isinstance(value, np.ndarray):
                self.arrays[f"{name}_{key}"], value = value, f"{name}_{key}"
            elif isinstance(value, list) and value and isinstance(value[0], np.ndarray):
                names = [f"{name}_{key}{number}" for number in range(len(value))]
                self.arrays |= dict(zip(names, value, strict=True))
                value = names
            job[key] = value
        self.jobs.append(job)


def halving(d: Array) -> float:
    """A limit in the widest gap between the middle distances, so that no rounding moves a pair to its other side."""
    ordered = np.sort(d[np.isfinite(d)])
    if len(ordered) < 2:
        return float(np.float32(2 * ordered.max(initial=1.0) + 1))
    low, high = len(ordered) // 4, max(len(ordered) * 3 // 4, len(ordered) // 4 + 2)
    middle = ordered[low:high]
    gap = int(np.argmax(np.diff(middle)))
    return float(np.float32((middle[gap] + middle[gap + 1]) / 2))


PUBLIC_SHAPES: list[tuple[Shape, Shape]] = [
    ([4, 3], [5, 3]),
    ([7, 3], [2, 3]),
    ([None, 3], [5, 3]),
    ([4, 3], [None, 3]),
    ([None, None], [None, None]),
    ([4, 3, 1], [5, 3]),
    ([4, 3], [5, 3, 2]),
]


def public_jobs(work: Work) -> None:
    x, centers = work.normal(7, 3), work.normal(5, 3)
    work.add("shapes", "shapes", limit=1.0, pairs=PUBLIC_SHAPES)
    work.add("interface", "interface")
    work.add("eager", "eager", x=x, centers=centers)
    work.add("eager", "double", x=work.normal(4, 6, dtype=np.float64), centers=work.normal(5, 6, dtype=np.float64))
    work.add("graph", "graph", x=[x, work.normal(2, 3)], centers=[centers, work.normal(9, 3)])
    dy = work.normal(7, 5)
    work.add("gradient", "gradient", x=x, centers=centers, dy=dy)
    work.add("gradient", "gradient_graph", x=x, centers=centers, dy=dy, graph="gradient")
    work.add("jacobian", "jacobian", x=work.normal(3, 2, dtype=np.float64), centers=work.normal(4, 2, dtype=np.float64))


# BEGIN STAFF
HIDDEN_SHAPES: list[tuple[Shape, Shape]] = [
    (None, [5, 3]),
    ([4, 3], None),
    (None, None),
    ([None, 3], [None, 3]),
    ([4, None], [6, None]),
    ([4, None], [6, 2]),
    ([6, 6], [6, 6]),
    ([0, 3], [5, 3]),
    ([4, 0], [5, 0]),
    ([4], [5, 3]),
    ([4, 3], [5]),
    ([], [5, 3]),
    (None, [5, 3, 1]),
    ([4, 3], [5, 4]),
    ([None, 3], [None, 4]),
    ([4, 0], [5, 3]),
]

HUGE = 2**31  # rows without numbers: HUGE * HUGE results are more than memory can ever hold, whatever the machine

REFUSALS: list[tuple[str, dict[str, Any]]] = [
    ("shape", {"x": [4, 3, 1], "centers": [5, 3], "limit": 1.0}),
    ("shape", {"x": [4, 3], "centers": [5, 3, 1], "limit": 1.0}),
    ("shape", {"x": [3], "centers": [5, 3], "limit": 1.0}),
    ("shape", {"x": [4, 3], "centers": [5, 4], "limit": 1.0}),
    ("shape", {"x": [4, 4], "centers": [5, 3], "limit": 1.0}),
    ("limit", {"x": [4, 3], "centers": [5, 3], "limit": 0.0}),
    ("limit", {"x": [4, 3], "centers": [5, 3], "limit": -1.0}),
    ("memory", {"x": [HUGE, 0], "centers": [HUGE, 0], "limit": 1.0}),
]


def hidden_jobs(work: Work) -> None:
    f64 = np.float64
    work.add("shapes", "shapes", limit=1.0, pairs=HIDDEN_SHAPES)
    work.add("refused", "refused", calls=[call for _, call in REFUSALS])

    work.add("eager", "many", x=work.normal(33, 17), centers=work.normal(65, 17))
    work.add("eager", "one", limit=50.0, x=work.normal(1, 1), centers=work.normal(1, 1))
    work.add("eager", "exact", limit=9.0, x=work.whole(9, 4, most=2), centers=work.whole(8, 4, most=2))
    # far from 0 and close to each other: what |x|^2 - 2 x c + |c|^2 would have to tell lies behind its last digit
    work.add("eager", "offset", x=work.normal(6, 5) + np.float32(300), centers=work.normal(7, 5) + np.float32(300))
    work.add("eager", "offset_double", x=work.normal(6, 5, dtype=f64) + 300, centers=work.normal(7, 5, dtype=f64) + 300)
    strange = work.normal(6, 3)
    strange[1, 2], strange[3, 0], strange[4, 1] = np.nan, np.inf, -np.inf
    work.add("eager", "nan", limit=2.0, x=strange, centers=work.normal(5, 3))
    work.add("eager", "no_rows", limit=1.0, x=work.normal(0, 3), centers=work.normal(5, 3))
    work.add("eager", "no_centers", limit=1.0, x=work.normal(4, 3), centers=work.normal(0, 3))
    work.add("eager", "no_numbers", limit=1.0, x=work.normal(40, 0), centers=work.normal(50, 0))

    sizes = ((4, 6), (4, 6), (11, 2), (1, 8), (4, 6))  # calls of one kernel: other numbers, other sizes, the first sizes again
    work.add("graph", "again", x=[work.normal(n, 3) for n, _ in sizes], centers=[work.normal(k, 3) for _, k in sizes])
    half_x, half_centers = work.whole(6, 6), work.whole(6, 6)
    limit = float(np.median(distances(2 * half_x, 2 * half_centers))) + 0.5
    work.add("eager", "square", limit=limit, x=2 * half_x, centers=2 * half_centers)
    work.add("graph", "temporary", limit=limit, x=[half_x], centers=[half_centers], temporary=True)

    x, centers = work.whole(8, 2, most=2), work.whole(7, 2, most=2)
    work.add("gradient", "kink", limit=5.0, x=x, centers=centers, dy=work.whole(8, 7))  # 5 = 1 + 4: some pairs are at the limit exactly
    far = work.normal(3, 4) + np.float32(50)
    work.add("gradient", "far", limit=1.0, x=far, centers=work.normal(4, 4), dy=work.normal(3, 4))
    x, centers, dy = work.normal(9, 5), work.normal(4, 5), work.normal(9, 4)
    work.add("gradient", "near", limit=1e4, x=x, centers=centers, dy=dy)
    work.add("gradient", "near_graph", limit=1e4, x=x, centers=centers, dy=dy, graph="near")
    work.add(
        "gradient", "double_gradient", x=work.normal(5, 3, dtype=f64), centers=work.normal(6, 3, dtype=f64), dy=work.normal(5, 6, dtype=f64)
    )
    work.add("gradient", "square_gradient", x=work.normal(5, 5), centers=work.normal(5, 5), dy=work.normal(5, 5))
    work.add("gradient", "no_rows_gradient", limit=1.0, x=work.normal(0, 3), centers=work.normal(5, 3), dy=work.normal(0, 5))
    work.add("jacobian", "jacobian", x=work.normal(4, 3, dtype=f64), centers=work.normal(3, 3, dtype=f64))


# END STAFF
