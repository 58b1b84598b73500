"""The CUDA runtime library and the device process: programs that nvcc built, run on the emulated GPU; and clients that mean ill."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import natives
from grader.devices.emulated import open_device
from tests.emulator.programs import PROGRAMS, ROOT, Compile, Ran, run_on_device, run_program

# Programs whose kernels misbehave on purpose. All others must leave no finding.
FAULTY = {"error_codes", "error_state", "device_assert", "device_reset"}


@pytest.mark.parametrize("name", sorted(file.stem for file in PROGRAMS.glob("*.cu")))
def test_program_passes(name: str, compile_cuda: Compile) -> None:
    ran = run_on_device(compile_cuda(PROGRAMS / f"{name}.cu"))
    assert ran.exit_code == 0, ran.stdout + ran.stderr
    assert ran.stdout.endswith("PASS\n")
    if name not in FAULTY:
        assert [f for f in ran.record.findings if not f.note] == []
    assert ran.record.unsupported == ()


def test_printf_stands_in_order(compile_cuda: Compile) -> None:
    ran = run_on_device(compile_cuda(PROGRAMS / "kernel_printf.cu"))
    assert ran.stdout.splitlines() == [
        "before",
        "round 1:  1.50 text c 12345678901234 ff %",
        "second line of 1",
        "between",
        "round 2:  3.00 text c 12345678901234 ff %",
        "second line of 2",
        "PASS",
    ]


def test_trace_and_launches(compile_cuda: Compile) -> None:
    record = run_on_device(compile_cuda(PROGRAMS / "streams_events.cu")).record
    copies = [(call.name, call.kind, call.bytes, call.stream) for call in record.trace if "Memcpy" in call.name]
    assert copies == [("cudaMemcpyAsync", "HtoD", 20000, 1), ("cudaMemcpyAsync", "DtoH", 20000, 2)]
    assert [(launch.grid, launch.block, launch.stream) for launch in record.launches] == [
        ((8, 1, 1), (128, 1, 1), 1),
        ((8, 1, 1), (128, 1, 1), 2),
    ]
    (kernel,) = record.kernels
    assert kernel.base == "scale" and kernel.launches == 2
    # 5000 floats read in full warps but the last: a request a warp, 4 sectors each, twice
    sectors = kernel.metrics["l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"]
    requests = kernel.metrics["l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"]
    assert (sectors, requests) == (2 * 625, 2 * 157)
    assert kernel.metrics["l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_ld.ratio"] == pytest.approx(sectors / requests)


def test_profile_decides_about_images(compile_cuda: Compile) -> None:
    ran = run_on_device(compile_cuda(PROGRAMS / "vector_add.cu"), profile="t4")  # compute_80 code on a 7.5 card
    assert ran.exit_code == 1
    assert "no kernel image is available for execution on the device" in ran.stderr
    ran = run_on_device(compile_cuda(PROGRAMS / "device_properties.cu"), profile="h200")
    assert "NVIDIA H200 9.0, 132 SMs" in ran.stdout


def test_no_device() -> None:
    """Without WARPGRADE_DEVICE, and with one that has gone, programs get errors and no hang."""
    probe = (
        "import ctypes, sys; runtime = ctypes.CDLL(sys.argv[1]); count = ctypes.c_int(7);"
        " error = runtime.cudaGetDeviceCount(ctypes.byref(count)); print(error, count.value)"
    )
    library = str(natives.library_folder() / "libcudart.so.13")
    env = {name: value for name, value in os.environ.items() if name != "WARPGRADE_DEVICE"}
    for setting, wanted in [({}, "100 0"), ({"WARPGRADE_DEVICE": "/nonexistent/gpu"}, "46 0")]:
        done = subprocess.run(["python3", "-c", probe, library], env={**env, **setting}, capture_output=True, text=True, timeout=20)
        assert done.stdout.strip() == wanted, done.stderr


def test_host_misuse_has_names(run_source: Callable[..., Ran]) -> None:
    record = run_source(
        """
        int main() {
          float *a, *freed, host[64];
          cudaMalloc(&a, 100);
          cudaMalloc(&freed, 100);
          cudaFree(freed);
          cudaFree(freed);
          cudaMemcpy(a, host, 104, cudaMemcpyHostToDevice);
          cudaMemcpy(host, a + 20, 24, cudaMemcpyDeviceToHost);
          cudaMemcpy(host, host + 32, 8, cudaMemcpyHostToDevice);
          cudaMemcpy(a, a, 8, cudaMemcpyHostToDevice);
          cudaMemcpy(host, freed, 8, cudaMemcpyDeviceToHost);
          cudaMemset(host, 0, 4);
          cudaFree(host);
          cudaGetLastError();
        }
        """,
        checks="all,leak",
    ).record
    found = [(f.verdict, f.message) for f in record.findings]
    verdicts = [verdict for verdict, _ in found]
    assert verdicts == [
        "DOUBLE_FREE", "OOB_WRITE", "OOB_READ", "HOST_POINTER", "DEVICE_POINTER", "USE_AFTER_FREE", "HOST_POINTER", "HOST_POINTER", "LEAK",
    ]  # fmt: skip
    assert "cudaFree: cudaMalloc #2 (100 bytes) has been freed already" in found[0][1]
    assert "cudaMemcpy writes 104 bytes" in found[1][1] and "cudaMalloc #1 (100 bytes)" in found[1][1]
    assert "20 are left" in found[2][1].replace("20 bytes", "20")
    assert found[-1][1] == "cudaMalloc #1 (100 bytes) was never freed"
    assert all(call.error == 1 for call in record.trace if call.name == "cudaMemcpy")


def test_a_null_pointer_is_called_one(run_source: Callable[..., Ran]) -> None:
    record = run_source(
        """
        int main() {
          float* a;
          cudaMalloc(&a, 100);
          cudaMemcpyAsync(a, nullptr, 4, cudaMemcpyDeviceToDevice, 0);
          cudaMemset(nullptr, 0, 4);
          cudaGetLastError();
          cudaFree(a);
        }
        """
    ).record
    assert [(f.verdict, f.message) for f in record.findings] == [
        ("OOB_READ", "cudaMemcpyAsync: the source is a null pointer"),
        ("OOB_WRITE", "cudaMemset: the destination is a null pointer"),
    ]


def test_names_and_inputs_that_the_runner_tells(run_source: Callable[..., Ran]) -> None:
    record = run_source(
        f"""#include "{PROGRAMS}/check.cuh"
        extern "C" void warpgradeMark(const char*);
        extern "C" int warpgradeName(void*, const char*, int);
        __global__ void write(float* p, int i) {{ p[i] = 1; }}
        __global__ void add(float* p) {{ atomicAdd(p + threadIdx.x, 1); }}
        int main() {{
          float *a, *staged, *c, *mine;
          warpgradeMark("setup");
          CHECK(cudaMalloc(&a, 4000));
          CHECK(cudaMalloc(&staged, 4000));
          CHECK(cudaMalloc(&c, 4000));
          EXPECT(warpgradeName(a, "A", 1) == 0 && warpgradeName(staged, "A@1", 0) == 0 && warpgradeName(c, "C", 0) == 0);
          EXPECT(warpgradeName(a + 1, "inside", 1) != 0 && warpgradeName(c, "two words", 0) != 0);
          CHECK(cudaMemset(a, 0, 4000));
          warpgradeMark("load");
          EXPECT(warpgradeName(a, "free", 0) == 801);  // a student may not
          warpgradeMark("call:0");
          CHECK(cudaMalloc(&mine, 400));
          write<<<1, 1>>>(a, 999);
          for (int i = 0; i < 2; i++) add<<<1, 32>>>(a);
          CHECK(cudaMemcpyAsync(c, a, 4000, cudaMemcpyDeviceToDevice, 0));
          CHECK(cudaMemcpyAsync(a, c, 400, cudaMemcpyDeviceToDevice, 0));
          CHECK(cudaMemsetAsync(a, 0, 8, 0));
          warpgradeMark("setup");
          CHECK(cudaMemcpy(a, staged, 4000, cudaMemcpyDeviceToDevice));
          warpgradeMark("call:1");
          write<<<1, 1>>>(a, 1000);
          EXPECT(cudaDeviceSynchronize() == 700);
          return pass();
        }}
        """
    )
    assert record.exit_code == 0, record.stdout + record.stderr
    found = [(f.verdict, f.message, f.count) for f in record.record.findings]
    at = "thread (0,0,0) in block (0,0,0)"
    rule = "A is an input, which is only to be read"
    assert found[:4] == [
        ("INPUT_OVERWRITTEN", f"Write of 4 bytes by {at} into A (4000 bytes) at byte 3996: {rule}", 1),
        ("INPUT_OVERWRITTEN", f"Write of 4 bytes by {at} into A (4000 bytes) at byte 0: {rule}", 64),
        ("INPUT_OVERWRITTEN", "cudaMemcpyAsync: writes 400 bytes into A (4000 bytes), an input, which is only to be read", 1),
        ("INPUT_OVERWRITTEN", "cudaMemsetAsync: writes 8 bytes into A (4000 bytes), an input, which is only to be read", 1),
    ]
    assert [verdict for verdict, _, _ in found[4:]] == ["OOB_WRITE", "LEAK"]
    assert "right after the end of A (4000 bytes)" in found[4][1]
    assert found[5][1] == "cudaMalloc #1 (400 bytes) was never freed"  # the student's first


def test_unreported_launch_error(run_source: Callable[..., Ran]) -> None:
    program = "__global__ void k() {}  int main() { k<<<1, 2048>>>(); %s cudaDeviceSynchronize(); return 0; }"
    (finding,) = run_source(program % "").record.findings
    assert finding.verdict == "LAUNCH_ERROR_UNREPORTED" and finding.kernel == "k()" and "error 9" in finding.message
    assert run_source(program % "cudaGetLastError();").record.findings == ()


@pytest.mark.parametrize(
    ("call", "error", "why"),
    [
        ("k<<<3, 2048>>>(p)", 9, "2048 threads in a block, and a block has at most 1024 (grid (3,1,1), block (2048,1,1))"),
        ("k<<<dim3(1, 70000), 32>>>(p)", 9, "70000 blocks along y of the grid, and at most 65535 are possible"),
        ("k<<<0, 32>>>(p)", 9, "the grid's x size is 0"),
        ("k<<<1, dim3(1, 1, 65)>>>(p)", 9, "65 threads along z of the block, and at most 64 are possible"),
        ("small<<<1, 128>>>(p)", 701, "128 threads in a block, and the kernel's __launch_bounds__ allow at most 64"),
        (
            "k<<<1, 32, 60000>>>(p)",
            1,
            "60000 bytes of dynamic shared memory, and this kernel may have at most 48128 beside the 1024 that it declares; "
            "cudaFuncSetAttribute can raise that to 165888 (grid (1,1,1), block (32,1,1), 60000 bytes of dynamic shared memory)",
        ),
    ],
)
def test_a_refused_launch_says_which_limit_it_exceeds(run_source: Callable[..., Ran], call: str, error: int, why: str) -> None:
    kernels = """__global__ void k(float* p) { __shared__ float s[256]; s[threadIdx.x & 255] = 1; __syncthreads(); p[0] = s[0]; }
__global__ void __launch_bounds__(64) small(float* p) { p[0] = 1; }
"""
    record = run_source(f"{kernels}int main() {{ float* p; cudaMalloc(&p, 4); {call}; cudaFree(p); return 0; }}").record
    (finding,) = record.findings
    assert f"failed with error {error}: {why}" in finding.message and "never asked" in finding.message
    assert finding.block is None and finding.launch == 0
    assert record.launches[0].error == error and record.launches[0].why and why.startswith(record.launches[0].why)


def test_unsupported_call_names_itself(run_source: Callable[..., Ran]) -> None:
    ran = run_source("int main() { cudaGraph_t g; EXPECT_ERROR(cudaGraphCreate(&g, 0), cudaErrorNotSupported); return pass(); }")
    assert ran.exit_code == 0, ran.stderr
    assert ran.record.unsupported == ("cudaGraphCreate",)
    assert [(call.name, call.error) for call in ran.record.trace] == [("cudaGraphCreate", 801)]


def test_refused_ptx_is_a_finding_with_its_line(run_source: Callable[..., Ran]) -> None:
    ran = run_source(
        """
        __global__ void odd(unsigned* x) {
          asm volatile("{ .reg .b32 t; ldmatrix.sync.aligned.m8n8.x1.shared.b16 {t}, [%0]; }" :: "l"(x));
        }
        int main() { odd<<<1, 1>>>(nullptr); EXPECT_ERROR(cudaGetLastError(), cudaErrorInvalidPtx); return pass(); }
        """
    )
    assert ran.exit_code == 0, ran.stderr
    (finding,) = ran.record.findings
    assert finding.verdict == "UNSUPPORTED" and "ldmatrix" in finding.message
    assert finding.frames and finding.frames[0][0].endswith("program.cu") and finding.frames[0][1] == 3


def test_endless_kernel_is_stopped_by_time(run_source: Callable[..., Ran]) -> None:
    start = time.monotonic()
    ran = run_source(
        """
        __global__ void spin(volatile int* x) { while (*x == 0) {} }
        int main() {
          int* x; CHECK(cudaMalloc(&x, 4)); CHECK(cudaMemset(x, 0, 4));
          spin<<<1, 32>>>(x);
          EXPECT_ERROR(cudaDeviceSynchronize(), cudaErrorLaunchTimeout);
          return pass();
        }
        """,
        max_kernel_s=0.5,
    )
    assert ran.exit_code == 0, ran.stderr
    assert time.monotonic() - start < 20
    assert "TIMEOUT" in [f.verdict for f in ran.record.findings]


def test_host_fault_is_explained(compile_cuda: Compile) -> None:
    ran = run_on_device(compile_cuda(PROGRAMS / "host_dereference.cu"))
    assert ran.record.host_fault is not None
    assert "cudaMalloc #1 (400 bytes)" in ran.record.host_fault.explanation
    assert "device pointer" in ran.stderr


def test_marks_and_recorded_outputs(run_source: Callable[..., Ran], compile_cuda: Compile, tmp_path: Path) -> None:
    source = tmp_path / "marked.cu"
    source.write_text(
        f"""#include "{PROGRAMS}/check.cuh"
        extern "C" void warpgradeMark(const char*);
        int main() {{
          int host[3] = {{1, 2, 3}}, *x, *leaked;
          warpgradeMark("setup");
          CHECK(cudaMalloc(&x, sizeof host));
          CHECK(cudaMemcpy(x, host, sizeof host, cudaMemcpyHostToDevice));
          warpgradeMark("call:0");
          CHECK(cudaMalloc(&leaked, 4));
          CHECK(cudaMemcpy(host, x, 4, cudaMemcpyDeviceToHost));
          warpgradeMark("download:C.0");
          CHECK(cudaMemcpy(host, x, sizeof host, cudaMemcpyDeviceToHost));
          host[0] = 9;
          warpgradeMark("download:../evil");
          CHECK(cudaMemcpy(host, x, sizeof host, cudaMemcpyDeviceToHost));
          return pass();
        }}
        """
    )
    folder = tmp_path / "record"
    with open_device(record_outputs=True, record_folder=folder) as session:
        done = run_program(session, compile_cuda(source))
        record = session.finish()
    assert done.returncode == 0, done.stderr
    assert record.marks == ("setup", "call:0", "download:C.0", "download:../evil")
    assert sorted(path.name for path in folder.iterdir()) == ["C.0.bin", "device.json", "moved.DtoH"]
    assert struct.unpack("<3i", (folder / "C.0.bin").read_bytes()) == (1, 2, 3)
    assert [(f.verdict, f.phase) for f in record.findings] == [("LEAK", "call:0")]
    assert [call.phase for call in record.trace if call.name == "cudaMemcpy"] == ["setup", "call:0", "download:C.0", "download:../evil"]


def test_killed_client_ends_its_kernel(compile_cuda: Compile, tmp_path: Path) -> None:
    source = tmp_path / "spin.cu"
    source.write_text(
        f'#include "{PROGRAMS}/check.cuh"\n__global__ void spin(volatile int* x) {{ while (*x == 0) {{}} }}\n'
        'int main() { int* x; CHECK(cudaMalloc(&x, 4)); CHECK(cudaMemset(x, 0, 4)); puts("go"); fflush(stdout);'
        " spin<<<1, 32>>>(x); cudaDeviceSynchronize(); }"
    )
    program = compile_cuda(source)
    with open_device() as session:
        client = subprocess.Popen([str(program)], env={**os.environ, **session.client_environment()}, stdout=subprocess.PIPE)
        assert client.stdout is not None and client.stdout.readline() == b"go\n"
        time.sleep(0.3)
        client.kill()
        client.wait()
        client.stdout.close()
        after = run_program(session, compile_cuda(PROGRAMS / "vector_add.cu"))
        assert after.returncode == 0, after.stderr  # the next client isn't disturbed
        record = session.finish()
    assert any(launch.kernel.startswith("spin") for launch in record.launches)


def test_device_that_dies(compile_cuda: Compile, tmp_path: Path) -> None:
    source = tmp_path / "patient.cu"
    source.write_text(
        f'#include "{PROGRAMS}/check.cuh"\nint main() {{ int* x; CHECK(cudaMalloc(&x, 4)); puts("go"); fflush(stdout); getchar();'
        " EXPECT_ERROR(cudaMalloc(&x, 4), cudaErrorDevicesUnavailable); EXPECT_ERROR(cudaGetLastError(), cudaErrorDevicesUnavailable);"
        " return pass(); }"
    )
    with open_device() as session:
        client = subprocess.Popen(
            [str(compile_cuda(source))], env={**os.environ, **session.client_environment()}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert client.stdout is not None and client.stdout.readline() == b"go\n"
        os.kill(session.pid, signal.SIGKILL)
        out, _ = client.communicate(b"\n", timeout=20)
    assert client.returncode == 0 and out == b"PASS\n"


HEADER = struct.Struct("<IHHHHIIIQQ")  # magic, version, op, api, reserved, thread, bytes; module, offset, outer: where it was called
MAGIC = 0x57504752
OPERATIONS = 64  # a few more than there are
WITHOUT_REPLY = {37, 58, 59}  # host_fault, host_accesses, module_name


def hostile_connection(path: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(5)
    client.connect(str(path))
    return client


@pytest.mark.parametrize("seed", range(4))
def test_hostile_clients_do_no_harm(seed: int, compile_cuda: Compile) -> None:
    """Random requests, broken headers and half messages: the device stays up, small, and serves the next client."""
    rng = random.Random(seed)
    sizes = [0, 1, 2, 3, 8, 32, 255, 256, 2**31 - 1, 2**31, 2**32 - 1, 2**63, 2**64 - 1]
    addresses = [0x0B00_0000_0000, 0x0B00_0000_1000, 0x0B80_0000_0000]
    with open_device(memory_mib=64, max_kernel_s=2) as session:
        for _ in range(30):
            with hostile_connection(session.socket) as client:
                for _ in range(40):
                    payload = b"".join(struct.pack("<Q", rng.choice(sizes + addresses)) for _ in range(rng.randrange(12)))
                    payload = payload[: rng.randrange(len(payload) + 1)] if rng.random() < 0.3 else payload
                    op = rng.randrange(OPERATIONS)
                    magic = MAGIC if rng.random() < 0.99 else rng.getrandbits(32)
                    size = len(payload) if rng.random() < 0.98 else rng.getrandbits(32)
                    place = rng.randrange(70), rng.choice(sizes[:-1]), rng.choice(sizes[:-1])
                    header = HEADER.pack(magic, 2, op, rng.randrange(400), 0, rng.randrange(3), size, *place)
                    try:
                        client.sendall(header + payload)
                        if op not in WITHOUT_REPLY and (magic != MAGIC or size <= len(payload)):
                            client.recv(1 << 16)
                        elif size != len(payload):
                            break  # half a message, and away
                    except OSError:
                        break
        done = run_program(session, compile_cuda(PROGRAMS / "copy_2d.cu"))
        assert done.returncode == 0, done.stderr
        status = Path(f"/proc/{session.pid}/status").read_text()
        peak_kib = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))
        assert peak_kib < 600 * 1024
        session.finish()  # and what it recorded can be read


def test_options_are_checked(tmp_path: Path) -> None:
    program = str(natives.device_program())
    profile = str(ROOT / "grader" / "devices" / "profiles" / "a100.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text('name = "x"\ncompute_capability = "8.0"\nsm_count = none\n')
    base = ["--socket", str(tmp_path / "s"), "--record", str(tmp_path)]
    for arguments, said in [
        ([], "usage"),
        ([*base, "--profile", "/nonexistent.toml"], "cannot read the profile"),
        ([*base, "--profile", str(broken)], "sm_count"),
        ([*base, "--profile", profile, "--checks", "memchek"], "memchek"),
        ([*base, "--profile", profile, "--threads", "0"], "--threads"),
        ([*base, "--profile", profile, "--socket", str(tmp_path / ("x" * 120))], "longer than 107 bytes"),
    ]:
        done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
        assert done.returncode == 3
        assert said in done.stderr and done.stderr.count("\n") == 1


def test_one_client(compile_cuda: Compile, tmp_path: Path) -> None:
    """With --one-client the device ends after its first client, and nobody else gets in."""
    path = tmp_path / "s"
    profile = ROOT / "grader" / "devices" / "profiles" / "a100.toml"
    arguments = ["--socket", str(path), "--record", str(tmp_path), "--profile", str(profile), "--one-client"]
    device = subprocess.Popen([str(natives.device_program()), *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert device.stdin is not None and device.stdout is not None
    assert device.stdout.readline() == b"ready\n"
    first = hostile_connection(path)
    for _ in range(100):
        try:
            hostile_connection(path).close()
        except OSError:
            break
        time.sleep(0.02)
    else:
        pytest.fail("a second client got in")
    first.close()
    assert device.wait(timeout=20) == 0
    device.stdin.close()
    device.stdout.close()
    assert json.loads((tmp_path / "device.json").read_text())["findings"] == []
