"""Counters of a kernel at the student's own lines, and its occupancy."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from grader.devices.occupancy import METRIC as OCCUPANCY
from grader.devices.occupancy import multiprocessor
from grader.devices.record import DeviceRecord
from grader.records import KernelCounters
from grader.run.counters import counters_of


def pattern(cost: int, **more: Any) -> dict[str, Any]:
    base = {"space": "global", "op": "ld", "bytes": 4, "mask": 1, "offsets": [0] * 32, "residue": 0, "cost": cost, "ideal": 1}
    return base | more


def record(*lines: dict[str, Any], launches: tuple[dict[str, Any], ...] = (), static_shared_bytes: int = 0) -> DeviceRecord:
    """As it comes out of device.json: one kernel."""
    row = {"name": "tile(float*)", "base": "tile", "mangled": "_Z4tilePf", "static_shared_bytes": static_shared_bytes, "launches": 2}
    row |= {"metrics": {"smsp__inst_executed.sum": 9}, "lines": lines}
    plain = {"index": 0, "kernel": "tile(float*)", "grid": [1, 1, 1], "block": [256, 1, 1]}
    whole = {"profile": "a100", "threads": 1, "kernels": [row], "launches": [plain | launch for launch in launches]}
    return msgspec.json.decode(json.dumps(whole), type=DeviceRecord)


def test_lines_of_headers_count_for_the_students_line() -> None:
    seen = record(
        {"frames": [["/cuda/crt/sm.hpp", 9], ["/w/gemm.cu", 3]], "metrics": {"a.sum": 1}, "pattern": pattern(2), "patterns": [pattern(2)]},
        {
            "frames": [["/w/gemm.cu", 3]],
            "metrics": {"a.sum": 2, "b.sum": 5},
            "pattern": pattern(4, op="st"),
            "patterns": [pattern(4, op="st"), pattern(3, space="shared")],
        },
        {"frames": [["/w/gemm.cu", 2]], "metrics": {"a.sum": 7}},
        {"frames": [["/cuda/crt/sm.hpp", 9]], "metrics": {"a.sum": 100}, "pattern": pattern(32)},
    )
    (counters,) = counters_of(seen, ["gemm.cu"], {}, None)
    assert (counters.base, counters.launches, counters.metrics) == ("tile", 2, {"smsp__inst_executed.sum": 9})
    assert counters.lines == (
        {"file": "gemm.cu", "line": 2, "metrics": {"a.sum": 7}},
        {
            "file": "gemm.cu",
            "line": 3,
            "metrics": {"a.sum": 3, "b.sum": 5},
            "pattern": pattern(4, op="st"),
            "patterns": [pattern(4, op="st"), pattern(3, space="shared")],
        },
    )
    assert msgspec.json.decode(msgspec.json.encode(counters), type=KernelCounters) == counters  # what a cached grade reads


def occupancy(registers: int, **more: Any) -> float | None:
    (counters,) = counters_of(record(**more), [], {"_Z4tilePf": registers, "_Z5otherPf": 255}, multiprocessor("a100"))
    return counters.metrics.get(OCCUPANCY)


def test_occupancy_of_the_launch_that_did_most() -> None:
    small, large = {"block": [1024, 1, 1], "warp_instructions": 10}, {"block": [16, 16, 1], "warp_instructions": 500}
    assert occupancy(40, launches=(small, large)) == 75.0  # 6 blocks of 8 warps, of 64
    assert occupancy(40, launches=(small,)) == 50.0
    assert occupancy(32, launches=(large | {"shared_bytes": 20480},), static_shared_bytes=20480) == 50.0
    assert occupancy(32, launches=({"error": 9},)) is None  # nothing ran
    assert counters_of(record(launches=(large,)), [], {}, multiprocessor("a100"))[0].metrics.keys() == {"smsp__inst_executed.sum"}
