"""The worst access of a warp at each source line: the lanes' offsets, what they cost, and the same one however the work was shared out."""

from __future__ import annotations

from typing import Any

import pytest

from grader import _core
from tests.ptx.launch import Outcome, kernel, run

SHARED = ".shared .align 128 .b8 box[32768];"
ALL = 0xFFFFFFFF


def pictures(outcome: Outcome) -> dict[int, dict[str, Any]]:
    return {line["frames"][0][1]: line["pattern"] for line in outcome.lines if "pattern" in line}


def on_buffer(body: str, *, size: int = 1 << 16, skip: int = 0, **how: Any) -> Outcome:
    """Runs the body with %rd10 = an address that is `skip` bytes behind a multiple of 128."""
    device = _core.Device(memory_mib=16)
    address = device.alloc(size)
    assert address % 128 == 0
    device.upload(address, bytes(size))
    ptx = kernel("ld.param.u64 %rd10, [data];\n" + body, params=".param .u64 data", declares=SHARED)
    return run(ptx, args=(("ptr", address + skip),), device=device, **how)


def access(stride: int, what: str = "ld.global.u32 %r9, [%rd11];", line: int = 7) -> str:
    return f"mad.wide.u32 %rd11, %r0, {stride}, %rd10;\n.loc 1 {line} 0\n{what}\n.loc 1 99 0\n"


@pytest.mark.parametrize(
    ("stride", "skip", "cost", "ideal"),
    [(4, 0, 4, 4), (4, 4, 5, 4), (128, 0, 32, 4), (0, 12, 1, 4), (8, 64, 8, 4)],
)
def test_a_load_from_global_memory(stride: int, skip: int, cost: int, ideal: int) -> None:
    picture = pictures(on_buffer(access(stride), skip=skip, clean=True))[7]
    assert picture == {
        "space": "global",
        "op": "ld",
        "bytes": 4,
        "mask": ALL,
        "offsets": [stride * lane for lane in range(32)],
        "residue": skip,
        "cost": cost,
        "ideal": ideal,
    }


def test_offsets_count_from_the_lowest_address_and_leave_out_inactive_lanes() -> None:
    body = """sub.u32 %r10, 31, %r0;
mad.wide.u32 %rd11, %r10, 4, %rd10;
setp.ge.u32 %p1, %r0, 28;
.loc 1 7 0
@%p1 st.global.u32 [%rd11+40], %r0;
.loc 1 99 0"""  # lanes 28 … 31 write words 3, 2, 1, 0
    picture = pictures(on_buffer(body, clean=True))[7]
    assert (picture["op"], picture["mask"], picture["residue"]) == ("st", 0xF0000000, 40)
    assert picture["offsets"] == [0] * 28 + [12, 8, 4, 0]
    assert (picture["cost"], picture["ideal"]) == (1, 1)


def test_bank_conflicts() -> None:
    body = """mov.u32 %r20, box;
mad.lo.u32 %r21, %r0, 128, %r20;
.loc 1 5 0
st.shared.u32 [%r21+8], %r0;
mad.lo.u32 %r22, %r0, 16, %r20;
.loc 1 6 0
st.shared.v4.u32 [%r22+4096], {%r0, %r0, %r0, %r0};
.loc 1 8 0
red.shared.add.u32 [%r22+4096], %r0;
.loc 1 99 0"""
    found = pictures(run(kernel(body, declares=SHARED), checks="memcheck", clean=True))
    assert (found[5]["space"], found[5]["residue"], found[5]["cost"], found[5]["ideal"]) == ("shared", 8, 32, 1)
    assert found[5]["offsets"] == [128 * lane for lane in range(32)]
    assert (found[6]["bytes"], found[6]["cost"], found[6]["ideal"]) == (16, 4, 4)
    assert (found[8]["op"], found[8]["cost"], found[8]["ideal"]) == ("atom", 4, 1)


def test_the_worst_of_a_line_is_kept() -> None:
    """Line 7 reads with strides 4, 32 and 8, in an order that warps and blocks take differently."""
    body = """mov.u32 %r10, 0;
LOOP:
add.u32 %r11, %r10, %r2;
rem.u32 %r11, %r11, 3;
setp.eq.u32 %p1, %r11, 1;
selp.u32 %r12, 32, 4, %p1;
setp.eq.u32 %p1, %r11, 2;
selp.u32 %r12, 8, %r12, %p1;
mul.lo.u32 %r12, %r12, %r0;
cvt.u64.u32 %rd12, %r12;
add.u64 %rd11, %rd10, %rd12;
.loc 1 7 0
ld.global.u32 %r9, [%rd11];
.loc 1 99 0
add.u32 %r10, %r10, 1;
setp.lt.u32 %p2, %r10, 3;
@%p2 bra LOOP;"""
    picture = pictures(on_buffer(body, grid=3, clean=True))[7]
    assert (picture["cost"], picture["offsets"][:3]) == (32, [0, 32, 64])


def test_what_is_lost_counts_before_the_ratio() -> None:
    few = access(0).replace("%r0, 0,", "%r0, 64,").replace("ld.global", "@%p1 ld.global")
    body = (
        "setp.lt.u32 %p1, %r0, 4;\n"
        + few
        + "mad.wide.u32 %rd11, %r0, {stride}, %rd10;\n.loc 1 7 0\nld.global.u32 %r9, [%rd11];\n.loc 1 99 0"
    )

    def picture(stride: int) -> tuple[int, int, int]:
        found = pictures(on_buffer(body.replace("{stride}", str(stride)), clean=True))[7]
        return found["mask"], found["cost"], found["ideal"]

    assert picture(8) == (ALL, 8, 4)  # 4 too many, though 4 for 1 is the worse ratio
    assert picture(4) == (0xF, 4, 1)  # 3 too many, none in the other


def test_a_line_has_a_pattern_for_each_memory_space() -> None:
    body = """mov.u32 %r20, box;
mad.lo.u32 %r21, %r0, 8, %r20;
mad.wide.u32 %rd11, %r0, 32, %rd10;
.loc 1 7 0
ld.global.u32 %r10, [%rd11];
st.shared.u32 [%r21], %r10;
.loc 1 99 0"""
    (line,) = (line for line in on_buffer(body, clean=True).lines if line["frames"][0][1] == 7)
    assert [(found["space"], found["cost"], found["ideal"]) for found in line["patterns"]] == [("global", 32, 4), ("shared", 2, 1)]
    assert line["pattern"] == line["patterns"][0]


def test_every_position_in_the_line_of_128_bytes_is_looked_at() -> None:
    """Block b reads at 128 - 32 * b: one pattern for the counters, four positions. The lowest is kept, whichever came first."""
    body = """neg.s32 %r10, %r2;
mad.lo.s32 %r10, %r10, 32, 128;
cvt.s64.s32 %rd12, %r10;
add.s64 %rd10, %rd10, %rd12;
""" + access(4)
    for grid, residue in ((1, 0), (2, 0), (4, 0)):
        assert pictures(on_buffer(body, grid=grid, clean=True))[7]["residue"] == residue
    shifted = body.replace("32, 128;", "32, 96;")
    for grid, residue in ((1, 96), (2, 64), (3, 32), (4, 0)):
        assert pictures(on_buffer(shifted, grid=grid, clean=True))[7]["residue"] == residue
    bank = """mov.u32 %r20, box;
mad.lo.u32 %r21, %r0, 8, %r20;
mad.lo.s32 %r21, %r2, -4, %r21;
.loc 1 7 0
st.shared.u32 [%r21+64], %r0;
.loc 1 99 0"""
    for grid in (1, 3, 16):
        found = pictures(run(kernel(bank, declares=SHARED), grid=grid, checks="memcheck", clean=True))
        assert found[7]["residue"] == 64 - 4 * (grid - 1)


def test_addresses_in_allocations_far_apart() -> None:
    device = _core.Device(memory_mib=2048)
    low, between, high = device.alloc(256), device.alloc(1100 << 20), device.alloc(256)
    for address in (low, high):
        device.upload(address, bytes(256))
    assert abs(high - low) > 1 << 30
    body = """ld.param.u64 %rd10, [data];
ld.param.u64 %rd12, [more];
and.b32 %r10, %r0, 1;
setp.eq.u32 %p1, %r10, 1;
selp.b64 %rd11, %rd12, %rd10, %p1;
""" + access(0).replace("mad.wide.u32 %rd11, %r0, 0, %rd10;\n", "")
    ptx = kernel(body, params=".param .u64 data, .param .u64 more")
    picture = pictures(run(ptx, args=(("ptr", low), ("ptr", high)), device=device, clean=True))[7]
    assert sorted(set(picture["offsets"])) == [0, abs(high - low)]
    assert between and (picture["cost"], picture["ideal"]) == (2, 4)


def test_an_access_that_fails_leaves_no_picture() -> None:
    outcome = on_buffer(access(4), size=64)
    assert outcome.error == 700 and 7 not in pictures(outcome)


def test_lines_without_memory_accesses_have_none() -> None:
    outcome = on_buffer(access(4) + ".loc 1 8 0\nadd.u32 %r9, %r9, 1;", clean=True)
    assert set(pictures(outcome)) == {7, 8}  # line 8's `st` is the harness's own
    body = ".const .align 4 .b32 table[4] = {1, 2, 3, 4};\n"
    constant = run(kernel(".loc 1 5 0\nld.const.u32 %r9, [table];\n.loc 1 99 0", module=body), clean=True)
    assert set(pictures(constant)) == {99}


def test_pictures_do_not_depend_on_the_number_of_threads() -> None:
    """Every block gathers differently, and the kernel ends in block 20: later blocks must leave no trace, whoever ran them."""
    body = """mad.lo.u32 %r10, %r2, 7919, %r0;
mov.u32 %r13, 0;
LOOP:
mad.lo.u32 %r10, %r10, 1664525, 1013904223;
shr.u32 %r11, %r10, 20;
mad.wide.u32 %rd11, %r11, 4, %rd10;
.loc 1 7 0
ld.global.u32 %r9, [%rd11];
and.b32 %r12, %r11, 1023;
mov.u32 %r20, box;
mad.lo.u32 %r21, %r12, 4, %r20;
.loc 1 8 0
ld.shared.u32 %r9, [%r21];
.loc 1 99 0
add.u32 %r13, %r13, 1;
setp.lt.u32 %p2, %r13, 5;
@%p2 bra LOOP;
setp.eq.u32 %p1, %r2, 20;
@%p1 st.global.u32 [%rd10+65536], %r9;"""
    outcomes = [on_buffer(body, grid=48, block=64, threads=threads, checks="memcheck") for threads in (1, 2, 3, 4, 3, 2)]
    assert outcomes[0].error == 700
    assert pictures(outcomes[0])[7]["cost"] > 4
    for other in outcomes[1:]:
        assert pictures(other) == pictures(outcomes[0])
    alone = on_buffer(body, grid=21, block=64, checks="memcheck")
    assert pictures(alone) == pictures(outcomes[0])
