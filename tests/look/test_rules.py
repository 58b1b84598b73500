"""Each rule of the static look: what shows it, at which line, and what looks like it and isn't."""

from __future__ import annotations

import re

import pytest

from grader.errors import HarnessError
from grader.look import RULES, look, rule
from grader.look.look import MOST_OF_A_RULE

# code: source, whose line with `HERE` (or its only line) is the sighting's
SHOWN: list[tuple[str, str]] = [
    ("files", 'void f() { FILE* x = fopen("x", "r"); }'),
    ("files", "#include <fstream>\nstd::ifstream in; // HERE"),
    ("files", 'int f() { return open("x", 0); }'),
    ("files", 'int f() { return ::open("x", 0); }'),
    ("files", "auto f = &fopen;"),
    ("files", "#define LATER fopen"),
    ("files", 'extern "C" int open(const char*, int, ...);'),
    ("files", "void f() { std::filesystem::remove(x); }"),
    ("paths", 'const char* p = "/proc/self/mem";'),
    ("paths", 'const char* p = "/pr" "oc/self";'),
    ("paths", r'const char* p = "\x2f" "etc/passwd";'),
    ("paths", 'const char* p = "../out/Y.0";'),
    ("paths", 'const char* p = R"(/tmp/x)";'),
    ("processes", "int f() { return fork(); }"),
    ("processes", 'void f() { std::system("ps"); }'),
    ("processes", "void f() { cudaIpcOpenMemHandle(&p, h, 1); }"),
    ("descriptors", "void f() { write(3, x, 4); }"),
    ("descriptors", "void f() { dup2(a, 1); }"),
    ("sockets", "int s = socket(AF_UNIX, SOCK_STREAM, 0);"),
    ("system-call", "void f() { syscall(257, 1, x); }"),
    ("system-call", "void f() { f(SYS_openat); }"),
    ("environment", 'const char* e = getenv("X");'),
    ("environment", "extern char** environ;"),
    ("early-exit", "void f() { _exit(0); }"),
    ("early-exit", "void f() { exit(0); }"),
    ("early-exit", "void f() { std::exit(EXIT_SUCCESS); }"),
    ("early-exit", "void f() { atexit(g); }"),
    ("signals", "void f() { signal(SIGSEGV, g); }"),
    ("signals", "void f() { setitimer(ITIMER_REAL, &x, 0); }"),
    ("threads", "void f() { std::thread t(g); }"),
    ("threads", "void f() { pthread_create(&t, 0, g, 0); }"),
    ("clock", "__global__ void k() { long t = clock64(); }"),
    ("clock", "auto t = std::chrono::steady_clock::now();"),
    ("clock", "__global__ void k() { int t = clock(); }"),
    ("clock", '__global__ void k() { asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t)); }'),
    ("loader", 'void* f = dlsym(RTLD_NEXT, "cudaMalloc");'),
    ("loader", "void f() { dl_iterate_phdr(g, 0); }"),
    ("memory-map", "void f() { mprotect(p, 4096, 7); }"),
    ("constructor", "__attribute__((constructor)) static void f() {}"),
    ("constructor", "__attribute__((used, __constructor__(101))) static void f() {}"),
    ("constructor", "[[gnu::destructor]] void f() {}"),
    ("constructor", '__attribute__((section(".init_array"))) void (*p)() = f;'),
    ("runtime-names", 'extern "C" cudaError_t cudaMemcpy(void* a, const void* b, size_t n, cudaMemcpyKind k) { return cudaSuccess; }'),
    ("runtime-names", 'extern "C" {\nvoid* malloc(size_t n) { return 0; } // HERE\n}'),
    ("runtime-names", "#define cudaMemcpy(a, b, c, d) 0"),
    ("runtime-names", '__attribute__((alias("g"))) void f();'),
    ("grader", 'void* f = x("warpgradeMark");'),
    ("grader", "void f() { warpgradeMark(0); }"),
    ("include-outside", '#include "/etc/passwd"'),
    ("include-outside", '#include "../secret.h"'),
    ("include-outside", "#include <../../x>"),
    ("include-outside", "# /* */ include /* */ </dev/zero>"),
    ("include-outside", '%:include "a/../../x"'),
    ("include-outside", '#inc\\\nlude "/x"'),
    ("include-outside", "#define X <a>\n#include X // HERE"),
    ("include-outside", '#if __has_include("/root/.ssh/id_rsa")\n#endif'.replace("\n", " // HERE\n")),
    ("include-outside", 'asm(".incbin \\"/etc/shadow\\"");'),
    ("library", "#include <cublas_v2.h>"),
    ("library", "#include <thrust/sort.h>"),
    ("library", "void f() { cublasSgemm(h); }"),
    ("assembly", 'void f() { asm("syscall"); }'),
    ("assembly", 'void f() { __asm__ volatile("mov %%rsp, %0" : "=r"(x)); }'),
    ("assembly", 'asm(".section .text\\n.globl open\\nopen: ret");'),
    ("runtime-code", "#include <nvrtc.h>"),
    ("runtime-code", "void f() { cuModuleLoadData(&m, x); }"),
    ("line-directive", '#line 1 "other.cu"'),
    ("line-directive", '# 12 "other.cu"'),
    ("hidden-text", "int x = 1; // \u202e reversed"),
    ("hidden-text", "int a\u200bb;"),
    ("hidden-data", "const float t[] = {" + "1.5f, " * 80 + "};"),
    ("hidden-data", "const float t[4][20] = {" + ("{" + "1.5f, " * 20 + "}, ") * 4 + "};"),
    ("hidden-data", 'const char* t = "' + "x" * 1200 + '";'),
    ("call-counter", "static int calls = 0; // HERE\nvoid f() { if (++calls > 3) g(); }"),
    ("call-counter", "int calls; // HERE\nvoid f() { calls += 1; }"),
    ("call-counter", "void f() { static unsigned n = 0; n++; }"),
    ("call-counter", "static std::atomic<int> n{0}; // HERE\nvoid f() { n.fetch_add(1); }"),
    ("kept-state", "static std::unordered_map<const void*, float*> known; // HERE"),
    ("kept-state", "namespace {\nstd::map<int, int> known; // HERE\n}"),
    ("kept-state", "void f() { static std::map<std::tuple<const void*, void*, int, float>, std::vector<float>> known; known[k]; }"),
    ("kept-state", "void f() { static cudaGraphExec_t kept; cudaGraphLaunch(kept, s); }"),
    ("clock", "void f() { for (;;) pause(); }"),
    ("special-size", "void f(int N) { if (N == 1000003) g(); }"),
    ("special-size", "void f(int N) { switch (N) { case 1537: g(); } }"),
    ("device-identity", "void f() { cudaDeviceProp p; g(p.name); }"),
    ("device-identity", '__global__ void k() { asm("mov.u32 %0, %%smid;" : "=r"(i)); }'),
    ("cache-policy", "void f() { v.accessPolicyWindow.base_ptr = p; }"),
    ("cache-policy", '__global__ void k() { asm("createpolicy.fractional.L2::evict_last.b64 %0, 1.0;" : "=l"(p)); }'),
]

HONEST: list[str] = [
    "// fopen, /proc, getenv: none of it",
    'const char* s = "fopen";',
    "struct Slot { int open() { return 1; } void close(); };",
    "void f(Slot& s) { s.open(); s->read(x); list.remove(3); }",
    "namespace own { int open(int); }\nvoid f() { own::open(3); }",
    "static float read(const float* x) { return *x; }\nvoid f() { g(read(x)); }",
    "__device__ float access(const float* x, int i) { return x[i]; }\n__global__ void k() { y = access(x, 1); }",
    "void f() { float time = 0; auto write = [&](int i) { x[i] = 0; }; write(3); g(time); }",
    "void f(int select, int poll) { g(select, poll); }",
    "#include <unistd.h>\n#include <fcntl.h>\n#include <sys/mman.h>\n#include <cooperative_groups/memcpy_async.h>",
    '#include "ck/gemm.h"\n#include "gemm.h"\n#include <cuda_runtime.h>\n#include <mma.h>',
    'void f() { fprintf(stderr, "%s: %d\\n", x, 3); exit(1); exit(EXIT_FAILURE); }',
    "#define CUDA_CHECK(x) do { cudaError_t e = (x); if (e) exit(1); } while (0)\n#define cudaCheck(x) (x)\n#define cudaErrchk(x) (x)",
    "static inline void cudaCheckErrors(const char* m) { if (cudaGetLastError()) exit(1); }",
    "__device__ unsigned int finished = 0;\n__global__ void k() { atomicInc(&finished, gridDim.x); finished++; }",
    "__shared__ int count;\n__global__ void k() { count++; }",
    "static constexpr int kTile = 32;\nvoid f() { for (int i = 0; i < kTile; ++i) g(); }",
    "void f() { int calls = 0; calls++; for (int i = 0; i < 3; i++) ++calls; }",
    "static float* scratch;\nstatic size_t held = 0;\nstatic cudaStream_t own;\nvoid f(size_t n) { if (n > held) g(&scratch, n); }",
    "void f() { std::vector<float> x; std::map<int, int> m; m[1] = 2; }",
    "void f(int n) { if (n == 1024 || n == 1023 || n == 0 || n == 96 || n != 31) g(); switch (b) { case 512: g(); case 75: g(); } }",
    "__constant__ float filter[25] = {1, 4, 6, 4, 1, 4, 16, 24, 16, 4, 6, 24, 36, 24, 6, 4, 16, 24, 16, 4, 1, 4, 6, 4, 1};",
    "void f() {" + " g(1, 2, 3); x = a ? 1 : 2;" * 60 + " }",
    "int main() { return 0; }",
    "void f() { cudaDeviceProp p; cudaGetDeviceProperties(&p, 0); g(p.multiProcessorCount, p.sharedMemPerBlock); }",
    "struct Named { const char* name; };\nvoid f(Named n) { puts(n.name); }",
    '__device__ float fma_(float a) { float d; asm("fma.rn.f32 %0, %1, %1, %1;" : "=f"(d) : "f"(a)); return d; }',
    '__device__ unsigned lane() { unsigned l; asm volatile("mov.u32 %0, %%laneid;" : "=r"(l)); return l; }',
    '__device__ void a() { asm("{ .reg .pred p; setp.ne.b32 p, %0, 0; @p st.global.cs.f32 [%1], %2; }" :: "r"(x), "l"(y), "f"(z)); }',
    '__device__ void b() { asm volatile("cp.async.cg.shared.global [%0], [%1], 16;\\n" ::"r"(s), "l"(g)); asm("bar.sync 1, 128;"); }',
    '__device__ void c() { asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5}, {%6,%7}, {%0,%1};"); }',
    '__device__ void d() { asm("{.reg .pred P;\\nA:\\nmbarrier.try_wait.parity.shared.b64 P, [%0], %1;\\n@P bra B;\\nbra A;\\nB:\\n}"); }',
    'asm("");',
    'extern "C" int ck_gemm(const float* A, int N, void* s) { k<<<1, 32, 0, (cudaStream_t)s>>>(A, N); return cudaGetLastError(); }',
    "template <int N> struct Unrolled { static __device__ float sum(const float* x) { return x[0] + Unrolled<N - 1>::sum(x + 1); } };",
    "using Step = float (*)(float);\n__device__ Step steps[2];\nvoid f() { auto g = [] __device__(float x) { return x; }; }",
    'puts("usage: fork, exec, /etc/passwd, LD_PRELOAD, a /tmp/x");',
    'printf("/s: %d GB/s, a/b, 1/2\\n", x);',
    "#pragma unroll 4\n#pragma once\n#ifdef DEBUG\n#error none\n#endif",
    "// \U0001f468\u200d\U0001f4bb \ud55c\uae00\nint x;",
    "int cube(int x) { return x; } struct cubic {}; int a = cube(3);",
]


def line_of(source: str) -> int:
    lines = source.split("\n")
    return next((number for number, line in enumerate(lines, start=1) if "HERE" in line), 1)


@pytest.mark.parametrize(("code", "source"), SHOWN, ids=[f"{code}-{at}" for at, (code, _) in enumerate(SHOWN)])
def test_what_shows_a_rule_is_seen_at_its_line(code: str, source: str) -> None:
    seen = look({"a.cu": source.encode()})
    assert (code, "a.cu", line_of(source)) in [(each.code, each.file, each.line) for each in seen], seen
    (first, *_) = [each for each in seen if each.code == code]
    assert first.excerpt and first.why == rule(code).why[0]


@pytest.mark.parametrize("source", HONEST)
def test_what_only_looks_like_it_is_not(source: str) -> None:
    assert look({"a.cu": source.encode()}) == ()


def test_every_rule_has_its_example() -> None:
    of_built_programs = {"other-import", "unread"}  # tests/look/test_built.py, test_look.py
    assert {code for code, _ in SHOWN} | of_built_programs == {each.code for each in RULES}


def test_texts_are_in_both_languages() -> None:
    codes = [each.code for each in RULES]
    assert len(codes) == len(set(codes)) and all(re.fullmatch(r"[a-z]+(-[a-z]+)*", code) for code in codes)
    for each in RULES:
        for english, korean in (each.title, each.why, each.honest):
            assert english.isascii() and re.search("[가-힣]", korean), each.code
        assert each.why[0].endswith(".") and each.honest[1].endswith("."), each.code


def test_an_unknown_rule_lists_the_known() -> None:
    with pytest.raises(HarnessError, match="files, paths, processes"):
        rule("fils")


def test_many_of_a_rule_are_told_a_few_times() -> None:
    seen = look({"a.cu": b"int x = fork();\n" * 50})
    assert len(seen) == MOST_OF_A_RULE and [each.line for each in seen] == [1, 2, 3]
