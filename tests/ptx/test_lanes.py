"""Moves between registers and memory for lanes that lie in every way the emulator treats apart: runs, broadcasts, groups of eight, strides,
anywhere, with all lanes active or some. Each is executed several times with another base, since an instruction remembers what it has seen.
"""

from __future__ import annotations

import numpy as np
import pytest

from grader import _core
from tests.ptx.launch import HEAD

BYTES = 8192  # of each of source and target
STEP = 4  # the base moves on by so many elements each time, and by one byte-aligned oddity more in the last

LANES = np.arange(32)
SHAPES = {
    "run": LANES,
    "broadcast": np.zeros(32, dtype=int),
    "two rows": (LANES % 16) + 40 * (LANES // 16),
    "rows and broadcasts": np.where(LANES // 8 % 2 == 0, LANES, 50),
    "pairs": LANES // 2,
    "stride": 3 * LANES,
    "reversed": 31 - LANES,
    "anywhere": (LANES * 37 + 11) % 97,
}
MASKS = {"all": 0xFFFFFFFF, "half": 0x0000FFFF, "upper": 0xFFFFF000, "odd": 0xAAAAAAAA, "one": 0x00000400}
KINDS = {
    "u8": ("b16", 1, 1),
    "u16": ("b16", 2, 1),
    "u32": ("b32", 4, 1),
    "f32": ("f32", 4, 1),
    "u64": ("b64", 8, 1),
    "v2.u32": ("b32", 4, 2),
    "v4.f32": ("f32", 4, 4),
    "v2.u64": ("b64", 8, 2),
}


def copy_kernel(space: str, kind: str) -> str:
    """Moves one element a lane from source to target, both at offsets[lane] + i * step, for i in 0, 1, 2, in the lanes of the mask."""
    register, size, count = KINDS[kind]
    names = ", ".join(f"%x{k}" for k in range(count))
    value = f"{{{names}}}" if count > 1 else names
    shared = space == "shared"
    width, address = ("32", "%a") if shared else ("64", "%da")
    fill = f"""
mov.u32 %s, box;
mul.lo.u32 %i, %t, 4;
FILL: add.u32 %b, %s, %i; cvt.u64.u32 %w, %i; add.s64 %da, %src, %w;
ld.global.u32 %v, [%da]; st.shared.u32 [%b], %v; st.shared.u32 [%b+{BYTES}], %z;
add.u32 %i, %i, 128; setp.lt.u32 %p, %i, {BYTES}; @%p bra FILL;
bar.sync 0;
add.u32 %a, %s, %o;"""
    drain = f"""
bar.sync 0;
mul.lo.u32 %i, %t, 4;
DRAIN: add.u32 %b, %s, %i; cvt.u64.u32 %w, %i; add.s64 %da, %dst, %w;
ld.shared.u32 %v, [%b+{BYTES}]; st.global.u32 [%da], %v;
add.u32 %i, %i, 128; setp.lt.u32 %p, %i, {BYTES}; @%p bra DRAIN;"""
    step = size * count * STEP
    return f"""{HEAD}
.visible .entry k(.param .u64 src, .param .u64 dst, .param .u64 offsets, .param .u32 mask)
{{
.reg .pred %p, %on; .reg .b32 %t, %o, %m, %i, %b, %s, %a, %v, %z; .reg .b64 %src, %dst, %off, %w, %da, %db;
.reg .{register} %x<4>;
.shared .align 16 .b8 box[{2 * BYTES}];
mov.u32 %t, %tid.x; mov.u32 %z, 0;
ld.param.u64 %src, [src]; ld.param.u64 %dst, [dst]; ld.param.u64 %off, [offsets]; ld.param.u32 %m, [mask];
mov.u32 %i, %ctaid.x; mad.lo.u32 %i, %i, 32, %t;
mul.wide.u32 %w, %i, 4; add.s64 %w, %off, %w; ld.global.u32 %o, [%w];
shr.u32 %m, %m, %t; and.b32 %m, %m, 1; setp.ne.u32 %on, %m, 0;
{fill if shared else "cvt.u64.u32 %w, %o; add.s64 %da, %src, %w; add.s64 %db, %dst, %w;"}
@!%on bra DONE;
mov.u32 %i, 0;
LOOP:
ld.{space}.{kind} {value}, [{address}];
st.{space}.{kind} [{address + f"+{BYTES}" if shared else "%db"}], {value};
add.u{width} {address}, {address}, {step};
{"" if shared else f"add.u64 %db, %db, {step};"}
add.u32 %i, %i, 1; setp.lt.u32 %p, %i, 3; @%p bra LOOP;
DONE:
{drain if shared else ""}
ret;
}}
"""


@pytest.mark.parametrize("checks", ["none", "all"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("space", ["global", "shared"])
def test_what_a_warp_moves(space: str, kind: str, checks: str) -> None:
    _, size, count = KINDS[kind]
    element = size * count
    device = _core.Device(memory_mib=16)
    program = device.load(copy_kernel(space, kind))
    source = np.random.default_rng(7).integers(0, 256, BYTES, dtype=np.uint8)
    src, dst, table = device.alloc(BYTES), device.alloc(BYTES), device.alloc(128)
    device.upload(src, source.tobytes())
    for shape, lanes in SHAPES.items():
        for name, mask in MASKS.items():
            for first in (0, 1, 5):  # elements: other places in a sector, other banks
                offsets = ((lanes + first) * element).astype(np.uint32)
                device.upload(table, offsets.tobytes())
                device.upload(dst, bytes(BYTES))
                args = [("ptr", src), ("ptr", dst), ("ptr", table), ("u32", mask)]
                result = device.launch(program, "k", 1, 32, args, checks=checks, threads=1)
                assert result["error"] == 0, (shape, name, first, result["findings"])
                wanted = np.zeros(BYTES, dtype=np.uint8)
                for i in range(3):
                    for lane in range(32):
                        if mask >> lane & 1:
                            at = int(offsets[lane]) + i * element * STEP
                            wanted[at : at + element] = source[at : at + element]
                got = np.frombuffer(device.download(dst, BYTES), dtype=np.uint8)
                assert np.array_equal(got, wanted), (shape, name, first)


def test_more_patterns_than_an_instruction_or_the_device_remembers() -> None:
    """Counters stay right when every warp's lanes lie in another way."""
    blocks = 600
    device = _core.Device(memory_mib=16)
    program = device.load(copy_kernel("global", "u32"))
    src, dst, table = device.alloc(BYTES), device.alloc(BYTES), device.alloc(128 * blocks)
    device.upload(src, bytes(BYTES))
    offsets = np.random.default_rng(3).integers(0, 1500, (blocks, 32)).astype(np.uint32) * 4
    offsets[blocks // 2 :] = offsets[: blocks // 2]  # those that were forgotten come again
    device.upload(table, offsets.tobytes())
    args = [("ptr", src), ("ptr", dst), ("ptr", table), ("u32", 0xFFFFFFFF)]
    metrics = device.launch(program, "k", blocks, 32, args, checks="none", threads=1)["metrics"]
    assert metrics["l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"] == blocks * (1 + 3)
    touched = sum(len({(int(o) + 16 * i) // 32 for o in row}) for row in offsets for i in range(3))
    assert metrics["l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"] == blocks * 4 + touched
