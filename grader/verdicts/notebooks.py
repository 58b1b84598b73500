"""Rows of notebooks."""

from __future__ import annotations

from grader.verdicts.record import Verdict

NOTEBOOKS: tuple[Verdict, ...] = ()
