"""Ladder: the rungs of a reference -> the table of counters in its README, measured anew.

The table is the first one in reference/<slug>/README.md whose first column is called `rung`. Its other columns are measured if COLUMNS
knows their names, and left as they are if it doesn't (an idea in words). `counters` in mutants.toml names the cases that are summed up.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import AssignmentError
from grader.records import KernelCounters, Record
from grader.verify.grading import Settings, grade_one
from grader.verify.subjects import Subject, ladder_of

Metrics = Mapping[str, float]  # of all kernels together, by Nsight Compute's names; launches too, under LAUNCHES

LAUNCHES = "launches"
SECTOR_BYTES = 32
USUAL = (
    "sectors/request read",
    "sectors/request written",
    "extra wavefronts/request",
    "bytes read",
    "bytes written",
    "warp-instructions (PTX)",
)


def _sectors(op: str) -> Callable[[Metrics], float]:
    return lambda m: m.get(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum", 0.0)


def _bytes(op: str) -> Callable[[Metrics], float]:
    return lambda m: SECTOR_BYTES * _sectors(op)(m)


def _per_request(op: str) -> Callable[[Metrics], float]:
    def ratio(m: Metrics) -> float:
        requests = m.get(f"l1tex__t_requests_pipe_lsu_mem_global_op_{op}.sum", 0.0)
        return _sectors(op)(m) / requests if requests else 0.0

    return ratio


def _wavefronts(m: Metrics, op: str) -> float:
    return m.get(f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{op}.sum", 0.0)


def _conflicts(m: Metrics, op: str) -> float:
    return m.get(f"l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{op}.sum", 0.0)


def _extra(m: Metrics) -> float:
    """Wavefronts beyond the needed ones for each of these, of loads or of stores, whichever has more."""
    needed = {op: _wavefronts(m, op) - _conflicts(m, op) for op in ("ld", "st")}
    return max((_conflicts(m, op) / count for op, count in needed.items() if count > 0), default=0.0)


COLUMNS: dict[str, Callable[[Metrics], float]] = {
    "sectors read": _sectors("ld"),
    "sectors written": _sectors("st"),
    "sectors/request read": _per_request("ld"),
    "sectors/request written": _per_request("st"),
    "bytes read": _bytes("ld"),
    "bytes written": _bytes("st"),
    "shared wavefronts": lambda m: _wavefronts(m, "ld") + _wavefronts(m, "st"),
    "bank conflicts": lambda m: _conflicts(m, "ld") + _conflicts(m, "st"),
    "extra wavefronts/request": _extra,
    "warp-instructions (PTX)": lambda m: m.get("smsp__inst_executed.sum", 0.0),
    "launches": lambda m: m[LAUNCHES],
}
POINTS = "points"


class Rung(Record, frozen=True, kw_only=True):
    """One rung as it was measured."""

    name: str
    metrics: dict[str, float]
    points: float


def measure(assignment: Assignment, settings: Settings, points: bool = True) -> list[Rung]:
    """Every rung, in the ladder's order. Without `points` nothing is graded: counters alone take a tenth of the time. Raises
    AssignmentError if mutants.toml names no case, or a rung's case has a fault."""
    rungs, cases = ladder_of(assignment)
    return [
        Rung(
            name=rung.name,
            metrics=counted(rung, assignment, cases, settings),
            points=grade_one(rung, assignment, settings, 0).score if points else 0.0,
        )
        for rung in rungs
    ]


def counted(rung: Subject, assignment: Assignment, cases: Sequence[str], settings: Settings) -> dict[str, float]:
    """The counters of all kernels in these cases, summed."""
    from grader.build import build  # imported here: a command's --help needs no device
    from grader.pipeline import open_judge
    from grader.run.run import run
    from grader.run.seeds import public_seed
    from grader.unpack import unpack

    seed = public_seed(assignment.course, assignment.slug)
    judge = open_judge(
        assignment, sandbox=settings.sandbox, device=settings.device, profile=settings.profile, seed=seed, keep_grades=False, workers=0
    )
    with tempfile.TemporaryDirectory(prefix="ladder-") as made:
        handed_in, folder = Path(made) / "handed_in", Path(made) / "runs"
        handed_in.mkdir()
        folder.mkdir()
        folder.chmod(0o711)
        Path(made).chmod(0o711)
        for name, content in rung.files.items():
            (handed_in / name).write_bytes(content)
        source = unpack(handed_in, assignment)
        program = build(source, assignment, judge.sandbox, judge.builds)
        if program.library is None:
            raise AssignmentError(f"{assignment.slug}: rung {rung.name} doesn't build: {program.log}")
        chosen = [assignment.case(case) for case in cases]
        runs = run(program, assignment, judge.sandbox, judge.device, judge.seed, folder, source.files, cases=chosen)
    for each in runs:
        if each.not_run or any(not problem.note for problem in each.problems):
            said = each.not_run or each.problems[0].message
            raise AssignmentError(f"{assignment.slug}: rung {rung.name}, case {each.case}: {said}")
    return _summed([kernel for each in runs for kernel in each.kernels])


def _summed(kernels: Sequence[KernelCounters]) -> dict[str, float]:
    total: dict[str, float] = {LAUNCHES: float(sum(kernel.launches for kernel in kernels))}
    for kernel in kernels:
        for name, value in kernel.metrics.items():
            if name.endswith(".sum"):
                total[name] = total.get(name, 0.0) + value
    return total


# ---- the table ----


def cell(column: str, rung: Rung) -> str:
    """One figure as the table has it: 262,144, or 4.0 for a ratio. Raises KeyError for a column that nobody measures."""
    if column == POINTS:
        return f"{rung.points:.0f}"
    value = COLUMNS[column](rung.metrics)
    return f"{value:.1f}" if "/" in column else f"{value:,.0f}"


def fresh_table(rungs: Sequence[Rung]) -> str:
    """A table of the usual columns, for a README that has none."""
    columns = [*USUAL, POINTS]
    lines = ["| rung | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    lines += [f"| [{r.name}]({r.name}.cu) | " + " | ".join(cell(c, r) for c in columns) + " |" for r in rungs]
    return "\n".join(lines) + "\n"


def renewed(readme: str, rungs: Sequence[Rung], name: str = "README.md", points: bool = True) -> str:
    """The README with the figures of its table measured anew; what its other columns say stays. Raises AssignmentError if it has no table
    or one whose rows aren't the rungs."""
    lines = readme.splitlines(keepends=True)
    start = next((i for i, line in enumerate(lines) if line.startswith("|") and _cells(line)[0] == "rung"), None)
    if start is None:
        raise AssignmentError(f"{name} has no table whose first column is `rung`; put this one there:\n\n{fresh_table(rungs)}")
    columns = _cells(lines[start])
    rows = range(start + 2, next((i for i in range(start, len(lines)) if not lines[i].startswith("|")), len(lines)))
    named = {_name(_cells(lines[i])[0]): i for i in rows}
    measured = {rung.name: rung for rung in rungs}
    if list(named) != list(measured):
        raise AssignmentError(f"{name}:{start + 1}: the table's rows are {', '.join(named)}; the ladder has {', '.join(measured)}")
    for rung_name, i in named.items():
        cells = _cells(lines[i])
        for at, column in enumerate(columns):
            if column in COLUMNS or (column == POINTS and points):
                cells[at] = cell(column, measured[rung_name])
        lines[i] = "| " + " | ".join(cells) + " |\n"
    return "".join(lines)


def _cells(line: str) -> list[str]:
    return [text.strip() for text in line.strip().strip("|").split("|")]


def _name(first: str) -> str:
    return re.sub(r"\[([\w-]+)\].*", r"\1", first)
