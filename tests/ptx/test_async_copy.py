"""cp.async: every form, as late as the rules allow, and what must not be touched meanwhile. PTX ISA 9.0, section 9.7.9.25."""

from __future__ import annotations

import numpy as np
import pytest

from grader import _core
from tests.ptx.launch import Outcome, kernel, run

LANES = range(32)
SHARED = ".shared .align 16 .b8 tile[4096];"
# %rd5: this thread's 16 bytes of the input; %rd6, %r10: of the tile
ADDRESSES = """ld.param.u64 %rd4, [in];
mul.wide.u32 %rd5, %r0, 16;
add.s64 %rd5, %rd4, %rd5;
mov.u64 %rd6, tile;
mad.wide.u32 %rd6, %r0, 16, %rd6;
mov.u32 %r10, tile;
mad.lo.u32 %r10, %r0, 16, %r10;
"""
FILL = "mov.u32 %r11, 7;\nst.shared.v4.u32 [%rd6], {%r11, %r11, %r11, %r11};\n"
INPUT = np.arange(1, 257, dtype=np.uint32)  # 4 words a thread


def launch(body: str, *, block: int = 32, checks: str = "all", data: np.ndarray | None = None) -> Outcome:
    device = _core.Device(memory_mib=16)
    values = INPUT if data is None else data
    source = device.alloc(values.nbytes)
    device.upload(source, values.tobytes())
    ptx = kernel(ADDRESSES + body, declares=SHARED, params=".param .u64 in")
    return run(ptx, block=block, args=(("ptr", source),), checks=checks, device=device)


def words(body: str, **how: object) -> list[int]:
    outcome = launch(body, **how)  # type: ignore[arg-type]
    assert outcome.error == 0 and not outcome.findings, outcome.findings
    return [int(x) for x in outcome.words]


FORMS = [  # instruction, words of the 16 bytes that it writes: of the input, 0, or 7 where it leaves what was there
    ("cp.async.ca.shared.global [%rd6], [%rd5], 4;", "i777"),
    ("cp.async.ca.shared.global [%rd6+4], [%rd5+4], 4;", "7i77"),
    ("cp.async.ca.shared.global [%rd6], [%rd5], 8;", "ii77"),
    ("cp.async.ca.shared.global [%rd6], [%rd5], 16;", "iiii"),
    ("cp.async.cg.shared.global [%rd6], [%rd5], 16;", "iiii"),
    ("cp.async.cg.shared.global.L2::128B [%r10], [%rd5], 16;", "iiii"),
    ("cp.async.ca.shared.global.L2::128B [%rd6], [%rd5], 8;", "ii77"),
    ("cp.async.ca.shared::cta.global.L2::256B [%r10], [%rd5], 4;", "i777"),
    ("cp.async.ca.shared.global [%rd6], [%rd5], 16, 8;", "ii00"),
    ("mov.u32 %r12, 4;\ncp.async.cg.shared.global [%rd6], [%rd5], 16, %r12;", "i000"),
    ("mov.u32 %r12, 0;\ncp.async.cg.shared.global [%rd6], [%rd5], 16, %r12;", "0000"),
    ("setp.eq.u32 %p1, %r0, %r0;\ncp.async.cg.shared.global [%rd6], [%rd5], 16, %p1;", "0000"),
    ("setp.ne.u32 %p1, %r0, %r0;\ncp.async.cg.shared.global [%rd6], [%rd5], 16, %p1;", "iiii"),
    ("cp.async.cg.shared.global.L2::cache_hint [%rd6], [%rd5], 16, %rd7;", "iiii"),
]
SUM = "ld.shared.v4.u32 {%r20, %r21, %r22, %r23}, [%rd6];\n" + "".join(f"mad.lo.u32 %r9, %r2{i}, {7**i}, %r9;\n" for i in range(4))


@pytest.mark.parametrize(("form", "pattern"), FORMS)
def test_every_form_copies(form: str, pattern: str) -> None:
    want = [sum(7**i * {"i": 4 * lane + i + 1, "0": 0, "7": 7}[what] for i, what in enumerate(pattern)) for lane in LANES]
    assert words(f"{FILL}{form}\ncp.async.wait_all;\n{SUM}") == want
    assert words(f"{FILL}{form}\ncp.async.commit_group;\ncp.async.wait_group 0;\n{SUM}") == want


def test_lanes_that_read_nothing_need_no_source() -> None:
    """The usual guard at a matrix's edge: a source size of 0, with an address beyond the end."""
    body = f"""{FILL}setp.lt.u32 %p1, %r0, 20;
selp.u32 %r12, 16, 0, %p1;
mov.u64 %rd8, 1;
selp.b64 %rd8, %rd5, %rd8, %p1;
cp.async.cg.shared.global [%rd6], [%rd8], 16, %r12;
cp.async.wait_all;
ld.shared.u32 %r9, [%rd6];"""
    assert words(body) == [4 * i + 1 if i < 20 else 0 for i in LANES]


def test_bytes_arrive_at_the_wait() -> None:
    """Unchecked, a read before the wait finds what was there."""
    copy = "cp.async.ca.shared.global [%rd6], [%rd5], 4;\n"
    early = launch(f"{FILL}{copy}ld.shared.u32 %r9, [%rd6];", checks="none")
    assert [int(x) for x in early.words] == [7] * 32
    uncommitted = launch(f"{FILL}{copy}cp.async.wait_group 0;\nld.shared.u32 %r9, [%rd6];", checks="none")
    assert [int(x) for x in uncommitted.words] == [7] * 32
    assert words(f"{FILL}{copy}cp.async.wait_all;\nld.shared.u32 %r9, [%rd6];") == [4 * i + 1 for i in LANES]


def test_groups_arrive_in_turn() -> None:
    """wait_group N leaves the N youngest groups on their way."""
    copies = "".join(f"cp.async.ca.shared.global [%rd6+{4 * k}], [%rd5+{4 * k}], 4;\ncp.async.commit_group;\n" for k in range(4))
    for left in range(5):
        outcome = launch(f"{FILL}{copies}cp.async.wait_group {left};\n{SUM}", checks="none")
        arrived = max(0, 4 - left)
        want = [sum(7**k * (4 * lane + k + 1 if k < arrived else 7) for k in range(4)) for lane in LANES]
        assert [int(x) for x in outcome.words] == want
    read = "\n".join(f"ld.shared.u32 %r20, [%rd6+{4 * k}];\nadd.u32 %r9, %r9, %r20;" for k in (0, 1))
    assert words(f"{FILL}{copies}cp.async.wait_group 2;\n{read}") == [8 * i + 3 for i in LANES]


def test_lanes_have_groups_of_their_own() -> None:
    body = f"""{FILL}setp.lt.u32 %p1, %r0, 16;
cp.async.ca.shared.global [%rd6], [%rd5], 4;
@%p1 cp.async.commit_group;
cp.async.wait_group 0;
ld.shared.u32 %r9, [%rd6];"""
    outcome = launch(body, checks="none")
    assert [int(x) for x in outcome.words] == [4 * i + 1 if i < 16 else 7 for i in LANES]


EARLY_READ = f"""{FILL}.loc 1 10 0
cp.async.ca.shared.global [%rd6], [%rd5], 4;
cp.async.commit_group;
.loc 1 20 0
ld.shared.u32 %r9, [%rd6];
cp.async.wait_group 0;"""


def test_reading_before_the_wait_is_found() -> None:
    outcome = launch(EARLY_READ)
    assert outcome.verdicts == ["RACE_WARP"]
    finding = outcome.faults[0]
    assert finding["frames"] == [("k.cu", 20, 0)] and finding["other_frames"] == [("k.cu", 10, 0)]
    assert finding["thread"] == finding["other_thread"] == (0, 0, 0)
    assert finding["count"] == 32
    assert "cp.async" in finding["message"] and "on its way" in finding["message"]


def test_nothing_is_told_twice() -> None:
    """Shared memory that nobody wrote before: one cause, one finding."""
    assert launch(EARLY_READ.replace(FILL, "")).verdicts == ["RACE_WARP"]


def test_a_barrier_is_no_wait() -> None:
    """Another warp reads behind a barrier what the copying one has not waited for."""
    body = f"""{FILL}bar.sync 0;
.loc 1 10 0
cp.async.ca.shared.global [%rd6], [%rd5], 4;
cp.async.commit_group;
bar.sync 0;
xor.b32 %r12, %r0, 32;
mov.u32 %r13, tile;
mad.lo.u32 %r13, %r12, 16, %r13;
.loc 1 20 0
ld.shared.u32 %r9, [%r13];
bar.sync 0;
cp.async.wait_group 0;"""
    outcome = launch(body, block=64)
    assert outcome.verdicts == ["RACE_SHARED"]
    assert outcome.faults[0]["frames"] == [("k.cu", 20, 0)] and outcome.faults[0]["other_frames"] == [("k.cu", 10, 0)]


def test_a_wait_is_no_barrier() -> None:
    """A thread's wait shows its own copies to itself only."""
    wait = "cp.async.ca.shared.global [%rd6], [%rd5], 4;\ncp.async.wait_all;\n"
    read = "xor.b32 %r12, %r0, 32;\nmov.u32 %r13, tile;\nmad.lo.u32 %r13, %r12, 16, %r13;\nld.shared.u32 %r9, [%r13];"
    assert set(launch(f"{wait}{read}", block=64).verdicts) <= {"RACE_SHARED", "UNINIT_READ"}
    assert "RACE_SHARED" in launch(f"{FILL}bar.sync 0;\n{wait}{read}", block=64).verdicts
    outcome = launch(f"{wait}bar.sync 0;\n{read}", block=64)
    assert not outcome.findings
    assert [int(x) for x in outcome.words] == [4 * (i ^ 32) + 1 for i in range(64)]


@pytest.mark.parametrize("second", ["st.shared.u32 [%rd6], %r0;", "cp.async.ca.shared.global [%rd6], [%rd5+4], 4;"])
def test_writing_where_a_copy_goes_is_found(second: str) -> None:
    body = f"cp.async.ca.shared.global [%rd6], [%rd5], 4;\n.loc 1 20 0\n{second}\ncp.async.wait_all;"
    outcome = launch(body)
    assert outcome.verdicts == ["RACE_WARP"]
    assert outcome.faults[0]["message"].startswith("Write of shared address")


def test_a_double_buffer_is_clean() -> None:
    """While one half of the tile is read, the other one is filled."""
    body = """mov.u32 %r14, 0;
cp.async.ca.shared.global [%r10], [%rd5], 4;
cp.async.commit_group;
LOOP:
add.u32 %r15, %r14, 1;
and.b32 %r16, %r15, 1;
mad.lo.u32 %r17, %r16, 2048, %r10;
bar.sync 0;
cp.async.ca.shared.global [%r17], [%rd5], 4;
cp.async.commit_group;
cp.async.wait_group 1;
bar.sync 0;
and.b32 %r16, %r14, 1;
mov.u32 %r13, tile;
mad.lo.u32 %r13, %r16, 2048, %r13;
xor.b32 %r12, %r0, 33;
mad.lo.u32 %r13, %r12, 16, %r13;
ld.shared.u32 %r18, [%r13];
add.u32 %r9, %r9, %r18;
mov.u32 %r14, %r15;
setp.lt.u32 %p1, %r14, 4;
@%p1 bra LOOP;
cp.async.wait_all;"""
    assert words(body, block=64) == [4 * (4 * (i ^ 33) + 1) for i in range(64)]


def test_it_counts_as_a_load_and_as_a_store() -> None:
    outcome = launch("cp.async.cg.shared.global [%rd6], [%rd5], 16;\ncp.async.wait_all;")
    assert not outcome.findings
    assert outcome.metrics["l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum"] == 1
    assert outcome.metrics["l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum"] == 16


@pytest.mark.parametrize(
    ("copy", "verdict"),
    [
        ("cp.async.ca.shared.global [%rd6], [%rd5+1073741824], 4;", "OOB_READ"),
        ("cp.async.ca.shared.global [%rd6+8192], [%rd5], 4;", "OOB_WRITE"),
        ("cp.async.ca.shared.global [%rd6+2], [%rd5], 4;", "MISALIGNED"),
        ("cp.async.cg.shared.global [%rd6], [%rd5+8], 16;", "MISALIGNED"),
    ],
)
def test_bad_addresses_are_found_where_the_copy_stands(copy: str, verdict: str) -> None:
    outcome = launch(f".loc 1 10 0\n{copy}\ncp.async.wait_all;")
    assert verdict in outcome.verdicts and outcome.error in (700, 716)
    assert outcome.faults[0]["frames"] == [("k.cu", 10, 0)]


@pytest.mark.parametrize(
    "copy",
    [
        "cp.async.cg.shared.global [%rd6], [%rd5], 8;",
        "cp.async.ca.shared.global [%rd6], [%rd5], 12;",
        "cp.async.ca.shared.global [%rd6], [%rd5], %r9;",
        "cp.async.ca.global.shared [%rd6], [%rd5], 4, 4, 4, 4;",
        "cp.async.wait_group %r9;",
    ],
)
def test_refused(copy: str) -> None:
    with pytest.raises(_core.LoadError):
        launch(copy)
