"""09_gemm's ladder, compiled and run on the emulated GPU: every rung is right at every size, its counters are those that the README gives,
and none is worse than the one below."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.build import build
from grader.pipeline import Judge, grade, open_judge
from grader.records import Grade
from grader.run.run import run
from grader.run.seeds import public_seed
from grader.unpack import unpack

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "reference" / "09_gemm"
LADDER = [Path(name).stem for name in tomllib.loads((REFERENCE / "mutants.toml").read_text(encoding="utf-8"))["ladder"]]
COUNTERS = {  # column of the README's table -> counters that it sums
    "sectors read": ("l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum",),
    "sectors written": ("l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum",),
    "shared wavefronts": (
        "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_ld.sum",
        "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_st.sum",
    ),
    "bank conflicts": (
        "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum",
        "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum",
    ),
    "warp-instructions (PTX)": ("smsp__inst_executed.sum",),
}


@pytest.fixture(scope="module")
def gemm() -> Assignment:
    return load_assignment(ROOT / "assignments" / "09_gemm")


@pytest.fixture(scope="module")
def judge(gemm: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    seed = public_seed(gemm.course, gemm.slug)
    return open_judge(gemm, sandbox="none", seed=seed, cache=tmp_path_factory.mktemp("cache"), keep_grades=False)


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each rung as a student would hand it in."""
    files = {}
    for rung in LADDER:
        files[rung] = tmp_path_factory.mktemp(rung) / "gemm.cu"
        files[rung].write_bytes((REFERENCE / f"{rung}.cu").read_bytes())
    return files


@pytest.fixture(scope="module")
def grades(gemm: Assignment, judge: Judge, handed_in: dict[str, Path]) -> dict[str, Grade]:
    return {rung: grade(path, gemm, judge, rung) for rung, path in handed_in.items()}


@pytest.fixture(scope="module")
def counted(
    gemm: Assignment, judge: Judge, handed_in: dict[str, Path], grades: dict[str, Grade], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, int]]:
    """Rung -> the README's columns, of the 256 x 256 x 256 case alone."""
    found = {}
    for rung, path in handed_in.items():
        source = unpack(path, gemm)
        program = build(source, gemm, judge.sandbox, judge.builds)
        folder = tmp_path_factory.mktemp("runs")
        (perf,) = run(program, gemm, judge.sandbox, judge.device, judge.seed, folder, source.files, cases=[gemm.case("perf")])
        (kernel,) = perf.kernels
        found[rung] = {column: int(sum(kernel.metrics[name] for name in names)) for column, names in COUNTERS.items()}
        assert kernel.metrics["l1tex__t_requests_pipe_lsu_mem_local_op_ld.sum"] == 0, f"{rung} keeps sums in local memory"
    return found


def readme() -> dict[str, dict[str, int]]:
    """Rung -> column -> figure, as the README's table has them."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in (REFERENCE / "README.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    named = {re.sub(r"\[(\w+)\].*", r"\1", row[0]): dict(zip(rows[0], row, strict=True)) for row in rows[2:]}
    return {rung: {c: int(text.replace(",", "")) for c, text in row.items() if c in (*COUNTERS, "points")} for rung, row in named.items()}


def test_every_rung_is_right_and_clean(grades: dict[str, Grade]) -> None:
    for rung, result in grades.items():
        lost = [(c.id, c.verdict, c.message) for c in result.checks if c.category != "performance" and c.points < c.max_points]
        assert not lost, rung


def test_the_readme_says_what_is_measured(grades: dict[str, Grade], counted: dict[str, dict[str, int]]) -> None:
    assert list(readme()) == LADDER
    assert readme() == {rung: {**counted[rung], "points": round(grades[rung].score)} for rung in LADDER}


def test_headers_say_what_is_measured(counted: dict[str, dict[str, int]], grades: dict[str, Grade]) -> None:
    for rung in LADDER:
        lines = [line.lstrip("/ ") for line in (REFERENCE / f"{rung}.cu").read_text(encoding="utf-8").split("#include")[0].splitlines()]
        header = " ".join(lines)
        for column in ("sectors read", "shared wavefronts", "warp-instructions (PTX)"):
            figure = counted[rung][column]
            assert figure == 0 or f"{figure:,} " in header, f"{rung}.cu doesn't say {figure:,} {column}"
        assert f"{grades[rung].score:.0f} of 100 points" in header, rung


def test_no_rung_is_worse_than_the_one_below(counted: dict[str, dict[str, int]], grades: dict[str, Grade]) -> None:
    for below, rung in pairwise(LADDER):
        for column in ("sectors read", "warp-instructions (PTX)"):
            assert counted[rung][column] <= counted[below][column], (rung, column)
        assert counted[rung] != counted[below]
        assert grades[rung].score >= grades[below].score
    tiled = LADDER[LADDER.index("tiled") :]
    for below, rung in pairwise(tiled):
        assert counted[rung]["shared wavefronts"] < counted[below]["shared wavefronts"], rung


def test_full_points_begin_with_the_reference(grades: dict[str, Grade]) -> None:
    reference = LADDER.index("gemm")
    assert [rung for rung in LADDER if grades[rung].verdict == "PASSED"] == LADDER[reference:]
    assert all(grades[rung].verdict in ("REDUNDANT_LOADS", "UNCOALESCED") for rung in LADDER[:reference])


# ---- any size, any leading dimension, any pointer ----


GRADER = [sys.executable, "-m", "grader.cli.main"]
INCLUDE = [f"-I{ROOT / 'kernels' / 'include'}", "-include", "ck/gemm.h"]


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """gemm_sizes.cu, compiled once."""
    made = tmp_path_factory.mktemp("sizes") / "sizes.o"
    source = ROOT / "tests" / "assignments" / "gemm_sizes.cu"
    subprocess.run([*GRADER, "nvcc", *INCLUDE, "-c", "-o", str(made), str(source)], check=True)
    return made


def tried(solution: Path, sizes: Path, folder: Path) -> tuple[int, str, set[str]]:
    """gemm_sizes.cu with this ck_gemm: exit status, what it printed, the emulated GPU's findings."""
    program, result = folder / "program", folder / "result.json"
    subprocess.run([*GRADER, "nvcc", *INCLUDE, "-o", str(program), str(sizes), str(solution)], check=True)
    command = [*GRADER, "exec", "--json", str(result), "--", str(program)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.is_file(), done.stdout + done.stderr
    return done.returncode, done.stdout, {f["verdict"] for f in json.loads(result.read_text(encoding="utf-8"))["findings"]}


SOLUTIONS = [*(f"{rung}.cu" for rung in LADDER), *(f"honest/{path.name}" for path in sorted((REFERENCE / "honest").glob("*.cu")))]


@pytest.mark.parametrize("name", SOLUTIONS)
def test_any_size_leading_dimension_and_pointer(name: str, sizes: Path, tmp_path: Path) -> None:
    assert tried(REFERENCE / name, sizes, tmp_path) == (0, "", set())


@pytest.mark.parametrize(
    ("mutant", "finding"),
    [("lda_is_k", None), ("store4_without_tail", None), ("misaligned", "MISALIGNED"), ("load4_over_the_edge", "OOB_READ")],
)
def test_the_sizes_tell_wrong_solutions(mutant: str, finding: str | None, sizes: Path, tmp_path: Path) -> None:
    code, text, findings = tried(REFERENCE / "mutants" / f"{mutant}.cu", sizes, tmp_path)
    assert code == 1
    assert finding in findings if finding else "elements are wrong" in text


def test_column_major_is_named_where_it_stays_inside(gemm: Assignment, judge: Judge, tmp_path: Path) -> None:
    """Beyond the matrix's end it is an access out of bounds, which outranks any diagnosis; the public cases keep it inside."""
    (tmp_path / "gemm.cu").write_bytes((REFERENCE / "mutants" / "column_major_ld.cu").read_bytes())
    result = grade(tmp_path, gemm, judge, "column_major_ld")
    assert (result.verdict, result.line) == ("OOB_READ", 17)
    public = {c.id.partition("::")[2]: c.verdict for c in result.checks if c.id.startswith("test_public") and c.category == "correctness"}
    assert set(public.values()) == {"TRANSPOSED"}, public
