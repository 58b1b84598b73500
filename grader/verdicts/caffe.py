"""Rows of caffe."""

from __future__ import annotations

from grader.verdicts.record import Verdict

CAFFE: tuple[Verdict, ...] = ()
