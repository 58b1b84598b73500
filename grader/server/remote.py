"""Remote check: a student's files and a server -> the Grade of the public checks, as the server's machine gives it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import HarnessError
from grader.records import Grade
from grader.server.checking import Check
from grader.server.client import ServerTarget
from grader.spool.contract import Refused
from grader.spool.package import pack

_POLL_S = 1.0


def remote_check(
    path: Path,
    assignment: Assignment,
    target: ServerTarget,
    told: Callable[[Check], None] = lambda check: None,
    *,
    poll_s: float = _POLL_S,
    sleep: Callable[[float], None] = time.sleep,
) -> Grade:
    """Waits for its turn; `told` hears of each look at the queue. Nothing is handed in by it. Raises SubmissionError as `pack` does,
    Refused (a full queue; other files of the same student took its place), HarnessError if the server could not run it."""
    check = target.ask_check(pack(path, assignment))
    while check.state in ("waiting", "running"):
        told(check)
        sleep(poll_s)
        check = target.check(check.id)
    if check.grade is not None:
        return check.grade
    if check.state == "replaced":
        raise Refused(
            "another check of yours, begun later, took the place of this one",
            "나중에 시작한 다른 검사가 이 검사를 대신했습니다",
            code="replaced",
        )
    raise HarnessError(f"the server could not run the check: {check.message or 'a fault of ours'}; run `grader check` on your own machine")
