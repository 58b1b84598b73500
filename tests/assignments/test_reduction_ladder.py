"""08_reduction's ladder, compiled and run on the emulated GPU: right and clean at every size, and its figures are what README and headers
say."""

from __future__ import annotations

import re
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
REFERENCE = ROOT / "reference" / "08_reduction"
LADDER = [Path(name).stem for name in tomllib.loads((REFERENCE / "mutants.toml").read_text(encoding="utf-8"))["ladder"]]
LARGE = ("sum_large", "max_large", "argmax_large")
COUNTERS = {  # column of the README's table -> counters that it sums
    "sectors read": ("l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum",),
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
def reduction() -> Assignment:
    return load_assignment(ROOT / "assignments" / "08_reduction")


@pytest.fixture(scope="module")
def judge(reduction: Assignment, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    seed = public_seed(reduction.course, reduction.slug)
    return open_judge(reduction, sandbox="none", seed=seed, cache=tmp_path_factory.mktemp("cache"), keep_grades=False)


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each rung as a student would hand it in."""
    files = {}
    for rung in LADDER:
        files[rung] = tmp_path_factory.mktemp(rung) / "reduction.cu"
        files[rung].write_bytes((REFERENCE / f"{rung}.cu").read_bytes())
    return files


@pytest.fixture(scope="module")
def grades(reduction: Assignment, judge: Judge, handed_in: dict[str, Path]) -> dict[str, Grade]:
    return {rung: grade(path, reduction, judge, rung) for rung, path in handed_in.items()}


@pytest.fixture(scope="module")
def counted(
    reduction: Assignment, judge: Judge, handed_in: dict[str, Path], grades: dict[str, Grade], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, int]]:
    """Rung -> the README's columns, of the three large cases together."""
    found = {}
    for rung, path in handed_in.items():
        source = unpack(path, reduction)
        program = build(source, reduction, judge.sandbox, judge.builds)
        folder = tmp_path_factory.mktemp("runs")
        cases = [reduction.case(name) for name in LARGE]
        runs = run(program, reduction, judge.sandbox, judge.device, judge.seed, folder, source.files, cases=cases)
        kernels = [kernel for each in runs for kernel in each.kernels]
        found[rung] = {column: int(sum(k.metrics[name] for k in kernels for name in names)) for column, names in COUNTERS.items()}
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
            assert f"{counted[rung][column]:,} " in header, f"{rung}.cu doesn't say {counted[rung][column]:,} {column}"
        assert f"{grades[rung].score:.0f} of 100 points" in header, rung


def test_every_rung_scores_more_than_the_one_below(counted: dict[str, dict[str, int]], grades: dict[str, Grade]) -> None:
    for below, rung in pairwise(LADDER):
        assert grades[rung].score > grades[below].score
        assert counted[rung]["shared wavefronts"] <= counted[below]["shared wavefronts"]
        assert counted[rung]["sectors read"] <= counted[below]["sectors read"]


def test_only_the_reference_has_full_points(grades: dict[str, Grade]) -> None:
    assert {rung: grades[rung].verdict for rung in LADDER} == {rung: "PASSED" if rung == LADDER[-1] else "TOO_SLOW" for rung in LADDER}


HALF_DONE = """
__global__ void sum(const float* x, float* r, long long n) {
  __shared__ float s[256];
  float v = 0;
  for (long long i = threadIdx.x; i < n; i += 256) v += x[i];
  s[threadIdx.x] = v;
  for (int k = 128; k > 0; k /= 2) {
    __syncthreads();
    if (threadIdx.x < k) s[threadIdx.x] += s[threadIdx.x + k];
  }
  if (threadIdx.x == 0) *r = s[0];
}
extern "C" int ck_reduce_sum(const float* x, float* result, long long n, void*, void* stream) {
  sum<<<1, 256, 0, (cudaStream_t)stream>>>(x, result, n);
  return cudaGetLastError();
}
extern "C" int ck_reduce_max(const float*, float*, long long, void*, void*) { return 0; }
extern "C" int ck_reduce_argmax(const float*, long long*, long long, void*, void*) { return 0; }
"""


def test_a_sum_alone_earns_the_points_of_sums(reduction: Assignment, judge: Judge, tmp_path: Path) -> None:
    (tmp_path / "reduction.cu").write_text(HALF_DONE)
    result = grade(tmp_path / "reduction.cu", reduction, judge, "half")
    assert not [c for c in result.checks if c.outcome == "not_run"]
    earned = {c.id.partition("::")[2]: c.points for c in result.checks if c.points}
    sums = (
        "sum_of_a_block",
        "sum_of_a_thousand",
        "sum_of_a_million",
        "sums_of_all_sizes",
        "long_sum",
        "exact_sum",
        "precision",
        "special_sums",
    )
    assert {f"test_{name}" for name in sums} <= set(earned)
    assert not any(c.points for c in result.checks if c.category == "performance"), "what wasn't done can't be cheap"
    assert result.verdict == "KERNEL_NOT_RUN" and 30 < result.score < 45
