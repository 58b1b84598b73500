"""Merge: what single runs recorded -> one table of counters per kernel, one of metrics per source line, one list of problems, for the
report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from grader.devices.pattern import worst, worst_by_space
from grader.records import Problem, Run

PER_REQUEST = "l1tex__average_t_sectors_per_request_"
RATIOS = (".ratio", ".pct", "_pct")


def merged_counters(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """Kernel (demangled) -> metric -> value over all cases: sums of sums; sectors per request recomputed from the sums; other ratios as
    means over launches."""
    sums: dict[str, dict[str, float]] = {}
    launches: dict[str, int] = defaultdict(int)
    for run in runs:
        for kernel in run.kernels:
            launches[kernel.name] += kernel.launches
            metrics = sums.setdefault(kernel.name, {})
            for name, value in kernel.metrics.items():
                metrics[name] = metrics.get(name, 0.0) + (value * kernel.launches if name.endswith(RATIOS) else value)
    return {kernel: {"launches": float(launches[kernel]), **_with_ratios(metrics, launches[kernel])} for kernel, metrics in sums.items()}


def merged_lines(runs: Sequence[Run], files: Collection[str]) -> tuple[dict[str, Any], ...]:
    """Source lines of the student's files with their metrics over all kernels and cases, by file and line; "pattern" is the worst access
    of a warp there, "patterns" the worst of each memory space, if the line accesses memory."""
    sums: dict[tuple[str, int], dict[str, float]] = {}
    counts: dict[tuple[str, int], int] = defaultdict(int)
    patterns: dict[tuple[str, int], dict[str, Any]] = {}
    by_space: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for run in runs:
        for kernel in run.kernels:
            for entry in kernel.lines:
                file, line = entry.get("file"), entry.get("line")
                if not isinstance(file, str) or file not in files or not isinstance(line, int):
                    continue
                counts[file, line] += 1
                metrics = sums.setdefault((file, line), {})
                for name, value in entry.get("metrics", {}).items():
                    metrics[name] = metrics.get(name, 0.0) + value
                if pattern := worst((patterns.get((file, line)), entry.get("pattern"))):
                    patterns[file, line] = pattern
                    by_space[file, line] = worst_by_space((*by_space.get((file, line), ()), *entry.get("patterns", ())))
    return tuple(
        {"file": file, "line": line, "metrics": _with_ratios(metrics, counts[file, line])}
        | ({"pattern": patterns[file, line], "patterns": by_space[file, line]} if (file, line) in patterns else {})
        for (file, line), metrics in sorted(sums.items())
    )


def _with_ratios(metrics: dict[str, float], count: int) -> dict[str, float]:
    result = {}
    for name, value in metrics.items():
        if name.startswith(PER_REQUEST) and name.endswith(".ratio"):
            rest = name.removeprefix(PER_REQUEST).removesuffix(".ratio")
            requests, sectors = metrics.get(f"l1tex__t_requests_{rest}.sum"), metrics.get(f"l1tex__t_sectors_{rest}.sum")
            if requests is not None and sectors is not None:
                result[name] = sectors / requests if requests else 0.0
                continue
        result[name] = value / max(1, count) if name.endswith(RATIOS) else value
    return result


def merged_problems(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """One problem for each verdict and place, in order of first appearance, with the counts added up. A fault outweighs a note of the
    same place."""
    merged: dict[tuple[Any, ...], Problem] = {}
    for problem in problems:
        # without a place, problems of different kernels or texts are different
        key = (
            (problem.verdict, problem.file, problem.line)
            if problem.line is not None
            else (problem.verdict, problem.file, None, problem.kernel, problem.message)
        )
        known = merged.get(key)
        if known is None:
            merged[key] = problem
        else:
            first = problem if known.note and not problem.note else known
            merged[key] = msgspec.structs.replace(first, count=known.count + problem.count)
    return tuple(merged.values())
