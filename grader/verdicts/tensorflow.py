"""Rows of tensorflow."""

from __future__ import annotations

from grader.verdicts.record import Verdict

TENSORFLOW: tuple[Verdict, ...] = ()
