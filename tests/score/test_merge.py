"""The worst access of a line over all kernels and cases."""

from __future__ import annotations

from typing import Any

from grader.records import KernelCounters, Run
from grader.score import merged_lines


def run(case: str, *lines: dict[str, Any]) -> Run:
    kernel = KernelCounters(name="k(int)", base="k", launches=1, metrics={}, lines=lines)
    return Run(case=case, visibility="public", sizes={}, scalars={}, inputs={}, outputs={}, kernels=(kernel,))


def row(line: int, file: str = "sum.cu", **pattern: int) -> dict[str, Any]:
    fixed = {"space": "global", "op": "ld", "bytes": 4, "mask": 1, "offsets": [0] * 32, "residue": 0}
    return {"file": file, "line": line, "metrics": {"a.sum": 1.0}} | (
        {"pattern": fixed | pattern, "patterns": [fixed | pattern]} if pattern else {}
    )


def test_lines_keep_their_worst_pattern() -> None:
    one = run("one", row(7, cost=8, ideal=4), row(8), row(9, cost=1, ideal=1))
    two = run("two", row(7, cost=6, ideal=1), row(8), row(3, "ck/math.cuh", cost=32, ideal=1))
    for runs in ([one, two], [two, one]):
        lines = {line["line"]: line for line in merged_lines(runs, {"sum.cu"})}
        assert list(lines) == [7, 8, 9]
        assert lines[7] == row(7, cost=6, ideal=1) | {"metrics": {"a.sum": 2.0}}
        assert lines[8] == {"file": "sum.cu", "line": 8, "metrics": {"a.sum": 2.0}}
        assert lines[9]["pattern"]["cost"] == 1
