"""Rows of scripted."""

from __future__ import annotations

from grader.verdicts.record import Verdict

SCRIPTED: tuple[Verdict, ...] = ()
