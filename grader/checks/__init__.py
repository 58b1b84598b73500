"""Checks: recorded runs -> results of an assignment's checks (`evaluate`), and what a problem.py imports (`Expected`, the bounds).

`evaluate` is imported on first use, so that a problem.py or a command's --help doesn't pay for pytest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from grader.checks.closeness import Expected
from grader.checks.tolerances import elementwise_bound, exact, gemm_bound, reduction_bound

if TYPE_CHECKING:
    from grader.checks.evaluation import evaluate

__all__ = ["Expected", "elementwise_bound", "evaluate", "exact", "gemm_bound", "reduction_bound"]


def __getattr__(name: str) -> Any:
    if name == "evaluate":
        from grader.checks.evaluation import evaluate

        return evaluate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
