"""Timing: a built submission and the built reference -> the Timing of one case. Both run at once on the card, each in a sandbox of its own,
and take turns by the card process's order: the reference alone, then call by call in turn, then, when the student's process has ended, the
reference alone again. Every call has values of its own, so that no result of an earlier one is of use.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from grader.assignment import Assignment, Case
from grader.devices.contract import GONE, LOAD, Device, DeviceOptions, Plan, PlannedCall
from grader.devices.record import DeviceRecord, TimedCall
from grader.errors import HarnessError
from grader.records import Exit, Problem, Record, Timing
from grader.run.card_job import buffer_offsets, buffer_sizes, save_values, write_text
from grader.run.commands import run_command
from grader.run.inputs import Override, make_inputs
from grader.run.seeds import Seed
from grader.sandbox.contract import Sandbox

STUDENT, REFERENCE = "student", "reference"
FIRST = 1000  # timed calls are numbered from here: a case has at most 16 others
BEATS = 20
# The reference alone, before and after the student, must agree with itself this well; else somebody else uses the card.
STEADY = 1.5
SMALL_OUTPUT_BYTES = 1 << 20  # of all timed calls together


class Counts(Record, frozen=True, kw_only=True):
    """How many calls."""

    alone: int = 5  # of the reference, before and again after
    warm: int = 3  # of each, not counted: clocks rise, caches of the driver fill
    timed: int = 15
    kept: int = 4  # of the timed ones, drawn by lot: their outputs are compared like any other; all of them where outputs are small


def counts_for(size: int) -> Counts:
    """For buffers of `size` bytes in all. Every call has values of its own, which must be drawn, stored and brought to the card: the larger
    the case, the steadier its time and the fewer the calls."""
    if size < 16 << 20:
        return Counts()
    return Counts(alone=4, warm=2, timed=11, kept=3) if size < 128 << 20 else Counts(alone=3, warm=1, timed=7, kept=2)


class Timed(Record, frozen=True, kw_only=True):
    """A case's timing with the files that go with it."""

    timing: Timing
    inputs: dict[str, str]
    outputs: dict[str, str]


def time_case(
    assignment: Assignment,
    case: Case,
    libraries: Mapping[str, Path],
    sandbox: Sandbox,
    device: Device,
    seed: Seed,
    folder: Path,
    override: Override | None,
    counts: Counts | None = None,
) -> Timed:
    """`libraries`: STUDENT's and REFERENCE's. `folder` receives what both need and what is kept. Raises HarnessError if the reference
    doesn't get through; what the student's process does or doesn't do is in the Timing."""
    counts = counts or counts_for(sum(buffer_sizes(assignment, case).values()))
    plan = _plan(assignment, case, counts)
    values, outputs = folder / "values", folder / "out"
    for made in (values, outputs):
        made.mkdir(mode=0o700)
    save_values(values, {call.id: make_inputs(assignment, case, call.id, seed, override) for call in plan.calls})
    for guest in plan.guests:
        (folder / guest).mkdir()
        calls = [call for who, call in plan.order if who == guest and call >= 0]
        write_text(folder / guest, assignment, case, calls, libraries[guest], beats=BEATS)
    limit_s = assignment.limits.time_s * 3
    exits: dict[str, Exit | HarnessError] = {}
    with device.open(DeviceOptions(inputs=values, plan=plan)) as session:

        def start(guest: str) -> None:
            # the reference waits for the student's end, so it must outlive a student who is stopped
            most_s = 2 * limit_s if guest == REFERENCE else limit_s
            try:
                exits[guest] = sandbox.run(run_command(assignment, folder / guest, session.client(guest), most_s))
            except HarnessError as error:
                exits[guest] = error
            finally:
                session.left(guest)

        threads = [threading.Thread(target=start, args=(guest,)) for guest in plan.guests]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        record = session.finish()
        kept = _keep(session.folder, outputs, plan, assignment, case)
    for ended in exits.values():
        if isinstance(ended, HarnessError):
            raise ended
    timing = timing_of(record, plan, counts, exits[STUDENT])  # type: ignore[arg-type]
    inputs = {f"{name}.{call}": str(values / f"{name}.{call}") for call in timing.kept for name in plan.buffers}
    return Timed(timing=timing, inputs={name: path for name, path in inputs.items() if Path(path).is_file()}, outputs=kept)


def timing_of(record: DeviceRecord, plan: Plan, counts: Counts, exit: Exit) -> Timing:
    """What the card process's record says of the timed calls."""
    calls = _numbers(counts)
    overhead_s = _highest(record.overhead_s)
    times = {(each.guest, each.call): trusted_s(each, overhead_s) for each in record.timed}
    alone = [times[REFERENCE, call] for call in (*calls["before"], *calls["after"]) if (REFERENCE, call) in times]
    reference = [times[REFERENCE, call] for call in calls["timed"] if (REFERENCE, call) in times]
    student = [times[STUDENT, call] for call in calls["timed"] if (STUDENT, call) in times]
    if len(reference) < counts.timed or len(alone) < 2 * counts.alone:
        raise HarnessError("the reference didn't get through its timed calls; see that it is right on this card, and grade again")
    fault = None
    if len(student) < counts.timed:
        how = "within its time" if exit.cause == "timeout" else "to its end"
        message = f"right in single calls, but the launcher didn't come through {counts.timed} timed calls {how}"
        verdict = "TIMEOUT" if exit.cause == "timeout" else "HOST_CRASH" if exit.cause == "signaled" else "EARLY_EXIT"
        fault = Problem(verdict=verdict, message=message, phase="call:timed")
    kept = tuple(call.id for call in plan.calls if call.keep) if fault is None else ()
    note = doubt([each for each in record.timed if each.guest == STUDENT and each.call in calls["timed"]], overhead_s)
    return Timing(
        student_s=tuple(student),
        reference_s=tuple(reference),
        alone_s=tuple(alone),
        kept=kept,
        note=note,
        unsteady=_unsteady(alone),
        fault=fault,
    )


def trusted_s(each: TimedCall, overhead_s: float) -> float:
    """Seconds of one call. The events' time comes from the program's own process, which can say anything; it can't have been shorter than
    the time between `go` and `done` on the card process's clock, less the most that going and coming cost without a program."""
    return max(each.event_s, each.wall_s - overhead_s, 1e-9)


def doubt(calls: Sequence[TimedCall], overhead_s: float) -> str:
    """A remark if the program's own times can't be true for most calls."""
    odd = [each for each in calls if each.event_s < 0.5 * (each.wall_s - overhead_s)]
    if 2 * len(odd) <= len(calls) or not calls:
        return ""
    said, seen = median(each.event_s for each in odd), median(each.wall_s for each in odd)
    return f"The program's own events say {said * 1e3:.3g} ms where {seen * 1e3:.3g} ms went by; the latter counts"


def _highest(overhead_s: Sequence[float]) -> float:
    """Nearly the largest: one hiccup among the beats mustn't become everybody's allowance."""
    ordered = sorted(overhead_s)
    return ordered[max(0, len(ordered) - 3)] if ordered else 0.0


def _numbers(counts: Counts) -> dict[str, range]:
    """The calls' numbers by what they are for."""
    ranges = {}
    at = FIRST
    for name, count in (("before", counts.alone), ("warm", counts.warm), ("timed", counts.timed), ("after", counts.alone)):
        ranges[name] = range(at, at + count)
        at += count
    return ranges


def _plan(assignment: Assignment, case: Case, counts: Counts) -> Plan:
    calls = _numbers(counts)
    order = [(REFERENCE, LOAD), *((REFERENCE, call) for call in calls["before"]), (STUDENT, LOAD)]
    for call in (*calls["warm"], *calls["timed"]):
        order += [(REFERENCE, call), (STUDENT, call)]
    order += [(STUDENT, GONE), *((REFERENCE, call) for call in calls["after"])]
    buffers = assignment.entry(case.entry).buffers()
    sizes = buffer_sizes(assignment, case)
    small = counts.timed * sum(sizes[buffer.name] for buffer in buffers if buffer.written) < SMALL_OUTPUT_BYTES
    kept = set(calls["timed"] if small else secrets.SystemRandom().sample(calls["timed"], min(counts.kept, counts.timed)))
    named = {buffer.name for buffer in buffers if buffer.direction != "scratch"}
    return Plan(
        offsets=buffer_offsets(assignment, case),
        buffers=sizes,
        outputs=tuple(buffer.name for buffer in buffers if buffer.written),
        calls=tuple(
            PlannedCall(id=call, values={name: f"{name}.{call}" for name in named}, keep=call in kept)
            for group in calls.values()
            for call in group
        ),
        guests=(STUDENT, REFERENCE),
        order=tuple(order),
        beats=BEATS,
        timed=True,
    )


def _keep(recorded: Path, outputs: Path, plan: Plan, assignment: Assignment, case: Case) -> dict[str, str]:
    sizes = buffer_sizes(assignment, case)
    found = {}
    for call in plan.calls:
        for name in plan.outputs if call.keep else ():
            file = recorded / f"{name}.{call.id}.bin"
            if file.is_file() and file.stat().st_size == sizes[name]:
                (outputs / file.name).write_bytes(file.read_bytes())
                found[f"{name}.{call.id}"] = str(outputs / file.name)
    return found


def _unsteady(alone_s: Sequence[float]) -> str:
    """The slowest and the fastest call may be anybody's; the others must agree."""
    inner = sorted(alone_s)[1:-1]
    if len(inner) < 2 or inner[-1] <= STEADY * inner[0]:
        return ""
    return (
        f"the reference alone took between {seconds(inner[0])} and {seconds(inner[-1])}, so other programs use the card; "
        "grade again when it is free"
    )


def seconds(value: float) -> str:
    """A duration as people read it: 41.3 µs, 2.07 ms, 1.5 s."""
    for factor, unit in ((1.0, "s"), (1e3, "ms")):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e6:.3g} µs"
