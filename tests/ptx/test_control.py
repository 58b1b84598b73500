"""Control flow: divergence and joins, loops, early exits, calls, recursion, function pointers, brx.idx, fences, traps, forward progress."""

from __future__ import annotations

import struct

import pytest

from tests.ptx.launch import UNTOUCHED, kernel, run, words

LANES = range(32)


def test_nested_ifs() -> None:
    body = """and.b32 %r10, %r0, 1;
setp.eq.u32 %p1, %r10, 0;
@%p1 bra EVEN;
setp.lt.u32 %p2, %r0, 10;
@%p2 bra ODD_LOW;
mov.u32 %r9, 1;
bra.uni ODD_END;
ODD_LOW:
mov.u32 %r9, 2;
ODD_END:
add.u32 %r9, %r9, 100;
bra END;
EVEN:
setp.gt.u32 %p2, %r0, 20;
@!%p2 bra END;
mov.u32 %r9, 3;
END:
activemask.b32 %r11;
popc.b32 %r11, %r11;
mad.lo.u32 %r9, %r11, 1000, %r9;"""

    def want(i: int) -> int:
        inner = (102 if i < 10 else 101) if i % 2 else (3 if i > 20 else 0)
        return 32000 + inner  # all 32 lanes are together again

    assert words(kernel(body)) == [want(i) for i in LANES]


def test_loops_with_a_different_trip_count_in_every_lane() -> None:
    body = """mov.u32 %r10, 0;
LOOP:
setp.ge.u32 %p1, %r10, %r0;
@%p1 bra END;
mad.lo.u32 %r9, %r10, %r10, %r9;
add.u32 %r10, %r10, 1;
bra LOOP;
END:
activemask.b32 %r11;
setp.eq.u32 %p2, %r11, -1;
@!%p2 mov.u32 %r9, 999;"""
    assert words(kernel(body)) == [sum(k * k for k in range(i)) for i in LANES]


def test_nested_loops_with_break_and_continue() -> None:
    body = """mov.u32 %r10, 0;
OUTER:
setp.ge.u32 %p1, %r10, 5;
@%p1 bra END;
add.u32 %r10, %r10, 1;
add.u32 %r12, %r10, %r0;
and.b32 %r12, %r12, 3;
setp.eq.u32 %p2, %r12, 0;
@%p2 bra OUTER;
mov.u32 %r11, 0;
INNER:
add.u32 %r11, %r11, 1;
add.u32 %r9, %r9, %r11;
setp.gt.u32 %p3, %r11, %r0;
@%p3 bra OUTER;
setp.gt.u32 %p3, %r9, 200;
@%p3 bra END;
setp.lt.u32 %p4, %r11, %r10;
@%p4 bra INNER;
bra OUTER;
END:"""

    def want(i: int) -> int:
        total = outer = 0
        while outer < 5:
            outer += 1
            if (outer + i) & 3 == 0:
                continue
            inner = 0
            while True:
                inner += 1
                total += inner
                if inner > i:
                    break
                if total > 200:
                    return total
                if not inner < outer:
                    break
        return total

    assert words(kernel(body)) == [want(i) for i in LANES]


@pytest.mark.parametrize("leave", ["exit", "ret"])
def test_lanes_that_leave_inside_of_a_loop(leave: str) -> None:
    body = f"""mov.u32 %r10, 0;
LOOP:
add.u32 %r10, %r10, 1;
setp.eq.u32 %p1, %r10, %r0;
@%p1 {leave};
setp.lt.u32 %p2, %r10, 20;
@%p2 bra LOOP;
activemask.b32 %r9;"""
    together = 0xFFE00001  # lanes 1 to 20 left
    assert words(kernel(body)) == [UNTOUCHED if 1 <= i <= 20 else together for i in LANES]


def test_exit_of_some_lanes_inside_of_a_branch() -> None:
    body = """setp.lt.u32 %p1, %r0, 16;
@%p1 bra LOW;
setp.lt.u32 %p2, %r0, 24;
@%p2 exit;
mov.u32 %r9, 1;
bra JOIN;
LOW:
mov.u32 %r9, 2;
JOIN:
add.u32 %r9, %r9, 10;
TOGETHER"""
    want = [12 if i < 16 else UNTOUCHED if i < 24 else 11 for i in LANES]
    assert words(kernel(body.replace("TOGETHER", ""))) == want
    summed = body.replace("TOGETHER", "mov.u32 %r10, %r9;\nredux.sync.add.u32 %r9, %r10, 0xff00ffff;")
    assert words(kernel(summed)) == [w if w == UNTOUCHED else 16 * 12 + 8 * 11 for w in want]


def test_lanes_meet_again_behind_a_branch_in_which_some_exit() -> None:
    body = """setp.lt.u32 %p1, %r0, 16;
@%p1 bra JOIN;
setp.lt.u32 %p2, %r0, 24;
@%p2 exit;
JOIN:
activemask.b32 %r9;"""
    assert words(kernel(body)) == [0xFF00FFFF if not 16 <= i < 24 else UNTOUCHED for i in LANES]


@pytest.mark.parametrize("uni", ["", ".uni"])
def test_brx_idx(uni: str) -> None:
    body = f"""and.b32 %r10, %r0, 3;
TARGETS: .branchtargets CASE0, CASE1, CASE2, CASE1;
brx.idx{uni} %r10, TARGETS;
CASE0:
add.u32 %r9, %r9, 10;
CASE1:
add.u32 %r9, %r9, 100;
bra END;
CASE2:
mov.u32 %r9, 7;
END:
activemask.b32 %r11;
setp.ne.u32 %p1, %r11, -1;
@%p1 mov.u32 %r9, 999;"""
    if uni:  # the same case in all lanes
        body = body.replace("%r0, 3", "%r0, 0")
        assert words(kernel(body)) == [110] * 32
    else:
        assert words(kernel(body)) == [(110, 100, 7, 100)[i & 3] for i in LANES]


def test_a_guarded_brx_idx() -> None:
    body = """setp.lt.u32 %p1, %r0, 4;
TARGETS: .branchtargets CASE0, CASE1, CASE2, CASE3;
@%p1 brx.idx %r0, TARGETS;
mov.u32 %r9, 50;
bra END;
CASE0: mov.u32 %r9, 60; bra END;
CASE1: mov.u32 %r9, 61; bra END;
CASE2: mov.u32 %r9, 62; bra END;
CASE3: mov.u32 %r9, 63;
END:"""
    assert words(kernel(body)) == [60 + i if i < 4 else 50 for i in LANES]


def test_an_index_beyond_the_list_is_the_kernels_fault() -> None:
    outcome = run(kernel("T: .branchtargets A, B;\n.loc 1 77 0\nbrx.idx %r0, T;\nA:\nB:"))
    assert outcome.error == 719
    (found,) = outcome.findings
    assert (found["verdict"], found["frames"], found["thread"]) == ("LAUNCH_FAILED", [("k.cu", 77, 0)], (2, 0, 0))
    assert found["message"] == "brx.idx by thread (2,0,0) in block (0,0,0) has index 2: its list has 2 targets"


CALL = """{{ .param .b32 arg; .param .b32 res;
st.param.b32 [arg], {argument};
call.uni (res), {name}, (arg);
ld.param.b32 {result}, [res]; }}
"""
SQUARE = """.func (.param .b32 res) square(.param .b32 x)
{ .reg .b32 %a<3>;
ld.param.b32 %a1, [x];
mul.lo.s32 %a2, %a1, %a1;
st.param.b32 [res], %a2;
ret; }
"""


def test_call_of_a_function() -> None:
    body = CALL.format(argument="%r0", name="square", result="%r9")
    assert words(kernel(body, module=SQUARE)) == [i * i for i in LANES]


def test_call_from_one_branch() -> None:
    body = "mov.u32 %r9, 5;\nsetp.gt.u32 %p1, %r0, 12;\n@!%p1 bra END;\n"
    body += CALL.format(argument="%r0", name="square", result="%r9") + "END:"
    assert words(kernel(body, module=SQUARE)) == [i * i if i > 12 else 5 for i in LANES]


def test_a_guarded_call() -> None:
    body = "mov.u32 %r9, 5;\nsetp.gt.u32 %p1, %r0, 12;\n"
    body += CALL.format(argument="%r0", name="square", result="%r10").replace("call", "@%p1 call")
    body += "@%p1 mov.u32 %r9, %r10;"
    assert words(kernel(body, module=SQUARE)) == [i * i if i > 12 else 5 for i in LANES]


def test_recursion_with_locals_and_divergent_depth() -> None:
    """fibonacci(lane % 9), each activation keeps its own registers and local memory."""
    module = """.func (.param .b32 res) fib(.param .b32 n)
{ .reg .b32 %a<8>; .reg .b64 %d<2>; .reg .pred %q; .local .b32 keep[2];
ld.param.b32 %a1, [n];
mov.b32 %a5, %a1;
setp.lt.s32 %q, %a1, 2;
@%q bra DONE;
mov.u64 %d1, keep;
st.local.b32 [%d1+4], %a1;
{ .param .b32 p; .param .b32 r; sub.s32 %a2, %a1, 1; st.param.b32 [p], %a2; call.uni (r), fib, (p); ld.param.b32 %a3, [r]; }
ld.local.b32 %a6, [%d1+4];
{ .param .b32 p; .param .b32 r; sub.s32 %a2, %a6, 2; st.param.b32 [p], %a2; call.uni (r), fib, (p); ld.param.b32 %a4, [r]; }
add.s32 %a5, %a3, %a4;
DONE:
st.param.b32 [res], %a5;
ret; }
"""
    body = "rem.u32 %r10, %r0, 9;\n" + CALL.format(argument="%r10", name="fib", result="%r9")
    fib = [0, 1]
    while len(fib) < 9:
        fib.append(fib[-1] + fib[-2])
    assert words(kernel(body, module=module)) == [fib[i % 9] for i in LANES]


def test_endless_recursion_ends_with_a_finding() -> None:
    module = """.func (.param .b32 res) deep(.param .b32 n)
{ .reg .b32 %a<3>;
ld.param.b32 %a1, [n];
{ .param .b32 p; .param .b32 r; st.param.b32 [p], %a1; call.uni (r), deep, (p); ld.param.b32 %a2, [r]; }
st.param.b32 [res], %a2;
ret; }
"""
    outcome = run(kernel(CALL.format(argument="%r0", name="deep", result="%r9"), module=module))
    assert outcome.error == 719
    assert "recursion" in outcome.findings[0]["message"]


def test_many_parameters_of_different_sizes() -> None:
    module = """.func (.param .b64 res) mix(.param .b8 a, .param .b64 b, .param .align 8 .b8 c[24], .param .f32 d)
{ .reg .b16 %h; .reg .b64 %d<8>; .reg .f32 %f; .reg .b32 %a;
ld.param.s8 %h, [a];
cvt.s64.s16 %d1, %h;
ld.param.b64 %d2, [b];
ld.param.b64 %d3, [c+16];
ld.param.v2.b32 {%a, _}, [c];
ld.param.f32 %f, [d];
cvt.rzi.s64.f32 %d4, %f;
add.s64 %d5, %d1, %d2;
add.s64 %d5, %d5, %d3;
add.s64 %d5, %d5, %d4;
cvt.u64.u32 %d6, %a;
add.s64 %d5, %d5, %d6;
st.param.b64 [res], %d5;
ret; }
"""
    body = """cvt.u16.u32 %h1, %r0;
neg.s16 %h1, %h1;
mov.b64 %rd5, 10000;
mov.b64 %rd6, 100000;
{ .param .b8 a; .param .b64 b; .param .align 8 .b8 c[24]; .param .f32 d; .param .b64 r;
st.param.b8 [a], %h1;
st.param.b64 [b], %rd5;
st.param.v2.b32 [c], {%r0, %r0};
st.param.b64 [c+16], %rd6;
st.param.f32 [d], 0f447A0000;
call.uni (r), mix, (a, b, c, d);
ld.param.b64 %rd7, [r]; }
cvt.u32.u64 %r9, %rd7;"""
    assert words(kernel(body, module=module)) == [111000] * 32


POINTERS = SQUARE + SQUARE.replace("square", "cube").replace("st.param", "mul.lo.s32 %a2, %a2, %a1;\nst.param")
PROTOTYPE = "SHAPE: .callprototype (.param .b32 _) _ (.param .b32 _);\n"


def test_call_through_a_function_pointer() -> None:
    body = (
        PROTOTYPE
        + """mov.u64 %rd5, cube;
{ .param .b32 arg; .param .b32 res;
st.param.b32 [arg], %r0;
call (res), %rd5, (arg), SHAPE;
ld.param.b32 %r9, [res]; }"""
    )
    assert words(kernel(body, module=POINTERS)) == [i**3 for i in LANES]


def test_function_pointers_from_a_table() -> None:
    module = POINTERS + ".global .align 8 .u64 table[2] = {square, cube};\n"
    body = (
        PROTOTYPE
        + """ld.global.u64 %rd5, [table+8];
{ .param .b32 arg; .param .b32 res;
st.param.b32 [arg], %r0;
call (res), %rd5, (arg), SHAPE;
ld.param.b32 %r9, [res]; }"""
    )
    assert words(kernel(body, module=module)) == [i**3 for i in LANES]


def test_function_pointers_that_differ_between_lanes() -> None:
    body = (
        PROTOTYPE
        + """and.b32 %r10, %r0, 1;
setp.eq.u32 %p1, %r10, 0;
mov.u64 %rd5, cube;
mov.u64 %rd6, square;
selp.b64 %rd5, %rd6, %rd5, %p1;
{ .param .b32 arg; .param .b32 res;
st.param.b32 [arg], %r0;
call (res), %rd5, (arg), SHAPE;
ld.param.b32 %r9, [res]; }
activemask.b32 %r11;
setp.ne.u32 %p1, %r11, -1;
@%p1 mov.u32 %r9, 999;"""
    )
    assert words(kernel(body, module=POINTERS)) == [i**3 if i % 2 else i**2 for i in LANES]


def test_an_invalid_function_pointer() -> None:
    body = (
        PROTOTYPE
        + """mov.u64 %rd5, 12345678;
.loc 1 9 0
{ .param .b32 arg; .param .b32 res;
st.param.b32 [arg], %r0;
call (res), %rd5, (arg), SHAPE;
ld.param.b32 %r9, [res]; }"""
    )
    outcome = run(kernel(body, module=POINTERS))
    assert outcome.error != 0
    assert outcome.findings[0]["frames"] == [("k.cu", 9, 0)]


def test_exit_within_called_functions() -> None:
    """Lanes that end inside of nested calls are not waited for; the others come back."""
    module = """.func inner(.param .b32 n)
{ .reg .b32 %a<3>; .reg .pred %q;
ld.param.b32 %a1, [n];
setp.lt.u32 %q, %a1, 7;
@%q exit;
ret; }
.func outer(.param .b32 n)
{ .reg .b32 %a<3>; .reg .pred %q;
ld.param.b32 %a1, [n];
setp.gt.u32 %q, %a1, 28;
@%q bra SKIP;
{ .param .b32 p; st.param.b32 [p], %a1; call.uni inner, (p); }
SKIP:
ret; }
"""
    body = """setp.eq.u32 %p1, %r0, 15;
@%p1 bra JOIN;
{ .param .b32 p; st.param.b32 [p], %r0; call.uni outer, (p); }
JOIN:
activemask.b32 %r9;"""
    assert words(kernel(body, module=module)) == [UNTOUCHED if i < 7 else 0xFFFFFF80 for i in LANES]


def test_all_lanes_exit_within_a_function() -> None:
    module = ".func leave()\n{ exit; }\n"
    assert words(kernel("call.uni leave;", module=module), block=64) == [UNTOUCHED] * 64


@pytest.mark.parametrize("pause", ["", "nanosleep.u32 20;"])
def test_a_spin_lock_between_the_lanes_of_a_warp_makes_progress(pause: str) -> None:
    """Each lane must get the lock that another lane of its warp holds: hangs before Volta and on a plain reconvergence stack."""
    module = ".global .b32 lock = 0;\n.global .b32 total = 0;\n"
    body = f"""LOOP:
atom.acquire.gpu.global.cas.b32 %r10, [lock], 0, 1;
setp.ne.u32 %p1, %r10, 0;
{pause}
@%p1 bra LOOP;
ld.volatile.global.u32 %r11, [total];
add.u32 %r11, %r11, %r0;
st.volatile.global.u32 [total], %r11;
membar.gl;
atom.release.gpu.global.exch.b32 %r12, [lock], 0;
bar.sync 0;
ld.volatile.global.u32 %r9, [total];"""
    assert words(kernel(body, module=module), block=64) == [sum(range(64))] * 64


def test_a_flag_between_warps_makes_progress() -> None:
    module = ".global .b32 flag = 0;\n"
    body = """setp.ge.u32 %p1, %r0, 32;
@%p1 bra SECOND;
WAIT:
ld.acquire.gpu.global.u32 %r10, [flag];
setp.eq.u32 %p2, %r10, 0;
@%p2 bra WAIT;
mov.u32 %r9, 1;
bra END;
SECOND:
mov.u32 %r9, 2;
st.release.gpu.global.u32 [flag], 1;
END:"""
    assert words(kernel(body, module=module), block=64) == [1] * 32 + [2] * 32


FENCES = ["membar.cta", "membar.gl", "membar.sys", "fence.sc.gpu", "fence.acq_rel.cta", "fence.acq_rel.sys"]


@pytest.mark.parametrize("fence", [*FENCES, "brkpt", "nanosleep.u32 5"])
def test_instructions_without_a_visible_effect(fence: str) -> None:
    assert words(kernel(f"mov.u32 %r9, 3;\n{fence};")) == [3] * 32
    assert words(kernel(f"mov.u32 %r9, 3;\nsetp.lt.u32 %p1, %r0, 3;\n@%p1 {fence};")) == [3] * 32


@pytest.mark.parametrize(
    "instruction",
    [
        "discard.global.L2 [%rd0], 128;",
        "applypriority.global.L2::evict_normal [%rd0], 128;",
        "griddepcontrol.wait;",
        "griddepcontrol.launch_dependents;",
        "pmevent 3;",
        "pmevent.mask 5;",
        "setmaxnreg.inc.sync.aligned.u32 96;",
        "createpolicy.fractional.L2::evict_last.b64 %rd3, 1.0;",
        "createpolicy.range.global.L2::evict_last.L2::evict_first.b64 %rd3, [%rd1], 128, 256;",
        "createpolicy.cvt.L2.b64 %rd3, %rd1;",
        "createpolicy.fractional.L2::evict_first.b64 %rd3, 0.5; ld.global.L2::cache_hint.u32 %r10, [%rd0], %rd3;",
        "createpolicy.fractional.L2::evict_first.b64 %rd3, 0.5; st.global.L2::cache_hint.u32 [%rd0], %r9, %rd3;",
    ],
)
def test_what_only_a_cache_would_notice(instruction: str) -> None:
    body = f"mov.u32 %r9, 6;\nst.global.u32 [%rd0], %r9;\n{instruction}"
    assert words(kernel(body)) == [6] * 32


def test_prefetch() -> None:
    body = "prefetch.global.L1 [%rd0];\nprefetch.global.L2 [%rd0+64];\nprefetchu.L1 [%rd0];\nmov.u32 %r9, 4;"
    assert words(kernel(body)) == [4] * 32


def test_trap() -> None:
    outcome = run(kernel("setp.eq.u32 %p1, %r0, 9;\n.loc 1 77 0\n@%p1 trap;"))
    assert outcome.error == 719
    assert outcome.findings[0]["frames"] == [("k.cu", 77, 0)]
    assert outcome.findings[0]["thread"] == (9, 0, 0)


def test_a_block_that_runs_too_long_is_stopped() -> None:
    outcome = run(kernel(".loc 1 5 0\nLOOP:\nadd.u32 %r9, %r9, 1;\nbra LOOP;"), budget=10000)
    assert outcome.error == 702
    assert outcome.verdicts == ["TIMEOUT"]
    assert outcome.findings[0]["frames"] == [("k.cu", 5, 0)]


def test_the_budget_is_a_blocks_own() -> None:
    """Ten blocks of 1,000 instructions each pass a budget of 5,000."""
    body = "LOOP:\nadd.u32 %r9, %r9, 1;\nsetp.lt.u32 %p1, %r9, 300;\n@%p1 bra LOOP;"
    assert words(kernel(body), grid=10, budget=5000) == [300] * 320


def test_registers_start_the_same_in_every_block() -> None:
    assert words(kernel("add.u32 %r9, %r40, 1;\nadd.u32 %r40, %r40, 5;"), grid=4) == [1] * 128


def test_kernel_parameters_of_every_type() -> None:
    scalars = {"u8": "a", "s8": "b", "s16": "c", "u32": "d", "s64": "e", "f32": "f", "f64": "g"}
    params = "".join(f".param .{kind} {name}, " for kind, name in scalars.items()) + ".param .align 16 .b8 s[32]"
    body = """ld.param.u8 %h1, [a]; cvt.u32.u16 %r10, %h1;
ld.param.s8 %r11, [b]; add.s32 %r10, %r10, %r11;
ld.param.s16 %r11, [c]; add.s32 %r10, %r10, %r11;
ld.param.u32 %r11, [d]; add.s32 %r10, %r10, %r11;
ld.param.s64 %rd5, [e]; cvt.u32.u64 %r11, %rd5; add.s32 %r10, %r10, %r11;
ld.param.f32 %f1, [f]; cvt.rzi.s32.f32 %r11, %f1; add.s32 %r10, %r10, %r11;
ld.param.f64 %fd1, [g]; cvt.rzi.s32.f64 %r11, %fd1; add.s32 %r10, %r10, %r11;
ld.param.v2.u32 {%r11, %r12}, [s+16]; add.s32 %r10, %r10, %r11; add.s32 %r10, %r10, %r12;
and.b32 %r13, %r0, 1; mul.wide.u32 %rd6, %r13, 4; mov.b64 %rd7, s; add.s64 %rd7, %rd7, %rd6;
ld.param.u32 %r11, [%rd7]; add.s32 %r9, %r10, %r11;"""
    structure = struct.pack("<8I", 1000, 2000, 0, 0, 30000, 40000, 0, 0)
    args = (("u8", 200), ("i8", -100), ("i16", -7), ("u32", 5), ("i64", -3), ("f32", 2.5), ("f64", -8.5), structure)
    base = 200 - 100 - 7 + 5 - 3 + 2 - 8 + 70000
    assert words(kernel(body, params=params), args=args) == [base + (2000 if i % 2 else 1000) for i in LANES]
