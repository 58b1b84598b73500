"""Batch report: the events of a batch and its summary -> lines in a pipe, or a bar on a terminal."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from rich.markup import escape

from grader.cli import output
from grader.cli.gcc import clean

if TYPE_CHECKING:
    from grader.batch.night import Summary, Tally
    from grader.batch.run import Event


class Watcher(Protocol):
    """Who is told of what happens."""

    def begin(self, total: int) -> None: ...

    def event(self, event: Event, tally: Tally) -> None: ...

    def end(self) -> None: ...


class Silent:
    """For JSON and --quiet."""

    def begin(self, total: int) -> None: ...

    def event(self, event: Event, tally: Tally) -> None: ...

    def end(self) -> None: ...


class Lines:
    """A line a submission, in a pipe: score, verdict, place, assignment, student, how."""

    def __init__(self, *, verbose: bool) -> None:
        self._verbose = verbose

    def begin(self, total: int) -> None:
        print(f"{total} submissions", file=sys.stderr)

    def event(self, event: Event, tally: Tally) -> None:
        submission = event.item.submission
        if event.kind == "retry":
            print(clean(f"again: {submission.assignment}  {submission.student}  {event.text}"), file=sys.stderr)
        elif event.kind == "fault":
            print(clean(f"-  NOT_RUN  -  {submission.assignment}  {submission.student}  {event.text}"), flush=True)
        elif event.grade is not None and (event.kind != "known" or self._verbose):
            grade = event.grade
            place = f"{grade.file}:{grade.line}" if grade.file and grade.line else "-"
            score = f"{grade.score:g}/{grade.max_score:g}"
            print(clean(f"{score}  {grade.verdict}  {place}  {submission.assignment}  {submission.student}  {event.kind}"), flush=True)

    def end(self) -> None: ...


class Bar:
    """A bar with the time that is left, and what is being graded, on a terminal."""

    def __init__(self, stack: ExitStack) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
        )
        self._progress = stack.enter_context(Progress(*columns, console=output.console(stderr=True), transient=True))
        self._bar = self._progress.add_task("reading …", total=None)

    def begin(self, total: int) -> None:
        self._progress.update(self._bar, total=total, description="what is known already …")

    def event(self, event: Event, tally: Tally) -> None:
        submission = event.item.submission
        text = clean(f"{submission.student}, {submission.assignment}")
        if event.kind in ("fault", "retry"):
            self._progress.console.print(clean(f"{text}: {event.text}"), style="yellow", markup=False)
        self._progress.update(self._bar, completed=tally.done, description=escape(text))

    def end(self) -> None:
        self._progress.stop()


def tell(summary: Summary, tally: Tally, index: Path | None, *, verbose: bool) -> None:
    """What the batch came to. `index`: of the course report, if one was written."""
    out, errors = output.console(), output.console(stderr=True)
    for remark in summary.remarks:
        errors.print(clean(f"note: {remark}"), markup=False)
    known = summary.from_cache - summary.linked
    parts = [f"{summary.graded} graded", f"{known} known already", f"{summary.linked} equal to another's"]
    if summary.not_run:
        parts.append(f"{summary.not_run} not run, for reasons of ours: they cost nobody points, and the same command tries them again")
    rate = f", {60 * summary.graded / summary.wall_s:.1f} a minute" if summary.graded and summary.wall_s else ""
    out.print(f"{summary.submissions} submissions in {_duration(summary.wall_s)}{rate}: {', '.join(parts)}.", markup=False, soft_wrap=True)
    verdicts = Counter(tally.verdicts).most_common(8)
    if verdicts:
        out.print("verdicts: " + ", ".join(f"{verdict} {count}" for verdict, count in verdicts), markup=False, soft_wrap=True)
    if verbose:
        rest = summary.cpu_s - summary.compile_cpu_s - summary.device_cpu_s
        times = f"{summary.compile_cpu_s:.1f} compiling, {summary.device_cpu_s:.1f} emulating the device, {rest:.1f} the rest"
        out.print(f"processor time {summary.cpu_s:.1f} s: {times}", markup=False, soft_wrap=True)
    for fault in summary.faults:
        errors.print(clean(f"not run: {fault['student']}, {fault['assignment']}: {fault['fault']}"), style="yellow", markup=False)
    out.print(f"gradebook: {summary.gradebook}", markup=False, soft_wrap=True)
    if index:
        out.print(f"report: {index}", markup=False, soft_wrap=True)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"
