"""Judge: what a check gets as its `judge` fixture. It reads recorded runs and either returns or raises CheckFailed with verdict, place
and share of the points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

import msgspec
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Comparison
from grader.checks.drawing import Found, detections
from grader.checks.error_map import error_map
from grader.checks.evidence import Evidence, family, gravest, rank
from grader.checks.failed import CheckFailed, NotRun
from grader.checks.layers import Piece, layer_comparisons, layer_errors
from grader.checks.movement import STAGES, bytes_of, calls_of, not_asynchronous, past_the_card, pipeline_us, span_us, waits_of, work_of
from grader.checks.rooms import Room
from grader.checks.timing import compared
from grader.checks.units import measured_in_korean
from grader.checks.whose_work import launched
from grader.errors import AssignmentError
from grader.libraries import of_kernel
from grader.records import ApiCall, Detections, KernelCounters, Problem, Run, Work
from grader.run.timing import seconds
from grader.verdicts import VERDICTS

FAMILIES = tuple(dict.fromkeys(row.checker for row in VERDICTS.values() if row.checker))
DRAWN = "l1tex__t_requests_pipe_lsu_mem_global_op_atom.sum"  # atomics that somebody wants the old value of
SECTORS_PER_REQUEST = "l1tex__average_t_sectors_per_request_"


_WAVEFRONTS = tuple(f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))
_CONFLICTS = tuple(f"l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))
_ASKED = tuple(f"smsp__sass_data_bytes_mem_shared_op_{op}.sum" for op in ("ld", "st", "atom"))
_SPARE = 0.3  # of the wavefronts needed: a ticket, say, is one lane's


def in_case(problem: Problem, case: str) -> Problem:
    """The same with the case in front, in each language that it is told in."""
    korean = f"{case} 경우: {problem.message_ko}" if problem.message_ko else ""
    return msgspec.structs.replace(problem, message=f"case {case}: {problem.message}", message_ko=korean)


def not_measured(what: str, reason: str) -> NotRun:
    """What the device can't see: neither right nor wrong, so the check leaves the denominator."""
    text = f"{what}: not measured on this device ({reason})"
    return NotRun(text, Problem(verdict="NOT_MEASURED", message=text))


class Judge:
    """The recorded runs of one check's cases. Every method is a question about the record; none runs anything."""

    def __init__(self, evidence: Evidence, runs: Sequence[Run]) -> None:
        self.runs = tuple(runs)
        self.shown: Detections | None = None
        self._evidence = evidence

    @property
    def problem(self) -> Any:
        """The module problem.py: what a check computes its expectations with."""
        if self._evidence.problem is None:
            raise AssignmentError(f"{self._evidence.assignment.problem} is missing")
        return self._evidence.problem

    def rooms(self) -> tuple[Room, ...]:
        """The check's cases that ran a command. A lane that isn't installed leaves the check undecided."""
        for run in self.runs:
            if "lane" in run.not_measured:
                raise NotRun(run.not_measured["lane"])
        quiet = self._evidence.assignment.kind == "shell"
        return tuple(Room(run, self.case(run), quiet) for run in self.runs if run.command)

    def each(self, question: Callable[[Room], object]) -> None:
        """Asks the same of every case that ran a command. Each one that is right earns its equal part of the points, one that is partly
        right its share of it; the gravest failure is told."""
        rooms, failed = self.rooms(), []
        for room in rooms:
            try:
                _ = room.exit  # what couldn't be built fails here
                question(room)
            except CheckFailed as found:
                failed.append((room.run, _ended_by(room.run, found)))
        if failed:
            run, worst = min(failed, key=lambda pair: (rank(pair[1].problem.verdict), self.case(pair[0]).index))
            share = 1.0 - sum(1.0 - found.fraction for _, found in failed) / len(rooms)
            problem = in_case(worst.problem, run.case) if len(rooms) > 1 else worst.problem
            raise CheckFailed(problem, fraction=share, hint=worst.hint)

    def case(self, run: Run) -> Case:
        """The case of a run: sizes, scalars, fill, poison, calls."""
        return self._evidence.arrays.case(run)

    def arrays(self, run: Run, call: int = 0) -> dict[str, NDArray[Any]]:
        """Every buffer before a call, shaped, leading dimensions included; read-only."""
        return self._evidence.arrays.inputs(run, call)

    def output(self, run: Run, name: str, call: int = 0) -> NDArray[Any]:
        """A buffer after a call, shaped; read-only. Fails the check if the program ended before it could be read."""
        array = self._evidence.arrays.output(run, name, call)
        if array is None:
            raise CheckFailed(
                self._evidence.halted(run) or Problem(verdict="EARLY_EXIT", message=f"the program ended before {name} could be read")
            )
        return array

    def fail(self, verdict: str, message: str, file: str | None = None, line: int | None = None, *, message_ko: str = "") -> NoReturn:
        """Fails the check with a verdict of the table. Raises AssignmentError for an unknown code."""
        rank(verdict)
        raise CheckFailed(Problem(verdict=verdict, message=message, message_ko=message_ko, file=file, line=line))

    def correct(self, kernel: bool = True, clean: bool = False) -> None:
        """Every output of every case is what problem.py expects. Each case that is right earns its equal part of the points.

        `kernel` False is for assignments whose work isn't a kernel's (copies, queries): else a right output that no kernel computed counts
        nothing. With `clean` a finding of any checker counts as wrong: a bug may leave the output right by luck.
        """
        if (found := self._gravest_fault(kernel, clean)) is not None:
            run, fault, share = found
            raise CheckFailed(in_case(fault, run.case), fraction=share, error_map=self._evidence.error_map(run))

    def _gravest_fault(self, kernel: bool, clean: bool = False) -> tuple[Run, Problem, float] | None:
        """The run whose fault is the gravest, that fault, and the share of the cases that are right; None if all are."""
        if command := next((run.case for run in self.runs if run.command), None):
            raise AssignmentError(f"case {command} runs a command: ask judge.each about it, and name the cases of this check")
        faults = [(run, fault) for run in self.runs if (fault := self._fault(run, kernel, clean)) is not None]
        if not faults:
            return None
        run, worst = min(faults, key=lambda pair: (rank(pair[1].verdict), self.case(pair[0]).index))
        if len(faults) > 1:
            others = f" ({len(faults)} of {len(self.runs)} cases fail: {', '.join(r.case for r, _ in faults)})"
            worst = msgspec.structs.replace(worst, message=worst.message + others)
        return run, worst, 1.0 - len(faults) / len(self.runs)

    def layers(self, buffer: str, pieces: Callable[[Case], Sequence[Piece]], kernel: bool = True) -> None:
        """As `correct`, where `buffer` holds the outputs of a network's layers one after another: `pieces(case)` has each one's name and
        shape. A wrong one is told by the first layer that is wrong, with its map and every layer's error."""
        if (found := self._gravest_fault(kernel)) is None:
            return
        run, fault, share = found
        whole = None if self._evidence.halted(run) else self._wrong_output(run, buffer)
        parts = layer_comparisons(whole, pieces(self.case(run))) if whole else []
        wrong = next((part for part in parts if not part.passed), None)
        if wrong is None:  # it is another buffer's fault, or no result's at all
            raise CheckFailed(in_case(fault, run.case), fraction=share, error_map=self._evidence.error_map(run))
        name = pieces(self.case(run))[parts.index(wrong)][0]
        told = msgspec.structs.replace(
            fault,
            message=f"layer {name} is the first that is wrong; what goes into it is right. {fault.message}",
            message_ko=f"처음으로 틀린 계층은 {name}입니다. 그 계층에 들어가는 값은 맞습니다. {fault.message_ko}".rstrip(),
        )
        hidden = run.visibility == "hidden"
        rows = tuple(layer_errors(parts, pieces(self.case(run)), hidden))
        raise CheckFailed(in_case(told, run.case), fraction=share, error_map=error_map(wrong, hidden), layers=rows)

    def _wrong_output(self, run: Run, buffer: str) -> Comparison | None:
        return next((c for c in self._evidence.comparisons(run) if c.buffer == buffer and not c.passed), None)

    def show_detections(self, run: Run, image: NDArray[Any], found: Sequence[Found], expected: Sequence[Found]) -> None:
        """Puts a picture with its boxes into the report, right, wrong and missed ones, whether or not the check passes. A hidden case shows
        nothing: a picture tells its inputs. Ask before what may fail the check."""
        if run.visibility != "hidden":
            self.shown = detections(run.case, image, found, expected)

    def _fault(self, run: Run, kernel: bool, clean: bool) -> Problem | None:
        found = gravest(p for p in run.problems if clean and not p.note and family(p.verdict))
        return self._evidence.fault(run, kernel) or found

    def clean(self, checker: str) -> None:
        """No finding of one kind in any case, and a kernel that ran: memcheck, racecheck, initcheck, synccheck, launches, transfers or
        leak."""
        if checker not in FAMILIES:
            raise AssignmentError(f"judge.clean({checker!r}): unknown checker; known are {', '.join(FAMILIES)}")
        found = [(run, p) for run in self.runs for p in run.problems if not p.note and family(p.verdict) == checker]
        if found:
            run, worst = min(found, key=lambda pair: (rank(pair[1].verdict), self.case(pair[0]).index))
            places = len({(p.verdict, p.file, p.line, p.other_line) for _, p in found})
            raise CheckFailed(
                msgspec.structs.replace(
                    worst, message=f"case {run.case}: {worst.message}" + (f" (and {places - 1} more of this kind)" if places > 1 else "")
                )
            )
        for run in self.runs:
            if checker in run.tool_faults:
                fault = run.tool_faults[checker]
                raise CheckFailed(in_case(fault, run.case))
        if all(checker in run.not_measured for run in self.runs) and self.runs:
            raise not_measured(checker, self.runs[0].not_measured[checker])
        self._started()

    def free_of(self, *verdicts: str) -> None:
        """None of these problems in any case, and a kernel that ran: for codes that no checker of `clean` looks for."""
        for verdict in verdicts:
            rank(verdict)
        found = [(run, p) for run in self.runs for p in run.problems if not p.note and p.verdict in verdicts]
        if found:
            run, worst = min(found, key=lambda pair: (rank(pair[1].verdict), self.case(pair[0]).index))
            raise CheckFailed(in_case(worst, run.case))
        self._started()

    def work(self, run: Run, *kinds: str) -> tuple[Work, ...]:
        """The launcher's operations in virtual time: of kinds "HtoD", "DtoH", "DtoD", "kernel", "memset", "host", or all of them."""
        self._measured("the timeline", "kernels")
        return work_of(run, *kinds)

    def calls(self, run: Run, *names: str) -> tuple[ApiCall, ...]:
        """The launcher's runtime calls, by name, or all of them."""
        self._measured("runtime calls", "kernels")
        return calls_of(run, *names)

    def moved(self, kernel: bool = True) -> None:
        """Each call copied exactly the bytes that its entry's `to_device` and `to_host` have, no more and no fewer, and kernels worked on
        what was copied. Fails if a case's result isn't right."""
        self._measured("copies", "kernels")
        self._right(kernel)
        self._by_copies()
        for run in self.runs:
            allowed = self._evidence.allowed(run)
            for kind, wanted in (("HtoD", allowed.to_device_bytes * run.calls), ("DtoH", allowed.to_host_bytes * run.calls)):
                got = bytes_of(run, kind)
                if got != wanted:
                    way, way_ko = ("to the device", "디바이스로") if kind == "HtoD" else ("to the host", "호스트로")
                    largest = max((c for c in calls_of(run) if c.kind == kind), key=lambda c: c.bytes, default=None)
                    fault = Problem(
                        verdict="TOO_MANY_BYTES" if got > wanted else "PARTIAL_COPY",
                        message=f"the launcher copies {got:,} bytes {way}; {wanted:,} are enough, and needed",
                        message_ko=f"런처가 {way_ko} {got:,}바이트를 복사합니다. 필요한 것은 꼭 {wanted:,}바이트입니다.",
                        file=largest.file if largest else None,
                        line=largest.line if largest else None,
                    )
                    raise CheckFailed(in_case(fault, run.case))

    def asynchronous(self, kernel: bool = True) -> None:
        """The host waits for no copy of the launcher's: each is asked for asynchronously, from or to memory that allows it. Fails if a
        case's result isn't right."""
        self._measured("copies", "kernels")
        self._right(kernel)
        self._by_copies()
        for run in self.runs:
            if fault := not_asynchronous(run):
                raise CheckFailed(in_case(fault, run.case))

    def overlapped(
        self,
        chunks: Callable[[Case], int],
        full: float = 1.15,
        zero: float = 2.0,
        kernel: bool = True,
        kernel_us: Callable[[Case], float] | None = None,
    ) -> None:
        """Copies and kernels of different chunks run side by side: all points if the launcher's work takes up to `full` times what a full
        pipeline takes at best (filling it, and then its slowest stage), none from `zero` times on. In virtual time; the worst case
        counts. `kernel_us`: the longest that a kernel of one chunk needs; what it takes beyond that is no part of the best. Fails if a
        case's result isn't right."""
        self._measured("the timeline", "kernels")
        self._right(kernel)
        self._by_copies()
        worst = 0.0
        fault = Problem(verdict="NO_OVERLAP", message="")
        for run in self.runs:
            count = chunks(self.case(run))
            work = work_of(run, *STAGES)
            best = pipeline_us(work, count, kernel_us(self.case(run)) if kernel_us else math.inf)
            ratio = span_us(work) / best if best else 1.0
            if ratio <= worst:
                continue
            worst = ratio
            took, at_best = f"{span_us(work):,.0f}", f"{best:,.0f}"
            text = f"{took} µs; a full pipeline of {count} chunks takes {at_best}, {ratio:.2f} times less"
            korean = f"{took} µs가 걸립니다. 꽉 찬 파이프라인이라면 조각 {count}개에 {at_best} µs이므로 그 {ratio:.2f}배입니다."
            waits = waits_of(run)
            if len(waits) >= count > 1:
                text += f". The host waits {len(waits)} times until a stream is empty"
                korean += f" 호스트가 스트림이 빌 때까지 {len(waits)}번 기다립니다."
                fault = Problem(verdict="SERIALISED", message=text, message_ko=korean, file=waits[0].file, line=waits[0].line)
            else:
                fault = Problem(verdict="NO_OVERLAP", message=text, message_ko=korean)
            fault = in_case(fault, run.case)
        share = 1.0 if worst <= full else fraction(worst, full, zero)
        if share < 1.0:
            scale = f"; full points up to {full:g} times, none from {zero:g} times on"
            korean = f" {full:g}배까지 만점, {zero:g}배부터 0점입니다."
            told = msgspec.structs.replace(fault, message=fault.message + scale, message_ko=fault.message_ko + korean)
            raise CheckFailed(told, fraction=share)

    def launched(self) -> None:
        """At least one case started a kernel that ran. Otherwise the check fails with what kept it from running."""
        self._measured("kernels that ran", "kernels")
        self._started()

    def _measured(self, what: str, key: str) -> None:
        for run in self.runs:
            if key in run.not_measured:
                raise not_measured(what, run.not_measured[key])

    def _started(self) -> None:
        if any(launched(run) for run in self.runs):
            return
        cause = gravest(p for run in self.runs if (p := self._evidence.halted(run)) is not None)
        raise CheckFailed(
            cause or Problem(verdict="KERNEL_NOT_RUN", message="no kernel ran on the device, so there is nothing to judge here")
        )

    def counter(self, name: str, kernel: str | None = None) -> float:
        """A hardware counter over the calls of the check's cases: sums for sums; ratios recomputed from sums where they are sectors per
        request, else the mean over launches. `kernel` restricts to kernels of that name. Fails the check if a case's result isn't right
        or no kernel ran; raises AssignmentError for a counter that nothing reports."""
        self._measured(name, "counters")
        self._right()
        self._started()
        kernels = [k for run in self.runs for k in run.kernels if kernel in (None, k.base, k.name)]
        if name.startswith(SECTORS_PER_REQUEST) and name.endswith(".ratio"):
            rest = name.removeprefix(SECTORS_PER_REQUEST).removesuffix(".ratio")
            requests = sum(k.metrics.get(f"l1tex__t_requests_{rest}.sum", 0.0) for k in kernels)
            sectors = sum(k.metrics.get(f"l1tex__t_sectors_{rest}.sum", 0.0) for k in kernels)
            return sectors / requests if requests else 0.0
        having = [k for k in kernels if name in k.metrics]
        if not having:
            known = sorted({n for k in kernels for n in k.metrics})
            cases = ", ".join(r.case for r in self.runs)
            raise AssignmentError(f"judge.counter({name!r}): no kernel of cases {cases} reports it; known are {', '.join(known)}")
        if name.endswith((".ratio", ".pct", "_pct")):
            return sum(k.metrics[name] * k.launches for k in having) / max(1, sum(k.launches for k in having))
        return float(sum(k.metrics[name] for k in having))

    def _right(self, kernel: bool = True) -> None:
        """A wrong result is never fast: what it saved may be the work."""
        for run in self.runs:
            fault = self._evidence.fault(run, kernel)
            if fault is not None:
                raise CheckFailed(in_case(fault, run.case))

    def _by_copies(self) -> None:
        """How copies lie says nothing of a launcher that does without them."""
        for run in self.runs:
            fault = past_the_card(run) if self._evidence.allowed(run).copies else None
            if fault is not None:
                raise CheckFailed(in_case(fault, run.case))

    def launches(self, kernel: str | None = None, library: str | None = None) -> int:
        """How many kernels ran in the calls of the check's cases: of that name, or of that library ("" for the student's own). Fails the
        check if a case's result isn't right."""
        self._measured("the number of launches", "kernels")
        self._right()
        return sum(
            k.launches
            for run in self.runs
            for k in run.kernels
            if kernel in (None, k.base, k.name) and library in (None, of_kernel(k.name))
        )

    def timed(self, full: float = 1.2, zero: float = 10.0) -> None:
        """The time of the student's launcher in comparison with the reference's, on the same card and interleaved with it: all points up to
        `full` times the reference, then in proportion to 1 / time, none from `zero` times on. The slowest case of the check counts. For
        checks marked `on("cuda")`, over cases that say `timed = true`. Outputs of timed calls must be right like any other."""
        if not 0 < full < zero < math.inf:
            raise AssignmentError(f"judge.timed: full = {full} and zero = {zero} must be positive and full the smaller one")
        worst = 0.0
        text = korean = ""
        for run in self.runs:
            fault = self._evidence.fault(run) or self._evidence.timed_fault(run)
            if fault is not None:
                raise CheckFailed(in_case(fault, run.case))
            if run.timing is None:
                raise not_measured("time", run.not_measured.get("time", f"case {run.case} says no `timed = true`"))
            if run.timing.fault is not None:
                raise CheckFailed(in_case(run.timing.fault, run.case))
            if run.timing.unsteady:
                raise not_measured("time", run.timing.unsteady)
            found = compared(run.timing)
            if found.ratio > worst:
                worst = found.ratio
                text = (
                    f"case {run.case}: {seconds(found.student_s)} beside {seconds(found.reference_s)} of the reference, "
                    f"{found.ratio:.2f} times as long (95 % interval {found.low:.2f} to {found.high:.2f}, {found.count} calls each)"
                )
                korean = (
                    f"{run.case} 경우: {seconds(found.student_s)}, 기준 풀이는 {seconds(found.reference_s)}이므로 "
                    f"그 {found.ratio:.2f}배입니다 "
                    f"(95 % 신뢰 구간 {found.low:.2f}~{found.high:.2f}, 각각 {found.count}번 호출)."
                )
                text += f". {run.timing.note}" if run.timing.note else ""
        share = 1.0 if worst <= full else 0.0 if worst >= zero else full / worst
        if share < 1.0:
            scale = f"full points up to {full:g} times the reference, none from {zero:g} times on"
            korean += f" 기준 풀이의 {full:g}배까지 만점, {zero:g}배부터 0점입니다."
            raise CheckFailed(Problem(verdict="TOO_SLOW", message=f"{text}; {scale}", message_ko=korean), fraction=share)

    def busy_blocks(self, most: Callable[[Run], float] = lambda run: math.inf, tickets: bool = False) -> float:
        """How many blocks' worth of work can go on side by side, in the case where that is least. The longest block of a launch is waited
        for, and launches follow one another; a launch or a block that does nothing adds nothing. `most` says for a run how many warp
        instructions can be work at all: others, in blocks that only seem to be busy, add nothing either. With `tickets` blocks that
        draw their work by atomics count as they were launched: on the emulated GPU the first one may draw all of it. Fails the check if a
        case's result isn't right."""
        self._measured("the instructions of blocks", "counters")
        self._right()
        self._started()

        def busy(run: Run) -> float:
            chain = sum(launch.longest_block_instructions for launch in run.launches)
            found = min(sum(launch.warp_instructions for launch in run.launches), most(run)) / max(1, chain)
            drawn = sum(kernel.metrics.get(DRAWN, 0.0) for kernel in run.kernels)
            blocks = max((math.prod(launch.grid) for launch in run.launches), default=0)
            return max(found, blocks) if tickets and drawn >= blocks else found

        return min(map(busy, self.runs))

    def worst_of(self, *questions: Callable[[], None]) -> None:
        """Several questions about the same points: the check earns what the worst answer earns, and tells of that one, the first of
        equals."""
        failed: list[CheckFailed] = []
        for question in questions:
            try:
                question()
            except CheckFailed as found:
                failed.append(found)
        if failed:
            raise min(failed, key=lambda found: found.fraction)

    def dearest_line(self, *counters: str) -> tuple[str | None, int | None]:
        """The student's line where these counters together are highest, over all kernels of the check's cases; (None, None) if no line has
        any. Where an excess is to be blamed: the line of the conflicts, of the sectors."""
        return _dearest((kernel for run in self.runs for kernel in run.kernels), counters)

    def dearest_line_beside(self, *counters: str) -> tuple[str | None, int | None]:
        """The same outside of the kernel that executes most instructions: where bytes are moved that a launch more costs. That kernel's own
        line if no other has any."""
        work = "smsp__inst_executed.sum"
        main = max((k for run in self.runs for k in run.kernels), key=lambda k: k.metrics.get(work, 0.0), default=None)
        others = (k for run in self.runs for k in run.kernels if main is None or k.name != main.name)
        found = _dearest(others, counters)
        return found if found != (None, None) else self.dearest_line(*counters)

    def scattered(self, way: str) -> float:
        """Sectors of global memory that were moved beyond those that the lanes' bytes fill, line by line: what neighbours that lie apart
        cost. `way` is "ld" or "st"."""
        self._measured(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{way}.sum", "counters")
        total = 0.0
        for row in (row for run in self.runs for kernel in run.kernels for row in kernel.lines):
            sectors = row["metrics"].get(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{way}.sum", 0.0)
            asked = row["metrics"].get(f"smsp__sass_data_bytes_mem_global_op_{way}.sum", 0.0)
            total += max(0.0, sectors - asked / 32)
        return total

    def one_by_one(self) -> float:
        """Wavefronts of shared memory beyond those that the lanes' bytes fill and those of bank conflicts, line by line: what lanes cost
        that ask one after another where they could ask together."""
        self._measured("wavefronts of shared memory", "counters")
        total = 0.0
        for row in (row for run in self.runs for kernel in run.kernels for row in kernel.lines):
            for names in zip(_WAVEFRONTS, _CONFLICTS, _ASKED, strict=True):
                wavefronts, conflicts, asked = (row["metrics"].get(name, 0.0) for name in names)
                total += max(0.0, wavefronts - conflicts - asked / 128)
        return total

    def graded_wavefronts(self, most: float, zero: float) -> None:
        """As `graded`, of shared memory: wavefronts that the data doesn't need, of bank conflicts and of lanes that go one by one so that
        none is counted. `most`: as many as the plainest solution needs; more hide no conflict."""
        wavefronts, conflicts = sum(map(self.counter, _WAVEFRONTS)), sum(map(self.counter, _CONFLICTS))
        single = self.one_by_one()
        needed = min(max(wavefronts - conflicts - single, 1), most)
        beyond = max(0, single - _SPARE * needed)
        times = max(1 + (conflicts + beyond) / needed, wavefronts / ((1 + _SPARE) * most))
        unit = "times the wavefronts needed"
        if beyond > conflicts:
            self.graded(
                times,
                full=1.02,
                zero=zero,
                unit=unit,
                blame=_WAVEFRONTS,
                hint="Few lanes of a warp ask at a time. A wavefront can serve 32 of them, if their words lie in different banks.",
                hint_ko="한 워프의 레인이 한 번에 몇 개씩만 접근합니다. 워드가 서로 다른 뱅크에 있다면 "
                "웨이브프런트 하나로 레인 32개가 접근할 수 있습니다.",
            )
        else:
            self.graded(times, full=1.02, zero=zero, unit=unit, verdict="BANK_CONFLICT", blame=_CONFLICTS)

    def graded(
        self,
        value: float,
        full: float,
        zero: float,
        unit: str = "",
        verdict: str = "TOO_SLOW",
        message: str = "",
        blame: Sequence[str] = (),
        unit_ko: str = "",
        message_ko: str = "",
        hint: str = "",
        hint_ko: str = "",
        beside: bool = False,
    ) -> None:
        """All points at `full` or better, none at `zero` or worse, linear in the logarithm between. Less is better if full < zero, else
        more is. `blame`: counters; the line that has most of them is told as the place, with `beside` outside of the kernel that works
        most if another one has any. `unit_ko`: the unit in Korean with {} for the number, "필요한 웨이브프런트의 {}배"; the course's own
        units are known. `hint` stands in for the check's own, where it looks at one of several things."""
        rank(verdict)
        share = fraction(value, full, zero)
        if share < 1.0:
            best, worst = ("up to", "from") if full < zero else ("from", "up to")
            scale = f"full points {best} {_amount(full)}, none {worst} {_amount(zero)}"
            text = message or f"{_amount(value, unit)}; {scale}"
            amounts = _amount(value), _amount(full), _amount(zero)
            korean = message_ko if message else measured_in_korean(*amounts, unit, unit_ko, less_is_better=full < zero)
            file, line = self.dearest_line_beside(*blame) if beside else self.dearest_line(*blame)
            own = (hint, hint_ko) if hint else None
            raise CheckFailed(Problem(verdict=verdict, message=text, message_ko=korean, file=file, line=line), fraction=share, hint=own)


def _ended_by(run: Run, found: CheckFailed) -> CheckFailed:
    """Of a command that was ended from outside, or by itself before its time: that is why a result is wrong."""
    fault = gravest(p for p in run.problems if not p.phase and not p.note)
    if fault is None or rank(fault.verdict) >= rank(found.problem.verdict):
        return found
    return CheckFailed(fault, fraction=found.fraction)


def _dearest(kernels: Iterable[KernelCounters], counters: Sequence[str]) -> tuple[str | None, int | None]:
    found: dict[tuple[str, int], float] = {}
    for row in (row for kernel in kernels for row in kernel.lines):
        place = (row["file"], row["line"])
        found[place] = found.get(place, 0.0) + sum(row["metrics"].get(name, 0.0) for name in counters)
    dearest = max(found, key=lambda place: found[place], default=None)
    return dearest if dearest is not None and found[dearest] > 0 else (None, None)


def fraction(value: float, full: float, zero: float) -> float:
    """The share of the points, from 0 to 1. Raises AssignmentError for thresholds that define no scale, or a value that isn't a number."""
    if not (full > 0 and zero > 0 and math.isfinite(full) and math.isfinite(zero)) or full == zero:
        raise AssignmentError(f"judge.graded: full = {full} and zero = {zero} must be positive, finite and different")
    if math.isnan(value):
        raise AssignmentError("judge.graded: the value is not a number")
    less_is_better = full < zero
    if (value <= full) if less_is_better else (value >= full):
        return 1.0
    if (value >= zero) if less_is_better else (value <= zero):
        return 0.0
    return math.log(value / zero) / math.log(full / zero)


def _amount(value: float, unit: str = "") -> str:
    return f"{value:,.0f} {unit}".strip() if abs(value) >= 100 else f"{value:.3g} {unit}".strip()
