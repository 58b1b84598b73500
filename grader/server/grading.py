"""Grading for a remote check: slug and files -> the Grade of the public checks, in a process of its own each time.

A process and not a thread: the judge's pytest keeps state in its process, and what a check leaves behind ends with it. Request and grade
cross as JSON. The seed is the public one, so that the result is what `grader check` says at home.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec

from grader.errors import HarnessError
from grader.libraries import told
from grader.records import Grade, Record, Source

TIME_S = 600.0  # for one check: every stage has limits of its own, this is for a fault of ours


class Request(Record, frozen=True, kw_only=True):
    """What the process is asked."""

    course: str  # the folder that holds course.toml
    assignment: str
    files: dict[str, bytes]  # those that the assignment asks for, as the desk has proven
    sandbox: str
    device: str
    profile: str


class PublicChecks:
    """The function that Checks takes."""

    def __init__(self, course: Path, *, sandbox: str = "local", device: str = "emulated", profile: str = "a100") -> None:
        self._course, self._sandbox, self._device, self._profile = course, sandbox, device, profile

    def __call__(self, slug: str, files: dict[str, bytes]) -> Grade:
        """Raises HarnessError if the process fails or takes too long."""
        request = Request(
            course=str(self._course), assignment=slug, files=files, sandbox=self._sandbox, device=self._device, profile=self._profile
        )
        command = [sys.executable, "-m", "grader.server.grading"]
        try:
            done = subprocess.run(command, input=msgspec.json.encode(request), capture_output=True, timeout=TIME_S, start_new_session=True)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise HarnessError(f"the check could not be run: {error}") from None
        if done.returncode != 0:
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise HarnessError(f"the check could not be run: {lines[-1] if lines else f'exit status {done.returncode}'}")
        try:
            return msgspec.json.decode(done.stdout, type=Grade)
        except msgspec.MsgspecError as error:
            raise HarnessError(f"the check's result can't be read: {error}") from None


def graded(request: Request) -> Grade:
    """Grades, in this process. What the server's machine is like is left out: it is no student's business."""
    from grader.assignment import find_assignment
    from grader.course import find_course
    from grader.pipeline import grade_source, open_judge
    from grader.run.seeds import public_seed
    from grader.unpack import digest_of_files

    assignment = find_assignment(request.assignment, find_course(Path(request.course)))
    judge = open_judge(
        assignment,
        sandbox=request.sandbox,
        device=request.device,
        profile=request.profile,
        seed=public_seed(assignment.course, assignment.slug),
        hidden=False,
    )
    files = {name: request.files[name] for name in assignment.files}
    result = grade_source(Source(files=files, digest=digest_of_files(files)), assignment, judge, request.assignment)
    return msgspec.structs.replace(result, environment=told(result.environment), grounds=None)


def main() -> None:
    """Reads a Request from stdin and writes the Grade to stdout, which nothing else may print to."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from grader.errors import GraderError

    try:
        result = graded(msgspec.json.decode(sys.stdin.buffer.read(), type=Request))
    except GraderError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
    with output:
        output.write(msgspec.json.encode(result))


if __name__ == "__main__":
    main()
