"""04_memory_kinds and 06_streams_events are consistent with themselves: header, assignment.toml, starter, hand-outs, checks, mutants, and
the table of the ladder. All but the last runs no kernel."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader import toolchain
from grader.assignment import Assignment, load_assignment
from grader.verdicts import VERDICTS

ROOT = Path(__file__).resolve().parents[2]
SLUGS = ("04_memory_kinds", "06_streams_events")
TABLES = {
    "04_memory_kinds": ("pageable_large", "pinned_large"),
    "06_streams_events": ("pipeline", "slow_upload", "slow_kernel", "slow_download"),
}
HAND_OUTS = ("README.md", "README.ko.md")
PLACELESS = {"UNWRITTEN_TAIL", "WRONG_ANSWER", "UNCOALESCED", "NO_OVERLAP"}  # all others have a line
CHECK = re.compile(r"((?:^@.*\n(?:(?:[ ].*|\))\n)*)+)^def (test_\w+)", re.MULTILINE)


@pytest.fixture(params=SLUGS)
def assignment(request: pytest.FixtureRequest) -> Assignment:
    return load_assignment(ROOT / "assignments" / request.param)


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"_{path.stem}_under_test", path)
    assert spec is not None and spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


def checks(assignment: Assignment, visibility: str) -> list[tuple[str, str]]:
    """Decorators and name of every check of a file."""
    return [(m[1], m[2]) for m in CHECK.finditer((assignment.folder / f"test_{visibility}.py").read_text(encoding="utf-8"))]


def test_header_and_assignment_say_the_same_signatures(assignment: Assignment) -> None:
    header = (assignment.include / str(assignment.header)).read_text(encoding="utf-8")
    scalars = {"i64": "long long", "f32": "float"}
    buffers = {"f32": "float*", "f64": "double*", "i32": "int*", "u8": "void*"}
    for entry in assignment.entries:
        declared = re.search(rf"\bint {entry.name}\(([^)]*)\);", header)
        assert declared is not None
        wanted = []
        for a in entry.arguments:
            if a.kind == "buffer":
                wanted.append(f"{'const ' if a.direction == 'in' else ''}{buffers[a.type]} {a.name}")
            else:
                wanted.append(f"{'void*' if a.kind == 'stream' else scalars[a.type]} {a.name}")
        assert [" ".join(part.split()) for part in declared[1].split(",")] == wanted


def test_starter_is_the_reference_without_its_solution(assignment: Assignment) -> None:
    made = dict(module(ROOT / "tools" / "make_starters.py").starters(ROOT))
    path = assignment.folder / "starter" / assignment.files[0]
    assert path.read_text(encoding="utf-8") == made[path]
    assert not [word for word in ("<<<", "__global__", "SOLUTION", "cudaMemcpy(") if word in made[path]]


def test_hand_outs_explain_every_argument_and_have_the_same_parts(assignment: Assignment) -> None:
    shapes = []
    for name in HAND_OUTS:
        text = (assignment.folder / name).read_text(encoding="utf-8")
        for entry in assignment.entries:
            assert f"`{entry.name}`" in text
            for argument in entry.arguments:
                assert f"`{argument.name}`" in text, f"{name} doesn't mention {argument.name}"
        for target in re.findall(r"\]\(([^)]+)\)", text):
            assert (assignment.folder / target).exists(), f"{name} links {target}, which isn't there"
        assert "n == 0" in text and ".svg)" in text
        shapes.append([text.count(mark) for mark in ("\n## ", "\n| ", "\n- ", "\n```", "![")])
    assert shapes[0] == shapes[1]


def test_the_hand_outs_say_the_points_of_performance(assignment: Assignment) -> None:
    worth = []
    for visibility in ("public", "hidden"):
        for marks, _ in checks(assignment, visibility):
            if '"performance"' in marks and 'on("cuda")' not in marks:
                points = re.search(r"points\(([\d.]+)\)", marks)
                assert points is not None
                worth.append(float(points[1]))
    for name in HAND_OUTS:
        rows = re.findall(r"^\| (\d+) \|", (assignment.folder / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted(map(float, rows)) == sorted(worth)


def test_points_sum_to_a_hundred_on_the_emulated_gpu(assignment: Assignment) -> None:
    points: dict[str, float] = {}
    for visibility in ("public", "hidden"):
        for marks, _ in checks(assignment, visibility):
            category, worth = re.search(r'category\("(\w+)"\)', marks), re.search(r"points\(([\d.]+)\)", marks)
            assert worth is not None
            if 'on("cuda")' not in marks:
                key = category[1] if category else visibility
                points[key] = points.get(key, 0) + float(worth[1])
    assert points == {"public": 35, "hidden": 35, "cleanliness": 10, "performance": 20}


def test_every_check_has_a_korean_title_and_every_case_a_check(assignment: Assignment) -> None:
    for visibility in ("public", "hidden"):
        named: set[str] = set()
        for marks, name in checks(assignment, visibility):
            assert re.search(r"mark\.korean\(\s*\"[^\"]*[가-힣]", marks), name
            named |= set(re.findall(r'"(\w+)"', " ".join(re.findall(r"mark\.cases\(([^)]*)\)", marks))))
        assert named == {case.id for case in assignment.cases if case.visibility == visibility}


def test_everything_compiles_without_a_warning(assignment: Assignment, tmp_path: Path) -> None:
    name = assignment.files[0]
    reference = assignment.reference
    files = [assignment.folder / "starter" / name, *sorted(reference.glob("*.cu")), *sorted(reference.glob("honest/*.cu"))]
    assert len(files) == 1 + 3 + 3
    for path in files:
        command = [str(toolchain.nvcc()), "-ptx", "-arch=compute_80", "--Werror", "all-warnings", f"-I{assignment.include}"]
        command += ["-include", str(assignment.header), "-o", str(tmp_path / "out.ptx"), str(path)]
        done = subprocess.run(command, env=toolchain.nvcc_environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        kernels = (tmp_path / "out.ptx").read_text(encoding="utf-8").count(".entry")
        assert kernels == (0 if path.parent.name == "starter" else 1)


@pytest.mark.parametrize("name", ["serial", "pipeline"])
def test_the_program_around_the_pipeline_shows_its_timeline(name: str, tmp_path: Path) -> None:
    assignment = load_assignment(ROOT / "assignments" / "06_streams_events")
    shutil.copy(assignment.folder / "starter" / "timeline.cu", tmp_path)
    shutil.copy(assignment.reference / f"{name}.cu", tmp_path / "pipeline.cu")
    grader = [str(Path(sys.executable).with_name("grader"))]
    made = subprocess.run(
        [*grader, "nvcc", f"-I{assignment.include}", "-o", "timeline", "timeline.cu"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    ran = subprocess.run([*grader, "profile", "--no-source", "--", "./timeline"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and ran.stdout == "0 of 1048576 results are wrong\n", ran.stdout + ran.stderr
    lanes = re.findall(r"stream +\d+ +\|", ran.stderr)
    assert "Timeline" in ran.stderr and len(lanes) == (1 if name == "serial" else 3)
    beside = re.search(r"([\d.]+) % of the work beside other work", ran.stderr)
    assert beside is not None and (float(beside[1]) == 0) == (name == "serial")


def manifest(assignment: Assignment) -> list[dict[str, Any]]:
    text = (assignment.reference / "mutants.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["mutant"])


def test_every_diagnosis_has_a_blind_mutant_and_lines_where_it_has_a_place(assignment: Assignment) -> None:
    mutants = manifest(assignment)
    assert {m["verdict"] for m in mutants if not m.get("blind")} <= {m["verdict"] for m in mutants if m.get("blind")} <= set(VERDICTS)
    for mutant in mutants:
        lines = (assignment.reference / mutant["file"]).read_text(encoding="utf-8").splitlines()
        assert bool(mutant["lines"]) != (mutant["verdict"] in PLACELESS), mutant["name"]
        assert all(0 < line <= len(lines) and not lines[line - 1].lstrip().startswith("//") for line in mutant["lines"])


@pytest.mark.slow
def test_the_ladders_table_is_what_the_ladder_does(assignment: Assignment) -> None:
    tool = module(ROOT / "tools" / "ladder_movement.py")
    found = tool.table(list(tool.rows(assignment, TABLES[assignment.slug], sandbox="none")))
    assert found in (assignment.reference / "README.md").read_text(encoding="utf-8")
