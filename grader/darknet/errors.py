"""What is wrong with a network's description or its weights, as one clear sentence with a remedy."""

from __future__ import annotations

from grader.errors import GraderError


class DarknetError(GraderError):
    """A fault of the file or array at hand (a cfg, a .weights file, an image), never of the grader.

    `line` counts from 1, where the fault has one.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message if line is None else f"line {line}: {message}")
        self.line = line
