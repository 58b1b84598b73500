"""17_tf_op: the mathematics by hand, what a shape function owes, and (with the lane) a few solutions from end to end."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.assignment import Case, load_assignment
from grader.module_file import load
from grader.release.course import released

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "17_tf_op"


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    return load(FOLDER / "problem.py", "_tf_op_problem")


def normal(*shape: int, dtype: Any = np.float64) -> Any:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(dtype)


def test_values_by_hand(problem: ModuleType) -> None:
    x, centers = np.array([[0.0, 0.0], [3.0, 4.0], [np.nan, 0.0]]), np.array([[0.0, 1.0], [3.0, 0.0]])
    y = problem.clipped(x, centers, 10.0)
    assert y[:2].tolist() == [[1, 9], [10, 10]]
    assert np.isnan(y[2]).all()
    assert problem.clipped(normal(2, 0), normal(3, 0), 1.0).tolist() == [[0] * 3] * 2


def test_gradients_are_those_of_the_values(problem: ModuleType) -> None:
    x, centers, dy, limit = normal(4, 3), normal(5, 3), normal(4, 5), 4.0
    right = problem.gradients(x, centers, dy, limit)
    step = 1e-6
    for name, array in (("dx", x), ("dcenters", centers)):
        for place in np.ndindex(array.shape):
            array[place] += step
            up = (problem.clipped(x, centers, limit) * dy).sum()
            array[place] -= 2 * step
            down = (problem.clipped(x, centers, limit) * dy).sum()
            array[place] += step
            assert right[name][place] == pytest.approx((up - down) / (2 * step), abs=1e-6)


def test_a_pair_at_the_limit_passes_nothing_on(problem: ModuleType) -> None:
    x, centers = np.array([[2.0]]), np.array([[0.0]])
    assert problem.gradients(x, centers, np.ones((1, 1)), 4.0)["dx"].tolist() == [[0]]
    assert problem.gradients(x, centers, np.ones((1, 1)), 4.5)["dx"].tolist() == [[4]]


def test_jacobians_hold_the_gradients(problem: ModuleType) -> None:
    x, centers, dy, limit = normal(3, 2), normal(4, 2), normal(3, 4), 2.5
    matrices, right = problem.jacobians(x, centers, limit), problem.gradients(x, centers, dy, limit)
    assert np.allclose(dy.ravel() @ matrices["x"], right["dx"].ravel())
    assert np.allclose(dy.ravel() @ matrices["centers"], right["dcenters"].ravel())


@pytest.mark.parametrize(
    ("x", "centers", "y"),
    [
        ([4, 3], [5, 3], [4, 5]),
        ([None, 3], [5, None], [None, 5]),
        (None, [5, 3], [None, 5]),
        (None, None, [None, None]),
        ([4, 3], [5, 4], "refused"),
        ([4], [5, 3], "refused"),
        ([], None, "refused"),
        ([4, 0], [5, 0], [4, 5]),
        ([4, 0], [5, None], [4, 5]),
    ],
)
def test_static_shapes(problem: ModuleType, x: Any, centers: Any, y: Any) -> None:
    assert problem.static_shape(x, centers) == y


@pytest.mark.parametrize(
    ("x", "centers", "told", "code"),
    [
        ([4, 3], [5, 3], {"value": [4, 5]}, None),
        ([4, 3], [5, 3], {"value": None}, "SHAPE_UNKNOWN"),
        ([4, 3], [5, 3], {"value": [4, None]}, "SHAPE_UNKNOWN"),
        ([4, 3], [5, 3], {"value": [5, 4]}, "STATIC_SHAPE_WRONG"),
        ([4, 3], [5, 3], {"value": [4, 5, 3]}, "STATIC_SHAPE_WRONG"),
        ([None, 3], [5, 3], {"value": [1, 5]}, "STATIC_SHAPE_WRONG"),  # more than anybody can know
        ([None, 3], [5, 3], {"error": ["ValueError"], "text": "no"}, "SHAPE_FN_STRICT"),
        ([4, 3, 1], [5, 3], {"value": [4, 5]}, "RANK_UNCHECKED"),
        ([4, 3, 1], [5, 3], {"error": ["ValueError"], "text": "rank"}, None),
        ([4], [5, 3], {"crash": "SIGSEGV"}, "RANK_UNCHECKED"),
        ([4, 3], [5, 4], {"value": [4, 5]}, "SIZES_UNCHECKED"),
        ([4, 3], [5, 4], {"value": None}, "SHAPE_UNKNOWN"),  # there is no shape function: that is the cause
    ],
)
def test_what_a_shape_function_said(problem: ModuleType, x: Any, centers: Any, told: Any, code: str | None) -> None:
    fault = problem.shape_fault(x, centers, problem.static_shape(x, centers), told)
    assert (fault and fault[0]) == code


def test_no_rounding_moves_a_pair_over_the_limit(problem: ModuleType) -> None:
    for seed in range(20):
        for visibility in ("public", "hidden"):
            case = Case(id="by_hand", visibility=visibility, entry="", sizes={})
            made = problem.room(case, np.random.default_rng(seed))
            for job in made["task/setup.json"]["jobs"]:
                if job["kind"] in ("gradient", "jacobian") and job["name"] != "kink":
                    x, centers = (made[f"task/{job[key]}.npy"] for key in ("x", "centers"))
                    d = problem.distances(x, centers)
                    assert (abs(d - job["limit"]) > 1e-3 * job["limit"]).all(), (seed, job["name"])
                if job["name"] == "kink":
                    x, centers = (made[f"task/{job[key]}.npy"] for key in ("x", "centers"))
                    assert (problem.distances(x, centers) == job["limit"]).any()


def test_an_honest_order_of_sums_is_within_the_bounds(problem: ModuleType) -> None:
    for offset in (0, 300):
        x, centers = (normal(40, 33, dtype=np.float32) + np.float32(offset) for _ in range(2))
        total = np.zeros((40, 40), np.float32)
        for d in range(33):
            total += (x[:, None, d] - centers[None, :, d]) ** 2
        want, allowed = problem.clipped(x, centers, 1e9), problem.bound(x, centers, 1e9)
        assert (abs(total - want) <= allowed).all()
    expanded = (x**2).sum(1)[:, None] - 2 * x @ centers.T + (centers**2).sum(1)[None, :]
    assert not (abs(expanded - want) <= allowed).all()


def test_an_output_in_the_memory_of_an_input_shows(problem: ModuleType) -> None:
    for seed in range(10):
        made = problem.room(Case(id="by_hand", visibility="hidden", entry="", sizes={}), np.random.default_rng(seed))
        job = next(job for job in made["task/setup.json"]["jobs"] if job["name"] == "square")
        x, centers = (made[f"task/{job[key]}.npy"] for key in ("x", "centers"))
        right = problem.clipped(x, centers, job["limit"])
        assert not np.array_equal(problem.in_place(x, centers, job["limit"]), right)
        assert not np.array_equal(problem.in_place(centers, x, job["limit"]).T, right)


def test_students_get_no_hidden_jobs(tmp_path: Path) -> None:
    files = {name: content for name, content in released(load_assignment(FOLDER)).files.items() if name.startswith("problem")}
    for name, content in files.items():
        text = content.decode()
        assert "hidden_jobs(work: Work)" not in text and "REFUSALS" not in text and "HIDDEN_SHAPES" not in text
        (tmp_path / name).write_bytes(content)
    theirs = load(tmp_path / "problem.py", "_tf_op_problem_released")
    assert "task/setup.json" in theirs.room(Case(id="by_hand", visibility="public", entry="", sizes={}), np.random.default_rng(1))


def test_the_starter_is_the_reference_without_its_solution() -> None:
    from grader.starters import starter_text

    for name in load_assignment(FOLDER).files:
        reference = (ROOT / "reference" / "17_tf_op" / name).read_text(encoding="utf-8")
        assert (FOLDER / "starter" / name).read_text(encoding="utf-8") == starter_text(name, reference, set(), name)


class Told:
    """A room as problem.py sees it, with what a forger may have written."""

    def __init__(self, given: dict[str, Any], outputs: dict[str, Any]) -> None:
        self.given_files, self.outputs = given, outputs
        self.run = type("Run", (), {"visibility": "public"})
        self.exit = type("Exit", (), {"cause": "exited", "code": 0})

    def given(self, name: str) -> Any:
        return self.given_files[name]

    def has(self, name: str) -> bool:
        return name.rpartition(".")[0] in self.outputs

    def json(self, name: str) -> Any:
        return self.outputs[name]

    array = json

    def fail(self, code: str, message: str, **_: Any) -> None:
        raise AssertionError(code)


@pytest.fixture(scope="module")
def given(problem: ModuleType) -> dict[str, Any]:
    made: dict[str, Any] = problem.room(Case(id="by_hand", visibility="public", entry="", sizes={}), np.random.default_rng(1))
    return made


@pytest.mark.parametrize("told", [None, {}, [], [1] * 7, [{}] * 7, [{"value": "x"}] * 7, [{"error": []}] * 7, [{"crash": 1}] * 7])
def test_answers_that_nobody_writes_are_refused(problem: ModuleType, given: dict[str, Any], told: Any) -> None:
    with pytest.raises(AssertionError, match="UNWRITTEN_OUTPUT"):
        problem.look_at_shapes(Told(given, {"shapes": told}), refusals=False)


@pytest.mark.parametrize("y", [np.array(["7"]), np.zeros((7, 5)), np.zeros((7, 5), complex), np.float32(1)])
def test_values_of_another_type_are_refused(problem: ModuleType, given: dict[str, Any], y: Any) -> None:
    with pytest.raises(AssertionError, match="WRONG_ANSWER"):
        problem.look_at_value(Told(given, {"eager.y": np.asarray(y)} if y.shape else {"eager.y": np.zeros((7, 5), int)}), "eager")


def test_exchanged_gradients_are_told(problem: ModuleType, given: dict[str, Any]) -> None:
    job = next(job for job in given["task/setup.json"]["jobs"] if job["name"] == "gradient")
    x, centers, dy = (given[f"task/{job[key]}.npy"] for key in ("x", "centers", "dy"))
    right = {name: value.astype(np.float32) for name, value in problem.gradients(x, centers, dy, job["limit"]).items()}
    told = {"gradient.missing": [], "gradient.dx": right["dcenters"], "gradient.dcenters": right["dx"]}
    with pytest.raises(AssertionError, match="GRADIENT_WRONG"):
        problem.look_at_gradient(Told(given, told), "gradient")


def test_who_leaves_early_is_told_so(problem: ModuleType, given: dict[str, Any]) -> None:
    for look in (
        lambda room: problem.look_at_value(room, "eager"),
        lambda room: problem.look_at_gradient(room, "gradient"),
        lambda room: problem.look_at_jacobian(room, "jacobian", "gradient"),
    ):
        with pytest.raises(AssertionError, match="EARLY_EXIT"):
            look(Told(given, {}))


FORGED = """
import atexit, glob
import numpy as np


def forge():
    for name in glob.glob("/out/*.npy"):
        np.save(name, np.array(["right"]))
    for name in glob.glob("/out/*.json"):
        open(name, "w").write('{"verdict": "PASSED"}')


atexit.register(forge)
"""
HOSTILE = {
    "leaves": ("import os\n\nos._exit(0)\n", "EARLY_EXIT"),
    "forges": (FORGED, "INPUT_OVERWRITTEN"),  # the gravest of what the forged files seem to say
    "floods": ('while True:\n    print("x" * 100000)\n', "OUTPUT_LIMIT"),
}


@pytest.mark.frameworks
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_gradients_get_a_verdict(name: str) -> None:
    from grader.verify.grading import Settings, grade_one
    from grader.verify.subjects import Subject

    assignment = load_assignment(FOLDER)
    code, verdict = HOSTILE[name]
    files = {each: (ROOT / "reference" / "17_tf_op" / each).read_bytes() for each in assignment.files}
    files["grad.py"] += code.encode()
    grade = grade_one(Subject(slug=assignment.slug, kind="mutant", name=name, files=files), assignment, Settings(), 0)
    assert grade.verdict == verdict
    assert grade.max_score == 100  # nothing is left undecided
    assert grade.score < 80


def test_a_wrong_shape_is_told_before_what_it_leaves_open(problem: ModuleType, given: dict[str, Any]) -> None:
    pairs = next(job for job in given["task/setup.json"]["jobs"] if job["name"] == "shapes")["pairs"]
    told = [{"value": pair[0] if number else None} for number, pair in enumerate(pairs)]  # the first says nothing, the others x's
    with pytest.raises(AssertionError, match="STATIC_SHAPE_WRONG"):
        problem.look_at_shapes(Told(given, {"shapes": told}), refusals=False)
