"""What `grader exec` says of a run: DeviceRecord -> the pinned JSON (contracts), and the same as lines and tables."""

from __future__ import annotations

import re
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from grader.devices.host_lines import host_line
from grader.devices.record import DeviceFinding, DeviceRecord, Dim, HostPlace, library_call, resolve
from grader.records import Record
from grader.run.cuda_errors import error_name

if TYPE_CHECKING:
    from rich.console import Console

# Columns of the table: Nsight Compute's name, heading in words short enough for 80 columns. The JSON has all counters.
COLUMNS = (
    ("smsp__inst_executed.sum", "warp instr. (ptx)"),
    ("l1tex__t_requests_pipe_lsu_mem_global_op_ld.sum", "ld req."),
    ("l1tex__t_sectors_pipe_lsu_mem_global_op_ld.sum", "ld sect."),
    ("l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_ld.ratio", "sect. /req"),
    ("l1tex__t_requests_pipe_lsu_mem_global_op_st.sum", "st req."),
    ("l1tex__t_sectors_pipe_lsu_mem_global_op_st.sum", "st sect."),
    ("l1tex__average_t_sectors_per_request_pipe_lsu_mem_global_op_st.ratio", "sect. /req"),
    ("l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_ld.sum", "ld bank confl."),
    ("l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_st.sum", "st bank confl."),
    ("sm__maximum_warps_per_active_cycle_pct", "occupancy %"),
)


# What is at a finding's other line, if it is no access.
OTHERS = {"UNDEFINED_SHFL": "the value is used", "BARRIER_DIVERGENCE": "the others wait"}

_CODE = re.compile(r"(?<=failed with )error (\d+)")  # the device knows numbers; people know names
NO_KERNEL_IMAGE = 209


class ExecFinding(Record, frozen=True, kw_only=True):
    """A finding at its place. `file` is relative to the working folder if it lies in it; None without -lineinfo."""

    verdict: str
    kernel: str
    file: str | None
    line: int | None
    other_file: str | None
    other_line: int | None
    block: Dim | None
    thread: Dim | None
    count: int
    message: str
    note: bool


class ExecKernel(Record, frozen=True, kw_only=True):
    """Counters of one kernel, summed over its launches."""

    name: str  # demangled
    base: str  # without namespaces and template arguments
    launches: int
    metrics: dict[str, float]


class ExecResult(Record, frozen=True, kw_only=True):
    """The JSON of `grader exec --json`."""

    exit_code: int  # the program's
    findings: tuple[ExecFinding, ...]
    kernels: tuple[ExecKernel, ...]
    wall_s: float
    unsupported: tuple[str, ...] = ()  # runtime functions asked for in vain
    host_fault: str | None = None  # why host code crashed, if it touched what isn't its own


def summarise(record: DeviceRecord, exit_code: int, wall_s: float, root: Path, program: Path | None = None) -> ExecResult:
    """The device's record with each finding at the user's own line, files relative to `root`."""
    return ExecResult(
        exit_code=exit_code,
        findings=findings_of(record, root, program),
        kernels=tuple(ExecKernel(name=k.name, base=k.base, launches=k.launches, metrics=k.metrics) for k in record.kernels),
        wall_s=round(wall_s, 6),
        unsupported=tuple(record.unsupported),
        host_fault=record.host_fault.explanation if record.host_fault else None,
    )


def findings_of(record: DeviceRecord, root: Path, program: Path | None = None) -> tuple[ExecFinding, ...]:
    """Each finding at the user's own line, one for each code and line."""
    return _merged([_finding(finding, root, program, library_call(record, finding)) for finding in record.findings])


def show(
    result: ExecResult, record: DeviceRecord, program: Path, console: Console, *, counters: bool = True, cards: Sequence[str] | None = None
) -> None:
    """Findings, one a line as a compiler prints them; counters as a table; a last line that sums up. `cards` are what the program saw, if
    not the record's one."""
    report_findings(result.findings, record, program, console)
    if counters and result.kernels:
        _table(result, console)
    faults = sum(not finding.note for finding in result.findings)
    launches = sum(kernel.launches for kernel in result.kernels)
    found = f"{faults} finding{'s' * (faults != 1)}" if record.checks else "no checks were on"
    console.print(
        f"grader exec: {found}; {launches} launch{'es' * (launches != 1)} of {len(result.kernels)} kernel{'s' * (len(result.kernels) != 1)}"
        f" on {_devices(record, cards)}; {_ended(result.exit_code)}; {_seconds(result.wall_s)} (kernels {_seconds(record.kernel_s)})",
        markup=False,
    )
    if NO_KERNEL_IMAGE in {*(call.error for call in record.trace), *(launch.error for launch in record.launches)}:
        console.print(
            f"It holds no kernels that {record.profile} can run: compile it with `grader nvcc --profile {record.profile}`, or name another"
            " --profile here.",
            markup=False,
        )
    if not record.trace and not record.launches:
        console.print(_no_device_hint(program), markup=False)


def _devices(record: DeviceRecord, cards: Sequence[str] | None) -> str:
    names = [record.profile] if cards is None else cards
    return f"emulated {', '.join(names)}" if names else "no device"


def report_findings(findings: Sequence[ExecFinding], record: DeviceRecord, program: Path, console: Console) -> None:
    """One a line, as a compiler prints them; with what the program asked for in vain."""
    for finding in findings:
        console.print(_line(finding), markup=False, style="dim" if finding.note else "red" if console.is_terminal else None)
    if record.host_fault:
        console.print(f"{program.name}: HOST_CRASH: {record.host_fault.explanation}", markup=False)
    for name in record.unsupported:
        console.print(
            f"{program.name}: UNSUPPORTED: {name} is not part of the emulated runtime; it returned cudaErrorNotSupported", markup=False
        )


def _finding(finding: DeviceFinding, root: Path, program: Path | None, via: HostPlace | None) -> ExecFinding:
    """`via`: the library's call that stands for a kernel that is none of the user's."""
    host = finding.host or via
    here = host_line(host, program, root) if host else resolve(finding.frames, root)
    file, line, _ = here or (None, None, None)
    other = host_line(finding.other_host, program, root) if finding.other_host else resolve(finding.other_frames, root)
    other_file, other_line, _ = other or (None, None, None)
    return ExecFinding(
        verdict=finding.verdict,
        kernel=finding.kernel,
        file=file,
        line=line,
        other_file=other_file,
        other_line=other_line,
        block=finding.block,
        thread=finding.thread,
        count=finding.count,
        message=_CODE.sub(lambda code: error_name(int(code[1]), own=True), finding.message),
        note=finding.note,
    )


def _merged(findings: Sequence[ExecFinding]) -> tuple[ExecFinding, ...]:
    """One finding for each code and source line, with the counts added up: the device tells apart the instructions of one line."""
    merged: dict[tuple[object, ...], ExecFinding] = {}
    for finding in findings:
        # without a line, findings of different kernels or texts are different
        detail = () if finding.line else (finding.kernel, finding.message)
        key = (finding.verdict, finding.file, finding.line, *detail)
        first = merged.get(key, finding)
        count = finding.count + (first.count if key in merged else 0)
        merged[key] = msgspec.structs.replace(finding if first.note else first, count=count)  # a fault outweighs a note
    return tuple(merged.values())


def _line(finding: ExecFinding) -> str:
    place = f"{finding.file}:{finding.line}: " if finding.file else ""
    kernel = f" [{finding.kernel}]" if finding.kernel else ""
    times = f" ({finding.count:,} times)" if finding.count > 1 else ""
    other = (
        f"; {OTHERS.get(finding.verdict, 'the other access is')} at {finding.other_file}:{finding.other_line}" if finding.other_line else ""
    )
    return f"{place}{'note: ' * finding.note}{finding.verdict}: {finding.message}{other}{times}{kernel}"


def _table(result: ExecResult, console: Console) -> None:
    from rich.table import Table

    wanted = [(metric, title) for metric, title in COLUMNS if any(metric in kernel.metrics for kernel in result.kernels)]
    narrow = console.width < 140
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1 if narrow else 2, 0, 0))
    table.add_column("kernel", overflow="fold")
    for title in ("launches", *(title for _, title in wanted)):
        table.add_column("\n".join(title.split()) if narrow else title, justify="right", no_wrap=True)
    for kernel in result.kernels:
        table.add_row(kernel.base, str(kernel.launches), *(_number(kernel.metrics.get(metric)) for metric, _ in wanted))
    console.print(table)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.1f} ms"


def _ended(code: int) -> str:
    """The exit status; with the signal's name if one ended the program."""
    try:
        return f"exit status {code}" if code <= 128 else f"exit status {code} ({signal.Signals(code - 128).name})"
    except ValueError:
        return f"exit status {code}"


def _no_device_hint(program: Path) -> str:
    """The program never spoke to the device: say why, if its own dependencies tell."""
    try:
        with program.open("rb") as stream:
            content = stream.read(64 << 20)
    except OSError:
        content = b""
    if b"libcudart.so.13" in content:
        return "It made no call of the CUDA runtime."
    if b"cudaLaunchKernel" in content or b"__cudaRegister" in content:
        return "It does not load the CUDA runtime as a library: compile it with `grader nvcc` (or nvcc 13 with -cudart shared)."
    return "It does not use the CUDA runtime (libcudart.so.13 is not among what it loads)."
