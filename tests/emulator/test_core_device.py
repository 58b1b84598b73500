"""The emulated GPU in this process, as grader._core.Device: memory, loading, launching, argument packing."""

from __future__ import annotations

import struct

import pytest

from grader import _core

ADD = """.version 9.0
.target sm_80
.address_size 64
.global .align 4 .u32 calls = 3;
.visible .entry _Z3addPfPKff(.param .u64 out, .param .u64 in, .param .f32 x)
{
.reg .b32 %r<4>; .reg .b64 %rd<8>; .reg .f32 %f<4>;
.loc 1 5 0
ld.param.u64 %rd1, [out];
ld.param.u64 %rd2, [in];
ld.param.f32 %f1, [x];
mov.u32 %r1, %tid.x;
mul.wide.u32 %rd3, %r1, 4;
.loc 1 7 3
add.s64 %rd4, %rd2, %rd3;
ld.global.f32 %f2, [%rd4];
add.f32 %f3, %f2, %f1;
.loc 1 8 3
add.s64 %rd5, %rd1, %rd3;
st.global.f32 [%rd5], %f3;
ret;
}
.file 1 "add.cu"
"""


def test_memory_comes_back_as_it_was_put() -> None:
    device = _core.Device(memory_mib=16)
    address = device.alloc(100)
    device.upload(address, bytes(range(100)))
    assert device.download(address, 100) == bytes(range(100))
    assert device.download(address + 90, 10) == bytes(range(90, 100))
    device.upload(address + 1, memoryview(b"ab"))
    assert device.download(address, 4) == b"\x00ab\x03"


def test_memory_is_bounded_and_checked() -> None:
    device = _core.Device(memory_mib=1)
    with pytest.raises(MemoryError):
        device.alloc(2 << 20)
    address = device.alloc(16)
    for bad, size in ((address, 17), (address + 8, 9), (address - 1, 1), (0, 1), (12345, 4)):
        with pytest.raises(ValueError, match="one allocation"):
            device.download(bad, size)
        with pytest.raises(ValueError, match="one allocation"):
            device.upload(bad, bytes(size))
    with pytest.raises(ValueError, match="inside of an allocation"):
        device.free(address + 4)
    device.free(address)
    with pytest.raises(ValueError, match="freed before"):
        device.free(address)
    with pytest.raises(ValueError, match="one allocation"):
        device.download(address, 1)


def launch_add(
    device: _core.Device, program: _core.Program, count: int, *, kernel: str = "add", block: int = 32, checks: str = "all"
) -> dict[str, object]:
    source, result = device.alloc(4 * count), device.alloc(4 * count)
    device.upload(source, struct.pack(f"<{count}f", *range(count)))
    report = device.launch(program, kernel, 1, (block, 1), [("ptr", result), ("u64", source), ("f32", 0.5)], checks=checks)
    report["values"] = struct.unpack(f"<{count}f", device.download(result, 4 * count))
    return report


@pytest.mark.parametrize("kernel", ["_Z3addPfPKff", "add(float*, float const*, float)", "add"])
def test_a_kernel_runs(kernel: str) -> None:
    device = _core.Device()
    program = device.load(ADD)
    report = launch_add(device, program, 32, kernel=kernel)
    assert report["values"] == tuple(i + 0.5 for i in range(32))
    assert (report["error"], report["findings"]) == (0, [])


def test_a_program_tells_its_kernels_and_variables() -> None:
    device = _core.Device()
    program = device.load(ADD)
    (kernel,) = program.kernels()
    assert (kernel["name"], kernel["base"], kernel["param_offsets"], kernel["param_bytes"]) == ("_Z3addPfPKff", "add", [0, 8, 16], 20)
    address, size = program.variable("calls")
    assert (size, device.download(address, 4)) == (4, b"\3\0\0\0")
    assert program.variable("nosuch") == (0, 0)


def test_an_overrun_is_found_with_its_line() -> None:
    device = _core.Device()
    report = launch_add(device, device.load(ADD), 31)
    findings = report["findings"]
    assert isinstance(findings, list)
    assert [(f["verdict"], f["frames"], f["thread"]) for f in findings] == [("OOB_READ", [("add.cu", 7, 3)], (31, 0, 0))]
    assert report["error"] == 700


def test_arguments_are_checked() -> None:
    device = _core.Device()
    program = device.load(ADD)
    with pytest.raises(ValueError, match="takes 3 arguments, not 2"):
        device.launch(program, "add", 1, 32, [("ptr", 0), ("ptr", 0)])
    with pytest.raises(ValueError, match="argument 2 has 8 bytes, the kernel's parameter 4"):
        device.launch(program, "add", 1, 32, [("ptr", 0), ("ptr", 0), ("f64", 0.0)])
    with pytest.raises(ValueError, match="unknown argument type 'float'"):
        device.launch(program, "add", 1, 32, [("ptr", 0), ("ptr", 0), ("float", 0.0)])
    with pytest.raises(ValueError, match="take 20 bytes, not 3"):
        device.launch(program, "add", 1, 32, b"abc")
    with pytest.raises(ValueError, match="at most 1024 threads"):
        device.launch(program, "add", 1, 2048, bytes(20))
    with pytest.raises(ValueError, match="unknown check 'nonsense'"):
        device.launch(program, "add", 1, 32, bytes(20), checks="all,nonsense")
    with pytest.raises(KeyError, match="_Z3addPfPKff"):
        device.launch(program, "sub", 1, 32, bytes(20))
    with pytest.raises(ValueError, match="another device"):
        _core.Device().launch(program, "add", 1, 32, bytes(20))


def test_an_unknown_instruction_is_refused_with_its_line() -> None:
    with pytest.raises(_core.LoadError) as caught:
        _core.Device().load(ADD.replace("add.f32 ", "frobnicate.f32 "))
    assert (caught.value.file, caught.value.line, caught.value.ptx_line) == ("add.cu", 7, 17)
    assert "frobnicate" in str(caught.value)
