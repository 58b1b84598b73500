"""Movement: what a launcher copied, for what it waited, and how its work lies in virtual time. Pure functions of a Run's trace and timeline
(docs/design/transfers.md)."""

from __future__ import annotations

import math
from collections.abc import Sequence

from grader.records import ApiCall, Problem, Run, Work

COPIES = ("HtoD", "DtoH")
STAGES = ("HtoD", "kernel", "DtoH")
FULL_WAITS = (
    "cudaDeviceSynchronize",
    "cudaStreamSynchronize",
    "cudaMemcpy",
    "cudaMemcpy2D",
    "cudaMemcpy3D",
    "cudaFree",
    "cudaFreeHost",
    "cudaHostUnregister",
)


def work_of(run: Run, *kinds: str) -> tuple[Work, ...]:
    """The launcher's operations of these kinds, or all of them, in the order in which they were done."""
    return tuple(w for w in run.timeline if w.phase.startswith("call:") and (not kinds or w.kind in kinds))


def calls_of(run: Run, *names: str) -> tuple[ApiCall, ...]:
    """The launcher's runtime calls of these names, or all of them, in order."""
    return tuple(c for c in run.trace if c.phase.startswith("call:") and (not names or c.name in names))


def bytes_of(run: Run, kind: str) -> int:
    """Bytes that the launcher's calls copied this way: "HtoD", "DtoH", "DtoD"."""
    return sum(c.bytes for c in calls_of(run) if c.kind == kind and c.error == 0)


def not_asynchronous(run: Run) -> Problem | None:
    """A copy between host and device for which the host has to wait."""
    for w in work_of(run, *COPIES):
        way, way_ko = ("from", "에서") if w.kind == "HtoD" else ("to", "로")
        if w.memory == "pageable":
            detour = "the driver goes by way of a buffer of its own, and the host waits"
            what = f"{w.name} copies {w.bytes} bytes {way} pageable memory: {detour}"
            korean = (
                f"{w.name}가 페이지 가능 메모리{way_ko} {w.bytes}바이트를 복사합니다. 드라이버가 자체 버퍼를 거치고, 호스트는 기다립니다."
            )
            return Problem(verdict="NOT_ASYNC", message=what, message_ko=korean, file=w.file, line=w.line, phase=w.phase)
        if not w.asynchronous:
            what = f"{w.name} waits until its {w.bytes} bytes have been copied; cudaMemcpyAsync doesn't"
            korean = f"{w.name}는 {w.bytes}바이트를 모두 복사할 때까지 기다립니다. cudaMemcpyAsync는 기다리지 않습니다."
            return Problem(verdict="NOT_ASYNC", message=what, message_ko=korean, file=w.file, line=w.line, phase=w.phase)
    return None


FEW_BYTES = 256  # in a call: a kernel may look at a word or two in the host's memory


def past_the_card(run: Run) -> Problem | None:
    """A launcher that should copy, and has brought values to kernels otherwise: by memory of its own that both sides see, where it may make
    none, or by kernels that work on the host's memory. Then its copies move nothing that is used."""
    shared = next((p for p in run.problems if p.verdict == "FORBIDDEN_TRANSFER" and not p.note), None)
    if shared is not None:
        return shared
    kernels = [w for w in work_of(run, "kernel") if w.bytes]
    touched = sum(w.bytes for w in kernels)
    if touched <= FEW_BYTES * run.calls:
        return None
    first = kernels[0]
    what = f"kernels read and write {touched:,} bytes of the host's memory over the bus; here they work on what copies bring to the device"
    korean = f"커널이 버스를 건너 호스트 메모리의 {touched:,}바이트를 읽고 씁니다. 여기서 커널은 복사가 디바이스로 가져온 것으로 일합니다."
    return Problem(verdict="FORBIDDEN_TRANSFER", message=what, message_ko=korean, file=first.file, line=first.line, phase=first.phase)


def span_us(work: Sequence[Work]) -> float:
    """From the first beginning to the last end."""
    return max(w.end_us for w in work) - min(w.start_us for w in work) if work else 0.0


def pipeline_us(work: Sequence[Work], chunks: int, kernel_us: float = math.inf) -> float:
    """The shortest that `chunks` chunks can take through the stages of this work: the slowest stage without a pause, and one chunk in each
    of the others, before it begins and after it has ended. A stage that does more operations than there are chunks gets no more time, nor
    does a kernel that takes longer than `kernel_us`: else one that only spins would make any order look like the best."""
    totals = []
    for stage in STAGES:
        longest = kernel_us if stage == "kernel" else math.inf
        spans = [min(longest, w.end_us - w.start_us) for w in work if w.kind == stage]
        totals.append(sum(spans) * min(1.0, chunks / len(spans)) if spans else 0.0)
    slowest = max(totals)
    return slowest + (sum(totals) - slowest) / max(1, chunks)


def waits_of(run: Run) -> tuple[ApiCall, ...]:
    """Calls in which the host waited until a stream, or the whole device, had nothing left to do."""
    return calls_of(run, *FULL_WAITS)
