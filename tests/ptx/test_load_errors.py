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
    "shfl.idx.b32 %r1, %r2, %r3, %r4;",  # removed since sm_70
    "vote.all.pred %p1, %p2;",
    "membar.galaxy;",
    "fence.proxy.alias;",
    "tex.2d.v4.f32.s32 {%f1, %f2, %f3, %f4}, [%rd1, {%r1, %r2}];",
    "add.sat.f64 %fd1, %fd2, %fd3;",
    "cvt.rn.satfinite.e4m3x2.f32 %h1, %f1, %f2;",
    "min.xorsign.abs.f32 %f1, %f2, %f3;",
]


@pytest.mark.parametrize("instruction", REFUSED)
def test_refused_with_its_line(instruction: str) -> None:
    text = kernel(f".loc 1 123 0\n{instruction}")
    line = 1 + text[: text.index(instruction)].count("\n")
    with pytest.raises(_core.LoadError) as caught:
        _core.Device(memory_mib=16).load(text)
    assert caught.value.ptx_line == line
    assert str(caught.value)


def test_the_source_line_is_told_too() -> None:
    with pytest.raises(_core.LoadError, match=r"frobnicate") as caught:
        _core.Device(memory_mib=16).load(kernel(".loc 1 123 0\nfrobnicate.b32 %r1, %r2;"))
    assert (caught.value.file, caught.value.line) == ("k.cu", 123)


def test_a_refused_function_refuses_the_module_even_if_nothing_calls_it() -> None:
    module = ".func unused() { .reg .b32 %a; frobnicate.b32 %a; ret; }\n"
    with pytest.raises(_core.LoadError, match="frobnicate"):
        _core.Device(memory_mib=16).load(kernel("mov.u32 %r9, 1;", module=module))
