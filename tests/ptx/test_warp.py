"""Shuffles, votes, match, redux, activemask: full warps, subsets, warps diverged and with partners on another path."""

from __future__ import annotations

import functools
import operator
import random

import pytest

from tests.ptx.launch import kernel, run, words

LANES = range(32)
VALUES = [(i * 2654435761 + 12345) & 0xFFFFFFFF for i in LANES]
MAKE = "mad.lo.u32 %r10, %r0, 2654435761, 12345;\n"
EVEN = 0x55555555


def shuffled(mode: str, values: list[int], by: int, clamp: int, segment: int) -> tuple[list[int], list[bool]]:
    """shfl's own definition (PTX ISA 9.0, section 9.7.9.6), a lane at a time."""
    out, good = [], []
    for lane in LANES:
        most = (lane & segment) | (clamp & ~segment & 31)
        source = {
            "up": lane - (by & 31),
            "down": lane + (by & 31),
            "bfly": lane ^ (by & 31),
            "idx": (lane & segment) | (by & ~segment & 31),
        }[mode]
        ok = source >= most if mode == "up" else source <= most
        good.append(ok)
        out.append(values[source if ok else lane])
    return out, good


@pytest.mark.parametrize("width", [32, 16, 8, 4, 2, 1])
@pytest.mark.parametrize("mode", ["up", "down", "bfly", "idx"])
def test_shfl(mode: str, width: int) -> None:
    segment = (32 - width) & 31
    clamp = 0 if mode == "up" else 31
    for by in (0, 1, 3, 7, 16, 31, 33):
        want, good = shuffled(mode, VALUES, by, clamp, segment)
        body = MAKE + f"shfl.sync.{mode}.b32 %r9|%p1, %r10, {by}, {segment << 8 | clamp}, -1;\n"
        assert words(kernel(body)) == want
        assert words(kernel(body + "selp.u32 %r9, 1, 0, %p1;")) == [int(g) for g in good]


def test_shfl_source_lane_may_differ_between_lanes() -> None:
    body = MAKE + "mul.lo.u32 %r11, %r0, 5;\nshfl.sync.idx.b32 %r9, %r10, %r11, 31, -1;"
    assert words(kernel(body)) == [VALUES[i * 5 % 32] for i in LANES]


def test_shfl_among_the_lanes_of_one_branch() -> None:
    """Even lanes shuffle among themselves; odd lanes keep their old register."""
    body = (
        MAKE
        + f"""mov.u32 %r9, 7;
and.b32 %r11, %r0, 1;
setp.eq.u32 %p1, %r11, 0;
@!%p1 bra DONE;
shfl.sync.bfly.b32 %r9, %r10, 2, 31, {EVEN};
DONE:"""
    )
    assert words(kernel(body)) == [VALUES[i ^ 2] if i % 2 == 0 else 7 for i in LANES]
    guarded = MAKE + f"mov.u32 %r9, 7;\nand.b32 %r11, %r0, 1;\nsetp.eq.u32 %p1, %r11, 0;\n@%p1 shfl.sync.bfly.b32 %r9, %r10, 2, 31, {EVEN};"
    assert words(kernel(guarded)) == [VALUES[i ^ 2] if i % 2 == 0 else 7 for i in LANES]


def test_shfl_from_a_lane_of_another_branch_is_undefined() -> None:
    body = (
        MAKE
        + """setp.lt.u32 %p1, %r0, 16;
@!%p1 bra DONE;
.loc 1 30 0
shfl.sync.down.b32 %r9, %r10, 8, 31, 0xffff;
DONE:"""
    )
    outcome = run(kernel(body))
    assert outcome.verdicts == ["UNDEFINED_SHFL"]
    assert outcome.findings[0]["frames"] == [("k.cu", 30, 0)]
    assert outcome.findings[0]["count"] == 8  # lanes 8 to 15 read lanes 16 to 23


def test_a_collective_that_waits_for_lanes_on_another_path_is_reported() -> None:
    body = (
        MAKE
        + """setp.lt.u32 %p1, %r0, 16;
@!%p1 bra DONE;
.loc 1 31 0
shfl.sync.bfly.b32 %r9, %r10, 1, 31, -1;
DONE:"""
    )
    outcome = run(kernel(body))
    assert set(outcome.verdicts) == {"UNDEFINED_SHFL"}
    assert outcome.error == 0
    assert [int(x) for x in outcome.words[:16]] == [VALUES[i ^ 1] for i in range(16)]


def test_a_lane_outside_of_the_mask_is_reported() -> None:
    outcome = run(kernel(".loc 1 32 0\nvote.sync.ballot.b32 %r9, 1, 0xffff;".replace("1, 0xffff", "%p1, 0xffff")))
    assert outcome.verdicts == ["UNDEFINED_SHFL"]
    assert outcome.findings[0]["thread"] == (16, 0, 0)


def test_two_branches_meet_at_the_same_collective() -> None:
    """A function-like join before the shuffle: lanes come from both sides and all take part."""
    body = (
        MAKE
        + """setp.lt.u32 %p1, %r0, 11;
@%p1 bra LOW;
add.u32 %r10, %r10, 1;
bra.uni MEET;
LOW:
add.u32 %r10, %r10, 2;
MEET:
shfl.sync.idx.b32 %r9, %r10, 20, 31, -1;"""
    )
    assert words(kernel(body)) == [(VALUES[20] + 1) & 0xFFFFFFFF] * 32


PREDICATE = "and.b32 %r11, %r0, 5;\nsetp.eq.u32 %p1, %r11, 4;\n"
HOLDS = [i & 5 == 4 for i in LANES]
BALLOT = sum(h << i for i, h in enumerate(HOLDS))


def test_vote() -> None:
    assert words(kernel(PREDICATE + "vote.sync.ballot.b32 %r9, %p1, -1;")) == [BALLOT] * 32
    assert words(kernel(PREDICATE + "vote.sync.ballot.b32 %r9, !%p1, -1;")) == [~BALLOT & 0xFFFFFFFF] * 32
    always, never = "setp.lt.u32 %p1, %r0, 32;\n", "setp.gt.u32 %p1, %r0, 32;\n"
    take = "\nselp.u32 %r9, 1, 0, %p2;"
    for mode, some, every, none in (("any", 1, 1, 0), ("all", 0, 1, 0), ("uni", 0, 1, 1)):
        for make, want in ((PREDICATE, some), (always, every), (never, none)):
            assert words(kernel(make + f"vote.sync.{mode}.pred %p2, %p1, -1;" + take)) == [want] * 32


def test_vote_of_before_sm_70() -> None:
    """Without .sync the lanes vote that execute it together."""
    old = lambda body: kernel(body).replace(".version 9.0", ".version 5.0").replace("sm_90", "sm_60")  # noqa: E731
    assert words(old(PREDICATE + "vote.ballot.b32 %r9, %p1;")) == [BALLOT] * 32
    take = "\nselp.u32 %r9, 1, 0, %p2;"
    for mode, want in (("any", 1), ("all", 0), ("uni", 0)):
        assert words(old(PREDICATE + f"vote.{mode}.pred %p2, %p1;" + take)) == [want] * 32
    branch = "setp.lt.u32 %p3, %r0, 8;\n@!%p3 bra DONE;\nvote.ballot.b32 %r9, 1;\nDONE:"
    assert words(old(branch)) == [255] * 8 + [0] * 24


def test_elect() -> None:
    take = "\nselp.u32 %r12, 256, 0, %p2;\nadd.u32 %r9, %r9, %r12;"
    assert words(kernel("elect.sync %r9|%p2, -1;" + take)) == [256] + [0] * 31
    upper = "setp.ge.u32 %p1, %r0, 16;\n@!%p1 bra DONE;\nelect.sync %r9|%p2, 0xffff0000;" + take + "\nDONE:"
    assert words(kernel(upper)) == [0] * 16 + [272] + [16] * 15


def test_vote_in_a_branch_counts_only_its_lanes() -> None:
    body = (
        PREDICATE
        + f"""and.b32 %r12, %r0, 1;
setp.eq.u32 %p3, %r12, 0;
@!%p3 bra ODD;
vote.sync.ballot.b32 %r9, %p1, {EVEN};
bra DONE;
ODD:
vote.sync.ballot.b32 %r9, !%p1, {EVEN << 1};
DONE:"""
    )
    assert words(kernel(body)) == [BALLOT & EVEN if i % 2 == 0 else ~BALLOT & (EVEN << 1) for i in LANES]


@pytest.mark.parametrize("bits", [32, 64])
def test_match(bits: int) -> None:
    make = "and.b32 %r11, %r0, 3;\n"
    register = "%r11"
    if bits == 64:
        make += "mov.b64 %rd5, {0, %r11};\n"
        register = "%rd5"
    same = [sum(1 << j for j in LANES if j % 4 == i % 4) for i in LANES]
    assert words(kernel(make + f"match.any.sync.b{bits} %r9, {register}, -1;")) == same
    take = "selp.u32 %r12, 1, 0, %p1;\nadd.u32 %r9, %r9, %r12;"
    assert words(kernel(make + f"match.all.sync.b{bits} %r9|%p1, {register}, -1;\n" + take)) == [0] * 32
    equal = make.replace("%r0, 3", "%r0, 0")
    assert words(kernel(equal + f"match.all.sync.b{bits} %r9|%p1, {register}, -1;\n" + take)) == [0xFFFFFFFF + 1 & 0xFFFFFFFF] * 32


@pytest.mark.parametrize(
    ("spelling", "reduce"),
    [
        ("add.u32", lambda v: sum(v)),
        ("add.s32", lambda v: sum(v)),
        ("min.u32", min),
        ("max.u32", max),
        ("min.s32", lambda v: min(v, key=lambda x: x - (x >> 31 << 32))),
        ("max.s32", lambda v: max(v, key=lambda x: x - (x >> 31 << 32))),
        ("and.b32", lambda v: functools.reduce(operator.and_, v)),
        ("or.b32", lambda v: functools.reduce(operator.or_, v)),
        ("xor.b32", lambda v: functools.reduce(operator.xor, v)),
    ],
)
def test_redux(spelling: str, reduce) -> None:  # type: ignore[no-untyped-def]
    assert words(kernel(MAKE + f"redux.sync.{spelling} %r9, %r10, -1;")) == [reduce(VALUES) & 0xFFFFFFFF] * 32
    body = (
        MAKE
        + f"""mov.u32 %r9, 7;
setp.lt.u32 %p1, %r0, 10;
@%p1 redux.sync.{spelling} %r9, %r10, 0x3ff;"""
    )
    assert words(kernel(body)) == [reduce(VALUES[:10]) & 0xFFFFFFFF if i < 10 else 7 for i in LANES]


TILE = (
    "shr.u32 %r30, %r0, 3;\nshl.b32 %r30, %r30, 3;\nmov.u32 %r31, 255;\nshl.b32 %r31, %r31, %r30;\n"  # %r31: the lanes of the own tile of 8
)


def tile(lane: int) -> list[int]:
    return VALUES[lane // 8 * 8 : lane // 8 * 8 + 8]


def test_tiles_that_execute_together_have_masks_of_their_own() -> None:
    """What cooperative groups' tiled_partition<8> does: one warp, four groups, one instruction."""
    same = kernel(MAKE + TILE + "mov.b32 %r9, %r10;\n" + "".join(
        f"shfl.sync.bfly.b32 %r11, %r9, {by}, 6175, %r31;\nadd.u32 %r9, %r9, %r11;\n" for by in (4, 2, 1)
    ))  # fmt: skip
    assert words(same) == [sum(tile(i)) & 0xFFFFFFFF for i in LANES]
    assert words(kernel(MAKE + TILE + "redux.sync.max.u32 %r9, %r10, %r31;")) == [max(tile(i)) for i in LANES]
    odd = "and.b32 %r12, %r10, 1;\nsetp.eq.u32 %p1, %r12, 1;\n"
    ballots = [sum((VALUES[j] & 1) << j for j in range(i // 8 * 8, i // 8 * 8 + 8)) for i in LANES]
    assert words(kernel(MAKE + TILE + odd + "vote.sync.ballot.b32 %r9, %p1, %r31;")) == ballots
    assert words(kernel(MAKE + TILE + odd + "vote.sync.ballot.b32 %r31, %p1, %r31;\nmov.b32 %r9, %r31;")) == ballots
    first = "and.b32 %r12, %r30, 8;\nsetp.eq.u32 %p1, %r12, 0;\nvote.sync.all.pred %p2, %p1, %r31;\nselp.u32 %r9, 1, 0, %p2;"
    assert words(kernel(TILE + first)) == [int(i // 8 % 2 == 0) for i in LANES]
    alike = "and.b32 %r12, %r0, 15;\nmin.u32 %r12, %r12, 8;\n"  # tiles 0 and 2: all different; 1 and 3: all 8
    assert words(kernel(TILE + alike + "match.all.sync.b32 %r9|%p1, %r12, %r31;")) == [
        0xFF << i // 8 * 8 if i // 8 % 2 else 0 for i in LANES
    ]
    assert words(kernel(TILE + "mov.u32 %r12, 5;\nmatch.any.sync.b32 %r9, %r12, %r31;")) == [0xFF << i // 8 * 8 for i in LANES]


def test_a_lane_of_another_tile_takes_no_part() -> None:
    body = MAKE + TILE + ".loc 1 30 0\nshfl.sync.down.b32 %r9, %r10, 8, 31, %r31;"
    finding = run(kernel(body)).faults[0]
    assert (finding["verdict"], finding["frames"], finding["count"]) == ("UNDEFINED_SHFL", [("k.cu", 30, 0)], 24)


def test_a_tile_waits_for_its_own_lanes_only() -> None:
    """Tile 3 went another way and is waited for by nobody."""
    body = MAKE + TILE + "mov.u32 %r9, 7;\nsetp.ge.u32 %p1, %r0, 24;\n@%p1 bra DONE;\nredux.sync.max.u32 %r9, %r10, %r31;\nDONE:"
    assert words(kernel(body)) == [max(tile(i)) if i < 24 else 7 for i in LANES]


TWO_TURNS = """setp.lt.u32 %p1, %r0, 16;
selp.b32 %r31, 0xffff, 0xffffffff, %p1;
selp.u32 %r12, 2, 1, %p1;
LOOP:
.loc 1 30 0
vote.sync.ballot.b32 %r9, %p2, %r31;
mov.b32 %r31, {then};
sub.u32 %r12, %r12, 1;
setp.ne.u32 %p3, %r12, 0;
@%p3 bra LOOP;
"""


def test_lanes_that_name_all_wait_for_those_at_an_earlier_turn_of_the_loop() -> None:
    """The low half votes among itself before it comes to the vote that the other half waits at."""
    outcome = run(kernel("setp.eq.u32 %p2, 0, 0;\n" + TWO_TURNS.format(then="0xffffffff")))
    assert (outcome.error, outcome.findings) == (0, [])
    assert [int(x) for x in outcome.words[:32]] == [0xFFFFFFFF] * 32


def test_lanes_that_never_come_with_the_mask_that_names_them() -> None:
    outcome = run(kernel("setp.eq.u32 %p2, 0, 0;\n" + TWO_TURNS.format(then="0xffff") + "bar.sync 0;"))
    finding = next(f for f in outcome.faults if f["verdict"] == "UNDEFINED_SHFL")  # the barrier is told too
    assert (finding["frames"], finding["thread"]) == ([("k.cu", 30, 0)], (16, 0, 0))
    assert "waits for lanes 0x0000ffff of its mask 0xffffffff that never come" in finding["message"]


def test_lanes_that_meet_must_name_the_same() -> None:
    body = "setp.lt.u32 %p1, %r0, 16;\nselp.b32 %r31, 0x7fffffff, 0xffffffff, %p1;\n.loc 1 30 0\nvote.sync.ballot.b32 %r9, %p1, %r31;"
    (finding,) = run(kernel(body)).faults
    assert (finding["verdict"], finding["frames"]) == ("UNDEFINED_SHFL", [("k.cu", 30, 0)])
    assert "came with another mask: all must name the same lanes" in finding["message"]


def test_activemask() -> None:
    body = """setp.lt.u32 %p1, %r0, 9;
@%p1 bra LOW;
activemask.b32 %r9;
bra DONE;
LOW:
activemask.b32 %r9;
DONE:"""
    assert words(kernel(body)) == [0x1FF if i < 9 else 0xFFFFFE00 for i in LANES]
    assert words(kernel("activemask.b32 %r9;"), block=20) == [0xFFFFF] * 20


def test_special_registers() -> None:
    for name, value in (
        ("%laneid", lambda i: i % 32),
        ("%warpid", lambda i: i // 32),
        ("%nwarpid", lambda i: 2),
        ("%lanemask_eq", lambda i: 1 << i % 32),
        ("%lanemask_lt", lambda i: (1 << i % 32) - 1),
        ("%lanemask_le", lambda i: (2 << i % 32) - 1),
        ("%lanemask_gt", lambda i: ~((2 << i % 32) - 1) & 0xFFFFFFFF),
        ("%lanemask_ge", lambda i: ~((1 << i % 32) - 1) & 0xFFFFFFFF),
        ("%tid.x", lambda i: i % 8),
        ("%tid.y", lambda i: i // 8),
        ("%tid.z", lambda i: 0),
        ("%ntid.x", lambda i: 8),
        ("%ntid.y", lambda i: 8),
        ("%nctaid.x", lambda i: 3),
        ("%ctaid.y", lambda i: 0),
    ):
        got = words(kernel(f"mov.u32 %r9, {name};"), block=(8, 8), grid=3)
        assert got == [value(i) for i in range(64)] * 3, name
    assert words(kernel("mov.u32 %r9, %ctaid.x;"), block=32, grid=3) == [0] * 32 + [1] * 32 + [2] * 32


def test_a_tree_of_shuffles_sums_a_warp() -> None:
    chance = random.Random(1)
    data = [chance.getrandbits(20) for _ in LANES]
    table = f".const .b32 data[32] = {{{', '.join(map(str, data))}}};"
    body = "mov.u64 %rd5, data;\nmad.wide.u32 %rd5, %r0, 4, %rd5;\nld.const.b32 %r9, [%rd5];\n"
    for by in (16, 8, 4, 2, 1):
        body += f"shfl.sync.bfly.b32 %r10, %r9, {by}, 31, -1;\nadd.u32 %r9, %r9, %r10;\n"
    assert words(kernel(body, module=table)) == [sum(data)] * 32


@pytest.mark.parametrize(
    ("instruction", "want"),
    [
        ("shfl.sync.up.b32 %r9|%p2, %r0, 1, 0, -1;", [max(0, i - 1) for i in LANES]),
        ("shfl.sync.down.b32 %r9|%p2, %r0, 1, 31, -1;", [min(31, i + 1) for i in LANES]),
        ("shfl.sync.bfly.b32 %r9, %r0, 1, 31, -1;", [i ^ 1 for i in LANES]),
        ("shfl.sync.idx.b32 %r9, %r0, 7, 31, -1;", [7] * 32),
        ("bar.warp.sync -1;", [0] * 32),
        ("match.any.sync.b64 %r9, %rd5, -1;", [0xFFFFFFFF] * 32),
        ("match.any.sync.b32 %r9, %r0, -1;", [1 << i for i in LANES]),
        ("vote.sync.any.pred %p2, %p1, -1;", [1] * 32),
        ("vote.sync.all.pred %p2, %p1, -1;", [0] * 32),
        ("vote.ballot.sync.b32 %r9, %p1, -1;", [BALLOT] * 32),
        ("bar.red.or.pred %p2, 0, %p1;", [1] * 32),
        ("bar.red.and.pred %p2, 0, %p1;", [0] * 32),
        ("membar.sys;", [0] * 32),
        ("fence.sc.cta;", [0] * 32),
    ],
)
def test_as_public_programs_spell_them(instruction: str, want: list[int]) -> None:
    take = "\nselp.u32 %r9, 1, 0, %p2;" if ".pred" in instruction else ""
    assert words(kernel(PREDICATE + "mov.u64 %rd5, 3;\n" + instruction + take)) == want


def test_any_pred_of_before_sm_70() -> None:
    ptx = kernel(PREDICATE + "vote.any.pred %p2, %p1;\nselp.u32 %r9, 1, 0, %p2;")
    assert words(ptx.replace(".version 9.0", ".version 5.0").replace("sm_90", "sm_60")) == [1] * 32
