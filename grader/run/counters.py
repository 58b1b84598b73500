"""Counters of a run: the device's kernels -> KernelCounters, with every line's counters at the student's own line, and occupancy."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

from grader.build.diagnostics import student_file
from grader.devices.occupancy import METRIC as OCCUPANCY
from grader.devices.occupancy import Multiprocessor, occupancy_pct
from grader.devices.pattern import worst, worst_by_space
from grader.devices.record import DeviceKernel, DeviceRecord
from grader.records import KernelCounters


def counters_of(
    record: DeviceRecord, files: Sequence[str], registers: Mapping[str, int], sm: Multiprocessor | None
) -> tuple[KernelCounters, ...]:
    """Of all kernels that ran. Lines of headers and of the toolkit are left to the student's line that they were inlined into. `registers`:
    by mangled kernel, from ptxas; the device runs PTX and doesn't know them."""
    return tuple(
        KernelCounters(
            name=kernel.name,
            base=kernel.base,
            launches=kernel.launches,
            metrics=kernel.metrics | _occupancy(kernel, record, registers.get(kernel.mangled), sm),
            lines=_lines(kernel, tuple(files)),
        )
        for kernel in record.kernels
    )


def _occupancy(kernel: DeviceKernel, record: DeviceRecord, registers: int | None, sm: Multiprocessor | None) -> dict[str, float]:
    """Theoretical occupancy of the kernel's launch that executed most (a later, tiny one says little)."""
    ran = [launch for launch in record.launches if launch.kernel == kernel.name and not launch.error]
    if registers is None or sm is None or not ran:
        return {}
    launch = max(ran, key=lambda launch: launch.warp_instructions)  # the first of equals
    return {OCCUPANCY: occupancy_pct(sm, math.prod(launch.block), registers, kernel.static_shared_bytes + launch.shared_bytes)}


def _lines(kernel: DeviceKernel, files: tuple[str, ...]) -> tuple[dict[str, Any], ...]:
    student = functools.cache(lambda name: student_file(name, files))  # a few names, thousands of frames
    rows: dict[tuple[str, int], dict[str, Any]] = {}
    for seen in kernel.lines:
        place = next(((file, line) for name, line in seen.frames if line > 0 and (file := student(name)) is not None), None)
        if place is None:
            continue
        row = rows.setdefault(place, {"file": place[0], "line": place[1], "metrics": {}})
        for name, value in seen.metrics.items():
            row["metrics"][name] = row["metrics"].get(name, 0.0) + value
        if seen.pattern is not None:
            row["pattern"] = worst((row.get("pattern"), seen.pattern.as_json()))
            row["patterns"] = worst_by_space((*row.get("patterns", ()), *(pattern.as_json() for pattern in seen.patterns)))
    return tuple(rows[place] for place in sorted(rows))
