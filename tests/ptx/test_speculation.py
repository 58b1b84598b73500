"""Loads that the compiler has made unconditional: what only a `selp` keeps counts for the lanes where it is kept."""

from __future__ import annotations

import pytest

from grader import _core
from tests.ptx.launch import Outcome, kernel, run

BOX = ".shared .align 16 .b8 box[1024];"
# Thread 40 writes word 0, and every thread loads it with no barrier between; %p1 is set in the lanes that want the value.
WRITE = "mov.u32 %r20, box;\nsetp.eq.u32 %p3, %r0, 40;\n@%p3 st.shared.u32 [%r20], %r0;\n"


def race(wanted_by: str, use: str, *, load: str = "ld.shared.u32 %r10, [%r20];") -> Outcome:
    body = f"{WRITE}{wanted_by}\nmov.u32 %r11, 5;\n{load}\n{use}"
    return run(kernel(body, declares=BOX), block=64, checks="racecheck")


EVERYBODY = {"RACE_SHARED", "RACE_WARP"}  # what all 64 threads get who load it
NOBODY, THREAD_3, THREAD_40 = (f"setp.eq.u32 %p1, %r0, {thread};" for thread in (1000, 3, 40))
DIRECT = "selp.b32 %r9, %r10, %r11, %p1;"


@pytest.mark.parametrize(
    "use",
    [
        DIRECT,
        "add.s32 %r12, %r11, %r10;\nselp.b32 %r9, %r12, %r11, %p1;",
        "cvt.rn.f32.u32 %f1, %r10;\nadd.f32 %f2, %f1, %f0;\nselp.f32 %f3, %f2, %f0, %p1;\nmov.b32 %r9, %f3;",
    ],
)
def test_only_lanes_that_keep_the_value_have_loaded_it(use: str) -> None:
    assert race(NOBODY, use).verdicts == []
    assert race(THREAD_40, use).verdicts == []  # its own word
    outcome = race(THREAD_3, use)
    assert outcome.verdicts == ["RACE_SHARED"]
    assert {outcome.faults[0]["thread"], outcome.faults[0]["other_thread"]} == {(3, 0, 0), (40, 0, 0)}


def test_the_other_operand_of_selp_is_kept_where_the_predicate_is_false() -> None:
    use = "selp.b32 %r9, %r11, %r10, %p1;"
    assert set(race(THREAD_3, use).verdicts) == EVERYBODY  # all but thread 3
    assert race("setp.ne.u32 %p1, %r0, 40;", use).verdicts == []
    assert race("setp.ne.u32 %p1, %r0, 3;", use).verdicts == ["RACE_SHARED"]


def test_values_and_counters_stay_those_of_the_instruction() -> None:
    body = "mov.u32 %r20, box;\nmad.lo.u32 %r21, %r0, 4, %r20;\nst.shared.u32 [%r21], %r0;\n"
    body += f"mov.u32 %r11, 77;\n{THREAD_3}\nld.shared.u32 %r10, [%r21];\n{DIRECT}"
    outcome = run(kernel(body, declares=BOX), clean=True)
    assert [int(x) for x in outcome.words] == [3 if i == 3 else 77 for i in range(32)]
    assert outcome.metrics["smsp__inst_executed_op_shared_ld.sum"] == 1


@pytest.mark.parametrize(
    "use",
    [
        DIRECT + "\nadd.u32 %r13, %r10, 1;",  # used a second time
        f"xor.b32 %r0, %r0, 1;\nsetp.eq.u32 %p1, %r0, 9;\n{DIRECT}",  # the predicate at the load is another one
        f"@%p3 {DIRECT}",  # the selection itself is conditional
        f"bra NEXT;\nNEXT:\n{DIRECT}\n{NOBODY}",  # another basic block, and a predicate that changes
        f"setp.gt.u32 %p2, %r10, 3;\nselp.b32 %r9, %r11, %r20, %p2;\n{NOBODY}",  # it decides and isn't chosen
        "add.u32 %r12, %r10, 1;\nadd.u32 %r13, %r12, %r12;\nselp.b32 %r9, %r13, %r11, %p1;",  # … used twice half-way
        "mov.u32 %r9, %r10;",  # no selection
    ],
)
def test_what_is_no_speculation(use: str) -> None:
    assert set(race(NOBODY, use).verdicts) == EVERYBODY


def test_a_volatile_or_guarded_load_is_meant() -> None:
    assert race(NOBODY, DIRECT, load="ld.volatile.shared.u32 %r10, [%r20];").verdicts
    assert race(NOBODY, DIRECT, load="setp.lt.u32 %p4, %r0, 32;\n@%p4 ld.shared.u32 %r10, [%r20];").verdicts == ["RACE_SHARED"]


def test_uninitialised_memory() -> None:
    shared = f"mov.u32 %r20, box;\nmov.u32 %r11, 0;\n{{}}\nld.shared.u32 %r10, [%r20];\n{DIRECT}"
    assert run(kernel(shared.replace("{}", NOBODY), declares=BOX)).verdicts == []
    assert run(kernel(shared.replace("{}", THREAD_3), declares=BOX)).faults[0]["thread"] == (3, 0, 0)
    device = _core.Device(memory_mib=16)
    address = device.alloc(256)
    for wanted_by, count in ((NOBODY, 0), (THREAD_3, 1)):
        body = f"ld.param.u64 %rd10, [data];\nmov.u32 %r11, 0;\n{wanted_by}\nld.global.u32 %r10, [%rd10];\n{DIRECT}"
        outcome = run(kernel(body, params=".param .u64 data"), args=(("ptr", address),), device=device)
        assert sum(finding["count"] for finding in outcome.faults) == count


def test_a_write_after_a_load_that_was_not_wanted() -> None:
    body = f"mov.u32 %r20, box;\nmov.u32 %r11, 0;\n{{}}\nld.shared.u32 %r10, [%r20];\n{DIRECT}\n"
    body += "setp.eq.u32 %p3, %r0, 40;\n@%p3 st.shared.u32 [%r20], %r0;"
    assert run(kernel(body.replace("{}", NOBODY), declares=BOX), block=64, checks="racecheck").verdicts == []
    assert run(kernel(body.replace("{}", THREAD_3), declares=BOX), block=64, checks="racecheck").verdicts == ["RACE_SHARED"]


UNROLLED = """mov.u32 %r30, %tid.x;
mov.u32 %r20, box;
mov.u32 %r11, 5;
setp.eq.u32 %p3, %r30, 40;
bra FIRST;
FIRST:
{again}
@%p3 st.shared.u32 [%r20], %r30;
ld.shared.u32 %r10, [%r20];
bar.sync 0;
add.u32 %r12, %r11, %r10;
bra SECOND;
SECOND:
setp.eq.s32 %p7, %r30, {thread};
ld.shared.u32 %r13, [%r20];
add.u32 %r14, %r12, %r13;
selp.b32 %r9, %r14, %r11, %p7;"""


def test_the_loads_of_an_unrolled_loop() -> None:
    """The first load's value is kept a block later, by a predicate that isn't computed yet: it depends on %tid.x alone."""

    def verdicts(thread: int, again: str = "") -> list[str]:
        body = UNROLLED.format(thread=thread, again=again)
        return run(kernel(body, declares=BOX), block=64, checks="racecheck").verdicts

    assert verdicts(1000) == [] and verdicts(40) == []
    assert verdicts(3) == ["RACE_SHARED"] and verdicts(41) == ["RACE_WARP"]
    assert verdicts(1000, "xor.b32 %r30, %r30, 0;") == ["RACE_SHARED", "RACE_WARP"]  # it may change on the way


@pytest.mark.parametrize(
    ("index", "spared"),
    [
        ("mov.u32 %r31, %tid.x;\nand.b32 %r30, %r31, 127;", True),
        ("ld.param.u32 %r31, [out];\nmov.u32 %r32, %tid.x;\nmad.lo.s32 %r30, %r31, 0, %r32;", True),
        ("mov.u32 %r31, %clock;\nmov.u32 %r32, %tid.x;\nmad.lo.s32 %r30, %r31, 0, %r32;", False),
        ("ld.global.u32 %r31, [%rd0];\nmov.u32 %r32, %tid.x;\nmad.lo.s32 %r30, %r31, 0, %r32;", False),
        ("setp.lt.u32 %p5, %r1, 900;\n@!%p5 bra FIRST;\nmov.u32 %r30, %tid.x;", False),  # not on every way
        ("setp.lt.u32 %p5, %r1, 900;\n@!%p5 bra END;\nmov.u32 %r30, %tid.x;", True),
    ],
)
def test_what_a_thread_keeps_to_its_end(index: str, spared: bool) -> None:
    body = UNROLLED.format(thread=1000, again="").replace("mov.u32 %r30, %tid.x;", index, 1) + "\nEND:"
    outcome = run(kernel(body, declares=BOX), block=64, checks="racecheck")
    assert outcome.verdicts == ([] if spared else ["RACE_SHARED", "RACE_WARP"])
