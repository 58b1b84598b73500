"""grader.emulator: launching with NumPy arrays, what comes back, and what is refused."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from grader import emulator
from grader.errors import GraderError

SOURCE = """
struct Pair { int a; double b; };
__device__ int calls = 3;
template <class T> __global__ void saxpy(T a, const T *x, T *y, int n) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}
template __global__ void saxpy<float>(float, const float *, float *, int);
template __global__ void saxpy<double>(double, const double *, double *, int);
__global__ void fill(int *out, int value) { out[threadIdx.x] = value + calls; }
__global__ void copy(int *from, int *to) { to[threadIdx.x] = from[threadIdx.x]; }
__global__ void pair(Pair p, double *out) { *out = p.a + p.b; }
__global__ void small(bool flag, signed char c, unsigned short s, long long wide, long long *out) { *out = flag ? c + s + wide : 0; }
__global__ void shared(int *out) {
  extern __shared__ int words[];
  words[threadIdx.x] = out[threadIdx.x];
  __syncthreads();
  out[threadIdx.x] = words[blockDim.x - 1 - threadIdx.x];
}
__global__ void racy(int *out) {
  __shared__ int word;
  word = threadIdx.x;
  __syncthreads();
  if (threadIdx.x == 0) *out = word;
}
__global__ void forever(volatile int *flag) { while (!*flag) {} }
__global__ void null(int *p) { if (!p) printf("null\\n"); }
extern "C" __global__ void plain(float *out, int n, float x) { out[0] = n * x; }
"""


@pytest.fixture(scope="module")
def module() -> emulator.Module:
    return emulator.Device("a100", threads=1).compile("#include <cstdio>\n" + SOURCE)


@pytest.mark.parametrize("name", ["saxpy<float>", "void saxpy<float>(float, float const*, float*, int)", "_Z5saxpyIfEvT_PKS0_PS0_i"])
def test_kernels_have_several_names(module: emulator.Module, name: str) -> None:
    x, y = np.arange(100, dtype=np.float32), np.ones(100, dtype=np.float32)
    result = module.kernel(name).launch(4, 32, (2, x, y, 100))
    assert result.ok and result.check() is result and result.error_name == ""
    assert np.array_equal(y, 2 * x + 1)
    assert result.warp_instructions > 0 and result.metrics["smsp__inst_executed.sum"] == result.warp_instructions
    assert {6, 7} <= {line.line for line in result.lines} and {line.file for line in result.lines} == {"kernel.cu"}


def test_unknown_and_ambiguous_names_list_what_there_is(module: emulator.Module) -> None:
    with pytest.raises(emulator.UnknownName, match=r"several kernels.*saxpy<float>, saxpy<double>"):
        module.kernel("saxpy")
    with pytest.raises(emulator.UnknownName, match=r"no kernel is named 'sxpy'; there are .*racy"):
        module.kernel("sxpy")
    with pytest.raises(emulator.UnknownName, match="no variable"):
        module.variable("nosuch")


def test_arrays_of_any_layout_go_in_and_come_back(module: emulator.Module) -> None:
    both = np.zeros((8, 2), dtype=np.int32)
    module.kernel("fill").launch(1, 8, (both[:, 1], 4)).check()
    assert both.tolist() == [[0, 7]] * 8
    backwards = np.arange(8, dtype=np.int32)[::-1]
    out = np.zeros(8, dtype=np.int32)
    module.kernel("copy").launch(1, 8, (backwards, out)).check()
    assert out.tolist() == [7, 6, 5, 4, 3, 2, 1, 0]


def test_in_and_out(module: emulator.Module) -> None:
    source, target = np.arange(8, dtype=np.int32), np.zeros(8, dtype=np.int32)
    module.kernel("copy").launch(1, 8, (emulator.In(source), emulator.Out(target))).check()
    assert target.tolist() == source.tolist()
    result = module.kernel("copy").launch(1, 8, (emulator.Out(target), emulator.In(source)))
    assert {finding.verdict for finding in result.findings} == {"UNINIT_READ", "INPUT_OVERWRITTEN"}
    assert source.tolist() == list(range(8))
    source.flags.writeable = False
    assert [f.verdict for f in module.kernel("fill").launch(1, 8, (source, 1)).findings] == ["INPUT_OVERWRITTEN"]
    with pytest.raises(emulator.ArgumentError, match="can be written"):
        module.kernel("fill").launch(1, 8, (emulator.Out(source), 1))


def test_an_array_passed_twice_is_one(module: emulator.Module) -> None:
    data = np.ones(8, dtype=np.int32)
    module.kernel("copy").launch(1, 8, (data, data)).check()
    with pytest.raises(emulator.ArgumentError, match=r"argument 1 of copy\(int\*, int\*\): it overlaps argument 0"):
        module.kernel("copy").launch(1, 4, (data[:4], data[2:6]))


def test_device_arrays_stay_on_the_device(module: emulator.Module) -> None:
    gpu = module.device
    counts = gpu.zeros((2, 4), np.int32)
    module.kernel("fill").launch(1, 8, (counts, 1)).check()
    module.kernel("fill").launch(1, 4, (counts.address + 16, 2)).check()
    assert counts.get().tolist() == [[4] * 4, [5] * 4]
    counts.set([9, 8, 7, 6])
    assert counts.get().tolist() == [[9, 8, 7, 6]] * 2
    assert (len(counts), counts.nbytes, gpu.array(np.float64(1.5)).get()) == (2, 32, 1.5)
    with pytest.raises(emulator.ArgumentError, match="astype"):
        counts.set(np.ones(4))
    with pytest.raises(emulator.ArgumentError, match="shape"):
        counts.set(np.ones(3, dtype=np.int32))
    with pytest.raises(emulator.ArgumentError, match="another device"):
        module.kernel("fill").launch(1, 8, (emulator.Device().zeros(8, np.int32), 1))
    counts.free()
    assert [f.verdict for f in module.kernel("fill").launch(1, 8, (counts, 1)).findings] == ["USE_AFTER_FREE"]
    with pytest.raises(ValueError, match="freed before"):
        counts.free()


def test_arrays_of_nothing(module: emulator.Module) -> None:
    empty = np.zeros(0, dtype=np.float32)
    module.kernel("saxpy<float>").launch(1, 32, (1, empty, emulator.Out(empty.copy()), 0)).check()
    assert module.device.array(empty).get().shape == (0,)


def test_memory_of_arguments_is_given_back() -> None:
    gpu = emulator.Device(memory_mib=8)
    fill = gpu.compile("__global__ void fill(int *out) { out[0] = 1; }").kernel("fill")
    data = np.zeros(1 << 20, dtype=np.int32)
    for _ in range(8):
        fill.launch(1, 1, (data,)).check()
        with pytest.raises(emulator.ArgumentError):
            fill.launch(1, 1, (data.astype(np.int64),))
    with pytest.raises(MemoryError):
        fill.launch(1, 1, (np.zeros(1 << 22, dtype=np.int32),))


def test_scalars_and_structs_by_value(module: emulator.Module) -> None:
    out = np.zeros(1)
    packed = np.array((3, 0.25), dtype=np.dtype([("a", "i4"), ("b", "f8")], align=True))
    for value in (packed[()], packed.tobytes()):
        out[0] = 0
        module.kernel("pair").launch(1, 1, (value, out)).check()
        assert out[0] == 3.25
    wide = np.zeros(1, dtype=np.int64)
    module.kernel("small").launch(1, 1, (True, -3, np.uint16(65535), -(1 << 40), wide)).check()
    assert wide[0] == 65532 - (1 << 40)


@pytest.mark.parametrize(
    ("kernel", "args", "message"),
    [
        ("fill", (np.zeros(1, np.int32),), r"fill\(int\*, int\) takes 2 arguments, not 1"),
        ("fill", (np.zeros(1, np.float32), 1), "elements of type float32, and int\\* points to int32"),
        ("fill", (np.zeros(1, np.int32), 1.0), "1.0 was given, and int is an integer"),
        ("fill", (np.zeros(1, np.int32), 1 << 31), "2147483648 doesn't fit into int"),
        ("fill", (np.zeros(1, np.int32), np.int64(1)), "a int64 was given, and int is a int32"),
        ("fill", (np.zeros(1, np.int32), None), "None, the null pointer, was given, and int is no pointer"),
        ("fill", ("text", 1), "a str can't be passed"),
        ("pair", (3, np.zeros(1)), "the type of Pair can't be told"),
        ("pair", (b"123", np.zeros(1)), "3 bytes were given, and Pair has 16"),
        ("small", (2, 1, 1, 1, None), "2 doesn't fit into bool"),
        ("plain", (np.zeros(1, np.float32), np.float32(1), 1.0), r"plain\(.u64, .u32, .f32\): a float32 was given, and .u32 is a uint32"),
    ],
)
def test_wrong_arguments_show_the_signature(module: emulator.Module, kernel: str, args: tuple[object, ...], message: str) -> None:
    with pytest.raises(emulator.ArgumentError, match=message):
        module.kernel(kernel).launch(1, 1, args)


def test_kernels_whose_names_tell_no_types(module: emulator.Module) -> None:
    out = np.zeros(1, np.float32)
    module.kernel("plain").launch(1, 1, (out, -2, 1.5)).check()
    assert out[0] == -3


@pytest.mark.parametrize(
    ("grid", "block", "shared", "message"),
    [
        (0, 32, 0, "0 is no size of a grid along x"),
        ((1, 65536), 32, 0, "along y: 1 to 65535"),
        (1, 1025, 0, "1025 is no size of a block along x"),
        (1, (64, 32), 0, "2048 threads in a block"),
        (1, 32, 166913, "166913 bytes of shared memory"),
        (1, 32, -1, "shared memory"),
        ((1, 1, 1, 1), 32, 0, "one to three whole numbers"),
        (1.5, 32, 0, "whole numbers"),
    ],
)
def test_launches_beyond_the_limits(module: emulator.Module, grid: object, block: object, shared: int, message: str) -> None:
    with pytest.raises(emulator.LaunchError, match=message):
        module.kernel("shared").launch(grid, block, (None,), shared_bytes=shared)  # type: ignore[arg-type]


def test_blocks_that_wait_for_one_another() -> None:
    gpu = emulator.Device()
    source = """#include <cooperative_groups.h>
    __global__ void ring(int *words) {
      words[blockIdx.x] = blockIdx.x + 1;
      cooperative_groups::this_grid().sync();
      const int next = words[(blockIdx.x + 1) % gridDim.x];
      cooperative_groups::this_grid().sync();
      words[blockIdx.x] = next;
    }"""
    ring = gpu.compile(source).kernel("ring")
    for seed in (0, 1, 2):
        words = np.zeros(8, dtype=np.int32)
        ring.launch(8, 1, (words,), cooperative=True, schedule_seed=seed).check()
        assert words.tolist() == [2, 3, 4, 5, 6, 7, 8, 1]
    with pytest.raises(emulator.LaunchError, match="cooperative launch of 10000 blocks, and a100 holds 3456"):
        ring.launch(10000, 32, (None,), cooperative=True)


def test_dynamic_shared_memory(module: emulator.Module) -> None:
    data = np.arange(64, dtype=np.int32)
    module.kernel("shared").launch(1, 64, (data,), shared_bytes=256).check()
    assert data.tolist() == list(range(63, -1, -1))
    result = module.kernel("shared").launch(1, 64, (data,), shared_bytes=128)
    assert [(f.verdict, f.line) for f in result.findings] == [("OOB_WRITE", 17)]
    assert result.error_name == "cudaErrorIllegalAddress (700)"


def test_a_race_has_both_lines(module: emulator.Module) -> None:
    out = np.zeros(1, dtype=np.int32)
    findings = module.kernel("racy").launch(1, 64, (out,)).findings
    assert {finding.verdict for finding in findings} == {"RACE_SHARED"}
    assert {(f.file, f.line, f.other_line) for f in findings} == {("kernel.cu", 23, 23)}
    assert module.kernel("racy").launch(1, 64, (out,), checks="none").ok
    with pytest.raises(emulator.KernelFault, match=r"kernel\.cu:23: RACE_"):
        module.kernel("racy").launch(1, 64, (out,)).check()


def test_a_kernel_that_does_not_end(module: emulator.Module) -> None:
    for limit in ({"max_block_instructions": 10000}, {"max_kernel_s": 0.1}):
        result = module.kernel("forever").launch(1, 1, (np.zeros(1, np.int32),), **limit)  # type: ignore[arg-type]
        assert (result.error, [f.verdict for f in result.findings]) == (702, ["TIMEOUT"])


def test_ctrl_c_ends_a_kernel(module: emulator.Module) -> None:
    timer = threading.Timer(0.2, signal.raise_signal, (signal.SIGINT,))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            module.kernel("forever").launch(1, 1, (np.zeros(1, np.int32),))
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
    assert module.kernel("plain").launch(1, 1, (np.zeros(1, np.float32), 1, 1.0)).ok


def test_printf_variables_and_null(module: emulator.Module) -> None:
    assert module.kernel("null").launch(1, 2, (None,)).printf == "null\nnull\n"
    calls = module.variable("calls", np.int32)
    assert calls.get().tolist() == [3]
    with pytest.raises(ValueError, match="variable can't be freed"):
        calls.free()


def test_in_kernel_malloc() -> None:
    gpu = emulator.Device()
    kernel = gpu.compile("__global__ void k(int *out) { int *p = (int *)malloc(8); *p = 7; *out = *p; free(p); }").kernel("k")
    out = np.zeros(1, dtype=np.int32)
    kernel.launch(1, 1, (out,)).check()
    assert out[0] == 7


def test_compiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "value.h").write_text("#define VALUE 5\n")
    source = '#include "value.h"\n__global__ void k(int *out) { *out = VALUE + MORE; }'
    gpu = emulator.Device()

    def run() -> int:
        out = np.zeros(1, dtype=np.int32)
        gpu.compile(source, options=["-DMORE=2"]).kernel("k").launch(1, 1, (out,)).check()
        return int(out[0])

    assert run() == run() == 7
    (tmp_path / "value.h").write_text("#define VALUE 6\n")
    assert run() == 8
    with pytest.raises(emulator.CompileError, match=r'kernel.cu\(2\): error: identifier "MORE"'):
        gpu.compile(source)
    file = tmp_path / "mine.cu"
    file.write_text(source)
    (line, *_) = gpu.compile(file, options=["-DMORE=0"]).kernel("k").launch(1, 1, (np.zeros(1, np.int32),)).lines
    assert line.file == "mine.cu" and line.line == 2


def test_ptx_that_does_not_fit() -> None:
    ptx = emulator.Device("h100").compile("__global__ void k() {}").ptx
    with pytest.raises(emulator.EmulatorError, match="made for sm_90, and t4 is sm_75"):
        emulator.Device("t4").load_ptx(ptx)
    with pytest.raises(emulator.LoadError) as caught:
        emulator.Device("h100").load_ptx(ptx.replace("ret;", "frobnicate;"))
    assert caught.value.ptx_line > 1 and (caught.value.file, caught.value.line) == ("kernel.cu", 1)
    with pytest.raises(GraderError, match="known are a100"):
        emulator.Device("a101")
    with pytest.raises(ValueError, match="unknown check"):
        emulator.Device("h100", checks="some").load_ptx(ptx).kernel("k").launch(1, 1)
