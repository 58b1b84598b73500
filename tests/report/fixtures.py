"""Grades as the pipeline makes them, for the tests of the report: every shape that a submission's fate can take, and hostile ones."""

from __future__ import annotations

from typing import Any

import msgspec

from grader.records import CheckResult, Grade, Isolation, Problem

GEMM = """\
// Tiled matrix multiplication: each block computes one TILE x TILE tile of C.
#include <cuda_runtime.h>

#include "ck/gemm.h"

constexpr int TILE = 16;

__global__ void gemm_tiled(const float* A, const float* B, float* C, int M, int N, int K,
                           int lda, int ldb, int ldc, float alpha, float beta) {
  __shared__ float tileA[TILE][TILE];
  __shared__ float tileB[TILE][TILE];

  const int row = blockIdx.y * TILE + threadIdx.y;
  const int column = blockIdx.x * TILE + threadIdx.x;
  float sum = 0.0f;

  for (int k0 = 0; k0 < K; k0 += TILE) {
    const int k_a = k0 + threadIdx.x, k_b = k0 + threadIdx.y;
    tileA[threadIdx.y][threadIdx.x] = row < M && k_a < K ? A[row * lda + k_a] : 0.0f;
    tileB[threadIdx.y][threadIdx.x] = k_b < K && column < N ? B[k_b * ldb + column] : 0.0f;
    __syncthreads();

    for (int k = 0; k < TILE; ++k) sum += tileA[threadIdx.y][k] * tileB[k][threadIdx.x];
    /* the tiles may be overwritten
       from here on */
  }

  if (row < M && column < N) {
    const float old = beta == 0.0f ? 0.0f : beta * C[row * ldc + column];
    C[row * ldc + column] = alpha * sum + old;
  }
}

extern "C" int ck_gemm(const float* A, const float* B, float* C, int M, int N, int K,
                       int lda, int ldb, int ldc, float alpha, float beta, void* stream) {
  const dim3 block(TILE, TILE), grid((N + TILE - 1) / TILE, (M + TILE - 1) / TILE);
  gemm_tiled<<<grid, block, 0, static_cast<cudaStream_t>(stream)>>>(A, B, C, M, N, K, lda, ldb, ldc, alpha, beta);
  return cudaGetLastError();
}
"""

KERNEL = "gemm_tiled(float const*, float const*, float*, int, int, int, int, int, int, float, float)"
LD, ST = "pipe_lsu_mem_global_op_ld", "pipe_lsu_mem_global_op_st"
COUNTERS = {
    KERNEL: {
        "launches": 6.0,
        "smsp__inst_executed.sum": 3_473_408.0,
        "smsp__thread_inst_executed.sum": 111_149_056.0,
        "smsp__sass_branch_targets_threads_divergent.sum": 34.0,
        f"l1tex__t_requests_{LD}.sum": 65_536.0,
        f"l1tex__t_sectors_{LD}.sum": 262_144.0,
        f"l1tex__average_t_sectors_per_request_{LD}.ratio": 4.0,
        f"l1tex__t_requests_{ST}.sum": 2_048.0,
        f"l1tex__t_sectors_{ST}.sum": 8_192.0,
        f"l1tex__average_t_sectors_per_request_{ST}.ratio": 4.0,
        "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum": 0.0,
        "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_ld.sum": 1_048_576.0,
        "sm__maximum_warps_per_active_cycle_pct": 87.5,
        "dram__bytes.sum": 2_359_296.0,
        "wg__barriers.sum": 8192.0,
    }
}


LINES: tuple[dict[str, Any], ...] = (
    {"file": "gemm.cu", "line": 13, "metrics": {"smsp__inst_executed.sum": 4096.0}},
    {"file": "gemm.cu", "line": 17, "metrics": {"smsp__inst_executed.sum": 131_072.0}},
    {
        "file": "gemm.cu",
        "line": 19,
        "metrics": {
            "smsp__inst_executed.sum": 327_680.0,
            f"l1tex__t_requests_{LD}.sum": 32_768.0,
            f"l1tex__t_sectors_{LD}.sum": 65_536.0,
        },
    },
    {
        "file": "gemm.cu",
        "line": 20,
        "metrics": {
            "smsp__inst_executed.sum": 327_680.0,
            f"l1tex__t_requests_{LD}.sum": 32_768.0,
            f"l1tex__t_sectors_{LD}.sum": 1_048_576.0,
        },
    },
    {
        "file": "gemm.cu",
        "line": 23,
        "metrics": {
            "smsp__inst_executed.sum": 2_621_440.0,
            "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum": 15_728_640.0,
            "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_ld.sum": 16_777_216.0,
            "smsp__inst_executed_op_shared_ld.sum": 1_048_576.0,
        },
    },
)

ISOLATION = Isolation(
    level="local: bubblewrap, rlimits, seccomp",
    enforced=(
        "no network",
        "own process, user and mount namespaces",
        "read-only file system",
        "system-call filter",
        "memory limit 1024 MiB",
    ),
    not_enforced=("cgroup limits: the control group is not writable here",),
)


def check(number: int, title: str, points: float, maximum: float, **values: Any) -> CheckResult:
    """A check of test_public.py unless `hidden`; outcome from the points unless given."""
    values.setdefault("outcome", "passed" if points >= maximum else "failed")
    file = "test_hidden.py" if values.get("hidden") else "test_public.py"
    return CheckResult(id=f"{file}::test_{number}", title=title, points=points, max_points=maximum, order=number, **values)


def grade(**values: Any) -> Grade:
    """A submission with full marks; name what differs."""
    defaults: dict[str, Any] = {
        "assignment": "09_gemm",
        "submission": "demo/submissions/kim_minji/gemm.cu",
        "score": 20.0,
        "max_score": 20.0,
        "verdict": "PASSED",
        "message": "",
        "file": None,
        "line": None,
        "device": "emulated:a100",
        "isolation": ISOLATION,
        "seed_id": "09_gemm-2f81c0",
        "checks": (
            check(1, "Square matrices", 8, 8, cases=("square",)),
            check(2, "Sizes that aren't multiples of a tile", 8, 8, hidden=True, cases=("odd_k",)),
            check(3, "No race on shared memory", 4, 4, category="cleanliness"),
        ),
        "problems": (),
        "counters": COUNTERS,
        "lines": LINES,
        "timings_s": {"unpack": 0.0021, "build": 1.312, "run": 0.481, "evaluate": 0.052, "score": 0.0004},
        "source": {"gemm.cu": GEMM},
        "build_log": "",
        "environment": {"grader": "0.1.0", "compiler": "nvcc 13.0.88", "python": "3.11.2", "cpu": "AMD EPYC 9B14, 2 cores"},
        "digest": "5c9b7f0e4a3d2b1c8e7f6a5d4c3b2a19",
    }
    return Grade(**{**defaults, **values})


RACE = Problem(
    verdict="RACE_SHARED",
    message="write to tileB[0][5] races with a read by another warp: no barrier orders the two",
    file="gemm.cu",
    line=20,
    other_file="gemm.cu",
    other_line=23,
    kernel=KERNEL,
    block=(1, 0, 0),
    thread=(5, 0, 0),
    other_thread=(5, 9, 0),
    count=1920,
    phase="call:0",
)


def racing() -> Grade:
    """A race, a costly access and reduced cleanliness: points lost for several reasons."""
    race = "a race between gemm.cu:20 and gemm.cu:23"
    return grade(
        submission="demo/submissions/race.cu",
        score=60.5,
        max_score=100.0,
        verdict="RACE_SHARED",
        message="gemm.cu:20 writes tileB[0][5] while another warp may still read it at gemm.cu:23",
        file="gemm.cu",
        line=20,
        checks=(
            check(1, "Square matrices", 20, 20),
            check(2, "α and β other than 1 and 0", 15, 15),
            check(
                3,
                "Sizes that aren't multiples of a tile",
                15,
                20,
                verdict="RACE_SHARED",
                message=race,
                file="gemm.cu",
                line=20,
                other_line=23,
            ),
            check(
                4,
                "Rows that are longer than the matrix",
                8,
                15,
                hidden=True,
                verdict="WRONG_ANSWER",
                message="C[0, 3]: got 1.25, expected 2.5 ± 1e-6",
            ),
            check(5, "No access outside of an allocation", 1.5, 2, category="cleanliness", outcome="passed"),
            check(
                6,
                "No race on shared memory",
                0,
                4,
                category="cleanliness",
                verdict="RACE_SHARED",
                message=race,
                file="gemm.cu",
                line=20,
                other_line=23,
            ),
            check(7, "Every launch's error is asked for", 1, 4, category="cleanliness", outcome="passed"),
            check(
                8,
                "Reads each element of A and B few times from global memory",
                0,
                10,
                category="performance",
                verdict="UNCOALESCED",
                message="32 sectors/request on `B[k_b * ldb + column]`; full points at 4.0 or better, none at 16",
                file="gemm.cu",
                line=20,
            ),
            check(
                9,
                "Copies overlap with kernels",
                0,
                10,
                category="performance",
                outcome="not_run",
                message="this device has no copy-engine model",
            ),
        ),
        problems=(
            RACE,
            Problem(
                verdict="UNINIT_READ",
                message="read of 4 bytes that nobody wrote, in tileA",
                file="gemm.cu",
                line=23,
                block=(0, 0, 0),
                thread=(0, 1, 0),
                kernel=KERNEL,
                count=3,
            ),
            Problem(verdict="RACE_GLOBAL", message="two blocks write the same value to C[0]", file="gemm.cu", line=30, note=True, count=2),
            Problem(verdict="LEAK", message="cudaMalloc #4 of 1,024 bytes was never released"),
        ),
    )


def not_compiling() -> Grade:
    log = (
        'gemm.cu(23): error: identifier "tileC" is undefined\n      sum += tileC[k];\n             ^\n\n'
        '1 error detected in the compilation of "gemm.cu".\n'
    )
    problem = Problem(verdict="COMPILE_ERROR", message='identifier "tileC" is undefined', file="gemm.cu", line=23, column=14)
    return grade(
        submission="demo/submissions/does_not_compile.cu",
        score=0.0,
        verdict="COMPILE_ERROR",
        message='gemm.cu:23: identifier "tileC" is undefined',
        file="gemm.cu",
        line=23,
        checks=tuple(
            msgspec.structs.replace(c, points=0, outcome="failed", verdict="COMPILE_ERROR", message="not built") for c in grade().checks
        ),
        problems=(problem,),
        counters={},
        lines=(),
        build_log=log,
    )


def crashing() -> Grade:
    message = "the host was ended by SIGSEGV: 0xb0000000200 is a device pointer (cudaMalloc #1); the CPU can't read device memory"
    return grade(
        submission="demo/submissions/host_crash.cu",
        score=0.0,
        verdict="HOST_CRASH",
        message=message,
        checks=tuple(msgspec.structs.replace(c, points=0, outcome="failed", verdict="HOST_CRASH", message=message) for c in grade().checks),
        problems=(Problem(verdict="HOST_CRASH", message=message, phase="call:0"),),
        counters={},
        lines=(),
    )


def missing() -> Grade:
    """Nothing to show: no source, no checks, no points to win."""
    return grade(
        submission="demo/submissions/empty.zip",
        score=0.0,
        max_score=0.0,
        verdict="MISSING_FILE",
        message="gemm.cu is missing; keep the name from starter/",
        checks=(),
        counters={},
        lines=(),
        source={},
        timings_s={},
        environment={},
    )


def not_run() -> Grade:
    """A fault of ours: nothing could be tried, nothing is lost."""
    return grade(
        submission="demo/submissions/ours.cu",
        score=0.0,
        max_score=0.0,
        verdict="NOT_RUN",
        checks=tuple(
            msgspec.structs.replace(c, points=0, outcome="not_run", message="the sandbox could not start") for c in grade().checks
        ),
    )


def hostile() -> Grade:
    """Everything that a student can write tries to become markup, a template, a link, a terminal sequence, or reordered text."""
    evil = (
        "<script>alert(1)</script>{{7*7}}{% raw %}\"'><img src=x onerror=alert(1)>javascript:alert(1)\x1b[31m\u202egnp.exe\u202c\x00\ud800"
    )
    problem = Problem(
        verdict="OOB_WRITE", message=evil, file=evil, line=1, kernel=evil, other_file=evil, other_line=2, block=(0, 0, 0), thread=(0, 0, 0)
    )
    return grade(
        assignment=evil,
        submission=f"../../{evil}/..\\con\n.cu",
        score=5.0,
        verdict="OOB_WRITE",
        message=evil,
        file=evil,
        line=1,
        device=evil,
        seed_id=evil,
        isolation=Isolation(level=evil, enforced=(evil,), not_enforced=(evil,)),
        checks=(check(1, evil, 5, 20, verdict=evil, message=evil, file=evil, line=1),),
        problems=(problem,),
        counters={evil: {evil: 1.0}},
        lines=({"file": evil, "line": 1, "metrics": {evil: 2.0}},),
        source={evil: f"// {evil}\nint a; // </style></table>\n" + 'char s[] = "' + evil},
        build_log=evil,
        environment={evil: evil},
        timings_s={evil: 1.0},
    )


def all_shapes() -> list[Grade]:
    return [grade(), racing(), not_compiling(), crashing(), missing(), not_run(), hostile()]
