"""A course in a temporary folder, and runs recorded by hand: raw files in, raw files out, no compiler and no device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.assignment import Assignment, Case, load_assignment
from grader.records import ApiCall, CheckResult, Exit, KernelCounters, Launch, Problem, Run

POISON = np.frombuffer(np.uint32(0x7FC0DEAD).tobytes(), dtype=np.float32)[0]

HEAD = """
slug = "09_product"
kind = "cuda"
title = { en = "Product", ko = "곱" }
files = ["gemm.cu"]
[[entry]]
name = "ck_gemm"
args = ["in f32 A[M,lda]", "in f32 B[K,ldb]", "inout f32 C[M,ldc]",
        "i32 M", "i32 N", "i32 K", "i32 lda", "i32 ldb", "i32 ldc", "f32 alpha", "f32 beta", "stream"]
widths = { lda = "K", ldb = "N", ldc = "N" }
"""
CASE = """
[[case]]
id = "{id}"
visibility = "{visibility}"
sizes = {{ {sizes} }}
scalars = {{ alpha = {alpha}, beta = {beta} }}
fill = "{fill}"
poison = {poison}
calls = {calls}
"""
PROBLEM = """
import numpy as np
from grader.checks import Expected, gemm_bound

def expected(case, arrays):
    n, k = case.sizes["N"], case.sizes["K"]
    a, b = arrays["A"][:, :k].astype(float), arrays["B"][:, :n].astype(float)
    value = arrays["C"].astype(float)
    bound = np.zeros_like(value)
    alpha, beta = case.scalars["alpha"], case.scalars["beta"]
    old = beta * value[:, :n] if beta else 0.0
    if case.fill != "small_integers":
        bound[:, :n] = gemm_bound(abs(alpha) * (abs(a) @ abs(b)) + abs(old), k)
    value[:, :n] = alpha * (a @ b) + old
    return {"C": Expected(value, bound)}
"""
CORRECT = """
import pytest

@pytest.mark.points(10)
def test_all(judge):
    \"\"\"Everything is right

    Look at the sizes.
    \"\"\"
    judge.correct()
"""

Arrays = dict[str, np.ndarray]
Kernel = Callable[[Case, Arrays, int], Any]


def right(case: Case, arrays: Arrays, call: int = 0) -> Any:
    """A correct fp32 kernel."""
    n, k = case.sizes["N"], case.sizes["K"]
    c = arrays["C"].copy()
    product = arrays["A"][:, :k] @ arrays["B"][:, :n] * np.float32(case.scalars["alpha"])
    beta = np.float32(case.scalars["beta"])
    c[:, :n] = product + beta * c[:, :n] if beta else product
    return c


@dataclass
class Bench:
    """One assignment, and what it takes to record and judge runs of it."""

    root: Path
    assignment: Assignment
    recorded: int = field(default=0)

    def inputs(self, case: Case, call: int) -> Arrays:
        rng = np.random.default_rng([case.index, call])
        arrays: Arrays = {}
        for buffer in self.assignment.entry(case.entry).buffers():
            shape = buffer.shape(case.sizes)
            values = rng.integers(-8, 9, shape) if case.fill == "small_integers" else rng.standard_normal(shape)
            arrays[buffer.name] = np.full(shape, POISON) if buffer.name in case.poison else values.astype(np.float32)
        return arrays

    def run(self, case: str, kernel: Kernel = right, **changes: Any) -> Run:
        """A run whose outputs `kernel` computes; None from it means that the output was never read."""
        found = self.assignment.case(case)
        folder = self.root / f"run{self.recorded}"
        folder.mkdir()
        self.recorded += 1
        inputs, outputs = {}, {}
        for call in range(found.calls):
            arrays = self.inputs(found, call)
            for name, array in arrays.items():
                inputs[f"{name}.{call}"] = str(folder / f"{name}.{call}.in")
                array.tofile(inputs[f"{name}.{call}"])
            out = kernel(found, arrays, call)
            if out is not None:
                outputs[f"C.{call}"] = str(folder / f"C.{call}.out")
                out.astype(np.float32).tofile(outputs[f"C.{call}"])
        values: dict[str, Any] = {
            "case": case,
            "visibility": found.visibility,
            "sizes": found.sizes,
            "scalars": found.scalars,
            "inputs": inputs,
            "outputs": outputs,
            "returned": (0,) * found.calls,
            "calls": found.calls,
            "exit": Exit(cause="exited", code=0),
            "launches": (Launch(index=0, kernel="gemm", phase="call:0", grid=(1, 1, 1), block=(32, 1, 1)),),
            "kernels": (KernelCounters(name="gemm(float*)", base="gemm", launches=1, metrics={"sectors.sum": 100.0}),),
        }
        return Run(**values | changes)

    def runs(self, kernel: Kernel = right, **changes: Any) -> list[Run]:
        return [self.run(case.id, kernel, **changes) for case in self.assignment.cases]

    def judge(self, runs: Sequence[Run], **options: Any) -> list[CheckResult]:
        from grader.checks import evaluate

        return evaluate(runs, self.assignment, **options)


MakeBench = Callable[..., Bench]


@pytest.fixture
def make(tmp_path: Path) -> MakeBench:
    """make({"square": dict(M=.., N=.., K=..), …}, public=…, hidden=…, problem=…) -> Bench."""

    def build(
        cases: dict[str, dict[str, Any]], public: str | None = None, hidden: str | None = None, problem: str = PROBLEM, extra: str = ""
    ) -> Bench:
        root = tmp_path / f"course{len(list(tmp_path.iterdir()))}"
        folder = root / "assignments" / "09_product"
        folder.mkdir(parents=True)
        (root / "course.toml").write_text('id = "test"\n')
        text = HEAD
        for name, values in cases.items():
            chosen = {"visibility": "public", "alpha": 1.0, "beta": 0.0, "fill": "normal", "poison": [], "calls": 1} | values
            sizes = ", ".join(f"{key} = {value}" for key, value in chosen.items() if key in ("M", "N", "K", "lda", "ldb", "ldc"))
            text += CASE.format(id=name, sizes=sizes, **{k: v for k, v in chosen.items() if k not in ("M", "N", "K", "lda", "ldb", "ldc")})
        (folder / "assignment.toml").write_text(text)
        (folder / "problem.py").write_text(problem + extra)
        (folder / "test_public.py").write_text(CORRECT if public is None else public)
        if hidden is not None:
            (folder / "test_hidden.py").write_text(hidden)
        return Bench(root, load_assignment(folder))

    return build


@pytest.fixture
def finding() -> Callable[..., Problem]:
    def build(verdict: str, line: int | None = 12, **more: Any) -> Problem:
        return Problem(**{"verdict": verdict, "message": f"{verdict} seen.", "file": "gemm.cu", "line": line} | more)

    return build


@pytest.fixture
def copy_call() -> ApiCall:
    return ApiCall(name="cudaMemcpyAsync", phase="call:0", bytes=64, kind="DtoH")
