"""Each of these assignments is consistent with itself: header, assignment.toml, starter, hand-outs, checks, mutants. Runs no kernel."""

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

import pytest

from grader import toolchain
from grader.assignment import Assignment, load_assignment
from grader.libraries import LIBRARIES
from grader.verdicts import VERDICTS
from grader.verify import subjects

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("10_conv2d", "11_maxpool", "12_activation", "13_fully_connected", "14_softmax_xent", "15_yolov2", "19_quant_binary")
SLUGS = ("03_vector_matrix", "05_transpose", *(slug for slug in LAYERS if (ROOT / "reference" / slug / "mutants.toml").is_file()))
PLACED = {row.code for row in VERDICTS.values() if row.category in ("device", "performance")}
PLACED -= {"KERNEL_NOT_RUN"}  # every other finding has a line …
SOMETIMES = {"LEAK", "TOO_MANY_LAUNCHES", "TOO_SLOW"}  # … and these where one call or line is to blame


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_{path.stem}_under_test", path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def reference(slug: str) -> Path:
    return ROOT / "reference" / slug


@pytest.fixture(params=SLUGS)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return load_assignment(ROOT / "assignments" / request.param)


# ---- the folder agrees with the contract ----


def test_header_and_assignment_say_the_same_signatures(assignment: Assignment) -> None:
    header = (assignment.include / str(assignment.header)).read_text(encoding="utf-8")
    assert 'extern "C"' in header
    for entry in assignment.entries:
        declared = re.search(rf"\bint {entry.name}\(([^)]*)\);", header)
        assert declared is not None, entry.name
        wanted = ["void* stream" if a.kind == "stream" else a.c_type() for a in entry.arguments]
        assert [" ".join(part.split()) for part in declared[1].split(",")] == wanted


def test_starter_is_the_reference_without_its_solution(assignment: Assignment) -> None:
    made = dict(module(ROOT / "tools" / "make_starters.py").starters(ROOT))
    for name in assignment.files:
        path = assignment.folder / "starter" / name
        assert path.read_text(encoding="utf-8") == made[path]
        assert "<<<" not in made[path] and "__global__" not in made[path] and "SOLUTION" not in made[path]


def test_hand_outs_explain_every_argument_and_link_what_is_there(assignment: Assignment) -> None:
    for name, twin in (("README.md", "README.ko.md"), ("README.ko.md", "README.md")):
        text = (assignment.folder / name).read_text(encoding="utf-8")
        for argument in (a for entry in assignment.entries for a in entry.arguments):
            assert f"`{argument.name}`" in text, f"{name} doesn't mention {argument.name}"
        targets = re.findall(r"\]\(([^)]+)\)", text)
        assert twin in targets and any(target.endswith(".svg") for target in targets)
        for target in targets:
            assert (assignment.folder / target).exists(), f"{name} links {target}, which isn't there"


def test_hand_outs_have_the_same_parts(assignment: Assignment) -> None:
    def shape(name: str) -> list[int]:
        text = (assignment.folder / name).read_text(encoding="utf-8")
        return [text.count(mark) for mark in ("\n## ", "\n| ", "\n- ", "\n```", "![")]

    assert shape("README.md") == shape("README.ko.md")


# ---- the checks ----


def checks(folder: Path, name: str) -> dict[str, dict[str, list[Any]]]:
    """Check -> mark -> its arguments, read from the source of a file of checks. `korean`'s hint is its second argument."""
    found: dict[str, dict[str, list[Any]]] = {}
    for node in ast.parse((folder / name).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            found[node.name] = {}
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute):
                    values = [*mark.args, *(keyword.value for keyword in mark.keywords)]
                    found[node.name][mark.func.attr] = [ast.literal_eval(value) for value in values]
    return found


@pytest.mark.parametrize("device", ["emulated", "cuda"])
def test_points_sum_to_a_hundred_on_each_device(assignment: Assignment, device: str) -> None:
    points: dict[str, float] = {}
    for name in ("test_public.py", "test_hidden.py"):
        for marks in checks(assignment.folder, name).values():
            if marks.get("on", [device]) == [device]:
                key = marks["category"][0] if "category" in marks else name
                points[key] = points.get(key, 0) + marks["points"][0]
    assert points == {"test_public.py": 35, "test_hidden.py": 35, "cleanliness": 10, "performance": 20}


@pytest.mark.parametrize("name", ["test_public.py", "test_hidden.py"])
def test_every_check_speaks_korean_as_much_as_english(assignment: Assignment, name: str) -> None:
    source = ast.parse((assignment.folder / name).read_text(encoding="utf-8"))
    docs = {n.name: ast.get_docstring(n) or "" for n in source.body if isinstance(n, ast.FunctionDef)}
    for check, marks in checks(assignment.folder, name).items():
        title, *hint = marks["korean"]
        english = docs[check].partition("\n")[0]
        assert bool(hint) == ("\n" in docs[check]), f"{check}: a hint in one language only"
        assert re.findall(r"\d+", title) == re.findall(r"\d+", english), f"{check}: other figures in Korean"
        assert all(re.search("[가-힣]", text) or text == english for text in marks["korean"]), check


def test_every_case_is_checked_for_correctness(assignment: Assignment) -> None:
    for visibility in ("public", "hidden"):
        named = {
            case
            for marks in checks(assignment.folder, f"test_{visibility}.py").values()
            for case in marks.get("cases", [])
            if isinstance(case, str)
        }
        assert named == {case.id for case in assignment.cases if case.visibility == visibility}


# ---- the solutions ----


def solutions(slug: str) -> list[Path]:
    found = [*reference(slug).glob("*.cu"), *reference(slug).glob("honest/*.cu")]
    return [*sorted(found), *sorted((ROOT / "assignments" / slug / "starter").glob("*.cu"))]


def compiled(path: Path) -> Any:
    """Starters and references in the fast lane; `grader verify` builds the layers' other solutions, `-m slow` looks at their warnings."""
    slug = next(part for part in path.parts if part in SLUGS)
    fast = slug not in LAYERS or path.parent.name == "starter" or (path.parent == reference(slug) and path.name in FILES[slug])
    return pytest.param(path, id=f"{slug}/{path.parent.name}/{path.name}", marks=() if fast else pytest.mark.slow)


FILES = {slug: load_assignment(ROOT / "assignments" / slug).files for slug in SLUGS}


@pytest.mark.parametrize("path", [compiled(p) for slug in SLUGS for p in solutions(slug)])
def test_compiles_without_a_warning(path: Path, tmp_path: Path) -> None:
    slug = next(part for part in path.parts if part in SLUGS)
    assignment = load_assignment(ROOT / "assignments" / slug)
    folders = (ROOT / "kernels" / "include", *(LIBRARIES[name].include for name in assignment.libraries))
    command = [str(toolchain.nvcc()), "-ptx", "-arch=compute_80", "--Werror", "all-warnings", *(f"-I{folder}" for folder in folders)]
    command += ["-include", str(assignment.header), "-o", str(tmp_path / "out.ptx"), str(path)]
    done = subprocess.run(command, env=toolchain.nvcc_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kernels = (tmp_path / "out.ptx").read_text(encoding="utf-8").count(".entry")
    assert kernels == 0 if path.parent.name == "starter" else kernels >= 1


# ---- the mutants ----

TABLES = {slug: tomllib.loads((reference(slug) / "mutants.toml").read_text(encoding="utf-8")) for slug in SLUGS}
MUTANTS = [(slug, mutant) for slug, table in TABLES.items() for mutant in table["mutant"]]
TEXTS = {
    (slug, subject.name): next(iter(subject.files.values())).decode()
    for slug in SLUGS
    for subject in subjects(load_assignment(ROOT / "assignments" / slug))
    if subject.kind == "mutant"
}  # also of those that are patches
EDITED = [(slug, mutant) for slug, mutant in MUTANTS if mutant.get("rung")]  # the others have a style of their own
PLANNED = {
    "03_vector_matrix": "OOB_WRITE OOB_READ UNWRITTEN_TAIL UNWRITTEN_OUTPUT INT_OVERFLOW WRONG_NONSQUARE LAUNCH_ERROR_UNREPORTED "
    "LAUNCH_FAILED LEADING_DIM TRANSPOSED WRONG_TAIL UNCOALESCED MISALIGNED LOW_PRECISION STATE_LEAK",
    "05_transpose": "BANK_CONFLICT UNCOALESCED RACE_SHARED MISALIGNED BARRIER_DIVERGENCE UNINIT_READ UNWRITTEN_TAIL UNWRITTEN_OUTPUT "
    "INT_OVERFLOW LEADING_DIM WRONG_NONSQUARE HALF_TRANSPOSED OOB_READ OOB_WRITE LAUNCH_FAILED LAUNCH_ERROR_UNREPORTED",
    "10_conv2d": "NOT_CROSS_CORRELATION WRONG_PADDING UNINIT_READ STATUS_UNCHECKED GRADIENT_WRONG OOB_READ WRONG_TAIL UNWRITTEN_TAIL",
    "11_maxpool": "WRONG_NEGATIVE TIE_RULE LOST_UPDATE WRONG_PADDING OOB_READ OOB_WRITE NAN_LOST",
    "12_activation": "UNWRITTEN_TAIL GRADIENT_WRONG OVERFLOW_NAN MISALIGNED OOB_WRITE",
    "13_fully_connected": "GRADIENT_WRONG TRANSPOSED WRONG_TAIL STATE_LEAK RACE_SHARED LOW_PRECISION",
    "14_softmax_xent": "OVERFLOW_NAN SCALE_WRONG GRADIENT_WRONG RACE_SHARED LEADING_DIM WRONG_TAIL",
    "15_yolov2": "REORG_SEMANTICS WEIGHT_ORDER HEADER_OFFSET ANCHOR_UNITS DECODE_WRONG NMS_WRONG IOU_WRONG WRONG_PADDING MAP_INFLATED",
    "19_quant_binary": "XNOR_FORMULA TAIL_BITS NO_SATURATION UNWRITTEN_TAIL OOB_WRITE",
}


def code_of(text: str) -> list[str]:
    """Lines without the comment that opens the file and without fences."""
    lines = [line for line in text.splitlines() if " SOLUTION" not in line]
    return lines[next(i for i, line in enumerate(lines) if not line.startswith("//")) :]


@pytest.mark.parametrize(("slug", "mutant"), EDITED, ids=lambda m: m["name"] if isinstance(m, dict) else m)
def test_mutant_is_one_mistake_away_from_its_rung(slug: str, mutant: dict[str, Any]) -> None:
    rung = code_of((reference(slug) / f"{mutant['rung']}.cu").read_text(encoding="utf-8"))
    wrong = code_of(TEXTS[slug, mutant["name"]])
    changes = [c for c in difflib.SequenceMatcher(None, rung, wrong, autojunk=False).get_opcodes() if c[0] != "equal"]
    touched = sum(max(c[2] - c[1], c[4] - c[3]) for c in changes)
    assert 1 <= len(changes) <= 4 and touched <= 6


@pytest.mark.parametrize(("slug", "mutant"), MUTANTS, ids=lambda m: m["name"] if isinstance(m, dict) else m)
def test_a_mutants_lines_are_code_of_its_own(slug: str, mutant: dict[str, Any]) -> None:
    lines = TEXTS[slug, mutant["name"]].splitlines()
    assert lines[0].startswith("// Wrong: ")
    assert all(0 < line <= len(lines) and not lines[line - 1].lstrip().startswith("//") for line in mutant["lines"])
    assert mutant["verdict"] in SOMETIMES or bool(mutant["lines"]) == (mutant["verdict"] in PLACED), mutant["verdict"]
    assert mutant.get("blind") or mutant["cases"]


@pytest.mark.parametrize("slug", SLUGS)
def test_mutants_cover_the_course_plan(slug: str) -> None:
    mutants = TABLES[slug]["mutant"]
    assert {*PLANNED[slug].split()} <= {mutant["verdict"] for mutant in mutants}
    assert {p.name for p in (reference(slug) / "mutants").glob("*")} == {Path(m["file"]).name for m in mutants if m.get("rung")}
