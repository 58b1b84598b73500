"""Several programs on one device: each has its own memory, errors and streams; one that dies leaves nothing behind and the others alone."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from functools import cache
from pathlib import Path

from grader.devices.emulated import EmulatedSession, open_device
from tests.cuda.compile import compiled
from tests.emulator.programs import PROGRAMS, run_program

PROGRAM = f"""#include "{PROGRAMS}/check.cuh"
#include <string>
#include <unistd.h>
#include <vector>
__global__ void fill(int* x, int n, int value) {{
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) x[i] = value;
}}
__global__ void heap(int* x) {{
  volatile int held[60000];  // times a block's threads: more than the device process may have
  for (int i = threadIdx.x; i < 60000; i += 7) held[i] = i;
  x[threadIdx.x] = held[threadIdx.x];
}}
__global__ void spin(volatile int* x) {{ while (*x == 0) {{}} }}
static int rounds(int id) {{
  const int n = 50000;
  std::vector<int> host(n);
  cudaStream_t stream;
  CHECK(cudaStreamCreate(&stream));
  for (int round = 0; round < 20; round++) {{
    int* x;
    CHECK(cudaMalloc(&x, n * 4));
    fill<<<32, 128, 0, stream>>>(x, n, 1000 * id + round);
    CHECK(cudaMemcpyAsync(host.data(), x, n * 4, cudaMemcpyDeviceToHost, stream));
    CHECK(cudaStreamSynchronize(stream));
    for (int value : host) EXPECT(value == 1000 * id + round);
    CHECK(cudaFree(x));
  }}
  return pass();
}}
int main(int, char** words) {{
  const std::string what = words[1];
  if (what == "rounds") return rounds(atoi(words[2]));
  size_t free_bytes, total;
  if (what == "free") {{
    CHECK(cudaMemGetInfo(&free_bytes, &total));
    std::printf("%zu\\n", total - free_bytes);
    return 0;
  }}
  int* x;
  if (what == "owner") {{
    CHECK(cudaMalloc(&x, 400));
    CHECK(cudaMemset(x, 1, 400));
    std::printf("%p\\n", static_cast<void*>(x));
    std::fflush(stdout);
    getchar();
    int value;
    CHECK(cudaMemcpy(&value, x + 99, 4, cudaMemcpyDeviceToHost));
    EXPECT(value == 0x01010101);
    return pass();
  }}
  if (what == "hungry") {{
    CHECK(cudaMalloc(&x, 4096));
    std::puts("go");
    std::fflush(stdout);
    getchar();
    heap<<<8, 1024>>>(x);
    EXPECT_ERROR(cudaDeviceSynchronize(), cudaErrorMemoryAllocation);
    return pass();
  }}
  if (what == "thief") {{
    x = reinterpret_cast<int*>(std::stoull(words[2], nullptr, 16));
    int value;
    EXPECT(cudaMemcpy(&value, x, 4, cudaMemcpyDeviceToHost) == cudaErrorInvalidValue);
    fill<<<1, 32>>>(x, 100, 7);
    EXPECT_ERROR(cudaDeviceSynchronize(), cudaErrorIllegalAddress);
    return pass();
  }}
  // to be killed: with work that never ends, or in the middle of large copies
  CHECK(cudaMalloc(&x, 64 << 20));
  CHECK(cudaMemset(x, 0, 64 << 20));
  std::vector<char> host(64 << 20);
  std::puts("go");
  std::fflush(stdout);
  if (what == "spins") {{
    for (int i = 0; i < 100; i++) spin<<<1, 32>>>(x);
    cudaDeviceSynchronize();
  }}
  for (;;) cudaMemcpy(x, host.data(), host.size(), cudaMemcpyHostToDevice);
}}
"""


@cache
def program() -> Path:
    (path,) = compiled([PROGRAM])
    return path


def start(session: EmulatedSession, *words: str) -> subprocess.Popen[str]:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    env = {**os.environ, **session.client_environment()}
    return subprocess.Popen([str(program()), *words], env=env, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def test_two_clients_race_and_don_t_meet() -> None:
    with open_device() as session:
        clients = [start(session, "rounds", str(id)) for id in (1, 2, 3)]
        for client in clients:
            out, err = client.communicate(timeout=60)
            assert (client.returncode, out) == (0, "PASS\n"), err
        record = session.finish()
    assert record.findings == ()
    assert {work.client for work in record.timeline} == {0, 1, 2}


def test_an_address_of_another_client_is_nobody_s() -> None:
    with open_device() as session:
        owner = start(session, "owner")
        assert owner.stdout is not None
        address = owner.stdout.readline().strip()
        thief = run_program(session, program(), "thief", address)
        assert (thief.returncode, thief.stdout) == (0, "PASS\n"), thief.stderr
        out, err = owner.communicate("\n", timeout=20)
        assert (owner.returncode, out) == (0, "PASS\n"), err
        verdicts = {finding.verdict for finding in session.finish().findings}
    assert verdicts and verdicts <= {"OOB_READ", "OOB_WRITE"}


def test_a_killed_client_leaves_nothing() -> None:
    with open_device() as session:
        for how in ("spins", "copies"):
            victim = start(session, how)
            assert victim.stdout is not None and victim.stdout.readline() == "go\n"
            other = start(session, "rounds", "5")
            time.sleep(0.2)
            victim.kill()
            victim.communicate()
            out, err = other.communicate(timeout=60)
            assert (other.returncode, out) == (0, "PASS\n"), err
            for _ in range(100):  # until its thread has seen it go
                if run_program(session, program(), "free").stdout == "0\n":
                    break
                time.sleep(0.05)
            else:
                raise AssertionError(f"memory of the client that was killed ({how}) is still held")
        session.finish()


def test_a_device_that_gets_no_more_memory_fails_one_call() -> None:
    """Neither threads nor memory for a client's launch: its error, and the others' device goes on."""
    with open_device(threads=4) as session:
        hungry = start(session, "hungry")
        assert hungry.stdout is not None and hungry.stdout.readline() == "go\n"
        unlimited = resource.prlimit(session.pid, resource.RLIMIT_AS)
        mapped = int(Path(f"/proc/{session.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        resource.prlimit(session.pid, resource.RLIMIT_AS, (mapped + (1 << 20), unlimited[1]))
        out, err = hungry.communicate("\n", timeout=60)
        resource.prlimit(session.pid, resource.RLIMIT_AS, unlimited)
        assert (hungry.returncode, out) == (0, "PASS\n"), err
        other = run_program(session, program(), "rounds", "5")
        assert (other.returncode, other.stdout) == (0, "PASS\n"), other.stderr
        session.finish()
