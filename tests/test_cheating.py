"""Students who cheat, end to end: results that the host computed, marks and messages forged, outputs passed off from elsewhere, cases kept
from running. Each gets next to nothing and a verdict, and an honest program keeps its points. Real compiler, real sandbox, real device."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.assignment import Assignment, load_assignment
from grader.pipeline import Judge, grade, open_judge
from grader.records import Grade
from grader.run.seeds import public_seed
from tests import scale_course as course


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture(scope="module")
def scale(folder: Path) -> Assignment:
    return load_assignment(course.write_course(folder / "course"))


@pytest.fixture(scope="module")
def judge(folder: Path, scale: Assignment) -> Judge:
    return open_judge(scale, seed=public_seed(scale.course, scale.slug), cache=folder / "cache", keep_grades=False)


TOP = r"""
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>
typedef std::vector<float> Values;
static int calls = 0;

static void mark(const char* text) {
  if (void* function = dlsym(RTLD_DEFAULT, "warpgradeMark")) reinterpret_cast<void (*)(const char*)>(function)(text);
}

// ---- ways down
static Values from_file(int N) {
  char name[32];
  snprintf(name, sizeof name, "X.%d", calls);
  Values x(N);
  for (const char* place : {"", "../values/", "../"}) {
    if (FILE* file = fopen((std::string(place) + name).c_str(), "rb")) {
      if (fread(x.data(), 4, N, file)) {}
      fclose(file);
    }
  }
  return x;
}
static Values by_copy(const float* X, int N) {
  Values x(N);
  cudaMemcpy(x.data(), X, N * 4, cudaMemcpyDeviceToHost);
  return x;
}
__global__ void tell(const float* X, int N) {
  for (int i = 0; i < N; ++i) printf("%08x\n", __float_as_uint(X[i]));
}
static Values by_printf(const float* X, int N, cudaStream_t stream) {
  const int file = open("/tmp/values", O_RDWR | O_CREAT | O_TRUNC, 0600), old = dup(1);
  fflush(stdout);
  dup2(file, 1);
  tell<<<1, 1, 0, stream>>>(X, N);
  cudaStreamSynchronize(stream);
  fflush(stdout);
  dup2(old, 1);
  lseek(file, 0, SEEK_SET);
  FILE* text = fdopen(file, "r");
  Values x(N);
  for (float& value : x) {
    unsigned bits = 0;
    if (fscanf(text, "%x", &bits)) memcpy(&value, &bits, 4);
  }
  fclose(text);
  return x;
}

// ---- ways up
static Values scaled(Values x, float alpha) {
  for (float& value : x) value *= alpha;
  return x;
}
__global__ void nothing() {}
__global__ void move(float* to, const float* from, int N) {
  for (int i = threadIdx.x; i < N; i += blockDim.x) to[i] = from[i];
}
struct Some {
  float value[500];
};
__global__ void put(float* Y, Some some, int count) {
  for (int i = threadIdx.x; i < count; i += blockDim.x) Y[i] = some.value[i];
}
static void by_parameters(float* Y, const Values& y, cudaStream_t stream) {
  for (size_t at = 0; at < y.size(); at += 500) {
    Some some;
    const int count = y.size() - at < 500 ? int(y.size() - at) : 500;
    memcpy(some.value, &y[at], count * 4);
    put<<<1, 128, 0, stream>>>(Y + at, some, count);
  }
}
"""
TOP += (Path(__file__).parent / "hostile" / "shared" / "wire.h").read_text()  # the device's protocol, spoken by hand
STREAM = "  cudaStream_t s = (cudaStream_t)stream;\n"
PUT = "  by_parameters(Y, scaled(x, alpha), s);\n  ++calls;\n"
FORGED = '  nothing<<<1, 1, 0, s>>>();\n  cudaGetLastError();\n  mark("{}");\n  Values y = scaled(by_copy(X, N), alpha);\n'
FORGED += '  cudaMemcpy(Y, y.data(), N * 4, cudaMemcpyHostToDevice);\n  mark("sync:0:0");\n  mark("download:Y.0");\n  by_copy(Y, N);\n'
MANAGED = """  float* both;
  cudaMallocManaged(&both, N * 4);
  move<<<1, 128, 0, s>>>(both, X, N);
  while (cudaStreamQuery(s) != cudaSuccess) cudaGetLastError();
  for (int i = 0; i < N; ++i) both[i] *= alpha;
  move<<<1, 128, 0, s>>>(Y, both, N);
  cudaFree(both);
"""
SECOND = """  nothing<<<1, 1, 0, s>>>();
  int other = second_socket();
  char wanted[9] = {}, text[64];
  const uint64_t bytes = N * 4;
  memcpy(wanted + 1, &bytes, 8);
  std::vector<char> answer = ask(other, 7, wanted, 9);
  if (answer.size() != 8) return 1;
  uint64_t mine;
  memcpy(&mine, answer.data(), 8);
  Values y = scaled(by_copy(X, N), alpha);
  raw_copy(other, mine, 0x1000, bytes, 1, y.data());
  uint32_t length = uint32_t(snprintf(text + 4, 60, "download:Y.%d", calls++));
  memcpy(text, &length, 4);
  ask(other, 1, text, 4 + length);
  raw_down(other, (void*)mine, N);
"""
UNTRACED = """  nothing<<<1, 1, 0, s>>>();
  int own = own_socket();
  Values y = scaled(raw_down(own, X, N), alpha);
  raw_copy(own, (uint64_t)Y, 0x1000, N * 4, 1, y.data());
"""
LEAK = "  void* p;\n  cudaMalloc(&p, 4);\n"  # a fault for the runner's own failure to be explained by
BYTES = """  Values y = scaled(by_copy(X, N), alpha);
  for (int i = 0; i < N * 4; ++i) cudaMemsetAsync((char*)Y + i, ((unsigned char*)y.data())[i], 1, s);
  nothing<<<1, 1, 0, s>>>();
"""
# name -> (the launcher's body, the verdicts that fit)
TRICKS: dict[str, tuple[str, set[str]]] = {
    "inputs_as_files": ("  Values x = from_file(N);\n" + PUT, {"WRONG_ANSWER", "WRONG_VALUES", "ALL_ZERO"}),
    "copy_and_parameters": ("  Values x = by_copy(X, N);\n" + PUT, {"FORBIDDEN_TRANSFER"}),
    "printf_and_parameters": ("  Values x = by_printf(X, N, s);\n" + PUT, {"FORBIDDEN_TRANSFER"}),
    "copy_and_memsets": (BYTES, {"FORBIDDEN_TRANSFER"}),
    "managed_memory": (MANAGED, {"FORBIDDEN_TRANSFER"}),
    "untraced_messages": (UNTRACED, {"FORBIDDEN_TRANSFER"}),
    "second_connection": (SECOND, {"FORBIDDEN_TRANSFER", "LAUNCH_FAILED"}),
    "marks_and_exit": (FORGED.format("return:0:0") + '  mark("done");\n  _exit(0);\n', {"FORBIDDEN_TRANSFER"}),
    "marks_and_failure": (LEAK + FORGED.format("setup") + "  _exit(13);\n", {"FORBIDDEN_TRANSFER"}),
    "marks_of_an_error": (LEAK + FORGED.format("setup") + '  mark("sync:0:1");\n  mark("done");\n  _exit(0);\n', {"FORBIDDEN_TRANSFER"}),
}


def graded(name: str, code: str, folder: Path, scale: Assignment, judge: Judge) -> Grade:
    return grade(course.submission(folder, name, code), scale, judge)


@pytest.mark.parametrize("name", TRICKS)
def test_what_no_kernel_computed_earns_nothing(name: str, folder: Path, scale: Assignment, judge: Judge) -> None:
    body, verdicts = TRICKS[name]
    result = graded(name, course.program(top=TOP, before=STREAM + body, launch=""), folder, scale, judge)
    assert result.max_score == 10 and result.score <= 1, (result.verdict, result.message)
    assert all(check.points == 0 for check in result.checks if check.category == "correctness")
    assert result.verdict in verdicts, (result.verdict, result.message)


def test_words_of_the_program_do_not_excuse_it(folder: Path, scale: Assignment, judge: Judge) -> None:
    talk = '__attribute__((constructor)) static void talk() { fputs("undefined symbol: cudaFoo\\n", stderr); _exit(10); }\n'
    result = graded("talk", course.program(top=TOP + talk), folder, scale, judge)
    assert (result.verdict, result.score, result.max_score) == ("MISSING_SYMBOL", 0, 10)
    assert "cudaFoo" not in result.message


def test_debug_output_is_no_cheating(folder: Path, scale: Assignment, judge: Judge) -> None:
    """A kernel that prints all that it reads, and a launcher that looks at one number: clean it is not, right it is."""
    kernel = course.KERNEL.replace("  if (i < N)", '  if (i < N) printf("%f\\n", X[i]);\n  if (i < N)')
    look = "  float first;\n  cudaMemcpy(&first, X, 4, cudaMemcpyDeviceToHost);\n"
    result = graded("debug", course.program(kernel, before=look, top="#include <cstdio>\n"), folder, scale, judge)
    assert result.score == result.max_score == 10, (result.verdict, result.message)
