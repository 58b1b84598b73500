"""Races in global memory between blocks of one launch: found with both lines, and only where they are."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.devices.record import DeviceFinding
from tests.emulator.programs import Ran

# Lines that race are marked, both of them.
KERNELS = """
__device__ unsigned arrived, ready;
__device__ __constant__ int one = 1;

__global__ void last_block_without_fence(float* a, int*, char*) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    a[blockIdx.x] = blockIdx.x;  // RACE
    last = atomicInc(&arrived, gridDim.x - 1) == gridDim.x - 1;
  }
  __syncthreads();
  if (last && threadIdx.x == 0)
    for (int b = 0; b < gridDim.x; b++)
      a[4000] += a[b];  // RACE
}

__global__ void fence_before_the_write(float* a, int*, char*) {
  if (threadIdx.x) return;
  if (blockIdx.x == 0) {
    __threadfence();
    a[0] = 1;  // RACE
    atomicExch(&ready, 1);
  } else if (blockIdx.x == 1) {
    while (atomicAdd(&ready, 0) == 0) {}
    a[1] = a[0];  // RACE
  }
}

__global__ void fence_of_the_block_only(float* a, int*, char*) {
  if (threadIdx.x) return;
  if (blockIdx.x == 0) {
    a[0] = 1;  // RACE
    __threadfence_block();
    atomicExch(&ready, 1);
  } else if (blockIdx.x == 1) {
    while (atomicAdd(&ready, 0) == 0) {}
    a[1] = a[0];  // RACE
  }
}

__global__ void others_writes_are_not_published(float* a, int*, char*) {
  if (blockIdx.x == 0) {
    a[threadIdx.x] = 1;  // RACE
    if (threadIdx.x == 0) {  // no barrier: the fence is for what its own warp wrote
      __threadfence();
      atomicExch(&ready, 1);
    }
  } else if (blockIdx.x == 1 && threadIdx.x == 0) {
    while (atomicAdd(&ready, 0) == 0) {}
    a[99] = a[40];  // RACE
  }
}

__global__ void halo(float* a, int*, char*) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  a[i] = i + 1;  // RACE
  if (threadIdx.x == blockDim.x - 1)
    a[i + 1] = -1;  // RACE
}

__global__ void histogram(float*, int* n, char*) {
  n[threadIdx.x % 16] += threadIdx.x + blockIdx.x;  // RACE
}

__global__ void stencil_in_place(float* a, int*, char*) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  const float right = a[i + 1];  // RACE
  a[i] = (a[i] + right) / 2;  // RACE
}

__global__ void counter_read_plainly(float* a, int* n, char*) {
  const unsigned before =  // what the compiler makes of it stands here
      *n;  // RACE
  atomicAdd(n, 1);  // RACE
  a[blockIdx.x * blockDim.x + threadIdx.x] = before;
}

__global__ void atomics_of_the_block_only(float*, int* n, char*) {
  atomicAdd_block(n, 1);  // RACE
}

__global__ void volatile_against_plain(float* a, int* n, char*) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (threadIdx.x == 0)
    *(volatile int*)(n + 100) = blockIdx.x;  // RACE
  a[i] =
      n[100];  // RACE
}

__global__ void clean_one_value(float*, int* n, char*) { *n = one; }
__global__ void clean_bytes_side_by_side(float*, int*, char* c) { c[blockIdx.x * blockDim.x + threadIdx.x] = blockIdx.x; }
__global__ void clean_atomics(float* a, int* n, char*) {
  atomicAdd(n + threadIdx.x % 4, 1);
  atomicAdd(a + threadIdx.x, 1.0f);
  atomicMax(n + 64, threadIdx.x);
}
__global__ void clean_in_place(float* a, int*, char*) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  for (int k = 0; k < 3; k++) a[i] = a[i] * 2 + k;
}
__global__ void clean_volatiles(float*, int* n, char*) {
  volatile int* v = n;
  v[0] = blockIdx.x;
  v[blockIdx.x + 1] = v[0];
}
__global__ void clean_tickets_set_back(float* a, int* n, char*) {
  if (threadIdx.x) return;
  a[blockIdx.x] = 1;
  __threadfence();
  if (atomicAdd(n, 1) == gridDim.x - 1) *n = 0;
}
__global__ void clean_tickets_without_fence(float*, int* n, char*) {
  if (threadIdx.x == 0 && atomicAdd(n, 1) == gridDim.x - 1) *n = 0;
}
__global__ void clean_compare_and_swap(float* a, int*, char*) {  // as in the CUDA programming guide
  int* address = (int*)a;
  int old = *address, assumed;
  do {
    assumed = old;
    old = atomicCAS(address, assumed, __float_as_int(fmaxf(threadIdx.x, __int_as_float(assumed))));
  } while (assumed != old);
}
__global__ void clean_scattered(float* a, int* n, char*) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  a[i * 7 % 512 * 8] = n[(i * 13 + 5) % 1000];
}
__global__ void clean_vectors(float* a, int*, char*) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  float4 x = reinterpret_cast<float4*>(a)[i];
  x.x += 1;
  reinterpret_cast<float4*>(a)[i] = x;
}
"""
NAMES = re.findall(r"__global__ void (\w+)", KERNELS)
PROGRAM = f"""{KERNELS}
int main() {{
  float* a; int* n; char* c;
  const unsigned zero = 0;
  CHECK(cudaMalloc(&a, 1 << 15)); CHECK(cudaMalloc(&n, 1 << 15)); CHECK(cudaMalloc(&c, 1 << 15));
{
    "".join(
        f'''
  CHECK(cudaMemset(a, 0, 1 << 15)); CHECK(cudaMemset(n, 0, 1 << 15)); CHECK(cudaMemcpyToSymbol(ready, &zero, 4));
  {name}<<<8, 64>>>(a, n, c);
  CHECK(cudaDeviceSynchronize());
'''
        for name in NAMES
    )
}
  CHECK(cudaFree(a)); CHECK(cudaFree(n)); CHECK(cudaFree(c));
}}
"""


def line_of(frames: tuple[tuple[str, int, int], ...]) -> int:
    return next(line for file, line, _ in frames if Path(file).name == "program.cu")


def marked(kernel: str) -> set[int]:
    lines = KERNELS.splitlines()
    start = next(i for i, line in enumerate(lines) if f"void {kernel}(" in line)
    end = next((i for i, line in enumerate(lines) if i > start and line.startswith("__global__")), len(lines))
    return {i + 1 for i in range(start, end) if "// RACE" in lines[i]}


@pytest.fixture(scope="module")
def found(compile_cuda, tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[DeviceFinding, ...]]:
    from tests.emulator.programs import PROGRAMS, run_on_device

    source = tmp_path_factory.mktemp("races") / "program.cu"
    source.write_text(f'#include "{PROGRAMS}/check.cuh"\n#line 1 "program.cu"\n{PROGRAM}')
    program = compile_cuda(source)
    records = {threads: run_on_device(program, threads=threads) for threads in (1, 2)}
    assert all(ran.exit_code == 0 for ran in records.values()), records[1].stderr
    return {threads: ran.record.findings for threads, ran in records.items()}


def test_threads_make_no_difference(found: dict[int, tuple[DeviceFinding, ...]]) -> None:
    assert found[1] == found[2]


@pytest.mark.parametrize("kernel", NAMES)
def test_each_race_has_both_its_lines(kernel: str, found: dict[int, tuple[DeviceFinding, ...]]) -> None:
    of_kernel = [f for f in found[1] if f.kernel.startswith(f"{kernel}(") and not f.note]
    assert {f.verdict for f in of_kernel} <= {"RACE_GLOBAL"}
    lines = {line for f in of_kernel for line in (line_of(f.frames), line_of(f.other_frames))}
    assert lines == marked(kernel)
    assert bool(of_kernel) != kernel.startswith("clean_")


def test_messages_say_who_where_and_why(found: dict[int, tuple[DeviceFinding, ...]]) -> None:
    by_kernel = {f.kernel.partition("(")[0]: f for f in found[1] if not f.note}
    halo = by_kernel["halo"]
    who = "write by thread (0,0,0) in block (1,0,0), write by thread (63,0,0) in block (0,0,0)"
    assert re.match(r"WAW hazard at __global__ address 0x[0-9a-f]+ \(byte 25[6-9] of cudaMalloc #1\): ", halo.message)
    assert halo.message.endswith(f"): {who}, and nothing orders the two blocks")
    assert "a __threadfence() is missing" in by_kernel["last_block_without_fence"].message
    assert "a __threadfence() is missing" not in halo.message
    assert "atomic update by thread" in by_kernel["counter_read_plainly"].message
    (note,) = (f for f in found[1] if f.note)
    assert note.kernel.startswith("clean_one_value(") and note.message.endswith("of the same value")


def test_the_check_can_be_left_out(run_source: Callable[..., Ran]) -> None:
    text = "__global__ void k(int* p) { *p = blockIdx.x; } int main() { int* p; cudaMalloc(&p, 4); k<<<4, 1>>>(p); cudaFree(p); }"
    assert [f.verdict for f in run_source(text).record.findings] == ["RACE_GLOBAL"]
    assert run_source(text, checks="memcheck,initcheck,synccheck").record.findings == ()


def test_many_flags_hide_no_race(run_source: Callable[..., Ran]) -> None:
    """A block that publishes its work more often than can be kept: what others know of it stays as it is."""
    text = """
__global__ void off(int* d, volatile int* flag, int n) {
  if (blockIdx.x == 0 && threadIdx.x == 0)
    for (int i = 0; i < n; i++) {
      __threadfence();
      *flag = i;
    }
  __syncthreads();
  d[threadIdx.x] = blockIdx.x;
}
int main() { int* p; cudaMalloc(&p, 4096); off<<<2, 32>>>(p, p + 512, 270000); cudaFree(p); }
"""
    (finding,) = run_source(text, checks="racecheck").record.findings
    assert finding.verdict == "RACE_GLOBAL" and not finding.note and "WAW hazard" in finding.message


def test_many_steps_of_the_grid_are_followed_exactly(run_source: Callable[..., Ran]) -> None:
    """More releases than are kept, all of them honest: no false finding, and nothing missed that a note would have to tell of."""
    text = """
__global__ void steps(int* x, volatile unsigned* flags, unsigned* arrived, int rounds, bool wrong) {
  for (unsigned k = 1; k <= rounds; k++) {
    x[blockIdx.x + (k + 1) % 2 * 64] = k + x[(blockIdx.x + 1) % gridDim.x + k % 2 * 64];
    for (int j = 0; j < 64; j++) {
      __threadfence();
      flags[blockIdx.x] = j;
    }
    atomicAdd(arrived, 1);
    while (*(volatile unsigned*)arrived < k * gridDim.x) {}
  }
  if (wrong) x[200] = blockIdx.x;
}
int main(int count, char**) {
  int* p;
  cudaMalloc(&p, 4096);
  cudaMemset(p, 0, 4096);
  for (bool wrong : {false, true}) {
    cudaMemset(p + 500, 0, 4);
    steps<<<16, 1>>>(p, (unsigned*)(p + 400), (unsigned*)(p + 500), 260, wrong);
  }
  cudaFree(p);
}
"""
    (finding,) = run_source(text, checks="racecheck").record.findings
    assert finding.verdict == "RACE_GLOBAL" and not finding.note and line_of(finding.frames) == line_of(finding.other_frames) == 12


def test_more_releases_than_can_be_told_apart(run_source: Callable[..., Ran]) -> None:
    """All of them known: what is forgotten makes other blocks know more than they do, never less."""
    text = """
__global__ void chain(int* x, volatile int* flags, int n) {
  if (blockIdx.x == 0)
    for (int i = 0; i < n; i++) {
      x[i] = i;
      __threadfence();
      flags[2 * i] = 1;
    }
  else
    for (int i = blockIdx.x - 1; i < n; i += 4999) {
      while (!flags[2 * i]) {}
      x[n + blockIdx.x] += x[i];
    }
  x[n + 100] = blockIdx.x;
}
int main() {
  const int n = 300000;
  int* p; cudaMalloc(&p, 12 * n + 4096); cudaMemset(p, 0, 12 * n + 4096);
  chain<<<4, 1>>>(p, p + n + 1024, n); cudaFree(p);
}
"""
    note, race = sorted(run_source(text, checks="racecheck").record.findings, key=lambda f: f.note, reverse=True)
    assert [note.message] == notes_of("its blocks published their work more than 262,144 times")
    assert not race.note and line_of(race.frames) == line_of(race.other_frames) == 14


@pytest.mark.parametrize(("blocks", "why"), [(64, None), (4200, "its blocks talk through too many addresses")])
def test_more_addresses_than_can_be_followed(blocks: int, why: str | None, run_source: Callable[..., Ran]) -> None:
    text = f"""
__global__ void crowd(int* d, int* slots) {{
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  __threadfence();
  if (atomicAdd(&slots[2 * i], 1) == 77) d[0] = 1;
  d[64 + threadIdx.x] = blockIdx.x;
}}
int main() {{
  int *p, *q; cudaMalloc(&p, 4096); cudaMalloc(&q, {blocks * 2048}); cudaMemset(q, 0, {blocks * 2048});
  crowd<<<{blocks}, 256>>>(p, q); cudaFree(p); cudaFree(q);
}}
"""
    findings = run_source(text, checks="racecheck").record.findings
    assert [f.verdict for f in findings if not f.note] == ["RACE_GLOBAL"]
    assert [f.message for f in findings if f.note] == notes_of(why)


@pytest.mark.parametrize(("blocks", "why"), [(16000, None), (17000, "it has more than 16,384 blocks")])
def test_more_blocks_than_can_be_followed(blocks: int, why: str | None, run_source: Callable[..., Ran]) -> None:
    text = f"""
__global__ void last_block(int* partial, unsigned* tickets, int* out) {{
  partial[blockIdx.x] = blockIdx.x;
  __threadfence();
  if (atomicAdd(tickets, 1) != gridDim.x - 1) return;
  int sum = 0;
  for (int b = 0; b < gridDim.x; b++) sum += partial[b];
  *out = sum;
}}
int main() {{
  int* p; cudaMalloc(&p, 80000); cudaMemset(p, 0, 80000);
  last_block<<<{blocks}, 1>>>(p, (unsigned*)(p + 19000), p + 19001); cudaFree(p);
}}
"""
    findings = run_source(text, checks="racecheck").record.findings
    assert [f.message for f in findings] == notes_of(why) and all(f.note for f in findings)


def notes_of(why: str | None) -> list[str]:
    return [f"Races between the blocks of this kernel were followed only in part: {why}; some may have been missed"] if why else []
