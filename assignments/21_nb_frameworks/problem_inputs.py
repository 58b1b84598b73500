"""What a room is given: the files of /task, of numbers that no rounding can carry across ReLU's bend."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from grader.assignment import Case

from .problem_networks import MARGIN, Array
from .problem_results import block, by_hand, checkpoint, epoch, evaluated, fine_tune, graph, keras, step, tape

Given = Mapping[str, Any]


def room(case: Case, rng: np.random.Generator) -> dict[str, Any]:
    """Everything that the probes read, as files of /task."""
    made: dict[str, Any] = {}
    sizes = PUBLIC
    # BEGIN STAFF
    if case.visibility == "hidden":
        sizes = HIDDEN
    # END STAFF
    for part in (
        _standardise,
        _by_hand,
        _block,
        _epoch,
        _checkpoint,
        _fine_tune,
        _files,
        _graph,
        _tape,
        _keras,
        _step,
        _recurrent,
        _prefetch,
    ):
        made |= part(sizes, rng)
    return made


PUBLIC: dict[str, Any] = {
    "constant": False,
    "by_hand_steps": [6],
    "stale": False,
    "branches": 2,
    "samples": 20,  # in batches of 8: 8, 8 and 4
    "classes": 3,
    "files": 11,
    "rows": [12],
    "tape_steps": 4,
    "keras": {"samples": 20, "batch": 8},
    "step": {"rows": [8, 8, 8, 5], "lr": [0.02, 0.02, 0.01, 0.01]},
    "lengths": [4, 4, 7, 2],
    "prefetch": {"count": 23, "depth": 2, "nothing": [], "fails_after": 5},
}
# BEGIN STAFF
HIDDEN: dict[str, Any] = {
    "constant": True,
    "by_hand_steps": [3, 1, 4],
    "stale": True,
    "branches": 5,
    "samples": 27,  # 8, 8, 8 and 3
    "classes": 5,
    "files": 22,
    "rows": [9, 13],
    "tape_steps": 7,
    "keras": {"samples": 23, "batch": 6},
    "step": {"rows": [7, 7, 7, 3, 7, 1], "lr": [0.02, 0.02, 0.015, 0.015, 0.01, 0.005]},
    "lengths": [3, 3, 8, 1, 0],
    "prefetch": {"count": 31, "depth": 3, "nothing": [4, 30], "fails_after": 9},
}
# END STAFF


def _array(rng: np.random.Generator, *shape: int, scale: float = 1.0) -> Array:
    return (scale * rng.standard_normal(shape)).astype(np.float32)


def _apart(draw: Callable[[], dict[str, Any]], margin: Callable[[Callable[[str], Any]], float]) -> dict[str, Any]:
    """Draws until no number comes close to ReLU's bend."""
    for _ in range(200):
        made = draw()
        if margin(made.__getitem__) > MARGIN:
            return made
    raise ValueError("no inputs far enough from ReLU's bend in 200 draws")


def _layers(part: str, rng: np.random.Generator, rows: int, d: int, h: int, o: int) -> dict[str, Any]:
    x, w1, w2 = _array(rng, rows, d), _array(rng, d, h, scale=0.6), _array(rng, h, o, scale=0.6)
    y = _array(rng, rows, o, scale=2.0)
    return {f"task/{part}_x.npy": x, f"task/{part}_y.npy": y, f"task/{part}_w1.npy": w1, f"task/{part}_w2.npy": w2}


def _net(part: str, rng: np.random.Generator, d: int, h: int, o: int) -> dict[str, Any]:
    values = {"w1": _array(rng, h, d, scale=0.7), "b1": _array(rng, h), "scale": 1 + _array(rng, h, scale=0.2), "shift": _array(rng, h)}
    values |= {
        "mean": _array(rng, h),
        "var": (0.5 + rng.random(h)).astype(np.float32),
        "w2": _array(rng, o, h, scale=0.7),
        "b2": _array(rng, o),
    }
    return {f"task/{part}_{name}.npy": value for name, value in values.items()}


def _standardise(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    a = rng.standard_normal((9, 4)) * rng.uniform(0.5, 20, 4) + rng.uniform(-50, 50, 4)
    if sizes["constant"]:
        a[:, 2] = 0.1  # the mean of such numbers isn't always 0.1, nor their deviation 0
    return {"task/standardise_a.npy": a}


def _by_hand(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan = {"lr": 0.05, "steps": sizes["by_hand_steps"], "stale": sizes["stale"]}
    return _apart(lambda: _layers("by_hand", rng, 10, 5, 6, 2) | {"task/by_hand_plan.json": plan}, lambda given: by_hand(given)[3])


def _block(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    k, d, o, n = sizes["branches"], 5, 4, 7
    plan = {"d_in": d, "d_out": o, "count": k}

    def draw() -> dict[str, Any]:
        values = {"weights": _array(rng, k, o, d), "biases": _array(rng, k, o), "x": _array(rng, n, d), "dy": _array(rng, n, o)}
        return {f"task/block_{name}.npy": value for name, value in values.items()} | {"task/block_plan.json": plan}

    return _apart(draw, lambda given: float(np.abs(block(given)["a"]).min()))


def _epoch(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan, n = {"lr": 0.05, "batch": 8, "stale": sizes["stale"]}, sizes["samples"]

    def draw() -> dict[str, Any]:
        data = {"task/epoch_x.npy": _array(rng, n, 4), "task/epoch_y.npy": _array(rng, n, 2, scale=2.0), "task/epoch_plan.json": plan}
        return data | _net("epoch", rng, 4, 6, 2)

    return _apart(draw, lambda given: float(min(epoch(given)["margin"], evaluated(given)["margin"])))


def _checkpoint(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan = {"lr": 0.05, "steps": 3, "epoch": int(rng.integers(5, 90))}

    def draw() -> dict[str, Any]:
        data = {"x": _array(rng, 9, 4), "y": _array(rng, 9, 2, scale=2.0), "probe": _array(rng, 6, 4)}
        return (
            {f"task/checkpoint_{k}.npy": v for k, v in data.items()}
            | {"task/checkpoint_plan.json": plan}
            | _net("checkpoint", rng, 4, 6, 2)
        )

    return _apart(draw, lambda given: float(checkpoint(given)["margin"]))


def _fine_tune(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    classes, n, features = sizes["classes"], 15, 4
    plan = {"lr": 0.2, "steps": 6, "features": features, "classes": classes}

    def draw() -> dict[str, Any]:
        y = rng.integers(0, classes, n).astype(np.int64)
        data = {"x": _array(rng, n, 5), "y": y, "wh": _array(rng, classes, features), "bh": _array(rng, classes)}
        return (
            {f"task/fine_tune_{k}.npy": v for k, v in data.items()}
            | {"task/fine_tune_plan.json": plan}
            | _net("fine_tune", rng, 5, 6, features)
        )

    return _apart(draw, lambda given: float(fine_tune(given)["margin"]))


def _files(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    n = sizes["files"]
    x = _array(rng, n, 3)
    x[:, 0] = np.arange(n)  # tells the file
    plan = {"batch": 4, "seed": int(rng.integers(1, 10**6)), "one": int(rng.integers(n))}
    return {"task/files_x.npy": x, "task/files_y.npy": rng.integers(0, 9, n), "task/files_plan.json": plan}


def _graph(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan = {"lr": 0.02, "steps": 5, "rows": sizes["rows"]}
    return _apart(
        lambda: _layers("graph", rng, max(sizes["rows"]), 5, 6, 2) | {"task/graph_plan.json": plan},
        lambda given: float(graph(given)["margin"]),
    )


def _tape(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    plan = {"lr": 0.02, "steps": sizes["tape_steps"]}
    return _apart(
        lambda: _layers("tape", rng, 10, 5, 6, 2) | {"task/tape_v.npy": _array(rng, 5), "task/tape_plan.json": plan},
        lambda given: float(tape(given)["margin"]),
    )


def _keras(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    n, d, h, o = sizes["keras"]["samples"], 5, 6, 2
    plan = {"lr": 0.05, "batch": sizes["keras"]["batch"], "epochs": 3, "d": d, "h": h, "o": o}
    return _apart(
        lambda: (
            _layers("keras", rng, n, d, h, o)
            | {"task/keras_b1.npy": _array(rng, h), "task/keras_b2.npy": _array(rng, o), "task/keras_plan.json": plan}
        ),
        lambda given: float(keras(given)["margin"]),
    )


def _step(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    return _apart(
        lambda: _layers("step", rng, sum(sizes["step"]["rows"]), 5, 6, 2) | {"task/step_plan.json": sizes["step"]},
        lambda given: float(step(given)["margin"]),
    )


def _recurrent(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    lengths, d, k = sizes["lengths"], 3, 4
    values = {
        "wx": _array(rng, d, k),
        "wh": _array(rng, k, k, scale=0.5),
        "h0": _array(rng, k),
        "xs": _array(rng, len(lengths), max(lengths), d),
    }
    return {f"task/recurrent_{name}.npy": value for name, value in values.items()} | {"task/recurrent_plan.json": {"lengths": lengths}}


def _prefetch(sizes: Given, rng: np.random.Generator) -> dict[str, Any]:
    why = f"bad sector {int(rng.integers(1000, 9999))}"
    return {"task/prefetch_plan.json": sizes["prefetch"] | {"why": why}}
