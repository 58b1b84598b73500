"""LaunchResult: what one launch found and counted. Data only, frozen."""

from __future__ import annotations

from typing import Any

from grader.devices.pattern import AccessPattern
from grader.devices.record import Dim, ExactFrame, Frame, Place, resolve
from grader.emulator.errors import KernelFault
from grader.records import Record
from grader.run.cuda_errors import error_name


class Finding(Record, frozen=True, kw_only=True):
    """One fault, told once per code and place. `file`, `line`: the innermost frame not in the toolkit; None if the PTX has no lines."""

    verdict: str  # OOB_WRITE, RACE_SHARED, …: docs/verdicts.md
    message: str  # one sentence in compute-sanitizer's manner
    kernel: str  # demangled
    file: str | None
    line: int | None
    column: int | None
    other_file: str | None  # of a race: the other access
    other_line: int | None
    block: Dim | None
    thread: Dim | None
    other_thread: Dim | None  # None if several are meant
    count: int  # lanes × times
    frames: tuple[ExactFrame, ...]  # all of them, innermost first: functions that were inlined
    other_frames: tuple[ExactFrame, ...]

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.file else ""
        return f"{place}{self.verdict}: {self.message}"


class LineCounters(Record, frozen=True, kw_only=True):
    """Counters of one source position. `file` and `line` as in Finding."""

    file: str | None
    line: int | None
    metrics: dict[str, float]
    patterns: tuple[AccessPattern, ...]  # the worst access of a warp, one a memory space
    frames: tuple[Frame, ...]


class LaunchResult(Record, frozen=True, kw_only=True):
    """What came of a launch. Findings and counters don't depend on the number of host threads."""

    kernel: str  # demangled
    error: int  # cudaError_t: 0, 700 illegal address, 702 too many instructions, 710 assert, 716 misaligned, 719 launch failure
    findings: tuple[Finding, ...]
    notes: tuple[Finding, ...]  # worth telling, no faults: two writers of the same value
    metrics: dict[str, float]  # Nsight Compute's names
    lines: tuple[LineCounters, ...]
    printf: str  # what the kernel printed
    wall_s: float
    warp_instructions: int
    longest_block_instructions: int  # of the block that executed most

    @property
    def ok(self) -> bool:
        """No error and no findings."""
        return self.error == 0 and not self.findings

    @property
    def error_name(self) -> str:
        """`cudaErrorIllegalAddress (700)`; empty if there is no error."""
        return error_name(self.error, own=True) if self.error else ""

    def check(self) -> LaunchResult:
        """Itself if `ok`. Raises KernelFault, which lists the findings, otherwise."""
        if self.ok:
            return self
        lines = [str(finding) for finding in self.findings]
        raise KernelFault("\n".join([f"{self.kernel}: {self.error_name or f'{len(lines)} findings'}", *lines]))


def result_of(kernel: str, raw: dict[str, Any]) -> LaunchResult:
    """The dict that `grader._core.Device.launch` returns, typed."""
    found = [(_finding(f), f["note"]) for f in raw["findings"]]
    return LaunchResult(
        kernel=kernel,
        error=raw["error"],
        findings=tuple(finding for finding, note in found if not note),
        notes=tuple(finding for finding, note in found if note),
        metrics=raw["metrics"],
        lines=tuple(_line(line) for line in raw["lines"]),
        printf=raw["printf"].decode("utf-8", "replace"),
        wall_s=raw["wall_s"],
        warp_instructions=raw["warp_instructions"],
        longest_block_instructions=raw["longest_block_instructions"],
    )


def _finding(raw: dict[str, Any]) -> Finding:
    nowhere = Place(None, None)  # type: ignore[arg-type]
    at, other = resolve(raw["frames"], ".") or nowhere, resolve(raw["other_frames"], ".") or nowhere
    return Finding(
        verdict=raw["verdict"],
        message=raw["message"],
        kernel=raw["kernel"],
        file=at.file,
        line=at.line,
        column=at.column,
        other_file=other.file,
        other_line=other.line,
        block=raw["block"],
        thread=raw["thread"],
        other_thread=raw["other_thread"],
        count=raw["count"],
        frames=tuple(raw["frames"]),
        other_frames=tuple(raw["other_frames"]),
    )


def _line(raw: dict[str, Any]) -> LineCounters:
    at = resolve(raw["frames"], ".")
    patterns = tuple(AccessPattern(**{**p, "offsets": tuple(p["offsets"])}) for p in raw.get("patterns", ()))
    return LineCounters(
        file=at.file if at else None,
        line=at.line if at else None,
        metrics=raw["metrics"],
        patterns=patterns,
        frames=tuple(raw["frames"]),
    )
