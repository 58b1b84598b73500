"""What the counters mean: Nsight Compute's metric names with names for people, units and how exact each is on the emulated GPU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from grader.report.text import compact, number

Basis = Literal["", "ptx", "estimate"]  # equal to the hardware's | counted in PTX, not SASS, instructions | computed from a stated model
BASES: tuple[Basis, ...] = ("ptx", "estimate")


class Metric(NamedTuple):
    """One row of the table of known metrics."""

    name: str
    en: str
    ko: str
    unit: str = ""
    basis: Basis = ""


GLOBAL_LD, GLOBAL_ST = "pipe_lsu_mem_global_op_ld", "pipe_lsu_mem_global_op_st"
EXECUTED = "smsp__inst_executed.sum"
CONFLICTS = tuple(f"l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{op}.sum" for op in ("ld", "st"))

PIPES = ("alu", "fma", "fp16", "fp64", "xu", "lsu", "cbu")

METRICS: tuple[Metric, ...] = (
    Metric("launches", "Launches", "커널 실행", "launches"),
    Metric(EXECUTED, "Warp instructions", "워프 명령", "inst", "ptx"),
    Metric("smsp__thread_inst_executed.sum", "Thread instructions", "스레드 명령", "inst", "ptx"),
    Metric("smsp__thread_inst_executed_pred_on.sum", "Thread instructions, guard true", "스레드 명령(조건 참)", "inst", "ptx"),
    *(
        Metric(f"smsp__inst_executed_pipe_{pipe}.sum", f"Warp instructions, {pipe}", f"워프 명령, {pipe}", "inst", "estimate")
        for pipe in PIPES
    ),
    *(
        Metric(
            f"smsp__thread_inst_executed_pipe_{pipe}_pred_on.sum",
            f"Thread instructions, {pipe}",
            f"스레드 명령, {pipe}",
            "inst",
            "estimate",
        )
        for pipe in PIPES
    ),
    Metric("smsp__sass_branch_targets.sum", "Branches", "분기", "branches", "ptx"),
    Metric("smsp__sass_branch_targets_threads_uniform.sum", "Uniform branches", "균일한 분기", "branches", "ptx"),
    Metric("smsp__sass_branch_targets_threads_divergent.sum", "Divergent branches", "분기 발산", "branches", "ptx"),
    Metric("smsp__inst_executed_op_barrier.sum", "Barrier instructions", "배리어 명령", "inst", "ptx"),
    Metric(f"l1tex__t_requests_{GLOBAL_LD}.sum", "Global load requests", "전역 읽기 요청", "requests"),
    Metric(f"l1tex__t_sectors_{GLOBAL_LD}.sum", "Global load sectors", "전역 읽기 섹터", "32 B sectors"),
    Metric(f"l1tex__average_t_sectors_per_request_{GLOBAL_LD}.ratio", "Sectors per load request", "읽기 요청당 섹터", "sectors/request"),
    Metric(f"l1tex__t_bytes_{GLOBAL_LD}.sum", "Global load bytes moved", "전역 읽기 이동 바이트", "B"),
    Metric("smsp__sass_data_bytes_mem_global_op_ld.sum", "Global load bytes asked for", "전역 읽기 요청 바이트", "B"),
    Metric(f"l1tex__t_requests_{GLOBAL_ST}.sum", "Global store requests", "전역 쓰기 요청", "requests"),
    Metric(f"l1tex__t_sectors_{GLOBAL_ST}.sum", "Global store sectors", "전역 쓰기 섹터", "32 B sectors"),
    Metric(f"l1tex__average_t_sectors_per_request_{GLOBAL_ST}.ratio", "Sectors per store request", "쓰기 요청당 섹터", "sectors/request"),
    Metric(f"l1tex__t_bytes_{GLOBAL_ST}.sum", "Global store bytes moved", "전역 쓰기 이동 바이트", "B"),
    Metric("smsp__sass_data_bytes_mem_global_op_st.sum", "Global store bytes asked for", "전역 쓰기 요청 바이트", "B"),
    Metric("l1tex__t_requests_pipe_lsu_mem_global_op_atom.sum", "Global atomic requests", "전역 원자 연산 요청", "requests"),
    Metric("l1tex__t_sectors_pipe_lsu_mem_global_op_atom.sum", "Global atomic sectors", "전역 원자 연산 섹터", "32 B sectors"),
    Metric("l1tex__t_requests_pipe_lsu_mem_global_op_red.sum", "Global reduction requests", "전역 리덕션 요청", "requests"),
    Metric("l1tex__t_sectors_pipe_lsu_mem_global_op_red.sum", "Global reduction sectors", "전역 리덕션 섹터", "32 B sectors"),
    *(
        Metric(
            f"l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_{op}.ratio",
            f"Sectors per {en}",
            f"{ko}당 섹터",
            "sectors/request",
        )
        for op, en, ko in (("atom", "atomic request", "원자 연산 요청"), ("red", "reduction request", "리덕션 요청"))
    ),
    *(
        Metric(f"l1tex__t_bytes_pipe_lsu_mem_global_op_{op}.sum", f"Global {en} bytes moved", f"전역 {ko} 이동 바이트", "B")
        for op, en, ko in (("atom", "atomic", "원자 연산"), ("red", "reduction", "리덕션"))
    ),
    *(
        Metric(f"smsp__sass_data_bytes_mem_{space}_op_{op}.sum", f"{en} {what} bytes asked for", f"{ko} {act} 요청 바이트", "B")
        for space, en, ko, ops in (
            ("global", "Global", "전역", ("atom", "red")),
            ("shared", "Shared", "공유", ("ld", "st", "atom")),
            ("local", "Local", "로컬", ("ld", "st")),
        )
        for op, what, act in (
            ("ld", "load", "읽기"),
            ("st", "store", "쓰기"),
            ("atom", "atomic", "원자 연산"),
            ("red", "reduction", "리덕션"),
        )
        if op in ops
    ),
    Metric("idc__requests.sum", "Constant reads", "상수 메모리 읽기", "requests"),
    Metric("l1tex__t_requests_pipe_lsu_mem_local_op_ld.sum", "Local load requests", "로컬 읽기 요청", "requests"),
    Metric("l1tex__t_sectors_pipe_lsu_mem_local_op_ld.sum", "Local load sectors", "로컬 읽기 섹터", "32 B sectors"),
    Metric("l1tex__t_requests_pipe_lsu_mem_local_op_st.sum", "Local store requests", "로컬 쓰기 요청", "requests"),
    Metric("l1tex__t_sectors_pipe_lsu_mem_local_op_st.sum", "Local store sectors", "로컬 쓰기 섹터", "32 B sectors"),
    Metric(CONFLICTS[0], "Shared load bank conflicts", "공유 읽기 뱅크 충돌", "extra wavefronts"),
    Metric(CONFLICTS[1], "Shared store bank conflicts", "공유 쓰기 뱅크 충돌", "extra wavefronts"),
    Metric("l1tex__data_pipe_lsu_wavefronts_mem_shared_op_ld.sum", "Shared load wavefronts", "공유 읽기 웨이브프런트", "wavefronts"),
    Metric("l1tex__data_pipe_lsu_wavefronts_mem_shared_op_st.sum", "Shared store wavefronts", "공유 쓰기 웨이브프런트", "wavefronts"),
    Metric("smsp__inst_executed_op_shared_ld.sum", "Shared load instructions", "공유 읽기 명령", "inst", "ptx"),
    Metric("smsp__inst_executed_op_shared_st.sum", "Shared store instructions", "공유 쓰기 명령", "inst", "ptx"),
    Metric(
        "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_atom.sum", "Shared atomic wavefronts", "공유 원자 연산 웨이브프런트", "wavefronts"
    ),
    Metric(
        "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_atom.sum",
        "Shared atomic bank conflicts",
        "공유 원자 연산 뱅크 충돌",
        "extra wavefronts",
    ),
    Metric("smsp__inst_executed_op_shared_atom.sum", "Shared atomic instructions", "공유 원자 연산 명령", "inst", "ptx"),
    Metric("smsp__inst_executed_op_atom.sum", "Atomic instructions", "원자 연산 명령", "inst", "ptx"),
    Metric("smsp__sass_thread_inst_executed_op_fadd_pred_on.sum", "Additions in float", "float 덧셈", "thread inst", "ptx"),
    Metric("smsp__sass_thread_inst_executed_op_fmul_pred_on.sum", "Multiplications in float", "float 곱셈", "thread inst", "ptx"),
    Metric("smsp__sass_thread_inst_executed_op_ffma_pred_on.sum", "Multiply-adds in float", "float 곱셈-덧셈", "thread inst", "ptx"),
    *(
        Metric(f"smsp__sass_thread_inst_executed_op_{letter}{op}_pred_on.sum", f"{en} in {name}", f"{name} {ko}", "thread inst", "ptx")
        for letter, name in (("d", "double"), ("h", "half"))
        for op, en, ko in (("add", "Additions", "덧셈"), ("mul", "Multiplications", "곱셈"), ("fma", "Multiply-adds", "곱셈-덧셈"))
    ),
    *(
        Metric(
            f"smsp__sass_thread_inst_executed_ops_{x}add_{x}mul_{x}fma_pred_on.sum",
            f"Operations in {name} (fma = 2)",
            f"{name} 연산 (fma = 2)",
            "FLOP",
            "ptx",
        )
        for x, name in (("f", "float"), ("d", "double"), ("h", "half"))
    ),
    Metric("sm__maximum_warps_per_active_cycle_pct", "Theoretical occupancy", "이론적 점유율", "%", "estimate"),
    Metric("dram__bytes_read.sum", "DRAM bytes read, at best", "DRAM 읽기 바이트(이상적)", "B", "estimate"),
    Metric("dram__bytes_write.sum", "DRAM bytes written, at best", "DRAM 쓰기 바이트(이상적)", "B", "estimate"),
    Metric("dram__bytes.sum", "DRAM bytes, at best", "DRAM 바이트(이상적)", "B", "estimate"),
    *(
        Metric(f"lts__t_sectors_aperture_sysmem_op_{op}.sum", f"Sectors {en} of the host's memory, at best", ko, "sectors", "estimate")
        for op, en, ko in (("read", "read", "호스트 메모리 읽기 섹터(이상적)"), ("write", "written", "호스트 메모리 쓰기 섹터(이상적)"))
    ),
)
_KNOWN = {metric.name: (order, metric) for order, metric in enumerate(METRICS)}


class Counter(NamedTuple):
    """One measured value, ready to show."""

    name: str
    label: str
    value: str
    unit: str
    basis: Basis


def known(values: Mapping[str, float]) -> list[Metric]:
    """The metrics of a kernel in the table's order; unknown names follow, alphabetically."""
    named = sorted((name for name in values if name in _KNOWN), key=lambda name: _KNOWN[name][0])
    return [*(_KNOWN[name][1] for name in named), *(Metric(name, "", "") for name in sorted(set(values) - set(named)))]


def counters(values: Mapping[str, float], language: str) -> list[Counter]:
    """A kernel's metrics in the table's order; unknown names follow, alphabetically, under their own name."""
    return [
        Counter(metric.name, metric.ko if language == "ko" else metric.en, number(values[metric.name]), metric.unit, metric.basis)
        for metric in known(values)
    ]


def _total(metrics: Mapping[str, float], pattern: str, ops: tuple[str, ...]) -> float:
    return sum(metrics.get(pattern.format(op), 0.0) for op in ops)


def requests(metrics: Mapping[str, float]) -> float:
    """Global loads and stores of warps."""
    return _total(metrics, "l1tex__t_requests_{}.sum", (GLOBAL_LD, GLOBAL_ST))


def sectors(metrics: Mapping[str, float]) -> float:
    """Sectors of 32 bytes that those needed."""
    return _total(metrics, "l1tex__t_sectors_{}.sum", (GLOBAL_LD, GLOBAL_ST))


def shared_requests(metrics: Mapping[str, float]) -> float:
    """Shared loads and stores of warps."""
    return _total(metrics, "smsp__inst_executed_op_shared_{}.sum", ("ld", "st"))


def shared_wavefronts(metrics: Mapping[str, float]) -> float:
    """Passes through shared memory that those needed."""
    return _total(metrics, "l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{}.sum", ("ld", "st"))


def conflicts(metrics: Mapping[str, float]) -> float:
    """The passes among them that only bank conflicts made necessary."""
    return sum(metrics.get(name, 0.0) for name in CONFLICTS)


class LineCounters(NamedTuple):
    """The margin of one source line. Empty strings where nothing of the kind happened on the line."""

    executed: str
    heat: int  # 0 … 4: share of the file's instructions that this line executes
    sectors: str  # per request, over global loads and stores
    scattered: bool  # more of them than the accesses' width asks for
    wavefronts: str  # per request, over shared loads and stores
    queued: bool  # some of them for bank conflicts
    exact: str  # all of it in words for a tooltip


def line_counters(metrics: Mapping[str, float], total_executed: float, ideal_sectors: int = 0) -> LineCounters:
    """Margin values of one line; `total_executed` is the file's sum of warp instructions, `ideal_sectors` what its worst request can do
    with if that is known (wide loads need more)."""
    executed = metrics.get(EXECUTED, 0.0)
    asked, asked_shared = requests(metrics), shared_requests(metrics)
    ratio = sectors(metrics) / asked if asked else 0.0
    share = executed / total_executed if total_executed else 0.0
    return LineCounters(
        executed=compact(executed) if executed else "",
        heat=sum(share > step for step in (0.0, 0.03, 0.1, 0.3)),
        sectors=number(ratio, 1) if asked else "",
        scattered=ratio > max(8, 1.5 * ideal_sectors),
        wavefronts=number(shared_wavefronts(metrics) / asked_shared, 1) if asked_shared else "",
        queued=conflicts(metrics) > 0,
        exact=", ".join(f"{name} = {number(value)}" for name, value in sorted(metrics.items())),
    )
