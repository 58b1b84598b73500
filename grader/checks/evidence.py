"""Evidence: the recorded runs of one submission -> what is wrong with each. Computed once, on demand, and shared by all checks.

A diagnosis needs a look at every case, so a check of one case still compares all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any

import msgspec
from numpy.typing import NDArray

from grader.assignment import Assignment, held_shape
from grader.checks.closeness import Comparison, Expected, compare
from grader.checks.diagnosis import diagnose
from grader.checks.error_map import error_map
from grader.checks.observation import Diagnosis, Hypotheses, Key, Observation, key
from grader.checks.outputs import Arrays
from grader.checks.whose_work import STORES, launched, whose_work
from grader.checks.wording import describe
from grader.devices.contract import Oracle
from grader.errors import AssignmentError
from grader.records import ErrorMap, Problem, Run
from grader.run.cuda_errors import error_name
from grader.run.inputs import width
from grader.run.job import Allowed, allowed
from grader.run.shared import Shared
from grader.verdicts import VERDICTS

# Findings after which a kernel or a program goes on: by themselves they cost cleanliness; if the output is wrong too, they are why.
GOES_ON = {"racecheck", "initcheck", "leak", "launches", "transfers"}
GOES_ON_CODES = {"INPUT_OVERWRITTEN", "BARRIER_DIVERGENCE", "UNDEFINED_SHFL", "WRONG_STREAM", "PARTIAL_COPY"}
EXPLAINS = {"racecheck", "initcheck", "synccheck", "launches"}
EXPLAINS_CODES = {"PARTIAL_COPY"}


def rank(verdict: str) -> int:
    """Lower is graver. Raises AssignmentError for a code that isn't in the table."""
    row = VERDICTS.get(verdict)
    if row is None:
        raise AssignmentError(f"unknown verdict code {verdict!r}; known are {', '.join(sorted(VERDICTS))}")
    return row.rank


def family(verdict: str) -> str:
    """The cleanliness check that a finding of the device belongs to; "" for none."""
    row = VERDICTS.get(verdict)
    return row.checker if row else ""


def stops(problem: Problem) -> bool:
    """Whether the problem keeps the case from having a result at all, or one that can be believed."""
    if problem.verdict == "FORBIDDEN_TRANSFER" and not problem.phase and not problem.note:
        return True  # not a copy in some call: the record as a whole isn't what the runner did, so outputs prove nothing
    return not problem.note and problem.verdict not in GOES_ON_CODES and family(problem.verdict) not in GOES_ON


def _explains(problem: Problem) -> bool:
    """Whether a problem after which all goes on is why an output is wrong. Of work in a wrong stream that is so where it met the caller's:
    what was launched in the default stream is done when the result is read."""
    return problem.unordered or family(problem.verdict) in EXPLAINS or problem.verdict in EXPLAINS_CODES


KEPT = {2, 712}  # cudaErrorMemoryAllocation, cudaErrorHostMemoryAlreadyRegistered


def _leads_to(problem: Problem, code: int) -> bool:
    """Whether a problem says why a launcher returned this error: a launch, work on a wrong stream, what was never released."""
    return family(problem.verdict) == "launches" or problem.verdict == "WRONG_STREAM" or (problem.verdict == "LEAK" and code in KEPT)


def gravest(problems: Iterable[Problem]) -> Problem | None:
    """The problem of lowest rank, the first of equals."""
    return min(problems, key=lambda p: rank(p.verdict), default=None)


FAR = Diagnosis("INT_OVERFLOW", "only cases fail in which rows lie so far apart that 32 bits don't hold where they begin")


def _with_sparse(near: Sequence[Observation], sparse: Sequence[Observation]) -> dict[Key, Diagnosis]:
    """Sparse cases can't be predicted, since nobody knows what lies between their rows: their wrong outputs share the diagnosis of the
    others, if those have one. If the others are right it's the distance: an offset went round (where it leaves the allocation, the device
    says so itself)."""
    found = diagnose(near)
    codes = {diagnosis.verdict for diagnosis in found.values()}
    if not codes:
        far = FAR if any(c.required.any() for one in near for c in one.comparisons) else Diagnosis("WRONG_ANSWER")
    else:
        far = Diagnosis(codes.pop() if len(codes) == 1 else "WRONG_ANSWER")
    return found | {key(c): far for one in sparse for c in one.comparisons if not c.passed}


class Evidence:
    """All runs of one submission with the assignment's mathematics. Not thread-safe; made for one evaluation."""

    def __init__(
        self,
        runs: Sequence[Run],
        assignment: Assignment,
        problem: ModuleType | None,
        oracle: Oracle | None = None,
        shared: Shared | None = None,
    ) -> None:
        self._oracle = oracle
        self._shared = shared
        self.runs = tuple(run for run in runs if not run.command)  # commands have no buffers
        self.assignment = assignment
        self.problem = problem
        self.arrays = Arrays(assignment)
        self._comparisons: dict[str, tuple[Comparison, ...]] = {}
        self._hypotheses: dict[tuple[str, int], Hypotheses] = {}
        self._diagnoses: dict[str, dict[Key, Diagnosis]] = {}

    def allowed(self, run: Run) -> Allowed:
        """What the run's entry lets its launcher do."""
        case = self.arrays.case(run)
        return allowed(self.assignment.entry(case.entry), case, self.assignment.libraries)

    def halted(self, run: Run) -> Problem | None:
        """What kept a run from giving a result: a crash, timeout, access error or failed launch, the gravest."""
        found = gravest(p for p in run.problems if stops(p))
        if found is None:
            found = self._failed_return(run) or self._missing_output(run)
        return found

    def _failed_return(self, run: Run) -> Problem | None:
        for call, code in enumerate(run.returned):
            if code != 0:
                # an unreported or invalid launch says more than the code that came back
                better = gravest(p for p in run.problems if not p.note and _leads_to(p, code))
                entry = self.arrays.case(run).entry
                which = f" in call {call + 1}" if call else ""
                return better or Problem(
                    verdict="LAUNCH_FAILED", message=f"{entry} returned {error_name(code)}{which}; 0 is success", phase=f"call:{call}"
                )
        return None

    def _missing_output(self, run: Run) -> Problem | None:
        for call in range(run.calls):
            for buffer in self.arrays.written(run):
                if self.arrays.output(run, buffer.name, call) is None:
                    # a finding that usually lets a kernel go on may have ended this one: it says more than the missing output
                    cause = gravest(p for p in run.problems if not p.note)
                    if cause is not None:
                        return cause
                    which = f" of call {call + 1}" if run.calls > 1 else ""
                    return Problem(
                        verdict="EARLY_EXIT", message=f"the program ended before {buffer.name}{which} could be read", phase=f"call:{call}"
                    )
        return None

    def _whose_work(self, run: Run) -> Problem | None:
        case = self.arrays.case(run)
        ran = any(launched(each) for each in self.runs if not each.not_run)
        return whose_work(run, case, self.assignment.entry(case.entry), self.comparisons(run), self.arrays.buffers(run), ran)

    def comparisons(self, run: Run) -> tuple[Comparison, ...]:
        """The outputs of a run that wasn't halted, compared with what problem.py expects."""
        if run.case not in self._comparisons:
            self._comparisons[run.case] = tuple(c for call in range(run.calls) for c in self._compare(run, call))
        return self._comparisons[run.case]

    def timed_fault(self, run: Run) -> Problem | None:
        """A wrong output of one of the timed calls whose outputs were kept; None if all are right."""
        for call in run.timing.kept if run.timing else ():
            wrong = next((c for c in self._compare(run, call) if not c.passed), None)
            if wrong is not None:
                text = f"right when it isn't timed, wrong when it is: {describe(wrong, hidden=run.visibility == 'hidden')}"
                return Problem(verdict="STATE_LEAK", message=text, phase=f"call:{call}")
        return None

    def _compare(self, run: Run, call: int) -> list[Comparison]:
        case = self.arrays.case(run)
        expected = self._expected(run, call)
        result = []
        for buffer in self.arrays.written(run):
            if buffer.name not in expected:
                raise AssignmentError(f"problem.py: expected() says nothing about {buffer.name}, which {case.entry} writes")
            got = self.arrays.output(run, buffer.name, call)
            assert got is not None  # the run wasn't halted
            poisoned = buffer.direction == "out" or buffer.name in case.poison
            old = self.arrays.input(run, buffer.name, call)
            result.append(
                compare(
                    case.id,
                    call,
                    buffer.name,
                    got,
                    old,
                    expected[buffer.name],
                    poisoned=poisoned,
                    direction=buffer.direction,
                    width=width(buffer, self.assignment.entry(case.entry), case) if buffer.dimensions else None,
                )
            )
        return result

    def _expected(self, run: Run, call: int) -> dict[str, Expected]:
        """What the outputs of one call must hold. Inputs that many submissions share are computed with once."""
        case = self.arrays.case(run)

        def compute() -> dict[str, Expected]:
            inputs = self.arrays.inputs(run, call)
            computed = self._oracle.expected(case, inputs) if self._oracle is not None else None
            if computed is not None:
                return {name: Expected(**fields) for name, fields in computed.items()}
            found: dict[str, Expected] = self._function("expected")(case, dict(inputs))
            return found

        return compute() if self._shared is None else self._shared.expected(run.inputs, call, compute)

    def _function(self, name: str) -> Any:
        function = getattr(self.problem, name, None)
        if function is None:
            raise AssignmentError(f"{self.assignment.problem} has no function {name}(case, arrays)")
        return function

    def hypotheses(self, run: Run, call: int) -> Hypotheses:
        """What known bugs would give, from problem.py; {} if it has none to offer."""
        if (run.case, call) not in self._hypotheses:
            function = getattr(self.problem, "hypotheses", None)
            found: dict[str, dict[str, NDArray[Any]]] = function(self.arrays.case(run), self.arrays.inputs(run, call)) if function else {}
            for name in found:
                rank(name.partition(":")[0])  # an unknown code is the author's mistake
            self._hypotheses[run.case, call] = found
        return self._hypotheses[run.case, call]

    def diagnoses(self, entry: str) -> dict[Key, Diagnosis]:
        """The diagnosis of each wrong output of one entry point's cases."""
        if entry not in self._diagnoses:
            widths = self.assignment.entry(entry).widths
            seen = [
                Observation(
                    case=self.arrays.case(run),
                    comparisons=self.comparisons(run),
                    hypotheses=lambda call, run=run: {} if self.arrays.case(run).sparse else self.hypotheses(run, call),  # type: ignore[misc]
                    stored=self._stored(run),
                    widths=widths,
                    elements=sum(
                        math.prod(held_shape(b, self.assignment.entry(entry), self.arrays.case(run))) for b in self.arrays.buffers(run)
                    ),
                )
                for run in self.runs
                if not run.not_run and self.arrays.case(run).entry == entry and self.halted(run) is None
            ]
            self._diagnoses[entry] = _with_sparse([one for one in seen if not one.case.sparse], [one for one in seen if one.case.sparse])
        return self._diagnoses[entry]

    def _stored(self, run: Run) -> bool | None:
        counted = [v for k in run.kernels for name, v in k.metrics.items() if "requests" in name and any(s in name for s in STORES)]
        if not counted and "kernels" not in run.not_measured and not launched(run):
            return False
        return any(counted) if counted else None

    def fault(self, run: Run, kernel: bool = True) -> Problem | None:
        """The gravest thing that is wrong with a run's result; None if the result is right. Races and the like count only if the result is
        wrong. With `kernel` a right result counts only if the device computed it."""
        halted = self.halted(run)
        if halted is not None:
            return halted
        wrong = [c for c in self.comparisons(run) if not c.passed]
        if not wrong:
            return self._whose_work(run) if kernel else None
        worst = self._worst(run, wrong)
        diagnosis = self.diagnoses(self.arrays.case(run).entry)[key(worst)]
        text = describe(worst, hidden=run.visibility == "hidden")
        cause = gravest(p for p in run.problems if not p.note and _explains(p))
        if cause is not None:
            return msgspec.structs.replace(cause, message=f"{cause.message.rstrip('.')}. The output is wrong as well: {text}")
        return Problem(
            verdict=diagnosis.verdict,
            message=f"{text}{'. ' + diagnosis.remark[:1].upper() + diagnosis.remark[1:] if diagnosis.remark else ''}",
        )

    def _worst(self, run: Run, wrong: Sequence[Comparison]) -> Comparison:
        """The wrong output that is told of: the gravest diagnosis, the earliest call."""
        diagnoses = self.diagnoses(self.arrays.case(run).entry)
        return min(wrong, key=lambda c: (rank(diagnoses[key(c)].verdict), c.call))

    def error_map(self, run: Run) -> ErrorMap | None:
        """Where the run's output differs: of the one that `fault` tells of. None if there is no wrong output to look at."""
        wrong = [] if self.halted(run) else [c for c in self.comparisons(run) if not c.passed]
        return error_map(self._worst(run, wrong), hidden=run.visibility == "hidden") if wrong else None
