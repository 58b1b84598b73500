"""08_reduction is consistent with itself: header, assignment.toml, starter, hand-outs, mutants, problem.py. Runs no kernel."""

from __future__ import annotations

import difflib
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grader import toolchain
from grader.assignment import Assignment, Case, load_assignment
from grader.run.inputs import make_inputs
from grader.run.seeds import public_seed

Array = NDArray[Any]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "08_reduction"
REFERENCE = ROOT / "reference" / "08_reduction"
PLACED = {"RACE_SHARED", "RACE_WARP", "OOB_READ", "UNINIT_READ", "BARRIER_DIVERGENCE", "UNDEFINED_SHFL"}  # findings have a place
EXPENSIVE = ("sum_ones", "sum_timed", "argmax_timed")


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_{path.parent.name}_{path.stem}_under_test", path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def reduction() -> Assignment:
    return load_assignment(FOLDER)


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    return module(FOLDER / "problem.py")


def numbers(reduction: Assignment, problem: ModuleType, case: Case, call: int = 0) -> dict[str, Array]:
    """The case's inputs with the public seed, as the judge passes them on."""
    return make_inputs(reduction, case, call, public_seed(reduction.course, reduction.slug), problem.inputs)


def cheap(reduction: Assignment) -> list[Case]:
    return [case for case in reduction.cases if case.id not in EXPENSIVE]


def accepts(expected: Any, got: Any) -> bool:
    value, bound = float(expected.value[0]), float(expected.bound[0])
    return bool(np.isnan(got)) if expected.nan else bool(got == value or abs(got - value) <= bound)


# ---- the folder agrees with the contract ----


def test_header_and_assignment_say_the_same_signatures(reduction: Assignment) -> None:
    header = (reduction.include / str(reduction.header)).read_text(encoding="utf-8")
    assert 'extern "C"' in header
    kinds = {("f32", "in"): "const float*", ("f32", "out"): "float*", ("i64", "out"): "long long*", ("u8", "scratch"): "void*"}
    for entry in reduction.entries:
        declared = re.search(rf"\bint {entry.name}\(([^)]*)\);", header)
        assert declared is not None
        wanted = []
        for a in entry.arguments:
            kind = kinds[a.type, a.direction] if a.kind == "buffer" else {"integer": "long long", "stream": "void*"}[a.kind]
            wanted.append(f"{kind} {a.name}")
        assert [" ".join(part.split()) for part in declared[1].split(",")] == wanted


def test_starter_is_the_reference_without_its_solution() -> None:
    made = dict(module(ROOT / "tools" / "make_starters.py").starters(ROOT))
    path = FOLDER / "starter" / "reduction.cu"
    assert path.read_text(encoding="utf-8") == made[path]
    assert "<<<" not in made[path] and "__global__" not in made[path] and "SOLUTION" not in made[path]


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_hand_out_explains_every_argument_and_links_its_twin(reduction: Assignment, name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    for entry in reduction.entries:
        assert entry.name in text
        for argument in entry.arguments:
            assert f"`{argument.name}`" in text, f"{name} doesn't mention {argument.name}"
    for needed in (
        "n == 0",
        "65,536",
        "NaN",
        "ck/reduction.h",
        *(("tree.svg", "README.ko.md") if name == "README.md" else ("tree.ko.svg", "README.md")),
    ):
        assert needed in text
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (FOLDER / target).exists(), f"{name} links {target}, which isn't there"


def test_hand_outs_have_the_same_parts() -> None:
    def shape(name: str) -> list[int]:
        text = (FOLDER / name).read_text(encoding="utf-8")
        return [text.count(mark) for mark in ("\n## ", "\n| ", "\n- ", "\n```", "![")]

    assert shape("README.md") == shape("README.ko.md")


CHECK = re.compile(r"((?:^@.*\n(?:(?:[ ].*|\))\n)*)+)^def (test_\w+)", re.MULTILINE)


def checks(visibility: str) -> list[tuple[str, str]]:
    """Decorators and name of every check of a file."""
    return [(m[1], m[2]) for m in CHECK.finditer((FOLDER / f"test_{visibility}.py").read_text(encoding="utf-8"))]


@pytest.mark.parametrize("device", ["emulated", "cuda"])
def test_points_sum_to_a_hundred_on_every_device(device: str) -> None:
    points: dict[str, float] = {}
    for visibility in ("public", "hidden"):
        for marks, _ in checks(visibility):
            category, worth = re.search(r'category\("(\w+)"\)', marks), re.search(r"points\(([\d.]+)\)", marks)
            assert worth is not None
            on = re.search(r'mark\.on\("(\w+)"\)', marks)
            if on is None or on[1] == device:
                key = category[1] if category else visibility
                points[key] = points.get(key, 0) + float(worth[1])
    assert points == {"public": 35, "hidden": 35, "cleanliness": 10, "performance": 20}


def test_the_hand_outs_say_the_points_of_performance() -> None:
    worth = [float(re.search(r"points\(([\d.]+)\)", marks)[1]) for marks, _ in checks("public") if 'on("emulated")' in marks]  # type: ignore[index]
    for name in ("README.md", "README.ko.md"):
        rows = re.findall(r"^\| (\d+) \|", (FOLDER / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert [float(points) for points in rows] == worth


def test_every_check_has_a_korean_title() -> None:
    for visibility in ("public", "hidden"):
        assert len(checks(visibility)) > 10
        for marks, name in checks(visibility):
            assert re.search(r"mark\.korean\(\s*\"[^\"]*[가-힣]", marks), name


def test_every_case_is_checked_for_correctness(reduction: Assignment) -> None:
    for visibility in ("public", "hidden"):
        named = set()
        for marks, _ in checks(visibility):
            if "category" not in marks or 'on("cuda")' in marks:
                named |= set(re.findall(r'"(\w+)"', " ".join(re.findall(r"mark\.cases\(([^)]*)\)", marks))))
        assert named == {case.id for case in reduction.cases if case.visibility == visibility}


FILES = [FOLDER / "starter" / "reduction.cu", *sorted(REFERENCE.glob("*.cu")), *sorted(REFERENCE.glob("honest/*.cu"))]


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_compiles_without_a_warning(path: Path, reduction: Assignment, tmp_path: Path) -> None:
    command = [str(toolchain.nvcc()), "-ptx", "-arch=compute_80", "--Werror", "all-warnings", f"-I{reduction.include}"]
    command += ["-include", str(reduction.header), "-o", str(tmp_path / "out.ptx"), str(path)]
    done = subprocess.run(command, env=toolchain.nvcc_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kernels = (tmp_path / "out.ptx").read_text(encoding="utf-8").count(".entry")
    assert kernels == 0 if path.parent.name == "starter" else kernels >= 3


# ---- the mutants ----

MANIFEST = tomllib.loads((REFERENCE / "mutants.toml").read_text(encoding="utf-8"))
MUTANTS = [mutant for mutant in MANIFEST["mutant"] if not mutant.get("blind")]


def code_of(path: Path) -> list[str]:
    """Lines of code, without the comment that opens the file and without fences."""
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if "SOLUTION" not in line or line.startswith("// BEGIN SOLUTION red")
    ]
    return lines[next(i for i, line in enumerate(lines) if not line.startswith("//")) :]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m["name"])
def test_mutant_is_one_mistake_away_from_its_rung(mutant: dict[str, Any], reduction: Assignment) -> None:
    rung, wrong = code_of(REFERENCE / f"{mutant['rung']}.cu"), code_of(REFERENCE / mutant["file"])
    changes = [c for c in difflib.SequenceMatcher(None, rung, wrong, autojunk=False).get_opcodes() if c[0] != "equal"]
    touched = sum(max(c[2] - c[1], c[4] - c[3]) for c in changes)
    assert 1 <= len(changes) <= 3 and touched <= 6
    lines = (REFERENCE / mutant["file"]).read_text(encoding="utf-8").splitlines()
    assert all(0 < line <= len(lines) and not lines[line - 1].lstrip().startswith("//") for line in mutant["lines"])
    assert bool(mutant["lines"]) or mutant["verdict"] not in PLACED
    assert mutant["cases"] and {*mutant["cases"]} <= {case.id for case in reduction.cases}


def test_mutants_cover_the_course_plan() -> None:
    planned = "BARRIER_DIVERGENCE RACE_SHARED RACE_WARP STATE_LEAK WRONG_NEGATIVE UNDEFINED_SHFL NUMERIC_ERROR WRONG_TAIL TIE_RULE OOB_READ"
    planned += " UNWRITTEN_OUTPUT NAN_LOST UNINIT_READ LAUNCH_FAILED LAUNCH_ERROR_UNREPORTED WRONG_STREAM FORBIDDEN_TRANSFER LOW_PRECISION"
    assert {*planned.split()} <= {mutant["verdict"] for mutant in MUTANTS}
    assert {path.name for path in (REFERENCE / "mutants").glob("*")} == {Path(mutant["file"]).name for mutant in MUTANTS}
    assert {path.name for path in REFERENCE.glob("*.cu")} == {*MANIFEST["ladder"]}


# ---- problem.py ----


def test_calibration_is_accepted_and_refused_as_it_says(reduction: Assignment, problem: ModuleType) -> None:
    refused: dict[tuple[str, str], bool] = {}
    for case in cheap(reduction):
        arrays = numbers(reduction, problem, case)
        ((name, expected),) = problem.expected(case, arrays).items()
        for label, outputs in problem.calibration(case, arrays).items():
            passed = accepts(expected, outputs[name][0])
            if label.startswith("passes:"):
                assert passed, (case.id, label)
            else:
                refused[case.entry, label] = refused.get((case.entry, label), False) or not passed
    refused.pop(("ck_reduce_sum", "fails:one after the other"))  # sum_ones alone tells: below
    assert refused and all(refused.values()), refused


def test_a_running_sum_of_ones_stops_at_two_to_the_24(problem: ModuleType) -> None:
    ones = np.ones(2**24 + 5000, np.float32)
    case = Case(id="sum_ones", visibility="hidden", entry="ck_reduce_sum", sizes={"n": ones.size})
    expected = problem.expected(case, {"x": ones})["result"]
    assert problem.sequential(ones) == 2**24
    assert not accepts(expected, problem.sequential(ones)) and accepts(expected, np.sum(ones))
    (found,) = (outputs["result"][0] for name, outputs in problem.hypotheses(case, {"x": ones}).items() if name.startswith("NUMERIC_ERROR"))
    assert found == 2**24


def test_special_values_follow_the_contract(reduction: Assignment, problem: ModuleType) -> None:
    def right(name: str) -> Any:
        case = reduction.case(name)
        (expected,) = problem.expected(case, numbers(reduction, problem, case)).values()
        return np.nan if expected.nan else float(expected.value[0])

    assert (right("sum_0"), right("max_0"), right("argmax_0"), right("argmax_1")) == (0, -np.inf, -1, 0)
    assert np.isnan(right("sum_nan")) and np.isnan(right("max_nan")) and right("sum_infinite") == right("max_infinite") == np.inf
    assert (right("max_lowest"), right("argmax_lowest")) == (-np.inf, 0)
    assert right("max_negative") < 0
    x = numbers(reduction, problem, reduction.case("argmax_nan"))["x"]
    assert np.isinf(x[: int(right("argmax_nan"))]).any() and np.isnan(x[int(right("argmax_nan"))]), "NaN beats an earlier infinity"
    zeros = numbers(reduction, problem, reduction.case("argmax_zeros"))["x"]
    first = int(right("argmax_zeros"))
    assert zeros[first] == 0 and np.signbit(zeros[first]) and (zeros[first + 1 :] == 0).any(), "-0 ties with the +0 behind it"


def test_the_largest_number_stands_last_where_a_tail_could_go_missing_and_elsewhere_in_other_sizes(
    reduction: Assignment, problem: ModuleType
) -> None:
    for name in ("max_odd", "argmax_33", "argmax_257"):
        x = numbers(reduction, problem, reduction.case(name))["x"]
        assert np.argmax(x) == x.size - 1
    for name in ("max_31", "max_1001", "argmax_255"):  # or x[n - 1] would be an answer
        x = numbers(reduction, problem, reduction.case(name))["x"]
        assert np.argmax(x) < x.size // 2


def test_a_kept_maximum_shows_in_some_call(reduction: Assignment, problem: ModuleType) -> None:
    case = reduction.case("max_twice")
    largest = [float(numbers(reduction, problem, case, call)["x"].max()) for call in range(case.calls)]
    assert largest != sorted(largest)


def predicted(problem: ModuleType, case: Case, arrays: dict[str, Array], wrong: float) -> set[str]:
    (name,) = problem.expected(case, arrays)
    return {code.partition(":")[0] for code, outputs in problem.hypotheses(case, arrays).items() if outputs[name][0] == wrong}


def test_hypotheses_predict_well_known_mistakes(reduction: Assignment, problem: ModuleType) -> None:
    """Each mistake written down once more, as a student's loop would make it."""

    def loop(x: Array, better: Any, start: float, index: int = -1) -> tuple[float, int]:
        best = start
        for i, value in enumerate(x):
            if better(value, best):
                best, index = float(value), i
        return best, index

    def codes(name: str, wrong: Any) -> set[str]:
        case = reduction.case(name)
        arrays = numbers(reduction, problem, case)
        return predicted(problem, case, arrays, float(wrong(arrays["x"])))

    assert codes("max_negative", lambda x: loop(x, np.greater, 0.0)[0]) == {"WRONG_NEGATIVE"}
    assert codes("argmax_negative", lambda x: loop(x, np.greater, 0.0)[1]) == {"WRONG_NEGATIVE"}
    assert codes("argmax_lowest", lambda x: loop(x, np.greater, -np.inf)[1]) == {"WRONG_NEGATIVE"}
    assert codes("argmax_ties", lambda x: loop(x, np.greater_equal, -np.inf)[1]) == {"TIE_RULE"}
    assert codes("argmax_zeros", lambda x: loop(x, np.greater_equal, -np.inf)[1]) == {"TIE_RULE"}
    assert codes("argmax_nan", lambda x: loop(x, np.greater, -np.inf)[1]) == {"NAN_LOST"}
    assert codes("max_nan", lambda x: loop(x, np.greater, -np.inf)[0]) == {"NAN_LOST"}
    assert codes("sum_33", lambda x: x[:32].sum(dtype=np.float64)) == {"WRONG_TAIL"}
    assert codes("max_257", lambda x: x[:256].max()) == {"WRONG_TAIL"}
    assert codes("argmax_257", lambda x: np.argmax(x[:256])) == {"WRONG_TAIL"}
    assert codes("sum_mantissa", lambda x: problem.half(x).sum(dtype=np.float64)) == {"LOW_PRECISION"}
    assert codes("sum_33", lambda x: 2 * x.sum(dtype=np.float64)) == set()


def test_no_hypothesis_predicts_the_right_output(reduction: Assignment, problem: ModuleType) -> None:
    for case in cheap(reduction):
        arrays = numbers(reduction, problem, case)
        ((name, expected),) = problem.expected(case, arrays).items()
        for code, outputs in problem.hypotheses(case, arrays).items():
            assert not accepts(expected, outputs[name][0]), (case.id, code)
        assert case.sizes["n"] or not problem.hypotheses(case, arrays)
