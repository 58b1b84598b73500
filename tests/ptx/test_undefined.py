"""Values that a shuffle read from a lane that takes no part: no fault as long as nobody uses them."""

from __future__ import annotations

import pytest

from grader import _core
from tests.ptx.launch import UNTOUCHED, Outcome, kernel, run

# Lanes 0 … 15 shuffle down by 8: 8 … 15 read lanes that took the other branch. %p2: the lanes whose value is good.
HALF = """mov.u32 %r10, 5;
mov.u32 %r9, 7;
setp.lt.u32 %p2, %r0, 8;
setp.ge.u32 %p1, %r0, 16;
@%p1 bra DONE;
.loc 1 30 4
shfl.sync.down.b32 %r11, %r10, 8, 31, 0xffff;
.loc 1 31 0
{}
DONE:
.loc 1 99 0"""


def half(body: str) -> Outcome:
    return run(kernel(HALF.format(body)))


def the_fault(outcome: Outcome) -> tuple[int, int, int]:
    """(line of the use, first thread that uses, how many lanes do) of the only fault, which is at line 30."""
    (finding,) = outcome.faults
    assert finding["verdict"] == "UNDEFINED_SHFL"
    assert finding["frames"] == [("k.cu", 30, 4)]
    return finding["other_frames"][0][1], finding["thread"][0], finding["count"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "selp.u32 %r9, %r11, %r10, %p2;",
        "not.pred %p3, %p2;\nselp.u32 %r9, %r10, %r11, %p3;",
        "@%p2 add.u32 %r9, %r11, %r10;",
        "@!%p2 bra DONE;\nmov.u32 %r9, %r11;",
        "mov.u32 %r9, %r11;\nmov.u32 %r9, %r10;",  # overwritten
        "@%p2 mov.u32 %r9, %r11;\n@!%p2 mov.u32 %r9, %r10;",
        "setp.gt.u32 %p3, %r11, 3;\nand.pred %p4, %p2, %p3;\n@%p4 mov.u32 %r9, 1;",
        "setp.gt.u32 %p3, %r11, 3;\nnot.pred %p5, %p2;\nor.pred %p4, %p3, %p5;\nselp.u32 %r9, 1, 2, %p4;",
        "mov.b64 %rd5, {%r11, %r10};\nmov.b64 {%r12, %r13}, %rd5;\nselp.u32 %r9, %r12, %r10, %p2;",
        "shfl.sync.idx.b32 %r12, %r11, 3, 31, 0xffff;\nmov.u32 %r9, %r12;",  # everybody reads a good one
    ],
)
def test_values_that_nobody_uses(body: str) -> None:
    assert half(body).findings == []


@pytest.mark.parametrize(
    ("body", "used"),
    [
        ("mov.u32 %r9, %r11;", (99, 8, 8)),  # the harness stores %r9
        ("add.u32 %r9, %r11, %r10;", (99, 8, 8)),
        ("selp.u32 %r9, %r10, %r11, %p2;", (99, 8, 8)),
        ("mov.u32 %r9, %r11;\n.loc 1 40 0\nst.global.u32 [%rd0], %r9;\nmov.u32 %r9, 0;", (40, 8, 8)),
        ("setp.gt.u32 %p3, %r11, 3;\n.loc 1 41 0\n@%p3 bra DONE;", (41, 8, 8)),
        ("setp.gt.u32 %p3, %r11, 3;\n.loc 1 41 0\n@%p3 st.global.u32 [%rd0], %r10;", (41, 8, 8)),
        ("setp.gt.u32 %p3, %r11, 3;\nselp.u32 %r9, 1, 2, %p3;", (99, 8, 8)),
        ("setp.gt.u32 %p3, %r11, 3;\n@%p3 mov.u32 %r9, %r10;", (99, 8, 8)),
        ("mul.wide.u32 %rd5, %r11, 4;\nadd.u64 %rd5, %rd5, %rd1;\n.loc 1 42 0\nld.global.u32 %r12, [%rd5];", (42, 8, 8)),
        ("setp.ne.u32 %p3, %r11, 3;\n.loc 1 43 0\nvote.sync.any.pred %p4, %p3, 0xffff;", (43, 8, 8)),
        (".loc 1 44 0\nredux.sync.max.u32 %r12, %r11, 0xffff;", (44, 8, 8)),
        ("and.b32 %r12, %r0, 3;\nsetp.eq.u32 %p3, %r12, 0;\n.loc 1 45 0\n@%p3 red.global.add.u32 [%rd0], %r11;", (45, 8, 2)),
        ("shfl.sync.idx.b32 %r12, %r11, 9, 31, 0xffff;\n.loc 1 46 0\n@%p2 st.global.u32 [%rd0], %r12;", (46, 0, 8)),
    ],
)
def test_values_that_are_used(body: str, used: tuple[int, int, int]) -> None:
    assert the_fault(half(body)) == used


def test_the_last_steps_of_a_tree_pass_it_on() -> None:
    """24 lanes: lane 0 gets what lane 8 had added up from lane 24, which isn't there. With 32 lanes nothing is wrong."""
    for lanes in (24, 32):
        steps = "".join(
            f"shfl.sync.down.b32 %r11, %r10, {d}, 31, {(1 << lanes) - 1};\nadd.u32 %r10, %r10, %r11;\n" for d in (16, 8, 4, 2, 1)
        )
        first = f"mov.u32 %r10, 1;\nsetp.ge.u32 %p1, %r0, {lanes};\n@%p1 ret;\n.loc 1 30 4\n"
        last = ".loc 1 31 0\nsetp.ne.u32 %p2, %r0, 0;\n@%p2 ret;\nmov.u32 %r9, %r10;\n"
        outcome = run(kernel(first + steps + last))
        if lanes == 24:
            assert the_fault(outcome) == (31, 0, 1)
        else:
            assert outcome.findings == [] and outcome.words.tolist() == [32] + [UNTOUCHED] * 31


def test_a_function_may_throw_it_away_too() -> None:
    """Undefined in one warp and block only: what another warp did leaves no trace."""
    module = """.func (.param .u32 out) f(.param .u32 in, .param .u32 keep)
{
.reg .b32 %a<4>; .reg .pred %q;
ld.param.u32 %a0, [in];
ld.param.u32 %a1, [keep];
setp.ne.u32 %q, %a1, 0;
.loc 1 30 4
shfl.sync.down.b32 %a2, %a0, 8, 31, 0xffff;
.loc 1 31 0
selp.u32 %a3, %a2, %a0, %q;
st.param.u32 [out], %a3;
ret;
}
"""
    call = """setp.ge.u32 %p1, %r0, 16;
@%p1 bra DONE;
setp.lt.u32 %p2, %r0, LIMIT;
selp.u32 %r10, 1, 0, %p2;
{ .param .u32 a; .param .u32 b; .param .u32 c;
st.param.u32 [a], %r0;
st.param.u32 [b], %r10;
call (c), f, (a, b);
ld.param.u32 %r9, [c]; }
DONE:"""
    good = run(kernel(call.replace("LIMIT", "8"), module=module))
    assert good.findings == [] and good.words.tolist()[:16] == [*range(8, 16), *range(8, 16)]
    assert the_fault(run(kernel(call.replace("LIMIT", "9"), module=module))) == (31, 8, 1)


def test_checks_can_be_off_and_threads_make_no_difference() -> None:
    ptx = kernel(HALF.format("mov.u32 %r9, %r11;"))
    assert run(ptx, checks="memcheck,racecheck,initcheck").findings == []
    device = _core.Device(memory_mib=16)
    outcomes = [run(ptx, device=device, grid=12, block=64, threads=threads).findings for threads in (1, 3)]
    assert outcomes[0] == outcomes[1] and outcomes[0][0]["count"] == 12 * 8
