"""Library: calls of a library that is linked into the program, as the device traced them -> Problems. A failed call that nobody looked at;
a library's kernels where the work is to be the student's own.

What the stand-in says of a call comes through the student's process: it can only be told against the student, and points to a line. What
counts as a library's work are its kernels that ran, which the device saw.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from grader.devices.record import DeviceCall
from grader.libraries import LIBRARIES, of_kernel, status_name
from grader.records import Problem

if TYPE_CHECKING:
    from grader.run.record import Scene

KIND = "library"  # of a call in the device's trace
_ONCE = re.compile(r"[a-z]+(?:Create|Destroy|Set)")  # of these a later one that succeeds is another one


def library_problems(scene: Scene) -> list[Problem]:
    """Of a run whose program is linked with libraries; [] of any other."""
    if scene.job.allowed.library is None:
        return []
    return [*_unchecked(scene), *_not_its_own(scene)]


def library_failure(scene: Scene, call: int) -> Problem | None:
    """For a launcher that returned an error: the library's call that failed, if one did."""
    failed = _failures(scene, call)
    if not failed:
        return None
    message = f"{_said(failed[0])}, and the launcher returned an error; 0 is success"
    return _problem(scene, failed[0], "LAUNCH_FAILED", message)


def _unchecked(scene: Scene) -> list[Problem]:
    """Calls that failed in a launcher that returned 0, the first of each line."""
    problems: dict[tuple[str, int | None, str], Problem] = {}
    for call, code in enumerate(scene.returned()):
        for failed in _failures(scene, call) if code == 0 else ():
            problem = _problem(scene, failed, "STATUS_UNCHECKED", f"{_said(failed)}, and the launcher returned 0 (success) all the same")
            problems.setdefault((problem.file or "", problem.line, failed.name), problem)
    return list(problems.values())


def _failures(scene: Scene, call: int) -> list[DeviceCall]:
    """Calls that failed for good: who asks for one algorithm after another goes on when one is served."""
    calls = [c for c in scene.device.trace if c.kind == KIND and c.phase == f"call:{call}"]
    good = {c.name: at for at, c in enumerate(calls) if not c.error}  # the last one
    return [c for at, c in enumerate(calls) if c.error and (_ONCE.match(c.name) or good.get(c.name, -1) < at)]


def _said(call: DeviceCall) -> str:
    return f"{call.name} returned {status_name(call.error)}{f' ({call.why})' if call.why else ''}"


def _not_its_own(scene: Scene) -> list[Problem]:
    """Kernels of a library that isn't the entry's."""
    wanted = scene.job.allowed.library
    astray = [
        x for x in scene.device.launches if (name := of_kernel(x.kernel)) and name != wanted and x.phase.startswith(("call:", "load"))
    ]
    if not astray:
        return []
    first = astray[0]
    title = LIBRARIES[of_kernel(first.kernel)].title
    function = next((c.name for c in scene.device.trace if c.kind == KIND and c.host == first.host and c.host), f"a call of {title}")
    file, line = scene.called(first.host) or (None, None)
    message = f"{function} does the work here, by kernels of {title}; this launcher is to do it by kernels of its own"
    return [Problem(verdict="FORBIDDEN_LIBRARY", message=message, file=file, line=line, phase=first.phase, count=len(astray))]


def _problem(scene: Scene, call: DeviceCall, verdict: str, message: str) -> Problem:
    file, line = scene.called(call.host) or (None, None)
    return Problem(verdict=verdict, message=message, file=file, line=line, phase=call.phase)
