"""Script: a Plan -> what one guest's runner says, line for line. A line that isn't the next one comes from somebody who speaks in the
runner's name.

The runner says a fixed text, so no rule for single words is needed: nothing can be said twice, early, late or without end. Who says exactly
this text in the runner's stead has gained nothing, since no line of it is believed.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from grader.devices.contract import Plan

_CODE = r"-?\d{1,10}"
_DONE = "mark done"


class _Step(NamedTuple):
    pattern: re.Pattern[str]
    optional: bool = False


class Script:
    """How far one guest has come."""

    def __init__(self, plan: Plan, guest: str) -> None:
        self._steps: list[_Step] = []
        self._at = 0
        self._add("pool")
        for name in plan.buffers:
            self._add("mark setup")
            self._add(f"open {re.escape(name)}")
        for _ in range(plan.beats):
            self._add("mark beat")
            self._add("mark beaten")
        self._add("mark load")
        for call in [number for who, number in plan.order if who == guest and number >= 0] or [call.id for call in plan.calls]:
            self._add(f"mark call:{call}")
            self._add(f"note return:{call}:{_CODE}")
            self._add(f"mark sync:{call}:{_CODE}")
            self._add(rf"took {call} \S+", optional=True)
        self._add(_DONE)

    def _add(self, pattern: str, optional: bool = False) -> None:
        self._steps.append(_Step(re.compile(pattern), optional))

    def follow(self, line: str) -> bool:
        """Whether this is the next line; then the one after it is."""
        at = self._at
        if at < len(self._steps) and self._steps[at].optional and not self._steps[at].pattern.fullmatch(line):
            at += 1
        if at >= len(self._steps) or not self._steps[at].pattern.fullmatch(line):
            return False
        self._at = at + 1
        if line.startswith("mark sync:") and line.rpartition(":")[2].strip("-0"):
            self._at = len(self._steps) - 1  # the device failed this call: the runner stops there
        return True
