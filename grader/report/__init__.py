"""Report: grades → self-contained HTML pages. `render` is all that the rest of the program needs."""

from grader.report.render import render

__all__ = ["render"]
