"""16_torch_op: the mathematics by hand, what checks make of results (played in NumPy, without PyTorch), ck/torch.h beside PyTorch itself,
and hostile submissions in a real room."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader import toolchain
from grader.assignment import Assignment, Case, find_assignment
from grader.checks.failed import CheckFailed
from grader.checks.rooms import Room
from grader.lanes import Found, find
from grader.module_file import load
from grader.pipeline import grade, open_judge
from grader.records import Exit, Run
from grader.run.seeds import public_seed

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "reference" / "16_torch_op"


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    return load(ROOT / "assignments" / "16_torch_op" / "problem.py", "_torch_op_problem")


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    return find_assignment("torch_op")


# ---- the mathematics ----


def test_values(problem: ModuleType) -> None:
    assert problem.forward(np.array([0.0, 1e4, -1e4]), np.array([3.0, 2.0, 2.0]), 1.0).tolist() == [0, 2e4, 0]
    assert problem.forward(np.array([2.0]), np.array([3.0]), 0.0).tolist() == [3.0]  # beta = 0: a half of gate
    grad_gate, grad_up = problem.backward(np.ones(1), np.zeros(1), np.full(1, 5.0), 1.7)
    assert (grad_gate.tolist(), grad_up.tolist()) == ([2.5], [0.0])


def test_the_gradient_is_the_slope(problem: ModuleType) -> None:
    rng = np.random.default_rng(1)
    gate, up, grad = rng.standard_normal((3, 100))
    step = 1e-6
    for beta in (0.5, 1.0, -2.0):
        of_gate, of_up = problem.backward(grad, gate, up, beta)
        slopes = [
            grad * (problem.forward(gate + a, up + b, beta) - problem.forward(gate - a, up - b, beta)) / (2 * step)
            for a, b in ((step, 0), (0, step))
        ]
        assert np.allclose(slopes[0], of_gate, atol=1e-8) and np.allclose(slopes[1], of_up, atol=1e-8)


def test_a_view_is_what_numpy_makes_of_sizes_and_strides(problem: ModuleType) -> None:
    rng = np.random.default_rng(2)
    memory = rng.standard_normal(500)
    for _ in range(200):
        sizes = tuple(int(n) for n in rng.integers(0, 5, rng.integers(0, 5)))
        strides = tuple(int(n) for n in rng.integers(0, 20, len(sizes)))
        begin = int(rng.integers(0, 9))
        want = np.lib.stride_tricks.as_strided(memory[begin:], sizes, [8 * s for s in strides])
        assert np.array_equal(problem.view(memory, sizes, strides, begin), want)


@pytest.mark.parametrize("visibility", ["public", "hidden"])
def test_memory_is_long_enough_even_for_those_who_ignore_strides(problem: ModuleType, visibility: str) -> None:
    """A wrong walk reads other numbers, not what lies behind an array: that would be a crash, or chance."""
    files = problem.room(Case(id="by_hand", visibility=visibility, entry="", sizes={}), np.random.default_rng(3))
    seen = 0
    for tables in files["task/trials.json"].values():
        for table in tables:
            for each in ("grad", "gate", "up"):
                spec, memory = table[each], files[f"task/{table['name']}/{each}.npy"]
                count = int(np.prod(spec["sizes"])) if spec["sizes"] else 1
                last = spec["begin"] + sum((n - 1) * s for n, s in zip(spec["sizes"], spec["strides"], strict=True))
                assert count == 0 or len(memory) > max(last, spec["begin"] + count - 1)
                if spec["type"] == "bfloat16":
                    assert (memory.astype(np.float32).view(np.uint32) & 0xFFFF == 0).all()
                elif "float" in spec["type"]:
                    assert np.array_equal(memory, memory.astype(spec["type"]).astype(np.float64))
                seen += 1
    assert seen > 20


def test_every_cuda_case_has_memory_for_its_strides(assignment: Assignment) -> None:
    for case in assignment.cases:
        if case.run:
            continue
        sizes = [case.sizes[name] for name in "ABCD"]
        for letter, memory in (("g", "G"), ("u", "U"), ("d", "E")):
            if memory in case.sizes and 0 not in sizes:
                last = sum((n - 1) * case.sizes[f"{letter}{i}"] for i, n in enumerate(sizes))
                assert case.sizes[memory] >= max(last + 1, int(np.prod(sizes))), (case.id, memory)


# ---- what checks make of results: a driver in NumPy ----


class Played:
    """A room whose results NumPy computes as they should be; `spoil` changes them before they are judged."""

    def __init__(self, problem: ModuleType, folder: Path, visibility: str = "public") -> None:
        self.problem, self.folder = problem, folder
        self.case = Case(id="torch", visibility=visibility, entry="", sizes={}, run=("python",))
        self.given = problem.room(self.case, np.random.default_rng(4))
        self.results: dict[str, Any] = {
            "operators": {op: {"schema": schema, "keys": ["CPU", "CUDA"]} for op, schema in problem.SCHEMAS.items()},
            "registered": [f"{op}/{key}" for op in problem.SCHEMAS for key in ("Autograd", "Meta")],
            "opcheck/told": {f"{op}/{test}": "" for op in problem.SCHEMAS for test in problem.PUBLIC_TESTS},
        }
        inputs = self._written(self.given, "given")
        self.run = Run(case="torch", visibility=visibility, sizes={}, scalars={}, inputs=inputs, outputs={}, command=True, exit=ENDED)
        room = Room(self.run, self.case)
        tables = self.given["task/trials.json"]
        for of in ("kernels", "empty"):
            for trial in problem.trials(room, of):
                self._kernels(trial)
        for of in ("autograd", "empty"):
            for trial in problem.trials(room, of):
                about = self._about(trial) | {"requires_grad": True}
                self.results |= {f"autograd/{trial.name}/about": about, f"autograd/{trial.name}/missing": []}
                self.results[f"autograd/{trial.name}/out"] = trial.out()[0]
                self.results |= {f"autograd/{trial.name}/{each}": value for each, (value, _) in trial.gradients().items()}
        for trial in problem.trials(room, "fakes"):
            for op, labels in problem.RESULTS.items():
                for mode, device in (("meta", "meta"), ("fake", "cpu")):
                    self.results[f"fake/{trial.name}/{op}/{mode}"] = [self._about(trial) | {"device": device} for _ in labels]
        for table in tables["refused"]:
            self.results[f"refused/{table['name']}"] = {"raised": "RuntimeError", "message": "no"}

    def _about(self, trial: Any) -> dict[str, Any]:
        strides = list(self.problem.contiguous(trial.sizes))
        return {"type": trial.kind, "sizes": list(trial.sizes), "strides": strides, "device": "cpu"}

    def _kernels(self, trial: Any) -> None:
        for op, labels in self.problem.RESULTS.items():
            place = f"kernel/{trial.name}/{op}"
            self.results[f"{place}.about"] = [self._about(trial) | {"shares": []} for _ in labels]
            self.results |= {f"{place}.{label}": value for label, (value, _) in trial.right(op).items()}
            self.results |= {f"{place}.{each}_after": trial.memory[each] for each in ("grad", "gate", "up")}

    def _written(self, files: dict[str, Any], under: str) -> dict[str, str]:
        paths = {}
        for name, value in files.items():
            array = isinstance(value, np.ndarray | np.floating)
            full = name if name.endswith((".npy", ".json")) else f"{name}.{'npy' if array else 'json'}"
            path = self.folder / under / full
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, value) if array else path.write_text(json.dumps(value))
            paths[full] = str(path)
        return paths

    def judged(self, question: str, *arguments: str) -> tuple[str, str | None]:
        """(verdict, file) of a question of problem.py; ("", None) if it found nothing wrong."""
        run = Run(
            case="torch",
            visibility=self.run.visibility,
            sizes={},
            scalars={},
            inputs=self.run.inputs,
            outputs=self._written(self.results, "out"),
            command=True,
            exit=ENDED,
        )
        try:
            getattr(self.problem, question)(Room(run, self.case), *arguments)
        except CheckFailed as failed:
            return failed.problem.verdict, failed.problem.file
        return "", None


ENDED = Exit(cause="exited", code=0)
QUESTIONS = (
    *(("ask_registered",), ("ask_untouched",), ("ask_kernels", "kernels", "swiglu"), ("ask_kernels", "kernels", "swiglu_backward")),
    *(("ask_gradients", "autograd"), ("ask_fakes",), ("ask_refused",), ("ask_opcheck",)),
    *(("ask_kernels", "empty", "swiglu"), ("ask_gradients", "empty")),
)


@pytest.mark.parametrize("visibility", ["public", "hidden"])
def test_right_results_satisfy_every_question(problem: ModuleType, tmp_path: Path, visibility: str) -> None:
    played = Played(problem, tmp_path, visibility)
    assert {question: played.judged(*question) for question in QUESTIONS} == dict.fromkeys(QUESTIONS, ("", None))


@pytest.mark.parametrize(
    "junk", ["many", 5, None, [5], [None], {"a": 1}, {"swiglu": 5}, [{"type": "float32"}], [{"sizes": [], "strides": 1}]]
)
def test_records_of_another_form_are_missing_and_no_fault_of_a_check_s(problem: ModuleType, tmp_path: Path, junk: Any) -> None:
    played = Played(problem, tmp_path)
    played.results |= {name: junk for name, value in played.results.items() if not isinstance(value, np.ndarray | np.floating)}
    told = {played.judged(*question)[0] for question in QUESTIONS}
    assert told <= {"UNWRITTEN_OUTPUT", "NOT_REGISTERED", "NO_AUTOGRAD", "OPCHECK_FAKE"} and "UNWRITTEN_OUTPUT" in told


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("junk", ["many", [5], {"a": 1}])
def test_each_record_of_another_form_by_itself(problem: ModuleType, tmp_path: Path, question: tuple[str, ...], junk: Any) -> None:
    played = Played(problem, tmp_path)
    tables = [name for name in played.results if name.endswith(("about", "missing", "meta", "fake", "told")) or name.startswith("refused/")]
    played.results |= dict.fromkeys(tables, junk)
    assert played.judged(*question)[0] in ("", "UNWRITTEN_OUTPUT")


def changed(name: str, change: Callable[[Any], Any]) -> Callable[[Played], None]:
    def spoil(played: Played) -> None:
        played.results[name] = change(played.results[name])

    return spoil


def without_strides(played: Played) -> None:
    """In single precision, with the errors that has."""
    begins = {"gate": 0, "up": 9}
    gate, up = (played.given[f"task/halves/{each}.npy"][begin : begin + 36].reshape(4, 9) for each, begin in begins.items())
    played.results["kernel/halves/swiglu.out"] = (played.problem.forward(gate, up, 1.0) * (1 + 2.0**-23)).astype(np.float32)


def described(**changes: Any) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda told: [told[0] | changes, *told[1:]]


@pytest.mark.parametrize(
    ("spoil", "question", "verdict", "file"),
    [
        (changed("operators", lambda told: {}), ("ask_registered",), "NOT_REGISTERED", "op.cpp"),
        (
            changed("operators", lambda told: told | {"swiglu": told["swiglu"] | {"keys": ["CPU"]}}),
            ("ask_registered",),
            "NOT_REGISTERED",
            "op.cpp",
        ),
        (
            changed("operators", lambda told: told | {"swiglu": told["swiglu"] | {"schema": "ck::swiglu(Tensor(a!) gate) -> Tensor"}}),
            ("ask_registered",),
            "OPCHECK_SCHEMA",
            "op.cpp",
        ),
        (changed("kernel/plain/swiglu.gate_after", lambda a: a + 1e-9), ("ask_untouched",), "OPCHECK_SCHEMA", "op.cpp"),
        (changed("kernel/half/swiglu.about", described(shares=["gate"])), ("ask_untouched",), "OPCHECK_SCHEMA", "op.cpp"),
        (changed("kernel/half/swiglu.about", described(type="float32")), QUESTIONS[2], "WRONG_DTYPE", "op.cpp"),
        (changed("kernel/turned/swiglu.about", described(strides=[1, 8])), QUESTIONS[2], "WRONG_STRIDES", "op.cpp"),
        (without_strides, QUESTIONS[2], "NONCONTIGUOUS", "op.cpp"),
        (
            changed("kernel/double/swiglu.out", lambda a: a.astype(np.float32).astype(np.float64)),
            QUESTIONS[2],
            "LOW_PRECISION",
            "op.cpp",
        ),
        (changed("kernel/plain/swiglu.out", lambda a: a + 1), QUESTIONS[2], "WRONG_ANSWER", "op.cpp"),
        (changed("kernel/plain/swiglu.out", lambda a: np.full_like(a, np.nan)), QUESTIONS[2], "WRONG_ANSWER", "op.cpp"),
        (changed("kernel/plain/swiglu_backward.grad_gate", lambda a: 0 * a), QUESTIONS[3], "GRADIENT_WRONG", "op.cpp"),
        (changed("autograd/double/gate", lambda a: 0 * a), ("ask_gradients", "autograd"), "GRADIENT_WRONG", "op.py"),
        (changed("autograd/double/missing", lambda told: ["up"]), ("ask_gradients", "autograd"), "NO_AUTOGRAD", "op.py"),
        (changed("registered", lambda told: ["swiglu/Meta"]), ("ask_gradients", "autograd"), "NO_AUTOGRAD", "op.py"),
        (changed("registered", lambda told: ["swiglu/Autograd"]), ("ask_fakes",), "OPCHECK_FAKE", "op.py"),
        (changed("fake/turned/swiglu/meta", described(strides=[1, 8])), ("ask_fakes",), "OPCHECK_FAKE", "op.py"),
        (changed("fake/double/swiglu_backward/meta", lambda told: told[:1]), ("ask_fakes",), "OPCHECK_FAKE", "op.py"),
        (changed("refused/two_types", lambda told: {"raised": "", "results": []}), ("ask_refused",), "INPUT_UNCHECKED", "op.cpp"),
        (changed("opcheck/told", lambda told: told | {"swiglu/test_schema": "it lies"}), ("ask_opcheck",), "OPCHECK_SCHEMA", "op.cpp"),
        (changed("opcheck/told", lambda told: told | {"swiglu/test_faketensor": "no"}), ("ask_opcheck",), "OPCHECK_FAKE", "op.py"),
        (changed("opcheck/told", lambda told: {}), ("ask_opcheck",), "UNWRITTEN_OUTPUT", None),
    ],
)
def test_what_is_wrong_has_its_name(
    problem: ModuleType, tmp_path: Path, spoil: Callable[[Played], None], question: tuple[str, ...], verdict: str, file: str | None
) -> None:
    played = Played(problem, tmp_path)
    spoil(played)
    assert played.judged(*question) == (verdict, file)


def test_doing_nothing_earns_nothing(problem: ModuleType, tmp_path: Path) -> None:
    """Operands unchanged, everything refused: an operator that never computes has both."""
    played = Played(problem, tmp_path)
    played.results["kernel/plain/swiglu.out"] = np.zeros((5, 7))
    assert all(played.judged(question)[0] == "WRONG_ANSWER" for question in ("ask_untouched", "ask_refused"))


# ---- ck/torch.h means what PyTorch means ----

VIEWS = [
    ((3, 4), (4, 1)),
    ((3, 4), (1, 3)),
    ((3, 1), (7, 5)),
    ((1, 4), (9, 1)),
    ((0, 4), (1, 9)),
    ((), ()),
    ((5,), (2,)),
    ((2, 3, 4), (12, 4, 1)),
]
PROGRAM = """
#include "ck/torch.h"
#include <cstdio>
int main() {
  float memory[64];
VIEWS
  for (float value : {0.0f, 1.0f, 0.1f, -2.3456f, 65504.0f, 1e-7f, 3.14159f}) {
    std::printf("half %.9g %.9g\\n", float(c10::Half(value)), float(c10::BFloat16(value)));
  }
  try {
    at::Tensor(memory, at::kFloat, 0, nullptr, nullptr).data_ptr<double>();
  } catch (const c10::Error& error) {
    std::printf("%s\\n", error.what());
  }
  at::kFloat == at::ScalarType(6) && std::printf("%s\\n", c10::toString(at::kBFloat16));
}
"""


@pytest.mark.frameworks
def test_the_small_tensor_means_what_pytorchs_does(tmp_path: Path) -> None:
    lane = find("torch")
    assert isinstance(lane, Found), lane
    lines = []
    for sizes, strides in VIEWS:
        n, given = len(sizes), [", ".join(map(str, each)) or "0" for each in (sizes, strides)]
        lines.append(f"  {{ int64_t a[] = {{{given[0]}}}, b[] = {{{given[1]}}}; at::Tensor t(memory, at::kFloat, {n}, a, b);")
        lines.append('    std::printf("view %d %ld %ld\\n", t.is_contiguous(), long(t.numel()), long(t.dim())); }')
    source = tmp_path / "small.cpp"
    source.write_text(PROGRAM.replace("VIEWS", "\n".join(lines)))
    include = toolchain.toolkit_root() / "include"
    made = ["-I", str(ROOT / "kernels" / "include"), "-I", str(include), "-o", str(tmp_path / "small"), str(source)]
    stubs = tmp_path / "stubs.cpp"  # what the inline functions would call of the runtime; nothing here does
    stubs.write_text('#include <cuda_runtime_api.h>\nextern "C" const char* CUDARTAPI cudaGetErrorString(cudaError_t) { return ""; }\n')
    subprocess.run([str(toolchain.host_compiler()), "-std=c++17", *made, str(stubs)], check=True, timeout=300)
    printed = subprocess.run([str(tmp_path / "small")], capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    wanted = f"""
import torch
for sizes, strides in {VIEWS!r}:
    t = torch.zeros(64).as_strided(sizes, strides)
    print("view", int(t.is_contiguous()), t.numel(), t.dim())
for value in (0.0, 1.0, 0.1, -2.3456, 65504.0, 1e-7, 3.14159):
    a, b = (torch.tensor(value, dtype=torch.float32).to(kind).float().item() for kind in (torch.float16, torch.bfloat16))
    print("half %.9g %.9g" % (a, b))
"""
    theirs = in_lane(lane, wanted).splitlines()
    assert printed[: len(theirs)] == theirs
    assert "expected scalar type Double but found Float" in printed[-2] and printed[-1] == "BFloat16"


@pytest.mark.frameworks
def test_op_cu_compiles_with_pytorchs_own_headers(tmp_path: Path) -> None:
    """With the flags of torch.utils.cpp_extension. A build for the CPU leaves out one header, which holds its build's macros."""
    lane = find("torch")
    assert isinstance(lane, Found), lane
    macros = tmp_path / "stub" / "c10" / "cuda" / "impl" / "cuda_cmake_macros.h"
    macros.parent.mkdir(parents=True)
    macros.write_text("#pragma once\n")
    include = Path(lane.parts[0].folder) / "packages" / "torch" / "include"
    no = [f"-D__CUDA_NO_{name}__" for name in ("HALF_OPERATORS", "HALF_CONVERSIONS", "BFLOAT16_CONVERSIONS", "HALF2_OPERATORS")]
    folders = [f"-I{each}" for each in (tmp_path / "stub", ROOT / "kernels" / "include", include, include / "torch/csrc/api/include")]
    flags = ["-std=c++20", "-gencode", "arch=compute_80,code=compute_80", "-DTORCH_EXTENSION_NAME=ck_op", "--expt-relaxed-constexpr"]
    command = [str(toolchain.nvcc()), "-c", *flags, *no, *folders, "-include", "ck/torch_op.h", "-Xcompiler", "-fPIC"]
    environment = {"PATH": "/usr/bin:/bin", **toolchain.nvcc_environment()}
    ended = subprocess.run(
        [*command, "-o", str(tmp_path / "op.o"), str(REFERENCE / "op.cu")], capture_output=True, text=True, env=environment, timeout=900
    )
    assert ended.returncode == 0, ended.stderr[-3000:]


def in_lane(lane: Found, program: str) -> str:
    """What a Python program prints that is run by a lane's packages, outside of any sandbox: ours, not a student's."""
    part = lane.parts[0]
    environment = {"PYTHONPATH": str(Path(part.folder) / "packages"), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


# ---- hostile submissions, in a real room ----

FORGED = """
import os, json, numpy
os.makedirs("/out/kernel/plain", exist_ok=True)
for name in ("swiglu.out", "swiglu_backward.grad_gate", "swiglu_backward.grad_up"):
    numpy.save(f"/out/kernel/plain/{name}.npy", numpy.zeros((5, 7)))
json.dump({"swiglu/test_schema": ""}, open("/out/operators.json", "w"))
open("/out/forward.error.json", "w").write('{"verdict": "NOT_RUN", "message": "the machine is broken"}')
os._exit(0)
"""


@pytest.mark.frameworks
@pytest.mark.parametrize(
    ("python", "verdict", "most"),
    [
        (FORGED, {"NOT_REGISTERED", "WRONG_ANSWER", "UNWRITTEN_OUTPUT", "GRADIENT_WRONG", "EXCEPTION"}, 60),
        ("while True:\n    pass\n", {"HOST_TIMEOUT"}, 85),
        ("print('x' * 10**9)\n", {"OUTPUT_LIMIT"}, 85),
        ("import sys\nsys.exit(0)\n", {"EXCEPTION"}, 85),
    ],
)
def test_a_hostile_op_py_gets_a_verdict(tmp_path: Path, assignment: Assignment, python: str, verdict: set[str], most: float) -> None:
    for name in ("op.cpp", "op.cu"):
        shutil.copy(REFERENCE / name, tmp_path / name)
    (tmp_path / "op.py").write_text(python)
    judge = open_judge(assignment, seed=public_seed(assignment.course, assignment.slug), keep_grades=False)
    result = grade(tmp_path, assignment, judge)
    assert result.verdict in verdict, (result.verdict, result.message)
    assert result.max_score == 100 and result.score < most
    assert not [check for check in result.checks if check.outcome == "not_run"]


# ---- on a machine with a GPU: the same sources as an extension of PyTorch ----

ON_THE_CARD = """
import os, sys, importlib.util
import torch
from torch.utils import cpp_extension

folder, include = sys.argv[1:]
os.chdir(folder)
path = cpp_extension.load("ck_op", ["op.cpp", "op.cu"], extra_include_paths=[include], extra_cuda_cflags=["-include", "ck/torch_op.h"],
                          build_directory=folder, is_python_module=False)
os.environ["CK_OP_LIBRARY"] = path if isinstance(path, str) else os.path.join(folder, "ck_op.so")
spec = importlib.util.spec_from_file_location("op", "op.py")
op = importlib.util.module_from_spec(spec)
spec.loader.exec_module(op)
torch.manual_seed(1)
stream = torch.cuda.Stream()
for kind, near in ((torch.float64, 1e-12), (torch.float32, 1e-5), (torch.float16, 2e-3), (torch.bfloat16, 2e-2)):
    x = torch.randn(37, 130, device="cuda", dtype=kind)
    gate, up = x.chunk(2, -1)
    for a, b in ((gate, up), (gate.t(), up.t()), (gate[:, ::3], up[:, 1::3]), (gate[:1].expand(37, 65), up), (gate[:0], up[:0])):
        a, b = a.detach().requires_grad_(), b.detach().requires_grad_()
        grad = torch.ones((), device="cuda", dtype=kind).expand(a.shape)
        torch.cuda.current_stream().synchronize()
        with torch.cuda.stream(stream):
            out = op.swiglu(a, b, 1.5)
            found = torch.autograd.grad(out, (a, b), grad)
        stream.synchronize()
        c, d = a.detach().double().requires_grad_(), b.detach().double().requires_grad_()
        right = c * torch.sigmoid(1.5 * c) * d
        wanted = torch.autograd.grad(right, (c, d), grad.double())
        for got, want in zip((out, *found), (right, *wanted)):
            assert got.dtype == kind and torch.allclose(got.double(), want, rtol=near, atol=near), (kind, a.shape, a.stride())
y = torch.randn(5, 6, device="cuda", dtype=torch.float64, requires_grad=True)
torch.library.opcheck(torch.ops.ck.swiglu.default, (y, y.detach() * 2, 1.5))
print("right")
"""


@pytest.mark.gpu
def test_the_same_sources_are_an_extension_of_pytorch_on_a_card(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="needs a PyTorch that knows CUDA")
    if not torch.cuda.is_available():
        pytest.skip("this PyTorch knows no CUDA, or there is no card")
    for name in ("op.cpp", "op.cu", "op.py"):
        shutil.copy(REFERENCE / name, tmp_path / name)
    command = [sys.executable, "-c", ON_THE_CARD, str(tmp_path), str(ROOT / "kernels" / "include")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=1800)
    assert ended.returncode == 0 and ended.stdout.strip().endswith("right"), ended.stderr[-4000:]
