"""17_tf_op, the mathematics: what the operator's rooms are given, and what y, the gradients and the static shapes must be.

Students have it without its STAFF parts: `grader check` needs it at home. Two kinds of cases: rooms, in which TensorFlow runs op.cc and
grad.py by the jobs that `room` writes down (room/drive.py), and launches of op.cu, which `inputs`, `expected` and `hypotheses` serve.
All in float64 NumPy: TensorFlow is never asked what is right.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected

Array = NDArray[Any]
Shape = list[int | None] | None  # as TensorFlow tells it: None for what isn't known

REFUSED = "refused"
ROUNDOFF = {np.dtype(np.float32): 2.0**-24, np.dtype(np.float64): 2.0**-53}


# ---- what is right ----


def distances(x: Array, centers: Array) -> Array:
    """|x[i] - centers[j]|^2 in float64, before anything is clipped."""
    with np.errstate(invalid="ignore", over="ignore"):
        difference = x.astype(np.float64)[:, None, :] - centers.astype(np.float64)[None, :, :]
        return np.asarray((difference * difference).sum(axis=2))


def clipped(x: Array, centers: Array, limit: float) -> Array:
    d = distances(x, centers)
    return np.where(d >= limit, float(np.float32(limit)), d)  # NaN isn't >= anything


def bound(x: Array, centers: Array, limit: float) -> Array:
    """How far y may be off: D additions of squares that were rounded, in the arithmetic of x. Nothing where it is clipped for certain."""
    d = distances(x, centers)
    worst = (x.shape[1] + 4) * ROUNDOFF[x.dtype] * d
    with np.errstate(invalid="ignore"):
        return np.where(~np.isfinite(d) | (d - worst > limit), 0.0, worst)


def gradients(x: Array, centers: Array, dy: Array, limit: float) -> dict[str, Array]:
    """dx and dcenters. From limit on y is constant: such a pair passes nothing on."""
    x, centers = x.astype(np.float64), centers.astype(np.float64)
    passed = np.where(distances(x, centers) < limit, 2.0 * dy.astype(np.float64), 0.0)
    return by_pairs(x, centers, passed)


def by_pairs(x: Array, centers: Array, passed: Array) -> dict[str, Array]:
    """The sums over pairs of passed[i, j] * (x[i] - centers[j]), for x and, with the other sign, for centers."""
    difference = x[:, None, :] - centers[None, :, :]
    return {"dx": np.einsum("ij,ijd->id", passed, difference), "dcenters": -np.einsum("ij,ijd->jd", passed, difference)}


def gradient_bounds(x: Array, centers: Array, dy: Array) -> dict[str, Array]:
    """The gradient may be summed as sum(g) * x - g @ centers: each of the two terms is rounded for itself."""
    u, g = ROUNDOFF[x.dtype], 2 * abs(dy.astype(np.float64))
    a, b = abs(x.astype(np.float64)), abs(centers.astype(np.float64))
    n, k = dy.shape
    return {
        "dx": (k + 6) * u * (g.sum(axis=1)[:, None] * a + g @ b) + 1e-300,
        "dcenters": (n + 6) * u * (g.sum(axis=0)[:, None] * b + g.T @ a) + 1e-300,
    }


def jacobians(x: Array, centers: Array, limit: float) -> dict[str, Array]:
    """dy/dx and dy/dcenters as matrices: a row for each number of y, a column for each of the input."""
    n, k, d = x.shape[0], centers.shape[0], x.shape[1]
    slope = 2.0 * (x.astype(np.float64)[:, None, :] - centers.astype(np.float64)[None, :, :])
    slope *= (distances(x, centers) < limit)[:, :, None]
    of_x, of_centers = np.zeros((n, k, n, d)), np.zeros((n, k, k, d))
    for i in range(n):
        for j in range(k):
            of_x[i, j, i], of_centers[i, j, j] = slope[i, j], -slope[i, j]
    return {"x": of_x.reshape(n * k, n * d), "centers": of_centers.reshape(n * k, k * d)}


def static_shape(x: Shape, centers: Shape) -> Shape | str:
    """What the shape function must say of y: as much as follows from the inputs, and nothing else. REFUSED: no such inputs can ever do."""
    for shape in (x, centers):
        if shape is not None and len(shape) != 2:
            return REFUSED
    rows, a = x or [None, None]
    columns, b = centers or [None, None]
    return REFUSED if a is not None and b is not None and a != b else [rows, columns]


# ---- what the rooms are given ----


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


# ---- what well-known mistakes give ----


def in_place(x: Array, centers: Array, limit: float) -> Array:
    """What y becomes if it lies where x does, a square matrix: every number that is written is read again."""
    memory, c = x.astype(np.float64).copy(), centers.astype(np.float64)
    for i in range(memory.shape[0]):
        for j in range(c.shape[0]):
            d = float(((memory[i] - c[j]) ** 2).sum())
            memory[i, j] = limit if d >= limit else d
    return memory


def value_mistakes(x: Array, centers: Array, limit: float) -> dict[str, Array]:
    d, cut = distances(x, centers), float(np.float32(limit))
    right = clipped(x, centers, limit)
    found = {
        "NAN_LOST:clipped": np.where(np.isnan(d), cut, right),
        "NAN_LOST:zero": np.where(np.isnan(d), 0.0, right),
        "WRONG_ANSWER:not clipped": d,
    }
    if d.shape[0] == d.shape[1]:
        found["TRANSPOSED:"] = right.T
    return found


def gradient_mistakes(x: Array, centers: Array, dy: Array, limit: float) -> dict[str, dict[str, Array]]:
    """Variant -> both gradients after this slip."""
    x, centers, dy = x.astype(np.float64), centers.astype(np.float64), dy.astype(np.float64)
    d = distances(x, centers)
    inside = d < limit
    passed = np.where(inside, 2 * dy, 0.0)
    right = by_pairs(x, centers, passed)
    return {
        "the factor 2 left out": by_pairs(x, centers, passed / 2),
        "clipped pairs pass something on": by_pairs(x, centers, 2 * dy),
        "pairs at the limit pass something on": by_pairs(x, centers, np.where(d <= limit, 2 * dy, 0.0)),
        "what arrives from behind left out": by_pairs(x, centers, np.where(inside, 2.0, 0.0)),
        "the sign turned": {name: -value for name, value in right.items()},
        "a mean in place of a sum": {"dx": right["dx"] / max(dy.shape[1], 1), "dcenters": right["dcenters"] / max(dy.shape[0], 1)},
        "the clipped pairs instead of the others": by_pairs(x, centers, np.where(inside, 0.0, 2 * dy)),
        "nothing": {name: np.zeros_like(value) for name, value in right.items()},
    }


# ---- op.cu ----


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """x and centers of the launches that need more than the default fill, by the end of the case's name."""
    n, k, d = (case.sizes[name] for name in "NKD")
    kind = case.id.rpartition("_")[2]
    # BEGIN STAFF
    if kind == "offset":
        return {name: (rng.standard_normal((rows, d)) + 300).astype(np.float32) for name, rows in (("x", n), ("centers", k))}
    if kind == "nan":
        x = rng.standard_normal((n, d)).astype(np.float32)
        x[rng.random((n, d)) < 0.02] = np.nan
        x[0, 0], x[1, 0] = np.nan, np.inf
        return {"x": x, "centers": rng.standard_normal((k, d)).astype(np.float32)}
    # END STAFF
    if kind == "exact":
        return {name: rng.integers(-2, 3, (rows, d)).astype(np.float32) for name, rows in (("x", n), ("centers", k))}
    return {}


def expected(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    x, centers, limit = arrays["x"], arrays["centers"], float(np.float32(case.scalars["limit"]))
    y = clipped(x, centers, limit)
    exact = case.id.endswith("_exact")
    return {"y": Expected(value=y, bound=np.zeros_like(y) if exact else bound(x, centers, limit), nan=np.isnan(y))}


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> y after this mistake."""
    x, centers, limit = arrays["x"], arrays["centers"], float(np.float32(case.scalars["limit"]))
    right = expected(case, arrays)["y"]
    found = {name: {"y": value} for name, value in value_mistakes(x, centers, limit).items()}
    if x.size and centers.size:
        x64, c64 = x.astype(np.float64), centers.astype(np.float64)
        with np.errstate(invalid="ignore"):
            found["WRONG_ANSWER:the squares of the sums"] = {"y": np.minimum((x64.sum(1)[:, None] - c64.sum(1)[None, :]) ** 2, limit)}
            found["WRONG_ANSWER:the root"] = {"y": np.minimum(np.sqrt(distances(x, centers)), limit)}
            half = clipped(x.astype(np.float16), centers.astype(np.float16), limit)
        found["LOW_PRECISION:inputs in fp16"] = {"y": half}
    return {name: made for name, made in found.items() if not same(made["y"], right)}


def same(value: Array, right: Expected) -> bool:
    want = np.asarray(right.value)
    with np.errstate(invalid="ignore"):
        near = (abs(value - want) <= right.bound) | (value == want) | (np.isnan(value) & np.isnan(want))
    return bool(np.all(near))


# ---- how a room's results are looked at ----


def job_of(room: Any, name: str) -> dict[str, Any]:
    return next(job for job in room.given("task/setup.json")["jobs"] if job["name"] == name)


def arrays_of(room: Any, job: dict[str, Any], *keys: str) -> list[Array]:
    return [room.given(f"task/{job[key]}.npy") for key in keys]


def answers(room: Any, name: str, count: int) -> list[dict[str, Any]]:
    """What `attempt` and `alone` of the driver tell. Anybody in the room may have written it, so its form is looked at first."""

    def proper(answer: Any) -> bool:
        if not isinstance(answer, dict):
            return False
        if "crash" in answer:
            return isinstance(answer["crash"], str)
        if "error" in answer:
            words = answer["error"]
            return (
                isinstance(words, list) and bool(words) and all(isinstance(w, str) for w in words) and isinstance(answer.get("text"), str)
            )
        shape = answer.get("value", "")
        return shape is None or (isinstance(shape, list) and all(size is None or isinstance(size, int) for size in shape))

    told = room.json(name)
    if not isinstance(told, list) or len(told) != count or not all(map(proper, told)):
        room.fail("UNWRITTEN_OUTPUT", f"{name} isn't what room/drive.py writes", message_ko=f"{name}이 room/drive.py가 쓰는 것과 다릅니다.")
    return list(told)


def reached(room: Any, file: str) -> None:
    """Whether a file is missing because something ended the process in good order: nobody else would say so."""
    told = (file, f"{file.partition('.')[0]}.error.json", "finished.json")
    if not any(map(room.has, told)) and room.exit.cause == "exited" and room.exit.code == 0:
        korean = "여기까지 오기 전에 프로세스가 스스로 끝났습니다. exit를 부르는 곳이 있나요?"
        room.fail("EARLY_EXIT", "the process ended itself before it came to this: does something call exit?", message_ko=korean)


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


def look_at_interface(room: Any) -> None:
    """What REGISTER_OP says, by name and type."""
    found = room.json("interface")
    if not isinstance(found, dict):
        room.fail(
            "OP_INTERFACE_WRONG",
            "op.cc registers no operator ClippedDistance",
            message_ko="op.cc가 ClippedDistance 연산자를 등록하지 않습니다.",
            file="op.cc",
        )
    want = {
        "inputs": [["x", "T"], ["centers", "T"]],
        "outputs": [["y", "T"]],
        "attributes": {"limit": ["float", []], "T": ["type", ["float32", "float64"]]},
    }
    names = {"inputs": "입력", "outputs": "출력", "attributes": "속성"}
    for key, wanted in want.items():
        if found.get(key) != wanted:
            text = f"the {key} are {found.get(key)}; the contract has {wanted}"
            korean = f"{names[key]}이 {found.get(key)}입니다. 규약은 {wanted}입니다."
            room.fail("OP_INTERFACE_WRONG", text, message_ko=korean, file="op.cc")


GRAVEST_FIRST = ("HOST_CRASH", "SHAPE_FN_STRICT", "STATIC_SHAPE_WRONG", "SHAPE_UNKNOWN", "RANK_UNCHECKED", "SIZES_UNCHECKED")


def look_at_shapes(room: Any, refusals: bool) -> None:
    """What the shape function says of inputs that will do, or (refusals) of those that never can. The first of the gravest is told: a
    wrong shape may leave things open besides."""
    pairs = job_of(room, "shapes")["pairs"]
    found = []
    for (x, centers), got in zip(pairs, answers(room, "shapes", len(pairs)), strict=True):
        right = static_shape(x, centers)
        fault = shape_fault(x, centers, right, got) if (right == REFUSED) == refusals else None
        if fault is not None:
            found.append((fault, f"x {_shape(x)}, centers {_shape(centers)}: " if room.run.visibility == "public" else ""))
    if found:
        (code, text, korean), where = min(found, key=lambda each: GRAVEST_FIRST.index(each[0][0]))
        room.fail(code, where + text, message_ko=where + korean, file="op.cc")


def shape_fault(x: Shape, centers: Shape, want: Any, got: dict[str, Any]) -> tuple[str, str, str] | None:
    """(verdict, English, Korean) of one answer of the shape function, or None if it is right."""
    if "crash" in got:
        code = "RANK_UNCHECKED" if want == REFUSED else "HOST_CRASH"
        return code, f"the shape function ended with {got['crash']}", f"모양 함수가 {got['crash']}(으)로 끝났습니다."
    if want == REFUSED:
        if "error" in got:
            return None
        if got["value"] is None:
            return "SHAPE_UNKNOWN", "nothing is known of y, and nothing was refused", "y에 대해 아는 것이 없고, 거부하지도 않았습니다."
        if all(shape is None or len(shape) == 2 for shape in (x, centers)):
            text, korean = "rows of different lengths weren't refused", "행의 길이가 서로 다른데 거부하지 않았습니다."
            return "SIZES_UNCHECKED", text, korean
        return "RANK_UNCHECKED", "inputs that aren't matrices weren't refused", "행렬이 아닌 입력을 거부하지 않았습니다."
    if "error" in got:
        return "SHAPE_FN_STRICT", f"refused, but this can do: {got['text']}", f"맞을 수 있는 입력을 거부했습니다: {got['text']}"
    value = got["value"]
    if value == want:
        return None
    text, korean = f"y is said to be {_shape(value)}; it is {_shape(want)}", f"y의 모양이 {_shape(value)}라고 합니다. {_shape(want)}입니다."
    less = value is None or (len(value) == len(want) and all(a is None or a == b for a, b in zip(value, want, strict=True)))
    return "SHAPE_UNKNOWN" if less else "STATIC_SHAPE_WRONG", text, korean


def _shape(shape: Any) -> str:
    return "?" if shape is None else "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"


# BEGIN STAFF
def look_at_refusals(room: Any, kind: str) -> None:
    """Calls that only the kernel can refuse, of one kind: "shape", "limit", "memory"."""
    code = {"shape": "SHAPE_NOT_REFUSED", "limit": "LIMIT_NOT_REFUSED", "memory": "OP_ERROR_IGNORED"}[kind]
    wanted = "ResourceExhaustedError" if kind == "memory" else "InvalidArgumentError"
    for (what, _), got in zip(REFUSALS, answers(room, "refused", len(REFUSALS)), strict=True):
        if what != kind or wanted in got.get("error", ()):
            continue
        if "crash" in got:
            room.fail(
                code, f"the process ended with {got['crash']}", message_ko=f"프로세스가 {got['crash']}(으)로 끝났습니다.", file="op.cc"
            )
        if "error" in got:
            known = "KERNEL_NOT_REGISTERED" if got.get("kind") == "KERNEL_NOT_REGISTERED" else "WRONG_ANSWER"
            text = f"{wanted} was to be told, not {got['error'][0]}: {got['text']}"
            korean = f"{wanted}를 알려야 하는데 {got['error'][0]}입니다: {got['text']}"
            room.fail(known, text, message_ko=korean, file="op.cc")
        room.fail(code, "the call returned a result", message_ko="호출이 결과를 돌려주었습니다.", file="op.cc")


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """y of op.cu in fp32, computed in orders that must pass ("passes:…") and in ways that must lose points in some case ("fails:…")."""
    x, centers, limit = arrays["x"], arrays["centers"], np.float32(case.scalars["limit"])
    with np.errstate(invalid="ignore", over="ignore"):
        squares = (x[:, None, :] - centers[None, :, :]) ** 2
        steps = range(x.shape[1])
        forward, backward = (
            sum((squares[:, :, d] for d in order), np.zeros(squares.shape[:2], np.float32)) for order in (steps, steps[::-1])
        )
        expanded = (x * x).sum(1)[:, None] - 2 * (x @ centers.T) + (centers * centers).sum(1)[None, :]
        half = ((x.astype(np.float16)[:, None, :] - centers.astype(np.float16)[None, :, :]) ** 2).sum(2, dtype=np.float32)
        return {
            name: {"y": np.where(d >= limit, limit, d).astype(np.float32)}
            for name, d in (
                ("passes:one sum, forward", forward),
                ("passes:one sum, backward", backward),
                ("passes:a tree", squares.sum(2, dtype=np.float32)),
                ("fails:|x|^2 - 2 x c + |c|^2", expanded),
                ("fails:fp16", half),
                ("fails:the last number left out", squares[:, :, :-1].sum(2, dtype=np.float32)),
            )
        }


# END STAFF
