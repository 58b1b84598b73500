"""Build with the real compiler in the real sandbox: each way to fail gets its verdict, its line and its remedy."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from grader.assignment import Assignment, find_assignment
from grader.build import Cache, build, host_line
from grader.build.symbols import exported_functions
from grader.course import bundled_course
from grader.records import Exit, Isolation, Program, Source
from grader.sandbox import open_sandbox
from grader.sandbox.contract import Command, Sandbox

GOOD = """\
__global__ void fill(float* C, int n) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) C[i] = 1.0f;
}
extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K, int lda, int ldb, int ldc, float alpha, float beta,
                       void* stream) {
  fill<<<(M * ldc + 255) / 256, 256, 0, (cudaStream_t)stream>>>(C, M * ldc);
  return cudaGetLastError();
}
"""


@pytest.fixture(scope="module")
def gemm() -> Assignment:
    return find_assignment("gemm", bundled_course())


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return open_sandbox("local")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    folder = tmp_path_factory.mktemp("cache")
    for path in (folder, *folder.parents):  # the sandbox's user must get through
        if path.stat().st_uid == folder.stat().st_uid and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o011)
    return Cache(folder)


def source(text: str) -> Source:
    return Source(files={"gemm.cu": text.encode()}, digest=hashlib.sha256(text.encode()).hexdigest())


@pytest.fixture(scope="module")
def good(gemm: Assignment, sandbox: Sandbox, cache: Cache) -> Program:
    return build(source(GOOD), gemm, sandbox, cache)


def test_a_good_build(good: Program, gemm: Assignment, sandbox: Sandbox, cache: Cache) -> None:
    assert good.library is not None and good.problems == () and not good.from_cache
    (kernel,) = good.registers.items()
    assert kernel[1] > 0 and kernel[0].startswith("_Z4fill")
    again = build(source(GOOD), gemm, sandbox, cache)
    assert again.from_cache and again.library == good.library and again.wall_s < 0.1
    assert "/work" not in good.log and "nvidia" not in good.log


def test_a_line_of_host_code(good: Program, sandbox: Sandbox) -> None:
    assert good.library is not None
    library = Path(good.library)
    offset = _address(library.read_bytes(), "ck_gemm")
    assert host_line(library, offset + 8, sandbox, ("gemm.cu",)) in {("gemm.cu", line) for line in range(5, 9)}
    assert host_line(library, 1, sandbox, ("gemm.cu",)) is None


def _address(data: bytes, name: str) -> int:
    """st_value of a symbol: found in the bytes of .dynsym by way of the table that the reader walks."""
    import struct

    assert name in exported_functions(data)
    (table,) = struct.unpack_from("<Q", data, 0x28)
    step, count = struct.unpack_from("<HH", data, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", data, table + i * step) for i in range(count)]
    dynsym = next(s for s in sections if s[1] == 11)
    names = sections[dynsym[6]]
    for at in range(dynsym[4], dynsym[4] + dynsym[5], 24):
        index, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", data, at)
        start = names[4] + index
        if data[start : data.index(b"\0", start)] == name.encode():
            return int(value)
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("text", "verdict", "line", "says"),
    [
        ("int f( { return 1; }\n", "COMPILE_ERROR", 1, "expected"),
        ("int f() {\n", "COMPILE_ERROR", 1, "expected"),
        ('#include "nothere.h"\n', "COMPILE_ERROR", 1, "No such file"),
        (
            '\nextern "C" int ck_gemm(const float* A) { return 0; }\n',
            "COMPILE_ERROR",
            2,
            'its signature must be extern "C" int ck_gemm(const float*',
        ),
        ("\nint ck_gemm(const float* A) { return 0; }\n", "MISSING_SYMBOL", 2, 'add extern "C"'),
        ("int x;\n", "MISSING_SYMBOL", None, 'the assignment calls extern "C" int ck_gemm(const float*'),
        ('__global__ void k(int *p) {\n asm volatile("foo.bar.u32 %0, 1;" : "=r"(*p));\n}\n', "COMPILE_ERROR", 2, "in the PTX"),
        ("int helper(int);\nint g(int a) {\n  return helper(a); }\n", "COMPILE_ERROR", 3, "undefined reference to `helper(int)'"),
        ("__device__ int dh(int);\n__global__ void k(int* p) { *p = dh(1); }\n", "COMPILE_ERROR", 1, "'dh'"),
        ("template <int N> struct F { static const int v = F<N + 1>::v; };\nint z = F<0>::v;\n", "COMPILE_ERROR", 1, "recursion"),
    ],
)
def test_failures(gemm: Assignment, sandbox: Sandbox, cache: Cache, text: str, verdict: str, line: int | None, says: str) -> None:
    program = build(source(text), gemm, sandbox, cache)
    assert program.library is None
    problem = program.problems[0]
    assert (problem.verdict, problem.file, problem.line) == (verdict, "gemm.cu", line)
    assert says in problem.message


def test_hidden_files_cannot_be_included(gemm: Assignment, sandbox: Sandbox, cache: Cache) -> None:
    text = f'#include "{gemm.folder}/problem.py"\n#include "/etc/shadow"\n'
    program = build(source(text), gemm, sandbox, cache)
    assert program.problems[0].verdict == "COMPILE_ERROR" and "No such file" in program.problems[0].message


def test_warnings_cost_nothing(gemm: Assignment, sandbox: Sandbox, cache: Cache) -> None:
    program = build(source("#warning careful\n" + GOOD), gemm, sandbox, cache)
    assert program.library is not None and program.problems == () and "careful" in program.log


class Ended:
    """A sandbox in which everything ends in one way."""

    name = "ended"

    def __init__(self, exit: Exit) -> None:
        self.exit, self.commands = exit, list[Command]()

    def isolation(self) -> Isolation:
        return Isolation(level="ended")

    def run(self, command: Command) -> Exit:
        self.commands.append(command)
        return self.exit


@pytest.mark.parametrize(
    ("exit", "verdict"),
    [
        (Exit(cause="timeout"), "BUILD_TIMEOUT"),
        (Exit(cause="out_of_memory"), "OUT_OF_MEMORY"),
        (Exit(cause="exited", code=255, stderr=b"nvcc error   : 'cicc' died due to signal 9 (Kill signal)"), "OUT_OF_MEMORY"),
        (Exit(cause="output_limit"), "COMPILE_ERROR"),
        (Exit(cause="signaled", signal=11), "COMPILE_ERROR"),
        (Exit(cause="exited", code=1, stderr=b"something unheard of"), "COMPILE_ERROR"),
    ],
)
def test_how_the_compiler_may_end(gemm: Assignment, tmp_path: Path, exit: Exit, verdict: str) -> None:
    program = build(source(GOOD), gemm, Ended(exit), Cache(tmp_path))
    assert program.library is None and [p.verdict for p in program.problems] == [verdict]


def test_what_the_compiler_sees(gemm: Assignment, tmp_path: Path) -> None:
    sandbox = Ended(Exit(cause="timeout"))
    build(source(GOOD), gemm, sandbox, Cache(tmp_path))
    (command,) = sandbox.commands
    writable = [bind for bind in command.binds if bind.writable]
    assert len(writable) == 1 and command.cwd == writable[0].target
    shown = [str(bind.source) for bind in command.binds]
    assert not any(str(gemm.folder).startswith(path) or str(gemm.reference).startswith(path) for path in shown)
