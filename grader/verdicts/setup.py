"""Rows of setup."""

from __future__ import annotations

from grader.verdicts.record import Verdict

SETUP: tuple[Verdict, ...] = ()
