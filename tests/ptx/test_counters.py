"""Counters against numbers worked out by hand: 32-byte sectors, 32 banks of 4 bytes, instructions, branches, floating-point operations."""

from __future__ import annotations

import pytest

from grader import _core
from tests.ptx.launch import kernel, run

LSU = "l1tex__t_{what}_pipe_lsu_mem_{space}_op_{way}.sum"


def global_access(kind: str, stride: int, offset: int = 0, way: str = "ld", only: str = "") -> tuple[float, float]:
    """(requests, sectors) of one warp's access of `kind` at lane * stride + offset."""
    device = _core.Device(memory_mib=16)
    address = device.alloc(65536)
    device.upload(address, bytes(65536))
    lanes, element = (int(kind[1]), kind.split(".")[1]) if kind[0] == "v" else (1, kind)
    letter = "%rd" if element[1:] == "64" else "%h" if element[1:] in ("8", "16") else "%r"
    value = f"{{{', '.join(f'{letter}{12 + k}' for k in range(lanes))}}}" if lanes > 1 else f"{letter}12"
    access = f"{only} ld.global.{kind} {value}, [%rd11+{offset}];" if way == "ld" else f"{only} st.global.{kind} [%rd11+{offset}], {value};"
    body = f"ld.param.u64 %rd10, [data];\nmad.wide.u32 %rd11, %r0, {stride}, %rd10;\nsetp.lt.u32 %p1, %r0, 5;\n{access}\nret;"
    metrics = run(kernel(body, params=".param .u64 data"), args=(("ptr", address),), device=device, clean=True).metrics
    return metrics[LSU.format(what="requests", space="global", way=way)], metrics[LSU.format(what="sectors", space="global", way=way)]


@pytest.mark.parametrize(
    ("kind", "stride", "offset", "sectors"),
    [
        ("f32", 4, 0, 4),  # coalesced
        ("f32", 4, 4, 5),  # the same, off by one element
        ("f32", 4, 28, 5),
        ("f32", 0, 0, 1),  # broadcast
        ("f32", 8, 0, 8),  # every second element
        ("f32", 32, 0, 32),
        ("f32", 128, 0, 32),  # a column of a row-major matrix
        ("f32", 16, 0, 16),
        ("v2.f32", 8, 0, 8),
        ("v2.f32", 8, 8, 9),
        ("v4.f32", 16, 0, 16),
        ("v4.f32", 16, 16, 17),
        ("v4.f32", 0, 0, 1),
        ("f64", 8, 0, 8),
        ("v2.f64", 16, 0, 16),
        ("u8", 1, 0, 1),
        ("u8", 1, 1, 2),
        ("u16", 2, 0, 2),
        ("u8", 32, 31, 32),
    ],
)
@pytest.mark.parametrize("way", ["ld", "st"])
def test_global_sectors(kind: str, stride: int, offset: int, sectors: int, way: str) -> None:
    assert global_access(kind, stride, offset, way) == (1, sectors)


def test_inactive_lanes_cost_nothing() -> None:
    assert global_access("f32", 128, only="@%p1") == (1, 5)


SHARED = ".shared .align 16 .b8 box[16384];"


def shared_access(kind: str, index: str, way: str = "ld") -> tuple[float, float]:
    """(wavefronts, bank conflicts) of one warp's access at box + %r21, which `index` makes from %r0."""
    lanes, element = (int(kind[1]), kind.split(".")[1]) if kind[0] == "v" else (1, kind)
    letter = "%rd" if element[1:] == "64" else "%h" if element[1:] in ("8", "16") else "%r"
    value = f"{{{', '.join(f'{letter}{12 + k}' for k in range(lanes))}}}" if lanes > 1 else f"{letter}12"
    access = f"ld.shared.{kind} {value}, [%r21];" if way == "ld" else f"st.shared.{kind} [%r21], {value};"
    body = f"mov.u32 %r20, box;\n{index}\nadd.u32 %r21, %r21, %r20;\n{access}\nret;"
    metrics = run(kernel(body, declares=SHARED), checks="memcheck", clean=True).metrics
    return (
        metrics[f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{way}.sum"],
        metrics[f"l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{way}.sum"],
    )


@pytest.mark.parametrize(
    ("kind", "stride", "wavefronts", "conflicts"),
    [
        ("f32", 4, 1, 0),
        ("f32", 0, 1, 0),  # broadcast
        ("f32", 8, 2, 1),
        ("f32", 12, 1, 0),  # odd strides have no conflicts
        ("f32", 16, 4, 3),
        ("f32", 128, 32, 31),  # a column of a 32-wide tile
        ("f32", 132, 1, 0),  # a column of a padded tile
        ("f32", 64, 16, 15),
        ("u8", 1, 1, 0),
        ("u16", 2, 1, 0),
        ("u8", 4, 1, 0),
        ("v2.f32", 8, 2, 0),
        ("v4.f32", 16, 4, 0),
        ("f64", 8, 2, 0),
        ("f64", 128, 32, 30),  # each half of the warp on one pair of banks
        ("f64", 16, 4, 2),
    ],
)
@pytest.mark.parametrize("way", ["ld", "st"])
def test_shared_wavefronts(kind: str, stride: int, wavefronts: int, conflicts: int, way: str) -> None:
    assert shared_access(kind, f"mul.lo.u32 %r21, %r0, {stride};", way) == (wavefronts, conflicts)


def test_shared_patterns_of_tiles() -> None:
    pair = "shr.u32 %r21, %r0, 1;\nmul.lo.u32 %r21, %r21, 4;"  # two lanes a word
    assert shared_access("f32", pair) == (1, 0)
    two_rows = "and.b32 %r21, %r0, 15;\nshr.u32 %r22, %r0, 4;\nmul.lo.u32 %r21, %r21, 4;\nmad.lo.u32 %r21, %r22, 128, %r21;"
    assert shared_access("f32", two_rows) == (2, 1)  # a 16x16 block's warp in a 32-wide tile: rows share banks
    padded = two_rows.replace("%r22, 128", "%r22, 64")
    assert shared_access("f32", padded) == (1, 0)
    reverse = "sub.u32 %r21, 31, %r0;\nmul.lo.u32 %r21, %r21, 4;"
    assert shared_access("f32", reverse) == (1, 0)
    swizzled = "shl.b32 %r21, %r0, 7;\nmad.lo.u32 %r21, %r0, 4, %r21;"
    assert shared_access("f32", swizzled) == (1, 0)


def test_counts_add_up_over_warps_and_iterations() -> None:
    device = _core.Device(memory_mib=16)
    address = device.alloc(65536)
    device.upload(address, bytes(65536))
    body = """ld.param.u64 %rd10, [data];
mad.wide.u32 %rd11, %r1, 4, %rd10;
LOOP:
ld.global.f32 %f1, [%rd11];
fma.rn.f32 %f2, %f1, %f1, %f2;
add.u32 %r10, %r10, 1;
setp.lt.u32 %p1, %r10, 5;
@%p1 bra LOOP;
add.f32 %f2, %f2, %f1;
mul.f32 %f2, %f2, %f1;
mov.b32 %r9, %f2;"""
    metrics = run(kernel(body, params=".param .u64 data"), args=(("ptr", address),), device=device, block=64, grid=3, clean=True).metrics
    assert metrics[LSU.format(what="requests", space="global", way="ld")] == 6 * 5
    assert metrics[LSU.format(what="sectors", space="global", way="ld")] == 6 * 5 * 4
    assert metrics["l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_ld.ratio"] == 4
    assert metrics[LSU.format(what="requests", space="global", way="st")] == 6
    assert metrics["smsp__sass_thread_inst_executed_op_ffma_pred_on.sum"] == 192 * 5
    assert metrics["smsp__sass_thread_inst_executed_op_fadd_pred_on.sum"] == 192
    assert metrics["smsp__sass_thread_inst_executed_op_fmul_pred_on.sum"] == 192
    assert metrics["smsp__sass_branch_targets_threads_divergent.sum"] == 0
    prologue, epilogue = 11, 2
    each = prologue + 2 + 5 * 5 + 3 + epilogue
    assert metrics["smsp__inst_executed.sum"] == 6 * each
    assert metrics["smsp__thread_inst_executed.sum"] == 192 * each


def test_divergent_branches_are_counted() -> None:
    body = "and.b32 %r10, %r0, 1;\nsetp.eq.u32 %p1, %r10, 0;\n@%p1 bra END;\nadd.u32 %r9, %r9, 1;\nEND:"
    assert run(kernel(body), block=96, clean=True).metrics["smsp__sass_branch_targets_threads_divergent.sum"] == 3
    uniform = body.replace("and.b32 %r10, %r0, 1", "shr.u32 %r10, %r0, 5")
    assert run(kernel(uniform), block=96, clean=True).metrics["smsp__sass_branch_targets_threads_divergent.sum"] == 0


def test_lines_have_their_own_counts() -> None:
    body = """mov.u32 %r20, box;
mad.lo.u32 %r21, %r0, 128, %r20;
.loc 1 40 0
st.shared.u32 [%r21], %r0;
.loc 1 41 0
ld.shared.u32 %r9, [%r21];
.loc 1 42 0
add.u32 %r9, %r9, 1;"""
    lines = {line["frames"][0][1]: line["metrics"] for line in run(kernel(body, declares=SHARED), clean=True).lines}
    assert lines[40]["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum"] == 31
    assert "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum" not in lines[40]
    assert lines[41]["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum"] == 31
    assert lines[42]["smsp__inst_executed.sum"] >= 1


def test_local_memory_is_interleaved() -> None:
    """A word of every lane's stack is one line of 128 bytes: 4 sectors."""
    body = "mov.u64 %rd5, stack;\nst.local.u32 [%rd5+4], %r0;\nld.local.u32 %r9, [%rd5+4];"
    metrics = run(kernel(body, declares=".local .align 8 .b8 stack[64];"), clean=True).metrics
    for way in ("ld", "st"):
        assert metrics[LSU.format(what="requests", space="local", way=way)] == 1
        assert metrics[LSU.format(what="sectors", space="local", way=way)] == 4


def test_atomics_are_counted_apart() -> None:
    device = _core.Device(memory_mib=16)
    address = device.alloc(256)
    device.upload(address, bytes(256))
    body = "ld.param.u64 %rd10, [data];\nred.global.add.u32 [%rd10], 1;\natom.global.add.u32 %r9, [%rd10], 1;"
    metrics = run(kernel(body, params=".param .u64 data"), args=(("ptr", address),), device=device, block=64, clean=True).metrics
    assert metrics["smsp__inst_executed_op_atom.sum"] == 4
    assert metrics[LSU.format(what="requests", space="global", way="ld")] == 0


def test_constant_memory_is_not_global_traffic() -> None:
    module = ".const .align 4 .b32 table[4] = {1, 2, 3, 4};\n"
    metrics = run(kernel("ld.const.u32 %r9, [table+8];", module=module), clean=True).metrics
    assert metrics[LSU.format(what="requests", space="global", way="ld")] == 0


def test_sectors_of_atomics() -> None:
    """A warp that adds to 32 neighbours touches 4 sectors; to words 32 bytes apart, 32. `red` has no result and a name of its own."""
    device = _core.Device(memory_mib=16)
    address = device.alloc(4096)
    device.upload(address, bytes(4096))
    body = """ld.param.u64 %rd10, [data];
mad.wide.u32 %rd11, %r0, 4, %rd10;
mad.wide.u32 %rd12, %r0, 32, %rd10;
.loc 1 5 0
atom.global.add.u32 %r9, [%rd11], 1;
.loc 1 6 0
red.global.add.u32 [%rd12], 1;
.loc 1 7 0
atom.add.u32 %r9, [%rd12], 1;
.loc 1 99 0"""
    outcome = run(kernel(body, params=".param .u64 data"), args=(("ptr", address),), device=device, clean=True)
    both = {
        (way, what): outcome.metrics[LSU.format(what=what, space="global", way=way)]
        for way in ("atom", "red")
        for what in ("requests", "sectors")
    }
    assert both == {("atom", "requests"): 2, ("atom", "sectors"): 4 + 32, ("red", "requests"): 1, ("red", "sectors"): 32}
    assert outcome.metrics["smsp__inst_executed_op_atom.sum"] == 3
    assert outcome.metrics["l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_atom.ratio"] == 18
    assert outcome.metrics[LSU.format(what="sectors", space="global", way="ld")] == 0
    lines = {line["frames"][0][1]: line["metrics"] for line in outcome.lines}
    assert lines[6][LSU.format(what="sectors", space="global", way="red")] == 32
    assert LSU.format(what="sectors", space="global", way="atom") not in lines[6]


def test_atomics_in_shared_memory() -> None:
    body = "mov.u32 %r20, box;\nmad.lo.u32 %r21, %r0, 128, %r20;\natom.shared.add.u32 %r9, [%r21], 1;\nred.shared.add.u32 [%r21], 1;"
    metrics = run(kernel(body, declares=SHARED), checks="memcheck", clean=True).metrics
    assert metrics["smsp__inst_executed_op_shared_atom.sum"] == metrics["smsp__inst_executed_op_atom.sum"] == 2
    assert metrics["l1tex__data_pipe_lsu_wavefronts_mem_shared_op_atom.sum"] == 64
    assert metrics["l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_atom.sum"] == 62
    assert metrics["smsp__inst_executed_op_shared_ld.sum"] == metrics["smsp__inst_executed_op_shared_st.sum"] == 0


@pytest.mark.parametrize(("index", "requests"), [("0", 1), ("%r0", 32), ("%r5", 2)])
def test_constant_memory_answers_one_address_at_a_time(index: str, requests: int) -> None:
    module = ".const .align 4 .b8 table[4096];\n"
    body = f"""shr.u32 %r5, %r0, 4;
mov.u64 %rd5, table;
mov.u32 %r6, {index};
mad.wide.u32 %rd6, %r6, 4, %rd5;
.loc 1 5 0
ld.const.u32 %r9, [%rd6];
ld.const.u32 %r9, [%rd6+8];
.loc 1 99 0"""
    outcome = run(kernel(body, module=module), clean=True)
    assert outcome.metrics["idc__requests.sum"] == 2 * requests
    lines = {line["frames"][0][1]: line["metrics"] for line in outcome.lines}
    assert lines[5]["idc__requests.sum"] == 2 * requests and "idc__requests.sum" not in lines[99]
    assert outcome.metrics[LSU.format(what="requests", space="global", way="ld")] == 0
