"""Lint: a course's folders -> what in them is missing, stale or contradicts itself. Compiles and runs no submission; `verify` does that."""

from grader.lint.finding import Finding
from grader.lint.linting import Result, lint

__all__ = ["Finding", "Result", "lint"]
