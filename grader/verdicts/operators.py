"""Rows of operators."""

from __future__ import annotations

from grader.verdicts.record import Verdict

OPERATORS: tuple[Verdict, ...] = ()
