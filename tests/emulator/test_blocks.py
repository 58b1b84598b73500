"""Blocks that depend on other blocks: they make progress, in any order, and what they can't do is named. tests/cuda has the programs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.emulator.programs import PROGRAMS, Compile, Ran, run_on_device

TOGETHER = ("grid_sync", "last_block", "lookback_scan", "producer_consumer", "spin_locks")


@pytest.mark.parametrize("name", TOGETHER)
def test_the_number_of_threads_changes_nothing(name: str, compile_cuda: Compile) -> None:
    one, two = (run_on_device(compile_cuda(PROGRAMS / f"{name}.cu"), threads=threads).record for threads in (1, 2))
    assert one.findings == two.findings == ()
    assert one.kernels == two.kernels
    assert all(kernel.metrics["smsp__inst_executed.sum"] > 0 for kernel in one.kernels)


@pytest.mark.parametrize("name", TOGETHER)
@pytest.mark.parametrize("seed", range(3))
def test_any_order_will_do(name: str, seed: int, compile_cuda: Compile) -> None:
    ran = run_on_device(compile_cuda(PROGRAMS / f"{name}.cu"), fuzz_seed=seed)
    assert (ran.exit_code, ran.stdout) == (0, "PASS\n"), ran.stderr
    assert ran.record.findings == ()


ORDER = """
__device__ int next;
__global__ void order(int* turn) {
  const int mine = atomicAdd(&next, 1);
  turn[(blockIdx.x * blockDim.x + threadIdx.x)] = mine;
}
int main() {
  int* turn, host[16 * 128];
  CHECK(cudaMalloc(&turn, sizeof host));
  order<<<16, 128>>>(turn);
  CHECK(cudaMemcpy(host, turn, sizeof host, cudaMemcpyDeviceToHost));
  for (int i = 0; i < 16 * 128; i += 32) printf("%d ", host[i] / 32);
  CHECK(cudaFree(turn));
}
"""


def test_fuzz_draws_another_order_for_another_seed(run_source: Callable[..., Ran]) -> None:
    orders = [run_source(ORDER, fuzz_seed=seed).stdout for seed in (1, 1, 2, None)]
    assert orders[0] == orders[1]
    assert len(set(orders)) == 3
    assert all(sorted(map(int, order.split())) == list(range(64)) for order in orders)
    assert orders[3].split() == [str(warp) for warp in range(64)]  # the fixed order is the natural one


WAITS = """
__global__ void waits(int* flag) {
  if (threadIdx.x == 0) {
    if (blockIdx.x == gridDim.x - 1) atomicExch(flag, 1);
    else
      while (atomicAdd(flag, 0) == 0) {}
  }
}
int main() {
  int* flag;
  CHECK(cudaMalloc(&flag, 4));
  CHECK(cudaMemset(flag, 0, 4));
  waits<<<%d, 1024>>>(flag);
  puts(cudaGetErrorName(cudaDeviceSynchronize()));
}
"""


def test_waiting_for_a_block_that_does_not_fit(run_source: Callable[..., Ran]) -> None:
    ran = run_source(WAITS % 250)  # 108 multiprocessors hold two such blocks each
    assert ran.stdout == "cudaErrorLaunchTimeout\n"
    (finding,) = ran.record.findings
    assert (finding.verdict, finding.frames[-1][1]) == ("DEADLOCK", 6)
    assert "threads of 216 blocks wait" in finding.message and "34 of 250 blocks can't start" in finding.message
    assert run_source(WAITS % 216).stdout == "cudaSuccess\n"


def test_spinning_for_ever_is_a_deadlock_with_its_line(run_source: Callable[..., Ran]) -> None:
    ran = run_source(
        """
        __global__ void spin(volatile int* flag) {
          while (*flag == 0) {}
          *flag = 2;
        }
        int main() {
          int* flag;
          CHECK(cudaMalloc(&flag, 4));
          CHECK(cudaMemset(flag, 0, 4));
          spin<<<3, 64>>>(flag);
          puts(cudaGetErrorName(cudaDeviceSynchronize()));
        }
        """
    )
    assert ran.stdout == "cudaErrorLaunchTimeout\n"
    (finding,) = ran.record.findings
    assert (finding.verdict, finding.frames[0][1]) == ("DEADLOCK", 3)
    assert "threads of 3 blocks wait for others" in finding.message


def test_a_long_computation_beside_one_that_waits_is_no_deadlock(run_source: Callable[..., Ran]) -> None:
    ran = run_source(
        """
        __global__ void both(volatile unsigned* flag) {
          if (blockIdx.x == 0) {
            while (*flag == 0) {}
          } else {
            unsigned x = 1;
            for (int i = 0; i < 10000000; i++) x = x * 1664525 + i;
            *flag = x | 1;
          }
        }
        int main() {
          unsigned* flag;
          CHECK(cudaMalloc(&flag, 4));
          CHECK(cudaMemset(flag, 0, 4));
          both<<<2, 1>>>(flag);
          CHECK(cudaDeviceSynchronize());
          CHECK(cudaFree(flag));
          return pass();
        }
        """
    )
    assert (ran.exit_code, ran.record.findings) == (0, ())


@pytest.mark.parametrize("threads", [1, 2])
def test_a_grid_of_two_thousand_million_blocks_ends(threads: int, run_source: Callable[..., Ran]) -> None:
    ran = run_source(
        """
        __global__ void nothing() {}
        int main() {
          nothing<<<2147483647, 32>>>();
          puts(cudaGetErrorName(cudaDeviceSynchronize()));
        }
        """,
        max_kernel_instructions=100_000_000,
        threads=threads,
    )
    assert ran.stdout == "cudaErrorLaunchTimeout\n"
    (finding,) = ran.record.findings
    assert finding.verdict == "TIMEOUT" and finding.frames[0][1] == 2
    assert "its first 389,120 of 2,147,483,647 blocks took" in finding.message  # whoever ran them


def test_many_blocks_that_fault_leave_the_first_ones_finding(run_source: Callable[..., Ran]) -> None:
    """Blocks share records when there are very many: the fault of one still ends the kernel there."""
    source = """
        __global__ void k(int* p, int n) {
          if (blockIdx.x >= 9001) p[blockIdx.x] = 1;
          else if (threadIdx.x == 0) atomicAdd(p, 1);
        }
        int main() {
          int* p;
          CHECK(cudaMalloc(&p, 4));
          CHECK(cudaMemset(p, 0, 4));  // else which block's atomic reads it first is a matter of threads
          k<<<50000, 32>>>(p, 1);
          puts(cudaGetErrorName(cudaDeviceSynchronize()));
        }
        """
    one, two = (run_source(source, threads=threads).record for threads in (1, 2))
    assert one.findings == two.findings and one.kernels == two.kernels
    (finding,) = (f for f in one.findings if f.verdict == "OOB_WRITE")
    assert (finding.block, finding.count) == ((9001, 0, 0), 32)
    assert one.kernels[0].metrics["smsp__inst_executed_op_atom.sum"] == 9001
