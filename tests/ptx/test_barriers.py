"""Block barriers: order, reductions, counts, exited threads, and what is reported when they are used wrongly."""

from __future__ import annotations

import pytest

from tests.ptx.launch import UNTOUCHED, kernel, run, words

BOX = ".shared .align 4 .b32 box[256];"
SLOT = "mov.u32 %r20, box;\nmad.lo.u32 %r21, %r0, 4, %r20;\n"


BARRIERS = [
    "bar.sync 0;",
    "barrier.sync 0;",
    "barrier.sync.aligned 1;",
    "bar.sync 3, 128;",
    "bar.cta.sync 0;",
    "mov.u32 %r30, 5; bar.sync %r30;",
]


@pytest.mark.parametrize("barrier", BARRIERS)
def test_barrier_orders_shared_memory(barrier: str) -> None:
    body = (
        SLOT
        + f"""mul.lo.u32 %r10, %r0, 3;
st.shared.u32 [%r21], %r10;
{barrier}
xor.b32 %r11, %r0, 127;
mad.lo.u32 %r12, %r11, 4, %r20;
ld.shared.u32 %r9, [%r12];"""
    )
    assert words(kernel(body, declares=BOX), block=128) == [3 * (127 - i) for i in range(128)]


def test_barriers_in_a_loop() -> None:
    """A tree reduction over 256 threads."""
    body = (
        SLOT
        + """add.u32 %r10, %r0, 1;
st.shared.u32 [%r21], %r10;
mov.u32 %r13, 128;
LOOP:
bar.sync 0;
setp.ge.u32 %p1, %r0, %r13;
@%p1 bra NEXT;
add.u32 %r11, %r0, %r13;
mad.lo.u32 %r12, %r11, 4, %r20;
ld.shared.u32 %r14, [%r12];
ld.shared.u32 %r15, [%r21];
add.u32 %r15, %r15, %r14;
st.shared.u32 [%r21], %r15;
NEXT:
shr.u32 %r13, %r13, 1;
setp.ne.u32 %p2, %r13, 0;
@%p2 bra LOOP;
bar.sync 0;
ld.shared.u32 %r9, [box];"""
    )
    assert words(kernel(body, declares=BOX), block=256, grid=2) == [256 * 257 // 2] * 512


@pytest.mark.parametrize("family", ["bar", "barrier"])
def test_bar_red(family: str) -> None:
    holds = [i % 5 == 2 for i in range(96)]
    make = "rem.u32 %r10, %r0, 5;\nsetp.eq.u32 %p1, %r10, 2;\n"
    red = f"{family}.red" if family == "bar" else "barrier.red"
    assert words(kernel(make + f"{red}.popc.u32 %r9, 0, %p1;"), block=96) == [sum(holds)] * 96
    assert words(kernel(make + f"{red}.popc.u32 %r9, 0, !%p1;"), block=96) == [96 - sum(holds)] * 96
    take = "\nselp.u32 %r9, 1, 0, %p2;"
    assert words(kernel(make + f"{red}.or.pred %p2, 0, %p1;" + take), block=96) == [1] * 96
    assert words(kernel(make + f"{red}.and.pred %p2, 0, %p1;" + take), block=96) == [0] * 96
    everybody = "setp.lt.u32 %p1, %r0, 96;\n"
    assert words(kernel(everybody + f"{red}.and.pred %p2, 1, 96, %p1;" + take), block=96) == [1] * 96
    nobody = "setp.gt.u32 %p1, %r0, 96;\n"
    assert words(kernel(nobody + f"{red}.or.pred %p2, 0, %p1;" + take), block=96) == [0] * 96


def test_threads_that_have_exited_do_not_count() -> None:
    body = "setp.ge.u32 %p1, %r0, 40;\n@%p1 bra END;\nbar.sync 0;\nmov.u32 %r9, 1;\nbar.sync 0;\nst.global.u32 [%rd0], %r9;\nEND: ret;"
    outcome = run(kernel(body), block=96)
    assert outcome.error == 0
    assert [int(x) for x in outcome.words] == [1] * 40 + [UNTOUCHED] * 56
    assert outcome.verdicts == []


def test_an_early_return_inside_of_a_branch_before_a_barrier() -> None:
    """Valid: every thread that is still there reaches the one barrier."""
    body = """and.b32 %r10, %r0, 1;
setp.eq.u32 %p1, %r10, 0;
@%p1 bra JOIN;
setp.eq.u32 %p2, %r0, 5;
@%p2 bra GONE;
mov.u32 %r9, 7;
JOIN:
bar.sync 0;
add.u32 %r9, %r9, 1;
st.global.u32 [%rd0], %r9;
GONE:
ret;"""
    assert words(kernel(body), block=64) == [UNTOUCHED if i == 5 else 8 if i % 2 else 1 for i in range(64)]


def test_named_barriers_with_counts() -> None:
    """Producers arrive, consumers wait: warps 0 and 1 write, warps 2 and 3 read."""
    body = (
        SLOT
        + """setp.ge.u32 %p1, %r0, 64;
@%p1 bra CONSUME;
mul.lo.u32 %r10, %r0, 7;
st.shared.u32 [%r21], %r10;
membar.cta;
bar.arrive 2, 128;
mov.u32 %r9, 1;
bra END;
CONSUME:
bar.sync 2, 128;
ld.shared.u32 %r9, [%r21-256];
END:"""
    )
    assert words(kernel(body, declares=BOX), block=128) == [1] * 64 + [7 * i for i in range(64)]


def test_two_groups_of_warps_use_barriers_of_their_own() -> None:
    body = (
        SLOT
        + """st.shared.u32 [%r21], %r0;
shr.u32 %r10, %r0, 6;
add.u32 %r10, %r10, 1;
bar.sync %r10, 64;
xor.b32 %r11, %r0, 63;
mad.lo.u32 %r12, %r11, 4, %r20;
ld.shared.u32 %r9, [%r12];"""
    )
    assert words(kernel(body, declares=BOX), block=128) == [i ^ 63 for i in range(128)]


def test_a_barrier_in_divergent_code() -> None:
    body = "setp.lt.u32 %p1, %r0, 16;\n@!%p1 bra END;\n.loc 1 12 0\nbar.sync 0;\nEND:\nmov.u32 %r9, 1;"
    outcome = run(kernel(body), block=64)
    assert "BARRIER_DIVERGENCE" in outcome.verdicts
    finding = next(f for f in outcome.faults if f["verdict"] == "BARRIER_DIVERGENCE")
    assert finding["frames"] == [("k.cu", 12, 0)]


def test_lanes_that_pass_a_barrier_by_and_exit_later_do_not_hold_it() -> None:
    """As since Volta: the barrier waits for threads that have not exited. That it stands in divergent code is told all the same."""
    body = """setp.lt.u32 %p1, %r0, 16;
@!%p1 bra REST;
.loc 1 12 0
bar.sync 0;
mov.u32 %r9, 1;
REST:
add.u32 %r9, %r9, 7;"""
    outcome = run(kernel(body), block=64)
    assert outcome.error == 0
    assert outcome.verdicts == ["BARRIER_DIVERGENCE"]
    assert outcome.faults[0]["frames"] == [("k.cu", 12, 0)]
    assert [int(x) for x in outcome.words] == [8] * 16 + [7] * 48
    assert words(kernel(body.replace("bar.sync", "barrier.sync")), block=64) == [8] * 16 + [7] * 48  # may be reached by parts of a warp


def test_a_barrier_inside_of_the_condition_of_a_halving_loop() -> None:
    body = """mov.u32 %r10, 32;
LOOP:
setp.ge.u32 %p1, %r0, %r10;
@%p1 bra NEXT;
.loc 1 5 0
bar.sync 0;
add.u32 %r9, %r9, 1;
NEXT:
shr.u32 %r10, %r10, 1;
setp.ne.u32 %p2, %r10, 0;
@%p2 bra LOOP;"""
    outcome = run(kernel(body), block=64)
    assert (outcome.error, outcome.verdicts) == (0, ["BARRIER_DIVERGENCE"])
    assert [int(x) for x in outcome.words] == [6, 5, 4, 4, *[3] * 4, *[2] * 8, *[1] * 16] + [0] * 32


def test_lanes_that_wait_for_each_other_at_two_barriers_are_stuck() -> None:
    body = "setp.lt.u32 %p1, %r0, 16;\n@!%p1 bra REST;\n.loc 1 12 0\nbar.sync 1, 64;\nREST:\n.loc 1 14 0\nbar.sync 2, 64;"
    outcome = run(kernel(body), block=32)
    assert outcome.error == 702
    assert outcome.verdicts and set(outcome.verdicts) <= {"BARRIER_DIVERGENCE", "DEADLOCK"}


def test_a_barrier_on_both_sides_of_a_branch_within_a_warp() -> None:
    body = """and.b32 %r10, %r0, 1;
setp.eq.u32 %p1, %r10, 0;
@%p1 bra EVEN;
bar.sync 0;
bra END;
EVEN:
bar.sync 0;
END:"""
    assert "BARRIER_DIVERGENCE" in run(kernel(body), block=64).verdicts


def test_a_guarded_barrier_in_divergent_code() -> None:
    outcome = run(kernel("setp.lt.u32 %p1, %r0, 16;\n.loc 1 12 0\n@%p1 bar.sync 0;"), block=64)
    assert "BARRIER_DIVERGENCE" in outcome.verdicts


def test_different_barriers_on_the_two_sides_of_a_branch() -> None:
    body = "setp.lt.u32 %p1, %r0, 32;\n@!%p1 bra ELSE;\n.loc 1 12 0\nbar.sync 0;\nbra END;\nELSE:\n.loc 1 15 0\nbar.sync 0;\nEND:"
    outcome = run(kernel(body), block=64)
    assert outcome.verdicts == ["BARRIER_DIVERGENCE"]
    finding = outcome.faults[0]
    assert {finding["frames"][0][1], finding["other_frames"][0][1]} == {12, 15}


def test_non_aligned_barriers_may_be_reached_by_parts_of_a_warp() -> None:
    body = """and.b32 %r10, %r0, 1;
setp.eq.u32 %p1, %r10, 0;
@%p1 bra EVEN;
barrier.sync 0;
mov.u32 %r9, 1;
bra END;
EVEN:
barrier.sync 0;
mov.u32 %r9, 2;
END:"""
    assert words(kernel(body), block=64) == [1 if i % 2 else 2 for i in range(64)]


def test_threads_wait_for_ever() -> None:
    outcome = run(kernel(".loc 1 8 0\nbar.sync 1, 128;"), block=64)
    assert outcome.error == 702
    assert outcome.verdicts == ["DEADLOCK"]


def test_a_barrier_number_beyond_15() -> None:
    outcome = run(kernel("mov.u32 %r10, 16;\nbar.sync %r10;"))
    assert outcome.error == 719
    assert outcome.verdicts == ["BARRIER_DIVERGENCE"]


def test_of_two_different_barriers_the_conditional_one_is_told() -> None:
    """Whichever warp comes first: behind the barrier in the branch everybody comes to the other one, but not the other way round."""
    for first in ("lt", "ge"):
        body = f"setp.{first}.u32 %p1, %r0, 32;\n@!%p1 bra REST;\n.loc 1 12 0\nbar.sync 0;\nREST:\n.loc 1 14 0\nbar.sync 0;"
        outcome = run(kernel(body), block=64)
        assert outcome.verdicts == ["BARRIER_DIVERGENCE"]
        finding = outcome.faults[0]
        assert (finding["frames"][0][1], finding["other_frames"][0][1]) == (12, 14)
