"""What the emulated GPU doesn't have fails when a module is loaded, with its line; nothing is skipped silently."""

from __future__ import annotations

import pytest

from grader import _core
from tests.ptx.launch import kernel

REFUSED = [
    "frobnicate.b32 %r1, %r2;",  # no such instruction
    "add.q32 %r1, %r2, %r3;",  # no such type
    "add.rq.f32 %f1, %f2, %f3;",  # no such modifier
    "add.rn.warped.f32 %f1, %f2, %f3;",
    "ld.global.sideways.u32 %r1, [%rd1];",
    "shl.u32 %r1, %r2, %r3;",  # types that the instruction does not take
    "popc.u32 %r1, %r2;",
    "selp.pred %p1, %p2, %p3, %p4;",
    "slct.pred.s32 %p1, %p2, %p3, %r1;",
    "add.cc.b32 %r1, %r2, %r3;",
    "mul.wide.u64 %rd1, %rd2, %rd3;",
    "ld.global.f16 %h1, [%rd1];",
    "red.global.exch.b32 [%rd1], %r1;",
    "atom.global.inc.s32 %r1, [%rd1], %r2;",
    "setp.eq.f16x2 %p1, %r1, %r2;",
    "setp.ltu.s32 %p1, %r1, %r2;",
    "add.s32 %r1, %rd1, %r2;",  # widths
    "add.u32 %rd1, %r1, %r2;",
    "mov.u32 %r1, %nosuch;",  # names
    "mov.u32 %r1, nosuch;",
    "ld.global.u32 %r1, [nosuch];",
    "bra NOWHERE;",
    "call.uni nosuch;",
    "add.s32 %r1, %r2;",  # operands
    "ld.global.v2.u32 %r1, [%rd1];",
    "ld.global.v3.u32 {%r1, %r2, %r3}, [%rd1];",
    "ld.global.u32 %r1, %rd1;",
    "shfl.b32;",
    "shfl.sync.idx.b32;",
    "atom;",
    "atom.global.add.u32;",
    "shfl.idx.b32 %r1, %r2, %r3, %r4;",  # removed since sm_70
    "vote.all.pred %p1, %p2;",
    "membar.galaxy;",
    "fence.proxy.alias;",
    "tex.2d.v4.f32.s32 {%f1, %f2, %f3, %f4}, [%rd1, {%r1, %r2}];",
    "add.sat.f64 %fd1, %fd2, %fd3;",
    "cvt.rn.satfinite.e4m3x2.f32 %h1, %f1, %f2;",
    "min.xorsign.f32 %f1, %f2, %f3;",
    "min.f32 %f1, %f2, %f3, %f4;",  # three operands are sm_100's
    "add.s32 %r1, %r2, %r3, %r4;",
    "ld.global.v4.f64 {%fd1, %fd2, %fd3, %fd4}, [%rd1];",  # more than 16 bytes are sm_100's
    "ld.global.v8.f32 {%f1, %f2, %f3, %f4, %f5, %f6, %f7, %f8}, [%rd1];",
    "ld.release.gpu.global.u32 %r1, [%rd1];",
    "st.acquire.gpu.global.u32 [%rd1], %r1;",
    "atom.global.add.f16 %h1, [%rd1], %h2;",  # sums of halves are .noftz
    "atom.global.cas.b128 %rd1, [%rd2], %rd3, %rd4;",
    "atom.global.v2.add.f32 {%f1, %f2}, [%rd1], {%f3, %f4};",
    "prefetch.tensormap [%rd1];",
    "ld.shared::cluster.u32 %r1, [%rd1];",
]


@pytest.mark.parametrize("instruction", REFUSED)
def test_refused_with_its_line(instruction: str) -> None:
    text = kernel(f".loc 1 123 0\n{instruction}")
    line = 1 + text[: text.index(instruction)].count("\n")
    with pytest.raises(_core.LoadError) as caught:
        _core.Device(memory_mib=16).load(text)
    assert caught.value.ptx_line == line
    assert str(caught.value)


LATER = {
    "tensor-core instructions are not emulated yet": [
        "wmma.load.a.sync.aligned.row.m16n16k16.global.f16 {%r1, %r2, %r3, %r4, %r5, %r6, %r7, %r8}, [%rd1], %r9;",
        "wmma.mma.sync.aligned.row.col.m16n16k16.f32.f32 {%f1}, {%r1}, {%r2}, {%f2};",
        "wmma.store.d.sync.aligned.row.m16n16k16.global.f32 [%rd1], {%f1}, %r1;",
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f1, %f2, %f3, %f4}, {%r1, %r2, %r3, %r4}, {%r5, %r6}, {%f1, %f2, %f3, %f4};",
        "ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r1, %r2, %r3, %r4}, [%rd1];",
        "stmatrix.sync.aligned.m8n8.x1.shared.b16 [%rd1], {%r1};",
        "wgmma.fence.sync.aligned;",
        "tcgen05.wait::ld.sync.aligned;",
    ],
    "textures and surfaces are not emulated yet": [
        "tex.2d.v4.f32.s32 {%f1, %f2, %f3, %f4}, [%rd1, {%r1, %r2}];",
        "tld4.r.2d.v4.f32.f32 {%f1, %f2, %f3, %f4}, [%rd1, {%f5, %f6}];",
        "suld.b.2d.b32.trap %r1, [%rd1, {%r2, %r3}];",
        "sust.b.2d.b32.trap [%rd1, {%r2, %r3}], %r1;",
        "txq.width.b32 %r1, [%rd1];",
    ],
    "bulk and tensor copies (TMA) are not emulated yet": [
        "cp.async.bulk.commit_group;",
        "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%rd1], [%rd2], %r1, [%rd3];",
        "cp.reduce.async.bulk.global.shared::cta.bulk_group.add.u32 [%rd1], [%rd2], %r1;",
    ],
    "thread block clusters are not emulated yet": ["barrier.cluster.arrive;", "mapa.u64 %rd1, %rd2, %r1;", "getctarank.u64 %r1, %rd1;"],
}


@pytest.mark.parametrize(("why", "instruction"), [(why, i) for why, instructions in LATER.items() for i in instructions])
def test_what_comes_later_says_so_plainly(why: str, instruction: str) -> None:
    with pytest.raises(_core.LoadError) as caught:
        _core.Device(memory_mib=16).load(kernel(f".loc 1 123 0\n{instruction}"))
    assert str(caught.value) == f"unsupported instruction '{instruction.split()[0].rstrip(';')}': {why}"
    assert (caught.value.file, caught.value.line) == ("k.cu", 123)


def test_every_refused_family_has_a_reason() -> None:
    assert {"wmma", "mma", "ldmatrix", "tex", "tld4", "suld", "sust"} <= {name for name, _ in _core.refused_rows()}
    assert {why for _, why in _core.refused_rows()} >= set(LATER)


def test_the_source_line_is_told_too() -> None:
    with pytest.raises(_core.LoadError, match=r"frobnicate") as caught:
        _core.Device(memory_mib=16).load(kernel(".loc 1 123 0\nfrobnicate.b32 %r1, %r2;"))
    assert (caught.value.file, caught.value.line) == ("k.cu", 123)


def test_a_refused_function_refuses_the_module_even_if_nothing_calls_it() -> None:
    module = ".func unused() { .reg .b32 %a; frobnicate.b32 %a; ret; }\n"
    with pytest.raises(_core.LoadError, match="frobnicate"):
        _core.Device(memory_mib=16).load(kernel("mov.u32 %r9, 1;", module=module))
