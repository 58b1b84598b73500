"""A shuffled case: a program that lives on the emulated GPU's fixed order loses it there, the same way each time; an honest one doesn't."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest

from grader.assignment import Assignment, load_assignment
from grader.pipeline import grade, open_judge
from grader.records import Grade
from grader.run.seeds import Seed, public_seed
from tests import scale_course

# The last warp of the last block writes what all others left with atomics, and waits for nobody.
UNORDERED = """\
__device__ unsigned left_[1024];
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) atomicExch(&left_[i], __float_as_uint(alpha * X[i]));
  if (blockIdx.x == gridDim.x - 1 && threadIdx.x >= 96)
    for (int k = threadIdx.x - 96; k < N; k += 32) Y[k] = __uint_as_float(atomicExch(&left_[k], 0u));
}
"""
# As it should be: the last block to come, whichever that is, behind fences.
ORDERED = """\
__device__ unsigned left_[1024], ticket_;
__global__ void scale(const float* X, float* Y, int N, float alpha) {
  __shared__ bool last;
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < N) atomicExch(&left_[i], __float_as_uint(alpha * X[i]));
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) last = atomicAdd(&ticket_, 1u) == gridDim.x - 1;
  __syncthreads();
  if (!last) return;
  if (threadIdx.x == 0) ticket_ = 0;
  for (int k = threadIdx.x; k < N; k += blockDim.x) Y[k] = __uint_as_float(atomicAdd(&left_[k], 0u));
}
"""


def assignment(root: Path, shuffled: bool) -> Assignment:
    folder = scale_course.write_course(root)
    file = folder / "assignment.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('visibility = "hidden"', f'visibility = "hidden"\nshuffled = {str(shuffled).lower()}'), encoding="utf-8")
    return load_assignment(folder)


def graded(root: Path, made: Assignment, kernel: str, seed: Seed) -> Grade:
    judge = open_judge(made, sandbox="none", seed=seed, cache=root / "cache", keep_grades=False)
    return grade(scale_course.submission(root, "work", scale_course.program(kernel)), made, judge, "work")


@pytest.fixture
def seed() -> Seed:
    return Seed(secret=hashlib.sha256(b"shuffled").digest(), id="test")


def test_a_program_that_lives_on_the_fixed_order_loses_the_shuffled_case(tmp_path: Path, seed: Seed) -> None:
    fixed = assignment(tmp_path / "fixed", False)
    assert graded(tmp_path / "fixed", fixed, UNORDERED, seed).verdict == "PASSED", "it isn't what this test is about"
    shuffled = assignment(tmp_path / "shuffled", True)
    grades = [graded(tmp_path / "shuffled", shuffled, UNORDERED, seed) for _ in range(2)]
    assert grades[0].score == grades[1].score <= 7.0 and grades[0].verdict == "WRONG_ANSWER"
    first, second = ([(c.id, c.verdict, c.message) for c in g.checks] for g in grades)
    assert first == second, "the same order each time"


@pytest.mark.parametrize("number", range(3))
def test_no_order_costs_an_honest_program_anything(tmp_path: Path, number: int) -> None:
    seed = Seed(secret=bytes([number]) * 32, id="test")
    made = graded(tmp_path, assignment(tmp_path, True), ORDERED, seed)
    assert (made.verdict, made.score) == ("PASSED", 10.0), made.message


def test_the_order_is_of_the_seed_and_the_case(seed: Seed) -> None:
    orders = {
        seed.schedule("08_reduction", "sum_257"),
        seed.schedule("08_reduction", "max_257"),
        seed.schedule("05_transpose", "sum_257"),
        public_seed("course", "08_reduction").schedule("08_reduction", "sum_257"),
    }
    assert len(orders) == 4 and all(0 <= order < 2**62 for order in orders)
    assert seed.schedule("08_reduction", "sum_257") in orders
    assert seed.schedule("08_reduction", "sum_257") != msgspec.structs.replace(seed, secret=bytes(32)).schedule("08_reduction", "sum_257")
