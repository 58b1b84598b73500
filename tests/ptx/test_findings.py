"""What the checkers report, with its place, and what they leave alone: PTX kernels that do one thing wrong, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from grader import _core
from tests.ptx.launch import kernel, run

BOX = ".shared .align 16 .b8 box[1024];"
SLOT = "mov.u32 %r20, box;\nmad.lo.u32 %r21, %r0, 4, %r20;\n"


def only(outcome: Any, verdict: str) -> dict[str, Any]:
    assert outcome.verdicts == [verdict], outcome.findings
    return dict(outcome.faults[0])


def on_buffer(body: str, nbytes: int = 256, write: bool = True, block: int = 32, **how: Any) -> Any:
    """Runs the body with %rd10 = address of a buffer of its own."""
    device = _core.Device(memory_mib=16)
    address = device.alloc(nbytes)
    if write:
        device.upload(address, bytes(nbytes))
    ptx = kernel("ld.param.u64 %rd10, [data];\n" + body, params=".param .u64 data", declares=how.pop("declares", ""))
    return run(ptx, args=(("ptr", address),), device=device, block=block, **how)


# ---- memcheck ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spelling", "verdict"),
    [("ld.global.u32 %r9, [%rd11];", "OOB_READ"), ("st.global.u32 [%rd11], %r0;", "OOB_WRITE")],
)
def test_global_out_of_bounds(spelling: str, verdict: str) -> None:
    outcome = on_buffer("mad.wide.u32 %rd11, %r0, 4, %rd10;\n.loc 1 21 0\n" + spelling, nbytes=100)
    finding = only(outcome, verdict)
    assert outcome.error == 700
    assert finding["frames"] == [("k.cu", 21, 0)]
    assert finding["thread"] == (25, 0, 0)
    assert "size 4 bytes" in finding["message"]
    assert "right after the end of cudaMalloc #1 (100 bytes)" in finding["message"]


def test_frames_of_an_inlined_function_have_columns() -> None:
    body = ".loc 1 12 5, function_name $L__f, inlined_at 1 21 9\nld.global.u32 %r9, [%rd10+1024];"
    finding = only(on_buffer(".loc 1 21 9\n" + body), "OOB_READ")
    assert finding["frames"] == [("k.cu", 12, 5), ("k.cu", 21, 9)]


def test_an_access_that_runs_past_the_end() -> None:
    finding = only(on_buffer("mad.wide.u32 %rd11, %r0, 8, %rd10;\nld.global.u64 %rd12, [%rd11];", nbytes=100), "OOB_READ")
    assert "runs past its end" in finding["message"]
    assert finding["thread"] == (12, 0, 0)


def test_before_the_start() -> None:
    assert "4 bytes before cudaMalloc #1" in only(on_buffer("ld.global.u32 %r9, [%rd10-4];"), "OOB_READ")["message"]


def test_null_pointer_and_wild_pointer() -> None:
    assert "null pointer" in only(run(kernel("mov.u64 %rd5, 0;\nld.global.u32 %r9, [%rd5+8];")), "OOB_READ")["message"]
    assert "null pointer" in only(run(kernel("mov.u64 %rd5, 0;\nst.u32 [%rd5], %r9;")), "OOB_WRITE")["message"]
    only(run(kernel("mov.u64 %rd5, 0x7f1234567890;\nld.global.u32 %r9, [%rd5];")), "HOST_POINTER")
    only(run(kernel("mov.u64 %rd5, -8;\nld.global.u64 %rd6, [%rd5];")), "OOB_READ")


def test_use_after_free() -> None:
    device = _core.Device(memory_mib=16)
    address = device.alloc(256)
    device.upload(address, bytes(256))
    device.free(address)
    ptx = kernel("ld.param.u64 %rd10, [data];\n.loc 1 4 0\nld.global.u32 %r9, [%rd10+16];", params=".param .u64 data")
    outcome = run(ptx, args=(("ptr", address),), device=device)
    assert "has been freed" in only(outcome, "USE_AFTER_FREE")["message"]
    assert outcome.error == 700


def test_inactive_lanes_are_not_checked() -> None:
    body = "mad.wide.u32 %rd11, %r0, 4, %rd10;\nsetp.lt.u32 %p1, %r0, 25;\n@%p1 ld.global.u32 %r9, [%rd11];"
    assert on_buffer(body, nbytes=100, clean=True).error == 0


@pytest.mark.parametrize("what", ["ld.shared.u32 %r9, [%r22];", "st.shared.u32 [%r22], %r0;", "atom.shared.add.u32 %r9, [%r22], 1;"])
def test_shared_out_of_bounds(what: str) -> None:
    body = SLOT + "st.shared.u32 [%r21], 0;\nadd.u32 %r22, %r21, 896;\nbar.sync 0;\nadd.u32 %r22, %r22, 4;\n.loc 1 9 0\n" + what
    outcome = run(kernel(body, declares=".shared .align 16 .b8 box[1024];"))
    finding = only(outcome, "OOB_READ" if what.startswith("ld") else "OOB_WRITE")
    assert finding["thread"] == (31, 0, 0)
    assert "1024 bytes of shared memory" in finding["message"]


def test_dynamic_shared_memory_has_its_size_from_the_launch() -> None:
    module = ".extern .shared .align 16 .b8 dyn[];\n"
    body = "mov.u32 %r20, dyn;\nmad.lo.u32 %r21, %r0, 4, %r20;\nst.shared.u32 [%r21], %r0;\nld.shared.u32 %r9, [%r21];"
    ptx = kernel(body, module=module)
    assert [int(x) for x in run(ptx, dynamic_shared=128, clean=True).words] == list(range(32))
    assert only(run(ptx, dynamic_shared=124), "OOB_WRITE")["thread"] == (31, 0, 0)
    assert run(ptx, dynamic_shared=0).verdicts == ["OOB_WRITE"]


def test_static_and_dynamic_shared_memory_do_not_overlap() -> None:
    module = ".extern .shared .align 16 .b8 dyn[];\n"
    body = (
        SLOT
        + """mov.u32 %r22, dyn;
mad.lo.u32 %r23, %r0, 4, %r22;
st.shared.u32 [%r21], 1;
st.shared.u32 [%r23], 2;
ld.shared.u32 %r9, [%r21];"""
    )
    outcome = run(kernel(body, module=module, declares=".shared .b32 box[32];"), dynamic_shared=128, clean=True)
    assert set(outcome.words.tolist()) == {1}


def test_local_out_of_bounds() -> None:
    body = "mov.u64 %rd5, stack;\nmad.wide.u32 %rd5, %r0, 4, %rd5;\nst.local.u32 [%rd5], %r0;"
    outcome = run(kernel(body, declares=".local .align 4 .b8 stack[64];"))
    assert only(outcome, "OOB_WRITE")["thread"] == (16, 0, 0)
    below = run(kernel("mov.u64 %rd5, stack;\nst.local.u32 [%rd5-16], %r0;", declares=".local .align 4 .b8 stack[64];"))
    assert "offset -16 is out of bounds" in only(below, "OOB_WRITE")["message"]


@pytest.mark.parametrize("kind", ["u16", "u32", "u64", "v2.u32", "v4.u32", "v2.u64"])
def test_misaligned_global(kind: str) -> None:
    element = int(kind.split(".")[-1][1:]) // 8
    size = element * (int(kind[1]) if kind[0] == "v" else 1)
    letter = {2: "%h", 4: "%r", 8: "%rd"}[element]
    target = f"{letter}12" if kind[0] != "v" else f"{{{', '.join(f'{letter}{12 + k}' for k in range(size // element))}}}"
    outcome = on_buffer(f".loc 1 6 0\nld.global.{kind} {target}, [%rd10+{size // 2}];")
    finding = only(outcome, "MISALIGNED")
    assert outcome.error == 716
    assert f"size {size} bytes" in finding["message"]
    assert on_buffer(f"ld.global.{kind} {target}, [%rd10+{size}];", clean=True).error == 0


def test_misaligned_shared_and_local() -> None:
    assert run(kernel("mov.u32 %r20, box;\nst.shared.u64 [%r20+4], %rd5;", declares=BOX)).verdicts[0] == "MISALIGNED"
    body = "mov.u64 %rd5, stack;\nst.local.u32 [%rd5+2], %r0;"
    assert run(kernel(body, declares=".local .align 8 .b8 stack[64];")).verdicts == ["MISALIGNED"]


def test_checks_off_still_stop_a_bad_access() -> None:
    outcome = on_buffer("ld.global.u32 %r9, [%rd10+1000];", checks="none")
    assert outcome.error == 700
    assert not outcome.findings


# ---- initcheck --------------------------------------------------------------------------------------------------------------------------


def test_uninitialised_global() -> None:
    finding = only(on_buffer("mad.wide.u32 %rd11, %r0, 4, %rd10;\n.loc 1 3 0\nld.global.u32 %r9, [%rd11];", write=False), "UNINIT_READ")
    assert finding["count"] == 32
    assert finding["frames"] == [("k.cu", 3, 0)]
    assert "cudaMalloc #1" in finding["message"]


def test_written_words_are_initialised_for_later_reads() -> None:
    body = "mad.wide.u32 %rd11, %r0, 4, %rd10;\nst.global.u32 [%rd11], %r0;\nld.global.u32 %r9, [%rd11];"
    assert on_buffer(body, write=False, clean=True).error == 0
    # every other byte only
    body = "mad.wide.u32 %rd11, %r0, 2, %rd10;\ncvt.u16.u32 %h1, %r0;\nst.global.u8 [%rd11], %h1;\nld.global.u8 %r9, [%rd11{}];"
    assert on_buffer(body.replace("{}", ""), write=False, clean=True).error == 0
    assert on_buffer(body.replace("{}", "+1"), write=False).verdicts == ["UNINIT_READ"]


PADDED = "mad.wide.u32 %rd11, %r0, 16, %rd10;\nst.global.u32 [%rd11], %r0;\nst.global.u64 [%rd11+8], %rd11;\n"  # { int; long long }


def test_padding_that_nobody_wrote_may_be_copied() -> None:
    """A struct is copied by words of 8 bytes, holes and all: what counts is that something of the element was written."""
    for copy in ("ld.global.u64 %rd12, [%rd11];", "ld.global.v2.u64 {%rd12, %rd13}, [%rd11];"):
        assert on_buffer(PADDED + copy, nbytes=512, write=False, clean=True).error == 0
    one_byte = "mad.wide.u32 %rd11, %r0, 4, %rd10;\ncvt.u16.u32 %h1, %r0;\nst.global.u8 [%rd11+1], %h1;\n"
    assert on_buffer(one_byte + "ld.global.u32 %r9, [%rd11];", write=False, clean=True).error == 0


@pytest.mark.parametrize(
    ("copy", "byte"),
    [
        ("ld.global.u32 %r9, [%rd11+4];", 4),
        ("ld.global.v4.u32 {%r9, %r10, %r11, %r12}, [%rd11];\nxor.b32 %r9, %r10, %r9;", 4),
        ("ld.global.v2.u32 {%r9, %r10}, [%rd11+8];", None),
        ("ld.global.v2.u32 {%r9, %r10}, [%rd11];\nst.global.v2.u32 [%rd11+256], {%r9, %r10};", None),  # a struct, holes and all
        ("ld.global.v2.u32 {%r9, %r10}, [%rd11+256];\nst.global.v2.u32 [%rd11], {%r9, %r10};", 256),  # nothing of it was written
        ("ld.global.v2.u32 {%r9, %r10}, [%rd11];\nadd.u32 %r9, %r9, %r10;", 4),
    ],
)
def test_elements_that_nobody_wrote_are_told_one_by_one(copy: str, byte: int | None) -> None:
    outcome = on_buffer(PADDED.replace("%r0, 16", "%r0, 0") + copy, write=False, nbytes=512)
    if byte is None:
        assert outcome.verdicts == []
    else:
        finding = only(outcome, "UNINIT_READ")
        assert finding["count"] == 32
        assert f"read of size 4 bytes by thread (0,0,0) in block (0,0,0): byte {byte} of cudaMalloc #1" in finding["message"]


def test_padding_in_shared_memory() -> None:
    begin = "mov.u32 %r20, box;\nmad.lo.u32 %r21, %r0, 16, %r20;\nst.shared.u32 [%r21], %r0;\nst.shared.u64 [%r21+8], %rd0;\n"
    clean = kernel(begin + "ld.shared.v2.u64 {%rd12, %rd13}, [%r21];", declares=BOX)
    assert run(clean, clean=True).error == 0
    stack = ".local .align 16 .b8 stack[16];"
    words = kernel(begin + "ld.shared.v4.u32 {%r9, %r10, %r11, %r12}, [%r21];\n{}", declares=BOX + stack)
    assert run(words.replace("{}", "st.local.v4.u32 [%rd20], {%r9, %r10, %r11, %r12};\n").replace("%rd20", "stack"), clean=True).error == 0
    assert only(run(words.replace("{}", "add.u32 %r9, %r9, %r10;")), "UNINIT_READ")["count"] == 32


def test_an_atomic_on_uninitialised_memory() -> None:
    assert on_buffer("atom.global.add.u32 %r9, [%rd10], 1;", write=False).verdicts == ["UNINIT_READ"]


def test_uninitialised_shared() -> None:
    finding = only(run(kernel(SLOT + ".loc 1 3 0\nld.shared.u32 %r9, [%r21];", declares=BOX)), "UNINIT_READ")
    assert finding["frames"] == [("k.cu", 3, 0)]
    assert finding["count"] == 32


def test_shared_memory_is_uninitialised_again_in_the_next_block() -> None:
    """Block 0 writes, block 1 reads what it never wrote."""
    body = SLOT + "setp.ne.u32 %p1, %r2, 0;\n@%p1 bra READ;\nst.shared.u32 [%r21], %r0;\nREAD:\nld.shared.u32 %r9, [%r21];"
    finding = only(run(kernel(body, declares=BOX), grid=2), "UNINIT_READ")
    assert finding["block"] == (1, 0, 0)


# ---- racecheck --------------------------------------------------------------------------------------------------------------------------

WRITE_MINE = "st.shared.u32 [%r21], %r0;\n"
NEXT = "add.u32 %r22, %r0, {by};\nrem.u32 %r22, %r22, 64;\nmad.lo.u32 %r22, %r22, 4, %r20;\n"
READ_NEXT = "ld.shared.u32 %r9, [%r22];\n"


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("RAW", "st.shared.u32 [%r21], %r0;", "ld.shared.u32 %r9, [%r22];"),
        ("WAR", "ld.shared.u32 %r9, [%r22];", "st.shared.u32 [%r21], %r0;"),
        ("WAW", "st.shared.u32 [%r21], %r0;", "st.shared.u32 [%r22], %r1;"),
    ],
)
def test_races_between_warps(name: str, first: str, second: str) -> None:
    begin = SLOT + NEXT.format(by=32) + "st.shared.u32 [%r21], 0;\nbar.sync 0;\nsetp.lt.u32 %p1, %r0, 32;\n"
    first, second = f"@%p1 {first}", f"@!%p1 {second}"
    finding = only(run(kernel(begin + f".loc 1 7 0\n{first}\n.loc 1 8 0\n{second}", declares=BOX), block=64), "RACE_SHARED")
    assert finding["message"].startswith(name)
    assert finding["frames"] == [("k.cu", 8, 0)]
    assert finding["other_frames"] == [("k.cu", 7, 0)]
    ordered = kernel(begin + f"{first}\nbar.sync 0;\n{second}", declares=BOX)
    assert run(ordered, block=64, clean=True).error == 0


@pytest.mark.parametrize("order", ["bar.warp.sync -1;", ""])
@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("RAW", "st.shared.u32 [%r21], %r0;", "ld.shared.u32 %r9, [%r22];"),
        ("WAR", "ld.shared.u32 %r9, [%r22];", "st.shared.u32 [%r21], %r0;"),
        ("WAW", "st.shared.u32 [%r21], %r0;", "st.shared.u32 [%r22], %r1;"),
    ],
)
def test_races_within_a_warp(name: str, first: str, second: str, order: str) -> None:
    begin = SLOT + NEXT.format(by=1).replace("64", "32") + "st.shared.u32 [%r21], 0;\nbar.warp.sync -1;\n"
    ptx = kernel(begin + f".loc 1 7 0\n{first}\n{order}\n.loc 1 8 0\n{second}", declares=BOX)
    if order:
        assert run(ptx, clean=True).error == 0
    else:
        finding = only(run(ptx), "RACE_WARP")
        assert finding["message"].startswith(name)
        assert (finding["frames"], finding["other_frames"]) == ([("k.cu", 8, 0)], [("k.cu", 7, 0)])


def test_syncwarp_does_not_order_different_warps() -> None:
    body = SLOT + NEXT.format(by=32) + WRITE_MINE + "bar.warp.sync -1;\n" + READ_NEXT
    assert "RACE_SHARED" in run(kernel(body, declares=BOX), block=64).verdicts


def test_two_readers_then_one_of_them_writes() -> None:
    """A reads, B reads, A writes: a single 'last reader' would be A itself."""
    body = (
        SLOT
        + """st.shared.u32 [%r21], %r0;
bar.sync 0;
ld.shared.u32 %r9, [box];
setp.eq.u32 %p1, %r0, {writer};
.loc 1 9 0
@%p1 st.shared.u32 [box], 5;"""
    )
    for writer in (0, 40):
        outcome = run(kernel(body.replace("{writer}", str(writer)), declares=BOX), block=64)
        assert set(outcome.verdicts) & {"RACE_SHARED", "RACE_WARP"}
        assert outcome.faults[0]["message"].startswith("WAR" if writer == 40 else "RAW")
        several = "several threads" in outcome.faults[0]["message"]
        assert several == (outcome.faults[0]["other_thread"] is None)
    # the same with the last reader being the writer's own warp
    body = (
        SLOT
        + """st.shared.u32 [%r21], %r0;
bar.sync 0;
setp.ge.u32 %p2, %r0, 32;
@%p2 bra LATER;
ld.shared.u32 %r9, [box];
bra END;
LATER:
ld.shared.u32 %r9, [box];
bar.warp.sync -1;
setp.eq.u32 %p1, %r0, 40;
@%p1 st.shared.u32 [box], 5;
END:"""
    )
    assert run(kernel(body, declares=BOX), block=64).verdicts == ["RACE_SHARED"]


def test_a_read_before_syncwarp_and_an_own_read_after_it_are_no_race() -> None:
    """x = s[t ^ 1]; __syncwarp(); s[t] = s[t] + x: correct, though two lanes read each word since the last barrier."""
    body = (
        SLOT
        + """st.shared.u32 [%r21], %r0;
bar.sync 0;
xor.b32 %r10, %r0, 1;
mad.lo.u32 %r11, %r10, 4, %r20;
ld.shared.u32 %r12, [%r11];
bar.warp.sync -1;
ld.shared.u32 %r13, [%r21];
add.u32 %r13, %r13, %r12;
st.shared.u32 [%r21], %r13;
mov.u32 %r9, %r13;"""
    )
    outcome = run(kernel(body, declares=BOX), block=64, clean=True)
    assert outcome.words.tolist() == [i + (i ^ 1) for i in range(64)]


def test_a_warp_synchronous_reduction() -> None:
    """The last steps of a tree within one warp: clean with __syncwarp between read and write, a race without."""
    steps = ""
    for by in (16, 8, 4, 2, 1):
        steps += f"ld.shared.u32 %r12, [%r21+{4 * by}];\nld.shared.u32 %r13, [%r21];\nadd.u32 %r13, %r13, %r12;\n"
        steps += "SYNC\nst.shared.u32 [%r21], %r13;\nSYNC\n"
    body = SLOT + "st.shared.u32 [%r21], 1;\nst.shared.u32 [%r21+128], 0;\nbar.sync 0;\n" + steps + "ld.shared.u32 %r9, [box];"
    outcome = run(kernel(body.replace("SYNC", "bar.warp.sync -1;"), declares=BOX), clean=True)
    assert set(outcome.words.tolist()) == {32}
    assert "RACE_WARP" in run(kernel(body.replace("SYNC", ""), declares=BOX)).verdicts


def test_equal_values_written_by_two_warps_are_a_note() -> None:
    outcome = run(kernel(SLOT + "st.shared.u32 [box], 7;", declares=BOX), block=64)
    assert outcome.faults == []
    assert [f["verdict"] for f in outcome.findings] == ["RACE_SHARED"]
    different = run(kernel(SLOT + "shr.u32 %r10, %r0, 5;\nst.shared.u32 [box], %r10;", declares=BOX), block=64)
    assert different.verdicts == ["RACE_SHARED"]


def test_lanes_of_one_store_that_write_different_values() -> None:
    assert run(kernel(SLOT + "st.shared.u32 [box], %r0;", declares=BOX)).verdicts == ["RACE_WARP"]
    assert run(kernel(SLOT + "st.shared.u32 [box], 3;", declares=BOX)).faults == []


def test_adjacent_bytes_written_by_two_warps_are_clean() -> None:
    body = """mov.u32 %r20, box;
shr.u32 %r10, %r0, 5;
and.b32 %r11, %r0, 31;
mad.lo.u32 %r11, %r11, 2, %r10;
add.u32 %r11, %r11, %r20;
cvt.u16.u32 %h1, %r0;
st.shared.u8 [%r11], %h1;
bar.sync 0;
ld.shared.u8 %r9, [%r11];"""
    assert run(kernel(body, declares=BOX), block=64, clean=True).words.tolist() == list(range(64))


def test_atomics_do_not_race_with_each_other_but_with_plain_accesses() -> None:
    begin = SLOT + "st.shared.u32 [%r21], 0;\nbar.sync 0;\natom.shared.add.u32 %r10, [box], 1;\n"
    assert run(kernel(begin, declares=BOX), block=64, clean=True).error == 0
    assert "RACE_SHARED" in run(kernel(begin + "ld.shared.u32 %r9, [box];", declares=BOX), block=64).verdicts
    assert run(kernel(begin + "bar.sync 0;\nld.shared.u32 %r9, [box];", declares=BOX), block=64, clean=True).words.tolist() == [64] * 64


def test_races_of_vector_accesses() -> None:
    body = """mov.u32 %r20, box;
mad.lo.u32 %r21, %r0, 16, %r20;
st.shared.v4.u32 [%r21], {%r0, %r0, %r0, %r0};
add.u32 %r22, %r0, 32;
rem.u32 %r22, %r22, 64;
mad.lo.u32 %r22, %r22, 16, %r20;
ORDER
ld.shared.u32 %r9, [%r22+12];"""
    assert run(kernel(body.replace("ORDER", "bar.sync 0;"), declares=BOX), block=64, clean=True).error == 0
    assert "RACE_SHARED" in run(kernel(body.replace("ORDER", ""), declares=BOX), block=64).verdicts


# ---- the same whatever the number of workers ---------------------------------------------------------------------------------------------


def test_findings_and_counters_do_not_depend_on_the_number_of_threads() -> None:
    body = (
        SLOT
        + NEXT.format(by=32)
        + """.loc 1 3 0
st.shared.u32 [%r21], %r0;
.loc 1 4 0
ld.shared.u32 %r9, [%r22];
.loc 1 5 0
ld.shared.u32 %r10, [box+800];
mad.wide.u32 %rd11, %r1, 4, %rd10;
.loc 1 6 0
ld.global.u32 %r10, [%rd11];
setp.eq.u32 %p1, %r2, 9;
.loc 1 7 0
@%p1 st.global.u32 [%rd10+4096], %r10;"""
    )
    outcomes = []
    device = _core.Device(memory_mib=16)
    address = device.alloc(4096)
    ptx = kernel("ld.param.u64 %rd10, [data];\n" + body, params=".param .u64 data", declares=BOX)
    for threads in (1, 2, 3, 2):
        outcomes.append(run(ptx, args=(("ptr", address),), device=device, block=64, grid=16, threads=threads))
    first = outcomes[0]
    assert {f["verdict"] for f in first.findings} == {"RACE_SHARED", "UNINIT_READ", "OOB_WRITE"}
    for other in outcomes[1:]:
        assert (other.error, other.findings, other.metrics, other.lines) == (first.error, first.findings, first.metrics, first.lines)
