"""Memory beyond measure: cards larger than the machine, programs that fill them, clients that race or die. The device lives on."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import natives, toolchain
from grader.devices.emulated import EmulatedSession, open_device
from tests.emulator.programs import PROGRAMS, Compile, Ran, run_program

SMALL = [str(natives.device_program()), "--resident-mib", "300"]


def peak_mib(session: EmulatedSession) -> int:
    status = Path(f"/proc/{session.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) >> 10


@pytest.fixture
def program(compile_cuda: Compile, tmp_path: Path) -> Callable[[str], Path]:
    def build(text: str) -> Path:
        source = tmp_path / "program.cu"
        source.write_text(f'#include "{PROGRAMS}/check.cuh"\n#line 1 "program.cu"\n{text}')
        return compile_cuda(source)

    return build


def test_a_card_larger_than_the_machine_is_there_until_it_is_filled(program: Callable[[str], Path], tmp_path: Path) -> None:
    text = f"""#include "{PROGRAMS}/check.cuh"
        __global__ void ends(char* p, size_t bytes) {{ p[0] = 1; p[bytes - 1] = 2; p[bytes / 2] = 3; }}
        int main() {{
          constexpr size_t kBytes = size_t(80) << 30;
          char *p, *more, host[3] = {{}};
          size_t free = 0, total = 0;
          CHECK(cudaMalloc(&p, kBytes));
          ends<<<1, 1>>>(p, kBytes);
          CHECK(cudaMemcpy(host, p, 1, cudaMemcpyDeviceToHost));
          CHECK(cudaMemcpy(host + 1, p + kBytes - 1, 1, cudaMemcpyDeviceToHost));
          EXPECT(host[0] == 1 && host[1] == 2);
          CHECK(cudaMemGetInfo(&free, &total));
          EXPECT(total > (size_t(130) << 30) && free < total - kBytes + (1 << 20));
          EXPECT_ERROR(cudaMalloc(&more, kBytes), cudaErrorMemoryAllocation);
          EXPECT_ERROR(cudaGetLastError(), cudaErrorMemoryAllocation);
          CHECK(cudaFree(p));
          CHECK(cudaMalloc(&more, kBytes));
          CHECK(cudaFree(more));
          return pass();
        }}"""
    source = tmp_path / "huge.cu"
    source.write_text(text)
    command = toolchain.nvcc_command(["-o", str(tmp_path / "huge"), str(source)], profile="h200")
    subprocess.run(command, env=toolchain.nvcc_environment(), check=True)
    with open_device(profile="h200") as session:
        done = run_program(session, tmp_path / "huge")
        assert done.returncode == 0, done.stderr
        assert peak_mib(session) < 600
        assert session.finish().findings == ()


@pytest.mark.parametrize(
    "fill",
    [
        "cudaMemsetAsync(p, 0, kBytes)",
        "(touch<<<64, 256>>>(p, kBytes / 4), cudaSuccess)",
        "cudaMemcpyAsync(p, p + kBytes / 8, kBytes / 4, cudaMemcpyDeviceToDevice)",
        "many_copies(p, kBytes)",
    ],
)
def test_filling_more_than_the_machine_has_ends_the_work(program: Callable[[str], Path], compile_cuda: Compile, fill: str) -> None:
    built = program(
        """
        #include <vector>
        __global__ void touch(int* p, size_t n) {
          for (size_t i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += size_t(gridDim.x) * blockDim.x) p[i] = 1;
        }
        cudaError_t many_copies(int* p, size_t bytes) {
          std::vector<char> host(32 << 20);
          for (size_t at = 0; at + host.size() <= bytes; at += host.size()) {
            const cudaError_t error = cudaMemcpy(reinterpret_cast<char*>(p) + at, host.data(), host.size(), cudaMemcpyHostToDevice);
            if (error) return error;
          }
          return cudaSuccess;
        }
        int main() {
          constexpr size_t kBytes = size_t(8) << 30;
          int* p;
          CHECK(cudaMalloc(&p, kBytes));
          FILL;
          EXPECT_ERROR(cudaDeviceSynchronize(), cudaErrorMemoryAllocation);
          EXPECT_ERROR(cudaMalloc(&p, 4), cudaErrorMemoryAllocation);  // the context is lost
          return pass();
        }""".replace("FILL", fill)
    )
    with open_device(program=SMALL, max_kernel_s=50) as session:
        done = run_program(session, built)
        assert done.returncode == 0, done.stderr
        after = run_program(session, compile_cuda(PROGRAMS / "vector_add.cu"))  # and the next one finds a device
        assert after.returncode == 0, after.stderr
        assert peak_mib(session) < 2000
        (finding,) = [f for f in session.finish().findings if f.verdict != "UNINIT_READ"]
    assert finding.verdict == "UNSUPPORTED" and "more than the 0.29 GiB of memory that this machine can spare" in finding.message


def test_a_gibibyte_of_shared_memory_is_refused(program: Callable[[str], Path], tmp_path: Path) -> None:
    """nvcc's ptxas says so; in a program that was built without it, the device does."""
    source = tmp_path / "shared.cu"
    source.write_text(
        f"""#include "{PROGRAMS}/check.cuh"
        __global__ void k(float* x) {{
          __shared__ float s[1 << 28 >> 2];
          s[threadIdx.x] = x[threadIdx.x];
          __syncthreads();
          x[threadIdx.x] = s[31 - threadIdx.x];
        }}
        int main() {{
          float* x;
          CHECK(cudaMalloc(&x, 128));
          k<<<1, 32>>>(x);
          EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidPtx);
          CHECK(cudaFree(x));
          return pass();
        }}"""
    )
    command = toolchain.nvcc_command(["-o", str(tmp_path / "shared"), str(source)])
    said = subprocess.run(command, env=toolchain.nvcc_environment(), capture_output=True, text=True)
    assert said.returncode != 0 and "too much shared data" in said.stderr
    command = [part.replace("[compute_80,sm_80]", "compute_80") for part in command]
    subprocess.run(command, env=toolchain.nvcc_environment(), check=True)
    with open_device() as session:
        done = run_program(session, tmp_path / "shared")
        assert done.returncode == 0, done.stderr
        (launch,) = session.finish().launches
    assert launch.why == "268435456 bytes of static shared memory, and a kernel may declare at most 49152"


def test_clients_race_and_don_t_meet(compile_cuda: Compile) -> None:
    programs = [compile_cuda(PROGRAMS / f"{name}.cu") for name in ("memory_3d", "streams_events", "pool_attributes", "host_register")] * 2
    with open_device() as session:
        environment = {**os.environ, **session.client_environment()}
        clients = [subprocess.Popen([str(p)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for p in programs]
        for client in clients:
            out, err = client.communicate(timeout=100)
            assert (client.returncode, out) == (0, "PASS\n"), err
        assert session.finish().findings == ()


def test_a_client_killed_in_the_middle_of_a_copy_gives_its_memory_back(program: Callable[[str], Path]) -> None:
    endless = program(
        """
        #include <vector>
        int main(int argc, char** argv) {
          size_t free = 0, total = 0;
          CHECK(cudaMemGetInfo(&free, &total));
          if (argc > 1) {
            EXPECT(free == total);
            return pass();
          }
          std::vector<char> host(48 << 20);
          char *p, *pinned;
          CHECK(cudaMalloc(&p, host.size()));
          CHECK(cudaMallocHost(&pinned, host.size()));
          CHECK(cudaHostRegister(host.data(), host.size(), 0));
          for (int i = 0;; i++) {
            CHECK(cudaMemcpy(p, host.data(), host.size(), cudaMemcpyHostToDevice));
            CHECK(cudaMemcpyAsync(pinned, p, host.size(), cudaMemcpyDeviceToHost, 0));
            CHECK(cudaMemcpy(host.data(), p, host.size(), cudaMemcpyDeviceToHost));
            if (i == 2) std::puts("go"), std::fflush(stdout);
          }
        }"""
    )
    with open_device() as session:
        client = subprocess.Popen([str(endless)], env={**os.environ, **session.client_environment()}, stdout=subprocess.PIPE)
        assert client.stdout is not None and client.stdout.readline() == b"go\n"
        client.send_signal(signal.SIGKILL)
        client.wait()
        client.stdout.close()
        for _ in range(100):  # the device notices within moments
            done = run_program(session, endless, "look")
            if done.returncode == 0:
                break
        assert done.returncode == 0, done.stderr
        session.finish()


def test_wrong_ways_to_free_are_named(run_source: Callable[..., Ran]) -> None:
    record = run_source(
        """
        #include <vector>
        int main() {
          float *device, *pinned;
          std::vector<float> own(64);
          cudaStream_t stream;
          cudaEvent_t event;
          CHECK(cudaMalloc(&device, 100));
          CHECK(cudaMallocHost(&pinned, 100));
          CHECK(cudaHostRegister(own.data(), 256, 0));
          CHECK(cudaStreamCreate(&stream));
          CHECK(cudaEventCreate(&event));
          EXPECT_ERROR(cudaFree(pinned), cudaErrorInvalidValue);
          EXPECT_ERROR(cudaFreeHost(device), cudaErrorInvalidValue);
          EXPECT_ERROR(cudaFreeHost(own.data()), cudaErrorInvalidValue);
          CHECK(cudaHostUnregister(own.data()));
          EXPECT_ERROR(cudaFreeHost(own.data()), cudaErrorInvalidValue);
          cudaGetLastError();
          CHECK(cudaFree(device));
          return pass();
        }""",
        checks="all,leak",
    )
    assert record.exit_code == 0, record.stderr
    found = [(f.verdict, f.message) for f in record.record.findings]
    assert found[:3] == [
        ("HOST_POINTER", "cudaFree: cudaHostAlloc #2 is pinned host memory; free it with cudaFreeHost"),
        ("DEVICE_POINTER", "cudaFreeHost: cudaMalloc #1 is device memory; free it with cudaFree"),
        (
            "HOST_POINTER",
            "cudaFreeHost: cudaHostRegister #3 is the program's own memory; cudaHostUnregister ends what cudaHostRegister began",
        ),
    ]
    assert found[3][0] == "HOST_POINTER"
    assert found[3][1].endswith("wasn't allocated by the CUDA runtime, so free or delete is what frees it")
    assert {("LEAK", "cudaHostAlloc #2 (100 bytes) was never freed"), ("LEAK", "1 stream was never destroyed with cudaStreamDestroy"),
            ("LEAK", "1 event was never destroyed with cudaEventDestroy")} == set(found[4:])  # fmt: skip
