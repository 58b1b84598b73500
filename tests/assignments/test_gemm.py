"""09_gemm is consistent with itself: header, assignment.toml, starter, hand-outs, mutants, problem.py. Runs no kernel."""

from __future__ import annotations

import ast
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
from grader.verdicts import VERDICTS

Array = NDArray[Any]
Arrays = dict[str, Array]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "09_gemm"
REFERENCE = ROOT / "reference" / "09_gemm"
PLACED = {row.code for row in VERDICTS.values() if row.category == "device"} - {"KERNEL_NOT_RUN", "LEAK"}  # findings have a line


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_{path.stem}_under_test", path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def gemm() -> Assignment:
    return load_assignment(FOLDER)


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    return module(FOLDER / "problem.py")


def filled(gemm: Assignment, case: Case, call: int = 0) -> Arrays:
    """Inputs in the manner of the real fills; the judge's own differ in their seed only."""
    rng = np.random.default_rng([case.index, call])
    arrays = {}
    for buffer in gemm.entries[0].buffers():
        shape = buffer.shape(case.sizes)
        whole = case.fill == "small_integers"
        arrays[buffer.name] = (rng.integers(-8, 9, shape) if whole else rng.standard_normal(shape)).astype(np.float32)
        if buffer.name in case.poison:
            arrays[buffer.name][...] = np.nan
    return arrays


def float32_gemm(case: Case, arrays: Arrays, step: int, dtype: type[np.floating[Any]] = np.float32) -> Array:
    """A correct launcher in NumPy, sums kept in `dtype` and K taken in slices of `step`."""
    m, n, k = (case.sizes[name] for name in "MNK")
    total = np.zeros((m, n), dtype)
    for begin in range(0, k, step):
        end = min(k, begin + step)
        total += (arrays["A"][:, begin:end].astype(dtype) @ arrays["B"][begin:end, :n].astype(dtype)).astype(dtype)
    c = arrays["C"].copy()
    alpha, beta = np.float32(case.scalars["alpha"]), np.float32(case.scalars["beta"])
    c[:, :n] = alpha * total.astype(np.float32) + (beta * c[:, :n] if beta else 0)
    return c


def within(got: Array, expected: Any) -> Array:
    value, bound = np.asarray(expected.value), np.asarray(expected.bound)
    with np.errstate(invalid="ignore"):
        return np.where(np.isnan(value), np.isnan(got), np.abs(got.astype(np.float64) - value) <= bound)


# ---- the folder agrees with the contract ----


def test_header_and_assignment_say_the_same_signature(gemm: Assignment) -> None:
    header = (gemm.include / str(gemm.header)).read_text(encoding="utf-8")
    declared = re.search(r"\bint ck_gemm\(([^)]*)\);", header)
    assert declared is not None
    assert 'extern "C"' in header
    types = {"buffer": {"in": "const float*", "inout": "float*", "out": "float*"}}
    wanted = []
    for argument in gemm.entries[0].arguments:
        kind = (
            types["buffer"][argument.direction] if argument.kind == "buffer" else {"i32": "int", "f32": "float"}.get(argument.type, "void*")
        )
        wanted.append(f"{kind} {argument.name}")
    assert [" ".join(part.split()) for part in declared[1].split(",")] == wanted


def test_starter_is_the_reference_without_its_solution() -> None:
    make_starters = module(ROOT / "tools" / "make_starters.py")
    made = dict(make_starters.starters(ROOT))
    path = FOLDER / "starter" / "gemm.cu"
    assert path.read_text(encoding="utf-8") == made[path]
    assert "<<<" not in made[path] and "__global__" not in made[path] and "SOLUTION" not in made[path]


@pytest.mark.parametrize(
    "text", ["int f();\n", "// BEGIN SOLUTION\nint f();\n", "// END SOLUTION\n", "// BEGIN SOLUTION\n// BEGIN SOLUTION\n// END SOLUTION\n"]
)
def test_bad_fences_are_refused_with_their_line(text: str) -> None:
    make_starters = module(ROOT / "tools" / "make_starters.py")
    with pytest.raises(make_starters.FenceError, match=r"^x\.cu:"):
        make_starters.starter_of(text, "x.cu")


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_hand_out_explains_every_argument_and_links_its_twin(gemm: Assignment, name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    for argument in gemm.entries[0].arguments:
        assert f"`{argument.name}`" in text, f"{name} doesn't mention {argument.name}"
    for needed in (
        "beta == 0",
        "K == 0",
        "ck/gemm.h",
        *(("tiles.svg", "README.ko.md") if name == "README.md" else ("tiles.ko.svg", "README.md")),
    ):
        assert needed in text
    for target in re.findall(r"\]\(([^)]+)\)", text):
        assert (FOLDER / target).exists(), f"{name} links {target}, which isn't there"


def test_hand_outs_have_the_same_parts() -> None:
    def shape(name: str) -> list[int]:
        text = (FOLDER / name).read_text(encoding="utf-8")
        return [text.count(mark) for mark in ("\n## ", "\n| ", "\n- ", "\n```", "![")]

    assert shape("README.md") == shape("README.ko.md")


def checks(name: str) -> dict[str, dict[str, list[Any]]]:
    """Check -> mark -> its arguments, read from the source of a file of checks. `korean`'s hint is its second argument."""
    found: dict[str, dict[str, list[Any]]] = {}
    for node in ast.parse((FOLDER / name).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found[node.name] = {}
            for mark in node.decorator_list:
                assert isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute)
                values = [*mark.args, *(keyword.value for keyword in mark.keywords)]
                found[node.name][mark.func.attr] = [ast.literal_eval(value) for value in values]
    return found


@pytest.mark.parametrize("device", ["emulated", "cuda"])
def test_points_sum_to_a_hundred_on_each_device(device: str) -> None:
    points: dict[str, float] = {}
    for name in ("test_public.py", "test_hidden.py"):
        for marks in checks(name).values():
            if marks.get("on", [device]) == [device]:
                key = marks["category"][0] if "category" in marks else name
                points[key] = points.get(key, 0) + marks["points"][0]
    assert points == {"test_public.py": 35, "test_hidden.py": 35, "cleanliness": 10, "performance": 20}


@pytest.mark.parametrize("name", ["test_public.py", "test_hidden.py"])
def test_every_check_speaks_korean_as_much_as_english(name: str) -> None:
    docs = {
        n.name: ast.get_docstring(n) or ""
        for n in ast.parse((FOLDER / name).read_text(encoding="utf-8")).body
        if isinstance(n, ast.FunctionDef)
    }
    for check, marks in checks(name).items():
        title, *hint = marks["korean"]
        english = docs[check].partition("\n")[0]
        assert bool(hint) == ("\n" in docs[check]), f"{check}: a hint in one language only"
        assert re.findall(r"\d+", title) == re.findall(r"\d+", english), f"{check}: other figures in Korean"
        assert all(re.search("[가-힣]", text) or text == english for text in marks["korean"]), check


def test_every_case_is_checked_for_correctness(gemm: Assignment) -> None:
    for visibility in ("public", "hidden"):
        named = {case for marks in checks(f"test_{visibility}.py").values() for case in marks.get("cases", [])}
        assert named == {case.id for case in gemm.cases if case.visibility == visibility}


FILES = [FOLDER / "starter" / "gemm.cu", *sorted(REFERENCE.glob("*.cu")), *sorted(REFERENCE.glob("honest/*.cu"))]


@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_compiles_without_a_warning(path: Path, gemm: Assignment, tmp_path: Path) -> None:
    command = [
        str(toolchain.nvcc()),
        "-ptx",
        "-arch=compute_80",
        "--Werror",
        "all-warnings",
        f"-I{gemm.include}",
        "-include",
        str(gemm.header),
    ]
    command += ["-o", str(tmp_path / "out.ptx"), str(path)]
    done = subprocess.run(command, env=toolchain.nvcc_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kernels = (tmp_path / "out.ptx").read_text(encoding="utf-8").count(".entry")
    assert kernels == 0 if path.parent.name == "starter" else kernels >= 1


# ---- the mutants ----

TABLE = tomllib.loads((REFERENCE / "mutants.toml").read_text(encoding="utf-8"))
MUTANTS = [mutant for mutant in TABLE["mutant"] if not mutant.get("blind")]  # blind ones have a style of their own


def code_of(path: Path) -> list[str]:
    """Lines without the comment that opens the file and without fences."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if " SOLUTION" not in line]
    return lines[next(i for i, line in enumerate(lines) if not line.startswith("//")) :]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m["name"])
def test_mutant_is_one_mistake_away_from_its_rung(mutant: dict[str, Any], gemm: Assignment) -> None:
    rung, wrong = code_of(REFERENCE / f"{mutant['rung']}.cu"), code_of(REFERENCE / mutant["file"])
    changes = [c for c in difflib.SequenceMatcher(None, rung, wrong, autojunk=False).get_opcodes() if c[0] != "equal"]
    touched = sum(max(c[2] - c[1], c[4] - c[3]) for c in changes)
    assert 1 <= len(changes) <= 3 and touched <= 5
    lines = (REFERENCE / mutant["file"]).read_text(encoding="utf-8").splitlines()
    assert all(0 < line <= len(lines) and not lines[line - 1].lstrip().startswith("//") for line in mutant["lines"])
    assert bool(mutant["lines"]) == (mutant["verdict"] in PLACED)
    assert mutant["cases"] and {*mutant["cases"]} <= {case.id for case in gemm.cases}


def test_mutants_cover_the_course_plan() -> None:
    planned = "BARRIER_DIVERGENCE RACE_SHARED STATE_LEAK WRONG_TAIL LEADING_DIM NAN_PROPAGATION TRANSPOSED LOW_PRECISION"
    planned += " OOB_WRITE UNWRITTEN_TAIL UNINIT_READ MISALIGNED BANK_CONFLICT UNCOALESCED REDUNDANT_LOADS RACE_WARP UNDEFINED_SHFL"
    assert {*planned.split()} <= {mutant["verdict"] for mutant in MUTANTS}
    assert {path.name for path in (REFERENCE / "mutants").glob("*")} == {Path(mutant["file"]).name for mutant in MUTANTS}


# ---- problem.py ----


@pytest.mark.parametrize("step", [1, 16, 1000])
def test_correct_orders_of_summation_pass(gemm: Assignment, problem: ModuleType, step: int) -> None:
    for case in gemm.cases:
        if case.timed or case.sparse:
            continue  # the same product as "perf", only larger
        arrays = filled(gemm, case)
        assert within(float32_gemm(case, arrays, step), problem.expected(case, arrays)["C"]).all(), case.id


def test_bounds_refuse_half_precision_zeros_and_a_dropped_tail(gemm: Assignment, problem: ModuleType) -> None:
    case = gemm.case("mantissa")
    arrays = filled(gemm, case)
    expected = problem.expected(case, arrays)["C"]
    assert not within(float32_gemm(case, arrays, 1, np.float16), expected).all()
    rounded = {name: array.astype(np.float16).astype(np.float32) for name, array in arrays.items()}  # TF32 has as many bits
    assert not within(float32_gemm(case, rounded, 1), expected).all()
    assert not within(np.zeros_like(arrays["C"]), expected).any()
    tails = gemm.case("tails_long")
    arrays = filled(gemm, tails)
    short = {**arrays, "A": arrays["A"].copy()}
    short["A"][:, -1] = 0
    assert not within(float32_gemm(tails, short, 16), problem.expected(tails, arrays)["C"]).all()


def test_padding_of_c_must_keep_its_bits_even_if_poisoned(gemm: Assignment, problem: ModuleType) -> None:
    for name in ("ldc", "padded"):
        case = gemm.case(name)
        arrays = filled(gemm, case)
        expected = problem.expected(case, arrays)["C"]
        n = case.sizes["N"]
        assert (np.asarray(expected.bound)[:, n:] == 0).all()
        assert np.array_equal(np.asarray(expected.value)[:, n:], arrays["C"][:, n:].astype(np.float64), equal_nan=True)
        assert np.isfinite(np.asarray(expected.value)[:, :n]).all()


def test_k_zero_scales_c_and_small_integers_are_exact(gemm: Assignment, problem: ModuleType) -> None:
    case = gemm.case("k_zero")
    arrays = filled(gemm, case)
    assert np.array_equal(problem.expected(case, arrays)["C"].value, case.scalars["beta"] * arrays["C"].astype(np.float64))
    case = gemm.case("integers")
    arrays = filled(gemm, case)
    assert not np.asarray(problem.expected(case, arrays)["C"].bound).any()


def test_hypotheses_predict_well_known_mistakes(gemm: Assignment, problem: ModuleType) -> None:
    """Each written down once more as the loops of a student's kernel would do it."""

    def close(one: Array, other: Array) -> bool:
        return bool(np.allclose(one, other, rtol=1e-4, atol=1e-4, equal_nan=True))

    def predicted(case: Case, arrays: Arrays, wrong: Array) -> set[str]:
        found = problem.hypotheses(case, arrays)
        return {name.partition(":")[0] for name, buffers in found.items() if buffers["C"] is not None and close(buffers["C"], wrong)}

    def loops(case: Case, arrays: Arrays, a: Any, b: Any, c: Any, terms: int) -> Array:
        flat = {name: array.reshape(-1) for name, array in arrays.items()}
        out = arrays["C"].reshape(-1).copy()
        alpha, beta = case.scalars["alpha"], case.scalars["beta"]
        for i in range(case.sizes["M"]):
            for j in range(case.sizes["N"]):
                total = sum(float(flat["A"][a(i, k)]) * float(flat["B"][b(k, j)]) for k in range(terms))
                out[c(i, j)] = alpha * total + (beta * out[c(i, j)] if beta else 0)
        return out.reshape(arrays["C"].shape)

    small = gemm.case("square")
    s = dict.fromkeys(small.sizes, 12)
    square = Case(id="square", visibility="public", entry=small.entry, sizes=s, scalars=small.scalars)
    arrays = filled(gemm, square)
    rows = lambda i, j: i * 12 + j  # noqa: E731
    columns = lambda i, j: j * 12 + i  # noqa: E731
    assert predicted(square, arrays, loops(square, arrays, columns, rows, rows, 12)) == {"TRANSPOSED"}
    assert predicted(square, arrays, loops(square, arrays, rows, columns, rows, 12)) == {"TRANSPOSED"}
    assert predicted(square, arrays, loops(square, arrays, rows, rows, columns, 12)) == {"TRANSPOSED"}
    assert predicted(square, arrays, loops(square, arrays, rows, rows, rows, 8)) == {"WRONG_TAIL"}
    assert predicted(square, arrays, loops(square, arrays, rows, rows, rows, 12)) == set()

    case = gemm.case("padded")
    arrays = filled(gemm, case)
    lda, ldb, ldc = (case.sizes[name] for name in ("lda", "ldb", "ldc"))
    n, k = case.sizes["N"], case.sizes["K"]
    wrong = loops(case, arrays, lambda i, p: i * k + p, lambda p, j: p * ldb + j, lambda i, j: i * ldc + j, k)
    assert predicted(case, arrays, wrong) == {"LEADING_DIM"}
    wrong = loops(case, arrays, lambda i, p: i * lda + p, lambda p, j: p * ldb + j, lambda i, j: i * n + j, k)
    assert predicted(case, arrays, wrong) == {"LEADING_DIM"}
