"""mbarrier: phases, tokens, parity, dropped threads, copies that arrive on one; and what it orders. PTX ISA 9.0, section 9.7.13.15."""

from __future__ import annotations

import numpy as np
import pytest

from grader import _core
from tests.ptx.launch import Outcome, kernel, run

DECLARES = ".shared .align 8 .b64 bar; .shared .align 8 .b64 other; .shared .align 256 .b32 tile[128]; .reg .b64 %s<4>;"
FIRST = "setp.ne.u32 %p1, %r0, 0;\n@%p1 bra READY;\n"
WAIT = "WAIT{n}:\nmbarrier.test_wait.shared.b64 %p2, [bar], %s{n};\n@!%p2 bra WAIT{n};\n"


def init(count: int, name: str = "bar") -> str:
    return f"{FIRST}mbarrier.init.shared.b64 [{name}], {count};\nREADY:\nbar.sync 0;\n"


def launch(body: str, *, block: int = 64, params: str = "", **how: object) -> Outcome:
    return run(kernel(body, declares=DECLARES, params=params), block=block, **how)  # type: ignore[arg-type]


def words(body: str, **how: object) -> list[int]:
    outcome = launch(body, **how)  # type: ignore[arg-type]
    assert outcome.error == 0 and not outcome.findings, outcome.findings
    return [int(x) for x in outcome.words]


NEIGHBOUR = "mov.u32 %r13, tile;\nmad.lo.u32 %r13, %r0, 4, %r13;\nxor.b32 %r14, %r13, 128;\n"


@pytest.mark.parametrize("space", [".shared", ".shared::cta", ""])
@pytest.mark.parametrize("order", ["", ".release.cta"])
def test_a_phase_orders_what_came_before(space: str, order: str) -> None:
    """Three rounds: each thread writes, arrives, waits, and reads what a thread of the other warp wrote."""
    address = "[%rd7]" if not space else "[bar]"
    rounds = "".join(
        f"""add.u32 %r15, %r0, {100 * n};
st.shared.u32 [%r13], %r15;
mbarrier.arrive{order}{space}.b64 %s1, {address};
W{n}:
mbarrier.test_wait{space}.b64 %p2, {address}, %s1;
@!%p2 bra W{n};
ld.shared.u32 %r16, [%r14];
add.u32 %r9, %r9, %r16;
mbarrier.arrive{space}.b64 %s1, {address};
V{n}:
mbarrier.try_wait{space}.b64 %p2, {address}, %s1, 1000;
@!%p2 bra V{n};
"""
        for n in range(3)
    )
    generic = "mov.u64 %rd7, bar;\ncvta.shared.u64 %rd7, %rd7;\n"
    assert words(generic + NEIGHBOUR + init(64) + rounds) == [3 * (i ^ 32) + 300 for i in range(64)]


def test_without_waiting_it_orders_nothing() -> None:
    body = NEIGHBOUR + init(64) + "st.shared.u32 [%r13], %r0;\nmbarrier.arrive.shared.b64 _, [bar];\nld.shared.u32 %r9, [%r14];"
    assert set(launch(body).verdicts) & {"RACE_SHARED", "UNINIT_READ"}


def test_parity() -> None:
    """Before the first phase is over, that of odd parity counts as over; then the even one."""
    take = "selp.u32 %r12, 1, 0, %p2;\nmad.lo.u32 %r9, %r9, 10, %r12;\n"
    ask = "".join(f"mbarrier.test_wait.parity.shared.b64 %p2, [bar], {parity};\n{take}" for parity in (0, 1))
    body = init(1) + ask + "mbarrier.arrive.shared.b64 _, [bar];\n" + ask + "mbarrier.arrive.shared.b64 _, [bar];\n" + ask
    assert words(body, block=1) == [11001]


def test_counts_and_tokens() -> None:
    """An arrival may count for several threads; a token remembers how many were missing when it was given."""
    body = (
        init(10)
        + """mbarrier.arrive.shared.b64 %s0, [bar], 3;
mbarrier.arrive.noComplete.shared.b64 %s1, [bar], 2;
mbarrier.pending_count.b64 %r10, %s0;
mbarrier.pending_count.b64 %r11, %s1;
mbarrier.test_wait.shared.b64 %p2, [bar], %s0;
selp.u32 %r12, 1, 0, %p2;
mbarrier.arrive.shared.b64 %s2, [bar], 5;
mbarrier.test_wait.shared.b64 %p2, [bar], %s0;
selp.u32 %r13, 1, 0, %p2;
mad.lo.u32 %r9, %r10, 100, %r11;
mad.lo.u32 %r9, %r9, 10, %r12;
mad.lo.u32 %r9, %r9, 10, %r13;"""
    )
    assert words(body, block=1) == [(10 * 100 + 7) * 100 + 1]


def test_dropped_threads_are_waited_for_no_longer() -> None:
    """One warp drops out; the other one goes on alone."""
    body = (
        init(64)
        + """setp.lt.u32 %p3, %r0, 32;
@%p3 bra STAY;
mbarrier.arrive_drop.shared.b64 %s0, [bar];
bra DONE;
STAY:
mov.u32 %r12, 0;
LOOP:
mbarrier.arrive.shared.b64 %s0, [bar];
WAIT:
mbarrier.test_wait.shared.b64 %p2, [bar], %s0;
@!%p2 bra WAIT;
add.u32 %r12, %r12, 1;
setp.lt.u32 %p2, %r12, 5;
@%p2 bra LOOP;
mov.u32 %r9, %r12;
DONE:"""
    )
    assert words(body) == [5] * 32 + [0] * 32


def test_it_can_be_used_anew_after_inval() -> None:
    again = "bar.sync 0;\n@%p1 bra AGAIN;\nmbarrier.inval.shared.b64 [bar];\nmbarrier.init.shared.b64 [bar], 64;\nAGAIN:\nbar.sync 0;\n"
    arrive = "mbarrier.arrive.shared.b64 %s0, [bar];\n" + WAIT.format(n=0)
    assert words(init(64) + arrive + again + arrive.replace("WAIT0", "LAST") + "mov.u32 %r9, 1;") == [1] * 64


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("cp.async.mbarrier.arrive.noinc.shared.b64 [bar];", 64),
        ("cp.async.mbarrier.arrive.shared.b64 [bar];\nmbarrier.arrive.shared.b64 _, [bar];", 64),
    ],
)
def test_copies_arrive_on_it(kind: str, count: int) -> None:
    """A thread waits for the barrier, and so for the copies of all threads."""
    device = _core.Device(memory_mib=16)
    data = np.arange(64, dtype=np.uint32) + 500
    source = device.alloc(data.nbytes)
    device.upload(source, data.tobytes())
    body = (
        NEIGHBOUR
        + init(count)
        + f"""ld.param.u64 %rd4, [in];
mad.wide.u32 %rd5, %r0, 4, %rd4;
cp.async.ca.shared.global [%r13], [%rd5], 4;
{kind}
WAIT:
mbarrier.test_wait.parity.shared.b64 %p2, [bar], 0;
@!%p2 bra WAIT;
ld.shared.u32 %r9, [%r14];"""
    )
    assert words(body, params=".param .u64 in", args=(("ptr", source),), device=device) == [500 + (i ^ 32) for i in range(64)]


def test_a_wait_that_never_ends_is_stopped() -> None:
    body = init(65) + ".loc 1 30 0\nmbarrier.arrive.shared.b64 %s0, [bar];\n" + WAIT.format(n=0)
    outcome = launch(body, budget=20000)
    assert outcome.verdicts in (["TIMEOUT"], ["DEADLOCK"]) and outcome.error == 702


@pytest.mark.parametrize(
    ("body", "verdict", "word"),
    [
        ("mbarrier.arrive.shared.b64 _, [bar];", "UNINIT_READ", "nitialized"),
        (init(4) + ".loc 1 9 0\nmbarrier.arrive.shared.b64 _, [bar], 5;", "BARRIER_DIVERGENCE", "fewer threads"),
        ("mbarrier.init.shared.b64 [bar], 0;", "BARRIER_DIVERGENCE", "number of threads"),
        ("mbarrier.init.shared.b64 [bar+4], 1;", "MISALIGNED", "Misaligned"),
        ("mbarrier.init.b64 [%rd1], 1;", "OOB_WRITE", "not in shared memory"),
        ("mbarrier.init.shared.b64 [bar+65536], 1;", "OOB_WRITE", "out of bounds"),
    ],
)
def test_misuse_is_found(body: str, verdict: str, word: str) -> None:
    outcome = launch(body, block=1)
    assert outcome.error and verdict in outcome.verdicts, outcome.findings
    assert any(word in finding["message"] for finding in outcome.faults)


@pytest.mark.parametrize(
    "instruction",
    [
        "mbarrier.expect_tx.relaxed.cta.shared::cta.b64 [bar], 16;",
        "mbarrier.arrive.expect_tx.shared::cta.b64 %s0, [bar], 16;",
        "mbarrier.arrive.release.cluster.shared::cluster.b64 _, [bar];",
        "mbarrier.init.shared.b32 [bar], 1;",
        "mbarrier.init.global.b64 [bar], 1;",
    ],
)
def test_refused(instruction: str) -> None:
    with pytest.raises(_core.LoadError):
        launch(instruction)
