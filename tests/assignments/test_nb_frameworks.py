"""21_nb_frameworks, the mathematics by hand, virtual time, and what the checks say to records of rooms. Runs no framework."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.assignment import Case, load_assignment
from grader.checks.failed import CheckFailed
from grader.checks.rooms import Room
from grader.module_file import load
from grader.notebook.build import built
from grader.pipeline import grade, open_judge
from grader.records import Exit, Run
from grader.run.seeds import public_seed

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "21_nb_frameworks"
REFERENCE = ROOT / "reference" / "21_nb_frameworks"


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    return load(FOLDER / "problem.py", "_nb_frameworks_problem")


@pytest.fixture(scope="module")
def networks(problem: ModuleType) -> Any:
    return problem.problem_networks


@pytest.fixture(scope="module")
def results(problem: ModuleType) -> Any:
    return problem.problem_results


@pytest.fixture(scope="module")
def loaders(problem: ModuleType) -> Any:
    return problem.problem_loaders


@pytest.fixture(scope="module", params=["public", "hidden"])
def given(request: pytest.FixtureRequest, problem: ModuleType) -> Callable[[str], Any]:
    case = Case(id=request.param, visibility=request.param, entry="", sizes={})
    made: dict[str, Any] = problem.room(case, np.random.default_rng(5))
    return made.__getitem__


def slope(loss: Callable[[Any], float], w: Any, step: float = 1e-6) -> Any:
    """The derivative by central differences."""
    found = np.zeros(w.shape)
    for place in np.ndindex(w.shape):
        there, back = w.astype(np.float64), w.astype(np.float64)
        there[place] += step
        back[place] -= step
        found[place] = (loss(there) - loss(back)) / (2 * step)
    return found


# ---- the mathematics ----


@pytest.mark.parametrize("per_sample", [True, False])
def test_gradients_of_two_layers_are_derivatives(networks: ModuleType, given: Callable[[str], Any], per_sample: bool) -> None:
    x, y, w1, w2 = (given(f"task/by_hand_{name}.npy") for name in ("x", "y", "w1", "w2"))
    _, g1, g2, margin = networks.two_layers(x, y, w1, w2, per_sample)
    assert margin > networks.MARGIN
    assert np.allclose(g1, slope(lambda w: networks.two_layers(x, y, w, w2, per_sample)[0], w1), atol=1e-6)
    assert np.allclose(g2, slope(lambda w: networks.two_layers(x, y, w1, w, per_sample)[0], w2), atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_through_batch_norm_are_derivatives(networks: ModuleType, given: Callable[[str], Any], training: bool) -> None:
    x, y = given("task/epoch_x.npy")[:8], given("task/epoch_y.npy")[:8]
    grads = networks.Net("epoch", given).loss(x, y, training)[1]
    for name in networks.LEARNED:

        def loss(value: Any, name: str = name) -> float:
            net = networks.Net("epoch", given)
            net.p[name] = value
            return float(net.loss(x, y, training)[0])

        assert np.allclose(grads[name], slope(loss, networks.Net("epoch", given).p[name]), atol=1e-6), name


def test_gradient_through_the_steps_is_a_derivative(results: ModuleType, given: Callable[[str], Any]) -> None:
    def total(wh: Any) -> float:
        return float(results.recurrent(lambda name: wh if name == "task/recurrent_wh.npy" else given(name))["h"][0].sum())

    assert np.allclose(results.recurrent(given)["dwh"][0], slope(total, given("task/recurrent_wh.npy")), atol=1e-6)


def test_columns_have_mean_zero_and_deviation_one(results: ModuleType, given: Callable[[str], Any]) -> None:
    a = given("task/standardise_a.npy")
    z = results.standardised(a)
    flat = np.ptp(a, axis=0) == 0
    assert np.allclose(z.mean(0), 0) and np.allclose(z.std(0), np.where(flat, 0, 1))


def test_mistakes_are_far_from_what_is_right(networks: ModuleType, results: ModuleType, given: Callable[[str], Any]) -> None:
    right, kept = results.by_hand(given), results.by_hand(given, "always")
    assert np.abs(right[1] - kept[1]).max() > 10 * networks.bound(right[1])
    for mistake in ({"keep": True}, {"training": False}, {"still": True}):
        wrong, want = results.epoch(given, **mistake)["state"], results.epoch(given)["state"]
        assert np.abs(wrong - want).max() > 10 * networks.bound(want), mistake
    lost, on = results.checkpoint(given, momentum="lost")["continued"], results.checkpoint(given)["continued"]
    assert np.abs(lost - on).max() > 10 * networks.bound(on)


def test_the_same_seed_gives_the_same_room(problem: ModuleType) -> None:
    case = Case(id="hidden", visibility="hidden", entry="", sizes={})
    one, two = (problem.room(case, np.random.default_rng(9)) for _ in range(2))
    assert one.keys() == two.keys()
    assert all(np.array_equal(one[name], two[name]) for name in one if name.endswith(".npy"))


# ---- virtual time ----


def test_makespan_by_hand(loaders: ModuleType) -> None:
    load, use = [1.0, 1.0, 1.0], [2.0, 2.0, 2.0]
    assert loaders.makespan([1, 2, 3], {1: 1, 2: 2}, load, use) == 9  # in turns
    assert loaders.makespan([2, 3, 3], {}, load, use) == 7  # one ahead: the first load, then use alone
    assert loaders.makespan([3, 3, 3], {1: 0, 2: 0}, load, use) == 9  # all are loaded before the first is used
    assert loaders.makespan([2, 3, 3], {}, [1.0, 5.0, 1.0], use) == 10  # the second load takes longer than a use


@pytest.mark.parametrize(("count", "depth"), [(23, 2), (31, 3)])
def test_only_who_works_depth_ahead_rides_out_the_pauses(loaders: ModuleType, count: int, depth: int) -> None:
    load, use = loaders.durations(count, depth)
    slower = max(sum(load), sum(use))

    def ratio(ahead: int, waited_for: dict[int, int]) -> float:
        return float(loaders.makespan([min(count, i + 1 + ahead) for i in range(count)], waited_for, load, use) / slower)

    assert ratio(depth, {}) < 1.05 and ratio(depth + 1, {}) < 1.05
    assert ratio(depth, dict.fromkeys(range(1, depth + 1), 0)) < loaders.FULL_RATIO  # fills its queue first
    assert ratio(0, {k: k for k in range(1, count)}) > 1.5
    assert ratio(depth, {k: max(0, k - depth) for k in range(1, count)}) > 1.5  # far ahead, but never while a batch is used
    assert ratio(depth - 1, {}) > loaders.FULL_RATIO


# ---- what is said of a record ----


class Record:
    """A room as the judge finds it: what problem.py gave, and results that a test makes up."""

    def __init__(self, problem: ModuleType, folder: Path, visibility: str) -> None:
        self.folder = folder
        self.outputs: dict[str, str] = {}
        self.inputs: dict[str, str] = {}
        self.case = Case(id=visibility, visibility=visibility, entry="", sizes={})  # type: ignore[arg-type]
        for name, value in problem.room(self.case, np.random.default_rng(5)).items():
            self.inputs[name] = str(self.write(name.replace("/", "_"), value))

    def write(self, name: str, value: Any) -> Path:
        path = self.folder / name
        if name.endswith(".npy"):
            np.save(path, value, allow_pickle=False)
        else:
            path.write_text(json.dumps(value), encoding="utf-8")
        return path

    def out(self, name: str, value: Any) -> None:
        file = f"{name}.npy" if isinstance(value, np.ndarray) else f"{name}.json"
        self.outputs[file] = str(self.write(f"out_{file}", value))

    def room(self) -> Room:
        files = {"inputs": self.inputs, "outputs": self.outputs}
        run = Run(case=self.case.id, visibility=self.case.visibility, sizes={}, scalars={}, exit=Exit(cause="exited", code=0), **files)
        return Room(run, self.case)


@pytest.fixture
def record(problem: ModuleType, tmp_path: Path) -> Record:
    return Record(problem, tmp_path, "hidden")


def verdict(question: Callable[[Room], None], record: Record) -> str:
    try:
        question(record.room())
    except CheckFailed as failed:
        assert failed.problem.message and failed.problem.message_ko
        return failed.problem.verdict
    return "PASSED"


WANT = [None if number in (4, 30) else number for number in range(31)]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        (WANT, "PASSED"),
        (WANT[:-1], "LOADER_LOSS"),
        (WANT[:4], "LOADER_LOSS"),
        ([v for v in WANT if v is not None], "LOADER_LOSS"),
        ([], "LOADER_LOSS"),
        ([WANT[1], WANT[0], *WANT[2:]], "LOADER_ORDER"),
        ([*WANT, 0], "WRONG_ANSWER"),
        ("nonsense", "LOADER_LOSS"),
    ],
)
def test_batches_that_came_out(problem: ModuleType, record: Record, values: Any, code: str) -> None:
    record.out("prefetch", {"hangs": False, "values": values})
    record.out("prefetch_empty", {"hangs": False, "values": []})
    assert verdict(problem.judge_prefetch, record) == code


def test_a_loader_that_hangs(problem: ModuleType, record: Record) -> None:
    record.out("prefetch", {"hangs": False, "values": WANT})
    record.out("prefetch_empty", {"hangs": True, "values": None})
    assert verdict(problem.judge_prefetch, record) == "LOADER_HANGS"


@pytest.mark.parametrize("error", [None, ["KeyError", "x"], ["ValueError", "another"], [], "text"])
def test_an_error_that_got_lost(problem: ModuleType, record: Record, error: Any) -> None:
    record.out("prefetch_failing", {"hangs": False, "values": list(range(9)), "error": error})
    assert verdict(problem.judge_prefetch_failing, record) == "EXCEPTION_LOST"


def test_orders_of_a_loader(problem: ModuleType, record: Record) -> None:
    n = 22
    sizes = [4, 4, 4, 4, 4, 2]
    one, two, three = (np.random.default_rng(seed).permutation(n).tolist() for seed in (1, 2, 3))
    x, y = (np.load(record.inputs[f"task/files_{name}.npy"]) for name in "xy")

    def told(*orders: list[int], sizes: list[int] = sizes) -> str:
        record.out("loader", {"sizes": [sizes] * 4, "orders": list(orders)})
        rows = np.concatenate([x.astype(np.float64), y[:, None]], axis=1)
        record.out("loader_rows", rows[[i % n for order in orders for i in order]])
        return verdict(problem.judge_loader, record)

    assert told(one, two, one, three) == "PASSED"
    assert told(one[:20], two[:20], one[:20], three[:20]) == "LOADER_LOSS"
    assert told([*one[:-1], one[0]], two, one, three) == "LOADER_LOSS"  # one twice
    assert told(one, one, one, three) == "LOADER_ORDER"
    assert told(one, two, three, two) == "LOADER_ORDER"
    assert told(one, two, one, one) == "LOADER_ORDER"
    assert told(sorted(one), two, sorted(one), three) == "LOADER_ORDER"
    assert told(one, two, one, three, sizes=[22]) == "WRONG_ANSWER"


@pytest.mark.parametrize(
    ("traces", "eager", "code"),
    [
        ([1, 0, 0, 0, 0, 0], False, "PASSED"),
        ([2, 0, 0, 0, 0, 0], False, "PASSED"),
        ([1, 0, 1, 0, 1, 1], False, "RETRACING"),
        ([1] * 6, True, "NOT_COMPILED"),
        ([], False, "PASSED"),
    ],
)
def test_traces(problem: ModuleType, record: Record, traces: list[int], eager: bool, code: str) -> None:
    record.out("step", {"traces": traces, "eager": eager})
    assert verdict(problem.judge_step_traces, record) == code


@pytest.mark.parametrize(
    "name", [f"judge_{name}" for name in ("standardise", "by_hand", "block", "epoch", "evaluate", "keras", "prefetch")]
)
def test_what_is_missing_fails(problem: ModuleType, record: Record, name: str) -> None:
    with pytest.raises(CheckFailed):
        getattr(problem, name)(record.room())


# ---- the folder ----


def test_notebooks_are_made_of_the_master() -> None:
    assert all(path.read_text(encoding="utf-8") == text for path, text in built(REFERENCE).items())


def test_hand_outs_name_every_solution_cell_and_have_the_same_parts() -> None:
    texts = [(FOLDER / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")]
    marks = ("\n## ", "\n| ", "\n- ", "\n```", "![")
    assert [texts[0].count(mark) for mark in marks] == [texts[1].count(mark) for mark in marks]
    cells = [line.partition("id=")[2].split()[0] for line in (REFERENCE / "master.py").read_text().splitlines() if "kind=solution" in line]
    assert len(cells) == 13
    for text in texts:
        assert all(f"| `{cell}` |" in text for cell in cells)


def test_the_starter_holds_no_solution() -> None:
    starter = (FOLDER / "starter" / "frameworks.ipynb").read_text(encoding="utf-8")
    for word in ("zero_grad()", "no_grad():", "ModuleList(", "session.run(", "assign_sub(", "input_signature=[", "ready.put("):
        assert word not in starter


FORGER = """
import sys

room = sys.modules["ck_room"]
save = room.save

def forged(name, value):
    return save(name, np.zeros_like(value) if hasattr(value, "dtype") else value)

room.save = forged
np.allclose = np.array_equal = lambda *_, **__: True
"""


@pytest.mark.frameworks
def test_forged_results_earn_nothing(tmp_path: Path) -> None:
    """The reference, with one cell more that replaces every array which goes out by zeros and lets NumPy call everything equal."""
    assignment = load_assignment(FOLDER)
    judge = open_judge(assignment, seed=public_seed(assignment.course, assignment.slug), cache=tmp_path / "cache", keep_grades=False)
    book = json.loads((REFERENCE / "frameworks.ipynb").read_text(encoding="utf-8"))
    extra = {"id": "forger", "cell_type": "code", "metadata": {}, "execution_count": None, "outputs": [], "source": FORGER}
    book["cells"].insert(2, extra)
    (tmp_path / "frameworks.ipynb").write_text(json.dumps(book), encoding="utf-8")
    forged = grade(tmp_path / "frameworks.ipynb", assignment, judge)
    undecided = [check.title for check in forged.checks if check.outcome == "not_run"]
    if undecided:
        pytest.skip("the lane frameworks21 isn't installed: grader lane make torch tensorflow jupyter")
    right = {check.title for check in forged.checks if check.outcome == "passed"}
    events = ("prefetch:", "No graph is recorded", "train_graph: the graph stays", "make_step: traced once", "make_static: traced once")
    assert all(title.startswith(events) for title in right), right
    assert forged.score < 10


@pytest.mark.parametrize("junk", ["many", 5, [None], {"a": 1}])
def test_records_of_another_form_are_missing_and_no_fault_of_the_check(problem: ModuleType, record: Record, junk: Any) -> None:
    told = {"operations": junk, "traces": junk, "most": {"a": junk}, "loaded": junk, "waited_for": junk, "leaves": junk, "learns": junk}
    for name in ("graph", "prefetch_ahead", "by_hand", "block", "keras", "step"):
        record.out(name, told)
    for question in (problem.judge_graph_grows, problem.judge_greed, problem.judge_overlap, problem.judge_block, problem.judge_keras):
        assert verdict(question, record) in ("UNWRITTEN_OUTPUT", "LOADER_LOSS")
    assert verdict(problem.judge_by_hand, record) == "UNWRITTEN_OUTPUT"
    for name in ("block", "keras"):
        record.out(name, {})
    assert {verdict(question, record) for question in (problem.judge_block, problem.judge_keras)} == {"PARAMETERS_MISSING", "WRONG_ANSWER"}
