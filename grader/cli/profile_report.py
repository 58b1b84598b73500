"""What `grader profile` says of a run: DeviceRecord -> kernels with their metrics and source lines; and the same as tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from grader.cli.exec_report import ExecFinding, findings_of, report_findings
from grader.cli.timeline_report import show_timeline
from grader.devices.occupancy import METRIC as OCCUPANCY
from grader.devices.occupancy import multiprocessor, occupancy_pct
from grader.devices.record import DeviceKernel, DeviceLaunch, DeviceRecord, DeviceWork, Dim, resolve
from grader.records import Record
from grader.report.counters import EXECUTED, known
from grader.report.text import compact, number, visible

if TYPE_CHECKING:
    from rich.console import Console

UNKNOWN = ""  # file of what has no line


class Line(Record, frozen=True, kw_only=True):
    """Counters of one source line of a kernel."""

    file: str
    line: int
    source: str | None  # the line's text, if the file can be read
    share: float  # of the kernel's warp instructions
    ideal: int | None  # sectors or wavefronts that the worst access there would need if its lanes were side by side
    metrics: dict[str, float]


class ProfiledLaunch(Record, frozen=True, kw_only=True):
    """One launch. Metrics of the first 200 launches of a run are kept."""

    index: int
    grid: Dim
    block: Dim
    shared_bytes: int  # dynamic
    stream: int
    error: int
    metrics: dict[str, float]


class ProfiledKernel(Record, frozen=True, kw_only=True):
    """One kernel; metrics are summed over its launches."""

    name: str
    base: str
    launches: tuple[ProfiledLaunch, ...]
    launch_count: int
    registers: int | None
    static_shared_bytes: int
    metrics: dict[str, float]
    lines: tuple[Line, ...]


class ProfileResult(Record, frozen=True, kw_only=True):
    """The JSON of `grader profile --json`."""

    exit_code: int  # the program's
    device: str
    kernels: tuple[ProfiledKernel, ...]  # most instructions first
    hidden: int  # kernels beyond --top or other than --kernel
    findings: tuple[ExecFinding, ...]
    timeline: tuple[DeviceWork, ...]  # estimates, by the model of docs/design/timeline.md
    makespan_us: float
    overlap: float  # the share of the work that ran beside other work
    wall_s: float


class Shown(NamedTuple):
    """What the tables hold."""

    source: bool = True
    every: bool = False
    launches: bool = False


# ---- record -> result


def summarise(
    record: DeviceRecord, exit_code: int, wall_s: float, root: Path, registers: Mapping[str, int], program: Path | None = None
) -> ProfileResult:
    """Kernels in the order of their instructions, with occupancy and every line's counters at the user's own line."""
    texts = _Texts(root)
    kernels = [_kernel(kernel, record, root, registers.get(kernel.mangled), texts) for kernel in record.kernels]
    kernels.sort(key=lambda kernel: -kernel.metrics.get(EXECUTED, 0.0))
    return ProfileResult(
        exit_code=exit_code,
        device=record.profile,
        kernels=tuple(kernels),
        hidden=0,
        findings=findings_of(record, root, program),
        timeline=record.timeline,
        makespan_us=record.makespan_us,
        overlap=record.overlap,
        wall_s=round(wall_s, 6),
    )


def is_meant(kernel: ProfiledKernel, name: str) -> bool:
    """Whether `--kernel NAME` means this one."""
    return name in kernel.name


def chosen(result: ProfileResult, name: str | None, top: int) -> ProfileResult:
    """Only the kernels that are asked for."""
    kernels = tuple(kernel for kernel in result.kernels if name is None or is_meant(kernel, name))[:top]
    return msgspec.structs.replace(result, kernels=kernels, hidden=len(result.kernels) - len(kernels))


def _kernel(kernel: DeviceKernel, record: DeviceRecord, root: Path, registers: int | None, texts: _Texts) -> ProfiledKernel:
    ran = [launch for launch in record.launches if launch.kernel == kernel.name and not launch.why]
    metrics = dict(kernel.metrics)
    if registers is not None and ran:
        metrics[OCCUPANCY] = _occupancy(record.profile, max(ran, key=lambda launch: launch.warp_instructions), registers, kernel)
    return ProfiledKernel(
        name=kernel.name,
        base=kernel.base,
        launches=tuple(
            ProfiledLaunch(
                index=launch.index,
                grid=launch.grid,
                block=launch.block,
                shared_bytes=launch.shared_bytes,
                stream=launch.stream,
                error=launch.error,
                metrics=launch.metrics,
            )
            for launch in ran
        ),
        launch_count=kernel.launches,
        registers=registers,
        static_shared_bytes=kernel.static_shared_bytes,
        metrics=metrics,
        lines=_lines(kernel, root, texts),
    )


def _occupancy(profile: str, launch: DeviceLaunch, registers: int, kernel: DeviceKernel) -> float:
    shared = kernel.static_shared_bytes + launch.shared_bytes
    return occupancy_pct(multiprocessor(profile), math.prod(launch.block), registers, shared)


def _lines(kernel: DeviceKernel, root: Path, texts: _Texts) -> tuple[Line, ...]:
    sums: dict[tuple[str, int], dict[str, float]] = {}
    ideal: dict[tuple[str, int], int] = {}
    for seen in kernel.lines:
        place = resolve(seen.frames, root)
        key = (place.file, place.line) if place else (UNKNOWN, 0)
        into = sums.setdefault(key, {})
        for name, value in seen.metrics.items():
            into[name] = into.get(name, 0.0) + value
        if seen.pattern is not None:
            ideal[key] = max(ideal.get(key, 0), seen.pattern.ideal)
    total = kernel.metrics.get(EXECUTED, 0.0) or 1.0
    for metrics in sums.values():
        _ratios(metrics)
    return tuple(
        Line(
            file=file,
            line=line,
            source=texts.line(file, line),
            share=round(metrics.get(EXECUTED, 0.0) / total, 6),
            ideal=ideal.get((file, line)),
            metrics=metrics,
        )
        for (file, line), metrics in sorted(sums.items())
    )


_RATIO = "l1tex__average_t_sectors_per_request_"


def _ratios(metrics: dict[str, float]) -> None:
    """Ratios of a sum are no sums of ratios."""
    for name in [name for name in metrics if name.startswith(_RATIO)]:
        rest = name.removeprefix(_RATIO).removesuffix(".ratio")
        requests = metrics.get(f"l1tex__t_requests_{rest}.sum", 0.0)
        metrics[name] = metrics.get(f"l1tex__t_sectors_{rest}.sum", 0.0) / requests if requests else 0.0


class _Texts:
    """Source files as they are now, read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, Sequence[str]] = {}

    def line(self, file: str, line: int) -> str | None:
        if file not in self._files:
            self._files[file] = self._read(file)
        lines = self._files[file]
        return visible(lines[line - 1]) if 0 < line <= len(lines) else None

    def _read(self, file: str) -> Sequence[str]:
        try:
            return (self._root / file).read_text(encoding="utf-8", errors="replace").splitlines() if file else ()
        except OSError:
            return ()


# ---- result -> tables

# Metrics that a kernel's table always has; others if they aren't zero.
ALWAYS = (
    EXECUTED,
    "smsp__thread_inst_executed.sum",
    "smsp__sass_branch_targets_threads_divergent.sum",
    "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum",
    "l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum",
    "dram__bytes.sum",
    OCCUPANCY,
)
DETAILS = ("smsp__thread_inst_executed_pipe_", "smsp__sass_branch_targets_threads_uniform")  # only with --all


def show(result: ProfileResult, record: DeviceRecord, program: Path, console: Console, shown: Shown) -> None:
    """Findings, each kernel's tables, a last line that sums up."""
    report_findings(result.findings, record, program, console)
    width = min(console.width, 160)
    if record.timeline:
        show_timeline(record, console, width)
    for kernel in result.kernels:
        _heading(kernel, console, width)
        _metrics(kernel.metrics, console, width, shown.every)
        if shown.launches:
            for launch in kernel.launches:
                console.print(f"\n  launch {launch.index}: {_shape(launch)}, stream {launch.stream}", markup=False)
                _metrics(launch.metrics, console, width, shown.every)
        if shown.source and kernel.lines:
            _source(kernel, console, width)
    more = f"; {result.hidden} more (--top, --kernel)" if result.hidden else ""
    count = len(result.kernels)
    console.print(
        f"\ngrader profile: {count} kernel{'s' * (count != 1)} on emulated {result.device}{more}; exit status {result.exit_code}",
        markup=False,
    )
    if not result.kernels and not result.hidden:
        console.print("No kernel ran.", markup=False)


def _shape(launch: ProfiledLaunch) -> str:
    def dim(of: Dim) -> str:
        return f"({','.join(map(str, of))})"

    dynamic = f", {launch.shared_bytes:,} B dynamic shared" if launch.shared_bytes else ""
    return f"grid {dim(launch.grid)}, block {dim(launch.block)}{dynamic}"


def _heading(kernel: ProfiledKernel, console: Console, width: int) -> None:
    console.print()
    console.print(visible(kernel.name), markup=False, style="bold")
    shapes = list(dict.fromkeys(_shape(launch) for launch in kernel.launches))
    facts = [f"{kernel.launch_count} launch{'es' * (kernel.launch_count != 1)}"]
    facts += [shapes[0] + (f" and {len(shapes) - 1} other shape{'s' * (len(shapes) > 2)}" if len(shapes) > 1 else "")] if shapes else []
    facts += [f"{kernel.static_shared_bytes:,} B static shared"] if kernel.static_shared_bytes else []
    facts += [f"{kernel.registers} registers"] if kernel.registers is not None else []
    console.print("  " + ", ".join(facts), markup=False)


def _metrics(metrics: Mapping[str, float], console: Console, width: int, every: bool) -> None:
    """Nsight Compute's name, the value, and where there is room what it is."""
    for metric in known(metrics):
        value = metrics[metric.name]
        if not every and ((not value and metric.name not in ALWAYS) or metric.name.startswith(DETAILS)):
            continue
        line = f"  {metric.name:<66} {number(value):>10}"
        room = width - len(line) - 2
        meaning = f"{metric.en}, {metric.unit}" if metric.en and metric.unit else metric.en or metric.unit
        note = f"{meaning} ({metric.basis})" if metric.basis and meaning else meaning
        if len(note) > room:
            note = metric.unit + (f" ({metric.basis})" if metric.basis else "")
        if len(note) > room:
            note = ""
        console.print(line + ("  " + note if note else ""), markup=False, style=None if value else "dim")


class Column(NamedTuple):
    """A column of the annotated source."""

    title: tuple[str, str]  # two rows
    width: int
    value: Callable[[Line], str]


def _sum(line: Line, names: Iterable[str]) -> float:
    return sum(line.metrics.get(name, 0.0) for name in names)


def _over(line: Line, above: Sequence[str], below: Sequence[str]) -> str:
    under = _sum(line, below)
    return number(_sum(line, above) / under, 1) if under else ""


def _count(line: Line, names: Sequence[str]) -> str:
    value = _sum(line, names)
    return compact(value) if value else ""


_WAYS = ("ld", "st", "atom", "red")
_SECTORS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{way}.sum" for way in _WAYS)
_REQUESTS = tuple(f"l1tex__t_requests_pipe_lsu_mem_global_op_{way}.sum" for way in _WAYS)
_WAVES = tuple(f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{way}.sum" for way in _WAYS)
_SHARED = tuple(f"smsp__inst_executed_op_shared_{way}.sum" for way in _WAYS)
_CONFLICTS = tuple(f"l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{way}.sum" for way in _WAYS)
_DIVERGENT = ("smsp__sass_branch_targets_threads_divergent.sum",)

COLUMNS = (
    Column(("", "line"), 5, lambda line: str(line.line) if line.line else "?"),
    Column(("share", "inst%"), 5, lambda line: f"{100 * line.share:.1f}"),
    Column(("warp", "inst"), 5, lambda line: _count(line, (EXECUTED,))),
    Column(("sect", "/req"), 4, lambda line: _over(line, _SECTORS, _REQUESTS)),
    Column(("wave", "/req"), 4, lambda line: _over(line, _WAVES, _SHARED)),
    Column(("bank", "confl"), 5, lambda line: _count(line, _CONFLICTS)),
    Column(("diverg", "branch"), 6, lambda line: _count(line, _DIVERGENT)),
)
GAP = 2  # lines without counters that are shown between lines that have some


def _source(kernel: ProfiledKernel, console: Console, width: int) -> None:
    """Each file's lines with what they cost in front of them. Lines that cost most stand out."""
    files: dict[str, list[Line]] = {}
    for line in kernel.lines:
        files.setdefault(line.file, []).append(line)
    for file, lines in files.items():
        console.print(f"\n  {file or 'without a line of the source'}", markup=False)
        for row in (0, 1):
            heads = " ".join(f"{column.title[row]:>{column.width}}" for column in COLUMNS)
            console.print("  " + heads, markup=False, style="dim")
        before = None
        for line in lines:
            if before is not None and line.line > before + 1 and file:
                _between(file, before + 1, line.line, console, width, kernel)
            before = line.line
            values = " ".join(f"{column.value(line):>{column.width}}" for column in COLUMNS)
            text = f"  {values}  {(line.source or '').expandtabs(4)}".rstrip()
            console.print(text[:width], markup=False, style="bold" if line.share >= 0.1 and console.is_terminal else None)


def _between(file: str, first: int, end: int, console: Console, width: int, kernel: ProfiledKernel) -> None:
    """Lines that execute nothing: shown if they are few, a gap otherwise."""
    indent = " " * (2 + sum(column.width + 1 for column in COLUMNS) - 1)
    if end - first > GAP:
        console.print(f"{indent}  ⋯", markup=False, style="dim")
        return
    texts = _Texts(Path.cwd())
    for number_ in range(first, end):
        text = texts.line(file, number_) or ""
        console.print(f"  {number_:>5}{indent[7:]}  {text.expandtabs(4)}"[:width].rstrip(), markup=False, style="dim")
