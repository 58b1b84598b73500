"""20_nb_dl_basics is consistent with itself; its bounds hold: right answers stay well within, slips well outside. Runs no notebook."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grader.assignment import load_assignment
from grader.checks.failed import CheckFailed
from grader.module_file import load
from grader.notebook.build import built
from grader.notebook.mutate import mutated
from grader.notebook.percent import read_master
from grader.release.course import released

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "20_nb_dl_basics"
REFERENCE = ROOT / "reference" / "20_nb_dl_basics"
SLIPS: dict[str, dict[str, dict[str, str]]] = tomllib.loads((FOLDER / "slips.toml").read_text(encoding="utf-8"))
problem = load(FOLDER / "problem.py", "nb_dl_basics_problem")
draw = load(FOLDER / "questions.py", "nb_dl_basics_questions").draw
exact, answered, chance = problem.problem_exact, problem.problem_answers, problem.problem_chance


def drawn(seed: int, hidden: bool = True) -> dict[str, list[Any]]:
    questions: dict[str, list[Any]] = draw(np.random.default_rng(seed), hidden)
    return questions


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


# ---- what is made of something else is up to date ----


def test_both_notebooks_are_made_of_the_master() -> None:
    for path, content in built(REFERENCE).items():
        assert path.read_text(encoding="utf-8") == content, f"{path}: run python -m grader.notebook.build reference/20_nb_dl_basics"


def test_the_public_answers_are_those_of_the_oracles() -> None:
    maker = load(REFERENCE / "public_values.py", "nb_dl_basics_public_values")
    made, remedy = maker.public(problem), "run python reference/20_nb_dl_basics/public_values.py"
    assert json.dumps(made) == json.dumps(problem.PUBLIC), remedy
    assert maker.written(made) == text("problem_values.py"), remedy


def test_digits_are_drawn_in_the_notebook_as_by_the_judge() -> None:
    setup = next(cell for cell in read_master((REFERENCE / "master.py").read_text(encoding="utf-8"), "master.py") if cell.id == "setup")
    names: dict[str, Any] = {}
    exec(setup.source, names)
    ours, theirs = (drawing(20, np.random.default_rng(1)) for drawing in (problem.digits, names["draw_digits"]))
    assert np.array_equal(ours[0], theirs[0]) and np.array_equal(ours[1], theirs[1])


# ---- what students get ----


def test_nothing_of_the_staff_is_given_away() -> None:
    files = released(load_assignment(FOLDER)).files
    assert not {"questions.py", "slips.toml", "oracles_models.py", "oracles_training.py"} & set(files)
    given = {name: content.decode() for name, content in files.items() if name.startswith("problem")}
    assert set(given) == {file.name for file in FOLDER.glob("problem*.py")} and "PUBLIC_TEXT" in given["problem_values.py"]
    for name, content in given.items():
        assert not re.search(r"\.questions\b|\.oracles_|\boracles\(|RIGHT_WORDS|ERRORS", content), name


def test_the_public_part_of_problem_works_by_itself(tmp_path: Path) -> None:
    for name, content in released(load_assignment(FOLDER)).files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    public = load(tmp_path / "problem.py", "nb_dl_basics_public_problem")
    case = SimpleNamespace(id="public", visibility="public")
    given = public.room(case, np.random.default_rng(3))
    assert set(given["task/questions.json"]) == set(public.PUBLIC)
    for topic, known in public.PUBLIC.items():
        public.compare(FakeRoom("public", given, {topic: json.loads(json.dumps(known["right"]))}), topic)
        for name, (code, _, _, answers) in known["slips"].items():
            with pytest.raises(CheckFailed) as caught:
                public.compare(FakeRoom("public", given, {topic: answers}), topic)
            assert caught.value.problem.verdict == code, (topic, name)


def test_no_answer_lies_in_the_room() -> None:
    case = SimpleNamespace(id="hidden", visibility="hidden")
    given = problem.room(case, np.random.default_rng(3))
    asked = given["task/questions.json"]
    assert all(set(each) == {"path"} for each in asked["read_idx"])
    for topic, questions in asked.items():
        names = set(exact.oracles()[topic]({**questions[0], "hex": ""}, "")) - {"kept"}
        assert not names & set(questions[0]) - {"train", "validation"}, topic  # of `standardise` these are its inputs
    room = " ".join(path.read_text(encoding="utf-8") for path in (FOLDER / "room").iterdir() if path.is_file())
    assert not re.search(r"expect|oracle|right", room.replace("np.sqrt", ""))


# ---- bounds ----


class FakeRoom:
    """As a check sees a room: what was given and what came out."""

    def __init__(self, visibility: str, given: dict[str, Any], results: dict[str, Any]) -> None:
        self.case = SimpleNamespace(id=visibility, visibility=visibility)
        self.inputs, self.results = given, results

    def given(self, name: str) -> Any:
        value = self.inputs[name]
        return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value

    def json(self, name: str, form: Any = Any) -> Any:
        return listed(self.results[name])

    def array(self, name: str) -> Any:
        return self.results[name]

    def fail(self, verdict: str, message: str, **more: Any) -> None:
        raise CheckFailed(SimpleNamespace(verdict=verdict, message=message, **more))  # type: ignore[arg-type]


def listed(value: Any) -> Any:
    """As the probes write it."""
    if isinstance(value, dict):
        return {name: listed(each) for name, each in value.items()}
    if isinstance(value, list):
        return [listed(each) for each in value]
    if isinstance(value, np.ndarray):
        return listed(value.tolist())
    return value if not isinstance(value, (float, np.floating)) or np.isfinite(value) else str(value)


def moved(value: Any, rng: np.random.Generator) -> Any:
    """Every number by some units of its last place."""
    if isinstance(value, dict):
        return {name: each if name in ("labels", "degrees", "graph", "mask", "steps") else moved(each, rng) for name, each in value.items()}
    if isinstance(value, list):
        return [moved(each, rng) for each in value]
    return value * (1 + 4 * 2.0**-53 * rng.uniform(-1, 1)) if isinstance(value, float) else value


SENSITIVE = {"perceptron", "standardise", "read_idx"}  # whole numbers; a column without variance; bytes


@pytest.mark.parametrize("topic", sorted(set(SLIPS) - SENSITIVE))
def test_rounding_stays_a_hundredth_of_the_bound(topic: str) -> None:
    bound = answered.BOUNDS.get(topic, answered.BOUND)
    for seed in range(3):
        for question in drawn(seed)[topic]:
            value = exact.oracles()[topic](question, "")
            other = exact.oracles()[topic](moved(question, np.random.default_rng(seed)), "")
            for name in value:
                want = np.asarray(value[name], dtype=float)
                assert np.all(abs(np.asarray(other[name]) - want) <= bound / 100 * (1 + abs(want))), (seed, name)


@pytest.mark.parametrize("topic", sorted(SLIPS))
def test_every_slip_is_seen_and_told_from_the_others(topic: str) -> None:
    """In every draw: a hundred bounds away from what is right, with its own code, and STATE_LEAK or the like for nobody."""
    for seed in range(1 if topic == "graph" else 2):
        given = problem.room(SimpleNamespace(id="hidden", visibility="hidden"), np.random.default_rng(seed))
        questions, right, slips = exact.key(FakeRoom("hidden", given, {}), topic)
        problem.compare(FakeRoom("hidden", given, {topic: right}), topic)
        for name, (code, _, _, answers) in slips().items():
            far = 100 * answered.BOUNDS.get(topic, answered.BOUND)
            pairs = [(a.get(n), r[n]) for a, r in zip(answers, right, strict=True) for n in r]
            assert not all(answered.within(listed(a), listed(r), far) for a, r in pairs), (seed, name)
            with pytest.raises(CheckFailed) as caught:
                problem.compare(FakeRoom("hidden", given, {topic: answers}), topic)
            assert caught.value.problem.verdict == code, (seed, name)
        assert len(questions) == len(right)


def weights(kind: str, a: int, b: int, seed: int, scale: float = 1.0, uniform: bool = False) -> Any:
    rng = np.random.default_rng(seed)
    deviation = scale * {"normal": 0.01, "xavier": np.sqrt(2 / (a + b)), "he": np.sqrt(2 / a)}[kind]
    return deviation * (rng.uniform(-np.sqrt(3), np.sqrt(3), (a, b)) if uniform else rng.standard_normal((a, b)))


def init_room(seed: int, **more: Any) -> FakeRoom:
    asked = chance.chance(np.random.default_rng(seed))
    results: dict[str, Any] = {"init_weights": True}
    for k, q in enumerate(asked["init_weights"]):
        for shift, name in enumerate(("first", "second", "other")):
            results[f"init_weights/{k}.{name}"] = weights(q["kind"], q["fan_in"], q["fan_out"], q["seed"] + shift, **more)
        results[f"init_weights/{k}.again"] = results[f"init_weights/{k}.first"].copy()
    return FakeRoom("hidden", {"task/chance.json": asked}, results)


def test_honest_weights_always_pass_and_ten_percent_more_variance_never() -> None:
    for seed in range(30):
        problem.check_init(init_room(seed))
    for wrong in ({"scale": 1.06}, {"scale": 0.94}, {"uniform": True}):
        for seed in range(10):
            with pytest.raises(CheckFailed) as caught:
                problem.check_init(init_room(seed, **wrong))
            assert caught.value.problem.verdict == "INIT_WRONG"


def test_honest_masks_always_pass_and_uneven_ones_never() -> None:
    for seed in range(30):
        rng = np.random.default_rng(seed)
        rate = float(rng.choice([0.2, 0.3, 0.35]))
        assert not list(chance._unevenly(rng.random((80, 250)) < rate, rate))
        assert list(chance._unevenly(rng.random((80, 250)) < rate + 0.03, rate))
        assert list(chance._unevenly(np.repeat(rng.random((1, 250)) < rate, 80, axis=0), rate))
        assert list(chance._unevenly(np.repeat(rng.random((80, 1)) < rate, 250, axis=1), rate))


# ---- texts ----


def test_texts_in_place_of_numbers_are_a_wrong_answer_and_no_fault_of_the_check() -> None:
    given = {"task/chance.json": {"split": {"examples": 4, "fraction": 0.5}}}
    texts = {name: np.full(shape, "2.5") for name, shape in (("X", (2, 3)), ("y", (2,)), ("X_val", (2, 3)), ("y_val", (2,)))}
    results = {"split": {}, **{f"split/{name}": array for name, array in texts.items()}}
    with pytest.raises(CheckFailed):
        problem.check_split(FakeRoom("hidden", given, results))


def test_points_are_the_hand_outs() -> None:
    points = [sum(map(float, re.findall(r"points\(([\d.]+)\)", text(f"test_{each}.py")))) for each in ("public", "hidden")]
    assert points == [40, 60]
    for name in ("README.md", "README.ko.md"):
        assert [float(n) for n in re.findall(r"^\| [^|]+ \| (\d+) \|", text(name), re.MULTILINE)] == points


def test_hand_outs_have_the_same_parts_and_name_every_function() -> None:
    master = (REFERENCE / "master.py").read_text(encoding="utf-8")
    cells = [cell for cell in read_master(master, "master.py") if cell.kind == "solution"]
    functions = [name for cell in cells for name in re.findall(r"^def (\w+)", cell.source, re.MULTILINE)]
    assert {cell.id for cell in cells} == set(answered.CELLS.values()) and len(functions) == 37
    shapes = []
    for name in ("README.md", "README.ko.md"):
        page = text(name)
        shapes.append([page.count(mark) for mark in ("\n## ", "\n| ", "\n- ", "\n```", "![")])
        assert not [each for each in functions if f"`{each}" not in page]
        listed_words = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ((?:\w+, )+\w+) \|", page, re.MULTILINE))
        assert {key: tuple(words.split(", ")) for key, words in listed_words.items()} == problem.problem_terms.WORDS
        for target in re.findall(r"\]\(([^)]+)\)", page):
            assert (FOLDER / target).exists(), f"{name} links {target}, which isn't there"
    assert shapes[0] == shapes[1]


# ---- notebooks that are broken or hostile, graded from end to end ----

WRONG_ADAM = "def adam(theta, grad, state, eta, beta1, beta2, eps):\n    return theta - eta * np.sign(grad(theta))\n"
HOSTILE = {
    "cells deleted": ("# %% id=adam drop\n\n# %% id=setup drop\n", "CELL_MISSING", 94, "adam"),
    "sleeps for ever": ("# %% id=graph\nimport time\n\ntime.sleep(1e6)\n", "CELL_TIMEOUT", 95, "graph"),
    "asks somebody": ('# %% id=perceptron\nepochs = input("how many? ")\n', "CELL_ERROR", 97, "perceptron"),
    "exits": ("# %% id=dropout\nimport sys\n\nsys.exit(0)\n", "CELL_ERROR", 94, "dropout"),
    "NumPy says yes": (f"# %% id=adam\nnp.allclose = np.array_equal = lambda *a, **k: True\n\n\n{WRONG_ADAM}", "WRONG_ANSWER", 94, "adam"),
    "writes the results itself": (
        "# %% id=adam\nimport ck_room\n\n\n"
        f"{WRONG_ADAM}\n\n"
        "save = ck_room.save\nck_room.save = lambda name, value: save(name, [] if name == 'adam' else value)\n",
        "UNWRITTEN_OUTPUT",
        94,
        "adam",
    ),
    "a locked cell that was changed": ('# %% id=setup\nraise SystemExit("mine now")\n', "PASSED", 100, ""),
}


def graded(book: str, folder: Path) -> Any:
    from grader.pipeline import grade, open_judge
    from grader.run.seeds import public_seed

    assignment = load_assignment(FOLDER)
    (folder / "dl_basics.ipynb").write_text(book, encoding="utf-8")
    judge = open_judge(assignment, seed=public_seed("warpgrade", assignment.slug), cache=folder / "cache", keep_grades=False)
    return grade(folder / "dl_basics.ipynb", assignment, judge)


@pytest.mark.frameworks
@pytest.mark.parametrize(("cells", "verdict", "score", "cell"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_cell_gets_its_verdict_and_costs_no_other(tmp_path: Path, cells: str, verdict: str, score: int, cell: str) -> None:
    result = graded(mutated((REFERENCE / "dl_basics.ipynb").read_text(encoding="utf-8"), cells, "hostile"), tmp_path)
    assert (result.verdict, result.score) == (verdict, score), result.message
    assert {each.file for each in result.checks if each.outcome == "failed"} <= {f"dl_basics.ipynb#{cell}"}


@pytest.mark.frameworks
def test_a_second_cell_of_the_same_id_and_forged_outputs_help_nobody(tmp_path: Path) -> None:
    book = json.loads((REFERENCE / "dl_basics.ipynb").read_text(encoding="utf-8"))
    at = next(i for i, cell in enumerate(book["cells"]) if cell["id"] == "adam")
    wrong = {**book["cells"][at], "source": WRONG_ADAM}
    wrong["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "100/100 PASSED\n"}]
    book["cells"].insert(at + 1, wrong)
    result = graded(json.dumps(book), tmp_path)
    told = [each for each in result.checks if each.outcome == "failed"]
    assert result.score < 100 and {each.id.rpartition("::")[2] for each in told} <= {"test_adam"}, [each.id for each in told]
