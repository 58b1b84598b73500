"""compute-sanitizer: one tool's log as text -> findings with places, under the verdict codes that the emulated GPU uses.

Sources: Compute Sanitizer's manual (memcheck, racecheck, initcheck, synccheck), the wording of its releases from 2021 to 2025. What isn't
understood becomes no finding; a log without the tool's own summary line is no measurement at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from grader.devices.record import DeviceFinding, ExactFrame
from grader.records import Record

TOOLS = ("memcheck", "racecheck", "initcheck", "synccheck")
MOST_REPORTS = 200  # of one tool: the log is written by the student's process and may be any length

_SUMMARY = re.compile(r"^========= (?:ERROR SUMMARY|RACECHECK SUMMARY): (\d+) ", re.M)
_START = re.compile(
    r"(Invalid \S+ \S+ of size|Uninitialized \S+ memory|(?:(?:Error|Warning|WARN|ERROR): )?Race reported|Barrier error|"
    r"(?:(?:Error|Warning|WARN|ERROR): )?\(?Potential \S+ hazard|Leaked |Program hit|Fatal UVM|Malloc/Free|Invalid argument)"
)
# "at kernel(int *)+0xd0 in gemm.cu:9" (since 2022), "at 0x3c8 in /path/gemm.cu:17:kernel(int*)" (before)
_PLACE = re.compile(r"\bin ([^\s:][^:\n]*?):(\d+)\b")
_KERNEL = re.compile(r"\bat (?:0x[0-9a-fA-F]+ in )?(.*?)\+0x[0-9a-fA-F]+ in|:\d+:(.+)$", re.M)
_THREAD = re.compile(r"by thread \((\d+),(\d+),(\d+)\) in block \((\d+),(\d+),(\d+)\)")
_HAZARDS = re.compile(r"\[(\d+) hazards?\]")
_BESIDE = re.compile(r"and is ([\d,]+) bytes (before|after) the nearest allocation.*?of size ([\d,]+) bytes")

Triple = tuple[int, int, int]


class Log(Record, frozen=True, kw_only=True):
    """What a log says: `complete` if the tool came to its own end."""

    complete: bool
    findings: tuple[DeviceFinding, ...] = ()


def read_log(text: str) -> Log:
    """All reports of one log, the same place told once."""
    found: dict[tuple[object, ...], DeviceFinding] = {}
    for report in _reports(text):
        finding = _finding(report)
        if finding is not None:
            key = (finding.verdict, finding.frames[:1], finding.other_frames[:1], finding.kernel)
            known = found.get(key)
            found[key] = finding if known is None else _counted(known, finding.count)
    return Log(complete=_SUMMARY.search(text) is not None, findings=tuple(found.values()))


def _reports(text: str) -> Iterator[list[str]]:
    """The lines of each report, without the rule in front of them. Lines of the program's own stand between them and count for nothing."""
    report: list[str] = []
    count = 0
    for line in text.splitlines():
        if not line.startswith("========="):
            continue
        said = line[9:]
        if _START.match(said.strip()) and not said.startswith("     "):
            if report:
                yield report
                count += 1
            if count >= MOST_REPORTS:
                return
            report = [said.strip()]
        elif report and said.strip():
            report.append(said.strip())
    if report:
        yield report


def _finding(report: Sequence[str]) -> DeviceFinding | None:
    head, body = report[0], "\n".join(report)
    verdict = _verdict(head, body)
    if verdict is None:
        return None
    device = [line for line in report if not line.startswith(("Host Frame", "Saved host"))]
    frames = [frame for line in device for frame in _frames(line)]
    thread = _THREAD.search(body)
    kernel = _KERNEL.search(body)
    message = head[0].lower() + head[1:].rstrip(".") if verdict != "RACE_SHARED" else "two threads race for the same shared memory"
    if beside := _BESIDE.search(body):
        message += f", {beside[1]} bytes {beside[2]} an allocation of {beside[3]} bytes"
    race = verdict.startswith("RACE")
    return DeviceFinding(
        verdict=verdict,
        kernel=next((part for part in (kernel.groups() if kernel else ()) if part), ""),
        message=f"compute-sanitizer: {message}",
        frames=tuple(frames[:1]) if race else tuple(frames),
        other_frames=tuple(frames[1:2]) if race else (),
        thread=_triple(thread, 1),
        block=_triple(thread, 4),
        count=sum(int(number) for number in _HAZARDS.findall(body)) or 1,
        phase="call:sanitizer",
    )


def _verdict(head: str, body: str) -> str | None:
    if head.startswith("Invalid __"):
        if "misaligned" in body:
            return "MISALIGNED"
        return "OOB_WRITE" if re.match(r"Invalid \S+ (?:write|atomic|reduction)", head) else "OOB_READ"
    if head.startswith("Uninitialized"):
        return "UNINIT_READ"
    if "Race reported" in head or "hazard" in head:
        return "RACE_SHARED"
    if head.startswith("Barrier error"):
        return "BARRIER_DIVERGENCE" if "ivergent" in head else None
    if head.startswith("Leaked"):
        return "LEAK"
    return None


def _frames(line: str) -> Iterator[ExactFrame]:
    for name, number in _PLACE.findall(line):
        yield name, int(number), 0  # the tool knows no column


def _triple(match: re.Match[str] | None, first: int) -> Triple | None:
    return (int(match[first]), int(match[first + 1]), int(match[first + 2])) if match else None


def _counted(finding: DeviceFinding, more: int) -> DeviceFinding:
    return msgspec.structs.replace(finding, count=finding.count + more)
