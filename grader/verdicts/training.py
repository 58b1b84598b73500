"""Rows of training."""

from __future__ import annotations

from grader.verdicts.record import Verdict

TRAINING: tuple[Verdict, ...] = ()
