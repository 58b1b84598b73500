"""Rows of linux."""

from __future__ import annotations

from grader.verdicts.record import Verdict

LINUX: tuple[Verdict, ...] = ()
