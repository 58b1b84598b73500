"""How a check ends that doesn't pass: CheckFailed with verdict, place and share of the points, or NotRun, which costs nobody anything."""

from __future__ import annotations

from grader.records import ErrorMap, LayerError, Problem


class CheckFailed(Exception):
    """A check's verdict. `fraction` of its points is earned all the same; `error_map` shows the wrong output that it is about, `layers` the
    network whose it is; `hint`, English and Korean, stands in for the check's own."""

    def __init__(
        self,
        problem: Problem,
        fraction: float = 0.0,
        error_map: ErrorMap | None = None,
        hint: tuple[str, str] | None = None,
        layers: tuple[LayerError, ...] = (),
    ) -> None:
        super().__init__(f"{problem.verdict}: {problem.message}")
        self.hint = hint
        self.problem = problem
        self.fraction = fraction
        self.error_map = error_map
        self.layers = layers


class NotRun(Exception):
    """The check can't be decided for a cause that isn't the student's."""

    def __init__(self, message: str, problem: Problem | None = None) -> None:
        super().__init__(message)
        self.problem = problem
